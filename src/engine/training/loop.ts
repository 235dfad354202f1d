/** The training loop: where gradients are computed, which loops are around it, and where the validation loss is obtained. */
import type { CallExpr, Expr, ForStmt, FunctionDef, SourceFile, Stmt, WhileStmt } from '../syntax/index.js';
import { argumentFor, lastName, type Code } from './code.js';
import { lossPart, LossTaint } from './losses.js';
import {
  ancestorsOf,
  blockAround,
  blocksOf,
  callsIn,
  classAround,
  contains,
  dotted,
  findAll,
  functionAround,
  statementOf,
  statementsIn,
  type Node,
} from './tree.js';

export type Loop = ForStmt | WhileStmt;

/** A function (or a module's top level) on the way from the epoch loop to `backward()`. */
export interface Level {
  readonly file: SourceFile;
  readonly func: FunctionDef | null;
  /** The call that leads on to `backward()`, or `backward()` itself. */
  readonly call: CallExpr;
  /** Loops around the call, the nearest first. */
  readonly loops: readonly Loop[];
}

export interface Validation {
  readonly file: SourceFile;
  /** In the block of the epoch loop that has the value: the statement after which it is known. */
  readonly statement: Stmt;
  /** Python that gives the loss there, e.g. `val_loss`, `metrics["loss"]`. */
  readonly loss: string;
  /** The call that evaluates; `null` where the evaluation stands in the loop itself. */
  readonly call: CallExpr | null;
  /** Where the evaluation's own code is. */
  readonly body: { readonly file: SourceFile; readonly statements: readonly Stmt[]; readonly func: FunctionDef | null };
}

export interface TrainingLoop {
  readonly backward: { readonly file: SourceFile; readonly call: CallExpr };
  /** From the function with `backward()` outwards. */
  readonly levels: readonly Level[];
  readonly batchLoop: { readonly file: SourceFile; readonly loop: Loop } | null;
  readonly epochLoop: { readonly file: SourceFile; readonly loop: Loop; readonly level: Level } | null;
}

/** Every training loop of the program, by the `backward()` calls in source order. */
export function trainingLoops(code: Code): TrainingLoop[] {
  return code.files.flatMap((file) =>
    callsIn(file)
      .filter(
        (call) => call.func.kind === 'Attribute' && call.func.attr === 'backward' && !isAutogradFunction(file, call),
      )
      .map((call) => loopAround(code, file, call)),
  );
}

/** `backward` called inside a method `backward` is an autograd function's own. */
function isAutogradFunction(file: SourceFile, call: CallExpr): boolean {
  return functionAround(file, call)?.name === 'backward';
}

function loopAround(code: Code, file: SourceFile, call: CallExpr): TrainingLoop {
  const levels: Level[] = [];
  const seen = new Set<FunctionDef>();
  let at: { file: SourceFile; call: CallExpr } | undefined = { file, call };
  while (at) {
    const func = functionAround(at.file, at.call);
    levels.push({ file: at.file, func, call: at.call, loops: loopsAround(at.file, at.call, func) });
    if (!func || seen.has(func)) break;
    seen.add(func);
    const sites = code.callSites({ file: at.file, node: func });
    const next: { file: SourceFile; expr: CallExpr } | undefined = sites.find(
      (site) => !contains(func, site.expr) || site.file !== at?.file,
    );
    at = next && { file: next.file, call: next.expr };
  }
  const loops = levels.flatMap((level) => level.loops.map((loop) => ({ file: level.file, loop, level })));
  const [first, second] = loops;
  const backward = { file, call };
  if (!first) return { backward, levels, batchLoop: null, epochLoop: null };
  // One loop that counts is a loop over epochs (or steps) on the whole data; one that iterates over something has its data.
  if (!second)
    return countsUp(first.loop)
      ? { backward, levels, batchLoop: null, epochLoop: first }
      : { backward, levels, batchLoop: first, epochLoop: null };
  return { backward, levels, batchLoop: first, epochLoop: second };
}

function loopsAround(file: SourceFile, node: Node, func: FunctionDef | null): Loop[] {
  return ancestorsOf(file, node).filter(
    (each): each is Loop => (each.kind === 'For' || each.kind === 'While') && (!func || contains(func, each)),
  );
}

