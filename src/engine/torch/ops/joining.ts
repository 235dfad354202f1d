/** Putting tensors together and taking them apart along an axis. */
import type { Value } from '../../python/value.js';
import { gatherStrided, stridesOf } from '../broadcast.js';
import {
  add,
  assumeEqual,
  ceilDiv,
  compareDim,
  concrete,
  isInt,
  isUnknown,
  minDim,
  moreSpecific,
  mul,
  numelOf,
  showDim,
  sub,
} from '../dims.js';
import { resultType } from '../dtypes.js';
import { isTensor, type Dim, type Shape, type TensorData, type TensorNative } from '../tensor.js';
import { alias, maxValues, operator, UnknownShape, type Args, type Result, type Results } from './operator.js';

const TM = 'torch method';

function promoted(tensors: readonly TensorNative[]): ReturnType<typeof resultType> {
  return resultType(
    tensors.map(({ data }) => ({
      dtype: data.dtype,
      rank: !isUnknown(data.shape) && data.shape.length === 0 ? 'scalar' : 'tensor',
    })),
  );
}

export function catenate(args: Args, tensors: readonly TensorNative[], dim: number): Result {
  if (tensors.length === 0)
    return args.context.raise('ValueError', 'torch.cat(): expected a non-empty list of Tensors');
  const dtype = promoted(tensors);
  const shapes: (readonly Dim[])[] = [];
  for (const { data } of tensors) {
    if (isUnknown(data.shape)) throw new UnknownShape(data.shape);
    if (data.shape.length === 0)
      return args.fail(
        `zero-dimensional tensor (at position ${tensors.findIndex((t) => t.data === data)}) cannot be concatenated`,
      );
    // Empty one-dimensional tensors are skipped, as they always were.
    if (!(data.shape.length === 1 && data.shape[0] === 0)) shapes.push(data.shape);
  }
  const [first] = shapes;
  if (!first) return { shape: [0], dtype, values: [] };
  const axis = args.axis(dim, first.length);
  const result = [...first];
  for (const [index, shape] of shapes.entries()) {
    if (index === 0) continue;
    if (shape.length !== first.length)
      args.fail(`Tensors must have same number of dimensions: got ${first.length} and ${shape.length}`, {
        origin: tensors[index]?.data,
      });
    for (const [i, size] of shape.entries()) {
      const own = result[i] as Dim;
      if (i === axis) result[i] = add(own, size);
      else if (!assumeEqual(args.context, own, size))
        args.fail(
          `Sizes of tensors must match except in dimension ${axis}. Expected size ${showDim(own)} but got size ${showDim(size)} for tensor number ${index} in the list.`,
          { expected: own, got: size, dim: i, origin: tensors[index]?.data },
        );
      else result[i] = moreSpecific(own, size);
    }
  }
  return { shape: result, dtype, values: catValues(tensors, result, axis), attributes: { dim: axis } };
}

function catValues(tensors: readonly TensorNative[], shape: Shape, axis: number): number[] | null {
  const sizes = concrete(shape);
  const count = numelOf(shape);
  if (
    !sizes ||
    typeof count !== 'number' ||
    count > maxValues(tensors[0]?.data.dtype) ||
    tensors.some(({ data }) => !data.values)
  )
    return null;
  const outer = sizes.slice(0, axis).reduce((a, b) => a * b, 1);
  const result: number[] = [];
  for (let i = 0; i < outer; i++)
    for (const { data } of tensors) {
      const values = data.values ?? [];
      const chunk = values.length / outer;
      result.push(...values.slice(i * chunk, (i + 1) * chunk));
    }
  return result;
}

operator('cat(tensors, dim=0)', 'torch', (args) => catenate(args, args.tensorList('tensors'), args.int('dim')));
alias('concat concatenate', 'cat', 'torch');

