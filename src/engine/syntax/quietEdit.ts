/**
 * Edits that change no code: comments and blank lines. What was found out about the version before holds for the one after,
 * at lines that have moved.
 */
import type { Span } from './ast.js';
import { editBetween } from './edits.js';
import type { Position, SourceFile } from './sourceFile.js';

/** Where the lines of one version are in the next. */
export interface MovedLines {
  /** Whether any line of code has another number now. */
  readonly moves: boolean;
  /** The line's new number; `null` for a blank line or a comment that was edited. */
  line(before: number): number | null;
  position(before: Position): Position | null;
}

/** Comments that mean something to Python's tools or to us, or whose text may be taken for code by a search in the file's text. */
const TELLING = /architect|import|global|backward|Data|Distributed|TYPE_CHECKING|[[(=]/;

/** Statements in which others stand, and what holds those; comments between them belong to no expression. */
const HOLDERS = new Set(['ClassDef', 'FunctionDef', 'If', 'For', 'While', 'Try', 'With', 'Match']);

/** How lines moved, if the versions differ in comments and blank lines only; `null` otherwise. */
export function quietEdit(before: SourceFile, after: SourceFile): MovedLines | null {
  if (before.path !== after.path || before.ast.problems.length > 0 || after.ast.problems.length > 0) return null;
  const edit = editBetween(before.text, after.text);
  if (!edit) return { moves: false, line: (line) => line, position: (position) => position };
  const first = before.positionAt(edit.startIndex).line;
  const old = linesOf(before, first, before.positionAt(edit.oldEndIndex).line);
  const now = linesOf(after, first, after.positionAt(edit.newEndIndex).line);
  const codeBefore = old.filter(({ code }) => code !== '');
  const codeAfter = now.filter(({ code }) => code !== '');
  if (codeBefore.length !== codeAfter.length || codeBefore.some(({ code }, i) => code !== codeAfter[i]?.code))
    return null;
  if ([...old, ...now].some(({ comment }) => TELLING.test(comment))) return null;
  if (isInExpression(before.ast.body, edit.startIndex) || isInExpression(after.ast.body, edit.startIndex)) return null;
  if (!sameTree(before.ast.body, after.ast.body)) return null;
  const shift = now.length - old.length;
  const inside = new Map(codeBefore.map(({ line, code }, i) => [line, { line: codeAfter[i]?.line ?? line, code }]));
  const line = (number: number): number | null => {
    if (number < first) return number;
    if (number >= first + old.length) return number + shift;
    return inside.get(number)?.line ?? null;
  };
  return {
    moves: shift !== 0 || [...inside].some(([from, to]) => from !== to.line),
    line,
    position(position) {
      const known = inside.get(position.line);
      if (known && position.character > known.code.length) return null;
      const moved = line(position.line);
      return moved === null ? null : { line: moved, character: position.character };
    },
  };
}

interface Line {
  readonly line: number;
  /** Without what follows the code. */
  readonly code: string;
  readonly comment: string;
}

function linesOf(file: SourceFile, from: number, to: number): Line[] {
  const found: Line[] = [];
  for (let line = from; line <= to; line++) {
    const start = file.offsetAt({ line, character: 0 });
    const end = line + 1 < file.lineCount ? file.offsetAt({ line: line + 1, character: 0 }) : file.text.length;
    const comment = file.ast.comments.find((each) => each.start >= start && each.start < end);
    const code = file.text.slice(start, comment?.start ?? end).trimEnd();
    found.push({ line, code, comment: comment?.text ?? '' });
  }
  return found;
}

/** Whether an offset lies within a statement's own expressions: their text is shown here and there. */
function isInExpression(nodes: readonly unknown[], offset: number): boolean {
  for (const node of nodes) {
    if (typeof node !== 'object' || node === null || node instanceof Set) continue;
    const { kind, start, end } = node as Partial<Span> & { kind?: string };
    if (start !== undefined && end !== undefined) {
      if (offset <= start || offset >= end) continue;
      if (kind !== undefined && !HOLDERS.has(kind)) return true;
    }
    if (isInExpression(Array.isArray(node) ? node : Object.values(node), offset)) return true;
  }
  return false;
}

/** Whether trees are the same but for their places. */
function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameTree(item, b[i]));
  const one = a as Readonly<Record<string, unknown>>;
  const other = b as Readonly<Record<string, unknown>>;
  for (const key in one) {
    // What is bound where follows from the rest.
    if (key === 'start' || key === 'end' || key === 'scope') continue;
    if (!sameTree(one[key], other[key])) return false;
  }
  for (const key in other) if (!(key in one)) return false;
  return tailOf(one) === tailOf(other);
}

/** How far a block goes on behind its last statement: a comment there belongs to what is shown as the block's place. */
function tailOf({ end, body }: { readonly end?: unknown; readonly body?: unknown }): number {
  const last = Array.isArray(body) ? (body.at(-1) as Span | undefined) : undefined;
  return typeof end === 'number' && last ? end - last.end : 0;
}
