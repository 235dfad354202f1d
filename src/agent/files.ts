/** The workspace's files on disk under the open documents, without what must not be sent. For the extension and the command line. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
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
  /** Patterns, as in .gitignore, of files that are never sent. */
  readonly exclude?: readonly string[];
}

export class WorkspaceFiles implements FilesPort {
  private readonly rules = new Map<string, { readonly at: number; readonly rules: Ignore | undefined }>();
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
    const path = pathOf(uri);
    // A document that has no place on the disk was written here.
    if (path === undefined) return this.options.open?.(uri) ? undefined : 'it is no file';
    const root = this.rootOf(path);
    if (root === undefined) return 'it is outside of the workspace';
    const inside = relative(root, path).split(sep).join('/');
    if (inside === '') return 'it is a folder';
    if (isSecretFile(inside)) return 'files of this name hold secrets';
    if (this.excluded.ignores(inside)) return 'the settings keep it from being sent';
    return (await this.isIgnored(root, inside)) ? '.gitignore lists it' : undefined;
  }

  resolve(path: string): string | undefined {
    if (/^[a-z][a-z\d+.-]+:\/\//i.test(path) || path.startsWith('untitled:')) {
      const file = pathOf(path);
      if (file !== undefined) return this.rootOf(file) === undefined ? undefined : pathToFileURL(file).href;
      return this.options.open?.(path) ? path : undefined;
    }
    const { roots } = this.options;
    const [first] = roots;
    const absolute = isAbsolute(path)
      ? resolve(path)
      : first === undefined
        ? undefined
        : resolve(this.rootFor(path), path);
    if (absolute === undefined || this.rootOf(absolute) === undefined) return undefined;
    return pathToFileURL(absolute).href;
  }

  display(uri: string): string {
    const path = pathOf(uri);
    if (path === undefined) return uri;
    const root = this.rootOf(path);
    if (root === undefined) return path;
    const inside = relative(root, path).split(sep).join('/');
    return this.options.roots.length > 1 ? `${baseOf(root)}/${inside}` : inside;
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
          if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name)) next.push(path);
          else if (entry.isFile() && entry.name.endsWith('.py')) {
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
    const named = roots.length > 1 ? roots.find((root) => baseOf(root) === head) : undefined;
    return named === undefined ? (roots[0] ?? '') : dirname(named);
  }

  private rootOf(path: string): string | undefined {
    return this.options.roots
      .filter((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep))
      .sort((a, b) => b.length - a.length)[0];
  }

  /** By the ignore files of every folder on the way, the nearest one last. */
  private async isIgnored(root: string, inside: string): Promise<boolean> {
    const parts = inside.split('/');
    let ignored = false;
    for (let depth = 0; depth < parts.length; depth++) {
      const rules = await this.rulesOf(join(root, ...parts.slice(0, depth)));
      if (!rules) continue;
      const result = rules.test(parts.slice(depth).join('/'));
      if (result.ignored) ignored = true;
      else if (result.unignored) ignored = false;
    }
    return ignored;
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

/** `undefined` for what is not on the disk; a place that an unsaved document has already counts. */
function pathOf(uri: string): string | undefined {
  const file = uri.replace(/^untitled:(?:\/\/)?(?=\/)/, 'file://');
  return file.startsWith('file:') ? fileURLToPath(file) : undefined;
}

function baseOf(path: string): string {
  return path.slice(path.replace(/[\\/]+$/, '').lastIndexOf(sep) + 1).replace(/[\\/]+$/, '');
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
