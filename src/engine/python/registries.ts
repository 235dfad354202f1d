/**
 * What the text of a module says about registries without running it: which names it defines, and which names its top level
 * uses in a way that may write into another module's containers (decorators, calls, assignments to items and attributes).
 */
import type { Expr, SourceFile, Stmt } from '../syntax/index.js';
import type { PyDict, PyList, PyModule, PySet, Value } from './value.js';

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
 * Names by which a module's code may mean one of its containers: a global variable, an attribute of its classes or of objects in its
 * global variables, or the container that holds it.
 */
export function namesOfContainer(module: PyModule, container: PyDict | PyList | PySet, levels = LEVELS): string[] {
  const names = new Set<string>();
  const seen = new Set<Value>();
  const look = (name: string, value: Value, depth: number): void => {
    if (value === container) names.add(name);
    if (typeof value !== 'object' || value === null || depth === 0 || seen.has(value)) return;
    seen.add(value);
    switch (value.kind) {
      case 'class':
        if (value.module === module.name) for (const [key, item] of value.namespace) look(key, item, depth - 1);
        break;
      case 'instance':
        for (const [key, item] of value.attrs) look(key, item, depth - 1);
        break;
      case 'dict':
        for (const { value: item } of value.entries.values()) look(name, item, depth - 1);
        break;
      case 'list':
        for (const item of value.items) look(name, item, depth - 1);
        break;
      default:
        break;
    }
  };
  for (const [name, value] of module.namespace) look(name, value, levels);
  return [...names];
}
/** How deep in a module's objects a registry lies. */
const LEVELS = 4;

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
  let names = written.get(file);
  if (!names) {
    names = new Set();
    for (const [line] of file.text.matchAll(INDENTED)) for (const [word] of line.matchAll(WRITTEN)) names.add(word);
    written.set(file, names);
  }
  return names.has(name);
}
const written = new WeakMap<SourceFile, Set<string>>();
const WRITERS = 'append|add|update|setdefault|extend|insert|appendleft|register';
/** Lines of a block that may write into something. */
const INDENTED =
  /^[ \t]+.*(?:\]\s*[-+*|&]?=(?!=)|\.(?:append|add|update|setdefault|extend|insert|appendleft|register)\b).*/gm;
const WRITTEN = new RegExp(`\\b\\w+(?=\\[.*\\]\\s*[-+*|&]?=(?!=)|(?:\\[.*\\])?\\.(?:${WRITERS})\\b)`, 'g');

/**
 * Whether running a module's text may write into another module's container of that name: by itself, in a function that others
 * call, or by handing it to one. Told without parsing it; a text that binds the name itself means something else by it.
 */
export function mayWriteInto(text: string, name: string): boolean {
  if (!text.includes(name)) return false;
  const word = escaped(name);
  if (new RegExp(`^${word}[ \\t]*(?::[^=\\n]*)?=(?!=)`, 'm').test(text)) return false;
  const names = [word];
  for (const match of text.matchAll(new RegExp(`\\b${word}[ \\t]+as[ \\t]+(\\w+)`, 'g'))) names.push(match[1] ?? word);
  const any = names.length > 1 ? `(?:${names.join('|')})` : word;
  const written = `\\b${any}(?:\\[.*\\])?(?:[ \\t]*[-+*|&]=|\\.(?:${WRITERS})\\b)|\\b${any}\\[.*\\][ \\t]*=(?!=)`;
  const handedOn = `^(?!(?:from|import|def|class|async)\\b)[\\w@].*\\(.*\\b${any}\\b`;
  return new RegExp(`${written}|${handedOn}`, 'm').test(text);
}
/**
 * Whether a text may import modules that no import statement names: all of a folder, say. Told without parsing it.
 */
export function importsAtRunTime(text: string): boolean {
  let found = runTimeImports.get(text);
  if (found === undefined) {
    found = RUN_TIME_IMPORT.test(text) || (/__(?:file|path)__/.test(text) && OWN_PLACE_GIVEN.test(text));
    runTimeImports.set(text, found);
  }
  return found;
}
const runTimeImports = new Map<string, boolean>();
/** By a function for it, or by one of somebody else that gets the place of the package. */
const RUN_TIME_IMPORT = /\b(?:import_module|__import__|exec_module|load_module)\(/;
const OWN_PLACE_GIVEN = /^[\w.]+\(.*\b__(?:file|path)__/m;
const escaped = (name: string): string => name.replace(/\W/g, '\\$&');

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
