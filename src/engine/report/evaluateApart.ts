/** Evaluates what stands in the project without leaving a trace in the run. */
import { budget } from '../python/budget.js';
import type { Interpreter, PyModule, Value } from '../python/index.js';
import type { SourceFile } from '../syntax/index.js';

/** Evaluates in a copy of a file's names: nothing of it stays. */
export function evaluateApart(interpreter: Interpreter, file: SourceFile, action: (home: PyModule) => Value): Value {
  const { heap } = interpreter;
  const depth = heap.depth;
  const journal = heap.fork();
  const assumptions = interpreter.assumptions.slice();
  const home = interpreter.importer.moduleOfFile(file.path);
  const value = interpreter.attempt(() => interpreter.withBudget(budget.apartSteps, () => action(home)));
  heap.unwind(depth + 1);
  heap.discard(journal);
  interpreter.assumptions = assumptions;
  return value;
}
