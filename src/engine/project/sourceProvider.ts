/**
 * The only way by which the engine sees files. Implementations: disk (server, command line), disk under an overlay of unsaved
 * or proposed text, memory (tests). Paths are absolute and use `/`.
 */
export interface SourceProvider {
  /** Text of a file, or `undefined` when there is none (or it can't be read as text). */
  read(path: string): string | undefined;
  isFile(path: string): boolean;
  isDirectory(path: string): boolean;
  /** Names in a folder, in any order; empty when there is none. */
  list(path: string): readonly string[];
}

/** Files held in memory, by absolute path. */
export class MemorySourceProvider implements SourceProvider {
  private readonly folders = new Map<string, Set<string>>();

  constructor(private readonly files: ReadonlyMap<string, string>) {
    for (const path of files.keys()) {
      let child = path;
      for (;;) {
        const slash = child.lastIndexOf('/');
        if (slash < 0) break;
        const folder = slash === 0 ? '/' : child.slice(0, slash);
        const names = this.folders.get(folder) ?? new Set();
        this.folders.set(folder, names);
        names.add(child.slice(slash + 1));
        if (folder === '/') break;
        child = folder;
      }
    }
  }
  read(path: string): string | undefined {
    return this.files.get(path);
  }
  isFile(path: string): boolean {
    return this.files.has(path);
  }
  isDirectory(path: string): boolean {
    return this.folders.has(path);
  }
  list(path: string): readonly string[] {
    return [...(this.folders.get(path) ?? [])];
  }
}

/** Texts laid over another provider: open documents, or a proposal that was not accepted yet. `null` hides a file. */
export class OverlaySourceProvider implements SourceProvider {
  constructor(
    private readonly base: SourceProvider,
    private readonly texts: ReadonlyMap<string, string | null>,
  ) {}
  read(path: string): string | undefined {
    const text = this.texts.get(path);
    return text === null ? undefined : (text ?? this.base.read(path));
  }
  isFile(path: string): boolean {
    const text = this.texts.get(path);
    return text === null ? false : text !== undefined || this.base.isFile(path);
  }
  isDirectory(path: string): boolean {
    return (
      this.base.isDirectory(path) ||
      [...this.texts].some(([file, text]) => text !== null && file.startsWith(`${path}/`))
    );
  }
  list(path: string): readonly string[] {
    const names = new Set(this.base.list(path));
    for (const [file, text] of this.texts) {
      if (!file.startsWith(`${path}/`)) continue;
      const name = file.slice(path.length + 1).split('/')[0] ?? '';
      if (text !== null) names.add(name);
      else if (file === `${path}/${name}`) names.delete(name);
    }
    return [...names];
  }
}
