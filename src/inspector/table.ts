/** Tables of the inspector's tabs. */
import { element } from './dom.js';

export interface TableColumn {
  readonly title: string;
  /** Set to the right. */
  readonly isNumber?: boolean;
}

/** A table with a caption above it; `rows` have as many cells as there are columns. */
export function tableOf(caption: string, columns: readonly TableColumn[], rows: readonly HTMLElement[]): HTMLElement {
  const heads = columns.map(({ title, isNumber }) =>
    element('th', { scope: 'col', class: isNumber === true ? 'number' : '' }, title),
  );
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...rows),
  );
}
