/** Small edits of Python source that keep the user's line ends, indentation, quotes and comments. */
import {
  argumentInsertions,
  hasOwnLines,
  indentAt,
  lineEnd,
  lineEndAfter,
  lineStart,
  type CallExpr,
  type Expr,
  type ImportFromStmt,
  type SourceFile,
  type Span,
  type Stmt,
} from '../syntax/index.js';
import { importsOf, isStatement, parentOf, spell, statementsIn, walk } from '../training/index.js';
import type { Change } from './types.js';

/** One more step of indentation than the file's first indented line has; four blanks if it has none. */
export function indentStep(file: SourceFile): string {
  for (const statement of file.ast.body) {
    const inner =
      statementsIn([statement])[1] ??
      ('body' in statement && Array.isArray(statement.body) ? (statement.body as Stmt[])[0] : undefined);
    const indent = inner ? indentAt(file, inner.start) : '';
    if (indent !== '' && lineStart(file, inner?.start ?? 0) !== lineStart(file, statement.start)) return indent;
  }
  return '    ';
}

/** New lines after a statement, each with the given indentation (that of the statement if left out). */
export function linesAfter(
  file: SourceFile,
  statement: Stmt,
  lines: readonly string[],
  label: string,
  indent = indentAt(file, statement.start),
): Change {
  const at = lineEndAfter(file, statement.end);
  return { file, start: at, end: at, newText: lines.map((line) => lineEnd(file) + indent + line).join(''), label };
}

/** New lines before a statement and the comment lines right above it. */
export function linesBefore(file: SourceFile, statement: Stmt, lines: readonly string[], label: string): Change {
  const indent = indentAt(file, statement.start);
  let at = lineStart(file, statement.start);
  for (;;) {
    const above = previousLine(file, at);
    if (above === null || !file.text.slice(above, at).startsWith(`${indent}#`)) break;
    at = above;
  }
  return { file, start: at, end: at, newText: lines.map((line) => indent + line + lineEnd(file)).join(''), label };
}

function previousLine(file: SourceFile, start: number): number | null {
  if (start === 0) return null;
  const end = file.text.charAt(start - 1) === '\n' && file.text.charAt(start - 2) === '\r' ? start - 2 : start - 1;
  return lineStart(file, end);
}

/** `before` and `after` around an expression. */
export function wrap(file: SourceFile, span: Span, before: string, after: string, label: string): Change[] {
  return [
    { file, start: span.start, end: span.start, newText: before, label },
    { file, start: span.end, end: span.end, newText: after, label },
  ];
}

export function replace(file: SourceFile, span: Span, newText: string, label: string): Change {
  return { file, start: span.start, end: span.end, newText, label };
}

/** `name=value` as a call's last argument, in the call's own layout; `null` where that can't be told to be right. */
export function addArgument(file: SourceFile, call: CallExpr, text: string, label: string): Change[] | null {
  const insertions = argumentInsertions(file, call, text);
  return insertions && insertions.map((each) => ({ file, start: each.at, end: each.at, newText: each.text, label }));
}

/** How to write a library's name in a file, and the import that it needs; `null` if it can't be imported beside what is there. */
export function nameFor(
  file: SourceFile,
  qualified: string,
  label: string,
): { readonly text: string; readonly changes: Change[] } | null {
  const text = spell(file, qualified);
  if (text !== null) return { text, changes: [] };
  const dot = qualified.lastIndexOf('.');
  const [module, name] = [qualified.slice(0, dot), qualified.slice(dot + 1)];
  const statement = file.ast.body.find(
    (each): each is ImportFromStmt =>
      each.kind === 'ImportFrom' && each.level === 0 && each.module === module && each.names !== '*',
  );
  const last = statement && statement.names !== '*' ? statement.names.at(-1) : undefined;
  if (!last || file.ast.scope.locals.has(name)) return null;
  return { text: name, changes: [{ file, start: last.end, end: last.end, newText: `, ${name}`, label }] };
}

