import type { SourceFile } from './sourceFile.js';

export type ParserKind = 'native' | 'wasm';

/** Parses Python text; incremental when given the previous version of the same file. Never throws on any text. */
export interface PythonParser {
  readonly kind: ParserKind;
  /**
   * Parses `text`. When `previous` is an earlier version of the same path made by this parser, only what changed is
   * parsed again.
   */
  parse(path: string, text: string, previous?: SourceFile): SourceFile;
}

/**
 * Loads tree-sitter.
 * @param kind `native` uses the Node-API prebuilds, `wasm` the grammar's WebAssembly build.
 * @throws Error when the parser can't be loaded on this platform (the message says which file is missing).
 */
export declare function createParser(kind: ParserKind): Promise<PythonParser>;
