/** Operators that fold axes away: sums, means, extremes, norms. */
import type { Value, Unknown } from '../../python/value.js';
import { stridesOf } from '../broadcast.js';
import { add as plus, compareDim, concrete, isUnknown, numelOf } from '../dims.js';
import { dtypeFacts, isIntegral, realOf, roundTo, scalarName, toFloat } from '../dtypes.js';
import { namedTuple } from '../namedTuples.js';
import { isTensor, type DType, type Dim, type Shape } from '../tensor.js';
import { alias, operator, type Args, type Result, type Results, type Run } from './operator.js';
import { combine, termOf } from './pointwise.js';

const TM = 'torch method';

export function reducedShape(shape: readonly Dim[], axes: readonly number[], keepdim: boolean): Dim[] {
  return keepdim ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}

/** Folds known values along axes, in row-major order. */
export function foldValues(
  values: readonly number[] | null,
  shape: Shape,
  axes: readonly number[],
  fold: (group: number[]) => number | null,
): number[] | null {
  const sizes = concrete(shape);
  if (!values || !sizes) return null;
  const strides = stridesOf(sizes);
  const kept = sizes.map((_, i) => i).filter((i) => !axes.includes(i));
  const groups = new Map<number, number[]>();
  const count = kept.reduce((total, i) => total * (sizes[i] as number), 1);
  for (let i = 0; i < count; i++) groups.set(i, []);
  values.forEach((value, at) => {
    let index = 0;
    for (const i of kept)
      index = index * (sizes[i] as number) + (Math.floor(at / (strides[i] as number)) % (sizes[i] as number));
    groups.get(index)?.push(value);
  });
  const result: number[] = [];
  for (let i = 0; i < count; i++) {
    const folded = fold(groups.get(i) ?? []);
    if (folded === null) return null;
    result.push(folded);
  }
  return result;
}

/** Axes and `keepdim` of a call; an unknown `dim` leaves only the rank, and that only with `keepdim`. */
export function axesAndShape(args: Args, name = 'dim'): { axes: number[]; shape: Shape } {
  const { shape } = args.tensor('input').data;
  const keepdim = args.raw('keepdim') !== null && args.bool('keepdim');
  if (isUnknown(shape)) return { axes: [], shape: args.has(name) || keepdim ? shape : [] };
  const axes = args.axesOf(name, shape.length);
  return { axes, shape: reducedShape(shape, axes, keepdim) };
}

type Fold = (group: number[], round: (x: number) => number) => number | null;

function reduction(
  signature: string,
  places: string,
  dtypeFor: (args: Args) => DType | Unknown,
  fold: Fold | null,
): void {
  operator(signature, places, (args) => {
    const dtype = args.dtypeArgument() ?? dtypeFor(args);
    const { axes, shape } = axesAndShape(args);
    const input = args.tensor('input').data;
    const round = (x: number): number => roundTo(dtype, x) ?? NaN;
    return {
      shape,
      dtype,
      values: fold ? foldValues(input.values, input.shape, axes, (group) => tidy(fold(group, round), dtype)) : null,
      attributes: { dims: axes },
    };
  });
}
function tidy(value: number | null, dtype: DType | Unknown): number | null {
  return value === null ? null : roundTo(dtype, value);
}

const same = (args: Args): DType | Unknown => args.dtype('input');
const summed = (args: Args): DType | Unknown => (isIntegral(args.dtype('input')) ? 'int64' : args.dtype('input'));
const floated = (args: Args): DType | Unknown => {
  const dtype = args.dtype('input');
  if (isUnknown(dtype)) return dtype;
  const { category } = dtypeFacts(dtype);
  if ((category === 'integer' || category === 'bool') && args.raw('dtype') === null)
    args.fail(
      `${args.op}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${dtype === 'bool' ? 'Bool' : 'Long'}`,
    );
  return dtype;
};
/** Sums of floats depend on the order of additions: only sums that come out the same in every order are told. */
const exactSum: Fold = (group) => {
  let total = 0;
  let size = 0;
  for (const value of group) {
    total += value;
    size += Math.abs(value);
  }
  return group.length <= 1 ||
    (group.every((value) => Number.isInteger(value * 1024)) && size * 1024 < 2 ** 24) ||
    (group.every(Number.isSafeInteger) && size < 2 ** 24)
    ? total
    : null;
};
const anySum = (args: Args): boolean => isIntegral(args.dtype('input'));

