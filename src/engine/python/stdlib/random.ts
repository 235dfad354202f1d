/**
 * `random.Random(seed)`: with a whole number as seed its numbers are the same in every run, so they are computed (Matsumoto,
 * Nishimura: Mersenne Twister, 1998, as Python seeds and reads it). How many 32-bit words were taken is the object's only state.
 */
import { asData, asInt, because, firstUnknown, isList, isTuple, isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { defineFunction } from '../define.js';
import { spoil } from '../subscript.js';
import type { PyClass, Unknown, Value } from '../value.js';
import { plainClass } from './tools.js';

const N = 624;
const M = 397;
/** More words of one seed than this are not computed. */
const MAX_WORDS = 4_000_000;
/** Sequences that are remembered. */
const MAX_SEQUENCES = 16;

const CHANCE = 'random numbers depend on the run';

/** The words of one seed, computed as they are asked for. */
class Twister {
  private readonly state = new Uint32Array(N);
  private readonly words: number[] = [];

  constructor(seed: bigint) {
    const key: number[] = [];
    for (let rest = seed < 0n ? -seed : seed; rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
    if (key.length === 0) key.push(0);
    const { state } = this;
    state[0] = 19650218;
    for (let i = 1; i < N; i++)
      state[i] = Math.imul(1812433253, (state[i - 1] ?? 0) ^ ((state[i - 1] ?? 0) >>> 30)) + i;
    const mixed = (i: number): number => (state[i - 1] ?? 0) ^ ((state[i - 1] ?? 0) >>> 30);
    let i = 1;
    let j = 0;
    const advance = (): void => {
      if (++i < N) return;
      state[0] = state[N - 1] ?? 0;
      i = 1;
    };
    for (let k = Math.max(N, key.length); k > 0; k--) {
      state[i] = ((state[i] ?? 0) ^ Math.imul(mixed(i), 1664525)) + (key[j] ?? 0) + j;
      advance();
      if (++j >= key.length) j = 0;
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = ((state[i] ?? 0) ^ Math.imul(mixed(i), 1566083941)) - i;
      advance();
    }
    state[0] = 0x80000000;
  }

  word(index: number): number {
    while (this.words.length <= index) this.twist();
    return this.words[index] ?? 0;
  }

  private twist(): void {
    const { state, words } = this;
    for (let i = 0; i < N; i++) {
      const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % N] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + M) % N] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    for (const each of state) {
      let y = each;
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      y ^= y >>> 18;
      words.push(y >>> 0);
    }
  }
}

const sequences = new Map<bigint, Twister>();

function sequence(seed: bigint): Twister {
  let found = sequences.get(seed);
  if (!found) {
    const [oldest] = sequences.keys();
    if (sequences.size >= MAX_SEQUENCES && oldest !== undefined) sequences.delete(oldest);
    sequences.set(seed, (found = new Twister(seed)));
  }
  return found;
}

/** Reads words for one call; the object's count is written once, at the end. */
class Reader {
  used: number;

  private constructor(
    private readonly words: Twister,
    used: number,
  ) {
    this.used = used;
  }

  /** What `action` makes of the object's next words, or why they aren't known. */
  static read(self: Value, context: Context, action: (reader: Reader) => Value): Value {
    const seed = context.getOwnAttribute(self, '_seed');
    const used = context.getOwnAttribute(self, '_used');
    const unknown = firstUnknown(seed ?? null, used ?? null);
    if (unknown) return unknown;
    const known = seed === undefined ? undefined : asInt(seed);
    if ((typeof known !== 'number' && typeof known !== 'bigint') || typeof used !== 'number')
      return context.unknown(CHANCE);
    if (used > MAX_WORDS) return context.unknown('so many random numbers are not computed');
    const reader = new Reader(sequence(BigInt(known)), used);
    const value = action(reader);
    context.setOwnAttribute(self, '_used', reader.used);
    return value;
  }

  private next(): number {
    return this.words.word(this.used++);
  }

