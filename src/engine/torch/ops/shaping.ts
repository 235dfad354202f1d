/** Views and rearrangements: nothing is computed, axes and sizes change. */
import type { Value } from '../../python/value.js';
import { broadcast, gatherStrided, spread, stridesOf } from '../broadcast.js';
import {
  add,
  assumeEqual,
  compareDim,
  concrete,
  decideDim,
  floorDiv,
  isInt,
  isUnknown,
  modulo,
  mul,
  numelOf,
  product,
  showDim,
  showShape,
  sub,
} from '../dims.js';
import { complexOf, dtypeFacts, dtypeOf, realOf } from '../dtypes.js';
import { isTensor, type Dim, type Shape } from '../tensor.js';
import { alias, maxValues, operator, type Args, type Result } from './operator.js';

const TM = 'torch method';

/** Fills in the −1 of a requested shape and checks the number of elements. */
export function inferSize(args: Args, from: Shape, to: readonly Dim[]): Dim[] {
  const { context } = args;
  const result = [...to];
  const wild = result.findIndex((dim) => dim === -1);
  const total = numelOf(from);
  if (wild >= 0) {
    if (result.some((dim, i) => i !== wild && dim === -1)) args.fail('only one dimension can be inferred');
    const rest = product(result.filter((_, i) => i !== wild));
    if (isUnknown(total) || isUnknown(rest)) {
      result[wild] = unknownQuotient(from, result, wild) ?? (isUnknown(total) ? total : rest);
      return result;
    }
    if (rest === 0)
      return args.fail(
        `cannot reshape tensor of 0 elements into shape ${showShape(to)} because the unspecified dimension size -1 can be any value and is ambiguous`,
      );
    const remainder = modulo(context, total, rest);
    if (typeof remainder === 'number' && remainder !== 0)
      return args.fail(`shape '${showShape(to)}' is invalid for input of size ${showDim(total)}`, {
        expected: total,
        got: rest,
      });
    if (remainder !== 0 && isInt(remainder)) assumeEqual(context, remainder, 0);
    result[wild] = floorDiv(context, total, rest);
    return result;
  }
  const count = product(result);
  if (compareDim(context, '==', total, count) === false)
    return args.fail(`shape '${showShape(to)}' is invalid for input of size ${showDim(total)}`, {
      expected: total,
      got: count,
    });
  assumeEqual(context, total, count);
  // One size that isn't known follows from the others.
  const unknowns = result.filter((dim) => isUnknown(dim));
  if (unknowns.length === 1 && isInt(total)) {
    const rest = product(result.filter((dim) => isInt(dim)));
    if (isInt(rest) && rest !== 0 && modulo(context, total, rest) === 0)
      result[result.findIndex((dim) => isUnknown(dim))] = floorDiv(context, total, rest);
  }
  return result;
}

/** −1 where some sizes aren't known: equal axes on both sides cancel (`x.view(x.size(0), -1)` with an unknown batch). */
function unknownQuotient(from: Shape, to: readonly Dim[], wild: number): Dim | null {
  if (isUnknown(from)) return null;
  const left = [...from];
  const right = to.filter((_, i) => i !== wild);
  for (let i = right.length - 1; i >= 0; i--) {
    const at = left.findIndex((dim) => dim === right[i]);
    if (at < 0) continue;
    left.splice(at, 1);
    right.splice(i, 1);
  }
  const total = product(left);
  const rest = product(right);
  if (isUnknown(total) || isUnknown(rest)) return null;
  if (rest === 1) return total;
  const exact =
    typeof total === 'number' && typeof rest === 'number' && rest !== 0 && total % rest === 0 ? total / rest : null;
  return exact;
}

