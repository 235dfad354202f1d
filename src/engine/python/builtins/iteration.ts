/** `zip`, `map`, `filter`, `enumerate`, `reversed`, and what iterators can do. */
import { asInt, firstUnknown, isInstance, isList, isTuple, isUnknown, makeTuple, type } from './common.js';
import type { Context } from '../context.js';
import { PyRaise, UnknownFlow } from '../errors.js';
import { defineFunction } from '../define.js';
import { addInt } from '../symint.js';
import type { PyClass, PyIterator, Unknown, Value } from '../value.js';
import {
  iteratorMembers,
  generatorClass,
  enumerateClass,
  filterClass,
  mapClass,
  reversedClass,
  zipClass,
} from './classes.js';

type Construct = NonNullable<PyClass['construct']>;

/** Iterators over all arguments, or the first unknown among them. */
function iterators(values: readonly Value[], context: Context): PyIterator[] | Unknown {
  const result: PyIterator[] = [];
  for (const value of values) {
    const iterator = context.iterate(value);
    if (isUnknown(iterator)) return iterator;
    result.push(iterator);
  }
  return result;
}

/** The truth of a value inside an iterator; an unknown ends what can be said about its course. */
function decided(value: Value, context: Context): boolean {
  const truth = context.truth(value);
  if (isUnknown(truth)) throw new UnknownFlow(truth);
  return truth;
}

function shortest(parts: readonly PyIterator[]): () => number | null {
  return () => {
    let least: number | null = null;
    for (const part of parts) {
      const length = part.lengthHint?.() ?? null;
      if (length === null) return null;
      least = least === null ? length : Math.min(least, length);
    }
    return least;
  };
}

export const constructZip: Construct = (_cls, args, kwargs, context) => {
  const strict = kwargs.get('strict') ?? false;
  const parts = iterators(args, context);
  if (isUnknown(parts)) return parts;
  const checked = context.truth(strict) === true;
  return {
    kind: 'iterator',
    name: 'zip',
    lengthHint: shortest(parts),
    next: (running) => {
      if (parts.length === 0) return undefined;
      const items: Value[] = [];
      for (const [i, part] of parts.entries()) {
        const item = part.next(running);
        if (item === undefined) {
          if (checked && i > 0)
            return running.raise(
              'ValueError',
              `zip() argument ${i + 1} is shorter than argument${i > 1 ? `s 1-${i}` : ' 1'}`,
            );
          if (checked && parts.slice(1).some((other) => other.next(running) !== undefined))
            return running.raise('ValueError', 'zip() argument 2 is longer than argument 1');
          return undefined;
        }
        items.push(item);
      }
      return makeTuple(items);
    },
  };
};

export const constructMap: Construct = (_cls, args, _kwargs, context) => {
  const [func, ...sources] = args;
  if (func === undefined || sources.length === 0)
    return context.raise('TypeError', 'map() must have at least two arguments.');
  const parts = iterators(sources, context);
  if (isUnknown(parts)) return parts;
  return {
    kind: 'iterator',
    name: 'map',
    lengthHint: shortest(parts),
    next: (running) => {
      const items: Value[] = [];
      for (const part of parts) {
        const item = part.next(running);
        if (item === undefined) return undefined;
        items.push(item);
      }
      return running.call(func, items);
    },
  };
};

export const constructFilter: Construct = (_cls, args, _kwargs, context) => {
  const [func, source] = args;
  if (func === undefined || source === undefined)
    return context.raise('TypeError', `filter expected 2 arguments, got ${args.length}`);
  const iterator = context.iterate(source);
  if (isUnknown(iterator)) return iterator;
  return {
    kind: 'iterator',
    name: 'filter',
    next: (running) => {
      for (;;) {
        const item = iterator.next(running);
        if (item === undefined) return undefined;
        if (decided(func === null ? item : running.call(func, [item]), running)) return item;
      }
    },
  };
};

export const constructEnumerate: Construct = (_cls, args, kwargs, context) => {
  const source = args[0] ?? kwargs.get('iterable');
  if (source === undefined)
    return context.raise('TypeError', "enumerate() missing required argument 'iterable' (pos 1)");
  const start = args[1] ?? kwargs.get('start') ?? 0;
  const iterator = context.iterate(source);
  if (isUnknown(iterator)) return iterator;
  let count = asInt(start);
  if (count === undefined)
    return (
      firstUnknown(start) ??
      context.raise('TypeError', `'${type(start, context)}' object cannot be interpreted as an integer`)
    );
  return {
    kind: 'iterator',
    name: 'enumerate',
    lengthHint: iterator.lengthHint ? () => iterator.lengthHint?.() ?? null : undefined,
    next: (running) => {
      const item = iterator.next(running);
      if (item === undefined || count === undefined) return undefined;
      const pair = makeTuple([count, item]);
      count = addInt(count, 1);
      return pair;
    },
  };
};

