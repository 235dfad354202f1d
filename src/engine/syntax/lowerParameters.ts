import type { Expr, LambdaExpr, Param } from './ast.js';
import { isPunctuation, type Context } from './context.js';
import { lowerExpression } from './lowerExpression.js';

export function lowerLambda(ctx: Context, node: number): LambdaExpr {
  const children = ctx.children(node);
  const list = children.find((child) => ctx.type(child) === 'lambda_parameters');
  const params = list === undefined ? [] : lowerParameters(ctx, list);
  return ctx.inScope('lambda', (scope) => {
    for (const param of params) scope.bind(param.name);
    const body = lowerExpression(ctx, children.at(-1) ?? -1);
    return { kind: 'Lambda', start: ctx.start(node), end: ctx.end(node), params, body, scope: scope.finish() };
  });
}

/** Parameters of a function or lambda; defaults and annotations belong to the scope around it. */
export function lowerParameters(ctx: Context, list: number): Param[] {
  let params: Param[] = [];
  let form: Param['form'] = 'normal';
  for (const child of ctx.children(list)) {
    const type = ctx.type(child);
    if (isPunctuation(type)) continue;
    if (type === 'positional_separator') {
      params = params.map((param) => ({ ...param, form: 'positionalOnly' }));
    } else if (type === 'keyword_separator') {
      form = 'keywordOnly';
    } else {
      const param = lowerParameter(ctx, child, form);
      if (!param) continue;
      params.push(param);
      if (param.form === 'star') form = 'keywordOnly';
    }
  }
  return params;
}

function lowerParameter(ctx: Context, node: number, given: Param['form']): Param | null {
  let nameNode = node;
  let annotation: Expr | null = null;
  let value: Expr | null = null;
  let form = given;
  const type = ctx.type(node);
  if (type === 'typed_parameter' || type === 'default_parameter' || type === 'typed_default_parameter') {
    const children = ctx.children(node);
    nameNode = children[0] ?? -1;
    let afterEquals = false;
    for (const child of children.slice(1)) {
      const childType = ctx.type(child);
      if (childType === '=') afterEquals = true;
      else if (childType === 'type') annotation = lowerExpression(ctx, child);
      else if (afterEquals) value = lowerExpression(ctx, child);
    }
  }
  if (ctx.type(nameNode) === 'list_splat_pattern' || ctx.type(nameNode) === 'dictionary_splat_pattern') {
    form = ctx.type(nameNode) === 'list_splat_pattern' ? 'star' : 'doubleStar';
    nameNode = ctx.children(nameNode).at(-1) ?? -1;
  }
  if (ctx.type(nameNode) !== 'identifier') {
    ctx.invalid(node, 'This is not a valid parameter in Python 3.');
    return null;
  }
  return { start: ctx.start(node), end: ctx.end(node), name: ctx.name(nameNode), form, annotation, default: value };
}
