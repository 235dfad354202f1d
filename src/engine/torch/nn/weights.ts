/** How layers make their parameters and buffers: sizes checked as PyTorch checks them, and how they were filled noted. */
import type { Context } from '../../python/context.js';
import type { PyBuiltin, PyInstance, Value } from '../../python/value.js';
import { defaultDevice, deviceOf } from '../device.js';
import { decideDim, isUnknown, numelOf, showDim, showShape } from '../dims.js';
import { defaultDtype, dtypeOf } from '../dtypes.js';
import { makeTensor, type Dim, type DType, type TensorData, type TensorNative } from '../tensor.js';
import { registerParameter } from './module.js';
import { classMember, dictOf, dictSet, isTensorValue } from './objects.js';

/** `device=` and `dtype=` of a constructor, read once. */
export interface Factory {
  readonly dtype: DType | TensorData['dtype'];
  readonly device: string;
}

export function factoryOf(device: Value | undefined, dtype: Value | undefined, context: Context): Factory {
  const given = dtype === null || dtype === undefined ? undefined : dtypeOf(dtype, context);
  return {
    dtype: given ?? defaultDtype(context),
    device: deviceOf(device ?? null) ?? defaultDevice(context),
  };
}

/** A size argument as PyTorch's `empty` takes it. @throws TypeError for floats */
export function asSize(value: Value, position: number, context: Context): Dim {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isUnknown(value)) return value;
  if (typeof value === 'object' && value !== null) {
    if (value.kind === 'symint') return value;
    if (isTensorValue(value)) {
      const [only] = value.data.values ?? [];
      if (value.data.values?.length === 1 && only !== undefined && Number.isInteger(only)) return only;
      return context.unknown('the value of a tensor is used as a size');
    }
    if (value.kind === 'instance' || value.kind === 'native') {
      const index = context.getAttribute(value, '__index__');
      if (isUnknown(index)) return index;
      if (index !== undefined) return asSize(context.call(index), position, context);
    }
  }
  return context.raise(
    'TypeError',
    `empty(): argument 'size' must be tuple of ints, but found element of type ${context.typeOf(value).name} at pos ${position}`,
  );
}

export function asSizes(values: readonly Value[], context: Context): Dim[] {
  return values.map((value, i) => asSize(value, i, context));
}

/** The items of `kernel_size`, `normalized_shape` and the like; an unknown when they aren't known. */
export function sizesOf(value: Value, context: Context): Dim[] | ReturnType<Context['unknown']> {
  const items = context.items(value);
  return isUnknown(items) ? items : asSizes(items, context);
}

export type Init = { readonly name: string; readonly args?: Readonly<Record<string, unknown>> };

/** @throws RuntimeError when a size is certainly negative */
function checkSizes(shape: TensorData['shape'], context: Context): void {
  if (isUnknown(shape)) return;
  const negative = shape.find((size) => decideDim('<', size, 0) === true);
  if (negative !== undefined)
    context.raise(
      'RuntimeError',
      `Trying to create tensor with negative dimension ${showDim(negative)}: ${showShape(shape)}`,
    );
}

/** A new parameter, filled as `init` says. */
export function newParameter(
  shape: TensorData['shape'],
  factory: Factory,
  context: Context,
  init: Init,
  requiresGrad = true,
): TensorNative {
  checkSizes(shape, context);
  return makeTensor(context.heap, {
    shape,
    dtype: factory.dtype,
    device: factory.device,
    role: 'parameter',
    requiresGrad,
    init: { name: init.name, args: init.args ?? {}, place: context.place },
    values: constantValues(shape, init),
  });
}

/** A new tensor for a buffer. */
export function newBuffer(shape: TensorData['shape'], factory: Factory, context: Context, init: Init): TensorNative {
  return makeTensor(context.heap, {
    shape,
    dtype: factory.dtype,
    device: factory.device,
    init: { name: init.name, args: init.args ?? {}, place: context.place },
  });
}

const KEEP = 16;

function constantValues(shape: TensorData['shape'], init: Init): number[] | null {
  if (init.name !== 'ones' && init.name !== 'zeros') return null;
  const count = numelOf(shape);
  return typeof count === 'number' && count <= KEEP
    ? new Array<number>(count).fill(init.name === 'ones' ? 1 : 0)
    : null;
}

/** `self.name = Parameter(...)` in a constructor, or `register_parameter(name, None)`. */
export function putParameter(self: PyInstance, name: string, parameter: Value, context: Context): void {
  const params = dictOf(self, '_parameters');
  if (params && classMember(self.cls, name) === undefined && !self.attrs.has(name))
    dictSet(context, params, name, parameter);
  else registerParameter(self, name, parameter, context);
}

/** Sets `self.name` to a parameter made by `make` when `wanted` holds; unknown when that can't be known. */
export function optionalParameter(
  self: PyInstance,
  name: string,
  wanted: Value | undefined,
  make: () => Value,
  context: Context,
): void {
  const truth = context.truth(wanted ?? null);
  putParameter(self, name, isUnknown(truth) ? truth : truth ? make() : null, context);
}

/** Calls `reset_parameters` where a subclass overrides it; otherwise the constructor has noted the initialisation already. */
export function resetUnlessOwn(self: PyInstance, own: PyBuiltin, context: Context): void {
  if (classMember(self.cls, 'reset_parameters') !== own) context.callMethod(self, 'reset_parameters');
}
