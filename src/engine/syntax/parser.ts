import type { Ast, Comment, Expr, SyntaxProblem } from './ast.js';
import { Context } from './context.js';
import { digestOf } from './digest.js';
import { editBetween } from './edits.js';
import { emptyTree, flatten, moved, type FlatTree } from './flatTree.js';
import { docstringOf, lowerStatements } from './lowerStatement.js';
import { lowerBroken } from './recover.js';
import { SourceFile } from './sourceFile.js';
import { errorAt, loadTreeSitter, type ConcreteParser, type ConcreteTree, type ParserLocations } from './treeSitter.js';

export type ParserKind = 'native' | 'wasm';
export type { ParserLocations };

/** Parses Python text; incremental when given the previous version of the same file. Never throws on any text. */
export interface PythonParser {
  /** `stored`: it has trees that were kept, and parses nothing. */
  readonly kind: ParserKind | 'stored';
  /**
   * Parses `text`. When `previous` is an earlier version of the same path made by this parser, only what changed is
   * parsed again.
   */
  parse(path: string, text: string, previous?: SourceFile): SourceFile;
  /**
   * Parses text that is one expression and nothing else. With problems, `expression` may be an `InvalidExpr`.
   * @param offset Where the text lies; added to all spans.
   */
  parseExpression(text: string, offset?: number): { expression: Expr; problems: readonly SyntaxProblem[] };
}

/** Trees of pieces of broken text by their text, with offsets from the piece's beginning; `null` for what has errors. */
type Pieces = Map<string, FlatTree | null>;

/** What is kept of a version for the next one's sake; it goes when its file goes. */
interface Kept {
  readonly tree: ConcreteTree;
  readonly text: string;
  readonly pieces: Pieces;
}

type Versions = WeakMap<SourceFile, Kept>;

/** tree-sitter knows no line end of a lone carriage return; a line feed in its place moves no offset. */
function normalized(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
}

/**
 * Lowers a tree; one with errors is lowered piece by piece instead.
 * @param known Pieces of the version before: typing inside one statement leaves the others' trees as they are.
 * @param pieces Receives this version's pieces.
 */
function lower(
  parser: ConcreteParser,
  tree: ConcreteTree,
  text: string,
  source: string,
  known: Pieces | undefined,
  pieces: Pieces,
): Ast {
  const parsePiece = (piece: string, offset: number): FlatTree | null => {
    let result = pieces.get(piece) ?? known?.get(piece);
    if (result === undefined) {
      const pieceTree = parser.parse(piece, null);
      result = pieceTree.rootNode.hasError ? null : flatten(parser, pieceTree, piece, 0, []);
      pieceTree.delete?.();
    }
    pieces.set(piece, result);
    return result && moved(result, offset);
  };
  const comments: Comment[] = [];
  const broken = tree.rootNode.hasError;
  const ctx = new Context(text, broken ? emptyTree : flatten(parser, tree, source, 0, comments), parsePiece);
  const lowered = broken ? lowerBroken(ctx, source) : { body: lowerStatements(ctx, 0), comments };
  const { body } = lowered;
  ctx.problems.sort((a, b) => a.start - b.start || a.end - b.end);
  return {
    body,
    docstring: docstringOf(body),
    scope: ctx.scope.finish(),
    comments: lowered.comments,
    problems: ctx.problems,
  };
}

/** Parses incrementally where an earlier version's tree is at hand. That tree is used up: editing changes it. */
function parseAfter(parser: ConcreteParser, old: Kept | undefined, source: string): ConcreteTree {
  if (!old) return parser.parse(source, null);
  const edit = editBetween(old.text, source);
  if (edit) old.tree.edit(edit);
  const tree = parser.parse(source, old.tree);
  old.tree.delete?.();
  return tree;
}

function parseExpression(
  parser: ConcreteParser,
  text: string,
  offset: number,
): { expression: Expr; problems: readonly SyntaxProblem[] } {
  const end = offset + text.length;
  // One line, as if it stood in parentheses; strings are read from the real text.
  const source = text.replace(/[\r\n]/g, ' ');
  const tree = parser.parse(source, null);
  const failed = (message: string, at: number): { expression: Expr; problems: readonly SyntaxProblem[] } => ({
    expression: { kind: 'InvalidExpr', start: offset, end, message },
    problems: [{ start: Math.min(at, end), end, message }],
  });
  if (text.trim() === '') return failed('An expression is missing.', offset);
  if (tree.rootNode.hasError) return failed('This is not a valid Python expression.', offset + errorAt(tree));
  const flat = flatten(parser, tree, source, offset, []);
  const ctx = new Context(' '.repeat(offset) + text, flat, () => null);
  const [statement, ...others] = lowerStatements(ctx, 0);
  tree.delete?.();
  if (statement?.kind !== 'Expression' || others.length > 0) {
    const problem = ctx.problems[0];
    return problem
      ? failed(problem.message, problem.start)
      : failed('This is not a valid Python expression.', others[0]?.start ?? offset);
  }
  return { expression: statement.value, problems: ctx.problems };
}

/**
 * Loads tree-sitter.
 * @param kind `native` uses the Node-API prebuilds, `wasm` the grammar's WebAssembly build.
 * @param locations Where the WebAssembly files lie, when not in `node_modules`.
 * @throws Error when the parser can't be loaded on this platform (the message says which file is missing).
 */
export async function createParser(kind: ParserKind, locations: ParserLocations = {}): Promise<PythonParser> {
  const parser = await loadTreeSitter(kind, locations);
  const versions: Versions = new WeakMap();
  return {
    kind,
    parse(path, text, previous) {
      if (previous?.text === text && previous.path === path) return previous;
      const source = normalized(text);
      const old = previous && versions.get(previous);
      if (previous) versions.delete(previous);
      const tree = parseAfter(parser, old, source);
      const pieces: Pieces = new Map();
      const file = new SourceFile(path, text, lower(parser, tree, text, source, old?.pieces, pieces), digestOf(text));
      versions.set(file, { tree, text: source, pieces });
      return file;
    },
    parseExpression: (text, offset = 0) => parseExpression(parser, text, offset),
  };
}

/** The native parser where it can be loaded, else the WebAssembly one. Both give the same trees. */
export async function createAvailableParser(locations: ParserLocations = {}): Promise<PythonParser> {
  try {
    return await createParser('native', locations);
  } catch (nativeError) {
    try {
      return await createParser('wasm', locations);
    } catch (wasmError) {
      throw new AggregateError([nativeError, wasmError], 'No Python parser could be loaded.');
    }
  }
}
