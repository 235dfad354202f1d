/**
 * `named_modules`, `named_parameters`, `children` and their kin: lazy, as PyTorch's generators are, so that replacing
 * children inside the loop has the effect it has in PyTorch.
 */
import type { Context } from '../../python/context.js';
import type { PyDict, PyInstance, PyIterator, Unknown, Value } from '../../python/value.js';
import { isModule, moduleClass } from './module.js';
import { argument, classMember, dictOf, isInstance, isUnknown, method } from './objects.js';

/** An unknown that a walk met: what follows in the walk can't be known. */
class Blocked extends Error {
  constructor(readonly reason: Unknown) {
    super(reason.reason);
  }
}

function flag(value: Value | undefined, context: Context): boolean {
  const truth = context.truth(value ?? null);
  if (isUnknown(truth)) throw new Blocked(truth);
  return truth;
}

/** Live entries of a dictionary by the names it has when the walk reaches it. */
function* entriesOf(dict: PyDict | undefined): Generator<[string, Value]> {
  if (!dict) return;
  if (dict.taint) throw new Blocked(dict.taint);
  for (const [hash, { key }] of [...dict.entries]) {
    const entry = dict.entries.get(hash);
    if (entry && typeof key === 'string') yield [key, entry.value];
  }
}

export function* namedModules(
  self: PyInstance,
  memo: Set<Value>,
  prefix: string,
  removeDuplicate: boolean,
  context: Context,
): Generator<[string, PyInstance]> {
  if (memo.has(self)) return;
  if (removeDuplicate) memo.add(self);
  if (self.taint) throw new Blocked(self.taint);
  yield [prefix, self];
  for (const [name, child] of entriesOf(dictOf(self, '_modules'))) {
    if (child === null) continue;
    if (isUnknown(child)) throw new Blocked(child);
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (!isModule(child)) continue;
    if (overrides(child, 'named_modules')) {
      const inner = context.items(context.callMethod(child, 'named_modules', [], new Map<string, Value>([['prefix', path], ['remove_duplicate', removeDuplicate]])));
      if (isUnknown(inner)) throw new Blocked(inner);
      for (const pair of inner) {
        const [key, module] = typeof pair === 'object' && pair?.kind === 'tuple' ? pair.items : [];
        if (typeof key !== 'string' || !isInstance(module) || memo.has(module)) continue;
        if (removeDuplicate) memo.add(module);
        yield [key, module];
      }
    } else yield* namedModules(child, memo, path, removeDuplicate, context);
  }
}

function overrides(self: PyInstance, name: string): boolean {
  return classMember(self.cls, name) !== moduleClass.namespace.get(name);
}

/** Whether something unknown below `self` could hold members that a walk would miss. */
export function blockedBy(self: PyInstance, deep = true, memo = new Set<PyInstance>()): Unknown | null {
  if (memo.has(self)) return null;
  memo.add(self);
  if (self.taint) return self.taint;
  for (const name of ['_parameters', '_buffers', '_modules']) {
    const dict = dictOf(self, name);
    if (dict?.taint) return dict.taint;
    for (const { value } of dict?.entries.values() ?? []) {
      if (isUnknown(value)) return value;
      if (deep && name === '_modules' && isModule(value)) {
        const inner = blockedBy(value, deep, memo);
        if (inner) return inner;
      }
    }
  }
  return null;
}

export function* namedMembers(
  self: PyInstance,
  dictName: '_parameters' | '_buffers',
  prefix: string,
  recurse: boolean,
  removeDuplicate: boolean,
  context: Context,
): Generator<[string, Value]> {
  const memo = new Set<Value>();
  const modules = recurse ? modulesFor(self, prefix, removeDuplicate, context) : [[prefix, self] as [string, PyInstance]];
  for (const [path, module] of modules)
    for (const [name, value] of entriesOf(dictOf(module, dictName))) {
      if (value === null || memo.has(value)) continue;
      if (isUnknown(value)) throw new Blocked(value);
      if (removeDuplicate) memo.add(value);
      yield [path === '' ? name : `${path}.${name}`, value];
    }
}

function* modulesFor(self: PyInstance, prefix: string, removeDuplicate: boolean, context: Context): Generator<[string, PyInstance]> {
  if (!overrides(self, 'named_modules')) {
    yield* namedModules(self, new Set(), prefix, removeDuplicate, context);
    return;
  }
  const items = context.items(context.callMethod(self, 'named_modules', [], new Map<string, Value>([['prefix', prefix], ['remove_duplicate', removeDuplicate]])));
  if (isUnknown(items)) throw new Blocked(items);
  for (const pair of items) {
    const [key, module] = typeof pair === 'object' && pair?.kind === 'tuple' ? pair.items : [];
    if (typeof key === 'string' && isInstance(module)) yield [key, module];
  }
}

