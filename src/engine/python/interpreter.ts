/**
 * The abstract interpreter: the one implementation of {@link Context}, and the state of a run. What it does with statements,
 * expressions, calls, classes, attributes and imports stands in the files of those names.
 */
import type { Project } from '../project/index.js';
import type { SourceFile } from '../syntax/index.js';
import { binaryBuiltin, compareBuiltin, containsBuiltin, identical, inplaceBuiltin, unaryBuiltin } from './arith.js';
import { deleteAttribute, getAttribute, getOwnAttribute, lookup, setAttribute, setOwnAttribute } from './attributes.js';
import { setOwnUnknownAttribute, setUnknownAttribute } from './unknownNames.js';
import { budget } from './budget.js';
import { builtinClasses, builtins, classOf } from './builtins/index.js';
import { call } from './calls.js';
import { because, isData, NO_KWARGS, partOfUnknown } from './coerce.js';
import type { Comparison } from './compare.js';
import type { Assumption, Context, StackFrame } from './context.js';
import type { ModelledModule } from './define.js';
import { PyRaise, Stopped, UnknownFlow } from './errors.js';
import { evaluateText } from './evaluateSource.js';
import { reprBuiltin, strBuiltin } from './format.js';
import type { Frame } from './frame.js';
import { hashBuiltin } from './hash.js';
import { Heap } from './heap.js';
import { Importer } from './imports.js';
import {
  deleteItemBuiltin,
  getItemBuiltin,
  iterateBuiltin,
  lengthBuiltin,
  setItemBuiltin,
  storeAnywhere,
} from './subscript.js';
import type { SymInt } from './symint.js';
import type {
  Env,
  HashKey,
  Native,
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
import type { Watcher } from './watcher.js';

export interface InterpreterOptions {
  readonly project: Project;
  /** Modules that are described rather than read: the standard library, PyTorch. */
  readonly modules: readonly ModelledModule[];
  /** Folders to search before the project's roots: the folder of the script that is analysed. */
  readonly searchFirst?: readonly string[];
  /** Asked now and then; `true` ends the run. */
  readonly cancelled?: () => boolean;
  /** Milliseconds one run may take; default {@link budget.milliseconds}. */
  readonly timeLimit?: number;
}

const BINARY_METHODS: Readonly<Record<string, readonly [string, string]>> = {
  '+': ['__add__', '__radd__'],
  '-': ['__sub__', '__rsub__'],
  '*': ['__mul__', '__rmul__'],
  '/': ['__truediv__', '__rtruediv__'],
  '//': ['__floordiv__', '__rfloordiv__'],
  '%': ['__mod__', '__rmod__'],
  '**': ['__pow__', '__rpow__'],
  '@': ['__matmul__', '__rmatmul__'],
  '&': ['__and__', '__rand__'],
  '|': ['__or__', '__ror__'],
  '^': ['__xor__', '__rxor__'],
  '<<': ['__lshift__', '__rlshift__'],
  '>>': ['__rshift__', '__rrshift__'],
};
const INPLACE_METHODS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(BINARY_METHODS).map(([op, [name]]) => [op, name.replace('__', '__i')]),
);
const COMPARE_METHODS: Readonly<Record<string, readonly [string, string]>> = {
  '==': ['__eq__', '__eq__'],
  '!=': ['__ne__', '__ne__'],
  '<': ['__lt__', '__gt__'],
  '<=': ['__le__', '__ge__'],
  '>': ['__gt__', '__lt__'],
  '>=': ['__ge__', '__le__'],
};
const UNARY_METHODS = { '-': '__neg__', '+': '__pos__', '~': '__invert__' } as const;

export const NOT_IMPLEMENTED: Value = { kind: 'singleton', name: 'NotImplemented' };

export const isUnknown = (value: unknown): value is Unknown =>
  typeof value === 'object' && value !== null && (value as { kind?: string }).kind === 'unknown';
const isNative = (value: Value): value is Native => typeof value === 'object' && value?.kind === 'native';
const isNotImplemented = (value: Value): boolean =>
  typeof value === 'object' && value?.kind === 'singleton' && value.name === 'NotImplemented';

export class Interpreter implements Context {
  readonly heap = new Heap();
  readonly project: Project;
  readonly importer: Importer;
  readonly frames: Frame[] = [];
  state = new Map<symbol, unknown>();
  assumptions: Assumption[] = [];
  /**
   * Why work may have been done that was not seen: the first call of something unknown, or matrix product with it. Whoever sums up
   * costs sets it to `null` before and looks at it afterwards.
   */
  unseen: Unknown | null = null;
  /** The last attribute that an object's own `__getattr__` or `__getattribute__` refused. */
  refused: { readonly object: Value; readonly name: string; readonly error: PyRaise } | null = null;
  /** What a name gives that is bound nowhere: an error as in Python, or an unknown while code is only watched. */
  undefinedNames: 'raise' | 'unknown' = 'raise';
  /** Set while code is only watched: a number that grows with each training step. Two rounds of a loop that makes it grow are enough. */
  watched: (() => number) | null = null;
  /** Told what values places get, for editors; usually nobody. */
  watcher: Watcher | null = null;
  /** Something was left unknown for want of stack: a thread with more of it may say more. */
  wantedStack = false;
  steps = 0;
  private stepLimit: number = budget.steps;
  private nextLook = 0;
  private deadline = Infinity;
  /** Milliseconds that a run may take, and those of the run that is going on. */
  readonly timeLimit: number;
  private limit: number;

  constructor(readonly options: InterpreterOptions) {
    this.project = options.project;
    this.timeLimit = options.timeLimit ?? budget.milliseconds;
    this.limit = this.timeLimit;
    this.importer = new Importer(this, options.modules, options.searchFirst ?? []);
  }

  // ------------------------------------------------------------------ runs

