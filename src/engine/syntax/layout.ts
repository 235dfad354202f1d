/** How a text is laid out in lines, and where something can be put into it: what is inserted keeps the user's own ways. */
import type { CallExpr, Stmt } from './ast.js';
import type { SourceFile } from './sourceFile.js';

/** The line end that the file uses. */
export function lineEnd(file: SourceFile): string {
  return /\r\n|\n|\r/.exec(file.text)?.[0] ?? '\n';
}

/** The quote that the file uses for most strings. */
export function quoteOf(file: SourceFile): string {
  const code = file.text.replace(/"""|'''/g, '');
  return code.split("'").length > code.split('"').length ? "'" : '"';
}

/** Blanks at the start of the line that an offset is in. */
export function indentAt(file: SourceFile, offset: number): string {
  const start = lineStart(file, offset);
  return /^[ \t]*/.exec(file.text.slice(start, offset))?.[0] ?? '';
}

export function lineStart(file: SourceFile, offset: number): number {
  let at = offset;
  while (at > 0 && !/[\r\n]/.test(file.text.charAt(at - 1))) at--;
  return at;
}

/** Where the line ends that an offset is in, before its line end. */
export function lineEndAfter(file: SourceFile, offset: number): number {
  let at = offset;
  while (at < file.text.length && !/[\r\n]/.test(file.text.charAt(at))) at++;
  return at;
}

/** Nothing but blanks stands before the offset in its line. */
export function startsLine(file: SourceFile, offset: number): boolean {
  return /^[ \t]*$/.test(file.text.slice(lineStart(file, offset), offset));
}

/** A statement whose lines hold nothing else, so that lines can be put before and after it. */
export function hasOwnLines(file: SourceFile, statement: Stmt): boolean {
  return (
    startsLine(file, statement.start) &&
    /^[ \t]*(?:#.*)?$/.test(file.text.slice(statement.end, lineEndAfter(file, statement.end)))
  );
}

/** Text that is put in at an offset. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** `name=value` as a call's last argument, in the call's own layout; `null` where that can't be told to be right. */
export function argumentInsertions(file: SourceFile, call: CallExpr, text: string): readonly Insertion[] | null {
  const close = call.end - 1;
  if (file.text.charAt(close) !== ')' || call.args.some(({ form }) => form === 'doubleStar')) return null;
  const last = call.args.at(-1);
  const insert = (at: number, inserted: string): Insertion => ({ at, text: inserted });
  if (!last) {
    const open = file.text.lastIndexOf('(', close);
    return /^\s*$/.test(file.text.slice(open + 1, close)) ? [insert(open + 1, text)] : null;
  }
  if (call.args.length === 1 && last.value.kind === 'Comprehension' && last.value.type === 'generator') return null;
  const gap = gapAfter(file, last.end, close);
  const argumentEnd = gap.afterParentheses;
  const ownLine = startsLine(file, last.start) && lineStart(file, close) > last.end;
  const indent = indentAt(file, last.start);
  const eol = lineEnd(file);
  if (gap.comma !== null) {
    if (!ownLine) return [insert(gap.comma + 1, ` ${text},`)];
    return [insert(lineEndAfter(file, gap.comma), `${eol}${indent}${text},`)];
  }
  if (!ownLine) return [insert(argumentEnd, `, ${text}`)];
  const end = lineEndAfter(file, argumentEnd);
  if (end === argumentEnd) return [insert(argumentEnd, `,${eol}${indent}${text}`)];
  return [insert(argumentEnd, ','), insert(end, `${eol}${indent}${text}`)];
}

/** What stands between the last argument and the closing parenthesis: its own closing parentheses, a comma, comments. */
function gapAfter(
  file: SourceFile,
  from: number,
  to: number,
): { readonly afterParentheses: number; readonly comma: number | null } {
  let afterParentheses = from;
  let comma: number | null = null;
  for (let at = from; at < to; at++) {
    const c = file.text.charAt(at);
    if (c === '#') at = lineEndAfter(file, at);
    else if (c === ')') afterParentheses = at + 1;
    else if (c === ',') comma = at;
  }
  return { afterParentheses, comma };
}
