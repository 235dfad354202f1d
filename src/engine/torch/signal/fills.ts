/** Mean and variance of parameters as they are filled. */
import { erf } from '../../python/erf.js';
import { stepsOf, type FillStep } from '../ops/fillSteps.js';
import type { TensorData } from '../tensor.js';
import { erfinv, expectation } from './gaussian.js';

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** `null`: how it was filled isn't known. */
export function fillMoments({ init, values }: TensorData, shape: readonly number[]): Moments | null {
  if (values && values.length > 0) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
  }
  if (!init) return null;
  const steps = stepsOf(init.args);
  const first = steps.findIndex(({ kind }) => kind !== 'mul' && kind !== 'add');
  const linear = first < 0 ? steps : steps.slice(0, first);
  const filled = drawn(init, shape);
  if (!filled) return null;
  const scaled = linear.reduce(({ mean, variance }, step) => after(step, mean, variance), filled);
  return first < 0 ? scaled : throughSteps(init, scaled, steps.slice(first));
}

const after = (step: FillStep, mean: number, variance: number): Moments =>
  step.kind === 'mul'
    ? { mean: mean * step.by, variance: variance * step.by ** 2 }
    : { mean: mean + (step.kind === 'add' ? step.by : 0), variance };

/** Quantiles of a uniform variable at which functions of it are looked at. */
const QUANTILES = 20_000;

/** Functions that aren't linear, of what is uniform or normal. */
function throughSteps({ name }: Init, { mean, variance }: Moments, steps: readonly FillStep[]): Moments | null {
  const run = (x: number): number => steps.reduce((value, step) => applied(step, value), x);
  if (variance === 0) return { mean: run(mean), variance: 0 };
  if (name === 'normal' || name === 'randn') {
    const made = expectation(run, mean, variance);
    return { mean: made, variance: expectation((x) => (run(x) - made) ** 2, mean, variance) };
  }
  if (name !== 'uniform' && name !== 'rand') return null;
  const half = Math.sqrt(3 * variance);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < QUANTILES; i++) {
    const x = run(mean - half + (2 * half * (i + 0.5)) / QUANTILES);
    sum += x;
    squares += x * x;
  }
  const made = sum / QUANTILES;
  return Number.isFinite(made) ? { mean: made, variance: squares / QUANTILES - made * made } : null;
}

function applied(step: FillStep, x: number): number {
  switch (step.kind) {
    case 'mul':
      return x * step.by;
    case 'add':
      return x + step.by;
    case 'erfinv':
      return erfinv(x);
    case 'clamp':
      return Math.min(Math.max(x, step.min ?? -Infinity), step.max ?? Infinity);
  }
}

type Init = NonNullable<TensorData['init']>;

/** What was drawn, before anything was done to it. */
function drawn(init: Init, shape: readonly number[]): Moments | null {
  const { name, args } = init;
  const number = (key: string, otherwise: number, method = key): number => {
    const value = args[key] ?? args[method];
    return typeof value === 'number' ? value : otherwise;
  };
  const has = (...keys: readonly string[]): boolean => keys.some((key) => typeof args[key] === 'number');
  const field = shape.slice(2).reduce((a, b) => a * b, 1);
  const fanIn = (shape[1] ?? shape[0] ?? 1) * field;
  const fanOut = (shape[0] ?? 1) * field;
  const gain = kaimingGain(args);
  const mode = args['mode'] === 'fan_out' ? fanOut : fanIn;
  switch (name) {
    case 'zeros':
      return { mean: 0, variance: 0 };
    case 'ones':
      return { mean: 1, variance: 0 };
    case 'constant':
      return has('val', 'value') ? { mean: number('val', 0, 'value'), variance: 0 } : null;
    case 'uniform': {
      if (!has('a', 'b', 'from', 'to')) return null;
      const [a, b] = [number('a', 0, 'from'), number('b', 1, 'to')];
      return { mean: (a + b) / 2, variance: (b - a) ** 2 / 12 };
    }
    case 'trunc_normal':
      return truncated(number('mean', 0), number('std', 1), number('a', -2), number('b', 2));
    case 'normal':
    case 'randn':
      return { mean: number('mean', 0), variance: number('std', 1) ** 2 };
    case 'rand':
      return { mean: 0.5, variance: 1 / 12 };
    case 'xavier_uniform':
    case 'xavier_normal':
      return { mean: 0, variance: (number('gain', 1) ** 2 * 2) / (fanIn + fanOut) };
    case 'kaiming_uniform':
    case 'kaiming_normal':
      return gain === null ? null : { mean: 0, variance: gain ** 2 / mode };
    case 'orthogonal':
      return { mean: 0, variance: number('gain', 1) ** 2 / Math.max(fanIn, fanOut) };
    default:
      return null;
  }
}

/** A normal variable that is drawn anew until it lies between `a` and `b`. */
function truncated(mean: number, std: number, a: number, b: number): Moments {
  if (std === 0) return { mean, variance: 0 };
  const [low, high] = [(a - mean) / std, (b - mean) / std];
  const [before, behind] = [density(low), density(high)];
  const inside = (erf(high * Math.SQRT1_2) - erf(low * Math.SQRT1_2)) / 2;
  const shift = (before - behind) / inside;
  const narrowing = (low * before - high * behind) / inside;
  return { mean: mean + std * shift, variance: std ** 2 * (1 + narrowing - shift ** 2) };
}

const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

function kaimingGain(args: Readonly<Record<string, unknown>>): number | null {
  const slope = typeof args['a'] === 'number' ? args['a'] : 0;
  switch (args['nonlinearity'] ?? 'leaky_relu') {
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'relu':
      return Math.SQRT2;
    case 'tanh':
      return 5 / 3;
    case 'selu':
      return 3 / 4;
    case 'linear':
    case 'sigmoid':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
      return 1;
    default:
      return null;
  }
}
