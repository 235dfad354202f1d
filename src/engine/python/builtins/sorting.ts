/** Stable sorting, `min` and `max` by Python's comparisons. */
import { asInt, firstUnknown, isFloat, isTuple, isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { isSym, maxInt, minInt } from '../symint.js';
import type { Unknown, Value } from '../value.js';

/** The first unknown met in comparisons ends the sort. */
class Undecided extends Error {
  constructor(readonly unknown: Unknown) {
    super(unknown.reason);
  }
}

function less(a: Value, b: Value, context: Context): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  if (typeof a === 'string' && typeof b === 'string' && /^[\x00-\x7f]*$/.test(a + b)) return a < b;
  if (isFloat(a) && isFloat(b)) return a.value < b.value;
  const answer = context.compare('<', a, b);
  const truth = typeof answer === 'boolean' ? answer : context.truth(answer);
  if (isUnknown(truth)) throw new Undecided(truth);
  return truth;
}

/** Merge sort, so that comparisons that raise or can't be decided leave nothing half done. */
function mergeSort(
  items: readonly { readonly key: Value; readonly value: Value }[],
  context: Context,
): { readonly key: Value; readonly value: Value }[] {
  if (items.length <= 1) return items.slice();
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), context);
  const right = mergeSort(items.slice(middle), context);
  const result: { readonly key: Value; readonly value: Value }[] = [];
  let i = 0;
  let j = 0;
  context.step(items.length);
  while (i < left.length && j < right.length) {
    const a = left[i] as (typeof left)[number];
    const b = right[j] as (typeof right)[number];
    if (less(b.key, a.key, context)) {
      result.push(b);
      j++;
    } else {
      result.push(a);
      i++;
    }
  }
  while (i < left.length) result.push(left[i++] as (typeof left)[number]);
  while (j < right.length) result.push(right[j++] as (typeof right)[number]);
  return result;
}

/** Sorted items, or an unknown when an order can't be decided. */
export function sortItems(items: readonly Value[], key: Value, reverse: Value, context: Context): Value[] | Unknown {
  const down = context.truth(reverse);
  if (isUnknown(down)) return down;
  const pairs: { key: Value; value: Value }[] = [];
  for (const value of items) {
    const by = key === null ? value : context.call(key, [value]);
    pairs.push({ key: by, value });
  }
  const unknown = firstUnknown(...pairs.map((pair) => pair.key));
  if (unknown && items.length > 1) return unknown;
  try {
    // Reversing before and after keeps equal elements in their order.
    const sorted = down ? mergeSort(pairs.reverse(), context).reverse() : mergeSort(pairs, context);
    return sorted.map((pair) => pair.value);
  } catch (error) {
    if (error instanceof Undecided) return error.unknown;
    throw error;
  }
}

/** `min` / `max` of items already at hand. */
export function extreme(which: 'min' | 'max', items: readonly Value[], key: Value, context: Context): Value {
  let best = items[0] as Value;
  let bestKey = key === null ? best : context.call(key, [best]);
  for (const item of items.slice(1)) {
    const itemKey = key === null ? item : context.call(key, [item]);
    const unknown = firstUnknown(bestKey, itemKey);
    if (unknown) return unknown;
    const a = asInt(bestKey);
    const b = asInt(itemKey);
    if (key === null && a !== undefined && b !== undefined && (isSym(a) || isSym(b))) {
      best = bestKey = which === 'min' ? minInt(a, b) : maxInt(a, b);
      continue;
    }
    try {
      const better = which === 'min' ? less(itemKey, bestKey, context) : less(bestKey, itemKey, context);
      if (better) {
        best = item;
        bestKey = itemKey;
      }
    } catch (error) {
      if (error instanceof Undecided) return error.unknown;
      throw error;
    }
  }
  return best;
}

/** Items of a tuple value, for builtins that take "a tuple or one". */
export function oneOrMany(value: Value): readonly Value[] {
  return isTuple(value) ? value.items : [value];
}
