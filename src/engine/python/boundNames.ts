import type { Expr, Stmt } from '../syntax/index.js';

const cache = new WeakMap<Stmt, ReadonlySet<string>>();

/** Names a statement may bind in its own scope; blocks inside it included, functions and classes inside it not. */
export function boundNames(node: Stmt): ReadonlySet<string> {
  const known = cache.get(node);
  if (known) return known;
  const names = new Set<string>();
  collect(node, names);
  cache.set(node, names);
  return names;
}

function targets(node: Expr, names: Set<string>): void {
  if (node.kind === 'Name') names.add(node.id);
  else if (node.kind === 'Tuple' || node.kind === 'List') node.elements.forEach((element) => targets(element, names));
  else if (node.kind === 'Starred') targets(node.value, names);
}

function collect(node: Stmt, names: Set<string>): void {
  const blocks = (...bodies: readonly (readonly Stmt[])[]): void =>
    bodies.forEach((body) => body.forEach((child) => collect(child, names)));
  switch (node.kind) {
    case 'Assign':
      node.targets.forEach((target) => targets(target, names));
      break;
    case 'AnnAssign':
    case 'AugAssign':
      targets(node.target, names);
      break;
    case 'FunctionDef':
    case 'ClassDef':
    case 'TypeAlias':
      names.add(node.name);
      break;
    case 'Import':
      for (const alias of node.names) names.add(alias.asName ?? alias.name.split('.')[0] ?? alias.name);
      break;
    case 'ImportFrom':
      if (node.names !== '*') for (const alias of node.names) names.add(alias.asName ?? alias.name);
      break;
    case 'If':
    case 'While':
      blocks(node.body, node.orelse);
      break;
    case 'For':
      targets(node.target, names);
      blocks(node.body, node.orelse);
      break;
    case 'Try':
      blocks(node.body, node.orelse, node.finalbody, ...node.handlers.map((handler) => handler.body));
      break;
    case 'With':
      for (const item of node.items) if (item.target) targets(item.target, names);
      blocks(node.body);
      break;
    case 'Match':
      blocks(...node.cases.map((candidate) => candidate.body));
      break;
    default:
      break;
  }
}
