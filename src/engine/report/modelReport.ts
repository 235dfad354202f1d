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
import { addInt, type Int } from '../python/symint.js';
import { callMacs, callOutput } from '../torch/trace.js';
import type { SourceFile } from '../syntax/index.js';
import { countOf, Notes, noteOf, outputOf, shapeOf, spanOf } from './counts.js';
import { dataflow } from './dataflow.js';
import { withForward, type Forward } from './forward.js';
import type { NamedSizes } from './inferInputs.js';
import type { InputGuess } from './inputSources.js';
import type { InputSpec } from './inputs.js';
import { parameterMemory, trainingMemory, type TrainingMemory } from './memory.js';
import type { Recorder } from './observation.js';
import type { OptimizerChoice } from './optimizerState.js';
import { partCalls, type FromWhole, type PartCalls } from './partInputs.js';
import { capacityOf } from './capacity.js';
import { trainingSignal, type Signal } from './signal.js';
import { moduleBehind } from './standIn.js';
import { withTrainingPass } from './trainingPass.js';
import { trainingPlaces, type TrainingPlaces } from './trainingPlaces.js';
import type { CapacityReport, FindingReport, ModelReport, ModuleNodeReport, Precision } from './types.js';

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
  /** What takes another forward pass: memory and signal. Left out where only counts and shapes are asked for. */
  readonly details?: Details;
  /** Whether to draw the dataflow graph. */
  readonly graph?: boolean;
  /** Told what a training pass shows at the places of the class's file; another pass, only for those who ask. */
  readonly takePlaces?: (places: TrainingPlaces) => void;
}

export interface Details {
  readonly optimizer: () => OptimizerChoice;
  /** How many samples the model is trained on, where the project says it. */
  readonly samples?: () => CapacityReport['samples'];
  /** Size of the first axis of the inputs, in place of what was found. */
  readonly batch?: number;
  readonly precision?: Precision;
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
      memory: { parameters: null, buffers: null, gradients: null, optimizer: null, activations: null, peak: null },
      findings: [],
      assumptions: interpreter.assumptions.map((item) => noteOf(item.text, item.place)),
      unknowns: notes.list,
    };
  }
  const findings: FindingReport[] = [];
  const before = countModel(moduleBehind(interpreter, value), interpreter);
  const { forward, counts, guess } = withForward(interpreter, value, request, before, notes, findings);
  request.recorder?.takeModules(counts.root);
  if (counts.told)
    interpreter.assumptions.push({
      text: `the parameters are those that ${value.cls.name}.parameters() gives, not all that are registered`,
      place: value.cls.place,
    });
  const source = forward?.inputs[0]?.source;
  if (forward && source) request.takeParts?.(partCalls(forward.calls, source));
  const { takePlaces } = request;
  if (takePlaces && guess)
    withTrainingPass(interpreter, value, counts, guess, request, (pass) =>
      takePlaces(trainingPlaces(pass, request.place.file)),
    );
  const detailed = detailsOf(interpreter, value, counts, guess, request, notes);
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
    tree: nodeReport(counts.root, forward, detailed, notes),
    inputs: forward?.inputs ?? [],
    output: forward?.output ?? null,
    macs: forward ? countOf(forward.macs, notes) : null,
    ...(detailed
      ? {
          signal: detailed.signal.layers,
          signalVerdict: detailed.signal.verdict,
          signalSizes: detailed.signal.sizes,
          signalUnknown: detailed.signal.unknown,
          capacity: detailed.capacity,
        }
      : {}),
    ...(request.graph ? { graph: forward && dataflow(forward.flow, counts.root) } : {}),
    memory: detailed?.report ?? parameterMemory(counts, interpreter, notes),
    findings,
    assumptions: interpreter.assumptions.map((item) => noteOf(item.text, item.place)),
    unknowns: notes.list,
  };
}

/** What takes another pass, where it is asked for. */
function detailsOf(
  interpreter: Interpreter,
  root: PyInstance,
  counts: ModelCounts,
  guess: InputGuess | null,
  request: ReportRequest,
  notes: Notes,
): (TrainingMemory & { readonly signal: Signal; readonly capacity: CapacityReport }) | null {
  const { details } = request;
  if (!details) return null;
  const optimizer = details.optimizer();
  const samples = details.samples?.() ?? null;
  if (!guess) {
    const missing = interpreter.unknown('nothing says what forward is called with');
    return {
      ...trainingMemory(counts, optimizer, missing, interpreter, notes, details.precision),
      signal: trainingSignal(missing),
      capacity: capacityOf(missing, counts, samples),
    };
  }
  return withTrainingPass(interpreter, root, counts, guess, request, (pass) => ({
    ...trainingMemory(counts, optimizer, pass, interpreter, notes, details.precision),
    signal: trainingSignal(pass),
    capacity: capacityOf(pass, counts, samples),
  }));
}

function nodeReport(
  node: ModuleNode,
  forward: Forward | null,
  detailed: TrainingMemory | null,
  notes: Notes,
): ModuleNodeReport {
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
    ...(detailed && calls.length > 0 ? { kept: detailed.byModule.get(node.instance) ?? 0 } : {}),
    children: node.children.map((child) => nodeReport(child, forward, detailed, notes)),
  };
}
