/** What is said about a hunk. */
import type { Hunk, ParameterDelta } from '../../edits/index.js';
import { parametersText, plural } from '../../texts.js';

/** `−3 +5 · +1,024 parameters`. */
export function summaryOf(hunk: Hunk): string {
  const lines = hunk.onlyLineEnds ? 'line ends' : `−${hunk.counts.removed} +${hunk.counts.added}`;
  const delta = hunk.parameters;
  return `${lines} · ${parametersText(delta)}`;
}

/** The same in words, for those who hear it: `Less overfitting: removes 1 line, adds 2 lines, ±0 parameters. Removed: x = 1`. */
export function spokenOf(hunk: Hunk): string {
  const { removed, added } = hunk.counts;
  const parts = [
    ...(hunk.onlyLineEnds
      ? ['changes line ends']
      : [
          ...(removed > 0 ? [`removes ${plural(removed, 'line')}`] : []),
          ...(added > 0 ? [`adds ${plural(added, 'line')}`] : []),
        ]),
    isOpen(hunk.parameters) ? 'parameters not counted yet' : parametersText(hunk.parameters),
  ];
  const [first, ...others] = hunk.removed.map((line) => line.trim()).filter((line) => line !== '');
  const more = others.length > 0 ? ` and ${plural(others.length, 'line')} more` : '';
  return `${labelOf(hunk)}: ${parts.join(', ')}.${first === undefined ? '' : ` Removed: ${first}${more}`}`;
}

/** Whether the analyser has still to look. */
export function isOpen(parameters: ParameterDelta): boolean {
  return parameters.kind === 'notChecked' && parameters.open === true;
}

/** `with 2 other changes`, for a hunk that only works together with others; its numbers are theirs together. */
export function linkText(linked: number): string {
  return `with ${plural(linked, 'other change')}`;
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

/** With one full stop at its end, whether it came with one or not. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`;
}
