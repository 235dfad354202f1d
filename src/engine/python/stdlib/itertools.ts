/** `itertools`: lazily, by the iterator protocol. */
import { asIndex, asInt, firstUnknown, isUnknown, makeTuple } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineClassMethod, defineFunction, type ModelledModule } from '../define.js';
import { objectClass } from '../builtins/classes.js';
import { UnknownFlow } from '../errors.js';
import type { PyBuiltin, PyIterator, Unknown, Value } from '../value.js';

function iterator(name: string, next: PyIterator['next'], lengthHint?: () => number | null): PyIterator {
  return { kind: 'iterator', name, next, lengthHint };
}

/** The truth of a value inside an iterator; an unknown ends what can be said about its course. */
function decided(value: Value, context: Context): boolean {
  const truth = context.truth(value);
  if (isUnknown(truth)) throw new UnknownFlow(truth);
  return truth;
}

/** Iterators over all values, or the first unknown. */
function open(values: readonly Value[], context: Context): PyIterator[] | Unknown {
  const result: PyIterator[] = [];
  for (const value of values) {
    const part = context.iterate(value);
    if (isUnknown(part)) return part;
    result.push(part);
  }
  return result;
}

/** All items of all values. */
function pools(values: readonly Value[], context: Context): Value[][] | Unknown {
  const result: Value[][] = [];
  for (const value of values) {
    const items = context.items(value);
    if (isUnknown(items)) return items;
    result.push(items);
  }
  return result;
}

function raw(name: string, call: PyBuiltin['call']): PyBuiltin {
  return { kind: 'builtin', name, qualname: `itertools.${name}`, isMethod: false, pure: true, call };
}

function chainOver(sources: () => Value | undefined, context: Context): PyIterator {
  let current: PyIterator | null = null;
  return iterator('chain', (running) => {
    for (;;) {
      if (current === null) {
        const source = sources();
        if (source === undefined) return undefined;
        const opened = context.iterate(source);
        if (isUnknown(opened)) throw new UnknownFlow(opened);
        current = opened;
      }
      const item = current.next(running);
      if (item !== undefined) return item;
      current = null;
    }
  });
}

const chain = defineClass('chain', {
  module: 'itertools',
  bases: [objectClass],
  layout: 'native',
  construct: (_cls, args, _kwargs, context) => {
    let next = 0;
    return chainOver(() => args[next++], context);
  },
  members: {
    from_iterable: defineClassMethod(
      defineFunction('from_iterable(cls, iterable, /)', ({ iterable }, context) => {
        const outer = context.iterate(iterable as Value);
        return isUnknown(outer) ? outer : chainOver(() => outer.next(context), context);
      }),
    ),
  },
});

/** Tuples of choices, `pick` giving the positions of each. */
function choices(
  name: string,
  signature: string,
  positions: (size: number, length: number) => Iterable<readonly number[]>,
): PyBuiltin {
  return defineFunction(signature, ({ iterable, r }, context) => {
    const items = context.items(iterable as Value);
    if (isUnknown(items)) return items;
    const length = r === null ? items.length : asIndex(r);
    if (length === undefined) return firstUnknown(r) ?? context.raise('TypeError', 'Expected int as r');
    if (length < 0) return context.raise('ValueError', 'r must be non-negative');
    const source = positions(items.length, length)[Symbol.iterator]();
    return iterator(name, (running) => {
      running.step();
      const step: IteratorResult<readonly number[], undefined> = source.next();
      return step.done ? undefined : makeTuple(step.value.map((i) => items[i] as Value));
    });
  });
}

function* permutationPositions(size: number, length: number): Iterable<readonly number[]> {
  const chosen: number[] = [];
  function* extend(): Iterable<readonly number[]> {
    if (chosen.length === length) {
      yield chosen.slice();
      return;
    }
    for (let i = 0; i < size; i++) {
      if (chosen.includes(i)) continue;
      chosen.push(i);
      yield* extend();
      chosen.pop();
    }
  }
  yield* extend();
}

function combinationPositions(repeat: boolean): (size: number, length: number) => Iterable<readonly number[]> {
  return function* (size, length) {
    const chosen: number[] = [];
    function* extend(from: number): Iterable<readonly number[]> {
      if (chosen.length === length) {
        yield chosen.slice();
        return;
      }
      for (let i = from; i < size; i++) {
        chosen.push(i);
        yield* extend(repeat ? i : i + 1);
        chosen.pop();
      }
    }
    yield* extend(0);
  };
}

function* productPositions(sizes: readonly number[]): Iterable<readonly number[]> {
  if (sizes.some((size) => size === 0)) return;
  const at = sizes.map(() => 0);
  for (;;) {
    yield at.slice();
    let i = sizes.length - 1;
    while (i >= 0 && ++(at[i] as number) === sizes[i]) at[i--] = 0;
    if (i < 0) return;
  }
}

