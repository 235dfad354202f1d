/**
 * The part of `numpy` that model code uses. Arrays are described by the same data as tensors and computed by the same
 * operators, with numpy's defaults (float64) and names; results without axes are Python numbers.
 */
import { firstUnknown } from '../python/coerce.js';
import type { Context } from '../python/context.js';
import { defineClass, defineFunction, type ModelledModule } from '../python/define.js';
import { floatClass, intClass, objectClass } from '../python/builtins/classes.js';
import { isSym } from '../python/symint.js';
import type { Native, NativeType, PyBuiltin, PyClass, Unknown, Value } from '../python/value.js';
import { literal } from './creation.js';
import { makeUnknown } from './makeUnknown.js';
import { isUnknown, mul, numelOf, product } from './dims.js';
import {
  defaultDtype,
  dtypeFacts,
  dtypeObject,
  dtypeOf,
  isFloating,
  isIntegral,
  numpyScalars,
  roundAll,
  setDefaultDtype,
} from './dtypes.js';
import numpySource from './python/numpy.py';
import { getItem, setItem } from './ops/indexing.js';
import { MAX_VALUES, operatorsOf, shareMemory, Undetermined, writeThrough, type Where } from './ops/operator.js';
import { roundHalfEven } from './ops/pointwise.js';
import {
  isTensor,
  makeTensor,
  tensorData,
  type DType,
  type Dim,
  type Shape,
  type TensorData,
  type TensorNative,
} from './tensor.js';

export const arrayClass: PyClass = defineClass('ndarray', {
  module: 'numpy',
  layout: 'native',
  construct(_cls, args, kwargs, context) {
    return invoke('torch', 'empty', [args[0] ?? kwargs.get('shape') ?? null], new Map(), context);
  },
});

interface ArrayNative extends Native {
  data: TensorData;
}
function isArray(value: unknown): value is ArrayNative {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === arrayType;
}

function makeArray(context: Context, data: Partial<TensorData> & { readonly shape: Shape }): ArrayNative {
  return {
    kind: 'native',
    type: arrayType,
    data: { ...tensorData(data), requiresGrad: false, storage: null, role: 'tensor' },
    attrs: null,
    saved: context.heap.epoch,
    taint: null,
  };
}

/** The same data as a tensor, for the operators. */
function asTensor(value: Value, context: Context): Value {
  if (isArray(value)) {
    if (value.taint) return value.taint;
    return makeTensor(context.heap, { ...value.data });
  }
  if (
    typeof value === 'object' &&
    value !== null &&
    (value.kind === 'list' || value.kind === 'tuple') &&
    value.items.some((item) => isArray(item) || isTensor(item))
  )
    return value.kind === 'list'
      ? context.list(value.items.map((item) => asTensor(item, context)))
      : context.tuple(value.items.map((item) => asTensor(item, context)));
  return value;
}

/** A Python number for what has no axes, an array otherwise. */
function fromTensor(value: Value, context: Context): Value {
  if (isTensor(value)) {
    const { shape, values, dtype } = value.data;
    if (!isUnknown(shape) && shape.length === 0) {
      const [only] = values ?? [];
      if (only === undefined)
        return context.unknown(
          'the value of an array is not known',
          isUnknown(dtype) ? undefined : isFloating(dtype) ? floatClass : isIntegral(dtype) ? intClass : undefined,
        );
      if (dtype === 'bool') return only !== 0;
      return !isUnknown(dtype) && isFloating(dtype) ? { kind: 'float', value: only } : only;
    }
    return makeArray(context, value.data);
  }
  if (typeof value === 'object' && value !== null && value.kind === 'tuple')
    return context.tuple(value.items.map((item) => fromTensor(item, context)));
  if (typeof value === 'object' && value !== null && value.kind === 'list')
    return context.list(value.items.map((item) => fromTensor(item, context)));
  return value;
}

/** Anything array-like as a tensor operand; numbers too, so that functions of one variable take them. */
function operand(value: Value, context: Context): Value {
  const tensor = asTensor(value, context);
  if (isTensor(tensor) || isUnknown(tensor)) return tensor;
  try {
    const { shape, values, dtype } = literal(tensor, context);
    const own = dtype ?? 'float64';
    return makeTensor(context.heap, { shape, dtype: own, values: values && roundAll(own, values) });
  } catch (error) {
    if (error instanceof Undetermined) return error.unknown;
    throw error;
  }
}

/** Runs `action` with numpy's default dtype. */
function withDouble<T>(context: Context, action: () => T): T {
  const before = defaultDtype(context);
  setDefaultDtype(context, 'float64');
  try {
    return action();
  } finally {
    setDefaultDtype(context, before);
  }
}

function invoke(
  where: Where,
  name: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const operator = operatorsOf(where).get(name);
  if (!operator) return context.unknown(`numpy.${name} is not described by the analyser`);
  const plain = new Map([...kwargs].map(([key, value]) => [key, asTensor(value, context)] as const));
  return fromTensor(
    withDouble(context, () =>
      operator.call(
        args.map((value) => asTensor(value, context)),
        plain,
        context,
      ),
    ),
    context,
  );
}

/** Arguments by the names PyTorch has for them. */
const numpyWords: Readonly<Record<string, string>> = {
  k: 'diagonal',
  a_min: 'min',
  a_max: 'max',
  reps: 'dims',
  shift: 'shifts',
  newshape: 'shape',
  repeats: 'repeats',
  source: 'source',
};

/** What gives the same memory in another form. */
const VIEWING = new Set([
  'reshape',
  'squeeze',
  'unsqueeze',
  'transpose',
  'swapaxes',
  'permute',
  'movedim',
  'diagonal',
  'ravel',
  'broadcast_to',
  'real',
  'imag',
]);

