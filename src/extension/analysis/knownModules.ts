/**
 * The modules of documents for whoever can't wait: the editor shows no code lens at all, Keep and Undo of pending changes
 * included, until every provider has answered.
 */
import * as vscode from 'vscode';
import { carryRange, minimalEdits, type OffsetRange } from '../../edits/index.js';
import type { ModuleSummary, Position, Range } from '../../protocol/index.js';
import type { AnalysisClient } from './client.js';

/** So long an answer is waited for before the last one is given. */
const PATIENCE_MILLISECONDS = 60;
/** How often an answer is asked for again when someone types meanwhile. */
const TRIES = 3;

interface Known {
  readonly version: number;
  readonly text: string;
  /** With where the name stands in `text`. */
  readonly modules: readonly { readonly summary: ModuleSummary; readonly name: OffsetRange }[];
  /** Nothing has happened since that may change the answer. */
  current: boolean;
}

interface Asking {
  readonly version: number;
  readonly source: vscode.CancellationTokenSource;
  readonly done: Promise<void>;
  /** Something happened meanwhile that may change the answer. */
  outdated: boolean;
}

export class KnownModules implements vscode.Disposable {
  private readonly known = new Map<string, Known>();
  private readonly asking = new Map<string, Asking>();
  private readonly answers = new vscode.EventEmitter<void>();
  /** An answer has come that somebody did not wait for. */
  readonly onDidAnswer = this.answers.event;
  private readonly disposables: readonly vscode.Disposable[];

  constructor(
    private readonly analysis: AnalysisClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.answers,
      analysis.onDidChangeResults(({ uri }) => this.outdate(uri)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri.toString())),
    ];
  }

  dispose(): void {
    for (const { source } of this.asking.values()) source.cancel();
    for (const each of this.disposables) each.dispose();
  }

  /** The modules of the text as it is; if that takes long the last ones, where they are in the text by now. */
  async of(document: vscode.TextDocument): Promise<readonly ModuleSummary[]> {
    const uri = document.uri.toString();
    if (!this.isCurrent(document)) {
      await Promise.race([this.ask(document), new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS))]);
    }
    const known = this.known.get(uri);
    if (!known) return [];
    return known.version === document.version ? known.modules.map(({ summary }) => summary) : moved(known, document);
  }

  private isCurrent({ uri, version }: vscode.TextDocument): boolean {
    const known = this.known.get(uri.toString());
    return known?.current === true && known.version === version;
  }

  /** Asks for the modules of the text as it is, once. */
  private ask(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    const running = this.asking.get(uri);
    if (running && running.version === document.version && !running.outdated) return running.done;
    running?.source.cancel();
    const source = new vscode.CancellationTokenSource();
    const { version } = document;
    const done = this.answer(document, source.token);
    this.asking.set(uri, { version, source, done, outdated: false });
    return done;
  }

  private async answer(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<void> {
    const uri = document.uri.toString();
    const startedAt = Date.now();
    try {
      for (let attempt = 0; attempt < TRIES && !token.isCancellationRequested; attempt++) {
        const { modules, version } = await this.analysis.request('architect/modules', { uri }, token);
        // An answer for an older text would stand over the wrong lines.
        if (token.isCancellationRequested || (version !== null && version !== document.version)) continue;
        const current = this.asking.get(uri)?.outdated !== true;
        this.known.set(uri, {
          ...{ version: document.version, text: document.getText(), current },
          modules: modules.map((summary) => ({ summary, name: offsetsOf(summary.nameRange, document) })),
        });
        if (Date.now() - startedAt >= PATIENCE_MILLISECONDS) this.answers.fire();
        break;
      }
    } catch (error) {
      if (!token.isCancellationRequested) this.log.debug(`CodeLens of ${document.uri.fsPath}: ${String(error)}`);
    }
    if (!token.isCancellationRequested) this.asking.delete(uri);
  }

  /** What is known of documents other than this one may have changed with it; of that one itself its version tells. */
  private outdate(changed: string | undefined): void {
    for (const [uri, known] of this.known) if (uri !== changed) known.current = false;
    for (const [uri, asking] of this.asking) if (uri !== changed) asking.outdated = true;
  }

  private forget(uri: string): void {
    this.asking.get(uri)?.source.cancel();
    this.asking.delete(uri);
    this.known.delete(uri);
  }
}

/** Modules of an older text, without those whose names were rewritten. */
function moved({ text, modules }: Known, document: vscode.TextDocument): ModuleSummary[] {
  const changes = minimalEdits(text, document.getText());
  return modules.flatMap(({ summary, name }) => {
    const now = carryRange(name, changes);
    if (!now) return [];
    return [{ ...summary, nameRange: { start: document.positionAt(now.start), end: document.positionAt(now.end) } }];
  });
}

function offsetsOf({ start, end }: Range, document: vscode.TextDocument): OffsetRange {
  const offset = ({ line, character }: Position): number => document.offsetAt(new vscode.Position(line, character));
  return { start: offset(start), end: offset(end) };
}
