/** `torch.vmap`: the function runs once, on one example of each mapped argument; results get the mapped dimension back. */
import { because } from '../python/coerce.js';
import type { Context } from '../python/context.js';
import { defineFunction } from '../python/define.js';
import type { PyBuiltin, Unknown, Value } from '../python/value.js';
import { isUnknown, mul, sub } from './dims.js';
import { isTensor, makeTensor, type Dim } from './tensor.js';
import { recordOp, traceEvents, traceOf, type Macs } from './trace.js';

/** Thrown for what is not followed: unknown dimensions, structures that are mapped in parts. */
class NotFollowed extends Error {
  constructor(readonly unknown: Unknown) {
    super(unknown.reason);
  }
}

/** The size of the mapped dimension, taken from the first argument that has one. */
interface Mapped {
  size: Dim | null;
}

function axisOf(dim: number, rank: number, context: Context): number {
  const axis = dim < 0 ? dim + rank : dim;
  if (axis < 0 || axis >= rank)
    context.raise('ValueError', `vmap: got in_dim=${dim} for an input of dimensionality ${rank}`);
  return axis;
}

/** One example of an argument: every tensor in it without the mapped dimension, its values unknown. */
function exampleOf(value: Value, dim: Value, mapped: Mapped, context: Context): Value {
  if (dim === null) return value;
  if (isTensor(value)) {
    const { shape } = value.data;
    if (value.taint || isUnknown(shape)) throw new NotFollowed(value.taint ?? (shape as Unknown));
    if (typeof dim !== 'number') throw new NotFollowed(context.unknown('the dimension that vmap maps is not known'));
    const axis = axisOf(dim, shape.length, context);
    mapped.size ??= shape[axis] as Dim;
    return makeTensor(context.heap, {
      ...value.data,
      role: 'tensor',
      shape: shape.filter((_, i) => i !== axis),
      values: null,
      storage: null,
    });
  }
  if (typeof value === 'object' && (value?.kind === 'tuple' || value?.kind === 'list') && !value.cls) {
    const items = context.items(value);
    if (isUnknown(items)) throw new NotFollowed(items);
    const dims = typeof dim === 'object' ? context.items(dim) : items.map(() => dim);
    if (isUnknown(dims)) throw new NotFollowed(dims);
    const examples = items.map((item, i) => exampleOf(item, dims[i] ?? null, mapped, context));
    return value.kind === 'tuple' ? context.tuple(examples) : context.list(examples);
  }
  if (isUnknown(value)) throw new NotFollowed(value);
  if (typeof value === 'object' && value?.kind === 'dict')
    throw new NotFollowed(context.unknown('how vmap maps over a dict is not described by the analyser'));
  return context.raise(
    'ValueError',
    `vmap: got an in_dim for an input that is no tensor but of type ${context.typeOf(value).name}`,
  );
}

/** A result with the mapped dimension put in. */
function batched(value: Value, dim: Value, size: Dim, context: Context): Value {
  if (isTensor(value)) {
    const { shape } = value.data;
    if (value.taint || isUnknown(shape) || typeof dim !== 'number')
      return value.taint ?? (isUnknown(shape) ? shape : context.unknown('where vmap puts its dimension is not known'));
    const axis = axisOf(dim, shape.length + 1, context);
    return makeTensor(context.heap, {
      ...value.data,
      role: 'tensor',
      shape: [...shape.slice(0, axis), size, ...shape.slice(axis)],
      values: null,
      storage: null,
    });
  }
  if (typeof value === 'object' && value?.kind === 'tuple') {
    const dims = typeof dim === 'object' && dim?.kind === 'tuple' ? dim.items : value.items.map(() => dim);
    return context.tuple(value.items.map((item, i) => batched(item, dims[i] ?? null, size, context)));
  }
  return isUnknown(value) ? because(value) : context.unknown('what the function under vmap returns is not a tensor');
}

/** Adds what the operators recorded since `from` cost in the other rounds. */
function chargeOthers(context: Context, from: number, size: Dim): void {
  const trace = traceOf(context);
  const { events, incomplete } = traceEvents(trace);
  let once: Dim = 0;
  for (const event of events.slice(from)) {
    if (event.type !== 'op') continue;
    const { macs }: { macs: Macs } = event.op;
    if (isUnknown(macs)) return; // what is unknown once stays so
    once =
      typeof once === 'number' && typeof macs === 'number' ? once + macs : isUnknown(once) ? once : sum(once, macs);
  }
  const macs: Macs = incomplete ?? mul(once, sub(size, 1));
  if (macs !== 0) recordOp(context, { op: 'vmap', inputs: [], macs });
}

function sum(a: Dim, b: Dim): Dim {
  return sub(a, mul(b, -1));
}

function run(
  func: Value,
  inDims: Value,
  outDims: Value,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const mapped: Mapped = { size: null };
  try {
    const dims = typeof inDims === 'object' && inDims !== null ? context.items(inDims) : args.map(() => inDims);
    if (isUnknown(dims)) return dims;
    const inner = args.map((arg, i) => exampleOf(arg, dims[i] ?? null, mapped, context));
    const named = new Map([...kwargs].map(([name, arg]) => [name, exampleOf(arg, 0, mapped, context)] as const));
    if (mapped.size === null)
      return context.raise('ValueError', 'vmap needs at least one argument that is mapped over');
    const from = traceEvents(traceOf(context)).events.length;
    const result = context.call(func, inner, named);
    chargeOthers(context, from, mapped.size);
    return batched(result, outDims, mapped.size, context);
  } catch (error) {
    if (error instanceof NotFollowed) return because(error.unknown);
    throw error;
  }
}

/** `torch.vmap` and `torch.func.vmap`. */
export const vmap: PyBuiltin = defineFunction(
  "vmap(func, in_dims=0, out_dims=0, randomness='error', *, chunk_size=None)",
  ({ func, in_dims: inDims, out_dims: outDims }) => ({
    kind: 'builtin',
    name: 'wrapped',
    qualname: 'vmap.<locals>.wrapped',
    isMethod: false,
    pure: true,
    call: (args, kwargs, context) => run(func ?? null, inDims ?? null, outDims ?? null, args, kwargs, context),
  }),
);
