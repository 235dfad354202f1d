import type {
  Argument,
  BinaryOperator,
  CompareOperator,
  ComprehensionClause,
  ComprehensionExpr,
  DictExpr,
  Expr,
  LambdaExpr,
  NameExpr,
  Param,
  SliceExpr,
} from './ast.js';
import { isPunctuation, maxExpressionDepth, type Context } from './context.js';
import { parseNumber } from './literals.js';
import { lowerConcatenation, lowerString } from './lowerString.js';
import { lowerTarget } from './lowerTarget.js';

const compareOperators: ReadonlySet<string> = new Set<CompareOperator>([
  '==', '!=', '<', '<=', '>', '>=', 'is', 'is not', 'in', 'not in',
]); // prettier-ignore

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

/**
 * The grammar binds a star closer than what follows (`*f(x), y` as a call of `*f`), Python looser: the star moves out.
 */
function unstar(ctx: Context, operand: Expr, node: number, rebuild: (operand: Expr) => Expr): Expr {
  if (operand.kind !== 'Starred' || ctx.type(node) === 'parenthesized_expression') return rebuild(operand);
  const value = rebuild(operand.value);
  return { kind: 'Starred', start: operand.start, end: value.end, value: { ...value, start: operand.value.start } };
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

function lowerUnary(ctx: Context, node: number): Expr {
  const [operator, argument] = ctx.children(node);
  if (operator === undefined || argument === undefined) return ctx.invalid(node, 'An operand is missing.');
  const operand = lowerExpression(ctx, argument);
  const token = ctx.type(operator);
  const op = token === 'kw:not' ? 'not' : (token as '-' | '+' | '~');
  return { kind: 'Unary', start: ctx.start(node), end: ctx.end(node), op, operand };
}

function lowerBinary(ctx: Context, node: number): Expr {
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

function lowerBoolean(ctx: Context, node: number): Expr {
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

function lowerComparison(ctx: Context, node: number): Expr {
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

function lowerConditional(ctx: Context, node: number): Expr {
  const [bodyNode, , testNode, , orelseNode] = ctx.children(node);
  if (bodyNode === undefined || testNode === undefined || orelseNode === undefined) {
    return ctx.invalid(node, 'This conditional expression is not complete.');
  }
  const body = lowerExpression(ctx, bodyNode);
  const test = lowerExpression(ctx, testNode);
  const orelse = lowerExpression(ctx, orelseNode);
  return { kind: 'Conditional', start: ctx.start(node), end: ctx.end(node), test, body, orelse };
}

function lowerLambda(ctx: Context, node: number): LambdaExpr {
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

function lowerComprehension(ctx: Context, node: number, type: ComprehensionExpr['type']): Expr {
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
