/** `list` and `tuple`: construction and methods. */
import {
  asIndex,
  asInt,
  firstTaint,
  isClass,
  isList,
  isTuple,
  isUnknown,
  makeList,
  makeTuple,
  type,
} from './common.js';
import { compareBuiltin, containsBuiltin, equalItems } from '../compare.js';
import type { Context } from '../context.js';
import { defineFunction, type Bound } from '../define.js';
import { reprBuiltin } from '../format.js';
import {
  deleteItemBuiltin,
  getItemBuiltin,
  iterateBuiltin,
  lengthBuiltin,
  setItemBuiltin,
  spoil,
} from '../subscript.js';
import { isSym } from '../symint.js';
import type { PyBuiltin, PyClass, PyList, Unknown, Value } from '../value.js';
import { binaryBuiltin, inplaceBuiltin } from '../arith.js';
import { sortItems } from './sorting.js';

function self(args: Bound, context: Context): PyList {
  const list = args['self'];
  return isList(list)
    ? list
    : context.raise('TypeError', `descriptor requires a 'list' object but received a '${type(list, context)}'`);
}

/** A method that changes the list; the change is lost in taint when the list is tainted already. */
function change(signature: string, action: (list: PyList, args: Bound, context: Context) => Value): PyBuiltin {
  return defineFunction(
    signature,
    (args, context) => {
      if (isUnknown(args['self'])) return args['self'];
      const list = self(args, context);
      context.heap.touch(list);
      return action(list, args, context);
    },
    { qualname: `list.${signature.slice(0, signature.indexOf('('))}` },
  );
}

/** Items between `start` and `stop` of `index` methods. */
function search(items: readonly Value[], args: Bound, context: Context, taint: Unknown | null, message: string): Value {
  const length = items.length;
  const bound = (value: Value | undefined, missing: number): number => {
    const index = asIndex(value) ?? missing;
    return index < 0 ? Math.max(0, index + length) : index;
  };
  if (taint) return taint;
  const stop = Math.min(length, bound(args['stop'], length));
  for (let i = bound(args['start'], 0); i < stop; i++) {
    const equal = equalItems(items[i] as Value, args['value'] as Value, context);
    if (equal === true) return i;
    if (equal !== false) return equal;
  }
  return context.raise('ValueError', message);
}

function count(items: readonly Value[], value: Value, context: Context): Value {
  let total = 0;
  for (const item of items) {
    const equal = equalItems(item, value, context);
    if (isUnknown(equal)) return equal;
    if (equal) total++;
  }
  return total;
}

