/** Texts for the model: numbered lines, bounded length, places. */
import type { Range } from '../../protocol/index.js';
import { grouped } from '../../texts.js';

/** Cuts the middle out of what is too long, and says so. */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor(most * 0.7);
  const tail = most - head;
  const left = text.length - head - tail;
  return `${text.slice(0, head)}\n… ${grouped(left)} characters left out: ask for a part …\n${text.slice(-tail)}`;
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
