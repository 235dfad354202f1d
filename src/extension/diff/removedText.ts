/** Where removed lines are shown: behind the lines that took their place, since decorations can't make lines of their own. */
import type { Hunk } from '../../edits/index.js';

export interface RemovedNote {
  readonly line: number;
  readonly text: string;
}

const LONGEST = 100;
/** Plain spaces in a row are shown as one. */
const BETWEEN = '\u00a0\u00a0\u00a0';

/** The notes of all hunks, one for each line: a removal is told on a line that may have replaced another. */
export function removedNotesOf(hunks: readonly Hunk[], lineCount: number): RemovedNote[] {
  const byLine = new Map<number, string[]>();
  for (const { line, text } of hunks.flatMap((hunk) => removedNotes(hunk, lineCount)))
    byLine.set(line, [...(byLine.get(line) ?? []), text]);
  return [...byLine].map(([line, texts]) => ({ line, text: texts.join(BETWEEN) }));
}

/**
 * One note for each removed line, behind the added line that replaces it; what is left over is told in the last one.
 * @param lineCount lines of the document
 */
export function removedNotes(hunk: Hunk, lineCount: number): RemovedNote[] {
  const removed = hunk.removed.map((line) => line.trim());
  if (removed.every((line) => line === '')) return [];
  const { startLine, endLine } = hunk.document;
  // A pure removal is told on the line before it, at the start of a file on the one after.
  const places =
    endLine > startLine ? range(startLine, endLine) : [Math.min(Math.max(0, startLine - 1), lineCount - 1)];
  const rest = removed.slice(places.length - 1).filter((line) => line !== '');
  const notes: RemovedNote[] = [];
  for (const [i, line] of places.entries()) {
    const last = i === places.length - 1;
    const text = last ? rest[0] : removed[i];
    if (!text) continue;
    const more = last && rest.length > 1 ? `  … ${rest.length - 1} more removed` : '';
    notes.push({ line, text: `− ${shorten(text)}${more}` });
  }
  return notes;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
