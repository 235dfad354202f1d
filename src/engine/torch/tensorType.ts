/** The operations table of tensors: what Python's syntax does with them. Methods live on the class (`tensorClass.ts`). */
import type { Context } from '../python/context.js';
import type { Native, NativeType, PyBuiltin, PyIterator, Unknown, Value } from '../python/value.js';
import { isUnknown, mul, numelOf, product } from './dims.js';
import { makeDevice } from './device.js';
import { dtypeFacts, dtypeObject, isDifferentiable } from './dtypes.js';
import { classOfRole } from './nn/parameter.js';
import { joinTensorData } from './joinTensors.js';
import { makeSize } from './size.js';
import { tensorClass } from './tensorClass.js';
import type { Dim, TensorData, TensorNative } from './tensor.js';

/** Calls a method of tensors by name, whatever a subclass says. */
export function callTensorMethod(name: string, args: readonly Value[], context: Context): Value {
  const method = tensorClass.namespace.get(name) as PyBuiltin | undefined;
  if (!method) return context.unknown(`torch.Tensor.${name} is not described by the analyser`);
  return method.call(args, new Map(), context);
}

const binaryMethods: Readonly<Record<string, string>> = {
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
  '<<': 'bitwise_left_shift',
  '>>': 'bitwise_right_shift',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

function isOperand(value: Value): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (value.kind === 'instance') return value.primitive !== undefined && typeof value.primitive !== 'string';
  return (
    value.kind === 'float' ||
    value.kind === 'complex' ||
    value.kind === 'symint' ||
    value.kind === 'unknown' ||
    (value.kind === 'native' && value.type === tensorType)
  );
}

/** Attributes that are values, not methods. */
function property(self: TensorNative, name: string, context: Context): Value | undefined {
  const { data } = self;
  switch (name) {
    case 'shape':
      return self.taint ?? (isUnknown(data.shape) ? data.shape : makeSize(data.shape));
    case 'ndim':
      return self.taint ?? (isUnknown(data.shape) ? data.shape : data.shape.length);
    case 'dtype':
      return self.taint ?? (isUnknown(data.dtype) ? data.dtype : dtypeObject(data.dtype));
    case 'device':
      return makeDevice(context.heap, data.device);
    case 'requires_grad':
      return self.taint ?? self.attrs?.get('requires_grad') ?? data.requiresGrad;
    case 'is_leaf':
      return !data.requiresGrad || data.node === null || data.role !== 'tensor';
    case 'grad':
      return data.requiresGrad && data.role === 'parameter'
        ? context.unknown('gradients exist only at run time')
        : null;
    case 'grad_fn':
      return data.requiresGrad && data.node !== null
        ? context.unknown('the autograd graph exists only at run time')
        : null;
    case 'data':
      return callTensorMethod('detach', [self], context);
    case 'T':
    case 'mT':
    case 'H':
    case 'mH':
      return transposed(self, name, context);
    case 'real':
      return isUnknown(data.dtype) || dtypeFacts(data.dtype).category === 'complex'
        ? callTensorMethod('real', [self], context)
        : self;
    case 'imag':
      return callTensorMethod('imag', [self], context);
    case 'itemsize':
      return isUnknown(data.dtype) ? data.dtype : dtypeFacts(data.dtype).bytes;
    case 'nbytes':
      return isUnknown(data.dtype) ? data.dtype : mul(numelOf(data.shape), dtypeFacts(data.dtype).bytes);
    case 'is_cuda':
    case 'is_cpu':
    case 'is_meta':
    case 'is_mps':
    case 'is_xpu':
    case 'is_xla':
    case 'is_mkldnn':
    case 'is_vulkan':
    case 'is_ipu':
    case 'is_hpu':
      return data.device.split(':')[0] === name.slice(3);
    case 'is_quantized':
      return !isUnknown(data.dtype) && dtypeFacts(data.dtype).category === 'quantized';
    case 'is_sparse':
    case 'is_sparse_csr':
    case 'is_nested':
      return false;
    case 'retains_grad':
      return false;
    case 'names':
      return { kind: 'tuple', items: isUnknown(data.shape) ? [] : data.shape.map(() => null), cls: null };
    case 'name':
      return null;
    default:
      return undefined;
  }
}

