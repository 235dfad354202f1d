import type { Int } from './symint.js';

const MOST_RESULTS = 20_000;

/** What stands for an operand among the keys: the text of a polynomial, which says all of it, or the number. */
type Key = string | number | bigint;

const keyOf = (value: Int): Key => (typeof value === 'object' ? value.key : value);

/**
 * Results by the operands: programs do the same arithmetic again and again. A map in a map, since a text that is joined for each
 * question takes longer to hash than the answer.
 */
export class Results<T> {
  private readonly known = new Map<string, Map<Key, Map<Key, T>>>();
  private size = 0;

  of(a: Int, sign: string, b: Int, compute: () => T): T {
    const left = keyOf(a);
    const right = keyOf(b);
    const found = this.known.get(sign)?.get(left)?.get(right);
    if (found !== undefined) return found;
    const result = compute();
    if (this.size >= MOST_RESULTS) {
      this.known.clear();
      this.size = 0;
    }
    this.size++;
    let rows = this.known.get(sign);
    if (!rows) this.known.set(sign, (rows = new Map<Key, Map<Key, T>>()));
    const row = rows.get(left);
    if (row) row.set(right, result);
    else rows.set(left, new Map([[right, result]]));
    return result;
  }
}
