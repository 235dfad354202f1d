/** `x[...]`, `x[...] = y`, and the operators that pick elements by index. */
import type { Context } from '../../python/context.js';
import type { PySlice, Value } from '../../python/value.js';
import { isSym } from '../../python/symint.js';
import { broadcast, gatherStrided, spread, stridesOf } from '../broadcast.js';
import {
  add,
  ceilDiv,
  compareDim,
  concrete,
  isUnknown,
  maxDim,
  minDim,
  moreSpecific,
  numelOf,
  product,
  showDim,
  showShape,
  sub,
} from '../dims.js';
import { roundAll } from '../dtypes.js';
import { isTensor, type Dim, type Shape, type TensorData, type TensorNative } from '../tensor.js';
import { beginOp, endOp } from '../tape.js';
import { recordOp } from '../trace.js';
import {
  Args,
  MAX_VALUES,
  maxValues,
  operator,
  Undetermined,
  UnknownShape,
  writeThrough,
  type Result,
} from './operator.js';
import { termOf } from './pointwise.js';
import { sliceValues } from './joining.js';

const TM = 'torch method';

/** One step of an index: what it takes from the source axes and gives to the result. */
type Part =
  | { readonly type: 'whole'; readonly size: Dim }
  | { readonly type: 'slice'; readonly start: Dim; readonly step: number | null; readonly size: Dim }
  | { readonly type: 'pick'; readonly at: Dim }
  | { readonly type: 'new' }
  | {
      readonly type: 'tensor';
      readonly shape: readonly Dim[];
      readonly values: readonly number[] | null;
      readonly axisless?: boolean;
    };

/** Where an index leads: shape, and places of the elements in the source where they are known. */
interface Selection {
  readonly shape: readonly Dim[];
  readonly offsets: readonly number[] | null;
  /** Only basic indexing: the result shares memory. */
  readonly basic: boolean;
}

function indexItems(index: Value): readonly Value[] {
  if (typeof index === 'object' && index !== null && index.kind === 'tuple') return index.items;
  return [index];
}

/** Axes that an item consumes. */
function consumes(item: Value): number {
  if (item === null || typeof item === 'boolean') return 0;
  if (typeof item === 'object' && item.kind === 'singleton') return 0;
  if (isTensor(item) && (item.data.dtype === 'bool' || item.data.dtype === 'uint8')) {
    if (isUnknown(item.data.shape)) throw new UnknownShape(item.data.shape);
    return item.data.shape.length;
  }
  return 1;
}

function sequenceAsTensor(
  args: Args,
  value: Value,
): { shape: readonly Dim[]; values: readonly number[] | null; bool: boolean } {
  if (isTensor(value)) {
    if (isUnknown(value.data.shape)) throw new UnknownShape(value.data.shape);
    if (isUnknown(value.data.dtype)) throw new Undetermined(value.data.dtype);
    return {
      shape: value.data.shape,
      values: value.data.values,
      bool: value.data.dtype === 'bool' || value.data.dtype === 'uint8',
    };
  }
  if (typeof value === 'number' || typeof value === 'boolean')
    return { shape: [], values: [Number(value)], bool: typeof value === 'boolean' };
  if (isSym(value)) return { shape: [], values: null, bool: false };
  if (isUnknown(value)) throw new Undetermined(value);
  const items = args.context.items(value);
  if (isUnknown(items)) throw new Undetermined(items);
  const parts = items.map((item) => sequenceAsTensor(args, item));
  const [first] = parts;
  const values: number[] = [];
  let known = true;
  for (const part of parts) {
    if (part.values) values.push(...part.values);
    else known = false;
  }
  return { shape: [parts.length, ...(first?.shape ?? [])], values: known ? values : null, bool: first?.bool ?? false };
}