export function installList(cls: PyClass): void {
  const members: Record<string, Value> = {
    append: {
      // Called in every loop: without the general argument binding.
      kind: 'builtin',
      name: 'append',
      qualname: 'list.append',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [list, item] = args;
        if (args.length !== 2 || kwargs.size > 0)
          return context.raise('TypeError', `list.append() takes exactly one argument (${args.length - 1} given)`);
        if (!isList(list))
          return isUnknown(list)
            ? list
            : context.raise(
                'TypeError',
                `descriptor 'append' for 'list' objects doesn't apply to a '${type(list, context)}' object`,
              );
        context.heap.touch(list);
        list.items.push(item as Value);
        return null;
      },
    },
    extend: change('extend(self, iterable, /)', (list, { iterable }, context) => {
      inplaceBuiltin('+', list, iterable as Value, context);
      return null;
    }),
    insert: change('insert(self, index, object, /)', (list, { index, object }, context) => {
      const int = asInt(index);
      if (int === undefined || isSym(int)) {
        spoil(list, isUnknown(index) ? index : context.unknown('a position in a list is not known'), context);
        return null;
      }
      let at = Number(int);
      if (at < 0) at = Math.max(0, at + list.items.length);
      list.items.splice(at, 0, object as Value);
      return null;
    }),
    remove: change('remove(self, value, /)', (list, { value }, context) => {
      if (list.taint) return null;
      for (const [i, item] of list.items.entries()) {
        const equal = equalItems(item, value as Value, context);
        if (isUnknown(equal)) {
          spoil(list, equal, context);
          return null;
        }
        if (equal) {
          list.items.splice(i, 1);
          return null;
        }
      }
      return context.raise('ValueError', 'list.remove(x): x not in list');
    }),
    pop: change('pop(self, index=-1, /)', (list, { index }, context) => {
      if (list.taint) return list.taint;
      const at = asIndex(index);
      if (at === undefined) {
        const reason = isUnknown(index) ? index : context.unknown('a position in a list is not known');
        spoil(list, reason, context);
        return reason;
      }
      if (list.items.length === 0) return context.raise('IndexError', 'pop from empty list');
      const position = at < 0 ? at + list.items.length : at;
      if (position < 0 || position >= list.items.length) return context.raise('IndexError', 'pop index out of range');
      return list.items.splice(position, 1)[0] as Value;
    }),
    clear: change('clear(self)', (list) => {
      list.items = [];
      list.taint = null;
      return null;
    }),
    reverse: change('reverse(self)', (list) => {
      list.items.reverse();
      return null;
    }),
    sort: change('sort(self, *, key=None, reverse=False)', (list, { key, reverse }, context) => {
      if (list.taint) return null;
      const sorted = sortItems(list.items, key as Value, reverse as Value, context);
      if (isUnknown(sorted)) spoil(list, sorted, context);
      else {
        context.heap.touch(list);
        list.items = sorted;
      }
      return null;
    }),
    copy: defineFunction('list.copy(self)', (args, context) => {
      const list = self(args, context);
      const copy = makeList(context, list.items.slice());
      copy.taint = list.taint;
      return copy;
    }),
    index: defineFunction('list.index(self, value, start=0, stop=None, /)', (args, context) => {
      const list = self(args, context);
      const text = isUnknown(args['value']) ? null : reprBuiltin(args['value'] as Value, context);
      return search(
        list.items,
        args,
        context,
        list.taint,
        `${typeof text === 'string' ? text : 'the value'} is not in list`,
      );
    }),
    count: defineFunction('list.count(self, value, /)', (args, context) => {
      const list = self(args, context);
      return list.taint ?? count(list.items, args['value'] as Value, context);
    }),
    ...sequenceMembers('list'),
    __setitem__: defineFunction('list.__setitem__(self, key, value, /)', ({ self: list, key, value }, context) => {
      setItemBuiltin(list as Value, key as Value, value as Value, context);
      return null;
    }),
    __delitem__: defineFunction('list.__delitem__(self, key, /)', ({ self: list, key }, context) => {
      deleteItemBuiltin(list as Value, key as Value, context);
      return null;
    }),
    __iadd__: defineFunction(
      'list.__iadd__(self, other, /)',
      ({ self: list, other }, context) => inplaceBuiltin('+', list as Value, other as Value, context) ?? null,
    ),
    __hash__: null,
  };
  for (const [name, value] of Object.entries(members)) cls.namespace.set(name, value);
}