/** A function that is PyTorch's operator of another (or the same) name; the first `operands` arguments may be anything array-like. */
function like(name: string, of: string, operands = 1, where: Where = 'torch'): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: `numpy.${name}`,
    isMethod: false,
    pure: true,
    call: (args, kwargs, context) => {
      const converted: Value[] = [];
      for (const [i, arg] of args.entries()) {
        const value = i < operands ? operand(arg, context) : arg;
        if (isUnknown(value) && i < operands) return value;
        converted.push(value);
      }
      const rest = new Map([...kwargs].map(([key, value]) => [numpyWords[key] ?? key, value] as const));
      for (const key of ['a', 'x', 'm', 'v', 'arr']) {
        const value = rest.get(key);
        if (value !== undefined && converted.length === 0) {
          rest.delete(key);
          converted.push(operand(value, context));
        }
      }
      const result = invoke(where, of, mixed(converted, operands, context), rest, context);
      const base = args[0];
      if (VIEWING.has(of) && isArray(base) && isArray(result))
        shareMemory(context, asNative(base), asNative(result), null);
      return result;
    },
  };
}

/** float32 beside int64 is float64 in numpy. */
function mixed(args: readonly Value[], operands: number, context: Context): readonly Value[] {
  const dtypes = args
    .slice(0, operands)
    .flatMap((arg) =>
      isTensor(arg) && !isUnknown(arg.data.shape) && arg.data.shape.length > 0 ? [arg.data.dtype] : [],
    );
  const wide =
    dtypes.some((dtype) => dtype === 'float32' || dtype === 'float16') &&
    dtypes.some((dtype) => dtype === 'int64' || dtype === 'int32');
  if (!wide) return args;
  return args.map((arg) =>
    isTensor(arg) && (arg.data.dtype === 'float32' || arg.data.dtype === 'float16')
      ? makeTensor(context.heap, { ...arg.data, dtype: 'float64' })
      : arg,
  );
}

/** Sums and products of Python integers stay exact and symbolic. */
function integers(value: Value, context: Context): Dim[] | null {
  if (typeof value !== 'object' || value === null || (value.kind !== 'list' && value.kind !== 'tuple')) return null;
  const items = context.items(value);
  if (isUnknown(items)) return null;
  return items.every((item): item is Dim => typeof item === 'number' || isSym(item)) ? items : null;
}

/** Integers as float64. */
const wide = (value: Value, context: Context): Value =>
  isTensor(value) && isIntegral(value.data.dtype)
    ? makeTensor(context.heap, { ...value.data, dtype: 'float64' })
    : value;

const floatArgument = (signature: string, of: string): PyBuiltin => {
  const base = like(of, of);
  return {
    ...base,
    name: signature,
    call: (args, kwargs, context) => {
      const [first = null, ...rest] = args;
      const double = wide(operand(first, context), context);
      const renamed = new Map(kwargs);
      const ddof = renamed.get('ddof');
      renamed.delete('ddof');
      if (of === 'std' || of === 'var') renamed.set('correction', ddof ?? 0);
      return base.call([double, ...rest], renamed, context);
    },
  };
};

// ---------------------------------------------------------------- arrays

const arrayMethods: Readonly<Record<string, string>> = {
  reshape: 'reshape',
  sum: 'sum',
  prod: 'prod',
  max: 'max',
  min: 'min',
  argmax: 'argmax',
  argmin: 'argmin',
  cumsum: 'cumsum',
  cumprod: 'cumprod',
  all: 'all',
  any: 'any',
  squeeze: 'squeeze',
  copy: 'clone',
  dot: 'matmul',
  item: 'item',
  tolist: 'tolist',
  clip: 'clamp',
  argsort: 'argsort',
  swapaxes: 'transpose',
  diagonal: 'diagonal',
  trace: 'trace',
  conj: 'conj',
  conjugate: 'conj',
  take: 'take',
};

function method(
  name: string,
  call: (self: ArrayNative, args: readonly Value[], kwargs: ReadonlyMap<string, Value>, context: Context) => Value,
): readonly [string, PyBuiltin] {
  return [
    name,
    {
      kind: 'builtin',
      name,
      qualname: `numpy.ndarray.${name}`,
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [self, ...rest] = args;
        return isArray(self)
          ? call(self, rest, kwargs, context)
          : isUnknown(self ?? null)
            ? (self as Unknown)
            : context.raise('TypeError', `${name}() needs an array`);
      },
    },
  ];
}

function cast(data: TensorData, dtype: DType | Unknown, context: Context): ArrayNative {
  return makeArray(context, { ...data, dtype, values: data.values && roundAll(dtype, data.values) });
}