function slicePart(args: Args, slice: PySlice, size: Dim): Part {
  const { context } = args;
  const read = (value: Value, otherwise: Dim): Dim => (value === null ? otherwise : args.toDim(value, 'slice'));
  const step = read(slice.step, 1);
  if (typeof step !== 'number')
    return { type: 'slice', start: 0, step: null, size: isUnknown(step) ? step : ceilDiv(context, size, step) };
  if (step <= 0) return args.context.raise('ValueError', 'step must be greater than zero');
  const clampTo = (bound: Dim): Dim => {
    if (isUnknown(bound)) return bound;
    const negative = compareDim(context, '<', bound, 0);
    if (negative === null) return context.unknown(`whether ${showDim(bound)} is negative can not be told`);
    return negative ? maxDim(add(bound, size), 0) : minDim(bound, size);
  };
  const start = slice.start === null ? 0 : clampTo(read(slice.start, 0));
  const stop = slice.stop === null ? size : clampTo(read(slice.stop, size));
  if (start === 0 && slice.stop === null && step === 1) return { type: 'whole', size };
  const length = maxDim(ceilDiv(context, sub(stop, start), step), 0);
  return { type: 'slice', start, step, size: length };
}

/** Reads an index against a shape. @throws IndexError as PyTorch */
function select(args: Args, data: TensorData, index: Value): Selection {
  const { context } = args;
  const { shape } = data;
  if (isUnknown(shape)) throw new UnknownShape(shape);
  const items = indexItems(index);
  for (const item of items) if (isUnknown(item) && item.cls === undefined) throw new Undetermined(item);
  const used = items.reduce<number>((sum, item) => sum + consumes(item), 0);
  if (used > shape.length)
    return context.raise('IndexError', `too many indices for tensor of dimension ${shape.length}`);
  const parts: Part[] = [];
  let axis = 0;
  let seenEllipsis = false;
  const all = (count: number): void => {
    for (let i = 0; i < count; i++) parts.push({ type: 'whole', size: shape[axis++] as Dim });
  };
  for (const item of items) {
    if (item === null) parts.push({ type: 'new' });
    else if (typeof item === 'boolean')
      parts.push({ type: 'tensor', shape: [item ? 1 : 0], values: item ? [0] : [], axisless: true });
    else if (typeof item === 'object' && item.kind === 'singleton') {
      if (!seenEllipsis) all(shape.length - used);
      seenEllipsis = true;
    } else if (typeof item === 'object' && item.kind === 'slice')
      parts.push(slicePart(args, item, shape[axis++] as Dim));
    else if (
      typeof item === 'number' ||
      isSym(item) ||
      isUnknown(item) ||
      (isTensor(item) &&
        !isUnknown(item.data.shape) &&
        item.data.shape.length === 0 &&
        item.data.dtype !== 'bool' &&
        item.data.dtype !== 'uint8')
    )
      parts.push(
        pick(
          args,
          isTensor(item) ? (item.data.values?.[0] ?? context.unknown('an index depends on data')) : item,
          shape,
          axis++,
        ),
      );
    else {
      const { shape: own, values, bool } = sequenceAsTensor(args, item);
      if (!bool) {
        parts.push({ type: 'tensor', shape: own, values });
        axis++;
        continue;
      }
      for (const [i, size] of own.entries()) {
        const target = shape[axis + i] as Dim;
        if (compareDim(context, '==', size, target) === false)
          return context.raise(
            'IndexError',
            `The shape of the mask ${showShape(own)} at index ${i} does not match the shape of the indexed tensor ${showShape(shape)} at index ${axis + i}`,
          );
      }
      const sizes = concrete(own);
      const hits = values && sizes ? values.flatMap((flag, at) => (flag ? [at] : [])) : null;
      const count: Dim = hits ? hits.length : context.unknown('how many elements a mask selects depends on the data');
      if (own.length === 0) parts.push({ type: 'tensor', shape: [count], values: hits, axisless: true });
      const strides = sizes ? stridesOf(sizes) : [];
      own.forEach((_, i) =>
        parts.push({
          type: 'tensor',
          shape: [count],
          values:
            hits && sizes ? hits.map((at) => Math.floor(at / (strides[i] as number)) % (sizes[i] as number)) : null,
        }),
      );
      axis += own.length;
    }
  }
  all(shape.length - axis);
  return lay(args, data, parts);
}

