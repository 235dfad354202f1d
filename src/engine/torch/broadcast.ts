/** Broadcasting of shapes and of known values. */
import type { Args } from './ops/operator.js';
import { assumeEqual, compareDim, isUnknown, showDim } from './dims.js';
import type { Dim, Shape } from './tensor.js';

function broadcastDim(args: Args, a: Dim, b: Dim, axis: number): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  const { context } = args;
  if (isUnknown(a) || isUnknown(b)) {
    // Whatever fits a size above one is that size or one.
    if (typeof a === 'number') return a;
    if (typeof b === 'number') return b;
    return isUnknown(a) ? a : b;
  }
  const equal = compareDim(context, '==', a, b);
  if (equal === true) return a;
  if (equal === null) {
    assumeEqual(context, a, b);
    return typeof b === 'number' ? b : a;
  }
  if (typeof a !== 'number' && compareDim(context, '==', a, 1) === null) {
    assumeEqual(context, a, 1);
    return b;
  }
  if (typeof b !== 'number' && compareDim(context, '==', b, 1) === null) {
    assumeEqual(context, b, 1);
    return a;
  }
  return args.fail(
    `The size of tensor a (${showDim(a)}) must match the size of tensor b (${showDim(b)}) at non-singleton dimension ${axis}`,
    {
      argument: 'other',
      expected: a,
      got: b,
      dim: axis,
    },
  );
}

/** The common shape. @throws RuntimeError in PyTorch's words */
export function broadcast(args: Args, shapes: readonly Shape[]): Shape {
  let result: readonly Dim[] = [];
  for (const shape of shapes) {
    if (isUnknown(shape)) return shape;
    const rank = Math.max(result.length, shape.length);
    const next: Dim[] = [];
    // PyTorch looks at the last axis first, and its message names the first one that doesn't fit.
    for (let i = rank - 1; i >= 0; i--) {
      const a = result[result.length - rank + i];
      const b = shape[shape.length - rank + i];
      next.push(a === undefined ? (b as Dim) : b === undefined ? a : broadcastDim(args, a, b, i));
    }
    result = next.reverse();
  }
  return result;
}

/** Row-major strides of a concrete shape. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides: number[] = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i] as number;
  }
  return strides;
}

/** Values of a tensor spread over a larger shape. */
export function spread(values: readonly number[], from: readonly number[], to: readonly number[]): readonly number[] {
  if (from.length === to.length && from.every((size, i) => size === to[i])) return values;
  const strides = stridesOf(from);
  const padding = to.length - from.length;
  const steps = to.map((_, i) => (i < padding || from[i - padding] === 1 ? 0 : (strides[i - padding] as number)));
  return gatherStrided(values, to, steps, 0);
}

/** Reads `shape` elements with the given strides. */
export function gatherStrided(
  values: readonly number[],
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): number[] {
  let offsets = [offset];
  for (let i = 0; i < shape.length; i++) {
    const next: number[] = [];
    for (const base of offsets)
      for (let k = 0; k < (shape[i] as number); k++) next.push(base + k * (strides[i] as number));
    offsets = next;
  }
  return offsets.map((at) => values[at] as number);
}
