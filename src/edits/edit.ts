/** Text edits as values: check, apply, invert, compose, carry over, compute. */
import { diffLines, isSplitPair } from './lineDiff.js';
import { isLineStart, splitLines } from './text.js';
import type { FileEdit, OffsetRange, TextEdit } from './types.js';

/** In order of place; edits at the same place stay in the given order, an insertion before a replacement that starts there. */
export function sortEdits<E extends TextEdit>(edits: readonly E[]): E[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Why the edits can't be applied to the text (overlap, outside); undefined if they can. */
export function editsProblem(text: string, edits: readonly TextEdit[]): string | undefined {
  let last = 0;
  for (const edit of sortEdits(edits)) {
    if (!Number.isInteger(edit.start) || !Number.isInteger(edit.end) || edit.start > edit.end) {
      return `edit [${edit.start}, ${edit.end}) is not a range`;
    }
    if (edit.start < 0 || edit.end > text.length) {
      return `edit [${edit.start}, ${edit.end}) lies outside the text of ${text.length} characters`;
    }
    if (edit.start < last)
      return `edit [${edit.start}, ${edit.end}) overlaps the edit before it, which ends at ${last}`;
    last = edit.end;
  }
  return undefined;
}

/** The text after the edits, all at once. @throws RangeError on overlapping or out-of-range edits */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const problem = editsProblem(text, edits);
  if (problem !== undefined) throw new RangeError(problem);
  const parts: string[] = [];
  let at = 0;
  for (const edit of sortEdits(edits)) {
    parts.push(text.slice(at, edit.start), edit.newText);
    at = edit.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** The edits of the new text that lead back to the old one. */
export function invertEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return sortEdits(edits).map((edit) => {
    const start = edit.start + shift;
    shift += edit.newText.length - (edit.end - edit.start);
    return { start, end: start + edit.newText.length, newText: text.slice(edit.start, edit.end) };
  });
}

/** One list of edits that does what `first` and then `second` (against the text after `first`) do. */
export function composeEdits(first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  // The text in between, as pieces: kept from the old text, or inserted. The last kept piece has no known end.
  type Piece = { readonly from: number; readonly to: number } | { readonly text: string };
  const length = (piece: Piece): number => ('text' in piece ? piece.text.length : piece.to - piece.from);
  let pieces: Piece[] = [];
  let at = 0;
  for (const edit of sortEdits(first)) {
    pieces.push({ from: at, to: edit.start }, { text: edit.newText });
    at = edit.end;
  }
  pieces.push({ from: at, to: Infinity });

  const cut = (list: readonly Piece[], from: number, to: number): Piece[] => {
    const result: Piece[] = [];
    let position = 0;
    for (const piece of list) {
      const size = length(piece);
      const low = Math.max(from - position, 0);
      const high = Math.min(to - position, size);
      if (low < high)
        result.push(
          'text' in piece ? { text: piece.text.slice(low, high) } : { from: piece.from + low, to: piece.from + high },
        );
      position += size;
    }
    return result;
  };
  const result: Piece[] = [];
  at = 0;
  for (const edit of sortEdits(second)) {
    result.push(...cut(pieces, at, edit.start), { text: edit.newText });
    at = edit.end;
  }
  pieces = [...result, ...cut(pieces, at, Infinity)];

  const edits: TextEdit[] = [];
  let old = 0;
  let inserted = '';
  for (const piece of pieces) {
    if ('text' in piece) {
      inserted += piece.text;
    } else {
      if (piece.from > old || inserted !== '') edits.push({ start: old, end: piece.from, newText: inserted });
      inserted = '';
      old = piece.to;
    }
  }
  return edits;
}

/** Whether two edits of the same text can't both be done: they share characters, or one inserts inside the other. */
export function editsConflict(a: TextEdit, b: TextEdit): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The pairs of edits of the same text that can't both be done. */
export function conflictsBetween<A extends TextEdit, B extends TextEdit>(a: readonly A[], b: readonly B[]): [A, B][] {
  return a.flatMap((one) => b.filter((other) => editsConflict(one, other)).map((other): [A, B] => [one, other]));
}

/**
 * Edits made for a text, carried over to the text after `changes`. Those that the changes run into are `lost`.
 * At the same place the changes' insertion comes first.
 */
export function carryEdits<E extends TextEdit>(
  edits: readonly E[],
  changes: readonly TextEdit[],
): { carried: E[]; lost: E[] } {
  const ordered = sortEdits(changes);
  const carried: E[] = [];
  const lost: E[] = [];
  for (const edit of sortEdits(edits)) {
    if (ordered.some((change) => editsConflict(edit, change))) {
      lost.push(edit);
      continue;
    }
    let shift = 0;
    for (const change of ordered) {
      if (change.end <= edit.start) shift += change.newText.length - (change.end - change.start);
    }
    carried.push({ ...edit, start: edit.start + shift, end: edit.end + shift });
  }
  return { carried, lost };
}

/** Where a range of a text is after `changes`; it stays around what was typed inside of it. `undefined` if it was rewritten. */
export function carryRange({ start, end }: OffsetRange, changes: readonly TextEdit[]): OffsetRange | undefined {
  const [whole] = carryEdits([{ start, end, newText: '' }], changes).carried;
  if (whole) return { start: whole.start, end: whole.end };
  const ends = [start, end].map((at) => ({ start: at, end: at, newText: '' }));
  const [first, last] = carryEdits(ends, changes).carried;
  return first && last && first.start < last.start ? { start: first.start, end: last.start } : undefined;
}

/**
 * The edits of a file that were made for the text `from`, for the text `to` that it has become meanwhile; undefined if one of them
 * runs into what changed, or would be written on to it within a line: `2` that became `20` must not become `30` by `2` → `3`.
 */
export function carryFileEdit(file: FileEdit, from: string, to: string, version: number): FileEdit | undefined {
  const changes = minimalEdits(from, to);
  const { carried, lost } = carryEdits(file.edits, changes);
  if (lost.length > 0 || file.edits.some((edit) => changes.some((change) => runsOn(from, edit, change))))
    return undefined;
  const { digest: _old, ...rest } = file;
  return { ...rest, version, edits: carried };
}

/** Whether an edit and a change touch within a line. What begins or ends a line of its own is apart. */
function runsOn(text: string, edit: TextEdit, change: TextEdit): boolean {
  const at = change.start === edit.end ? edit.end : change.end === edit.start ? edit.start : undefined;
  if (at === undefined || isLineStart(text, at)) return false;
  if (/[\r\n]/.test(change.newText + text.slice(change.start, change.end))) return false;
  return !(edit.start === edit.end && /^[\r\n]/.test(edit.newText));
}

/** Joins edits that touch each other, so that no editor has to guess the order of insertions at one place. */
export function joinTouchingEdits(edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of sortEdits(edits)) {
    const last = result.at(-1);
    if (last && last.end === edit.start) {
      result[result.length - 1] = { start: last.start, end: edit.end, newText: last.newText + edit.newText };
    } else result.push({ start: edit.start, end: edit.end, newText: edit.newText });
  }
  return result;
}