function pick(args: Args, item: Dim, shape: readonly Dim[], axis: number): Part {
  const size = shape[axis] as Dim;
  const { context } = args;
  if (isUnknown(item)) return { type: 'pick', at: item };
  const negative = compareDim(context, '<', item, 0);
  const tooFar =
    compareDim(context, '>=', item, size) === true || compareDim(context, '<', add(item, size), 0) === true;
  if (tooFar)
    return context.raise(
      'IndexError',
      `index ${showDim(item)} is out of bounds for dimension ${axis} with size ${showDim(size)}`,
    );
  return {
    type: 'pick',
    at: negative === true ? add(item, size) : negative === false ? item : context.unknown('an index is not known'),
  };
}

/** Puts the parts together: tensor indices are broadcast and stand where the first is, or in front when they are apart. */
function lay(args: Args, data: TensorData, parts: readonly Part[]): Selection {
  const source = data.shape as readonly Dim[];
  const tensors = parts.flatMap((part, i) => (part.type === 'tensor' ? [{ part, i }] : []));
  const basic = tensors.length === 0;
  let joint: readonly Dim[] = [];
  if (!basic) {
    const shapes = tensors.map(({ part }) => part.shape);
    if (!fitTogether(args, shapes))
      args.context.raise(
        'IndexError',
        `shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map(showShape).join(', ')}`,
      );
    const shape = broadcast(args, shapes);
    if (isUnknown(shape)) throw new UnknownShape(shape);
    joint = shape;
  }
  const first = tensors[0]?.i ?? -1;
  const last = tensors[tensors.length - 1]?.i ?? -1;
  // A single number between tensors belongs to them (it is an index tensor too).
  const between = parts.slice(first, last + 1);
  const together = between.every((part) => part.type === 'tensor' || part.type === 'pick');
  const front = !basic && !together;
  const shape: Dim[] = front ? [...joint] : [];
  const positionOfJoint = front ? 0 : -1;
  let jointAt = positionOfJoint;
  parts.forEach((part) => {
    if (part.type === 'whole' || part.type === 'slice') shape.push(part.size);
    else if (part.type === 'new') shape.push(1);
    else if (part.type === 'tensor' && jointAt < 0) {
      jointAt = shape.length;
      shape.push(...joint);
    }
  });
  return { shape, offsets: offsets(data, parts, shape, joint, Math.max(jointAt, 0), source), basic };
}

/** Whether shapes certainly can't be broadcast together. */
function fitTogether(args: Args, shapes: readonly (readonly Dim[])[]): boolean {
  return shapes.every((a, k) =>
    shapes.slice(k + 1).every((b) =>
      a.slice(-b.length).every((size, i, tail) => {
        const other = b[b.length - tail.length + i] as Dim;
        return (
          size === 1 ||
          other === 1 ||
          typeof size !== 'number' ||
          typeof other !== 'number' ||
          compareDim(args.context, '==', size, other) !== false
        );
      }),
    ),
  );
}

