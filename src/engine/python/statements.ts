/** Runs statements on the plain recursive path. */
import type {
  ExceptHandler,
  Expr,
  ForStmt,
  FunctionDef,
  ClassDef,
  Stmt,
  TryStmt,
  WhileStmt,
  WithStmt,
} from '../syntax/index.js';
import { budget } from './budget.js';
import { execUnknownBranches, execUnknownLoop, settle } from './branches.js';
import { defineClassFromNode } from './classes.js';
import { PyRaise, UnknownFlow } from './errors.js';
import { evaluate, evaluateCondition, makeFunction } from './expressions.js';
import type { Completion, Frame } from './frame.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { matchCase } from './patterns.js';
import type { PyIterator, Unknown, Value } from './value.js';

const BREAK = { type: 'break' } as const;
const CONTINUE = { type: 'continue' } as const;

export function execBlock(interpreter: Interpreter, frame: Frame, body: readonly Stmt[]): Completion {
  for (const statement of body) {
    const completion = exec(interpreter, frame, statement);
    if (completion) return completion;
  }
  return undefined;
}

export function exec(interpreter: Interpreter, frame: Frame, node: Stmt): Completion {
  interpreter.step();
  frame.node = node;
  switch (node.kind) {
    case 'Expression':
      evaluate(interpreter, frame, node.value);
      return undefined;
    case 'Assign': {
      const value = evaluate(interpreter, frame, node.value);
      for (const target of node.targets) assign(interpreter, frame, target, value);
      return undefined;
    }
    case 'If': {
      const truth = evaluateCondition(interpreter, frame, node.test);
      if (typeof truth === 'boolean') return execBlock(interpreter, frame, truth ? node.body : node.orelse);
      frame.node = node.test;
      return execUnknownBranches(interpreter, frame, truth, [
        () => execBlock(interpreter, frame, node.body),
        () => execBlock(interpreter, frame, node.orelse),
      ]);
    }
    case 'Return': {
      const value = node.value ? evaluate(interpreter, frame, node.value) : null;
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(node, value);
      return { type: 'return', value };
    }
    case 'For':
      return execFor(interpreter, frame, node);
    case 'AnnAssign':
      if (node.value) assign(interpreter, frame, node.target, evaluate(interpreter, frame, node.value));
      return undefined;
    case 'AugAssign':
      execAugAssign(interpreter, frame, node.target, node.op, node.value);
      return undefined;
    case 'FunctionDef':
      execFunctionDef(interpreter, frame, node);
      return undefined;
    case 'ClassDef':
      execClassDef(interpreter, frame, node);
      return undefined;
    case 'Import':
    case 'ImportFrom':
      interpreter.importer.execImport(frame, node);
      return undefined;
    case 'Assert': {
      const truth = evaluateCondition(interpreter, frame, node.test);
      if (truth === true) return undefined;
      if (truth === false) {
        const message = node.message ? evaluate(interpreter, frame, node.message) : null;
        frame.node = node;
        interpreter.raise('AssertionError', typeof message === 'string' ? message : '');
      }
      frame.node = node.test;
      interpreter.assume(frame.file.slice(node.test));
      return undefined;
    }
    case 'Raise':
      execRaise(interpreter, frame, node.exception, node.cause, node);
      return undefined;
    case 'Try':
      return execTry(interpreter, frame, node);
    case 'With':
      return execWith(interpreter, frame, node);
    case 'While':
      return execWhile(interpreter, frame, node);
    case 'Delete':
      for (const target of node.targets) remove(interpreter, frame, target);
      return undefined;
    case 'Match': {
      const subject = evaluate(interpreter, frame, node.subject);
      return matchCase(interpreter, frame, subject, node.cases, 0, (body) => execBlock(interpreter, frame, body));
    }
    case 'Break':
      return BREAK;
    case 'Continue':
      return CONTINUE;
    case 'TypeAlias':
      assign(
        interpreter,
        frame,
        { kind: 'Name', id: node.name, start: node.start, end: node.end },
        interpreter.unknown('a type alias is not evaluated'),
      );
      return undefined;
    case 'Pass':
    case 'Global':
    case 'Nonlocal':
    case 'Invalid':
      return undefined;
  }
}