/** Few small edits that turn one text into the other; never inside a surrogate pair or a CRLF. */
export function minimalEdits(from: string, to: string): TextEdit[] {
  if (from === to) return [];
  const a = splitLines(from);
  const b = splitLines(to);
  const edits: TextEdit[] = [];
  let aLine = 0;
  let aAt = 0;
  let bLine = 0;
  let bAt = 0;
  for (const chunk of diffLines(a, b)) {
    for (; aLine < chunk.aStart; aLine++) aAt += a[aLine]!.length;
    for (; bLine < chunk.bStart; bLine++) bAt += b[bLine]!.length;
    const aFrom = aAt;
    const bFrom = bAt;
    for (; aLine < chunk.aEnd; aLine++) aAt += a[aLine]!.length;
    for (; bLine < chunk.bEnd; bLine++) bAt += b[bLine]!.length;
    edits.push(trimEdit(from, { start: aFrom, end: aAt, newText: to.slice(bFrom, bAt) }));
  }
  return edits;
}

/** The edit without what it doesn't change at its begin and end. */
export function trimEdit<E extends TextEdit>(text: string, edit: E): E {
  const old = text.slice(edit.start, edit.end);
  const fresh = edit.newText;
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old.charCodeAt(head) === fresh.charCodeAt(head)) head++;
  while (head > 0 && (isInsideCharacter(old, head) || isInsideCharacter(fresh, head))) head--;
  let tail = 0;
  while (tail < most - head && old.charCodeAt(old.length - 1 - tail) === fresh.charCodeAt(fresh.length - 1 - tail))
    tail++;
  while (tail > 0 && (isInsideCharacter(old, old.length - tail) || isInsideCharacter(fresh, fresh.length - tail)))
    tail--;
  return { ...edit, start: edit.start + head, end: edit.end - tail, newText: fresh.slice(head, fresh.length - tail) };
}

/** Whether `offset` splits a surrogate pair or a CRLF: editors can't place an edit there. */
function isInsideCharacter(text: string, offset: number): boolean {
  return isSplitPair(text, offset) || (text.charAt(offset - 1) === '\r' && text.charAt(offset) === '\n');
}

/**
 * Splits edits that replace several lines by several lines into those of the lines that really change. Insertions and
 * removals stay where they are.
 */
export function refineEdits<E extends TextEdit>(text: string, edits: readonly E[]): E[] {
  return sortEdits(edits).flatMap((edit) => {
    const old = text.slice(edit.start, edit.end);
    if (old === edit.newText) return [];
    if (!/[\r\n]/.test(old) || !/[\r\n]/.test(edit.newText)) return [trimEdit(text, edit)];
    return minimalEdits(old, edit.newText).map((part) => ({
      ...edit,
      start: edit.start + part.start,
      end: edit.start + part.end,
      newText: part.newText,
    }));
  });
}