function offsets(
  data: TensorData,
  parts: readonly Part[],
  shape: readonly Dim[],
  joint: readonly Dim[],
  jointAt: number,
  source: readonly Dim[],
): number[] | null {
  const sizes = concrete(shape);
  const from = concrete(source);
  const jointSizes = concrete(joint);
  const count = numelOf(shape);
  if (!data.values || !sizes || !from || !jointSizes || typeof count !== 'number' || count > maxValues(data.dtype))
    return null;
  const strides = stridesOf(from);
  let base = 0;
  let axis = 0;
  let at = 0;
  const steps: { at: number; stride: number }[] = [];
  const lists: { values: readonly number[]; stride: number; size: number }[] = [];
  let jointPassed = jointAt === 0 && parts[0]?.type !== 'tensor' && joint.length > 0 ? true : false;
  if (jointPassed) at = joint.length;
  for (const part of parts) {
    switch (part.type) {
      case 'new':
        at++;
        break;
      case 'whole':
        steps.push({ at: at++, stride: strides[axis++] as number });
        break;
      case 'slice':
        if (typeof part.start !== 'number' || part.step === null) return null;
        base += part.start * (strides[axis] as number);
        steps.push({ at: at++, stride: part.step * (strides[axis++] as number) });
        break;
      case 'pick':
        if (typeof part.at !== 'number') return null;
        base += part.at * (strides[axis++] as number);
        break;
      case 'tensor': {
        if (!part.values) return null;
        const own = concrete(part.shape);
        if (!own) return null;
        if (!part.axisless) {
          lists.push({
            values: spread(part.values, own, jointSizes),
            stride: strides[axis] as number,
            size: from[axis] as number,
          });
          axis++;
        }
        if (!jointPassed) {
          jointPassed = true;
          at += joint.length;
        }
      }
    }
  }
  const grid = sizes.map(() => 0);
  for (const { at: position, stride } of steps) grid[position] = stride;
  const plain = gatherStrided(
    Array.from({ length: from.reduce((a, b) => a * b, 1) }, (_, i) => i),
    sizes,
    grid,
    base,
  );
  if (lists.length === 0) return plain;
  const jointStrides = stridesOf(jointSizes);
  const outer = stridesOf(sizes);
  return plain.map((offset, index) => {
    let flat = 0;
    jointSizes.forEach(
      (size, i) => (flat += (Math.floor(index / (outer[jointAt + i] as number)) % size) * (jointStrides[i] as number)),
    );
    return lists.reduce((sum, list) => {
      const value = list.values[flat] as number;
      return sum + (value < 0 ? value + list.size : value) * list.stride;
    }, offset);
  });
}

function argsOf(op: string, context: Context, bound: Record<string, Value>): Args {
  return new Args(op, bound, context);
}

/** `tensor[index]`. */
export function getItem(tensor: TensorNative, index: Value, context: Context): Value {
  if (tensor.taint) return tensor.taint;
  if (isUnknown(index)) return index;
  const bound = { input: tensor, index };
  const args = argsOf('getitem', context, bound);
  const begun = beginOp(context, 'getitem', bound);
  try {
    const selected = select(args, tensor.data, index);
    const { values } = tensor.data;
    const made = args.make({
      dtype: tensor.data.dtype,
      shape: selected.shape,
      values: values && selected.offsets ? selected.offsets.map((at) => values[at] as number) : null,
    });
    if (selected.basic) args.share(tensor, made, selected.offsets);
    if (begun) endOp(context, begun, made, false);
    return made;
  } catch (error) {
    if (error instanceof UnknownShape) return args.make({ shape: error.unknown, dtype: tensor.data.dtype });
    if (error instanceof Undetermined) return error.unknown;
    throw error;
  }
}

/** `tensor[index] = value`. */
export function setItem(tensor: TensorNative, index: Value, value: Value, context: Context): void {
  const bound = { input: tensor, index, value };
  const args = argsOf('setitem', context, bound);
  const begun = beginOp(context, 'setitem', bound);
  let values: number[] | null = null;
  if (!tensor.taint && !isUnknown(index)) {
    try {
      const selected = select(args, tensor.data, index);
      const term = isUnknown(value)
        ? null
        : termOf(
            args,
            typeof value === 'object' && value !== null && (value.kind === 'list' || value.kind === 'tuple')
              ? listAsTensor(args, value)
              : value,
            'value',
          );
      const fitted = term && checkFits(args, term.shape, selected.shape);
      const to = concrete(selected.shape);
      const from = fitted && concrete(fitted);
      if (tensor.data.values && selected.offsets && term?.values && to && from) {
        const rounded = roundAll(tensor.data.dtype, term.values);
        if (rounded) {
          const written = spread(rounded, from, to);
          const copy = [...tensor.data.values];
          selected.offsets.forEach((at, i) => (copy[at] = written[i] as number));
          values = copy;
        }
      }
    } catch (error) {
      if (!(error instanceof Undetermined)) throw error;
    }
  }
  const node = recordOp(context, { op: 'index_put', inputs: args.inputs() });
  const grad = isTensor(value) && value.data.requiresGrad;
  writeThrough(context, tensor, {
    ...tensor.data,
    values,
    node,
    requiresGrad: tensor.data.requiresGrad || grad,
    init: tensor.data.role === 'tensor' ? null : tensor.data.init,
  });
  if (begun) endOp(context, begun, tensor, true);
}

