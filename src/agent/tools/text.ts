/** Texts for the model: numbered lines, bounded length, places. */
import { grouped } from '../../texts.js';

/** The first characters of a text, without half of one. @param most in UTF-16 units */
export function beginning(text: string, most: number): string {
  return text.slice(0, isCutThrough(text, most) ? most - 1 : most);
}

/** The last characters of a text, without half of one. @param most in UTF-16 units */
function ending(text: string, most: number): string {
  const start = Math.max(0, text.length - most);
  return text.slice(isCutThrough(text, start) ? start + 1 : start);
}

const isCutThrough = (text: string, at: number): boolean =>
  /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(at - 1, at + 1));

/** Cuts the middle out of what is too long, and says so. */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = beginning(text, Math.floor(most * 0.7));
  const tail = ending(text, most - head.length);
  const left = text.length - head.length - tail.length;
  return `${head}\n… ${grouped(left)} characters left out: ask for a part …\n${tail}`;
}

/** Lines with their numbers as editors show them. @param first number of the first line */
export function numbered(text: string, first: number): string {
  const lines = text.split(/\r\n|\n|\r/);
  const width = String(first + lines.length - 1).length;
  return lines.map((line, i) => `${String(first + i).padStart(width)}  ${line}`).join('\n');
}
