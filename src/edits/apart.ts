/**
 * Keeps what different owners propose in hunks of their own: the same change can often be told so that it doesn't run into the
 * lines of its neighbours.
 */
import { sortEdits } from './edit.js';
import { lineStartAt } from './text.js';
import type { TextEdit } from './types.js';

/**
 * Edits that add or remove whole lines, but from the end of the line before (`\nnew` after `x`) or from within the indentation of
 * the line after (`new\n    ` before `x`), are told as these lines: then their neighbours are no part of them. The text that they
 * lead to is the same.
 */
export function slideToLines<E extends TextEdit>(text: string, edits: readonly E[]): E[] {
  const down: E[] = [];
  // From the last one: it makes room for the one before it.
  let next: E | undefined;
  for (const edit of sortEdits(edits).reverse()) {
    next = slideDown(text, edit, next?.start ?? Infinity);
    down.push(next);
  }
  let before = 0;
  return down.reverse().map((edit) => {
    const slid = slideUp(text, edit, before);
    before = slid.end;
    return slid;
  });
}

function slideDown<E extends TextEdit>(text: string, edit: E, limit: number): E {
  const moved = linesOf(text, edit);
  const by = lineBreakAt(text, edit.end);
  if (moved === undefined || by === '' || lineBreakAt(moved, 0) !== by || edit.end + by.length > limit) return edit;
  return shifted(edit, by.length, edit.newText === '' ? '' : moved.slice(by.length) + by);
}

function slideUp<E extends TextEdit>(text: string, edit: E, limit: number): E {
  const moved = linesOf(text, edit);
  const start = lineStartAt(text, edit.start);
  const head = text.slice(start, edit.start);
  if (moved === undefined || head === '' || start < limit || !moved.endsWith(head)) return edit;
  const rest = moved.slice(0, moved.length - head.length);
  if (!rest.endsWith('\n') && !rest.endsWith('\r')) return edit;
  return shifted(edit, -head.length, edit.newText === '' ? '' : head + rest);
}

/** What an edit inserts or removes, if it does only one of both. */
function linesOf(text: string, { start, end, newText }: TextEdit): string | undefined {
  if (start === end) return newText;
  return newText === '' ? text.slice(start, end) : undefined;
}

function shifted<E extends TextEdit>(edit: E, by: number, newText: string): E {
  return { ...edit, start: edit.start + by, end: edit.end + by, newText };
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
