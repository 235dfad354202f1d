/** `dict`: construction and methods. */
import { inplaceBuiltin, binaryBuiltin } from '../arith.js';
import { because, isDict, isUnknown, KEY_UNKNOWN, makeDict, makeTuple, type } from './common.js';
import { compareBuiltin, containsBuiltin } from '../compare.js';
import type { Context } from '../context.js';
import { defineClassMethod, defineFunction, type Bound } from '../define.js';
import { reprBuiltin } from '../format.js';
import {
  deleteItemBuiltin,
  getItemBuiltin,
  iterateBuiltin,
  keyError,
  setEntry,
  setItemBuiltin,
  spoil,
  storeAnywhere,
} from '../subscript.js';
import type { HashKey, PyBuiltin, PyClass, PyDict, Unknown, Value } from '../value.js';
import { dictClass } from './classes.js';
import { makeView } from './dictViews.js';

function method(signature: string, action: (dict: PyDict, args: Bound, context: Context) => Value): PyBuiltin {
  const name = signature.slice(0, signature.indexOf('('));
  return defineFunction(
    signature,
    (args, context) => {
      const dict = args['self'];
      if (isUnknown(dict)) return dict;
      if (!isDict(dict))
        return context.raise(
          'TypeError',
          `descriptor '${name}' for 'dict' objects doesn't apply to a '${type(dict, context)}' object`,
        );
      return action(dict, args, context);
    },
    { qualname: `dict.${name}` },
  );
}

/** The hash of a key, or why there is none. */
function hash(key: Value, context: Context): HashKey | Unknown {
  if (isUnknown(key)) return because(key);
  return context.hashKey(key) ?? context.unknown(KEY_UNKNOWN);
}

/** The entry of a key; `undefined` when it certainly isn't there. Registries that fill on import get their chance. */
function entryOf(
  dict: PyDict,
  key: Value,
  context: Context,
): { readonly key: Value; value: Value } | Unknown | undefined {
  const id = hash(key, context);
  if (isUnknown(id)) return id;
  const entry = dict.entries.get(id);
  if (entry) return entry;
  if (dict.taint) return dict.taint;
  return context.missingKey(dict, key) ? dict.entries.get(id) : (dict.taint ?? undefined);
}

/** Adds everything that `dict.update` accepts. */
export function updateDict(
  dict: PyDict,
  source: Value | undefined,
  kwargs: Iterable<readonly [Value, Value]>,
  context: Context,
): void {
  if (source !== undefined) updateFrom(dict, source, context);
  for (const [key, value] of kwargs) {
    const id = hash(key, context);
    if (!isUnknown(id)) setEntry(dict, id, key, value, context);
  }
}

function updateFrom(dict: PyDict, source: Value, context: Context): void {
  if (isUnknown(source)) {
    storeAnywhere(dict, source, context);
    return;
  }
  if (isDict(source) && context.getAttribute(source, '__iter__') !== undefined && !ownIteration(source)) {
    if (source.taint) storeAnywhere(dict, source.taint, context);
    context.heap.touch(dict);
    for (const [id, entry] of [...source.entries]) setEntry(dict, id, entry.key, entry.value, context);
    return;
  }
  const keys =
    typeof source === 'object' && source !== null && source.kind !== 'list' && source.kind !== 'tuple'
      ? context.getAttribute(source, 'keys')
      : undefined;
  if (keys !== undefined) {
    const names = isUnknown(keys) ? keys : context.items(context.call(keys));
    if (isUnknown(names)) storeAnywhere(dict, names, context);
    else for (const name of names) setItemBuiltin(dict, name, context.getItem(source, name), context);
    return;
  }
  const pairs = context.items(source);
  if (isUnknown(pairs)) {
    storeAnywhere(dict, pairs, context);
    return;
  }
  pairs.forEach((pair, index) => {
    if (isUnknown(pair)) return storeAnywhere(dict, pair, context);
    const plain = typeof pair === 'object' && pair !== null;
    if (!plain && typeof pair !== 'string')
      context.raise('TypeError', `cannot convert dictionary update sequence element #${index} to a sequence`);
    const items = context.items(pair);
    if (isUnknown(items)) return storeAnywhere(dict, items, context);
    if (items.length !== 2)
      context.raise(
        'ValueError',
        `dictionary update sequence element #${index} has length ${items.length}; 2 is required`,
      );
    setItemBuiltin(dict, items[0] as Value, items[1] as Value, context);
  });
}

