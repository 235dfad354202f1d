/** Annotations are only evaluated when code asks for them; here is how. */
import type { Expr } from '../syntax/index.js';
import type { Context } from './context.js';
import { evaluate } from './expressions.js';
import { evaluateSource } from './evaluateSource.js';
import type { Frame } from './frame.js';
import type { Interpreter } from './interpreter.js';
import type { PyClass, PyDict, PyFunction, PyModule, Value } from './value.js';

/** Whether annotations of a file stay text (`from __future__ import annotations`). */
function staysText(module: PyModule): boolean {
  return (
    module.file?.ast.body.some(
      (statement) =>
        statement.kind === 'ImportFrom' &&
        statement.module === '__future__' &&
        statement.names !== '*' &&
        statement.names.some(({ name }) => name === 'annotations'),
    ) ?? false
  );
}

/** What an annotation of a function is; an unknown where it can't be evaluated (names of an enclosing function, mostly). */
function evaluateIn(interpreter: Interpreter, func: PyFunction, node: Expr): Value {
  const { module } = func;
  const { file } = module;
  if (!file) return interpreter.unknown('annotations of this function are not evaluated');
  if (staysText(module)) return file.text.slice(node.start, node.end);
  const frame: Frame = {
    kind: 'module',
    name: func.qualname,
    file,
    module,
    scope: file.ast.scope,
    locals: module.namespace,
    owner: module,
    closure: null,
    env: null,
    ownerClass: null,
    self: undefined,
    node: null,
    pending: [],
    forks: 0,
    methods: null,
    handling: null,
    isGenerator: false,
    yielded: null,
    importGuards: 0,
  };
  return interpreter.attempt(() => {
    const depth = interpreter.frames.length;
    interpreter.frames.push(frame);
    try {
      return evaluate(interpreter, frame, node);
    } finally {
      interpreter.frames.length = depth;
    }
  });
}

/** The annotation of a parameter; `undefined` when it has none. */
export function parameterAnnotation(context: Context, func: PyFunction, name: string): Value | undefined {
  const annotation = func.node.params.find((param) => param.name === name)?.annotation;
  return annotation ? evaluateIn(context as Interpreter, func, annotation) : undefined;
}

/** What a function says it returns; `undefined` when it doesn't. */
export function returnAnnotation(context: Context, func: PyFunction): Value | undefined {
  const annotation = func.node.kind === 'FunctionDef' ? func.node.returns : null;
  return annotation ? evaluateIn(context as Interpreter, func, annotation) : undefined;
}

/** `function.__annotations__`. */
export function functionAnnotations(context: Context, func: PyFunction): PyDict {
  const entries: (readonly [Value, Value])[] = [];
  for (const { name, annotation } of func.node.params)
    if (annotation) entries.push([name, evaluateIn(context as Interpreter, func, annotation)]);
  const returned = returnAnnotation(context, func);
  if (returned !== undefined) entries.push(['return', returned]);
  return context.dict(entries);
}

/** The value of an annotation in a class body, from its text. */
export function classAnnotation(context: Context, cls: PyClass, text: string): Value {
  const interpreter = context as Interpreter;
  const path = cls.place?.file.path;
  if (path === undefined || path.startsWith('<'))
    return interpreter.unknown('annotations of this class are not evaluated');
  return interpreter.attempt(() => {
    const module = interpreter.importer.moduleOfFile(path);
    return staysText(module) ? text : evaluateSource(interpreter, module, text, '<annotation>');
  });
}

/** What an annotation that stayed text stands for, in the module of the class or function that has it. */
export function textAnnotation(context: Context, owner: PyClass | PyFunction, text: string): Value {
  const interpreter = context as Interpreter;
  return interpreter.attempt(() => {
    const path = owner.kind === 'class' ? owner.place?.file.path : undefined;
    const module =
      owner.kind === 'function'
        ? owner.module
        : path === undefined || path.startsWith('<')
          ? null
          : interpreter.importer.moduleOfFile(path);
    return module
      ? evaluateSource(interpreter, module, text, '<annotation>')
      : interpreter.unknown('annotations of this class are not evaluated');
  });
}

/** `cls.__annotations__`: of the class itself, evaluated. */
export function classAnnotations(context: Context, cls: PyClass): PyDict {
  const own = cls.namespace.get('__annotations__');
  if (typeof own !== 'object' || own?.kind !== 'dict') return context.dict();
  return context.dict(
    [...own.entries.values()].map(
      ({ key, value }) => [key, typeof value === 'string' ? classAnnotation(context, cls, value) : value] as const,
    ),
  );
}
