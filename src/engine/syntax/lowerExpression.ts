import type { Argument, DictExpr, Expr, NameExpr, SliceExpr } from './ast.js';
import { isPunctuation, maxExpressionDepth, type Context } from './context.js';
import { parseNumber } from './literals.js';
import { lowerComprehension } from './lowerComprehension.js';
import { unstar, lowerUnary, lowerBinary, lowerBoolean, lowerComparison, lowerConditional } from './lowerOperators.js';
import { lowerLambda } from './lowerParameters.js';
import { lowerConcatenation, lowerString } from './lowerString.js';

type Lower = (ctx: Context, node: number) => Expr;

const lowerings: Readonly<Record<string, Lower>> = {
  identifier: lowerName,
  true: (ctx, node) => ({ kind: 'Constant', start: ctx.start(node), end: ctx.end(node), value: true }),
  false: (ctx, node) => ({ kind: 'Constant', start: ctx.start(node), end: ctx.end(node), value: false }),
  none: (ctx, node) => ({ kind: 'Constant', start: ctx.start(node), end: ctx.end(node), value: null }),
  ellipsis: (ctx, node) => ({ kind: 'Constant', start: ctx.start(node), end: ctx.end(node), value: 'Ellipsis' }),
  integer: lowerNumber,
  float: lowerNumber,
  string: lowerString,
  concatenated_string: lowerConcatenation,
  attribute: lowerAttribute,
  member_type: lowerMemberType,
  subscript: lowerSubscript,
  generic_type: lowerGenericType,
  slice: lowerSlice,
  call: lowerCall,
  unary_operator: lowerUnary,
  not_operator: lowerUnary,
  binary_operator: lowerBinary,
  union_type: lowerBinary,
  boolean_operator: lowerBoolean,
  comparison_operator: lowerComparison,
  conditional_expression: lowerConditional,
  lambda: lowerLambda,
  tuple: (ctx, node) => ({
    kind: 'Tuple',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  expression_list: (ctx, node) => ({
    kind: 'Tuple',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  pattern_list: (ctx, node) => ({
    kind: 'Tuple',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  tuple_pattern: (ctx, node) => ({
    kind: 'Tuple',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  list: (ctx, node) => ({
    kind: 'List',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  list_pattern: (ctx, node) => ({
    kind: 'List',
    start: ctx.start(node),
    end: ctx.end(node),
    elements: lowerElements(ctx, node),
  }),
  set: (ctx, node) => ({ kind: 'Set', start: ctx.start(node), end: ctx.end(node), elements: lowerElements(ctx, node) }),
  dictionary: lowerDictionary,
  list_comprehension: (ctx, node) => lowerComprehension(ctx, node, 'list'),
  set_comprehension: (ctx, node) => lowerComprehension(ctx, node, 'set'),
  dictionary_comprehension: (ctx, node) => lowerComprehension(ctx, node, 'dict'),
  generator_expression: (ctx, node) => lowerComprehension(ctx, node, 'generator'),
  list_splat: lowerStarred,
  list_splat_pattern: lowerStarred,
  splat_type: lowerStarred,
  named_expression: lowerNamed,
  await: lowerAwait,
  yield: lowerYield,
};

/** Lowers an expression. Deeper nesting than {@link maxExpressionDepth} gives one `InvalidExpr`. */
export function lowerExpression(ctx: Context, outer: number): Expr {
  let node = outer;
  // Parentheses and wrappers of types leave no trace in the tree, so they need no stack either.
  for (;;) {
    const type = ctx.type(node);
    if (type === 'type' || type === 'as_pattern_target') {
      node = ctx.firstChild(node);
    } else if (type === 'parenthesized_expression') {
      node = ctx.children(node).find((child) => !isPunctuation(ctx.type(child))) ?? -1;
    } else break;
    if (node < 0) return ctx.invalid(outer, 'An expression is missing.');
  }
  const lower = lowerings[ctx.type(node)];
  if (!lower) return ctx.invalid(node, messageFor(ctx.type(node)));
  if (ctx.expressionDepth >= maxExpressionDepth) return ctx.invalid(node, 'This expression is nested too deeply.');
  ctx.expressionDepth++;
  const result = lower(ctx, node);
  ctx.expressionDepth--;
  return result;
}

function messageFor(type: string): string {
  if (type === 'as_pattern') return "'as' is not allowed here.";
  return 'This is not a valid Python expression.';
}

/** The expressions among a node's children, punctuation left out. */
export function lowerElements(ctx: Context, node: number): Expr[] {
  const elements: Expr[] = [];
  for (const child of ctx.children(node)) {
    if (!isPunctuation(ctx.type(child))) elements.push(lowerExpression(ctx, child));
  }
  return elements;
}

export function lowerName(ctx: Context, node: number): NameExpr {
  const id = ctx.name(node);
  if (id === 'super' || id === '__class__') ctx.scope.usesClassCell = true;
  return { kind: 'Name', start: ctx.start(node), end: ctx.end(node), id };
}

function lowerNumber(ctx: Context, node: number): Expr {
  const number = parseNumber(ctx.source(node));
  if (!number) return ctx.invalid(node, 'This is not a valid number in Python 3.');
  return { kind: 'Number', start: ctx.start(node), end: ctx.end(node), ...number };
}

function lowerAttribute(ctx: Context, node: number): Expr {
  const children = ctx.children(node);
  const object = children[0];
  const name = children.at(-1);
  if (object === undefined || name === undefined || ctx.type(name) !== 'identifier') {
    return ctx.invalid(node, 'The name after the dot is missing.');
  }
  return unstar(ctx, lowerExpression(ctx, object), object, (value) => ({
    kind: 'Attribute',
    start: ctx.start(node),
    end: ctx.end(node),
    value,
    attr: ctx.name(name),
    attrSpan: ctx.span(name),
  }));
}

function lowerMemberType(ctx: Context, node: number): Expr {
  return lowerAttribute(ctx, node);
}

function asIndex(elements: readonly Expr[], trailingComma: boolean): Expr | null {
  const first = elements[0];
  const last = elements.at(-1);
  if (!first || !last) return null;
  if (elements.length === 1 && !trailingComma && first.kind !== 'Starred') return first;
  return { kind: 'Tuple', start: first.start, end: last.end, elements };
}

function lowerSubscript(ctx: Context, node: number): Expr {
  const [object, ...rest] = ctx.children(node);
  if (object === undefined) return ctx.invalid(node, 'An index is missing.');
  return unstar(ctx, lowerExpression(ctx, object), object, (value) => {
    const elements: Expr[] = [];
    for (const child of rest) if (!isPunctuation(ctx.type(child))) elements.push(lowerExpression(ctx, child));
    const index = asIndex(elements, ctx.type(rest.at(-2) ?? -1) === ',');
    if (!index) return ctx.invalid(node, 'An index is missing.');
    return { kind: 'Subscript', start: ctx.start(node), end: ctx.end(node), value, index };
  });
}

/** `list[int]` in a type: a name and its type parameters. */
function lowerGenericType(ctx: Context, node: number): Expr {
  const [object, parameters] = ctx.children(node);
  if (object === undefined || parameters === undefined) return ctx.invalid(node, 'An index is missing.');
  const value = lowerName(ctx, object);
  const children = ctx.children(parameters);
  const elements: Expr[] = [];
  for (const child of children) if (ctx.type(child) === 'type') elements.push(lowerExpression(ctx, child));
  const index = asIndex(elements, ctx.type(children.at(-2) ?? -1) === ',');
  if (!index) return ctx.invalid(node, 'An index is missing.');
  return { kind: 'Subscript', start: ctx.start(node), end: ctx.end(node), value, index };
}

function lowerSlice(ctx: Context, node: number): SliceExpr {
  const bounds: (Expr | null)[] = [null, null, null];
  let place = 0;
  for (const child of ctx.children(node)) {
    if (ctx.type(child) === ':') place++;
    else bounds[place] = lowerExpression(ctx, child);
  }
  const [lower = null, upper = null, step = null] = bounds;
  return { kind: 'Slice', start: ctx.start(node), end: ctx.end(node), lower, upper, step };
}

function lowerCall(ctx: Context, node: number): Expr {
  const [callee, list] = ctx.children(node);
  if (callee === undefined || list === undefined) return ctx.invalid(node, 'This call is not complete.');
  return unstar(ctx, lowerExpression(ctx, callee), callee, (func) => {
    const args: Argument[] =
      ctx.type(list) === 'generator_expression'
        ? [
            {
              start: ctx.start(list),
              end: ctx.end(list),
              form: 'positional',
              name: null,
              value: lowerExpression(ctx, list),
            },
          ]
        : lowerArguments(ctx, list);
    return { kind: 'Call', start: ctx.start(node), end: ctx.end(node), func, args };
  });
}

/** The arguments of a call, or the bases of a class. */
export function lowerArguments(ctx: Context, list: number): Argument[] {
  const args: Argument[] = [];
  for (const child of ctx.children(list)) {
    const type = ctx.type(child);
    if (isPunctuation(type)) continue;
    const span = ctx.span(child);
    if (type === 'keyword_argument') {
      const parts = ctx.children(child);
      const name = parts[0];
      const value = parts.at(-1);
      if (name === undefined || value === undefined) continue;
      // Names of keyword arguments are not mangled.
      args.push({
        start: span.start,
        end: span.end,
        form: 'keyword',
        name: ctx.plainName(name),
        value: lowerExpression(ctx, value),
      });
    } else if (type === 'dictionary_splat') {
      const value = ctx.children(child).at(-1);
      if (value === undefined) continue;
      args.push({
        start: span.start,
        end: span.end,
        form: 'doubleStar',
        name: null,
        value: lowerExpression(ctx, value),
      });
    } else {
      const value = lowerExpression(ctx, child);
      if (value.kind === 'Starred')
        args.push({ start: span.start, end: span.end, form: 'star', name: null, value: value.value });
      else args.push({ start: span.start, end: span.end, form: 'positional', name: null, value });
    }
  }
  return args;
}

function lowerDictionary(ctx: Context, node: number): DictExpr {
  const entries: { key: Expr | null; value: Expr }[] = [];
  for (const child of ctx.children(node)) {
    if (isPunctuation(ctx.type(child))) continue;
    const parts = ctx.children(child);
    const first = parts[0] ?? -1;
    const last = parts.at(-1) ?? -1;
    const key = ctx.type(child) === 'dictionary_splat' ? null : lowerExpression(ctx, first);
    entries.push({ key, value: lowerExpression(ctx, last) });
  }
  return { kind: 'Dict', start: ctx.start(node), end: ctx.end(node), entries };
}

function lowerStarred(ctx: Context, node: number): Expr {
  const value = lowerExpression(ctx, ctx.children(node).at(-1) ?? -1);
  return { kind: 'Starred', start: ctx.start(node), end: ctx.end(node), value };
}

function lowerNamed(ctx: Context, node: number): Expr {
  const children = ctx.children(node);
  const target = lowerName(ctx, children[0] ?? -1);
  ctx.scope.bindWalrus(target.id);
  const value = lowerExpression(ctx, children.at(-1) ?? -1);
  return { kind: 'Named', start: ctx.start(node), end: ctx.end(node), target, value };
}

function lowerAwait(ctx: Context, node: number): Expr {
  const operandNode = ctx.children(node).at(-1) ?? -1;
  const operand = lowerExpression(ctx, operandNode);
  const { start, end } = ctx.span(node);
  // `await x ** 2` awaits `x`; the grammar has it the other way round.
  if (operand.kind === 'Binary' && operand.op === '**' && ctx.type(operandNode) === 'binary_operator') {
    return { ...operand, start, left: { kind: 'Await', start, end: operand.left.end, value: operand.left } };
  }
  return { kind: 'Await', start, end, value: operand };
}

function lowerYield(ctx: Context, node: number): Expr {
  ctx.scope.markYield();
  const children = ctx.children(node);
  const from = ctx.type(children[1] ?? -1) === 'kw:from';
  const valueNode = children[from ? 2 : 1];
  return {
    kind: 'Yield',
    start: ctx.start(node),
    end: ctx.end(node),
    from,
    value: valueNode === undefined ? null : lowerExpression(ctx, valueNode),
  };
}
