/** `bytes`, `range`, `slice`, `property` and its like, `object`, `type`, functions and modules. */
import {
  asIndex,
  asInt,
  asString,
  firstUnknown,
  isClass,
  isInstance,
  isTuple,
  isUnknown,
  makeTuple,
  type,
} from './common.js';
import { containsBuiltin, equalItems } from '../compare.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, defineProperty } from '../define.js';
import { bytesRepr } from '../format.js';
import { getItemBuiltin, indexOf, iterateBuiltin, lengthBuiltin, rangeLength, sliceIndices } from '../subscript.js';
import { isSym } from '../symint.js';
import type { PyClass, PyDescriptor, PyRange, PySlice, Value } from '../value.js';
import * as classes from './classes.js';
import { decode, encode } from './strMethods.js';

function install(cls: PyClass, members: Readonly<Record<string, Value>>): void {
  for (const [name, value] of Object.entries(members)) cls.namespace.set(name, value);
}

// ---------------------------------------------------------------- bytes

export function constructBytes(
  _cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const [source] = args;
  const unknown = firstUnknown(source);
  if (unknown) return unknown;
  if (source === undefined) return { kind: 'bytes', value: '' };
  if (typeof source === 'object' && source?.kind === 'bytes') return source;
  const text = asString(source);
  if (text !== undefined)
    return encode(
      text,
      asString(args[1] ?? kwargs.get('encoding')) ?? context.raise('TypeError', 'string argument without an encoding'),
      context,
    );
  const size = asIndex(source);
  if (size !== undefined)
    return size < 0 ? context.raise('ValueError', 'negative count') : { kind: 'bytes', value: '\0'.repeat(size) };
  const items = context.items(source);
  if (isUnknown(items)) return items;
  let value = '';
  for (const item of items) {
    const byte = asIndex(item);
    if (byte === undefined)
      return (
        firstUnknown(item) ??
        context.raise('TypeError', `'${type(item, context)}' object cannot be interpreted as an integer`)
      );
    if (byte < 0 || byte > 255) return context.raise('ValueError', 'bytes must be in range(0, 256)');
    value += String.fromCharCode(byte);
  }
  return { kind: 'bytes', value };
}

function bytesOf(value: Value | undefined): string | undefined {
  return typeof value === 'object' && value?.kind === 'bytes' ? value.value : undefined;
}

function installBytes(): void {
  const text = (
    name: string,
    action: (value: string, args: Readonly<Record<string, Value>>, context: Context) => Value,
    signature = `${name}(self)`,
  ): Value =>
    defineFunction(`bytes.${signature}`, (args, context) => {
      const unknown = firstUnknown(...Object.values(args));
      const value = bytesOf(args['self']);
      return (
        unknown ??
        (value === undefined
          ? context.raise('TypeError', `descriptor '${name}' requires a 'bytes' object`)
          : action(value, args, context))
      );
    });
  const asBytes = (value: string): Value => ({ kind: 'bytes', value });
  install(classes.bytesClass, {
    decode: text(
      'decode',
      (value, { encoding }, context) => decode(value, asString(encoding) ?? 'utf-8', context),
      "decode(self, encoding='utf-8', errors='strict')",
    ),
    hex: text('hex', (value) =>
      value
        .split('')
        .map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
        .join(''),
    ),
    upper: text('upper', (value) => asBytes(value.replace(/[a-z]/g, (c) => c.toUpperCase()))),
    lower: text('lower', (value) => asBytes(value.replace(/[A-Z]/g, (c) => c.toLowerCase()))),
    strip: text('strip', (value) => asBytes(value.trim())),
    startswith: text(
      'startswith',
      (value, { prefix }) => value.startsWith(bytesOf(prefix) ?? '\u0100'),
      'startswith(self, prefix, /)',
    ),
    endswith: text(
      'endswith',
      (value, { suffix }) => value.endsWith(bytesOf(suffix) ?? '\u0100'),
      'endswith(self, suffix, /)',
    ),
    find: text('find', (value, { sub }) => value.indexOf(bytesOf(sub) ?? '\u0100'), 'find(self, sub, /)'),
    split: text(
      'split',
      (value, { sep }, context) =>
        context.list(
          (bytesOf(sep) === undefined ? value.trim().split(/\s+/) : value.split(bytesOf(sep) as string)).map(asBytes),
        ),
      'split(self, sep=None, maxsplit=-1)',
    ),
    replace: text(
      'replace',
      (value, { old, new: fresh }) => asBytes(value.split(bytesOf(old) ?? '\u0100').join(bytesOf(fresh) ?? '')),
      'replace(self, old, new, /)',
    ),
    join: text(
      'join',
      (value, { iterable }, context) => {
        const items = context.items(iterable as Value);
        return isUnknown(items) ? items : asBytes(items.map((item) => bytesOf(item) ?? '').join(value));
      },
      'join(self, iterable, /)',
    ),
    __repr__: text('__repr__', (value) => bytesRepr(value)),
    __len__: text('__len__', (value) => value.length),
  });
}