function countsUp(loop: Loop): boolean {
  if (loop.kind === 'While') return true;
  return (
    loop.iter.kind === 'Call' &&
    findAll(loop.iter, 'Call').some((call) => lastName(call.func) === 'range' || lastName(call.func) === 'count')
  );
}

/** Where the epoch loop obtains the loss on held-out data; `null` if it doesn't, or not in a way that could be told. */
export function validationOf(code: Code, training: TrainingLoop): Validation | null {
  const { epochLoop } = training;
  if (!epochLoop) return null;
  return byCall(code, training, epochLoop) ?? inline(code, training, epochLoop);
}

/** `val_loss, … = evaluate(model, loader)`. */
function byCall(
  code: Code,
  training: TrainingLoop,
  { file, loop, level }: NonNullable<TrainingLoop['epochLoop']>,
): Validation | null {
  for (const statement of statementsIn(loop.body)) {
    if (statement.kind !== 'Assign' || contains(statement, level.call) || statement.targets.length !== 1) continue;
    const { value } = statement;
    if (value.kind !== 'Call') continue;
    const callee = code.callee(file, value);
    if (callee?.node.kind !== 'FunctionDef') continue;
    if (trains(code, callee.file, callee.node) && !onlyEvaluates(code, training, level, callee.node, value)) continue;
    const part = lossPart(code, callee.file, callee.node);
    const loss = part === null ? null : textOfPart(file, statement.targets[0], part);
    if (loss === null) continue;
    const body = { file: callee.file, statements: callee.node.body, func: callee.node };
    return { file, statement, loss, call: value, body };
  }
  return null;
}

/** One function for both: the call that evaluates is told from the one that trains by a `False` or `None`, or by what it leaves out. */
function onlyEvaluates(code: Code, training: TrainingLoop, level: Level, node: FunctionDef, call: CallExpr): boolean {
  const trainingCall = training.levels[training.levels.indexOf(level)]?.call;
  if (!trainingCall || code.callee(level.file, trainingCall)?.node !== node || trainingCall === call) return false;
  const off = (expr: Expr | null): boolean =>
    expr?.kind === 'Constant' && (expr.value === false || expr.value === null);
  return node.params.some((param) => {
    const here = argumentFor(node, call, param.name, isMethod(level.file, node)) ?? param.default;
    const there = argumentFor(node, trainingCall, param.name, isMethod(level.file, node)) ?? param.default;
    return off(here) && !off(there);
  });
}

function isMethod(file: SourceFile, node: FunctionDef): boolean {
  return classAround(file, node) !== null && node.params[0]?.name === 'self';
}

/** Whether a function computes gradients, itself or in a function of the project that it calls. */
export function trains(code: Code, file: SourceFile, node: FunctionDef, depth = 0): boolean {
  return findAll(node.body, 'Call').some((call) => {
    if (call.func.kind === 'Attribute' && call.func.attr === 'backward') return true;
    const callee = depth < 4 ? code.callee(file, call) : null;
    return (
      callee?.node.kind === 'FunctionDef' && callee.node !== node && trains(code, callee.file, callee.node, depth + 1)
    );
  });
}

function textOfPart(
  file: SourceFile,
  target: Expr | undefined,
  part: NonNullable<ReturnType<typeof lossPart>>,
): string | null {
  if (!target) return null;
  if (target.kind === 'Tuple') {
    const element = typeof part === 'number' ? target.elements[part] : undefined;
    return element?.kind === 'Name' && element.id !== '_' ? element.id : null;
  }
  const text = dotted(target);
  if (text === null) return null;
  if (part === 'all') return text;
  const quote = file.text.split("'").length > file.text.split('"').length ? "'" : '"';
  return typeof part === 'number' ? `${text}[${part}]` : `${text}[${quote}${part.key}${quote}]`;
}

