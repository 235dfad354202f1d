import type { ClassDef, Expr, FunctionDef, Stmt, TypeParam } from './ast.js';
import type { Context } from './context.js';
import { lowerExpression, lowerArguments } from './lowerExpression.js';
import { lowerParameters } from './lowerParameters.js';
import { invalidStatement, docstringOf, lowerSuite } from './lowerStatement.js';

export function lowerDecorated(ctx: Context, node: number): Stmt {
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

export function lowerFunction(ctx: Context, node: number, decorators: readonly Expr[]): FunctionDef {
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

export function lowerClass(ctx: Context, node: number, decorators: readonly Expr[]): ClassDef {
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

/** `[T, T: bound, *Ts, **P]` */
export function lowerTypeParams(ctx: Context, list: number): TypeParam[] {
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