// ---------------------------------------------------------------- range and slice

export function constructRange(
  _cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  if (kwargs.size > 0) return context.raise('TypeError', 'range() takes no keyword arguments');
  if (args.length === 0 || args.length > 3)
    return context.raise(
      'TypeError',
      `range expected ${args.length === 0 ? 'at least 1 argument' : 'at most 3 arguments'}, got ${args.length}`,
    );
  const unknown = firstUnknown(...args);
  if (unknown) return unknown;
  const ints: (PyRange['start'] | Value)[] = [];
  for (const arg of args) {
    const int = asInt(arg) ?? indexOf(arg, context);
    if (isUnknown(int)) return int;
    if (int === undefined)
      return context.raise('TypeError', `'${type(arg, context)}' object cannot be interpreted as an integer`);
    if (typeof int === 'bigint') return context.unknown('a range this long is not followed');
    ints.push(int);
  }
  const [a, b, c] = ints as PyRange['start'][];
  const step = c ?? 1;
  if (step === 0) return context.raise('ValueError', 'range() arg 3 must not be zero');
  return b === undefined
    ? { kind: 'range', start: 0, stop: a as PyRange['stop'], step }
    : { kind: 'range', start: a as PyRange['start'], stop: b, step };
}

export function constructSlice(
  _cls: PyClass,
  args: readonly Value[],
  _kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const [a, b, c] = args;
  if (a === undefined || args.length > 3)
    return context.raise('TypeError', `slice expected at least 1 argument, got ${args.length}`);
  return b === undefined
    ? { kind: 'slice', start: null, stop: a, step: null }
    : { kind: 'slice', start: a, stop: b, step: c ?? null };
}

function installRangeAndSlice(): void {
  const rangePart = (name: 'start' | 'stop' | 'step'): Value => defineProperty((self) => (self as PyRange)[name]);
  install(classes.rangeClass, {
    start: rangePart('start'),
    stop: rangePart('stop'),
    step: rangePart('step'),
    index: defineFunction('range.index(self, value, /)', ({ self, value }, context) => {
      const items = context.items(self as Value);
      if (isUnknown(items)) return items;
      const at = items.findIndex((item) => equalItems(item, value as Value, context) === true);
      return at < 0 ? context.raise('ValueError', 'the value is not in range') : at;
    }),
    count: defineFunction('range.count(self, value, /)', ({ self, value }, context) => {
      const found = containsBuiltin(self as Value, value as Value, context);
      return typeof found === 'boolean' ? (found ? 1 : 0) : (found ?? 0);
    }),
    __len__: defineFunction('range.__len__(self)', ({ self }, context) => rangeLength(self as PyRange, context)),
    __iter__: defineFunction(
      'range.__iter__(self)',
      ({ self }, context) => iterateBuiltin(self as Value, context) ?? null,
    ),
    __getitem__: defineFunction(
      'range.__getitem__(self, key, /)',
      ({ self, key }, context) => getItemBuiltin(self as Value, key as Value, context) ?? null,
    ),
    __contains__: defineFunction(
      'range.__contains__(self, key, /)',
      ({ self, key }, context) => containsBuiltin(self as Value, key as Value, context) ?? false,
    ),
  });
  const slicePart = (name: 'start' | 'stop' | 'step'): Value => defineProperty((self) => (self as PySlice)[name]);
  install(classes.sliceClass, {
    start: slicePart('start'),
    stop: slicePart('stop'),
    step: slicePart('step'),
    indices: defineFunction('slice.indices(self, length, /)', ({ self, length }, context) => {
      const size = asInt(length);
      if (size === undefined || isSym(size))
        return firstUnknown(length) ?? context.unknown('the bounds of a slice are not known');
      const bounds = sliceIndices(self as PySlice, Number(size), context);
      return isUnknown(bounds) ? bounds : makeTuple([bounds.start, bounds.stop, bounds.step]);
    }),
  });
}

// ---------------------------------------------------------------- descriptors