/** Special methods that subclasses reach through `super()`. */
function sequenceMembers(owner: 'list' | 'tuple'): Record<string, Value> {
  const compare = (name: string, op: '==' | '!=' | '<' | '<=' | '>' | '>='): PyBuiltin =>
    defineFunction(
      `${owner}.${name}(self, other, /)`,
      ({ self: left, other }, context) =>
        compareBuiltin(op, left as Value, other as Value, context) ?? { kind: 'singleton', name: 'NotImplemented' },
    );
  return {
    __len__: defineFunction(
      `${owner}.__len__(self)`,
      ({ self: list }, context) => lengthBuiltin(list as Value, context) ?? null,
    ),
    __getitem__: defineFunction(
      `${owner}.__getitem__(self, key, /)`,
      ({ self: list, key }, context) => getItemBuiltin(list as Value, key as Value, context) ?? null,
    ),
    __contains__: defineFunction(
      `${owner}.__contains__(self, key, /)`,
      ({ self: list, key }, context) => containsBuiltin(list as Value, key as Value, context) ?? false,
    ),
    __iter__: defineFunction(
      `${owner}.__iter__(self)`,
      ({ self: list }, context) => iterateBuiltin(list as Value, context) ?? null,
    ),
    __reversed__: defineFunction(`${owner}.__reversed__(self)`, ({ self: list }, context) => {
      const items = context.items(list as Value);
      return isUnknown(items) ? items : context.iterator(items.reverse(), `${owner}_reverseiterator`);
    }),
    __repr__: defineFunction(`${owner}.__repr__(self)`, ({ self: list }, context) =>
      reprBuiltin(list as Value, context),
    ),
    __add__: defineFunction(
      `${owner}.__add__(self, other, /)`,
      ({ self: list, other }, context) => binaryBuiltin('+', list as Value, other as Value, context) ?? null,
    ),
    __mul__: defineFunction(
      `${owner}.__mul__(self, other, /)`,
      ({ self: list, other }, context) => binaryBuiltin('*', list as Value, other as Value, context) ?? null,
    ),
    __rmul__: defineFunction(
      `${owner}.__rmul__(self, other, /)`,
      ({ self: list, other }, context) => binaryBuiltin('*', list as Value, other as Value, context) ?? null,
    ),
    __eq__: compare('__eq__', '=='),
    __ne__: compare('__ne__', '!='),
    __lt__: compare('__lt__', '<'),
    __le__: compare('__le__', '<='),
    __gt__: compare('__gt__', '>'),
    __ge__: compare('__ge__', '>='),
  };
}

export function installTuple(cls: PyClass): void {
  const members: Record<string, Value> = {
    index: defineFunction('tuple.index(self, value, start=0, stop=None, /)', (args, context) => {
      const tuple = args['self'];
      return isTuple(tuple)
        ? search(tuple.items, args, context, null, 'tuple.index(x): x not in tuple')
        : (tuple as Value);
    }),
    count: defineFunction('tuple.count(self, value, /)', ({ self: tuple, value }, context) =>
      isTuple(tuple) ? count(tuple.items, value as Value, context) : (tuple as Value),
    ),
    ...sequenceMembers('tuple'),
  };
  for (const [name, value] of Object.entries(members)) cls.namespace.set(name, value);
}

/** `list(iterable)`. */
export function constructList(
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  if (kwargs.size > 0) return context.raise('TypeError', 'list() takes no keyword arguments');
  if (args.length > 1) return context.raise('TypeError', `list expected at most 1 argument, got ${args.length}`);
  const own = cls.module === 'builtins' && cls.name === 'list' ? null : cls;
  const [source] = args;
  if (source === undefined) return makeList(context, [], own);
  if (isList(source) && source.taint && !source.cls) {
    // What is known of it may be wrong, but it certainly is a list.
    const copy = makeList(context, source.items.slice(), own);
    copy.taint = source.taint;
    return copy;
  }
  const items = context.items(source);
  if (!isUnknown(items)) return makeList(context, items, own);
  const list = makeList(context, [], own);
  list.taint = items;
  return list;
}

/** `tuple(iterable)`. */
export function constructTuple(
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  if (kwargs.size > 0) return context.raise('TypeError', 'tuple() takes no keyword arguments');
  if (args.length > 1) return context.raise('TypeError', `tuple expected at most 1 argument, got ${args.length}`);
  const own = isClass(cls) && cls.module === 'builtins' && cls.name === 'tuple' ? null : cls;
  const [source] = args;
  if (source === undefined) return makeTuple([], own);
  if (isTuple(source) && source.cls === own) return source;
  const reason = firstTaint(source);
  if (reason) return { ...reason, cls };
  const items = context.items(source);
  return isUnknown(items) ? { ...items, cls } : makeTuple(items, own);
}
