/** Indexing, slicing, length and iteration of built-in kinds. */
import {
  asIndex,
  asInt,
  because,
  codePoints,
  isUnknown,
  isWide,
  makeList,
  makeTuple,
  symbolicUnknown,
  unwrap,
} from './coerce.js';
import type { Context } from './context.js';
import { addInt, decide, floorDivInt, isSym, maxInt, negInt, subInt, type Int, type SymInt } from './symint.js';
import type { PyDict, PyIterator, PyList, PyRange, PySet, PySlice, Unknown, Value } from './value.js';

// ---------------------------------------------------------------- slices

/** Bounds of a slice over a sequence of known length, as `slice.indices` gives them. */
export interface SliceBounds {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;
}

/** `slice.indices(length)`; an unknown when a bound isn't known. @throws TypeError, ValueError */
export function sliceIndices(slice: PySlice, length: number, context: Context): SliceBounds | Unknown {
  const bound = (value: Value): number | null | Unknown => {
    if (value === null) return null;
    if (isUnknown(value)) return value;
    const int = asInt(value) ?? indexOf(value, context);
    if (isUnknown(int)) return int;
    if (int === undefined)
      return context.raise('TypeError', 'slice indices must be integers or None or have an __index__ method');
    if (isSym(int)) {
      // A size of at least `length` reaches past the end, whatever it is.
      if (decide('>=', int, length) === true) return length;
      return symbolicUnknown(context, 'a slice', int);
    }
    return typeof int === 'number' ? int : int > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
  };
  const step = bound(slice.step);
  const start = bound(slice.start);
  const stop = bound(slice.stop);
  if (isUnknown(step)) return step;
  if (isUnknown(start)) return start;
  if (isUnknown(stop)) return stop;
  if (step === 0) return context.raise('ValueError', 'slice step cannot be zero');
  return resolve(start, stop, step ?? 1, length);
}

function resolve(start: number | null, stop: number | null, step: number, length: number): SliceBounds {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (value: number): number => (value < 0 ? Math.max(value + length, low) : Math.min(value, high));
  const from = start === null ? (step > 0 ? low : high) : clamp(start);
  const to = stop === null ? (step > 0 ? high : low) : clamp(stop);
  const count = step > 0 ? Math.max(0, Math.ceil((to - from) / step)) : Math.max(0, Math.ceil((from - to) / -step));
  return { start: from, stop: to, step, length: count };
}

/** An instance's `__index__`. */
export function indexOf(value: Value, context: Context): Int | Unknown | undefined {
  if (typeof value !== 'object' || value === null || (value.kind !== 'instance' && value.kind !== 'native'))
    return undefined;
  const method = context.getAttribute(value, '__index__');
  if (method === undefined) return undefined;
  const result = isUnknown(method) ? method : context.call(method);
  return isUnknown(result) ? result : asInt(result);
}

function pick<T>(items: readonly T[], { start, step, length }: SliceBounds): T[] {
  if (step === 1) return items.slice(start, start + length);
  const result: T[] = [];
  for (let i = 0, at = start; i < length; i++, at += step) result.push(items[at] as T);
  return result;
}

function sliceText(text: string, bounds: SliceBounds): string {
  if (!isWide(text) && bounds.step === 1) return text.slice(bounds.start, bounds.start + bounds.length);
  return pick(codePoints(text), bounds).join('');
}

// ---------------------------------------------------------------- reading

/** Position of an index in a sequence of `length`; an unknown when it isn't known. */
function position(index: Value, length: number, what: string, context: Context, message: string): number | Unknown {
  let at = asIndex(index);
  if (at === undefined) {
    if (isUnknown(index)) return because(index);
    const int = asInt(index) ?? indexOf(index, context);
    if (isUnknown(int)) return int;
    if (int === undefined)
      return context.raise(
        'TypeError',
        what === 'string'
          ? `string indices must be integers, not '${context.typeOf(index).name}'`
          : `${what} indices must be integers or slices, not ${context.typeOf(index).name}`,
      );
    if (isSym(int)) return symbolicUnknown(context, 'an index', int);
    at = typeof int === 'number' ? int : Number.MAX_SAFE_INTEGER;
  }
  if (at < 0) at += length;
  return at >= 0 && at < length ? at : context.raise('IndexError', message);
}

/** What a missing key gives: `defaultdict`'s factory and users' `__missing__` are asked by the interpreter. */
export function keyError(key: Value, context: Context): never {
  const cls = context.builtinClass('KeyError');
  return context.raiseValue(context.call(cls, [key]));
}

