/** `int`, `bool`, `float`, `complex`: construction and methods. */
import {
  asIndex,
  asInt,
  asNumber,
  asString,
  firstUnknown,
  isFloat,
  isInstance,
  isUnknown,
  makeTuple,
  pyFloat,
  symbolicUnknown,
  type,
  unwrap,
} from './common.js';
import { binaryBuiltin, unaryBuiltin } from '../arith.js';
import { compareBuiltin } from '../compare.js';
import type { Context } from '../context.js';
import { defineClassMethod, defineFunction, defineProperty, type Bound } from '../define.js';
import { floatRepr, formatBuiltin, reprBuiltin, stringRepr } from '../format.js';
import {
  exactFloat,
  intToFloat,
  roundIntToDigits,
  roundToDigits,
  roundToInt,
  toComplex,
  truncate,
} from '../numbers.js';
import { isSymFloat, roundSymFloat, symFloatIsWhole, symFloatOfInt } from '../symfloat.js';
import { decide, isSym, negInt, norm, type Int } from '../symint.js';
import { hashNumber } from '../hash.js';
import type { PyBuiltin, PyClass, Value } from '../value.js';

// ---------------------------------------------------------------- int

/** Reads an integer literal as `int(text, base)` does; `null` when it is none. */
function parseInteger(text: string, base: number): number | bigint | null {
  const match = /^\s*([+-]?)(0[xX]|0[oO]|0[bB])?([0-9a-zA-Z_]+)\s*$/.exec(text);
  if (!match) return null;
  const [, sign, prefix = '', rest = ''] = match;
  const prefixBase = { x: 16, o: 8, b: 2 }[prefix[1]?.toLowerCase() ?? ''];
  let digits = rest;
  let radix = base;
  if (prefix && (base === 0 || base === prefixBase)) radix = prefixBase ?? base;
  else digits = prefix + rest;
  if (radix === 0) {
    radix = 10;
    if (/^0[0-9_]*[1-9]/.test(digits)) return null;
  }
  if (/^_|_$|__/.test(prefix && radix !== base ? digits.replace(/^_/, '') : digits)) return null;
  digits = digits.replace(/_/g, '').toLowerCase();
  let value = 0n;
  const big = BigInt(radix);
  for (const digit of digits) {
    const n = parseInt(digit, 36);
    if (Number.isNaN(n) || n >= radix) return null;
    value = value * big + BigInt(n);
  }
  return norm(sign === '-' ? -value : value);
}

/** `int(value)`, without base. */
export function toInt(value: Value, context: Context): Value {
  if (isUnknown(value)) return value;
  if (isInstance(value)) {
    for (const name of ['__int__', '__index__', '__trunc__']) {
      const method = value.cls.mro.some((cls) => cls.module !== 'builtins' && cls.namespace.has(name))
        ? context.getAttribute(value, name)
        : undefined;
      if (method !== undefined) return context.call(method);
    }
    if (value.primitive === undefined && value.cls.unknownBase) return value.cls.unknownBase;
  }
  const plain = unwrap(value);
  const int = asInt(plain);
  if (int !== undefined) return int;
  if (isFloat(plain)) {
    if (Number.isNaN(plain.value)) return context.raise('ValueError', 'cannot convert float NaN to integer');
    if (!Number.isFinite(plain.value))
      return context.raise('OverflowError', 'cannot convert float infinity to integer');
    return truncate(plain.value);
  }
  if (isSymFloat(plain))
    return roundSymFloat(plain, 'trunc') ?? context.unknown('a fraction of a named size can not be rounded');
  if (typeof plain === 'string') {
    const parsed = parseInteger(plain, 10);
    return parsed ?? context.raise('ValueError', `invalid literal for int() with base 10: ${stringRepr(plain)}`);
  }
  if (typeof plain === 'object' && plain?.kind === 'bytes') return toInt(plain.value, context);
  if (typeof plain === 'object' && plain?.kind === 'native') {
    const method = context.getAttribute(plain, '__int__') ?? context.getAttribute(plain, 'item');
    if (isUnknown(method)) return method;
    if (method !== undefined) {
      const result = context.call(method);
      return isUnknown(result)
        ? result
        : typeof result === 'object' && result?.kind === 'native' && result === plain
          ? context.unknown('the integer value is not known')
          : toInt(result, context);
    }
  }
  return context.raise(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${type(value, context)}'`,
  );
}

