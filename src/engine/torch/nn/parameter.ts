/** `torch.nn.parameter`: tensors that modules register by assignment. */
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, type Bound } from '../../python/define.js';
import type { PyClass, Value } from '../../python/value.js';
import { defaultDevice, deviceOf } from '../device.js';
import { isUnknown } from '../dims.js';
import { defaultDtype, dtypeOf, isDifferentiable } from '../dtypes.js';
import { makeTensor, type DType, type Shape, type TensorData, type TensorNative } from '../tensor.js';
import { tensorClass } from '../tensorClass.js';
import { isTensorValue, isUninitialized, updateTensor } from './objects.js';

/** A class whose instances are tensors, made by a function with a signature. */
function tensorSubclass(
  name: string,
  base: PyClass,
  signature: string,
  make: (args: Bound, context: Context, cls: PyClass) => Value,
  members: Record<string, Value> = {},
): PyClass {
  const cls: PyClass = defineClass(name, {
    module: 'torch.nn.parameter',
    bases: [base],
    layout: 'native',
    construct: (of, args, kwargs, context) =>
      defineFunction(signature, (bound) => make(bound, context, of), { isMethod: false }).call(args, kwargs, context),
    members,
  });
  return cls;
}

/** What of another tensor a parameter or buffer takes over. */
function contents(data: Value | undefined, context: Context): Partial<TensorData> & { readonly shape: Shape } {
  if (data === null || data === undefined) return { shape: [0], dtype: defaultDtype(context) };
  if (isUnknown(data)) return { shape: data, dtype: data };
  if (!isTensorValue(data))
    return context.raise('AttributeError', `'${context.typeOf(data).name}' object has no attribute 'detach'`);
  if (data.taint) return { shape: data.taint, dtype: data.taint };
  const { shape, dtype, device, values, init, storage } = data.data;
  return { shape, dtype, device, values, init, storage };
}

/** Sets the flag, or remembers that it can't be known. */
function flagged(tensor: TensorNative, requiresGrad: Value, context: Context): Value {
  const flag = context.truth(requiresGrad);
  if (isUnknown(flag)) {
    tensor.attrs = new Map([['requires_grad', flag]]);
    tensor.data = { ...tensor.data, requiresGrad: true };
    return tensor;
  }
  const { dtype } = tensor.data;
  if (flag && !isUnknown(dtype) && !isDifferentiable(dtype))
    return context.raise('RuntimeError', 'Only Tensors of floating point and complex dtype can require gradients');
  tensor.data = { ...tensor.data, requiresGrad: flag };
  return tensor;
}

export const parameterClass: PyClass = tensorSubclass(
  'Parameter',
  tensorClass,
  'Parameter(data=None, requires_grad=True)',
  ({ data, requires_grad }, context, cls) =>
    flagged(
      makeTensor(context.heap, {
        ...contents(data, context),
        role: 'parameter',
        cls: cls === parameterClass ? null : cls,
      }),
      requires_grad ?? true,
      context,
    ),
);

export const bufferClass: PyClass = tensorSubclass(
  'Buffer',
  tensorClass,
  'Buffer(data=None, *, persistent=True)',
  ({ data, persistent }, context, cls) => {
    const tensor = makeTensor(context.heap, {
      ...contents(data, context),
      role: 'buffer',
      requiresGrad: isTensorValue(data) && data.data.requiresGrad,
      cls: cls === bufferClass ? null : cls,
    });
    tensor.attrs = new Map([['persistent', persistent ?? true]]);
    return tensor;
  },
);

function factory({ device, dtype }: Bound, context: Context): { dtype: TensorData['dtype']; device: string } {
  const given = dtype === null || dtype === undefined ? undefined : dtypeOf(dtype, context);
  return { dtype: given ?? defaultDtype(context), device: deviceOf(device ?? null) ?? defaultDevice(context) };
}

const materialize = defineFunction(
  'UninitializedTensorMixin.materialize(self, shape, device=None, dtype=None)',
  ({ self, shape, device, dtype }, context) => {
    if (!isTensorValue(self)) return null;
    const items = context.items(shape ?? null);
    const dims: Shape = isUnknown(items)
      ? items
      : items.map((item) =>
          typeof item === 'number' || isUnknown(item) || (typeof item === 'object' && item?.kind === 'symint')
            ? item
            : context.unknown('a size of a lazy parameter is not an integer'),
        );
    const given = dtype === null || dtype === undefined ? undefined : dtypeOf(dtype, context);
    updateTensor(context, self, {
      shape: dims,
      dtype: given ?? self.data.dtype,
      device: deviceOf(device ?? null) ?? self.data.device,
      role: self.data.role === 'uninitialized' ? 'parameter' : 'tensor',
      cls: null,
      values: null,
    });
    return null;
  },
);

function uninitialized(role: TensorData['role'], args: Bound, context: Context): TensorNative {
  const reason = context.unknown('the size of a lazy parameter is known after the first call');
  return makeTensor(context.heap, { ...factory(args, context), shape: reason, role });
}

export const uninitializedTensorMixin: PyClass = defineClass('UninitializedTensorMixin', {
  module: 'torch.nn.parameter',
  members: { materialize },
});

export const uninitializedParameterClass: PyClass = tensorSubclass(
  'UninitializedParameter',
  parameterClass,
  'UninitializedParameter(requires_grad=True, device=None, dtype=None)',
  (args, context) => flagged(uninitialized('uninitialized', args, context), args.requires_grad ?? true, context),
  { materialize, cls_to_become: parameterClass },
);

export const uninitializedBufferClass: PyClass = tensorSubclass(
  'UninitializedBuffer',
  tensorClass,
  'UninitializedBuffer(requires_grad=False, device=None, dtype=None, persistent=True)',
  (args, context) => {
    const tensor = uninitialized('uninitialized_buffer', args, context);
    tensor.attrs = new Map([['persistent', args.persistent ?? true]]);
    return tensor;
  },
  { materialize, cls_to_become: tensorClass },
);

/** The class of a tensor object, by its role. */
export function classOfRole(data: TensorData): PyClass {
  if (data.cls) return data.cls;
  switch (data.role) {
    case 'tensor':
      return tensorClass;
    case 'parameter':
      return parameterClass;
    case 'buffer':
      return bufferClass;
    case 'uninitialized':
      return uninitializedParameterClass;
    case 'uninitialized_buffer':
      return uninitializedBufferClass;
  }
}

/** A new parameter as layers make it: `Parameter(torch.empty(shape, dtype=dtype))`. */
export function emptyParameter(context: Context, shape: Shape, dtype: DType | undefined): TensorNative {
  return makeTensor(context.heap, {
    shape,
    dtype: dtype ?? defaultDtype(context),
    role: 'parameter',
    requiresGrad: true,
  });
}

/** Names of `torch.nn.parameter`. */
export const parameterMembers = (): Readonly<Record<string, Value>> => ({
  Parameter: parameterClass,
  Buffer: bufferClass,
  UninitializedParameter: uninitializedParameterClass,
  UninitializedBuffer: uninitializedBufferClass,
  UninitializedTensorMixin: uninitializedTensorMixin,
  is_lazy: defineFunction('is_lazy(param)', ({ param }) => (isUnknown(param) ? param : isUninitialized(param))),
});