function reshape(args: Args, sizes: readonly Dim[], view: boolean): Result {
  const { shape, values } = args.tensor('input').data;
  return { shape: inferSize(args, shape, sizes), values, view, whole: view };
}
/** `x.reshape(2, 3)`, `x.view((2, 3))`; `x.view(dtype)` reinterprets. */
operator('reshape(input, *shape)', 'method', (args) => reshape(args, args.varDims('shape'), true));
operator('reshape(input, shape)', 'torch', (args) => reshape(args, args.dims('shape'), true));
operator('view(input, *shape)', 'method', (args) => {
  const [first] = args.star('shape');
  if (typeof first === 'object' && first !== null && first.kind === 'native' && !isTensor(first))
    return viewAs(args, first);
  return reshape(args, args.varDims('shape'), true);
});
function viewAs(args: Args, value: Value): Result {
  const dtype = dtypeOf(value, args.context) ?? args.context.unknown('a dtype is not known');
  const from = args.dtype('input');
  const { shape } = args.tensor('input').data;
  if (isUnknown(dtype)) return { shape, dtype };
  if (isUnknown(from) || isUnknown(shape) || shape.length === 0) return { shape, dtype, view: true };
  const [a, b] = [dtypeFacts(from).bytes, dtypeFacts(dtype).bytes];
  const last = shape[shape.length - 1] as Dim;
  return {
    shape: [...shape.slice(0, -1), a >= b ? mul(last, a / b) : floorDiv(args.context, last, b / a)],
    dtype,
    view: true,
  };
}
operator('view_as(input, other)', 'method', (args) => reshape(args, args.shape('other'), true));
operator('reshape_as(input, other)', 'method', (args) => reshape(args, args.shape('other'), true));
operator('contiguous(input, memory_format=None)', 'method', (args) => ({ ...whole(args), view: true, whole: true }), {
  silent: true,
});
function whole(args: Args): Result {
  const { shape, values } = args.tensor('input').data;
  return { shape, values };
}
operator('resize_(input, *sizes, memory_format=None)', 'method', (args) => ({ shape: args.varDims('sizes') }));

operator('flatten(input, start_dim=0, end_dim=-1)', TM, (args) => {
  const shape = args.shape('input');
  const start = args.axisOf('start_dim', shape.length);
  const end = args.axisOf('end_dim', shape.length);
  if (start > end) args.fail('flatten() has invalid args: start_dim cannot come after end_dim');
  if (shape.length === 0) return { shape: [1], values: args.values('input'), view: true, whole: true };
  return {
    shape: [...shape.slice(0, start), product(shape.slice(start, end + 1)), ...shape.slice(end + 1)],
    values: args.values('input'),
    view: true,
    whole: true,
  };
});
operator('ravel(input)', TM, (args) => ({
  shape: [product(args.shape('input'))],
  values: args.values('input'),
  view: true,
}));
operator('unflatten(input, dim, sizes)', TM, (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const sizes = args.dims('sizes');
  const got = shape[axis] as Dim;
  if (!sizes.includes(-1) && compareDim(args.context, '==', product(sizes), got) === false)
    args.fail(
      `unflatten: Provided sizes ${showShape(sizes)} don't multiply up to the size of dim ${axis} (${showDim(got)}) in the input tensor`,
      { expected: product(sizes), got, dim: axis },
    );
  return {
    shape: [...shape.slice(0, axis), ...inferSize(args, [got], sizes), ...shape.slice(axis + 1)],
    values: args.values('input'),
    view: true,
    whole: true,
  };
});

