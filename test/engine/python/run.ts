/** Runs Python text with the standard library alone, for tests. */
import { MemorySourceProvider, Project } from '../../../src/engine/project/index.js';
import { Interpreter, evaluateSource, isUnknown, PyRaise, type Value } from '../../../src/engine/python/index.js';
import { stdlib } from '../../../src/engine/python/stdlib/index.js';
import { parser } from '../../support/interpret.js';

/**
 * `repr` of an expression in the namespace of `program`, `unknown: reason`, or `raises Type: message`.
 * @param globals More names, for values that no program can make: named sizes, unknowns.
 */
export async function runPython(
  program: string,
  expression: string,
  globals: (interpreter: Interpreter) => Readonly<Record<string, Value>> = () => ({}),
): Promise<string> {
  const project = new Project(new MemorySourceProvider(new Map([['/main.py', program]])), await parser(), ['/']);
  const interpreter = new Interpreter({ project, modules: stdlib });
  return interpreter.run(() => {
    try {
      const module = interpreter.importer.moduleOfFile('/main.py');
      interpreter.heap.touch(module);
      for (const [name, value] of Object.entries(globals(interpreter))) module.namespace.set(name, value);
      return show(interpreter, evaluateSource(interpreter, module, expression));
    } catch (error) {
      if (error instanceof PyRaise) return raised(interpreter, error);
      return show(interpreter, interpreter.failure(error));
    }
  });
}

/** The last line of a traceback. */
function raised(interpreter: Interpreter, error: PyRaise): string {
  const text = interpreter.str(error.value);
  const name = error.cls?.name ?? 'exception';
  return `raises ${name}${text === '' ? '' : `: ${typeof text === 'string' ? text : text.reason}`}`;
}

function show(interpreter: Interpreter, value: Value): string {
  if (isUnknown(value)) return `unknown: ${value.reason}`;
  if (typeof value === 'object' && value?.kind === 'symint') return value.key;
  if (
    typeof value === 'object' &&
    (value?.kind === 'tuple' || value?.kind === 'list') &&
    !value.cls &&
    !('taint' in value && value.taint)
  ) {
    const parts = value.items.map((item) => show(interpreter, item));
    return value.kind === 'list' ? `[${parts.join(', ')}]` : `(${parts.join(', ')}${parts.length === 1 ? ',' : ''})`;
  }
  const text = interpreter.repr(value);
  return typeof text === 'string' ? text : `unknown: ${text.reason}`;
}
