/** Decimal text of doubles: shortest (`repr`), fixed, exponential and general, correctly rounded with ties to even. */
import { exactFloat } from './numbers.js';

/** Digits and decimal exponent of the shortest text that reads back as the same double: `0.d1d2d3… × 10**point`. */
function shortestDigits(value: number): { readonly digits: string; readonly point: number } {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** `repr(float)`. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const { digits, point } = shortestDigits(Math.abs(value));
  if (point > 16 || point < -3) return `${sign}${exponentText(digits, point - 1, 0)}`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}.0`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** `d.ddde±XX`; digits are padded to `precision` decimals. */
function exponentText(digits: string, exponent: number, precision: number): string {
  const decimals = digits.slice(1).padEnd(precision, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${decimals ? `.${decimals}` : ''}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** `round(value * 10**digits)` with ties to even, exactly. `value` is finite and not negative. */
function scaled(value: number, digits: number): bigint {
  const { mantissa, exponent } = exactFloat(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (digits >= 0) numerator *= 10n ** BigInt(digits);
  else denominator *= 10n ** BigInt(-digits);
  let whole = numerator / denominator;
  const twice = 2n * (numerator - whole * denominator);
  if (twice > denominator || (twice === denominator && (whole & 1n) === 1n)) whole += 1n;
  return whole;
}

/** `f` format of a finite value that is not negative. */
export function fixedText(value: number, precision: number): string {
  const digits = scaled(value, precision)
    .toString()
    .padStart(precision + 1, '0');
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

/** Correctly rounded significant digits: exactly `count` of them, and the exponent of the first. */
function significant(value: number, count: number): { readonly digits: string; readonly exponent: number } {
  if (value === 0) return { digits: '0'.repeat(count), exponent: 0 };
  let exponent = Math.floor(Math.log10(value));
  for (;;) {
    const digits = scaled(value, count - 1 - exponent).toString();
    if (digits.length === count) return { digits, exponent };
    // The estimate was off by one, or rounding carried into a new digit.
    exponent += digits.length > count ? 1 : -1;
  }
}

/** `e` format of a finite value that is not negative. */
export function exponentialText(value: number, precision: number): string {
  const { digits, exponent } = significant(value, precision + 1);
  return exponentText(digits, exponent, precision);
}

/**
 * `g` format of a finite value that is not negative. `keepZeros` for `#`; `wholeDot` for the format without type, which keeps
 * one decimal and switches to exponents one digit earlier.
 */
export function generalText(value: number, precision: number, keepZeros: boolean, wholeDot: boolean): string {
  const count = precision === 0 ? 1 : precision;
  const { digits, exponent } = significant(value, count);
  const kept = keepZeros ? digits : digits.replace(/0+$/, '') || '0';
  if (exponent < -4 || exponent >= (wholeDot ? count - 1 : count))
    return exponentText(kept, exponent, keepZeros ? count - 1 : 0);
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${kept}`;
  const whole = kept.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const decimals = kept.slice(exponent + 1);
  if (decimals) return `${whole}.${decimals}`;
  return wholeDot ? `${whole}.0` : keepZeros ? `${whole}.` : whole;
}
