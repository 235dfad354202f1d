/**
 * Modules: found through the project, described by the engine, or not to be had.
 *
 * An import at module level binds its names lazily: the module behind a name runs when the name is first read. So naming one
 * class of a big package doesn't run its whole import tree. Registries that such a package fills while importing are served
 * by {@link Importer.fillRegistries}.
 */
import type { ResolvedModule } from '../project/index.js';
import { absoluteName, dirname, importsInText } from '../project/index.js';
import {
  parseOwn,
  type Expr,
  type ImportFromStmt,
  type ImportStmt,
  type SourceFile,
  type Stmt,
} from '../syntax/index.js';
import type { Assumption } from './context.js';
import { boundNames } from './boundNames.js';
import { budget } from './budget.js';
import { notModelled, type ModelledModule } from './define.js';
import { PyRaise, Stopped } from './errors.js';
import type { Frame } from './frame.js';
import type { MutableValue, Snapshot } from './heap.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { moduleSpec } from './moduleSpec.js';
import { namespaceDict } from './namespaceDict.js';
import {
  definedNames,
  importsAtRunTime,
  mayWriteInto,
  namesOfContainer,
  namesUsedAtTopLevel,
  writesInto,
} from './registries.js';
import { bindName, exec } from './statements.js';
import type { PyDict, PyList, PyModule, PySet, Unknown, Value } from './value.js';

/** What is known about a module besides its namespace. */
interface ModuleRecord {
  readonly module: PyModule;
  /** File path for source modules, dotted name for described ones. */
  readonly key: string;
  readonly resolved: ResolvedModule | null;
  readonly modelled: ModelledModule | null;
  /** Folder absolute imports are searched in first. */
  readonly root: string;
  state: 'new' | 'running' | 'ready';
  /** Names whose import has not been carried out yet. */
  readonly lazy: Map<string, () => Value | undefined>;
  /** `from x import *` not carried out yet, in source order. */
  stars: { readonly target: ModuleRecord; readonly place: Unknown }[];
  /** Keys of the modules this one imports. */
  readonly dependencies: Set<string>;
  /** Base epoch in which it was built. */
  epoch: number;
  /** What the module has put into `sys.modules` in its own place. */
  replacement: Value | undefined;
  /** What `if __name__ == "__main__":` binds, once that has been asked for. */
  late: ReadonlyMap<string, Value> | null;
  typeCheckingRun: boolean;
  /** What was taken for granted to run its body. */
  assumptions: readonly Assumption[];
  /** What its code, or that of a module that it imports, has put on `sys.path`. */
  readonly searchFolders: string[];
}

export class Importer {
  private readonly records = new Map<string, ModuleRecord>();
  private readonly byModule = new WeakMap<PyModule, ModuleRecord>();
  private readonly modelled = new Map<string, ModelledModule>();
  /** Described modules that stand in for packages whose source is not found. */
  private readonly fallbacks = new Map<string, ModelledModule>();
  private readonly byEpoch = new Map<number, ModuleRecord>();
  /** Writers by owner: a module that changed objects of another while it was built. */
  private readonly foreign = new Map<ModuleRecord, Set<ModuleRecord>>();
  /** What modules read from source changed of PyTorch and the standard library: by whom, and what it was before. */
  private readonly overwritten = new Map<MutableValue, { readonly before: Snapshot; readonly by: Set<ModuleRecord> }>();
  /** The module whose `if __name__ == "__main__":` is being run. */
  private acting: ModuleRecord | null = null;
  /** Modules bound lazily and not run yet. */
  private readonly waiting = new Set<ModuleRecord>();
  private readonly fruitless = new Set<string>();
  /** Counts the modules that were bound lazily. */
  private waitingSerial = 0;
  /** Containers read as a whole, and what {@link waitingSerial} was then. */
  private readonly wholeAt = new WeakMap<object, number>();
  /** Whether texts may write into containers of some names, and whether they hold some names. */
  private readonly writers = new Map<string, Map<string, boolean>>();
  private readonly users = new Map<string, Map<string, boolean>>();
  /** What the texts of modules import from their own package, as long as no file comes or goes. */
  private readonly importsOf = new Map<string, { text: string; root: string; files: ResolvedModule[] }>();
  /** Packages whose imports are carried out where they stand: their modules import one another in circles. */
  private readonly eager = new Set<string>();
  /** Modules begun by the load that is going on, `null` when none is. */
  private begun: Set<ModuleRecord> | null = null;
  /** Names that modules which were there before got in that load. */
  private bound: { readonly record: ModuleRecord; readonly name: string; readonly load: () => Value | undefined }[] =
    [];

  constructor(
    private readonly interpreter: Interpreter,
    modules: readonly ModelledModule[],
    private readonly searchFirst: readonly string[],
  ) {
    for (const module of modules) (module.fallback ? this.fallbacks : this.modelled).set(module.name, module);
    interpreter.heap.foreignWrite = (owner, writer, object) => {
      const from = this.byEpoch.get(owner);
      const by = this.byEpoch.get(writer) ?? this.acting;
      if (!by || from === by) return;
      if (!by.modelled && (!from || from.modelled)) this.keepBefore(object, by);
      if (!from) return;
      const writers = this.foreign.get(by) ?? new Set();
      this.foreign.set(by, writers);
      writers.add(from);
    };
  }

  // ------------------------------------------------------------- resolution

  private isModelled(name: string): boolean {
    return this.modelled.has(name) || this.modelled.has(name.split('.')[0] ?? name);
  }

  /** Where absolute imports of a module are searched before the project's roots, and the fallback after them. */
  private find(name: string, from: ModuleRecord | null): ResolvedModule | undefined {
    const { project } = this.interpreter;
    const first = from?.root ? [from.root, ...from.searchFolders, ...this.searchFirst] : this.searchFirst;
    const found = project.resolve(name, first);
    if (found) return found;
    // A script in a subfolder is usually started from a folder above it.
    if (!from?.root) return undefined;
    const above: string[] = [];
    for (let folder = dirname(from.root), i = 0; i < 4 && folder !== '/'; i++, folder = dirname(folder))
      above.push(folder);
    // A project whose packages lie in `src` is installed before its scripts and tests are run.
    const sources = [from.root, ...above, ...project.roots].map((folder) => `${folder}/src`);
    for (const folder of [...above, ...sources]) {
      const head = project.resolveIn(folder, name.split('.')[0] ?? name);
      if (head) return project.resolveIn(folder, name);
    }
    return undefined;
  }