const methods = new Map<string, Value>([
  ...Object.entries(arrayMethods).map(([name, of]) =>
    method(name, (self, args, kwargs, context) => {
      if (VIEWING.has(of) && kwargs.size === 0) return formOf(self, of, args, context);
      const axisFree =
        (name === 'argmax' || name === 'argmin' || name === 'max' || name === 'min') && args.length + kwargs.size > 0;
      if (axisFree && (name === 'max' || name === 'min'))
        return invoke('method', name === 'max' ? 'amax' : 'amin', [self, ...args], kwargs, context);
      if (name === 'cumsum' || name === 'cumprod') {
        const flat = args.length === 0 && !kwargs.has('axis');
        return invoke(
          'method',
          of,
          flat ? [invoke('method', 'reshape', [self, -1], new Map(), context), 0] : [self, ...args],
          kwargs,
          context,
        );
      }
      return invoke('method', of, [self, ...args], kwargs, context);
    }),
  ),
  method('mean', (self, args, kwargs, context) => floatArgument('mean', 'mean').call([self, ...args], kwargs, context)),
  method('std', (self, args, kwargs, context) => floatArgument('std', 'std').call([self, ...args], kwargs, context)),
  method('var', (self, args, kwargs, context) => floatArgument('var', 'var').call([self, ...args], kwargs, context)),
  method('astype', (self, args, kwargs, context) =>
    cast(
      self.data,
      dtypeOf(args[0] ?? kwargs.get('dtype') ?? null, context) ?? context.unknown('a dtype is not known'),
      context,
    ),
  ),
  method('flatten', (self, _args, _kwargs, context) => invoke('method', 'reshape', [self, -1], new Map(), context)),
  method('ravel', (self, _args, _kwargs, context) => formOf(self, 'reshape', [-1], context)),
  method('transpose', (self, args, _kwargs, context) => {
    const rank = isUnknown(self.data.shape) ? 0 : self.data.shape.length;
    return formOf(
      self,
      'permute',
      args.length > 0 ? args : Array.from({ length: rank }, (_, i) => rank - 1 - i),
      context,
    );
  }),
  method('repeat', (self, args, kwargs, context) =>
    invoke('method', 'repeat_interleave', [self, ...args], kwargs, context),
  ),
  method('round', (self, args, _kwargs, context) => rounded(self, args[0] ?? 0, context)),
  method('fill', (self, args, _kwargs, context) => {
    const [value = null] = args;
    const number =
      typeof value === 'number' ? value : typeof value === 'object' && value?.kind === 'float' ? value.value : null;
    const count = numelOf(self.data.shape);
    writeThrough(context, asNative(self), {
      ...self.data,
      values:
        number !== null && typeof count === 'number' && count <= MAX_VALUES
          ? roundAll(self.data.dtype, new Array<number>(count).fill(number))
          : null,
    });
    return null;
  }),
  method('view', (self, _args, _kwargs, context) => makeArray(context, { ...self.data, values: null })),
  method('nonzero', (self, _args, _kwargs, context) =>
    invoke('method', 'nonzero', [self], new Map([['as_tuple', true]]), context),
  ),
  method('__getitem__', (self, args, _kwargs, context) => subscript(self, args[0] ?? null, context)),
  method('__setitem__', (self, args, _kwargs, context) => store(self, args[0] ?? null, args[1] ?? null, context)),
  method('__len__', (self, _args, _kwargs, context) => context.length(self)),
  ...(['__int__', '__float__', '__index__', '__bool__'] as const).map((name) =>
    method(name, (self, _args, _kwargs, context) => invoke('method', name, [self], new Map(), context)),
  ),
]);
for (const [name, value] of methods) arrayClass.namespace.set(name, value);

/** The operators of indexing only look at the data, which arrays and tensors have in common. */
const asNative = (self: ArrayNative): TensorNative => self;

/** Whether a slice goes backwards, which tensors can't. */
const goesBack = (item: Value): boolean =>
  typeof item === 'object' && item?.kind === 'slice' && typeof item.step === 'number' && item.step < 0;

/** `a[::-1]`, also beside whole slices: the same elements, turned round. Other steps backwards are not described. */
function turned(self: ArrayNative, index: Value, context: Context): Value {
  const items = typeof index === 'object' && index?.kind === 'tuple' ? index.items : [index];
  const dims: number[] = [];
  for (const [dim, item] of items.entries()) {
    const whole = typeof item === 'object' && item?.kind === 'slice' && item.start === null && item.stop === null;
    if (!whole || (item.step !== null && item.step !== -1))
      return context.unknown('an index that goes backwards is not described by the analyser');
    if (item.step === -1) dims.push(dim);
  }
  return invoke('torch', 'flip', [self, context.tuple(dims)], new Map(), context);
}

function subscript(self: ArrayNative, index: Value, context: Context): Value {
  if (typeof index === 'object' && index?.kind === 'tuple' ? index.items.some(goesBack) : goesBack(index))
    return turned(self, index, context);
  const made = getItem(asNative(self), indexOf(index, context), context);
  return isTensor(made) && !isUnknown(made.data.shape) && made.data.shape.length > 0
    ? viewOf(made, context)
    : fromTensor(made, context);
}
/** An array in place of a tensor, also in the list of those that share its memory. */
function viewOf(made: TensorNative, context: Context): ArrayNative {
  const array = makeArray(context, made.data);
  const cell = made.data.storage;
  if (cell) {
    const sharers = cell.data as readonly { readonly tensor: TensorNative }[];
    context.heap.touch(cell);
    cell.data = sharers.map((sharer) => (sharer.tensor === made ? { ...sharer, tensor: asNative(array) } : sharer));
    array.data = { ...array.data, storage: cell };
  }
  return array;
}
/** A method that gives the same memory in another form. */
function formOf(self: ArrayNative, method: string, args: readonly Value[], context: Context): Value {
  const made = invoke('method', method, [self, ...args], new Map(), context);
  if (isArray(made)) shareMemory(context, asNative(self), asNative(made), method === 'reshape' ? 'all' : null);
  return made;
}
function indexOf(index: Value, context: Context): Value {
  return typeof index === 'object' && index !== null && index.kind === 'tuple'
    ? context.tuple(index.items.map((item) => asTensor(item, context)))
    : asTensor(index, context);
}
function store(self: ArrayNative, index: Value, value: Value, context: Context): Value {
  setItem(asNative(self), indexOf(index, context), asTensor(value, context), context);
  return null;
}

function property(self: ArrayNative, name: string, context: Context): Value | undefined {
  const { shape, dtype } = self.data;
  switch (name) {
    case 'shape':
      return isUnknown(shape) ? shape : context.tuple(shape);
    case 'ndim':
      return isUnknown(shape) ? shape : shape.length;
    case 'size':
      return numelOf(shape);
    case 'dtype':
      return isUnknown(dtype) ? dtype : dtypeObject(dtype);
    case 'itemsize':
      return isUnknown(dtype) ? dtype : dtypeFacts(dtype).bytes;
    case 'nbytes':
      return isUnknown(dtype) ? dtype : mul(numelOf(shape), dtypeFacts(dtype).bytes);
    case 'T':
      return context.call(methods.get('transpose') as PyBuiltin, [self]);
    case 'real':
    case 'imag':
      return invoke('torch', name, [self], new Map(), context);
    default:
      return undefined;
  }
}