export function constructInt(
  _cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const [value] = args;
  const base = args[1] ?? kwargs.get('base');
  if (value === undefined) return 0;
  if (base === undefined) return toInt(value, context);
  const unknown = firstUnknown(value, base);
  if (unknown) return unknown;
  const text = asString(value);
  const radix = asIndex(base);
  if (text === undefined) return context.raise('TypeError', "int() can't convert non-string with explicit base");
  if (radix === undefined || (radix !== 0 && (radix < 2 || radix > 36)))
    return context.raise('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  return (
    parseInteger(text, radix) ??
    context.raise('ValueError', `invalid literal for int() with base ${radix}: ${stringRepr(text)}`)
  );
}

// ---------------------------------------------------------------- float

/** `float(value)`. */
export function toFloat(value: Value, context: Context): Value {
  if (isUnknown(value)) return value;
  if (isInstance(value)) {
    const own = value.cls.mro.some((cls) => cls.module !== 'builtins' && cls.namespace.has('__float__'));
    if (own) return context.callMethod(value, '__float__');
  }
  const plain = unwrap(value);
  if (isFloat(plain)) return plain;
  if (isSymFloat(plain)) return plain;
  const int = asInt(plain);
  if (int !== undefined) return isSym(int) ? symFloatOfInt(int, context) : pyFloat(intToFloat(int, context));
  if (typeof plain === 'string') {
    const text = plain.trim().toLowerCase();
    const special = /^([+-]?)(inf|infinity|nan)$/.exec(text);
    if (special) return pyFloat(special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity);
    if (/^[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/.test(text))
      return pyFloat(Number(text.replace(/_/g, '')));
    return context.raise('ValueError', `could not convert string to float: ${stringRepr(plain)}`);
  }
  if (typeof plain === 'object' && plain?.kind === 'native') {
    const method = context.getAttribute(plain, '__float__') ?? context.getAttribute(plain, 'item');
    if (isUnknown(method)) return method;
    if (method !== undefined) {
      const result = context.call(method);
      return isUnknown(result) || isFloat(result) ? result : toFloat(result, context);
    }
  }
  return context.raise(
    'TypeError',
    `float() argument must be a string or a real number, not '${type(value, context)}'`,
  );
}

export function constructFloat(
  _cls: PyClass,
  args: readonly Value[],
  _kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  return args[0] === undefined ? pyFloat(0) : toFloat(args[0], context);
}

export function constructBool(
  _cls: PyClass,
  args: readonly Value[],
  _kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  return args[0] === undefined ? false : context.truth(args[0]);
}

export function constructComplex(
  _cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const re = args[0] ?? kwargs.get('real') ?? 0;
  const im = args[1] ?? kwargs.get('imag');
  const unknown = firstUnknown(re, im);
  if (unknown) return unknown;
  if (typeof re === 'string') {
    const match = /^\(?\s*([+-]?[\d.]+(?:e[+-]?\d+)?)?(?:([+-]?[\d.]*(?:e[+-]?\d+)?)j)?\s*\)?$/i.exec(re.trim());
    if (!match || (match[1] === undefined && match[2] === undefined))
      return context.raise('ValueError', 'complex() arg is a malformed string');
    const part = match[2];
    return {
      kind: 'complex',
      re: Number(match[1] ?? 0),
      im: part === undefined ? 0 : part === '' || part === '+' ? 1 : part === '-' ? -1 : Number(part),
    };
  }
  const real = toComplex(unwrap(re));
  const imaginary = im === undefined ? { kind: 'complex' as const, re: 0, im: 0 } : toComplex(unwrap(im));
  if (!real || !imaginary) return context.unknown('the parts of a complex number are not known');
  return { kind: 'complex', re: real.re - imaginary.im, im: real.im + imaginary.re };
}

// ---------------------------------------------------------------- rounding

/** `round(value, ndigits)`. */
export function round(value: Value, digits: Value, context: Context): Value {
  const unknown = firstUnknown(value, digits);
  if (unknown) return unknown;
  const plain = unwrap(value);
  const count = digits === null ? null : asIndex(digits);
  if (count === undefined)
    return context.raise('TypeError', `'${type(digits, context)}' object cannot be interpreted as an integer`);
  if (isFloat(plain)) {
    if (count !== null) return pyFloat(roundToDigits(plain.value, count));
    if (Number.isNaN(plain.value)) return context.raise('ValueError', 'cannot convert float NaN to integer');
    if (!Number.isFinite(plain.value))
      return context.raise('OverflowError', 'cannot convert float infinity to integer');
    return roundToInt(plain.value);
  }
  const int = asInt(plain);
  if (int !== undefined) {
    if (count === null || count >= 0) return int;
    return isSym(int) ? symbolicUnknown(context, 'rounding', int) : roundIntToDigits(BigInt(int), count);
  }
  if (isSymFloat(plain)) {
    if (count !== null)
      return symFloatIsWhole(plain) ? plain : context.unknown('a fraction of a named size can not be rounded');
    return roundSymFloat(plain, 'round') ?? context.unknown('a fraction of a named size can not be rounded');
  }
  const method =
    typeof value === 'object' && value !== null && (value.kind === 'instance' || value.kind === 'native')
      ? context.getAttribute(value, '__round__')
      : undefined;
  if (method !== undefined) return context.call(method, digits === null ? [] : [digits]);
  return context.raise('TypeError', `type ${type(value, context)} doesn't define __round__ method`);
}

/** `abs(value)`. */
export function absolute(value: Value, context: Context): Value {
  if (isUnknown(value)) return value;
  const method =
    isInstance(value) && value.primitive === undefined ? context.getAttribute(value, '__abs__') : undefined;
  if (method !== undefined) return context.call(method);
  const plain = unwrap(value);
  if (isFloat(plain)) return pyFloat(Math.abs(plain.value));
  const int = asInt(plain);
  if (int !== undefined) {
    if (!isSym(int)) return int < 0 ? negInt(int) : int;
    if (decide('>=', int, 0) === true) return int;
    return decide('<=', int, 0) === true ? negInt(int) : symbolicUnknown(context, 'an absolute value', int);
  }
  if (typeof plain === 'object' && plain?.kind === 'complex') return pyFloat(Math.hypot(plain.re, plain.im));
  if (typeof plain === 'object' && plain?.kind === 'native') {
    const own = context.getAttribute(plain, '__abs__') ?? context.getAttribute(plain, 'abs');
    if (own !== undefined) return context.call(own);
    if (isSymFloat(plain))
      return context.truth(context.compare('>=', plain, 0)) === true ? plain : context.unary('-', plain);
  }
  return context.raise('TypeError', `bad operand type for abs(): '${type(value, context)}'`);
}

/** A ceiling, floor or truncation to an integer of any real. */
export function wholePart(value: Value, how: 'floor' | 'ceil' | 'trunc', context: Context): Value {
  if (isUnknown(value)) return value;
  const plain = unwrap(value);
  const int = asInt(plain);
  if (int !== undefined) return int;
  if (isFloat(plain)) {
    if (!Number.isFinite(plain.value))
      return Number.isNaN(plain.value)
        ? context.raise('ValueError', 'cannot convert float NaN to integer')
        : context.raise('OverflowError', 'cannot convert float infinity to integer');
    return truncate(
      how === 'floor' ? Math.floor(plain.value) : how === 'ceil' ? Math.ceil(plain.value) : Math.trunc(plain.value),
    );
  }
  if (isSymFloat(plain))
    return roundSymFloat(plain, how) ?? context.unknown('a fraction of a named size can not be rounded');
  if (typeof value === 'object' && value !== null && (value.kind === 'instance' || value.kind === 'native')) {
    const method = context.getAttribute(value, `__${how}__`);
    if (method !== undefined) return context.call(method);
    const real = toFloat(value, context);
    return isUnknown(real) ? real : wholePart(real, how, context);
  }
  return context.raise('TypeError', `must be real number, not ${type(value, context)}`);
}

// ---------------------------------------------------------------- methods

const NOT_IMPLEMENTED: Value = { kind: 'singleton', name: 'NotImplemented' };
const OPERATORS = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
  and: '&',
  or: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
} as const;
const COMPARISONS = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

