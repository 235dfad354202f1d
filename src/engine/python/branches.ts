/**
 * Code under conditions that can't be decided: every branch runs on its own fork of the heap, then the outcomes are joined.
 *
 * A branch that only raises is taken as not taken (and the assumption recorded). A branch that leaves early (`return`, `break`,
 * `continue`) while another goes on is kept as *pending*: the rest runs on, and where the block, loop or function ends, what
 * was pending is joined with it.
 */
import { budget } from './budget.js';
import { PyRaise, Stopped, UnknownFlow } from './errors.js';
import type { Completion, Frame, Outcome } from './frame.js';
import type { Interpreter } from './interpreter.js';
import type { Unknown, Value } from './value.js';

/** Runs one branch on a fork, rolls it back, and returns all ways it may end (empty: it only raises, see `raised`). */
function runBranch(
  interpreter: Interpreter,
  frame: Frame,
  action: () => Completion,
): { outcomes: Outcome[]; raised: PyRaise | null } {
  const { heap, frames } = interpreter;
  const depth = frames.length;
  const from = frame.pending.length;
  const forks = heap.depth;
  const journal = heap.fork();
  let raised: PyRaise | null = null;
  let outcomes: Outcome[] = [];
  try {
    const completion = action();
    outcomes = closePending(interpreter, frame, from, { completion });
    if (frame.pending.length !== from) throw new Error('pending outcomes were not closed');
  } catch (error) {
    frames.length = depth;
    if (!(error instanceof PyRaise)) {
      frame.pending.length = from;
      heap.unwind(forks);
      throw error;
    }
    raised = error;
    outcomes = frame.pending.length > from ? closePending(interpreter, frame, from, null) : [];
    heap.unwind(forks + 1);
  }
  const deltas = heap.rebase(
    journal,
    outcomes.map((outcome) => outcome.delta),
  );
  heap.rollback(journal);
  return {
    outcomes: outcomes.map((outcome, i) => ({ completion: outcome.completion, delta: deltas[i] ?? outcome.delta })),
    raised,
  };
}

/**
 * Closes the journals of everything pending since `from`; the running state goes back to where the first of them began.
 * @param last how the running code ended (its state is the present one), or `null` when it raised.
 * @returns all outcomes as deltas from the state that is then the running one.
 */
function closePending(
  interpreter: Interpreter,
  frame: Frame,
  from: number,
  last: { readonly completion: Completion } | null,
): Outcome[] {
  const { heap } = interpreter;
  let outcomes: Outcome[] | null = null;
  while (frame.pending.length > from) {
    const pending = frame.pending.pop();
    if (!pending) break;
    if (outcomes) {
      const deltas = heap.rebase(
        pending.journal,
        outcomes.map((outcome) => outcome.delta),
      );
      outcomes = outcomes.map((outcome, i) => ({ completion: outcome.completion, delta: deltas[i] ?? outcome.delta }));
      heap.rollback(pending.journal);
    } else {
      const delta = heap.rollback(pending.journal);
      outcomes = last ? [{ completion: last.completion, delta }] : [];
    }
    outcomes.push(...pending.outcomes);
  }
  return outcomes ?? (last ? [{ completion: last.completion, delta: new Map() }] : []);
}

/** Joins outcomes of the same type into one. */
function group(interpreter: Interpreter, outcomes: readonly Outcome[], reason: Unknown): Outcome[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const type = outcome.completion?.type ?? 'normal';
    const list = groups.get(type);
    if (list) list.push(outcome);
    else groups.set(type, [outcome]);
  }
  return [...groups.values()].map((list) => {
    const first = list[0] as Outcome;
    if (list.length === 1) return first;
    const journal = interpreter.heap.fork();
    interpreter.heap.merge(
      list.map((outcome) => outcome.delta),
      (a, b) => interpreter.join(a, b, reason),
      reason,
    );
    let { completion } = first;
    if (completion?.type === 'return') {
      let { value } = completion;
      for (const outcome of list.slice(1))
        if (outcome.completion?.type === 'return') {
          const joined = interpreter.join(value, outcome.completion.value, reason);
          // `None` in both is None.
          value = joined === undefined ? reason : joined;
        }
      completion = { type: 'return', value };
    }
    return { completion, delta: interpreter.heap.rollback(journal) };
  });
}

/** Takes up one of the grouped outcomes and leaves the others pending. */
function goOn(interpreter: Interpreter, frame: Frame, groups: readonly Outcome[]): Completion {
  const { heap } = interpreter;
  const rank = (outcome: Outcome): number =>
    ['normal', 'continue', 'break', 'return'].indexOf(outcome.completion?.type ?? 'normal');
  const sorted = [...groups].sort((a, b) => rank(a) - rank(b));
  const main = sorted[0];
  if (!main) return undefined;
  if (sorted.length > 1) {
    if (frame.isGenerator)
      throw new UnknownFlow(interpreter.unknown('a generator ends under a condition that is not known'));
    frame.pending.push({ journal: heap.fork(), outcomes: sorted.slice(1), place: interpreter.place });
  }
  heap.apply(main.delta);
  return main.completion;
}