// ------------------------------------------------------------------ binding

export function bindName(interpreter: Interpreter, frame: Frame, id: string, value: Value): void {
  const { scope, owner } = frame;
  if (frame.kind !== 'module') {
    if (scope.globals.has(id)) {
      interpreter.heap.touch(frame.module);
      frame.module.namespace.set(id, value);
      return;
    }
    if (scope.nonlocals.has(id)) {
      for (let env = frame.closure; env; env = env.parent)
        if (env.vars.has(id)) {
          interpreter.heap.touch(env);
          env.vars.set(id, value);
          return;
        }
    }
  }
  interpreter.heap.touch(owner);
  frame.locals.set(id, value);
}

export function assign(interpreter: Interpreter, frame: Frame, target: Expr, value: Value): void {
  switch (target.kind) {
    case 'Name':
      bindName(interpreter, frame, target.id, value);
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(target, value);
      return;
    case 'Attribute': {
      const object = evaluate(interpreter, frame, target.value);
      frame.node = target;
      interpreter.setAttribute(object, target.attr, value);
      if (interpreter.watcher?.file === frame.file) interpreter.watcher.seen(target, value);
      return;
    }
    case 'Subscript': {
      const object = evaluate(interpreter, frame, target.value);
      const index = evaluate(interpreter, frame, target.index);
      frame.node = target;
      interpreter.setItem(object, index, value);
      return;
    }
    case 'Tuple':
    case 'List':
      unpack(interpreter, frame, target.elements, value, target);
      return;
    case 'Starred':
      assign(interpreter, frame, target.value, value);
      return;
    default:
      return;
  }
}

function unpack(interpreter: Interpreter, frame: Frame, targets: readonly Expr[], value: Value, node: Expr): void {
  frame.node = node;
  const items = interpreter.items(value);
  if (!Array.isArray(items)) {
    for (const target of targets)
      assign(interpreter, frame, target, target.kind === 'Starred' ? taintedList(interpreter, items) : items);
    return;
  }
  const star = targets.findIndex((target) => target.kind === 'Starred');
  const needed = star < 0 ? targets.length : targets.length - 1;
  if (items.length < needed)
    interpreter.raise(
      'ValueError',
      `not enough values to unpack (expected ${star < 0 ? '' : 'at least '}${needed}, got ${items.length})`,
    );
  if (star < 0 && items.length > needed)
    interpreter.raise('ValueError', `too many values to unpack (expected ${needed})`);
  const rest = items.length - needed;
  let at = 0;
  targets.forEach((target, i) => {
    if (i === star) {
      assign(interpreter, frame, target, interpreter.list(items.slice(at, at + rest)));
      at += rest;
    } else assign(interpreter, frame, target, items[at++] as Value);
  });
}

function taintedList(interpreter: Interpreter, reason: Unknown): Value {
  const list = interpreter.list([]);
  list.taint = reason;
  return list;
}

function execAugAssign(interpreter: Interpreter, frame: Frame, target: Expr, op: string, valueNode: Expr): void {
  switch (target.kind) {
    case 'Attribute': {
      const object = evaluate(interpreter, frame, target.value);
      frame.node = target;
      const old = interpreter.requireAttribute(object, target.attr);
      const value = evaluate(interpreter, frame, valueNode);
      frame.node = target;
      interpreter.setAttribute(object, target.attr, interpreter.binaryOp(op, old, value, true));
      return;
    }
    case 'Subscript': {
      const object = evaluate(interpreter, frame, target.value);
      const index = evaluate(interpreter, frame, target.index);
      const old = interpreter.getItem(object, index);
      const value = evaluate(interpreter, frame, valueNode);
      frame.node = target;
      interpreter.setItem(object, index, interpreter.binaryOp(op, old, value, true));
      return;
    }
    default: {
      const old = evaluate(interpreter, frame, target);
      const value = evaluate(interpreter, frame, valueNode);
      frame.node = target;
      assign(interpreter, frame, target, interpreter.binaryOp(op, old, value, true));
    }
  }
}

