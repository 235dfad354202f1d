/** Memory of training: parameters, gradients, the optimizer's state, and what backward must keep of one forward pass. */
import { ownMembers, type ModelCounts, type ModuleNode } from '../model/index.js';
import { isUnknown, type Interpreter, type PyInstance, type Unknown } from '../python/index.js';
import { keptFor } from '../torch/backward/kept.js';
import { add, mul, numelOf } from '../torch/dims.js';
import { dtypeFacts, isFloating } from '../torch/dtypes.js';
import type { Dim, TensorNative } from '../torch/tensor.js';
import { countOf, Notes } from './counts.js';
import type { OptimizerChoice } from './optimizerState.js';
import type { TrainingPass } from './trainingPass.js';
import type { Count, MemoryReport, Precision } from './types.js';

/** Bytes of what depends on the parameters alone. */
interface Fixed {
  readonly parameters: Dim;
  readonly gradients: Dim;
  readonly buffers: Dim;
  readonly optimizer: Dim;
}

function fixedMemory(
  counts: ModelCounts,
  optimizer: OptimizerChoice | null,
  interpreter: Interpreter,
  precision?: Precision,
): Fixed {
  const missing = counts.total.unknowns[0];
  let parameters: Dim = missing ?? 0;
  let gradients: Dim = missing ?? 0;
  let buffers: Dim = 0;
  let state: Dim =
    missing ??
    (optimizer?.state
      ? 0
      : interpreter.unknown(
          optimizer ? `what ${optimizer.name} keeps is not known` : "the optimizer's memory was not asked for",
        ));
  const seen = new Set<TensorNative>();
  /** Bytes of an element. */
  const widthOf = ({ data: { dtype } }: TensorNative): Dim =>
    isUnknown(dtype) ? dtype : dtypeFacts((isFloating(dtype) && precision?.dtype) || dtype).bytes;
  const bytesOf = (tensor: TensorNative): Dim => mul(numelOf(tensor.data.shape), widthOf(tensor));
  const visit = (node: ModuleNode): void => {
    const own = ownMembers(node.instance);
    for (const { value } of own.parameters) {
      if (seen.has(value)) continue;
      seen.add(value);
      const { shape, requiresGrad } = value.data;
      const bytes = bytesOf(value);
      parameters = add(parameters, bytes);
      if (!requiresGrad) continue;
      gradients = add(gradients, bytes);
      const elements = isUnknown(shape) ? shape : (optimizer?.state?.(shape) ?? 0);
      if (counts.told?.has(value) !== false) state = add(state, mul(elements, widthOf(value)));
    }
    for (const { value } of own.buffers) {
      if (seen.has(value)) continue;
      seen.add(value);
      buffers = add(buffers, bytesOf(value));
    }
    node.children.forEach(visit);
  };
  visit(counts.root);
  return { parameters, gradients, buffers, optimizer: state };
}

/** Bytes of parameters, buffers and gradients: what is known without asking for more. */
export function parameterMemory(counts: ModelCounts, interpreter: Interpreter, notes: Notes): MemoryReport {
  const { parameters, buffers, gradients } = fixedMemory(counts, null, interpreter);
  return {
    parameters: countOf(parameters, notes),
    buffers: countOf(buffers, notes),
    gradients: countOf(gradients, notes),
    optimizer: null,
    activations: null,
    peak: null,
  };
}

export interface TrainingMemory {
  readonly report: MemoryReport;
  /** Bytes kept by a module and those below it, over all its calls. */
  readonly byModule: ReadonlyMap<PyInstance, Count>;
}

/** All of it. `pass`: the forward pass, or why there is none. */
export function trainingMemory(
  counts: ModelCounts,
  optimizer: OptimizerChoice,
  pass: TrainingPass | Unknown,
  interpreter: Interpreter,
  notes: Notes,
  precision?: Precision,
): TrainingMemory {
  const fixed = fixedMemory(counts, optimizer, interpreter, precision);
  const kept = isUnknown(pass) ? pass : keptFor(pass.ops, pass.fixed);
  const activations: Dim = isUnknown(kept) ? kept : kept.bytes;
  const peak = [fixed.parameters, fixed.buffers, fixed.gradients, fixed.optimizer, activations].reduce<Dim>(add, 0);
  const totals = new Map<PyInstance, Dim>();
  if (!isUnknown(kept))
    for (const [storage, op] of kept.storages) {
      const above = new Set<PyInstance>();
      for (let at = op.call; at; at = at.parent) above.add(at.module);
      for (const module of above) totals.set(module, add(totals.get(module) ?? 0, storage.bytes));
    }
  const quiet = new Notes();
  return {
    report: {
      parameters: countOf(fixed.parameters, notes),
      buffers: countOf(fixed.buffers, notes),
      gradients: countOf(fixed.gradients, notes),
      optimizer: countOf(fixed.optimizer, notes),
      activations: countOf(activations, notes),
      peak: countOf(peak, quiet),
      optimizerName: optimizer.name,
      optimizerAssumed: optimizer.assumed,
      ...(precision ? { precision } : {}),
    },
    byModule: new Map([...totals].map(([module, bytes]) => [module, countOf(bytes, quiet)])),
  };
}
