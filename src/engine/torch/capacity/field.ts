/**
 * What one position depends on: an interval of the input's axis for each index, which repeats itself, shifted, after a period. Strides,
 * dilations, transposed convolutions and resampling only read it at other indices, so it stays exact through all of them. Borders
 * are not looked at: the axis goes on for ever.
 */
export interface Field {
  /** Where the interval of each index of one period begins and ends. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** How far it moves from one period to the next. */
  readonly shift: number;
}

/** Longer periods are given up. */
const LONGEST = 1024;

/** The axis itself. */
export const itself: Field = { low: [0], high: [0], shift: 1 };

const modulo = (a: number, n: number): number => ((a % n) + n) % n;

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function at({ low, high, shift }: Field, index: number): readonly [number, number] {
  const period = low.length;
  const i = modulo(index, period);
  const moved = ((index - i) / period) * shift;
  return [(low[i] as number) + moved, (high[i] as number) + moved];
}

function make(period: number, shift: number, interval: (index: number) => readonly [number, number]): Field | null {
  if (period > LONGEST) return null;
  const all = Array.from({ length: period }, (_, i) => interval(i));
  return { low: all.map(([low]) => low), high: all.map(([, high]) => high), shift };
}

/**
 * The field of a result whose index `o` reads the indices `reads(o)`; when `o` grows by `outputs`, they grow by `inputs`.
 * @returns `null` where its period is too long
 */
export function read(
  field: Field,
  outputs: number,
  inputs: number,
  reads: (index: number) => readonly number[],
): Field | null {
  const period = field.low.length;
  const times = period / gcd(period, inputs === 0 ? period : inputs);
  return make(times * outputs, (field.shift * times * inputs) / period, (o) => {
    let [low, high] = [Infinity, -Infinity];
    for (const index of reads(o)) {
      const [from, to] = at(field, index);
      low = Math.min(low, from);
      high = Math.max(high, to);
    }
    return [low, high];
  });
}

/**
 * The field of a result whose index `o` reads `count` indices from `o` on, `step` apart. Only the first and the last of a cycle are
 * looked at: those between see nothing that neither of them does.
 */
export function readRun(field: Field, count: number, step: number): Field | null {
  const cycle = field.low.length / gcd(field.low.length, step);
  const [head, tail] = [Math.min(cycle, count), Math.max(count - cycle, cycle)];
  const taps = Array.from({ length: head }, (_, i) => i * step);
  for (let i = tail; i < count; i++) taps.push(i * step);
  return read(field, 1, 1, (o) => taps.map((tap) => o + tap));
}

/** Everything either of them sees; `null` where they move at different speeds. */
export function union(a: Field, b: Field): Field | null {
  if (a.shift * b.low.length !== b.shift * a.low.length) return null;
  const times = b.low.length / gcd(a.low.length, b.low.length);
  return make(a.low.length * times, a.shift * times, (i) => {
    const [p, q] = [at(a, i), at(b, i)];
    return [Math.min(p[0], q[0]), Math.max(p[1], q[1])];
  });
}

/** Positions that the index which sees most depends on. */
export function sizeOf({ low, high }: Field): number {
  return Math.max(0, ...low.map((from, i) => (high[i] as number) - from + 1));
}

/** How far the field moves from one index to the next, on average. */
export function strideOf({ low, shift }: Field): number {
  return Math.abs(shift / low.length);
}
