/**
 * `named_modules`, `named_parameters`, `children` and their kin: lazy, as PyTorch's generators are, so that replacing
 * children inside the loop has the effect it has in PyTorch.
 *
 * What is known comes first; a walk over a module with unknown members then ends as one whose course can't be known further.
 */
import type { Context } from '../../python/context.js';
import { UnknownFlow } from '../../python/errors.js';
import type { PyDict, PyInstance, PyIterator, Unknown, Value } from '../../python/value.js';
import { hiddenMembers, isModule, mayBeModule, moduleClass } from './module.js';
import { argument, classMember, dictOf, isUnknown, method, type MemberDict } from './objects.js';

/** The first unknown a walk met. */
interface Walk {
  readonly context: Context;
  blocked: Unknown | null;
}

function block(walk: Walk, reason: Unknown | null | undefined): void {
  if (reason) walk.blocked ??= reason;
}

/** Live entries of a dictionary by the names it has when the walk reaches it. */
function* entriesOf(walk: Walk, dict: PyDict | undefined): Generator<[string, Value]> {
  if (!dict) return;
  block(walk, dict.taint);
  for (const [hash, { key }] of [...dict.entries]) {
    const entry = dict.entries.get(hash);
    if (!entry || typeof key !== 'string' || entry.value === null) continue;
    if (isUnknown(entry.value)) block(walk, entry.value);
    else yield [key, entry.value];
  }
}