/** `object[index]`; `undefined` when the kind is not subscriptable. */
export function getItemBuiltin(object: Value, index: Value, context: Context): Value | undefined {
  if (typeof object === 'string') return stringItem(object, index, context);
  if (typeof object !== 'object' || object === null) return undefined;
  switch (object.kind) {
    case 'list': {
      if (typeof index === 'number' && !object.taint) {
        const item = object.items[index < 0 ? index + object.items.length : index];
        if (item !== undefined) return item;
      }
      if (object.taint) return object.taint;
      if (isSlice(index)) {
        const bounds = sliceIndices(index, object.items.length, context);
        return isUnknown(bounds) ? bounds : makeList(context, pick(object.items, bounds));
      }
      const at = position(index, object.items.length, 'list', context, 'list index out of range');
      return isUnknown(at) ? at : object.items[at];
    }
    case 'tuple': {
      if (isSlice(index)) {
        const bounds = sliceIndices(index, object.items.length, context);
        return isUnknown(bounds)
          ? bounds
          : makeTuple(pick(object.items, bounds), object.cls?.name === 'Size' ? object.cls : null);
      }
      const at = position(index, object.items.length, 'tuple', context, 'tuple index out of range');
      return isUnknown(at) ? at : object.items[at];
    }
    case 'dict': {
      if (isUnknown(index)) return because(index);
      const key = context.hashKey(index);
      if (key === undefined) return context.unknown('a key is not known');
      const entry = object.entries.get(key);
      if (entry) return entry.value;
      if (object.taint) return object.taint;
      return keyError(index, context);
    }
    case 'range':
      return rangeItem(object, index, context);
    case 'bytes': {
      if (isSlice(index)) {
        const bounds = sliceIndices(index, object.value.length, context);
        return isUnknown(bounds) ? bounds : { kind: 'bytes', value: pick(object.value.split(''), bounds).join('') };
      }
      const at = position(index, object.value.length, 'byte', context, 'index out of range');
      return isUnknown(at) ? at : object.value.charCodeAt(at);
    }
    case 'instance': {
      const plain = unwrap(object);
      return typeof plain === 'string' ? stringItem(plain, index, context) : undefined;
    }
    default:
      return undefined;
  }
}

function isSlice(value: Value): value is PySlice {
  return typeof value === 'object' && value !== null && value.kind === 'slice';
}

function stringItem(text: string, index: Value, context: Context): Value {
  const wide = isWide(text);
  const characters = wide ? codePoints(text) : null;
  const length = characters?.length ?? text.length;
  if (isSlice(index)) {
    const bounds = sliceIndices(index, length, context);
    return isUnknown(bounds) ? bounds : sliceText(text, bounds);
  }
  const at = position(index, length, 'string', context, 'string index out of range');
  return isUnknown(at) ? at : ((characters ? characters[at] : text[at]) as string);
}

/** Number of items of a range; symbolic for a range up to a named size. */
export function rangeLength(range: PyRange, context: Context): number | SymInt | Unknown {
  const { start, stop, step } = range;
  if (!isSym(start) && !isSym(stop) && !isSym(step))
    return Math.max(0, step > 0 ? Math.ceil((stop - start) / step) : Math.ceil((start - stop) / -step));
  if (isSym(step)) return symbolicUnknown(context, 'the length of a range', step);
  // ceil((stop - start) / step) = -((start - stop) // step)
  const distance = step > 0 ? subInt(stop, start) : subInt(start, stop);
  const floor = floorDivInt(negInt(distance), Math.abs(step));
  const count = floor === null ? null : maxInt(0, negInt(floor));
  return count === null || typeof count === 'bigint' ? context.unknown('the length of a range is not known') : count;
}

function rangeItem(range: PyRange, index: Value, context: Context): Value {
  const length = rangeLength(range, context);
  if (isUnknown(length)) return length;
  if (isSlice(index)) {
    if (isSym(length) || isSym(range.start) || isSym(range.step))
      return symbolicUnknown(context, 'a slice of a range', isSym(length) ? length : range.start);
    const bounds = sliceIndices(index, length, context);
    if (isUnknown(bounds)) return bounds;
    const { start, step } = range;
    return {
      kind: 'range',
      start: start + bounds.start * step,
      stop: start + bounds.stop * step,
      step: step * bounds.step,
    };
  }
  if (isSym(length) || isSym(range.start) || isSym(range.step)) {
    const at = asInt(index);
    if (at === undefined || isSym(range.step))
      return isUnknown(index) ? index : symbolicUnknown(context, 'an index into a range', length);
    const from = decide('<', at, 0) === true ? addInt(at, length) : at;
    if (decide('>=', from, 0) !== true || decide('<', from, length) !== true)
      return symbolicUnknown(context, 'an index into a range', length);
    const product = context.binary('*', from, range.step);
    return context.binary('+', range.start, product);
  }
  const at = position(index, length, 'range', context, 'range object index out of range');
  return isUnknown(at) ? at : range.start + at * range.step;
}

