/** `math` and `cmath`: integers exact and symbolic where the result is whole, floats as C has them. */
import { absolute, toFloat, wholePart } from '../builtins/numberMethods.js';
import {
  asInt,
  firstUnknown,
  isFloat,
  isUnknown,
  makeTuple,
  pyFloat,
  symbolicUnknown,
  type,
  unwrap,
} from '../builtins/common.js';
import type { Context } from '../context.js';
import { defineFunction, type ModelledModule } from '../define.js';
import { erf, erfc } from '../erf.js';
import { divideBig, exactFloat, toComplex } from '../numbers.js';
import { isSymFloat } from '../symfloat.js';
import { isSym, mulInt, norm, type Int } from '../symint.js';
import type { PyBuiltin, Value } from '../value.js';

/** A plain double, or the unknown that stands for it. */
function real(value: Value | undefined, context: Context): number | Extract<Value, { kind: 'unknown' }> {
  if (value === undefined) return NaN;
  if (isUnknown(value)) return value;
  const plain = unwrap(value);
  if (typeof plain === 'string' || plain === null)
    return context.raise('TypeError', `must be real number, not ${type(value, context)}`);
  const converted = toFloat(value, context);
  if (isUnknown(converted)) return converted;
  if (isFloat(converted)) return converted.value;
  return context.unknown('a function of a named size has no fixed value');
}

function domain(context: Context): never {
  return context.raise('ValueError', 'math domain error');
}

/** A function of doubles. NaN from numbers is a domain error, infinity from finite numbers an overflow. */
function ofFloats(name: string, arity: number, action: (...values: number[]) => number, checkRange = true): PyBuiltin {
  const params = ['x', 'y', 'z'].slice(0, arity).join(', ');
  return defineFunction(`${name}(${params}, /)`, (args, context) => {
    const values: number[] = [];
    for (const param of ['x', 'y', 'z'].slice(0, arity)) {
      const value = real(args[param], context);
      if (typeof value !== 'number') return value;
      values.push(value);
    }
    const result = action(...values);
    if (checkRange) {
      if (Number.isNaN(result) && !values.some(Number.isNaN)) return domain(context);
      if (!Number.isFinite(result) && !Number.isNaN(result) && values.every(Number.isFinite))
        return ['log', 'log2', 'log10', 'log1p', 'atanh'].includes(name)
          ? domain(context)
          : context.raise('OverflowError', 'math range error');
    }
    return pyFloat(result);
  });
}

/** Exact integers from arguments; an unknown when one is symbolic where only plain ones will do. */
function plainInts(
  values: readonly (Value | undefined)[],
  context: Context,
): bigint[] | Extract<Value, { kind: 'unknown' }> {
  const unknown = firstUnknown(...values);
  if (unknown) return unknown;
  const result: bigint[] = [];
  for (const value of values) {
    const int = asInt(value);
    if (int === undefined)
      return context.raise('TypeError', `'${type(value, context)}' object cannot be interpreted as an integer`);
    if (isSym(int)) return symbolicUnknown(context, 'an integer function', int);
    result.push(BigInt(int));
  }
  return result;
}

function ofInts(signature: string, action: (values: readonly bigint[], context: Context) => Value): PyBuiltin {
  return defineFunction(signature, (args, context) => {
    const values = plainInts(
      Object.values(args).filter((value) => value !== null),
      context,
    );
    return isUnknown(values) ? values : action(values, context);
  });
}

function gcd(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function variadic(name: string, action: (values: readonly bigint[]) => bigint): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: name,
    isMethod: false,
    pure: true,
    call: (args, _kwargs, context) => {
      const values = plainInts(args, context);
      return isUnknown(values) ? values : norm(action(values));
    },
  };
}

/** Floor of the square root. */
export function isqrt(value: bigint): bigint {
  if (value < 2n) return value;
  let x = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (x * x > value) x--;
  while ((x + 1n) * (x + 1n) <= value) x++;
  return x;
}

