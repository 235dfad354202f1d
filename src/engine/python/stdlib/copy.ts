/** `copy`. */
import { isTuple, isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { defineFunction, type ModelledModule } from '../define.js';
import { addressOf } from '../hash.js';
import type { PyDict, PyInstance, Value } from '../value.js';

type Memo = Map<object, Value>;

/** `copy.deepcopy`: what is shared stays shared. */
export function deepCopy(value: Value, context: Context, memo: Memo = new Map()): Value {
  if (typeof value !== 'object' || value === null) return value;
  const known = memo.get(value);
  if (known !== undefined) return known;
  context.step();
  switch (value.kind) {
    case 'tuple': {
      const items = value.items.map((item) => deepCopy(item, context, memo));
      const result = items.every((item, i) => item === value.items[i]) ? value : { ...value, items };
      memo.set(value, result);
      return result;
    }
    case 'list': {
      const copy = {
        ...value,
        items: [] as Value[],
        attrs: value.attrs && new Map<string, Value>(),
        saved: context.heap.epoch,
      };
      memo.set(value, copy);
      for (const item of value.items) copy.items.push(deepCopy(item, context, memo));
      if (value.attrs) for (const [name, item] of value.attrs) copy.attrs?.set(name, deepCopy(item, context, memo));
      return copy;
    }
    case 'dict': {
      const custom = customCopy(value, '__deepcopy__', context, memo);
      if (custom !== undefined) return custom;
      const copy: PyDict = {
        kind: 'dict',
        entries: new Map(),
        cls: value.cls,
        attrs: value.attrs && new Map<string, Value>(),
        saved: context.heap.epoch,
        taint: value.taint,
      };
      memo.set(value, copy);
      for (const { key, value: item } of value.entries.values()) {
        const freshKey = deepCopy(key, context, memo);
        const hash = context.hashKey(freshKey);
        if (hash !== undefined) copy.entries.set(hash, { key: freshKey, value: deepCopy(item, context, memo) });
      }
      if (value.attrs) for (const [name, item] of value.attrs) copy.attrs?.set(name, deepCopy(item, context, memo));
      return copy;
    }
    case 'set': {
      if (value.frozen) return value;
      const copy = { ...value, entries: new Map(value.entries), saved: context.heap.epoch };
      memo.set(value, copy);
      return copy;
    }
    case 'instance':
      return copyInstance(value, true, context, memo);
    case 'native': {
      const copy = value.type.copy
        ? value.type.copy(value, true, context)
        : context.unknown(`a copy of a ${value.type.name} is not described by the analyser`);
      memo.set(value, copy);
      if (typeof copy === 'object' && copy?.kind === 'native' && copy !== value && value.attrs) {
        copy.attrs = new Map();
        for (const [name, item] of value.attrs) copy.attrs.set(name, deepCopy(item, context, memo));
      }
      return copy;
    }
    case 'method': {
      const self = deepCopy(value.self, context, memo);
      return self === value.self ? value : { ...value, self };
    }
    case 'unknown':
    case 'iterator':
      return value.kind === 'unknown' ? value : context.raise('TypeError', `cannot pickle '${value.name}' object`);
    default:
      return value;
  }
}

/** `__deepcopy__` or `__copy__` of a user's class. */
function customCopy(value: Value, name: '__deepcopy__' | '__copy__', context: Context, memo: Memo): Value | undefined {
  const cls = context.typeOf(value);
  if (!cls.mro.some((parent) => parent.module !== 'builtins' && parent.namespace.has(name))) return undefined;
  const args =
    name === '__deepcopy__' ? [context.dict([...memo].map(([key, item]) => [addressOf(key), item] as const))] : [];
  const result = context.callMethod(value, name, args);
  if (typeof value === 'object' && value !== null) memo.set(value, result);
  return result;
}

function copyInstance(value: PyInstance, deep: boolean, context: Context, memo: Memo): Value {
  const custom = customCopy(value, deep ? '__deepcopy__' : '__copy__', context, memo);
  if (custom !== undefined) return custom;
  // Enum members are one of a kind.
  if (value.attrs.has('_value_') && value.attrs.has('_name_')) return value;
  const copy: PyInstance = { ...value, attrs: new Map(), saved: context.heap.epoch };
  memo.set(value, copy);
  const state = getState(value, context);
  const restore = setState(value);
  if (state !== undefined || restore) {
    const given = state ?? context.dict(value.attrs);
    if (isUnknown(given)) return given;
    const fresh = deep ? deepCopy(given, context, memo) : given;
    if (restore) {
      context.callMethod(copy, '__setstate__', [fresh]);
      return copy;
    }
    if (typeof fresh === 'object' && fresh?.kind === 'dict')
      for (const { key, value: item } of fresh.entries.values()) if (typeof key === 'string') copy.attrs.set(key, item);
    return copy;
  }
  for (const [name, item] of value.attrs) copy.attrs.set(name, deep ? deepCopy(item, context, memo) : item);
  return copy;
}

/** `__getstate__` of a user's class. */
function getState(value: PyInstance, context: Context): Value | undefined {
  return value.cls.mro.some((cls) => cls.module !== 'builtins' && typeof cls.namespace.get('__getstate__') === 'object')
    ? context.callMethod(value, '__getstate__')
    : undefined;
}
function setState(value: PyInstance): boolean {
  return value.cls.mro.some((cls) => {
    const method = cls.namespace.get('__setstate__');
    return typeof method === 'object' && method?.kind === 'function';
  });
}

/** `copy.copy`. */
export function shallowCopy(value: Value, context: Context): Value {
  if (typeof value !== 'object' || value === null || isTuple(value)) return value;
  const saved = context.heap.epoch;
  switch (value.kind) {
    case 'list':
      return { ...value, items: value.items.slice(), attrs: value.attrs && new Map(value.attrs), saved };
    case 'dict': {
      const custom = customCopy(value, '__copy__', context, new Map());
      if (custom !== undefined) return custom;
      const copy: PyDict = {
        kind: 'dict',
        entries: new Map(),
        cls: value.cls,
        attrs: value.attrs && new Map(value.attrs),
        saved,
        taint: value.taint,
      };
      for (const [hash, entry] of value.entries) copy.entries.set(hash, { key: entry.key, value: entry.value });
      return copy;
    }
    case 'set':
      return { ...value, entries: new Map(value.entries), saved };
    case 'instance':
      return copyInstance(value, false, context, new Map());
    case 'native':
      return value.type.copy
        ? value.type.copy(value, false, context)
        : context.unknown(`a copy of a ${value.type.name} is not described by the analyser`);
    default:
      return value;
  }
}

export const copyModule: ModelledModule = {
  name: 'copy',
  complete: true,
  members: () => ({
    copy: defineFunction('copy(x)', ({ x }, context) => shallowCopy(x as Value, context)),
    deepcopy: defineFunction('deepcopy(x, memo=None, _nil=None)', ({ x, memo }, context) => {
      // A memo handed on by `__deepcopy__` keeps sharing between its calls.
      const shared: Memo = new Map();
      const own = typeof memo === 'object' && memo?.kind === 'dict' ? memo : null;
      const id = typeof x === 'object' && x !== null ? addressOf(x) : null;
      const known = own && id !== null ? own.entries.get(id)?.value : undefined;
      if (known !== undefined) return known;
      const result = deepCopy(x as Value, context, shared);
      if (own) {
        context.heap.touch(own);
        for (const [key, value] of shared) own.entries.set(addressOf(key), { key: addressOf(key), value });
      }
      return result;
    }),
    replace: defineFunction('replace(obj, /, **changes)', (_args, context) =>
      context.unknown('copy.replace is not described by the analyser'),
    ),
  }),
};
