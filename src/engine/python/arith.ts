/** Operators between values of built-in kinds. User overrides are the interpreter's business and come first. */
import { unionOf, unionTypeClass } from './builtins/otherMethods.js';
import {
  asIndex,
  asInt,
  firstTaint,
  isClass,
  isDict,
  isInstance,
  isFloat,
  isList,
  isSet,
  isTuple,
  isUnknown,
  makeDict,
  makeList,
  makeSet,
  makeTuple,
  symbolicUnknown,
  unwrap,
} from './coerce.js';
import type { Context } from './context.js';
import { percentFormat } from './format.js';
import { complexBinary, floatBinary, intBinary, intToFloat, numberUnary, smallBinary, toComplex } from './numbers.js';
import { spoil, storeAnywhere } from './subscript.js';
import { symFloatBinary } from './symfloat.js';
import { isSym } from './symint.js';
import type { HashKey, PyList, Unknown, Value } from './value.js';

export { compareBuiltin, containsBuiltin } from './compare.js';
export { identical } from './hash.js';

/** Elements one repetition or concatenation may make before it is given up. */
const MAX_ELEMENTS = 20_000_000;

/** `left op right`; `undefined` when these kinds don't support the operator. */
export function binaryBuiltin(op: string, left: Value, right: Value, context: Context): Value | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = smallBinary(op, left, right);
    if (quick !== undefined) return quick;
  }
  const unknown = firstTaint(left, right);
  if (unknown) return unknown;
  const a = unwrap(left);
  const b = unwrap(right);
  const x = asInt(a);
  const y = asInt(b);
  if (x !== undefined && y !== undefined) {
    // `True & False` stays a boolean.
    if (typeof a === 'boolean' && typeof b === 'boolean') {
      if (op === '&') return a && b;
      if (op === '|') return a || b;
      if (op === '^') return a !== b;
    }
    return intBinary(op, x, y, context);
  }
  if (isFloat(a) || isFloat(b)) {
    const p = isFloat(a) ? a.value : x === undefined || isSym(x) ? undefined : x;
    const q = isFloat(b) ? b.value : y === undefined || isSym(y) ? undefined : y;
    if (p !== undefined && q !== undefined)
      return floatBinary(
        op,
        typeof p === 'bigint' ? intToFloat(p, context) : p,
        typeof q === 'bigint' ? intToFloat(q, context) : q,
        context,
      );
  }
  const symbolic = symFloatBinary(op, a, b, context);
  if (symbolic !== undefined) return symbolic;
  if (typeof a === 'object' && a !== null && a.kind === 'complex') {
    const other = toComplex(b);
    return other && complexBinary(op, a, other, context);
  }
  if (typeof b === 'object' && b !== null && b.kind === 'complex') {
    const other = toComplex(a);
    return other && complexBinary(op, other, b, context);
  }
  if (op === '|') {
    const union = setBinary(op, a, b, context) ?? dictUnion(a, b, context) ?? typeUnion(a, b, context);
    if (union !== undefined) return union;
  }
  return sequenceBinary(op, a, b, context);
}

function sequenceBinary(op: string, a: Value, b: Value, context: Context): Value | undefined {
  switch (op) {
    case '+':
      return concatenate(a, b, context);
    case '*':
      if (asInt(b) !== undefined) return repeat(a, b, context);
      if (asInt(a) !== undefined) return repeat(b, a, context);
      if (isSequence(a))
        return context.raise('TypeError', `can't multiply sequence by non-int of type '${context.typeOf(b).name}'`);
      if (isSequence(b))
        return context.raise('TypeError', `can't multiply sequence by non-int of type '${context.typeOf(a).name}'`);
      return undefined;
    case '%':
      if (typeof a === 'string') return percentFormat(a, b, context);
      if (isBytes(a)) {
        const text = percentFormat(a.value, b, context);
        return typeof text === 'string' ? { kind: 'bytes', value: text } : text;
      }
      return undefined;
    default:
      return setBinary(op, a, b, context);
  }
}

