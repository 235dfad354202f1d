/** The error function to full double precision: a series without cancellation near 0, a continued fraction far from it. */

/** Above it erf is 1 but for the last digits. */
const FAR = 2.5;
/** Above it the difference from 1 would lose digits. */
const NEAR = 0.5;
const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

/** `erf(x) = 2/√π ∫₀ˣ e^(−t²) dt` (Abramowitz and Stegun 7.1.6). */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) >= FAR) return Math.sign(x) * (1 - tail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON * 0.01; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_ROOT_PI * Math.exp(-x * x) * sum;
}

/** `erfc(x) = 1 − erf(x)`, without loss of digits for large x. */
export function erfc(x: number): number {
  return x >= NEAR ? tail(x) : 1 - erf(x);
}

/** `erfc` for arguments from {@link NEAR} on (Abramowitz and Stegun 7.1.14), the fraction from its end. */
function tail(x: number): number {
  if (x > 27) return 0;
  let fraction = x;
  for (let n = Math.ceil(400 / (x * x)) + 40; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}
