/** Runs a file to be watched: as a script, and its module classes that the script didn't make with inputs that fit. */
import type { Interpreter, PyClass, PyInstance, PyModule, Value } from '../python/index.js';
import { isUnknown, Stopped } from '../python/index.js';
import { startRehearsal, type Rehearsal } from '../torch/rehearsal.js';
import { makeTensor } from '../torch/tensor.js';
import { inputCandidates } from './inferInputs.js';
import { inputValue } from './inputs.js';

export interface RehearsalRequest {
  readonly interpreter: Interpreter;
  readonly path: string;
  /** A module of each class of the file that the script didn't construct; asked for the next one when the last has been called. */
  readonly missing: (module: PyModule, seen: ReadonlySet<PyClass>) => Iterable<PyInstance>;
}

/** Must run inside a run of the interpreter. */
export function rehearse({ interpreter, path, missing }: RehearsalRequest): Rehearsal {
  const chosen = new Map<PyInstance, readonly Value[] | null>();
  const rehearsal = startRehearsal(interpreter, (module, args, call) => {
    const fill = (inputs: readonly Value[]): readonly Value[] =>
      args.map((arg, i) => (isUnknown(arg) ? (inputs[i] ?? arg) : arg));
    let found = chosen.get(module);
    if (found === undefined) {
      for (const inputs of candidates(interpreter, path, module, args.length)) {
        const output = attempt(interpreter, rehearsal, () => call(fill(inputs)));
        if (isUnknown(output)) continue;
        chosen.set(module, inputs);
        return output;
      }
      chosen.set(module, (found = null));
    }
    if (found) return call(fill(found));
    return call(args.map((arg) => (isUnknown(arg) ? makeTensor(interpreter.heap, { shape: arg, dtype: arg }) : arg)));
  });
  const { undefinedNames, watched } = interpreter;
  interpreter.undefinedNames = 'unknown';
  interpreter.watched = () => rehearsal.backwards;
  try {
    const module = interpreter.importer.runScript(path);
    if (!module) return rehearsal;
    rehearsal.made = rehearsal.instances.length;
    const seen = new Set(rehearsal.instances.map(({ cls }) => cls));
    let ran = rehearsal.ran.length;
    for (const instance of missing(module, seen)) {
      const unknown = interpreter.unknown('what it is called with is not known');
      interpreter.attempt(() => interpreter.call(instance, [unknown]));
      // What ran as a part of it, with what parts get, shows no more by itself.
      for (; ran < rehearsal.ran.length; ran++) seen.add((rehearsal.ran[ran] as PyInstance).cls);
    }
    return rehearsal;
  } catch (error) {
    // What was seen until the time was up counts.
    if (error instanceof Stopped && error.cause_ !== 'cancelled') return rehearsal;
    throw error;
  } finally {
    interpreter.undefinedNames = undefinedNames;
    interpreter.watched = watched;
  }
}

/** Inputs that a module's forward may take, likeliest first. */
function* candidates(
  interpreter: Interpreter,
  path: string,
  module: PyInstance,
  count: number,
): Generator<readonly Value[]> {
  for (const specs of inputCandidates(interpreter, module))
    if (specs.length <= count)
      yield specs.map((spec) => inputValue(spec, interpreter, interpreter.importer.moduleOfFile(path)));
}

/** A call that counts if it works; what it did is forgotten otherwise. */
function attempt(interpreter: Interpreter, rehearsal: Rehearsal, action: () => Value): Value {
  const { heap } = interpreter;
  const { length } = rehearsal.events;
  const ran = rehearsal.ran.length;
  const depth = heap.depth;
  const journal = heap.fork();
  const output = interpreter.attempt(action);
  heap.unwind(depth + 1);
  if (isUnknown(output)) {
    heap.discard(journal);
    rehearsal.events.length = length;
    rehearsal.ran.length = ran;
  } else heap.commit(journal);
  return output;
}
