import type { ExceptHandler, Expr, MatchCase, Stmt } from './ast.js';
import { maxBlockDepth, type Context } from './context.js';
import { lowerDecorated, lowerFunction, lowerClass } from './lowerDefinition.js';
import { lowerExpression } from './lowerExpression.js';
import { lowerCasePatterns } from './lowerPattern.js';
import { simpleStatements } from './lowerSimple.js';
import { lowerTarget } from './lowerTarget.js';

type Lower = (ctx: Context, node: number) => Stmt;

const compound: Readonly<Record<string, Lower>> = {
  if_statement: lowerIf,
  for_statement: lowerFor,
  while_statement: (ctx, node) => {
    const children = ctx.children(node);
    const test = lowerInHead(ctx, node, children[1] ?? -1);
    const body = lowerSuite(ctx, node);
    return { kind: 'While', start: ctx.start(node), end: ctx.end(node), test, body, orelse: lowerElse(ctx, children) };
  },
  try_statement: lowerTry,
  with_statement: lowerWith,
  match_statement: lowerMatch,
  function_definition: (ctx, node) => lowerFunction(ctx, node, []),
  class_definition: (ctx, node) => lowerClass(ctx, node, []),
  decorated_definition: lowerDecorated,
};

/**
 * Lowers a statement. A simple statement with anything invalid in it becomes `Invalid` as a whole; a compound one keeps
 * its body, and an `InvalidExpr` stands in its head.
 */
export function lowerStatement(ctx: Context, node: number): Stmt {
  const type = ctx.type(node);
  const lowerCompound = compound[type];
  if (lowerCompound) return lowerCompound(ctx, node);
  const lower = simpleStatements[type];
  if (!lower) return invalidStatement(ctx, node, 'This is not a valid Python statement.');
  const before = ctx.problems.length;
  const statement = lower(ctx, node);
  const problem = ctx.problems[before];
  return problem
    ? { kind: 'Invalid', start: ctx.start(node), end: ctx.end(node), message: problem.message }
    : statement;
}

export function invalidStatement(ctx: Context, node: number, message: string): Stmt {
  ctx.problem(ctx.span(node), message);
  return { kind: 'Invalid', start: ctx.start(node), end: ctx.end(node), message };
}

/** The statements of a module or block. */
export function lowerStatements(ctx: Context, node: number): Stmt[] {
  const body: Stmt[] = [];
  let indent: string | null = null;
  for (const child of ctx.children(node)) {
    if (ctx.type(child) === ';') continue;
    const before = indentOf(ctx, child);
    // The grammar takes any indentation that is deep enough; Python wants one and the same.
    if (before !== null && indent !== null && widthOf(before) !== widthOf(indent)) {
      const line = ctx.text.indexOf('\n', ctx.start(child));
      const end = Math.min(ctx.end(child), line < 0 ? Infinity : line);
      ctx.problem({ start: ctx.start(child), end }, 'This line is not indented as its block is.');
    }
    indent ??= before;
    body.push(lowerStatement(ctx, child));
  }
  return body;
}

/** The blanks before a statement on its line, or `null` where something else stands before it. */
function indentOf(ctx: Context, node: number): string | null {
  let from = ctx.start(node);
  while (from > 0 && /[ \t\f\ufeff]/.test(ctx.text.charAt(from - 1))) from--;
  const isFirst = from === 0 || /[\r\n]/.test(ctx.text.charAt(from - 1));
  return isFirst ? ctx.text.slice(from, ctx.start(node)) : null;
}

/** Width of blanks: a tab goes to the next multiple of eight, a form feed begins anew. */
function widthOf(blanks: string): number {
  let width = 0;
  for (const blank of blanks) {
    if (blank === ' ') width++;
    else if (blank === '\t') width = (width >> 3) * 8 + 8;
    else width = 0;
  }
  return width;
}

/** The text of the string that a body begins with. */
export function docstringOf(body: readonly Stmt[]): string | null {
  const first = body[0];
  if (first?.kind !== 'Expression' || first.value.kind !== 'String' || first.value.bytes) return null;
  return first.value.value;
}