/** `__add__` and the like, for `super().__add__(…)` in subclasses and for `int.__add__`. */
function operatorMembers(owner: string, operators: readonly (keyof typeof OPERATORS)[]): Record<string, Value> {
  const members: Record<string, Value> = {};
  for (const name of operators) {
    const op = OPERATORS[name];
    members[`__${name}__`] = defineFunction(
      `${owner}.__${name}__(self, other, /)`,
      ({ self, other }, context) => binaryBuiltin(op, self as Value, other as Value, context) ?? NOT_IMPLEMENTED,
    );
    members[`__r${name}__`] = defineFunction(
      `${owner}.__r${name}__(self, other, /)`,
      ({ self, other }, context) => binaryBuiltin(op, other as Value, self as Value, context) ?? NOT_IMPLEMENTED,
    );
  }
  for (const [name, op] of Object.entries(COMPARISONS))
    members[`__${name}__`] = defineFunction(
      `${owner}.__${name}__(self, other, /)`,
      ({ self, other }, context) => compareBuiltin(op, self as Value, other as Value, context) ?? NOT_IMPLEMENTED,
    );
  for (const [name, op] of [
    ['neg', '-'],
    ['pos', '+'],
    ['invert', '~'],
  ] as const)
    members[`__${name}__`] = defineFunction(
      `${owner}.__${name}__(self)`,
      ({ self }, context) => unaryBuiltin(op, self as Value, context) ?? NOT_IMPLEMENTED,
    );
  return members;
}

