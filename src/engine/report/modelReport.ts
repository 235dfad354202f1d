/** Puts together what everybody shows of one module. */
import { countModel, type ModelCounts, type ModuleNode } from '../model/index.js';
import { isUnknown, type Interpreter, type Place, type PyModule, type Unknown, type Value } from '../python/index.js';
import { addInt, mulInt, type Int } from '../python/symint.js';
import { dtypeFacts } from '../torch/dtypes.js';
import { numelOf } from '../torch/dims.js';
import { ownMembers } from '../model/index.js';
import type { TensorNative } from '../torch/tensor.js';
import { callMacs, callOutput } from '../torch/trace.js';
import type { SourceFile } from '../syntax/index.js';
import { countOf, Notes, noteOf, outputOf, shapeOf, spanOf } from './counts.js';
import { withForward, type Forward } from './forward.js';
import type { NamedSizes } from './inferInputs.js';
import type { InputSpec } from './inputs.js';
import type { Recorder } from './observation.js';
import { partCalls, type FromWhole, type PartCalls } from './partInputs.js';
import { moduleBehind } from './standIn.js';
import type { FindingReport, MemoryReport, ModelReport, ModuleNodeReport } from './types.js';

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
  /** Sizes for inputs that nobody said. */
  readonly sizes?: NamedSizes;
  /** Where names in inputs are looked up. */
  readonly module: PyModule;
  /** Files that may show how the class's objects are called: its own and those that mention it. */
  readonly mentions?: () => readonly SourceFile[];
  /** Collects what the run shows at the places of the file. */
  readonly recorder?: Recorder;
  /** How a module of the same file calls it. */
  readonly fromWhole?: FromWhole | null;
  /** Told what the forward pass called its parts with. */
  readonly takeParts?: (calls: PartCalls) => void;
  /** Arguments that nobody gave. */
  readonly missing?: readonly string[];
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
    ...(request.missing ? { missingArguments: request.missing } : {}),
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
  const before = countModel(moduleBehind(interpreter, value));
  const { forward, counts } = withForward(interpreter, value, request, before, notes, findings);
  request.recorder?.takeModules(counts.root);
  const source = forward?.inputs[0]?.source;
  if (forward && source) request.takeParts?.(partCalls(forward.calls, source));
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
