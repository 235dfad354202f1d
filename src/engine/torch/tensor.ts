/**
 * Tensors as the interpreter sees them: shape, dtype and device always, values where they are few and known, and the
 * operation that made them, so that everything above can walk from a loss back to the input.
 */
import type { Heap } from '../python/heap.js';
import type { SymInt } from '../python/symint.js';
import type { Native, NativeType, Place, PyClass, Unknown } from '../python/value.js';
import { tensorType } from './tensorType.js';

/** Size of one axis. */
export type Dim = number | SymInt | Unknown;
/** Sizes by axis, or why not even the number of axes is known. */
export type Shape = readonly Dim[] | Unknown;

export type DType =
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'bool'
  | 'complex64'
  | 'complex128'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'complex32'
  | 'float8_e4m3fn'
  | 'float8_e5m2'
  | 'quint8'
  | 'qint8'
  | 'qint32';

/** One executed operator: an edge of the graph from inputs to outputs. */
export interface OpNode {
  readonly id: number;
  /** PyTorch's own name: `conv2d`, `softmax`, `add`. */
  readonly op: string;
  /** Tensors it read. */
  readonly inputs: readonly TensorData[];
  /** Arguments that matter to findings and memory (`dim`, `p`, `training`, …). */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Multiply-accumulates, forward, as PyTorch's flop counter has them (÷ 2); `Unknown` when a size is not known. */
  readonly macs: number | SymInt | Unknown;
  readonly place: Place | null;
  /** Dotted path of the module whose forward ran it (`layer1.0.conv1`), `''` in the root. */
  readonly modulePath: string;
}

/** Immutable: an in-place operation gives the native a new one (through `heap.touch`). */
export interface TensorData {
  readonly shape: Shape;
  readonly dtype: DType | Unknown;
  readonly device: string;
  readonly requiresGrad: boolean;
  /** Row-major values of small tensors that were computed from known numbers; `null` otherwise. */
  readonly values: readonly number[] | null;
  /** `Parameter`/`Buffer` identity belongs to the native object, this says only what it is. */
  readonly role: 'tensor' | 'parameter' | 'buffer' | 'uninitialized' | 'uninitialized_buffer';
  readonly node: OpNode | null;
  /** How it was filled (`kaiming_uniform`, `zeros`, `empty`…): for findings on initialisation and signal. */
  readonly init: {
    readonly name: string;
    readonly args: Readonly<Record<string, unknown>>;
    readonly place: Place | null;
  } | null;
  /** A user's subclass of `Tensor` or `Parameter`, else `null` (then `role` says the class). */
  readonly cls: PyClass | null;
  /**
   * Tensors with known values that share memory: a cell whose data are the tensor objects. Whoever writes through one of
   * them takes the values from the others.
   */
  readonly storage: Native | null;
}

export interface TensorNative extends Native {
  readonly type: NativeType;
  data: TensorData;
}

export { tensorType };

export function isTensor(value: unknown): value is TensorNative {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === tensorType;
}

/** A tensor or an array of numpy: both are described by the same data. */
export function isArrayLike(value: unknown): value is Native & { readonly data: TensorData } {
  if (typeof value !== 'object' || value === null || (value as { kind?: unknown }).kind !== 'native') return false;
  const { data } = value as Native;
  return typeof data === 'object' && data !== null && 'shape' in data && 'role' in data;
}

/** A new tensor object: float32 on the CPU unless `data` says otherwise. */
export function makeTensor(heap: Heap, data: Partial<TensorData> & { readonly shape: Shape }): TensorNative {
  return { kind: 'native', type: tensorType, data: tensorData(data), attrs: null, saved: heap.epoch, taint: null };
}

/** Fills in what `data` leaves out. */
export function tensorData(data: Partial<TensorData> & { readonly shape: Shape }): TensorData {
  // Field by field: to spread one object into another takes as long as an operator.
  return {
    dtype: data.dtype ?? 'float32',
    device: data.device ?? 'cpu',
    requiresGrad: data.requiresGrad ?? false,
    values: data.values ?? null,
    role: data.role ?? 'tensor',
    node: data.node ?? null,
    init: data.init ?? null,
    cls: data.cls ?? null,
    storage: data.storage ?? null,
    shape: data.shape,
  };
}