operator('sum(input, dim=None, keepdim=False, dtype=None)', TM, (args) => {
  const dtype = args.dtypeArgument() ?? summed(args);
  const { axes, shape } = axesAndShape(args);
  const input = args.tensor('input').data;
  const fold: Fold = anySum(args) ? (group) => group.reduce((a, b) => a + b, 0) : exactSum;
  return {
    shape,
    dtype,
    values: foldValues(input.values, input.shape, axes, (group) =>
      tidy(
        fold(group, (x) => x),
        dtype,
      ),
    ),
    attributes: { dims: axes },
  };
});
reduction('nansum(input, dim=None, keepdim=False, dtype=None)', TM, summed, null);
reduction('mean(input, dim=None, keepdim=False, dtype=None)', TM, floated, (group, round) => {
  const total = exactSum(group, round);
  return total === null ? null : total / group.length;
});
reduction('nanmean(input, dim=None, keepdim=False, dtype=None)', TM, floated, null);
reduction(
  'logsumexp(input, dim, keepdim=False, dtype=None)',
  'torch method special',
  (args) => toFloat(args.dtype('input'), args.context),
  null,
);
reduction('amax(input, dim=(), keepdim=False, dtype=None)', TM, same, (group) =>
  group.length ? Math.max(...group) : null,
);
reduction('amin(input, dim=(), keepdim=False, dtype=None)', TM, same, (group) =>
  group.length ? Math.min(...group) : null,
);
reduction(
  'count_nonzero(input, dim=None, keepdim=False, dtype=None)',
  TM,
  () => 'int64',
  (group) => group.filter((value) => value !== 0).length,
);
const truthDtype = (args: Args): DType => (args.dtype('input') === 'uint8' ? 'uint8' : 'bool');
reduction('all(input, dim=None, keepdim=False, dtype=None)', TM, truthDtype, (group) =>
  Number(group.every((value) => value !== 0)),
);
reduction('any(input, dim=None, keepdim=False, dtype=None)', TM, truthDtype, (group) =>
  Number(group.some((value) => value !== 0)),
);
operator('prod(input, dim=None, keepdim=False, dtype=None)', TM, (args) => {
  const dtype = args.dtypeArgument() ?? summed(args);
  const { axes, shape } = axesAndShape(args);
  const input = args.tensor('input').data;
  return {
    shape,
    dtype,
    values: isIntegral(dtype)
      ? foldValues(input.values, input.shape, axes, (group) =>
          tidy(
            group.reduce((a, b) => a * b, 1),
            dtype,
          ),
        )
      : null,
  };
});

function spreadOf(name: string, rooted: boolean): void {
  operator(`${name}(input, dim=None, unbiased=True, keepdim=False, correction=None)`, TM, (args) => {
    const dim = args.raw('dim');
    // `x.var(False)`: the first positional argument may be `unbiased`.
    const whole = typeof dim === 'boolean';
    const { shape } = args.tensor('input').data;
    const floatedDtype = args.dtype('input');
    if (!isUnknown(floatedDtype) && isIntegral(floatedDtype))
      args.fail('std and var only support floating point and complex dtypes');
    const dtype = isUnknown(floatedDtype) ? floatedDtype : realOf(floatedDtype);
    if (whole) return { shape: [], dtype };
    const { shape: reduced } = axesAndShape(args);
    return { shape: isUnknown(shape) ? reduced : reduced, dtype, attributes: { rooted } };
  });
}
spreadOf('var', false);
spreadOf('std', true);
for (const name of ['var_mean', 'std_mean'])
  operator(
    `${name}(input, dim=None, unbiased=True, keepdim=False, correction=None)`,
    'torch',
    (args) => {
      const { shape } = typeof args.raw('dim') === 'boolean' ? { shape: [] } : axesAndShape(args);
      return { results: [{ shape }, { shape }], as: 'tuple' };
    },
    { many: true },
  );
operator(
  'aminmax(input, *, dim=None, keepdim=False)',
  TM,
  (args) => {
    const { shape } = axesAndShape(args);
    return { results: [{ shape }, { shape }], as: namedTuple('aminmax', ['min', 'max']) };
  },
  { many: true },
);

