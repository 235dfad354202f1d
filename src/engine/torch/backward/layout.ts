/**
 * How a tensor lies in memory: which allocation it reads and with what strides. Which views copy, and so what backward keeps twice,
 * depends on it. The rules are those of `Tensor.view`: an axis can be merged with the next one where it steps over exactly that one.
 */
import { decideDim, isUnknown, mul, product } from '../dims.js';
import type { Dim, DType } from '../tensor.js';
import type { Unknown } from '../../python/value.js';

/** One allocation. */
export interface Storage {
  readonly kind: 'parameter' | 'buffer' | 'tensor';
  readonly bytes: Dim;
  /** The checkpoint that it was made in. */
  readonly checkpoint: number | null;
}

export interface Layout {
  readonly storage: Storage;
  readonly shape: readonly Dim[];
  readonly strides: readonly Dim[];
  readonly dtype: DType | Unknown;
}

const same = (a: Dim, b: Dim): boolean => decideDim('==', a, b) === true;
const isOne = (dim: Dim): boolean => same(dim, 1);

/** Strides of a tensor that lies row by row. */
export function denseStrides(shape: readonly Dim[]): Dim[] {
  const strides: Dim[] = [];
  let step: Dim = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides.unshift(step);
    const size = shape[i] as Dim;
    step = mul(step, isOne(size) ? 1 : size);
  }
  return strides;
}

export function isDense({ shape, strides }: Layout): boolean {
  const dense = denseStrides(shape);
  return shape.every((size, i) => isOne(size) || same(strides[i] as Dim, dense[i] as Dim));
}

/** The strides of a view with another shape; `null` where it has to be a copy. */
export function viewed({ shape, strides }: Layout, to: readonly Dim[]): Dim[] | null {
  if (isDense({ shape, strides } as Layout)) return denseStrides(to);
  const result: Dim[] = new Array<Dim>(to.length).fill(1);
  let at = to.length - 1;
  let chunk: Dim = 1;
  let step: Dim = strides[strides.length - 1] ?? 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    chunk = mul(chunk, shape[i] as Dim);
    const before = shape[i - 1];
    const ends = before === undefined || (!isOne(before) && !same(strides[i - 1] as Dim, mul(chunk, step)));
    if (!ends) continue;
    // The axes of the new shape that make up this chunk.
    let filled: Dim = 1;
    while (at >= 0 && !(same(filled, chunk) && !isOne(to[at] as Dim))) {
      result[at] = mul(filled, step);
      filled = mul(filled, to[at] as Dim);
      if (isUnknown(filled) || decideDim('<=', filled, chunk) === false) return null;
      at--;
    }
    if (!same(filled, chunk)) return null;
    if (before !== undefined) {
      chunk = 1;
      step = strides[i - 1] as Dim;
    }
  }
  return at < 0 || to.slice(0, at + 1).every(isOne) ? result : null;
}

/** Whether the axes in front of the last one can be seen as one axis without a copy. */
export function folds(layout: Layout): boolean {
  const { shape } = layout;
  if (shape.length <= 2) return true;
  return viewed(layout, [product(shape.slice(0, -1)), shape[shape.length - 1] as Dim]) !== null;
}
