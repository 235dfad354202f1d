/** Sizes that the source leaves open, with numbers to try in their place: what comes out the same for several doesn't depend on them. */
import type { Bound } from '../../python/define.js';
import { evaluateInt, isSym, symbolsOf } from '../../python/symint.js';
import type { Value } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import type { TapeOp } from '../tape.js';
import type { Shape } from '../tensor.js';

export type Trial = ReadonlyMap<string, number>;

/** Large, and divisible by what networks divide by; the first axis holds samples, of which a few are enough. */
const TRIED: readonly { readonly samples: number; readonly size: number }[] = [
  { samples: 2, size: 512 },
  { samples: 4, size: 768 },
];

/** One without numbers where every size is a number. */
export function trialsFor(input: Shape, ops: readonly TapeOp[]): readonly Trial[] {
  const found = new Set<string>();
  const look = (shape: Shape): void => {
    if (isUnknown(shape)) return;
    for (const dim of shape) if (isSym(dim)) symbolsOf(dim).forEach((name) => found.add(name));
  };
  look(input);
  for (const { outputs } of ops) for (const { data } of outputs) look(data.shape);
  if (found.size === 0) return [new Map()];
  const samples = isUnknown(input) || !isSym(input[0]) ? [] : symbolsOf(input[0]);
  return TRIED.map(
    (tried) => new Map([...found].map((name) => [name, samples.includes(name) ? tried.samples : tried.size])),
  );
}

/** `null` where a size isn't known. */
export function shapeAt(shape: Shape, trial: Trial): number[] | null {
  if (isUnknown(shape)) return null;
  const sizes: number[] = [];
  for (const dim of shape) {
    const size = isUnknown(dim) ? null : evaluateInt(dim, trial);
    if (typeof size !== 'number') return null;
    sizes.push(size);
  }
  return sizes;
}

/** Arguments of an operator; `null` where one isn't known. */
export function argumentsAt(args: Bound, trial: Trial): Bound | null {
  const read: Record<string, Value> = {};
  for (const [name, value] of Object.entries(args)) {
    const known = valueAt(value, trial);
    if (known === undefined) return null;
    read[name] = known;
  }
  return read;
}

/** `undefined`: not known. */
function valueAt(value: Value, trial: Trial): Value | undefined {
  if (typeof value !== 'object' || value === null) return value;
  switch (value.kind) {
    case 'unknown':
      return undefined;
    case 'symint':
      return evaluateInt(value, trial) ?? undefined;
    case 'slice': {
      const [start, stop, step] = [value.start, value.stop, value.step].map((part) => valueAt(part, trial));
      return start === undefined || stop === undefined || step === undefined
        ? undefined
        : { ...value, start, stop, step };
    }
    case 'tuple':
    case 'list': {
      if (value.kind === 'list' && value.taint) return undefined;
      const items = value.items.map((item) => valueAt(item, trial));
      return items.every((item) => item !== undefined) ? { ...value, items } : undefined;
    }
    default:
      return value;
  }
}