export function constructProperty(_cls: PyClass, args: readonly Value[], kwargs: ReadonlyMap<string, Value>): Value {
  return {
    kind: 'descriptor',
    type: 'property',
    get: args[0] ?? kwargs.get('fget') ?? null,
    set: args[1] ?? kwargs.get('fset') ?? null,
    del: args[2] ?? kwargs.get('fdel') ?? null,
  };
}
export function constructStaticMethod(_cls: PyClass, args: readonly Value[]): Value {
  return { kind: 'descriptor', type: 'staticmethod', get: args[0] ?? null, set: null, del: null };
}
export function constructClassMethod(_cls: PyClass, args: readonly Value[]): Value {
  return { kind: 'descriptor', type: 'classmethod', get: args[0] ?? null, set: null, del: null };
}

function installDescriptors(): void {
  const own = (value: Value | undefined): PyDescriptor => value as PyDescriptor;
  install(classes.propertyClass, {
    getter: defineFunction('property.getter(self, fget, /)', ({ self, fget }) => ({
      ...own(self),
      get: fget as Value,
    })),
    setter: defineFunction('property.setter(self, fset, /)', ({ self, fset }) => ({
      ...own(self),
      set: fset as Value,
    })),
    deleter: defineFunction('property.deleter(self, fdel, /)', ({ self, fdel }) => ({
      ...own(self),
      del: fdel as Value,
    })),
    fget: defineProperty((self) => own(self).get),
    fset: defineProperty((self) => own(self).set),
    fdel: defineProperty((self) => own(self).del),
    __doc__: defineProperty((self, context) => context.getAttribute(own(self).get, '__doc__') ?? null),
  });
  for (const cls of [classes.staticmethodClass, classes.classmethodClass])
    install(cls, {
      __func__: defineProperty((self) => own(self).get),
      __wrapped__: defineProperty((self) => own(self).get),
    });
  install(classes.cachedPropertyClass, { func: defineProperty((self) => own(self).get) });
}

// ---------------------------------------------------------------- type

/** `type(value)`; classes from three arguments are made by the interpreter. */
export function constructType(
  _cls: PyClass,
  args: readonly Value[],
  _kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const [value] = args;
  if (args.length !== 1 || value === undefined) return context.raise('TypeError', 'type() takes 1 or 3 arguments');
  if (isUnknown(value)) return value.cls ?? value;
  return context.typeOf(value);
}

function installType(): void {
  install(classes.typeClass, {
    __or__: defineFunction('type.__or__(self, other, /)', ({ self, other }, context) =>
      unionOf(self as Value, other as Value, context),
    ),
    __ror__: defineFunction('type.__ror__(self, other, /)', ({ self, other }, context) =>
      unionOf(other as Value, self as Value, context),
    ),
    __instancecheck__: defineFunction('type.__instancecheck__(self, instance, /)', ({ self, instance }, context) => {
      const cls = self as Value;
      const actual = context.typeOf(instance as Value);
      if (isUnknown(instance)) return instance;
      return isClass(cls) && actual.mro.includes(cls);
    }),
    __subclasscheck__: defineFunction(
      'type.__subclasscheck__(self, subclass, /)',
      ({ self, subclass }) => isClass(self) && isClass(subclass) && subclass.mro.includes(self),
    ),
  });
}

/** `A | B` at run time: what `isinstance` and annotations accept. */
export function unionOf(a: Value, b: Value, context: Context): Value {
  const members = [a, b].flatMap((part) => {
    const inner = isInstance(part) && part.cls === unionTypeClass ? part.attrs.get('__args__') : undefined;
    return isTuple(inner) ? inner.items : [part === null ? classes.noneTypeClass : part];
  });
  return context.instance(unionTypeClass, [['__args__', makeTuple(members)]]);
}
export const unionTypeClass: PyClass = defineClass('UnionType', { module: 'types', bases: [classes.objectClass] });

// ---------------------------------------------------------------- object, functions, modules

function installObject(): void {
  install(classes.noneTypeClass, { __bool__: defineFunction('NoneType.__bool__(self)', () => false) });
  const length = (owner: string): Value =>
    defineFunction(`${owner}.__len__(self)`, ({ self }, context) => lengthBuiltin(self as Value, context) ?? null);
  install(classes.mappingproxyClass, { __len__: length('mappingproxy') });
}

/** Fills the namespaces of the classes of this file. */
export function installOthers(): void {
  installBytes();
  installRangeAndSlice();
  installDescriptors();
  installType();
  installObject();
}
