/** Source files by content, and where Python would find a module. */
import type { PythonParser, SourceFile } from '../syntax/index.js';
import { absoluteName, importsInText } from './imports.js';
import { isNotebook, pythonOfNotebook } from './notebook.js';
import type { SourceProvider } from './sourceProvider.js';

export interface ResolvedModule {
  /** Dotted name. */
  readonly name: string;
  /** File to run, or `null` for a namespace package (a folder without `__init__.py`). */
  readonly path: string | null;
  readonly isPackage: boolean;
  /** Folder that holds the package's modules. */
  readonly folder: string | null;
}

export const dirname = (path: string): string => {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
};
export const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const join = (folder: string, name: string): string => (folder.endsWith('/') ? folder + name : `${folder}/${name}`);

/** Folders that hold nobody's own code. */
const SKIPPED = new Set(['node_modules', 'venv', 'env', 'site-packages', '__pycache__', 'build', 'dist']);

export class Project {
  private readonly files = new Map<string, SourceFile>();
  private readonly texts = new Map<string, string | undefined>();
  private readonly listings = new Map<string, readonly string[]>();
  private readonly folders = new Map<string, readonly string[]>();
  private readonly resolved = new Map<string, ResolvedModule | null>();
  private readonly imported = new Map<string, readonly string[]>();

  constructor(
    readonly provider: SourceProvider,
    readonly parser: PythonParser,
    /** Folders searched for modules, in order: workspace folders, then `--path`, then site-packages. */
    readonly roots: readonly string[],
    /** Folders of installed packages, searched last and only for what is imported. */
    readonly libraries: readonly string[] = [],
    /** Folders of the user's own programs: what lies elsewhere is only looked at when it is imported. */
    readonly programFolders: readonly string[] = roots,
  ) {}

  /** Text of a file as this project saw it first, of a notebook its Python; `invalidate` forgets it. */
  text(path: string): string | undefined {
    if (!this.texts.has(path)) {
      const text = this.provider.read(path);
      this.texts.set(path, text !== undefined && isNotebook(path) ? pythonOfNotebook(text) : text);
    }
    return this.texts.get(path);
  }

  /** The parsed file, or `undefined` when it does not exist. */
  file(path: string): SourceFile | undefined {
    const text = this.text(path);
    if (text === undefined) return undefined;
    const known = this.files.get(path);
    if (known && known.text === text) return known;
    const file = this.parser.parse(path, text, known);
    this.files.set(path, file);
    return file;
  }

  /** Forgets what was read of these files (all when omitted); the next look reads again and parses only what changed. */
  invalidate(paths?: Iterable<string>): void {
    if (paths) for (const path of paths) this.texts.delete(path);
    else this.texts.clear();
    this.resolved.clear();
    this.imported.clear();
    this.listings.clear();
    this.folders.clear();
  }

  /** Names in a folder; remembered until files change. */
  names(folder: string): readonly string[] {
    const known = this.folders.get(folder);
    if (known) return known;
    const names = [...this.provider.list(folder)].sort();
    this.folders.set(folder, names);
    return names;
  }

  /** Python files below `folders`, nearest first; environments, caches and hidden folders left out, with a bound on their number. */
  pythonFiles(folders: readonly string[], most = 1000): readonly string[] {
    const key = folders.join('\0');
    const known = this.listings.get(key);
    if (known) return known;
    const found = pythonFilesBelow(this.provider, folders, most);
    this.listings.set(key, found);
    return found;
  }

  /**
   * The name a file has as a module, and the folder to search first: the nearest folder above that is no package
   * (has no `__init__.py`).
   */
  moduleNameOf(path: string): { readonly name: string; readonly root: string } {
    const base = basename(path).replace(/\.(?:pyi?|ipynb)$/, '');
    const parts = base === '__init__' ? [] : [base];
    let folder = dirname(path);
    while (folder !== '/' && this.provider.isFile(join(folder, '__init__.py'))) {
      parts.unshift(basename(folder));
      folder = dirname(folder);
    }
    return { name: parts.join('.') || basename(dirname(path)), root: folder };
  }

  /** Finds `name` on `first` (the running script's folder) and then the roots. */
  resolve(name: string, first: readonly string[]): ResolvedModule | undefined {
    for (const root of [...first, ...this.roots, ...this.libraries]) {
      const found = this.resolveIn(root, name);
      if (found) return found;
    }
    return undefined;
  }

  /** Finds `name` in one folder. */
  resolveIn(root: string, name: string): ResolvedModule | undefined {
    const key = `${root}\0${name}`;
    let found = this.resolved.get(key);
    if (found === undefined) {
      found = this.find(root, name) ?? null;
      this.resolved.set(key, found);
    }
    return found ?? undefined;
  }

  /** Files that a file imports itself, in whole or in part, wherever the statement stands; nothing is parsed for it. */
  importedFiles(path: string): readonly string[] {
    const known = this.imported.get(path);
    if (known) return known;
    const { name, root } = this.moduleNameOf(path);
    const isPackage = path.endsWith('/__init__.py');
    const modules = new Set<string>();
    for (const { level, module, names } of importsInText(this.text(path) ?? '').anywhere) {
      const base = absoluteName(name, isPackage, level, module);
      if (base !== undefined) modules.add(base);
      for (const each of names) modules.add(base === undefined ? each : `${base}.${each}`);
    }
    const files = [...modules].flatMap((each) => this.resolve(each, [root])?.path ?? []);
    this.imported.set(path, files);
    return files;
  }

  private find(root: string, name: string): ResolvedModule | undefined {
    const path = join(root, name.replaceAll('.', '/'));
    const init = join(path, '__init__.py');
    if (this.provider.isFile(init)) return { name, path: init, isPackage: true, folder: path };
    const file = `${path}.py`;
    if (this.provider.isFile(file)) return { name, path: file, isPackage: false, folder: null };
    if (this.provider.isDirectory(path) && this.holdsPython(path))
      return { name, path: null, isPackage: true, folder: path };
    return undefined;
  }

  private holdsPython(folder: string, depth = 0): boolean {
    const names = this.provider.list(folder);
    if (names.some((name) => name.endsWith('.py'))) return true;
    return depth < 3 && names.some((name) => /^\w+$/.test(name) && this.holdsPython(join(folder, name), depth + 1));
  }
}

/**
 * Python files below `folders`, nearest first; environments, caches and hidden folders left out.
 * @param most how many at most
 * @param deepest how many levels of folders are looked through
 */
export function pythonFilesBelow(
  provider: SourceProvider,
  folders: readonly string[],
  most: number,
  deepest = 6,
): readonly string[] {
  const found: string[] = [];
  let level: readonly string[] = folders;
  for (let depth = 0; depth < deepest && level.length > 0 && found.length < most; depth++) {
    const next: string[] = [];
    for (const folder of level)
      for (const name of provider.list(folder)) {
        const path = join(folder, name);
        if (name.endsWith('.py')) found.push(path);
        else if (!name.includes('.') && !SKIPPED.has(name) && provider.isDirectory(path)) next.push(path);
      }
    level = next;
  }
  return found.slice(0, most);
}