/** `max` and `min`: of everything, along an axis (values and places), or of two tensors. */
function extreme(name: 'max' | 'min', pick: (a: number, b: number) => number): void {
  operator(
    `${name}(input, dim=None, keepdim=False, other=None)`,
    TM,
    (args) => {
      const second = args.has('other') ? args.raw('other') : args.raw('dim');
      if (isTensor(second))
        return combine(
          args,
          [termOf(args, args.raw('input'), 'input'), termOf(args, second, 'other')],
          'arithmetic',
          pick,
        );
      const input = args.tensor('input').data;
      if (second === null) {
        const values = input.values && input.values.length > 0 ? [input.values.reduce(pick)] : null;
        return { shape: [], values };
      }
      return along(args, name, pick);
    },
    { many: true },
  );
}
function along(args: Args, name: string, pick: ((a: number, b: number) => number) | null): Results {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const keepdim = args.bool('keepdim');
  const reduced = shape.length === 0 ? [] : reducedShape(shape, [axis], keepdim);
  const { values } = args.tensor('input').data;
  return {
    results: [
      {
        shape: reduced,
        values: pick ? foldValues(values, shape, [axis], (group) => (group.length ? group.reduce(pick) : null)) : null,
      },
      {
        shape: reduced,
        dtype: 'int64',
        requiresGrad: false,
        values: pick
          ? foldValues(values, shape, [axis], (group) => (group.length ? group.indexOf(group.reduce(pick)) : null))
          : null,
      },
    ],
    as: namedTuple(name, ['values', 'indices']),
  };
}
extreme('max', (a, b) => Math.max(a, b));
extreme('min', (a, b) => Math.min(a, b));
for (const name of ['median', 'nanmedian'])
  operator(
    `${name}(input, dim=None, keepdim=False)`,
    TM,
    (args) => (args.has('dim') ? along(args, name, null) : { shape: [] }),
    { many: true },
  );
operator('mode(input, dim=-1, keepdim=False)', TM, (args) => along(args, 'mode', null), { many: true });
operator('kthvalue(input, k, dim=-1, keepdim=False)', TM, (args) => along(args, 'kthvalue', null), { many: true });
for (const [name, pick] of [
  ['argmax', Math.max],
  ['argmin', Math.min],
] as const)
  operator(`${name}(input, dim=None, keepdim=False)`, TM, (args) => {
    const { shape, values } = args.tensor('input').data;
    if (!args.has('dim')) {
      const keep = args.bool('keepdim');
      if (keep && isUnknown(shape)) return { shape, dtype: 'int64', requiresGrad: false };
      return {
        shape: keep && !isUnknown(shape) ? shape.map(() => 1) : [],
        dtype: 'int64',
        requiresGrad: false,
        values: values?.length ? [values.indexOf(values.reduce((a, b) => pick(a, b)))] : null,
      };
    }
    const reduced = axesAndShape(args);
    return {
      shape: reduced.shape,
      dtype: 'int64',
      requiresGrad: false,
      values: foldValues(values, shape, reduced.axes, (group) =>
        group.length ? group.indexOf(group.reduce((a, b) => pick(a, b))) : null,
      ),
    };
  });
for (const name of ['quantile', 'nanquantile'])
  operator(`${name}(input, q, dim=None, keepdim=False, interpolation='linear')`, TM, (args) => {
    const { shape } = axesAndShape(args);
    const q = args.raw('q');
    const lead: Shape = isTensor(q) ? q.data.shape : [];
    return { shape: isUnknown(lead) ? lead : isUnknown(shape) ? shape : [...lead, ...shape] };
  });

/** Along one axis, the shape stays. */
function scan(
  name: string,
  places: string,
  compute: ((a: number, b: number) => number) | null,
  dtypeFor: (args: Args) => DType | Unknown,
): void {
  operator(
    `${name}(input, dim, dtype=None)`,
    places,
    (args) => {
      const { shape, values } = args.tensor('input').data;
      const dtype = args.dtypeArgument() ?? dtypeFor(args);
      if (isUnknown(shape)) return { shape, dtype };
      const axis = args.axisOf('dim', shape.length);
      return {
        shape,
        dtype,
        values: compute ? scanValues(values, shape, axis, (a, b) => roundTo(dtype, compute(a, b))) : null,
      };
    },
    { inplace: true },
  );
}
function scanValues(
  values: readonly number[] | null,
  shape: Shape,
  axis: number,
  compute: (a: number, b: number) => number | null,
): number[] | null {
  const sizes = concrete(shape);
  if (!values || !sizes) return null;
  if (sizes.length === 0) return [...values];
  const stride = stridesOf(sizes)[axis] as number;
  const size = sizes[axis] as number;
  const result = [...values];
  for (let at = 0; at < result.length; at++) {
    if (Math.floor(at / stride) % size === 0) continue;
    const next = compute(result[at - stride] as number, result[at] as number);
    if (next === null) return null;
    result[at] = next;
  }
  return result;
}
scan('cumsum', TM, (a, b) => a + b, summed);
scan('cumprod', TM, (a, b) => a * b, summed);
scan('logcumsumexp', TM, null, same);
for (const name of ['cummax', 'cummin'])
  operator(
    `${name}(input, dim)`,
    TM,
    (args) => {
      const { shape } = args.tensor('input').data;
      if (!isUnknown(shape)) args.axisOf('dim', shape.length);
      return {
        results: [{ shape }, { shape, dtype: 'int64', requiresGrad: false }],
        as: namedTuple(name, ['values', 'indices']),
      };
    },
    { many: true },
  );
