/** Tensors out of nothing: `zeros`, `arange`, `tensor`, random ones, and the `*_like` and `new_*` forms. */
import type { Context } from '../python/context.js';
import { isSym } from '../python/symint.js';
import type { Unknown, Value } from '../python/value.js';
import { defaultDevice } from './device.js';
import { ceilDiv, concrete, isUnknown, maxDim, numelOf, showDim, sub } from './dims.js';
import { dtypeFacts, isFloating, promote, roundAll, roundTo } from './dtypes.js';
import {
  Args,
  MAX_VALUES,
  maxValues,
  operator,
  operatorsOf,
  overwrite,
  Undetermined,
  type Result,
} from './ops/operator.js';
import { isArrayLike, isTensor, makeTensor, tensorData, type DType, type Dim, type Shape } from './tensor.js';
import { tensorClass, tensorConstructor } from './tensorClass.js';

const factory =
  'dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False, memory_format=None, names=None';

function filled(shape: Shape, value: number | null): number[] | null {
  const count = numelOf(shape);
  return value !== null && concrete(shape) && typeof count === 'number' && count <= MAX_VALUES
    ? new Array<number>(count).fill(value)
    : null;
}

/** Arguments that all factories have. */
function common(args: Args, shape: Shape, otherwise: DType | Unknown, value: number | null, name = args.op): Result {
  const dtype = args.dtypeArgument() ?? otherwise;
  const values = filled(shape, value);
  for (const dim of isUnknown(shape) ? [] : shape)
    if (typeof dim === 'number' && dim < 0)
      args.fail(
        `Trying to create tensor with negative dimension ${dim}: [${shape as readonly number[] as unknown as string}]`,
      );
  return {
    shape,
    dtype,
    device: args.deviceArgument() ?? (args.firstTensor()?.data.device || defaultDevice(args.context)),
    values: values && roundAll(dtype, values),
    requiresGrad: args.raw('requires_grad') === true,
    init: { name, args: value === null ? {} : { value }, place: args.context.place },
  };
}

/** `zeros(2, 3)`, `zeros((2, 3))`, `zeros(size=(2, 3))`. */
const constants: readonly (readonly [string, number | null])[] = [
  ['zeros', 0],
  ['ones', 1],
  ['empty', null],
  ['rand', null],
  ['randn', null],
];
for (const [name, value] of constants) {
  operator(`${name}(*size, ${factory}, generator=None)`, 'torch', (args) =>
    common(args, args.varDims('size'), args.defaultDtype(), value),
  );
  operator(`${name}_like(input, ${factory}, generator=None)`, 'torch', (args) =>
    common(args, args.tensor('input').data.shape, args.dtype('input'), value, name),
  );
  if (name !== 'rand' && name !== 'randn')
    operator(`new_${name}(input, *size, ${factory})`, 'method', (args) =>
      common(args, args.varDims('size'), args.dtype('input'), value, name),
    );
}
operator(`empty_strided(size, stride, ${factory})`, 'torch', (args) =>
  common(args, args.dims('size'), args.defaultDtype(), null, 'empty'),
);
operator(`empty_permuted(size, physical_layout, ${factory})`, 'torch', (args) =>
  common(args, args.dims('size'), args.defaultDtype(), null, 'empty'),
);

function fillDtype(args: Args, name: string): DType | Unknown {
  const value = args.raw(name);
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'bigint' || isSym(value)) return 'int64';
  if (isTensor(value)) return value.data.dtype;
  if (typeof value === 'object' && value !== null && value.kind === 'complex') return 'complex64';
  if (isUnknown(value)) return value;
  return args.defaultDtype();
}
operator(`full(size, fill_value, ${factory})`, 'torch', (args) =>
  common(args, args.dims('size'), fillDtype(args, 'fill_value'), args.number('fill_value'), 'constant'),
);
operator(`full_like(input, fill_value, ${factory})`, 'torch', (args) =>
  common(args, args.tensor('input').data.shape, args.dtype('input'), args.number('fill_value'), 'constant'),
);
operator(`new_full(input, size, fill_value, ${factory})`, 'method', (args) =>
  common(args, args.dims('size'), args.dtype('input'), args.number('fill_value'), 'constant'),
);

operator(`eye(n, m=None, ${factory})`, 'torch', (args) => {
  const n = args.dim('n');
  const m = args.has('m') ? args.dim('m') : n;
  const shape = [n, m];
  const zeros = filled(shape, 0);
  const result = common(args, shape, args.defaultDtype(), null, 'eye');
  return {
    ...result,
    values: zeros && zeros.map((_, i) => Number(Math.floor(i / (m as number)) === i % (m as number))),
  };
});

