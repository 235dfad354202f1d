/** `set` and `frozenset`: construction and methods. */
import { combineSets } from '../arith.js';
import { isSet, isUnknown, KEY_UNKNOWN, makeSet, type } from './common.js';
import { compareBuiltin, containsBuiltin } from '../compare.js';
import type { Context } from '../context.js';
import { defineFunction, type Bound } from '../define.js';
import { reprBuiltin } from '../format.js';
import { iterateBuiltin, keyError, spoil } from '../subscript.js';
import type { HashKey, PyBuiltin, PyClass, PySet, Unknown, Value } from '../value.js';
import { frozensetClass, setClass } from './classes.js';

function method(signature: string, action: (set: PySet, args: Bound, context: Context) => Value): PyBuiltin {
  const name = signature.slice(0, signature.indexOf('('));
  return defineFunction(
    signature,
    (args, context) => {
      const set = args['self'];
      if (isUnknown(set)) return set;
      if (!isSet(set))
        return context.raise(
          'TypeError',
          `descriptor '${name}' for 'set' objects doesn't apply to a '${type(set, context)}' object`,
        );
      return action(set, args, context);
    },
    { qualname: `set.${name}` },
  );
}

/** Elements of any iterable by hash key. */
export function elementsOf(value: Value, context: Context): Map<HashKey, Value> | Unknown {
  if (isSet(value)) return value.taint ?? value.entries;
  const items = context.items(value);
  if (isUnknown(items)) return items;
  const result = new Map<HashKey, Value>();
  for (const item of items) {
    if (isUnknown(item)) return item;
    const key = context.hashKey(item);
    if (key === undefined) return context.unknown(KEY_UNKNOWN);
    if (!result.has(key)) result.set(key, item);
  }
  return result;
}

function others(args: Bound): readonly Value[] {
  const { others: rest } = args;
  return typeof rest === 'object' && rest?.kind === 'tuple' ? rest.items : [];
}

/** `union`, `intersection`…: a new set of the same kind. */
function combined(name: string, op: string): PyBuiltin {
  return method(`${name}(self, *others)`, (set, args, context) => {
    let entries = new Map(set.entries);
    let taint = set.taint;
    for (const other of others(args)) {
      const right = elementsOf(other, context);
      if (isUnknown(right)) taint ??= right;
      else entries = combineSets(op, entries, right) ?? entries;
    }
    const result = makeSet(context, entries, set.frozen);
    result.taint = taint;
    return result;
  });
}

/** The same in place. */
function updated(name: string, op: string): PyBuiltin {
  return method(`${name}(self, *others)`, (set, args, context) => {
    context.heap.touch(set);
    for (const other of others(args)) {
      const right = elementsOf(other, context);
      if (isUnknown(right)) spoil(set, right, context);
      else set.entries = combineSets(op, set.entries, right) ?? set.entries;
    }
    return null;
  });
}

function relation(
  name: string,
  test: (a: ReadonlyMap<HashKey, Value>, b: ReadonlyMap<HashKey, Value>) => boolean,
): PyBuiltin {
  return method(`${name}(self, other, /)`, (set, { other }, context) => {
    const right = elementsOf(other as Value, context);
    if (isUnknown(right)) return right;
    return set.taint ?? test(set.entries, right);
  });
}

const within = (a: ReadonlyMap<HashKey, Value>, b: ReadonlyMap<HashKey, Value>): boolean =>
  [...a.keys()].every((key) => b.has(key));