  random(): number {
    const a = this.next() >>> 5;
    const b = this.next() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  bits(k: number): number {
    return this.next() >>> (32 - k);
  }

  /** Below `n`, which is at most 2³². */
  below(n: number): number {
    const k = 32 - Math.clz32(n);
    let value = this.bits(k);
    while (value >= n) value = this.bits(k);
    return value;
  }
}

const LARGEST = 0x7fffffff;

/** Whole numbers that are written out, or the first unknown. */
function whole(values: readonly (Value | undefined)[], context: Context): number[] | Unknown {
  const found: number[] = [];
  for (const value of values) {
    if (isUnknown(value)) return value;
    const number = value === undefined ? undefined : asInt(value);
    if (typeof number !== 'number') return context.unknown('random numbers from a symbolic range are not known');
    found.push(number);
  }
  return found;
}

/** A number that isn't known is still a number. */
function number(value: Value): Value {
  return isUnknown(value) ? asData(because(value)) : value;
}

/** What can't be computed leaves the object in a state that nobody knows. */
function lost(self: Value, unknown: Unknown, context: Context): Unknown {
  context.setOwnAttribute(self, '_used', unknown);
  return unknown;
}

function randrange(self: Value, start: number, stop: number, step: number, context: Context): Value {
  const width = Math.ceil((stop - start) / step);
  if (width <= 0) return context.raise('ValueError', `empty range in randrange(${start}, ${stop})`);
  if (width > LARGEST)
    return lost(self, context.unknown('random numbers from so large a range are not computed'), context);
  return Reader.read(self, context, (reader) => start + step * reader.below(width));
}

/** The items of a sequence with known contents. */
function items(value: Value | undefined, context: Context): readonly Value[] | Unknown {
  if (typeof value === 'string') return [...value];
  if (isUnknown(value)) return value;
  if (isList(value) && value.taint) return value.taint;
  if (isList(value) || isTuple(value)) return value.items;
  return context.unknown('a choice from such a sequence is not computed');
}

/** `shuffle` of items in an order nobody knows: `random.shuffle` without a seed. */
export const shuffleUnknown = defineFunction('shuffle(x)', ({ x }, context) => {
  if (isList(x) && x.items.length > 1) spoil(x, context.unknown(CHANCE), context);
  return null;
});

const OTHERS =
  'gauss normalvariate betavariate expovariate gammavariate triangular lognormvariate vonmisesvariate paretovariate weibullvariate getstate randbytes';

export function randomClass(): PyClass {
  const seed = (self: Value, value: Value, context: Context): Value => {
    const known = isUnknown(value) ? value : value === null ? context.unknown(CHANCE) : asInt(value);
    const usable = typeof known === 'number' || typeof known === 'bigint';
    context.setOwnAttribute(
      self,
      '_seed',
      usable ? known : isUnknown(known) ? known : context.unknown('random numbers from such a seed are not computed'),
    );
    context.setOwnAttribute(self, '_used', 0);
    return null;
  };
  return plainClass('Random', 'random', {
    __init__: defineFunction('__init__(self, x=None)', ({ self, x }, context) =>
      seed(self as Value, x ?? null, context),
    ),
    seed: defineFunction('seed(self, a=None, version=2)', ({ self, a }, context) =>
      seed(self as Value, a ?? null, context),
    ),
    random: defineFunction('random(self)', ({ self }, context) =>
      number(Reader.read(self as Value, context, (reader) => ({ kind: 'float', value: reader.random() }))),
    ),
    getrandbits: defineFunction('getrandbits(self, k)', ({ self, k }, context) => {
      const numbers = whole([k], context);
      if (isUnknown(numbers)) return lost(self as Value, numbers, context);
      const [bits = 0] = numbers;
      if (bits < 1 || bits > 32)
        return lost(self as Value, context.unknown('random numbers of so many bits are not computed'), context);
      return Reader.read(self as Value, context, (reader) => reader.bits(bits));
    }),
    randrange: defineFunction('randrange(self, start, stop=None, step=1)', ({ self, start, stop, step }, context) => {
      const numbers = whole(stop === null ? [0, start, step] : [start, stop, step], context);
      if (isUnknown(numbers)) return lost(self as Value, numbers, context);
      const [from = 0, to = 0, by = 1] = numbers;
      if (by === 0) return context.raise('ValueError', 'zero step for randrange()');
      return number(randrange(self as Value, from, to, by, context));
    }),
    randint: defineFunction('randint(self, a, b)', ({ self, a, b }, context) => {
      const numbers = whole([a, b], context);
      if (isUnknown(numbers)) return lost(self as Value, numbers, context);
      const [from = 0, to = 0] = numbers;
      return number(randrange(self as Value, from, to + 1, 1, context));
    }),
    uniform: defineFunction('uniform(self, a, b)', ({ self, a, b }, context) =>
      number(
        Reader.read(self as Value, context, (reader) => {
          const value = { kind: 'float', value: reader.random() } as const;
          const width = context.binary('-', b as Value, a as Value);
          return context.binary('+', a as Value, context.binary('*', width, value));
        }),
      ),
    ),
    choice: defineFunction('choice(self, seq)', ({ self, seq }, context) => {
      const all = items(seq, context);
      if (isUnknown(all)) return lost(self as Value, all, context);
      if (all.length === 0) return context.raise('IndexError', 'Cannot choose from an empty sequence');
      return Reader.read(self as Value, context, (reader) => all[reader.below(all.length)] ?? null);
    }),
    shuffle: defineFunction('shuffle(self, x)', ({ self, x }, context) => {
      if (!isList(x)) return context.unknown('such a sequence is not shuffled here');
      if (x.taint) return lost(self as Value, x.taint, context);
      context.step(x.items.length);
      return Reader.read(self as Value, context, (reader) => {
        context.heap.touch(x);
        for (let i = x.items.length - 1; i > 0; i--) {
          const j = reader.below(i + 1);
          [x.items[i], x.items[j]] = [x.items[j] ?? null, x.items[i] ?? null];
        }
        return null;
      });
    }),
    sample: defineFunction('sample(self, population, k)', ({ self, population, k }, context) => {
      const all = items(population, context);
      const numbers = whole([k], context);
      const unknown = isUnknown(all) ? all : isUnknown(numbers) ? numbers : null;
      if (unknown || isUnknown(all) || isUnknown(numbers))
        return lost(self as Value, unknown ?? context.unknown(CHANCE), context);
      const [count = 0] = numbers;
      if (count < 0 || count > all.length)
        return context.raise('ValueError', 'Sample larger than population or is negative');
      return Reader.read(self as Value, context, (reader) => context.list(sample([...all], count, reader)));
    }),
    choices: defineFunction(
      'choices(self, population, weights=None, *, cum_weights=None, k=1)',
      ({ self, population, weights, cum_weights, k }, context) => {
        const all = items(population, context);
        const numbers = whole([k], context);
        if (isUnknown(all)) return lost(self as Value, all, context);
        if (isUnknown(numbers)) return lost(self as Value, numbers, context);
        if (weights !== null || cum_weights !== null)
          return lost(self as Value, context.unknown('weighted choices are not computed'), context);
        const [count = 0] = numbers;
        return Reader.read(self as Value, context, (reader) =>
          context.list(Array.from({ length: count }, () => all[Math.floor(reader.random() * all.length)] ?? null)),
        );
      },
    ),
    ...Object.fromEntries(
      OTHERS.split(' ').map((name) => [
        name,
        defineFunction(`${name}(self, *args, **kwargs)`, ({ self }, context) =>
          lost(self as Value, context.unknown(CHANCE), context),
        ),
      ]),
    ),
    setstate: defineFunction('setstate(self, state)', ({ self }, context) => {
      lost(self as Value, context.unknown(CHANCE), context);
      return null;
    }),
  });
}

/** Python draws from a shrinking pool, or for few of many remembers what it took. */
function sample(pool: Value[], count: number, reader: Reader): Value[] {
  const n = pool.length;
  const setSize = count > 5 ? 21 + 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 21;
  if (n <= setSize) {
    return Array.from({ length: count }, (_, i) => {
      const j = reader.below(n - i);
      const taken = pool[j] ?? null;
      pool[j] = pool[n - i - 1] ?? null;
      return taken;
    });
  }
  const selected = new Set<number>();
  return Array.from({ length: count }, () => {
    let j = reader.below(n);
    while (selected.has(j)) j = reader.below(n);
    selected.add(j);
    return pool[j] ?? null;
  });
}
