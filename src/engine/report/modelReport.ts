/** Puts together what everybody shows of one module. */
import { countModel, type ModelCounts, type ModuleNode } from '../model/index.js';
import {
  isUnknown,
  type Interpreter,
  type Place,
  type PyInstance,
  type PyModule,
  type Unknown,
  type Value,
} from '../python/index.js';
import { addInt, mulInt, type Int } from '../python/symint.js';
import { dtypeFacts } from '../torch/dtypes.js';
import { numelOf } from '../torch/dims.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { ownMembers } from '../model/index.js';
import type { TensorNative } from '../torch/tensor.js';
import { callMacs, callOutput, moduleCalls, traceOf, type ModuleCall } from '../torch/trace.js';
import { countOf, Notes, noteOf, outputOf, shapeOf, spanOf } from './counts.js';
import { inputCandidates, showInputs } from './inferInputs.js';
import { inputValue, type InputSpec } from './inputs.js';
import type { Recorder } from './observation.js';
import type { FindingReport, InputReport, MemoryReport, ModelReport, ModuleNodeReport, OutputReport } from './types.js';

/** What a forward pass showed. */
interface Forward {
  readonly inputs: readonly InputReport[];
  readonly output: OutputReport;
  readonly macs: Int | Unknown;
  readonly calls: ReadonlyMap<PyInstance, readonly ModuleCall[]>;
}

export interface ReportRequest {
  readonly qualname: string;
  readonly file: string;
  readonly place: Place;
  readonly call: string | null;
  /** The constructed module, or why there is none. */
  readonly value: Value;
  readonly inputs: readonly InputSpec[] | null;
  /** Whether to look for inputs that fit when `inputs` is `null`. */
  readonly inferInputs: boolean;
  /** Where names in inputs are looked up. */
  readonly module: PyModule;
  /** Collects what the run shows at the places of the file. */
  readonly recorder?: Recorder;
}

/** Must run inside a run of the interpreter: the module and its trace belong to that run. */
export function buildReport(interpreter: Interpreter, request: ReportRequest): ModelReport {
  const notes = new Notes();
  const { value } = request;
  const base = {
    qualname: request.qualname,
    file: request.file,
    span: spanOf(request.place),
    call: request.call,
    signal: [],
  };
  if (typeof value !== 'object' || value?.kind !== 'instance') {
    const reason: Unknown = isUnknown(value) ? value : interpreter.unknown('the call gives no nn.Module');
    notes.add(reason.reason, reason.place);
    return {
      ...base,
      parameters: { total: null, trainable: null, frozen: null },
      buffers: null,
      modules: null,
      tree: null,
      inputs: [],
      output: null,
      macs: null,
      memory: { parameters: null, gradients: null, optimizer: null, activations: null, peak: null },
      findings: [],
      assumptions: interpreter.assumptions.map((item) => noteOf(item.text, item.place)),
      unknowns: notes.list,
    };
  }
  const findings: FindingReport[] = [];
  const before = countModel(value);
  const { forward, counts } = withForward(interpreter, value, request, before, notes, findings);
  request.recorder?.takeModules(counts.root);
  const atLeast = counts.total.unknowns.length > 0 ? { atLeast: countOf(counts.total.total, notes) } : {};
  return {
    ...base,
    parameters: {
      total: countOf(counts.total.value, notes),
      trainable: countOf(counts.trainable.value, notes),
      frozen: countOf(counts.frozen.value, notes),
      ...atLeast,
    },
    buffers: countOf(counts.buffers.value, notes),
    modules: countOf(counts.modules, notes),
    tree: nodeReport(counts.root, forward, notes),
    inputs: forward?.inputs ?? [],
    output: forward?.output ?? null,
    macs: forward ? countOf(forward.macs, notes) : null,
    memory: memoryOf(counts, notes),
    findings,
    assumptions: interpreter.assumptions.map((item) => noteOf(item.text, item.place)),
    unknowns: notes.list,
  };
}

/**
 * Runs `forward` on a fork, so that what it does to the module doesn't count, except that lazy layers get their sizes by it.
 * Inputs that nobody said are tried one after another; none of them proves anything wrong.
 */
