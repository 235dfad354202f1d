/** Evaluates what stands in the project without leaving a trace in the run. */
import type { Interpreter, PyModule, Value } from '../python/index.js';
import type { SourceFile } from '../syntax/index.js';

/** Evaluates in a copy of a file's names: nothing of it stays. */
export function evaluateApart(interpreter: Interpreter, file: SourceFile, action: (home: PyModule) => Value): Value {
  const { heap } = interpreter;
  const depth = heap.depth;
  const journal = heap.fork();
  const assumptions = interpreter.assumptions.slice();
  const value = interpreter.attempt(() => action(interpreter.importer.moduleOfFile(file.path)));
  heap.unwind(depth + 1);
  heap.rollback(journal);
  interpreter.assumptions = assumptions;
  return value;
}
