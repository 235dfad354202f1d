/** The value of an expression. */
import type {
  Argument,
  CallExpr,
  ComprehensionExpr,
  Expr,
  FStringField,
  LambdaExpr,
  NumberExpr,
  Scope,
} from '../syntax/index.js';
import { joinUnknownValues } from './branches.js';
import { callInPart, type UnknownArguments } from './calls.js';
import { UnknownFlow } from './errors.js';
import { formatBuiltin } from './format.js';
import type { Frame } from './frame.js';
import { comprehensionGenerator } from './generators.js';
import { NO_KWARGS } from './coerce.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { assign } from './statements.js';
import type { Env, PyDict, PyFunction, PyIterator, Unknown, Value } from './value.js';

const ELLIPSIS: Value = { kind: 'singleton', name: 'Ellipsis' };

export function evaluate(interpreter: Interpreter, frame: Frame, node: Expr): Value {
  interpreter.step();
  switch (node.kind) {
    case 'Name': {
      const value = readName(interpreter, frame, node);
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(node, value);
      return value;
    }
    case 'Attribute': {
      const object = evaluate(interpreter, frame, node.value);
      frame.node = node;
      return interpreter.requireAttribute(object, node.attr);
    }
    case 'Call': {
      const value = evaluateCall(interpreter, frame, node);
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(node, value);
      return value;
    }
    case 'Number':
      return numberValue(node);
    case 'String':
      return node.bytes ? { kind: 'bytes', value: node.value } : node.value;
    case 'Constant':
      return node.value === 'Ellipsis' ? ELLIPSIS : node.value;
    case 'Subscript': {
      const object = evaluate(interpreter, frame, node.value);
      const index = evaluate(interpreter, frame, node.index);
      frame.node = node;
      return interpreter.getItem(object, index);
    }
    case 'Binary': {
      const left = evaluate(interpreter, frame, node.left);
      const right = evaluate(interpreter, frame, node.right);
      frame.node = node;
      const value = interpreter.binaryOp(node.op, left, right, false);
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(node, value);
      return value;
    }
    case 'Compare':
      return evaluateCompare(interpreter, frame, node);
    case 'Tuple': {
      const spread: { unknown?: Unknown } = {};
      const items = evaluateItems(interpreter, frame, node.elements, spread);
      return spread.unknown ?? interpreter.tuple(items);
    }
    case 'List': {
      const spread: { unknown?: Unknown } = {};
      const list = interpreter.list(evaluateItems(interpreter, frame, node.elements, spread));
      if (spread.unknown) list.taint = spread.unknown;
      return list;
    }
    case 'BoolOp': {
      let value: Value = null;
      for (let i = 0; i < node.values.length; i++) {
        value = evaluate(interpreter, frame, node.values[i] as Expr);
        if (i === node.values.length - 1) return value;
        const truth = interpreter.truth(value);
        if (typeof truth !== 'boolean') return undecidedBoolOp(interpreter, frame, node, i, value, truth);
        if (truth === (node.op === 'or')) return value;
      }
      return value;
    }
    case 'Conditional': {
      const truth = evaluateCondition(interpreter, frame, node.test);
      if (typeof truth === 'boolean') return evaluate(interpreter, frame, truth ? node.body : node.orelse);
      frame.node = node.test;
      return joinUnknownValues(interpreter, frame, truth, [
        () => evaluate(interpreter, frame, node.body),
        () => evaluate(interpreter, frame, node.orelse),
      ]);
    }
    case 'Unary': {
      const operand = evaluate(interpreter, frame, node.operand);
      frame.node = node;
      return interpreter.unary(node.op, operand);
    }
    case 'Dict': {
      const entries: (readonly [Value, Value])[] = [];
      let taint: Unknown | null = null;
      for (const { key: written, value } of node.entries) {
        if (written) {
          const name = evaluate(interpreter, frame, written);
          entries.push([name, evaluate(interpreter, frame, value)]);
          continue;
        }
        const mapping = mappingEntries(interpreter, evaluate(interpreter, frame, value));
        if (isUnknown(mapping)) {
          taint ??= mapping;
          // It may hold any of the keys before it.
          entries.forEach(([key], i) => (entries[i] = [key, mapping]));
        } else entries.push(...mapping);
      }
      const dict = interpreter.dict(entries);
      dict.taint ??= taint;
      return dict;
    }
    case 'Set':
      return interpreter.set(evaluateItems(interpreter, frame, node.elements));
    case 'FString':
      return evaluateFString(interpreter, frame, node.parts);
    case 'Lambda':
      return makeFunction(interpreter, frame, node, '<lambda>', '<lambda>');
    case 'Comprehension':
      return evaluateComprehension(interpreter, frame, node);
    case 'Slice':
      return {
        kind: 'slice',
        start: node.lower ? evaluate(interpreter, frame, node.lower) : null,
        stop: node.upper ? evaluate(interpreter, frame, node.upper) : null,
        step: node.step ? evaluate(interpreter, frame, node.step) : null,
      };
    case 'Named': {
      const value = evaluate(interpreter, frame, node.value);
      assign(interpreter, walrusFrame(frame), node.target, value);
      return value;
    }
    case 'Await':
      return evaluate(interpreter, frame, node.value);
    case 'Yield': {
      const value = frame.yielded?.get(node);
      if (value !== undefined) return value;
      throw new UnknownFlow(interpreter.unknown('a yield stands where it can not be followed'));
    }
    case 'Starred':
      return evaluate(interpreter, frame, node.value);
    case 'InvalidExpr':
      frame.node = node;
      return interpreter.unknown(`the code here is not complete: ${node.message}`);
  }
}