function listAsTensor(args: Args, value: Value): Value {
  const module = args.context.importModule('torch');
  return module.kind === 'module'
    ? args.context.call(args.context.requireAttribute(module, 'tensor'), [value])
    : module;
}

/** The value's shape without leading ones that the target doesn't have. */
function checkFits(args: Args, value: Shape, target: readonly Dim[]): Shape {
  if (isUnknown(value)) return value;
  let own = value;
  while (own.length > target.length && own[0] === 1) own = own.slice(1);
  const mismatch =
    own.length > target.length ||
    own.some((size, i) => {
      const to = target[target.length - own.length + i] as Dim;
      return (
        size !== 1 &&
        compareDim(args.context, '==', size, to) === false &&
        !(typeof size !== 'number' && compareDim(args.context, '==', size, 1) !== false)
      );
    });
  if (mismatch)
    args.fail(
      `The expanded size of the tensor (${showDim(target[target.length - 1] ?? 1)}) must match the existing size (${showDim(own[own.length - 1] ?? 1)}) at non-singleton dimension ${Math.max(target.length - 1, 0)}.  Target sizes: ${showShape(target)}.  Tensor sizes: ${showShape(value)}`,
      { argument: 'value' },
    );
  return own;
}

operator('select(input, dim, index)', TM, (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const index = args.dim('index');
  if (compareDim(args.context, '>=', index, shape[axis] as Dim) === true)
    return args.context.raise(
      'IndexError',
      `select(): index ${showDim(index)} out of range for tensor of size ${showShape(shape)} at dimension ${axis}`,
    );
  const at = typeof index === 'number' && index < 0 ? add(index, shape[axis] as Dim) : index;
  return {
    shape: shape.filter((_, i) => i !== axis),
    values: typeof at === 'number' ? sliceValues(args.tensor('input').data, axis, at, 1) : null,
    view: true,
  };
});
operator('narrow(input, dim, start, length)', TM, (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const start = args.dim('start');
  const length = args.dim('length');
  if (compareDim(args.context, '>', add(start, length), shape[axis] as Dim) === true)
    args.fail(
      `start (${showDim(start)}) + length (${showDim(length)}) exceeds dimension size (${showDim(shape[axis] as Dim)}).`,
      { expected: shape[axis], got: add(start, length), dim: axis },
    );
  return {
    shape: shape.map((dim, i) => (i === axis ? length : dim)),
    values:
      typeof start === 'number' && start >= 0 && typeof length === 'number'
        ? sliceValues(args.tensor('input').data, axis, start, length)
        : null,
    view: true,
  };
});
operator('index_select(input, dim, index)', TM, (args) => {
  const shape = args.shape('input');
  const axis = args.axisOf('dim', shape.length);
  const index = args.shape('index');
  if (index.length > 1) return args.context.raise('IndexError', 'index_select(): Index is supposed to be a vector');
  const { values } = args.tensor('input').data;
  const picked = args.values('index');
  const size = index[0] ?? 1;
  return {
    shape: shape.map((dim, i) => (i === axis ? size : dim)),
    values: values && picked && shape.length === 1 ? picked.map((at) => values[at] as number) : null,
  };
});
operator('gather(input, dim, index, sparse_grad=False)', TM, (args) => {
  const index = args.shape('index');
  const { shape } = args.tensor('input').data;
  if (!isUnknown(shape) && shape.length !== index.length && shape.length > 0 && index.length > 0)
    args.fail('Index tensor must have the same number of dimensions as input tensor', {
      got: index.length,
      expected: shape.length,
    });
  if (!isUnknown(shape)) {
    const axis = args.axisOf('dim', shape.length);
    index.forEach((size, i) => {
      if (i !== axis && compareDim(args.context, '>', size, shape[i] as Dim) === true)
        args.fail(
          `Size does not match at dimension ${i} expected index ${showShape(index)} to be no larger than self ${showShape(shape)} apart from dimension ${axis}`,
          { dim: i },
        );
    });
  }
  return { shape: index };
});
for (const name of [
  'scatter',
  'scatter_add',
  'scatter_reduce',
  'index_add',
  'index_copy',
  'index_fill',
  'index_reduce',
  'masked_fill',
  'masked_scatter',
  'index_put',
  'put',
  'select_scatter',
  'slice_scatter',
  'diagonal_scatter',
  'fill_diagonal',
]) {
  const signatures: Record<string, string> = {
    scatter: '(input, dim, index, src=None, value=None, reduce=None)',
    scatter_add: '(input, dim, index, src)',
    scatter_reduce: '(input, dim, index, src, reduce, include_self=True)',
    index_add: '(input, dim, index, source, alpha=1)',
    index_copy: '(input, dim, index, source)',
    index_fill: '(input, dim, index, value)',
    index_reduce: '(input, dim, index, source, reduce, include_self=True)',
    masked_fill: '(input, mask, value)',
    masked_scatter: '(input, mask, source)',
    index_put: '(input, indices, values, accumulate=False)',
    put: '(input, index, source, accumulate=False)',
    select_scatter: '(input, src, dim, index)',
    slice_scatter: '(input, src, dim=0, start=None, end=None, step=1)',
    diagonal_scatter: '(input, src, offset=0, dim1=0, dim2=1)',
    fill_diagonal: '(input, fill_value, wrap=False)',
  };
  operator(
    `${name}${signatures[name] ?? '(input)'}`,
    TM,
    (args) => {
      const { shape, values } = args.tensor('input').data;
      if (name === 'masked_fill') {
        const mask = args.tensor('mask').data;
        const joint = broadcast(args, [shape, mask.shape]);
        const fill = args.number('value');
        const [to, from, own] = [concrete(joint), concrete(mask.shape), concrete(shape)];
        const known = values && mask.values && fill !== null && to && from && own && numelOf(joint) === values.length;
        const flags = known ? spread(mask.values ?? [], from, to) : [];
        return {
          shape: joint,
          values: known
            ? roundAll(
                args.dtype('input'),
                values.map((value, i) => (flags[i] ? fill : value)),
              )
            : null,
          attributes: { value: fill },
        };
      }
      if (name === 'fill_diagonal') {
        const sizes = concrete(shape);
        const fill = args.number('fill_value');
        if (values && sizes?.length === 2 && fill !== null)
          return {
            shape,
            values: roundAll(
              args.dtype('input'),
              values.map((value, i) =>
                Math.floor(i / (sizes[1] as number)) === i % (sizes[1] as number) ? fill : value,
              ),
            ),
          };
      }
      return { shape };
    },
    { inplace: true },
  );
}
operator('masked_select(input, mask)', TM, (args) => {
  const { values, shape } = args.tensor('input').data;
  const mask = args.values('mask');
  const same =
    values && mask && values.length === mask.length && !isUnknown(shape) ? values.filter((_, i) => mask[i]) : null;
  return {
    shape: [same ? same.length : args.context.unknown('how many elements a mask selects depends on the data')],
    values: same,
  };
});
operator(
  'nonzero(input, as_tuple=False)',
  TM,
  (args) => {
    const { shape, values } = args.tensor('input').data;
    if (isUnknown(shape)) return args.undetermined(shape);
    const sizes = concrete(shape);
    const hits = values && sizes ? values.flatMap((value, at) => (value !== 0 ? [at] : [])) : null;
    const count: Dim = hits ? hits.length : args.context.unknown('how many elements are not zero depends on the data');
    const strides = sizes ? stridesOf(sizes) : [];
    const column = (i: number): number[] | null =>
      hits && sizes ? hits.map((at) => Math.floor(at / (strides[i] as number)) % (sizes[i] as number)) : null;
    if (args.bool('as_tuple'))
      return {
        results: shape.map((_, i): Result => ({
          shape: [count],
          dtype: 'int64',
          requiresGrad: false,
          values: column(i),
        })),
        as: 'tuple',
      };
    const columns = shape.map((_, i) => column(i));
    return {
      shape: [count, shape.length],
      dtype: 'int64',
      requiresGrad: false,
      values:
        hits && columns.every((c) => c)
          ? hits.flatMap((_, k) => columns.map((c) => (c as number[])[k] as number))
          : null,
    };
  },
  { many: true },
);
operator('argwhere(input)', TM, (args) => ({
  shape: [args.context.unknown('how many elements are not zero depends on the data'), args.shape('input').length],
  dtype: 'int64',
  requiresGrad: false,
}));
operator('take(input, index)', TM, (args) => {
  const { shape } = args.tensor('index').data;
  const values = args.values('input');
  const index = args.values('index');
  return {
    shape,
    values: values && index ? index.map((at) => values[at < 0 ? at + values.length : at] as number) : null,
  };
});
operator('take_along_dim(input, indices, dim=None)', TM, (args) => {
  if (!args.has('dim')) return { shape: [product(args.shape('indices'))] };
  const shape = args.shape('input');
  const indices = args.shape('indices');
  const axis = args.axisOf('dim', shape.length);
  return {
    shape: shape.map((size, i) =>
      i === axis
        ? (indices[i] as Dim)
        : moreSpecific(size === 1 ? (indices[i] as Dim) : size, indices[i] === 1 ? size : (indices[i] as Dim)),
    ),
  };
});
for (const name of ['bucketize', 'searchsorted'])
  operator(
    name === 'bucketize'
      ? 'bucketize(input, boundaries, out_int32=False, right=False)'
      : 'searchsorted(sorted_sequence, input, out_int32=False, right=False, side=None, sorter=None)',
    'torch',
    (args) => {
      const value = args.raw('input');
      return {
        shape: isTensor(value) ? value.data.shape : [],
        dtype: args.bool('out_int32') ? 'int32' : 'int64',
        requiresGrad: false,
      };
    },
  );