/** Whether a number is written as a float. */
function isReal(value: Value): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value.kind === 'float' ||
      (isTensor(value) && isFloating(value.data.dtype)) ||
      (value.kind === 'unknown' && value.cls?.name === 'float'))
  );
}

operator(`arange(start, end=None, step=1, ${factory})`, 'torch', (args) => range(args, false));
operator(`range(start, end=None, step=1, ${factory})`, 'torch', (args) => range(args, true));
function range(args: Args, closed: boolean): Result {
  const [startName, endName] = args.has('end') ? ['start', 'end'] : [null, 'start'];
  const startValue: Value = startName ? args.raw(startName) : 0;
  const endValue = args.raw(endName);
  const stepValue = args.raw('step');
  const real = [startValue, endValue, stepValue].some(isReal) || closed;
  const dtype = args.dtypeArgument() ?? (real ? args.defaultDtype() : 'int64');
  const base = common(args, [], dtype, null, 'arange');
  const [start, end, step] = [startValue, endValue, stepValue].map((value) => args.toNumber(value)) as [
    number | null,
    number | null,
    number | null,
  ];
  if (start !== null && end !== null && step !== null) {
    if (step === 0) args.fail('step must be nonzero');
    if ((step > 0 && start > end) || (step < 0 && start < end))
      args.fail('upper bound and lower bound inconsistent with step sign');
    const count = closed ? Math.floor((end - start) / step) + 1 : Math.ceil((end - start) / step);
    return {
      ...base,
      shape: [count],
      values: count <= maxValues(dtype) ? rangeValues(start, step, count, dtype) : null,
    };
  }
  for (const value of [startValue, endValue, stepValue]) if (isUnknown(value)) return { ...base, shape: [value] };
  if (real)
    return {
      ...base,
      shape: [args.context.unknown('the length of a range with a symbolic end and a real step is not computed')],
    };
  const [a, b, c] = [startValue, endValue, stepValue].map((value) => args.toDim(value)) as [Dim, Dim, Dim];
  return { ...base, shape: [maxDim(ceilDiv(args.context, sub(b, a), c), 0)] };
}

/**
 * PyTorch counts in vectors of the processor's width, each from its first element; where that rounds differently for
 * different widths the values can't be told.
 */
function rangeValues(start: number, step: number, count: number, dtype: DType | Unknown): number[] | null {
  const values = roundAll(
    dtype,
    Array.from({ length: count }, (_, i) => start + i * step),
  );
  if (!values || (Number.isInteger(start) && Number.isInteger(step)) || isUnknown(dtype) || !isFloating(dtype))
    return values;
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  for (const width of [4, 8, 16])
    for (let i = 0; i < count; i++) {
      const lane = i % width;
      const first = round(start + (i - lane) * step);
      if (values[i] !== round(first + lane * round(step)) || values[i] !== round(first + round(lane * round(step))))
        return null;
    }
  return values;
}

operator(`linspace(start, end, steps, ${factory})`, 'torch', (args) => {
  const steps = args.dim('steps');
  const base = common(args, [steps], args.defaultDtype(), null, 'linspace');
  const [start, end] = [args.number('start'), args.number('end')];
  if (typeof steps !== 'number' || steps > MAX_VALUES || start === null || end === null) return base;
  return { ...base, values: linspace(start, end, steps, base.dtype ?? 'float32') };
});

/** `x · y + z`, rounded once: the rounding errors of product and sum are carried along (Dekker, Knuth). */
function fma(x: number, y: number, z: number): number {
  const product = x * y;
  const split = (value: number): [number, number] => {
    const shifted = value * 134217729;
    const high = shifted - (shifted - value);
    return [high, value - high];
  };
  const [xh, xl] = split(x);
  const [yh, yl] = split(y);
  const lost = xl * yl - (product - xh * yh - xl * yh - xh * yl);
  const sum = product + z;
  const part = sum - product;
  return sum + (lost + (product - (sum - part) + (z - part)));
}

