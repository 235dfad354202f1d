/**
 * Bodies with `yield`. They run on JavaScript generators, which can suspend; statements without a `yield` inside are handed to the
 * plain path.
 */
import type { ComprehensionExpr, Expr, FunctionDef, Stmt, YieldExpr } from '../syntax/index.js';
import { PyRaise, UnknownFlow } from './errors.js';
import { evaluate, evaluateCondition } from './expressions.js';
import type { Completion, Frame } from './frame.js';
import { isUnknown, type Interpreter } from './interpreter.js';
import { assign, exec, execBlock, findHandler, iteratorOf } from './statements.js';
import type { PyIterator, Unknown, Value } from './value.js';

type Flow<T> = Generator<Value, T, Value | undefined>;

const yieldsOf = new WeakMap<object, readonly YieldExpr[]>();

/** The `yield` expressions of a node in evaluation order; functions and classes inside are their own world. */
function yieldsIn(node: Stmt | Expr): readonly YieldExpr[] {
  const known = yieldsOf.get(node);
  if (known) return known;
  const found: YieldExpr[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(visit);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const { kind } = value as { kind?: string };
    if (kind === 'FunctionDef' || kind === 'ClassDef' || kind === 'Lambda') return;
    for (const [key, child] of Object.entries(value)) if (key !== 'scope' && typeof child === 'object') visit(child);
    if (kind === 'Yield') found.push(value as YieldExpr);
  };
  visit(node);
  yieldsOf.set(node, found);
  return found;
}

/** Calls a generator function: nothing runs until the first `next`. */
export function makeGenerator(interpreter: Interpreter, frame: Frame, node: FunctionDef): PyIterator {
  return resumable(interpreter, frame, frame.name, runBlock(interpreter, frame, node.body));
}

function resumable(interpreter: Interpreter, frame: Frame, name: string, flow: Flow<Completion>): PyIterator {
  let done = false;
  let broken: Unknown | null = null;
  const resume = (value: Value | undefined, thrown?: PyRaise): Value | undefined => {
    if (broken) throw new UnknownFlow(broken);
    if (done) {
      if (thrown) throw thrown;
      return undefined;
    }
    const depth = interpreter.frames.length;
    interpreter.frames.push(frame);
    try {
      const result = thrown ? flow.throw(thrown) : flow.next(value);
      if (!result.done) return result.value;
      done = true;
      if (result.value?.type === 'return') results.set(iterator, result.value.value);
      return undefined;
    } catch (error) {
      done = true;
      if (error instanceof UnknownFlow) broken = error.unknown;
      throw error;
    } finally {
      interpreter.frames.length = depth;
    }
  };
  const iterator: PyIterator = {
    kind: 'iterator',
    name,
    next: () => resume(undefined),
    send: (value) => resume(value),
    throw: (error) => resume(undefined, error),
  };
  return iterator;
}

/** What generators returned: the value of a `yield from` that ran them. */
const results = new WeakMap<PyIterator, Value>();

function* runBlock(interpreter: Interpreter, frame: Frame, body: readonly Stmt[]): Flow<Completion> {
  for (const statement of body) {
    const completion =
      yieldsIn(statement).length === 0
        ? exec(interpreter, frame, statement)
        : yield* runStatement(interpreter, frame, statement);
    if (completion) return completion;
  }
  return undefined;
}

/** Evaluates an expression whose `yield`s are carried out first, in order. */
function* runExpression(interpreter: Interpreter, frame: Frame, node: Expr): Flow<Value> {
  const yields = yieldsIn(node);
  if (yields.length === 0) return evaluate(interpreter, frame, node);
  for (const item of yields) {
    const value = item.value ? evaluate(interpreter, frame, item.value) : null;
    let sent: Value = null;
    if (item.from) {
      const iterator = iteratorOf(interpreter, value);
      let next = iterator.next(interpreter);
      while (next !== undefined) {
        const received = (yield next) ?? null;
        next = received !== null && iterator.send ? iterator.send(received, interpreter) : iterator.next(interpreter);
      }
      sent = results.get(iterator) ?? null;
    } else sent = (yield value) ?? null;
    (frame.yielded ??= new Map()).set(item, sent);
  }
  const result = evaluate(interpreter, frame, node);
  for (const item of yields) frame.yielded?.delete(item);
  return result;
}

function decided(truth: boolean | Unknown): boolean {
  if (typeof truth === 'boolean') return truth;
  throw new UnknownFlow(truth);
}