function isBytes(value: Value): value is Extract<Value, { kind: 'bytes' }> {
  return typeof value === 'object' && value !== null && value.kind === 'bytes';
}
function isSequence(value: Value): boolean {
  return typeof value === 'string' || isBytes(value) || isList(value) || isTuple(value);
}

function concatenate(a: Value, b: Value, context: Context): Value | undefined {
  if (typeof a === 'string') {
    if (typeof b === 'string') return a + b;
    return typeof b === 'object' && b?.kind === 'native'
      ? undefined
      : context.raise('TypeError', `can only concatenate str (not "${context.typeOf(b).name}") to str`);
  }
  if (isList(a)) {
    if (isList(b)) return makeList(context, [...a.items, ...b.items]);
    return isOther(b)
      ? undefined
      : context.raise('TypeError', `can only concatenate list (not "${context.typeOf(b).name}") to list`);
  }
  if (isTuple(a)) {
    if (isTuple(b)) return makeTuple([...a.items, ...b.items]);
    return isOther(b)
      ? undefined
      : context.raise('TypeError', `can only concatenate tuple (not "${context.typeOf(b).name}") to tuple`);
  }
  if (isBytes(a) && isBytes(b)) return { kind: 'bytes', value: a.value + b.value };
  return undefined;
}

/** Kinds that may implement the reflected operator themselves. */
function isOther(value: Value): boolean {
  return typeof value === 'object' && value !== null && (value.kind === 'native' || value.kind === 'instance');
}

function repeat(sequence: Value, times: Value, context: Context): Value | undefined {
  if (!isSequence(sequence)) return undefined;
  const count = asIndex(times);
  if (count === undefined) {
    const int = asInt(times);
    if (int !== undefined && isSym(int)) return symbolicUnknown(context, 'a repetition', int);
    return context.raise('OverflowError', "cannot fit 'int' into an index-sized integer");
  }
  const n = Math.max(0, count);
  const length =
    typeof sequence === 'string'
      ? sequence.length
      : isBytes(sequence)
        ? sequence.value.length
        : (sequence as PyList).items.length;
  if (length * n > MAX_ELEMENTS) return context.unknown('the repetition is too long to be followed');
  if (typeof sequence === 'string') return sequence.repeat(n);
  if (isBytes(sequence)) return { kind: 'bytes', value: sequence.value.repeat(n) };
  context.step(length * n);
  const items = repeatItems((sequence as PyList).items, n);
  return isList(sequence) ? makeList(context, items) : makeTuple(items);
}

function repeatItems(items: readonly Value[], times: number): Value[] {
  if (items.length === 1) return new Array<Value>(times).fill(items[0] as Value);
  const result: Value[] = [];
  for (let i = 0; i < times; i++) for (const item of items) result.push(item);
  return result;
}

// ---------------------------------------------------------------- sets and dicts

/** `a op b` of two sets by their keys; the left operand's kind is the result's. */
export function combineSets(
  op: string,
  a: ReadonlyMap<HashKey, Value>,
  b: ReadonlyMap<HashKey, Value>,
): Map<HashKey, Value> | undefined {
  const result = new Map<HashKey, Value>();
  switch (op) {
    case '|':
      for (const [key, value] of a) result.set(key, value);
      for (const [key, value] of b) if (!result.has(key)) result.set(key, value);
      return result;
    case '&':
      for (const [key, value] of a) if (b.has(key)) result.set(key, value);
      return result;
    case '-':
      for (const [key, value] of a) if (!b.has(key)) result.set(key, value);
      return result;
    case '^':
      for (const [key, value] of a) if (!b.has(key)) result.set(key, value);
      for (const [key, value] of b) if (!a.has(key)) result.set(key, value);
      return result;
    default:
      return undefined;
  }
}

function setBinary(op: string, a: Value, b: Value, context: Context): Value | undefined {
  if (!isSet(a) || !isSet(b)) return undefined;
  const entries = combineSets(op, a.entries, b.entries);
  return entries && makeSet(context, entries, a.frozen);
}