/** PyTorch counts the first half from the start and the second half from the end. */
export function linspace(start: number, end: number, steps: number, dtype: DType | Unknown): number[] | null {
  if (steps === 1) return roundAll(dtype, [start]);
  if (isUnknown(dtype)) return null;
  const narrow = dtype === 'float32';
  const round = (x: number): number => (narrow ? Math.fround(x) : x);
  const [a, b] = [roundTo(dtype, start), roundTo(dtype, end)];
  if (a === null || b === null) return null;
  const step = round(round(b - a) / (steps - 1));
  const half = Math.floor(steps / 2);
  // The product and the sum are rounded once: a fused multiply-add.
  return roundAll(
    dtype,
    Array.from({ length: steps }, (_, i) => (i < half ? fma(step, i, a) : fma(-step, steps - 1 - i, b))),
  );
}
operator(`logspace(start, end, steps, base=10.0, ${factory})`, 'torch', (args) =>
  common(args, [args.dim('steps')], args.defaultDtype(), null, 'logspace'),
);
for (const name of ['hann_window', 'hamming_window', 'blackman_window', 'bartlett_window', 'kaiser_window'])
  operator(`${name}(window_length, periodic=True, alpha=0.54, beta=0.46, ${factory})`, 'torch', (args) =>
    common(args, [args.dim('window_length')], args.defaultDtype(), null, 'window'),
  );

// ---------------------------------------------------------------- from Python values

interface Literal {
  readonly shape: Dim[];
  readonly values: number[] | null;
  readonly dtype: DType | Unknown | null;
  readonly requiresGrad?: boolean;
}

/** Reads nested lists, numbers and tensors. */
export function literal(value: Value, context: Context): Literal {
  if (typeof value === 'boolean') return { shape: [], values: [Number(value)], dtype: 'bool' };
  if (typeof value === 'number') return { shape: [], values: [value], dtype: 'int64' };
  if (typeof value === 'bigint' || isSym(value)) return { shape: [], values: null, dtype: 'int64' };
  if (isUnknown(value)) throw new Undetermined(value);
  if (value === null || typeof value === 'string') return context.raise('TypeError', `not a sequence`);
  if (isArrayLike(value)) {
    if (isUnknown(value.data.shape)) throw new Undetermined(value.data.shape);
    return {
      shape: [...value.data.shape],
      values: value.data.values && [...value.data.values],
      dtype: value.data.dtype,
    };
  }
  if (value.kind === 'float') return { shape: [], values: [value.value], dtype: null };
  if (value.kind === 'complex') return { shape: [], values: null, dtype: 'complex64' };
  if (value.kind === 'instance' && value.primitive !== undefined && typeof value.primitive !== 'string')
    return literal(value.primitive, context);
  const items = context.items(value);
  if (isUnknown(items)) throw new Undetermined(items);
  if (items.length === 0) return { shape: [0], values: [], dtype: null };
  const parts = items.map((item): Literal => {
    if (!isUnknown(item)) return literal(item, context);
    // A number that isn't known: the shape is still that of a list of numbers.
    if (item.cls?.name === 'float') return { shape: [], values: null, dtype: null };
    if (item.cls?.name === 'int') return { shape: [], values: null, dtype: 'int64' };
    throw new Undetermined(item);
  });
  const first = parts[0] as Literal;
  if (
    parts.some(
      (part) =>
        part.shape.length !== first.shape.length ||
        part.shape.some(
          (dim, i) => typeof dim === 'number' && typeof first.shape[i] === 'number' && dim !== first.shape[i],
        ),
    )
  )
    return context.raise(
      'ValueError',
      `expected sequence of length ${showDim(first.shape[0] ?? 0)} at dim 1 (got ${showDim(parts.find((part) => part.shape[0] !== first.shape[0])?.shape[0] ?? 0)})`,
    );
  let dtype: DType | Unknown | null = first.dtype;
  let float = first.dtype === null;
  for (const part of parts.slice(1)) {
    if (part.dtype === null) float = true;
    else if (dtype === null) dtype = part.dtype;
    else if (!isUnknown(dtype)) dtype = isUnknown(part.dtype) ? part.dtype : promote(dtype, part.dtype);
  }
  // A Python float among them makes floats of integers.
  if (float && dtype !== null && !isUnknown(dtype) && (dtypeFacts(dtype).category === 'integer' || dtype === 'bool'))
    dtype = null;
  const known = parts.every((part) => part.values);
  const values = known ? parts.flatMap((part) => part.values ?? []) : null;
  return {
    shape: [parts.length, ...first.shape],
    values: values && values.length <= MAX_VALUES ? values : null,
    dtype,
  };
}

