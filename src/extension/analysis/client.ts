/** The way to the analysis process: typed requests, its state, and its restarts. */
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import type {
  AnalysisChanged,
  AnalysisState,
  ClientNotifications,
  InitializationOptions,
  RequestMethod,
  Requests,
  ScanProgress,
  ScanResult,
} from '../../protocol/index.js';
import { InstalledPackages } from './installedPackages.js';
import { readableHover } from './readableHover.js';
import { ruleSettings } from './ruleSettings.js';
import { preferredParser, ServerProcess, type ParserKind } from './serverProcess.js';

/** Python in files, unsaved documents and cells of notebooks. */
export const PYTHON: readonly vscode.DocumentFilter[] = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: 'untitled' },
  { language: 'python', scheme: 'vscode-notebook-cell' },
];

/** Waits before the next start, by the number of ends in a row. */
const BACK_OFF_MILLISECONDS = [0, 1_000, 5_000, 15_000, 60_000];
/** A process that lived so long ended for a new reason. */
const HEALTHY_MILLISECONDS = 120_000;

export class AnalysisClient implements vscode.Disposable {
  private readonly states = new vscode.EventEmitter<AnalysisState>();
  private readonly changes = new vscode.EventEmitter<AnalysisChanged>();
  /** What the analysis is doing. */
  readonly onDidChangeState = this.states.event;
  /** Results are out of date. */
  readonly onDidChangeResults = this.changes.event;

  private readonly client: LanguageClient;
  private readonly process: ServerProcess;
  private readonly packages: InstalledPackages;
  private readonly disposables: vscode.Disposable[] = [this.states, this.changes];
  private current: AnalysisState = { kind: 'starting', parser: null };
  private parser: ParserKind;
  private probeAnswered = false;
  private ends = 0;
  private startedAt = 0;