operator('diff(input, n=1, dim=-1, prepend=None, append=None)', TM, (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  let size: Dim = shape[axis] as Dim;
  for (const name of ['prepend', 'append']) {
    const extra = args.raw(name);
    if (isTensor(extra) && !isUnknown(extra.data.shape)) size = plus(size, extra.data.shape[axis] ?? 1);
  }
  size = plus(size, -args.int('n'));
  const { values } = args.tensor('input').data;
  const single = shape.length === 1 && args.int('n') === 1 && !args.has('prepend') && !args.has('append') && values;
  return {
    shape: shape.map((dim, i) => (i === axis ? size : dim)),
    values: single ? single.slice(1).map((value, i) => value - (single[i] as number)) : null,
  };
});

const normRun =
  (pName: string, dimName: string): Run =>
  (args) => {
    const dtype = args.dtypeArgument() ?? args.dtype('input');
    if (!isUnknown(dtype) && isIntegral(dtype))
      args.fail(`linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${scalarName(dtype)}`);
    const { shape } = axesAndShape(args, dimName);
    return { shape, dtype: isUnknown(dtype) ? dtype : realOf(dtype), attributes: { p: args.number(pName) } };
  };
operator("norm(input, p='fro', dim=None, keepdim=False, dtype=None)", TM, normRun('p', 'dim'));
operator('norm(input, ord=None, dim=None, keepdim=False, dtype=None)', 'linalg', normRun('ord', 'dim'));
operator('vector_norm(input, ord=2, dim=None, keepdim=False, dtype=None)', 'linalg', normRun('ord', 'dim'));
operator("matrix_norm(input, ord='fro', dim=(), keepdim=False, dtype=None)", 'linalg', (args) => {
  const shape = args.shape('input');
  const value = args.raw('dim');
  const axes =
    typeof value === 'object' && value !== null && value.kind === 'tuple' && value.items.length === 0
      ? [shape.length - 2, shape.length - 1]
      : args.axesOf('dim', shape.length);
  return { shape: reducedShape(shape, axes, args.bool('keepdim')) };
});
operator('renorm(input, p, dim, maxnorm)', TM, (args) => ({ shape: args.tensor('input').data.shape }), {
  inplace: true,
});
operator('dist(input, other, p=2)', TM, () => ({ shape: [] }));
for (const [name, kind] of [
  ['equal', 'exact'],
  ['allclose', 'close'],
] as const)
  operator(`${name}(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)`, TM, (args): Value => {
    const [a, b] = [args.tensor('input').data, args.tensor('other').data];
    if (kind === 'exact' && !isUnknown(a.shape) && !isUnknown(b.shape)) {
      if (
        a.shape.length !== b.shape.length ||
        a.shape.some((dim, i) => compareDim(args.context, '!=', dim, (b.shape as readonly Dim[])[i] as Dim) === true)
      )
        return false;
      if (a.values && b.values) return a.values.every((value, i) => value === b.values?.[i]);
    }
    return args.context.unknown('whether two tensors are equal depends on their values');
  });

for (const name of ['sort', 'msort'])
  operator(
    `${name}(input, dim=-1, descending=False, stable=None)`,
    TM,
    (args) => {
      const { shape, values } = args.tensor('input').data;
      const sizes = concrete(shape);
      let sorted: number[] | null = null;
      let order: number[] | null = null;
      if (!isUnknown(shape)) args.axisOf('dim', shape.length);
      if (values && sizes?.length === 1 && typeof args.raw('descending') === 'boolean') {
        order = sortedOrder(args, values);
        sorted = order.map((i) => values[i] as number);
        if (!isSettled(args, values)) order = null;
      }
      const first: Result = { shape, values: sorted };
      if (name === 'msort') return first;
      return {
        results: [first, { shape, dtype: 'int64', requiresGrad: false, values: order }],
        as: namedTuple('sort', ['values', 'indices']),
      };
    },
    { many: true },
  );
