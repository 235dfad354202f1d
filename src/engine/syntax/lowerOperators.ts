import type { BinaryOperator, CompareOperator, Expr } from './ast.js';
import { maxExpressionDepth, type Context } from './context.js';
import { lowerExpression } from './lowerExpression.js';

const compareOperators: ReadonlySet<string> = new Set<CompareOperator>([
  '==', '!=', '<', '<=', '>', '>=', 'is', 'is not', 'in', 'not in',
]); // prettier-ignore

/**
 * The grammar binds a star closer than what follows (`*f(x), y` as a call of `*f`), Python looser: the star moves out.
 */
export function unstar(ctx: Context, operand: Expr, node: number, rebuild: (operand: Expr) => Expr): Expr {
  if (operand.kind !== 'Starred' || ctx.type(node) === 'parenthesized_expression') return rebuild(operand);
  const value = rebuild(operand.value);
  return { kind: 'Starred', start: operand.start, end: value.end, value: { ...value, start: operand.value.start } };
}

export function lowerUnary(ctx: Context, node: number): Expr {
  const [operator, argument] = ctx.children(node);
  if (operator === undefined || argument === undefined) return ctx.invalid(node, 'An operand is missing.');
  const operand = lowerExpression(ctx, argument);
  const token = ctx.type(operator);
  const op = token === 'kw:not' ? 'not' : (token as '-' | '+' | '~');
  return { kind: 'Unary', start: ctx.start(node), end: ctx.end(node), op, operand };
}

export function lowerBinary(ctx: Context, node: number): Expr {
  if (mixesAndXor(ctx, node)) return lowerAndXor(ctx, node);
  const [leftNode, operator, rightNode] = ctx.children(node);
  if (leftNode === undefined || operator === undefined || rightNode === undefined) {
    return ctx.invalid(node, 'An operand is missing.');
  }
  return unstar(ctx, lowerExpression(ctx, leftNode), leftNode, (left) => {
    const right = lowerExpression(ctx, rightNode);
    return {
      kind: 'Binary',
      start: ctx.start(node),
      end: ctx.end(node),
      op: ctx.type(operator) as BinaryOperator,
      left,
      right,
    };
  });
}

/**
 * The grammar has `^` bind closer than `&`; in Python it is the other way round. Whether a chain that ends in `&` holds
 * a `^` (what leans to the left is one chain).
 */
function mixesAndXor(ctx: Context, node: number): boolean {
  const operatorOf = (side: number): string =>
    ctx.type(side) === 'binary_operator' ? ctx.type(ctx.children(side)[1] ?? -1) : '';
  let current = node;
  for (let depth = 0; depth < maxExpressionDepth && operatorOf(current) === '&'; depth++) {
    const [left = -1, , right = -1] = ctx.children(current);
    if (operatorOf(left) === '^' || operatorOf(right) === '^') return true;
    current = left;
  }
  return false;
}

/** Groups a chain of `&` and `^` anew. */
function lowerAndXor(ctx: Context, node: number): Expr {
  const terms: Expr[][] = [[]];
  let depth = 0;
  const collect = (side: number): void => {
    const [left = -1, operator = -1, right = -1] = ctx.children(side);
    const op = ctx.type(operator);
    if (depth >= maxExpressionDepth) return;
    if (ctx.type(side) !== 'binary_operator' || (op !== '&' && op !== '^')) {
      terms.at(-1)?.push(lowerExpression(ctx, side));
      return;
    }
    depth++;
    collect(left);
    if (op === '^') terms.push([]);
    collect(right);
  };
  ctx.expressionDepth++;
  collect(node);
  ctx.expressionDepth--;
  if (depth >= maxExpressionDepth) return ctx.invalid(node, 'This expression is nested too deeply.');
  const fold = (op: BinaryOperator, operands: readonly Expr[]): Expr =>
    operands.reduce((left, right) => ({ kind: 'Binary', start: left.start, end: right.end, op, left, right }));
  return fold(
    '^',
    terms.map((factors) => fold('&', factors)),
  );
}

export function lowerBoolean(ctx: Context, node: number): Expr {
  const operator = ctx.type(ctx.children(node)[1] ?? -1);
  // `a or b or c` leans to the left in the grammar: walk down the spine, then lower from its end.
  const operands: number[] = [];
  let left = node;
  for (;;) {
    const [first, op, second] = ctx.children(left);
    if (first === undefined || second === undefined || op === undefined) {
      return ctx.invalid(node, 'An operand is missing.');
    }
    operands.push(second);
    left = first;
    if (ctx.type(first) === 'boolean_operator' && ctx.type(ctx.children(first)[1] ?? -1) === operator) continue;
    operands.push(first);
    break;
  }
  const values: Expr[] = [];
  for (let i = operands.length - 1; i >= 0; i--) values.push(lowerExpression(ctx, operands[i] ?? -1));
  return {
    kind: 'BoolOp',
    start: ctx.start(node),
    end: ctx.end(node),
    op: operator === 'kw:and' ? 'and' : 'or',
    values,
  };
}

export function lowerComparison(ctx: Context, node: number): Expr {
  const ops: CompareOperator[] = [];
  const operands: Expr[] = [];
  for (const child of ctx.children(node)) {
    const type = ctx.type(child).replace('kw:', '');
    if (operands.length === ops.length) operands.push(lowerExpression(ctx, child));
    else if (compareOperators.has(type)) ops.push(type as CompareOperator);
    else return ctx.invalid(node, `'${type}' is not an operator of Python 3.`);
  }
  return { kind: 'Compare', start: ctx.start(node), end: ctx.end(node), ops, operands };
}

export function lowerConditional(ctx: Context, node: number): Expr {
  const [bodyNode, , testNode, , orelseNode] = ctx.children(node);
  if (bodyNode === undefined || testNode === undefined || orelseNode === undefined) {
    return ctx.invalid(node, 'This conditional expression is not complete.');
  }
  const body = lowerExpression(ctx, bodyNode);
  const test = lowerExpression(ctx, testNode);
  const orelse = lowerExpression(ctx, orelseNode);
  return { kind: 'Conditional', start: ctx.start(node), end: ctx.end(node), test, body, orelse };
}