/** The block that belongs to a head. */
export function lowerSuite(ctx: Context, node: number): Stmt[] {
  if (ctx.suites) {
    const suite = ctx.suites.shift();
    if (suite) return suite();
  }
  const block = ctx.children(node).find((child) => ctx.type(child) === 'block');
  if (block === undefined || ctx.firstChild(block) < 0) {
    ctx.problem(ctx.span(node), 'An indented block is missing.');
    return [];
  }
  if (ctx.blockDepth >= maxBlockDepth) return [invalidStatement(ctx, block, 'Blocks are nested too deeply.')];
  ctx.blockDepth++;
  const body = lowerStatements(ctx, block);
  ctx.blockDepth--;
  return body;
}

/** An expression in a compound statement's head; invalid where the head was only half typed. */
function lowerInHead(ctx: Context, owner: number, node: number): Expr {
  const before = ctx.problems.length;
  const expression = lowerExpression(ctx, node);
  if (!ctx.damagedHeads.has(ctx.start(owner))) return expression;
  // The head was reported already.
  ctx.problems.length = before;
  return { kind: 'InvalidExpr', start: expression.start, end: expression.end, message: 'This is half typed.' };
}

function lowerElse(ctx: Context, children: readonly number[]): Stmt[] {
  const clause = children.find((child) => ctx.type(child) === 'else_clause');
  return clause === undefined ? [] : lowerSuite(ctx, clause);
}

function lowerIf(ctx: Context, node: number): Stmt {
  // Each `elif` is an `If` alone in the `orelse` of the one before: lowered in order, put together from the end.
  const heads: { start: number; end: number; test: Expr; body: Stmt[] }[] = [];
  const children = ctx.children(node);
  const end = ctx.end(node);
  const head = (part: number, start: number): void => {
    const test = lowerInHead(ctx, part, ctx.children(part)[1] ?? -1);
    heads.push({ start, end, test, body: lowerSuite(ctx, part) });
  };
  head(node, ctx.start(node));
  for (const child of children) if (ctx.type(child) === 'elif_clause') head(child, ctx.start(child));
  let orelse = lowerElse(ctx, children);
  for (let i = heads.length - 1; i > 0; i--) {
    const part = heads[i];
    if (part) orelse = [{ kind: 'If', ...part, orelse }];
  }
  const { test, body } = heads[0] as (typeof heads)[number];
  return { kind: 'If', start: ctx.start(node), end: ctx.end(node), test, body, orelse };
}

function lowerFor(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const isAsync = ctx.type(children[0] ?? -1) === 'kw:async';
  const at = isAsync ? 1 : 0;
  const iter = lowerInHead(ctx, node, children[at + 3] ?? -1);
  const target = lowerTarget(ctx, children[at + 1] ?? -1);
  const body = lowerSuite(ctx, node);
  return {
    kind: 'For',
    start: ctx.start(node),
    end: ctx.end(node),
    isAsync,
    target,
    iter,
    body,
    orelse: lowerElse(ctx, children),
  };
}

function lowerTry(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const body = lowerSuite(ctx, node);
  const handlers: ExceptHandler[] = [];
  let orelse: Stmt[] = [];
  let finalbody: Stmt[] = [];
  for (const child of children) {
    switch (ctx.type(child)) {
      case 'except_clause':
      case 'except_group_clause':
        handlers.push(lowerHandler(ctx, child));
        break;
      case 'else_clause':
        orelse = lowerSuite(ctx, child);
        break;
      case 'finally_clause':
        finalbody = lowerSuite(ctx, child);
        break;
      default:
    }
  }
  if (handlers.length === 0 && !children.some((child) => ctx.type(child) === 'finally_clause')) {
    ctx.problem(ctx.span(children[0] ?? node), "'try' needs an 'except' or 'finally'.");
  }
  return { kind: 'Try', start: ctx.start(node), end: ctx.end(node), body, handlers, orelse, finalbody };
}

