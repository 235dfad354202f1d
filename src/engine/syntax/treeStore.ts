/** Trees of texts that were parsed before, by another run of the program perhaps. */
import type { Ast } from './ast.js';
import { digestOf } from './digest.js';
import { packAst, unpackAst } from './lowered.js';
import type { PythonParser } from './parser.js';
import { SourceFile } from './sourceFile.js';

/** Where packed trees are kept, by the digests of their texts. */
export interface TreeStore {
  get(digest: string): string | undefined;
  /** `pack` makes what is to be kept; it may be called later, or not at all. */
  put(digest: string, pack: () => string): void;
}

/** Shorter texts, in UTF-16 code units, are parsed sooner than they are found. */
const SHORTEST = 1000;

/** A parser that takes trees from a store instead of parsing, and adds those that it had to make. */
export function withTreeStore(parser: PythonParser, store: TreeStore): PythonParser {
  return {
    kind: parser.kind,
    parse(path, text, previous) {
      if (previous || text.length < SHORTEST) return parser.parse(path, text, previous);
      const digest = digestOf(text);
      const known = unpacked(store.get(digest));
      if (known) return new SourceFile(path, text, known, digest);
      const file = parser.parse(path, text);
      store.put(digest, () => packAst(file.ast));
      return file;
    },
    parseExpression: (text, offset) => parser.parseExpression(text, offset),
  };
}

/** What isn't whole, as after a full disk, is as good as not there. */
function unpacked(packed: string | undefined): Ast | null {
  if (packed === undefined) return null;
  try {
    return unpackAst(packed);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