  /**
   * `sys.path` gets one more folder: imports of the modules that are running look there from now on. What only a run of a
   * model does to it is gone with that run.
   */
  addSearchFolder(path: string): void {
    const { provider } = this.interpreter.project;
    const folder = this.candidates(path).find((candidate) => provider.isDirectory(candidate));
    if (folder === undefined || this.interpreter.heap.depth > 0) return;
    for (const record of this.begun ?? []) if (record.state === 'running') record.searchFolders.push(folder);
  }

  private record(name: string, from: ModuleRecord | null): ModuleRecord | undefined {
    if (this.isModelled(name)) {
      const known = this.records.get(name);
      if (known) return known;
      const description = this.modelled.get(name);
      return description ? this.add(name, name, null, description, '') : undefined;
    }
    const resolved = this.find(name, from);
    if (resolved) return this.recordOf(resolved, from?.root ?? '');
    const fallback = this.isGuarded() ? undefined : this.fallbacks.get(name);
    return fallback && (this.records.get(name) ?? this.add(name, name, null, fallback, ''));
  }

  /** Whether the running module's code is prepared for an import to fail. */
  private isGuarded(): boolean {
    const { frames, module } = this.interpreter;
    return frames.some((frame) => frame.module === module && frame.importGuards > 0);
  }

  private recordOf(resolved: ResolvedModule, root: string): ModuleRecord {
    const key = resolved.path ?? `${resolved.folder ?? ''}/`;
    const known = this.records.get(key);
    if (known) return known;
    const own = resolved.path ? this.interpreter.project.moduleNameOf(resolved.path).root : root;
    return this.add(key, resolved.name, resolved, null, own);
  }

  private add(
    key: string,
    name: string,
    resolved: ResolvedModule | null,
    modelled: ModelledModule | null,
    root: string,
  ): ModuleRecord {
    const { project } = this.interpreter;
    const path = resolved?.path;
    // A package names many modules that nobody runs: a file is parsed when it is first looked at.
    let file: SourceFile | null | undefined = path ? undefined : null;
    const namespace = new Map<string, Value>([
      ['__name__', name],
      ['__doc__', null],
      ['__package__', (resolved?.isPackage ?? modelled?.isPackage) ? name : name.split('.').slice(0, -1).join('.')],
    ]);
    if (resolved?.path) namespace.set('__file__', resolved.path);
    namespace.set('__loader__', null).set('__spec__', moduleSpec(name, resolved?.path ?? null));
    const module: PyModule = {
      kind: 'module',
      name,
      get file() {
        return file === undefined && path ? (file = project.file(path) ?? null) : (file ?? null);
      },
      set file(parsed) {
        file = parsed;
      },
      namespace,
      isPackage: resolved?.isPackage ?? modelled?.isPackage ?? false,
      saved: this.interpreter.heap.depth === 0 ? this.interpreter.heap.epoch : 0,
      taint: null,
    };
    const record: ModuleRecord = {
      module,
      key,
      resolved,
      modelled,
      root,
      state: 'new',
      lazy: new Map(),
      stars: [],
      dependencies: new Set(),
      epoch: 0,
      replacement: undefined,
      late: null,
      typeCheckingRun: false,
      assumptions: [],
      searchFolders: [],
    };
    module.saved = 0;
    this.records.set(key, record);
    this.byModule.set(module, record);
    return record;
  }

  /** The module of a file, run if it was not yet. */
  moduleOfFile(path: string): PyModule {
    const { name } = this.interpreter.project.moduleNameOf(path);
    const isPackage = path.endsWith('/__init__.py');
    const record = this.recordOf({ name, path, isPackage, folder: isPackage ? dirname(path) : null }, dirname(path));
    this.runParents(record);
    return this.ready(record).module;
  }

  /** A relative import needs the packages above to be there; their code runs first, as in Python. */
  private runParents(record: ModuleRecord): void {
    const parts = record.module.name.split('.');
    if (!record.resolved?.path || parts.length < 2) return;
    for (let i = 1; i < parts.length; i++) {
      const parent = this.record(parts.slice(0, i).join('.'), record);
      if (parent) this.ready(parent);
    }
  }

  // --------------------------------------------------------------- running

  private ready(record: ModuleRecord): ModuleRecord {
    if (record.state !== 'new') return record;
    if (this.begun) return this.start(record);
    const frames = this.interpreter.frames.length;
    let first: ModuleRecord | null = null;
    for (;;) {
      this.begun = new Set();
      this.bound = [];
      try {
        if (first) this.ready(first);
        return record.state === 'new' ? this.start(record) : record;
      } catch (error) {
        if (!(error instanceof CircularImport)) throw error;
        this.interpreter.frames.length = frames;
        const { culprit } = error;
        this.eager.add(this.packageOf(culprit));
        this.restart(this.begun);
        first = this.record(culprit.module.name.split('.')[0] ?? culprit.module.name, culprit) ?? null;
      } finally {
        this.begun = null;
      }
    }
  }

  /** What is imported as one: a package, or the files of a folder. */
  private packageOf(record: ModuleRecord): string {
    const [head = '', ...rest] = record.module.name.split('.');
    return `${record.root}/${rest.length > 0 || record.module.isPackage ? head : ''}`;
  }

  /**
   * A name is asked of a module that is still running and binds it further down. Imports that wait until they are needed can lead
   * there where Python, which runs them at once and the package first, does not: then the load begins anew in Python's order.
   */
  private checkCircular(record: ModuleRecord, name: string): void {
    if (record.state !== 'running' || !this.begun || this.eager.has(this.packageOf(record))) return;
    if (record.module.file?.ast.scope.locals.has(name)) throw new CircularImport(record);
  }

  /** The same for a global that a function of a running module reads, called from another module's top level. */
  checkCircularGlobal(module: PyModule, name: string): void {
    const record = this.byModule.get(module);
    if (record?.state !== 'running') return;
    const { frames } = this.interpreter;
    const own = frames.findIndex((frame) => frame.kind === 'module' && frame.module === module);
    if (frames.some((frame, i) => i > own && frame.kind === 'module' && frame.module !== module))
      this.checkCircular(record, name);
  }

