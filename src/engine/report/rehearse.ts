/** Runs a file to be watched: as a script, and its module classes that the script didn't make with inputs that fit. */
import type { Interpreter, PyClass, PyInstance, PyModule, Value } from '../python/index.js';
import { isUnknown } from '../python/index.js';
import { startRehearsal, type Rehearsal } from '../torch/rehearsal.js';
import { makeTensor } from '../torch/tensor.js';
import { inputCandidates } from './inferInputs.js';
import { inputValue } from './inputs.js';

export interface RehearsalRequest {
  readonly interpreter: Interpreter;
  readonly path: string;
  /** A module of each class of the file that the script didn't construct. */
  readonly missing: (module: PyModule, made: ReadonlySet<PyClass>) => readonly PyInstance[];
}

/** Must run inside a run of the interpreter. */
export function rehearse({ interpreter, path, missing }: RehearsalRequest): Rehearsal {
  const chosen = new Map<PyInstance, readonly Value[] | null>();
  const rehearsal = startRehearsal(interpreter, (module, args) => {
    let found = chosen.get(module);
    if (found === undefined)
      chosen.set(module, (found = fittingInputs(interpreter, rehearsal, path, module, args.length)));
    if (found) return args.map((arg, i) => (isUnknown(arg) ? (found[i] ?? arg) : arg));
    return args.map((arg) => (isUnknown(arg) ? makeTensor(interpreter.heap, { shape: arg, dtype: arg }) : arg));
  });
  const { undefinedNames, watched } = interpreter;
  interpreter.undefinedNames = 'unknown';
  interpreter.watched = () => rehearsal.backwards;
  try {
    const module = interpreter.importer.runScript(path);
    if (!module) return rehearsal;
    const made = new Set(rehearsal.instances.map(({ cls }) => cls));
    for (const instance of missing(module, made)) {
      const unknown = interpreter.unknown('what it is called with is not known');
      interpreter.attempt(() => interpreter.call(instance, [unknown]));
    }
    return rehearsal;
  } finally {
    interpreter.undefinedNames = undefinedNames;
    interpreter.watched = watched;
  }
}

/** The first inputs with which a module's forward doesn't fail; `null` when there are none. What the attempts did is forgotten. */
function fittingInputs(
  interpreter: Interpreter,
  rehearsal: Rehearsal,
  path: string,
  module: PyInstance,
  count: number,
): readonly Value[] | null {
  const { heap } = interpreter;
  for (const specs of inputCandidates(interpreter, module)) {
    if (specs.length > count) continue;
    const inputs = specs.map((spec) => inputValue(spec, interpreter, interpreter.importer.moduleOfFile(path)));
    const { length } = rehearsal.events;
    const depth = heap.depth;
    const journal = heap.fork();
    const output = interpreter.attempt(() => interpreter.callMethod(module, 'forward', inputs));
    heap.unwind(depth + 1);
    heap.rollback(journal);
    rehearsal.events.length = length;
    if (!isUnknown(output)) return inputs;
  }
  return null;
}
