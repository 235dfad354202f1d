/** `dict.keys()`, `.values()`, `.items()`: live views. */
import { combineSets } from '../arith.js';
import { isSet, isTuple, isUnknown, makeSet, makeTuple } from '../coerce.js';
import { containsBuiltin, equalItems } from '../compare.js';
import type { Context } from '../context.js';
import { entriesIterator } from '../subscript.js';
import type { HashKey, Native, NativeType, PyDict, PyIterator, Unknown, Value } from '../value.js';
import { dictItemsClass, dictKeysClass, dictValuesClass } from './classes.js';

export type ViewKind = 'keys' | 'values' | 'items';

interface View extends Native {
  data: { readonly dict: PyDict; readonly kind: ViewKind };
}

const classes = { keys: dictKeysClass, values: dictValuesClass, items: dictItemsClass };

export function makeView(dict: PyDict, kind: ViewKind, context: Context): Value {
  context.readWhole(dict);
  const view: View = {
    kind: 'native',
    type: viewTypes[kind],
    data: { dict, kind },
    attrs: null,
    saved: context.heap.epoch,
    taint: null,
  };
  return view;
}

export function isView(value: Value): value is View {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.kind === 'native' &&
    Object.values<NativeType>(viewTypes).includes(value.type)
  );
}

/** The dict behind a view. */
export function viewedDict(value: Value): PyDict | null {
  return isView(value) ? value.data.dict : null;
}

function read(kind: ViewKind): (entry: { readonly key: Value; value: Value }) => Value {
  switch (kind) {
    case 'keys':
      return (entry) => entry.key;
    case 'values':
      return (entry) => entry.value;
    case 'items':
      return (entry) => makeTuple([entry.key, entry.value]);
  }
}

function iterator(view: View): PyIterator | Unknown {
  const { dict, kind } = view.data;
  return (
    dict.taint ??
    entriesIterator(dict, `dict_${kind === 'keys' ? 'key' : kind === 'values' ? 'value' : 'item'}iterator`, read(kind))
  );
}

/** Elements by hash key, for set operations. */
function elements(value: Value, context: Context): Map<HashKey, Value> | Unknown {
  if (isSet(value)) return value.taint ?? value.entries;
  const items = context.items(value);
  if (isUnknown(items)) return items;
  const result = new Map<HashKey, Value>();
  for (const item of items) {
    const key = context.hashKey(item);
    if (key === undefined) return context.unknown('a key is not known');
    if (!result.has(key)) result.set(key, item);
  }
  return result;
}

function contains(view: View, item: Value, context: Context): boolean | Unknown {
  const { dict, kind } = view.data;
  if (kind === 'keys') return containsBuiltin(dict, item, context) ?? false;
  if (kind === 'values') {
    let unknown: Unknown | null = null;
    for (const { value } of dict.entries.values()) {
      const equal = equalItems(value, item, context);
      if (equal === true) return true;
      if (equal !== false) unknown ??= equal;
    }
    return unknown ?? dict.taint ?? false;
  }
  if (isUnknown(item)) return item;
  if (!isTuple(item) || item.items.length !== 2) return false;
  const [wanted, value] = item.items as [Value, Value];
  const key = isUnknown(wanted) ? undefined : context.hashKey(wanted);
  if (key === undefined) return isUnknown(wanted) ? wanted : context.unknown('a key is not known');
  const entry = dict.entries.get(key);
  return entry ? equalItems(entry.value, value, context) : (dict.taint ?? false);
}

function compare(op: string, view: View, other: Value, context: Context): Value | undefined {
  if (!isSet(other) && !(isView(other) && other.data.kind !== 'values')) return undefined;
  const a = elements(view, context);
  const b = elements(other, context);
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  const within = (x: Map<HashKey, Value>, y: Map<HashKey, Value>): boolean => [...x.keys()].every((key) => y.has(key));
  switch (op) {
    case '==':
      return a.size === b.size && within(a, b);
    case '!=':
      return !(a.size === b.size && within(a, b));
    case '<':
      return a.size < b.size && within(a, b);
    case '<=':
      return within(a, b);
    case '>':
      return b.size < a.size && within(b, a);
    case '>=':
      return within(b, a);
    default:
      return undefined;
  }
}

function viewType(kind: ViewKind): NativeType {
  return {
    name: `dict_${kind}`,
    cls: () => classes[kind],
    length: (self) => (self as View).data.dict.taint ?? (self as View).data.dict.entries.size,
    truth: (self) => (self as View).data.dict.taint ?? (self as View).data.dict.entries.size > 0,
    iterate: (self) => iterator(self as View),
    contains: (self, item, context) => contains(self as View, item, context),
    repr: (self, context) => {
      const items = context.items(self);
      const list = isUnknown(items) ? '…' : context.repr(context.list(items));
      return `dict_${kind}(${typeof list === 'string' ? list : '…'})`;
    },
    binary: (op, self, other, reflected, _inplace, context) => {
      if (kind === 'values') return undefined;
      if (isUnknown(other)) return other;
      if (['==', '!=', '<', '<=', '>', '>='].includes(op))
        return reflected ? undefined : compare(op, self as View, other, context);
      if (!['|', '&', '-', '^'].includes(op)) return undefined;
      const a = elements(reflected ? other : self, context);
      const b = elements(reflected ? self : other, context);
      if (isUnknown(a)) return a;
      if (isUnknown(b)) return b;
      const entries = combineSets(op, a, b);
      return entries && makeSet(context, entries, false);
    },
  };
}

const viewTypes: Record<ViewKind, NativeType> = {
  keys: viewType('keys'),
  values: viewType('values'),
  items: viewType('items'),
};
