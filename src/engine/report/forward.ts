/** Finds out what `forward` gives: with the inputs that were said, else with such as fit. */
import { countModel, type ModelCounts } from '../model/index.js';
import {
  isUnknown,
  PyRaise,
  type Interpreter,
  type PyInstance,
  type PyModule,
  type Unknown,
  type Value,
} from '../python/index.js';
import type { Int } from '../python/symint.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { callMacs, moduleCalls, traceOf, type ModuleCall } from '../torch/trace.js';
import { Notes, outputOf, shapeOf, spanOf } from './counts.js';
import { inputCandidates, showInputs } from './inferInputs.js';
import { inputValue, type InputSpec, type TensorSpec } from './inputs.js';
import type { ReportRequest } from './modelReport.js';
import type { FindingReport, InputReport, OutputReport } from './types.js';

/** What a forward pass showed. */
export interface Forward {
  readonly inputs: readonly InputReport[];
  readonly output: OutputReport;
  readonly macs: Int | Unknown;
  readonly calls: ReadonlyMap<PyInstance, readonly ModuleCall[]>;
}

/**
 * Runs `forward` on a fork, so that what it does to the module doesn't count, except that lazy layers get their sizes by it.
 * Inputs that nobody said are tried one after another; none of them proves anything wrong.
 */
export function withForward(
  interpreter: Interpreter,
  root: PyInstance,
  request: ReportRequest,
  before: ModelCounts,
  notes: Notes,
  findings: FindingReport[],
): { readonly forward: Forward | null; readonly counts: ModelCounts } {
  const attempt = (
    specs: readonly InputSpec[],
    into: Notes,
    problems: FindingReport[],
  ): { forward: Forward; counts: ModelCounts; raised: PyRaise | null } => {
    const { heap } = interpreter;
    const depth = heap.depth;
    const journal = heap.fork();
    const { forward, raised } = runForward(interpreter, root, specs, request.module, into, problems);
    const lazy = before.total.unknowns.length > 0;
    const after = lazy ? countModel(root) : before;
    request.recorder?.takeForward(interpreter, after.root);
    heap.unwind(depth + 1);
    heap.rollback(journal);
    return { forward, raised, counts: after.total.unknowns.length < before.total.unknowns.length ? after : before };
  };
  if (request.inputs) return attempt(request.inputs, notes, findings);
  if (!request.inferInputs) return { forward: null, counts: before };
  /** Inputs with which nothing goes wrong, though forward can't be followed to its end. */
  let halfway: readonly TensorSpec[] | null = null;
  for (const specs of inputCandidates(interpreter, root, request.sizes)) {
    const quiet = new Notes();
    const mark = request.recorder?.mark ?? 0;
    const assumptions = interpreter.assumptions.slice();
    const tried = attempt(specs, quiet, []);
    if (tried.forward.output !== null) {
      interpreter.assume(`forward is called with ${showInputs(specs)}, as its first layer takes it`);
      return tried;
    }
    if (!tried.raised) halfway ??= specs;
    interpreter.assumptions = assumptions;
    request.recorder?.reset(mark);
  }
  if (halfway) {
    interpreter.assume(`forward is called with ${showInputs(halfway)}, as its first layer takes it`);
    return attempt(halfway, notes, []);
  }
  return { forward: null, counts: before };
}

/** Runs `forward` in evaluation mode on tensors of the given shapes. */
function runForward(
  interpreter: Interpreter,
  root: PyInstance,
  specs: readonly InputSpec[],
  module: PyModule,
  notes: Notes,
  findings: FindingReport[],
): { readonly forward: Forward; readonly raised: PyRaise | null } {
  const args: Value[] = [];
  const kwargs = new Map<string, Value>();
  const inputs: InputReport[] = [];
  for (const spec of specs) {
    const value = inputValue(spec, interpreter, module);
    if (spec.name === null) args.push(value);
    else kwargs.set(spec.name, value);
    const tensor = isTensorValue(value) ? value.data : null;
    inputs.push({
      name: spec.name ?? `input ${args.length}`,
      shape: tensor ? shapeOf(tensor.shape, notes) : null,
      dtype: tensor && !isUnknown(tensor.dtype) ? tensor.dtype : null,
    });
  }
  const before = moduleCalls(traceOf(interpreter)).length;
  interpreter.unseen = null;
  let raised: PyRaise | null = null;
  const output = interpreter.attempt(() => {
    try {
      interpreter.callMethod(root, 'eval');
      return interpreter.call(root, args, kwargs);
    } catch (error) {
      if (error instanceof PyRaise) raised = error;
      throw error;
    }
  });
  const calls = moduleCalls(traceOf(interpreter)).slice(before);
  const byModule = new Map<PyInstance, ModuleCall[]>();
  for (const call of calls) {
    const list = byModule.get(call.module);
    if (list) list.push(call);
    else byModule.set(call.module, [call]);
  }
  const rootCall = calls.find((call) => call.module === root);
  if (isUnknown(output)) {
    notes.add(output.reason, output.place);
    if (output.reason.startsWith('it raises') && output.place && !output.place.file.path.startsWith('<'))
      findings.push({
        rule: 'shape',
        severity: 'error',
        message: output.reason.replace(/^it raises (\w+: )?/, ''),
        span: spanOf(output.place),
      });
  }
  const unseen: Unknown | null = interpreter.unseen;
  const macs: Int | Unknown = isUnknown(output)
    ? output
    : (unseen ?? (rootCall ? callMacs(rootCall) : interpreter.unknown('the forward of this module was not traced')));
  return {
    forward: { inputs, output: isUnknown(output) ? null : outputOf(output, notes), macs, calls: byModule },
    raised,
  };
}