/** Validation written out in the epoch loop, without gradients. */
function inline(
  code: Code,
  training: TrainingLoop,
  { file, loop, level }: NonNullable<TrainingLoop['epochLoop']>,
): Validation | null {
  const own = statementsIn(loop.body);
  const isTraining = (statement: Stmt): boolean => contains(statement, level.call);
  // The training's own statement is the largest one below the epoch loop that doesn't hold the evaluation as well.
  const trainingPart =
    training.batchLoop &&
    training.batchLoop.file === file &&
    contains(loop, training.batchLoop.loop) &&
    training.batchLoop.loop !== loop
      ? training.batchLoop.loop
      : own.find((statement) => isTraining(statement) && blocksOf(statement).length === 0);
  if (!trainingPart) return null;
  const rest = own.filter(
    (statement) => !contains(trainingPart, statement) && !isTraining(statement) && statement.start > trainingPart.start,
  );
  // Without a model in evaluation mode or without gradients switched off it isn't an evaluation.
  const text = rest
    .map((statement) =>
      blocksOf(statement).length === 0 ? file.slice(statement) : file.slice(statement).split('\n', 1)[0],
    )
    .join('\n');
  if (!/\.eval\(\)|no_grad|inference_mode|set_grad_enabled/.test(text)) return null;
  const taint = new LossTaint(code, file, rest);
  const batchLocal = (statement: Stmt): boolean =>
    ancestorsOf(file, statement).some(
      (each) => (each.kind === 'For' || each.kind === 'While') && each !== loop && contains(loop, each),
    );
  let best: { readonly statement: Stmt; readonly name: string } | null = null;
  for (const statement of rest) {
    const name = assignedName(statement);
    if (name === null || !taint.names.has(name)) continue;
    const inner = batchLocal(statement);
    // What is assigned anew for each batch is one batch's loss, not the set's.
    if (inner && statement.kind !== 'AugAssign') continue;
    if (inner && best) continue;
    if (!inner && statement.kind !== 'AugAssign' && !taintedValue(taint, statement)) continue;
    best = { statement: inner ? outermost(file, statement, loop) : statement, name };
  }
  if (!best) return null;
  return {
    file,
    statement: best.statement,
    loss: best.name,
    call: null,
    body: { file, statements: rest, func: level.func },
  };
}

function taintedValue(taint: LossTaint, statement: Stmt): boolean {
  if (statement.kind !== 'Assign' && statement.kind !== 'AnnAssign') return false;
  return statement.value !== null && taint.holds(statement.value);
}

function assignedName(statement: Stmt): string | null {
  const target =
    statement.kind === 'Assign'
      ? statement.targets[0]
      : statement.kind === 'AugAssign' || statement.kind === 'AnnAssign'
        ? statement.target
        : undefined;
  return target?.kind === 'Name' ? target.id : null;
}

/** The statement of the loop's own block that holds a statement, through loops and `with`. */
function outermost(file: SourceFile, statement: Stmt, loop: Loop): Stmt {
  let at = statement;
  for (const each of ancestorsOf(file, statement)) {
    if (each === loop) break;
    const holder = statementOf(file, each);
    if (holder && (holder.kind === 'For' || holder.kind === 'While' || holder.kind === 'With')) at = holder;
    else if (holder?.kind === 'If') break;
  }
  return at;
}

/** A statement that ends the loop itself early: `break` or `return` under a condition. */
export function stopOf(file: SourceFile, loop: Loop): Stmt | null {
  return (
    statementsIn(loop.body).find((statement) => {
      if (statement.kind === 'Return') return true;
      if (statement.kind !== 'Break') return false;
      return ancestorsOf(file, statement).find((each) => each.kind === 'For' || each.kind === 'While') === loop;
    }) ?? null
  );
}

/** The statement that keeps the weights of the best epoch, under a comparison. */
export function keepsBest(loop: Loop): Stmt | null {
  for (const statement of statementsIn(loop.body)) {
    if (statement.kind !== 'If') continue;
    const saves = findAll(statement.body, 'Call').some(
      (call) =>
        call.func.kind === 'Attribute' &&
        (call.func.attr === 'state_dict' || call.func.attr === 'save' || call.func.attr === 'save_checkpoint'),
    );
    const compares = findAll(statement.test, 'Compare').some((compare) =>
      compare.ops.some((op) => ['<', '<=', '>', '>='].includes(op)),
    );
    if (saves && compares) return statement;
  }
  return null;
}

/** Statements after this one in its block may leave it: what must run goes before them. */
export function leavesEarly(file: SourceFile, statement: Stmt): boolean {
  const block = blockAround(file, statement);
  return block
    .slice(block.indexOf(statement) + 1)
    .some((each) =>
      [each, ...statementsIn(blocksOf(each).flat())].some(
        ({ kind }) => kind === 'Continue' || kind === 'Break' || kind === 'Return',
      ),
    );
}
