/**
 * Keys under which dictionaries and sets file their values, so that JavaScript's `Map` finds what Python's `dict` would:
 * `1 == 1.0 == True` share a key, strings never meet numbers, tuples and frozensets count by content, the rest by identity.
 */
import { isUnknown } from './coerce.js';
import type { Context } from './context.js';
import type { HashKey, Value } from './value.js';

/** Serial numbers of objects, for keys that must mention them inside a tuple. */
const serials = new WeakMap<object, number>();
let nextSerial = 1;

export function identityOf(object: object): number {
  let serial = serials.get(object);
  if (serial === undefined) {
    serial = nextSerial++;
    serials.set(object, serial);
  }
  return serial;
}

/** What `id(object)` gives: only its sameness means anything. */
export function addressOf(object: object): number {
  return 0x10000000 + 16 * identityOf(object);
}

/** Floats that are whole share their key with the integer. */
function numberKey(value: number): HashKey {
  if (Number.isSafeInteger(value)) return value + 0;
  if (Number.isInteger(value)) return `\0i${BigInt(value)}`;
  return Number.isNaN(value) ? '\0fnan' : `\0f${value}`;
}

function part(key: HashKey): string {
  if (typeof key === 'number') return `n${key};`;
  if (typeof key === 'string') return `${key.length}:${key};`;
  return `o${identityOf(key)};`;
}

/**
 * The key of a value of a built-in kind. `undefined` when it can't be known (an unknown, or one inside a tuple).
 * @throws TypeError (Python's) when the value is unhashable.
 */
export function hashBuiltin(value: Value, context: Context): HashKey | undefined {
  // A string is its own key (namespaces rely on it); keys of other kinds start with NUL.
  if (typeof value === 'string') return value.startsWith('\0') ? `\0s${value}` : value;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return `\0i${value}`;
  if (value === null) return '\0None';
  switch (value.kind) {
    case 'float':
      // NaN is unequal to everything, but the same object is still found again.
      return Number.isNaN(value.value) ? value : numberKey(value.value);
    case 'complex':
      return value.im === 0 ? numberKey(value.re) : `\0c${value.re},${value.im}`;
    case 'bytes':
      return `\0b${value.value}`;
    case 'symint':
      return `\0y${value.key}`;
    case 'singleton':
      return `\0S${value.name}`;
    case 'tuple': {
      let key = '\0t';
      for (const item of value.items) {
        const inner = context.hashKey(item);
        if (inner === undefined) return undefined;
        key += part(inner);
      }
      return key;
    }
    case 'set': {
      if (!value.frozen) return context.raise('TypeError', `unhashable type: '${value.cls?.name ?? 'set'}'`);
      if (value.taint) return undefined;
      return `\0F${[...value.entries.keys()].map(part).sort().join('')}`;
    }
    case 'range':
      return `\0r${part(numberOrText(value.start))}${part(numberOrText(value.stop))}${part(numberOrText(value.step))}`;
    case 'list':
      return context.raise('TypeError', `unhashable type: '${value.cls?.name ?? 'list'}'`);
    case 'dict':
      return context.raise('TypeError', `unhashable type: '${value.cls?.name ?? 'dict'}'`);
    case 'slice':
      return context.raise('TypeError', "unhashable type: 'slice'");
    case 'native':
      return value.type.hashKey ? value.type.hashKey(value) : value;
    case 'unknown':
      return undefined;
    case 'instance':
      if (value.primitive !== undefined) return hashBuiltin(value.primitive, context);
      return value;
    case 'method': {
      // Two reads of `obj.method` are equal.
      const self = value.self;
      const func = value.func;
      if (typeof self !== 'object' || self === null || typeof func !== 'object' || func === null) return value;
      return `\0m${identityOf(self)},${identityOf(func)}`;
    }
    default:
      return value;
  }
}

function numberOrText(value: number | { readonly key: string }): HashKey {
  return typeof value === 'number' ? value : value.key;
}

/** The number `hash(x)` gives where Python defines it (`int`, `bool`, whole floats); `undefined` elsewhere, where it depends on the process. */
export function hashNumber(value: Value): number | bigint | undefined {
  const M = (1n << 61n) - 1n;
  const ofInt = (n: bigint): number | bigint => {
    const rest = (n < 0n ? -n : n) % M;
    const signed = n < 0n ? -rest : rest;
    const fixed = signed === -1n ? -2n : signed;
    return fixed >= -9007199254740991n && fixed <= 9007199254740991n ? Number(fixed) : fixed;
  };
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' || typeof value === 'bigint') return ofInt(BigInt(value));
  if (value !== null && typeof value === 'object') {
    if (value.kind === 'float' && Number.isInteger(value.value)) return ofInt(BigInt(value.value));
    if (value.kind === 'instance' && (typeof value.primitive === 'number' || typeof value.primitive === 'bigint'))
      return ofInt(BigInt(value.primitive));
  }
  return undefined;
}

/** Whether `a is b`; `null` when it can't be known. */
export function identical(a: Value, b: Value): boolean | null {
  if (a === b) return true;
  if (isUnknown(a) || isUnknown(b)) {
    const unknown = isUnknown(a) ? a : b;
    const other = isUnknown(a) ? b : a;
    // A value whose class is known to be something else can't be `None` or a boolean.
    const cls = isUnknown(unknown) ? unknown.cls : undefined;
    if (cls && other === null) return cls.name === 'NoneType' ? null : false;
    if (cls && typeof other === 'boolean' && cls.name !== 'bool') return false;
    return null;
  }
  if (a === null || b === null || typeof a === 'boolean' || typeof b === 'boolean') return false;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'singleton':
      return b.kind === 'singleton' && a.name === b.name;
    case 'tuple':
      // `()` is one object; other tuples are their own.
      return b.kind === 'tuple' && a.items.length === 0 && b.items.length === 0 && a.cls === null && b.cls === null;
    case 'float':
      return null;
    default:
      return false;
  }
}
