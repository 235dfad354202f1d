/**
 * What the text of a module says about registries without running it: which names it defines, and which names its top level
 * uses in a way that may write into another module's containers (decorators, calls, assignments to items and attributes).
 */
import type { Expr, SourceFile, Stmt } from '../syntax/index.js';

const defined = new WeakMap<SourceFile, ReadonlySet<string>>();
const used = new WeakMap<SourceFile, ReadonlySet<string>>();

/** Names that a module's own statements bind; what it imports is somebody else's. */
export function definedNames(file: SourceFile): ReadonlySet<string> {
  const known = defined.get(file);
  if (known) return known;
  const names = new Set<string>();
  eachStatement(file.ast.body, (node) => {
    if (node.kind === 'FunctionDef' || node.kind === 'ClassDef') names.add(node.name);
    else if (node.kind === 'Assign') {
      for (const target of node.targets) if (target.kind === 'Name') names.add(target.id);
    } else if (node.kind === 'AnnAssign' && node.target.kind === 'Name') names.add(node.target.id);
  });
  defined.set(file, names);
  return names;
}

/**
 * Every name and attribute that running a module's top level may use to write into containers. Functions of the module itself count
 * when the top level uses them.
 */
export function namesUsedAtTopLevel(file: SourceFile): ReadonlySet<string> {
  const known = used.get(file);
  if (known) return known;
  const names = new Set<string>();
  const functions = new Map<string, Stmt>();
  eachStatement(file.ast.body, (node) => {
    if (node.kind === 'FunctionDef') functions.set(node.name, node);
  });
  const entered = new Set<Stmt>();
  const collect = (node: unknown): void =>
    eachName(node, (name) => {
      names.add(name);
      const own = functions.get(name);
      if (own?.kind !== 'FunctionDef' || entered.has(own)) return;
      entered.add(own);
      collect(own.body);
    });
  eachStatement(file.ast.body, (node) => {
    switch (node.kind) {
      case 'FunctionDef':
        collect(node.decorators);
        break;
      case 'ClassDef':
        collect(node.decorators);
        // A base class may register its subclasses.
        collect(node.bases);
        break;
      case 'Expression':
        collect(node.value);
        break;
      case 'Assign':
        collect(node.targets.filter((target) => target.kind === 'Subscript' || target.kind === 'Attribute'));
        if (holdsCall(node.value)) collect(node.value);
        break;
      case 'AnnAssign':
        if (node.value && holdsCall(node.value)) collect(node.value);
        break;
      case 'AugAssign':
        collect([node.target, node.value]);
        break;
      case 'For':
        collect(node.iter);
        break;
      default:
        break;
    }
  });
  used.set(file, names);
  return names;
}

/** Whether functions or classes in a text write into the container that is bound to `name`. */
export function writesInto(file: SourceFile, name: string): boolean {
  if (!file.text.includes(name)) return false;
  return new RegExp(
    `^[ \\t]+.*\\b${name}(?:\\[.*\\]\\s*[-+*|&]?=(?!=)|(?:\\[.*\\])?\\.(?:append|add|update|setdefault|extend|insert|appendleft|register)\\b)`,
    'm',
  ).test(file.text);
}

export interface TextImport {
  readonly level: number;
  readonly module: string;
  /** Names taken from it, which may be modules themselves. */
  readonly names: readonly string[];
}

const IMPORT = /^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]+))/;
const importLists = new Map<string, readonly TextImport[]>();

/**
 * What a module imports when it runs, read from its text without parsing it: not the imports in functions and classes, nor those
 * for type checkers.
 */
export function importsInText(text: string): readonly TextImport[] {
  const known = importLists.get(text);
  if (known) return known;
  const found: TextImport[] = [];
  let passed = false;
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    const first = text[at] ?? '';
    if (!/[\s)#\]}]/.test(first))
      passed = /^(?:def|class|async|@|if\s+(?:\w+\.)?TYPE_CHECKING)/.test(text.slice(at, next));
    if (!passed && /^[ \t]*(?:from|import)\b/.test(text.slice(at, next))) {
      const match = IMPORT.exec(text.slice(at, at + LONGEST_IMPORT));
      if (match) found.push(...readImport(match));
    }
    at = next;
  }
  if (importLists.size > MOST_LISTS) importLists.clear();
  importLists.set(text, found);
  return found;
}
const LONGEST_IMPORT = 20_000;
const MOST_LISTS = 5000;

function readImport([, dots = '', module = '', names = '', plain]: RegExpExecArray): TextImport[] {
  const list = (text: string): string[] =>
    text
      .replace(/#.*$/gm, '')
      .split(/[(),\s\\]+/)
      .join(' ')
      .replace(/ as \w+/g, '')
      .split(' ')
      .filter((name) => name !== '' && name !== '*');
  if (plain !== undefined) return list(plain).map((name) => ({ level: 0, module: name, names: [] }));
  return [{ level: dots.length, module, names: list(names) }];
}

/** The statements of a module's top level, those in blocks included. */
function eachStatement(body: readonly Stmt[], visit: (node: Stmt) => void): void {
  for (const node of body) {
    visit(node);
    switch (node.kind) {
      case 'If':
      case 'For':
      case 'While':
        eachStatement(node.body, visit);
        eachStatement(node.orelse, visit);
        break;
      case 'With':
        eachStatement(node.body, visit);
        break;
      case 'Try':
        for (const part of [node.body, node.orelse, node.finalbody, ...node.handlers.map((handler) => handler.body)])
          eachStatement(part, visit);
        break;
      default:
        break;
    }
  }
}

/** Names and attributes anywhere in a part of the tree. */
function eachName(node: unknown, visit: (name: string) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) eachName(item, visit);
    return;
  }
  if (typeof node !== 'object' || node === null || node instanceof Set || node instanceof Map) return;
  const { kind } = node as { kind?: string };
  if (kind === 'Name') visit((node as Extract<Expr, { kind: 'Name' }>).id);
  else if (kind === 'Attribute') visit((node as Extract<Expr, { kind: 'Attribute' }>).attr);
  for (const [key, child] of Object.entries(node))
    if (key !== 'scope' && typeof child === 'object') eachName(child, visit);
}

function holdsCall(node: Expr): boolean {
  let found = false;
  const visit = (value: unknown): void => {
    if (found || typeof value !== 'object' || value === null || value instanceof Set || value instanceof Map) return;
    if (Array.isArray(value)) value.forEach(visit);
    else if ((value as { kind?: string }).kind === 'Call') found = true;
    else for (const [key, child] of Object.entries(value)) if (key !== 'scope') visit(child);
  };
  visit(node);
  return found;
}
