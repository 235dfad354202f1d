/**
 * How a module class is constructed: by a directive, by a call found in the file or beside it, by its defaults, else with named
 * sizes for what is missing.
 */
import type { Argument, CallExpr, ClassDef, Expr, SourceFile, Stmt } from '../syntax/index.js';
import { lookup } from '../python/attributes.js';
import { evaluateSource, isUnknown, PyRaise, type Interpreter, type PyClass, type PyFunction, type PyModule, type Value } from '../python/index.js';
import { symbol } from '../python/symint.js';

/** Module-level classes of a file in source order; those under `if` and `try` included. */
export function classesOf(file: SourceFile): ClassDef[] {
  const found: ClassDef[] = [];
  const visit = (body: readonly Stmt[]): void => {
    for (const node of body) {
      if (node.kind === 'ClassDef') found.push(node);
      else if (node.kind === 'If') [node.body, node.orelse].forEach(visit);
      else if (node.kind === 'Try') [node.body, node.orelse, node.finalbody, ...node.handlers.map((handler) => handler.body)].forEach(visit);
    }
  };
  visit(file.ast.body);
  return found;
}

const calls = new WeakMap<SourceFile, readonly CallExpr[]>();

/** Every call in a file, outermost first. */
export function callsIn(file: SourceFile): readonly CallExpr[] {
  const known = calls.get(file);
  if (known) return known;
  const found: CallExpr[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null && !(value instanceof Set)) {
      if ((value as { kind?: string }).kind === 'Call') found.push(value as CallExpr);
      for (const child of Object.values(value)) if (typeof child === 'object') visit(child);
    }
  };
  visit(file.ast.body);
  calls.set(file, found);
  return found;
}

function calleeName(node: Expr): string | null {
  return node.kind === 'Name' ? node.id : node.kind === 'Attribute' ? node.attr : null;
}

/** Names an argument list reads, to tell whether a call can stand on its own at module level. */
function simpleArguments(args: readonly Argument[]): boolean {
  return args.every((arg) => arg.form === 'positional' || arg.form === 'keyword' || arg.form === 'doubleStar' || arg.form === 'star');
}

export interface Construction {
  /** Python text; `null` when arguments were made up. */
  readonly text: string | null;
  /** For the report's `call`. */
  readonly shown: string;
  readonly make: () => Value;
}

/** Constructions to try, best first. Each runs in the present run of the interpreter. */
export function constructionsOf(interpreter: Interpreter, module: PyModule, file: SourceFile, node: ClassDef, cls: PyClass): Construction[] {
  const found: Construction[] = [];
  const text = (source: string): Construction => ({ text: source, shown: source, make: () => evaluateSource(interpreter, module, source) });
  for (const call of callsIn(file)) {
    if (calleeName(call.func) !== node.name || call.start < node.end && call.start > node.start) continue;
    if (simpleArguments(call.args)) found.push(text(file.slice(call)));
  }
  const parameters = constructorParameters(interpreter, cls);
  if (parameters === null) return [...found, text(`${node.name}()`)];
  const missing = parameters.filter((parameter) => parameter.required);
  if (missing.length === 0) return [...found, text(`${node.name}()`)];
  found.push({
    text: null,
    shown: `${node.name}(${missing.map(({ name }) => `${name}=${name}`).join(', ')})`,
    make: () => {
      const kwargs = new Map<string, Value>();
      for (const { name, annotation } of missing) kwargs.set(name, madeUp(interpreter, name, annotation));
      return interpreter.call(cls, [], kwargs);
    },
  });
  return found;
}

interface ConstructorParameter {
  readonly name: string;
  readonly required: boolean;
  readonly annotation: string | null;
}

/** Parameters of `__init__` without `self`; `null` when it isn't a Python function. */
export function constructorParameters(interpreter: Interpreter, cls: PyClass): ConstructorParameter[] | null {
  const init = lookup(interpreter, cls, '__init__');
  if (typeof init !== 'object' || init?.kind !== 'function') return null;
  const func: PyFunction = init;
  return func.node.params
    .slice(1)
    .filter((param) => param.form !== 'star' && param.form !== 'doubleStar')
    .map((param) => ({
      name: param.name,
      required: !func.defaults.has(param.name),
      annotation: param.annotation && func.module.file ? func.module.file.slice(param.annotation) : null,
    }));
}

/** A named size for a whole number; for anything else only the user can say. */
function madeUp(interpreter: Interpreter, name: string, annotation: string | null): Value {
  if (annotation === null || /^(int|Optional\[int\]|int \| None)$/.test(annotation)) return symbol(name);
  return interpreter.unknown(`the argument '${name}' is not known: say it in a comment like "# architect: Name(${name}=...)"`);
}

/** The first construction that gives an object; else the best reason why none does. */
export function construct(interpreter: Interpreter, constructions: readonly Construction[]): { readonly value: Value; readonly construction: Construction | null } {
  let reason: Value | null = null;
  for (const construction of constructions) {
    const frames = interpreter.frames.length;
    const forks = interpreter.heap.depth;
    try {
      const value = construction.make();
      if (!isUnknown(value)) return { value, construction };
      reason = value;
    } catch (error) {
      interpreter.frames.length = frames;
      interpreter.heap.unwind(forks);
      // A call that reads local variables can't stand at module level: not a fault of the class.
      if (error instanceof PyRaise && error.cls?.name === 'NameError' && construction !== constructions[constructions.length - 1]) continue;
      reason = interpreter.failure(error);
    }
  }
  return { value: reason ?? interpreter.unknown('no way to construct it was found'), construction: null };
}
