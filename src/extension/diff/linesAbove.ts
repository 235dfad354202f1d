/** How far edits push down what someone looks at. */
import { countLineEnds, nextLineStart, type TextEdit } from '../../edits/index.js';

/**
 * By how many lines the edits move what is seen, negative for upwards: the first line in sight that no edit rewrites. Where they
 * rewrite all of it, what they do above it counts.
 * @param from where the first line in sight begins
 * @param to where the last one ends
 */
export function linesAbove(text: string, edits: readonly TextEdit[], from: number, to: number): number {
  const isRewritten = (offset: number): boolean => edits.some(({ start, end }) => start < offset && offset < end);
  let still = from;
  while (isRewritten(still)) {
    const next = nextLineStart(text, still);
    if (next <= still || next > to) return linesBefore(text, edits, from);
    still = next;
  }
  return linesBefore(text, edits, still);
}

function linesBefore(text: string, edits: readonly TextEdit[], offset: number): number {
  let lines = 0;
  for (const { start, end, newText } of edits)
    if (end <= offset) lines += countLineEnds(newText, 0, newText.length) - countLineEnds(text, start, end);
  return lines;
}
