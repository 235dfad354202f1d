/**
 * What a builtin, a native operation or a modelled library function may ask of the interpreter. The interpreter is the only
 * implementation; the interface keeps the rooms above from depending on its inside.
 */
import type { SourceFile } from '../syntax/index.js';
import type { Heap } from './heap.js';
import type { SymInt } from './symint.js';
import type {
  Env,
  HashKey,
  Place,
  PyClass,
  PyDict,
  PyInstance,
  PyIterator,
  PyList,
  PyModule,
  PySet,
  PyTuple,
  Unknown,
  Value,
} from './value.js';

export interface Assumption {
  readonly text: string;
  readonly place: Place | null;
}

/** One level of the stack. */
export interface StackFrame {
  readonly name: string;
  readonly place: Place | null;
  readonly module: PyModule;
  /** Whether it runs the top level of its module. */
  readonly isTopLevel: boolean;
}

export interface Context {
  readonly heap: Heap;
  /** Where the expression stands that is being evaluated. */
  readonly place: Place | null;
  /** Frames from the outermost to the running one: function and the place of the call that is running in it. */
  readonly stack: readonly StackFrame[];
  /** The innermost place of the stack whose file is one of those wanted. */
  placeIn(isWanted: (file: SourceFile) => boolean): Place | null;
  /** State that rooms above keep for one run (a trace, a module registry), by their own key. Fresh for each run. */
  readonly state: Map<symbol, unknown>;

  // ---- making values
  list(items: Value[]): PyList;
  tuple(items: readonly Value[]): PyTuple;
  dict(entries?: Iterable<readonly [Value, Value]>): PyDict;
  set(items?: Iterable<Value>, frozen?: boolean): PySet;
  instance(cls: PyClass, attrs?: Iterable<readonly [string, Value]>): PyInstance;
  /** An unknown at the running place. The reason is a sentence without a full stop. */
  unknown(reason: string, cls?: PyClass): Unknown;
  /** An iterator over items already at hand. */
  iterator(items: readonly Value[], name?: string): PyIterator;

  // ---- the protocols
  call(callee: Value, args?: readonly Value[], kwargs?: ReadonlyMap<string, Value>): Value;
  /** `callee.name(...)`. */
  callMethod(self: Value, name: string, args?: readonly Value[], kwargs?: ReadonlyMap<string, Value>): Value;
  /** `undefined` when the attribute certainly does not exist; may be an unknown. */
  getAttribute(object: Value, name: string): Value | undefined;
  /** Raises `AttributeError` when absent. */
  requireAttribute(object: Value, name: string): Value;
  /** Under a name that is not known, any attribute may be the one. */
  setAttribute(object: Value, name: string | Unknown, value: Value): void;
  deleteAttribute(object: Value, name: string | Unknown): void;
  /** `object.__setattr__` / `object.__getattribute__`: past any user override. */
  setOwnAttribute(object: Value, name: string | Unknown, value: Value): void;
  getOwnAttribute(object: Value, name: string): Value | undefined;
  getItem(object: Value, index: Value): Value;
  setItem(object: Value, index: Value, value: Value): void;
  deleteItem(object: Value, index: Value): void;
  binary(op: string, left: Value, right: Value): Value;
  unary(op: '-' | '+' | '~' | 'not', operand: Value): Value;
  /** `==`, `<`, `in`, `is`…: a boolean, an unknown, or whatever an override returns. */
  compare(op: string, left: Value, right: Value): Value;
  truth(value: Value): boolean | Unknown;
  length(value: Value): number | SymInt | Unknown;
  iterate(value: Value): PyIterator | Unknown;
  /** All items, or an unknown when the number of items can't be known. */
  items(value: Value): Value[] | Unknown;
  str(value: Value): string | Unknown;
  repr(value: Value): string | Unknown;
  /** Raises `TypeError` when unhashable; `undefined` when it can't be known. */
  hashKey(value: Value): HashKey | undefined;
  typeOf(value: Value): PyClass;
  /** `null`: can't be known. */
  isInstance(value: Value, cls: Value): boolean | null;
  isSubclass(cls: Value, parent: Value): boolean | null;
  isCallable(value: Value): boolean | null;

  /**
   * A string key is missing in a dict that belongs to a module: gives imports that are still to be made the chance to register it.
   * @returns true when it is worth looking again.
   */
  missingKey(dict: PyDict, key: Value): boolean;

  /** Must be called before a container's length or items are read directly: imports that may still fill it are made first. */
  readWhole(container: PyDict | PyList | PySet): void;

  // ---- errors, assumptions, budget
  /** Throws a Python exception of the builtin class `type`. */
  raise(type: string, message: string): never;
  /** Throws a Python exception object or class. */
  raiseValue(exception: Value): never;
  /** Something that is taken for granted (a branch that only raises is not taken, sizes divide…), shown in the report. */
  assume(text: string): void;
  /** Carries out `action` and tells how many steps it took and how much it took for granted. */
  measured<T>(action: () => T): { readonly value: T; readonly steps: number; readonly assumptions: number };
  /** Counts work against the step budget; throws the budget's own signal when it is exceeded or the run was cancelled. */
  step(cost?: number): void;
  /**
   * `value` was given to code that can't be seen: everything it can reach (containers, modules) is no longer known.
   */
  escape(value: Value, reason: Unknown): void;
  /** Takes two values a location may have: the same value, a native's join, or an unknown. */
  join(a: Value | undefined, b: Value | undefined, reason: Unknown): Value | undefined;

  // ---- lookup
  /** A class of `builtins`, by name (`int`, `ValueError`). */
  builtinClass(name: string): PyClass;
  /** Imports a module; an unresolved one gives an unknown that names it. */
  importModule(name: string): PyModule | Unknown;
  /** What code gets that imports it: the module, or what it has put in its own place. */
  importVisible(name: string): Value;
  /** The module of a file of the project, run if it was not yet; an unknown where there is no such file. */
  importFile(path: string): Value;
  /** Whether an import of `name` would find something; runs nothing. */
  moduleExists(name: string): boolean;
  /** The version of an installed distribution; `undefined` when its metadata is not on the search path. */
  installedVersion(name: string): string | undefined;
  /** `sys.path.append(path)`: imports of the running modules look there too. */
  addSearchFolder(path: string): void;
  /** `sys.modules[name] = value`, from the code of that module. */
  replaceModule(name: string, value: Value): void;
  /**
   * Text of a file of the project; `undefined` when there is none. A relative path is looked up from the running script's folder and the
   * project's roots.
   */
  readFile(path: string): string | undefined;
  /** What the project has at a path; `null`: nothing, which says nothing about other machines. */
  fileKind(path: string): 'file' | 'folder' | null;
  /** Names in a folder of the project, sorted; `undefined` when it is none. */
  folderNames(path: string): readonly string[] | undefined;
  /** `eval`/`exec` of a known text where the running code stands, or with the names of the dicts. */
  evaluateText(text: string, mode: 'eval' | 'exec', globals: PyDict | null, locals: PyDict | null): Value;
  /** The module whose code is running. */
  readonly module: PyModule | null;
  /** Environment of the running function, for `locals()`. */
  readonly env: Env | null;
}