/** `log` of an integer of any size. */
function logBig(value: bigint): number {
  const text = value.toString(2);
  if (text.length <= 1000) return Math.log(Number(value));
  const shift = text.length - 60;
  return Math.log(Number(value >> BigInt(shift))) + shift * Math.LN2;
}

function log(value: Value, base: Value | undefined, context: Context): Value {
  const unknown = firstUnknown(value, base);
  if (unknown) return unknown;
  const one = (x: Value): number | Extract<Value, { kind: 'unknown' }> => {
    const int = asInt(x);
    if (int !== undefined && !isSym(int)) return int <= 0 ? domain(context) : logBig(BigInt(int));
    const number = real(x, context);
    if (typeof number !== 'number') return number;
    return number <= 0 ? domain(context) : Math.log(number);
  };
  const top = one(value);
  if (typeof top !== 'number') return top;
  if (base === undefined) return pyFloat(top);
  const bottom = one(base);
  if (typeof bottom !== 'number') return bottom;
  if (bottom === 0) return context.raise('ZeroDivisionError', 'float division by zero');
  return pyFloat(top / bottom);
}

/** `log2`, exact for powers of two. */
function log2(x: number): number {
  if (x <= 0 || !Number.isFinite(x)) return x === Infinity ? Infinity : NaN;
  const { mantissa, exponent } = exactFloat(x);
  return mantissa === 1n ? exponent : Math.log2(x);
}

/** Correctly rounded sum of doubles. */
function fsum(values: readonly number[]): number {
  let sum = 0n;
  let scale = 0;
  const parts = values.filter((value) => value !== 0).map(exactFloat);
  for (const part of parts) scale = Math.min(scale, part.exponent);
  for (const { mantissa, exponent } of parts) sum += mantissa << BigInt(exponent - scale);
  // exactFloat keeps the sign in the mantissa.
  return divideBig(sum, 1n << BigInt(-scale));
}

function product(items: readonly Value[], start: Value, context: Context): Value {
  let total = start;
  for (const item of items) total = context.binary('*', total, item);
  return total;
}

function wholes(name: string, how: 'floor' | 'ceil' | 'trunc'): PyBuiltin {
  return defineFunction(`${name}(x, /)`, ({ x }, context) => wholePart(x as Value, how, context));
}

/** Lanczos approximation is not exact enough: factorials are exact, the rest is told apart. */
function gamma(x: number): number {
  if (Number.isInteger(x) && x > 0 && x <= 171) {
    let product_ = 1n;
    for (let i = 2n; i < BigInt(x); i++) product_ *= i;
    return Number(product_);
  }
  return NaN;
}