  /** As if these modules had not been run. What they wrote into runs again, and so does what depends on that. */
  private restart(records: ReadonlySet<ModuleRecord>): void {
    for (const { record, name, load } of this.bound) {
      record.module.namespace.delete(name);
      record.lazy.set(name, load);
    }
    const written = [...records].flatMap((record) => [...(this.foreign.get(record) ?? [])]);
    const others = this.affected(written.filter((owner) => !owner.modelled && !records.has(owner)));
    for (const record of new Set([...records, ...others])) {
      if (record.modelled) continue;
      this.giveBack(record);
      const { module } = record;
      for (const name of [...module.namespace.keys()]) if (!MODULE_NAMES.has(name)) module.namespace.delete(name);
      module.taint = null;
      this.byEpoch.delete(record.epoch);
      this.foreign.delete(record);
      record.state = 'new';
      record.lazy.clear();
      record.stars = [];
      record.dependencies.clear();
      record.replacement = undefined;
      record.late = null;
      record.typeCheckingRun = false;
      record.searchFolders.length = 0;
    }
  }

  private start(record: ModuleRecord): ModuleRecord {
    this.begun?.add(record);
    // Python would have run it long before: it neither sees nor changes the modes and the trace of the code that runs now.
    // What is taken for granted here holds for every run that uses the module, not just for the first.
    const { interpreter } = this;
    const { state, unseen, assumptions } = interpreter;
    interpreter.state = new Map();
    interpreter.assumptions = [];
    try {
      return this.runRecord(record);
    } finally {
      record.assumptions = interpreter.assumptions;
      interpreter.state = state;
      interpreter.unseen = unseen;
      interpreter.assumptions = assumptions;
    }
  }

  private runRecord(record: ModuleRecord): ModuleRecord {
    record.state = 'running';
    this.waiting.delete(record);
    this.fruitless.clear();
    try {
      this.interpreter.heap.onBase((epoch) => {
        record.epoch = epoch;
        record.module.saved = epoch;
        this.byEpoch.set(epoch, record);
        this.build(record);
      });
      record.state = 'ready';
    } catch (error) {
      if (!(error instanceof CircularImport)) this.forget(record);
      throw error;
    }
    return record;
  }

  /** `by` is about to change an object that outlives it. */
  private keepBefore(object: MutableValue, by: ModuleRecord): void {
    const known = this.overwritten.get(object);
    if (known) known.by.add(by);
    else this.overwritten.set(object, { before: this.interpreter.heap.stateOf(object), by: new Set([by]) });
  }

  /** Undoes what a module changed of PyTorch and the standard library, as if it had never run. */
  private giveBack(record: ModuleRecord): void {
    const changed = [...this.overwritten].filter(([, { by }]) => by.has(record));
    if (changed.length === 0) return;
    const { heap } = this.interpreter;
    heap.onBase(() => {
      for (const [object, { before }] of changed) heap.putBack(object, before);
    });
    for (const [object] of changed) this.overwritten.delete(object);
  }

  private forget(record: ModuleRecord): void {
    this.giveBack(record);
    this.records.delete(record.key);
    this.waiting.delete(record);
    this.byEpoch.delete(record.epoch);
  }

  private build(record: ModuleRecord): void {
    const { modelled, module } = record;
    const { interpreter } = this;
    if (modelled) {
      if (modelled.members)
        for (const [name, value] of Object.entries(modelled.members())) module.namespace.set(name, value);
      if (modelled.source === undefined) return;
      const file = parseOwn(interpreter.project.parser, `<${modelled.name}>`, modelled.source);
      module.file = file;
      this.runBody(record, file, true);
      return;
    }
    const file = module.file;
    if (file) module.namespace.set('__doc__', file.ast.docstring);
    if (record.resolved?.folder) module.namespace.set('__path__', interpreter.list([record.resolved.folder]));
    if (file) this.runBody(record, file, false);
  }

  /** Runs a file as Python runs a script, in a namespace of its own that nobody else sees; `null` when it can't be read. */
  runScript(path: string): PyModule | null {
    const { name } = this.interpreter.project.moduleNameOf(path);
    const resolved = { name, path, isPackage: false, folder: null };
    const key = `script:${path}`;
    const record = this.add(key, name, resolved, null, dirname(path));
    try {
      const { file, namespace } = record.module;
      if (!file) return null;
      namespace.set('__name__', '__main__');
      record.state = 'ready';
      record.late = new Map();
      this.runBody(record, file, false);
      return record.module;
    } finally {
      this.records.delete(key);
    }
  }

  private frameFor(record: ModuleRecord, file: SourceFile): Frame {
    return {
      kind: 'module',
      name: '<module>',
      file,
      module: record.module,
      scope: file.ast.scope,
      locals: record.module.namespace,
      owner: record.module,
      closure: null,
      env: null,
      ownerClass: null,
      self: undefined,
      node: null,
      pending: [],
      forks: 0,
      methods: null,
      handling: null,
      isGenerator: false,
      yielded: null,
      importGuards: 0,
    };
  }

  private runBody(record: ModuleRecord, file: SourceFile, ours: boolean): void {
    const frame = this.frameFor(record, file);
    this.runStatements(frame, file.ast.body, budget.moduleSteps, ours);
    // Code behind a condition that is not known may have left something pending: at module level there is nothing to return to.
  }

  private runStatements(frame: Frame, body: readonly Stmt[], limit: number, ours: boolean): void {
    const { interpreter } = this;
    const depth = interpreter.frames.length;
    interpreter.frames.push(frame);
    let spent = false;
    try {
      interpreter.withBudget(limit, () => {
        for (const statement of body) {
          const forks = interpreter.heap.depth;
          try {
            exec(interpreter, frame, statement);
            if (frame.pending.length > 0) {
              frame.pending.length = 0;
              interpreter.heap.unwind(forks);
            }
          } catch (error) {
            interpreter.frames.length = depth + 1;
            frame.pending.length = 0;
            interpreter.heap.unwind(forks);
            if (ours && !(error instanceof Stopped)) throw error;
            // Steps are counted for each module, time is not: nothing after it would come to an end either.
            if (error instanceof Stopped && (error.cause_ !== 'steps' || spent)) throw error;
            if (error instanceof PyRaise && isImportError(error) && this.guarded > 0) throw error;
            if (error instanceof Stopped) spent = true;
            this.bindFailure(frame, statement, interpreter.failure(error));
          }
        }
      });
    } finally {
      interpreter.frames.length = depth;
    }
  }

  /** Number of guarded imports being carried out: there an ImportError of the module is the caller's business. */
  private guarded = 0;

