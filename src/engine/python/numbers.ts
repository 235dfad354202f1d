/** Arithmetic of `int`, `float` and `complex` exactly as CPython has it. */
import { asNumber, isFloat, pyFloat, symbolicUnknown } from './coerce.js';
import type { Context } from './context.js';
import { addInt, floorDivInt, isSym, modInt, mulInt, negInt, norm, powInt, subInt, type Int } from './symint.js';
import { symFloatDivide } from './symfloat.js';
import type { PyComplex, Value } from './value.js';

// ---------------------------------------------------------------- int

/** The double nearest to `a / b`, ties to even, for integers of any size. */
export function divideBig(a: bigint, b: bigint): number {
  if (a === 0n) return 0;
  const negative = a < 0n !== b < 0n;
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  const bits = (n: bigint): number => n.toString(2).length;
  // Scale so that the quotient has at least 66 bits; a sticky bit then stands for everything below.
  const shift = 66 - (bits(x) - bits(y));
  if (shift > 0) x <<= BigInt(shift);
  else y <<= BigInt(-shift);
  let quotient = x / y;
  let exponent = -shift;
  const sticky = quotient * y !== x;
  // 53 bits are kept; fewer when the result is subnormal.
  const length = bits(quotient);
  const keep = Math.min(53, length + exponent + 1074);
  if (keep < 0) return negative ? -0 : 0;
  const drop = BigInt(length - keep);
  const lost = quotient & ((1n << drop) - 1n);
  quotient >>= drop;
  exponent += Number(drop);
  const half = drop > 0n ? 1n << (drop - 1n) : 0n;
  if (drop > 0n && (lost > half || (lost === half && (sticky || (quotient & 1n) === 1n)))) quotient += 1n;
  // Two steps, so that neither factor under- or overflows by itself.
  const value = Number(quotient);
  const first = Math.max(-1000, Math.min(900, exponent));
  const result = value * 2 ** first * 2 ** (exponent - first);
  return negative ? -result : result;
}

/** `float(int)`. @throws OverflowError beyond the range of doubles. */
export function intToFloat(value: number | bigint, context: Context): number {
  const result = Number(value);
  if (!Number.isFinite(result)) context.raise('OverflowError', 'int too large to convert to float');
  return result;
}

/** The integer nearest to zero of a finite double. */
export function truncate(value: number): number | bigint {
  const whole = Math.trunc(value) + 0;
  return Number.isSafeInteger(whole) ? whole : norm(BigInt(whole));
}

function intTrueDiv(a: Int, b: Int, context: Context): Value {
  if (b === 0) return context.raise('ZeroDivisionError', 'division by zero');
  if (isSym(a) || isSym(b)) return symFloatDivide(a, b, context);
  if (typeof a === 'number' && typeof b === 'number') return pyFloat(a / b);
  const result = divideBig(BigInt(a), BigInt(b));
  if (!Number.isFinite(result)) context.raise('OverflowError', 'integer division result too large for a float');
  return pyFloat(result);
}

function intPower(a: Int, b: Int, context: Context): Value {
  if (!isSym(b) && b < 0 && !isSym(a)) {
    if (a === 0) context.raise('ZeroDivisionError', '0.0 cannot be raised to a negative power');
    return floatPower(intToFloat(a, context), intToFloat(b, context), context);
  }
  const result = powInt(a, b);
  if (result !== null) return result;
  return isSym(a) || isSym(b)
    ? symbolicUnknown(context, 'a power', isSym(b) ? b : a)
    : context.unknown('the power is too large a number to write down');
}

function bits(op: '&' | '|' | '^' | '<<' | '>>', a: Int, b: Int, context: Context): Value {
  if (op === '<<' || op === '>>') {
    if (!isSym(b)) {
      if (b < 0) return context.raise('ValueError', 'negative shift count');
      if (b > 100_000)
        return op === '>>' && !isSym(a)
          ? a < 0
            ? -1
            : 0
          : context.unknown('the shift gives too large a number to write down');
      const scale = norm(1n << BigInt(b));
      const result = op === '<<' ? mulInt(a, scale) : floorDivInt(a, scale);
      if (result !== null) return result;
    }
    return symbolicUnknown(context, 'a bit shift', isSym(b) ? b : a);
  }
  if (isSym(a) || isSym(b)) {
    // `x & (2**k - 1)` is a remainder, `x & -(2**k)` what is left without it.
    const mask = isSym(a) ? b : a;
    const sized = isSym(a) ? a : b;
    if (op === '&' && !isSym(mask)) {
      const plain = BigInt(mask);
      const period = plain >= 0n ? plain + 1n : -plain;
      if (period > 0n && (period & (period - 1n)) === 0n) {
        const rest = modInt(sized, norm(period));
        if (rest !== null) return plain >= 0n ? rest : subInt(sized, rest);
      }
    }
    return symbolicUnknown(context, 'a bit operation', sized);
  }
  if (typeof a === 'number' && typeof b === 'number' && a >= 0 && b >= 0 && a <= 0x7fffffff && b <= 0x7fffffff)
    return op === '&' ? a & b : op === '|' ? a | b : a ^ b;
  const x = BigInt(a);
  const y = BigInt(b);
  return norm(op === '&' ? x & y : op === '|' ? x | y : x ^ y);
}

