/** Has the analyser look at the hunks that are shown: what each does to the parameters, and whether it works by itself. */
import * as vscode from 'vscode';
import {
  baselineText,
  textWith,
  type Hunk,
  type HunkId,
  type HunkRef,
  type ParameterDelta,
} from '../../edits/index.js';
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
const UNCOUNTED: ParameterDelta = { kind: 'notChecked', reason: 'it is being counted', open: true };

/**
 * Counts what each hunk does if it is kept with those that it is linked with, and finds out whether it would work without them;
 * both are written on the hunk, and taken off again as soon as the code is another one. One question at a time, each small: what the user asks for meanwhile gets its turn in between, and
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
  private timer: { readonly due: number; readonly handle: NodeJS.Timeout } | undefined;
  private running: { readonly key: string; readonly source: vscode.CancellationTokenSource } | undefined;
  /** The baseline that `answers` are for. */
  private baseline = '';
  private readonly answers = new Map<string, Answer>();
  /** While it writes on the hunks itself. */
  private noting = false;

  constructor(
    private readonly pending: PendingChanges,
    private readonly analysis: AnalysisClient,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      pending.onDidChange(() => {
        if (this.noting) return;
        this.look();
        this.schedule();
      }),
      analysis.onDidChangeResults(({ uri }) => {
        if (uri !== undefined && (pending.uris.includes(uri) || isFresh(uri))) return;
        this.startAnew(OTHERS_MILLISECONDS);
      }),
      analysis.onDidChangeState(({ kind }) => {
        // What a process that has ended could not say, the next one may.
        if (kind === 'restarting') this.startAnew(QUIET_MILLISECONDS);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer?.handle);
    this.stop();
    for (const each of this.disposables) each.dispose();
  }

  /** Nothing that was said holds any more. */
  private startAnew(milliseconds: number): void {
    this.forget();
    this.look();
    this.schedule(milliseconds);
  }

  /** The earliest time that anybody asked for stands: someone who types on and on would put it off forever. */
  private schedule(milliseconds = QUIET_MILLISECONDS): void {
    if (this.pending.count === 0) {
      clearTimeout(this.timer?.handle);
      this.timer = undefined;
      return this.forget();
    }
    const due = Date.now() + milliseconds;
    if (this.timer && this.timer.due <= due) return;
    clearTimeout(this.timer?.handle);
    const handle = setTimeout(() => {
      this.timer = undefined;
      this.goOn();
    }, milliseconds);
    this.timer = { due, handle };
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

  /** Writes on the hunks what is known of them as they are now, and that nothing is known of the others. */
  private look(): { readonly texts: readonly OverlayText[]; readonly hunks: readonly HunkQuestions[] } {
    const texts = baselines(this.pending);
    const baseline = JSON.stringify(texts);
    if (baseline !== this.baseline) this.forget();
    this.baseline = baseline;
    const shown = new Map(this.pending.uris.map((uri) => [uri, byId(this.pending.hunks(uri))]));
    const hunks = [...shown.keys()].filter(isPython).flatMap((uri) => this.questionsOf(uri, shown));
    this.noting = true;
    try {
      this.note(hunks, shown);
    } finally {
      this.noting = false;
    }
    return { texts, hunks };
  }

  /** Asks the next question that is open. */
  private goOn(): void {
    const { texts, hunks } = this.look();
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
    // Cancelled by us, somebody else has its turn.
    if (this.running?.source !== source) return;
    this.running = undefined;
    // Cancelled by the server, it is asked again: the hunk would stay uncounted.
    if (!answer) return this.schedule(OTHERS_MILLISECONDS);
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

  private questionsOf(uri: string, shown: Shown): HunkQuestions[] {
    return this.pending.hunks(uri).map(({ id }) => {
      const of = { uri, id };
      const linked = this.pending.linked(of);
      const together = question([of, ...linked], shown);
      return linked.length === 0 ? { of, together } : { of, together, alone: question([of], shown) };
    });
  }

  private note(hunks: readonly HunkQuestions[], shown: Shown): void {
    const counted = hunks.map(({ of, together, alone }): Annotation => {
      const answer = this.answers.get(together.key);
      const before = shown.get(of.uri)?.get(of.id)?.parameters;
      if (!answer) return { of, parameters: before && isOpen(before) ? before : UNCOUNTED, note: {} };
      const note = noteOf(answer, alone && this.answers.get(alone.key));
      return { of, parameters: parametersOf(answer), note };
    });
    // There are no parameters to be counted in a README.
    const others = [...shown].flatMap(([uri, each]) =>
      isPython(uri)
        ? []
        : [...each.keys()].map((id): Annotation => ({ of: { uri, id }, parameters: NO_PYTHON, note: {} })),
    );
    const changed = [...counted, ...others].filter(({ of, parameters, note }) => {
      const known = JSON.stringify([shown.get(of.uri)?.get(of.id)?.parameters, this.pending.note(of)]);
      return known !== JSON.stringify([parameters, note]);
    });
    if (changed.length > 0) this.pending.annotate(changed);
  }
}

/** The hunks of each file. */
type Shown = ReadonlyMap<string, ReadonlyMap<HunkId, Hunk>>;

function byId(hunks: readonly Hunk[]): Map<HunkId, Hunk> {
  return new Map(hunks.map((hunk) => [hunk.id, hunk]));
}

/** Hunks by their text and their place in the baseline: their ids differ where their code is the same. */
function question(refs: readonly HunkRef[], shown: Shown): Question {
  const parts = refs.flatMap(({ uri, id }) => {
    const hunk = shown.get(uri)?.get(id);
    return hunk ? [JSON.stringify([uri, hunk.baseline.start, hunk.baseline.end, hunk.added])] : [];
  });
  return { key: JSON.stringify(parts.sort()), refs };
}

/** A document that was only opened says what the disk says. */
function isFresh(uri: string): boolean {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri);
  return document?.version === 1 && !document.isDirty;
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