/** `import name` for a module of the standard library, among the imports that are there. */
export function importChange(
  file: SourceFile,
  name: string,
  label: string,
): { readonly text: string; readonly changes: Change[] } | null {
  const known = importsOf(file).find(
    ({ qualified, statement }) => qualified === name && file.ast.body.includes(statement),
  );
  if (known) return { text: known.local, changes: [] };
  if (bindsName(file, name)) return null;
  const eol = lineEnd(file);
  const body = file.ast.body;
  const isFuture = (node: Stmt): boolean => node.kind === 'ImportFrom' && node.module === '__future__';
  const plain = body.filter(
    (node): node is Extract<Stmt, { kind: 'Import' }> => node.kind === 'Import' && hasOwnLines(file, node),
  );
  const first = body.find(
    (node) => (node.kind === 'Import' || node.kind === 'ImportFrom') && !isFuture(node) && hasOwnLines(file, node),
  );
  const group = plain.filter((node) => first && sameGroup(file, first, node));
  // Standard library first: at its alphabetic place among `import …` of the first group if that is the standard library's.
  const standard =
    group.length > 0 &&
    group.every((node) => node.names.every((alias) => STANDARD.has(alias.name.split('.')[0] ?? '')));
  if (standard) {
    const after = group.filter((node) => (node.names[0]?.name ?? '') < name).at(-1);
    if (after) return { text: name, changes: [linesAfter(file, after, [`import ${name}`], label)] };
    const [next] = group;
    if (next) return { text: name, changes: [atLine(file, next.start, `import ${name}${eol}`, label)] };
  }
  if (first) {
    const isStandard =
      first.kind === 'ImportFrom'
        ? STANDARD.has(first.module.split('.')[0] ?? '')
        : first.kind === 'Import' && STANDARD.has(first.names[0]?.name.split('.')[0] ?? '');
    return { text: name, changes: [atLine(file, first.start, `import ${name}${eol}${isStandard ? '' : eol}`, label)] };
  }
  const doc = body
    .filter((node) => isFuture(node) || (node.kind === 'Expression' && node.value.kind === 'String'))
    .at(-1);
  if (doc) return { text: name, changes: [linesAfter(file, doc, ['', `import ${name}`], label)] };
  const [start] = body;
  return { text: name, changes: [atLine(file, start?.start ?? 0, `import ${name}${eol}${eol}`, label)] };
}

const STANDARD = new Set(
  '__future__ abc argparse ast asyncio base64 bisect collections contextlib copy csv dataclasses datetime enum functools gc glob gzip hashlib heapq importlib inspect io itertools json logging math multiprocessing operator os pathlib pickle platform pprint queue random re shutil signal socket statistics string struct subprocess sys tempfile textwrap threading time traceback types typing unittest urllib uuid warnings weakref yaml zipfile'
    .split(' ')
    .filter((name) => name !== 'yaml'),
);

function atLine(file: SourceFile, offset: number, newText: string, label: string): Change {
  const at = lineStart(file, offset);
  return { file, start: at, end: at, newText, label };
}

/** No empty line between the two. */
function sameGroup(file: SourceFile, first: Stmt, other: Stmt): boolean {
  return !/(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)/.test(file.text.slice(first.start, other.start));
}

/** Whether any scope of the file binds a name. */
export function bindsName(file: SourceFile, name: string): boolean {
  if (file.ast.scope.locals.has(name)) return true;
  let found = false;
  walk(file.ast.body, (node) => {
    if ('scope' in node && node.scope.locals.has(name)) found = true;
  });
  return found;
}

/** `name`, or with a number where the file binds that already. */
export function freshName(file: SourceFile, name: string): string {
  if (!bindsName(file, name)) return name;
  for (let n = 2; ; n++) if (!bindsName(file, `${name}_${n}`)) return `${name}_${n}`;
}

/** The call or other expression that an expression is directly an operand or argument of. */
export function holderOf(file: SourceFile, expr: Expr): Expr | Stmt | null {
  let at = parentOf(file, expr);
  // Arguments stand between a call and its values.
  if (at && at.kind === undefined) at = parentOf(file, at);
  return at === undefined || at.kind === undefined ? null : isStatement(at) ? at : at;
}
