export * from './ast.js';
export { SourceFile, type Position } from './sourceFile.js';
export {
  createAvailableParser,
  createParser,
  type ParserLocations,
  type PythonParser,
  type ParserKind,
} from './parser.js';
export { parseDirective, directiveDtypes, type Directive, type DirectiveInput, type Dimension } from './directive.js';
export { classesOf } from './classes.js';
export { quietEdit, type MovedLines } from './quietEdit.js';
export { mangle } from './scopes.js';
export { digestOf } from './digest.js';
export { packAst, parseOwn, unpackAst } from './lowered.js';
export { StoredTrees, withTreeStore, type TreeStore } from './treeStore.js';
export {
  argumentInsertions,
  hasOwnLines,
  indentAt,
  lineEnd,
  lineEndAfter,
  lineStart,
  quoteOf,
  startsLine,
} from './layout.js';