// ---------------------------------------------------------------- writing

/** Marks contents as unknown from here on. */
export function spoil(target: PyList | PyDict | PySet, reason: Unknown, context: Context): void {
  context.heap.touch(target);
  target.taint ??= reason;
}

/** Whether a text of which only the beginning may be known can be `key`. */
export function mayBe(text: Unknown, key: string): boolean {
  return text.prefix === undefined || key.startsWith(text.prefix);
}

/**
 * Something was, or may have been, stored in a dict under a key that is not known: any of its values may be the new one.
 * @param value what was stored; anything when absent
 */
export function storeAnywhere(dict: PyDict, reason: Unknown, context: Context, value?: Value): void {
  if (dict.backing) {
    context.setOwnAttribute(dict.backing, reason, value === undefined ? reason : value);
    return;
  }
  spoil(dict, reason, context);
  for (const [hash, entry] of [...dict.entries]) {
    if (typeof entry.key === 'string' && !mayBe(reason, entry.key)) continue;
    const joined = value === undefined ? reason : context.join(entry.value, value, reason);
    dict.entries.set(hash, { key: entry.key, value: joined === undefined ? reason : joined });
  }
}

/** `object[index] = value`; false when the kind doesn't support it. */
export function setItemBuiltin(object: Value, index: Value, value: Value, context: Context): boolean {
  if (typeof object !== 'object' || object === null) return false;
  switch (object.kind) {
    case 'unknown':
      return true;
    case 'list':
      setListItem(object, index, value, context);
      return true;
    case 'dict': {
      const key = isUnknown(index) ? undefined : context.hashKey(index);
      if (key === undefined) {
        storeAnywhere(object, isUnknown(index) ? index : context.unknown('a key is not known'), context, value);
        return true;
      }
      setEntry(object, key, index, value, context);
      return true;
    }
    default:
      return false;
  }
}

/** Stores under a key that is already hashed. */
export function setEntry(
  dict: PyDict,
  hash: string | number | object,
  key: Value,
  value: Value,
  context: Context,
): void {
  context.heap.touch(dict);
  const old = dict.entries.get(hash);
  if (old) old.value = value;
  else dict.entries.set(hash, { key, value });
}

function setListItem(list: PyList, index: Value, value: Value, context: Context): void {
  if (list.taint) {
    context.heap.touch(list);
    return;
  }
  if (isSlice(index)) {
    const bounds = sliceIndices(index, list.items.length, context);
    const items = context.items(value);
    if (isUnknown(bounds)) return spoil(list, bounds, context);
    if (isUnknown(items)) return spoil(list, items, context);
    context.heap.touch(list);
    if (bounds.step === 1)
      list.items = [
        ...list.items.slice(0, bounds.start),
        ...items,
        ...list.items.slice(Math.max(bounds.start, bounds.stop)),
      ];
    else {
      if (items.length !== bounds.length)
        context.raise(
          'ValueError',
          `attempt to assign sequence of size ${items.length} to extended slice of size ${bounds.length}`,
        );
      items.forEach((item, i) => (list.items[bounds.start + i * bounds.step] = item));
    }
    return;
  }
  const at = position(index, list.items.length, 'list', context, 'list assignment index out of range');
  if (isUnknown(at)) return spoil(list, at, context);
  context.heap.touch(list);
  list.items[at] = value;
}

/** `del object[index]`; false when the kind doesn't support it. */
export function deleteItemBuiltin(object: Value, index: Value, context: Context): boolean {
  if (typeof object !== 'object' || object === null) return false;
  switch (object.kind) {
    case 'unknown':
      return true;
    case 'list': {
      if (object.taint) {
        context.heap.touch(object);
        return true;
      }
      if (isSlice(index)) {
        const bounds = sliceIndices(index, object.items.length, context);
        if (isUnknown(bounds)) {
          spoil(object, bounds, context);
          return true;
        }
        const gone = new Set(Array.from({ length: bounds.length }, (_, i) => bounds.start + i * bounds.step));
        context.heap.touch(object);
        object.items = object.items.filter((_, i) => !gone.has(i));
        return true;
      }
      const at = position(index, object.items.length, 'list', context, 'list assignment index out of range');
      if (isUnknown(at)) spoil(object, at, context);
      else {
        context.heap.touch(object);
        object.items.splice(at, 1);
      }
      return true;
    }
    case 'dict': {
      const key = isUnknown(index) ? undefined : context.hashKey(index);
      if (key === undefined) {
        storeAnywhere(object, isUnknown(index) ? index : context.unknown('a key is not known'), context);
        return true;
      }
      if (!object.entries.has(key)) {
        if (object.taint) return true;
        keyError(index, context);
      }
      context.heap.touch(object);
      object.entries.delete(key);
      return true;
    }
    default:
      return false;
  }
}