function numberValue(node: NumberExpr): Value {
  if (node.type === 'int') return node.value;
  if (node.type === 'float') return { kind: 'float', value: Number(node.value) };
  return { kind: 'complex', re: 0, im: Number(node.value) };
}

/** A walrus inside a comprehension binds in the function around it. */
function walrusFrame(frame: Frame): Frame {
  return frame.outer ? walrusFrame(frame.outer) : frame;
}

function undecidedBoolOp(
  interpreter: Interpreter,
  frame: Frame,
  node: Extract<Expr, { kind: 'BoolOp' }>,
  at: number,
  value: Value,
  truth: Unknown,
): Value {
  return joinUnknownValues(interpreter, frame, truth, [
    () => value,
    () => evaluate(interpreter, frame, { ...node, values: node.values.slice(at + 1) }),
  ]);
}

/**
 * The truth of an expression in a condition, in three-valued logic: `unknown and False` is false, `unknown or True` is true,
 * whatever value the unknown stands for.
 */
export function evaluateCondition(interpreter: Interpreter, frame: Frame, node: Expr): boolean | Unknown {
  if (node.kind === 'Unary' && node.op === 'not') {
    const truth = evaluateCondition(interpreter, frame, node.operand);
    return typeof truth === 'boolean' ? !truth : truth;
  }
  if (node.kind !== 'BoolOp') return interpreter.truth(evaluate(interpreter, frame, node));
  const decisive = node.op === 'or';
  let undecided: Unknown | null = null;
  for (const operand of node.values) {
    let truth: boolean | Unknown;
    if (undecided) {
      // Python may not come to evaluate this operand: nothing it does may stay.
      let found: boolean | Unknown = undecided;
      joinUnknownValues(interpreter, frame, undecided, [
        () => {
          found = evaluateCondition(interpreter, frame, operand);
          return null;
        },
        () => null,
      ]);
      truth = found;
    } else truth = evaluateCondition(interpreter, frame, operand);
    if (truth === decisive) return decisive;
    if (typeof truth !== 'boolean') undecided ??= truth;
  }
  return undecided ?? !decisive;
}

export function readName(interpreter: Interpreter, frame: Frame, node: Extract<Expr, { kind: 'Name' }>): Value {
  const { id } = node;
  const value = lookupName(interpreter, frame, id);
  if (value !== undefined) return value;
  frame.node = node;
  const late = interpreter.importer.lateGlobal(frame.module, id);
  if (late !== undefined) return late;
  interpreter.importer.checkCircularGlobal(frame.module, id);
  if (frame.kind !== 'module' && frame.scope.locals.has(id) && frame.kind === 'function')
    interpreter.raise(
      'UnboundLocalError',
      `cannot access local variable '${id}' where it is not associated with a value`,
    );
  if (interpreter.undefinedNames === 'unknown') return interpreter.unknown(`the name '${id}' is not defined here`);
  interpreter.raise('NameError', `name '${id}' is not defined`);
}

