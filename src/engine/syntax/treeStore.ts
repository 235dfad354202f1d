/** Trees of texts that were parsed before, by another run of the program perhaps. */
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
      const packed = store.get(digest);
      if (packed !== undefined) return new SourceFile(path, text, unpackAst(packed), digest);
      const file = parser.parse(path, text);
      store.put(digest, () => packAst(file.ast));
      return file;
    },
    parseExpression: (text, offset) => parser.parseExpression(text, offset),
  };
}
