import type { Expr, Pattern } from './ast.js';
import { isPunctuation, maxExpressionDepth, type Context } from './context.js';
import { lowerExpression } from './lowerExpression.js';

/** Lowers the patterns of one `case`; several, or one with a comma, make a sequence. */
export function lowerCasePatterns(ctx: Context, nodes: readonly number[], comma: boolean): Pattern {
  const patterns = nodes.map((node) => lowerPattern(ctx, node));
  const first = patterns[0];
  const last = patterns.at(-1);
  if (!first || !last) return { kind: 'InvalidPattern', start: 0, end: 0 };
  if (patterns.length === 1 && !comma && first.kind !== 'StarPattern') return first;
  return { kind: 'SequencePattern', start: first.start, end: last.end, patterns };
}

function lowerPattern(ctx: Context, node: number): Pattern {
  if (ctx.expressionDepth >= maxExpressionDepth) return invalid(ctx, node, 'This pattern is nested too deeply.');
  ctx.expressionDepth++;
  const children = ctx.children(node);
  // A `case_pattern` holds a pattern's node, or loose tokens: `_`, `-1`.
  const result =
    ctx.type(node) === 'case_pattern' ? lowerTokens(ctx, node, children) : lowerPatternNode(ctx, node, children);
  ctx.expressionDepth--;
  return result;
}

function invalid(ctx: Context, node: number, message: string): Pattern {
  ctx.problem(ctx.span(node), message);
  return { kind: 'InvalidPattern', start: ctx.start(node), end: ctx.end(node) };
}

/** Tokens in which a number may have its sign before it, as a sibling. */
function lowerTokens(ctx: Context, node: number, tokens: readonly number[]): Pattern {
  const first = tokens[0];
  if (first === undefined) return invalid(ctx, node, 'A pattern is missing.');
  const second = tokens[1];
  if (ctx.type(first) === '-' && second !== undefined) return negative(ctx, first, second);
  return lowerPattern(ctx, first);
}

function negative(ctx: Context, sign: number, number: number): Pattern {
  return { kind: 'ValuePattern', start: ctx.start(sign), end: ctx.end(number), value: signed(ctx, sign, number) };
}

function signed(ctx: Context, sign: number, number: number): Expr {
  const operand = lowerExpression(ctx, number);
  return { kind: 'Unary', start: ctx.start(sign), end: ctx.end(number), op: '-', operand };
}

/** Alternatives or elements among tokens: a sign belongs to the number that follows it. */
function lowerList(ctx: Context, tokens: readonly number[]): Pattern[] {
  const patterns: Pattern[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? -1;
    const type = ctx.type(token);
    if (isPunctuation(type) || type === '|') continue;
    const next = tokens[i + 1];
    if (type === '-' && next !== undefined) {
      patterns.push(negative(ctx, token, next));
      i++;
    } else {
      patterns.push(lowerPattern(ctx, token));
    }
  }
  return patterns;
}

function lowerPatternNode(ctx: Context, node: number, children: readonly number[]): Pattern {
  const span = ctx.span(node);
  switch (ctx.type(node)) {
    case 'kw:_':
      return { kind: 'CapturePattern', start: span.start, end: span.end, name: null, pattern: null };
    case 'true':
    case 'false':
      return { kind: 'SingletonPattern', start: span.start, end: span.end, value: ctx.type(node) === 'true' };
    case 'none':
      return { kind: 'SingletonPattern', start: span.start, end: span.end, value: null };
    case 'integer':
    case 'float':
    case 'string':
    case 'concatenated_string':
      return { kind: 'ValuePattern', start: span.start, end: span.end, value: lowerExpression(ctx, node) };
    case 'complex_pattern':
      return lowerComplex(ctx, node, children);
    case 'dotted_name':
      return lowerName(ctx, node);
    case 'splat_pattern':
      return { kind: 'StarPattern', start: span.start, end: span.end, name: bindName(ctx, children.at(-1) ?? -1) };
    case 'union_pattern':
      return { kind: 'OrPattern', start: span.start, end: span.end, patterns: lowerList(ctx, children) };
    case 'list_pattern':
      return { kind: 'SequencePattern', start: span.start, end: span.end, patterns: lowerList(ctx, children) };
    case 'tuple_pattern': {
      const patterns = lowerList(ctx, children);
      const only = patterns[0];
      const comma = children.some((child) => ctx.type(child) === ',');
      // `(p)` only groups.
      if (only && patterns.length === 1 && !comma && only.kind !== 'StarPattern') return only;
      return { kind: 'SequencePattern', start: span.start, end: span.end, patterns };
    }
    case 'dict_pattern':
      return lowerMapping(ctx, node, children);
    case 'class_pattern':
      return lowerClass(ctx, node, children);
    case 'as_pattern': {
      const pattern = lowerPattern(ctx, children[0] ?? -1);
      return {
        kind: 'CapturePattern',
        start: span.start,
        end: span.end,
        name: bindName(ctx, children.at(-1) ?? -1),
        pattern,
      };
    }
    default:
      return invalid(ctx, node, 'This is not a valid pattern.');
  }
}

function bindName(ctx: Context, node: number): string | null {
  const name = ctx.name(node);
  if (name === '_') return null;
  ctx.scope.bind(name);
  return name;
}

