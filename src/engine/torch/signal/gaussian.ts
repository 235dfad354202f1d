/** What functions of one variable do to a normal variable: integrals by Simpson's rule over ±8 standard deviations. */
import { erf } from '../../python/erf.js';

const STEPS = 400;
const REACH = 8;

/** `E[f(μ + σz)]` for a standard normal z. */
export function expectation(f: (x: number) => number, mean: number, variance: number): number {
  const sigma = Math.sqrt(Math.max(variance, 0));
  if (sigma === 0) return f(mean);
  let sum = 0;
  const h = (2 * REACH) / STEPS;
  for (let i = 0; i <= STEPS; i++) {
    const z = -REACH + i * h;
    const weight = i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * f(mean + sigma * z) * Math.exp(-0.5 * z * z);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const SQRT_HALF = Math.SQRT1_2;

const CENTRAL = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  0.246640727, 1.50140941,
];
const TAIL = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
];

/** The inverse error function (Giles, Approximating the erfinv function, 2012, single precision). */
export function erfinv(x: number): number {
  const w = -Math.log1p(-x * x);
  const [coefficients, at] = w < 5 ? [CENTRAL, w - 2.5] : [TAIL, Math.sqrt(w) - 3];
  return coefficients.reduce((sum, coefficient) => sum * at + coefficient, 0) * x;
}

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Activations by PyTorch's names; `a`: their argument where they have one. */
const functions: Readonly<Record<string, (x: number, a: number) => number>> = {
  relu: (x) => Math.max(x, 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  leaky_relu: (x, a) => (x < 0 ? a * x : x),
  elu: (x, a) => (x < 0 ? a * Math.expm1(x) : x),
  celu: (x, a) => (x < 0 ? a * Math.expm1(x / a) : x),
  selu: (x) => SELU.scale * (x < 0 ? SELU.alpha * Math.expm1(x) : x),
  gelu: (x) => 0.5 * x * (1 + erf(x * SQRT_HALF)),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  sigmoid: (x) => sigmoid(x),
  tanh: (x) => Math.tanh(x),
  hardtanh: (x) => Math.min(Math.max(x, -1), 1),
  hardswish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  hardsigmoid: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  softplus: (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0),
  softsign: (x) => x / (1 + Math.abs(x)),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  abs: (x) => Math.abs(x),
  logsigmoid: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  square: (x) => x * x,
  pow: (x, a) => x ** a,
  sqrt: (x) => Math.sqrt(x),
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  log: (x) => Math.log(x),
};

/** Functions that are only looked at where the variable is positive. */
const needsPositive = (name: string, argument: number): boolean =>
  ['sqrt', 'rsqrt', 'reciprocal', 'log'].includes(name) ||
  (name === 'pow' && !(Number.isInteger(argument) && argument >= 0));

/** Standard deviations between 0 and the mean of what is taken as positive: with less, powers of it have no moments. */
const LEAST_DISTANCE = 2.5;

/** `E[f(x)]` for a gamma variable, which sums of squares are. */
function expectationAbove0(f: (x: number) => number, mean: number, variance: number): number {
  if (mean > REACH * Math.sqrt(variance)) return expectation(f, mean, variance);
  const [shape, scale] = [(mean * mean) / variance, variance / mean];
  const weight = (x: number): number => Math.exp((shape - 1) * Math.log(x / mean) - (x - mean) / scale);
  const h = (mean + 12 * Math.sqrt(variance)) / QUANTILES;
  let [sum, all] = [0, 0];
  for (let i = 0; i < QUANTILES; i++) {
    const x = (i + 0.5) * h;
    const share = weight(x);
    all += share;
    sum += share * f(x);
  }
  return sum / all;
}
const QUANTILES = 4000;

export interface Gain {
  readonly mean: number;
  /** `E[f²]`. */
  readonly square: number;
  /** `E[f′²]`: what it leaves of a gradient's second moment. */
  readonly slope: number;
}

/** `undefined`: no activation of that name is described, or it isn't one for such a variable. */
export function activationGain(name: string, argument: number, mean: number, variance: number): Gain | undefined {
  const f = functions[name];
  if (!f) return undefined;
  const positive = needsPositive(name, argument);
  if (positive && !(mean > LEAST_DISTANCE * Math.sqrt(Math.max(variance, 0)))) return undefined;
  const expected = positive ? expectationAbove0 : expectation;
  const of = (x: number): number => f(x, argument);
  const step = (x: number): number => 1e-4 * (positive ? x : Math.max(1, Math.sqrt(variance)));
  return {
    mean: expected(of, mean, variance),
    square: expected((x) => of(x) ** 2, mean, variance),
    slope: expected((x) => ((of(x + step(x)) - of(x - step(x))) / (2 * step(x))) ** 2, mean, variance),
  };
}

/** Mean and second moment of the largest of `count` independent normal variables. */
export function largestOf(
  count: number,
  mean: number,
  variance: number,
): { readonly mean: number; readonly square: number } {
  const sigma = Math.sqrt(variance);
  const density = (z: number): number => count * (0.5 * (1 + erf(z * SQRT_HALF))) ** (count - 1);
  const first = expectation((z) => z * density(z), 0, 1);
  const second = expectation((z) => z * z * density(z), 0, 1);
  return { mean: mean + sigma * first, square: mean * mean + 2 * mean * sigma * first + variance * second };
}