const product = raw('product', (args, kwargs, context) => {
  const times = kwargs.get('repeat') ?? 1;
  const repeat = asIndex(times);
  if (repeat === undefined) return firstUnknown(times) ?? context.raise('TypeError', 'repeat must be an integer');
  const once = pools(args, context);
  if (isUnknown(once)) return once;
  const all = Array.from({ length: repeat }, () => once).flat();
  const source = productPositions(all.map((pool) => pool.length))[Symbol.iterator]();
  return iterator('product', (running) => {
    running.step();
    const step: IteratorResult<readonly number[], undefined> = source.next();
    return step.done ? undefined : makeTuple(step.value.map((position, i) => all[i]?.[position] as Value));
  });
});

const islice = raw('islice', (args, _kwargs, context) => {
  const [source, ...bounds] = args;
  if (source === undefined || bounds.length === 0 || bounds.length > 3)
    return context.raise('TypeError', `islice expected at least 2 arguments, got ${args.length}`);
  const unknown = firstUnknown(...bounds);
  if (unknown) return unknown;
  const numbers = bounds.map((bound) => (bound === null ? null : (asIndex(bound) ?? NaN)));
  if (numbers.some((n) => n !== null && (Number.isNaN(n) || n < 0))) {
    return bounds.some((bound) => asInt(bound) !== undefined && asIndex(bound) === undefined)
      ? context.unknown('the bounds of islice are not known')
      : context.raise('ValueError', 'Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.');
  }
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0] ?? null, 1] : [numbers[0] ?? 0, numbers[1] ?? null, numbers[2] ?? 1];
  const inner = context.iterate(source);
  if (isUnknown(inner)) return inner;
  let position = 0;
  let wanted = start ?? 0;
  return iterator('islice', (running) => {
    if (stop !== null && stop !== undefined && wanted >= stop) return undefined;
    for (;;) {
      const item = inner.next(running);
      if (item === undefined) return undefined;
      if (position++ === wanted) {
        wanted += step ?? 1;
        return item;
      }
    }
  });
});

const zipLongest = raw('zip_longest', (args, kwargs, context) => {
  const fill = kwargs.get('fillvalue') ?? null;
  const parts = open(args, context);
  if (isUnknown(parts)) return parts;
  const ended = parts.map(() => false);
  return iterator('zip_longest', (running) => {
    if (parts.length === 0) return undefined;
    const items = parts.map((part, i) => {
      const item = ended[i] ? undefined : part.next(running);
      if (item === undefined) ended[i] = true;
      return item ?? (item === null ? null : fill);
    });
    return ended.every(Boolean) ? undefined : makeTuple(items);
  });
});

/** `count`, `cycle`, `repeat`: without end unless told. */
const count = defineFunction('count(start=0, step=1)', ({ start, step }, context) => {
  let value = start as Value;
  let first = true;
  return (
    firstUnknown(start, step) ??
    iterator('count', () => {
      if (!first) value = context.binary('+', value, step as Value);
      first = false;
      return value;
    })
  );
});

const repeat = defineFunction('repeat(object, times=None)', ({ object, times }, context) => {
  if (times === null) return iterator('repeat', () => object);
  const n = asIndex(times);
  if (n === undefined) return firstUnknown(times) ?? context.unknown('how often repeat() repeats is not known');
  let left = n;
  return iterator(
    'repeat',
    () => (left-- > 0 ? object : undefined),
    () => Math.max(0, left),
  );
});

const cycle = defineFunction('cycle(iterable)', ({ iterable }, context) => {
  const items = context.items(iterable as Value);
  if (isUnknown(items)) return items;
  let next = 0;
  return iterator('cycle', (running) => {
    running.step();
    return items.length === 0 ? undefined : items[next++ % items.length];
  });
});

const accumulate = defineFunction(
  'accumulate(iterable, func=None, *, initial=None)',
  ({ iterable, func, initial }, context) => {
    const inner = context.iterate(iterable as Value);
    if (isUnknown(inner)) return inner;
    let total: Value | undefined = initial === null ? undefined : initial;
    let given = initial !== null;
    return iterator('accumulate', (running) => {
      if (given) {
        given = false;
        return total;
      }
      const item = inner.next(running);
      if (item === undefined) return undefined;
      total =
        total === undefined
          ? item
          : func === null
            ? running.binary('+', total, item)
            : running.call(func as Value, [total, item]);
      return total;
    });
  },
);

/** Iterators that test each item: `takewhile` and its like. */
function testing(
  name: string,
  step: (
    test: (item: Value) => boolean,
    inner: PyIterator,
    running: Context,
    state: { done: boolean },
  ) => Value | undefined,
): PyBuiltin {
  return defineFunction(`${name}(predicate, iterable, /)`, ({ predicate, iterable }, context) => {
    const inner = context.iterate(iterable as Value);
    if (isUnknown(inner)) return inner;
    const state = { done: false };
    return iterator(name, (running) =>
      step(
        (item) => decided(predicate === null ? item : running.call(predicate as Value, [item]), running),
        inner,
        running,
        state,
      ),
    );
  });
}

