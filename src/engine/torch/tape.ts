/**
 * A tape: every operator of one forward pass with its arguments and results, for what is computed from a whole pass: what backward
 * keeps, how a signal travels. Ordinary runs have none and pay nothing for it.
 *
 * It lies in a native of the heap, so that a branch that is rolled back takes its operators with it, and so that branches that
 * differ leave a taint instead of a wrong order.
 */
import type { Context } from '../python/context.js';
import type { Bound } from '../python/define.js';
import type { Native, NativeType, Place, PyClass, Unknown, Value } from '../python/value.js';
import { autocastDType } from './autocast.js';
import { gradEnabled } from './gradMode.js';
import { isTensor, type TensorData, type TensorNative } from './tensor.js';
import { traceOf, userPlace, type ModuleCall } from './trace.js';

/** A tensor as it was when an operator ran. */
export interface TapeTensor {
  readonly tensor: TensorNative;
  readonly data: TensorData;
}

export interface TapeOp {
  /** PyTorch's own name. */
  readonly name: string;
  /** Arguments by their names, defaults filled in. */
  readonly args: Bound;
  /** Tensors among the arguments, by name; lists in their order. */
  readonly inputs: ReadonlyMap<string, readonly TapeTensor[]>;
  readonly outputs: readonly TapeTensor[];
  /** Wrote into its first tensor. */
  readonly inplace: boolean;
  readonly place: Place | null;
  /** The module whose forward ran it, the innermost one. */
  readonly call: ModuleCall | null;
  readonly gradEnabled: boolean;
  /** It ran under autocast. */
  readonly autocast: boolean;
  /** The outermost running checkpoint, if any: each has its own number. */
  readonly checkpoint: number | null;
}

interface Cell {
  readonly op: TapeOp;
  readonly before: Cell | null;
}

interface Tape {
  readonly log: Native;
  /** Checkpoints that are running. */
  readonly checkpoints: number[];
  serial: number;
}

/** An operator that began. */
export interface Begun {
  readonly name: string;
  readonly args: Bound;
  readonly inputs: ReadonlyMap<string, readonly TapeTensor[]>;
  readonly grad: boolean;
}

const KEY = Symbol('tape');

const cellType: NativeType = {
  name: 'tape',
  cls(): PyClass {
    throw new Error('the tape is never a value of the program');
  },
};

export function tapeOf(context: Context): Tape | undefined {
  return context.state.get(KEY) as Tape | undefined;
}

/** Records every operator from now on. */
export function startTape(context: Context): void {
  const log: Native = {
    kind: 'native',
    type: cellType,
    data: null,
    attrs: null,
    saved: context.heap.epoch,
    taint: null,
  };
  context.state.set(KEY, { log, checkpoints: [], serial: 0 } satisfies Tape);
}

/** What was recorded, oldest first, and why its order can't be trusted, if so; recording ends. */
export function takeTape(context: Context): { readonly ops: readonly TapeOp[]; readonly incomplete: Unknown | null } {
  const tape = tapeOf(context);
  context.state.delete(KEY);
  const ops: TapeOp[] = [];
  for (let at = (tape?.log.data ?? null) as Cell | null; at; at = at.before) ops.push(at.op);
  return { ops: ops.reverse(), incomplete: tape?.log.taint ?? null };
}

function tensorsOf(value: Value, into: TapeTensor[], depth = 0): TapeTensor[] {
  if (typeof value !== 'object' || value === null || depth > 3) return into;
  if (isTensor(value)) into.push({ tensor: value, data: value.data });
  else if (value.kind === 'tuple' || value.kind === 'list')
    for (const item of value.items) tensorsOf(item, into, depth + 1);
  return into;
}

/** Notes the arguments of an operator that is about to run; `undefined` where nothing is recorded. */
export function beginOp(context: Context, name: string, args: Bound): Begun | undefined {
  if (!tapeOf(context)) return undefined;
  const inputs = new Map<string, readonly TapeTensor[]>();
  for (const [key, value] of Object.entries(args)) {
    const found = tensorsOf(value, []);
    if (found.length > 0) inputs.set(key, found);
  }
  return { name, args, inputs, grad: gradEnabled(context) };
}

/** Notes what came out of it. */
export function endOp(context: Context, begun: Begun, answer: Value, inplace: boolean): void {
  const tape = tapeOf(context);
  if (!tape) return;
  const outputs = tensorsOf(answer, []);
  if (outputs.length === 0) return;
  const { stack } = traceOf(context);
  const op: TapeOp = {
    name: begun.name,
    args: begun.args,
    inputs: begun.inputs,
    outputs,
    inplace,
    place: userPlace(context),
    call: stack[stack.length - 1] ?? null,
    gradEnabled: begun.grad,
    autocast: autocastDType(context) !== null,
    checkpoint: tape.checkpoints[0] ?? null,
  };
  context.heap.touch(tape.log);
  tape.log.data = { op, before: tape.log.data as Cell | null } satisfies Cell;
}

/** `torch.utils.checkpoint` begins or ends around what it will compute anew in backward. */
export function markCheckpoint(context: Context, begins: boolean): void {
  const tape = tapeOf(context);
  if (!tape) return;
  if (begins) tape.checkpoints.push(++tape.serial);
  else tape.checkpoints.pop();
}
