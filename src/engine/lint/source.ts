/** Edits of the user's source that fixes are made of. */
import type { Place } from '../python/value.js';
import {
  argumentInsertions,
  quoteOf,
  type CallExpr,
  type Expr,
  type SourceFile,
  type Span,
  type Stmt,
} from '../syntax/index.js';
import type { ObservedOp } from '../torch/rehearsal.js';
import { parentOf, qualifiedName, spell, statementOf, walk, type Node } from '../training/index.js';
import type { Program } from './program.js';
import type { Fix, FixEdit } from './types.js';

const nodesByFile = new WeakMap<SourceFile, Map<number, Node>>();

/** One number for a place: no file has so many characters. */
const keyOf = ({ start, end }: Span): number => start * 2 ** 26 + end;

/** The outermost node that fills a place. */
export function nodeAt(place: Place): Node | undefined {
  const { file } = place;
  let nodes = nodesByFile.get(file);
  if (!nodes) {
    nodes = new Map();
    const into = nodes;
    walk(file.ast.body, (node) => {
      const key = keyOf(node);
      if (node.kind !== undefined && !into.has(key)) into.set(key, node);
    });
    nodesByFile.set(file, nodes);
  }
  const found = nodes.get(keyOf(place));
  return found?.kind === 'Expression' ? found.value : found;
}

/** The call that is written at a place. */
export function callAt(place: Place | null): CallExpr | undefined {
  const node = place ? nodeAt(place) : undefined;
  return node?.kind === 'Call' ? node : undefined;
}

/** Text of an expression that takes the place of `outer`: in parentheses where it would bind less tightly there. */
export function textInPlaceOf(file: SourceFile, expr: Expr, outer: Node): string {
  const text = file.slice(expr);
  const loose = ['Binary', 'BoolOp', 'Compare', 'Conditional', 'Lambda', 'Unary', 'Named', 'Tuple', 'Starred'];
  if (!loose.includes(expr.kind)) return text;
  const parent = parentOf(file, outer);
  const free =
    !parent?.kind || ['Assign', 'AnnAssign', 'AugAssign', 'Return', 'Expression', 'Call'].includes(parent.kind);
  return free && expr.kind !== 'Tuple' ? text : `(${text})`;
}

/** Sets a keyword argument of the call at a place; `null` where its arguments aren't written one by one. */
export function setArgument(place: Place, name: string, text: string): readonly FixEdit[] | null {
  const call = callAt(place);
  if (!call || call.args.some(({ form }) => form === 'star' || form === 'doubleStar')) return null;
  const { file } = place;
  const given = call.args.find((arg) => arg.name === name);
  if (given) return [{ place: { file, start: given.value.start, end: given.value.end }, text }];
  const insertions = argumentInsertions(file, call, `${name}=${text}`);
  return insertions && insertions.map((each) => ({ place: { file, start: each.at, end: each.at }, text: each.text }));
}

/** Calls something else in the place of what a call names, in the file's own spelling; `null` where it isn't imported. */
export function callInstead(file: SourceFile, { func }: CallExpr, qualified: string): FixEdit | null {
  if (func.kind === 'Attribute') {
    const { start, end } = func.attrSpan;
    return { place: { file, start, end }, text: qualified.slice(qualified.lastIndexOf('.') + 1) };
  }
  const text = spell(file, qualified);
  return text === null ? null : { place: { file, start: func.start, end: func.end }, text };
}

/** A string of Python in the quotes that the file prefers. */
export function quoted(file: SourceFile, text: string): string {
  const quote = quoteOf(file);
  return `${quote}${text}${quote}`;
}

/** What a finding says of its fix. */
export const fixOrNone = (fix: Fix | null): { readonly fix?: Fix } => (fix ? { fix } : {});

/** What a finding says of a fix of these edits, where there are any. */
export const withFix = (title: string, edits: FixEdit | readonly FixEdit[] | null): { readonly fix?: Fix } =>
  fixOrNone(edits && { title, edits: 'place' in edits ? [edits] : edits });

/** Replaces a call by what it is applied to: `F.softmax(x, dim=1)`, `x.softmax(1)` and `self.softmax(x)` become `x`. */
export function unwrapCall(op: ObservedOp, place: Place): FixEdit | null {
  const call = callAt(place);
  if (!call) return null;
  const { file } = place;
  const first = call.args.find(({ form, name }) => form === 'positional' || name === 'input')?.value;
  const isFunction = qualifiedName(file, call.func)?.startsWith('torch.') ?? false;
  const isLayer = op.call !== null && op.call.module.cls.module.startsWith('torch.');
  const isMethod = !isFunction && !isLayer && call.func.kind === 'Attribute' && call.func.attr.startsWith(op.name);
  const inner =
    isMethod && call.func.kind === 'Attribute' ? call.func.value : isFunction || isLayer ? first : undefined;
  return inner ? { place, text: textInPlaceOf(file, inner, call) } : null;
}

/** Takes an element out of the arguments or the list that hold it, or removes `xs.append(element)`; `null` when it stands elsewhere. */
export function removeElement(place: Place): FixEdit | null {
  const { file } = place;
  const node = nodeAt(place);
  if (!node) return null;
  const parent = parentOf(file, node);
  const holder = parent?.kind === undefined && parent ? parentOf(file, parent) : parent;
  if (!holder || (holder.kind !== 'Call' && holder.kind !== 'List' && holder.kind !== 'Tuple')) return null;
  if (holder.kind === 'Call' && holder.func.kind === 'Attribute' && holder.func.attr === 'append') {
    const statement = statementOf(file, holder);
    return statement?.kind === 'Expression' && statement.value === holder ? removeStatement(file, statement) : null;
  }
  const items: readonly Node[] = holder.kind === 'Call' ? holder.args : holder.elements;
  const at = items.findIndex((item) => item.start <= node.start && node.end <= item.end);
  if (at < 0 || items.length < 2) return null;
  const [before, item, after] = [items[at - 1], items[at], items[at + 1]];
  if (!item) return null;
  const start = before ? before.end : item.start;
  const end = before ? item.end : (after?.start ?? item.end);
  return { place: { file, start, end }, text: '' };
}

/** Removes a statement with its line; a block that would be empty gets `pass`. */
export function removeStatement(file: SourceFile, statement: Stmt, until = statement.end): FixEdit {
  const parent = parentOf(file, statement);
  const alone =
    parent !== undefined && 'body' in parent && Array.isArray(parent.body) && (parent.body as unknown[]).length === 1;
  if (alone) return { place: { file, start: statement.start, end: statement.end }, text: 'pass' };
  const { text } = file;
  let { start } = statement;
  let end = until;
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  if (text[end] === '\r') end++;
  if (text[end] === '\n') end++;
  return { place: { file, start, end }, text: '' };
}

/** The way to drop an activation, wherever it is written. */
export function dropActivation(program: Program, op: ObservedOp): FixEdit | null {
  const place = program.placeOf(op);
  if (!place) return null;
  return place === op.place ? unwrapCall(op, place) : removeElement(place);
}
