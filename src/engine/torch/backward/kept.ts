/** What backward keeps of a recorded forward pass: each allocation once, with the operator that kept it first. */
import type { Unknown } from '../../python/value.js';
import { isMixed } from '../autocast.js';
import { add, isUnknown, mul, product } from '../dims.js';
import { isFloating } from '../dtypes.js';
import type { Dim, DType, TensorNative } from '../tensor.js';
import type { TapeOp, TapeTensor } from '../tape.js';
import { denseStrides, type Layout, type Storage } from './layout.js';
import { isFused } from './productSaves.js';
import { bytesOf, rulesOf, type Saver } from './saves.js';
import { viewStrides } from './views.js';

/** What stays from forward to backward. */
export interface Kept {
  /** Bytes, without parameters and buffers. */
  readonly bytes: Dim;
  /** Each allocation with the operator that kept it first. */
  readonly storages: ReadonlyMap<Storage, TapeOp>;
  /** What backward of each operator reads, whoever kept it first. */
  readonly readBy: ReadonlyMap<TapeOp, ReadonlySet<Storage>>;
}

/** Results that follow the order of their input's axes. */
const FOLLOWS = new Set(
  (
    'relu relu6 hardtanh gelu silu mish hardswish hardsigmoid softplus elu selu celu leaky_relu tanh sigmoid exp log sqrt rsqrt abs neg ' +
    'add sub mul div pow clamp dropout alpha_dropout clone where masked_fill to float half bfloat16 double batch_norm'
  ).split(' '),
);

function sizeOf(shape: readonly Dim[], dtype: DType | Unknown): Dim {
  if (isUnknown(dtype)) return dtype;
  return mul(product(shape), bytesOf(dtype));
}

/** The strides of a new tensor that keeps the order of another one's axes; `null` where the order isn't known. */
function orderOf({ shape, strides }: Layout): readonly Dim[] | null {
  if (!strides.every((stride) => typeof stride === 'number')) return null;
  const numbers = strides;
  if (numbers.some((stride, i) => stride === 0 && shape[i] !== 1)) return null;
  const axes = shape.map((_, i) => i);
  axes.sort((a, b) => (numbers[b] as number) - (numbers[a] as number) || a - b);
  const dense = denseStrides(axes.map((axis) => shape[axis] as Dim));
  return shape.map((_, axis) => dense[axes.indexOf(axis)] as Dim);
}

/** What an operator computes in: the dtype of its result, where that is one of floats. */
function floatOf({ outputs: [output] }: TapeOp): DType | Unknown {
  const dtype = output?.data.dtype ?? 'float32';
  return isUnknown(dtype) || isFloating(dtype) ? dtype : 'float32';
}

/** The tensor that result `i` is a view of, where an operator gives one view of each. */
function pairedInput({ name, inputs, outputs }: TapeOp, i: number): TapeTensor | undefined {
  const given = inputs.get('tensors');
  return given?.length === outputs.length && name !== 'stack' && name !== 'cat' ? given[i] : undefined;
}

class Walk {
  private readonly layouts = new Map<TensorNative, Layout>();
  private readonly kept = new Map<Storage, TapeOp>();
  private readonly readBy = new Map<TapeOp, Set<Storage>>();
  private readonly known = new Set<TensorNative>();
  problem: Unknown | null = null;

  constructor(private readonly fixed: ReadonlyMap<TensorNative, 'parameter' | 'buffer'>) {}

  private fail(reason: string, op: TapeOp | null): void {
    this.problem ??= { kind: 'unknown', reason, place: op?.place ?? null };
  }

  private fresh(
    shape: readonly Dim[],
    dtype: DType | Unknown,
    op: TapeOp | null,
    kind: Storage['kind'] = 'tensor',
  ): Layout {
    const storage: Storage = {
      kind,
      bytes: sizeOf(shape, dtype),
      checkpoint: op?.checkpoint ?? null,
    };
    return { storage, shape, strides: denseStrides(shape), dtype };
  }

  /** How a tensor that an operator reads lies in memory; what nobody made lies row by row. */
  private layoutOf({ tensor, data }: TapeTensor, op: TapeOp): Layout {
    const known = this.layouts.get(tensor);
    if (known) return known;
    if (data.requiresGrad && data.node !== null && data.role === 'tensor' && !this.fixed.has(tensor))
      this.fail(`what backward of ${data.node.op} keeps is not known`, op);
    const shape = isUnknown(data.shape) ? [data.shape] : data.shape;
    const kind = this.fixed.get(tensor) ?? (data.role === 'parameter' ? 'parameter' : 'tensor');
    const made = this.fresh(shape, data.dtype, null, kind);
    this.layouts.set(tensor, made);
    return made;
  }