const binaryNames: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '//': 'floor_divide',
  '%': 'remainder',
  '**': 'pow',
  '@': 'matmul',
  '&': 'bitwise_and',
  '|': 'bitwise_or',
  '^': 'bitwise_xor',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

function binary(
  op: string,
  self: ArrayNative,
  other: Value,
  reflected: boolean,
  inplace: boolean,
  context: Context,
): Value | undefined {
  const name = binaryNames[op];
  if (name === undefined || other === null || typeof other === 'string') return undefined;
  if (isUnknown(other) && other.cls === undefined) return other;
  // Beside a tensor the tensor decides.
  if (isTensor(other)) {
    const tensor = asTensor(self, context);
    const operator = operatorsOf('method').get(name);
    return operator ? operator.call(reflected ? [other, tensor] : [tensor, other], new Map(), context) : undefined;
  }
  const list = typeof other === 'object' && (other.kind === 'list' || other.kind === 'tuple');
  const right = list ? operand(other, context) : asTensor(other, context);
  if (isUnknown(right) && right.cls === undefined) return right;
  const left = asTensor(self, context);
  const result = invoke(
    'method',
    name,
    mixed(reflected ? [right, left] : [left, right], 2, context),
    new Map(),
    context,
  );
  if (inplace && isArray(result)) {
    const { values } = result.data;
    writeThrough(context, asNative(self), { ...self.data, values: values && roundAll(self.data.dtype, values) });
    return self;
  }
  return result;
}

const own = (self: Native): ArrayNative => self as ArrayNative;
const arrayType: NativeType = {
  name: 'ndarray',
  cls: () => arrayClass,
  getAttribute: (self, name, context) => self.taint ?? property(own(self), name, context),
  getItem: (self, index, context) => self.taint ?? subscript(own(self), index, context),
  setItem(self, index, value, context) {
    store(own(self), index, value, context);
  },
  binary: (op, self, other, reflected, inplace, context) =>
    self.taint ?? binary(op, own(self), other, reflected, inplace, context),
  unary: (op, self, context) =>
    op === '+' ? self : invoke('method', op === '-' ? 'neg' : 'bitwise_not', [self], new Map(), context),
  truth(self, context) {
    if (self.taint) return self.taint;
    const tensor = asTensor(self, context);
    return context.truth(tensor);
  },
  length(self, context) {
    if (self.taint) return self.taint;
    const { shape } = own(self).data;
    if (isUnknown(shape)) return shape;
    return shape.length === 0 ? context.raise('TypeError', 'len() of unsized object') : (shape[0] as Dim);
  },
  iterate(self, context) {
    if (self.taint) return self.taint;
    const parts = invoke('method', 'unbind', [self], new Map(), context);
    if (typeof parts === 'object' && parts !== null && parts.kind === 'tuple')
      for (const part of parts.items)
        if (isArray(part)) shareMemory(context, asNative(own(self)), asNative(part), null);
    return typeof parts === 'object' && parts !== null && parts.kind === 'tuple'
      ? context.iterator(parts.items)
      : isUnknown(parts)
        ? parts
        : context.unknown('this array can not be walked through');
  },
  contains: (_self, _item, context) => context.unknown('whether an array contains a value depends on its data'),
  repr: (self) => {
    const { values, shape } = own(self).data;
    return values && !isUnknown(shape) && shape.length === 1 ? `array([${values.join(', ')}])` : 'array(...)';
  },
  copy: (self, _deep, context) => makeArray(context, own(self).data),
};

// ---------------------------------------------------------------- functions

function rounded(value: Value, decimals: Value, context: Context): Value {
  const tensor = operand(value, context);
  if (!isTensor(tensor)) return tensor;
  const scale = typeof decimals === 'number' ? 10 ** Math.abs(decimals) : null;
  const down = typeof decimals === 'number' && decimals < 0;
  const { values, dtype } = tensor.data;
  const result =
    values && scale !== null
      ? values.map((x) =>
          down ? roundHalfEven(x / scale) * scale : scale === 1 ? roundHalfEven(x) : roundHalfEven(x * scale) / scale,
        )
      : null;
  return fromTensor(makeTensor(context.heap, { ...tensor.data, values: result && roundAll(dtype, result) }), context);
}

/** `start + i · step`, the last one exact. */
function linspace(start: number, stop: number, count: number, endpoint: boolean): number[] {
  const parts = endpoint ? count - 1 : count;
  const step = (stop - start) / parts;
  const values = Array.from({ length: count }, (_, i) => (parts > 0 ? i * step + start : start));
  if (endpoint && count > 1) values[count - 1] = stop;
  return values;
}

function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value !== null && value.kind === 'float' ? value.value : null;
}

const dtypeFrom = (value: Value | undefined, context: Context): DType | Unknown | undefined =>
  value === null || value === undefined
    ? undefined
    : (dtypeOf(value, context) ?? context.unknown('a dtype is not known'));

function created(name: string, of: string): PyBuiltin {
  return defineFunction(`${name}(shape, dtype=None, order='C', fill_value=None)`, ({ shape, dtype }, context) => {
    const own = dtypeFrom(dtype, context);
    const sizes = typeof shape === 'number' || isSym(shape) ? context.tuple([shape]) : (shape ?? null);
    const result = invoke('torch', of, [sizes], new Map(), context);
    return isArray(result) && own !== undefined ? cast(result.data, own, context) : result;
  });
}