function permuted(args: Args, order: readonly number[]): Result {
  const { shape, values } = args.tensor('input').data;
  if (isUnknown(shape)) return { shape };
  return { shape: order.map((axis) => shape[axis] as Dim), values: permuteValues(values, shape, order), view: true };
}
export function permuteValues(
  values: readonly number[] | null,
  shape: Shape,
  order: readonly number[],
): number[] | null {
  const sizes = concrete(shape);
  if (!values || !sizes) return null;
  const strides = stridesOf(sizes);
  return gatherStrided(
    values,
    order.map((axis) => sizes[axis] as number),
    order.map((axis) => strides[axis] as number),
    0,
  );
}
function permute(args: Args, dims: readonly Dim[]): Result {
  const shape = args.shape('input');
  if (dims.length !== shape.length)
    args.fail(
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${shape.length} is not equal to len(dims) = ${dims.length}`,
    );
  const order = dims.map((dim) => args.axis(args.plain(dim), shape.length));
  if (new Set(order).size !== order.length) args.fail('permute(): duplicate dims are not allowed.');
  return permuted(args, order);
}
operator('permute(input, *dims)', 'method', (args) => permute(args, args.varDims('dims')));
operator('permute(input, dims)', 'torch', (args) => permute(args, args.dims('dims')));
operator(
  'transpose(input, dim0, dim1)',
  TM,
  (args) => {
    const shape = args.shape('input');
    const order = shape.map((_, i) => i);
    const a = args.axisOf('dim0', shape.length);
    const b = args.axisOf('dim1', shape.length);
    if (shape.length === 0) return { ...whole(args), view: true };
    order[a] = b;
    order[b] = a;
    return permuted(args, order);
  },
  { inplace: true },
);
alias('swapaxes swapdims', 'transpose', TM);
operator(
  't(input)',
  TM,
  (args) => {
    const shape = args.shape('input');
    if (shape.length > 2) args.fail(`t() expects a tensor with <= 2 dimensions, but self is ${shape.length}D`);
    return permuted(args, shape.length === 2 ? [1, 0] : shape.map((_, i) => i));
  },
  { inplace: true },
);
operator('adjoint(input)', TM, (args) => {
  const shape = args.shape('input');
  return permuted(args, [...shape.keys()].slice(0, -2).concat([shape.length - 1, shape.length - 2]));
});
operator('movedim(input, source, destination)', TM, (args) => {
  const shape = args.shape('input');
  const from = args.dims('source').map((dim) => args.axis(args.plain(dim), shape.length));
  const to = args.dims('destination').map((dim) => args.axis(args.plain(dim), shape.length));
  if (from.length !== to.length)
    args.fail(
      `movedim: Invalid source or destination dims: source (${showShape(from)} dims) should contain the same number of dims as destination (${showShape(to)} dims)`,
    );
  const order: number[] = new Array<number>(shape.length).fill(-1);
  from.forEach((axis, i) => (order[to[i] as number] = axis));
  const rest = shape.map((_, i) => i).filter((axis) => !from.includes(axis));
  return permuted(
    args,
    order.map((axis) => (axis < 0 ? (rest.shift() as number) : axis)),
  );
});
alias('moveaxis', 'movedim', TM);

operator(
  'squeeze(input, dim=None)',
  TM,
  (args) => {
    const shape = args.shape('input');
    const isOne = (dim: Dim): boolean => {
      const known = compareDim(args.context, '==', dim, 1);
      if (known !== null) return known;
      if (isUnknown(dim)) return args.undetermined(dim);
      args.context.assume(`${showDim(dim)} != 1`);
      return false;
    };
    const axes = args.has('dim') ? args.axesOf('dim', shape.length) : null;
    return {
      shape: shape.filter((dim, i) => !((axes === null || axes.includes(i)) && isOne(dim))),
      values: args.values('input'),
      view: true,
      whole: true,
    };
  },
  { inplace: true },
);
operator(
  'unsqueeze(input, dim)',
  TM,
  (args) => {
    const shape = args.shape('input');
    const axis = args.axisOf('dim', shape.length + 1);
    return {
      shape: [...shape.slice(0, axis), 1, ...shape.slice(axis)],
      values: args.values('input'),
      view: true,
      whole: true,
    };
  },
  { inplace: true },
);
for (const [name, rank] of [
  ['atleast_1d', 1],
  ['atleast_2d', 2],
  ['atleast_3d', 3],
] as const)
  operator(`${name}(input)`, 'torch', (args) => {
    const shape = args.shape('input');
    if (shape.length >= rank) return args.tensor('input');
    const wanted: Dim[] =
      shape.length === 0
        ? Array<Dim>(rank).fill(1)
        : shape.length === 1 && rank === 3
          ? [1, shape[0] as Dim, 1]
          : shape.length === 1
            ? [1, shape[0] as Dim]
            : [...shape, 1];
    return { shape: wanted, values: args.values('input'), view: true, whole: true };
  });

function expand(args: Args, sizes: readonly Dim[]): Result {
  const { shape, values } = args.tensor('input').data;
  if (isUnknown(shape)) return { shape: sizes.includes(-1) ? shape : sizes };
  if (sizes.length < shape.length)
    args.fail(
      `expand(${showShape(shape)}, size=${showShape(sizes)}): the number of sizes provided (${sizes.length}) must be greater or equal to the number of dimensions in the tensor (${shape.length})`,
    );
  const padding = sizes.length - shape.length;
  const result = sizes.map((size, i) => {
    const own = i < padding ? 1 : (shape[i - padding] as Dim);
    if (size === -1)
      return i < padding
        ? args.fail(
            `expand(${showShape(shape)}, size=${showShape(sizes)}): the expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension ${i}`,
          )
        : own;
    if (own === 1) return size;
    if (isUnknown(size)) return own;
    if (
      compareDim(args.context, '==', own, size) === false &&
      (typeof own === 'number' || decideDim('==', own, 1) === false)
    )
      return args.fail(
        `The expanded size of the tensor (${showDim(size)}) must match the existing size (${showDim(own)}) at non-singleton dimension ${i}.  Target sizes: ${showShape(sizes)}.  Tensor sizes: ${showShape(shape)}`,
        { expected: size, got: own, dim: i },
      );
    assumeEqual(args.context, own, size);
    return size;
  });
  const from = concrete(shape);
  const to = concrete(result);
  const count = numelOf(result);
  return {
    shape: result,
    values:
      values && from && to && typeof count === 'number' && count <= maxValues(args.dtype('input'))
        ? spread(values, from, to)
        : null,
    view: true,
  };
}
operator('expand(input, *sizes, implicit=False)', 'method', (args) => expand(args, args.varDims('sizes')));
operator('expand_as(input, other)', 'method', (args) => expand(args, args.shape('other')));
operator('broadcast_to(input, size)', 'torch', (args) => expand(args, args.dims('size')));
operator('broadcast_to(input, *size)', 'method', (args) => expand(args, args.varDims('size')));
operator(
  'broadcast_tensors(*tensors)',
  'torch',
  (args) => {
    const [first] = args.star('tensors');
    const tensors =
      args.star('tensors').length === 1 && !isTensor(first) ? args.context.items(first ?? null) : args.star('tensors');
    if (isUnknown(tensors)) return args.undetermined(tensors);
    const all = tensors.filter(isTensor);
    const shape = broadcast(
      args,
      all.map((tensor) => tensor.data.shape),
    );
    // Each result is a view of its own tensor.
    const results = all.map(({ data }): Result => {
      const result = { shape, dtype: data.dtype };
      return data.requiresGrad ? result : { ...result, requiresGrad: false };
    });
    return { results, as: 'tuple' };
  },
  { many: true },
);

function repeat(args: Args, times: readonly Dim[]): Result {
  const shape = args.shape('input');
  if (times.length < shape.length)
    args.fail('Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor');
  const padded = [...Array<Dim>(times.length - shape.length).fill(1), ...shape];
  const result = padded.map((dim, i) => mul(dim, times[i] as Dim));
  const values = args.values('input');
  const from = concrete(padded);
  const to = concrete(result);
  const count = numelOf(result);
  let repeated: number[] | null = null;
  if (values && from && to && typeof count === 'number' && count <= maxValues(args.dtype('input'))) {
    const strides = stridesOf(from);
    const outer = stridesOf(to);
    repeated = Array.from({ length: count }, (_, at) => {
      let index = 0;
      for (let i = 0; i < to.length; i++)
        index +=
          ((Math.floor(at / (outer[i] as number)) % (to[i] as number)) % (from[i] as number)) * (strides[i] as number);
      return values[index] as number;
    });
  }
  return { shape: result, values: repeated };
}
operator('repeat(input, *repeats)', 'method', (args) => repeat(args, args.varDims('repeats')));
function tile(args: Args, dims: readonly Dim[]): Result {
  const rank = args.shape('input').length;
  return repeat(args, dims.length < rank ? [...Array<Dim>(rank - dims.length).fill(1), ...dims] : dims);
}
operator('tile(input, *dims)', 'method', (args) => tile(args, args.varDims('dims')));
operator('tile(input, dims)', 'torch', (args) => tile(args, args.dims('dims')));
operator('repeat_interleave(input, repeats, dim=None, output_size=None)', TM, (args) => {
  const shape = args.shape('input');
  const flat = !args.has('dim');
  const sizes: readonly Dim[] = flat ? [product(shape)] : shape;
  const axis = flat ? 0 : args.axisOf('dim', shape.length);
  const repeats = args.raw('repeats');
  let size: Dim;
  if (args.has('output_size')) size = args.dim('output_size');
  else if (isTensor(repeats) && numelOf(repeats.data.shape) !== 1)
    size = repeats.data.values
      ? repeats.data.values.reduce((a, b) => a + b, 0)
      : args.context.unknown('how often elements repeat depends on the values of a tensor');
  else size = mul(sizes[axis] as Dim, args.dim('repeats'));
  const times = typeof repeats === 'number' ? repeats : null;
  const values = args.values('input');
  const from = concrete(sizes);
  let repeated: number[] | null = null;
  if (values && from && times !== null && values.length * times <= maxValues(args.dtype('input'))) {
    const inner = from.slice(axis + 1).reduce((a, b) => a * b, 1);
    repeated = [];
    for (let at = 0; at < values.length; at += inner)
      for (let k = 0; k < times; k++) repeated.push(...values.slice(at, at + inner));
  }
  return { shape: sizes.map((dim, i) => (i === axis ? size : dim)), values: repeated };
});

operator('flip(input, *dims)', 'method', (args) => flip(args, args.varDims('dims')));
operator('flip(input, dims)', 'torch', (args) => flip(args, args.dims('dims')));
operator('fliplr(input)', TM, (args) => flip(args, [1]));
operator('flipud(input)', TM, (args) => flip(args, [0]));
function flip(args: Args, dims: readonly Dim[]): Result {
  const { shape, values } = args.tensor('input').data;
  if (isUnknown(shape)) return { shape };
  const axes = dims.map((dim) => args.axis(args.plain(dim), shape.length));
  const sizes = concrete(shape);
  if (!values || !sizes) return { shape };
  const strides = stridesOf(sizes);
  let offset = 0;
  const steps = strides.map((stride, i) => {
    if (!axes.includes(i)) return stride;
    offset += stride * ((sizes[i] as number) - 1);
    return -stride;
  });
  return { shape, values: gatherStrided(values, sizes, steps, offset) };
}
operator('rot90(input, k=1, dims=None)', TM, (args) => {
  const shape = args.shape('input');
  const [a, b] = args.has('dims') ? args.dims('dims').map((dim) => args.axis(args.plain(dim), shape.length)) : [0, 1];
  if ((((args.int('k') % 4) + 4) % 4) % 2 === 0) return { shape };
  return {
    shape: shape.map((dim, i) => (i === a ? (shape[b as number] as Dim) : i === b ? (shape[a as number] as Dim) : dim)),
  };
});
operator('roll(input, shifts, dims=None)', TM, (args) => {
  const { shape, values } = args.tensor('input').data;
  const sizes = concrete(shape);
  const shifts = args.raw('shifts');
  if (!values || !sizes || sizes.length !== 1 || typeof shifts !== 'number') return { shape };
  const n = values.length;
  return { shape, values: values.map((_, i) => values[(((i - shifts) % n) + n) % n] as number) };
});

operator('diagonal(input, offset=0, dim1=0, dim2=1)', TM, (args) =>
  diagonal(args, args.axisOf('dim1', args.shape('input').length), args.axisOf('dim2', args.shape('input').length)),
);
operator('diagonal(input, offset=0, dim1=-2, dim2=-1)', 'linalg', (args) =>
  diagonal(args, args.axisOf('dim1', args.shape('input').length), args.axisOf('dim2', args.shape('input').length)),
);
function diagonal(args: Args, a: number, b: number): Result {
  const shape = args.shape('input');
  const offset = args.int('offset');
  const rows = shape[a] as Dim;
  const columns = shape[b] as Dim;
  const size = diagonalLength(args, rows, columns, offset);
  const values = args.values('input');
  const sizes = concrete(shape);
  let picked: number[] | null = null;
  if (values && sizes && sizes.length === 2 && typeof size === 'number') {
    const strides = stridesOf(sizes);
    const base = offset >= 0 ? offset * (strides[b] as number) : -offset * (strides[a] as number);
    picked = gatherStrided(values, [size], [(strides[a] as number) + (strides[b] as number)], base);
  }
  return { shape: [...shape.filter((_, i) => i !== a && i !== b), size], values: picked, view: true };
}
function diagonalLength(args: Args, rows: Dim, columns: Dim, offset: number): Dim {
  const r = offset < 0 ? add(rows, offset) : rows;
  const c = offset > 0 ? sub(columns, offset) : columns;
  const less = compareDim(args.context, '<=', r, c);
  const least =
    less === null
      ? isUnknown(r)
        ? r
        : isUnknown(c)
          ? c
          : args.context.unknown('the length of a diagonal is not known')
      : less
        ? r
        : c;
  return typeof least === 'number' ? Math.max(least, 0) : least;
}
operator('diag(input, diagonal=0)', TM, (args) => {
  const shape = args.shape('input');
  const offset = args.int('diagonal');
  if (shape.length === 1) {
    const size = add(shape[0] as Dim, Math.abs(offset));
    const values = args.values('input');
    let placed: number[] | null = null;
    if (values && typeof size === 'number' && size * size <= maxValues(args.dtype('input'))) {
      placed = new Array<number>(size * size).fill(0);
      values.forEach(
        (value, i) => ((placed as number[])[(i + Math.max(-offset, 0)) * size + i + Math.max(offset, 0)] = value),
      );
    }
    return { shape: [size, size], values: placed };
  }
  if (shape.length !== 2) args.fail(`diag(): Supports 1D or 2D tensors. Got ${shape.length}D`);
  const size = diagonalLength(args, shape[0] as Dim, shape[1] as Dim, offset);
  return { shape: [size] };
});
operator('diag_embed(input, offset=0, dim1=-2, dim2=-1)', TM, (args) => {
  const shape = args.shape('input');
  const rank = shape.length + 1;
  const a = args.axisOf('dim1', rank);
  const b = args.axisOf('dim2', rank);
  const size = add(shape[shape.length - 1] as Dim, Math.abs(args.int('offset')));
  const rest = shape.slice(0, -1);
  return { shape: Array.from({ length: rank }, (_, i) => (i === a || i === b ? size : (rest.shift() as Dim))) };
});
operator('diagflat(input, offset=0)', TM, (args) => {
  const size = add(product(args.shape('input')), Math.abs(args.int('offset')));
  return { shape: [size, size] };
});
for (const name of ['tril', 'triu'] as const)
  operator(
    `${name}(input, diagonal=0)`,
    TM,
    (args) => {
      const { shape, values } = args.tensor('input').data;
      if (!isUnknown(shape) && shape.length < 2) args.fail(`${name}: input tensor must have at least 2 dimensions`);
      const sizes = concrete(shape);
      const offset = args.number('diagonal');
      if (!values || !sizes || offset === null) return { shape };
      const columns = sizes[sizes.length - 1] as number;
      const rows = sizes[sizes.length - 2] as number;
      return {
        shape,
        values: values.map((value, at) => {
          const row = Math.floor(at / columns) % rows;
          const column = at % columns;
          return (name === 'tril' ? column - row <= offset : column - row >= offset) ? value : 0;
        }),
      };
    },
    { inplace: true },
  );

operator('unfold(input, dimension, size, step)', 'method', (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dimension', shape.length);
  const size = args.dim('size');
  const own = shape[axis] as Dim;
  if (compareDim(args.context, '>', size, own) === true)
    args.fail(`maximum size for tensor at dimension ${axis} is ${showDim(own)} but size is ${showDim(size)}`, {
      expected: size,
      got: own,
      dim: axis,
    });
  const count = add(floorDiv(args.context, sub(own, size), args.dim('step')), 1);
  return { shape: [...shape.map((dim, i) => (i === axis ? count : dim)), size], view: true };
});
operator('as_strided(input, size, stride, storage_offset=None)', TM, (args) => {
  const sizes = args.dims('size');
  const steps = concrete(args.dims('stride'));
  const wanted = concrete(sizes);
  const { values } = args.tensor('input').data;
  const offset = args.int('storage_offset', 0);
  const count = numelOf(sizes);
  return {
    shape: sizes,
    values:
      values && steps && wanted && typeof count === 'number' && count <= maxValues(args.dtype('input'))
        ? gatherStrided(values, wanted, steps, offset)
        : null,
    view: true,
  };
});
operator('view_as_real(input)', 'torch', (args) => {
  const dtype = args.dtype('input');
  return { shape: [...args.shape('input'), 2], dtype: isUnknown(dtype) ? dtype : realOf(dtype), view: true };
});
operator('view_as_complex(input)', 'torch', (args) => {
  const shape = args.shape('input');
  if (compareDim(args.context, '==', shape[shape.length - 1] ?? 0, 2) === false)
    args.fail('Tensor must have a last dimension of size 2', { expected: 2, got: shape[shape.length - 1] });
  const dtype = args.dtype('input');
  return { shape: shape.slice(0, -1), dtype: isUnknown(dtype) ? dtype : complexOf(dtype), view: true };
});
operator('pixel_shuffle(input, upscale_factor)', 'torch F', (args) => {
  const shape = args.shape('input');
  const factor = args.dim('upscale_factor');
  if (shape.length < 3)
    args.fail(
      `pixel_shuffle expects input to have at least 3 dimensions, but got input with ${shape.length} dimension(s)`,
    );
  const [channels, height, width] = shape.slice(-3) as [Dim, Dim, Dim];
  const square = mul(factor, factor);
  if (compareDim(args.context, '==', modulo(args.context, channels, square), 0) === false)
    args.fail(
      `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${showDim(channels)} is not divisible by ${showDim(square)}`,
      { got: channels, dim: shape.length - 3 },
    );
  return {
    shape: [...shape.slice(0, -3), floorDiv(args.context, channels, square), mul(height, factor), mul(width, factor)],
  };
});
operator('pixel_unshuffle(input, downscale_factor)', 'torch F', (args) => {
  const shape = args.shape('input');
  const factor = args.dim('downscale_factor');
  if (shape.length < 3)
    args.fail(
      `pixel_unshuffle expects input to have at least 3 dimensions, but got input with ${shape.length} dimension(s)`,
    );
  const [channels, height, width] = shape.slice(-3) as [Dim, Dim, Dim];
  for (const [size, label] of [
    [height, 'height'],
    [width, 'width'],
  ] as const)
    if (compareDim(args.context, '==', modulo(args.context, size, factor), 0) === false)
      args.fail(
        `pixel_unshuffle expects ${label} to be divisible by downscale_factor, but input.size(${label === 'height' ? -2 : -1})=${showDim(size)} is not divisible by ${showDim(factor)}`,
        { got: size },
      );
  return {
    shape: [
      ...shape.slice(0, -3),
      mul(channels, mul(factor, factor)),
      floorDiv(args.context, height, factor),
      floorDiv(args.context, width, factor),
    ],
  };
});
for (const name of ['channel_shuffle', 'native_channel_shuffle'])
  operator(`${name}(input, groups)`, 'torch F', (args) => {
    const { shape } = args.tensor('input').data;
    if (
      !isUnknown(shape) &&
      compareDim(args.context, '==', modulo(args.context, shape[1] as Dim, args.dim('groups')), 0) === false
    )
      args.fail(
        `Number of channels must be divisible by groups. Got ${showDim(shape[1] as Dim)} channels and ${showDim(args.dim('groups'))} groups.`,
      );
    return { shape };
  });
