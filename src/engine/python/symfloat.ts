/**
 * Floats that depend on named sizes: `dim * 4.0`, `height / 2`. They are fractions of two integers, kept exact as long as a
 * double would be exact too, so that `int(dim * mlp_ratio)` and `math.ceil(h / 2)` have an answer.
 */
import { floatClass } from './builtins/classes.js';
import { asInt, isFloat, pyFloat, symbolicUnknown } from './coerce.js';
import type { Context } from './context.js';
import { exactFloat } from './numbers.js';
import { addInt, decide, floorDivInt, isSym, mulInt, negInt, norm, subInt, trueDivInt, type Int } from './symint.js';
import type { Native, NativeType, Unknown, Value } from './value.js';

interface Fraction {
  readonly numerator: Int;
  /** Positive. A plain power of two as long as products and sums stay exact. */
  readonly denominator: Int;
}
interface SymFloat extends Native {
  data: Fraction;
}

/** Factors with more bits than this would round in a double: sizes below 2**30 leave room for 2**20. */
const MAX_FACTOR = 1n << 20n;

function isPowerOfTwo(value: Int): boolean {
  if (isSym(value)) return false;
  const n = BigInt(value);
  return n > 0n && (n & (n - 1n)) === 0n;
}

export function isSymFloat(value: Value): value is SymFloat {
  return typeof value === 'object' && value !== null && value.kind === 'native' && value.type === symFloatType;
}

function make(numerator: Int, denominator: Int, context: Context): Value {
  if (!isSym(numerator) && !isSym(denominator)) return pyFloat(Number(numerator) / Number(denominator));
  const whole = denominator === 1 ? null : trueDivInt(numerator, denominator);
  const data: Fraction = whole === null ? { numerator, denominator } : { numerator: whole, denominator: 1 };
  const native: SymFloat = {
    kind: 'native',
    type: symFloatType,
    data,
    attrs: null,
    saved: context.heap.epoch,
    taint: null,
  };
  return native;
}

/** `float(n)` for a symbolic integer. */
export function symFloatOfInt(value: Int, context: Context): Value {
  return make(value, 1, context);
}

/** `a / b` of integers of which one is symbolic. */
export function symFloatDivide(a: Int, b: Int, context: Context): Value {
  const sign = decide('>', b, 0);
  if (sign === true) return make(a, b, context);
  if (decide('<', b, 0) === true) return make(negInt(a), negInt(b), context);
  return symbolicUnknown(context, 'a true division', isSym(b) ? b : a);
}

/** The fraction of any real that is exact; `null` for what would round. */
function fractionOf(value: Value): Fraction | null {
  if (isSymFloat(value)) return isPowerOfTwo(value.data.denominator) ? value.data : null;
  const int = asInt(value);
  if (int !== undefined) return { numerator: int, denominator: 1 };
  if (!isFloat(value) || !Number.isFinite(value.value)) return null;
  const { mantissa, exponent } = exactFloat(value.value);
  const size = mantissa < 0n ? -mantissa : mantissa;
  if (size > MAX_FACTOR || exponent > 30 || exponent < -30) return null;
  return exponent >= 0
    ? { numerator: norm(mantissa << BigInt(exponent)), denominator: 1 }
    : { numerator: norm(mantissa), denominator: norm(1n << BigInt(-exponent)) };
}

function involved(a: Value, b: Value): boolean {
  if (isSymFloat(a) || isSymFloat(b)) return true;
  return (isFloat(a) && isSym(b)) || (isSym(a) && isFloat(b));
}

/** Operators between a symbolic float (or a symbolic integer) and a real; `undefined` when that isn't what the operands are. */
export function symFloatBinary(op: string, a: Value, b: Value, context: Context): Value | undefined {
  if (!involved(a, b)) return undefined;
  const x = fractionOf(a);
  const y = fractionOf(b);
  const lost = (): Unknown =>
    context.unknown(`a fraction of ${describe(a) ?? describe(b) ?? 'a named size'} can't be kept exactly`);
  if (!x || !y) return isReal(a) && isReal(b) ? lost() : undefined;
  switch (op) {
    case '+':
    case '-': {
      const p = mulInt(x.numerator, y.denominator);
      const q = mulInt(y.numerator, x.denominator);
      const denominator = mulInt(x.denominator, y.denominator);
      if (p === null || q === null || denominator === null) return lost();
      return make(op === '+' ? addInt(p, q) : subInt(p, q), denominator, context);
    }
    case '*': {
      const numerator = mulInt(x.numerator, y.numerator);
      const denominator = mulInt(x.denominator, y.denominator);
      return numerator === null || denominator === null ? lost() : make(numerator, denominator, context);
    }
    case '/': {
      if (y.numerator === 0) return context.raise('ZeroDivisionError', 'float division by zero');
      const numerator = mulInt(x.numerator, y.denominator);
      const denominator = mulInt(x.denominator, y.numerator);
      return numerator === null || denominator === null ? lost() : symFloatDivide(numerator, denominator, context);
    }
    case '//': {
      if (y.numerator === 0) return context.raise('ZeroDivisionError', 'float floor division by zero');
      const numerator = mulInt(x.numerator, y.denominator);
      const denominator = mulInt(x.denominator, y.numerator);
      const quotient = numerator === null || denominator === null ? null : floorDivInt(numerator, denominator);
      return quotient === null ? lost() : make(quotient, 1, context);
    }
    default:
      return lost();
  }
}

