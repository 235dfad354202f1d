/** Rows about submodules, for answers. */
import type { Count, ModuleNodeReport } from '../../../protocol/index.js';
import { numberOf } from '../../../texts.js';
import { arithmeticOf } from './formulas.js';

export interface Row {
  /** Dotted path. */
  readonly path: string;
  readonly node: ModuleNodeReport;
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

/** `12.3 %` of a total, or nothing. */
export function share(count: Count, total: Count): string {
  const [part, all] = [numberOf(count), numberOf(total)];
  return part === null || !all ? '' : `${((100 * part) / all).toFixed(1)} %`;
}