/** Whether a list holds what tensors can't: texts, `None`, dicts. */
function holdsObjects(value: Value): boolean {
  if (value === null || typeof value === 'string') return true;
  if (typeof value !== 'object') return false;
  if (value.kind === 'list' || value.kind === 'tuple') return value.items.some(holdsObjects);
  return value.kind === 'dict' || value.kind === 'set';
}

function array(value: Value, dtype: Value | undefined, context: Context): Value {
  if (holdsObjects(value))
    return context.unknown('arrays of texts and other objects are not described by the analyser');
  const tensor = operand(value, context);
  if (!isTensor(tensor)) return tensor;
  const own = dtypeFrom(dtype, context);
  return own === undefined
    ? makeArray(context, { ...tensor.data, device: 'cpu', node: null })
    : cast(tensor.data, own, context);
}

function scalarClass(name: string, dtype: DType | null, base: PyClass): PyClass {
  const cls = defineClass(name, {
    module: 'numpy',
    bases: [base],
    layout: 'native',
    construct: (_cls, args, _kwargs, context) => {
      const tensor = operand(args[0] ?? 0, context);
      if (!isTensor(tensor) || dtype === null) return tensor;
      return fromTensor(
        makeTensor(context.heap, {
          ...tensor.data,
          dtype,
          values: tensor.data.values && roundAll(dtype, tensor.data.values),
        }),
        context,
      );
    },
  });
  if (dtype) numpyScalars.set(cls, dtype);
  return cls;
}
const generic = scalarClass('generic', null, objectClass);
const number = scalarClass('number', null, generic);
const integer = scalarClass('integer', null, number);
const floating = scalarClass('floating', null, number);
const scalars: Record<string, Value> = {
  generic,
  number,
  integer,
  floating,
  signedinteger: integer,
  unsignedinteger: integer,
};
for (const { name, category, numpy } of [
  ...([
    'bool',
    'uint8',
    'int8',
    'int16',
    'int32',
    'int64',
    'uint16',
    'uint32',
    'uint64',
    'float16',
    'float32',
    'float64',
    'complex64',
    'complex128',
  ] as const),
].map((dtype) => dtypeFacts(dtype)))
  if (numpy)
    scalars[name] = scalarClass(
      name === 'bool' ? 'bool_' : name,
      name,
      category === 'integer' ? integer : category === 'float' ? floating : generic,
    );
scalars['bool_'] = scalars['bool'] ?? null;
scalars['int_'] = scalars['int64'] ?? null;
scalars['intp'] = scalars['int64'] ?? null;
scalars['longlong'] = scalars['int64'] ?? null;
scalars['single'] = scalars['float32'] ?? null;
scalars['double'] = scalars['float64'] ?? null;
scalars['half'] = scalars['float16'] ?? null;

const unary =
  'sqrt exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh floor ceil trunc square sign isnan isinf isfinite deg2rad rad2deg reciprocal negative logical_not'.split(
    ' ',
  );
const binaries: Readonly<Record<string, string>> = {
  add: 'add',
  subtract: 'sub',
  multiply: 'mul',
  divide: 'div',
  true_divide: 'div',
  floor_divide: 'floor_divide',
  mod: 'remainder',
  remainder: 'remainder',
  power: 'pow',
  maximum: 'maximum',
  minimum: 'minimum',
  arctan2: 'atan2',
  hypot: 'hypot',
  equal: 'eq',
  not_equal: 'ne',
  less: 'lt',
  less_equal: 'le',
  greater: 'gt',
  greater_equal: 'ge',
  logical_and: 'logical_and',
  logical_or: 'logical_or',
  matmul: 'matmul',
  dot: 'matmul',
  outer: 'outer',
  cross: 'cross',
  kron: 'kron',
  gcd: 'gcd',
  lcm: 'lcm',
  isclose: 'isclose',
  logaddexp: 'logaddexp',
};
const renamed: Readonly<Record<string, string>> = {
  arcsin: 'asin',
  arccos: 'acos',
  arctan: 'atan',
  arcsinh: 'asinh',
  arccosh: 'acosh',
  arctanh: 'atanh',
  abs: 'abs',
  absolute: 'abs',
  fabs: 'abs',
  radians: 'deg2rad',
  degrees: 'rad2deg',
  rint: 'round',
  fix: 'trunc',
  reshape: 'reshape',
  squeeze: 'squeeze',
  swapaxes: 'swapaxes',
  moveaxis: 'movedim',
  diag: 'diag',
  tril: 'tril',
  triu: 'triu',
  tile: 'tile',
  repeat: 'repeat_interleave',
  argmax: 'argmax',
  argmin: 'argmin',
  argsort: 'argsort',
  any: 'any',
  all: 'all',
  clip: 'clamp',
  diff: 'diff',
  trace: 'trace',
  ravel: 'ravel',
  zeros_like: 'zeros_like',
  ones_like: 'ones_like',
  empty_like: 'empty_like',
  full_like: 'full_like',
  broadcast_to: 'broadcast_to',
  unique: 'unique',
  argwhere: 'argwhere',
  count_nonzero: 'count_nonzero',
  real: 'real',
  imag: 'imag',
  flipud: 'flipud',
  fliplr: 'fliplr',
  rot90: 'rot90',
  bincount: 'bincount',
  conj: 'conj',
};

/** Along every axis unless some are named. */
const flip = defineFunction('flip(m, axis=None)', ({ m, axis }, context) => {
  const array = operand(m ?? null, context);
  if (!isTensor(array)) return array;
  const { shape } = array.data;
  if (axis === null && isUnknown(shape)) return shape;
  const axes = axis === null && !isUnknown(shape) ? context.tuple(shape.map((_, dim) => dim)) : (axis ?? null);
  return invoke('torch', 'flip', [array, axes], new Map(), context);
});