function stacked(args: Args, tensors: readonly TensorNative[], dim: number): Result {
  if (tensors.length === 0) return args.context.raise('RuntimeError', 'stack expects a non-empty TensorList');
  const dtype = promoted(tensors);
  let first: Dim[] | null = null;
  for (const [index, { data }] of tensors.entries()) {
    if (isUnknown(data.shape)) throw new UnknownShape(data.shape);
    if (!first) {
      first = [...data.shape];
      continue;
    }
    const own: readonly Dim[] = first;
    if (
      data.shape.length !== first.length ||
      data.shape.some((size, i) => !assumeEqual(args.context, own[i] as Dim, size))
    )
      return args.fail(
        `stack expects each tensor to be equal size, but got [${first.map(showDim).join(', ')}] at entry 0 and [${data.shape.map(showDim).join(', ')}] at entry ${index}`,
        { origin: data },
      );
    first = first.map((size, i) => moreSpecific(size, (data.shape as readonly Dim[])[i] as Dim));
  }
  const base = first as Dim[];
  const axis = args.axis(dim, base.length + 1);
  const shape = [...base.slice(0, axis), tensors.length, ...base.slice(axis)];
  return { shape, dtype, values: catValues(tensors, shape, axis), attributes: { dim: axis } };
}
operator('stack(tensors, dim=0)', 'torch', (args) => stacked(args, args.tensorList('tensors'), args.int('dim')));

/** `hstack`, `vstack`, `dstack`, `column_stack` join along an axis after raising the rank. */
function raised(tensors: readonly TensorNative[], rank: number, column: boolean): TensorNative[] {
  return tensors.map((tensor) => {
    const { shape } = tensor.data;
    if (isUnknown(shape)) throw new UnknownShape(shape);
    if (shape.length >= rank) return tensor;
    const [size] = shape;
    const lifted: Dim[] =
      shape.length === 0
        ? Array<Dim>(rank).fill(1)
        : rank === 3
          ? shape.length === 1
            ? [1, size as Dim, 1]
            : [...shape, 1]
          : column
            ? [size as Dim, 1]
            : [1, size as Dim];
    return { ...tensor, data: { ...tensor.data, shape: lifted } };
  });
}
operator('hstack(tensors)', 'torch', (args) => {
  const tensors = raised(args.tensorList('tensors'), 1, false);
  return catenate(args, tensors, (tensors[0]?.data.shape as readonly Dim[]).length === 1 ? 0 : 1);
});
operator('vstack(tensors)', 'torch', (args) => catenate(args, raised(args.tensorList('tensors'), 2, false), 0));
alias('row_stack', 'vstack', 'torch');
operator('dstack(tensors)', 'torch', (args) => catenate(args, raised(args.tensorList('tensors'), 3, false), 2));
operator('column_stack(tensors)', 'torch', (args) => catenate(args, raised(args.tensorList('tensors'), 2, true), 1));

/** Values of the part `[start, start + size)` of an axis. */
export function sliceValues(data: TensorData, axis: number, start: number, size: number): number[] | null {
  const sizes = concrete(data.shape);
  if (!data.values || !sizes) return null;
  const strides = stridesOf(sizes);
  return gatherStrided(
    data.values,
    sizes.map((own, i) => (i === axis ? size : own)),
    strides,
    start * (strides[axis] as number),
  );
}

function pieces(args: Args, axis: number, sizes: readonly Dim[], as: Results['as']): Results {
  const { data } = args.tensor('input');
  const shape = args.shape('input');
  let start: Dim = 0;
  const results = sizes.map((size): Result => {
    const values = typeof start === 'number' && typeof size === 'number' ? sliceValues(data, axis, start, size) : null;
    start = add(start, size);
    return { shape: shape.map((dim, i) => (i === axis ? size : dim)), values, view: true };
  });
  return { results, as };
}

function split(args: Args, sizesName: string): Results {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const total = shape[axis] as Dim;
  const value = args.raw(sizesName);
  if (typeof value === 'object' && value !== null && (value.kind === 'list' || value.kind === 'tuple')) {
    const sizes = args.dims(sizesName);
    const sum = sizes.reduce<Dim>((a, b) => add(a, b), 0);
    if (compareDim(args.context, '==', sum, total) === false)
      args.fail(
        `split_with_sizes expects split_sizes to sum exactly to ${showDim(total)} (input tensor's size at dimension ${axis}), but got split_sizes=[${sizes.map(showDim).join(', ')}]`,
        { expected: sum, got: total, dim: axis },
      );
    assumeEqual(args.context, sum, total);
    return pieces(args, axis, sizes, 'tuple');
  }
  return byChunk(args, axis, total, args.dim(sizesName));
}