  /** A statement at module level failed: what it would have bound is unknown; the rest lives. */
  private bindFailure(frame: Frame, statement: Stmt, reason: Unknown): void {
    for (const name of boundNames(statement))
      if (!frame.locals.has(name) || statement.kind === 'Assign') bindName(this.interpreter, frame, name, reason);
  }

  // -------------------------------------------------------------- importing

  /** `importlib.import_module(name)` from the running module. */
  import(name: string): PyModule | Unknown {
    const from = this.current();
    const absolute = name.startsWith('.')
      ? this.absolute(from, /^\.*/.exec(name)?.[0].length ?? 0, name.replace(/^\.+/, ''))
      : name;
    return absolute === undefined
      ? this.interpreter.unknown(`the import of '${name}' leads out of its package`)
      : this.importName(absolute, from);
  }

  /** Whether an import of `name` would find something, told without running anything. */
  exists(name: string): boolean {
    return this.isModelled(name) || this.record(name, this.current()) !== undefined;
  }

  /** The version of an installed distribution, as its metadata folder is named. */
  installedVersion(name: string): string | undefined {
    const { project } = this.interpreter;
    const wanted = name.toLowerCase().replace(/[-_.]+/g, '_');
    for (const root of [...project.roots, ...project.libraries])
      for (const entry of project.names(root)) {
        const match = /^(.+)-([^-]+)\.dist-info$/.exec(entry);
        if (match?.[1]?.toLowerCase().replace(/[-_.]+/g, '_') === wanted) return match[2];
      }
    return undefined;
  }

  /**
   * Where a path that code names lies: as it is, or below the folder of a script that is running or a root of the project. Modules that are
   * being built depend on it from then on.
   */
  locate(path: string, exists: (path: string) => boolean): string | undefined {
    const found = this.candidates(path).find(exists);
    if (found !== undefined)
      for (const record of this.begun ?? []) if (record.state === 'running') record.dependencies.add(found);
    return found;
  }

  /** The module of a file that code names by its path; `undefined` where there is none. */
  importFile(path: string): Value | undefined {
    const { provider } = this.interpreter.project;
    const found = this.locate(path, (candidate) => provider.isFile(candidate) && candidate.endsWith('.py'));
    if (found === undefined) return undefined;
    const module = this.moduleOfFile(found);
    const record = this.byModule.get(module);
    if (record) this.current()?.dependencies.add(record.key);
    return this.visible(module);
  }

  private candidates(path: string): string[] {
    if (path.startsWith('/')) return [normalize(path)];
    const folders = new Set<string>();
    const { frames, project } = this.interpreter;
    for (let i = frames.length - 1; i >= 0; i--) {
      const file = frames[i]?.module.file?.path;
      if (file?.startsWith('/')) folders.add(dirname(file));
    }
    for (const folder of [...folders]) {
      // Scripts are often started from the folder of the project.
      for (let above = dirname(folder), i = 0; i < LEVELS_ABOVE && above !== '/'; i++, above = dirname(above))
        folders.add(above);
    }
    return [...folders, ...project.roots].map((folder) => normalize(`${folder}/${path}`));
  }

  /** `sys.modules[name] = value`: what imports of that module give from now on. */
  replace(name: string, value: Value): void {
    const current = this.current();
    const record = current?.module.name === name ? current : this.record(name, current);
    if (record && (this.begun?.has(record) ?? false)) record.replacement = value;
  }

  /** What code sees of a module: itself, or what it put in its place. */
  visible(module: PyModule | Unknown): Value {
    const replacement = isUnknown(module) ? undefined : this.byModule.get(module)?.replacement;
    return replacement === undefined ? module : replacement;
  }

  private current(): ModuleRecord | null {
    const module = this.interpreter.module;
    return module ? (this.byModule.get(module) ?? null) : null;
  }

  private missing(name: string): Unknown {
    return this.interpreter.unknown(`the package '${name.split('.')[0] ?? name}' is not on the search path`);
  }

  private importName(name: string, from: ModuleRecord | null): PyModule | Unknown {
    const parts = name.split('.');
    let parent: ModuleRecord | null = null;
    let record: ModuleRecord | undefined;
    for (let i = 1; i <= parts.length; i++) {
      const dotted = parts.slice(0, i).join('.');
      record = this.record(dotted, from);
      if (!record) {
        if (this.isModelled(dotted)) {
          const inside: Value | undefined = parent
            ? this.moduleAttribute(parent.module, parts[i - 1] ?? '')
            : undefined;
          return typeof inside === 'object' && inside?.kind === 'module'
            ? inside
            : notModelled(parts.slice(0, -1).join('.'), parts[i - 1] ?? name);
        }
        return this.missing(name);
      }
      from?.dependencies.add(record.key);
      this.ready(record);
      if (parent?.replacement !== undefined) this.bindInReplacement(parent, parts[i - 1] ?? '', record);
      parent = record;
    }
    return record ? record.module : this.missing(name);
  }

  /** An imported submodule becomes an attribute of its package: of what stands for it. */
  private bindInReplacement(parent: ModuleRecord, name: string, child: ModuleRecord): void {
    const { replacement } = parent;
    if (typeof replacement !== 'object' || replacement?.kind !== 'instance' || replacement.attrs.has(name)) return;
    const value = this.visible(child.module);
    this.interpreter.heap.onBase((epoch) => {
      this.byEpoch.set(epoch, parent);
      this.interpreter.setOwnAttribute(replacement, name, value);
    });
  }

  private absolute(from: ModuleRecord | null, level: number, module: string): string | undefined {
    if (level === 0) return module;
    return from ? absoluteName(from.module.name, from.module.isPackage, level, module) : undefined;
  }

  execImport(frame: Frame, node: ImportStmt | ImportFromStmt): void {
    const record = this.byModule.get(frame.module) ?? null;
    const guarded = this.interpreter.frames.some(
      (running) => running.module === frame.module && running.importGuards > 0,
    );
    const lazy =
      frame.kind === 'module' &&
      frame.importGuards === 0 &&
      record !== null &&
      // Not what a run evaluates in the module's namespace: that is gone after the run.
      frame.file === record.module.file &&
      this.interpreter.heap.depth === 0 &&
      !this.eager.has(this.packageOf(record));
    if (node.kind === 'Import') this.execPlainImport(frame, node, record, guarded, lazy);
    else this.execFromImport(frame, node, record, guarded, lazy);
  }