operator('argsort(input, dim=-1, descending=False, stable=False)', TM, (args) => {
  const { shape, values } = args.tensor('input').data;
  if (!isUnknown(shape)) args.axisOf('dim', shape.length);
  const order = values && concrete(shape)?.length === 1 && isSettled(args, values) ? sortedOrder(args, values) : null;
  return { shape, dtype: 'int64', requiresGrad: false, values: order };
});
function sortedOrder(args: Args, values: readonly number[]): number[] {
  const sign = args.raw('descending') === true ? -1 : 1;
  return values.map((_, i) => i).sort((i, j) => sign * ((values[i] as number) - (values[j] as number)));
}
/** Among equal elements the order is only promised by a stable sort. */
function isSettled(args: Args, values: readonly number[]): boolean {
  return args.raw('stable') === true || new Set(values).size === values.length;
}
operator(
  'topk(input, k, dim=-1, largest=True, sorted=True)',
  TM,
  (args) => {
    const shape = args.shape('input');
    const axis = args.axisOf('dim', shape.length);
    const k = args.dim('k');
    if (shape.length > 0 && compareDim(args.context, '>', k, shape[axis] as Dim) === true)
      args.fail('selected index k out of range', { expected: shape[axis], got: k, dim: axis });
    const result = shape.map((dim, i) => (i === axis ? k : dim));
    return {
      results: [{ shape: result }, { shape: result, dtype: 'int64', requiresGrad: false }],
      as: namedTuple('topk', ['values', 'indices']),
    };
  },
  { many: true },
);
operator(
  'unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None)',
  TM,
  (args) => unique(args),
  { many: true },
);
operator('unique_consecutive(input, return_inverse=False, return_counts=False, dim=None)', TM, (args) => unique(args), {
  many: true,
});
function unique(args: Args): Result | Results {
  const { shape, values } = args.tensor('input').data;
  const known = values && !args.has('dim') && args.op === 'unique' ? [...new Set(values)].sort((a, b) => a - b) : null;
  const size: Dim = known ? known.length : args.context.unknown('the number of distinct elements depends on the data');
  const axis = args.has('dim') && !isUnknown(shape) ? args.axisOf('dim', shape.length) : null;
  const extra: Result[] = [];
  if (args.bool('return_inverse')) {
    const places = known && new Map(known.map((value, i) => [value, i] as const));
    extra.push({
      shape: axis !== null && !isUnknown(shape) ? [shape[axis] as Dim] : shape,
      dtype: 'int64',
      values: values && places ? values.map((value) => places.get(value) ?? 0) : null,
    });
  }
  if (args.bool('return_counts')) {
    const counts = new Map<number, number>();
    for (const value of values ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
    extra.push({ shape: [size], dtype: 'int64', values: known && known.map((value) => counts.get(value) ?? 0) });
  }
  const result: Result = {
    shape: axis !== null && !isUnknown(shape) ? shape.map((dim, i) => (i === axis ? size : dim)) : [size],
    values: known,
  };
  return extra.length === 0 ? result : { results: [result, ...extra], as: 'tuple' };
}
operator('bincount(input, weights=None, minlength=0)', TM, (args) => {
  const weights = args.optional('weights');
  const values = args.values('input');
  const least = args.number('minlength');
  const known =
    values && weights === null && least !== null
      ? Array.from(
          { length: Math.max(least, ...values.map((value) => value + 1)) },
          (_, bin) => values.filter((value) => value === bin).length,
        )
      : null;
  return {
    shape: [known ? known.length : args.context.unknown('the number of bins depends on the data')],
    dtype: isTensor(weights) ? 'float64' : 'int64',
    values: known,
  };
});
operator('histc(input, bins=100, min=0, max=0)', TM, (args) => ({ shape: [args.dim('bins')] }));
operator('trace(input)', TM, (args) => {
  const shape = args.shape('input');
  if (shape.length !== 2) args.fail(`trace: expected a matrix, but got tensor with dim ${shape.length}`);
  return { shape: [], dtype: summed(args) };
});
operator('numel(input)', TM, (args): Value => {
  const count = numelOf(args.tensor('input').data.shape);
  return count;
});
alias('nelement', 'numel', 'method');