  constructor(
    serverFile: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.parser = wantedParser();
    this.process = new ServerProcess(serverFile, (line) => log.warn(`analysis process: ${line}`));
    this.client = new LanguageClient('architect', 'Model Architect', async () => this.launch(), this.clientOptions());
    this.packages = new InstalledPackages(log, () => this.restartQuietly());
    this.disposables.push(
      this.packages,
      this.client.onNotification('architect/state', (state: AnalysisState) => this.received(state)),
      this.client.onNotification('architect/changed', (change: AnalysisChanged) => this.changes.fire(change)),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.tellActive(editor)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('architect.rules')) this.tell('architect/rules', ruleSettings());
        // What the analysis is started with.
        if (event.affectsConfiguration('architect.analysis') || event.affectsConfiguration('architect.inputs'))
          this.restartQuietly();
      }),
    );
  }

  get state(): AnalysisState {
    return this.current;
  }

  /** Starts the process; what goes wrong is in the log and in `state`. */
  async start(): Promise<void> {
    await this.client.start();
    this.tellActive(vscode.window.activeTextEditor);
    this.packages.watch();
  }

  private restartQuietly(): void {
    this.restart().catch((error: unknown) => this.log.error('The analysis could not be started again.', error));
  }

  /** A new process, as the user asked for. */
  async restart(): Promise<void> {
    this.ends = 0;
    this.parser = wantedParser();
    this.received({ kind: 'starting', parser: null });
    if (this.client.state === State.Running) await this.client.stop();
    await this.start();
    this.changes.fire({});
  }

  /**
   * Asks the analysis; waits for it while it starts.
   * @throws Error whose message is for people, or `vscode.CancellationError`
   */
  async request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    token?: vscode.CancellationToken,
  ): Promise<Requests[M]['result']> {
    if (this.current.kind === 'failed') throw new Error(this.current.message ?? 'The analysis does not run.');
    if (this.client.state !== State.Running) await this.client.start();
    return token
      ? this.client.sendRequest<Requests[M]['result']>(method, params, token)
      : this.client.sendRequest<Requests[M]['result']>(method, params);
  }

  /**
   * Looks at all files of the workspace; what is wrong appears in the Problems view meanwhile. Stopped by the token it answers with what
   * was done.
   * @throws Error whose message is for people
   */
  async scan(token: vscode.CancellationToken, tell: (progress: ScanProgress) => void): Promise<ScanResult> {
    if (this.current.kind === 'failed') throw new Error(this.current.message ?? 'The analysis does not run.');
    if (this.client.state !== State.Running) await this.client.start();
    const listener = this.client.onNotification('architect/scanned', tell);
    try {
      return await this.client.sendRequest<ScanResult>('architect/scan', {}, token);
    } finally {
      listener.dispose();
    }
  }

  dispose(): void {
    for (const each of this.disposables) each.dispose();
    void this.client.dispose().finally(() => this.process.kill());
  }

  private launch(): ReturnType<ServerProcess['start']> {
    this.probeAnswered = false;
    this.startedAt = Date.now();
    this.log.info(`Starting the analysis with the ${this.parser === 'native' ? 'native' : 'WebAssembly'} parser.`);
    return this.process.start(this.parser);
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [...PYTHON] as LanguageClientOptions['documentSelector'],
      outputChannel: this.log,
      middleware: { provideHover: readableHover },
      initializationOptions: () => startSettings(this.packages.folders),
      synchronize: {
        configurationSection: 'architect.inlayHints',
        fileEvents: vscode.workspace.createFileSystemWatcher('**/*.{py,pyi}'),
      },
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: async () => {
          await this.ended();
          return { action: CloseAction.Restart, handled: true, message: 'The analysis starts again.' };
        },
      },
    };
  }

  /** Waits as long as it takes until another start makes sense. */
  private async ended(): Promise<void> {
    if (!this.probeAnswered && this.parser === 'native') {
      this.parser = 'wasm';
      this.log.warn(
        `The analysis process ended (${this.process.ending}) before the native parser answered; the WebAssembly parser takes over.`,
      );
    }
    if (Date.now() - this.startedAt > HEALTHY_MILLISECONDS) this.ends = 0;
    const wait = BACK_OFF_MILLISECONDS[Math.min(this.ends++, BACK_OFF_MILLISECONDS.length - 1)] ?? 0;
    this.log.warn(`The analysis process ended (${this.process.ending || 'closed'}); it starts again in ${wait} ms.`);
    this.received({ kind: 'restarting', parser: null, message: 'The analysis ended unexpectedly and starts again.' });
    await new Promise((resolve) => setTimeout(resolve, wait));
  }

  private received(state: AnalysisState): void {
    const back = this.current.kind === 'restarting' && state.parser !== null;
    if (state.parser !== null) this.probeAnswered = true;
    this.current = state;
    this.states.fire(state);
    if (back) {
      this.tellActive(vscode.window.activeTextEditor);
      this.changes.fire({});
    }
  }

  private tellActive(editor: vscode.TextEditor | undefined): void {
    this.tell('architect/active', { uri: editor?.document.uri.toString() ?? null });
  }

  private tell<M extends keyof ClientNotifications>(method: M, params: ClientNotifications[M]): void {
    if (this.client.state !== State.Running) return;
    this.client.sendNotification(method, params).catch((error: unknown) => this.log.warn(String(error)));
  }
}

/** Settings that the analysis gets when it starts. */
function startSettings(libraries: readonly string[]): InitializationOptions {
  const settings = vscode.workspace.getConfiguration('architect');
  const sizes = Object.entries(settings.get<Record<string, unknown>>('inputs.sizes', {}));
  return {
    paths: settings.get<string[]>('analysis.paths', []),
    libraries,
    sizes: Object.fromEntries(
      sizes.filter((entry): entry is [string, number] => Number.isInteger(entry[1]) && Number(entry[1]) > 0),
    ),
    rules: ruleSettings(),
  };
}

/** The setting isn't listed: it is for finding out whether the native parser is at fault. */
function wantedParser(): ParserKind {
  const wanted = vscode.workspace.getConfiguration('architect').get('analysis.parser');
  return wanted === 'wasm' || wanted === 'native' ? wanted : preferredParser();
}
