/** The modules of a report by their names. */
import type { ModelReport, ModuleNodeReport } from '../../protocol/index.js';

/** Modules by their dotted paths; `''` is the root. */
export function modulesOf(report: ModelReport): Map<string, ModuleNodeReport> {
  const modules = new Map<string, ModuleNodeReport>();
  const visit = (node: ModuleNodeReport, path: string): void => {
    modules.set(path, node);
    for (const child of node.children) visit(child, path === '' ? child.name : `${path}.${child.name}`);
  };
  if (report.tree) visit(report.tree, '');
  return modules;
}