function lowerHandler(ctx: Context, node: number): ExceptHandler {
  const types: Expr[] = [];
  let name: string | null = null;
  let isGroup = false;
  let afterAs = false;
  const bind = (alias: number): void => {
    const target = lowerTarget(ctx, alias);
    if (target.kind === 'Name') name = target.id;
    else if (target.kind !== 'InvalidExpr') ctx.invalid(alias, "Only a name can follow 'as' here.");
  };
  for (const child of ctx.children(node)) {
    const type = ctx.type(child);
    if (type === 'kw:except' || type === ',' || type === ':' || type === 'block') continue;
    if (type === '*') isGroup = true;
    else if (type === 'kw:as') afterAs = true;
    else if (afterAs) bind(child);
    else if (type === 'as_pattern') {
      const parts = ctx.children(child);
      types.push(lowerInHead(ctx, node, parts[0] ?? -1));
      bind(parts.at(-1) ?? -1);
    } else {
      types.push(lowerInHead(ctx, node, child));
    }
  }
  const first = types[0] ?? null;
  const last = types.at(-1);
  const type: Expr | null =
    first && last && types.length > 1 ? { kind: 'Tuple', start: first.start, end: last.end, elements: types } : first;
  return { start: ctx.start(node), end: ctx.end(node), type, name, isGroup, body: lowerSuite(ctx, node) };
}

function lowerWith(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const isAsync = ctx.type(children[0] ?? -1) === 'kw:async';
  const clause = children.find((child) => ctx.type(child) === 'with_clause') ?? -1;
  const items: { context: Expr; target: Expr | null }[] = [];
  for (const item of ctx.children(clause)) {
    if (ctx.type(item) === 'with_item') items.push(lowerWithItem(ctx, node, ctx.firstChild(item)));
  }
  return { kind: 'With', start: ctx.start(node), end: ctx.end(node), isAsync, items, body: lowerSuite(ctx, node) };
}

function lowerWithItem(ctx: Context, owner: number, node: number): { context: Expr; target: Expr | null } {
  let item = node;
  if (ctx.type(item) === 'parenthesized_expression') {
    const inner = ctx.children(item)[1] ?? -1;
    if (ctx.type(inner) === 'as_pattern') item = inner;
  }
  if (ctx.type(item) !== 'as_pattern') return { context: lowerInHead(ctx, owner, item), target: null };
  const parts = ctx.children(item);
  const context = lowerInHead(ctx, owner, parts[0] ?? -1);
  return { context, target: lowerTarget(ctx, parts.at(-1) ?? -1) };
}

function lowerMatch(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const colon = children.findIndex((child) => ctx.type(child) === ':');
  const head = children.slice(1, colon);
  const subjects = head.filter((child) => ctx.type(child) !== ',');
  const values = subjects.map((child) => lowerExpression(ctx, child));
  const first = values[0];
  const last = values.at(-1);
  let subject: Expr;
  if (!first || !last) subject = ctx.invalid(node, "What 'match' compares is missing.");
  else if (values.length === 1 && head.length === 1) subject = first;
  else subject = { kind: 'Tuple', start: first.start, end: last.end, elements: values };
  const cases: MatchCase[] = [];
  const block = children.find((child) => ctx.type(child) === 'block') ?? -1;
  for (const clause of ctx.children(block)) {
    if (ctx.type(clause) === 'case_clause') cases.push(lowerCase(ctx, clause));
  }
  if (cases.length === 0) ctx.problem(ctx.span(children[0] ?? node), "'match' needs a 'case'.");
  return { kind: 'Match', start: ctx.start(node), end: ctx.end(node), subject, cases };
}

function lowerCase(ctx: Context, node: number): MatchCase {
  const children = ctx.children(node);
  const patterns = children.filter((child) => ctx.type(child) === 'case_pattern');
  const comma = children.some((child) => ctx.type(child) === ',');
  const pattern = lowerCasePatterns(ctx, patterns, comma);
  const guardNode = children.find((child) => ctx.type(child) === 'if_clause');
  const guard = guardNode === undefined ? null : lowerExpression(ctx, ctx.children(guardNode)[1] ?? -1);
  return { start: ctx.start(node), end: ctx.end(node), pattern, guard, body: lowerSuite(ctx, node) };
}
