/** What names mean: import aliases, qualified names, and how to spell a library's name in a file. */
import type { Project } from '../project/index.js';
import type {
  ClassDef,
  Expr,
  FunctionDef,
  ImportAlias,
  ImportFromStmt,
  ImportStmt,
  SourceFile,
  Stmt,
} from '../syntax/index.js';
import { ancestorsOf, dotted, eachStatement, statementsIn, type Node } from './tree.js';

/** One name that an import statement binds. */
export interface ImportedName {
  /** As used in the file. */
  readonly local: string;
  /** What it stands for: `torch.nn`, `torch.optim.Adam`; for relative imports with the dots resolved. */
  readonly qualified: string;
  readonly statement: ImportStmt | ImportFromStmt;
  readonly alias: ImportAlias;
}

const imports = new WeakMap<SourceFile, { readonly package_: string; readonly names: readonly ImportedName[] }>();

/**
 * Every name that the file imports, wherever the statement stands. `package_` is the file's package, for relative imports; left out,
 * it is what an earlier call said.
 */
export function importsOf(file: SourceFile, package_?: string): readonly ImportedName[] {
  const known = imports.get(file);
  if (known && (package_ === undefined || package_ === known.package_)) return known.names;
  const names = readImports(file, package_ ?? '');
  imports.set(file, { package_: package_ ?? '', names });
  return names;
}

function readImports(file: SourceFile, package_: string): ImportedName[] {
  const found: ImportedName[] = [];
  eachStatement(file.ast.body, (node) => {
    if (node.kind === 'Import') {
      const statement = node;
      for (const alias of statement.names) {
        const first = alias.name.split('.')[0] ?? alias.name;
        // `import a.b` binds `a`; `import a.b as c` binds a.b.
        found.push({
          local: alias.asName ?? first,
          qualified: alias.asName === null ? first : alias.name,
          statement,
          alias,
        });
      }
    } else if (node.kind === 'ImportFrom') {
      const statement = node;
      if (statement.names === '*') return;
      const module = absoluteModule(statement, package_);
      for (const alias of statement.names) {
        found.push({
          local: alias.asName ?? alias.name,
          qualified: module === '' ? alias.name : `${module}.${alias.name}`,
          statement,
          alias,
        });
      }
    }
  });
  return found;
}

function absoluteModule({ level, module }: ImportFromStmt, package_: string): string {
  if (level === 0) return module;
  const parts = package_ === '' ? [] : package_.split('.');
  const base = parts.slice(0, Math.max(0, parts.length - (level - 1)));
  return [...base, ...(module === '' ? [] : [module])].join('.');
}

/** Longer and shorter names of the same thing, as PyTorch's own modules have them. */
const SHORTER: readonly (readonly [RegExp, string])[] = [
  [/^torch\.nn\.modules\.\w+\.(\w+)$/, 'torch.nn.$1'],
  [/^torch\.optim\.\w+\.([A-Z]\w*)$/, 'torch.optim.$1'],
  [/^torch\.utils\.data\.\w+\.([A-Z]\w*)$/, 'torch.utils.data.$1'],
];

function canonical(name: string): string {
  if (name.startsWith('torch.optim.lr_scheduler.')) return name;
  for (const [pattern, short] of SHORTER) if (pattern.test(name)) return name.replace(pattern, short);
  return name;
}

/**
 * The full name that `expr` (names and attributes only) stands for by the file's imports, e.g. `torch.optim.Adam`; a name that the
 * file itself defines or rebinds gives `null`.
 */
export function qualifiedName(file: SourceFile, expr: Expr): string | null {
  const name = dotted(expr);
  if (name === null) return null;
  const [first = '', ...rest] = name.split('.');
  const imported = importsOf(file).find(({ local }) => local === first);
  if (!imported || isRebound(file, expr, first)) return null;
  return canonical([imported.qualified, ...rest].join('.'));
}

