/**
 * Splits broken text into logical lines without a parser: strings, brackets, continuations and comments only. Where a
 * bracket or string was left open, the next line that can only be a new statement ends it.
 */
import type { Comment } from './ast.js';

export interface LogicalLine {
  /** First character that is no blank. */
  readonly start: number;
  /** After the last character of code; a comment behind it is left out. */
  readonly end: number;
  /** Width of the indentation, tabs counted to the next multiple of eight. */
  readonly indent: number;
  /** The word or sign it begins with. */
  readonly word: string;
  /** Brackets that are open at the end, outermost first. */
  readonly open: readonly OpenBracket[];
  /** A string that is not closed begins here, or -1. */
  readonly openString: number;
  /** A closing bracket that closes nothing, or -1. */
  readonly stray: number;
  /** The first colon outside brackets that belongs to no lambda, or -1: the end of a compound statement's head. */
  readonly colon: number;
  /** Semicolons outside brackets. */
  readonly semicolons: readonly number[];
}

export interface OpenBracket {
  readonly at: number;
  readonly char: string;
}

interface Scan extends LogicalLine {
  /** Where scanning goes on. */
  readonly next: number;
  /** The line looks as if it had swallowed others. */
  readonly suspicious: boolean;
  /** It holds a string that was meant to end where it begins. */
  readonly insideOut: boolean;
  readonly comments: readonly Comment[];
}

/** Closing brackets by their opening ones. */
export const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Words that can begin a statement but never stand in brackets. */
const statementWords = new Set([
  'def', 'class', 'return', 'import', 'raise', 'assert', 'del', 'pass', 'break', 'continue', 'while', 'with', 'try',
  'except', 'finally', 'global', 'nonlocal', 'elif',
]); // prettier-ignore

/** Words that another may follow in code; two others in a row are a sentence. */
const pairedWords = new Set([
  'def', 'class', 'return', 'import', 'from', 'raise', 'assert', 'del', 'while', 'with', 'for', 'if', 'elif', 'not', 'async',
  'await', 'global', 'nonlocal', 'yield', 'lambda', 'match', 'case', 'type', 'print',
]); // prettier-ignore

/** Lines that look like statements, after which an open bracket is given up. */
const maxFreshLines = 100;

/** Words that begin the head of a compound statement. */
const headWords = new Set(['def', 'class', 'if', 'elif', 'for', 'while', 'with', 'except', 'case', 'async', 'match']);

const word = /[^\W\d]\w*|\S/uy;

function wordAt(text: string, at: number): string {
  word.lastIndex = at;
  return word.exec(text)?.[0] ?? '';
}

/** Skips blanks from the beginning of a line; `indent` is their width. */
function skipIndent(text: string, from: number): { at: number; indent: number } {
  let at = from;
  let indent = 0;
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === 32) indent++;
    else if (c === 9) indent = (indent >> 3) * 8 + 8;
    else if (c === 12) indent = 0;
    else if (c !== 13 && c !== 0xfeff) break;
  }
  return { at, indent };
}

/** Past a string's end. `closed` is false where the text or, for short strings, the line ended first. */
function skipString(text: string, from: number): { at: number; closed: boolean; lines: boolean } {
  const quote = text.charAt(from);
  const triple = text.startsWith(quote.repeat(3), from);
  let at = from + (triple ? 3 : 1);
  let lines = false;
  for (; at < text.length; at++) {
    const c = text.charAt(at);
    if (c === '\\') {
      at++;
      if (text.charAt(at) === '\r') at++;
      if (text.charAt(at) === '\n') lines = true;
    } else if (c === '\n') {
      if (!triple) return { at, closed: false, lines };
      lines = true;
    } else if (c === quote && (!triple || text.startsWith(quote.repeat(3), at))) {
      return { at: at + (triple ? 3 : 1), closed: true, lines };
    }
  }
  return { at: text.length, closed: false, lines };
}

/**
 * Whether a long string holds code and text stands behind it: its first quotes were meant to close a string whose opening
 * is missing, its last ones to open the next.
 */
function isInsideOut(text: string, from: number, to: number): boolean {
  if (/^[ \t]*[A-Za-z]/.test(text.slice(to, to + 40))) return true;
  if (!/\n[ \t]*(?:def|class|async def)[ \t]+\w+.*:[ \t]*\r?\n/.test(text.slice(from, to))) return false;
  const next = /^[ \t]*\r?\n\s*([A-Za-z]+)[ \t]+[A-Za-z]/.exec(text.slice(to, to + 200));
  return next !== null && !pairedWords.has(next[1] ?? '');
}

