/** Walking the syntax tree: children, parents, enclosing blocks. */
import type {
  Argument,
  CallExpr,
  ClassDef,
  Expr,
  FunctionDef,
  LambdaExpr,
  SourceFile,
  Span,
  Stmt,
} from '../syntax/index.js';

/** Anything with a place in the text. */
export type Node = Expr | Stmt | (Argument & { readonly kind?: undefined }) | (Span & { readonly kind?: undefined });

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Span).start === 'number' &&
  typeof (value as Span).end === 'number';

/** Trees don't change, and many look at the same ones. */
const childLists = new WeakMap<object, readonly Node[]>();

/** The nodes directly below, in source order as far as the tree keeps it. */
export function childrenOf(node: object): readonly Node[] {
  let known = childLists.get(node);
  if (!known) childLists.set(node, (known = childrenIn(node)));
  return known;
}

function childrenIn(node: object): readonly Node[] {
  const found: Node[] = [];
  for (const key in node) collect((node as Record<string, unknown>)[key], found);
  return found.length > 0 ? found : NONE;
}

const NONE: readonly Node[] = [];

function collect(value: unknown, into: Node[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const item of value) collect(item, into);
  else if (isNode(value)) {
    if (!isBareSpan(value)) into.push(value);
  } else if (!(value instanceof Set)) for (const key in value) collect((value as Record<string, unknown>)[key], into);
}

/** The place of a name is no node. */
function isBareSpan(value: object): boolean {
  for (const key in value) if (key !== 'start' && key !== 'end') return false;
  return true;
}

/** Every node below `root` with itself, parents first. `enter` may say `false` to leave out what is below. */
export function walk(root: object | readonly object[], enter: (node: Node) => boolean | void): void {
  const visit = (node: Node): void => {
    if (enter(node) === false) return;
    for (const child of childrenOf(node)) visit(child);
  };
  if (Array.isArray(root)) (root as readonly Node[]).forEach(visit);
  else visit(root as Node);
}

type NodeOf<K extends (Expr | Stmt)['kind']> = Extract<Expr | Stmt, { kind: K }>;

/** Bodies of files and functions are looked through for many kinds: what is below them, by kind. */
const kindsBelow = new WeakMap<readonly object[], ReadonlyMap<string, readonly Node[]>>();

function nodesByKind(root: readonly object[]): ReadonlyMap<string, readonly Node[]> {
  const known = kindsBelow.get(root);
  if (known) return known;
  const found = new Map<string, Node[]>();
  walk(root, (node) => {
    if (node.kind === undefined) return;
    const others = found.get(node.kind);
    if (others) others.push(node);
    else found.set(node.kind, [node]);
  });
  for (const nodes of found.values()) nodes.sort((a, b) => a.start - b.start);
  kindsBelow.set(root, found);
  return found;
}

/** All nodes of a kind below `root`, in source order. */
export function findAll<K extends (Expr | Stmt)['kind']>(
  root: object | readonly object[],
  kind: K,
): readonly NodeOf<K>[] {
  if (Array.isArray(root)) return (nodesByKind(root as readonly object[]).get(kind) ?? []) as readonly NodeOf<K>[];
  const found: NodeOf<K>[] = [];
  walk(root, (node) => {
    if (node.kind === kind) found.push(node as NodeOf<K>);
  });
  return found.sort((a, b) => a.start - b.start);
}

/** Every call of a file in source order, the outer one first. */
export const callsIn = (file: SourceFile): readonly CallExpr[] => findAll(file.ast.body, 'Call');

const parents = new WeakMap<SourceFile, Map<Node, Node>>();

function parentMap(file: SourceFile): Map<Node, Node> {
  let map = parents.get(file);
  if (!map) {
    map = new Map();
    const visit = (node: Node, into: Map<Node, Node>): void => {
      for (const child of childrenOf(node)) {
        into.set(child, node);
        visit(child, into);
      }
    };
    for (const node of file.ast.body) visit(node, map);
    parents.set(file, map);
  }
  return map;
}

export function parentOf(file: SourceFile, node: Node): Node | undefined {
  return parentMap(file).get(node);
}