/** A function around the name binds it to something else than an import. */
function isRebound(file: SourceFile, expr: Node, name: string): boolean {
  return ancestorsOf(file, expr).some((each) => {
    if (each.kind !== 'FunctionDef') return false;
    const { scope, body } = each;
    if (!scope.locals.has(name)) return false;
    return !statementsIn(body).some(
      (statement) =>
        (statement.kind === 'Import' &&
          statement.names.some((alias) => (alias.asName ?? alias.name.split('.')[0]) === name)) ||
        (statement.kind === 'ImportFrom' &&
          statement.names !== '*' &&
          statement.names.some((alias) => (alias.asName ?? alias.name) === name)),
    );
  });
}

export type Definition = { readonly file: SourceFile; readonly node: ClassDef | FunctionDef };

/** The class or function of the project that a name in a file stands for. */
export function definitionOf(project: Project, file: SourceFile, expr: Expr): Definition | null {
  importsOf(file, packageOf(project, file));
  if (expr.kind === 'Name') {
    const own = definedIn(file, expr.id);
    if (own) return { file, node: own };
  }
  const qualified = qualifiedName(file, expr);
  return qualified === null ? starDefinition(project, file, expr) : lookUp(project, file, qualified);
}

function starDefinition(project: Project, file: SourceFile, expr: Expr): Definition | null {
  if (expr.kind !== 'Name') return null;
  for (const node of file.ast.body) {
    if (node.kind !== 'ImportFrom' || node.names !== '*') continue;
    const found = lookUp(project, file, `${absoluteModule(node, packageOf(project, file))}.${expr.id}`);
    if (found) return found;
  }
  return null;
}

function lookUp(project: Project, file: SourceFile, qualified: string, depth = 0): Definition | null {
  if (depth > 8) return null;
  const parts = qualified.split('.');
  for (let cut = parts.length - 1; cut > 0; cut--) {
    const path = moduleFile(project, file, parts.slice(0, cut).join('.'));
    if (path === null) continue;
    const target = project.file(path);
    if (!target || cut !== parts.length - 1) return null;
    const name = parts[cut] ?? '';
    const node = definedIn(target, name);
    if (node) return { file: target, node };
    const again = importsOf(target, packageOf(project, target)).find(({ local }) => local === name);
    return again && again.qualified !== qualified ? lookUp(project, target, again.qualified, depth + 1) : null;
  }
  return null;
}

/** A top-level class or function, also under `if` and `try`. */
function definedIn(file: SourceFile, name: string): ClassDef | FunctionDef | null {
  return (
    statementsIn(file.ast.body).find(
      (node): node is ClassDef | FunctionDef =>
        (node.kind === 'ClassDef' || node.kind === 'FunctionDef') && node.name === name,
    ) ?? null
  );
}

/** The package that a file's relative imports start from. */
export function packageOf(project: Project, file: SourceFile): string {
  const { name } = project.moduleNameOf(file.path);
  return file.path.endsWith('/__init__.py') ? name : name.split('.').slice(0, -1).join('.');
}

/** The file of a module as seen from another file; `null` for what isn't part of the project's roots. */
export function moduleFile(project: Project, from: SourceFile, module: string): string | null {
  const { root } = project.moduleNameOf(from.path);
  return project.resolve(module, [root])?.path ?? null;
}

/** How a file can say a library's name without a new import: `nn.Dropout`, `torch.nn.Dropout`; `null` if it can't. */
export function spell(file: SourceFile, qualified: string): string | null {
  const spellings = importsOf(file)
    .filter(({ statement }) => file.ast.body.includes(statement as Stmt))
    .flatMap(({ local, qualified: target }) => {
      if (target === qualified) return [local];
      return qualified.startsWith(`${target}.`) ? [`${local}${qualified.slice(target.length)}`] : [];
    });
  return spellings.sort((a, b) => a.length - b.length)[0] ?? null;
}