export const constructReversed: Construct = (_cls, args, _kwargs, context) => {
  const [source] = args;
  if (source === undefined) return context.raise('TypeError', 'reversed expected 1 argument, got 0');
  const unknown = firstUnknown(source);
  if (unknown) return unknown;
  const builtin = isList(source) || isTuple(source) || typeof source === 'string';
  if (!builtin || source === null) {
    const method =
      typeof source === 'object' && source !== null && source.kind === 'instance'
        ? context.getAttribute(source, '__reversed__')
        : undefined;
    if (method !== undefined) return context.call(method);
    if (typeof source === 'object' && source?.kind === 'set')
      return context.raise('TypeError', "'set' object is not reversible");
    if (typeof source === 'object' && source?.kind === 'iterator')
      return context.raise('TypeError', `'${type(source, context)}' object is not reversible`);
    if (typeof source === 'object' && source?.kind === 'instance') return reverseByIndex(source, context);
  }
  const items = context.items(source);
  return isUnknown(items) ? items : context.iterator(items.reverse(), 'reversed');
};

function reverseByIndex(source: Value, context: Context): Value {
  const length = context.length(source);
  if (isUnknown(length)) return length;
  if (typeof length !== 'number') return context.unknown('the number of items to reverse is not known');
  let next = length - 1;
  return {
    kind: 'iterator',
    name: 'reversed',
    lengthHint: () => next + 1,
    next: (running) => (next >= 0 ? running.getItem(source, next--) : undefined),
  };
}

/** `next(iterator)`; `undefined` at the end. */
export function advance(iterator: Value, context: Context): Value | undefined {
  if (isUnknown(iterator)) return iterator;
  if (typeof iterator === 'object' && iterator?.kind === 'iterator') return iterator.next(context);
  const method = context.getAttribute(iterator, '__next__');
  if (method === undefined) return context.raise('TypeError', `'${type(iterator, context)}' object is not an iterator`);
  return context.call(method);
}

/** The signal that raising `exception` gives. */
function raisedBy(exception: Value, context: Context): PyRaise {
  try {
    return context.raiseValue(exception);
  } catch (error) {
    if (error instanceof PyRaise) return error;
    throw error;
  }
}

/** An iterator of at hand items that reads its own position, for itertools. */
export function iteratorOf(name: string, next: (context: Context) => Value | undefined): PyIterator {
  return { kind: 'iterator', name, next };
}

/** `__iter__`, `__next__`, `send`, `close`, `throw` of iterators. */
export function installIterators(): void {
  Object.assign(iteratorMembers, {
    __iter__: defineFunction('__iter__(self)', ({ self }) => self as Value),
    __next__: defineFunction('__next__(self)', ({ self }, context) => {
      const item = advance(self as Value, context);
      return item === undefined ? context.raiseValue(context.builtinClass('StopIteration')) : item;
    }),
    __length_hint__: defineFunction('__length_hint__(self)', ({ self }, context) => {
      const hint = typeof self === 'object' && self?.kind === 'iterator' ? self.lengthHint?.() : null;
      return hint ?? context.unknown('the number of items left is not known');
    }),
  });
  for (const cls of [enumerateClass, zipClass, mapClass, filterClass, reversedClass, generatorClass])
    for (const [name, value] of Object.entries(iteratorMembers)) cls.namespace.set(name, value);
  generatorClass.namespace.set(
    'send',
    defineFunction('generator.send(self, value, /)', ({ self, value }, context) => {
      if (typeof self !== 'object' || self?.kind !== 'iterator') return self as Value;
      const item = self.send ? self.send(value as Value, context) : self.next(context);
      return item === undefined ? context.raiseValue(context.builtinClass('StopIteration')) : item;
    }),
  );
  generatorClass.namespace.set(
    'close',
    defineFunction('generator.close(self)', () => null),
  );
  generatorClass.namespace.set(
    'throw',
    defineFunction('generator.throw(self, exception, *rest)', ({ self, exception, rest }, context) => {
      // `throw(type, value)` gives the exception second.
      const given = isTuple(rest) && isInstance(rest.items[0]) ? rest.items[0] : (exception as Value);
      if (typeof self !== 'object' || self?.kind !== 'iterator' || !self.throw) return context.raiseValue(given);
      const item = self.throw(raisedBy(given, context), context);
      return item === undefined ? context.raiseValue(context.builtinClass('StopIteration')) : item;
    }),
  );
}
