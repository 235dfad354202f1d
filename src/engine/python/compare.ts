/** `==`, `<` and their like, and `in`, between values of built-in kinds. */
import {
  asInt,
  asString,
  firstTaint,
  isDict,
  isFloat,
  isList,
  isSet,
  isTuple,
  isUnknown,
  symbolicUnknown,
  unwrap,
} from './coerce.js';
import type { Context } from './context.js';
import { identical } from './hash.js';
import { exactFloat } from './numbers.js';
import { compareSymFloat } from './symfloat.js';
import { decide, isSym, type Int } from './symint.js';
import type { PyRange, Unknown, Value } from './value.js';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

function holds(op: Comparison, order: number): boolean {
  switch (op) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** By code point, not by UTF-16 unit. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    if (surrogateX !== surrogateY) return surrogateX ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Exact order of an integer and a double (infinite or not); NaN handled by the caller. */
function compareIntFloat(a: number | bigint, b: number): number {
  if (typeof a === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (!Number.isFinite(b)) return b > 0 ? -1 : 1;
  const { mantissa, exponent } = exactFloat(b);
  const x = exponent < 0 ? a << BigInt(-exponent) : a;
  const y = exponent < 0 ? mantissa : mantissa << BigInt(exponent);
  return x < y ? -1 : x > y ? 1 : 0;
}

function compareInts(op: Comparison, a: Int, b: Int, context: Context): Value {
  if (!isSym(a) && !isSym(b)) return holds(op, a < b ? -1 : a > b ? 1 : 0);
  const answer = decide(op, a, b);
  return answer ?? symbolicUnknown(context, 'a comparison', isSym(a) ? a : b);
}

/** The comparison's answer; `undefined` when these kinds can't be ordered. Different kinds are unequal. */
export function compareBuiltin(op: Comparison, left: Value, right: Value, context: Context): Value | undefined {
  if (typeof left === 'number' && typeof right === 'number') return holds(op, left - right);
  if (typeof left === 'string' && typeof right === 'string') {
    if (op === '==') return left === right;
    if (op === '!=') return left !== right;
    return holds(op, compareStrings(left, right));
  }
  if (isUnknown(left)) return left;
  if (isUnknown(right)) return right;
  const a = unwrap(left);
  const b = unwrap(right);
  if (a === null || b === null) return op === '==' ? a === b : op === '!=' ? a !== b : undefined;
  const x = asInt(a);
  const y = asInt(b);
  if (x !== undefined && y !== undefined) return compareInts(op, x, y, context);
  if (isFloat(a) || isFloat(b)) {
    const numbers = compareFloats(op, a, b, x, y);
    if (numbers !== undefined) return numbers;
  }
  const symbolic = compareSymFloat(op, a, b, context);
  if (symbolic !== undefined) return symbolic;
  if (typeof a === 'string' && typeof b === 'string') return holds(op, compareStrings(a, b));
  if (typeof a === 'object' && typeof b === 'object' && a.kind === b.kind) {
    const same = compareSameKind(op, a, b, context);
    if (same !== undefined) return same;
  }
  if (op !== '==' && op !== '!=') return undefined;
  const equal = equalAcrossKinds(a, b);
  return equal === null ? undefined : op === '==' ? equal : !equal;
}

function compareFloats(
  op: Comparison,
  a: Value,
  b: Value,
  x: Int | undefined,
  y: Int | undefined,
): boolean | undefined {
  if (isFloat(a) && isFloat(b)) {
    switch (op) {
      case '==':
        return a.value === b.value;
      case '!=':
        return a.value !== b.value;
      case '<':
        return a.value < b.value;
      case '<=':
        return a.value <= b.value;
      case '>':
        return a.value > b.value;
      case '>=':
        return a.value >= b.value;
    }
  }
  if (isFloat(b) && x !== undefined && !isSym(x))
    return Number.isNaN(b.value) ? op === '!=' : holds(op, compareIntFloat(x, b.value));
  if (isFloat(a) && y !== undefined && !isSym(y))
    return Number.isNaN(a.value) ? op === '!=' : holds(op, -compareIntFloat(y, a.value));
  return undefined;
}

/** Equality of values without common order: by identity where nothing else is known. */
function equalAcrossKinds(a: Value, b: Value): boolean | null {
  const complexA = typeof a === 'object' && a !== null && a.kind === 'complex';
  const complexB = typeof b === 'object' && b !== null && b.kind === 'complex';
  if (complexA !== complexB) {
    const complex = (complexA ? a : b) as Extract<Value, { kind: 'complex' }>;
    const other = complexA ? b : a;
    const plain = isFloat(other) ? other.value : asInt(other);
    if (plain !== undefined && !isSym(plain)) return complex.im === 0 && complex.re === Number(plain);
  }
  return identical(a, b);
}

function compareSameKind(op: Comparison, a: Value, b: Value, context: Context): Value | undefined {
  if ((isList(a) && isList(b)) || (isTuple(a) && isTuple(b))) {
    const taint = firstTaint(a, b);
    if (taint) return taint;
    return compareSequences(op, a.items, b.items, context);
  }
  if (isDict(a) && isDict(b)) {
    if (op !== '==' && op !== '!=') return undefined;
    return negated(op, equalDicts(a, b, context));
  }
  if (isSet(a) && isSet(b)) {
    const taint = firstTaint(a, b);
    if (taint) return taint;
    const within = (p: typeof a, q: typeof b): boolean => [...p.entries.keys()].every((key) => q.entries.has(key));
    switch (op) {
      case '==':
      case '!=':
        return (a.entries.size === b.entries.size && within(a, b)) === (op === '==');
      case '<':
        return a.entries.size < b.entries.size && within(a, b);
      case '<=':
        return within(a, b);
      case '>':
        return a.entries.size > b.entries.size && within(b, a);
      case '>=':
        return within(b, a);
    }
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined;
  if (a.kind === 'bytes' && b.kind === 'bytes') return holds(op, a.value < b.value ? -1 : a.value > b.value ? 1 : 0);
  if (op !== '==' && op !== '!=') return undefined;
  if (a.kind === 'complex' && b.kind === 'complex') return (a.re === b.re && a.im === b.im) === (op === '==');
  if (a.kind === 'slice' && b.kind === 'slice')
    return compareSequences(op, [a.start, a.stop, a.step], [b.start, b.stop, b.step], context);
  if (a.kind === 'range' && b.kind === 'range') return negated(op, equalRanges(a, b, context));
  if (a.kind === 'method' && b.kind === 'method')
    return (identical(a.self, b.self) === true && identical(a.func, b.func) === true) === (op === '==');
  return undefined;
}

function negated(op: Comparison, equal: boolean | Unknown): Value {
  return typeof equal === 'boolean' && op === '!=' ? !equal : equal;
}

/** Equality of two elements: the same object is equal to itself even where `==` says otherwise (NaN). */
export function equalItems(a: Value, b: Value, context: Context): boolean | Unknown {
  if (a === b && !isUnknown(a)) return true;
  const answer = context.compare('==', a, b);
  if (typeof answer === 'boolean') return answer;
  if (isUnknown(answer)) return answer;
  return context.truth(answer);
}

function compareSequences(op: Comparison, a: readonly Value[], b: readonly Value[], context: Context): Value {
  if ((op === '==' || op === '!=') && a.length !== b.length) return op === '!=';
  let unknown: Unknown | null = null;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const equal = equalItems(a[i] as Value, b[i] as Value, context);
    if (equal === true) continue;
    if (equal === false) {
      if (op === '==' || op === '!=') return op === '!=';
      // Order is decided here, unless an earlier pair is not known to be equal.
      return unknown ?? context.compare(op, a[i] as Value, b[i] as Value);
    }
    unknown ??= equal;
  }
  if (unknown) return unknown;
  return holds(op, a.length - b.length);
}

function equalDicts(
  a: Extract<Value, { kind: 'dict' }>,
  b: Extract<Value, { kind: 'dict' }>,
  context: Context,
): boolean | Unknown {
  if (a === b) return true;
  const taint = firstTaint(a, b);
  if (taint) return taint;
  if (a.entries.size !== b.entries.size) return false;
  let unknown: Unknown | null = null;
  for (const [key, entry] of a.entries) {
    const other = b.entries.get(key);
    if (!other) return false;
    const equal = equalItems(entry.value, other.value, context);
    if (equal === false) return false;
    if (equal !== true) unknown ??= equal;
  }
  return unknown ?? true;
}

function equalRanges(a: PyRange, b: PyRange, context: Context): boolean | Unknown {
  for (const part of ['start', 'stop', 'step'] as const) {
    const x = a[part];
    const y = b[part];
    if (!isSym(x) && !isSym(y)) continue;
    const same = decide('==', x, y);
    if (same !== true) return symbolicUnknown(context, 'a comparison', isSym(x) ? x : y);
  }
  if (isSym(a.start) || isSym(a.stop) || isSym(a.step) || isSym(b.start) || isSym(b.stop) || isSym(b.step)) return true;
  const size = (r: PyRange): number =>
    Math.max(0, Math.ceil(((r.stop as number) - (r.start as number)) / (r.step as number)));
  const length = size(a);
  if (length !== size(b)) return false;
  if (length === 0) return true;
  return a.start === b.start && (length === 1 || a.step === b.step);
}

// ---------------------------------------------------------------- in

/** `item in container`; `undefined` when the kind has no such test (the caller tries iteration). */
export function containsBuiltin(container: Value, item: Value, context: Context): boolean | Unknown | undefined {
  const box = unwrap(container);
  if (typeof box === 'string') {
    if (isUnknown(item)) return item;
    const text = asString(item);
    if (text === undefined)
      return context.raise(
        'TypeError',
        `'in <string>' requires string as left operand, not ${context.typeOf(item).name}`,
      );
    return box.includes(text);
  }
  if (typeof box !== 'object' || box === null) return undefined;
  switch (box.kind) {
    case 'unknown':
      return box;
    case 'list':
    case 'tuple': {
      let unknown: Unknown | null = null;
      for (const own of box.items) {
        const equal = equalItems(own, item, context);
        if (equal === true) return true;
        if (equal !== false) unknown ??= equal;
      }
      return unknown ?? (box.kind === 'list' ? box.taint : null) ?? false;
    }
    case 'dict':
    case 'set': {
      if (isUnknown(item)) return item;
      const key = context.hashKey(item);
      if (key === undefined) return context.unknown('a key is not known');
      return box.entries.has(key) ? true : (box.taint ?? false);
    }
    case 'range': {
      if (isUnknown(item)) return item;
      const plain = unwrap(item);
      const n = isFloat(plain) && Number.isInteger(plain.value) ? plain.value : asInt(plain);
      if (n === undefined) return false;
      const { start, stop, step } = box;
      if (isSym(n) || isSym(start) || isSym(stop) || isSym(step))
        return symbolicUnknown(context, 'a membership test', isSym(n) ? n : isSym(stop) ? stop : start);
      const at = Number(n);
      return (step > 0 ? at >= start && at < stop : at <= start && at > stop) && (at - start) % step === 0;
    }
    case 'bytes': {
      if (isUnknown(item)) return item;
      if (typeof item === 'number') return box.value.includes(String.fromCharCode(item));
      return typeof item === 'object' && item?.kind === 'bytes' ? box.value.includes(item.value) : undefined;
    }
    default:
      return undefined;
  }
}
