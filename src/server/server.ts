/** Wires the protocol to the analyser. */
import {
  CodeActionKind,
  CodeActionTriggerKind,
  LSPErrorCodes,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type CancellationToken,
  type Connection,
  type InitializeParams,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { ClientNotifications, InitializationOptions, RequestMethod, Requests } from '../protocol/index.js';
import { Analyser, CancelledError } from './analyser.js';
import { complete, completionProvider } from './completion.js';
import { Diagnostics } from './diagnostics.js';
import { AnalysisError } from './engine.js';
import { FEATURES, Features } from './features.js';
import { findingActions, findingsAt, FIX_ALL, fixAllActions } from './findingActions.js';
import { offerActions, REWRITE, wantsOffers } from './offerActions.js';
import { analystFor, type Analyst } from './notebooks/analyst.js';
import { Notebooks } from './notebooks/notebooks.js';
import { pathOf } from './paths.js';
import { Rules } from './ruleSettings.js';
import { WorkspaceScan } from './scan.js';

export interface ServerOptions {
  readonly workerFile: string;
  readonly parser: 'native' | 'wasm';
}

/** Milliseconds that counting may take where nobody waits; moving the cursor ends it. */
const UNHURRIED = 8_000;

/** Serves a connection until it ends. */
export function startServer(connection: Connection, { workerFile, parser }: ServerOptions): void {
  const documents = new TextDocuments(TextDocument);
  let analyser: Analyser | undefined;
  let analyst: Analyst | undefined;
  let diagnostics: Diagnostics | undefined;
  let scan: WorkspaceScan | undefined;
  const rules = new Rules();
  const notebooks = new Notebooks(documents, ({ uri, cells, version }, text) => {
    analyser?.setText(uri, text, version);
    if (text === null) return diagnostics?.closed(uri);
    diagnostics?.schedule(uri);
    for (const cell of cells) void connection.sendNotification('architect/changed', { uri: cell.uri });
  });
  const features = new Features(connection, documents, (ask, token) => answer(analyst, ask, token));

  connection.onInitialize((params) => {
    const started = new Analyser({
      workerFile,
      parser,
      roots: rootsOf(params),
      libraries: ((params.initializationOptions ?? {}) as InitializationOptions).libraries,
      sizes: ((params.initializationOptions ?? {}) as InitializationOptions).sizes,
      onState: (state) => void connection.sendNotification('architect/state', state),
      log: (level, text) => connection.console[level](text),
    });
    analyser = started;
    analyst = analystFor(started, notebooks);
    rules.set(((params.initializationOptions ?? {}) as InitializationOptions).rules);
    diagnostics = new Diagnostics(connection, analyst, documents, notebooks, rules);
    scan = new WorkspaceScan(connection, analyst, documents, rules, foldersOf(params));
    const { workspace } = params.capabilities;
    features.clientCan({
      configuration: workspace?.configuration === true,
      refresh: workspace?.inlayHint?.refreshSupport === true,
    });
    return {
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
        notebookDocumentSync: { notebookSelector: [{ notebook: '*', cells: [{ language: 'python' }] }] },
        completionProvider,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, REWRITE, FIX_ALL] },
        ...FEATURES,
      },
      serverInfo: { name: 'Model Architect' },
    };
  });
  connection.onShutdown(() => {
    diagnostics?.dispose();
    analyser?.dispose();
  });

  documents.onDidChangeContent(({ document }) => {
    if (notebooks.holds(document.uri)) return notebooks.update(document.uri);
    analyser?.setText(document.uri, document.getText(), document.version);
    diagnostics?.schedule(document.uri);
    void connection.sendNotification('architect/changed', { uri: document.uri });
  });
  documents.onDidClose(({ document }) => {
    if (notebooks.holds(document.uri)) return diagnostics?.closed(document.uri);
    analyser?.setText(document.uri, null, document.version);
    diagnostics?.closed(document.uri);
    scan?.changed([document.uri]);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    // A file that is open counts as the editor has it, not as the disk has it.
    const uris = changes.map(({ uri }) => uri).filter((uri) => !documents.get(uri));
    if (uris.length === 0) return;
    analyser?.diskChanged(uris);
    diagnostics?.scheduleAll();
    scan?.changed(uris);
    features.refresh();
    void connection.sendNotification('architect/changed', {});
  });
  connection.onNotification('architect/active', ({ uri }: ClientNotifications['architect/active']) =>
    analyser?.setActive(uri === null ? null : (notebooks.ofCell(uri)?.uri ?? uri)),
  );

  connection.onNotification('architect/rules', (settings: ClientNotifications['architect/rules']) => {
    rules.set(settings);
    diagnostics?.scheduleAll();
    scan?.rulesChanged();
  });
  connection.onCodeAction(({ textDocument: { uri }, range, context }, token) =>
    answer(
      analyst,
      async (engine, signal) => {
        const document = documents.get(uri);
        if (!document) return [];
        if (context.only?.includes(FIX_ALL)) {
          // On saving, of the text as it is now.
          const { findings } = await engine.request('architect/findings', { uri }, { uri, signal });
          return rules.enabled ? fixAllActions(document, rules.apply(findings)) : [];
        }
        // Nobody waits for a light bulb that shows by itself: what is counted for it is known when it is opened.
        const patience = context.triggerKind === CodeActionTriggerKind.Automatic ? { patience: UNHURRIED } : {};
        const offered = wantsOffers(document, context.only)
          ? await engine.request('architect/offers', { uri, position: range.start, ...patience }, { uri, signal })
          : null;
        const actions = offered ? offerActions(uri, range.start, offered.offers) : [];
        const touched = findingsAt(range, diagnostics?.found(uri) ?? []);
        const computed = touched.filter(({ fixCandidates }) => fixCandidates !== undefined);
        const wanted = computed.map(({ rule, message }) => ({ rule, message }));
        const { findings } =
          wanted.length > 0 ? await engine.request('checkedFixes', { uri, wanted }, { uri, signal }) : { findings: [] };
        const here = [...findings, ...touched.filter((finding) => !computed.includes(finding))];
        return [...findingActions(document, here, diagnostics?.found(uri)), ...actions];
      },
      token,
    ),
  );

  connection.onCompletion(async ({ textDocument, position }, token) => {
    const document = documents.get(textDocument.uri);
    if (!document) return [];
    return answer(analyst, (engine, signal) => complete(document, position, engine, signal), token);
  });

  /** Answers a request by the engine's thread; `uri` names the document it is about. */
  function serve<M extends RequestMethod>(method: M, uriOfRequest: (params: Requests[M]['params']) => string): void {
    connection.onRequest(method, async (params: Requests[M]['params'], token: CancellationToken) => {
      const uri = uriOfRequest(params);
      return answer(analyst, (engine, signal) => engine.request(method, params, { uri, signal }), token);
    });
  }
  connection.onRequest('architect/scan', (_params: unknown, token: CancellationToken) =>
    scan ? scan.run(token) : new ResponseError(LSPErrorCodes.RequestFailed, 'The analysis has not started.'),
  );
  serve('architect/modules', ({ uri }) => uri);
  serve('architect/inspect', ({ uri }) => uri);
  serve('architect/advise', ({ uri }) => uri);
  serve('architect/directive', ({ uri }) => uri);
  serve('architect/training', ({ uri }) => uri);
  serve('architect/alternatives', ({ uri }) => uri);
  serve('architect/readSource', ({ uri }) => uri);
  serve('architect/findUsages', ({ uri = '' }) => uri);
  serve('architect/offers', ({ uri }) => uri);
  serve('architect/offer', ({ uri }) => uri);
  connection.onRequest(
    'architect/findings',
    (params: Requests['architect/findings']['params'], token: CancellationToken) =>
      answer(
        analyst,
        async (engine, signal) => {
          const { findings } = await engine.request('architect/findings', params, { uri: params.uri, signal });
          return { findings: rules.apply(findings) };
        },
        token,
      ),
  );
  connection.onRequest(
    'architect/checkEdits',
    (params: Requests['architect/checkEdits']['params'], token: CancellationToken) => {
      // A job about no document gives way to those about the one that the user looks at.
      const about = params.background
        ? { uri: '', waitedFor: false }
        : { uri: params.baseline[0]?.uri ?? '', waitedFor: true };
      return answer(
        analyst,
        (engine, signal) => engine.request('architect/checkEdits', params, { ...about, signal }),
        token,
      );
    },
  );

  documents.listen(connection);
  notebooks.listen(connection);
  connection.listen();
}

/** Turns cancellation and errors into what the protocol has for them. */
async function answer<T>(
  analyst: Analyst | undefined,
  ask: (analyst: Analyst, signal: AbortSignal) => Promise<T>,
  token: CancellationToken,
): Promise<T | ResponseError<void>> {
  if (!analyst) return new ResponseError(LSPErrorCodes.RequestFailed, 'The analysis has not started.');
  const controller = new AbortController();
  const listener = token.onCancellationRequested(() => controller.abort());
  try {
    return await ask(analyst, controller.signal);
  } catch (error) {
    if (error instanceof CancelledError) return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    if (error instanceof AnalysisError) return new ResponseError(LSPErrorCodes.RequestFailed, error.message);
    throw error;
  } finally {
    listener.dispose();
  }
}

function foldersOf({ workspaceFolders }: InitializeParams): string[] {
  return (workspaceFolders ?? []).map(({ uri }) => pathOf(uri));
}

function rootsOf(params: InitializeParams): string[] {
  const { paths = [] } = (params.initializationOptions ?? {}) as InitializationOptions;
  return [...foldersOf(params), ...paths];
}