/** Parts of `chunk` elements, the last one shorter. */
function byChunk(args: Args, axis: number, total: Dim, chunk: Dim): Results {
  if (chunk === 0)
    return total === 0 ? pieces(args, axis, [0], 'tuple') : args.fail('split expects split_size be greater than 0');
  const count = ceilDiv(args.context, total, chunk);
  if (typeof count !== 'number')
    return args.undetermined(
      isUnknown(count) ? count : `the number of parts (${showDim(count)}) depends on a symbolic size`,
    );
  checkParts(args, Math.max(count, 1), 'split expects split_size be greater than 0');
  const sizes: Dim[] = [];
  let left = total;
  for (let i = 0; i < Math.max(count, 1); i++) {
    const size =
      i < count - 1
        ? chunk
        : isInt(chunk) && isInt(left) && compareDim(args.context, '==', left, chunk) === true
          ? chunk
          : minDim(left, chunk);
    sizes.push(size);
    left = sub(left, size);
  }
  return pieces(args, axis, sizes, 'tuple');
}
operator(
  'split(tensor, split_size_or_sections, dim=0)',
  'torch',
  (args) => split(inputAs(args, 'tensor'), 'split_size_or_sections'),
  { many: true },
);
operator('split(input, split_size, dim=0)', 'method', (args) => split(args, 'split_size'), { many: true });
operator('split_with_sizes(input, split_sizes, dim=0)', TM, (args) => split(args, 'split_sizes'), { many: true });
function inputAs(args: Args, name: string): Args {
  return Object.assign(Object.create(Object.getPrototypeOf(args) as object) as Args, args, {
    bound: { ...args.bound, input: args.raw(name) },
  });
}
operator(
  'chunk(input, chunks, dim=0)',
  TM,
  (args) => {
    const shape = args.shape('input');
    const axis = args.axisOf('dim', shape.length);
    const total = shape[axis] as Dim;
    const chunks = args.dim('chunks');
    if (typeof chunks === 'number') checkParts(args, chunks, 'chunk expects `chunks` to be greater than 0');
    const size = ceilDiv(args.context, total, chunks);
    if (typeof chunks === 'number' && typeof total !== 'number') {
      // Equal parts when the size divides; the last one may be shorter otherwise.
      if (isUnknown(total)) return pieces(args, axis, Array<Dim>(chunks).fill(total), 'tuple');
      const rest = sub(total, mul(size, chunks - 1));
      return pieces(args, axis, [...Array<Dim>(chunks - 1).fill(size), rest], 'tuple');
    }
    if (total === 0) return pieces(args, axis, Array<Dim>(args.plain(chunks)).fill(0), 'tuple');
    return byChunk(args, axis, total, size);
  },
  { many: true },
);

/** More parts of one tensor than anybody makes. */
const MOST_PARTS = 100_000;

function checkParts(args: Args, count: number, message: string): void {
  if (!(count > 0)) args.fail(`${message}, got: ${count}`);
  if (!(count <= MOST_PARTS)) args.undetermined(`${count} parts are too many to follow`);
}

/** `torch.tensor_split`: parts that differ by at most one, or cut at indices. */
function tensorSplit(args: Args, axis: number, how: Value): Results {
  const shape = args.shape('input');
  const total = shape[axis] as Dim;
  if (typeof how === 'object' && how !== null && (how.kind === 'list' || how.kind === 'tuple' || isTensor(how))) {
    const cuts = args.toDims(how).map((cut) => args.plain(cut));
    const size = args.plain(total);
    const edges = [0, ...cuts.map((cut) => Math.min(Math.max(cut < 0 ? cut + size : cut, 0), size)), size];
    return pieces(
      args,
      axis,
      edges.slice(1).map((edge, i) => Math.max(edge - (edges[i] as number), 0)),
      'tuple',
    );
  }
  const count = args.plain(args.toDim(how));
  checkParts(args, count, 'number of sections must be larger than 0');
  if (typeof total !== 'number') {
    const even = args.context.binary('%', total, count);
    if (even !== 0) return args.undetermined(`the parts of a size ${showDim(total)} are not equal`);
    return pieces(args, axis, Array<Dim>(count).fill(ceilDiv(args.context, total, count)), 'tuple');
  }
  return pieces(
    args,
    axis,
    Array.from({ length: count }, (_, i) => Math.floor(total / count) + (i < total % count ? 1 : 0)),
    'tuple',
  );
}
operator(
  'tensor_split(input, indices_or_sections=None, dim=0, sections=None, indices=None)',
  TM,
  (args) => {
    const how = args.has('indices_or_sections') ? 'indices_or_sections' : args.has('sections') ? 'sections' : 'indices';
    return tensorSplit(args, args.axisOf('dim', args.shape('input').length), args.raw(how));
  },
  { many: true },
);
for (const [name, axis] of [
  ['hsplit', 1],
  ['vsplit', 0],
  ['dsplit', 2],
] as const)
  operator(
    `${name}(input, indices_or_sections)`,
    TM,
    (args) =>
      tensorSplit(
        args,
        name === 'hsplit' && args.shape('input').length === 1 ? 0 : axis,
        args.raw('indices_or_sections'),
      ),
    { many: true },
  );