function transposed(self: TensorNative, name: string, context: Context): Value {
  const { shape } = self.data;
  if (self.taint) return self.taint;
  if (isUnknown(shape)) return shape;
  const order = shape.map((_, i) => i);
  if (name === 'T' || name === 'H') order.reverse();
  else if (order.length < 2)
    return context.raise(
      'RuntimeError',
      'tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.',
    );
  else order.push(...order.splice(-2).reverse());
  return callTensorMethod('permute', [self, ...order], context);
}

function assign(self: TensorNative, name: string, value: Value, context: Context): boolean {
  switch (name) {
    case 'data': {
      context.heap.touch(self);
      if (typeof value === 'object' && value !== null && value.kind === 'native' && value.type === tensorType) {
        const from = (value as TensorNative).data;
        self.data = {
          ...self.data,
          shape: from.shape,
          dtype: from.dtype,
          device: from.device,
          values: from.values,
          init: from.init,
          storage: null,
        };
        self.taint = value.taint ?? self.taint;
      } else if (isUnknown(value))
        self.data = { ...self.data, values: null, storage: null, shape: value, dtype: value };
      return true;
    }
    case 'requires_grad': {
      const flag = context.truth(value);
      context.heap.touch(self);
      if (isUnknown(flag)) {
        self.attrs = new Map([...(self.attrs ?? []), ['requires_grad', flag]]);
        return true;
      }
      if (flag && !isUnknown(self.data.dtype) && !isDifferentiable(self.data.dtype))
        context.raise('RuntimeError', 'only Tensors of floating point dtype can require gradients');
      self.attrs?.delete('requires_grad');
      self.data = { ...self.data, requiresGrad: flag };
      return true;
    }
    case 'shape':
    case 'dtype':
    case 'device':
      return context.raise('AttributeError', `attribute '${name}' of 'torch._C.TensorBase' objects is not writable`);
    default:
      context.heap.touch(self);
      self.attrs = new Map([...(self.attrs ?? []), [name, value]]);
      return true;
  }
}

function rows(self: TensorNative, context: Context): PyIterator | Unknown {
  const { shape } = self.data;
  if (!isUnknown(shape) && shape.length === 0) return context.raise('TypeError', 'iteration over a 0-d tensor');
  const parts = callTensorMethod('unbind', [self], context);
  if (isUnknown(parts)) return parts;
  if (typeof parts === 'object' && parts !== null && parts.kind === 'tuple')
    return context.iterator(parts.items, 'tensor_iterator');
  return context.unknown('iterating over this tensor is not described by the analyser');
}

function joinDims(a: Dim, b: Dim, context: Context): Dim {
  if (a === b) return a;
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  if (typeof a === 'object' && typeof b === 'object' && a.key === b.key) return a;
  return context.unknown('the size depends on a condition that can not be told');
}

/** What is true of a tensor that comes from one of two branches. */
function join(a: TensorNative, b: TensorNative, context: Context): Value | undefined {
  if (a.data.role !== 'tensor' || b.data.role !== 'tensor' || a.data.cls !== b.data.cls || a.taint || b.taint)
    return undefined;
  const [x, y] = [a.data, b.data];
  const unknown = (): Unknown => context.unknown('the shape depends on a condition that can not be told');
  const shape = isUnknown(x.shape)
    ? x.shape
    : isUnknown(y.shape)
      ? y.shape
      : x.shape.length !== y.shape.length
        ? unknown()
        : x.shape.map((dim, i) => joinDims(dim, (y.shape as readonly Dim[])[i] as Dim, context));
  const same =
    x.values !== null &&
    y.values !== null &&
    x.values.length === y.values.length &&
    x.values.every((value, i) => Object.is(value, y.values?.[i]));
  const data: TensorData = {
    ...x,
    shape,
    dtype:
      x.dtype === y.dtype
        ? x.dtype
        : isUnknown(x.dtype)
          ? x.dtype
          : isUnknown(y.dtype)
            ? y.dtype
            : context.unknown('the dtype depends on a condition that can not be told'),
    requiresGrad: x.requiresGrad || y.requiresGrad,
    values: same ? x.values : null,
    init: x.init === y.init ? x.init : null,
    storage: null,
  };
  // The same object while nothing new is learnt: a loop whose rounds are not known comes to rest.
  if (x.values === null && x.storage === null && sameDescription(x, data)) return a;
  return { kind: 'native', type: tensorType, data, attrs: null, saved: context.heap.epoch, taint: null };
}