function readers(): Record<string, Value> {
  return {
    union: combined('union', '|'),
    intersection: combined('intersection', '&'),
    difference: combined('difference', '-'),
    symmetric_difference: combined('symmetric_difference', '^'),
    isdisjoint: relation('isdisjoint', (a, b) => ![...a.keys()].some((key) => b.has(key))),
    issubset: relation('issubset', within),
    issuperset: relation('issuperset', (a, b) => within(b, a)),
    copy: method('copy(self)', (set, _args, context) => {
      const copy = makeSet(context, new Map(set.entries), set.frozen);
      copy.taint = set.taint;
      return copy;
    }),
    __len__: method('__len__(self)', (set) => set.taint ?? set.entries.size),
    __iter__: method('__iter__(self)', (set, _args, context) => iterateBuiltin(set, context) ?? null),
    __contains__: method(
      '__contains__(self, item, /)',
      (set, { item }, context) => containsBuiltin(set, item as Value, context) ?? false,
    ),
    __repr__: method('__repr__(self)', (set, _args, context) => reprBuiltin(set, context)),
    __eq__: method(
      '__eq__(self, other, /)',
      (set, { other }, context) => compareBuiltin('==', set, other as Value, context) ?? false,
    ),
    __ne__: method(
      '__ne__(self, other, /)',
      (set, { other }, context) => compareBuiltin('!=', set, other as Value, context) ?? true,
    ),
  };
}

/** Adds, removes or asks for one element; an unknown one taints the set. */
function element(
  signature: string,
  action: (set: PySet, key: HashKey, item: Value, context: Context) => Value,
): PyBuiltin {
  return method(signature, (set, { item }, context) => {
    context.heap.touch(set);
    const key = isUnknown(item) ? undefined : context.hashKey(item as Value);
    if (key === undefined) {
      spoil(set, isUnknown(item) ? item : context.unknown(KEY_UNKNOWN), context);
      return null;
    }
    return action(set, key, item as Value, context);
  });
}

export function installSets(set: PyClass, frozenset: PyClass): void {
  const shared = readers();
  for (const [name, value] of Object.entries(shared)) {
    set.namespace.set(name, value);
    frozenset.namespace.set(name, value);
  }
  const changes: Record<string, Value> = {
    add: element('add(self, item, /)', (target, key, item) => {
      if (!target.entries.has(key)) target.entries.set(key, item);
      return null;
    }),
    discard: element('discard(self, item, /)', (target, key) => {
      target.entries.delete(key);
      return null;
    }),
    remove: element('remove(self, item, /)', (target, key, item, context) => {
      if (!target.entries.delete(key) && !target.taint) return keyError(item, context);
      return null;
    }),
    pop: method('pop(self)', (target, _args, context) => {
      if (target.taint) return target.taint;
      if (target.entries.size === 0) return context.raise('KeyError', 'pop from an empty set');
      context.heap.touch(target);
      if (target.entries.size === 1) {
        const [key, item] = [...target.entries][0] as [HashKey, Value];
        target.entries.delete(key);
        return item;
      }
      const reason = context.unknown('which element set.pop() takes depends on the run');
      spoil(target, reason, context);
      return reason;
    }),
    clear: method('clear(self)', (target, _args, context) => {
      context.heap.touch(target);
      target.entries.clear();
      target.taint = null;
      return null;
    }),
    update: updated('update', '|'),
    intersection_update: updated('intersection_update', '&'),
    difference_update: updated('difference_update', '-'),
    symmetric_difference_update: updated('symmetric_difference_update', '^'),
    __hash__: null,
  };
  for (const [name, value] of Object.entries(changes)) set.namespace.set(name, value);
}

/** `set(iterable)` and `frozenset(iterable)`. */
export function constructSet(
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const frozen = cls.layout === 'frozenset';
  if (kwargs.size > 0) return context.raise('TypeError', `${cls.name}() takes no keyword arguments`);
  if (args.length > 1) return context.raise('TypeError', `${cls.name} expected at most 1 argument, got ${args.length}`);
  const own = cls === setClass || cls === frozensetClass ? null : cls;
  const [source] = args;
  if (source === undefined) return makeSet(context, new Map(), frozen, own);
  const entries = elementsOf(source, context);
  const result = makeSet(context, new Map(isUnknown(entries) ? [] : entries), frozen, own);
  if (isUnknown(entries)) result.taint = entries;
  return result;
}
