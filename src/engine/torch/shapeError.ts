/** Errors real PyTorch would raise, with what a diagnostic needs to explain and to fix them. */
import type { Context } from '../python/context.js';
import type { PyInstance } from '../python/value.js';
import type { Dim, TensorData } from './tensor.js';

export interface ShapeErrorDetails {
  /** PyTorch's name of the operator. */
  readonly op: string;
  readonly message: string;
  /** The argument the message is about (`weight`, `mat2`, `input`). */
  readonly argument?: string;
  /** The size that would have fitted, and the one that came. */
  readonly expected?: Dim;
  readonly got?: Dim;
  /** Axis of the tensor where they differ. */
  readonly dim?: number;
  /** The tensor that does not fit: its node leads to where it came from. */
  readonly origin?: TensorData;
  /** All tensors of the call. */
  readonly inputs?: readonly TensorData[];
}

const details = new WeakMap<PyInstance, ShapeErrorDetails>();

/** What is known about a shape error, by its exception object. */
export function shapeErrorDetails(exception: unknown): ShapeErrorDetails | undefined {
  return typeof exception === 'object' && exception !== null ? details.get(exception as PyInstance) : undefined;
}

/** Raises `RuntimeError` (or another builtin exception) in PyTorch's words. */
export function shapeError(
  context: Context,
  op: string,
  message: string,
  about: Omit<ShapeErrorDetails, 'op' | 'message'> = {},
  type = 'RuntimeError',
): never {
  const exception = context.call(context.builtinClass(type), [message]);
  if (typeof exception === 'object' && exception?.kind === 'instance')
    details.set(exception, { op, message, ...about });
  return context.raiseValue(exception);
}
