/** What the modules of a file are called with by those that hold them: inputs for a part come from the whole. */
import type { Place, PyClass, PyInstance } from '../python/index.js';
import type { ClassDef } from '../syntax/index.js';
import { isTensorValue } from '../torch/nn/objects.js';
import type { ModuleCall } from '../torch/trace.js';
import type { InputGuess, InputSource } from './inputSources.js';
import { showInputs } from './inferInputs.js';
import { tensorSpecOf, valueSpecOf, type InputSpec } from './inputs.js';

/** The first call of a part, as far as its arguments can be said again. */
interface PartCall {
  readonly specs: readonly InputSpec[];
  readonly place: Place | null;
}

/** What a module's forward did with its parts. */
export interface PartCalls {
  readonly source: InputSource;
  readonly byPath: ReadonlyMap<string, PartCall | null>;
  readonly byClass: ReadonlyMap<PyClass, PartCall | null>;
}

/** The first call of each part, and of each class, in the order of the run. */
export function partCalls(calls: ReadonlyMap<PyInstance, readonly ModuleCall[]>, source: InputSource): PartCalls {
  const byPath = new Map<string, PartCall | null>();
  const byClass = new Map<PyClass, PartCall | null>();
  for (const [{ cls }, [first]] of calls) {
    if (!first) continue;
    const read = readCall(first);
    if (!byPath.has(first.path)) byPath.set(first.path, read);
    if (!byClass.has(cls)) byClass.set(cls, read);
  }
  return { source, byPath, byClass };
}

function readCall({ args, kwargs, inputs, place }: ModuleCall): PartCall | null {
  // Tensors as they were when the call began stand beside the arguments, which may have changed since.
  const tensors = [...inputs];
  const specs: InputSpec[] = [];
  for (const [name, value] of [...args.map((arg) => [null, arg] as const), ...kwargs]) {
    const data = isTensorValue(value) ? tensors.shift() : undefined;
    const spec = data ? tensorSpecOf(data, name) : valueSpecOf(value, name);
    if (!spec) return null;
    specs.push(spec);
  }
  return tensors.length === 0 && specs.some(({ kind }) => kind === 'tensor') ? { specs, place } : null;
}

/** A class that was analysed, with what its forward did with its parts. */
export interface AnalysedWhole {
  readonly node: ClassDef;
  /** `null` if forward can't be run. */
  readonly calls: PartCalls | null;
}

/** Which of the wholes says what a class is called with, and how. */
export interface FromWhole {
  readonly whole: ClassDef;
  readonly guess: InputGuess;
}

/**
 * The call of a part: by the whole that it was taken out of, else by the first that has its class among its parts. Wholes whose
 * own inputs are made up come last.
 */
export function inputsFromWhole(
  cls: PyClass,
  part: { readonly owner: ClassDef; readonly path: string } | null,
  wholes: readonly AnalysedWhole[],
): FromWhole | null {
  const isSaid = ({ calls }: AnalysedWhole): boolean => calls !== null && calls.source !== 'inferred';
  const ranked = [
    ...wholes.filter(({ node }) => node === part?.owner),
    ...wholes.filter((each) => each.node !== part?.owner && isSaid(each)),
    ...wholes.filter((each) => each.node !== part?.owner && !isSaid(each)),
  ];
  for (const { node, calls } of ranked) {
    const call = node === part?.owner ? calls?.byPath.get(part.path) : calls?.byClass.get(cls);
    if (!call) continue;
    return {
      whole: node,
      guess: {
        specs: call.specs,
        source: 'whole',
        isSure: false,
        note: `forward is called with ${showInputs(call.specs)}, as ${node.name} calls it here`,
        place: call.place,
      },
    };
  }
  return null;
}
