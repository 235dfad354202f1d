/** Has the analyser look at the hunks that are shown: what each does to the parameters, and whether it works by itself. */
import * as vscode from 'vscode';
import { baselineText, textWith, type HunkId, type HunkRef, type ParameterDelta } from '../../edits/index.js';
import type { CheckedVariant, CheckEditsParams, OverlayText } from '../../protocol/index.js';
import type { AnalysisClient } from '../analysis/client.js';
import { isPython } from './check.js';
import { isOpen } from './hunkText.js';
import type { Annotation, HunkNote, PendingChanges } from './pendingChanges.js';

/** A moment for more changes to come, so that a keystroke costs nothing. */
const QUIET_MILLISECONDS = 200;
/** Typing in other files may change the answers, which nobody waits for. */
const OTHERS_MILLISECONDS = 1_000;
const NO_PYTHON: ParameterDelta = { kind: 'notChecked', reason: 'this is no Python' };

/**
 * Counts what each hunk does if it is kept with those that it is linked with, and finds out whether it would work without them;
 * both are written on the hunk. One question at a time, each small: what the user asks for meanwhile gets its turn in between, and
 * each answer shows as it comes.
 */
export function registerHunkChecks(
  pending: PendingChanges,
  analysis: AnalysisClient,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return new HunkChecks(pending, analysis, log);
}

/** The code with some hunks alone. */
interface Question {
  /** Equal for equal texts as long as the baseline is the same. */
  readonly key: string;
  readonly refs: readonly HunkRef[];
}

/** What is asked about one hunk. */
interface HunkQuestions {
  readonly of: HunkRef;
  /** With those that it is linked with. */
  readonly together: Question;
  /** Without them, if there are any. */
  readonly alone?: Question;
}

/** What the analyser said, or why it could not. */
type Answer = CheckedVariant | { readonly failed: string };

