/** Runs Python text through the interpreter, for tests: files in, `repr` of an expression out. */
import { MemorySourceProvider, Project } from '../../src/engine/project/index.js';
import {
  evaluateSource,
  Interpreter,
  isUnknown,
  PyRaise,
  type ModelledModule,
  type Value,
} from '../../src/engine/python/index.js';
import { stdlib } from '../../src/engine/python/stdlib/index.js';
import { createAvailableParser, createParser, type PythonParser } from '../../src/engine/syntax/index.js';

let shared: Promise<PythonParser> | undefined;

/** The parser that `ARCHITECT_PARSER` (`native` or `wasm`) asks for, else the best this machine can load. */
export function parser(): Promise<PythonParser> {
  const kind = process.env.ARCHITECT_PARSER;
  shared ??= kind === 'wasm' || kind === 'native' ? createParser(kind) : createAvailableParser();
  return shared;
}

/** A single text is `/main.py`. */
export type Files = string | Readonly<Record<string, string>>;

/** An interpreter over files in memory. `more`: described modules besides the standard library. */
export async function interpreterFor(files: Files, more: readonly ModelledModule[] = []): Promise<Interpreter> {
  const map = new Map(typeof files === 'string' ? [['/main.py', files]] : Object.entries(files));
  const project = new Project(new MemorySourceProvider(map), await parser(), ['/']);
  // Tests see the step budget, not how busy the machine is.
  return new Interpreter({ project, modules: [...stdlib, ...more], timeLimit: 120_000 });
}

/**
 * What `expression` is in the namespace of `/main.py`: its `repr`, `unknown: reason`, or `raises Type: message`.
 */
export async function evaluatePython(
  files: Files,
  expression: string,
  more: readonly ModelledModule[] = [],
): Promise<string> {
  const interpreter = await interpreterFor(files, more);
  return interpreter.run(() => {
    try {
      const module = interpreter.importer.moduleOfFile('/main.py');
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