function lowerName(ctx: Context, node: number): Pattern {
  const span = ctx.span(node);
  if (!ctx.source(node).includes('.')) {
    return { kind: 'CapturePattern', start: span.start, end: span.end, name: bindName(ctx, node), pattern: null };
  }
  return { kind: 'ValuePattern', start: span.start, end: span.end, value: lowerDottedName(ctx, node) };
}

/** `a.b.c` as an expression; in patterns it is one token of the grammar. */
export function lowerDottedName(ctx: Context, node: number): Expr {
  let result: Expr | null = null;
  const start = ctx.start(node);
  for (const match of ctx.source(node).matchAll(/[^\s.\\]+/g)) {
    const from = start + match.index;
    const to = from + match[0].length;
    const id = ctx.normalizeName(match[0]);
    result = result
      ? { kind: 'Attribute', start, end: to, value: result, attr: id, attrSpan: { start: from, end: to } }
      : { kind: 'Name', start: from, end: to, id };
  }
  return result ?? ctx.invalid(node, 'A name is missing.');
}

/** `[-]a ± bj` */
function lowerComplex(ctx: Context, node: number, children: readonly number[]): Pattern {
  const hasSign = ctx.type(children[0] ?? -1) === '-';
  const [realNode, operator, imaginaryNode] = hasSign ? children.slice(1) : children;
  if (realNode === undefined || operator === undefined || imaginaryNode === undefined) {
    return invalid(ctx, node, 'This is not a valid pattern.');
  }
  const left = hasSign ? signed(ctx, children[0] ?? -1, realNode) : lowerExpression(ctx, realNode);
  const right = lowerExpression(ctx, imaginaryNode);
  const span = ctx.span(node);
  const op = ctx.type(operator) === '-' ? '-' : '+';
  return {
    kind: 'ValuePattern',
    start: span.start,
    end: span.end,
    value: { kind: 'Binary', start: span.start, end: span.end, op, left, right },
  };
}

function lowerMapping(ctx: Context, node: number, children: readonly number[]): Pattern {
  const entries: { key: Expr; pattern: Pattern }[] = [];
  let rest: string | null = null;
  for (let i = 0; i < children.length; i++) {
    const child = children[i] ?? -1;
    const type = ctx.type(child);
    if (isPunctuation(type)) continue;
    if (type === 'splat_pattern') {
      rest = bindName(ctx, ctx.children(child).at(-1) ?? -1);
      continue;
    }
    const colon = children.indexOf(children.slice(i).find((next) => ctx.type(next) === ':') ?? -1);
    if (colon < 0) return invalid(ctx, node, 'This is not a valid pattern.');
    const key = lowerKey(ctx, children.slice(i, colon));
    entries.push({ key, pattern: lowerPattern(ctx, children[colon + 1] ?? -1) });
    i = colon + 1;
  }
  return { kind: 'MappingPattern', start: ctx.start(node), end: ctx.end(node), entries, rest };
}

function lowerKey(ctx: Context, tokens: readonly number[]): Expr {
  const first = tokens[0] ?? -1;
  const second = tokens[1];
  if (ctx.type(first) === '-' && second !== undefined) return signed(ctx, first, second);
  if (ctx.type(first) === 'dotted_name') return lowerDottedName(ctx, first);
  if (ctx.type(first) === 'complex_pattern') {
    const pattern = lowerPattern(ctx, first);
    return pattern.kind === 'ValuePattern' ? pattern.value : ctx.invalid(first, 'This is not a valid key.');
  }
  return lowerExpression(ctx, first);
}

function lowerClass(ctx: Context, node: number, children: readonly number[]): Pattern {
  const cls = lowerDottedName(ctx, children[0] ?? -1);
  const positional: Pattern[] = [];
  const keyword: { name: string; pattern: Pattern }[] = [];
  for (const child of children.slice(1)) {
    if (isPunctuation(ctx.type(child))) continue;
    const entry = lowerKeyword(ctx, child);
    if (entry) keyword.push(entry);
    else positional.push(lowerPattern(ctx, child));
  }
  return { kind: 'ClassPattern', start: ctx.start(node), end: ctx.end(node), cls, positional, keyword };
}

/** `name=pattern`, also where the grammar has `(name=pattern) as x`. */
function lowerKeyword(ctx: Context, node: number, depth = 0): { name: string; pattern: Pattern } | null {
  if (depth > maxExpressionDepth) return null;
  if (ctx.type(node) === 'case_pattern') return lowerKeyword(ctx, ctx.firstChild(node), depth + 1);
  const children = ctx.children(node);
  if (ctx.type(node) === 'as_pattern') {
    const inner = lowerKeyword(ctx, children[0] ?? -1, depth + 1);
    if (!inner) return null;
    const name = bindName(ctx, children.at(-1) ?? -1);
    const span = { start: inner.pattern.start, end: ctx.end(node) };
    return {
      name: inner.name,
      pattern: { kind: 'CapturePattern', start: span.start, end: span.end, name, pattern: inner.pattern },
    };
  }
  if (ctx.type(node) !== 'keyword_pattern') return null;
  // Python looks this name up as it is written, without mangling.
  return { name: ctx.plainName(children[0] ?? -1), pattern: lowerTokens(ctx, node, children.slice(2)) };
}