const roll = defineFunction('roll(a, shift, axis=None)', ({ a, shift, axis }, context) =>
  invoke(
    'torch',
    'roll',
    [operand(a ?? null, context), shift ?? null, ...(axis === null ? [] : [axis ?? null])],
    new Map(),
    context,
  ),
);

/** One axis after the other, the foremost first: places are those of the result. */
const expandDims = defineFunction('expand_dims(a, axis)', ({ a, axis }, context) => {
  const array = operand(a ?? null, context);
  const axes = typeof axis === 'object' && axis?.kind === 'tuple' ? axis.items : [axis ?? null];
  if (!isTensor(array)) return array;
  const { shape } = array.data;
  if (isUnknown(shape)) return shape;
  const rank = shape.length + axes.length;
  const places = axes.map((place) => (typeof place === 'number' && place < 0 ? place + rank : place));
  if (!places.every((place) => typeof place === 'number'))
    return firstUnknown(...places) ?? context.unknown('an axis is not known');
  return places
    .sort((first, second) => first - second)
    .reduce<Value>((value, place) => invoke('torch', 'unsqueeze', [value, place], new Map(), context), array);
});

function sumOrProduct(name: 'sum' | 'prod'): PyBuiltin {
  const whole = like(name, name);
  return {
    ...whole,
    call: (args, kwargs, context) => {
      const exact = args.length === 1 && kwargs.size === 0 ? integers(args[0] ?? null, context) : null;
      if (exact)
        return name === 'prod'
          ? exact.length === 0
            ? { kind: 'float', value: 1 }
            : product(exact)
          : exact.reduce<Value>((a, b) => context.binary('+', a, b), 0);
      return whole.call(args, kwargs, context);
    },
  };
}

/** Along an axis they give only values in numpy. */
function extreme(name: string, of: 'amax' | 'amin'): PyBuiltin {
  return {
    ...like(name, of),
    call: (args, kwargs, context) =>
      like(name, args.length + kwargs.size > 1 ? of : of === 'amax' ? 'max' : 'min').call(args, kwargs, context),
  };
}
function cumulative(name: 'cumsum' | 'cumprod'): PyBuiltin {
  return {
    ...like(name, name),
    call: (args, kwargs, context) => {
      const value = operand(args[0] ?? kwargs.get('a') ?? null, context);
      if (args.length < 2 && !kwargs.has('axis'))
        return invoke(
          'torch',
          name,
          [invoke('torch', 'reshape', [value, context.tuple([-1])], new Map(), context), 0],
          new Map(),
          context,
        );
      return like(name, name).call([value, ...args.slice(1)], kwargs, context);
    },
  };
}
/** Joins a sequence of array-likes. */
function joining(name: string, of: string): PyBuiltin {
  return defineFunction(`${name}(arrays, axis=0)`, ({ arrays, axis }, context) => {
    const items = context.items(arrays ?? null);
    if (isUnknown(items)) return items;
    const tensors = items.map((item) => operand(item, context));
    const unknown = tensors.find(isUnknown);
    if (unknown) return unknown;
    const rest =
      of === 'cat' || of === 'stack' ? new Map<string, Value>([['dim', axis ?? 0]]) : new Map<string, Value>();
    return invoke('torch', of, [context.list(tensors)], rest, context);
  });
}

const random = (name: string): PyBuiltin =>
  defineFunction(`${name}(*args, **kwargs)`, ({ args, kwargs }, context): Value => {
    const given = typeof args === 'object' && args !== null && args.kind === 'tuple' ? args.items : [];
    const named =
      typeof kwargs === 'object' && kwargs !== null && kwargs.kind === 'dict'
        ? kwargs.entries.get('size')?.value
        : undefined;
    const size =
      name === 'rand' || name === 'randn'
        ? context.tuple(given)
        : (named ?? (name === 'random' || name === 'random_sample' ? given[0] : given[2]));
    const cls = name === 'randint' ? intClass : floatClass;
    if (
      size === undefined ||
      size === null ||
      (typeof size === 'object' && size.kind === 'tuple' && size.items.length === 0)
    )
      return context.unknown('a random number is known only at run time', cls);
    const sizes = typeof size === 'number' || isSym(size) ? context.tuple([size]) : size;
    return invoke(
      'torch',
      'empty',
      [sizes],
      new Map<string, Value>([['dtype', dtypeObject(name === 'randint' ? 'int64' : 'float64')]]),
      context,
    );
  });
const unknownAtRunTime = (name: string, reason: string): PyBuiltin =>
  defineFunction(`${name}(*args, **kwargs)`, (_args, context) => context.unknown(reason));

