/** The workspace's files on disk under the open documents, without what must not be sent. For the extension and the command line. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ignore, { type Ignore } from 'ignore';
import { isSecretFile } from './context/secrets.js';
import type { FilesPort, FileText } from './ports.js';

/** Folders that hold nobody's own code. */
const SKIPPED = new Set(['node_modules', 'venv', 'env', 'site-packages', '__pycache__', 'build', 'dist']);
const MOST_FILES = 400;
const MOST_BYTES = 2 * 1024 * 1024;
/** Ignore files are read again after this. */
const FRESH_MILLISECONDS = 10_000;

export interface WorkspaceFilesOptions {
  /** Absolute paths of the workspace folders. */
  readonly roots: readonly string[];
  /** An open document as the editor has it; `undefined` if it isn't open. */
  readonly open?: (uri: string) => FileText | undefined;
  /** How open cells of notebooks are called, which have addresses that nobody can write. */
  readonly cells?: CellNames;
  /** Patterns, as in .gitignore, of files that are never sent. */
  readonly exclude?: readonly string[];
}

/** Cells by their notebook's path and their number: `train.ipynb#cell 3`. */
export interface CellNames {
  /** The number of a cell, from 1; `undefined` if it is none of an open notebook. */
  number(uri: string): number | undefined;
  /** The address of a cell of a notebook that is open. @param path absolute */
  address(path: string, number: number): string | undefined;
}

const CELL = /^(.+)#cell (\d+)$/;

/** The files of some folders: what the editor has open as it is there, the rest from the disk. */
export class WorkspaceFiles implements FilesPort {
  private readonly rules = new Map<string, { readonly at: number; readonly rules: Ignore | undefined }>();
  private readonly tops = new Map<string, { readonly at: number; readonly top: string }>();
  private readonly excluded: Ignore;

  constructor(private readonly options: WorkspaceFilesOptions) {
    this.excluded = ignore().add([...(options.exclude ?? [])]);
  }

  async read(uri: string): Promise<FileText | undefined> {
    const open = this.options.open?.(uri);
    if (open) return open;
    const path = pathOf(uri);
    if (path === undefined) return undefined;
    const found = await present(stat(path));
    if (!found?.isFile() || found.size > MOST_BYTES) return undefined;
    const bytes = await present(readFile(path));
    return bytes && !bytes.includes(0) ? { text: bytes.toString('utf8') } : undefined;
  }

  async refusal(uri: string): Promise<string | undefined> {
    const path = placeOf(uri);
    // A document that has no place on the disk was written here.
    if (path === undefined) return this.options.open?.(uri) ? undefined : 'it is no file';
    const { roots } = this.options;
    const root = rootOf(roots, path);
    if (root === undefined) return 'it is outside of the workspace';
    const refused = await this.refusedIn(root, path);
    if (refused !== undefined) return refused;
    // A link counts as what it leads to.
    const real = await realPlace(path);
    if (real === path) return undefined;
    const realRoots = await Promise.all(roots.map(realPlace));
    const realRoot = rootOf(realRoots, real);
    if (realRoot === undefined) return 'it is a link that leads out of the workspace';
    return this.refusedIn(realRoot, real);
  }

  private async refusedIn(root: string, path: string): Promise<string | undefined> {
    const inside = relative(root, path).split(sep).join('/');
    if (inside === '') return 'it is a folder';
    if (isSecretFile(inside)) return 'files of this name hold secrets';
    if (this.excluded.ignores(inside)) return 'the settings keep it from being sent';
    return (await this.isIgnored(root, path, false)) ? '.gitignore lists it' : undefined;
  }

  resolve(path: string): string | undefined {
    const { roots, open, cells } = this.options;
    if (/^[a-z][a-z\d+.-]+:/i.test(path)) {
      const place = placeOf(path);
      if (place !== undefined && rootOf(roots, place) === undefined) return undefined;
      const file = pathOf(path);
      return file === undefined ? open?.(path) && path : pathToFileURL(file).href;
    }
    const [, notebook, cell] = CELL.exec(path) ?? [];
    const [first] = roots;
    const wanted = notebook ?? path;
    const absolute = isAbsolute(wanted)
      ? resolve(wanted)
      : first === undefined
        ? undefined
        : resolve(this.rootFor(wanted), wanted);
    if (absolute === undefined || rootOf(roots, absolute) === undefined) return undefined;
    return cell === undefined ? pathToFileURL(absolute).href : cells?.address(absolute, Number(cell));
  }

