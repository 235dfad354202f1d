/** What a tensor's elements depend on of one axis of the input, and where in its own axes that axis went. */
import { itself, read, readRun, sizeOf, strideOf, union, type Field } from './field.js';

/** A part of an index: `weight · (((i + offset) div inner) mod count)` for the index `i` of an own axis. */
export interface Term {
  readonly axis: number;
  readonly offset: number;
  readonly inner: number;
  readonly count: number;
  readonly weight: number;
}

/** A field, read at the sum of the terms; without terms it is the same for every element. */
export interface Window {
  readonly terms: readonly Term[];
  readonly field: Field;
}

/** `null`: can't be told. Several windows: everything that any of them sees. None: nothing. */
export type Reach = readonly Window[] | 'all' | null;

export function start(axis: number, size: number): Reach {
  return [{ terms: size === 1 ? [] : [{ axis, offset: 0, inner: 1, count: size, weight: 1 }], field: itself }];
}

const key = (terms: readonly Term[]): string =>
  terms
    .map(({ axis, offset, inner, count, weight }) => [axis, offset, inner, count, weight].join(':'))
    .sort()
    .join(';');

/**
 * A window that doesn't follow the lower parts of an index, as one that has them and is the same for all of them; `null` where the
 * other parts are no whole number of steps above.
 */
function refined(coarse: Window, terms: readonly Term[]): Window | null {
  const own = new Set(coarse.terms.map((term) => key([term])));
  const added = terms.filter((term) => !own.has(key([term]))).sort((a, b) => a.weight - b.weight);
  if (added.length + own.size !== terms.length) return null;
  let steps = 1;
  for (const { weight, count } of added) {
    if (weight !== steps) return null;
    steps *= count;
  }
  if (coarse.terms.some(({ weight }) => weight % steps !== 0)) return null;
  const field = read(coarse.field, steps, steps, (o) => [Math.floor(o / steps) * steps]);
  return field && { terms, field };
}

/** One window that sees what two see; `undefined` where they follow the index in different ways, `null` where that gets too long. */
function together(a: Window, b: Window): Window | null | undefined {
  const [long, short] = a.terms.length >= b.terms.length ? [a, b] : [b, a];
  const other = key(long.terms) === key(short.terms) ? short : refined(short, long.terms);
  if (!other) return undefined;
  const field = union(long.field, other.field);
  return field && { terms: long.terms, field };
}

/** What either of them sees. */
export function join(a: Reach, b: Reach): Reach {
  if (a === 'all' || b === 'all') return 'all';
  if (a === null || b === null) return null;
  const result = [...a];
  for (const window of b) {
    const i = result.findIndex((other) => together(other, window) !== undefined);
    const found = i < 0 ? window : together(result[i] as Window, window);
    if (!found) return null;
    if (i < 0) result.push(window);
    else result[i] = found;
  }
  return result.length > 8 ? null : result;
}

/** Changes each window; one that becomes unknown makes all of it unknown. */
export function each(reach: Reach, change: (window: Window) => Window | 'all' | null): Reach {
  if (reach === null || reach === 'all') return reach;
  let result: Reach = [];
  for (const window of reach) {
    const changed = change(window);
    result = join(result, changed === null || changed === 'all' ? changed : [changed]);
  }
  return result;
}

/** Own axes get new numbers; `null` in place of one: it is gone, and its index is always the same. */
export function renumber(reach: Reach, to: (axis: number) => number | null): Reach {
  return each(reach, ({ terms, field }) => ({
    terms: terms.flatMap((term) => {
      const axis = to(term.axis);
      return axis === null ? [] : [{ ...term, axis }];
    }),
    field,
  }));
}

/** Everything along an own axis goes into each element. `size`: of the input's axis. */
export function mixed(reach: Reach, axes: readonly number[], size: number): Reach {
  return each(reach, ({ terms, field }) => {
    let seen: Field | null = field;
    for (const term of terms) {
      if (!axes.includes(term.axis) || !seen) continue;
      seen = readRun(seen, term.count, term.weight);
    }
    if (!seen) return null;
    const left = terms.filter(({ axis }) => !axes.includes(axis));
    if (left.length === 0 && terms.length > 0 && sizeOf(seen) >= size) return 'all';
    return { terms: left, field: seen };
  });
}