function fromData(args: Args, name: string, otherwise?: DType): Result {
  const { shape, values, dtype } = literal(args.raw(name), args.context);
  const wanted = args.dtypeArgument() ?? otherwise ?? dtype ?? args.defaultDtype();
  return {
    shape,
    dtype: wanted,
    device: args.deviceArgument() ?? defaultDevice(args.context),
    values: values && roundAll(wanted, values),
    requiresGrad: args.raw('requires_grad') === true,
    init: { name: 'tensor', args: {}, place: args.context.place },
  };
}
operator('tensor(data, dtype=None, device=None, requires_grad=False, pin_memory=False)', 'torch', (args) =>
  fromData(args, 'data'),
);
operator('scalar_tensor(s, dtype=None, device=None, requires_grad=False)', 'torch', (args) => ({
  ...fromData(args, 's'),
  dtype: args.dtypeArgument() ?? args.defaultDtype(),
}));
operator('new_tensor(input, data, dtype=None, device=None, requires_grad=False)', 'method', (args) => {
  const own = args.dtype('input');
  return fromData(args, 'data', isUnknown(own) ? undefined : own);
});
for (const name of ['as_tensor', 'asarray'])
  operator(`${name}(data, dtype=None, device=None, copy=None, requires_grad=False)`, 'torch', (args) => {
    const value = args.raw('data');
    const dtype = args.dtypeArgument();
    if (isTensor(value) && (dtype === undefined || dtype === value.data.dtype)) return value;
    return fromData(args, 'data');
  });
operator('from_numpy(ndarray)', 'torch', (args) => ({ ...fromData(args, 'ndarray') }));
operator('from_dlpack(ext_tensor)', 'torch', (args) =>
  args.undetermined('torch.from_dlpack is not described by the analyser'),
);
operator('frombuffer(buffer, *, dtype, count=-1, offset=0, requires_grad=False)', 'torch', (args) => ({
  shape: [args.context.unknown('the length of a buffer is not known')],
  dtype: args.dtypeArgument(),
}));

// ---------------------------------------------------------------- random

operator(`randint(low=0, high=None, size=None, ${factory}, generator=None)`, 'torch', (args) => {
  // `randint(high, size)` or `randint(low, high, size)`.
  const second = args.raw('high');
  const size = args.has('size')
    ? 'size'
    : typeof second === 'object' && second !== null && (second.kind === 'tuple' || second.kind === 'list')
      ? 'high'
      : 'size';
  return common(args, args.dims(size), 'int64', null, 'randint');
});
operator(`randint_like(input, low, high=None, ${factory})`, 'torch', (args) =>
  common(args, args.tensor('input').data.shape, args.dtype('input'), null, 'randint'),
);
operator(`randperm(n, ${factory}, generator=None)`, 'torch', (args) =>
  common(args, [args.dim('n')], 'int64', null, 'randperm'),
);
operator(`normal(mean, std=1.0, size=None, ${factory}, generator=None)`, 'torch', (args) => {
  if (args.has('size')) return common(args, args.dims('size'), args.defaultDtype(), null, 'normal');
  const [mean, std] = [args.raw('mean'), args.raw('std')];
  const like = isTensor(mean) ? mean : isTensor(std) ? std : null;
  return like
    ? { shape: like.data.shape, dtype: like.data.dtype }
    : args.undetermined('the size of torch.normal is not given');
});
operator('bernoulli(input, p=None, generator=None)', 'torch method', (args) => ({
  shape: args.tensor('input').data.shape,
}));
// What a distribution computes from its parameters where that isn't followed operator by operator.
operator('_distribution(what, shape, dtype, parts)', 'VF', (args) => ({
  shape: args.dims('shape'),
  dtype: args.dtypeArgument(),
}));
operator('poisson(input, generator=None)', 'torch', (args) => ({ shape: args.tensor('input').data.shape }));
operator('multinomial(input, num_samples, replacement=False, generator=None)', 'torch method', (args) => ({
  shape: [...args.shape('input').slice(0, -1), args.dim('num_samples')],
  dtype: 'int64',
  requiresGrad: false,
}));
operator('binomial(count, prob, generator=None)', 'torch', (args) => ({ shape: args.tensor('count').data.shape }));