  display(uri: string): string {
    const path = placeOf(uri);
    if (path === undefined) return uri;
    const { roots, cells } = this.options;
    const root = rootOf(roots, path);
    const number = cells?.number(uri);
    const cell = number === undefined ? '' : `#cell ${number}`;
    if (root === undefined) return path + cell;
    const inside = relative(root, path).split(sep).join('/');
    return (roots.length > 1 ? `${basename(root)}/${inside}` : inside) + cell;
  }

  async pythonFiles(signal?: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    let level = [...this.options.roots];
    for (let depth = 0; depth < 8 && level.length > 0 && found.length < MOST_FILES; depth++) {
      const next: string[] = [];
      for (const folder of level) {
        signal?.throwIfAborted();
        for (const entry of (await present(readdir(folder, { withFileTypes: true }))) ?? []) {
          const path = join(folder, entry.name);
          if (entry.isDirectory()) {
            const isOwn = !entry.name.startsWith('.') && !SKIPPED.has(entry.name);
            if (isOwn && !(await this.isIgnoredFolder(path))) next.push(path);
          }
          if (entry.isFile() && entry.name.endsWith('.py')) {
            const uri = pathToFileURL(path).href;
            if ((await this.refusal(uri)) === undefined) found.push(uri);
          }
        }
      }
      level = next;
    }
    return found.slice(0, MOST_FILES);
  }

  /** With several folders, a path may begin with the name of one. */
  private rootFor(path: string): string {
    const [head] = path.split(/[\\/]/);
    const { roots } = this.options;
    const named = roots.length > 1 ? roots.find((root) => basename(root) === head) : undefined;
    return named === undefined ? (roots[0] ?? '') : dirname(named);
  }

  private async isIgnoredFolder(path: string): Promise<boolean> {
    const root = rootOf(this.options.roots, path);
    return root !== undefined && (await this.isIgnored(root, path, true));
  }

  /** As Git has it: the nearest ignore file that says something decides, and what lies in an ignored folder is ignored. */
  private async isIgnored(root: string, path: string, isFolder: boolean): Promise<boolean> {
    const top = await this.topOf(root);
    const parts = relative(top, path).split(sep);
    for (let length = 1; length <= parts.length; length++) {
      let ignored = false;
      for (let depth = 0; depth < length; depth++) {
        const rules = await this.rulesOf(join(top, ...parts.slice(0, depth)));
        if (!rules) continue;
        const below = parts.slice(depth, length).join('/') + (length < parts.length || isFolder ? '/' : '');
        const result = rules.test(below);
        if (result.ignored) ignored = true;
        else if (result.unignored) ignored = false;
      }
      if (ignored) return true;
    }
    return false;
  }

  /** The repository that a workspace folder lies in, or the folder: ignore files count from there on. */
  private async topOf(root: string): Promise<string> {
    const known = this.tops.get(root);
    if (known && Date.now() - known.at < FRESH_MILLISECONDS) return known.top;
    let top = root;
    for (let folder = root; ; folder = dirname(folder)) {
      if (await present(stat(join(folder, '.git')))) {
        top = folder;
        break;
      }
      if (dirname(folder) === folder) break;
    }
    this.tops.set(root, { at: Date.now(), top });
    return top;
  }

  private async rulesOf(folder: string): Promise<Ignore | undefined> {
    const known = this.rules.get(folder);
    if (known && Date.now() - known.at < FRESH_MILLISECONDS) return known.rules;
    const text = await present(readFile(join(folder, '.gitignore'), 'utf8'));
    const rules = text === undefined ? undefined : ignore().add(text);
    this.rules.set(folder, { at: Date.now(), rules });
    return rules;
  }
}

/** The file that an address names; `undefined` for what is not on the disk. A place that an unsaved document has already counts. */
function pathOf(uri: string): string | undefined {
  const file = uri.replace(/^untitled:(?:\/\/)?(?=\/)/, 'file://');
  return file.startsWith('file:') ? fileURLToPath(file) : undefined;
}

/** As {@link pathOf}, for what comes from a file too: a cell of a notebook, an older version of a file. What holds for the file holds for it. */
function placeOf(uri: string): string | undefined {
  const [, path] = /^[a-z][a-z\d+.-]+:(?:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(uri) ?? [];
  return pathOf(uri) ?? (path === undefined ? undefined : fileURLToPath(`file://${path}`));
}

/** The innermost of some folders that has a path in it. */
function rootOf(roots: readonly string[], path: string): string | undefined {
  return roots
    .filter((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))
    .sort((a, b) => b.length - a.length)[0];
}

/** Where a path leads when links are followed; of what isn't there, where it would be. */
async function realPlace(path: string): Promise<string> {
  const real = await present(realpath(path));
  if (real !== undefined) return real;
  const above = dirname(path);
  return above === path ? path : join(await realPlace(above), basename(path));
}

/** What can't be reached isn't there. */
async function present<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