const takewhile = testing('takewhile', (test, inner, running, state) => {
  if (state.done) return undefined;
  const item = inner.next(running);
  if (item !== undefined && test(item)) return item;
  state.done = true;
  return undefined;
});
const dropwhile = testing('dropwhile', (test, inner, running, state) => {
  for (;;) {
    const item = inner.next(running);
    if (item === undefined || state.done) return item;
    if (test(item)) continue;
    state.done = true;
    return item;
  }
});
const filterfalse = testing('filterfalse', (test, inner, running) => {
  for (;;) {
    const item = inner.next(running);
    if (item === undefined || !test(item)) return item;
  }
});

const tee = defineFunction('tee(iterable, n=2, /)', ({ iterable, n }, context) => {
  const inner = context.iterate(iterable as Value);
  if (isUnknown(inner)) return inner;
  const seen: Value[] = [];
  const total = asIndex(n) ?? 2;
  return makeTuple(
    Array.from({ length: total }, () => {
      let next = 0;
      return iterator('_tee', (running) => {
        if (next === seen.length) {
          const item = inner.next(running);
          if (item === undefined) return undefined;
          seen.push(item);
        }
        return seen[next++];
      });
    }),
  );
});

const groupby = defineFunction('groupby(iterable, key=None)', ({ iterable, key }, context) => {
  // Groups are read at once: each is complete before the next begins, however it is used.
  const items = context.items(iterable as Value);
  if (isUnknown(items)) return items;
  const groups: { readonly key: Value; readonly items: Value[] }[] = [];
  for (const item of items) {
    const by = key === null ? item : context.call(key as Value, [item]);
    const last = groups.at(-1);
    const same = last ? context.truth(context.compare('==', last.key, by)) : false;
    if (isUnknown(same)) return same;
    if (last && same) last.items.push(item);
    else groups.push({ key: by, items: [item] });
  }
  return context.iterator(
    groups.map((group) => makeTuple([group.key, context.iterator(group.items, '_grouper')])),
    'groupby',
  );
});

const starmap = defineFunction('starmap(function, iterable, /)', ({ function: func, iterable }, context) => {
  const inner = context.iterate(iterable as Value);
  if (isUnknown(inner)) return inner;
  return iterator('starmap', (running) => {
    const item = inner.next(running);
    if (item === undefined) return undefined;
    const args = running.items(item);
    return isUnknown(args) ? args : running.call(func as Value, args);
  });
});

const compress = defineFunction('compress(data, selectors)', ({ data, selectors }, context) => {
  const parts = open([data as Value, selectors as Value], context);
  if (isUnknown(parts)) return parts;
  const [values, tests] = parts as [PyIterator, PyIterator];
  return iterator('compress', (running) => {
    for (;;) {
      const item = values.next(running);
      const test = tests.next(running);
      if (item === undefined || test === undefined) return undefined;
      if (decided(test, running)) return item;
    }
  });
});

const pairwise = defineFunction('pairwise(iterable, /)', ({ iterable }, context) => {
  const inner = context.iterate(iterable as Value);
  if (isUnknown(inner)) return inner;
  let last: Value | undefined;
  return iterator('pairwise', (running) => {
    if (last === undefined) last = inner.next(running);
    const item = last === undefined ? undefined : inner.next(running);
    if (item === undefined || last === undefined) return undefined;
    const pair = makeTuple([last, item]);
    last = item;
    return pair;
  });
});

const batched = defineFunction('batched(iterable, n)', ({ iterable, n }, context) => {
  const items = context.items(iterable as Value);
  if (isUnknown(items)) return items;
  const size = asIndex(n);
  if (size === undefined || size < 1) return firstUnknown(n) ?? context.raise('ValueError', 'n must be at least one');
  return context.iterator(
    Array.from({ length: Math.ceil(items.length / size) }, (_, i) => makeTuple(items.slice(i * size, (i + 1) * size))),
    'batched',
  );
});

export const itertoolsModule: ModelledModule = {
  name: 'itertools',
  complete: true,
  members: () => ({
    chain,
    product,
    islice,
    zip_longest: zipLongest,
    count,
    repeat,
    cycle,
    accumulate,
    takewhile,
    dropwhile,
    filterfalse,
    tee,
    groupby,
    starmap,
    compress,
    pairwise,
    batched,
    permutations: choices('permutations', 'permutations(iterable, r=None)', permutationPositions),
    combinations: choices('combinations', 'combinations(iterable, r)', combinationPositions(false)),
    combinations_with_replacement: choices(
      'combinations_with_replacement',
      'combinations_with_replacement(iterable, r)',
      combinationPositions(true),
    ),
  }),
};
