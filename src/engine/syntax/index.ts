export * from './ast.js';
export { SourceFile, type Position } from './sourceFile.js';
export { createParser, type PythonParser, type ParserKind } from './parser.js';