function* runStatement(interpreter: Interpreter, frame: Frame, node: Stmt): Flow<Completion> {
  interpreter.step();
  frame.node = node;
  switch (node.kind) {
    case 'Expression':
      yield* runExpression(interpreter, frame, node.value);
      return undefined;
    case 'Assign': {
      const value = yield* runExpression(interpreter, frame, node.value);
      for (const target of node.targets) assign(interpreter, frame, target, value);
      return undefined;
    }
    case 'AnnAssign':
      if (node.value) assign(interpreter, frame, node.target, yield* runExpression(interpreter, frame, node.value));
      return undefined;
    case 'AugAssign': {
      const value = yield* runExpression(interpreter, frame, node.value);
      const old = evaluate(interpreter, frame, node.target);
      assign(interpreter, frame, node.target, interpreter.binaryOp(node.op, old, value, true));
      return undefined;
    }
    case 'Return':
      return { type: 'return', value: node.value ? yield* runExpression(interpreter, frame, node.value) : null };
    case 'If': {
      const test =
        yieldsIn(node.test).length > 0
          ? interpreter.truth(yield* runExpression(interpreter, frame, node.test))
          : evaluateCondition(interpreter, frame, node.test);
      return yield* runBlock(interpreter, frame, decided(test) ? node.body : node.orelse);
    }
    case 'While':
      for (;;) {
        interpreter.step();
        if (!decided(evaluateCondition(interpreter, frame, node.test))) break;
        const completion = yield* runBlock(interpreter, frame, node.body);
        if (completion?.type === 'break') return undefined;
        if (completion?.type === 'return') return completion;
      }
      return yield* runBlock(interpreter, frame, node.orelse);
    case 'For': {
      const iterator = iteratorOf(interpreter, yield* runExpression(interpreter, frame, node.iter));
      for (;;) {
        const item = iterator.next(interpreter);
        if (item === undefined) break;
        interpreter.step();
        assign(interpreter, frame, node.target, item);
        const completion = yield* runBlock(interpreter, frame, node.body);
        if (completion?.type === 'break') return undefined;
        if (completion?.type === 'return') return completion;
      }
      return yield* runBlock(interpreter, frame, node.orelse);
    }
    case 'With': {
      const managers: Value[] = [];
      for (const item of node.items) {
        const manager = evaluate(interpreter, frame, item.context);
        const entered = isUnknown(manager) ? manager : interpreter.callMethod(manager, '__enter__');
        if (item.target) assign(interpreter, frame, item.target, entered);
        managers.unshift(manager);
      }
      const completion = yield* runBlock(interpreter, frame, node.body);
      for (const manager of managers)
        if (!isUnknown(manager)) interpreter.callMethod(manager, '__exit__', [null, null, null]);
      return completion;
    }
    case 'Try': {
      let completion: Completion;
      try {
        completion =
          (yield* runBlock(interpreter, frame, node.body)) ?? (yield* runBlock(interpreter, frame, node.orelse));
      } catch (error) {
        if (!(error instanceof PyRaise)) throw error;
        // The generator may have been resumed from elsewhere since the block began.
        interpreter.frames.length = interpreter.frames.lastIndexOf(frame) + 1;
        const found = findHandler(interpreter, frame, node.handlers, error);
        if (typeof found !== 'number') throw new UnknownFlow(found);
        const handler = node.handlers[found];
        if (!handler) {
          execBlock(interpreter, frame, node.finalbody);
          throw error;
        }
        const outer = frame.handling;
        frame.handling = error;
        if (handler.name !== null)
          assign(
            interpreter,
            frame,
            { kind: 'Name', id: handler.name, start: handler.start, end: handler.end },
            error.value,
          );
        completion = yield* runBlock(interpreter, frame, handler.body);
        frame.handling = outer;
      }
      return (yield* runBlock(interpreter, frame, node.finalbody)) ?? completion;
    }
    default:
      throw new UnknownFlow(interpreter.unknown('a yield stands where it can not be followed'));
  }
}

/** A generator expression: lazily, one element at a time. The first iterable is already evaluated. */
export function comprehensionGenerator(
  interpreter: Interpreter,
  frame: Frame,
  node: ComprehensionExpr,
  first: Value,
): PyIterator {
  function* clause(at: number, source: Value): Flow<undefined> {
    const current = node.clauses[at];
    if (!current) {
      yield evaluate(interpreter, frame, node.element);
      return undefined;
    }
    const iterator = iteratorOf(interpreter, source);
    for (;;) {
      const item = iterator.next(interpreter);
      if (item === undefined) return undefined;
      interpreter.step();
      assign(interpreter, frame, current.target, item);
      if (!current.conditions.every((condition) => decided(evaluateCondition(interpreter, frame, condition)))) continue;
      const next = node.clauses[at + 1];
      yield* clause(at + 1, next ? evaluate(interpreter, frame, next.iter) : null);
    }
  }
  return resumable(interpreter, frame, 'genexpr', clause(0, first));
}
