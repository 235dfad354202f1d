/** Fixes that insert a line or move a statement to another place. */
import type { Place } from '../python/value.js';
import type { SourceFile, Span, Stmt } from '../syntax/index.js';
import { blockAround, statementOf } from '../training/index.js';
import { nodeAt, removeStatement } from './source.js';
import type { Fix, FixEdit } from './types.js';

/** Begin, indentation and line end of the line that holds an offset. */
export function lineAt(
  file: SourceFile,
  offset: number,
): { readonly start: number; readonly indent: string; readonly newline: string } {
  const start = offset - file.positionAt(offset).character;
  const indent = /^[ \t]*/.exec(file.text.slice(start))?.[0] ?? '';
  return { start, indent, newline: file.text.includes('\r\n') ? '\r\n' : '\n' };
}

/** Inserts a line above a statement, as far to the right. */
export function lineAbove(file: SourceFile, statement: Pick<Span, 'start'>, text: string, title: string): Fix {
  return { title, edits: [above(file, statement, text)] };
}

function above(file: SourceFile, { start: offset }: Pick<Span, 'start'>, text: string): FixEdit {
  const { start, indent, newline } = lineAt(file, offset);
  return { place: { file, start, end: start }, text: `${indent}${text}${newline}` };
}

/** The edit that inserts a line below a statement, as far to the right as the statement begins. */
export function lineBelow(file: SourceFile, statement: Span, text: string): FixEdit {
  const { indent, newline } = lineAt(file, statement.start);
  const lineEnd = file.text.indexOf('\n', statement.end);
  const at = lineEnd < 0 ? file.text.length : lineEnd + 1;
  return {
    place: { file, start: at, end: at },
    text: lineEnd < 0 ? `${newline}${indent}${text}` : `${indent}${text}${newline}`,
  };
}

/** Moves a statement that fills one line above or below another; `null` where it shares its line. */
export function moveStatement(
  file: SourceFile,
  moved: Stmt,
  where: 'above' | 'below',
  other: Stmt,
  title: string,
): Fix | null {
  const { start, indent } = lineAt(file, moved.start);
  const lineEnd = file.text.indexOf('\n', moved.start);
  const line = file.text.slice(start, lineEnd < 0 ? file.text.length : lineEnd).trimEnd();
  if (start + indent.length !== moved.start || !/^\s*(?:#.*)?$/.test(file.text.slice(moved.end, start + line.length)))
    return null;
  const text = line.trim();
  const insert = where === 'above' ? above(file, other, text) : lineBelow(file, other, text);
  return { title, edits: [removeStatement(file, moved, start + line.length), insert] };
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

/** What a finding says of its fix. */
export const fixOrNone = (fix: Fix | null): { readonly fix?: Fix } => (fix ? { fix } : {});