function sameDescription(a: TensorData, b: TensorData): boolean {
  const { shape } = b;
  const sizes =
    a.shape === shape ||
    (!isUnknown(a.shape) &&
      !isUnknown(shape) &&
      a.shape.every((dim, i) => dim === shape[i] || isSameSize(dim, shape[i])));
  return sizes && a.dtype === b.dtype && a.requiresGrad === b.requiresGrad && a.init === b.init;
}

function isSameSize(a: Dim, b: Dim | undefined): boolean {
  return typeof a === 'object' && typeof b === 'object' && !isUnknown(a) && !isUnknown(b) && a.key === b.key;
}

function describe(data: TensorData): string {
  const { shape, values } = data;
  if (isUnknown(shape)) return 'tensor(...)';
  if (values && shape.length === 0) return `tensor(${values[0] ?? ''})`;
  if (values && shape.length === 1) return `tensor([${values.join(', ')}])`;
  return `tensor(..., size=(${shape.map((dim) => (typeof dim === 'number' ? String(dim) : '?')).join(', ')}))`;
}

const tensorOf = (self: Native): TensorNative => self as TensorNative;

export const tensorType: NativeType = {
  name: 'Tensor',
  cls: (self) => classOfRole(tensorOf(self).data),
  getAttribute: (self, name, context) => property(tensorOf(self), name, context),
  setAttribute: (self, name, value, context) => assign(tensorOf(self), name, value, context),
  getItem: (self, index, context) => callTensorMethod('__getitem__', [self, index], context),
  setItem: (self, index, value, context) => {
    callTensorMethod('__setitem__', [self, index, value], context);
  },
  binary(op, self, other, reflected, inplace, context) {
    const name = binaryMethods[op];
    if (name === undefined || !isOperand(other)) return undefined;
    if (inplace && !reflected && op !== '@') return callTensorMethod(`${name}_`, [self, other], context);
    return callTensorMethod(name, reflected ? [other, self] : [self, other], context);
  },
  unary(op, self, context) {
    if (op === '+') return self;
    return callTensorMethod(op === '-' ? 'neg' : 'bitwise_not', [self], context);
  },
  truth(self, context) {
    if (self.taint) return self.taint;
    const { shape, values } = tensorOf(self).data;
    if (isUnknown(shape)) return shape;
    const count = product(shape);
    if (typeof count === 'number' && count > 1)
      return context.raise('RuntimeError', 'Boolean value of Tensor with more than one value is ambiguous');
    if (count === 0) return context.raise('RuntimeError', 'Boolean value of Tensor with no values is ambiguous');
    if (values) return values[0] !== 0;
    return context.unknown('the condition depends on the values of a tensor');
  },
  length(self, context) {
    if (self.taint) return self.taint;
    const { shape } = tensorOf(self).data;
    if (isUnknown(shape)) return shape;
    return shape.length === 0 ? context.raise('TypeError', 'len() of a 0-d tensor') : (shape[0] as Dim);
  },
  iterate: (self, context) => rows(tensorOf(self), context),
  contains: (_self, _item, context) => context.unknown('whether a tensor contains a value depends on its data'),
  repr: (self) => describe(tensorOf(self).data),
  join: (a, b, context) => (b.type === tensorType ? join(tensorOf(a), tensorOf(b), context) : undefined),
  joinData: (a, b, reason) => joinTensorData(a as TensorData, b as TensorData, reason),
  copy(self, _deep, context) {
    const { data } = tensorOf(self);
    return {
      kind: 'native',
      type: tensorType,
      data: { ...data, storage: null },
      attrs: self.attrs && new Map(self.attrs),
      saved: context.heap.epoch,
      taint: self.taint,
    };
  },
};