function mathMembers(): Record<string, Value> {
  return {
    pi: pyFloat(Math.PI),
    e: pyFloat(Math.E),
    tau: pyFloat(2 * Math.PI),
    inf: pyFloat(Infinity),
    nan: pyFloat(NaN),
    ceil: wholes('ceil', 'ceil'),
    floor: wholes('floor', 'floor'),
    trunc: wholes('trunc', 'trunc'),
    fabs: defineFunction('fabs(x, /)', ({ x }, context) => {
      const value = absolute(x as Value, context);
      return isUnknown(value) ? value : toFloat(value, context);
    }),
    sqrt: defineFunction('sqrt(x, /)', ({ x }, context) => {
      const value = squareRoot(x as Value);
      if (value !== null) return toFloat(value, context);
      const number = real(x, context);
      return typeof number !== 'number' ? number : number < 0 ? domain(context) : pyFloat(Math.sqrt(number));
    }),
    cbrt: ofFloats('cbrt', 1, Math.cbrt),
    exp: ofFloats('exp', 1, Math.exp),
    exp2: ofFloats('exp2', 1, (x) => 2 ** x),
    expm1: ofFloats('expm1', 1, Math.expm1),
    log: {
      kind: 'builtin',
      name: 'log',
      qualname: 'log',
      isMethod: false,
      pure: true,
      call: (args, _kwargs, context) =>
        args[0] === undefined
          ? context.raise('TypeError', 'log expected at least 1 argument, got 0')
          : log(args[0], args[1], context),
    },
    log2: defineFunction('log2(x, /)', ({ x }, context) => {
      const int = asInt(x);
      if (int !== undefined && !isSym(int) && int > 0) {
        const text = BigInt(int).toString(2);
        if (/^10*$/.test(text)) return pyFloat(text.length - 1);
        if (text.length > 1000) return pyFloat(logBig(BigInt(int)) / Math.LN2);
      }
      const number = real(x, context);
      if (typeof number !== 'number') return number;
      return number <= 0 ? domain(context) : pyFloat(log2(number));
    }),
    log10: defineFunction('log10(x, /)', ({ x }, context) => {
      const number = real(x, context);
      if (typeof number !== 'number') return number;
      return number <= 0 ? domain(context) : pyFloat(Math.log10(number));
    }),
    log1p: ofFloats('log1p', 1, Math.log1p),
    pow: ofFloats('pow', 2, (x, y) => x ** y),
    sin: ofFloats('sin', 1, Math.sin),
    cos: ofFloats('cos', 1, Math.cos),
    tan: ofFloats('tan', 1, Math.tan),
    asin: ofFloats('asin', 1, Math.asin),
    acos: ofFloats('acos', 1, Math.acos),
    atan: ofFloats('atan', 1, Math.atan),
    atan2: ofFloats('atan2', 2, Math.atan2),
    sinh: ofFloats('sinh', 1, Math.sinh),
    cosh: ofFloats('cosh', 1, Math.cosh),
    tanh: ofFloats('tanh', 1, Math.tanh),
    asinh: ofFloats('asinh', 1, Math.asinh),
    acosh: ofFloats('acosh', 1, Math.acosh),
    atanh: ofFloats('atanh', 1, Math.atanh),
    degrees: ofFloats('degrees', 1, (x) => x * (180 / Math.PI)),
    radians: ofFloats('radians', 1, (x) => x * (Math.PI / 180)),
    copysign: ofFloats('copysign', 2, (x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x)), false),
    fmod: ofFloats('fmod', 2, (x, y) => x % y),
    remainder: ofFloats('remainder', 2, (x, y) => {
      const quotient = x / y;
      const floor = Math.floor(quotient);
      const rest = quotient - floor;
      return x - y * (rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor);
    }),
    erf: ofFloats('erf', 1, erf),
    erfc: ofFloats('erfc', 1, erfc),
    gamma: defineFunction('gamma(x, /)', ({ x }, context) => {
      const number = real(x, context);
      if (typeof number !== 'number') return number;
      const value = gamma(number);
      return Number.isNaN(value) ? context.unknown('math.gamma of a fraction is not computed') : pyFloat(value);
    }),
    lgamma: defineFunction('lgamma(x, /)', (_args, context) => context.unknown('math.lgamma is not computed')),
    hypot: {
      kind: 'builtin',
      name: 'hypot',
      qualname: 'hypot',
      isMethod: false,
      pure: true,
      call: (args, _kwargs, context) => {
        const values: number[] = [];
        for (const arg of args) {
          const value = real(arg, context);
          if (typeof value !== 'number') return value;
          values.push(value);
        }
        return pyFloat(Math.hypot(...values));
      },
    },
    dist: defineFunction('dist(p, q, /)', ({ p, q }, context) => {
      const a = context.items(p as Value);
      const b = context.items(q as Value);
      if (isUnknown(a)) return a;
      if (isUnknown(b)) return b;
      const differences: number[] = [];
      for (const [i, value] of a.entries()) {
        const x = real(value, context);
        const y = real(b[i], context);
        if (typeof x !== 'number') return x;
        if (typeof y !== 'number') return y;
        differences.push(x - y);
      }
      return pyFloat(Math.hypot(...differences));
    }),
    isnan: truth('isnan', Number.isNaN),
    isinf: truth('isinf', (x) => x === Infinity || x === -Infinity),
    isfinite: truth('isfinite', Number.isFinite),
    isclose: defineFunction(
      'isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0)',
      ({ a, b, rel_tol: relative, abs_tol: least }, context) => {
        const [x, y, r, t] = [real(a, context), real(b, context), real(relative, context), real(least, context)];
        if (typeof x !== 'number') return x;
        if (typeof y !== 'number') return y;
        if (typeof r !== 'number') return r;
        if (typeof t !== 'number') return t;
        if (x === y) return true;
        if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
        const difference = Math.abs(x - y);
        return difference <= Math.abs(r * y) || difference <= Math.abs(r * x) || difference <= t;
      },
    ),
    gcd: variadic('gcd', (values) => values.reduce(gcd, 0n)),
    lcm: variadic('lcm', (values) =>
      values.reduce(
        (a, b) => (a === 0n || b === 0n ? 0n : (a / gcd(a, b)) * b < 0n ? -((a / gcd(a, b)) * b) : (a / gcd(a, b)) * b),
        1n,
      ),
    ),
    isqrt: ofInts('isqrt(n, /)', ([n = 0n], context) =>
      n < 0n ? context.raise('ValueError', 'isqrt() argument must be nonnegative') : norm(isqrt(n)),
    ),
    factorial: defineFunction('factorial(x, /)', ({ x }, context) => {
      const values = plainInts([x], context);
      if (isUnknown(values)) return values;
      const [n = 0n] = values;
      if (n < 0n) return context.raise('ValueError', 'factorial() not defined for negative values');
      if (n > 5000n) return context.unknown('the factorial is too large a number to write down');
      let result = 1n;
      for (let i = 2n; i <= n; i++) result *= i;
      return norm(result);
    }),
    comb: ofInts('comb(n, k, /)', ([n = 0n, k = 0n], context) => {
      if (n < 0n) return context.raise('ValueError', 'n must be a non-negative integer');
      if (k < 0n) return context.raise('ValueError', 'k must be a non-negative integer');
      if (k > n) return 0;
      let result = 1n;
      for (let i = 1n; i <= k; i++) result = (result * (n - k + i)) / i;
      return norm(result);
    }),
    perm: ofInts('perm(n, k=None, /)', ([n = 0n, k = n], context) => {
      if (n < 0n || k < 0n) return context.raise('ValueError', 'n must be a non-negative integer');
      let result = 1n;
      for (let i = 0n; i < k; i++) result *= n - i;
      return k > n ? 0 : norm(result);
    }),
    prod: defineFunction('prod(iterable, /, *, start=1)', ({ iterable, start }, context) => {
      const items = context.items(iterable as Value);
      return isUnknown(items) ? items : product(items, start as Value, context);
    }),
    sumprod: defineFunction('sumprod(p, q, /)', ({ p, q }, context) => {
      const [a, b] = [context.items(p as Value), context.items(q as Value)];
      if (isUnknown(a)) return a;
      if (isUnknown(b)) return b;
      return a.reduce<Value>((sum, value, i) => context.binary('+', sum, context.binary('*', value, b[i] ?? 0)), 0);
    }),
    fsum: defineFunction('fsum(seq, /)', ({ seq }, context) => {
      const items = context.items(seq as Value);
      if (isUnknown(items)) return items;
      const values: number[] = [];
      for (const item of items) {
        const value = real(item, context);
        if (typeof value !== 'number') return value;
        values.push(value);
      }
      return pyFloat(values.every(Number.isFinite) ? fsum(values) : values.reduce((a, b) => a + b, 0));
    }),
    modf: defineFunction('modf(x, /)', ({ x }, context) => {
      const number = real(x, context);
      if (typeof number !== 'number') return number;
      return makeTuple([
        pyFloat(Number.isFinite(number) ? number - Math.trunc(number) : 0),
        pyFloat(Math.trunc(number)),
      ]);
    }),
    frexp: defineFunction('frexp(x, /)', ({ x }, context) => {
      const number = real(x, context);
      if (typeof number !== 'number') return number;
      if (number === 0 || !Number.isFinite(number)) return makeTuple([pyFloat(number), 0]);
      const { mantissa, exponent } = exactFloat(number);
      const length = (mantissa < 0n ? -mantissa : mantissa).toString(2).length;
      return makeTuple([pyFloat(Number(mantissa) / 2 ** length), exponent + length]);
    }),
    ldexp: ofFloats('ldexp', 2, (x, y) => x * 2 ** y),
  };
}

