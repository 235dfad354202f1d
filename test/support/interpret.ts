/** Runs Python text through the interpreter, for tests: files in, `repr` of an expression out. */
import { MemorySourceProvider, Project } from '../../src/engine/project/index.js';
import { Interpreter, evaluateSource, isUnknown, PyRaise, type Value } from '../../src/engine/python/index.js';
import { stdlib } from '../../src/engine/python/stdlib/index.js';
import { createParser, type ParserKind, type PythonParser } from '../../src/engine/syntax/index.js';
import { torchModules } from '../../src/engine/torch/index.js';

const parsers = new Map<ParserKind, Promise<PythonParser>>();

export function parser(kind: ParserKind = process.env.ARCHITECT_PARSER === 'wasm' ? 'wasm' : 'native'): Promise<PythonParser> {
  let found = parsers.get(kind);
  if (!found) parsers.set(kind, (found = createParser(kind)));
  return found;
}

export type Files = string | Readonly<Record<string, string>>;

/** An interpreter over files in memory; a single text is `/main.py`. */
export async function interpreterFor(files: Files, main = '/main.py'): Promise<{ interpreter: Interpreter; main: string }> {
  const map = new Map(typeof files === 'string' ? [[main, files]] : Object.entries(files));
  const project = new Project(new MemorySourceProvider(map), await parser(), ['/']);
  return { interpreter: new Interpreter({ project, modules: [...stdlib, ...torchModules] }), main };
}

/**
 * What `expression` is in the namespace of the main file: its `repr`, `unknown: reason`, or `raises Type: message`.
 */
export async function evaluatePython(files: Files, expression: string): Promise<string> {
  const { interpreter, main } = await interpreterFor(files);
  return interpreter.run(() => {
    try {
      const module = interpreter.importer.moduleOfFile(main);
      return show(interpreter, evaluateSource(interpreter, module, expression));
    } catch (error) {
      if (error instanceof PyRaise) return `raises ${error.message}`;
      return show(interpreter, interpreter.failure(error));
    }
  });
}

export function show(interpreter: Interpreter, value: Value): string {
  if (isUnknown(value)) return `unknown: ${value.reason}`;
  const text = interpreter.repr(value);
  return typeof text === 'string' ? text : `unknown: ${text.reason}`;
}