/** `if` with a condition that can't be decided (and everything built like it). */
export function execUnknownBranches(
  interpreter: Interpreter,
  frame: Frame,
  condition: Unknown,
  branches: readonly (() => Completion)[],
): Completion {
  if (interpreter.heap.depth > budget.forks)
    throw new Stopped(
      { ...condition, reason: `too many conditions in one another that are not known (${condition.reason})` },
      'steps',
    );
  const outcomes: Outcome[] = [];
  let raised: PyRaise | null = null;
  for (const branch of branches) {
    const result = runBranch(interpreter, frame, branch);
    outcomes.push(...result.outcomes);
    if (result.raised) {
      raised ??= result.raised;
      interpreter.assume(`it does not come to ${result.raised.message}`);
    }
  }
  if (outcomes.length === 0 && raised) throw raised;
  const reason: Unknown = { kind: 'unknown', reason: condition.reason, place: condition.place ?? interpreter.place };
  return goOn(interpreter, frame, group(interpreter, outcomes, reason));
}

/** The value of `a if condition else b` and of short-circuit operators under an unknown condition. */
export function joinUnknownValues(
  interpreter: Interpreter,
  frame: Frame,
  condition: Unknown,
  branches: readonly (() => Value)[],
): Value {
  const completion = execUnknownBranches(
    interpreter,
    frame,
    condition,
    branches.map((branch) => () => ({ type: 'return', value: branch() }) as const),
  );
  return completion?.type === 'return' ? completion.value : condition;
}

/** Resolves what is pending since `from` where a loop's body or a loop ends; `absorb` says which completions end here. */
export function settle(
  interpreter: Interpreter,
  frame: Frame,
  from: number,
  completion: Completion,
  absorb: (completion: Completion) => Completion,
): Completion {
  if (frame.pending.length <= from) return absorb(completion);
  const reason: Unknown = {
    kind: 'unknown',
    reason: 'it depends on a condition that is not known',
    place: frame.pending[from]?.place ?? interpreter.place,
  };
  const outcomes = closePending(interpreter, frame, from, { completion });
  const absorbed = outcomes.map((outcome) => ({ completion: absorb(outcome.completion), delta: outcome.delta }));
  return goOn(interpreter, frame, group(interpreter, absorbed, reason));
}

/** Joins everything pending where the function ends. `null`: the rest of the body raised. */
export function finishFrame(interpreter: Interpreter, frame: Frame, last: Completion | null): Value {
  const reason: Unknown = {
    kind: 'unknown',
    reason: 'the value returned depends on a condition that is not known',
    place: frame.pending[0]?.place ?? interpreter.place,
  };
  const outcomes = closePending(interpreter, frame, 0, last === null ? null : { completion: last });
  const returned = outcomes.map((outcome) => ({
    completion: outcome.completion?.type === 'return' ? outcome.completion : ({ type: 'return', value: null } as const),
    delta: outcome.delta,
  }));
  const completion = goOn(interpreter, frame, group(interpreter, returned, reason));
  return completion?.type === 'return' ? completion.value : null;
}

/** Each round after the first few gives up at least one more place; chains of places are short. */
const MOST_ROUNDS = 24;

/**
 * A loop whose number of rounds is not known: the body runs on forks until the state rests; what it may write is joined with
 * what was there.
 */
export function execUnknownLoop(
  interpreter: Interpreter,
  frame: Frame,
  reason: Unknown,
  body: () => Completion,
): Completion {
  const { heap } = interpreter;
  const taint: Unknown = {
    kind: 'unknown',
    reason: `it changes in a loop whose rounds are not known (${reason.reason})`,
    place: reason.place ?? interpreter.place,
  };
  let returns: Outcome[] = [];
  for (let round = 0; ; round++) {
    const { outcomes, raised } = runBranch(interpreter, frame, body);
    if (raised && outcomes.length === 0) interpreter.assume(`it does not come to ${raised.message}`);
    returns = outcomes.filter((outcome) => outcome.completion?.type === 'return');
    const inner = outcomes.filter((outcome) => outcome.completion?.type !== 'return');
    // What still moves after some rounds is given up; what that moves in turn is seen by the next one.
    const settled = round < budget.loopRounds;
    const changed = heap.merge(
      [new Map(), ...inner.map((outcome) => outcome.delta)],
      (a, b) => (a === b ? a : settled ? interpreter.join(a, b, taint) : taint),
      taint,
    );
    if (!changed || round >= MOST_ROUNDS) break;
  }
  if (returns.length === 0) return undefined;
  return goOn(interpreter, frame, group(interpreter, [{ completion: undefined, delta: new Map() }, ...returns], taint));
}
