/** Fixes that insert a line or move a statement to another place. */
import type { Place } from '../python/value.js';
import {
  hasOwnLines,
  indentAt,
  lineEnd,
  lineEndAfter,
  lineStart,
  type SourceFile,
  type Span,
  type Stmt,
} from '../syntax/index.js';
import { blockAround, statementOf } from '../training/index.js';
import { nodeAt, removeStatement } from './source.js';
import type { Fix, FixEdit } from './types.js';

/** Inserts a line above a statement, as far to the right. */
export function lineAbove(file: SourceFile, statement: Pick<Span, 'start'>, text: string, title: string): Fix {
  return { title, edits: [above(file, statement, text)] };
}

function above(file: SourceFile, { start }: Pick<Span, 'start'>, text: string): FixEdit {
  const at = lineStart(file, start);
  return { place: { file, start: at, end: at }, text: `${indentAt(file, start)}${text}${lineEnd(file)}` };
}

/** The edit that inserts a line below a statement, as far to the right as the statement begins. */
export function lineBelow(file: SourceFile, statement: Span, text: string): FixEdit {
  const at = lineEndAfter(file, statement.end);
  return { place: { file, start: at, end: at }, text: `${lineEnd(file)}${indentAt(file, statement.start)}${text}` };
}

/** Moves a statement that fills one line above or below another; `null` where it shares its line or has more of them. */
export function moveStatement(
  file: SourceFile,
  moved: Stmt,
  where: 'above' | 'below',
  other: Stmt,
  title: string,
): Fix | null {
  if (!hasOwnLines(file, moved) || /[\r\n]/.test(file.slice(moved))) return null;
  const end = lineEndAfter(file, moved.end);
  const text = file.text.slice(moved.start, end).trimEnd();
  const insert = where === 'above' ? above(file, other, text) : lineBelow(file, other, text);
  return { title, edits: [removeStatement(file, moved, end), insert] };
}

/** The statement at a place. */
export function statementAt(place: Place): Stmt | null {
  const node = nodeAt(place);
  return node ? statementOf(place.file, node) : null;
}

/** The statement at a place, and the one of its block that is or holds another place. */
export function inOneBlock(
  a: Place | null,
  b: Place | null,
): { readonly file: SourceFile; readonly first: Stmt; readonly second: Stmt } | null {
  if (!a || !b || a.file !== b.file) return null;
  const first = statementAt(a);
  const second = first && blockAround(a.file, first).find(({ start, end }) => start <= b.start && b.end <= end);
  return first && second && first !== second ? { file: a.file, first, second } : null;
}