  /** A module beside a script that is imported for what it does to `sys.path` can't wait until its name is used. */
  private changesSearchPath({ module, resolved }: ModuleRecord): boolean {
    if (!resolved?.path || resolved.isPackage || module.name.includes('.')) return false;
    return this.interpreter.project.text(resolved.path)?.includes('sys.path') ?? false;
  }

  private withGuard<T>(guarded: boolean, action: () => T): T {
    if (!guarded) return action();
    this.guarded++;
    try {
      return action();
    } finally {
      this.guarded--;
    }
  }

  private execPlainImport(
    frame: Frame,
    node: ImportStmt,
    record: ModuleRecord | null,
    guarded: boolean,
    lazy: boolean,
  ): void {
    const { interpreter } = this;
    for (const alias of node.names) {
      frame.node = node;
      const head = alias.name.split('.')[0] ?? alias.name;
      const local = alias.asName ?? head;
      const whole = this.record(alias.name, record);
      if (!whole && guarded && !this.isModelled(alias.name))
        interpreter.raise('ModuleNotFoundError', `No module named '${alias.name}'`);
      if (!whole && !this.isModelled(head)) {
        bindName(interpreter, frame, local, this.missing(alias.name));
        continue;
      }
      const load = (): Value => {
        const value = this.importName(alias.name, record);
        if (alias.asName !== null || isUnknown(value)) return this.visible(value);
        return this.visible(this.importName(head, record));
      };
      const deferred = lazy && whole !== undefined && !whole.modelled && whole.state === 'new';
      if (deferred && record && !this.changesSearchPath(whole)) this.bindLazily(record, frame, local, whole, load);
      else bindName(interpreter, frame, local, this.withGuard(guarded, load));
    }
  }

  /**
   * A module of a package that imports its neighbours by their plain names: scripts do so that have the package's own folder on
   * their path. Only a neighbour that binds what is asked for is taken: it may share its name with a library.
   * @returns its name in the package
   */
  private beside({ level, module, names }: ImportFromStmt, from: ModuleRecord | null): string | undefined {
    const { project } = this.interpreter;
    const file = from?.module.file;
    if (!file || level > 0 || names === '*') return undefined;
    const own = project.moduleNameOf(file.path);
    const parents = dirname(file.path).slice(own.root.length).split('/').filter(Boolean);
    for (; parents.length > 0; parents.pop()) {
      const name = [...parents, module].join('.');
      const found = project.resolveIn(own.root, name);
      const text = found?.path && found.path !== file.path ? project.text(found.path) : undefined;
      const binds = (bound: string): boolean =>
        new RegExp(`^(?:(?:class|def) ${bound}\\b|${bound} *[:=])`, 'm').test(text ?? '');
      if (text !== undefined && names.every((alias) => binds(alias.name))) return name;
    }
    return undefined;
  }

  private execFromImport(
    frame: Frame,
    node: ImportFromStmt,
    record: ModuleRecord | null,
    guarded: boolean,
    lazy: boolean,
  ): void {
    const { interpreter } = this;
    const name = this.absolute(record, node.level, node.module);
    const source = name === undefined ? undefined : this.record(name, record);
    const beside = source || guarded ? undefined : this.beside(node, record);
    if (beside !== undefined) {
      this.execFromImport(frame, { ...node, module: beside }, record, guarded, lazy);
      return;
    }
    if (name === undefined || (!source && !this.isModelled(name))) {
      const label = '.'.repeat(node.level) + node.module;
      if (guarded) interpreter.raise('ModuleNotFoundError', `No module named '${label}'`);
      const missing = node.level > 0 ? interpreter.unknown(`the module '${label}' was not found`) : this.missing(label);
      if (node.names !== '*')
        for (const alias of node.names) bindName(interpreter, frame, alias.asName ?? alias.name, missing);
      else if (record && this.interpreter.heap.depth === 0)
        record.stars.push({ target: this.placeholder(record, missing), place: missing });
      return;
    }
    if (source && record) record.dependencies.add(source.key);
    if (node.names === '*') {
      if (source && record && lazy && !source.modelled) {
        record.stars.push({ target: source, place: interpreter.unknown(`imported by *`) });
        if (source.state === 'new') this.wait(source);
      } else if (source) this.importStar(frame, this.ready(source));
      else {
        const module = this.importName(name, record);
        if (!isUnknown(module))
          for (const [key, value] of module.namespace)
            if (!key.startsWith('_')) bindName(interpreter, frame, key, value);
      }
      return;
    }
    for (const alias of node.names) {
      frame.node = node;
      const local = alias.asName ?? alias.name;
      const load = (): Value => this.importMember(name, alias.name, record, guarded);
      if (lazy && record && source && !source.modelled && source !== record)
        this.bindLazily(record, frame, local, source, load);
      else bindName(interpreter, frame, local, this.withGuard(guarded, load));
    }
  }

  /** Stands for a module that was not found in a `from m import *`: any name may come from it. */
  private placeholder(record: ModuleRecord, missing: Unknown): ModuleRecord {
    const key = `missing:${record.key}:${missing.reason}`;
    const placeholder = this.records.get(key) ?? this.add(key, missing.reason, null, null, '');
    placeholder.state = 'ready';
    placeholder.module.taint = missing;
    return placeholder;
  }

  private bindLazily(record: ModuleRecord, frame: Frame, local: string, target: ModuleRecord, load: () => Value): void {
    frame.locals.delete(local);
    record.lazy.set(local, load);
    record.dependencies.add(target.key);
    if (target.state === 'new') this.wait(target);
  }

  private wait(record: ModuleRecord): void {
    this.waiting.add(record);
    this.waitingSerial++;
  }

  private importMember(name: string, member: string, from: ModuleRecord | null, guarded: boolean): Value {
    const module = this.importName(name, from);
    if (isUnknown(module)) return module;
    const replacement = this.byModule.get(module)?.replacement;
    const replaced = replacement === undefined ? undefined : this.interpreter.getAttribute(replacement, member);
    if (replaced !== undefined && !isUnknown(replaced)) return replaced;
    const value = this.moduleAttribute(module, member);
    if (value !== undefined) return value;
    if (replaced !== undefined) return replaced;
    if (guarded) this.interpreter.raise('ImportError', `cannot import name '${member}' from '${name}'`);
    return this.interpreter.unknown(`'${name}' has no name '${member}'`);
  }