export function lookupName(interpreter: Interpreter, frame: Frame, id: string): Value | undefined {
  const { scope } = frame;
  if (frame.kind !== 'module' && !scope.globals.has(id)) {
    if (scope.locals.has(id) && !scope.nonlocals.has(id)) {
      const own = frame.locals.get(id);
      if (own !== undefined) return own;
      if (frame.kind === 'function' && scope.type !== 'comprehension') return undefined;
    } else if (frame.kind === 'class') {
      const own = frame.locals.get(id);
      if (own !== undefined) return own;
    }
    for (let env = frame.closure; env; env = env.parent) {
      const value = env.vars.get(id);
      if (value !== undefined) return value;
    }
    if (id === '__class__' && frame.ownerClass) return frame.ownerClass;
  }
  // Not `??`: a global that is None is bound.
  const value = interpreter.importer.globalName(frame.module, id);
  return value === undefined ? interpreter.builtin(id) : value;
}

/** `spread` is told when the number of items that a star gives can't be known. */
export function evaluateItems(
  interpreter: Interpreter,
  frame: Frame,
  elements: readonly Expr[],
  spread: { unknown?: Unknown } = {},
): Value[] {
  const items: Value[] = [];
  for (const element of elements) {
    if (element.kind !== 'Starred') {
      items.push(evaluate(interpreter, frame, element));
      continue;
    }
    const found = interpreter.items(evaluate(interpreter, frame, element.value));
    if (Array.isArray(found)) items.push(...found);
    else {
      items.push(found);
      spread.unknown ??= found;
    }
  }
  return items;
}

/** Key/value pairs for `**value`. */
function mappingEntries(interpreter: Interpreter, value: Value): (readonly [Value, Value])[] | Unknown {
  if (isUnknown(value)) return value;
  if (typeof value === 'object' && value?.kind === 'dict') {
    interpreter.readWhole(value);
    if (value.taint) return value.taint;
    return entriesOf(value);
  }
  const keys = interpreter.items(interpreter.callMethod(value, 'keys'));
  return Array.isArray(keys) ? keys.map((key) => [key, interpreter.getItem(value, key)] as const) : keys;
}

function entriesOf(dict: PyDict): (readonly [Value, Value])[] {
  return [...dict.entries.values()].map((entry) => [entry.key, entry.value] as const);
}

interface CallArguments {
  readonly args: Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
  /** Set when a `*x` or `**x` can't be known: then it isn't known which of the other parameters get what. */
  readonly unknown: UnknownArguments | null;
}

export function evaluateArguments(interpreter: Interpreter, frame: Frame, nodes: readonly Argument[]): CallArguments {
  const args: Value[] = [];
  let kwargs: Map<string, Value> | null = null;
  let positional: Unknown | null = null;
  let keyword: Unknown | null = null;
  for (const node of nodes) {
    const value = evaluate(interpreter, frame, node.value);
    switch (node.form) {
      case 'positional':
        // Behind a star of unknown length nobody knows which parameter it is for.
        if (positional) interpreter.escape(value, positional);
        else args.push(value);
        break;
      case 'keyword':
        if (node.name !== null) (kwargs ??= new Map()).set(node.name, value);
        break;
      case 'star': {
        const items = interpreter.items(value);
        if (!Array.isArray(items)) positional ??= items;
        else if (!positional) args.push(...items);
        break;
      }
      case 'doubleStar': {
        let entries = mappingEntries(interpreter, value);
        if (isUnknown(entries)) {
          keyword ??= entries;
          entries = typeof value === 'object' && value?.kind === 'dict' ? entriesOf(value) : [];
        }
        kwargs ??= new Map();
        for (const [key, item] of entries) {
          if (typeof key !== 'string') {
            if (isUnknown(key)) keyword ??= key;
            else interpreter.raise('TypeError', 'keywords must be strings');
          } else {
            if (kwargs.has(key)) interpreter.raise('TypeError', `got multiple values for keyword argument '${key}'`);
            kwargs.set(key, item);
          }
        }
        break;
      }
    }
  }
  return { args, kwargs: kwargs ?? NO_KWARGS, unknown: positional || keyword ? { positional, keyword } : null };
}