/** Whether the line at `at`, met inside brackets, can only be a statement of its own. */
function looksFresh(text: string, at: number, indent: number, line: { indent: number; word: string }): boolean {
  const first = wordAt(text, at);
  if (first === '' || ')]}'.includes(first)) return false;
  if (statementWords.has(first)) return true;
  const newline = text.indexOf('\n', at);
  const rest = text.slice(at, newline < 0 ? undefined : newline);
  // An attribute can be no keyword argument, so this is an assignment.
  if (/^\w+(\.\w+)+\s*=[^=]/u.test(rest)) return true;
  const isName = /^[^\W\d]/u.test(first);
  // What stands in the brackets of a head: no decorator, docstring or assignment, in a `def` neither a call nor an attribute.
  if (headWords.has(line.word)) {
    if (first === '@') return true;
    if (/^[rR]?("""|''')|^\w+ = /u.test(rest)) return true;
    if (line.word === 'def' && /^\w+[.(]/u.test(rest)) return true;
  }
  if (indent < line.indent) return true;
  return indent === line.indent && (isName || first === '@');
}

function scan(text: string, start: number, indent: number, lenient: boolean): Scan {
  const line = { indent, word: wordAt(text, start) };
  const open: OpenBracket[] = [];
  const comments: Comment[] = [];
  const semicolons: number[] = [];
  let openString = -1;
  let stray = -1;
  let colon = -1;
  let lambdas = 0;
  let suspicious = false;
  let insideOut = false;
  let fresh = 0;
  let end = start;
  let at = start;
  scanning: while (at < text.length) {
    const c = text.charAt(at);
    switch (c) {
      case '\n': {
        if (open.length === 0) break scanning;
        const next = skipIndent(text, at + 1);
        // A head that ends in a colon but for an open bracket has ended.
        const headEnded = text.charAt(end - 1) === ':' && headWords.has(line.word) && open.at(-1)?.char !== '{';
        if (headEnded || looksFresh(text, next.at, next.indent, line)) {
          suspicious = true;
          fresh++;
          // So many lines in one bracket that look like statements are statements: no need to read on.
          if (lenient || fresh > maxFreshLines) break scanning;
        }
        at++;
        continue;
      }
      case ' ':
      case '\t':
      case '\r':
      case '\f':
        at++;
        continue;
      case '#': {
        const newline = text.indexOf('\n', at);
        const from = at;
        at = newline < 0 ? text.length : newline;
        const source = text.slice(from, at).replace(/\r+$/, '');
        comments.push({ start: from, end: from + source.length, text: source });
        continue;
      }
      case '\\': {
        const width = text.startsWith('\r\n', at + 1) ? 3 : text.charAt(at + 1) === '\n' ? 2 : 1;
        at += width;
        break;
      }
      case '"':
      case "'": {
        const string = skipString(text, at);
        const doubtful = string.lines && (!string.closed || isInsideOut(text, at, string.at));
        if (doubtful && string.closed) insideOut = true;
        if (doubtful) suspicious = true;
        if (!string.closed || (doubtful && lenient)) openString = at;
        if (doubtful && lenient) {
          const newline = text.indexOf('\n', at);
          at = newline < 0 ? text.length : newline;
        } else {
          at = string.at;
        }
        end = at;
        if (openString >= 0 && lenient) break scanning;
        continue;
      }
      case '(':
      case '[':
      case '{':
        open.push({ at, char: c });
        at++;
        break;
      case ')':
      case ']':
      case '}': {
        const top = open.at(-1);
        if (top && closers[top.char] === c) open.pop();
        else if (stray < 0) stray = at;
        at++;
        break;
      }
      case ';':
        if (open.length === 0) semicolons.push(at);
        at++;
        break;
      case ':':
        if (open.length === 0 && text.charAt(at + 1) !== '=') {
          if (lambdas > 0) lambdas--;
          else if (colon < 0) colon = at;
        }
        at++;
        break;
      default: {
        const token = wordAt(text, at);
        if (token === 'lambda' && open.length === 0) lambdas++;
        at += Math.max(1, token.length);
      }
    }
    end = at;
  }
  if (openString >= 0 || open.length > 0) suspicious = true;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return { start, end, ...line, open, openString, stray, colon, semicolons, next: at, suspicious, insideOut, comments };
}

/**
 * @param text Line ends are `\n` or `\r\n`.
 * @param isBroken Whether a line that looks as if it had swallowed others is in fact no Python.
 */
export function splitLogicalLines(
  text: string,
  isBroken: (line: LogicalLine) => boolean,
): { lines: LogicalLine[]; comments: Comment[] } {
  const lines: LogicalLine[] = [];
  const comments: Comment[] = [];
  let from = 0;
  while (from < text.length) {
    const { at, indent } = skipIndent(text, from);
    if (at >= text.length) break;
    if (text.charAt(at) === '\n') {
      from = at + 1;
      continue;
    }
    let found = scan(text, at, indent, false);
    if (found.insideOut || (found.suspicious && isBroken(found))) found = scan(text, at, indent, true);
    comments.push(...found.comments);
    if (found.end > found.start) lines.push(found);
    from = found.next + 1;
  }
  return { lines, comments };
}
