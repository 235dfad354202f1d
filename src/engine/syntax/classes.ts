import type { ClassDef, Stmt } from './ast.js';
import type { SourceFile } from './sourceFile.js';

const lists = new WeakMap<SourceFile, readonly ClassDef[]>();

/** Module-level classes of a file in source order; those under `if` and `try` included. */
export function classesOf(file: SourceFile): readonly ClassDef[] {
  const known = lists.get(file);
  if (known) return known;
  const found: ClassDef[] = [];
  const visit = (body: readonly Stmt[]): void => {
    for (const node of body) {
      if (node.kind === 'ClassDef') found.push(node);
      else if (node.kind === 'If') [node.body, node.orelse].forEach(visit);
      else if (node.kind === 'Try')
        [node.body, node.orelse, node.finalbody, ...node.handlers.map((handler) => handler.body)].forEach(visit);
    }
  };
  visit(file.ast.body);
  lists.set(file, found);
  return found;
}