/** From the nearest to the outermost. */
export function ancestorsOf(file: SourceFile, node: Node): Node[] {
  const found: Node[] = [];
  for (let at = parentOf(file, node); at; at = parentOf(file, at)) found.push(at);
  return found;
}

export type FunctionLike = FunctionDef | LambdaExpr;

/** The function whose body holds the node; `null` at module or class level. */
export function functionAround(file: SourceFile, node: Node): FunctionDef | null {
  for (const each of ancestorsOf(file, node)) {
    if (each.kind === 'FunctionDef') return each;
    if (each.kind === 'ClassDef') return null;
  }
  return null;
}

/** The class whose body (methods included) holds the node. */
export function classAround(file: SourceFile, node: Node): ClassDef | null {
  return ancestorsOf(file, node).find((each) => each.kind === 'ClassDef') ?? null;
}

const STATEMENTS: ReadonlySet<string> = new Set<Stmt['kind']>([
  'Expression',
  'Assign',
  'AnnAssign',
  'AugAssign',
  'Return',
  'Raise',
  'Assert',
  'Delete',
  'Pass',
  'Break',
  'Continue',
  'Global',
  'Nonlocal',
  'Import',
  'ImportFrom',
  'If',
  'For',
  'While',
  'Try',
  'With',
  'Match',
  'FunctionDef',
  'ClassDef',
  'TypeAlias',
  'Invalid',
]);

export const isStatement = (node: Node): node is Stmt => node.kind !== undefined && STATEMENTS.has(node.kind);

/** The statement that holds an expression, or the statement itself. */
export function statementOf(file: SourceFile, node: Node): Stmt | null {
  if (isStatement(node)) return node;
  return ancestorsOf(file, node).find(isStatement) ?? null;
}

/** The lists of statements directly inside a compound statement. */
export function blocksOf(node: Node): (readonly Stmt[])[] {
  const found: (readonly Stmt[])[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (!Array.isArray(value) || value.length === 0) continue;
    const items = value as Node[];
    if (items.every((item) => isNode(item) && isStatement(item))) found.push(items);
    else
      for (const item of items)
        if (isNode(item) && !isStatement(item) && 'body' in item && Array.isArray(item.body))
          found.push(item.body as Stmt[]);
  }
  return found;
}

/** The list of statements that holds a statement. */
export function blockAround(file: SourceFile, statement: Stmt): readonly Stmt[] {
  const parent = parentOf(file, statement);
  if (!parent) return file.ast.body;
  return blocksOf(parent).find((block) => block.includes(statement)) ?? [statement];
}

/** Every statement below, those in functions, classes and blocks included, in source order: expressions are not looked at. */
export function eachStatement(body: readonly Stmt[], enter: (node: Stmt) => void): void {
  for (const node of body) {
    enter(node);
    for (const block of blocksOf(node)) eachStatement(block, enter);
  }
}

/** Statements below, in source order, without those of functions and classes defined there. */
export function statementsIn(body: readonly Stmt[]): Stmt[] {
  const found: Stmt[] = [];
  const visit = (block: readonly Stmt[]): void => {
    for (const node of block) {
      found.push(node);
      if (node.kind !== 'FunctionDef' && node.kind !== 'ClassDef') blocksOf(node).forEach(visit);
    }
  };
  visit(body);
  return found;
}

export const contains = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** Whether two expressions are the same text but for blanks. */
export function sameText(file: SourceFile, a: Span, b: Span): boolean {
  return file.slice(a).replace(/\s+/g, '') === file.slice(b).replace(/\s+/g, '');
}

/** Names read or written anywhere below. */
export function namesIn(root: object | readonly object[]): Set<string> {
  const names = new Set<string>();
  walk(root, (node) => {
    if (node.kind === 'Name') names.add(node.id);
  });
  return names;
}

/** `a.b.c` as text; `null` for anything but names and attributes. */
export function dotted(node: Expr): string | null {
  if (node.kind === 'Name') return node.id;
  if (node.kind !== 'Attribute') return null;
  const value = dotted(node.value);
  return value === null ? null : `${value}.${node.attr}`;
}
