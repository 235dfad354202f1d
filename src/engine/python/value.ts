/**
 * Python values as the abstract interpreter sees them: one discriminated union.
 *
 * Immutable scalars are JavaScript's own: `None` is `null`, `bool` is `boolean`, `str` is `string` (UTF-16; see `strings.ts`
 * for code point semantics), `int` is `number` while it is a safe integer and `bigint` beyond. Everything else is an object
 * with `kind`. `undefined` is never a value: it means "absent".
 *
 * Every object that can change extends {@link Mutable}, and every change goes through `Heap.touch` first, so that branches
 * under unknown conditions can be run, rolled back and joined, and so that a run leaves no trace in frozen namespaces.
 */
import type { FunctionDef, LambdaExpr, SourceFile } from '../syntax/index.js';
import type { Context } from './context.js';
import type { PyRaise } from './errors.js';
import type { SymInt } from './symint.js';

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | PyFloat
  | SymInt
  | PyBytes
  | PyComplex
  | PySingleton
  | PyTuple
  | PyList
  | PyDict
  | PySet
  | PyRange
  | PySlice
  | PyFunction
  | PyBuiltin
  | PyBoundMethod
  | PyDescriptor
  | PyClass
  | PyInstance
  | PyModule
  | PySuper
  | PyIterator
  | Native
  | Unknown;

