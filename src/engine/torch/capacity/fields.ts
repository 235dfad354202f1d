/** The receptive fields of one forward pass, by axis of its first input and call of a layer. */
import { isUnknown } from '../dims.js';
import type { TapeOp, TapeTensor } from '../tape.js';
import type { Dim, TensorNative } from '../tensor.js';
import type { ModuleCall } from '../trace.js';
import type { Unknown } from '../../python/value.js';
import { behaviourOf, readsNoArguments, type Operand } from './operators.js';
import { measured, start, type Measure, type Reach } from './reach.js';
import { argumentsAt, shapeAt, trialsFor, type Trial } from './trial.js';

export interface CallField {
  readonly call: ModuleCall;
  /** By axis. */
  readonly sizes: readonly Measure['size'][];
  readonly strides: readonly (number | null)[];
}

export interface Fields {
  /** Axes of the input along which something slides. */
  readonly axes: readonly { readonly axis: number; readonly size: Dim }[];
  readonly calls: readonly CallField[];
}

/** An operator whose sizes are numbers. */
interface SizedOp {
  readonly op: TapeOp;
  readonly inputs: readonly {
    readonly name: string;
    readonly tensor: TapeTensor;
    readonly shape: readonly number[] | null;
  }[];
  readonly outputs: readonly { readonly tensor: TensorNative; readonly shape: readonly number[] | null }[];
  /** All that it was given is known. */
  readonly isTold: boolean;
}

function sized(op: TapeOp, trial: Trial): SizedOp {
  const args = argumentsAt(op.args, trial);
  return {
    op: args ? { ...op, args } : op,
    isTold: args !== null,
    inputs: [...op.inputs].flatMap(([name, tensors]) =>
      tensors.map((tensor) => ({ name, tensor, shape: shapeAt(tensor.data.shape, trial) })),
    ),
    outputs: op.outputs.map(({ tensor, data }) => ({ tensor, shape: shapeAt(data.shape, trial) })),
  };
}

/** One axis of the input, followed through all operators. */
class Follow {
  private readonly reaches = new Map<TensorNative, Reach>();
  /** A layer slides along it. */
  slides = false;

  constructor(
    readonly axis: number,
    private readonly size: number,
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

  step({ op, inputs, outputs, isTold }: SizedOp): void {
    const operands = new Map<string, Operand[]>();
    const all: Operand[] = [];
    let isSized = true;
    for (const { name, tensor, shape } of inputs) {
      const operand: Operand = { shape: shape ?? [], reach: this.reachOf(tensor) };
      isSized &&= shape !== null;
      all.push(operand);
      operands.set(name, [...(operands.get(name) ?? []), operand]);
    }
    const depends = all.some(({ reach }) => reach === null || reach === 'all' || reach.length > 0);
    const isIdentity = !op.inplace && outputs.every(({ tensor }) => this.reaches.has(tensor));
    if (isIdentity) return;
    const behaviour = isSized && (isTold || readsNoArguments(op.name)) ? behaviourOf(op.name) : undefined;
    for (const { tensor, shape: to } of outputs) {
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
      else if (depends && all.length === 1 && all[0]?.reach === 'all') reach = 'all';
      this.reaches.set(tensor, reach);
    }
  }
}

/** Measures of each call by axis, and whether something slides along it, for one choice of numbers. */
function followed(
  ops: readonly TapeOp[],
  input: TensorNative,
  shape: readonly number[],
  trial: Trial,
): { readonly follows: readonly Follow[]; readonly calls: ReadonlyMap<ModuleCall, readonly Measure[]> } {
  const follows = shape.flatMap((size, axis) => (axis > 0 && size > 1 ? [new Follow(axis, size, input)] : []));
  const calls = new Map<ModuleCall, Measure[]>();
  for (const op of ops) {
    const known = sized(op, trial);
    for (const follow of follows) follow.step(known);
    const [out] = op.outputs;
    if (!op.call || !out) continue;
    const to = known.outputs[0]?.shape ?? [];
    calls.set(
      op.call,
      follows.map((follow) => measured(follow.reachOf(out), to)),
    );
  }
  return { follows, calls };
}

/** Fields at every call of a layer in forward order, or why they can't be told. */
export function fieldsOf(ops: readonly TapeOp[], input: TensorNative): Fields | Unknown {
  const { shape } = input.data;
  const trials = trialsFor(shape, ops);
  const tries = trials.flatMap((trial) => {
    const sizes = shapeAt(shape, trial);
    return sizes ? [followed(ops, input, sizes, trial)] : [];
  });
  const [first] = tries;
  if (isUnknown(shape)) return shape;
  if (!first)
    return shape.find(isUnknown) ?? { kind: 'unknown', reason: "the input's sizes are not known", place: null };
  const inner = new Set<ModuleCall>();
  for (const call of first.calls.keys()) for (let at = call.parent; at; at = at.parent) inner.add(at);
  const used = first.follows.map((_, i) => tries.some(({ follows }) => follows[i]?.slides));
  const only = <T>(items: readonly T[]): T[] => items.filter((_, i) => used[i]);
  const agreed = (call: ModuleCall): Measure[] =>
    (first.calls.get(call) ?? []).map(({ size, stride }, i) => {
      const all = tries.map(({ calls }) => calls.get(call)?.[i]);
      return {
        size: all.every((each) => each?.size === size) ? size : null,
        stride: all.every((each) => each?.stride === stride) ? stride : null,
      };
    });
  return {
    axes: only(first.follows.map(({ axis }) => ({ axis, size: shape[axis] as Dim }))),
    calls: [...first.calls.keys()]
      .filter((call) => !inner.has(call))
      .sort((a, b) => a.id - b.id)
      .map((call) => {
        const measures = only(agreed(call));
        return { call, sizes: measures.map(({ size }) => size), strides: measures.map(({ stride }) => stride) };
      }),
  };
}