function evaluateCall(interpreter: Interpreter, frame: Frame, node: CallExpr): Value {
  const { func } = node;
  if (func.kind === 'Name' && func.id === 'super' && node.args.length === 0) {
    const callee = lookupName(interpreter, frame, 'super');
    if (callee === interpreter.builtin('super')) return zeroArgumentSuper(interpreter, frame, node);
  }
  const callee = evaluate(interpreter, frame, func);
  if (
    typeof callee === 'object' &&
    callee?.kind === 'class' &&
    callee.name === 'super' &&
    callee === interpreter.builtin('super')
  )
    return superOf(interpreter, frame, node);
  const { args, kwargs, unknown } = evaluateArguments(interpreter, frame, node.args);
  frame.node = node;
  const result = unknown
    ? callInPart(interpreter, callee, args, kwargs, unknown)
    : interpreter.call(callee, args, kwargs);
  frame.node = node;
  return result;
}

function zeroArgumentSuper(interpreter: Interpreter, frame: Frame, node: CallExpr): Value {
  frame.node = node;
  const owner = walrusFrame(frame);
  const start = owner.ownerClass;
  const name = owner.kind === 'function' ? owner.self : undefined;
  if (!start || name === undefined) interpreter.raise('RuntimeError', 'super(): no arguments');
  return { kind: 'super', start, self: name };
}

function superOf(interpreter: Interpreter, frame: Frame, node: CallExpr): Value {
  const { args } = evaluateArguments(interpreter, frame, node.args);
  frame.node = node;
  const [start, self] = args;
  if (start === undefined) return zeroArgumentSuper(interpreter, frame, node);
  if (isUnknown(start)) return start;
  if (typeof start !== 'object' || start?.kind !== 'class')
    interpreter.raise('TypeError', 'super() argument 1 must be a type');
  return { kind: 'super', start, self: self ?? null };
}

function evaluateCompare(interpreter: Interpreter, frame: Frame, node: Extract<Expr, { kind: 'Compare' }>): Value {
  let left = evaluate(interpreter, frame, node.operands[0] as Expr);
  let result: Value = true;
  for (let i = 0; i < node.ops.length; i++) {
    const right = evaluate(interpreter, frame, node.operands[i + 1] as Expr);
    frame.node = node;
    result = interpreter.compare(node.ops[i] as string, left, right);
    if (i === node.ops.length - 1) return result;
    const truth = interpreter.truth(result);
    if (truth === false) return result;
    if (truth !== true) return truth;
    left = right;
  }
  return result;
}

function evaluateFString(interpreter: Interpreter, frame: Frame, parts: readonly (string | FStringField)[]): Value {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    let value = evaluate(interpreter, frame, part.value);
    if (isUnknown(value)) return unknownText(interpreter, value, text);
    if (part.debug !== null) text += part.debug;
    const spec = part.format ? evaluateFString(interpreter, frame, part.format) : '';
    if (
      part.conversion === 'r' ||
      part.conversion === 'a' ||
      (part.debug !== null && part.conversion === null && spec === '')
    )
      value = interpreter.repr(value);
    else if (part.conversion === 's') value = interpreter.str(value);
    if (isUnknown(value)) return unknownText(interpreter, value, text);
    if (typeof spec !== 'string') return spec;
    const custom = interpreter.override_(value, '__format__');
    const piece =
      custom !== undefined
        ? interpreter.call(custom, [spec])
        : spec === ''
          ? interpreter.str(value)
          : formatBuiltin(value, spec, interpreter);
    if (typeof piece !== 'string')
      return isUnknown(piece)
        ? unknownText(interpreter, piece, text)
        : interpreter.unknown('this text can not be known');
    text += piece;
  }
  return text;
}

function unknownText(interpreter: Interpreter, { reason, place }: Unknown, prefix: string): Unknown {
  return { kind: 'unknown', reason, place, cls: interpreter.builtinClass('str'), prefix };
}

