import type { Int } from './symint.js';

const MOST_RESULTS = 20_000;

const textOf = (value: Int): string => (typeof value === 'object' ? value.key : String(value));

/** Results by the operands' texts, which say all of a polynomial: programs do the same arithmetic again and again. */
export class Results<T> {
  private readonly known = new Map<string, T>();

  of(a: Int, sign: string, b: Int, compute: () => T): T {
    // No text of an operand has this separator: `d - h` and `w` are not `d` and `h + w`.
    const key = `${textOf(a)}\0${sign}\0${textOf(b)}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const result = compute();
    if (this.known.size >= MOST_RESULTS) this.known.clear();
    this.known.set(key, result);
    return result;
  }
}
