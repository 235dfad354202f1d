/** The engine's view of the files, in the worker: the disk under the open documents under what is only proposed. */
import { OverlaySourceProvider } from '../engine/project/sourceProvider.js';
import type { PythonParser } from '../engine/syntax/index.js';
import type { OverlayText } from '../protocol/index.js';
import type { AnalysisEngine, EngineFactory } from './engine.js';
import { NodeSourceProvider } from './nodeSourceProvider.js';
import { pathOf } from './paths.js';

export class Workspace {
  private readonly disk = new NodeSourceProvider();
  private readonly open = new Map<string, string>();
  private readonly versions = new Map<string, number>();
  private readonly live = new OverlaySourceProvider(this.disk, this.open);
  private engine: AnalysisEngine | undefined;
  /** Grows with every change of a file. */
  revision = 0;
  /** Texts that are only proposed, and the engine that sees them: kept, so that looking at a variant costs what it changes. */
  private readonly proposed = new Map<string, string>();
  private variantEngine: AnalysisEngine | undefined;
  /** Answers that hold until a file changes. */
  private readonly answers = new Map<string, unknown>();

  constructor(
    private readonly factory: EngineFactory,
    private readonly parser: PythonParser,
    private readonly roots: readonly string[],
    private readonly cancelled: () => boolean,
    private readonly sizes: Readonly<Record<string, number>> = {},
    private readonly libraries: readonly string[] = [],
  ) {}

  /** The engine over the present state of all files. */
  current(): AnalysisEngine {
    this.engine ??= this.make(this.live);
    return this.engine;
  }

  /**
   * An engine that sees these texts in place of the files. It is the same one each time: what it said of other texts must have
   * been asked before.
   */
  with(texts: readonly OverlayText[] | undefined): AnalysisEngine {
    const proposed = texts?.map(({ uri, text }) => [pathOf(uri), text] as const) ?? [];
    // What proposes nothing new is what everybody else looks at, and known already.
    const wanted = new Map(proposed.filter(([path, text]) => this.live.read(path) !== text));
    if (wanted.size === 0) return this.current();
    this.variantEngine ??= this.make(new OverlaySourceProvider(this.live, this.proposed));
    const changed = [...new Set([...this.proposed.keys(), ...wanted.keys()])].filter(
      (path) => this.proposed.get(path) !== wanted.get(path),
    );
    this.proposed.clear();
    for (const [path, text] of wanted) this.proposed.set(path, text);
    if (changed.length > 0) this.variantEngine.invalidate(changed);
    return this.variantEngine;
  }

  /** What was answered before while no file has changed since, else what `make` gives; `key` says what it is about. */
  remembered<T>(key: string, make: () => T): T {
    if (this.answers.has(key)) return this.answers.get(key) as T;
    const made = make();
    // What was found when the asker gave up is not the whole.
    if (!this.cancelled()) this.answers.set(key, made);
    return made;
  }

  /** An open document's text; `null` when it was closed. */
  setText(uri: string, text: string | null, version: number): void {
    const path = pathOf(uri);
    const known = this.live.isFile(path);
    if (text === null) {
      this.open.delete(path);
      this.versions.delete(uri);
    } else {
      this.open.set(path, text);
      this.versions.set(uri, version);
    }
    this.forget(known && this.live.isFile(path) ? [path] : undefined);
  }

  /** The version of an open document; `null` for others. */
  versionOf(uri: string): number | null {
    return this.versions.get(uri) ?? null;
  }

  /** Files on the disk changed; anything may have if `uris` is left out. */
  diskChanged(uris?: readonly string[]): void {
    const paths = uris?.map(pathOf);
    const before = paths?.map((path) => this.disk.isFile(path));
    this.disk.invalidate();
    this.forget(paths?.every((path, i) => before?.[i] && this.disk.isFile(path)) ? paths : undefined);
  }

  /** Everything if a file came or went: which imports looked for it in vain isn't known. */
  private forget(paths: readonly string[] | undefined): void {
    this.revision++;
    this.answers.clear();
    this.engine?.invalidate(paths);
    this.variantEngine?.invalidate(paths);
  }

  private make(provider: OverlaySourceProvider): AnalysisEngine {
    const { parser, roots, cancelled, sizes, libraries } = this;
    return this.factory({ provider, parser, roots, cancelled, sizes, libraries });
  }
}