function dictUnion(a: Value, b: Value, context: Context): Value | undefined {
  if (!isDict(a) || !isDict(b)) return undefined;
  const result = makeDict(context, a.cls);
  result.attrs = a.attrs && new Map(a.attrs);
  for (const source of [a, b])
    for (const [key, entry] of source.entries) {
      const old = result.entries.get(key);
      if (old) old.value = entry.value;
      else result.entries.set(key, { key: entry.key, value: entry.value });
    }
  return result;
}

/** `A | B` of classes, as annotations and `isinstance` have it. */
function typeUnion(a: Value, b: Value, context: Context): Value | undefined {
  const isType = (value: Value): boolean => isClass(value) || (isInstance(value) && value.cls === unionTypeClass);
  if (!isType(a) && !isType(b)) return undefined;
  const allowed = (value: Value): boolean =>
    value === null || isType(value) || typeof value === 'string' || isInstance(value);
  return allowed(a) && allowed(b) ? unionOf(a, b, context) : undefined;
}

// ---------------------------------------------------------------- unary

/** `-x`, `+x`, `~x`, `not x`; `undefined` when the kind doesn't support it. */
export function unaryBuiltin(op: '-' | '+' | '~' | 'not', operand: Value, context: Context): Value | undefined {
  if (op === 'not') {
    const truth = context.truth(operand);
    return typeof truth === 'boolean' ? !truth : truth;
  }
  if (isUnknown(operand)) return operand;
  return numberUnary(op, unwrap(operand), context);
}

// ---------------------------------------------------------------- in place

/** `left op= right` where the left value itself changes (`list +=`, `set |=`, …); `undefined`: fall back on `left = left op right`. */
export function inplaceBuiltin(op: string, left: Value, right: Value, context: Context): Value | undefined {
  if (typeof left !== 'object' || left === null) return undefined;
  switch (left.kind) {
    case 'list':
      if (op === '+') {
        const items = context.items(right);
        if (isUnknown(items)) spoil(left, items, context);
        else {
          context.heap.touch(left);
          for (const item of items) left.items.push(item);
        }
        return left;
      }
      if (op === '*') {
        if (isUnknown(right)) {
          spoil(left, right, context);
          return left;
        }
        const repeated = left.taint ? left : repeat(left, right, context);
        if (isUnknown(repeated)) spoil(left, repeated, context);
        else if (isList(repeated) && repeated !== left) {
          context.heap.touch(left);
          left.items = repeated.items;
        }
        return repeated === undefined ? undefined : left;
      }
      return undefined;
    case 'set': {
      if (left.frozen || !['|', '&', '-', '^'].includes(op)) return undefined;
      if (isUnknown(right) || (isSet(right) && right.taint)) {
        spoil(left, isUnknown(right) ? right : (right.taint as Unknown), context);
        return left;
      }
      if (!isSet(right)) return undefined;
      const entries = combineSets(op, left.entries, right.entries);
      if (!entries) return undefined;
      context.heap.touch(left);
      left.entries = entries;
      return left;
    }
    case 'dict': {
      if (op !== '|') return undefined;
      if (isUnknown(right)) {
        storeAnywhere(left, right, context);
        return left;
      }
      if (!isDict(right)) {
        const pairs = context.items(right);
        if (isUnknown(pairs)) {
          storeAnywhere(left, pairs, context);
          return left;
        }
        for (const pair of pairs) context.setItem(left, context.getItem(pair, 0), context.getItem(pair, 1));
        return left;
      }
      if (right.taint) storeAnywhere(left, right.taint, context);
      context.heap.touch(left);
      for (const [key, entry] of right.entries) {
        const old = left.entries.get(key);
        if (old) old.value = entry.value;
        else left.entries.set(key, { key: entry.key, value: entry.value });
      }
      return left;
    }
    default:
      return undefined;
  }
}
