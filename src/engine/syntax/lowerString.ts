import type { Expr, FStringField } from './ast.js';
import type { Context } from './context.js';
import { decodeString } from './literals.js';
import { lowerExpression } from './lowerExpression.js';

type Part = string | FStringField;

interface Literal {
  readonly parts: readonly Part[];
  readonly formatted: boolean;
  readonly bytes: boolean;
}

export function lowerString(ctx: Context, node: number): Expr {
  return build(ctx, node, [node]);
}

/** Adjacent literals make one string. */
export function lowerConcatenation(ctx: Context, node: number): Expr {
  return build(ctx, node, ctx.children(node));
}

function build(ctx: Context, node: number, pieces: readonly number[]): Expr {
  const literals: Literal[] = [];
  for (const piece of pieces) {
    const literal = lowerLiteral(ctx, piece);
    if (typeof literal === 'string') return ctx.invalid(piece, literal);
    literals.push(literal);
  }
  const bytes = literals[0]?.bytes ?? false;
  if (literals.some((literal) => literal.bytes !== bytes)) {
    return ctx.invalid(node, 'Bytes and text literals cannot be joined.');
  }
  const parts = joined(literals.flatMap((literal) => literal.parts));
  if (literals.some((literal) => literal.formatted))
    return { kind: 'FString', start: ctx.start(node), end: ctx.end(node), parts };
  const value = parts[0];
  return {
    kind: 'String',
    start: ctx.start(node),
    end: ctx.end(node),
    value: typeof value === 'string' ? value : '',
    bytes,
  };
}

function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    if (typeof part !== 'string') result.push(part);
    else if (typeof before === 'string') result[result.length - 1] = before + part;
    else if (part !== '') result.push(part);
  }
  return result;
}

/** One literal, or the message why it is none. */
function lowerLiteral(ctx: Context, node: number): Literal | string {
  const children = ctx.children(node);
  const opening = children[0] ?? -1;
  const closing = children.at(-1) ?? -1;
  const prefix = /^[A-Za-z]*/.exec(ctx.source(opening))?.[0].toLowerCase() ?? '';
  if (!['', 'r', 'u', 'b', 'br', 'rb', 'f', 'fr', 'rf'].includes(prefix)) {
    return prefix.includes('t') ? 'Template strings are not supported.' : `'${prefix}' is not a string prefix.`;
  }
  const raw = prefix.includes('r');
  const bytes = prefix.includes('b');
  const formatted = prefix.includes('f');
  const parts: Part[] = [];
  // What lies between the fields is the text, whatever the grammar calls it.
  let from = ctx.end(opening);
  const text = (to: number): void => {
    const source = ctx.text.slice(from, to);
    if (formatted) parts.push(decodeString(unbrace(source), raw, bytes));
    else parts.push(decodeString(source, raw, bytes));
  };
  for (const child of children) {
    if (ctx.type(child) !== 'interpolation') continue;
    text(ctx.start(child));
    parts.push(lowerField(ctx, child, raw));
    from = ctx.end(child);
  }
  // The grammar counts backslashes at a raw string's end as part of the closing quote.
  const quotes = ctx.end(opening) - ctx.start(opening) - prefix.length;
  text(ctx.end(closing) - quotes);
  return { parts, formatted, bytes };
}

/** `{{` and `}}` stand for one brace; the braces of `\N{…}` are the escape's own. */
function unbrace(source: string): string {
  return source.replace(/(\\N\{[^}]*\})|\{\{|\}\}/g, (all: string, name: string | undefined) => name ?? all.slice(1));
}

function lowerField(ctx: Context, node: number, raw: boolean): FStringField {
  const children = ctx.children(node);
  const valueNode = children[1] ?? -1;
  const value = lowerExpression(ctx, valueNode);
  let conversion: string | null = null;
  let format: Part[] | null = null;
  let debug: string | null = null;
  for (const child of children.slice(2)) {
    switch (ctx.type(child)) {
      case '=': {
        let to = ctx.end(child);
        while (/\s/.test(ctx.text.charAt(to))) to++;
        debug = ctx.text.slice(ctx.end(children[0] ?? -1), to);
        break;
      }
      case 'type_conversion':
        conversion = ctx.source(child).slice(1);
        break;
      case 'format_specifier':
        format = lowerFormat(ctx, child, raw);
        break;
      default:
    }
  }
  return { value, conversion, format, debug };
}

function lowerFormat(ctx: Context, node: number, raw: boolean): Part[] {
  const parts: Part[] = [];
  let from = ctx.start(node) + 1;
  for (const child of ctx.children(node)) {
    if (ctx.type(child) !== 'format_expression' && ctx.type(child) !== 'interpolation') continue;
    parts.push(decodeString(ctx.text.slice(from, ctx.start(child)), raw, false), lowerField(ctx, child, raw));
    from = ctx.end(child);
  }
  parts.push(decodeString(ctx.text.slice(from, ctx.end(node)), raw, false));
  return joined(parts);
}