export function remove(interpreter: Interpreter, frame: Frame, target: Expr): void {
  switch (target.kind) {
    case 'Name': {
      const map = frame.kind !== 'module' && frame.scope.globals.has(target.id) ? frame.module.namespace : frame.locals;
      interpreter.heap.touch(map === frame.locals ? frame.owner : frame.module);
      map.delete(target.id);
      return;
    }
    case 'Attribute':
      interpreter.deleteAttribute(evaluate(interpreter, frame, target.value), target.attr);
      return;
    case 'Subscript':
      interpreter.deleteItem(evaluate(interpreter, frame, target.value), evaluate(interpreter, frame, target.index));
      return;
    case 'Tuple':
    case 'List':
      for (const element of target.elements) remove(interpreter, frame, element);
      return;
    default:
      return;
  }
}

// -------------------------------------------------------------- definitions

function execFunctionDef(interpreter: Interpreter, frame: Frame, node: FunctionDef): void {
  const decorators = node.decorators.map((decorator) => evaluate(interpreter, frame, decorator));
  let value: Value = makeFunction(interpreter, frame, node, node.name, node.name);
  for (let i = decorators.length - 1; i >= 0; i--) {
    frame.node = node.decorators[i] as Expr;
    value = decorate(interpreter, decorators[i] as Value, value);
  }
  bindName(interpreter, frame, node.name, value);
}

function execClassDef(interpreter: Interpreter, frame: Frame, node: ClassDef): void {
  const decorators = node.decorators.map((decorator) => evaluate(interpreter, frame, decorator));
  let value = defineClassFromNode(interpreter, frame, node);
  for (let i = decorators.length - 1; i >= 0; i--) {
    frame.node = node.decorators[i] as Expr;
    value = decorate(interpreter, decorators[i] as Value, value);
  }
  bindName(interpreter, frame, node.name, value);
}

/**
 * A decorator that can't be seen is taken to return what it is given: nearly all do (they register, time, document or compile),
 * and nothing could be said about decorated code otherwise. The assumption is recorded.
 */
function decorate(interpreter: Interpreter, decorator: Value, value: Value): Value {
  if (isUnknown(decorator)) {
    interpreter.assume(`the decorator is taken to keep what it decorates (${decorator.reason})`);
    return value;
  }
  return interpreter.call(decorator, [value]);
}

// ------------------------------------------------------------------- raising

function execRaise(
  interpreter: Interpreter,
  frame: Frame,
  exception: Expr | null,
  cause: Expr | null,
  node: Stmt,
): void {
  if (!exception) {
    const current = currentException(interpreter);
    if (current) throw current;
    interpreter.raise('RuntimeError', 'No active exception to reraise');
  }
  let value = evaluate(interpreter, frame, exception);
  frame.node = node;
  if (cause) {
    if (typeof value === 'object' && value?.kind === 'class') value = interpreter.call(value);
    const from = evaluate(interpreter, frame, cause);
    if (typeof value === 'object' && value?.kind === 'instance') {
      interpreter.heap.touch(value);
      value.attrs.set('__cause__', from);
    }
  }
  interpreter.raiseValue(value);
}

function currentException(interpreter: Interpreter): PyRaise | null {
  for (let i = interpreter.frames.length - 1; i >= 0; i--) {
    const handling = interpreter.frames[i]?.handling;
    if (handling) return handling;
  }
  return null;
}

/** The handler for an exception: an index, -1 for none, or an unknown when its class can't be told. */
export function findHandler(
  interpreter: Interpreter,
  frame: Frame,
  handlers: readonly ExceptHandler[],
  raised: PyRaise,
): number | Unknown {
  for (const [i, handler] of handlers.entries()) {
    if (!handler.type) return i;
    const type = evaluate(interpreter, frame, handler.type);
    const matches = interpreter.isInstance(raised.value, type);
    if (matches === true) return i;
    if (matches === null) return interpreter.unknown('it is not known which handler takes this exception');
  }
  return -1;
}

const IMPORT_ERRORS = new Set(['ImportError', 'ModuleNotFoundError', 'Exception', 'BaseException']);

