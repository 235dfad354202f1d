import type { BinaryOperator, Expr, ImportAlias, Stmt, TypeParam } from './ast.js';
import type { Context } from './context.js';
import { lowerTypeParams } from './lowerDefinition.js';
import { lowerExpression, lowerElements } from './lowerExpression.js';
import { invalidStatement, lowerStatements } from './lowerStatement.js';
import { lowerTarget } from './lowerTarget.js';

type Lower = (ctx: Context, node: number) => Stmt;

/** Simple statements by their node types. */
export const simpleStatements: Readonly<Record<string, Lower>> = {
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