function isReal(value: Value): boolean {
  return isSymFloat(value) || isFloat(value) || asInt(value) !== undefined;
}

function describe(value: Value): string | null {
  if (isSym(value)) return value.key;
  return isSymFloat(value) ? fractionText(value.data) : null;
}

function fractionText({ numerator, denominator }: Fraction): string {
  const top = isSym(numerator) ? numerator.key : String(numerator);
  if (denominator === 1) return top;
  const bottom = isSym(denominator) ? denominator.key : String(denominator);
  return `${/[ +-]/.test(top) ? `(${top})` : top}/${/[ +*/-]/.test(bottom) ? `(${bottom})` : bottom}`;
}

/** Comparisons of a symbolic float with a real; `undefined` when that isn't what the operands are. */
export function compareSymFloat(
  op: '==' | '!=' | '<' | '<=' | '>' | '>=',
  a: Value,
  b: Value,
  context: Context,
): Value | undefined {
  if (!involved(a, b)) return undefined;
  if (!isReal(a) || !isReal(b)) return undefined;
  const infinite =
    isFloat(a) && !Number.isFinite(a.value) ? a.value : isFloat(b) && !Number.isFinite(b.value) ? -b.value : null;
  if (infinite !== null) {
    if (Number.isNaN(infinite)) return op === '!=';
    const order = infinite > 0 ? 1 : -1;
    return op === '!=' || (order > 0 ? op === '>' || op === '>=' : op === '<' || op === '<=');
  }
  const x = isSymFloat(a) ? a.data : fractionOf(a);
  const y = isSymFloat(b) ? b.data : fractionOf(b);
  const left = x && y && mulInt(x.numerator, y.denominator);
  const right = x && y && mulInt(y.numerator, x.denominator);
  const answer = left === null || right === null ? null : decide(op, left, right);
  return (
    answer ??
    context.unknown(`a comparison depends on ${describe(a) ?? describe(b) ?? 'a named size'}, which has no fixed value`)
  );
}

/** `floor`, `ceil`, `trunc` (`int()`) or `round` of a symbolic float; `null` when it can't be told. */
export function roundSymFloat(value: Value, how: 'floor' | 'ceil' | 'trunc' | 'round'): Int | null {
  if (!isSymFloat(value)) return null;
  const { numerator, denominator } = value.data;
  if (denominator === 1) return numerator;
  switch (how) {
    case 'floor':
      return floorDivInt(numerator, denominator);
    case 'ceil': {
      const floor = floorDivInt(negInt(numerator), denominator);
      return floor === null ? null : negInt(floor);
    }
    case 'trunc':
      if (decide('>=', numerator, 0) === true) return floorDivInt(numerator, denominator);
      if (decide('<=', numerator, 0) === true) return roundSymFloat(value, 'ceil');
      return null;
    case 'round': {
      // Ties go to even, so only fractions without ties have one formula.
      if (isSym(denominator) || BigInt(denominator) % 2n === 0n) return null;
      const twice = mulInt(numerator, 2);
      const both = mulInt(denominator, 2);
      return twice === null || both === null ? null : floorDivInt(addInt(twice, denominator), both);
    }
  }
}

export function symFloatIsWhole(value: Value): boolean {
  return isSymFloat(value) && value.data.denominator === 1;
}

/** The operations table of symbolic floats. */
export const symFloatType: NativeType = {
  name: 'float',
  cls: () => floatClass,
  binary: (op, self, other, reflected, _inplace, context) => {
    if (op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>=') {
      const flipped = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
      return compareSymFloat(reflected ? flipped[op] : op, self, other, context);
    }
    return reflected ? symFloatBinary(op, other, self, context) : symFloatBinary(op, self, other, context);
  },
  unary: (op, self, context) => {
    const { numerator, denominator } = (self as SymFloat).data;
    if (op === '~') return context.raise('TypeError', "bad operand type for unary ~: 'float'");
    return op === '+' ? self : make(negInt(numerator), denominator, context);
  },
  truth: (self, context) => {
    const { numerator } = (self as SymFloat).data;
    return decide('!=', numerator, 0) ?? context.unknown(`${fractionText((self as SymFloat).data)} may be zero`);
  },
  hashKey: (self) => `\0q${fractionText((self as SymFloat).data)}`,
  repr: (self) => fractionText((self as SymFloat).data),
  join: (a, b) => (fractionText((a as SymFloat).data) === fractionText((b as SymFloat).data) ? a : undefined),
  copy: (self) => self,
};
