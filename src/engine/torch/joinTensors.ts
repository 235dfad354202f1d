/** What is true of a tensor object that two branches left in different states. */
import type { Unknown, Value } from '../python/value.js';
import { isUnknown } from './dims.js';
import type { Dim, Shape, TensorData } from './tensor.js';

function joinDim(a: Dim, b: Dim, reason: Unknown): Dim {
  if (a === b || isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return typeof a === 'object' && typeof b === 'object' && a.key === b.key ? a : reason;
}

function joinShape(a: Shape, b: Shape, reason: Unknown): Shape {
  if (a === b || isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return a.length === b.length ? a.map((dim, i) => joinDim(dim, b[i] as Dim, reason)) : reason;
}

function sameValues(a: readonly number[] | null, b: readonly number[] | null): boolean {
  return (
    a === b || (a !== null && b !== null && a.length === b.length && a.every((value, i) => Object.is(value, b[i])))
  );
}

/**
 * The common state: sizes, dtype and values where they agree. Whether a parameter is trained is an attribute that is unknown
 * when the branches differ. `undefined`: not even the kind of tensor is the same.
 */
export function joinTensorData(
  a: TensorData,
  b: TensorData,
  reason: Unknown,
): { readonly data: TensorData; readonly attrs?: ReadonlyMap<string, Value> } | undefined {
  if (a.role !== b.role || a.cls !== b.cls) return undefined;
  const data: TensorData = {
    ...a,
    shape: joinShape(a.shape, b.shape, reason),
    dtype: a.dtype === b.dtype || isUnknown(a.dtype) ? a.dtype : isUnknown(b.dtype) ? b.dtype : reason,
    requiresGrad: a.requiresGrad || b.requiresGrad,
    values: sameValues(a.values, b.values) ? a.values : null,
    init: a.init === b.init ? a.init : null,
    storage: a.storage === b.storage ? a.storage : null,
  };
  return a.requiresGrad === b.requiresGrad || a.role === 'tensor'
    ? { data }
    : { data, attrs: new Map([['requires_grad', reason]]) };
}