/** Notes what of a module can't be known: attributes that may be modules or parameters, a base that is not resolved. */
function look(walk: Walk, module: PyInstance): void {
  block(walk, module.taint);
  block(walk, hiddenMembers(module)[0]);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function overrides(self: PyInstance, name: string): boolean {
  return classMember(self.cls, name) !== moduleClass.namespace.get(name);
}

/** Pairs that a user's own method gives. */
function* pairsFrom(walk: Walk, value: Value): Generator<[string, Value]> {
  const items = walk.context.items(value);
  if (isUnknown(items)) {
    block(walk, items);
    return;
  }
  for (const item of items) {
    const pair = walk.context.items(item);
    const [name, member, more] = isUnknown(pair) ? [] : pair;
    if (isUnknown(pair)) block(walk, pair);
    else if (typeof name !== 'string' || member === undefined || more !== undefined)
      block(walk, walk.context.unknown('something else than a name and a member is given here'));
    else if (isUnknown(member)) block(walk, member);
    else yield [name, member];
  }
}

function* namedModules(
  walk: Walk,
  self: PyInstance,
  memo: Set<Value>,
  prefix: string,
  removeDuplicate: boolean,
): Generator<[string, PyInstance]> {
  if (memo.has(self)) return;
  if (removeDuplicate) memo.add(self);
  look(walk, self);
  yield [prefix, self];
  for (const [name, child] of entriesOf(walk, dictOf(self, '_modules'))) {
    if (!isModule(child)) {
      if (mayBeModule(child)) block(walk, child.cls.unknownBase);
      continue;
    }
    const path = join(prefix, name);
    if (!overrides(child, 'named_modules')) {
      yield* namedModules(walk, child, memo, path, removeDuplicate);
      continue;
    }
    const kwargs = new Map<string, Value>([
      ['prefix', path],
      ['remove_duplicate', removeDuplicate],
    ]);
    for (const [key, module] of pairsFrom(walk, walk.context.callMethod(child, 'named_modules', [], kwargs))) {
      if (!isModule(module) || memo.has(module)) continue;
      if (removeDuplicate) memo.add(module);
      yield [key, module];
    }
  }
}

function* modulesFor(
  walk: Walk,
  self: PyInstance,
  prefix: string,
  recurse: boolean,
  removeDuplicate: boolean,
): Generator<[string, PyInstance]> {
  if (!recurse) {
    look(walk, self);
    yield [prefix, self];
  } else if (overrides(self, 'named_modules')) {
    const kwargs = new Map<string, Value>([
      ['prefix', prefix],
      ['remove_duplicate', removeDuplicate],
    ]);
    for (const [key, module] of pairsFrom(walk, walk.context.callMethod(self, 'named_modules', [], kwargs)))
      if (isModule(module)) yield [key, module];
  } else yield* namedModules(walk, self, new Set(), prefix, removeDuplicate);
}

type MembersOf = (module: PyInstance) => Iterable<[string, Value]>;

function* namedMembers(
  walk: Walk,
  membersOf: MembersOf,
  self: PyInstance,
  prefix: string,
  recurse: boolean,
  removeDuplicate: boolean,
): Generator<[string, Value]> {
  const memo = new Set<Value>();
  for (const [path, module] of modulesFor(walk, self, prefix, recurse, removeDuplicate))
    for (const [name, value] of membersOf(module)) {
      if (value === null || memo.has(value)) continue;
      if (removeDuplicate) memo.add(value);
      yield [join(path, name), value];
    }
}

function* namedChildren(walk: Walk, self: PyInstance): Generator<[string, PyInstance]> {
  const memo = new Set<Value>();
  look(walk, self);
  for (const [name, child] of entriesOf(walk, dictOf(self, '_modules'))) {
    if (!mayBeModule(child) || memo.has(child)) continue;
    memo.add(child);
    yield [name, child];
  }
}

/** The children that are known, each once. */
export function knownChildren(self: PyInstance, context: Context): [string, PyInstance][] {
  return [...namedChildren({ context, blocked: null }, self)];
}

type Shape = 'pairs' | 'values';

/** A walk as a Python iterator over pairs or over their second items. */
function iterator(context: Context, shape: Shape, start: (walk: Walk) => Generator<[string, Value]>): PyIterator {
  const walk: Walk = { context, blocked: null };
  const generator = start(walk);
  return {
    kind: 'iterator',
    name: 'generator',
    next: () => {
      const step = generator.next();
      if (!step.done) return shape === 'pairs' ? context.tuple(step.value) : step.value[1];
      if (walk.blocked) throw new UnknownFlow(walk.blocked);
      return undefined;
    },
  };
}

interface Options {
  readonly prefix: string;
  readonly recurse: boolean;
  readonly removeDuplicate: boolean;
}

/** Reads the common arguments, named in the order the method takes them; an unknown one is the answer. */
function withOptions(
  order: readonly ('memo' | 'prefix' | 'recurse' | 'remove_duplicate' | 'get_members_fn')[],
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
  body: (options: Options, read: (name: string) => Value) => Value,
): Value {
  const read = (name: string): Value =>
    argument(args, kwargs, order.indexOf(name as (typeof order)[number]), name) ?? null;
  const flag = (name: 'recurse' | 'remove_duplicate'): boolean | Unknown =>
    order.includes(name) ? context.truth(argument(args, kwargs, order.indexOf(name), name, true) ?? null) : true;
  const prefix = order.includes('prefix') ? (argument(args, kwargs, order.indexOf('prefix'), 'prefix', '') ?? '') : '';
  const recurse = flag('recurse');
  const removeDuplicate = flag('remove_duplicate');
  if (isUnknown(recurse)) return recurse;
  if (isUnknown(removeDuplicate)) return removeDuplicate;
  if (typeof prefix !== 'string')
    return isUnknown(prefix) ? prefix : context.raise('TypeError', 'prefix must be a string');
  return body({ prefix, recurse, removeDuplicate }, read);
}

const named = (name: 'named_parameters' | 'named_buffers', dictName: MemberDict) =>
  method(name, (self, args, kwargs, context) =>
    withOptions(
      ['prefix', 'recurse', 'remove_duplicate'],
      args,
      kwargs,
      context,
      ({ prefix, recurse, removeDuplicate }) =>
        iterator(context, 'pairs', (walk) =>
          namedMembers(
            walk,
            (module) => entriesOf(walk, dictOf(module, dictName)),
            self,
            prefix,
            recurse,
            removeDuplicate,
          ),
        ),
    ),
  );

const members = (name: 'parameters' | 'buffers') =>
  method(name, (self, args, kwargs, context) =>
    withOptions(['recurse'], args, kwargs, context, ({ recurse }) =>
      iterator(context, 'values', (walk) =>
        overrides(self, `named_${name}`)
          ? pairsFrom(
              walk,
              context.callMethod(self, `named_${name}`, [], new Map<string, Value>([['recurse', recurse]])),
            )
          : namedMembers(walk, (module) => entriesOf(walk, dictOf(module, `_${name}`)), self, '', recurse, true),
      ),
    ),
  );

/** The iterators of `Module`. */
export const walkMembers: Readonly<Record<string, Value>> = {
  named_parameters: named('named_parameters', '_parameters'),
  parameters: members('parameters'),
  named_buffers: named('named_buffers', '_buffers'),
  buffers: members('buffers'),
  _named_members: method('_named_members', (self, args, kwargs, context) =>
    withOptions(
      ['get_members_fn', 'prefix', 'recurse', 'remove_duplicate'],
      args,
      kwargs,
      context,
      ({ prefix, recurse, removeDuplicate }, read) =>
        iterator(context, 'pairs', (walk) =>
          namedMembers(
            walk,
            (module) => pairsFrom(walk, context.call(read('get_members_fn'), [module])),
            self,
            prefix,
            recurse,
            removeDuplicate,
          ),
        ),
    ),
  ),
  named_modules: method('named_modules', (self, args, kwargs, context) =>
    withOptions(['memo', 'prefix', 'remove_duplicate'], args, kwargs, context, ({ prefix, removeDuplicate }, read) => {
      const given = read('memo');
      const memo = new Set<Value>(typeof given === 'object' && given?.kind === 'set' ? given.entries.values() : []);
      return iterator(context, 'pairs', (walk) => namedModules(walk, self, memo, prefix, removeDuplicate));
    }),
  ),
  modules: method('modules', (self, args, kwargs, context) =>
    withOptions(['remove_duplicate'], args, kwargs, context, ({ removeDuplicate }) =>
      iterator(context, 'values', (walk) => modulesFor(walk, self, '', true, removeDuplicate)),
    ),
  ),
  named_children: method('named_children', (self, _args, _kwargs, context) =>
    iterator(context, 'pairs', (walk) => namedChildren(walk, self)),
  ),
  children: method('children', (self, _args, _kwargs, context) =>
    iterator(context, 'values', (walk) =>
      overrides(self, 'named_children')
        ? pairsFrom(walk, context.callMethod(self, 'named_children'))
        : namedChildren(walk, self),
    ),
  ),
};