operator('isin(elements, test_elements, assume_unique=False, invert=False)', 'torch', (args) => {
  const value = args.raw('elements');
  return { shape: isTensor(value) ? value.data.shape : [], dtype: 'bool', requiresGrad: false };
});
operator('tril_indices(row, col, offset=0, dtype=None, device=None, layout=None)', 'torch', (args) =>
  triangle(args, true),
);
operator('triu_indices(row, col, offset=0, dtype=None, device=None, layout=None)', 'torch', (args) =>
  triangle(args, false),
);
function triangle(args: Args, lower: boolean): Result {
  const [rows, columns] = [args.dim('row'), args.dim('col')];
  const offset = args.int('offset');
  const dtype = args.dtypeArgument() ?? 'int64';
  if (typeof rows !== 'number' || typeof columns !== 'number')
    return {
      shape: [2, args.context.unknown('the size of a triangle of symbolic sides is not computed')],
      dtype,
      device: args.deviceArgument(),
    };
  const picked: [number, number][] = [];
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const from = lower ? 0 : Math.max(row + offset, 0);
    const to = lower ? Math.min(row + offset + 1, columns) : columns;
    count += Math.max(to - from, 0);
    if (count <= MAX_VALUES / 2) for (let column = from; column < to; column++) picked.push([row, column]);
  }
  return {
    shape: [2, count],
    dtype,
    device: args.deviceArgument(),
    values: picked.length === count ? [...picked.map(([row]) => row), ...picked.map(([, column]) => column)] : null,
  };
}