  private importStar(frame: Frame, source: ModuleRecord): void {
    for (const name of this.exportedNames(source)) {
      const value = this.moduleAttribute(source.module, name);
      if (value !== undefined) bindName(this.interpreter, frame, name, value);
    }
  }

  private exportedNames(record: ModuleRecord): readonly string[] {
    const all = record.module.namespace.get('__all__');
    if (typeof all === 'object' && (all?.kind === 'list' || all?.kind === 'tuple'))
      return all.items.flatMap((item) => (typeof item === 'string' ? [item] : []));
    const names = new Set([...record.module.namespace.keys(), ...record.lazy.keys()]);
    for (const star of record.stars) for (const name of this.exportedNames(this.ready(star.target))) names.add(name);
    return [...names].filter((name) => !name.startsWith('_'));
  }

  // ------------------------------------------------------------------ names

  /** A global variable of a module; carries out the import that would have bound it. */
  globalName(module: PyModule, name: string): Value | undefined {
    const value = module.namespace.get(name);
    if (value !== undefined) return value;
    const record = this.byModule.get(module);
    if (!record) return undefined;
    const load = record.lazy.get(name);
    if (load) {
      record.lazy.delete(name);
      const alone = this.begun === null;
      let loaded: Value | undefined;
      try {
        loaded = load();
      } catch (error) {
        record.lazy.set(name, load);
        throw error;
      }
      if (loaded === undefined) return undefined;
      this.bindForGood(record, name, loaded);
      if (!alone && !this.begun?.has(record)) this.bound.push({ record, name, load });
      return loaded;
    }
    return record.stars.length > 0 ? this.fromStars(record, name) : undefined;
  }

  private bindForGood(record: ModuleRecord, name: string, value: Value): void {
    this.interpreter.heap.onBase((epoch) => {
      this.byEpoch.set(epoch, record);
      record.module.namespace.set(name, value);
    });
  }

  private fromStars(record: ModuleRecord, name: string): Value | undefined {
    for (let i = record.stars.length - 1; i >= 0; i--) {
      const star = record.stars[i];
      if (!star) continue;
      const { target } = star;
      if (target.module.taint) {
        if (!name.startsWith('_') && this.interpreter.builtin(name) === undefined) return target.module.taint;
        continue;
      }
      if (target === record || !this.mayDefine(target, name, new Set())) continue;
      this.ready(target);
      if (target.state === 'ready' && !this.exports(target, name)) continue;
      const value = this.globalName(target.module, name);
      if (value === undefined) continue;
      this.bindForGood(record, name, value);
      return value;
    }
    return undefined;
  }

  private exports(record: ModuleRecord, name: string): boolean {
    const all = record.module.namespace.get('__all__');
    if (typeof all === 'object' && (all?.kind === 'list' || all?.kind === 'tuple'))
      return Boolean('taint' in all && all.taint) || all.items.includes(name);
    return !name.startsWith('_');
  }

  /** Whether a module's text can bind a name at all, told without running it. */
  private mayDefine(record: ModuleRecord, name: string, seen: Set<ModuleRecord>): boolean {
    if (seen.has(record)) return false;
    seen.add(record);
    if (record.state === 'ready') {
      if (record.module.namespace.has(name) || record.lazy.has(name)) return true;
      return record.stars.some((star) => this.mayDefine(star.target, name, seen));
    }
    const { file } = record.module;
    if (!file) return false;
    if (file.ast.scope.locals.has(name)) return true;
    return /from\s+\S+\s+import\s+\*|globals\(\)/.test(file.text);
  }

  /** Attribute of a module object, in the order Python has it, then what Python would have imported by then. */
  moduleAttribute(module: PyModule, name: string): Value | undefined {
    const value = this.globalName(module, name);
    if (value !== undefined) return value;
    const record = this.byModule.get(module);
    if (name === '__dict__') {
      if (record) this.loadAll(record);
      return namespaceDict(module);
    }
    if (!record) return module.taint ?? undefined;
    if (record.state === 'new') {
      this.ready(record);
      return this.moduleAttribute(module, name);
    }
    const child = this.submodule(record, name);
    if (child) return child;
    const custom = module.namespace.get('__getattr__');
    if (custom !== undefined) {
      const answer = this.interpreter.catching('AttributeError', () => this.interpreter.call(custom, [name]));
      if (answer !== undefined) return answer;
    }
    const checked = this.fromTypeChecking(record, name);
    if (checked !== undefined) return checked;
    const late = this.lateGlobal(module, name);
    if (late !== undefined) return late;
    if (record.modelled && !record.modelled.complete && !name.startsWith('__')) return notModelled(module.name, name);
    this.checkCircular(record, name);
    return module.taint ?? undefined;
  }

  private submodule(record: ModuleRecord, name: string): Value | undefined {
    if (!record.module.isPackage) return undefined;
    const dotted = `${record.module.name}.${name}`;
    if (record.modelled) {
      const described = this.modelled.get(dotted) ?? this.fallbacks.get(dotted);
      return described ? this.importName(dotted, record) : undefined;
    }
    const { folder } = record.resolved ?? {};
    if (!folder) return undefined;
    const { provider } = this.interpreter.project;
    const file = `${folder}/${name}.py`;
    const init = `${folder}/${name}/__init__.py`;
    const isPackage = provider.isFile(init);
    if (!isPackage && !provider.isFile(file)) {
      if (!provider.isDirectory(`${folder}/${name}`)) return undefined;
      const found = this.interpreter.project.resolve(dotted, [record.root]);
      return found ? this.visible(this.ready(this.recordOf(found, record.root)).module) : undefined;
    }
    const resolved = {
      name: dotted,
      path: isPackage ? init : file,
      isPackage,
      folder: isPackage ? `${folder}/${name}` : null,
    };
    return this.visible(this.ready(this.recordOf(resolved, record.root)).module);
  }

  /** Carries out all imports that a module still owes. */
  private loadAll(record: ModuleRecord): void {
    for (const name of [...record.lazy.keys()]) this.globalName(record.module, name);
    for (const star of record.stars)
      if (!star.target.module.taint)
        for (const name of this.exportedNames(this.ready(star.target))) this.globalName(record.module, name);
  }

