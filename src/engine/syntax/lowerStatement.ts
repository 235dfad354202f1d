import type {
  BinaryOperator,
  ClassDef,
  ExceptHandler,
  Expr,
  FunctionDef,
  ImportAlias,
  MatchCase,
  Stmt,
  TypeParam,
} from './ast.js';
import { maxBlockDepth, type Context } from './context.js';
import { lowerArguments, lowerElements, lowerExpression, lowerParameters } from './lowerExpression.js';
import { lowerCasePatterns } from './lowerPattern.js';
import { lowerTarget } from './lowerTarget.js';

type Lower = (ctx: Context, node: number) => Stmt;

const simple: Readonly<Record<string, Lower>> = {
  expression_statement: lowerExpressionStatement,
  return_statement: (ctx, node) => ({
    kind: 'Return',
    start: ctx.start(node),
    end: ctx.end(node),
    value: optional(ctx, ctx.children(node)[1]),
  }),
  raise_statement: lowerRaise,
  assert_statement: lowerAssert,
  delete_statement: lowerDelete,
  pass_statement: (ctx, node) => ({ kind: 'Pass', start: ctx.start(node), end: ctx.end(node) }),
  break_statement: (ctx, node) => ({ kind: 'Break', start: ctx.start(node), end: ctx.end(node) }),
  continue_statement: (ctx, node) => ({ kind: 'Continue', start: ctx.start(node), end: ctx.end(node) }),
  global_statement: (ctx, node) => lowerDeclaration(ctx, node, 'Global'),
  nonlocal_statement: (ctx, node) => lowerDeclaration(ctx, node, 'Nonlocal'),
  import_statement: (ctx, node) => ({
    kind: 'Import',
    start: ctx.start(node),
    end: ctx.end(node),
    names: lowerAliases(ctx, node, true),
  }),
  import_from_statement: lowerImportFrom,
  future_import_statement: (ctx, node) => ({
    kind: 'ImportFrom',
    start: ctx.start(node),
    end: ctx.end(node),
    level: 0,
    module: '__future__',
    names: lowerAliases(ctx, node, false),
  }),
  type_alias_statement: lowerTypeAlias,
  print_statement: (ctx, node) =>
    asExpression(ctx, node) ?? invalidStatement(ctx, node, "'print' is a function in Python 3: print(…)."),
  exec_statement: (ctx, node) =>
    asExpression(ctx, node) ?? invalidStatement(ctx, node, "'exec' is a function in Python 3: exec(…)."),
};

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
  const lower = simple[type];
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
function lowerSuite(ctx: Context, node: number): Stmt[] {
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

/**
 * What begins with a word that the grammar takes for a statement's, though it may be a name: `type(x).y = z`. Parsed
 * again with a plain name of the same length in its place; names are read from the real text.
 */
function asExpression(ctx: Context, node: number): Stmt | null {
  const tree = ctx.parsePiece(`_${ctx.source(node).slice(1)}`, ctx.start(node));
  if (!tree) return null;
  const outer = ctx.tree;
  ctx.tree = tree;
  const [statement = null] = lowerStatements(ctx, 0);
  ctx.tree = outer;
  return statement;
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

function optional(ctx: Context, node: number | undefined): Expr | null {
  return node === undefined ? null : lowerExpression(ctx, node);
}

function lowerExpressionStatement(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const span = ctx.span(node);
  const first = children[0] ?? -1;
  if (children.length > 1) {
    return {
      kind: 'Expression',
      start: span.start,
      end: span.end,
      value: { kind: 'Tuple', start: span.start, end: span.end, elements: lowerElements(ctx, node) },
    };
  }
  if (ctx.type(first) === 'assignment') return lowerAssignment(ctx, first);
  if (ctx.type(first) === 'augmented_assignment') {
    const [target, operator, value] = ctx.children(first);
    if (target === undefined || operator === undefined || value === undefined) {
      return invalidStatement(ctx, node, 'This assignment is not complete.');
    }
    const op = ctx.type(operator).slice(0, -1) as BinaryOperator;
    const right = lowerExpression(ctx, value);
    return { kind: 'AugAssign', start: span.start, end: span.end, target: lowerTarget(ctx, target), op, value: right };
  }
  return { kind: 'Expression', start: span.start, end: span.end, value: lowerExpression(ctx, first) };
}

function lowerAssignment(ctx: Context, node: number): Stmt {
  const targets: Expr[] = [];
  let current = node;
  for (;;) {
    const children = ctx.children(current);
    const left = children[0] ?? -1;
    if (ctx.type(children[1] ?? -1) === ':') {
      if (targets.length > 0) return invalidStatement(ctx, node, 'Only a single target can be annotated.');
      const annotation = lowerExpression(ctx, children[2] ?? -1);
      const value = optional(ctx, children[4]);
      return {
        kind: 'AnnAssign',
        start: ctx.start(node),
        end: ctx.end(node),
        target: lowerTarget(ctx, left),
        annotation,
        value,
      };
    }
    targets.push(lowerTarget(ctx, left));
    const right = children[2] ?? -1;
    if (ctx.type(right) === 'assignment') {
      current = right;
      continue;
    }
    return { kind: 'Assign', start: ctx.start(node), end: ctx.end(node), targets, value: lowerExpression(ctx, right) };
  }
}

function lowerRaise(ctx: Context, node: number): Stmt {
  let exception: Expr | null = null;
  let cause: Expr | null = null;
  let afterFrom = false;
  for (const child of ctx.children(node).slice(1)) {
    if (ctx.type(child) === 'kw:from') afterFrom = true;
    else if (afterFrom) cause = lowerExpression(ctx, child);
    else if (ctx.type(child) === 'expression_list') exception = ctx.invalid(child, 'Only one exception can be raised.');
    else exception = lowerExpression(ctx, child);
  }
  return { kind: 'Raise', start: ctx.start(node), end: ctx.end(node), exception, cause };
}

function lowerAssert(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  if (children.length > 4) return invalidStatement(ctx, node, "'assert' takes a condition and one message.");
  const test = lowerExpression(ctx, children[1] ?? -1);
  return { kind: 'Assert', start: ctx.start(node), end: ctx.end(node), test, message: optional(ctx, children[3]) };
}

function lowerDelete(ctx: Context, node: number): Stmt {
  const target = lowerTarget(ctx, ctx.children(node)[1] ?? -1);
  const targets = target.kind === 'Tuple' ? target.elements : [target];
  return { kind: 'Delete', start: ctx.start(node), end: ctx.end(node), targets };
}

function lowerDeclaration(ctx: Context, node: number, kind: 'Global' | 'Nonlocal'): Stmt {
  const names: string[] = [];
  for (const child of ctx.children(node)) {
    if (ctx.type(child) !== 'identifier') continue;
    const name = ctx.name(child);
    names.push(name);
    if (kind === 'Global') ctx.scope.declareGlobal(name);
    else ctx.scope.declareNonlocal(name);
  }
  return { kind, start: ctx.start(node), end: ctx.end(node), names };
}

function dotted(ctx: Context, node: number): string {
  return ctx.source(node).replace(/[\s\\]+/g, '');
}

/** Imported names, bound in the scope: `import a.b` binds `a`, `import a.b as c` binds `c`. */
function lowerAliases(ctx: Context, node: number, modules: boolean): ImportAlias[] {
  const names: ImportAlias[] = [];
  const children = ctx.children(node);
  const from = children.findIndex((child) => ctx.type(child) === 'kw:import') + 1;
  for (const child of children.slice(from)) {
    const span = ctx.span(child);
    if (ctx.type(child) === 'dotted_name') {
      const name = modules ? dotted(ctx, child) : ctx.normalizeName(dotted(ctx, child));
      names.push({ start: span.start, end: span.end, name, asName: null });
      ctx.scope.bind(ctx.normalizeName(name.split('.')[0] ?? name));
    } else if (ctx.type(child) === 'aliased_import') {
      const parts = ctx.children(child);
      const asName = ctx.name(parts.at(-1) ?? -1);
      names.push({ start: span.start, end: span.end, name: dotted(ctx, parts[0] ?? -1), asName });
      ctx.scope.bind(asName);
    }
  }
  return names;
}

function lowerImportFrom(ctx: Context, node: number): Stmt {
  const children = ctx.children(node);
  const source = dotted(ctx, children[1] ?? -1);
  const level = /^\.*/.exec(source)?.[0].length ?? 0;
  const star = children.some((child) => ctx.type(child) === 'wildcard_import');
  const names = star ? '*' : lowerAliases(ctx, node, false);
  return { kind: 'ImportFrom', start: ctx.start(node), end: ctx.end(node), level, module: source.slice(level), names };
}

function lowerTypeAlias(ctx: Context, node: number): Stmt {
  const types = ctx.children(node).filter((child) => ctx.type(child) === 'type');
  const [left = -1, right = -1] = types;
  let nameNode = ctx.firstChild(left);
  let typeParams: TypeParam[] = [];
  if (ctx.type(nameNode) === 'generic_type') {
    const [name = -1, list = -1] = ctx.children(nameNode);
    typeParams = lowerTypeParams(ctx, list);
    nameNode = name;
  }
  if (ctx.type(nameNode) !== 'identifier') {
    return asExpression(ctx, node) ?? invalidStatement(ctx, node, 'A type alias needs a name.');
  }
  const name = ctx.name(nameNode);
  ctx.scope.bind(name);
  return {
    kind: 'TypeAlias',
    start: ctx.start(node),
    end: ctx.end(node),
    name,
    typeParams,
    value: lowerExpression(ctx, right),
  };
}

/** `[T, T: bound, *Ts, **P]` */
function lowerTypeParams(ctx: Context, list: number): TypeParam[] {
  const params: TypeParam[] = [];
  for (const child of ctx.children(list)) {
    if (ctx.type(child) !== 'type') continue;
    const inner = ctx.firstChild(child);
    const parts = ctx.children(inner);
    const span = ctx.span(child);
    if (ctx.type(inner) === 'identifier') {
      params.push({ start: span.start, end: span.end, name: ctx.name(inner), form: 'type', bound: null });
    } else if (ctx.type(inner) === 'constrained_type') {
      const bound = lowerExpression(ctx, parts.at(-1) ?? -1);
      params.push({ start: span.start, end: span.end, name: ctx.name(parts[0] ?? -1), form: 'type', bound });
    } else if (ctx.type(inner) === 'splat_type' || ctx.type(inner) === 'list_splat') {
      const form = ctx.source(inner).startsWith('**') ? 'paramSpec' : 'tuple';
      params.push({ start: span.start, end: span.end, name: ctx.name(parts.at(-1) ?? -1), form, bound: null });
    } else {
      ctx.invalid(child, 'This is not a valid type parameter.');
    }
  }
  return params;
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

function lowerDecorated(ctx: Context, node: number): Stmt {
  const decorators: Expr[] = [];
  const children = ctx.children(node);
  for (const child of children) {
    if (ctx.type(child) === 'decorator') decorators.push(lowerExpression(ctx, ctx.children(child)[1] ?? -1));
  }
  const definition = children.at(-1) ?? -1;
  if (ctx.type(definition) === 'class_definition') return lowerClass(ctx, definition, decorators);
  if (ctx.type(definition) === 'function_definition') return lowerFunction(ctx, definition, decorators);
  return invalidStatement(ctx, node, 'A decorator needs a function or class below it.');
}

function lowerFunction(ctx: Context, node: number, decorators: readonly Expr[]): FunctionDef {
  const children = ctx.children(node);
  const find = (type: string): number | undefined => children.find((child) => ctx.type(child) === type);
  const nameNode = find('identifier') ?? -1;
  const name = ctx.name(nameNode);
  ctx.scope.bind(name);
  const typeParamList = find('type_parameter');
  const typeParams = typeParamList === undefined ? [] : lowerTypeParams(ctx, typeParamList);
  const params = lowerParameters(ctx, find('parameters') ?? -1);
  const returnNode = find('type');
  const returns = returnNode === undefined ? null : lowerExpression(ctx, returnNode);
  return ctx.inScope('function', (scope) => {
    for (const param of params) scope.bind(param.name);
    const body = lowerSuite(ctx, node);
    return {
      kind: 'FunctionDef',
      start: ctx.start(node),
      end: ctx.end(node),
      name,
      nameSpan: ctx.span(nameNode),
      isAsync: ctx.type(children[0] ?? -1) === 'kw:async',
      decorators,
      typeParams,
      params,
      returns,
      body,
      docstring: docstringOf(body),
      scope: scope.finish(),
    };
  });
}

function lowerClass(ctx: Context, node: number, decorators: readonly Expr[]): ClassDef {
  const children = ctx.children(node);
  const find = (type: string): number | undefined => children.find((child) => ctx.type(child) === type);
  const nameNode = find('identifier') ?? -1;
  const name = ctx.name(nameNode);
  ctx.scope.bind(name);
  const typeParamList = find('type_parameter');
  const typeParams = typeParamList === undefined ? [] : lowerTypeParams(ctx, typeParamList);
  const list = find('argument_list');
  const bases = list === undefined ? [] : lowerArguments(ctx, list);
  const outerClass = ctx.className;
  ctx.className = ctx.source(nameNode);
  const result = ctx.inScope('class', (scope): ClassDef => {
    const body = lowerSuite(ctx, node);
    return {
      kind: 'ClassDef',
      start: ctx.start(node),
      end: ctx.end(node),
      name,
      nameSpan: ctx.span(nameNode),
      decorators,
      typeParams,
      bases,
      body,
      docstring: docstringOf(body),
      scope: scope.finish(),
    };
  });
  ctx.className = outerClass;
  return result;
}
