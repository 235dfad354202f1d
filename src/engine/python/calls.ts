/** Calling: functions of the analysed code, builtins, classes, instances with `__call__`, natives, and what isn't known. */
import type { FunctionDef } from '../syntax/index.js';
import { allocate, bind, isBuiltinClass, lookup } from './attributes.js';
import { budget } from './budget.js';
import { createClassFrom } from './classes.js';
import { because, isData } from './coerce.js';
import { PyRaise, Stopped } from './errors.js';
import { evaluate } from './expressions.js';
import type { Frame } from './frame.js';
import { makeGenerator } from './generators.js';
import { hasUnknownBase, isUnknown, type Interpreter } from './interpreter.js';
import { finishFrame } from './branches.js';
import { execBlock } from './statements.js';
import type { Env, PyBoundMethod, PyClass, PyFunction, Unknown, Value } from './value.js';
import { tellParameters } from './watcher.js';

export function call(
  interpreter: Interpreter,
  callee: Value,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Value {
  interpreter.step();
  if (typeof callee === 'object' && callee !== null) {
    switch (callee.kind) {
      case 'function':
        if (callee.around)
          return callee.around(args, kwargs, interpreter, () => callFunction(interpreter, callee, args, kwargs));
        return callFunction(interpreter, callee, args, kwargs);
      case 'builtin':
        return newUnknown(callee.call(args, kwargs, interpreter), args, kwargs);
      case 'method':
        return call(interpreter, callee.func, [callee.self, ...args], kwargs);
      case 'class':
        return callClass(interpreter, callee, args, kwargs);
      case 'unknown':
        return callUnknown(interpreter, callee, args, kwargs);
      case 'native':
        if (callee.type.call) return callee.type.call(callee, args, kwargs, interpreter);
        break;
      case 'instance': {
        const method = lookup(interpreter, callee.cls, '__call__');
        if (method !== undefined) {
          const bound = interpreter.special(callee, '__call__');
          if (bound !== undefined) return call(interpreter, bound, args, kwargs);
        }
        if (hasUnknownBase(callee))
          return callUnknown(interpreter, interpreter.unknownBase(callee, '__call__'), args, kwargs);
        break;
      }
      case 'descriptor':
        if (callee.type === 'staticmethod') return call(interpreter, callee.get, args, kwargs);
        break;
      default:
        break;
    }
  }
  interpreter.raise('TypeError', `'${interpreter.typeOf(callee).name}' object is not callable`);
}

/** A builtin that answers with an argument that is not known gives its reason, not a value of its class. */
function newUnknown(result: Value, args: readonly Value[], kwargs: ReadonlyMap<string, Value>): Value {
  if (!isUnknown(result) || (!result.cls && !result.data && result.prefix === undefined)) return result;
  if (args.includes(result)) return because(result);
  for (const value of kwargs.values()) if (value === result) return because(result);
  return result;
}

/** The result is not known, and neither is what the callee may have reached. */
export function callUnknown(
  interpreter: Interpreter,
  callee: Unknown,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Unknown {
  const reason: Unknown = { kind: 'unknown', reason: callee.reason, place: callee.place ?? interpreter.place };
  interpreter.unseen ??= reason;
  for (const value of args) interpreter.escape(value, reason);
  for (const value of kwargs.values()) interpreter.escape(value, reason);
  // What a method of plain data gives is data, unless it is something that was handed in.
  return isData(callee) && [...args, ...kwargs.values()].every(isPlainArgument) ? { ...reason, data: true } : reason;
}

function isPlainArgument(value: Value): boolean {
  return isUnknown(value) ? isData(value) : typeof value !== 'object' || value === null || value.kind === 'float';
}

/** Why it is not known what the parameters get that are not given for certain: by a `*x`, by a `**x`. */
export interface UnknownArguments {
  readonly positional: Unknown | null;
  readonly keyword: Unknown | null;
}

const UNKNOWN_ARGUMENTS = 'the arguments are not known';

/** A call of which only some arguments are known: the others are unknown inside functions that can be followed. */
export function callInPart(
  interpreter: Interpreter,
  callee: Value,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  unknown: UnknownArguments,
): Value {
  interpreter.step();
  if (typeof callee === 'object' && callee !== null) {
    switch (callee.kind) {
      case 'function':
        return callFunction(interpreter, callee, args, kwargs, unknown);
      case 'method':
        if (isFollowed(callee.func))
          return callInPart(interpreter, callee.func, [callee.self, ...args], kwargs, unknown);
        break;
      case 'descriptor':
        if (callee.type === 'staticmethod') return callInPart(interpreter, callee.get, args, kwargs, unknown);
        break;
      case 'class': {
        const init = lookup(interpreter, callee, '__init__');
        const plain =
          !callee.metaclass &&
          callee.layout === 'object' &&
          lookup(interpreter, callee, '__new__') === undefined &&
          !callee.mro.some((parent) => parent.construct);
        if (!plain || init === undefined || !isFollowed(init)) break;
        const self = allocate(interpreter, callee, args, kwargs);
        callInPart(interpreter, init, [self, ...args], kwargs, unknown);
        return self;
      }
      default:
        break;
    }
  }
  const cause = unknown.positional ?? unknown.keyword;
  const why = cause?.reason ?? '';
  const reason = interpreter.unknown(why.startsWith(UNKNOWN_ARGUMENTS) ? why : `${UNKNOWN_ARGUMENTS}: ${why}`);
  const result = callUnknown(interpreter, { ...reason, place: cause?.place ?? reason.place }, args, kwargs);
  // A method may change what it belongs to; a tensor's says so by its name.
  if (typeof callee === 'object' && callee?.kind === 'method' && mayChange(callee))
    interpreter.escape(callee.self, result);
  return result;
}

const isFollowed = (callee: Value): boolean =>
  typeof callee === 'object' && (callee?.kind === 'function' || callee?.kind === 'method');

function mayChange({ self, func }: PyBoundMethod): boolean {
  const name = typeof func === 'object' && func?.kind === 'builtin' ? func.name : '';
  const native = typeof self === 'object' && self?.kind === 'native';
  return name !== '__call__' && (!native || (name.endsWith('_') && !name.endsWith('__')));
}

/** Binds what is known; everything that the unknown arguments may have given is unknown. */
function bindInPart(
  interpreter: Interpreter,
  func: PyFunction,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  { positional, keyword }: UnknownArguments,
  into: Map<string, Value>,
): void {
  const { params } = func.node;
  let position = 0;
  for (const param of params) {
    const known = param.form === 'positionalOnly' ? undefined : kwargs.get(param.name);
    const fallback = func.defaults.get(param.name);
    const reason =
      (param.form === 'keywordOnly' ? null : positional) ?? (param.form === 'positionalOnly' ? null : keyword);
    switch (param.form) {
      case 'star':
        if (param.name !== '') into.set(param.name, positional ?? interpreter.tuple(args.slice(position)));
        break;
      case 'doubleStar': {
        const named = new Set(
          params.filter(({ form }) => form === 'normal' || form === 'keywordOnly').map(({ name }) => name),
        );
        const rest = interpreter.dict([...kwargs].filter(([name]) => !named.has(name)));
        rest.taint = keyword;
        into.set(param.name, rest);
        break;
      }
      default:
        if (param.form !== 'keywordOnly' && position < args.length) into.set(param.name, args[position++] as Value);
        else if (known !== undefined) into.set(param.name, known);
        else if (reason) into.set(param.name, reason);
        else if (fallback !== undefined) into.set(param.name, fallback);
        else raiseMissing(interpreter, func, [param.name]);
    }
  }
}

/** Binds arguments as CPython does. @throws PyRaise TypeError in CPython's words. */
function bindArguments(
  interpreter: Interpreter,
  func: PyFunction,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  into: Map<string, Value>,
): void {
  const { params } = func.node;
  let position = 0;
  let keywords = 0;
  let positionalCount = 0;
  let star = false;
  let doubleStar: string | null = null;
  let missing: string[] | null = null;
  for (const param of params) {
    switch (param.form) {
      case 'star':
        star = true;
        if (param.name !== '') into.set(param.name, interpreter.tuple(args.slice(position)));
        else if (position < args.length) star = false;
        if (param.name !== '') position = Math.max(position, args.length);
        continue;
      case 'doubleStar':
        doubleStar = param.name;
        continue;
      case 'normal':
      case 'positionalOnly':
        positionalCount++;
        if (position < args.length) {
          if (param.form === 'normal' && kwargs.has(param.name))
            interpreter.raise('TypeError', `${func.qualname}() got multiple values for argument '${param.name}'`);
          into.set(param.name, args[position++] as Value);
          continue;
        }
        break;
      case 'keywordOnly':
        break;
    }
    const keyword = param.form === 'positionalOnly' ? undefined : kwargs.get(param.name);
    if (keyword !== undefined) {
      into.set(param.name, keyword);
      keywords++;
      continue;
    }
    const fallback = func.defaults.get(param.name);
    if (fallback !== undefined) into.set(param.name, fallback);
    else (missing ??= []).push(param.name);
  }
  if (doubleStar !== null) {
    const rest: (readonly [Value, Value])[] = [];
    if (keywords < kwargs.size) {
      const named = new Set(
        params.filter((param) => param.form === 'normal' || param.form === 'keywordOnly').map((param) => param.name),
      );
      for (const [name, value] of kwargs) if (!named.has(name)) rest.push([name, value]);
    }
    into.set(doubleStar, interpreter.dict(rest));
  } else if (keywords < kwargs.size) {
    const named = new Set(
      params.filter((param) => param.form === 'normal' || param.form === 'keywordOnly').map((param) => param.name),
    );
    const extra = [...kwargs.keys()].find((name) => !named.has(name));
    if (extra !== undefined)
      interpreter.raise('TypeError', `${func.qualname}() got an unexpected keyword argument '${extra}'`);
  }
  if (position < args.length && !star) {
    const optional = params.filter(
      (param) => (param.form === 'normal' || param.form === 'positionalOnly') && func.defaults.has(param.name),
    ).length;
    const takes = optional > 0 ? `from ${positionalCount - optional} to ${positionalCount}` : String(positionalCount);
    interpreter.raise(
      'TypeError',
      `${func.qualname}() takes ${takes} positional argument${positionalCount === 1 && optional === 0 ? '' : 's'} but ${args.length} ${args.length === 1 ? 'was' : 'were'} given`,
    );
  }
  if (missing) raiseMissing(interpreter, func, missing);
}

/** Positional arguments are named before keyword-only ones. */
function raiseMissing(interpreter: Interpreter, func: PyFunction, missing: readonly string[]): never {
  const keywordOnly = new Set(
    func.node.params.filter((param) => param.form === 'keywordOnly').map((param) => param.name),
  );
  const positional = missing.filter((name) => !keywordOnly.has(name));
  const named = positional.length > 0 ? positional : missing;
  const quoted = named.map((name) => `'${name}'`);
  const list =
    quoted.length > 2
      ? `${quoted.slice(0, -1).join(', ')}, and ${quoted[quoted.length - 1] ?? ''}`
      : quoted.join(' and ');
  interpreter.raise(
    'TypeError',
    `${func.qualname}() missing ${named.length} required ${positional.length > 0 ? 'positional' : 'keyword-only'} argument${named.length === 1 ? '' : 's'}: ${list}`,
  );
}

/**
 * Whether a function is being called by itself, over and over, each time behind another condition that can't be decided: nothing
 * would end that, and each round takes as long as all before it.
 */
function recursesBlindly(interpreter: Interpreter, func: PyFunction): boolean {
  let forks = interpreter.heap.depth;
  let rounds = 0;
  for (let i = interpreter.frames.length - 1; i >= 0; i--) {
    const frame = interpreter.frames[i];
    if (frame?.scope !== func.node.scope || frame.forks >= forks) continue;
    forks = frame.forks;
    if (++rounds === budget.recursion) return true;
  }
  return false;
}

function callFunction(
  interpreter: Interpreter,
  func: PyFunction,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  unknown: UnknownArguments | null = null,
): Value {
  if (interpreter.frames.length >= budget.depth) {
    interpreter.raise('RecursionError', 'maximum recursion depth exceeded');
  }
  const { node } = func;
  const { heap } = interpreter;
  if (heap.depth >= budget.recursion && recursesBlindly(interpreter, func))
    return callUnknown(
      interpreter,
      interpreter.unknown(`'${func.qualname}' calls itself under conditions that are not known`),
      [...args, func],
      kwargs,
    );
  const vars = new Map<string, Value>();
  if (unknown) bindInPart(interpreter, func, args, kwargs, unknown, vars);
  else bindArguments(interpreter, func, args, kwargs, vars);
  const env: Env = { vars, parent: func.closure, saved: heap.epoch, taint: null };
  const frame: Frame = {
    kind: 'function',
    name: func.qualname,
    file: func.module.file ?? (interpreter.frame?.file as Frame['file']),
    module: func.module,
    scope: node.scope,
    locals: vars,
    owner: env,
    closure: func.closure,
    env,
    ownerClass: func.ownerClass,
    self: args[0],
    node: null,
    pending: [],
    forks: heap.depth,
    methods: null,
    handling: null,
    isGenerator: node.scope.isGenerator,
    yielded: null,
    importGuards: 0,
  };
  if (node.scope.isGenerator) return makeGenerator(interpreter, frame, node as FunctionDef);
  if (interpreter.watcher) tellParameters(interpreter.watcher, frame, node);
  interpreter.frames.push(frame);
  const depth = interpreter.frames.length;
  const forks = heap.depth;
  try {
    return node.kind === 'Lambda' ? evaluate(interpreter, frame, node.body) : runBody(interpreter, frame, node, forks);
  } finally {
    interpreter.frames.length = depth - 1;
  }
}

function runBody(interpreter: Interpreter, frame: Frame, node: FunctionDef, forks: number): Value {
  try {
    const completion = execBlock(interpreter, frame, node.body);
    if (frame.pending.length === 0) return completion?.type === 'return' ? completion.value : null;
    return finishFrame(interpreter, frame, completion ?? { type: 'return', value: null });
  } catch (error) {
    if (error instanceof PyRaise && frame.pending.length > 0) {
      interpreter.assume(`it does not come to ${error.message}`);
      return finishFrame(interpreter, frame, null);
    }
    if (!(error instanceof Stopped)) heap_unwind(interpreter, forks, frame);
    throw error;
  }
}

/** An exception leaves the function: what happened under the conditions that were not decided stays as it is now. */
function heap_unwind(interpreter: Interpreter, forks: number, frame: Frame): void {
  if (frame.pending.length > 0) interpreter.heap.unwind(forks);
}

export function callClass(
  interpreter: Interpreter,
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Value {
  if (cls.metaclass) {
    const custom = lookup(interpreter, cls.metaclass, '__call__');
    if (
      custom !== undefined &&
      typeof custom === 'object' &&
      (custom?.kind === 'function' || custom?.kind === 'builtin') &&
      !(custom.kind === 'builtin' && custom.qualname === 'type.__call__')
    )
      return call(interpreter, custom, [cls, ...args], kwargs);
  }
  return instantiate(interpreter, cls, args, kwargs);
}

/** `type.__call__`: `__new__`, then `__init__`. */
export function instantiate(
  interpreter: Interpreter,
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Value {
  const made = construct(interpreter, cls, args, kwargs);
  if (!isUnknown(made)) return made;
  // `int(x)` is an integer, whatever x may be.
  const certain = CONVERSIONS.has(cls.name) && isBuiltinClass(cls);
  return certain ? { ...because(made), cls } : newUnknown(made, args, kwargs);
}

const CONVERSIONS = new Set(['int', 'float', 'bool', 'str', 'bytes', 'list', 'tuple', 'dict', 'set', 'frozenset']);

function construct(
  interpreter: Interpreter,
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Value {
  if (cls.layout === 'type' && args.length === 3)
    return createClassFrom(interpreter, cls, args[0] ?? null, args[1] ?? null, args[2] ?? null, kwargs);
  const create = lookup(interpreter, cls, '__new__');
  const init = lookup(interpreter, cls, '__init__');
  let self: Value;
  if (create !== undefined) {
    const raw = typeof create === 'object' && create?.kind === 'descriptor' ? create.get : create;
    self = call(interpreter, raw, [cls, ...args], kwargs);
    if (isUnknown(self)) return self;
    if (interpreter.isInstance(self, cls) !== true) return self;
  } else {
    const maker = cls.mro.findIndex((parent) => parent.construct);
    const native = maker < 0 ? undefined : cls.mro[maker]?.construct;
    if (native) {
      const initAt = cls.mro.findIndex((parent) => parent.namespace.has('__init__'));
      const ownInit = initAt >= 0 && initAt < maker;
      if (!ownInit) return native(cls, args, kwargs, interpreter);
      self = allocate(interpreter, cls, args, kwargs);
    } else {
      if (init === undefined && (args.length > 0 || kwargs.size > 0) && cls.layout === 'object' && !cls.unknownBase)
        interpreter.raise('TypeError', `${cls.name}() takes no arguments`);
      self = allocate(interpreter, cls, args, kwargs);
    }
  }
  if (init !== undefined) {
    // `__init__ = partialmethod(Base.__init__, …)`
    if (typeof init === 'object' && init?.kind === 'instance')
      call(interpreter, bind(interpreter, init, self, cls), args, kwargs);
    else call(interpreter, init, [self, ...args], kwargs);
  } else if (cls.unknownBase) {
    for (const value of args) interpreter.escape(value, cls.unknownBase);
    for (const value of kwargs.values()) interpreter.escape(value, cls.unknownBase);
  }
  return self;
}
