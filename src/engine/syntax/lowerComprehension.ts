import type { ComprehensionClause, ComprehensionExpr, Expr } from './ast.js';
import { isPunctuation, type Context } from './context.js';
import { lowerExpression } from './lowerExpression.js';
import { lowerTarget } from './lowerTarget.js';

export function lowerComprehension(ctx: Context, node: number, type: ComprehensionExpr['type']): Expr {
  const parts = ctx.children(node).filter((child) => !isPunctuation(ctx.type(child)));
  const body = parts[0] ?? -1;
  const firstClause = parts[1] ?? -1;
  // The first iterable is evaluated outside, in the scope around the comprehension.
  const firstIter = iterableOf(ctx, firstClause);
  const outermost = firstIter < 0 ? ctx.invalid(node, 'The iterable is missing.') : lowerExpression(ctx, firstIter);
  return ctx.inScope('comprehension', (scope) => {
    const clauses: (ComprehensionClause & { conditions: Expr[] })[] = [];
    for (const part of parts.slice(1)) {
      const children = ctx.children(part);
      if (ctx.type(part) === 'if_clause') {
        clauses.at(-1)?.conditions.push(lowerExpression(ctx, children.at(-1) ?? -1));
        continue;
      }
      const isAsync = ctx.type(children[0] ?? -1) === 'kw:async';
      const target = lowerTarget(ctx, children[isAsync ? 2 : 1] ?? -1);
      const iterNode = iterableOf(ctx, part);
      const iter = part === firstClause ? outermost : lowerExpression(ctx, iterNode);
      clauses.push({ target, iter, conditions: [], isAsync });
    }
    // Lowered last: it sees the clauses' names, though it stands before them.
    let element: Expr;
    let valueElement: Expr | null = null;
    if (type === 'dict') {
      const pair = ctx.children(body);
      element = lowerExpression(ctx, pair[0] ?? -1);
      valueElement = lowerExpression(ctx, pair.at(-1) ?? -1);
    } else {
      element = lowerExpression(ctx, body);
    }
    return {
      kind: 'Comprehension',
      start: ctx.start(node),
      end: ctx.end(node),
      type,
      element,
      valueElement,
      clauses,
      scope: scope.finish(),
    };
  });
}

/** The node after `in`, or -1 where it is missing. Python 2's unparenthesised list of iterables counts as missing. */
function iterableOf(ctx: Context, clause: number): number {
  const children = ctx.children(clause);
  const after = children.slice(children.findIndex((child) => ctx.type(child) === 'kw:in') + 1);
  return after.length === 1 ? (after[0] ?? -1) : -1;
}