// ---------------------------------------------------------------- length and iteration

/** `len(object)`; `undefined` when the kind has no length. */
export function lengthBuiltin(object: Value, context: Context): number | SymInt | Unknown | undefined {
  if (typeof object === 'string') return isWide(object) ? codePoints(object).length : object.length;
  if (typeof object !== 'object' || object === null) return undefined;
  switch (object.kind) {
    case 'unknown':
      return object;
    case 'list':
      return object.taint ?? object.items.length;
    case 'tuple':
      return object.items.length;
    case 'dict':
    case 'set':
      return object.taint ?? object.entries.size;
    case 'bytes':
      return object.value.length;
    case 'range':
      return rangeLength(object, context);
    case 'instance':
      return typeof object.primitive === 'string' ? lengthBuiltin(object.primitive, context) : undefined;
    default:
      return undefined;
  }
}

/** An iterator over a built-in kind; `undefined` when it isn't iterable. Lists are seen growing, dictionaries must not. */
export function iterateBuiltin(object: Value, context: Context): PyIterator | Unknown | undefined {
  if (typeof object === 'string') return context.iterator(codePoints(object), 'str_ascii_iterator');
  if (typeof object !== 'object' || object === null) return undefined;
  switch (object.kind) {
    case 'unknown':
      return object;
    case 'iterator':
      return object;
    case 'list':
      return object.taint ?? listIterator(object);
    case 'tuple':
      return context.iterator(object.items, 'tuple_iterator');
    case 'dict':
      return object.taint ?? entriesIterator(object, 'dict_keyiterator', (entry) => entry.key);
    case 'set':
      return object.taint ?? context.iterator([...object.entries.values()], 'set_iterator');
    case 'bytes':
      return context.iterator(
        object.value.split('').map((byte) => byte.charCodeAt(0)),
        'bytes_iterator',
      );
    case 'range':
      return rangeIterator(object, context);
    case 'instance':
      return typeof object.primitive === 'string' ? iterateBuiltin(object.primitive, context) : undefined;
    default:
      return undefined;
  }
}

function listIterator(list: PyList): PyIterator {
  let next = 0;
  return {
    kind: 'iterator',
    name: 'list_iterator',
    // Reads the list anew each time: items appended meanwhile are seen, a rolled-back list is the old one.
    next: () => (next < list.items.length ? list.items[next++] : undefined),
    lengthHint: () => (list.taint ? null : Math.max(0, list.items.length - next)),
  };
}

/** Iterates over a dict by insertion; a change of size meanwhile raises, as in Python. */
export function entriesIterator(
  dict: PyDict,
  name: string,
  read: (entry: { readonly key: Value; value: Value }) => Value,
): PyIterator {
  const keys = [...dict.entries.keys()];
  const size = dict.entries.size;
  let next = 0;
  return {
    kind: 'iterator',
    name,
    next: (context) => {
      if (next >= keys.length) {
        if (dict.entries.size !== size && !dict.taint)
          context.raise('RuntimeError', 'dictionary changed size during iteration');
        return undefined;
      }
      if (dict.entries.size !== size && !dict.taint)
        context.raise('RuntimeError', 'dictionary changed size during iteration');
      const entry = dict.entries.get(keys[next++] as string);
      return entry ? read(entry) : undefined;
    },
    lengthHint: () => (dict.taint ? null : keys.length - next),
  };
}

function rangeIterator(range: PyRange, context: Context): PyIterator | Unknown {
  const { start, step } = range;
  const length = rangeLength(range, context);
  if (isUnknown(length)) return length;
  if (isSym(length)) return symbolicUnknown(context, 'the number of rounds', length);
  if (isSym(start) || isSym(step)) {
    let at: Int = start;
    let left = length;
    return {
      kind: 'iterator',
      name: 'range_iterator',
      next: () => {
        if (left-- <= 0) return undefined;
        const value = at;
        at = addInt(at, step);
        return value;
      },
      lengthHint: () => Math.max(0, left),
    };
  }
  let next = 0;
  return {
    kind: 'iterator',
    name: 'range_iterator',
    next: () => (next < length ? start + step * next++ : undefined),
    lengthHint: () => length - next,
  };
}
