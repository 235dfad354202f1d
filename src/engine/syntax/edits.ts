import type { ConcreteEdit } from './treeSitter.js';

interface Point {
  readonly row: number;
  readonly column: number;
}

/** Row and column (in UTF-16 units) of an offset, counted from a known place before it. */
function pointAt(text: string, offset: number, from: number, start: Point): Point {
  let { row } = start;
  let lineStart = from - start.column;
  for (let at = text.indexOf('\n', from); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}

/** The one edit that makes `after` of `before`: what lies between their common beginning and common end. */
export function editBetween(before: string, after: string): ConcreteEdit | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < shorter && before.charCodeAt(prefix) === after.charCodeAt(prefix)) prefix++;
  let suffix = 0;
  while (
    suffix < shorter - prefix &&
    before.charCodeAt(before.length - 1 - suffix) === after.charCodeAt(after.length - 1 - suffix)
  ) {
    suffix++;
  }
  // An edit must not begin or end inside a surrogate pair or a line end.
  const low = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  if (prefix > 0 && (low(before, prefix) || low(after, prefix))) prefix--;
  if (suffix > 0 && low(before, before.length - suffix)) suffix--;
  const oldEndIndex = before.length - suffix;
  const newEndIndex = after.length - suffix;
  const startPosition = pointAt(before, prefix, 0, { row: 0, column: 0 });
  return {
    startIndex: prefix,
    oldEndIndex,
    newEndIndex,
    startPosition,
    oldEndPosition: pointAt(before, oldEndIndex, prefix, startPosition),
    newEndPosition: pointAt(after, newEndIndex, prefix, startPosition),
  };
}