/** An own axis is read at other indices, as {@link read} says; what does not lie along it stays. `null` for parts of it. */
export function reread(
  reach: Reach,
  axis: number,
  outputs: number,
  inputs: number,
  count: number,
  reads: (index: number) => readonly number[],
): Reach {
  return each(reach, ({ terms, field }) => {
    const along = terms.filter((term) => term.axis === axis);
    if (along.length === 0) return { terms, field };
    const [term] = along;
    if (terms.length !== 1 || !term || term.inner !== 1 || term.weight !== 1 || term.offset !== 0) return null;
    const changed = read(field, outputs, inputs, reads);
    return changed && { terms: [{ ...term, count }], field: changed };
  });
}

/** The same elements in the same order in axes of other sizes; `null` where an axis is cut in a way that terms can't say. */
export function reshaped(reach: Reach, from: readonly number[], to: readonly number[]): Reach {
  const steps = stepsOf(to);
  const old = stepsOf(from);
  return each(reach, ({ terms, field }) => {
    const result: Term[] = [];
    for (const term of terms) {
      if (term.offset !== 0) {
        // Only an axis that stays whole keeps its offset.
        const same = to.findIndex((size, i) => size === from[term.axis] && steps[i] === old[term.axis] && size !== 1);
        if (same < 0) return null;
        result.push({ ...term, axis: same });
        continue;
      }
      let { count } = term;
      let step = (old[term.axis] as number) * term.inner;
      let { weight } = term;
      while (count > 1) {
        const axis = to.findIndex(
          (size, i) => size > 1 && step >= (steps[i] as number) && step < (steps[i] as number) * size,
        );
        const own = steps[axis];
        if (axis < 0 || own === undefined || step % own !== 0) return null;
        const inner = step / own;
        const room = (to[axis] as number) / inner;
        if (!Number.isInteger(room)) return null;
        const part = Math.min(count, room);
        if (count % part !== 0) return null;
        result.push({ axis, offset: 0, inner, count: part, weight });
        count /= part;
        step *= part;
        weight *= part;
      }
    }
    return { terms: merged(result), field };
  });
}

/** Neighbouring parts of one axis are one part. */
function merged(terms: readonly Term[]): Term[] {
  const result: Term[] = [];
  for (const term of terms) {
    const i = result.findIndex(
      (other) =>
        other.axis === term.axis &&
        other.inner * other.count === term.inner &&
        other.weight * other.count === term.weight &&
        other.offset === 0,
    );
    const j = result.findIndex(
      (other) =>
        other.axis === term.axis &&
        term.inner * term.count === other.inner &&
        term.weight * term.count === other.weight &&
        term.offset === 0,
    );
    if (i >= 0) result[i] = { ...(result[i] as Term), count: (result[i] as Term).count * term.count };
    else if (j >= 0) result[j] = { ...term, count: (result[j] as Term).count * term.count };
    else result.push(term);
  }
  return result;
}

/** Elements between neighbours along each axis. */
function stepsOf(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) steps[i] = (steps[i + 1] as number) * (shape[i + 1] as number);
  return steps;
}

/** A window whose parts of one axis were read one by one is a field along that axis again where only its upper part is left. */
export function settled(reach: Reach, shape: readonly number[]): Reach {
  return each(reach, (window) => {
    const [term] = window.terms;
    if (window.terms.length !== 1 || !term || term.offset !== 0) return window;
    const { axis, inner, count, weight } = term;
    if (inner * count !== shape[axis] || (inner === 1 && weight === 1)) return window;
    const field = read(window.field, inner, weight, (o) => [Math.floor(o / inner) * weight]);
    return field && { terms: [{ axis, offset: 0, inner: 1, count: inner * count, weight: 1 }], field };
  });
}

/** Positions that an element of a tensor depends on, and how far they move from one to the next. */
export interface Measure {
  readonly size: number | 'all' | null;
  readonly stride: number | null;
}

export function measured(reach: Reach, shape: readonly number[]): Measure {
  if (reach === null || reach === 'all') return { size: reach, stride: null };
  const [window] = reach;
  if (!window) return { size: 0, stride: null };
  if (reach.length > 1) return { size: null, stride: null };
  const [term] = window.terms;
  const isPlain =
    window.terms.length === 1 && term?.inner === 1 && term.weight === 1 && term.count === shape[term.axis];
  return { size: sizeOf(window.field), stride: isPlain ? strideOf(window.field) : null };
}