/** `x.normal_()` and its like: how a tensor is filled, and with what. */
const fills: Readonly<Record<string, string>> = {
  'normal_(input, mean=0.0, std=1.0, generator=None)': 'normal',
  'uniform_(input, from_=0.0, to=1.0, generator=None)': 'uniform',
  'bernoulli_(input, p=0.5, generator=None)': 'bernoulli',
  'random_(input, from_=0, to=None, generator=None)': 'random',
  'exponential_(input, lambd=1.0, generator=None)': 'exponential',
  'geometric_(input, p, generator=None)': 'geometric',
  'cauchy_(input, median=0.0, sigma=1.0, generator=None)': 'cauchy',
  'log_normal_(input, mean=1.0, std=2.0, generator=None)': 'log_normal',
  'fill_(input, value)': 'constant',
  'zero_(input)': 'zeros',
};
for (const [signature, name] of Object.entries(fills)) {
  operator(signature, 'method', (args) => {
    const target = args.tensor('input');
    const { shape, dtype } = target.data;
    const value = name === 'zeros' ? 0 : name === 'constant' ? args.number('value') : null;
    const numbers: Record<string, unknown> = {};
    for (const key of ['mean', 'std', 'from_', 'to', 'value', 'p'])
      if (key in args.bound) numbers[key.replace('_', '')] = args.number(key);
    const values = filled(shape, value);
    const result: Result = {
      shape,
      init: { name, args: numbers, place: args.context.place },
      values: values && roundAll(dtype, values),
      requiresGrad: false,
    };
    overwrite(args.context, target, result, {
      ...tensorData({ shape, dtype, values: result.values ?? null, init: result.init ?? null }),
      node: args.dataOf(result, false).node,
    });
    return target;
  });
  const bare = signature.replace(/_\(/, '(');
  if (name === 'zeros')
    operator('zero(input)', 'torch', (args) => ({
      shape: args.tensor('input').data.shape,
      values: filled(args.tensor('input').data.shape, 0),
    }));
  if (name === 'constant')
    operator(bare, 'torch', (args) => ({
      shape: args.tensor('input').data.shape,
      values: filled(args.tensor('input').data.shape, args.number('value')),
    }));
}

// ---------------------------------------------------------------- constructors

/** `torch.Tensor(2, 3)` is an uninitialised 2×3; `torch.Tensor([2, 3])` holds these numbers. */
function construct(dtype: DType | null, device: string) {
  return (
    args: readonly Value[],
    kwargs: ReadonlyMap<string, Value>,
    context: Context,
    cls: Parameters<NonNullable<typeof tensorConstructor.make>>[0] | null,
  ): Value => {
    const bound = new Args('Tensor', {}, context);
    const wanted = dtype ?? bound.defaultDtype();
    const own = cls === tensorClass || cls === null ? null : cls;
    try {
      const [first] = args;
      const sizes =
        args.length > 0 && args.every((arg) => typeof arg === 'number' || isSym(arg))
          ? [...(args as Dim[])]
          : args.length === 1 && typeof first === 'object' && first?.kind === 'tuple' && first.cls?.name === 'Size'
            ? bound.toDims(first)
            : null;
      if (args.length === 0 && kwargs.size === 0)
        return makeTensor(context.heap, { shape: [0], dtype: wanted, device, values: [], cls: own });
      if (sizes)
        return makeTensor(context.heap, {
          shape: sizes,
          dtype: wanted,
          device,
          cls: own,
          init: { name: 'empty', args: {}, place: context.place },
        });
      const { shape, values, dtype: read } = literal(first ?? kwargs.get('data') ?? null, context);
      const kept = own && isTensor(first) && read && !isUnknown(read) ? read : wanted;
      return makeTensor(context.heap, {
        shape,
        dtype: kept,
        device,
        values: values && roundAll(kept, values),
        cls: own,
        init: { name: 'tensor', args: {}, place: context.place },
        requiresGrad: own !== null && isTensor(first) && first.data.requiresGrad,
      });
    } catch (error) {
      if (error instanceof Undetermined) return error.unknown;
      throw error;
    }
  };
}
tensorConstructor.make = (cls, args, kwargs, context) => construct(null, 'cpu')(args, kwargs, context, cls);

/** `torch.FloatTensor` and its like, as functions that make tensors. */
export const legacyTensors: Readonly<Record<string, DType>> = {
  FloatTensor: 'float32',
  DoubleTensor: 'float64',
  HalfTensor: 'float16',
  BFloat16Tensor: 'bfloat16',
  LongTensor: 'int64',
  IntTensor: 'int32',
  ShortTensor: 'int16',
  CharTensor: 'int8',
  ByteTensor: 'uint8',
  BoolTensor: 'bool',
};
export function legacyConstructor(
  dtype: DType,
  device: string,
): (args: readonly Value[], kwargs: ReadonlyMap<string, Value>, context: Context) => Value {
  const make = construct(dtype, device);
  return (args, kwargs, context) => make(args, kwargs, context, null);
}
operatorsOf('method').set('new', {
  kind: 'builtin',
  name: 'new',
  qualname: 'torch.Tensor.new',
  isMethod: true,
  pure: true,
  call: (args, kwargs, context) => {
    const [self, ...rest] = args;
    const dtype = isTensor(self) && !isUnknown(self.data.dtype) ? self.data.dtype : 'float32';
    return construct(dtype, isTensor(self) ? self.data.device : 'cpu')(rest, kwargs, context, null);
  },
});
