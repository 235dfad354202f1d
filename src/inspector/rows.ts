/** Which rows of the tree are visible. Pure. */
import type { InspectorRow } from '../protocol/index.js';

/** Small trees are open from the start. */
const SMALL = 80;

/** The modules that are open at first: all of a small tree, else the upper two levels. */
export function openAtFirst(rows: readonly InspectorRow[]): Set<string> {
  return new Set(
    rows.filter(({ children, depth }) => children > 0 && (rows.length <= SMALL || depth < 2)).map(({ path }) => path),
  );
}

export interface Filter {
  readonly text: string;
  readonly changedOnly: boolean;
}

/** Rows whose parents are all open. With a filter: the rows that match, and their parents. */
export function visibleRows(
  rows: readonly InspectorRow[],
  open: ReadonlySet<string>,
  { text, changedOnly }: Filter,
): InspectorRow[] {
  const needle = text.trim().toLowerCase();
  if (needle === '' && !changedOnly) return openRows(rows, open);
  const matches = (row: InspectorRow): boolean =>
    (needle === '' || row.path.toLowerCase().includes(needle) || row.type.toLowerCase().includes(needle)) &&
    (!changedOnly || (row.change !== undefined && row.change !== 'same'));
  const wanted = new Set<InspectorRow>();
  const parents: InspectorRow[] = [];
  for (const row of rows) {
    parents.length = row.depth;
    if (matches(row)) for (const each of [...parents, row]) wanted.add(each);
    parents.push(row);
  }
  return rows.filter((row) => wanted.has(row));
}

function openRows(rows: readonly InspectorRow[], open: ReadonlySet<string>): InspectorRow[] {
  const visible: InspectorRow[] = [];
  let closedAt = Infinity;
  for (const row of rows) {
    if (row.depth > closedAt) continue;
    closedAt = row.children > 0 && !open.has(row.path) ? row.depth : Infinity;
    visible.push(row);
  }
  return visible;
}
