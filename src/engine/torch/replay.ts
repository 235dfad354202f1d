/**
 * Replays: a function of the engine's own Python that only runs operators does the same to all tensors of the same description. What
 * it did the first time is done again without its code being run: the same operators at the place of the new call, on the new tensors.
 */
import type { Context } from '../python/context.js';
import { isSym } from '../python/symint.js';
import type { PyClass, PyFunction, PyModule, Value } from '../python/value.js';
import { autocastDType } from './autocast.js';
import { defaultDevice } from './device.js';
import { isUnknown } from './dims.js';
import { defaultDtype } from './dtypes.js';
import { gradEnabled } from './gradMode.js';
import { rehearsalOf } from './rehearsal.js';
import { tapeOf } from './tape.js';
import { isTensor, makeTensor, type OpNode, type TensorData, type TensorNative } from './tensor.js';
import { tensorClass } from './tensorClass.js';
import { markOf, recordOp, traceEvents, traceOf, type Macs } from './trace.js';

/** A tensor of a recording: one of those that came in, or what an operator made. */
type Slot = number;

interface RecordedOp {
  readonly op: string;
  readonly inputs: readonly Slot[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly macs: Macs;
}

/** A tensor that was made on the way. */
interface Made {
  readonly data: TensorData;
  /** The operator whose result it is. */
  readonly op: number;
}

type Result =
  | { readonly slot: Slot }
  | { readonly items: readonly Result[] }
  | { readonly plain: null | boolean | number | string };

interface Recording {
  readonly ops: readonly RecordedOp[];
  /** After those that came in. */
  readonly made: readonly Made[];
  readonly result: Result;
  readonly steps: number;
}

/** What a run did that can't be repeated so. */
class NotReplayable extends Error {}

/** Recordings of one function in one interpreter. */
interface Recordings {
  readonly known: Map<string, Recording | null>;
  /** What the names of its code stood for; other values (a user may replace any of them) make the recordings void. */
  readonly meanings: readonly (Value | undefined)[];
  /** When that was looked at last: while these numbers are the same, so are the meanings. */
  readonly looked: readonly number[];
}

const MOST_RECORDINGS = 2_000;

/** Makes a function one that is replayed. */
export function replayed(func: PyFunction): PyFunction {
  let names: Names | undefined;
  const byContext = new WeakMap<Context, Recordings>();
  return {
    ...func,
    around: (args, kwargs, context, run) => {
      if (rehearsalOf(context) || tapeOf(context) || autocastDType(context) !== null) return run();
      const tensors: TensorNative[] = [];
      const key = describe(context, args, kwargs, tensors);
      if (key === null) return run();
      names ??= namesOf(func);
      const recordings = upToDate(byContext.get(context), names, context);
      byContext.set(context, recordings);
      const { known } = recordings;
      const recording = known.get(key);
      if (recording) return perform(context, recording, tensors);
      if (recording === null) return run();
      if (known.size >= MOST_RECORDINGS) known.clear();
      return record(context, run, tensors, (made) => known.set(key, made));
    },
  };
}

/**
 * What a call is told by: arguments, and modes that operators ask for. Tensors are put into `tensors` in order.
 * @returns `null` where an argument may say more than its description
 */
function describe(
  context: Context,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  tensors: TensorNative[],
): string | null {
  let text = `${gradEnabled(context)} ${defaultDtype(context)} ${defaultDevice(context)}`;
  const add = (value: Value): boolean => {
    if (value === null || typeof value === 'boolean' || typeof value === 'number') text += ` ${value}`;
    else if (typeof value === 'string') text += ` ${JSON.stringify(value)}`;
    else if (typeof value !== 'object') return false;
    else if (value.kind === 'float') text += ` ${Object.is(value.value, -0) ? '-0' : value.value}f`;
    else if (isSym(value)) text += ` <${value.key}>`;
    else if (isTensor(value)) return addTensor(value);
    else return false;
    return true;
  };
  const addTensor = (tensor: TensorNative): boolean => {
    const { data } = tensor;
    const { shape, dtype } = data;
    if (tensor.taint || tensor.attrs || data.storage || data.cls || isUnknown(dtype) || isUnknown(shape)) return false;
    if (data.role !== 'tensor' && data.role !== 'parameter') return false;
    text += ` ${data.role}${data.requiresGrad ? '+' : ''} ${dtype} ${data.device}`;
    // Which tensors are one and the same decides as well.
    text += ` ${tensors.indexOf(tensor)} ${tensors.findIndex((other) => other.data === data)} [`;
    for (const dim of shape) {
      if (isUnknown(dim)) return false;
      text += typeof dim === 'number' ? `${dim},` : `<${dim.key}>,`;
    }
    text += ']';
    if (data.values) text += `=${describeNumbers(data.values)}`;
    tensors.push(tensor);
    return true;
  };
  for (const value of args) if (!add(value)) return null;
  for (const [name, value] of kwargs) {
    text += ` ${name}=`;
    if (!add(value)) return null;
  }
  return text;
}

/** Weights are mostly filled with one number. */
function describeNumbers(values: readonly number[]): string {
  const [first] = values;
  const shown = values.every((value) => Object.is(value, first)) ? [values.length, first] : values;
  return shown.map((value) => (Object.is(value, -0) ? '-0' : String(value))).join();
}

/** Runs the function and gives `keep` what it did; `null` where that can't be repeated without it. */
function record(
  context: Context,
  run: () => Value,
  tensors: readonly TensorNative[],
  keep: (recording: Recording | null) => void,
): Value {
  const before = tensors.map(({ data }) => data);
  const mark = markOf(context);
  const { value, steps, assumptions } = context.measured(run);
  const untouched = tensors.every(({ data }, i) => data === before[i]);
  try {
    if (assumptions > 0 || !untouched) throw new NotReplayable();
    keep(recordingOf(context, mark, before, tensors, value, steps));
  } catch (error) {
    if (!(error instanceof NotReplayable)) throw error;
    keep(null);
  }
  return value;
}

function recordingOf(
  context: Context,
  mark: unknown,
  given: readonly TensorData[],
  tensors: readonly TensorNative[],
  value: Value,
  steps: number,
): Recording {
  const { events, incomplete } = traceEvents(traceOf(context), mark);
  if (incomplete) throw new NotReplayable();
  const nodes = events.map((event) => {
    if (event.type !== 'op') throw new NotReplayable();
    return event.op;
  });
  const slots = new Map<TensorData, Slot>();
  given.forEach((data, i) => {
    if (!slots.has(data)) slots.set(data, i);
  });
  const made: Made[] = [];
  const slotOf = (data: TensorData): Slot => {
    const known = slots.get(data);
    if (known !== undefined) return known;
    const op = nodes.findIndex((node) => node === data.node);
    const plain = !data.values && !data.storage && !data.cls && !data.init && data.role === 'tensor';
    const clear = !isUnknown(data.dtype) && !isUnknown(data.shape) && !data.shape.some(isUnknown);
    if (op < 0 || !plain || !clear) throw new NotReplayable();
    const slot = given.length + made.length;
    made.push({ data, op });
    slots.set(data, slot);
    return slot;
  };
  const ops = nodes.map(({ op, inputs, attributes, macs }): RecordedOp => {
    if (isUnknown(macs) || !isSimple(attributes)) throw new NotReplayable();
    return { op, inputs: inputs.map(slotOf), attributes, macs };
  });
  const results = new Set<TensorNative>(tensors);
  const resultOf = (part: Value): Result => {
    if (part === null || (typeof part !== 'object' && typeof part !== 'undefined')) return { plain: part as null };
    if (typeof part === 'object' && part.kind === 'tuple' && !part.cls) return { items: part.items.map(resultOf) };
    // An object that comes back, or comes twice, is more than its description.
    if (!isTensor(part) || results.has(part) || part.attrs || part.taint) throw new NotReplayable();
    results.add(part);
    return { slot: slotOf(part.data) };
  };
  const result = resultOf(value);
  return { ops, made, result, steps };
}

/** Numbers, texts and lists of them: what means the same in every run. */
function isSimple(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function';
  if (Array.isArray(value)) return value.every(isSimple);
  if ('kind' in value) return isSym(value) || value.kind === 'float';
  return Object.values(value).every(isSimple);
}

/** Does again what was recorded, on these tensors. */
function perform(context: Context, recording: Recording, tensors: readonly TensorNative[]): Value {
  context.step(recording.steps);
  const data = tensors.map((tensor) => tensor.data);
  const first = data.length;
  const { ops, made, result } = recording;
  const nodes: OpNode[] = [];
  /** What was made by an operator exists from then on. */
  const dataOf = (slot: Slot): TensorData => {
    let known = data[slot];
    if (!known) {
      const { data: like, op } = made[slot - first]!;
      known = data[slot] = { ...like, node: nodes[op]! };
    }
    return known;
  };
  for (const { op, inputs, attributes, macs } of ops)
    nodes.push(recordOp(context, { op, inputs: inputs.map(dataOf), attributes, macs }));
  const valueOf = (part: Result): Value => {
    if ('slot' in part) return makeTensor(context.heap, dataOf(part.slot));
    return 'items' in part ? context.tuple(part.items.map(valueOf)) : part.plain;
  };
  return valueOf(result);
}

// ------------------------------------------------------------------ names

/** The names in a function's code, and where they are looked up. */
interface Names {
  readonly words: readonly string[];
  readonly homes: readonly (PyModule | PyClass)[];
}

/** The names and attributes in a function's code and in that of its module's functions that it names. */
function namesOf({ node, module }: PyFunction): Names {
  const words = new Set<string>();
  const homes = new Set<PyModule | PyClass>([module, tensorClass]);
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || value instanceof Set) return;
    const { kind, id, attr } = value as { kind?: unknown; id?: unknown; attr?: unknown };
    const word = kind === 'Name' ? id : kind === 'Attribute' ? attr : undefined;
    if (typeof word === 'string' && !words.has(word)) {
      words.add(word);
      const named = kind === 'Name' ? module.namespace.get(word) : undefined;
      if (typeof named === 'object' && named?.kind === 'module') homes.add(named);
      if (typeof named === 'object' && named?.kind === 'function' && named.module === module) visit(named.node);
    }
    for (const child of Object.values(value)) visit(child);
  };
  visit(node);
  return { words: [...words], homes: [...homes] };
}

/** The recordings, or none if the code has come to mean something else. */
function upToDate(known: Recordings | undefined, { words, homes }: Names, { heap }: Context): Recordings {
  const looked = [heap.lastingChanges, ...homes.map(({ saved }) => saved)];
  if (known && looked.every((number, i) => number === known.looked[i])) return known;
  const meanings = words.flatMap((word) => homes.map(({ namespace }) => namespace.get(word)));
  const same = known?.meanings.every((value, i) => value === meanings[i]);
  return known && same ? { ...known, looked } : { known: new Map(), meanings, looked };
}