class HunkChecks implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private running: { readonly key: string; readonly source: vscode.CancellationTokenSource } | undefined;
  /** The baseline that `answers` are for. */
  private baseline = '';
  private readonly answers = new Map<string, Answer>();

  constructor(
    private readonly pending: PendingChanges,
    private readonly analysis: AnalysisClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      pending.onDidChange(() => this.schedule()),
      analysis.onDidChangeResults(({ uri }) => {
        if (uri !== undefined && pending.uris.includes(uri)) return;
        this.forget();
        this.schedule(OTHERS_MILLISECONDS);
      }),
      analysis.onDidChangeState(({ kind }) => {
        // What a process that has ended could not say, the next one may.
        if (kind !== 'restarting') return;
        this.forget();
        this.schedule();
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stop();
    for (const each of this.disposables) each.dispose();
  }

  private schedule(milliseconds = QUIET_MILLISECONDS): void {
    clearTimeout(this.timer);
    if (this.pending.count === 0) this.forget();
    else this.timer = setTimeout(() => this.goOn(), milliseconds);
  }

  private stop(): void {
    this.running?.source.cancel();
    this.running = undefined;
  }

  private forget(): void {
    this.stop();
    this.answers.clear();
    this.baseline = '';
  }

  /** Writes on the hunks what is known, and asks the next question that is open. */
  private goOn(): void {
    const texts = baselines(this.pending);
    const baseline = JSON.stringify(texts);
    if (baseline !== this.baseline) this.forget();
    this.baseline = baseline;
    const hunks = this.pending.uris.flatMap((uri) => (isPython(uri) ? this.questionsOf(uri) : this.leaveOut(uri)));
    this.note(hunks);
    const open = inOrder(hunks).filter(({ key }) => !this.answers.has(key));
    if (!open.some(({ key }) => key === this.running?.key)) this.stop();
    const [next] = open;
    if (next && !this.running) void this.ask(next, texts);
  }

  private async ask({ key, refs }: Question, texts: readonly OverlayText[]): Promise<void> {
    const source = new vscode.CancellationTokenSource();
    this.running = { key, source };
    const variant = { id: 'hunks', files: textsWith(this.pending, refs) };
    const params = { baseline: texts, variants: [variant], background: true };
    const answer = await this.answerTo(params, source.token);
    source.dispose();
    // Cancelled by us, somebody else has its turn; by the server, the next change asks again.
    if (this.running?.source !== source) return;
    this.running = undefined;
    if (!answer) return;
    this.answers.set(key, answer);
    this.goOn();
  }

  private async answerTo(params: CheckEditsParams, token: vscode.CancellationToken): Promise<Answer | undefined> {
    try {
      const { variants } = await this.analysis.request('architect/checkEdits', params, token);
      return variants[0];
    } catch (error) {
      if (error instanceof vscode.CancellationError || token.isCancellationRequested) return undefined;
      const failed = error instanceof Error ? error.message : String(error);
      this.log.debug(`A pending change could not be counted: ${failed}`);
      return { failed };
    }
  }

  private questionsOf(uri: string): HunkQuestions[] {
    return this.pending.hunks(uri).map(({ id }) => {
      const of = { uri, id };
      const linked = this.pending.linked(of);
      const together = this.question([of, ...linked]);
      return linked.length === 0 ? { of, together } : { of, together, alone: this.question([of]) };
    });
  }

  /** Hunks by their text and their place in the baseline: their ids differ where their code is the same. */
  private question(refs: readonly HunkRef[]): Question {
    const parts = refs.flatMap(({ uri, id }) => {
      const hunk = this.pending.hunks(uri).find((each) => each.id === id);
      return hunk ? [JSON.stringify([uri, hunk.baseline.start, hunk.baseline.end, hunk.added])] : [];
    });
    return { key: JSON.stringify(parts.sort()), refs };
  }

  /** There are no parameters to be counted in a README. */
  private leaveOut(uri: string): [] {
    const open = this.pending.hunks(uri).filter(({ parameters }) => isOpen(parameters));
    this.pending.annotate(open.map(({ id }) => ({ of: { uri, id }, parameters: NO_PYTHON, note: {} })));
    return [];
  }

  private note(hunks: readonly HunkQuestions[]): void {
    const annotations = hunks.flatMap(({ of, together, alone }): Annotation[] => {
      const answer = this.answers.get(together.key);
      if (!answer) return [];
      const note = noteOf(answer, alone && this.answers.get(alone.key));
      const parameters = parametersOf(answer);
      const shown = this.pending.hunks(of.uri).find(({ id }) => id === of.id);
      const known = JSON.stringify([shown?.parameters, this.pending.note(of)]);
      return known === JSON.stringify([parameters, note]) ? [] : [{ of, parameters, note }];
    });
    if (annotations.length > 0) this.pending.annotate(annotations);
  }
}

/** Numbers first, and those of the file that the user looks at before others. */
function inOrder(hunks: readonly HunkQuestions[]): Question[] {
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  const sorted = [...hunks.filter(({ of }) => of.uri === active), ...hunks.filter(({ of }) => of.uri !== active)];
  return [...sorted.map(({ together }) => together), ...sorted.flatMap(({ alone }) => alone ?? [])];
}

function noteOf(together: Answer, alone: Answer | undefined): HunkNote {
  const whole = failureOf(together);
  const without = alone && failureOf(alone);
  return { ...(whole === undefined ? {} : { together: whole }), ...(without === undefined ? {} : { alone: without }) };
}

function parametersOf(answer: Answer): ParameterDelta {
  if ('failed' in answer) return { kind: 'notChecked', reason: answer.failed };
  const failure = failureOf(answer);
  return failure === undefined ? answer.parameters : { kind: 'notChecked', reason: failure };
}

/** Why a variant would not work, as far as the analyser can say. */
function failureOf(answer: Answer): string | undefined {
  if ('failed' in answer) return undefined;
  if (answer.syntax.outcome === 'failed') return `it would not parse: ${answer.syntax.reason ?? ''}`;
  if (answer.shapes.outcome === 'failed') return answer.shapes.reason ?? 'a shape would not fit';
  return undefined;
}

/** The files of some hunks as they would be with only these. */
function textsWith(pending: PendingChanges, refs: readonly HunkRef[]): OverlayText[] {
  const byFile = new Map<string, HunkId[]>();
  for (const { uri, id } of refs) byFile.set(uri, [...(byFile.get(uri) ?? []), id]);
  return [...byFile].flatMap(([uri, ids]) => {
    const state = pending.state(uri);
    return state ? [{ uri, text: textWith(state, ids) }] : [];
  });
}

function baselines(pending: PendingChanges): OverlayText[] {
  return pending.uris.filter(isPython).flatMap((uri) => {
    const state = pending.state(uri);
    return state ? [{ uri, text: baselineText(state) }] : [];
  });
}