function withForward(
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
  ): { forward: Forward; counts: ModelCounts } => {
    const { heap } = interpreter;
    const depth = heap.depth;
    const journal = heap.fork();
    const forward = runForward(interpreter, root, specs, request.module, into, problems);
    const lazy = before.total.unknowns.length > 0;
    const after = lazy ? countModel(root) : before;
    request.recorder?.takeForward(interpreter, after.root);
    heap.unwind(depth + 1);
    heap.rollback(journal);
    return { forward, counts: after.total.unknowns.length < before.total.unknowns.length ? after : before };
  };
  if (request.inputs) return attempt(request.inputs, notes, findings);
  if (!request.inferInputs) return { forward: null, counts: before };
  for (const specs of inputCandidates(interpreter, root)) {
    const quiet = new Notes();
    const mark = request.recorder?.mark ?? 0;
    const assumptions = interpreter.assumptions.slice();
    const tried = attempt(specs, quiet, []);
    if (tried.forward.output !== null) {
      interpreter.assume(`forward is called with ${showInputs(specs)}, as its first layer takes it`);
      return tried;
    }
    interpreter.assumptions = assumptions;
    request.recorder?.reset(mark);
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
): Forward {
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
  const output = interpreter.attempt(() => {
    interpreter.callMethod(root, 'eval');
    return interpreter.call(root, args, kwargs);
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
  return { inputs, output: isUnknown(output) ? null : outputOf(output, notes), macs, calls: byModule };
}

function nodeReport(node: ModuleNode, forward: Forward | null, notes: Notes): ModuleNodeReport {
  const calls = forward?.calls.get(node.instance) ?? [];
  const first = calls[0];
  const quiet = new Notes();
  const result = first && callOutput(first);
  let macs: Int | Unknown = 0;
  for (const call of calls) {
    const more = callMacs(call);
    macs = isUnknown(macs) ? macs : isUnknown(more) ? more : addInt(macs, more);
  }
  return {
    name: node.name,
    type: node.instance.cls.name,
    span: node.instance.place && !node.instance.place.file.path.startsWith('<') ? spanOf(node.instance.place) : null,
    own: countOf(node.own, quiet),
    total: countOf(node.total, quiet),
    trainable: countOf(node.trainable, quiet),
    shared: node.shared,
    inputShape: first?.inputs[0] ? shapeOf(first.inputs[0].shape, quiet) : null,
    outputShape: result === undefined ? null : outputOf(result, quiet),
    macs: forward ? countOf(macs, quiet) : null,
    children: node.children.map((child) => nodeReport(child, forward, notes)),
  };
}

/** Bytes of parameters and their gradients; what depends on the optimizer and the forward pass is left open here. */
function memoryOf(counts: ModelCounts, notes: Notes): MemoryReport {
  let parameters: Int | Unknown = counts.total.unknowns[0] ?? 0;
  let gradients: Int | Unknown = counts.total.unknowns[0] ?? 0;
  const seen = new Set<TensorNative>();
  const add = (sum: Int | Unknown, bytes: Int | Unknown): Int | Unknown =>
    isUnknown(sum) ? sum : isUnknown(bytes) ? bytes : addInt(sum, bytes);
  const visit = (node: ModuleNode): void => {
    for (const { value } of ownMembers(node.instance).parameters) {
      if (seen.has(value)) continue;
      seen.add(value);
      const { dtype, shape, requiresGrad } = value.data;
      const numel = numelOf(shape);
      const bytes = isUnknown(dtype)
        ? dtype
        : isUnknown(numel)
          ? numel
          : (mulInt(numel, dtypeFacts(dtype).bytes) ?? counts.total.unknowns[0] ?? 0);
      parameters = add(parameters, bytes);
      if (requiresGrad) gradients = add(gradients, bytes);
    }
    node.children.forEach(visit);
  };
  visit(counts.root);
  return {
    parameters: countOf(parameters, notes),
    gradients: countOf(gradients, notes),
    optimizer: null,
    activations: null,
    peak: null,
  };
}
