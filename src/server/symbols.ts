/** The named parts of a source file, with the lines that belong to each. */
import { walk } from '../engine/training/index.js';
import type { Expr, SourceFile, Stmt } from '../engine/syntax/index.js';
import type { SourceSymbol } from '../protocol/index.js';

export interface LocatedSymbol extends SourceSymbol {
  /** Offsets of the same whole lines. */
  readonly start: number;
  readonly end: number;
  /** Offset of its name. */
  readonly nameAt: number;
}

/** Classes, functions and methods, and names that are assigned at the top level, in source order. */
export function symbolsOf(file: SourceFile): LocatedSymbol[] {
  const found: LocatedSymbol[] = [];
  const seen = new Set<string>();
  const add = (
    qualname: string,
    kind: SourceSymbol['kind'],
    span: { start: number; end: number },
    nameAt: number,
  ): void => {
    // What is defined again counts as it is found first, as a reader looks for it.
    if (seen.has(qualname)) return;
    seen.add(qualname);
    found.push({ qualname, kind, nameAt, ...linesOf(file, span) });
  };
  const visit = (statements: readonly Stmt[], prefix: string): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'ClassDef': {
          const qualname = prefix + statement.name;
          add(qualname, 'class', withDecorators(statement), statement.nameSpan.start);
          visit(statement.body, `${qualname}.`);
          break;
        }
        case 'FunctionDef':
          add(prefix + statement.name, 'function', withDecorators(statement), statement.nameSpan.start);
          break;
        case 'Assign':
          for (const target of statement.targets) addNames(target, statement, prefix, add);
          break;
        case 'AnnAssign':
          addNames(statement.target, statement, prefix, add);
          break;
        case 'If':
          visit(statement.body, prefix);
          visit(statement.orelse, prefix);
          break;
        case 'Try':
          visit(statement.body, prefix);
          for (const { body } of statement.handlers) visit(body, prefix);
          break;
        case 'With':
          visit(statement.body, prefix);
          break;
        default:
          break;
      }
    }
  };
  visit(file.ast.body, '');
  return found;
}

function addNames(
  target: Expr,
  statement: Stmt,
  prefix: string,
  add: (qualname: string, kind: 'variable', span: { start: number; end: number }, nameAt: number) => void,
): void {
  if (target.kind === 'Name') add(prefix + target.id, 'variable', statement, target.start);
  if (target.kind === 'Tuple') for (const element of target.elements) addNames(element, statement, prefix, add);
}

function withDecorators(node: { start: number; end: number; decorators: readonly Expr[] }): {
  start: number;
  end: number;
} {
  const first = Math.min(node.start, ...node.decorators.map(({ start }) => start));
  return { start: first, end: node.end };
}

/** Whole lines, with the comments directly above; the last line's end stays outside, so that a replacement keeps it. */
function linesOf(
  file: SourceFile,
  span: { start: number; end: number },
): Pick<LocatedSymbol, 'start' | 'end' | 'range'> {
  let { line } = file.positionAt(span.start);
  const indentation = lineText(file, line).match(/^\s*/)?.[0] ?? '';
  while (line > 0) {
    const above = lineText(file, line - 1);
    if (!above.startsWith(`${indentation}#`)) break;
    line--;
  }
  const start = file.offsetAt({ line, character: 0 });
  const last = file.positionAt(Math.max(span.start, span.end)).line;
  const end = file.offsetAt({ line: last, character: lineText(file, last).length });
  return { start, end, range: { start: file.positionAt(start), end: file.positionAt(end) } };
}

/** Without its line end. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.offsetAt({ line, character: 0 });
  const end = line + 1 < file.lineCount ? file.offsetAt({ line: line + 1, character: 0 }) : file.text.length;
  return file.text.slice(start, end).replace(/\r?\n$|\r$/, '');
}

export interface NamePlace {
  readonly start: number;
  readonly end: number;
  readonly kind: 'definition' | 'call' | 'import' | 'other';
}

/** Where a name stands in code: not in texts and comments. In source order. */
export function placesOf(file: SourceFile, name: string): NamePlace[] {
  const found = new Map<number, NamePlace>();
  const add = (span: { start: number; end: number }, kind: NamePlace['kind']): void => {
    const known = found.get(span.start);
    if (!known || known.kind === 'other') found.set(span.start, { start: span.start, end: span.end, kind });
  };
  const nameIn = (expression: Expr): { start: number; end: number } | undefined => {
    if (expression.kind === 'Name' && expression.id === name) return expression;
    if (expression.kind === 'Attribute' && expression.attr === name) return expression.attrSpan;
    return undefined;
  };
  walk(file.ast.body, (node) => {
    switch (node.kind) {
      case 'Call': {
        const span = nameIn(node.func);
        if (span) add(span, 'call');
        break;
      }
      case 'Name':
      case 'Attribute': {
        const span = nameIn(node);
        if (span) add(span, 'other');
        break;
      }
      case 'ClassDef':
      case 'FunctionDef':
        if (node.name === name) add(node.nameSpan, 'definition');
        break;
      case 'Assign':
        for (const target of node.targets) {
          const span = nameIn(target);
          if (span) add(span, 'definition');
        }
        break;
      case 'Import':
      case 'ImportFrom':
        if (node.names !== '*')
          for (const alias of node.names)
            if (alias.asName === name || alias.name === name || alias.name.split('.').at(-1) === name)
              add(alias, 'import');
        break;
      default:
        break;
    }
  });
  return [...found.values()].sort((a, b) => a.start - b.start);
}
