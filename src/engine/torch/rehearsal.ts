/**
 * A rehearsal: a program is run only to be watched. Operators, modules and training steps are noted where they run, loaders give
 * one batch of named size, and a module that is called with something unknown gets tensors of the kind it takes, so that
 * what comes after it can be seen as well. Nothing of this reaches a report: its numbers come from ordinary runs.
 */
import type { Context } from '../python/context.js';
import type { Bound } from '../python/define.js';
import type { Place, PyInstance, Unknown, Value } from '../python/value.js';
import { gradEnabled } from './gradMode.js';
import { isTensor, type OpNode, type TensorData } from './tensor.js';
import { traceOf, userPlace, type ModuleCall } from './trace.js';

/** An operator that ran, whether or not its result could be told. */
export interface ObservedOp {
  readonly kind: 'op';
  /** PyTorch's own name: `cross_entropy`, `softmax`, `view`. */
  readonly name: string;
  /** Arguments by their names, defaults filled in. */
  readonly args: Bound;
  /** Line of the user's code that led to it. */
  readonly place: Place | null;
  /** The module whose forward ran it, the innermost one. */
  readonly call: ModuleCall | null;
  readonly gradEnabled: boolean;
  /** The tensors among the arguments as they were when it began. */
  readonly tensors: Readonly<Record<string, TensorData>>;
  /** `undefined` while it runs or when it raised. */
  answer: Value | undefined;
  /** What its result remembers of it. */
  node: OpNode | null;
}

/** A method that makes up a training loop. */
export interface ObservedStep {
  readonly kind: 'step';
  readonly name: 'backward' | 'zero_grad' | 'step' | 'train' | 'eval' | 'schedule';
  readonly self: Value;
  readonly args: readonly Value[];
  readonly place: Place | null;
}

/** An attribute of a module that was assigned outside of the engine's own code. */
export interface ObservedAssignment {
  readonly module: PyInstance;
  readonly name: string;
  readonly value: Value;
  readonly place: Place | null;
}

/** Arguments that a layer's constructor refuses. */
export interface ObservedFailure {
  readonly message: string;
  readonly place: Place | null;
}

export interface Rehearsal {
  /** Oldest first; what ran in branches that may not be taken is among them. */
  readonly events: (ObservedOp | ObservedStep)[];
  /** Modules in the order in which they were constructed. */
  readonly instances: PyInstance[];
  /** How many of them the program made itself; the rest was made to be looked at, with arguments that it may never use. */
  made: number;
  readonly assignments: ObservedAssignment[];
  /** Constructors of layers that raised. */
  readonly failures: ObservedFailure[];
  /** How often gradients were computed. */
  backwards: number;
  /** Modules whose forward went through, in the order in which it ended. */
  readonly ran: PyInstance[];
  /** Carries out the outermost call of a module none of whose arguments is known, with such as it takes. */
  probe(module: PyInstance, args: readonly Value[], call: (args: readonly Value[]) => Value): Value;
}

const KEY = Symbol('rehearsal');

/** Most events that are kept: a loop that goes on for long shows nothing new. */
const MOST_EVENTS = 200_000;

/** The rehearsal of this run, if it is one. */
export function rehearsalOf(context: Context): Rehearsal | undefined {
  return context.state.get(KEY) as Rehearsal | undefined;
}

/** Makes the present run a rehearsal. */
export function startRehearsal(context: Context, probe: Rehearsal['probe']): Rehearsal {
  const rehearsal: Rehearsal = {
    events: [],
    instances: [],
    made: Infinity,
    assignments: [],
    failures: [],
    backwards: 0,
    ran: [],
    probe,
  };
  context.state.set(KEY, rehearsal);
  return rehearsal;
}

/** Runs something that is no part of the program: nothing of it is noted. */
export function unobserved<T>(context: Context, action: () => T): T {
  const rehearsal = rehearsalOf(context);
  context.state.delete(KEY);
  try {
    return action();
  } finally {
    if (rehearsal) context.state.set(KEY, rehearsal);
  }
}

/** Notes an operator that is about to run; `undefined` in an ordinary run. */
export function observeOp(context: Context, name: string, args: Bound): ObservedOp | undefined {
  const rehearsal = rehearsalOf(context);
  if (!rehearsal || rehearsal.events.length >= MOST_EVENTS) return undefined;
  if (name === 'backward') rehearsal.backwards++;
  const { stack } = traceOf(context);
  const tensors: Record<string, TensorData> = {};
  for (const key in args) {
    const value = args[key];
    if (value !== undefined && isTensor(value)) tensors[key] = value.data;
  }
  const observed: ObservedOp = {
    kind: 'op',
    name,
    args,
    place: userPlace(context),
    call: stack[stack.length - 1] ?? null,
    gradEnabled: gradEnabled(context),
    tensors,
    answer: undefined,
    node: null,
  };
  rehearsal.events.push(observed);
  return observed;
}

/** Notes how an operator ended. */
export function observeAnswer(observed: ObservedOp, answer: Value): void {
  observed.answer = answer;
  observed.node = isTensor(answer) ? answer.data.node : null;
}

/** Raises what a layer's constructor says to arguments that don't fit, and notes it. */
export function refuseArguments(context: Context, message: string): never {
  rehearsalOf(context)?.failures.push({ message, place: userPlace(context) });
  return context.raise('ValueError', message);
}

/** Notes a step of a training loop. */
export function observeStep(context: Context, name: ObservedStep['name'], self: Value, args: readonly Value[]): void {
  const rehearsal = rehearsalOf(context);
  if (!rehearsal || rehearsal.events.length >= MOST_EVENTS) return;
  rehearsal.events.push({ kind: 'step', name, self, args, place: userPlace(context) });
}

const isUnknown = (value: Value): value is Unknown => typeof value === 'object' && value?.kind === 'unknown';
const isPlain = (value: Value): boolean => value === null || typeof value !== 'object';

/**
 * Carries out a call of a module. In a rehearsal the outermost one is given what it takes, unless one of its arguments is known to be a
 * tensor or the like.
 */
export function rehearsedCall(
  context: Context,
  module: PyInstance,
  args: readonly Value[],
  call: (args: readonly Value[]) => Value,
): Value {
  const rehearsal = rehearsalOf(context);
  if (!rehearsal) return call(args);
  const inner = traceOf(context).stack.length > 0;
  const known = inner || !args.some(isUnknown) || !args.every((arg) => isUnknown(arg) || isPlain(arg));
  const answer = known ? call(args) : rehearsal.probe(module, args, call);
  if (!isUnknown(answer)) rehearsal.ran.push(module);
  return answer;
}