/** A place in the source, kept with every unknown, every module and every tensor. */
export interface Place {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** State that heap snapshots, rolls back and joins. `saved` belongs to the heap. */
export interface Mutable {
  /** Serial of the heap epoch in which this object was created or last saved. Use `heap.epoch` when creating one. */
  saved: number;
  /** Set when something unknown may have changed the contents: reads of absent keys, lengths and iteration are then unknown. */
  taint: Unknown | null;
}

/** Nothing can be said, and why. Every operation on an unknown gives the same unknown, so that the first cause is shown. */
export interface Unknown {
  readonly kind: 'unknown';
  /** A sentence without a full stop that a user understands: "`timm` is not installed on the search path". */
  readonly reason: string;
  readonly place: Place | null;
  /** The Python class the value certainly has, where that much is known (`isinstance` uses it). */
  readonly cls?: PyClass;
  /** Plain data (a number, a text, a handle of the system, or what these consist of): certainly no module or parameter. */
  readonly data?: boolean;
  /** What the value, a text, certainly begins with. */
  readonly prefix?: string;
}

export interface PyFloat {
  readonly kind: 'float';
  readonly value: number;
}
export interface PyComplex {
  readonly kind: 'complex';
  readonly re: number;
  readonly im: number;
}
/** Bytes as a binary string (one UTF-16 unit 0–255 per byte). */
export interface PyBytes {
  readonly kind: 'bytes';
  readonly value: string;
}
/** `NotImplemented` and `Ellipsis`. */
export interface PySingleton {
  readonly kind: 'singleton';
  readonly name: 'NotImplemented' | 'Ellipsis';
}
export interface PyTuple {
  readonly kind: 'tuple';
  readonly items: readonly Value[];
  /** A subclass (named tuple, `torch.Size`), else `null`. */
  readonly cls: PyClass | null;
}
export interface PyList extends Mutable {
  readonly kind: 'list';
  items: Value[];
  readonly cls: PyClass | null;
  /** Attributes of an instance of a list subclass. */
  attrs: Map<string, Value> | null;
}
/** Key identity as Python has it (`1 == 1.0 == True`, tuples by content): see `hash.ts`. */
export type HashKey = string | number | object;
export interface PyDict extends Mutable {
  readonly kind: 'dict';
  entries: Map<HashKey, { readonly key: Value; value: Value }>;
  /** `OrderedDict`, `defaultdict`, `Counter` or a user's subclass, else `null`. */
  readonly cls: PyClass | null;
  attrs: Map<string, Value> | null;
  /** `__dict__` of this object: `entries` writes through to its attributes (see `namespaceDict.ts`). */
  readonly backing?: PyInstance | PyModule | PyList | PyDict;
}
export interface PySet extends Mutable {
  readonly kind: 'set';
  entries: Map<HashKey, Value>;
  readonly frozen: boolean;
  readonly cls: PyClass | null;
}
export interface PyRange {
  readonly kind: 'range';
  readonly start: number | SymInt;
  readonly stop: number | SymInt;
  readonly step: number | SymInt;
}
export interface PySlice {
  readonly kind: 'slice';
  readonly start: Value;
  readonly stop: Value;
  readonly step: Value;
}

/** A variable shared between scopes, and the place of every local variable. `undefined` is unbound. */
export interface Env extends Mutable {
  readonly vars: Map<string, Value>;
  /** Lexically enclosing function environment; class bodies are skipped as Python does. */
  readonly parent: Env | null;
}

export interface PyFunction extends Mutable {
  readonly kind: 'function';
  readonly name: string;
  readonly qualname: string;
  readonly node: FunctionDef | LambdaExpr;
  readonly module: PyModule;
  readonly closure: Env | null;
  /** Parameter name → default value, evaluated at definition. */
  readonly defaults: ReadonlyMap<string, Value>;
  /** The class whose body defined it, for `super()` without arguments. Set when the class exists. */
  ownerClass: PyClass | null;
  /** `__dict__`, and overrides of `__name__`, `__doc__`, `__wrapped__`… made by `functools.wraps` or by assignment. */
  attrs: Map<string, Value> | null;
  /** Of the engine's own functions: carries out a call in place of `run`, which runs the code. */
  readonly around?: (
    args: readonly Value[],
    kwargs: ReadonlyMap<string, Value>,
    context: Context,
    run: () => Value,
  ) => Value;
}

/** A parameter of a function that is described by a signature. */
export interface SignatureParameter {
  readonly name: string;
  readonly form: 'positionalOnly' | 'normal' | 'keywordOnly' | 'star' | 'doubleStar';
  /** `undefined`: required. */
  readonly default: Value | undefined;
}

/** A function written in TypeScript. Make one with `defineFunction`. */
export interface PyBuiltin {
  readonly kind: 'builtin';
  readonly name: string;
  readonly qualname: string;
  readonly call: (args: readonly Value[], kwargs: ReadonlyMap<string, Value>, context: Context) => Value;
  /** Becomes a bound method when found on a class. Builtins in class namespaces are methods unless wrapped in a descriptor. */
  readonly isMethod: boolean;
  /** What its signature says, where it was described by one: for `inspect`. */
  readonly parameters?: readonly SignatureParameter[];
  /** Neither changes nor keeps its arguments; unknown arguments do no harm (printing, logging…). */
  readonly pure: boolean;
  /** Of a `__getattr__`: what it would give, if that is quickly told; `undefined` says nothing. */
  readonly quickly?: (self: PyInstance, name: string) => Value | undefined;
}
export interface PyBoundMethod {
  readonly kind: 'method';
  readonly self: Value;
  readonly func: Value;
}
export interface PyDescriptor {
  readonly kind: 'descriptor';
  readonly type: 'property' | 'cached_property' | 'staticmethod' | 'classmethod';
  readonly get: Value;
  readonly set: Value;
  readonly del: Value;
}

export interface PyClass extends Mutable {
  readonly kind: 'class';
  readonly name: string;
  readonly qualname: string;
  readonly module: string;
  /** Bases as written; an unresolved one is `Unknown`. */
  readonly bases: readonly (PyClass | Unknown)[];
  /** C3 order, this class first, without unknown bases. */
  mro: readonly PyClass[];
  /** First unknown base in the hierarchy: attributes not found are then unknown, and counts are "at least". */
  readonly unknownBase: Unknown | null;
  readonly namespace: Map<string, Value>;
  readonly metaclass: PyClass | null;
  readonly place: Place | null;
  /**
   * What instances are made of: `object` gives `PyInstance`; the others give the value of that kind with `cls` set
   * (`str`, `int`, `float` subclasses give a `PyInstance` with `primitive`).
   */
  readonly layout:
    'object' | 'list' | 'dict' | 'set' | 'frozenset' | 'tuple' | 'str' | 'int' | 'float' | 'bytes' | 'type' | 'native';
  /** Creates the instance of a class with layout `native`, or of a builtin class whose constructor is special; runs instead of `__new__`/`__init__`. */
  readonly construct?: (
    cls: PyClass,
    args: readonly Value[],
    kwargs: ReadonlyMap<string, Value>,
    context: Context,
  ) => Value;
}

export interface PyInstance extends Mutable {
  readonly kind: 'instance';
  /** Changes only by assignment to `__class__`. */
  cls: PyClass;
  readonly attrs: Map<string, Value>;
  /** Value of an instance of a `str`/`int`/`float` subclass (enums, mostly). */
  readonly primitive?: string | number | bigint | PyFloat;
  /** Where it was constructed. */
  readonly place: Place | null;
}

export interface PyModule extends Mutable {
  readonly kind: 'module';
  readonly name: string;
  /** Set when the module is built. */
  file: SourceFile | null;
  readonly namespace: Map<string, Value>;
  readonly isPackage: boolean;
}

export interface PySuper {
  readonly kind: 'super';
  readonly start: PyClass;
  readonly self: Value;
}

/** Any iterator: generators, `iter(x)`, `zip`, `map`… `next` gives `undefined` at the end. */
export interface PyIterator {
  readonly kind: 'iterator';
  readonly name: string;
  next(context: Context): Value | undefined;
  /** For generators. */
  send?(value: Value, context: Context): Value | undefined;
  /** For generators: raises where the generator waits. */
  throw?(error: PyRaise, context: Context): Value | undefined;
  /** Known to end without running user code, with this many items left. */
  readonly lengthHint?: () => number | null;
}

/**
 * What the rooms above add to the language: tensors, parameters, dtypes, arrays. `python` only knows the operations table,
 * never what stands behind it.
 */
export interface Native extends Mutable {
  readonly kind: 'native';
  readonly type: NativeType;
  /** Owned by `type`. Changes go through `heap.touch(native)` and replace this object: contents are treated as immutable. */
  data: unknown;
  /** Attributes users set on it; `null` until then. */
  attrs: Map<string, Value> | null;
}

/** Operations table of natives. An operation that is absent raises the `TypeError` Python would raise. `undefined` = not handled here. */
export interface NativeType {
  readonly name: string;
  /** What `type(x)` gives; may depend on the value (a parameter is a tensor too). */
  cls(self: Native): PyClass;
  getAttribute?(self: Native, name: string, context: Context): Value | undefined;
  setAttribute?(self: Native, name: string, value: Value, context: Context): boolean;
  call?(self: Native, args: readonly Value[], kwargs: ReadonlyMap<string, Value>, context: Context): Value;
  getItem?(self: Native, index: Value, context: Context): Value;
  setItem?(self: Native, index: Value, value: Value, context: Context): void;
  /** `op` as in the AST, comparisons included; `reflected` when `self` is the right operand. `inplace` for `+=` and its like. */
  binary?(
    op: string,
    self: Native,
    other: Value,
    reflected: boolean,
    inplace: boolean,
    context: Context,
  ): Value | undefined;
  unary?(op: '-' | '+' | '~', self: Native, context: Context): Value;
  /** Truth value; an unknown makes an unknown condition. */
  truth?(self: Native, context: Context): boolean | Unknown;
  length?(self: Native, context: Context): number | SymInt | Unknown;
  iterate?(self: Native, context: Context): PyIterator | Unknown;
  contains?(self: Native, item: Value, context: Context): boolean | Unknown;
  /** Equality and hash key for dict keys and sets; identity when absent. */
  hashKey?(self: Native): HashKey;
  repr?(self: Native, context: Context): string;
  /** `str(x)` where it differs from `repr(x)`. */
  str?(self: Native, context: Context): string;
  /** The common value of two branches, or `undefined` when there is none (then: unknown). */
  join?(a: Native, b: Native, context: Context): Value | undefined;
  /**
   * What `data` (and attributes) are after two branches left the same object in different states; `undefined` when nothing
   * can be said (the object is then tainted).
   */
  joinData?(
    a: unknown,
    b: unknown,
    reason: Unknown,
  ): { readonly data: unknown; readonly attrs?: ReadonlyMap<string, Value> } | undefined;
  copy?(self: Native, deep: boolean, context: Context): Native;
}
