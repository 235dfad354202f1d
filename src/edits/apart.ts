/**
 * Keeps what different owners propose in hunks of their own: the same change can often be told so that it doesn't run into the
 * lines of its neighbours.
 */
import { sortEdits } from './edit.js';
import type { TextEdit } from './types.js';

/**
 * Edits that add or remove a line from the end of the one before it (`\nnew` after `x`) are told as whole lines (`new\n` before
 * what follows): then the line before it is no part of them. The text that they lead to is the same.
 */
export function slideToLines<E extends TextEdit>(text: string, edits: readonly E[]): E[] {
  const result: E[] = [];
  // From the last one: it makes room for the one before it.
  let next: E | undefined;
  for (const edit of sortEdits(edits).reverse()) {
    next = slide(text, edit, next?.start ?? Infinity);
    result.push(next);
  }
  return result.reverse();
}

function slide<E extends TextEdit>(text: string, edit: E, limit: number): E {
  const old = text.slice(edit.start, edit.end);
  if (old !== '' && edit.newText !== '') return edit;
  const by = lineBreakAt(text, edit.end);
  if (by === '' || lineBreakAt(old + edit.newText, 0) !== by || edit.end + by.length > limit) return edit;
  return {
    ...edit,
    start: edit.start + by.length,
    end: edit.end + by.length,
    newText: edit.newText === '' ? '' : edit.newText.slice(by.length) + by,
  };
}

/**
 * Cuts edits that replace as many lines as they bring at these places, where they are borders of lines: each line is replaced by
 * the one at its place.
 * @param borders ascending
 */
export function cutAtBorders<E extends TextEdit>(text: string, edits: readonly E[], borders: readonly number[]): E[] {
  return edits.flatMap((edit) => {
    const inside = borders.filter((border) => border > edit.start && border < edit.end);
    if (inside.length === 0) return [edit];
    const oldEnds = lineEnds(text.slice(edit.start, edit.end));
    const newEnds = lineEnds(edit.newText);
    if (oldEnds.length !== newEnds.length) return [edit];
    const parts: E[] = [];
    let start = edit.start;
    let from = 0;
    for (const border of inside) {
      const to = newEnds[oldEnds.indexOf(border - edit.start)];
      if (to === undefined || to === from) continue;
      parts.push({ ...edit, start, end: border, newText: edit.newText.slice(from, to) });
      start = border;
      from = to;
    }
    return [...parts, { ...edit, start, newText: edit.newText.slice(from) }];
  });
}

/** The line end that starts at `offset`, else `''`. Between the halves of a CRLF there is none. */
function lineBreakAt(text: string, offset: number): string {
  const char = text.charAt(offset);
  if (char === '\n') return text.charAt(offset - 1) === '\r' ? '' : '\n';
  if (char !== '\r') return '';
  return text.charAt(offset + 1) === '\n' ? '\r\n' : '\r';
}

/** Offsets right after each line end. */
function lineEnds(text: string): number[] {
  return [...text.matchAll(/\r\n|\n|\r/g)].map(({ index, 0: end }) => index + end.length);
}