function members(): Record<string, Value> {
  const known: Record<string, Value> = {
    ...scalars,
    ndarray: arrayClass,
    __version__: '2.4.6',
    pi: { kind: 'float', value: Math.PI },
    e: { kind: 'float', value: Math.E },
    inf: { kind: 'float', value: Infinity },
    nan: { kind: 'float', value: NaN },
    newaxis: null,
    euler_gamma: { kind: 'float', value: 0.5772156649015329 },
  };
  for (const name of unary) known[name] = like(name, name);
  for (const [name, of] of Object.entries(binaries)) known[name] = like(name, of, 2);
  for (const [name, of] of Object.entries(renamed)) known[name] = like(name, of);
  Object.assign(known, { flip, roll, expand_dims: expandDims });
  known['sum'] = sumOrProduct('sum');
  known['prod'] = sumOrProduct('prod');
  for (const name of ['max', 'amax']) known[name] = extreme(name, 'amax');
  for (const name of ['min', 'amin']) known[name] = extreme(name, 'amin');
  for (const name of ['mean', 'std', 'var', 'median']) known[name] = floatArgument(name, name);
  for (const name of ['cumsum', 'cumprod'] as const) known[name] = cumulative(name);
  for (const [name, of] of Object.entries({
    concatenate: 'cat',
    stack: 'stack',
    vstack: 'vstack',
    hstack: 'hstack',
    dstack: 'dstack',
    column_stack: 'column_stack',
  }))
    known[name] = joining(name, of);
  for (const name of ['zeros', 'ones', 'empty']) known[name] = created(name, name);
  const from = (name: string): PyBuiltin =>
    defineFunction(`${name}(object, dtype=None, copy=True, order='K', ndmin=0)`, ({ object, dtype }, context) =>
      array(object ?? null, dtype, context),
    );
  for (const name of ['array', 'asarray', 'ascontiguousarray', 'asanyarray', 'copy']) known[name] = from(name);
  for (const name of ['round', 'around', 'round_'])
    known[name] = defineFunction(`${name}(a, decimals=0)`, ({ a, decimals }, context) =>
      rounded(a ?? null, decimals ?? 0, context),
    );
  known['full'] = defineFunction('full(shape, fill_value, dtype=None)', ({ shape, fill_value, dtype }, context) => {
    const result = invoke(
      'torch',
      'full',
      [typeof shape === 'number' || isSym(shape) ? context.tuple([shape]) : (shape ?? null), fill_value ?? null],
      new Map(),
      context,
    );
    const own = dtypeFrom(dtype, context);
    return isArray(result) && own !== undefined ? cast(result.data, own, context) : result;
  });
  known['eye'] = defineFunction('eye(N, M=None, k=0, dtype=None)', ({ N, M, k, dtype }, context) => {
    if (k !== 0) return context.unknown('numpy.eye with an offset is not described by the analyser');
    const own = dtypeFrom(dtype, context) ?? 'float64';
    const result = invoke(
      'torch',
      'eye',
      [N ?? null, ...(M === null || M === undefined ? [] : [M])],
      new Map(),
      context,
    );
    return isArray(result) ? cast(result.data, own, context) : result;
  });
  known['identity'] = known['eye'];
  known['arange'] = defineFunction(
    'arange(start, stop=None, step=1, dtype=None)',
    ({ start, stop, step, dtype }, context) => {
      const args = stop === null || stop === undefined ? [start ?? null] : [start ?? null, stop, step ?? 1];
      const result = invoke('torch', 'arange', args, new Map(), context);
      if (!isArray(result)) return result;
      const [a, b] = stop === null || stop === undefined ? [0, numberOf(step)] : [numberOf(start), numberOf(step)];
      const count = numelOf(result.data.shape);
      // Further elements go by the difference of the first two.
      const values =
        a !== null && b !== null && typeof count === 'number' && count <= MAX_VALUES
          ? Array.from({ length: count }, (_, i) => (i === 0 ? a : a + i * (a + b - a)))
          : null;
      const own = dtypeFrom(dtype, context) ?? result.data.dtype;
      return makeArray(context, { ...result.data, dtype: own, values: values && roundAll(own, values) });
    },
  );
  known['linspace'] = defineFunction(
    'linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None)',
    ({ start, stop, num, endpoint, dtype }, context) => {
      const own = dtypeFrom(dtype, context) ?? 'float64';
      if (isUnknown(num ?? null)) return makeArray(context, { shape: [num as Unknown], dtype: own });
      const [a, b] = [numberOf(start), numberOf(stop)];
      const count = num ?? null;
      const shape: Dim[] =
        typeof count === 'number' || isSym(count) ? [count] : [context.unknown('a number of points is not known')];
      const values =
        a !== null && b !== null && typeof count === 'number' && count <= MAX_VALUES && endpoint !== null
          ? linspace(a, b, count, endpoint !== false)
          : null;
      return makeArray(context, { shape, dtype: own, values: values && roundAll(own, values) });
    },
  );
  for (const name of ['logspace', 'geomspace'])
    known[name] = defineFunction(
      `${name}(start, stop, num=50, endpoint=True, base=10.0, dtype=None)`,
      ({ num, dtype }, context) => {
        const count = num ?? null;
        const points: Dim =
          typeof count === 'number' || isSym(count) ? count : context.unknown('a number of points is not known');
        // The last digit of a power depends on the library that computes it.
        return makeArray(context, { shape: [points], dtype: dtypeFrom(dtype, context) ?? 'float64' });
      },
    );
  known['append'] = defineFunction('append(arr, values, axis=None)', ({ arr, values, axis }, context) => {
    const flat = axis === null || axis === undefined;
    const parts = [arr ?? null, values ?? null].map((part) => {
      const made = array(part, null, context);
      return isArray(made) && flat ? invoke('torch', 'reshape', [made, context.tuple([-1])], new Map(), context) : made;
    });
    return context.call(known['concatenate'] as PyBuiltin, [context.list(parts), flat ? 0 : axis]);
  });
  known['meshgrid'] = defineFunction(
    "meshgrid(*xi, indexing='xy', copy=True, sparse=False)",
    ({ xi, indexing }, context) => {
      const items = typeof xi === 'object' && xi !== null && xi.kind === 'tuple' ? xi.items : [];
      const result = invoke(
        'torch',
        'meshgrid',
        items.map((item) => operand(item, context)),
        new Map<string, Value>([['indexing', indexing ?? 'xy']]),
        context,
      );
      return typeof result === 'object' && result !== null && result.kind === 'tuple'
        ? context.list([...result.items])
        : result;
    },
  );
  known['transpose'] = defineFunction('transpose(a, axes=None)', ({ a, axes }, context) => {
    const value = array(a ?? null, null, context);
    return isArray(value)
      ? context.call(
          methods.get('transpose') as PyBuiltin,
          axes === null || axes === undefined ? [value] : [value, axes],
        )
      : value;
  });
  known['where'] = defineFunction('where(condition, x=None, y=None)', ({ condition, x, y }, context) => {
    const mask = operand(condition ?? null, context);
    if (isUnknown(mask)) return mask;
    if (x === null && y === null) return invoke('torch', 'nonzero', [mask], new Map([['as_tuple', true]]), context);
    return invoke(
      'torch',
      'where',
      [mask, asTensor(x ?? null, context), asTensor(y ?? null, context)],
      new Map(),
      context,
    );
  });
  known['shape'] = defineFunction('shape(a)', ({ a }, context) => {
    const value = operand(a ?? null, context);
    return isTensor(value) ? (isUnknown(value.data.shape) ? value.data.shape : context.tuple(value.data.shape)) : value;
  });
  known['ndim'] = defineFunction('ndim(a)', ({ a }, context) => {
    const value = operand(a ?? null, context);
    return isTensor(value) ? (isUnknown(value.data.shape) ? value.data.shape : value.data.shape.length) : value;
  });
  known['size'] = defineFunction('size(a, axis=None)', ({ a }, context) => {
    const value = operand(a ?? null, context);
    return isTensor(value) ? numelOf(value.data.shape) : value;
  });
  known['isscalar'] = defineFunction('isscalar(element)', ({ element }) =>
    isUnknown(element ?? null)
      ? (element as Unknown)
      : typeof element === 'number' ||
        typeof element === 'boolean' ||
        typeof element === 'string' ||
        (typeof element === 'object' && element?.kind === 'float'),
  );
  known['array_equal'] = defineFunction('array_equal(a1, a2)', ({ a1, a2 }, context) =>
    invoke('torch', 'equal', [operand(a1 ?? null, context), operand(a2 ?? null, context)], new Map(), context),
  );
  known['allclose'] = unknownAtRunTime('allclose', 'whether arrays are close depends on their values');
  known['dtype'] = defineFunction('dtype(dtype)', ({ dtype }, context) => {
    const own = dtypeFrom(dtype, context);
    return own === undefined ? null : isUnknown(own) ? own : dtypeObject(own);
  });
  known['issubdtype'] = defineFunction('issubdtype(arg1, arg2)', ({ arg1, arg2 }, context) => {
    const own = dtypeFrom(arg1, context);
    if (own === undefined || isUnknown(own) || typeof arg2 !== 'object' || arg2?.kind !== 'class')
      return context.unknown('a dtype is not known');
    const cls = [...numpyScalars].find(([, dtype]) => dtype === own)?.[0];
    return cls ? cls.mro.includes(arg2) : context.unknown('a dtype is not known');
  });
  for (const name of ['load', 'loadtxt', 'genfromtxt', 'fromfile', 'memmap'])
    known[name] = unknownAtRunTime(name, `numpy.${name} reads a file at run time`);
  for (const name of ['save', 'savez', 'savez_compressed', 'savetxt', 'set_printoptions', 'seterr'])
    known[name] = defineFunction(`${name}(*args, **kwargs)`, () => null);
  known['atleast_1d'] = like('atleast_1d', 'atleast_1d');
  known['atleast_2d'] = like('atleast_2d', 'atleast_2d');
  known['_unknown'] = makeUnknown;
  return known;
}

