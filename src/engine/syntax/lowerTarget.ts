import type { Expr } from './ast.js';
import { isPunctuation, maxExpressionDepth, type Context } from './context.js';
import { lowerExpression } from './lowerExpression.js';

const sequences: Readonly<Record<string, 'Tuple' | 'List'>> = {
  tuple: 'Tuple',
  tuple_pattern: 'Tuple',
  pattern_list: 'Tuple',
  expression_list: 'Tuple',
  list: 'List',
  list_pattern: 'List',
};

/** Lowers what is assigned to (or deleted) and binds its names in the current scope. */
export function lowerTarget(ctx: Context, node: number): Expr {
  if (ctx.expressionDepth >= maxExpressionDepth) return ctx.invalid(node, 'This expression is nested too deeply.');
  ctx.expressionDepth++;
  const target = lowerTargetNode(ctx, node);
  ctx.expressionDepth--;
  return target;
}

function lowerTargetNode(ctx: Context, node: number): Expr {
  const type = ctx.type(node);
  if (type === 'as_pattern_target' || type === 'parenthesized_expression') {
    const inner = ctx.children(node).find((child) => !isPunctuation(ctx.type(child)));
    return inner === undefined ? ctx.invalid(node, 'A name is missing.') : lowerTarget(ctx, inner);
  }
  const sequence = sequences[type];
  if (sequence) {
    const elements: Expr[] = [];
    for (const child of ctx.children(node)) if (!isPunctuation(ctx.type(child))) elements.push(lowerTarget(ctx, child));
    const only = elements[0];
    // The grammar writes a parenthesised single target as a tuple without a comma.
    const comma = ctx.children(node).some((child) => ctx.type(child) === ',');
    if (sequence === 'Tuple' && elements.length === 1 && only && !comma) return only;
    return { kind: sequence, start: ctx.start(node), end: ctx.end(node), elements };
  }
  switch (type) {
    case 'identifier': {
      const target = lowerExpression(ctx, node);
      if (target.kind === 'Name') ctx.scope.bind(target.id);
      return target;
    }
    case 'list_splat':
    case 'list_splat_pattern': {
      const value = lowerTarget(ctx, ctx.children(node).at(-1) ?? -1);
      return { kind: 'Starred', start: ctx.start(node), end: ctx.end(node), value };
    }
    case 'attribute':
    case 'subscript':
      return lowerExpression(ctx, node);
    default:
      return ctx.invalid(node, 'This cannot be assigned to.');
  }
}