export function* namedChildren(self: PyInstance): Generator<[string, PyInstance]> {
  const memo = new Set<Value>();
  for (const [name, child] of entriesOf(dictOf(self, '_modules'))) {
    if (isUnknown(child)) throw new Blocked(child);
    if (!isModule(child) || memo.has(child)) continue;
    memo.add(child);
    yield [name, child];
  }
}

/**
 * A generator as a Python iterator. A walk over a module with unknown members is that unknown: its items and their number
 * can't be known.
 */
function lazily(self: PyInstance, deep: boolean, walk: () => Generator<Value>): Value {
  const blocked = blockedBy(self, deep);
  if (blocked) return blocked;
  const generator = walk();
  const iterator: PyIterator = {
    kind: 'iterator',
    name: 'generator',
    next: () => {
      try {
        const step = generator.next();
        return step.done ? undefined : step.value;
      } catch (error) {
        if (error instanceof Blocked) return error.reason;
        throw error;
      }
    },
  };
  return iterator;
}

function guarded(body: () => Value): Value {
  try {
    return body();
  } catch (error) {
    if (error instanceof Blocked) return error.reason;
    throw error;
  }
}

function* pairs(walk: Generator<[string, Value]>, context: Context): Generator<Value> {
  for (const [name, value] of walk) yield context.tuple([name, value]);
}
function* values(walk: Generator<[string, Value]>): Generator<Value> {
  for (const [, value] of walk) yield value;
}
/** Second items of the pairs that a user's override yields. */
function seconds(pairsOf: Value, context: Context): Value {
  const items = context.items(pairsOf);
  if (isUnknown(items)) return items;
  return context.iterator(items.map((pair) => context.getItem(pair, 1)));
}

const named = (name: 'named_parameters' | 'named_buffers', dictName: '_parameters' | '_buffers') =>
  method(name, (self, args, kwargs, context) =>
    guarded(() => {
      const prefix = argument(args, kwargs, 0, 'prefix', '');
      const recurse = flag(argument(args, kwargs, 1, 'recurse', true), context);
      const removeDuplicate = flag(argument(args, kwargs, 2, 'remove_duplicate', true), context);
      if (typeof prefix !== 'string') return isUnknown(prefix) ? prefix : context.raise('TypeError', 'prefix must be a string');
      return lazily(self, recurse, () => pairs(namedMembers(self, dictName, prefix, recurse, removeDuplicate, context), context));
    }),
  );

const members = (name: 'parameters' | 'buffers') =>
  method(name, (self, args, kwargs, context) =>
    guarded(() => {
      const recurse = flag(argument(args, kwargs, 0, 'recurse', true), context);
      if (overrides(self, `named_${name}`))
        return seconds(context.callMethod(self, `named_${name}`, [], new Map<string, Value>([['recurse', recurse]])), context);
      return lazily(self, recurse, () => values(namedMembers(self, `_${name}`, '', recurse, true, context)));
    }),
  );

/** The iterators of `Module`. */
export const walkMembers: Readonly<Record<string, Value>> = {
  named_parameters: named('named_parameters', '_parameters'),
  parameters: members('parameters'),
  named_buffers: named('named_buffers', '_buffers'),
  buffers: members('buffers'),
  named_modules: method('named_modules', (self, args, kwargs, context) =>
    guarded(() => {
      const given = argument(args, kwargs, 0, 'memo', null);
      const prefix = argument(args, kwargs, 1, 'prefix', '');
      const removeDuplicate = flag(argument(args, kwargs, 2, 'remove_duplicate', true), context);
      if (typeof prefix !== 'string') return isUnknown(prefix) ? prefix : context.raise('TypeError', 'prefix must be a string');
      const memo = new Set<Value>(typeof given === 'object' && given?.kind === 'set' ? given.entries.values() : []);
      return lazily(self, true, () => pairs(namedModules(self, memo, prefix, removeDuplicate, context), context));
    }),
  ),
  modules: method('modules', (self, args, kwargs, context) =>
    guarded(() => {
      const removeDuplicate = flag(argument(args, kwargs, 0, 'remove_duplicate', true), context);
      if (overrides(self, 'named_modules')) return seconds(context.callMethod(self, 'named_modules'), context);
      return lazily(self, true, () => values(namedModules(self, new Set(), '', removeDuplicate, context)));
    }),
  ),
  named_children: method('named_children', (self, _args, _kwargs, context) => lazily(self, false, () => pairs(namedChildren(self), context))),
  children: method('children', (self, _args, _kwargs, context) =>
    overrides(self, 'named_children') ? seconds(context.callMethod(self, 'named_children'), context) : lazily(self, false, () => values(namedChildren(self))),
  ),
};
