/** Rows about submodules, for answers. */
import type { Count, ModuleNodeReport } from '../../../protocol/index.js';
import { countText, numberOf } from '../../../texts.js';
import { cell } from '../text.js';
import { arithmeticOf } from './formulas.js';

export interface Row {
  /** Dotted path. */
  readonly path: string;
  readonly node: ModuleNodeReport;
}

/** A row that stands for all the like ones of a list of blocks. */
export interface RepeatedRow extends Row {
  /** `blocks.0..2.attn`. */
  readonly name: string;
  readonly times: number;
}

/** How many submodules are looked at: a chat answer is no place for more. */
const MOST_VISITED = 400;

/** Every submodule, parents before children. */
export function submodules(tree: ModuleNodeReport): Row[] {
  const rows: Row[] = [];
  const visit = (node: ModuleNodeReport, path: string): void => {
    for (const child of node.children) {
      const inner = path === '' ? child.name : `${path}.${child.name}`;
      rows.push({ path: inner, node: child });
      if (rows.length < MOST_VISITED) visit(child, inner);
    }
  };
  visit(tree, '');
  return rows;
}

/** The layers: submodules without children, and those that are counted as a whole. */
export function leaves(tree: ModuleNodeReport): Row[] {
  const rows = submodules(tree);
  const wholes = rows.filter(({ node }) => node.children.length > 0 && arithmeticOf(node) !== undefined);
  return rows.filter(
    ({ path, node }) =>
      (node.children.length === 0 || node.own !== 0) && !wholes.some((whole) => path.startsWith(`${whole.path}.`)),
  );
}

/**
 * The same rows, but what repeats itself from block to block (`blocks.0.attn`, `blocks.1.attn`…: same type, shapes and count) is one
 * row at its first place.
 */
export function repeated(rows: readonly Row[]): RepeatedRow[] {
  const runs: { readonly row: Row; readonly key: string; readonly first: number; last: number }[] = [];
  const open = new Map<string, (typeof runs)[number]>();
  for (const row of rows) {
    const { type, total, own, shared, inputShape, outputShape } = row.node;
    const index = Number(INDEX.exec(row.path)?.[0] ?? NaN);
    const key = JSON.stringify([row.path.replace(INDEX, '#'), type, total, own, shared, inputShape, outputShape]);
    const run = open.get(key);
    if (run && index === run.last + 1) run.last = index;
    else {
      const fresh = { row, key, first: index, last: index };
      runs.push(fresh);
      open.set(key, fresh);
    }
  }
  return runs.map(({ row, first, last }) => ({
    ...row,
    name: last > first ? row.path.replace(INDEX, `${first}..${last}`) : row.path,
    times: last > first ? last - first + 1 : 1,
  }));
}

/** The first number among the names of a path. */
const INDEX = /(?<=^|\.)\d+(?=\.|$)/;

/** What a row says of parameters: `3 × 37,248 (30.7 %)`. @param arithmetic what the count of one comes from */
export function countOf({ node, times }: RepeatedRow, total: Count, arithmetic?: string): string {
  if (node.shared !== null) return `as ${cell(node.shared)}`;
  const [part, all] = [numberOf(node.total), numberOf(total)];
  const share = part === null || !all ? '' : ` (${((100 * times * part) / all).toFixed(1)}\u00a0%)`;
  const count = cell(countText(node.total));
  const one = arithmetic === undefined ? count : `${cell(arithmetic)} = ${count}`;
  return (times === 1 ? one : `${times} × ${arithmetic === undefined ? one : `(${one})`}`) + share;
}