/** Any operator between integers; `undefined` for `@`. */
export function intBinary(op: string, a: Int, b: Int, context: Context): Value | undefined {
  switch (op) {
    case '+':
      return addInt(a, b);
    case '-':
      return subInt(a, b);
    case '*':
      return mulInt(a, b) ?? context.unknown('a formula of named sizes grew too long');
    case '/':
      return intTrueDiv(a, b, context);
    case '//': {
      if (b === 0) context.raise('ZeroDivisionError', 'integer division or modulo by zero');
      return floorDivInt(a, b) ?? context.unknown('a formula of named sizes grew too long');
    }
    case '%': {
      if (b === 0) context.raise('ZeroDivisionError', 'integer modulo by zero');
      return modInt(a, b) ?? context.unknown('a formula of named sizes grew too long');
    }
    case '**':
      return intPower(a, b, context);
    case '&':
    case '|':
    case '^':
    case '<<':
    case '>>':
      return bits(op, a, b, context);
    default:
      return undefined;
  }
}

/** The hot path: two safe integers. `undefined` where the general way has to decide. */
export function smallBinary(op: string, a: number, b: number): Value | undefined {
  switch (op) {
    case '+': {
      const sum = a + b;
      return Number.isSafeInteger(sum) ? sum : undefined;
    }
    case '-': {
      const difference = a - b;
      return Number.isSafeInteger(difference) ? difference : undefined;
    }
    case '*': {
      const product = a * b;
      return Number.isSafeInteger(product) ? product + 0 : undefined;
    }
    case '/':
      return b === 0 ? undefined : pyFloat(a / b);
    case '//': {
      if (b === 0) return undefined;
      const rest = a % b;
      const quotient = (a - rest) / b;
      return (rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient) + 0;
    }
    case '%': {
      if (b === 0) return undefined;
      const rest = a % b;
      return (rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest) + 0;
    }
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- float

/** `a % b` of doubles with Python's sign. */
export function floatMod(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0 || Number.isNaN(rest)) return rest === 0 ? (b < 0 || Object.is(b, -0) ? -0 : 0) : rest;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

export function floatFloorDiv(a: number, b: number): number {
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && rest < 0 !== b < 0) quotient -= 1;
  if (quotient === 0) return (a < 0 || Object.is(a, -0)) !== (b < 0 || Object.is(b, -0)) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** A double as `mantissa * 2**exponent`, exactly. */
export function exactFloat(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  if (value === 0) return { mantissa: 0n, exponent: 0 };
  let mantissa = value;
  let exponent = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  let whole = BigInt(mantissa);
  while ((whole & 1n) === 0n) {
    whole >>= 1n;
    exponent++;
  }
  return { mantissa: whole, exponent };
}

/** Whole powers of moderate size are computed exactly and rounded once, as good C libraries do. */
function exactPower(base: number, power: number): number | null {
  const size = Math.abs(power);
  if (size > 400 || Math.abs(base) < 1e-30 || Math.abs(base) > 1e30) return null;
  const { mantissa, exponent } = exactFloat(base);
  const raised = mantissa ** BigInt(size);
  const shift = exponent * size;
  const numerator = shift >= 0 ? raised << BigInt(shift) : raised;
  const denominator = shift >= 0 ? 1n : 1n << BigInt(-shift);
  return power >= 0 ? divideBig(numerator, denominator) : divideBig(denominator, numerator);
}

function floatPower(a: number, b: number, context: Context): Value {
  if (b === 0 || a === 1) return pyFloat(1);
  if (a === 0 && b < 0) return context.raise('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (Number.isFinite(a) && a < 0 && Number.isFinite(b) && !Number.isInteger(b))
    return complexPower({ kind: 'complex', re: a, im: 0 }, { kind: 'complex', re: b, im: 0 }, context);
  if (a === -1 && !Number.isFinite(b) && !Number.isNaN(b)) return pyFloat(1);
  const exact = a !== 0 && Number.isInteger(b) && Number.isFinite(a) ? exactPower(a, b) : null;
  const result = exact ?? (b === 0.5 && a >= 0 ? Math.sqrt(a) : a ** b);
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
    return context.raise('OverflowError', "(34, 'Numerical result out of range')");
  return pyFloat(result);
}

/** Any operator between reals of which at least one is a float; `undefined` for operators floats don't have. */
export function floatBinary(op: string, a: number, b: number, context: Context): Value | undefined {
  switch (op) {
    case '+':
      return pyFloat(a + b);
    case '-':
      return pyFloat(a - b);
    case '*':
      return pyFloat(a * b);
    case '/':
      if (b === 0) context.raise('ZeroDivisionError', 'float division by zero');
      return pyFloat(a / b);
    case '//':
      if (b === 0) context.raise('ZeroDivisionError', 'float floor division by zero');
      return pyFloat(floatFloorDiv(a, b));
    case '%':
      if (b === 0) context.raise('ZeroDivisionError', 'float modulo');
      return pyFloat(floatMod(a, b));
    case '**':
      return floatPower(a, b, context);
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- complex

export function toComplex(value: Value): PyComplex | undefined {
  if (typeof value === 'object' && value !== null && value.kind === 'complex') return value;
  const re = asNumber(value);
  return re === undefined ? undefined : { kind: 'complex', re, im: 0 };
}

function complexPower(a: PyComplex, b: PyComplex, context: Context): Value {
  const make = (re: number, im: number): PyComplex => ({ kind: 'complex', re, im });
  if (b.re === 0 && b.im === 0) return make(1, 0);
  if (a.re === 0 && a.im === 0) {
    if (b.im !== 0 || b.re < 0) context.raise('ZeroDivisionError', '0.0 to a negative or complex power');
    return make(0, 0);
  }
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 100) {
    let result = make(1, 0);
    for (let i = 0; i < Math.abs(b.re); i++)
      result = make(result.re * a.re - result.im * a.im, result.re * a.im + result.im * a.re);
    return b.re > 0 ? result : (complexBinary('/', make(1, 0), result, context) as PyComplex);
  }
  const size = Math.hypot(a.re, a.im);
  const angle = Math.atan2(a.im, a.re);
  let length = size ** b.re;
  let turn = angle * b.re;
  if (b.im !== 0) {
    length /= Math.exp(angle * b.im);
    turn += b.im * Math.log(size);
  }
  return make(length * Math.cos(turn), length * Math.sin(turn));
}

export function complexBinary(op: string, a: PyComplex, b: PyComplex, context: Context): Value | undefined {
  const make = (re: number, im: number): PyComplex => ({ kind: 'complex', re, im });
  switch (op) {
    case '+':
      return make(a.re + b.re, a.im + b.im);
    case '-':
      return make(a.re - b.re, a.im - b.im);
    case '*':
      return make(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
    case '/': {
      if (b.re === 0 && b.im === 0) context.raise('ZeroDivisionError', 'complex division by zero');
      if (Math.abs(b.re) >= Math.abs(b.im)) {
        const ratio = b.im / b.re;
        const denominator = b.re + b.im * ratio;
        return make((a.re + a.im * ratio) / denominator, (a.im - a.re * ratio) / denominator);
      }
      const ratio = b.re / b.im;
      const denominator = b.re * ratio + b.im;
      return make((a.re * ratio + a.im) / denominator, (a.im * ratio - a.re) / denominator);
    }
    case '**':
      return complexPower(a, b, context);
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- unary

export function numberUnary(op: '-' | '+' | '~', value: Value, context: Context): Value | undefined {
  if (typeof value === 'number') return op === '-' ? 0 - value : op === '+' ? value : -value - 1;
  if (typeof value === 'boolean') return numberUnary(op, value ? 1 : 0, context);
  if (typeof value === 'bigint') return norm(op === '-' ? -value : op === '+' ? value : -value - 1n);
  if (isFloat(value)) return op === '-' ? pyFloat(-value.value) : op === '+' ? value : undefined;
  if (isSym(value)) return op === '-' ? negInt(value) : op === '+' ? value : subInt(-1, value);
  if (value !== null && typeof value === 'object' && value.kind === 'complex')
    return op === '~' ? undefined : op === '+' ? value : { kind: 'complex', re: -value.re, im: -value.im };
  return undefined;
}

// ---------------------------------------------------------------- rounding

/** `round(x)`: to the nearest integer, ties to even. */
export function roundToInt(value: number): number | bigint {
  const floor = Math.floor(value);
  const rest = value - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return truncate(up ? floor + 1 : floor);
}

/** `round(x, digits)`: decimal rounding of the exact binary value, ties to even, as `repr` based rounding has it. */
export function roundToDigits(value: number, digits: number): number {
  if (!Number.isFinite(value) || value === 0) return value;
  if (digits > 323) return value;
  if (digits < -308) return value < 0 ? -0 : 0;
  const { mantissa, exponent } = exactFloat(Math.abs(value));
  // |value| * 10**digits as a fraction
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (digits >= 0) numerator *= 10n ** BigInt(digits);
  else denominator *= 10n ** BigInt(-digits);
  let rounded = numerator / denominator;
  const twice = 2n * (numerator - rounded * denominator);
  if (twice > denominator || (twice === denominator && (rounded & 1n) === 1n)) rounded += 1n;
  const result = digits >= 0 ? divideBig(rounded, 10n ** BigInt(digits)) : Number(rounded * 10n ** BigInt(-digits));
  return value < 0 ? -result : result;
}

/** `round(int, -n)`: to a power of ten, ties to even. */
export function roundIntToDigits(value: bigint, digits: number): number | bigint {
  const unit = 10n ** BigInt(-digits);
  const rest = ((value % unit) + unit) % unit;
  let low = value - rest;
  if (2n * rest > unit || (2n * rest === unit && (low / unit) % 2n !== 0n)) low += unit;
  return norm(low);
}