/** A reader of a plain or symbolic integer. */
function intMethod(signature: string, action: (value: Int, args: Bound, context: Context) => Value): PyBuiltin {
  return defineFunction(`int.${signature}`, (args, context) => {
    const unknown = firstUnknown(...Object.values(args));
    if (unknown) return unknown;
    const value = asInt(args['self']);
    return value === undefined
      ? context.raise(
          'TypeError',
          `descriptor requires an 'int' object but received a '${type(args['self'], context)}'`,
        )
      : action(value, args, context);
  });
}

function plainInt(value: Int, context: Context, action: (value: bigint) => Value): Value {
  return isSym(value) ? symbolicUnknown(context, 'a bit pattern', value) : action(BigInt(value));
}

export function installNumbers(int: PyClass, float: PyClass, complex: PyClass): void {
  const intMembers: Record<string, Value> = {
    bit_length: intMethod('bit_length(self)', (value, _args, context) =>
      plainInt(value, context, (n) => (n === 0n ? 0 : (n < 0n ? -n : n).toString(2).length)),
    ),
    bit_count: intMethod('bit_count(self)', (value, _args, context) =>
      plainInt(value, context, (n) => (n < 0n ? -n : n).toString(2).replace(/0/g, '').length),
    ),
    conjugate: intMethod('conjugate(self)', (value) => value),
    is_integer: intMethod('is_integer(self)', () => true),
    as_integer_ratio: intMethod('as_integer_ratio(self)', (value) => makeTuple([value, 1])),
    to_bytes: intMethod("to_bytes(self, length=1, byteorder='big', *, signed=False)", (value, args, context) =>
      plainInt(value, context, (n) => toBytes(n, args, context)),
    ),
    from_bytes: defineClassMethod(
      defineFunction(
        "int.from_bytes(cls, bytes, byteorder='big', *, signed=False)",
        ({ bytes, byteorder, signed }, context) => {
          if (typeof bytes !== 'object' || bytes?.kind !== 'bytes')
            return firstUnknown(bytes) ?? context.unknown('the bytes of an integer are not known');
          const digits = bytes.value.split('').map((byte) => byte.charCodeAt(0));
          if (byteorder === 'little') digits.reverse();
          let n = digits.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
          if (signed === true && ((digits[0] ?? 0) & 128) !== 0) n -= 1n << BigInt(8 * digits.length);
          return norm(n);
        },
      ),
    ),
    real: defineProperty((self) => asInt(self) ?? self),
    imag: defineProperty(() => 0),
    numerator: defineProperty((self) => asInt(self) ?? self),
    denominator: defineProperty(() => 1),
    ...operatorMembers('int', Object.keys(OPERATORS) as (keyof typeof OPERATORS)[]),
    __int__: intMethod('__int__(self)', (value) => value),
    __index__: intMethod('__index__(self)', (value) => value),
    __float__: intMethod('__float__(self)', (value, _args, context) => toFloat(value, context)),
    __bool__: intMethod(
      '__bool__(self)',
      (value, _args, context) => decide('!=', value, 0) ?? symbolicUnknown(context, 'a condition', value),
    ),
    __abs__: intMethod('__abs__(self)', (value, _args, context) => absolute(value, context)),
    __hash__: intMethod(
      '__hash__(self)',
      (value, _args, context) => hashNumber(value) ?? symbolicUnknown(context, 'a hash', value),
    ),
    __round__: intMethod('__round__(self, ndigits=None)', (value, { ndigits }, context) =>
      round(value, ndigits as Value, context),
    ),
    __floor__: intMethod('__floor__(self)', (value) => value),
    __ceil__: intMethod('__ceil__(self)', (value) => value),
    __trunc__: intMethod('__trunc__(self)', (value) => value),
    __divmod__: intMethod('__divmod__(self, other, /)', (value, { other }, context) =>
      makeTuple([context.binary('//', value, other as Value), context.binary('%', value, other as Value)]),
    ),
    __repr__: intMethod('__repr__(self)', (value, _args, context) => reprBuiltin(value, context)),
    __str__: intMethod('__str__(self)', (value, _args, context) => reprBuiltin(value, context)),
    __format__: intMethod('__format__(self, spec, /)', (value, { spec }, context) =>
      formatBuiltin(value, asString(spec) ?? '', context),
    ),
  };
  for (const [name, value] of Object.entries(intMembers)) int.namespace.set(name, value);

  const floatMethod = (signature: string, action: (value: number, args: Bound, context: Context) => Value): PyBuiltin =>
    defineFunction(`float.${signature}`, (args, context) => {
      const unknown = firstUnknown(...Object.values(args));
      if (unknown) return unknown;
      const value = asNumber(args['self']);
      return value === undefined
        ? context.unknown('a fraction of a named size is not known')
        : action(value, args, context);
    });
  const floatMembers: Record<string, Value> = {
    is_integer: defineFunction('float.is_integer(self)', ({ self }, context) => {
      if (isSymFloat(self as Value))
        return symFloatIsWhole(self as Value)
          ? true
          : context.unknown('whether a fraction of a named size is whole is not known');
      const value = asNumber(self);
      return value === undefined ? (self as Value) : Number.isInteger(value);
    }),
    as_integer_ratio: floatMethod('as_integer_ratio(self)', (value) => {
      const { mantissa, exponent } = exactFloat(Math.abs(value));
      const top = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa;
      return makeTuple([norm(value < 0 ? -top : top), norm(exponent >= 0 ? 1n : 1n << BigInt(-exponent))]);
    }),
    conjugate: floatMethod('conjugate(self)', (value) => pyFloat(value)),
    hex: floatMethod('hex(self)', (_value, _args, context) =>
      context.unknown('the hexadecimal text of a float is not described by the analyser'),
    ),
    real: defineProperty((self) => unwrap(self)),
    imag: defineProperty(() => pyFloat(0)),
    ...operatorMembers('float', ['add', 'sub', 'mul', 'truediv', 'floordiv', 'mod', 'pow']),
    __float__: floatMethod('__float__(self)', (value) => pyFloat(value)),
    __int__: floatMethod('__int__(self)', (value, _args, context) => toInt(pyFloat(value), context)),
    __bool__: floatMethod('__bool__(self)', (value) => value !== 0),
    __abs__: floatMethod('__abs__(self)', (value) => pyFloat(Math.abs(value))),
    __round__: floatMethod('__round__(self, ndigits=None)', (value, { ndigits }, context) =>
      round(pyFloat(value), ndigits as Value, context),
    ),
    __floor__: floatMethod('__floor__(self)', (value, _args, context) => wholePart(pyFloat(value), 'floor', context)),
    __ceil__: floatMethod('__ceil__(self)', (value, _args, context) => wholePart(pyFloat(value), 'ceil', context)),
    __trunc__: floatMethod('__trunc__(self)', (value, _args, context) => wholePart(pyFloat(value), 'trunc', context)),
    __hash__: floatMethod(
      '__hash__(self)',
      (value, _args, context) =>
        hashNumber(pyFloat(value)) ?? context.unknown('the hash of a float is not described by the analyser'),
    ),
    __repr__: floatMethod('__repr__(self)', (value) => floatRepr(value)),
    __str__: floatMethod('__str__(self)', (value) => floatRepr(value)),
    __format__: floatMethod('__format__(self, spec, /)', (value, { spec }, context) =>
      formatBuiltin(pyFloat(value), asString(spec) ?? '', context),
    ),
  };
  for (const [name, value] of Object.entries(floatMembers)) float.namespace.set(name, value);

  complex.namespace.set(
    'real',
    defineProperty((self) => (typeof self === 'object' && self?.kind === 'complex' ? pyFloat(self.re) : self)),
  );
  complex.namespace.set(
    'imag',
    defineProperty((self) => (typeof self === 'object' && self?.kind === 'complex' ? pyFloat(self.im) : self)),
  );
  complex.namespace.set(
    'conjugate',
    defineFunction('complex.conjugate(self)', ({ self }) =>
      typeof self === 'object' && self?.kind === 'complex' ? { ...self, im: -self.im } : (self as Value),
    ),
  );
}

function toBytes(value: bigint, { length, byteorder, signed }: Bound, context: Context): Value {
  const size = asIndex(length) ?? 1;
  if (value < 0n && signed !== true) return context.raise('OverflowError', "can't convert negative int to unsigned");
  let n = value < 0n ? value + (1n << BigInt(8 * size)) : value;
  const limit = 1n << BigInt(8 * size - (signed === true ? 1 : 0));
  if (value >= limit || value < -limit) return context.raise('OverflowError', 'int too big to convert');
  const digits: number[] = [];
  for (let i = 0; i < size; i++) {
    digits.push(Number(n & 255n));
    n >>= 8n;
  }
  if (byteorder !== 'little') digits.reverse();
  return { kind: 'bytes', value: String.fromCharCode(...digits) };
}