operator(
  'unbind(input, dim=0)',
  TM,
  (args) => {
    const shape = args.shape('input');
    if (shape.length === 0) args.fail('Dimension specified as 0 but tensor has no dimensions');
    const axis = args.axisOf('dim', shape.length);
    const count = shape[axis] as Dim;
    if (typeof count !== 'number')
      return args.undetermined(
        isUnknown(count) ? count : `the number of parts (${showDim(count)}) depends on a symbolic size`,
      );
    if (count > MOST_PARTS) return args.undetermined(`${count} parts are too many to follow`);
    const { data } = args.tensor('input');
    const rest = shape.filter((_, i) => i !== axis);
    return {
      results: Array.from({ length: count }, (_, i): Result => ({
        shape: rest,
        values: sliceValues(data, axis, i, 1),
        view: true,
      })),
      as: 'tuple',
    };
  },
  { many: true },
);

operator(
  "meshgrid(*tensors, indexing='ij')",
  'torch',
  (args) => {
    const given = args.star('tensors');
    const [only] = given;
    const list = given.length === 1 && !isTensor(only) ? args.context.items(only ?? null) : given;
    if (isUnknown(list)) return args.undetermined(list);
    const tensors = list.map((value) =>
      isTensor(value) ? value : isUnknown(value) ? args.undetermined(value) : args.fail('meshgrid: expected tensors'),
    );
    const swap = args.string('indexing') === 'xy' && tensors.length >= 2;
    const sizes = tensors.map(({ data }): Dim => {
      if (isUnknown(data.shape)) throw new UnknownShape(data.shape);
      return data.shape.length === 0 ? 1 : (data.shape[0] as Dim);
    });
    const order = sizes.map((_, i) => i);
    if (swap) [order[0], order[1]] = [1, 0];
    const shape = order.map((i) => sizes[i] as Dim);
    const known = concrete(shape);
    const results = tensors.map(({ data }, index): Result => {
      const count = numelOf(shape);
      let values: number[] | null = null;
      if (known && data.values && typeof count === 'number' && count <= maxValues(data.dtype))
        values = gatherStrided(
          data.values,
          known,
          order.map((i) => (i === index ? 1 : 0)),
          0,
        );
      return { shape, dtype: data.dtype, values };
    });
    return { results, as: 'tuple' };
  },
  { many: true },
);
operator('cartesian_prod(*tensors)', 'torch', (args) => {
  const tensors = args.star('tensors').filter(isTensor);
  let size: Dim = 1;
  for (const { data } of tensors) size = isUnknown(data.shape) ? data.shape : mul(size, data.shape[0] ?? 1);
  return { shape: tensors.length === 1 ? [size] : [size, tensors.length] };
});
operator('combinations(input, r=2, with_replacement=False)', 'torch', (args) => {
  const [n] = args.shape('input');
  const r = args.int('r');
  if (typeof n !== 'number')
    return {
      shape: [
        isUnknown(n ?? 0) ? (n as Dim) : args.context.unknown('the number of combinations depends on a symbolic size'),
        r,
      ],
    };
  const top = args.bool('with_replacement') ? n + r - 1 : n;
  let count = 1;
  for (let i = 0; i < r; i++) count = (count * (top - i)) / (i + 1);
  return { shape: [Math.max(Math.round(count), 0), r] };
});
operator('block_diag(*tensors)', 'torch', (args) => {
  let rows: Dim = 0;
  let columns: Dim = 0;
  for (const tensor of args.star('tensors').filter(isTensor)) {
    const { shape } = tensor.data;
    if (isUnknown(shape)) throw new UnknownShape(shape);
    rows = add(rows, shape.length === 2 ? (shape[0] as Dim) : 1);
    columns = add(columns, shape.length === 0 ? 1 : (shape[shape.length - 1] as Dim));
  }
  return { shape: [rows, columns] };
});