/** Whether a `try` catches a failing import: then an import that can't be resolved raises, as it does without the package. */
export function catchesImportError(node: TryStmt): boolean {
  const names = (expr: Expr): readonly Expr[] => (expr.kind === 'Tuple' ? expr.elements : [expr]);
  return node.handlers.some(
    (handler) =>
      !handler.type || names(handler.type).some((name) => name.kind === 'Name' && IMPORT_ERRORS.has(name.id)),
  );
}

function execTry(interpreter: Interpreter, frame: Frame, node: TryStmt): Completion {
  const depth = interpreter.frames.length;
  let completion: Completion;
  try {
    const guards = catchesImportError(node);
    if (guards) frame.importGuards++;
    try {
      completion = execBlock(interpreter, frame, node.body);
    } finally {
      if (guards) frame.importGuards--;
    }
    completion ??= execBlock(interpreter, frame, node.orelse);
  } catch (error) {
    interpreter.frames.length = depth;
    if (!(error instanceof PyRaise)) throw error;
    try {
      completion = handle(interpreter, frame, node, error);
    } catch (again) {
      if (again instanceof PyRaise && node.finalbody.length > 0) {
        interpreter.frames.length = depth;
        const last = execBlock(interpreter, frame, node.finalbody);
        if (last) return last;
      }
      throw again;
    }
  }
  return execBlock(interpreter, frame, node.finalbody) ?? completion;
}

function handle(interpreter: Interpreter, frame: Frame, node: TryStmt, error: PyRaise): Completion {
  const found = findHandler(interpreter, frame, node.handlers, error);
  if (typeof found !== 'number') {
    const branches = node.handlers.map((handler) => () => runHandler(interpreter, frame, handler, error));
    return execUnknownBranches(interpreter, frame, found, branches);
  }
  const handler = node.handlers[found];
  if (!handler) throw error;
  return runHandler(interpreter, frame, handler, error);
}

function runHandler(interpreter: Interpreter, frame: Frame, handler: ExceptHandler, error: PyRaise): Completion {
  const outer = frame.handling;
  frame.handling = error;
  try {
    if (handler.name !== null) bindName(interpreter, frame, handler.name, error.value);
    return execBlock(interpreter, frame, handler.body);
  } finally {
    frame.handling = outer;
  }
}

// --------------------------------------------------------------------- with

function execWith(interpreter: Interpreter, frame: Frame, node: WithStmt, at = 0): Completion {
  const item = node.items[at];
  if (!item) return execBlock(interpreter, frame, node.body);
  const manager = evaluate(interpreter, frame, item.context);
  frame.node = item.context;
  if (isUnknown(manager)) {
    if (item.target) assign(interpreter, frame, item.target, manager);
    return execWith(interpreter, frame, node, at + 1);
  }
  const entered = interpreter.callMethod(manager, '__enter__');
  if (item.target) assign(interpreter, frame, item.target, entered);
  let completion: Completion;
  const depth = interpreter.frames.length;
  try {
    completion = execWith(interpreter, frame, node, at + 1);
  } catch (error) {
    if (!(error instanceof PyRaise)) throw error;
    interpreter.frames.length = depth;
    const type: Value = error.cls ?? interpreter.unknown('the class of the exception is not known');
    const swallowed = interpreter.truth(interpreter.callMethod(manager, '__exit__', [type, error.value, null]));
    if (swallowed === true) return undefined;
    throw error;
  }
  interpreter.callMethod(manager, '__exit__', [null, null, null]);
  return completion;
}

// -------------------------------------------------------------------- loops

/** What a finished loop body means for the loop. */
const endOfRound = (completion: Completion): Completion => (completion?.type === 'continue' ? undefined : completion);
const endOfLoop = (completion: Completion): Completion => (completion?.type === 'break' ? undefined : completion);

/** Rounds of a loop that are followed one by one while code is only watched. */
const WATCHED_ROUNDS = 48;

const TRAINED = 'what so many rounds of training leave behind is not followed';

/**
 * Whether a loop is the long one of a file that trains. It says nothing about a model that its first rounds don't, and to carry
 * out thousands of them takes seconds: from here on its rounds count as not known.
 */
