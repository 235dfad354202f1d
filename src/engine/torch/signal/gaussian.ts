/** What functions of one variable do to a normal variable: integrals by Simpson's rule over ±8 standard deviations. */

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

/** The error function (Abramowitz and Stegun 7.1.26, error below 1.5e-7). */
export function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - poly * Math.exp(-x * x);
  return x < 0 ? -value : value;
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
};

export interface Gain {
  readonly mean: number;
  /** `E[f²]`. */
  readonly square: number;
  /** `E[f′²]`: what it leaves of a gradient's second moment. */
  readonly slope: number;
}

/** `undefined`: no activation of that name is described. */
export function activationGain(name: string, argument: number, mean: number, variance: number): Gain | undefined {
  const f = functions[name];
  if (!f) return undefined;
  const of = (x: number): number => f(x, argument);
  const h = 1e-4 * Math.max(1, Math.sqrt(variance));
  return {
    mean: expectation(of, mean, variance),
    square: expectation((x) => of(x) ** 2, mean, variance),
    slope: expectation((x) => ((of(x + h) - of(x - h)) / (2 * h)) ** 2, mean, variance),
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
