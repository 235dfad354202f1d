/** The `nn.Module` classes of a project, told by their bases, and which of them a model is made of. */
import type { Project } from '../project/index.js';
import type { ClassDef, Expr, FunctionDef, SourceFile } from '../syntax/index.js';
import { definitionOf, importsOf, packageOf, qualifiedName } from './names.js';
import { statementsIn, walk } from './tree.js';

export interface ModuleClass {
  readonly file: SourceFile;
  readonly node: ClassDef;
}

const BASES = new Set(['torch.nn.Module', 'torch.jit.ScriptModule']);

/** Whether the class derives from `nn.Module`, by its own bases or those of classes of the project. */
export function isModuleClassDef(project: Project, file: SourceFile, node: ClassDef, depth = 0): boolean {
  if (depth > 8) return false;
  importsOf(file, packageOf(project, file));
  return node.bases.some((base) => {
    if (base.form !== 'positional') return false;
    const name = qualifiedName(file, base.value);
    if (name !== null && BASES.has(name)) return true;
    const parent = definitionOf(project, file, base.value);
    return (
      parent?.node.kind === 'ClassDef' &&
      parent.node !== node &&
      isModuleClassDef(project, parent.file, parent.node, depth + 1)
    );
  });
}

/** Module classes that a file defines at its top level, in source order. */
export function moduleClassesIn(project: Project, file: SourceFile): ModuleClass[] {
  return statementsIn(file.ast.body).flatMap((node) =>
    node.kind === 'ClassDef' && isModuleClassDef(project, file, node) ? [{ file, node }] : [],
  );
}

/** The module class that an expression names. */
export function moduleClassOf(project: Project, file: SourceFile, expr: Expr): ModuleClass | null {
  const found = definitionOf(project, file, expr);
  return found?.node.kind === 'ClassDef' && isModuleClassDef(project, found.file, found.node)
    ? { file: found.file, node: found.node }
    : null;
}

/** A class and those of the project that it derives from, nearest first. */
export function lineageOf(project: Project, root: ModuleClass): ModuleClass[] {
  const found: ModuleClass[] = [];
  const visit = (each: ModuleClass): void => {
    if (found.some(({ node }) => node === each.node)) return;
    found.push(each);
    for (const { form, value } of each.node.bases) {
      const base = form === 'positional' ? definitionOf(project, each.file, value) : null;
      if (base?.node.kind === 'ClassDef') visit({ file: base.file, node: base.node });
    }
  };
  visit(root);
  return found;
}

/** The class with all that its code refers to, transitively; itself first. Library code (site-packages) is left out. */
export function classesBelow(project: Project, root: ModuleClass): ModuleClass[] {
  const found: ModuleClass[] = [];
  const seen = new Set<ClassDef | FunctionDef>();
  const visit = (file: SourceFile, node: ClassDef | FunctionDef): void => {
    if (seen.has(node) || isLibrary(file)) return;
    seen.add(node);
    if (node.kind === 'ClassDef') {
      if (!isModuleClassDef(project, file, node)) return;
      found.push({ file, node });
    }
    walk(node, (each) => {
      if (each.kind !== 'Name' && each.kind !== 'Attribute') return;
      const target = definitionOf(project, file, each);
      if (target) visit(target.file, target.node);
    });
  };
  visit(root.file, root.node);
  return found;
}

/** Code of installed packages is not the user's to change. */
export function isLibrary({ path }: Pick<SourceFile, 'path'>): boolean {
  return /\/(?:site|dist)-packages\//.test(path);
}

export function methodOf(node: ClassDef, name: string): FunctionDef | null {
  return node.body.find((each): each is FunctionDef => each.kind === 'FunctionDef' && each.name === name) ?? null;
}
