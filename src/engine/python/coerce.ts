/** Small questions every builtin asks of its arguments. */
import type { Context } from './context.js';
import { isSym, norm, type Int, type SymInt } from './symint.js';
import type {
  HashKey,
  PyClass,
  PyDict,
  PyFloat,
  PyInstance,
  PyList,
  PySet,
  PySingleton,
  PyTuple,
  Unknown,
  Value,
} from './value.js';

export const NOT_IMPLEMENTED: PySingleton = { kind: 'singleton', name: 'NotImplemented' };
export const ELLIPSIS: PySingleton = { kind: 'singleton', name: 'Ellipsis' };
/** What most calls have of keyword arguments. */
export const NO_KWARGS: ReadonlyMap<string, Value> = new Map();

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown';
}

const SCALARS = new Set(['int', 'float', 'bool', 'str', 'bytes', 'complex', 'NoneType']);

/** Whether an unknown is plain data, by its class or by where it comes from. */
export function isData(unknown: Unknown): boolean {
  return unknown.data === true || (unknown.cls?.module === 'builtins' && SCALARS.has(unknown.cls.name));
}

/** The same unknown, known to be plain data. */
export function asData(unknown: Unknown): Unknown {
  return { ...unknown, data: true };
}

/** The same reason for another value, of which nothing else is known. */
export function because({ reason, place }: Unknown): Unknown {
  return { kind: 'unknown', reason, place };
}

/** The same reason for something got out of an unknown: a part, an attribute. */
export function partOfUnknown(unknown: Unknown): Unknown {
  return isData(unknown) ? { ...because(unknown), data: true } : because(unknown);
}

/** The first unknown among values: the answer of every operation on them. */
export function firstUnknown(...values: readonly (Value | undefined)[]): Unknown | undefined {
  for (const value of values) if (isUnknown(value)) return value;
  return undefined;
}

/** The first unknown of the values themselves or of a tainted container among them. */
export function firstTaint(...values: readonly (Value | undefined)[]): Unknown | undefined {
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    if (value.kind === 'unknown') return value;
    if ((value.kind === 'list' || value.kind === 'dict' || value.kind === 'set') && value.taint) return value.taint;
  }
  return undefined;
}

export function kindOf(value: Value): string | null {
  return typeof value === 'object' && value !== null ? value.kind : null;
}

export function isFloat(value: Value | undefined): value is PyFloat {
  return typeof value === 'object' && value !== null && value.kind === 'float';
}
export function isTuple(value: Value | undefined): value is PyTuple {
  return typeof value === 'object' && value !== null && value.kind === 'tuple';
}
export function isList(value: Value | undefined): value is PyList {
  return typeof value === 'object' && value !== null && value.kind === 'list';
}
export function isDict(value: Value | undefined): value is PyDict {
  return typeof value === 'object' && value !== null && value.kind === 'dict';
}
export function isSet(value: Value | undefined): value is PySet {
  return typeof value === 'object' && value !== null && value.kind === 'set';
}
export function isClass(value: Value | undefined): value is PyClass {
  return typeof value === 'object' && value !== null && value.kind === 'class';
}
export function isInstance(value: Value | undefined): value is PyInstance {
  return typeof value === 'object' && value !== null && value.kind === 'instance';
}

export function pyFloat(value: number): PyFloat {
  return { kind: 'float', value };
}

/** An instance of a `str`, `int` or `float` subclass stands for its primitive. */
export function unwrap(value: Value): Value {
  return typeof value === 'object' && value !== null && value.kind === 'instance' && value.primitive !== undefined
    ? value.primitive
    : value;
}

/** A plain or symbolic integer; booleans count, `undefined` for anything else. */
export function asInt(value: Value | undefined): Int | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'object': {
      if (value === null) return undefined;
      if (value.kind === 'symint') return value;
      if (value.kind !== 'instance' || value.primitive === undefined) return undefined;
      return typeof value.primitive === 'number' || typeof value.primitive === 'bigint' ? value.primitive : undefined;
    }
    default:
      return undefined;
  }
}

/** A safe plain integer (indices, counts), `undefined` for anything else. */
export function asIndex(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const int = asInt(value);
  return typeof int === 'number' ? int : undefined;
}

export function asString(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return isInstance(value) && typeof value.primitive === 'string' ? value.primitive : undefined;
}

/** A string value as it is, empty for anything else. */
export function textOf(value: Value | undefined): string {
  return asString(value) ?? '';
}

/** The nearest double, as Python's `float(x)`; `undefined` for what is no plain real number. */
export function asNumber(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  const plain = value === undefined ? undefined : unwrap(value);
  if (isFloat(plain)) return plain.value;
  const int = asInt(plain);
  return int === undefined || isSym(int) ? undefined : Number(int);
}

export function isNumeric(value: Value): boolean {
  const plain = unwrap(value);
  return asInt(plain) !== undefined || isFloat(plain) || kindOf(plain) === 'complex';
}

/** Why arithmetic on named sizes had to stop. */
export function symbolicUnknown(context: Context, what: string, value: SymInt | Int): Unknown {
  return context.unknown(`${what} depends on ${isSym(value) ? value.key : String(value)}, which has no fixed value`);
}

export function bigToInt(value: bigint): number | bigint {
  return norm(value);
}

// ---------------------------------------------------------------- making values

export function makeList(context: Context, items: Value[], cls: PyClass | null = null): PyList {
  return { kind: 'list', items, cls, attrs: null, saved: context.heap.epoch, taint: null };
}
export function makeTuple(items: readonly Value[], cls: PyClass | null = null): PyTuple {
  return { kind: 'tuple', items, cls };
}
export function makeDict(context: Context, cls: PyClass | null = null): PyDict {
  return { kind: 'dict', entries: new Map(), cls, attrs: null, saved: context.heap.epoch, taint: null };
}
export function makeSet(
  context: Context,
  entries: Map<HashKey, Value>,
  frozen: boolean,
  cls: PyClass | null = null,
): PySet {
  return { kind: 'set', entries, frozen, cls, saved: context.heap.epoch, taint: null };
}
export function makeInstance(context: Context, cls: PyClass, primitive?: PyInstance['primitive']): PyInstance {
  return {
    kind: 'instance',
    cls,
    attrs: new Map(),
    ...(primitive === undefined ? {} : { primitive }),
    place: context.place,
    saved: context.heap.epoch,
    taint: null,
  };
}

// ---------------------------------------------------------------- strings by code point

const SURROGATE = /[\uD800-\uDFFF]/;

/** Whether UTF-16 units and code points differ. */
export function isWide(text: string): boolean {
  return SURROGATE.test(text);
}
/** Number of code points: Python's `len`. */
export function stringLength(text: string): number {
  if (!isWide(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
/** One-character strings, one per code point. */
export function codePoints(text: string): string[] {
  return isWide(text) ? Array.from(text) : text.split('');
}