/** An operator of `torch.fft` whose axes numpy calls `axes`. */
function alongAxes(name: string): PyBuiltin {
  const base = like(name, name, 1, 'fft');
  return {
    ...base,
    call: (args, kwargs, context) => {
      const value = operand(args[0] ?? null, context);
      const words = new Map([...kwargs].map(([key, given]) => [key === 'axes' ? 'dim' : key, given] as const));
      return base.call([wide(value, context), ...args.slice(1)], words, context);
    },
  };
}

/** `numpy.fft`: sizes and dtypes. */
function fourier(): Record<string, Value> {
  const known: Record<string, Value> = {};
  for (const kind of ['fft', 'ifft', 'rfft', 'irfft', 'hfft', 'ihfft'])
    for (const name of kind.endsWith('hfft') ? [kind] : [kind, `${kind}2`, `${kind}n`]) known[name] = alongAxes(name);
  for (const name of ['fftshift', 'ifftshift']) known[name] = alongAxes(name);
  for (const name of ['fftfreq', 'rfftfreq']) known[name] = like(name, name, 0, 'fft');
  return known;
}

const randomNames = ['rand', 'randn', 'random', 'random_sample', 'randint', 'uniform', 'normal', 'standard_normal'];
export const numpyModules: readonly ModelledModule[] = [
  { name: 'numpy', isPackage: true, members, source: numpySource },
  {
    name: 'numpy.random',
    members: () => ({
      ...Object.fromEntries(randomNames.map((name) => [name, random(name)])),
      seed: defineFunction('seed(seed=None)', () => null),
      ...Object.fromEntries(
        [
          'choice',
          'permutation',
          'default_rng',
          'RandomState',
          'get_state',
          'binomial',
          'poisson',
          'beta',
          'exponential',
          'multivariate_normal',
        ].map((name) => [name, unknownAtRunTime(name, 'random numbers are known only at run time')]),
      ),
      shuffle: unknownAtRunTime('shuffle', 'a random order is known only at run time'),
      set_state: defineFunction('set_state(state)', () => null),
    }),
  },
  {
    name: 'numpy.linalg',
    isPackage: true,
    members: () =>
      Object.fromEntries(
        ['norm', 'inv', 'det', 'solve', 'pinv', 'cholesky', 'matrix_rank'].map((name) => [
          name,
          like(name, name, 1, 'linalg'),
        ]),
      ),
  },
  { name: 'numpy.typing', members: () => ({ NDArray: arrayClass, ArrayLike: arrayClass }) },
  { name: 'numpy.fft', members: fourier },
];
