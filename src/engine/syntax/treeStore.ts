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

/** A parser that takes trees from a store instead of parsing, and adds those that it had to make. */
export function withTreeStore(parser: PythonParser, store: TreeStore): PythonParser {
  return {
    kind: parser.kind,
    parse(path, text, previous) {
      if (previous) return parser.parse(path, text, previous);
      const known = fileOf(store, path, text);
      if (known) return known;
      const file = parser.parse(path, text);
      store.put(file.digest, () => packAst(file.ast));
      return file;
    },
    parseExpression: (text, offset) => parser.parseExpression(text, offset),
  };
}

/** Trees from a store alone, for programs that needn't load a parser when all they read was parsed before. */
export class StoredTrees implements PythonParser {
  readonly kind = 'stored';
  /** Whether something was asked for that isn't there: then nothing that was made of the answers counts. */
  missed = false;

  constructor(private readonly store: TreeStore) {}

  parse(path: string, text: string): SourceFile {
    return fileOf(this.store, path, text) ?? this.missing(path);
  }

  parseExpression(text: string): never {
    return this.missing(text);
  }

  private missing(what: string): never {
    this.missed = true;
    throw new Error(`the tree of ${what} was not kept`);
  }
}

function fileOf(store: TreeStore, path: string, text: string): SourceFile | null {
  const digest = digestOf(text);
  const ast = unpacked(store.get(digest));
  return ast && new SourceFile(path, text, ast, digest);
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
