/** Which operators give another look at the same memory, and with what strides; everything else gives new memory. */
import { isUnknown, mul } from '../dims.js';
import { isTensor, type Dim } from '../tensor.js';
import type { TapeOp } from '../tape.js';
import type { Value } from '../../python/value.js';
import { drops } from './arguments.js';
import { denseStrides, isDense, viewed, type Layout } from './layout.js';

/** The strides of a view of `input` that has the shape `to`; `null`: the operator copies (or had to). */
type View = (op: TapeOp, input: Layout, to: readonly Dim[], at: number) => readonly Dim[] | null;

const merged: View = (_op, input, to) => viewed(input, to);

function axis(value: Value | undefined, rank: number): number {
  const dim = typeof value === 'number' ? value : 0;
  return dim < 0 ? dim + rank : dim;
}

/** Integers given one by one or as one sequence. */
function integers(value: Value | undefined): number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value.kind !== 'tuple' && value.kind !== 'list') return [];
  return value.items.flatMap((item) => integers(item));
}

const at = (strides: readonly Dim[], order: readonly number[]): Dim[] => order.map((i) => strides[i] ?? 1);

const transposed: View = ({ args, name }, { strides }) => {
  const order = strides.map((_, i) => i);
  if (order.length < 2) return strides;
  const [a, b] =
    name === 't' || name === 'adjoint'
      ? [order.length - 2, order.length - 1]
      : [axis(args['dim0'], order.length), axis(args['dim1'], order.length)];
  order[a] = b;
  order[b] = a;
  return at(strides, order);
};

const permuted: View = ({ args }, { strides }) =>
  at(
    strides,
    integers(args['dims']).map((dim) => axis(dim, strides.length)),
  );

const moved: View = ({ args }, { strides }) => {
  const rank = strides.length;
  const from = integers(args['source']).map((dim) => axis(dim, rank));
  const to = integers(args['destination']).map((dim) => axis(dim, rank));
  const order: number[] = new Array<number>(rank).fill(-1);
  from.forEach((dim, i) => (order[to[i] ?? 0] = dim));
  const rest = strides.map((_, i) => i).filter((dim) => !from.includes(dim));
  return at(
    strides,
    order.map((dim) => (dim < 0 ? (rest.shift() ?? 0) : dim)),
  );
};

/** An axis that is repeated takes no steps. */
const expanded: View = (_op, { shape, strides }, to) => {
  const added = to.length - shape.length;
  return to.map((size, i) => (i < added ? 0 : shape[i - added] === size ? (strides[i - added] as Dim) : 0));
};

/** Result `at` goes along its own axis; the first two are swapped for pictures. */
const gridded: View = ({ args, outputs }, { strides }, to, index) => {
  const isSwapped = args['indexing'] === 'xy' && outputs.length >= 2 && index < 2;
  return to.map((_, i) => (i === (isSwapped ? 1 - index : index) ? (strides[0] ?? 1) : 0));
};

const without =
  (key: string): View =>
  ({ args }, { strides }) =>
    strides.filter((_, i) => i !== axis(args[key], strides.length));

const kept: View = (_op, { strides }) => strides;

/** `x[…]` with numbers, slices and `None`: a view. */
const indexed: View = ({ args, inputs }, { strides, shape }) => {
  const index = args['index'] ?? null;
  if (inputs.has('index') && !onlyScalars(index)) return null;
  const items = typeof index === 'object' && index !== null && index.kind === 'tuple' ? index.items : [index];
  const taken = items.filter((item) => item !== null && !(typeof item === 'object' && item.kind === 'singleton'));
  const result: Dim[] = [];
  let next = 0;
  for (const item of items) {
    if (item === null) result.push(1);
    else if (typeof item === 'boolean') return null;
    else if (typeof item === 'object' && item.kind === 'singleton')
      for (let rest = shape.length - taken.length; rest > 0; rest--) result.push(strides[next++] as Dim);
    else if (typeof item === 'object' && item.kind === 'slice')
      result.push(mul(strides[next++] as Dim, typeof item.step === 'number' ? item.step : 1));
    else if (typeof item === 'object' && (item.kind === 'list' || item.kind === 'tuple')) return null;
    else next++;
  }
  return [...result, ...strides.slice(next)];
};

function onlyScalars(index: Value): boolean {
  const items = typeof index === 'object' && index !== null && index.kind === 'tuple' ? index.items : [index];
  return items.every(
    (item) =>
      !isTensor(item) || (!isUnknown(item.data.shape) && item.data.shape.length === 0 && item.data.dtype !== 'bool'),
  );
}

const squeezed: View = (_op, input, to) => {
  // Axes of size one have no say in where elements lie.
  const strides = input.strides.filter((_, i) => input.shape[i] !== 1);
  const result: Dim[] = [];
  for (const size of to) result.push(size === 1 ? 1 : (strides.shift() ?? 1));
  return result;
};

/** Dropout that does nothing gives its input itself. */
const dropped: View = (op, { strides }) => (drops(op) ? null : strides);

const views: Readonly<Record<string, View>> = {
  dropout: dropped,
  alpha_dropout: dropped,
  feature_dropout: dropped,
  feature_alpha_dropout: dropped,
  dropout1d: dropped,
  dropout2d: dropped,
  dropout3d: dropped,
  reshape: merged,
  view: merged,
  view_as: merged,
  reshape_as: merged,
  flatten: merged,
  ravel: merged,
  unflatten: merged,
  atleast_1d: merged,
  atleast_2d: merged,
  atleast_3d: merged,
  contiguous: (_op, input, to) => (isDense(input) ? denseStrides(to) : null),
  squeeze: squeezed,
  unsqueeze: squeezed,
  transpose: transposed,
  t: transposed,
  adjoint: transposed,
  permute: permuted,
  movedim: moved,
  expand: expanded,
  meshgrid: gridded,
  expand_as: expanded,
  broadcast_to: expanded,
  broadcast_tensors: expanded,
  narrow: kept,
  split: kept,
  split_with_sizes: kept,
  chunk: kept,
  tensor_split: kept,
  hsplit: kept,
  vsplit: kept,
  dsplit: kept,
  detach: kept,
  positive: kept,
  real: kept,
  imag: kept,
  view_as_real: (_op, { strides }) => [...strides.map((stride) => mul(stride, 2)), 1],
  view_as_complex: (_op, { strides }) => strides.slice(0, -1),
  unbind: without('dim'),
  select: without('dim'),
  getitem: indexed,
};

/** The strides of result `index` of an operator in the memory of the tensor it looks at; `null` where it is new memory. */
export function viewStrides(op: TapeOp, input: Layout, to: readonly Dim[], index = 0): readonly Dim[] | null {
  return views[op.name]?.(op, input, to, index) ?? null;
}