/** The root of a symbolic square; `null` when there is none in closed form. */
function squareRoot(value: Value): Int | null {
  const int = asInt(value);
  if (int === undefined || !isSym(int)) return null;
  const [term, ...others] = [...int.terms.values()];
  if (!term || others.length > 0 || term.coefficient < 0n) return null;
  const root = isqrt(term.coefficient);
  if (root * root !== term.coefficient || term.factors.some(({ power }) => power % 2 !== 0)) return null;
  let result: Int | null = norm(root);
  for (const { atom, power } of term.factors) {
    if (atom.type !== 'size') return null;
    for (let i = 0; i < power / 2 && result !== null; i++)
      result = mulInt(result, {
        kind: 'symint',
        key: atom.name,
        terms: new Map([[atom.name, { coefficient: 1n, factors: [{ atom, power: 1 }] }]]),
      });
  }
  return result;
}

function truth(name: string, test: (value: number) => boolean): PyBuiltin {
  return defineFunction(`${name}(x, /)`, ({ x }, context) => {
    if (isSymFloat(x as Value) || isSym(x)) return test(1);
    const number = real(x, context);
    return typeof number === 'number' ? test(number) : number;
  });
}

function cmathMembers(): Record<string, Value> {
  const of = (name: string, action: (re: number, im: number) => Value): PyBuiltin =>
    defineFunction(`${name}(z, /)`, ({ z }, context) => {
      const value = z === undefined ? undefined : toComplex(unwrap(z));
      return value
        ? action(value.re, value.im)
        : (firstUnknown(z) ?? context.raise('TypeError', `must be real number, not ${type(z, context)}`));
    });
  return {
    pi: pyFloat(Math.PI),
    e: pyFloat(Math.E),
    phase: of('phase', (re, im) => pyFloat(Math.atan2(im, re))),
    polar: of('polar', (re, im) => makeTuple([pyFloat(Math.hypot(re, im)), pyFloat(Math.atan2(im, re))])),
    exp: of('exp', (re, im) => ({ kind: 'complex', re: Math.exp(re) * Math.cos(im), im: Math.exp(re) * Math.sin(im) })),
    log: of('log', (re, im) => ({ kind: 'complex', re: Math.log(Math.hypot(re, im)), im: Math.atan2(im, re) })),
    sqrt: of('sqrt', (re, im) => {
      const size = Math.hypot(re, im);
      return { kind: 'complex', re: Math.sqrt((size + re) / 2), im: (im < 0 ? -1 : 1) * Math.sqrt((size - re) / 2) };
    }),
    rect: defineFunction('rect(r, phi, /)', ({ r, phi }, context) => {
      const [size, angle] = [real(r, context), real(phi, context)];
      if (typeof size !== 'number') return size;
      return typeof angle === 'number'
        ? { kind: 'complex', re: size * Math.cos(angle), im: size * Math.sin(angle) }
        : angle;
    }),
  };
}

export const mathModules: readonly ModelledModule[] = [
  { name: 'math', complete: true, members: mathMembers },
  { name: 'cmath', members: cmathMembers },
];