  private keep(storage: Storage, op: TapeOp): void {
    if (storage.kind !== 'tensor') return;
    // What a checkpoint makes is made again; what goes into it stays.
    if (op.checkpoint !== null && storage.checkpoint === op.checkpoint) return;
    if (!this.kept.has(storage)) this.kept.set(storage, op);
    const read = this.readBy.get(op);
    if (read) read.add(storage);
    else this.readBy.set(op, new Set([storage]));
  }

  step(op: TapeOp): void {
    const first = [...op.inputs.values()][0]?.[0];
    const source = first && this.layoutOf(first, op);
    for (const tensors of op.inputs.values()) for (const tensor of tensors) this.layoutOf(tensor, op);
    const before = new Map(
      [...op.inputs.values()].flat().map(({ tensor }) => [tensor, this.layouts.get(tensor) as Layout] as const),
    );
    op.outputs.forEach((output, i) => {
      const { tensor, data } = output;
      this.known.add(tensor);
      const shape = isUnknown(data.shape) ? [data.shape] : data.shape;
      // The very tensor that came in: nothing happened, or it was written to where it lies.
      if (before.has(tensor)) {
        const was = before.get(tensor) as Layout;
        const strides = op.inplace && source ? viewStrides(op, source, shape) : null;
        if (strides) this.layouts.set(tensor, { ...was, shape, strides });
        return;
      }
      const from = pairedInput(op, i);
      const base = from ? before.get(from.tensor) : source;
      const strides = base ? viewStrides(op, base, shape, i) : null;
      if (base && strides) {
        this.layouts.set(tensor, { storage: base.storage, shape, strides, dtype: data.dtype });
        return;
      }
      const made = this.fresh(shape, data.dtype, op);
      const like =
        i > 0 ? null : isFused(op) ? this.likeOf(op, shape) : FOLLOWS.has(op.name) ? this.likeOf(op, shape) : null;
      this.layouts.set(tensor, like ? { ...made, strides: like } : made);
    });
    if (!op.gradEnabled || !op.outputs.some(({ data }) => data.requiresGrad)) return;
    const isIdentity = op.outputs.every(({ tensor }) => before.has(tensor)) && !op.inplace;
    if (isIdentity) return;
    if (op.autocast && isMixed(op.name))
      return this.fail(`what backward of ${op.name} keeps under autocast is not known`, op);
    const rule = rulesOf(op.name);
    if (!rule) return this.fail(`what backward of ${op.name} keeps is not known`, op);
    rule(this.saver(op, before));
  }

  private likeOf(op: TapeOp, shape: readonly Dim[]): readonly Dim[] | null {
    for (const tensors of op.inputs.values())
      for (const { tensor } of tensors) {
        const layout = this.layouts.get(tensor);
        if (layout?.shape.length === shape.length && layout.shape.every((size, i) => size === shape[i]))
          return orderOf(layout);
      }
    return null;
  }

  private saver(op: TapeOp, before: ReadonlyMap<TensorNative, Layout>): Saver {
    return {
      op,
      layout: (name, index = 0) => {
        const found = op.inputs.get(name)?.[index];
        return found && before.get(found.tensor);
      },
      wants: (name) => (op.inputs.get(name) ?? []).some(({ data }) => data.requiresGrad),
      keep: (layout) => {
        if (layout) this.keep(layout.storage, op);
      },
      copy: (shape, dtype = floatOf(op)) => this.keep(this.fresh(shape, dtype, op).storage, op),
      bytes: (bytes) => this.keep({ kind: 'tensor', bytes, checkpoint: op.checkpoint }, op),
      result: (index = 0) => this.layouts.get((op.outputs[index] as TapeTensor).tensor) as Layout,
      unknown: (reason) => this.fail(reason, op),
    };
  }

  sum(): Kept {
    let bytes: Dim = 0;
    for (const storage of this.kept.keys()) bytes = add(bytes, storage.bytes);
    return { bytes, storages: this.kept, readBy: this.readBy };
  }
}

/**
 * Walks a tape. `fixed`: parameters and buffers, which stay anyway.
 * @returns what is kept, or why that can't be told
 */
export function keptFor(
  ops: readonly TapeOp[],
  fixed: ReadonlyMap<TensorNative, 'parameter' | 'buffer'>,
): Kept | Unknown {
  const walk = new Walk(fixed);
  for (const op of ops) {
    walk.step(op);
    if (walk.problem) return walk.problem;
  }
  return walk.sum();
}
