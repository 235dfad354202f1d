export * from './ast.js';
export { SourceFile, type Position } from './sourceFile.js';
export {
  createAvailableParser,
  createParser,
  type ParserLocations,
  type PythonParser,
  type ParserKind,
} from './parser.js';