function isTraining(interpreter: Interpreter, frame: Frame, rounds: number, begun: number): boolean {
  return (
    rounds > budget.trainingRounds &&
    interpreter.steps - begun > budget.trainingSteps &&
    frame.file.text.includes('.backward(')
  );
}

function execFor(interpreter: Interpreter, frame: Frame, node: ForStmt): Completion {
  const source = evaluate(interpreter, frame, node.iter);
  frame.node = node.iter;
  const iterator = interpreter.iterate(source);
  const from = frame.pending.length;
  if (isUnknown(iterator)) return execUnknownFor(interpreter, frame, node, iterator);
  const { watched } = interpreter;
  const begun = interpreter.steps;
  for (let rounds = 1; ; rounds++) {
    const before = watched?.();
    if (isTraining(interpreter, frame, rounds, begun)) {
      const reason = interpreter.unknown(TRAINED);
      // An iterator may be asked for more elsewhere; a container is as it was.
      if (typeof source === 'object' && source?.kind !== 'list' && source?.kind !== 'dict')
        interpreter.escape(source, reason);
      return settle(interpreter, frame, from, execUnknownFor(interpreter, frame, node, reason), endOfLoop);
    }
    if (watched && rounds > WATCHED_ROUNDS) {
      const reason = interpreter.unknown('what so many rounds of a loop leave behind is not followed here');
      return settle(interpreter, frame, from, execUnknownFor(interpreter, frame, node, reason), endOfLoop);
    }
    let item: Value | undefined;
    try {
      item = iterator.next(interpreter);
    } catch (error) {
      if (!(error instanceof UnknownFlow)) throw error;
      return settle(interpreter, frame, from, execUnknownFor(interpreter, frame, node, error.unknown), endOfLoop);
    }
    if (item === undefined) break;
    interpreter.step();
    assign(interpreter, frame, node.target, item);
    const round = frame.pending.length;
    const completion = settle(interpreter, frame, round, execBlock(interpreter, frame, node.body), endOfRound);
    if (completion) return settle(interpreter, frame, from, completion, endOfLoop);
    // A third epoch shows a watcher nothing new.
    if (before !== undefined && rounds >= 2 && watched?.() !== before) break;
  }
  return settle(interpreter, frame, from, execBlock(interpreter, frame, node.orelse), endOfLoop);
}

function execUnknownFor(interpreter: Interpreter, frame: Frame, node: ForStmt, reason: Unknown): Completion {
  return execUnknownLoop(interpreter, frame, reason, () => {
    assign(interpreter, frame, node.target, { kind: 'unknown', reason: reason.reason, place: reason.place });
    return endOfLoop(endOfRound(execBlock(interpreter, frame, node.body)));
  });
}

function execWhile(interpreter: Interpreter, frame: Frame, node: WhileStmt): Completion {
  const from = frame.pending.length;
  const begun = interpreter.steps;
  for (let rounds = 1; ; rounds++) {
    interpreter.step();
    const truth = isTraining(interpreter, frame, rounds, begun)
      ? interpreter.unknown(TRAINED)
      : evaluateCondition(interpreter, frame, node.test);
    if (typeof truth !== 'boolean') {
      frame.node = node.test;
      const completion = execUnknownLoop(interpreter, frame, truth, () => {
        evaluate(interpreter, frame, node.test);
        return endOfLoop(endOfRound(execBlock(interpreter, frame, node.body)));
      });
      return settle(interpreter, frame, from, completion, endOfLoop);
    }
    if (!truth) break;
    const round = frame.pending.length;
    const completion = settle(interpreter, frame, round, execBlock(interpreter, frame, node.body), endOfRound);
    if (completion) return settle(interpreter, frame, from, completion, endOfLoop);
  }
  return settle(interpreter, frame, from, execBlock(interpreter, frame, node.orelse), endOfLoop);
}

/** Used by the generator path. */
export function iteratorOf(interpreter: Interpreter, source: Value): PyIterator {
  const iterator = interpreter.iterate(source);
  if (isUnknown(iterator)) throw new UnknownFlow(iterator);
  return iterator;
}