  /** Names a package declares for type checkers only: what its lazy loading delivers at run time. */
  private fromTypeChecking(record: ModuleRecord, name: string): Value | undefined {
    const { file } = record.module;
    if (record.typeCheckingRun || !file || !file.text.includes('TYPE_CHECKING')) return undefined;
    record.typeCheckingRun = true;
    const isFlag = (test: Expr): boolean =>
      (test.kind === 'Name' && test.id === 'TYPE_CHECKING') ||
      (test.kind === 'Attribute' && test.attr === 'TYPE_CHECKING') ||
      (test.kind === 'BoolOp' && test.op === 'or' && test.values.some(isFlag));
    const blocks = file.ast.body.flatMap((node) => (node.kind === 'If' && isFlag(node.test) ? node.body : []));
    if (blocks.length === 0) return undefined;
    const imports = blocks.filter(
      (node) => node.kind === 'Import' || node.kind === 'ImportFrom' || node.kind === 'Try' || node.kind === 'If',
    );
    const before = new Map(record.module.namespace);
    this.interpreter.heap.onBase(() =>
      this.runStatements(this.frameFor(record, file), imports, budget.moduleSteps, false),
    );
    for (const [key, value] of before) record.module.namespace.set(key, value);
    return this.globalName(record.module, name);
  }

  /**
   * A global that is only set under `if __name__ == "__main__":`; code that reads it was written to run as the script. The block is
   * carried out once, when such a name is asked for.
   */
  lateGlobal(module: PyModule, name: string): Value | undefined {
    const record = this.byModule.get(module);
    const file = module.file;
    if (!record || record.modelled || !file || record.state !== 'ready') return undefined;
    if (!record.late) {
      const blocks = file.ast.body.filter((node) => node.kind === 'If' && isMainTest(node.test));
      const asked = new RegExp(`\\b${name.replace(/\W/g, '')}\\b`);
      if (blocks.length === 0 || !asked.test(blocks.map((node) => file.slice(node)).join('\n'))) {
        if (!blocks.some(() => file.text.includes(`global ${name}`))) return undefined;
      }
      record.late = this.runMain(record, file, blocks);
    }
    const value = record.late.get(name);
    if (value !== undefined) this.interpreter.assume(`'${name}' is set as when the file is run as a script`);
    return value;
  }

  /**
   * Carries out what a file does as a script. @returns the names that only this binds; the module keeps its own as they were, so that
   * it doesn't matter who asked first.
   */
  private runMain(record: ModuleRecord, file: SourceFile, blocks: readonly Stmt[]): ReadonlyMap<string, Value> {
    record.late = new Map();
    const { interpreter } = this;
    const { namespace } = record.module;
    const body = blocks.flatMap((node) => (node.kind === 'If' ? node.body : []));
    const { assumptions } = interpreter;
    interpreter.assumptions = [];
    const late = new Map<string, Value>();
    const { acting } = this;
    this.acting = record;
    try {
      interpreter.heap.onBase(() => {
        const before = new Map(namespace);
        this.runStatements(this.frameFor(record, file), body, budget.moduleSteps, false);
        for (const [key, value] of [...namespace])
          if (!before.has(key)) {
            late.set(key, value);
            namespace.delete(key);
          }
        for (const [key, value] of before) namespace.set(key, value);
      });
    } finally {
      this.acting = acting;
      interpreter.assumptions = assumptions;
    }
    return late;
  }

  /** What was taken for granted to run a module's body. */
  assumptionsOf(module: PyModule): readonly Assumption[] {
    return this.byModule.get(module)?.assumptions ?? [];
  }

  /**
   * A registry lacks `key`: runs the imports still waiting whose text holds it, since one of them may register it, until `isThere`
   * says that one has.
   */
  fillRegistries(container: PyDict, key: string, isThere: () => boolean): void {
    if (key === '' || this.fruitless.has(key) || this.isPassing(container)) return;
    const tried = new Set<ModuleRecord>();
    while (this.waiting.size > 0) {
      const holds = (record: ModuleRecord): boolean => !tried.has(record) && this.textOf(record).includes(key);
      let found = [...this.waiting].filter(holds);
      if (found.length === 0)
        found = this.reachable((text) => text.includes(key)).filter((record) => !tried.has(record));
      if (found.length === 0) found = this.reachable(importsAtRunTime).filter((record) => !tried.has(record));
      if (found.length === 0) break;
      for (const record of found) {
        tried.add(record);
        if (record.state === 'new') this.interpreter.attempt(() => this.ready(record).module);
      }
      if (isThere()) return;
    }
    if (tried.size === 0) this.fruitless.add(key);
  }

  /** Whether a container was made by a module that still runs and has no name in it: arguments of a call, say. */
  private isPassing(container: PyDict): boolean {
    const owner = this.byEpoch.get(this.interpreter.heap.madeIn(container));
    return owner?.state === 'running' && namesOfContainer(owner.module, container, 2).length === 0;
  }

  /** The text of a module, which need not be parsed. */
  private textOf({ resolved }: ModuleRecord): string {
    return (resolved?.path ? this.interpreter.project.text(resolved.path) : undefined) ?? '';
  }

  /**
   * A container that a module made is about to be read as a whole (its length, its items): when it is a registry that other
   * modules fill while they are imported, runs the imports that still wait and may write into it.
   */
  readWhole(container: PyDict | PyList | PySet): void {
    if (this.waiting.size === 0 || this.wholeAt.get(container) === this.waitingSerial) return;
    const epoch = this.interpreter.heap.madeIn(container);
    const owner = epoch < 0 ? this.byEpoch.get(epoch) : undefined;
    if (!owner?.module.file || owner.modelled || owner.state !== 'ready') return;
    const own = namesOfContainer(owner.module, container);
    // What a module exports is listed by itself, and nobody adds to it once it has run.
    if (own.length === 1 && own[0] === '__all__') return;
    const tried = new Set<ModuleRecord>();
    for (;;) {
      const found = this.registrants(owner, own).filter((record) => !tried.has(record));
      if (found.length === 0) break;
      for (const record of found) {
        tried.add(record);
        if (record.state === 'new') this.interpreter.attempt(() => this.ready(record).module);
      }
    }
    this.wholeAt.set(container, this.waitingSerial);
  }