  /**
   * Runs `action` on its own overlay of the frozen namespaces: whatever it changes is gone afterwards, so take out what is
   * needed inside. A Python exception, an exhausted budget or an exhausted stack comes out as it is: see {@link attempt}.
   */
  run<T>(action: () => T, limit = this.timeLimit): T {
    const { state, assumptions, steps, deadline } = this;
    const outer = { state, assumptions, steps, deadline, limit: this.limit };
    this.state = new Map();
    this.assumptions = [];
    this.steps = 0;
    this.planLook();
    this.limit = limit;
    this.deadline = Date.now() + limit;
    const frames = this.frames.length;
    const depth = this.heap.depth;
    const journal = this.heap.fork();
    try {
      return action();
    } finally {
      this.frames.length = frames;
      this.heap.unwind(depth + 1);
      this.heap.discard(journal);
      this.state = outer.state;
      this.assumptions = outer.assumptions;
      this.steps = outer.steps;
      this.planLook();
      this.deadline = outer.deadline;
      this.limit = outer.limit;
    }
  }

  /** The action's value, or why there is none: an unknown for everything that may go wrong in analysed code. */
  attempt(action: () => Value): Value {
    const frames = this.frames.length;
    const depth = this.heap.depth;
    try {
      return action();
    } catch (error) {
      this.frames.length = frames;
      this.heap.unwind(depth);
      return this.failure(error);
    }
  }

