import type { InvalidExpr, Span, Stmt, SyntaxProblem } from './ast.js';
import type { FlatTree } from './flatTree.js';
import { mangle, ScopeBuilder } from './scopes.js';

/** Deeper nesting becomes invalid: whoever walks the tree may then recurse. */
export const maxExpressionDepth = 400;
/** As in CPython, which refuses more than 100 levels of indentation. */
export const maxBlockDepth = 100;

/** Parses a piece of text that lies at `offset`; `null` when it has errors. */
export type ParsePiece = (source: string, offset: number) => FlatTree | null;

/** State of one lowering: where it is, and what it found. */
export class Context {
  scope: ScopeBuilder = new ScopeBuilder('module', null);
  /** The class whose body is being lowered, for name mangling. */
  className: string | null = null;
  expressionDepth = 0;
  blockDepth = 0;
  readonly problems: SyntaxProblem[] = [];
  /** Bodies that are lowered from elsewhere, in the order of their heads; see `recover.ts`. */
  suites: (() => Stmt[])[] | null = null;
  /** Beginnings of heads that were completed: what they test or iterate over is not what somebody meant. */
  readonly damagedHeads = new Set<number>();

  constructor(
    /** The file's whole text; spans are offsets into it. */
    readonly text: string,
    public tree: FlatTree,
    readonly parsePiece: ParsePiece,
  ) {}

  type(node: number): string {
    return this.tree.type[node] ?? '';
  }

  start(node: number): number {
    return this.tree.start[node] ?? 0;
  }

  end(node: number): number {
    return Math.min(this.tree.end[node] ?? 0, this.text.length);
  }

  span(node: number): Span {
    return { start: this.start(node), end: this.end(node) };
  }

  source(node: number): string {
    return this.text.slice(this.start(node), this.end(node));
  }

  children(node: number): number[] {
    const { last } = this.tree;
    const result: number[] = [];
    const end = last[node] ?? node;
    for (let child = node + 1; child <= end; child = (last[child] ?? child) + 1) result.push(child);
    return result;
  }

  /** The first child, or -1. */
  firstChild(node: number): number {
    return (this.tree.last[node] ?? node) > node ? node + 1 : -1;
  }

  /** An identifier's name as Python compares it: NFKC, and mangled in a class. */
  name(node: number): string {
    return this.normalizeName(this.source(node));
  }

  /** An identifier's name without mangling. */
  plainName(node: number): string {
    return normalize(this.source(node));
  }

  normalizeName(source: string): string {
    const name = normalize(source);
    return name.startsWith('__') ? mangle(this.className, name) : name;
  }

  problem(span: Span, message: string): void {
    this.problems.push({ start: span.start, end: span.end, message });
  }

  /** Reports a problem and stands in for the expression. */
  invalid(node: number, message: string): InvalidExpr {
    const span = this.span(node);
    this.problem(span, message);
    return { kind: 'InvalidExpr', start: span.start, end: span.end, message };
  }

  /** Lowers with a new scope and closes it. */
  inScope<T>(type: ScopeBuilder['type'], lower: (scope: ScopeBuilder) => T): T {
    const scope = new ScopeBuilder(type, this.scope);
    this.scope = scope;
    const result = lower(scope);
    this.scope = scope.parent ?? scope;
    return result;
  }
}

/** Type names of tokens that carry no meaning of their own in a list of elements. */
export function isPunctuation(type: string): boolean {
  return type === ',' || type === '(' || type === ')' || type === '[' || type === ']' || type === '{' || type === '}';
}

function normalize(name: string): string {
  return /^[\x00-\x7f]*$/.test(name) ? name : name.normalize('NFKC');
}
