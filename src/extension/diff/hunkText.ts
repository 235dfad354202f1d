/** What is said about a hunk. */
import type { Hunk } from '../../edits/index.js';
import { parametersText } from '../../texts.js';

/** `−3 +5 · +1,024 parameters`. */
export function summaryOf(hunk: Hunk): string {
  const lines = hunk.onlyLineEnds ? 'line ends' : `−${hunk.counts.removed} +${hunk.counts.added}`;
  const delta = hunk.parameters;
  return `${lines} · ${parametersText(delta)}`;
}

/** `with 2 other changes`, for a hunk that only works together with others; its numbers are theirs together. */
export function linkText(linked: number): string {
  return `with ${linked === 1 ? '1 other change' : `${linked} other changes`}`;
}

/** What the hunk is for: `Dropout after the embedding`. */
export function labelOf(hunk: Hunk): string {
  const labels = hunk.owners.map(({ label, title }) => label ?? title);
  return [...new Set(labels)].join(', ') || 'Pending change';
}

/** The reasons of those who proposed it. */
export function reasonsOf(hunk: Hunk): string[] {
  return [...new Set(hunk.owners.map(({ reason }) => reason).filter(Boolean))];
}

/** `1 change`, `3 changes`. */
export function countOf(count: number): string {
  return count === 1 ? '1 change' : `${count} changes`;
}