  /** Turns what code may throw into an unknown. @throws anything that is a mistake in the engine itself. */
  failure(error: unknown): Unknown {
    if (error instanceof Stopped || error instanceof UnknownFlow) return error.unknown;
    if (error instanceof PyRaise) return { kind: 'unknown', reason: `it raises ${error.message}`, place: error.place };
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      this.wantedStack = true;
      return this.unknown('the code nests too deeply to follow');
    }
    if (error instanceof RangeError && TOO_LARGE.test(error.message))
      return this.unknown('a value here is too large to work with');
    throw error;
  }

  /** Runs `action` with a step budget of its own; used to build namespaces. */
  withBudget<T>(limit: number, action: () => T): T {
    const { steps, stepLimit } = this;
    this.steps = 0;
    this.stepLimit = limit;
    this.planLook();
    try {
      return action();
    } finally {
      this.steps = steps;
      this.stepLimit = stepLimit;
      this.planLook();
    }
  }

  step(cost = 1): void {
    this.steps += cost;
    if (this.steps < this.nextLook) return;
    if (this.steps > this.stepLimit)
      throw new Stopped(
        this.unknown('the analysis budget was used up here (an endless loop, or very long work)'),
        'steps',
      );
    this.planLook();
    this.checkClock();
  }

  /** When steps are compared with their limit next: at the next tick of the clock, or when they are used up. */
  private planLook(): void {
    const tick = this.steps - (this.steps % budget.clockInterval) + budget.clockInterval;
    this.nextLook = Math.min(tick, this.stepLimit + 1);
  }

  private checkClock(): void {
    if (this.options.cancelled?.()) throw new Stopped(this.unknown('the analysis was cancelled'), 'cancelled');
    if (Date.now() > this.deadline)
      throw new Stopped(
        this.unknown(
          `the analysis took longer than ${this.limit < 1000 ? Number((this.limit / 1000).toPrecision(1)) : Math.round(this.limit / 100) / 10} s and was stopped here`,
        ),
        'time',
      );
  }

  // ---------------------------------------------------------------- places

  get frame(): Frame | undefined {
    return this.frames[this.frames.length - 1];
  }
  get place(): Place | null {
    const frame = this.frame;
    return frame ? placeOf(frame) : null;
  }
  get stack(): StackFrame[] {
    return this.frames.map((frame) => ({
      name: frame.name,
      place: placeOf(frame),
      module: frame.module,
      isTopLevel: frame.kind === 'module',
    }));
  }
  placeIn(isWanted: (file: SourceFile) => boolean): Place | null {
    for (let i = this.frames.length - 1; i >= 0; i--) {
      const frame = this.frames[i];
      if (frame?.node && isWanted(frame.file)) return placeOf(frame);
    }
    return null;
  }
  get module(): PyModule | null {
    return this.frame?.module ?? null;
  }
  get env(): Env | null {
    return this.frame?.env ?? null;
  }

  // --------------------------------------------------------- making values

  list(items: Value[]): PyList {
    return { kind: 'list', items, cls: null, attrs: null, saved: this.heap.epoch, taint: null };
  }
  tuple(items: readonly Value[]): PyTuple {
    return { kind: 'tuple', items, cls: null };
  }
  dict(entries: Iterable<readonly [Value, Value]> = []): PyDict {
    const dict: PyDict = {
      kind: 'dict',
      entries: new Map(),
      cls: null,
      attrs: null,
      saved: this.heap.epoch,
      taint: null,
    };
    for (const [key, value] of entries) {
      const hash = this.hashKey(key);
      if (hash === undefined)
        storeAnywhere(dict, isUnknown(key) ? key : this.unknown('a key of this dict is not known'), this, value);
      else dict.entries.set(hash, { key: dict.entries.get(hash)?.key ?? key, value });
    }
    return dict;
  }
  set(items: Iterable<Value> = [], frozen = false): PySet {
    const set: PySet = { kind: 'set', entries: new Map(), frozen, cls: null, saved: this.heap.epoch, taint: null };
    for (const item of items) {
      const hash = this.hashKey(item);
      if (hash === undefined)
        set.taint ??= isUnknown(item) ? item : this.unknown('an element of this set is not known');
      else if (!set.entries.has(hash)) set.entries.set(hash, item);
    }
    return set;
  }
  instance(cls: PyClass, attrs: Iterable<readonly [string, Value]> = []): PyInstance {
    return { kind: 'instance', cls, attrs: new Map(attrs), place: this.place, saved: this.heap.epoch, taint: null };
  }
  unknown(reason: string, cls?: PyClass): Unknown {
    return { kind: 'unknown', reason, place: this.place, cls };
  }
  iterator(items: readonly Value[], name = 'iterator'): PyIterator {
    let next = 0;
    return {
      kind: 'iterator',
      name,
      next: () => (next < items.length ? items[next++] : undefined),
      lengthHint: () => items.length - next,
    };
  }

  // ------------------------------------------------------------- protocols

  call(callee: Value, args: readonly Value[] = [], kwargs: ReadonlyMap<string, Value> = NO_KWARGS): Value {
    return call(this, callee, args, kwargs);
  }
  callMethod(
    self: Value,
    name: string,
    args: readonly Value[] = [],
    kwargs: ReadonlyMap<string, Value> = NO_KWARGS,
  ): Value {
    return call(this, this.requireAttribute(self, name), args, kwargs);
  }
  getAttribute(object: Value, name: string): Value | undefined {
    return getAttribute(this, object, name);
  }
  requireAttribute(object: Value, name: string): Value {
    this.refused = null;
    const value = getAttribute(this, object, name);
    if (value !== undefined) return value;
    const refused = this.refusedFor(object, name);
    if (refused) throw refused;
    const scalar = this.scalarMethod(object, name);
    if (scalar !== undefined) return scalar;
    const owner =
      typeof object === 'object' && object?.kind === 'module'
        ? `module '${object.name}'`
        : typeof object === 'object' && object?.kind === 'class'
          ? `type object '${object.name}'`
          : `'${this.typeOf(object).name}' object`;
    this.raise('AttributeError', `${owner} has no attribute '${name}'`);
  }
  /** What the object's own code raised when it was asked for that attribute just now. */
  private refusedFor(object: Value, name: string): PyRaise | null {
    const { refused } = this;
    return refused && refused.object === object && refused.name === name ? refused.error : null;
  }
  /** A scalar of NumPy's is a plain number here: what it has beyond that is an array's. */
  private scalarMethod(object: Value, name: string): Value | undefined {
    const isNumber =
      typeof object === 'number' || (typeof object === 'object' && object !== null && object.kind === 'float');
    if (!isNumber || (name !== 'astype' && name !== 'item' && name !== 'tolist')) return undefined;
    const numpy = this.importModule('numpy');
    return isUnknown(numpy) ? undefined : getAttribute(this, this.callMethod(numpy, 'asarray', [object]), name);
  }
  setAttribute(object: Value, name: string | Unknown, value: Value): void {
    if (typeof name === 'string') setAttribute(this, object, name, value);
    else setUnknownAttribute(this, object, name, value);
  }
  deleteAttribute(object: Value, name: string | Unknown): void {
    if (typeof name === 'string') deleteAttribute(this, object, name);
    else setOwnUnknownAttribute(this, object, name, undefined);
  }
  setOwnAttribute(object: Value, name: string | Unknown, value: Value): void {
    if (typeof name === 'string') setOwnAttribute(this, object, name, value);
    else setOwnUnknownAttribute(this, object, name, value);
  }
  getOwnAttribute(object: Value, name: string): Value | undefined {
    return getOwnAttribute(this, object, name);
  }

  /** A method that a class (not the instance) defines, bound to `self`; `undefined` when it has none. */
  special(self: Value, name: string): Value | undefined {
    if (typeof self !== 'object' || self === null) return undefined;
    let cls: PyClass | null;
    switch (self.kind) {
      case 'instance':
        cls = self.cls;
        break;
      case 'list':
      case 'dict':
      case 'set':
      case 'tuple':
        cls = self.cls;
        break;
      case 'class':
        cls = self.metaclass;
        break;
      default:
        return undefined;
    }
    if (!cls) return undefined;
    const found = lookup(this, cls, name);
    if (found === undefined) return undefined;
    if (typeof found === 'object' && found !== null && (found.kind === 'function' || found.kind === 'builtin'))
      return { kind: 'method', self, func: found };
    return getAttribute(this, self, name);
  }

  /** The same, but only a user's or a modelled library's own: not what `object` and the builtin containers have anyway. */
  override_(self: Value, name: string): Value | undefined {
    if (typeof self !== 'object' || self === null) return undefined;
    const cls =
      self.kind === 'instance' ||
      self.kind === 'list' ||
      self.kind === 'dict' ||
      self.kind === 'set' ||
      self.kind === 'tuple'
        ? self.cls
        : self.kind === 'class'
          ? self.metaclass
          : null;
    if (!cls) return undefined;
    for (const parent of cls.mro) {
      if (parent.module === 'builtins' && builtinClasses.get(parent.name) === parent) return undefined;
      if (parent.namespace.has(name)) return this.special(self, name);
    }
    return undefined;
  }

  getItem(object: Value, index: Value): Value {
    if (isUnknown(object)) return partOfUnknown(object);
    if (isNative(object)) {
      if (object.type.getItem) return object.type.getItem(object, index, this);
      this.raise('TypeError', `'${object.type.name}' object is not subscriptable`);
    }
    const method = this.override_(object, '__getitem__');
    if (method !== undefined) return this.call(method, [index]);
    if (typeof object === 'object' && object?.kind === 'class') {
      const generic = lookup(this, object, '__class_getitem__');
      if (generic !== undefined) return this.call(this.requireAttribute(object, '__class_getitem__'), [index]);
      return object;
    }
    if (typeof object === 'object' && object?.kind === 'dict') {
      const found = this.dictEntry(object, index);
      if (found !== undefined) return found;
      const missing = this.override_(object, '__missing__') ?? this.special(object, '__missing__');
      if (missing !== undefined) return this.call(missing, [index]);
    }
    const result = getItemBuiltin(object, index, this);
    if (result !== undefined) return result;
    const special = this.special(object, '__getitem__');
    if (special !== undefined) return this.call(special, [index]);
    if (hasUnknownBase(object)) return this.unknownBase(object, '__getitem__');
    this.raise('TypeError', `'${this.typeOf(object).name}' object is not subscriptable`);
  }

  /** The value at `key`, looking into imports that are still to be made when a module-level registry lacks it. */
  private dictEntry(dict: PyDict, key: Value): Value | undefined {
    const hash = this.hashKey(key);
    if (hash === undefined) return isUnknown(key) ? because(key) : this.unknown('the key is not known');
    const found = dict.entries.get(hash)?.value;
    if (found !== undefined) return found;
    if (dict.taint) return dict.taint;
    return this.missingKey(dict, key) ? dict.entries.get(hash)?.value : (dict.taint ?? undefined);
  }

  setItem(object: Value, index: Value, value: Value): void {
    if (isUnknown(object)) {
      this.escape(value, object);
      return;
    }
    if (isNative(object)) {
      if (object.type.setItem) object.type.setItem(object, index, value, this);
      else this.raise('TypeError', `'${object.type.name}' object does not support item assignment`);
      return;
    }
    const method = this.override_(object, '__setitem__');
    if (method !== undefined) {
      this.call(method, [index, value]);
      return;
    }
    if (setItemBuiltin(object, index, value, this)) return;
    const special = this.special(object, '__setitem__');
    if (special !== undefined) this.call(special, [index, value]);
    else if (!hasUnknownBase(object))
      this.raise('TypeError', `'${this.typeOf(object).name}' object does not support item assignment`);
  }
  deleteItem(object: Value, index: Value): void {
    if (isUnknown(object)) return;
    const method = this.override_(object, '__delitem__');
    if (method !== undefined) {
      this.call(method, [index]);
      return;
    }
    if (deleteItemBuiltin(object, index, this)) return;
    const special = this.special(object, '__delitem__');
    if (special !== undefined) this.call(special, [index]);
    else if (!hasUnknownBase(object))
      this.raise('TypeError', `'${this.typeOf(object).name}' object does not support item deletion`);
  }

  binary(op: string, left: Value, right: Value): Value {
    return this.binaryOp(op, left, right, false);
  }

  /** `left op right`, or `left op= right` when `inplace`. */
  binaryOp(op: string, left: Value, right: Value, inplace: boolean): Value {
    if (op === '@' && (isUnknown(left) || isUnknown(right)))
      this.unseen ??= isUnknown(left) ? left : (right as Unknown);
    const leftNative = isNative(left);
    if (leftNative || isNative(right)) {
      if (leftNative) {
        const result = left.type.binary?.(op, left, right, false, inplace, this);
        if (result !== undefined && !isNotImplemented(result)) return result;
      }
      if (isNative(right)) {
        const result = right.type.binary?.(op, right, left, true, false, this);
        if (result !== undefined && !isNotImplemented(result)) return result;
      }
      if (isUnknown(left)) return left;
      if (isUnknown(right)) return right;
    } else {
      if (inplace) {
        const method = INPLACE_METHODS[op];
        const special = method === undefined ? undefined : this.override_(left, method);
        if (special !== undefined) {
          const result = this.call(special, [right]);
          if (!isNotImplemented(result)) return result;
        }
        const result = inplaceBuiltin(op, left, right, this);
        if (result !== undefined) return result;
      }
      const methods = BINARY_METHODS[op];
      if (methods && ((typeof left === 'object' && left !== null) || (typeof right === 'object' && right !== null))) {
        const rightFirst = isSubclassInstance(right, left) ? this.override_(right, methods[1]) : undefined;
        if (rightFirst !== undefined) {
          const result = this.call(rightFirst, [left]);
          if (!isNotImplemented(result)) return result;
        }
        const own = this.override_(left, methods[0]);
        if (own !== undefined) {
          const result = this.call(own, [right]);
          if (!isNotImplemented(result)) return result;
        }
        const other = this.override_(right, methods[1]);
        if (other !== undefined) {
          const result = this.call(other, [left]);
          if (!isNotImplemented(result)) return result;
        }
      }
      if (isUnknown(left) || isUnknown(right)) return this.unknownBinary(op, left, right);
      const result = binaryBuiltin(op, plain(left), plain(right), this);
      if (result !== undefined) return result;
      if (hasUnknownBase(left)) return this.unknownBase(left, op);
      if (hasUnknownBase(right)) return this.unknownBase(right, op);
    }
    const symbol = inplace ? `${op}=` : op;
    this.raise(
      'TypeError',
      `unsupported operand type(s) for ${symbol}: '${this.typeOf(left).name}' and '${this.typeOf(right).name}'`,
    );
  }

  /** An operation of which at least one side is not known: plain data with plain data stays that. */
  private unknownBinary(op: string, left: Value, right: Value): Unknown {
    const unknown = isUnknown(left) ? left : (right as Unknown);
    if (typeof left === 'string' && (op === '+' || op === '%'))
      return {
        ...because(unknown),
        cls: this.builtinClass('str'),
        prefix: op === '+' ? left : left.slice(0, (left + '%').indexOf('%')),
      };
    const isPlain = (value: Value): boolean =>
      isUnknown(value)
        ? isData(value)
        : typeof value !== 'object' || value === null || value.kind === 'float' || value.kind === 'symint';
    if (!isPlain(left) || !isPlain(right)) return because(unknown);
    const cls = this.typeOf(left);
    const kept = cls === this.typeOf(right) && ['+', '-', '*', '//', '%'].includes(op) ? cls : undefined;
    return {
      ...because(unknown),
      data: true,
      ...(kept && kept.name !== 'object' && kept.name !== 'bool' ? { cls: kept } : {}),
    };
  }

  unary(op: '-' | '+' | '~' | 'not', operand: Value): Value {
    if (op === 'not') {
      const truth = this.truth(operand);
      return typeof truth === 'boolean' ? !truth : truth;
    }
    if (isUnknown(operand)) return operand;
    if (isNative(operand)) {
      if (operand.type.unary) return operand.type.unary(op, operand, this);
    } else {
      const special = this.override_(operand, UNARY_METHODS[op]);
      if (special !== undefined) return this.call(special);
      const result = unaryBuiltin(op, plain(operand), this);
      if (result !== undefined) return result;
    }
    this.raise('TypeError', `bad operand type for unary ${op}: '${this.typeOf(operand).name}'`);
  }

  compare(op: string, left: Value, right: Value): Value {
    switch (op) {
      case 'is':
      case 'is not': {
        const same = this.isSame(left, right);
        if (same === null)
          return isUnknown(left)
            ? left
            : isUnknown(right)
              ? right
              : this.unknown('it is not known whether these are the same object');
        return op === 'is' ? same : !same;
      }
      case 'in':
      case 'not in': {
        const found = this.contains(right, left);
        return typeof found === 'boolean' ? (op === 'in' ? found : !found) : found;
      }
    }
    if (isNative(left) || isNative(right)) {
      if (isNative(left)) {
        const result = left.type.binary?.(op, left, right, false, false, this);
        if (result !== undefined && !isNotImplemented(result)) return result;
      }
      if (isNative(right)) {
        const result = right.type.binary?.(op, right, left, true, false, this);
        if (result !== undefined && !isNotImplemented(result)) return result;
      }
      if (isUnknown(left)) return left;
      if (isUnknown(right)) return right;
      if (op === '==') return left === right;
      if (op === '!=') return left !== right;
      this.raise(
        'TypeError',
        `'${op}' not supported between instances of '${this.typeOf(left).name}' and '${this.typeOf(right).name}'`,
      );
    }
    const methods = COMPARE_METHODS[op];
    if (methods) {
      const own = this.override_(left, methods[0]);
      if (own !== undefined) {
        const result = this.call(own, [right]);
        if (!isNotImplemented(result)) return result;
      }
      const other = this.override_(right, methods[1]);
      if (other !== undefined) {
        const result = this.call(other, [left]);
        if (!isNotImplemented(result)) return result;
      }
      if (op === '!=') {
        const equal = this.override_(left, '__eq__') ?? this.override_(right, '__eq__');
        if (equal !== undefined) return this.unary('not', this.compare('==', left, right));
      }
    }
    if (isUnknown(left)) return left;
    if (isUnknown(right)) return right;
    const result = compareBuiltin(op as Comparison, plain(left), plain(right), this);
    if (result !== undefined) return result;
    if (hasUnknownBase(left) && !(op === '==' && left === right)) return this.unknownBase(left, op);
    if (hasUnknownBase(right)) return this.unknownBase(right, op);
    if (op === '==') return left === right;
    if (op === '!=') return left !== right;
    this.raise(
      'TypeError',
      `'${op}' not supported between instances of '${this.typeOf(left).name}' and '${this.typeOf(right).name}'`,
    );
  }

  private isSame(left: Value, right: Value): boolean | null {
    if (isUnknown(left) || isUnknown(right)) {
      const unknown = isUnknown(left) ? left : (right as Unknown);
      const other = isUnknown(left) ? right : left;
      // An unknown of a known class is certainly not None.
      return unknown.cls && other === null ? false : null;
    }
    return identical(left, right);
  }

  private contains(container: Value, item: Value): boolean | Unknown {
    if (isUnknown(container)) return container;
    if (isNative(container)) {
      if (container.type.contains) return container.type.contains(container, item, this);
    } else {
      const special = this.override_(container, '__contains__');
      if (special !== undefined) return this.truth(this.call(special, [item]));
      const result = containsBuiltin(plain(container), item, this);
      if (
        result === false &&
        typeof container === 'object' &&
        container?.kind === 'dict' &&
        this.missingKey(container, item)
      )
        return containsBuiltin(container, item, this) ?? false;
      if (
        result === false &&
        typeof container === 'object' &&
        (container?.kind === 'list' || container?.kind === 'set') &&
        this.heap.madeIn(container) < 0
      ) {
        this.completed(container);
        return containsBuiltin(plain(container), item, this) ?? false;
      }
      if (result !== undefined) return result;
    }
    const iterator = this.iterate(container);
    if (isUnknown(iterator)) return iterator;
    let undecided: Unknown | null = null;
    for (;;) {
      const next = iterator.next(this);
      if (next === undefined) return undecided ?? false;
      if (next === item) return true;
      const equal = this.truth(this.compare('==', next, item));
      if (equal === true) return true;
      if (equal !== false) undecided ??= equal;
    }
  }

  truth(value: Value): boolean | Unknown {
    if (typeof value === 'boolean') return value;
    if (value === null) return false;
    switch (typeof value) {
      case 'number':
        return value !== 0;
      case 'bigint':
        return value !== 0n;
      case 'string':
        return value !== '';
      default:
        break;
    }
    switch (value.kind) {
      case 'unknown':
        return value;
      case 'float':
        return value.value !== 0;
      case 'native':
        if (value.type.truth) return value.type.truth(value, this);
        return value.type.length ? this.lengthTruth(value) : true;
      case 'tuple':
        if (value.cls && this.override_(value, '__bool__') !== undefined) break;
        return value.items.length > 0;
      case 'list':
      case 'dict':
      case 'set':
      case 'range':
      case 'bytes':
      case 'symint':
      case 'instance':
        break;
      case 'complex':
        return value.re !== 0 || value.im !== 0;
      case 'singleton':
        return true;
      case 'class':
        if (value.metaclass) break;
        return true;
      default:
        return true;
    }
    const bool = this.override_(value, '__bool__');
    if (bool !== undefined) return this.truth(this.call(bool));
    if (value.kind === 'symint') {
      const zero = compareBuiltin('!=', value, 0, this);
      return zero === undefined ? this.unknown('it is not known whether this size is zero') : this.truth(zero);
    }
    if (value.kind === 'instance' && value.primitive !== undefined) return this.truth(value.primitive);
    if (value.kind === 'instance' || value.kind === 'class') {
      const length = this.override_(value, '__len__');
      if (length === undefined) return hasUnknownBase(value) ? this.unknownBase(value, '__bool__') : true;
    }
    return this.lengthTruth(value);
  }

  private lengthTruth(value: Value): boolean | Unknown {
    const length = this.length(value);
    return typeof length === 'number' ? length !== 0 : isUnknown(length) ? length : this.truth(length);
  }

  length(value: Value): number | SymInt | Unknown {
    if (isUnknown(value)) return value;
    if (isNative(value)) {
      if (value.type.length) return value.type.length(value, this);
    } else {
      const special = this.override_(value, '__len__');
      if (special !== undefined) {
        const result = this.call(special);
        if (typeof result === 'number') return result;
        if (typeof result === 'object' && (result?.kind === 'symint' || result?.kind === 'unknown')) return result;
        this.raise('TypeError', '__len__() did not return an integer');
      }
      this.completed(value);
      const result = lengthBuiltin(value, this);
      if (result !== undefined) return result;
      if (hasUnknownBase(value)) return this.unknownBase(value, '__len__');
    }
    this.raise('TypeError', `object of type '${this.typeOf(value).name}' has no len()`);
  }

  iterate(value: Value): PyIterator | Unknown {
    if (isUnknown(value)) return partOfUnknown(value);
    if (isNative(value)) {
      if (value.type.iterate) return value.type.iterate(value, this);
      this.raise('TypeError', `'${value.type.name}' object is not iterable`);
    }
    if (typeof value === 'object' && value?.kind === 'iterator') return value;
    const special = this.override_(value, '__iter__');
    if (special !== undefined) {
      const result = this.call(special);
      if (isUnknown(result)) return result;
      if (typeof result === 'object' && result?.kind === 'iterator') return result;
      if (isNative(result)) return this.iterate(result);
      return this.iteratorOver(result);
    }
    this.completed(value);
    const result = iterateBuiltin(value, this);
    if (result !== undefined) return result;
    const item = this.special(value, '__getitem__');
    if (item !== undefined) {
      let index = 0;
      return {
        kind: 'iterator',
        name: 'iterator',
        next: () => {
          try {
            return this.call(item, [index++]);
          } catch (error) {
            if (error instanceof PyRaise && error.cls && this.isSubclass(error.cls, this.builtinClass('IndexError')))
              return undefined;
            throw error;
          }
        },
      };
    }
    if (hasUnknownBase(value)) return this.unknownBase(value, '__iter__');
    this.raise('TypeError', `'${this.typeOf(value).name}' object is not iterable`);
  }

  /** Wraps an object that has `__next__`. */
  private iteratorOver(object: Value): PyIterator | Unknown {
    const next = this.special(object, '__next__');
    if (next === undefined) {
      const again = iterateBuiltin(object, this);
      if (again !== undefined) return again;
      if (hasUnknownBase(object)) return this.unknownBase(object, '__next__');
      this.raise('TypeError', `iter() returned non-iterator of type '${this.typeOf(object).name}'`);
    }
    return {
      kind: 'iterator',
      name: 'iterator',
      next: () => {
        try {
          return this.call(next);
        } catch (error) {
          if (error instanceof PyRaise && error.cls && this.isSubclass(error.cls, this.builtinClass('StopIteration')))
            return undefined;
          throw error;
        }
      },
    };
  }

  items(value: Value): Value[] | Unknown {
    if (typeof value === 'object' && value !== null) {
      if (value.kind === 'tuple' && !value.cls) return value.items.slice();
      if (value.kind === 'list' && !value.cls && !value.taint) {
        this.readWhole(value);
        return value.items.slice();
      }
    }
    const iterator = this.iterate(value);
    if (isUnknown(iterator)) return iterator;
    const items: Value[] = [];
    try {
      for (;;) {
        const next = iterator.next(this);
        if (next === undefined) return items;
        items.push(next);
        this.step();
        if (items.length > budget.elements) throw new Stopped(this.unknown('this iterates without end'), 'steps');
      }
    } catch (error) {
      if (error instanceof UnknownFlow) return error.unknown;
      throw error;
    }
  }

  str(value: Value): string | Unknown {
    if (typeof value === 'string') return value;
    if (isUnknown(value)) return value;
    return this.text(value, '__str__') ?? this.text(value, '__repr__') ?? strBuiltin(value, this);
  }
  repr(value: Value): string | Unknown {
    if (isUnknown(value)) return value;
    return this.text(value, '__repr__') ?? reprBuiltin(value, this);
  }
  private text(value: Value, method: '__str__' | '__repr__'): string | Unknown | undefined {
    if (isNative(value))
      return (method === '__str__' ? value.type.str?.(value, this) : undefined) ?? value.type.repr?.(value, this);
    const special = this.override_(value, method);
    if (special === undefined) return undefined;
    const result = this.call(special);
    return typeof result === 'string' || isUnknown(result)
      ? result
      : this.unknown(`${method} gives no text that can be known`);
  }

  hashKey(value: Value): HashKey | undefined {
    if (typeof value === 'string') return value;
    if (isUnknown(value)) return undefined;
    if (isNative(value)) return value.type.hashKey ? value.type.hashKey(value) : value;
    if (typeof value === 'object' && value?.kind === 'instance' && value.primitive === undefined) {
      const special = this.override_(value, '__hash__');
      if (special !== undefined && special !== null && this.override_(value, '__eq__') !== undefined) {
        const hash = this.call(special);
        return typeof hash === 'number' || typeof hash === 'bigint'
          ? `\0hash ${value.cls.qualname} ${hash}`
          : undefined;
      }
      return value;
    }
    return hashBuiltin(plain(value), this);
  }

  typeOf(value: Value): PyClass {
    if (typeof value === 'object' && value !== null) {
      switch (value.kind) {
        case 'instance':
          return value.cls;
        case 'native':
          return value.type.cls(value);
        case 'list':
        case 'dict':
        case 'set':
        case 'tuple':
          if (value.cls) return value.cls;
          break;
        case 'class':
          if (value.metaclass) return value.metaclass;
          break;
        case 'unknown':
          return value.cls ?? this.builtinClass('object');
        default:
          break;
      }
    }
    return classOf(value);
  }

  isInstance(value: Value, cls: Value): boolean | null {
    if (typeof cls === 'object' && cls?.kind === 'tuple')
      return any(cls.items.map((item) => this.isInstance(value, item)));
    if (isUnknown(cls)) return null;
    if (typeof cls === 'object' && cls !== null && cls.kind !== 'class') {
      const parts = this.unionMembers(cls);
      if (parts) return any(parts.map((item) => this.isInstance(value, item)));
    }
    if (isUnknown(value))
      return value.cls && typeof cls === 'object' && cls?.kind === 'class' && value.cls.mro.includes(cls) ? true : null;
    if (typeof cls === 'object' && cls?.kind === 'class') {
      const own = this.typeOf(value);
      if (own === cls || own.mro.includes(cls)) return true;
      const special = this.override_(cls, '__instancecheck__');
      if (special !== undefined) {
        const truth = this.truth(this.call(special, [value]));
        return typeof truth === 'boolean' ? truth : null;
      }
      const is = this.isSubclass(own, cls);
      return is === false ? this.claimsClass(value, cls) : is;
    }
    if (cls === null) return value === null;
    this.raise('TypeError', 'isinstance() arg 2 must be a type, a tuple of types, or a union');
  }

  /** Whether an object says by a property `__class__` that it is of a class: stand-ins for other objects do. */
  private claimsClass(value: Value, cls: PyClass): boolean | null {
    if (typeof value !== 'object' || value?.kind !== 'instance') return false;
    const property = lookup(this, value.cls, '__class__');
    if (typeof property !== 'object' || property?.kind !== 'descriptor') return false;
    const claimed = getAttribute(this, value, '__class__');
    return claimed === undefined ? false : this.isSubclass(claimed, cls);
  }

  /** Members of `A | B` and `Union[A, B]`. */
  private unionMembers(value: Value): readonly Value[] | undefined {
    const args = getAttribute(this, value, '__args__');
    return typeof args === 'object' && args?.kind === 'tuple' ? args.items : undefined;
  }

  isSubclass(cls: Value, parent: Value): boolean | null {
    if (isUnknown(cls) || isUnknown(parent)) return null;
    if (typeof parent === 'object' && parent?.kind === 'tuple')
      return any(parent.items.map((item) => this.isSubclass(cls, item)));
    if (typeof cls !== 'object' || cls?.kind !== 'class') this.raise('TypeError', 'issubclass() arg 1 must be a class');
    if (typeof parent !== 'object' || parent?.kind !== 'class') {
      const parts = this.unionMembers(parent);
      if (parts) return any(parts.map((item) => this.isSubclass(cls, item)));
      this.raise('TypeError', 'issubclass() arg 2 must be a class, a tuple of classes, or a union');
    }
    if (cls.mro.includes(parent)) return true;
    const hook = parent.namespace.get('__subclasshook__');
    if (hook !== undefined) {
      const result = this.call(this.requireAttribute(parent, '__subclasshook__'), [cls]);
      if (typeof result === 'boolean') return result;
    }
    return cls.unknownBase ? null : false;
  }

  isCallable(value: Value): boolean | null {
    if (isUnknown(value)) return null;
    if (typeof value !== 'object' || value === null) return false;
    switch (value.kind) {
      case 'function':
      case 'builtin':
      case 'method':
      case 'class':
        return true;
      case 'native':
        return value.type.call !== undefined;
      case 'instance':
        return lookup(this, value.cls, '__call__') !== undefined ? true : value.cls.unknownBase ? null : false;
      default:
        return false;
    }
  }

  missingKey(dict: PyDict, key: Value): boolean {
    if (typeof key !== 'string' || this.heap.depth === 0 || this.heap.madeIn(dict) >= 0) return false;
    const isThere = (): boolean => {
      const hash = this.hashKey(key);
      return hash !== undefined && dict.entries.has(hash);
    };
    this.importer.fillRegistries(dict, key, isThere);
    // A registry's keys may be put together from parts, so that no text holds them.
    if (!isThere()) this.importer.readWhole(dict);
    return isThere();
  }

  private completed(value: Value): void {
    if (typeof value === 'object' && (value?.kind === 'dict' || value?.kind === 'list' || value?.kind === 'set'))
      this.importer.readWhole(value);
  }
  readWhole(container: PyDict | PyList | PySet): void {
    this.importer.readWhole(container);
  }

  // ------------------------------------------------- errors and assumptions

  raise(type: string, message: string): never {
    this.raiseValue(this.instance(this.builtinClass(type), [['args', this.tuple([message])]]));
  }
  raiseValue(exception: Value): never {
    const value = typeof exception === 'object' && exception?.kind === 'class' ? this.call(exception) : exception;
    throw new PyRaise(value, this.place, this.stack);
  }
  assume(text: string, place: Place | null = this.place): void {
    if (this.assumptions.length < 200 && !this.assumptions.some((known) => known.text === text))
      this.assumptions.push({ text, place });
  }

  measured<T>(action: () => T): { readonly value: T; readonly steps: number; readonly assumptions: number } {
    const { steps, assumptions: outer } = this;
    const own: Assumption[] = [];
    this.assumptions = own;
    try {
      const value = action();
      return { value, steps: this.steps - steps, assumptions: own.length };
    } finally {
      this.assumptions = outer;
      for (const { text, place } of own) this.assume(text, place);
    }
  }

  /** Whether two values are the same for a location that has both. */
  join(a: Value | undefined, b: Value | undefined, reason: Unknown): Value | undefined {
    if (a === b) return a;
    if (a === undefined || b === undefined) return reason;
    if (isUnknown(a)) return a;
    if (isUnknown(b)) return b;
    if (isNative(a) && isNative(b) && a.type === b.type) return a.type.join?.(a, b, this) ?? reason;
    if (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null) {
      if (a.kind === 'tuple' && b.kind === 'tuple' && a.cls === b.cls && a.items.length === b.items.length)
        return {
          kind: 'tuple',
          cls: a.cls,
          items: a.items.map((item, i) => {
            const joined = this.join(item, b.items[i], reason);
            return joined === undefined ? reason : joined;
          }),
        };
      if (a.kind === 'float' && b.kind === 'float' && Object.is(a.value, b.value)) return a;
      if (a.kind === 'symint' && b.kind === 'symint' && a.key === b.key) return a;
      if (a.kind === 'method' && b.kind === 'method' && a.self === b.self && a.func === b.func) return a;
    }
    const x = this.typeOf(a);
    return x === this.typeOf(b) ? { ...reason, cls: x } : reason;
  }

  escape(value: Value, reason: Unknown): void {
    const seen = new Set<Value>();
    const visit = (item: Value): void => {
      if (typeof item !== 'object' || item === null || seen.has(item)) return;
      seen.add(item);
      switch (item.kind) {
        case 'list':
          this.heap.touch(item);
          item.taint ??= reason;
          item.items.forEach(visit);
          break;
        case 'dict':
          this.heap.touch(item);
          item.taint ??= reason;
          for (const entry of item.entries.values()) visit(entry.value);
          break;
        case 'set':
          if (item.frozen) break;
          this.heap.touch(item);
          item.taint ??= reason;
          for (const entry of item.entries.values()) visit(entry);
          break;
        case 'tuple':
          item.items.forEach(visit);
          break;
        case 'instance':
          if (item.primitive !== undefined || isException(item.cls)) break;
          this.heap.touch(item);
          item.taint ??= reason;
          for (const attribute of item.attrs.values()) visit(attribute);
          break;
        case 'native':
          this.heap.touch(item);
          item.taint ??= reason;
          break;
        case 'method':
          visit(item.self);
          break;
        default:
          // Nothing that can change hangs below it.
          break;
      }
    };
    visit(value);
  }

  /** The action's value, or `undefined` when it raises an exception of the builtin class `type`. */
  catching(type: string, action: () => Value, onCaught?: (error: PyRaise) => void): Value | undefined {
    const frames = this.frames.length;
    try {
      return action();
    } catch (error) {
      if (!(error instanceof PyRaise) || !error.cls || !error.cls.mro.includes(this.builtinClass(type))) throw error;
      this.frames.length = frames;
      onCaught?.(error);
      return undefined;
    }
  }

  // ---------------------------------------------------------------- lookup

  builtinClass(name: string): PyClass {
    const cls = builtinClasses.get(name);
    if (!cls) throw new Error(`no builtin class ${name}`);
    return cls;
  }
  builtin(name: string): Value | undefined {
    return builtins.get(name);
  }
  importModule(name: string): PyModule | Unknown {
    return this.importer.import(name);
  }
  importVisible(name: string): Value {
    return this.importer.visible(this.importer.import(name));
  }
  importFile(path: string): Value {
    return this.importer.importFile(path) ?? this.unknown(`the file '${path}' is not in the project`);
  }
  readFile(path: string): string | undefined {
    const found = this.importer.locate(path, (candidate) => this.project.provider.isFile(candidate));
    return found === undefined ? undefined : this.project.text(found);
  }
  fileKind(path: string): 'file' | 'folder' | null {
    const { provider } = this.project;
    if (this.importer.locate(path, (candidate) => provider.isFile(candidate)) !== undefined) return 'file';
    return this.importer.locate(path, (candidate) => provider.isDirectory(candidate)) !== undefined ? 'folder' : null;
  }
  folderNames(path: string): readonly string[] | undefined {
    const found = this.importer.locate(path, (candidate) => this.project.provider.isDirectory(candidate));
    return found === undefined ? undefined : this.project.names(found);
  }
  evaluateText(text: string, mode: 'eval' | 'exec', globals: PyDict | null, locals: PyDict | null): Value {
    return evaluateText(this, text, mode, globals, locals);
  }
  moduleExists(name: string): boolean {
    return this.importer.exists(name);
  }
  installedVersion(name: string): string | undefined {
    return this.importer.installedVersion(name);
  }
  addSearchFolder(path: string): void {
    this.importer.addSearchFolder(path);
  }
  replaceModule(name: string, value: Value): void {
    this.importer.replace(name, value);
  }
  unknownBase(value: Value, what: string): Unknown {
    const cls = this.typeOf(value);
    const base = cls.unknownBase;
    return base
      ? { ...base, reason: `${what} of ${cls.name} may come from a base class that is not known (${base.reason})` }
      : this.unknown(`${what} is not known`);
  }
}

