/** Looks at every file of the workspace once, in the background, and shows what is wrong in those that are not open. */
import type { CancellationToken, Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FindingReport, ScanResult } from '../protocol/index.js';
import { CancelledError } from './analyser.js';
import { diagnosticOf } from './diagnostics.js';
import { AnalysisError } from './engine.js';
import type { Analyst } from './notebooks/analyst.js';
import { pathOf } from './paths.js';
import type { Rules } from './ruleSettings.js';

/** What is wrong in a file: in itself, and by the rules. */
interface Problems {
  readonly problems: readonly FindingReport[];
  readonly findings: readonly FindingReport[];
}

export class WorkspaceScan {
  /** What was found in the files that were looked at; kept up to date until the process ends. */
  private readonly found = new Map<string, Problems>();
  private running: AbortController | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly analyst: Analyst,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly rules: Rules,
    private readonly folders: readonly string[],
  ) {}

  /** Looks at all files; what was found when it is stopped stays. A scan that is under way gives way to a new one. */
  async run(token: CancellationToken): Promise<ScanResult> {
    this.running?.abort();
    const controller = new AbortController();
    this.running = controller;
    const { signal } = controller;
    const listener = token.onCancellationRequested(() => controller.abort());
    let uris: readonly string[] = [];
    let done = 0;
    try {
      const { folders } = this;
      ({ uris } = await this.analyst.request('scanFiles', { folders }, { uri: '', signal, waitedFor: false }));
      for (const uri of [...this.found.keys()]) if (!uris.includes(uri)) this.forget(uri);
      for (const uri of uris) {
        void this.connection.sendNotification('architect/scanned', { done, total: uris.length, uri });
        await this.look(uri, signal);
        done++;
      }
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
    } finally {
      listener.dispose();
      if (this.running === controller) this.running = undefined;
    }
    const counts = uris.slice(0, done).map((uri) => this.shown(uri).length);
    return {
      files: uris.length,
      done,
      problems: counts.reduce((sum, count) => sum + count, 0),
      withProblems: counts.filter((count) => count > 0).length,
    };
  }

  /** Files that changed on the disk, or that were closed: what was found in them may be out of date. */
  changed(uris: readonly string[]): void {
    for (const uri of uris)
      if (this.found.has(uri))
        this.look(uri).catch((error: unknown) => {
          if (!(error instanceof CancelledError)) this.connection.console.error(String(error));
        });
  }

  /** Other rules are wanted now. */
  rulesChanged(): void {
    for (const uri of this.found.keys()) this.publish(uri);
  }

  private async look(uri: string, signal?: AbortSignal): Promise<void> {
    try {
      const found = await this.analyst.request(
        'scanFile',
        { uri },
        { uri, waitedFor: false, ...(signal ? { signal } : {}) },
      );
      this.found.set(uri, found);
      this.publish(uri);
    } catch (error) {
      // It is gone, or no text.
      if (!(error instanceof AnalysisError)) throw error;
      this.forget(uri);
    }
  }

  private shown(uri: string): FindingReport[] {
    const { problems = [], findings = [] } = this.found.get(uri) ?? {};
    const own = problems.filter(({ span }) => span.file === pathOf(uri));
    return [...own, ...(this.rules.enabled ? this.rules.apply(findings) : [])];
  }

  /** An open document has its own diagnostics, of the text as it is there. */
  private publish(uri: string): void {
    if (this.documents.get(uri)) return;
    void this.connection.sendDiagnostics({ uri, diagnostics: this.shown(uri).map(diagnosticOf) });
  }

  private forget(uri: string): void {
    this.found.delete(uri);
    if (!this.documents.get(uri)) void this.connection.sendDiagnostics({ uri, diagnostics: [] });
  }
}