  /**
   * Names by which other modules reach functions that write into a container of the names `own`; `null` when none does. A container
   * without a name may be reached by all that its module defines.
   */
  private registryNames(owner: ModuleRecord, own: readonly string[]): Set<string> | null {
    const names = new Set<string>(owner.module.file ? definedNames(owner.module.file) : []);
    if (own.length === 0) return names;
    let grows = false;
    for (const record of this.records.values()) {
      // The file of a module that has not run is left unparsed.
      const file = record.state === 'new' || record.modelled ? null : record.module.file;
      if (!file || !own.some((name) => writesInto(file, name))) continue;
      grows = true;
      for (const name of definedNames(file)) names.add(name);
    }
    return grows ? names : null;
  }

  /**
   * Modules that wait, or are imported by one that waits, and that may write into a container of the names `own`, or whose top level
   * uses what writes into it.
   */
  private registrants(owner: ModuleRecord, own: readonly string[]): ModuleRecord[] {
    const names = this.registryNames(owner, own);
    const list = [...(names ?? [])];
    const writes = remembered(this.writers, own.join(), (text) => own.some((name) => mayWriteInto(text, name)));
    const uses = remembered(this.users, list.join(), (text) => list.some((name) => text.includes(name)));
    return this.reachable((text) => uses(text) || writes(text) || importsAtRunTime(text)).filter((record) => {
      const { module } = record;
      if (writes(this.textOf(record)) || importsAtRunTime(this.textOf(record))) return true;
      this.interpreter.step(REGISTRANT_COST);
      return module.file !== null && [...namesUsedAtTopLevel(module.file)].some((name) => names?.has(name));
    });
  }

  /**
   * Modules that Python would have run by now: those that wait, and what they import within their package. Only those whose text
   * passes are looked at any closer.
   */
  private reachable(passes: (text: string) => boolean): ModuleRecord[] {
    const found: ModuleRecord[] = [];
    const queue: { resolved: ResolvedModule; root: string }[] = [...this.waiting].flatMap(({ resolved, root }) =>
      resolved ? [{ resolved, root }] : [],
    );
    const seen = new Set(queue.map(({ resolved }) => resolved.path));
    for (const { resolved, root } of queue) {
      const { path } = resolved;
      if (path === null || this.records.get(path)?.state === 'ready') continue;
      const text = this.interpreter.project.text(path);
      if (text === undefined) continue;
      this.interpreter.step();
      if (passes(text)) found.push(this.recordOf(resolved, root));
      for (const next of this.importedFiles(resolved, root, text)) {
        if (seen.has(next.path)) continue;
        seen.add(next.path);
        queue.push({ resolved: next, root });
      }
    }
    return found.filter(({ state }) => state === 'new');
  }

  /** Files of the same package that a module's text imports. */
  private importedFiles({ name, path, isPackage }: ResolvedModule, root: string, text: string): ResolvedModule[] {
    const { project } = this.interpreter;
    const known = path === null ? undefined : this.importsOf.get(path);
    if (known?.text === text && known.root === root) return known.files;
    const [head = ''] = name.split('.');
    const files = importsInText(text).atRun.flatMap(({ level, module, names }) => {
      const base = absoluteName(name, isPackage, level, module);
      if (base === undefined || base.split('.')[0] !== head) return [];
      const parts = base.split('.');
      const dotted = [
        ...parts.map((_, i) => parts.slice(0, i + 1).join('.')),
        ...names.map((item) => `${base}.${item}`),
      ];
      return dotted.flatMap((item) => project.resolve(item, [root]) ?? []);
    });
    if (path !== null) this.importsOf.set(path, { text, root, files });
    return files;
  }

  // ---------------------------------------------------------------- changes

  /** Forgets the modules of changed files, whatever imports them, and whatever they wrote into. */
  invalidate(paths: ReadonlySet<string>): void {
    const changed = [...this.records.values()].filter(
      ({ resolved, dependencies }) =>
        (resolved?.path && paths.has(resolved.path)) || [...dependencies].some((path) => paths.has(path)),
    );
    for (const record of this.affected(changed)) {
      this.forget(record);
      this.foreign.delete(record);
    }
    this.fruitless.clear();
    this.eager.clear();
  }

  /** The records, what imports them, and whatever they wrote into. */
  private affected(records: Iterable<ModuleRecord>): Set<ModuleRecord> {
    const doomed = new Set<ModuleRecord>();
    const doom = (record: ModuleRecord): void => {
      if (doomed.has(record)) return;
      doomed.add(record);
      for (const other of this.records.values()) if (other.dependencies.has(record.key)) doom(other);
      for (const owner of this.foreign.get(record) ?? []) if (!owner.modelled) doom(owner);
      // What it changed goes back to what it was before all who changed it.
      for (const { by } of this.overwritten.values()) if (by.has(record)) for (const other of by) doom(other);
    };
    for (const record of records) doom(record);
    return doomed;
  }

  /** Forgets all modules read from source (a file appeared or went away, so any import may resolve differently). */
  invalidateAll(): void {
    for (const record of [...this.records.values()]) if (!record.modelled) this.forget(record);
    this.foreign.clear();
    this.fruitless.clear();
    this.eager.clear();
    this.waiting.clear();
    this.importsOf.clear();
    this.writers.clear();
    this.users.clear();
  }
}

/** A question about texts whose answers are kept under `key`. */
function remembered(
  answers: Map<string, Map<string, boolean>>,
  key: string,
  ask: (text: string) => boolean,
): (text: string) => boolean {
  const known = answers.get(key) ?? new Map<string, boolean>();
  answers.set(key, known);
  return (text) => {
    let answer = known.get(text);
    if (answer === undefined) known.set(text, (answer = ask(text)));
    return answer;
  };
}

/** How many folders above a script's own it may have been started from. */
const LEVELS_ABOVE = 3;

/** A path without `.` and `..`. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Steps that a look at a module's text costs. */
const REGISTRANT_COST = 500;

/** A module's own names, there before it runs. */
const MODULE_NAMES = new Set(['__name__', '__doc__', '__package__', '__file__', '__spec__', '__loader__']);

/** Ends a load that ran into a module which is not ready; see {@link Importer.ready}. */
class CircularImport extends Error {
  constructor(readonly culprit: ModuleRecord) {
    super(`${culprit.module.name} is imported in a circle`);
  }
}

function isMainTest(test: Expr): boolean {
  return (
    test.kind === 'Compare' &&
    test.operands.some((node) => node.kind === 'Name' && node.id === '__name__') &&
    test.operands.some((node) => node.kind === 'String' && node.value === '__main__')
  );
}

function isImportError(error: PyRaise): boolean {
  return error.cls?.mro.some((cls) => cls.name === 'ImportError') ?? false;
}
