/** Texts for the model: numbered lines, bounded length, places. */
import type { Count, OutputReport, Range } from '../../protocol/index.js';

/** Cuts the middle out of what is too long, and says so. */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.7);
  const tail = most - head;
  const left = text.length - head - tail;
  return `${text.slice(0, head)}\n… ${left.toLocaleString('en-US')} characters left out: ask for a part …\n${text.slice(-tail)}`;
}

/** Lines with their numbers as editors show them. @param first number of the first line */
export function numbered(text: string, first: number): string {
  const lines = text.split(/\r\n|\n|\r/);
  const width = String(first + lines.length - 1).length;
  return lines.map((line, i) => `${String(first + i).padStart(width)}  ${line}`).join('\n');
}

export function lineOf({ start }: Range): number {
  return start.line + 1;
}

export function countText(count: Count): string {
  if (count === null) return 'unknown';
  return typeof count === 'number' ? count.toLocaleString('en-US') : count.expression;
}

export function shapeText(shape: OutputReport): string {
  if (shape === null) return 'unknown';
  if (Array.isArray(shape)) {
    const parts = (shape as readonly (Count | OutputReport)[]).map((part) =>
      Array.isArray(part) || isNamed(part)
        ? shapeText(part as OutputReport)
        : part === null
          ? '?'
          : countText(part as Count).replaceAll(',', ''),
    );
    return `[${parts.join(', ')}]`;
  }
  return `{${Object.entries(shape as Readonly<Record<string, OutputReport>>)
    .map(([name, part]) => `${name}: ${shapeText(part)}`)
    .join(', ')}}`;
}

/** An object of named outputs, as opposed to a symbolic count. */
function isNamed(part: Count | OutputReport): boolean {
  return typeof part === 'object' && part !== null && !('expression' in part);
}
