/** Small facts about a text: digest, lines, line ends, indentation. */

/** 64 bit digest of a text, as 16 hex digits; tells texts apart, isn't cryptographic. */
export function digestOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b ^= b >>> 15;
  }
  a = scatter(a ^ Math.imul(b, 0x2545f491));
  b = scatter(b ^ Math.imul(a, 0x9e3779b1));
  return hex(a) + hex(b);
}

function scatter(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

const CR = 13;
const LF = 10;

/** Whether a line starts between two neighbouring characters; `''` stands for the text's begin or end. */
export function isLineBreakBetween(before: string, after: string): boolean {
  return before === '' || before === '\n' || (before === '\r' && after !== '\n');
}

/** Whether a line starts at `offset`: also at 0, and at the very end after a line end. */
export function isLineStart(text: string, offset: number): boolean {
  return isLineBreakBetween(text.charAt(offset - 1), text.charAt(offset));
}

/** Start of the line that holds `offset`. */
export function lineStartAt(text: string, offset: number): number {
  let at = offset;
  while (!isLineStart(text, at)) at--;
  return at;
}

/** Start of the line after the one that holds `offset`, or the text's end. */
export function nextLineStart(text: string, offset: number): number {
  let at = offset + 1;
  while (at < text.length && !isLineStart(text, at)) at++;
  return Math.min(at, text.length);
}

/** The lines with their line ends (`\r\n`, `\n`, `\r`); an empty text has none. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  if (!text.includes('\r')) {
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      lines.push(text.slice(start, end + 1));
      start = end + 1;
    }
    if (start < text.length) lines.push(text.slice(start));
    return lines;
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LF || (code === CR && text.charCodeAt(i + 1) !== LF)) {
      lines.push(text.slice(start, i + 1));
      start = i + 1;
    }
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** A line without its line end. */
export function withoutLineEnd(line: string): string {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') || line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** How many lines start in `[from, to)` after the first one: the line ends in it. */
export function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === LF || (code === CR && text.charCodeAt(i + 1) !== LF)) count++;
  }
  return count;
}

/** The text's prevailing line end; `fallback` if it has none. */
export function lineEndOf(text: string, fallback = '\n'): string {
  let crlf = 0;
  let lf = 0;
  let cr = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === LF) lf++;
    else if (code === CR) {
      if (text.charCodeAt(i + 1) === LF) {
        crlf++;
        i++;
      } else cr++;
    }
  }
  if (crlf + lf + cr === 0) return fallback;
  if (crlf >= lf && crlf >= cr) return '\r\n';
  return lf >= cr ? '\n' : '\r';
}

/** The text with every line end replaced by `eol`. */
export function withLineEnds(text: string, eol: string): string {
  return text.replace(/\r\n|\n|\r/g, eol);
}

/** Whether two texts differ in nothing but line ends. */
export function sameButLineEnds(a: string, b: string): boolean {
  return withLineEnds(a, '\n') === withLineEnds(b, '\n');
}

/** Leading blanks and tabs of the line that holds `offset`. */
export function indentationAt(text: string, offset: number): string {
  const start = lineStartAt(text, offset);
  let end = start;
  while (text.charAt(end) === ' ' || text.charAt(end) === '\t') end++;
  return text.slice(start, end);
}

/** One step of indentation as the text uses it: a tab, or that many blanks; four blanks if it shows none. */
export function indentUnitOf(text: string): string {
  const steps = new Map<string, number>();
  let previous = 0;
  for (const line of splitLines(text)) {
    const content = withoutLineEnd(line);
    const blanks = /^[ \t]*/.exec(content)?.[0] ?? '';
    if (blanks.length === content.length) continue;
    if (blanks.startsWith('\t')) steps.set('\t', (steps.get('\t') ?? 0) + 1);
    else if (blanks.length > previous && blanks.length - previous <= 8) {
      const unit = ' '.repeat(blanks.length - previous);
      steps.set(unit, (steps.get(unit) ?? 0) + 1);
    }
    previous = blanks.length;
  }
  let best = '    ';
  let most = 0;
  for (const [unit, count] of steps) {
    if (count > most) {
      best = unit;
      most = count;
    }
  }
  return best;
}

/** Puts `indent` before every line that isn't blank; line ends stay as they are. */
export function indentLines(text: string, indent: string): string {
  return splitLines(text)
    .map((line) => (withoutLineEnd(line).trim() === '' ? line : indent + line))
    .join('');
}
