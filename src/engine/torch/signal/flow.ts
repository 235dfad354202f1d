/** A signal through a recorded forward pass at initialisation, and the gradient back: variances and norms, by module call. */
import { evaluateInt, isSym } from '../../python/symint.js';
import type { Unknown } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import type { Shape, TensorNative } from '../tensor.js';
import type { TapeOp, TapeTensor } from '../tape.js';
import type { ModuleCall } from '../trace.js';
import { fillMoments, type Moments } from './fills.js';
import { EXPLODING_ABOVE, VANISHING_BELOW } from './limits.js';
import { behaviourOf, type Effect, type Slot, type Step } from './moments.js';

/** What one call of a layer gives. */
export interface CallSignal {
  readonly call: ModuleCall;
  /** Variance of the result's elements. */
  readonly variance: number;
  /** Norm of the gradient at the result, the loss's own being 1. */
  readonly gradientNorm: number;
}

/** What is wrong with a gradient of this norm, that of the loss being 1. */
export function troubleOf(gradientNorm: number): 'vanishing' | 'exploding' | null {
  return gradientNorm < VANISHING_BELOW ? 'vanishing' : gradientNorm > EXPLODING_ABOVE ? 'exploding' : null;
}

/** What a tensor is taken for that nobody says how it is filled: an input. */
const STANDARD_NORMAL: Moments = { mean: 0, variance: 1 };

class Flow {
  private readonly slots = new Map<TensorNative, Slot>();
  private readonly effects: Effect[] = [];
  /** The last result of each call that calls no other: a layer. */
  private readonly results = new Map<ModuleCall, Slot>();
  private readonly inner = new Set<ModuleCall>();
  problem: Unknown | null = null;

  /** @param sizes numbers for named sizes */
  constructor(private readonly sizes: ReadonlyMap<string, number>) {}

  private fail(reason: string, op: TapeOp): void {
    this.problem ??= { kind: 'unknown', reason, place: op.place };
  }

  /** All sizes as numbers; `null` where one isn't known. */
  private concrete(shape: Shape): number[] | null {
    if (isUnknown(shape)) return null;
    const found: number[] = [];
    for (const dim of shape) {
      const size = isSym(dim) ? evaluateInt(dim, this.sizes) : dim;
      if (typeof size !== 'number') return null;
      found.push(size);
    }
    return found;
  }

  private slot(shape: readonly number[], { mean, variance }: Moments): Slot {
    return { mean, variance, between: 0, shape, count: shape.reduce((a, b) => a * b, 1), gradient: 0 };
  }

  /** A tensor that nobody in the pass made: a parameter as it is filled, an input as standard normal. */
  private read({ tensor, data }: TapeTensor, op: TapeOp): Slot | null {
    const known = this.slots.get(tensor);
    if (known) return known;
    const shape = this.concrete(data.shape);
    if (!shape) {
      this.fail('how a signal travels is only told for sizes that are numbers', op);
      return null;
    }
    const filled = fillMoments(data, shape);
    if (data.role === 'parameter' && !filled) {
      this.fail('how a parameter is filled is not known', op);
      return null;
    }
    const made = this.slot(shape, filled ?? STANDARD_NORMAL);
    this.slots.set(tensor, made);
    return made;
  }

  forward(op: TapeOp): void {
    const flows = op.outputs.some(({ data }) => data.requiresGrad);
    const ins = new Map<string, (Slot | null)[]>();
    for (const [name, tensors] of op.inputs)
      ins.set(
        name,
        tensors.map((tensor) => this.read(tensor, op)),
      );
    if (this.problem) return;
    const outs = op.outputs.map(({ data }) => {
      const shape = this.concrete(data.shape) ?? [];
      return this.slot(shape, fillMoments(data, shape) ?? STANDARD_NORMAL);
    });
    const isIdentity = !op.inplace && op.outputs.every(({ tensor }) => this.slots.has(tensor));
    if (isIdentity) return;
    const step: Step = {
      op,
      in: (name, index = 0) => ins.get(name)?.[index] ?? undefined,
      all: [...ins.values()].flat().filter((slot) => slot !== null),
      outs,
    };
    const effect = behaviourOf(op.name)?.(step) ?? null;
    if (!effect || !Number.isFinite(effect.variance)) {
      if (flows) this.fail(`what ${op.name} does to a signal is not known`, op);
    } else {
      outs.forEach((out, i) => {
        ({ mean: out.mean, variance: out.variance } = effect.others?.[i - 1] ?? effect);
        out.between = effect.between ?? 0;
        out.left = effect.left;
      });
      this.effects.push(effect);
    }
    op.outputs.forEach(({ tensor }, i) => this.slots.set(tensor, outs[i] as Slot));
    if (op.call && flows) {
      this.results.set(op.call, outs[0] as Slot);
      for (let at = op.call.parent; at; at = at.parent) this.inner.add(at);
    }
  }

  /** Sends a gradient of norm 1 back from the outputs. */
  backward(outputs: readonly TensorNative[]): CallSignal[] {
    const ends = outputs.flatMap((tensor) => this.slots.get(tensor) ?? []);
    const count = ends.reduce((sum, slot) => sum + slot.count, 0);
    for (const slot of ends) slot.gradient += 1 / count;
    for (const effect of this.effects.reverse()) effect.backward();
    return [...this.results]
      .filter(([call]) => !this.inner.has(call))
      .sort(([a], [b]) => a.id - b.id)
      .map(([call, slot]) => ({
        call,
        variance: slot.variance,
        gradientNorm: Math.sqrt(slot.gradient * slot.count),
      }));
  }
}

/** The signal at every call of a layer in forward order, or why it can't be told. `sizes`: numbers for named sizes. */
export function signalOf(
  ops: readonly TapeOp[],
  outputs: readonly TensorNative[],
  sizes: ReadonlyMap<string, number> = new Map(),
): readonly CallSignal[] | Unknown {
  const flow = new Flow(sizes);
  for (const op of ops) {
    flow.forward(op);
    if (flow.problem) return flow.problem;
  }
  return flow.backward(outputs);
}
