/** The receptive fields of one forward pass, by axis of its first input and call of a layer. */
import type { Unknown } from '../../python/value.js';
import { concrete } from '../dims.js';
import type { TapeOp, TapeTensor } from '../tape.js';
import type { TensorNative } from '../tensor.js';
import type { ModuleCall } from '../trace.js';
import { behaviourOf, type Operand } from './operators.js';
import { measured, start, type Reach } from './reach.js';

export interface CallField {
  readonly call: ModuleCall;
  /** By axis. */
  readonly sizes: readonly (number | 'all' | null)[];
  readonly strides: readonly (number | null)[];
}

export interface Fields {
  /** Axes of the input along which something slides. */
  readonly axes: readonly { readonly axis: number; readonly size: number }[];
  readonly calls: readonly CallField[];
}

/** One axis of the input, followed through all operators. */
class Follow {
  private readonly reaches = new Map<TensorNative, Reach>();
  /** A layer slides along it. */
  slides = false;

  constructor(
    readonly axis: number,
    readonly size: number,
    input: TensorNative,
  ) {
    this.reaches.set(input, start(axis, size));
  }

  /** What nobody made from the input depends on nothing of it; what was made in a way that isn't recorded, on nobody knows what. */
  reachOf({ tensor, data }: TapeTensor): Reach {
    const known = this.reaches.get(tensor);
    if (known !== undefined) return known;
    return data.node === null || data.role !== 'tensor' || data.values !== null ? [] : null;
  }

  step(op: TapeOp): void {
    const operands = new Map<string, Operand[]>();
    for (const [name, tensors] of op.inputs)
      operands.set(
        name,
        tensors.map((tensor) => ({ shape: concrete(tensor.data.shape) ?? [], reach: this.reachOf(tensor) })),
      );
    const all = [...operands.values()].flat();
    const depends = all.some(({ reach }) => reach === null || reach === 'all' || reach.length > 0);
    const isIdentity = !op.inplace && op.outputs.every(({ tensor }) => this.reaches.has(tensor));
    if (isIdentity) return;
    for (const { tensor, data } of op.outputs) {
      const to = concrete(data.shape);
      const behaviour = behaviourOf(op.name);
      let reach: Reach = depends ? null : [];
      if (depends && to && behaviour)
        reach = behaviour({
          op,
          size: this.size,
          operand: (name, index = 0) => operands.get(name)?.[index],
          all,
          to,
          slides: (from, axes) => {
            if (from === null || from === 'all') return;
            this.slides ||= from.some(({ terms }) => terms.some((term) => axes.includes(term.axis)));
          },
        });
      // Once everything was seen it stays so, whatever happens.
      else if (depends && all.some((operand) => operand.reach === 'all') && all.length === 1) reach = 'all';
      this.reaches.set(tensor, reach);
    }
  }
}

/** Fields at every call of a layer in forward order, or why they can't be told. */
export function fieldsOf(ops: readonly TapeOp[], input: TensorNative): Fields | Unknown {
  const shape = concrete(input.data.shape);
  if (!shape)
    return { kind: 'unknown', reason: 'receptive fields are only told for sizes that are numbers', place: null };
  const follows = shape.flatMap((size, axis) => (axis > 0 && size > 1 ? [new Follow(axis, size, input)] : []));
  const results = new Map<ModuleCall, ReturnType<typeof measured>[]>();
  const inner = new Set<ModuleCall>();
  for (const op of ops) {
    for (const follow of follows) follow.step(op);
    const [out] = op.outputs;
    if (!op.call || !out) continue;
    results.set(
      op.call,
      follows.map((follow) => measured(follow.reachOf(out), concrete(out.data.shape) ?? [])),
    );
    for (let at = op.call.parent; at; at = at.parent) inner.add(at);
  }
  const used = follows.map(({ slides }) => slides);
  const only = <T>(items: readonly T[]): T[] => items.filter((_, i) => used[i]);
  return {
    axes: only(follows.map(({ axis, size }) => ({ axis, size }))),
    calls: [...results]
      .filter(([call]) => !inner.has(call))
      .sort(([a], [b]) => a.id - b.id)
      .map(([call, found]) => ({
        call,
        sizes: only(found.map(({ size }) => size)),
        strides: only(found.map(({ stride }) => stride)),
      })),
  };
}