/** A subclass that iterates its own way. */
function ownIteration(dict: PyDict): boolean {
  return (
    dict.cls !== null &&
    dict.cls.mro.some(
      (cls) =>
        cls !== dictClass &&
        (cls.namespace.has('__iter__') || cls.namespace.has('keys') || cls.namespace.has('__getitem__')),
    )
  );
}

/** A shallow copy with the same class. */
export function copyDict(dict: PyDict, context: Context): PyDict {
  const copy = makeDict(context, dict.cls);
  for (const [id, entry] of dict.entries) copy.entries.set(id, { key: entry.key, value: entry.value });
  copy.attrs = dict.attrs && new Map(dict.attrs);
  copy.taint = dict.taint;
  return copy;
}

function pop(dict: PyDict, key: Value, fallback: Value | undefined, context: Context): Value {
  const id = hash(key, context);
  if (isUnknown(id)) {
    storeAnywhere(dict, id, context);
    return id;
  }
  const entry = entryOf(dict, key, context);
  if (isUnknown(entry)) return entry;
  if (!entry) return fallback ?? (fallback === null ? null : keyError(key, context));
  context.heap.touch(dict);
  dict.entries.delete(id);
  return entry.value;
}

export function installDict(cls: PyClass): void {
  const members: Record<string, Value> = {
    get: {
      kind: 'builtin',
      name: 'get',
      qualname: 'dict.get',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [dict, key, fallback = null] = args;
        if (key === undefined || args.length > 3 || kwargs.size > 0)
          return context.raise('TypeError', `get expected at least 1 argument, got ${args.length - 1}`);
        if (!isDict(dict))
          return isUnknown(dict)
            ? dict
            : context.raise(
                'TypeError',
                `descriptor 'get' for 'dict' objects doesn't apply to a '${type(dict, context)}' object`,
              );
        const entry = entryOf(dict, key, context);
        return entry === undefined ? fallback : isUnknown(entry) ? entry : entry.value;
      },
    },
    setdefault: method('setdefault(self, key, default=None, /)', (dict, { key, default: fallback }, context) => {
      const entry = entryOf(dict, key as Value, context);
      if (isUnknown(entry)) {
        spoil(dict, entry, context);
        return entry;
      }
      if (entry) return entry.value;
      setItemBuiltin(dict, key as Value, fallback as Value, context);
      return fallback as Value;
    }),
    pop: {
      kind: 'builtin',
      name: 'pop',
      qualname: 'dict.pop',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [dict, key, fallback] = args;
        if (key === undefined || args.length > 3 || kwargs.size > 0)
          return context.raise('TypeError', `pop expected at least 1 argument, got ${args.length - 1}`);
        if (!isDict(dict))
          return isUnknown(dict)
            ? dict
            : context.raise(
                'TypeError',
                `descriptor 'pop' for 'dict' objects doesn't apply to a '${type(dict, context)}' object`,
              );
        return pop(dict, key, fallback, context);
      },
    },
    popitem: method('popitem(self)', (dict, _args, context) => {
      if (dict.taint) return dict.taint;
      const last = [...dict.entries].at(-1);
      if (!last) return context.raise('KeyError', 'popitem(): dictionary is empty');
      context.heap.touch(dict);
      dict.entries.delete(last[0]);
      return makeTuple([last[1].key, last[1].value]);
    }),
    clear: method('clear(self)', (dict, _args, context) => {
      context.heap.touch(dict);
      dict.entries.clear();
      dict.taint = null;
      return null;
    }),
    update: {
      kind: 'builtin',
      name: 'update',
      qualname: 'dict.update',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [dict, source] = args;
        if (!isDict(dict))
          return isUnknown(dict)
            ? dict
            : context.raise(
                'TypeError',
                `descriptor 'update' for 'dict' objects doesn't apply to a '${type(dict, context)}' object`,
              );
        if (args.length > 2)
          return context.raise('TypeError', `update expected at most 1 argument, got ${args.length - 1}`);
        updateDict(dict, source, kwargs, context);
        return null;
      },
    },
    copy: method('copy(self)', (dict, _args, context) => {
      const copy = copyDict(dict, context);
      return { ...copy, cls: null, attrs: null };
    }),
    keys: method('keys(self)', (dict, _args, context) => makeView(dict, 'keys', context)),
    values: method('values(self)', (dict, _args, context) => makeView(dict, 'values', context)),
    items: method('items(self)', (dict, _args, context) => makeView(dict, 'items', context)),
    fromkeys: defineClassMethod(
      defineFunction('dict.fromkeys(cls, iterable, value=None, /)', ({ cls: target, iterable, value }, context) => {
        const result = context.call(target as Value);
        const keys = context.items(iterable as Value);
        if (isUnknown(keys)) {
          if (isDict(result)) spoil(result, keys, context);
          return result;
        }
        for (const key of keys) context.setItem(result, key, value as Value);
        return result;
      }),
    ),
    __getitem__: method('__getitem__(self, key, /)', (dict, { key }, context) => {
      const entry = entryOf(dict, key as Value, context);
      if (isUnknown(entry)) return entry;
      if (entry) return entry.value;
      const missing = dict.cls ? context.getAttribute(dict, '__missing__') : undefined;
      return missing !== undefined
        ? context.call(missing, [key as Value])
        : (getItemBuiltin(dict, key as Value, context) ?? null);
    }),
    __setitem__: method('__setitem__(self, key, value, /)', (dict, { key, value }, context) => {
      setItemBuiltin(dict, key as Value, value as Value, context);
      return null;
    }),
    __delitem__: method('__delitem__(self, key, /)', (dict, { key }, context) => {
      deleteItemBuiltin(dict, key as Value, context);
      return null;
    }),
    __contains__: method(
      '__contains__(self, key, /)',
      (dict, { key }, context) => containsBuiltin(dict, key as Value, context) ?? false,
    ),
    __len__: method('__len__(self)', (dict) => dict.taint ?? dict.entries.size),
    __iter__: method('__iter__(self)', (dict, _args, context) => iterateBuiltin(dict, context) ?? null),
    __reversed__: method(
      '__reversed__(self)',
      (dict, _args, context) =>
        dict.taint ??
        context.iterator([...dict.entries.values()].map((entry) => entry.key).reverse(), 'dict_reversekeyiterator'),
    ),
    __repr__: method('__repr__(self)', (dict, _args, context) => reprBuiltin(dict, context)),
    __eq__: method(
      '__eq__(self, other, /)',
      (dict, { other }, context) => compareBuiltin('==', dict, other as Value, context) ?? false,
    ),
    __ne__: method(
      '__ne__(self, other, /)',
      (dict, { other }, context) => compareBuiltin('!=', dict, other as Value, context) ?? true,
    ),
    __or__: method(
      '__or__(self, other, /)',
      (dict, { other }, context) =>
        binaryBuiltin('|', dict, other as Value, context) ?? { kind: 'singleton', name: 'NotImplemented' },
    ),
    __ior__: method(
      '__ior__(self, other, /)',
      (dict, { other }, context) => inplaceBuiltin('|', dict, other as Value, context) ?? null,
    ),
    __hash__: null,
  };
  for (const [name, value] of Object.entries(members)) cls.namespace.set(name, value);
}

/** `dict(mapping_or_pairs, **kwargs)`. */
export function constructDict(
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  if (args.length > 1) return context.raise('TypeError', `dict expected at most 1 argument, got ${args.length}`);
  const dict = makeDict(context, cls === dictClass ? null : cls);
  updateDict(dict, args[0], kwargs, context);
  return dict;
}
