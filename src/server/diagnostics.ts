/** Publishes what the engine finds wrong in open documents, a moment after the last keystroke. */
import { DiagnosticSeverity, type Connection, type Diagnostic, type TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FindingReport, Severity } from '../protocol/index.js';
import { CancelledError } from './analyser.js';
import { AnalysisError } from './engine.js';
import type { Analyst } from './notebooks/analyst.js';
import type { Notebooks } from './notebooks/notebooks.js';
import { RULE } from './findingActions.js';
import { movedFindings } from './movedFindings.js';
import { pathOf, uriOf } from './paths.js';
import type { Rules } from './ruleSettings.js';

const QUIET_MILLISECONDS = 300;

const SEVERITIES: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export class Diagnostics {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly running = new Map<string, AbortController>();
  private readonly latest = new Map<string, { readonly found: readonly FindingReport[]; readonly text: string }>();

  constructor(
    private readonly connection: Connection,
    private readonly analyst: Analyst,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly notebooks: Notebooks,
    private readonly rules: Rules,
  ) {}

  /** What was found in a document when it was last looked at, with places in its text as it is now. */
  found(uri: string): readonly FindingReport[] {
    const latest = this.latest.get(uri);
    return latest ? movedFindings(uri, latest.found, latest.text, this.textOf(uri)) : [];
  }

  /** Looks at a document, or at all cells of a notebook, soon; what is under way on its old text is ended. */
  schedule(uri: string): void {
    this.cancel(uri);
    this.timers.set(
      uri,
      setTimeout(() => void this.publish(uri), QUIET_MILLISECONDS),
    );
  }

  scheduleAll(): void {
    for (const uri of this.documents.keys()) this.schedule(this.notebooks.ofCell(uri)?.uri ?? uri);
  }

  closed(uri: string): void {
    this.cancel(uri);
    this.latest.delete(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  dispose(): void {
    for (const uri of [...this.timers.keys(), ...this.running.keys()]) this.cancel(uri);
  }

  private async send(uri: string, version: number, found: readonly FindingReport[]): Promise<void> {
    this.latest.set(uri, { found, text: this.textOf(uri) });
    await this.connection.sendDiagnostics({ uri, version, diagnostics: found.map(diagnosticOf) });
  }

  private textOf(uri: string): string {
    return this.documents.get(uri)?.getText() ?? '';
  }

  private cancel(uri: string): void {
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    this.running.get(uri)?.abort();
    this.running.delete(uri);
  }

  private async publish(uri: string): Promise<void> {
    this.timers.delete(uri);
    const program = this.notebooks.ofPath(pathOf(uri));
    const document = this.documents.get(uri);
    if (!program && document?.languageId !== 'python') return;
    const controller = new AbortController();
    this.running.set(uri, controller);
    try {
      const { signal } = controller;
      const { problems } = await this.analyst.request('problems', { uri }, { uri, signal, waitedFor: false });
      if (signal.aborted) return;
      const shown = program?.cells ?? (document ? [{ uri, version: document.version }] : []);
      const own = shown.map(({ uri: each }) =>
        this.rules.apply(problems.filter(({ span }) => span.file === (program ? each : pathOf(each)))),
      );
      // Rules take longer than the rest: what they found before stays until they have looked again.
      if (this.rules.enabled)
        for (const [i, { uri: each, version }] of shown.entries()) {
          const now = own[i] ?? [];
          const earlier = this.found(each).filter(({ rule }) => !now.some((problem) => problem.rule === rule));
          await this.send(each, version, [...now, ...earlier]);
        }
      const found = this.rules.enabled
        ? (await this.analyst.request('architect/findings', { uri }, { uri, signal, waitedFor: false })).findings
        : [];
      if (signal.aborted) return;
      const wanted = this.rules.apply(found);
      for (const [i, { uri: each, version }] of shown.entries()) {
        const inCell = program ? wanted.filter(({ span }) => span.file === each) : wanted;
        await this.send(each, version, [...(own[i] ?? []), ...inCell]);
      }
    } catch (error) {
      if (error instanceof CancelledError || error instanceof AnalysisError) return;
      this.connection.console.error(error instanceof Error ? error.message : String(error));
    } finally {
      if (this.running.get(uri) === controller) this.running.delete(uri);
    }
  }
}

/** The page of a rule: a command of the extension shows it. */
const pageOf = (rule: string): string => `command:architect.openRule?${encodeURIComponent(JSON.stringify([rule]))}`;

/** A finding as editors show it. */
export function diagnosticOf({ rule, severity, message, span, related }: FindingReport): Diagnostic {
  return {
    ...(related
      ? {
          relatedInformation: related.map((item) => ({
            location: { uri: uriOf(item.span.file), range: { start: item.span.start, end: item.span.end } },
            message: item.message,
          })),
        }
      : {}),
    range: { start: span.start, end: span.end },
    severity: SEVERITIES[severity],
    message,
    code: rule,
    ...(RULE.test(rule) ? { codeDescription: { href: pageOf(rule) } } : {}),
    source: 'architect',
  };
}