/** Makes a function object; defaults are evaluated now, in the defining scope. */
export function makeFunction(
  interpreter: Interpreter,
  frame: Frame,
  node: LambdaExpr | PyFunction['node'],
  name: string,
  local: string,
): PyFunction {
  const defaults = new Map<string, Value>();
  for (const param of node.params)
    if (param.default) defaults.set(param.name, evaluate(interpreter, frame, param.default));
  const prefix = frame.kind === 'module' ? '' : frame.kind === 'class' ? `${frame.name}.` : `${frame.name}.<locals>.`;
  const func: PyFunction = {
    kind: 'function',
    name,
    qualname: prefix + local,
    node,
    module: frame.module,
    closure: frame.kind === 'function' ? frame.env : frame.closure,
    defaults,
    ownerClass: frame.kind === 'class' ? null : frame.ownerClass,
    attrs: null,
    saved: interpreter.heap.epoch,
    taint: null,
  };
  frame.methods?.push(func);
  return func;
}

/** A frame for a comprehension: its own variables inside the scope around it. */
export function comprehensionFrame(interpreter: Interpreter, frame: Frame, scope: Scope): Frame {
  const vars = new Map<string, Value>();
  const parent = frame.kind === 'function' ? frame.env : frame.closure;
  const env: Env = { vars, parent, saved: interpreter.heap.epoch, taint: null };
  return {
    ...frame,
    kind: 'function',
    scope,
    locals: vars,
    owner: env,
    closure: parent,
    env,
    pending: frame.pending,
    methods: null,
    outer: frame,
  };
}

function evaluateComprehension(interpreter: Interpreter, frame: Frame, node: ComprehensionExpr): Value {
  const first = evaluate(interpreter, frame, (node.clauses[0] as (typeof node.clauses)[number]).iter);
  frame.node = node;
  const inner = comprehensionFrame(interpreter, frame, node.scope);
  if (node.type === 'generator') return comprehensionGenerator(interpreter, inner, node, first);
  const items: Value[] = [];
  const values: Value[] = [];
  const depth = interpreter.frames.length;
  interpreter.frames.push(inner);
  let unknown: Unknown | null;
  try {
    unknown = runClauses(interpreter, inner, node, 0, first, () => {
      items.push(evaluate(interpreter, inner, node.element));
      if (node.valueElement) values.push(evaluate(interpreter, inner, node.valueElement));
    });
  } catch (error) {
    if (!(error instanceof UnknownFlow)) throw error;
    unknown = error.unknown;
  } finally {
    interpreter.frames.length = depth;
  }
  switch (node.type) {
    case 'list': {
      const list = interpreter.list(items);
      list.taint = unknown;
      return list;
    }
    case 'set': {
      const set = interpreter.set(items);
      set.taint ??= unknown;
      return set;
    }
    default: {
      const dict = interpreter.dict(items.map((item, i) => [item, values[i] ?? null] as const));
      dict.taint ??= unknown;
      return dict;
    }
  }
}

/** Runs the `for`/`if` clauses; answers why the number of rounds can't be known, or `null`. */
function runClauses(
  interpreter: Interpreter,
  frame: Frame,
  node: ComprehensionExpr,
  at: number,
  source: Value,
  each: () => void,
): Unknown | null {
  const clause = node.clauses[at];
  if (!clause) {
    each();
    return null;
  }
  const iterator: PyIterator | Unknown = interpreter.iterate(source);
  if (isUnknown(iterator)) return iterator;
  let unknown: Unknown | null = null;
  for (;;) {
    const item = iterator.next(interpreter);
    if (item === undefined) return unknown;
    interpreter.step();
    assign(interpreter, frame, clause.target, item);
    let taken = true;
    for (const condition of clause.conditions) {
      const truth = interpreter.truth(evaluate(interpreter, frame, condition));
      if (truth === false) {
        taken = false;
        break;
      }
      if (truth !== true) {
        unknown ??= truth;
        taken = false;
        break;
      }
    }
    if (!taken) continue;
    const next = node.clauses[at + 1];
    const inner = runClauses(
      interpreter,
      frame,
      node,
      at + 1,
      next ? evaluate(interpreter, frame, next.iter) : null,
      each,
    );
    unknown ??= inner;
  }
}