/** What JavaScript says of texts, arrays and whole numbers that no memory could hold. */
const TOO_LARGE =
  /invalid (?:array|string|typed array) length|invalid count value|maximum bigint size|allocation failed/i;

export function placeOf(frame: Frame): Place | null {
  const { node } = frame;
  return node ? { file: frame.file, start: node.start, end: node.end } : null;
}

function any(results: readonly (boolean | null)[]): boolean | null {
  return results.includes(true) ? true : results.includes(null) ? null : false;
}

/** The builtin value inside an instance of a `str`/`int`/`float` subclass. */
function plain(value: Value): Value {
  return typeof value === 'object' && value?.kind === 'instance' && value.primitive !== undefined
    ? value.primitive
    : value;
}

export function hasUnknownBase(value: Value): boolean {
  return typeof value === 'object' && value?.kind === 'instance' && value.cls.unknownBase !== null;
}

export function isException(cls: PyClass): boolean {
  return cls.mro.some((parent) => parent.name === 'BaseException' && parent.module === 'builtins');
}

function isSubclassInstance(right: Value, left: Value): boolean {
  if (typeof right !== 'object' || right?.kind !== 'instance' || typeof left !== 'object' || left?.kind !== 'instance')
    return false;
  return right.cls !== left.cls && right.cls.mro.includes(left.cls);
}
