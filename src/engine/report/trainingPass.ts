/** One forward pass in training mode with a tape: what memory and signal are computed from. Only made when they are asked for. */
import { isUnknown, type Interpreter, type PyInstance, type PyModule, type Unknown } from '../python/index.js';
import { isSym, symbolsOf } from '../python/symint.js';
import type { Value } from '../python/value.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { takeTape, startTape, type TapeOp } from '../torch/tape.js';
import { signalOf, type CallSignal } from '../torch/signal/flow.js';
import { startAutocast, stopAutocast } from '../torch/autocast.js';
import { dtypeObject, isFloating } from '../torch/dtypes.js';
import type { DType, TensorNative } from '../torch/tensor.js';
import type { ModelCounts } from '../model/index.js';
import { ownMembers, type ModuleNode } from '../model/index.js';
import { inputCandidates } from './inferInputs.js';
import type { InputGuess } from './inputSources.js';
import { inputValue, type InputSpec } from './inputs.js';
import type { ReportRequest } from './modelReport.js';
import type { Precision } from './types.js';

export interface TrainingPass {
  readonly ops: readonly TapeOp[];
  readonly inputs: readonly TensorNative[];
  readonly output: Value;
  /** Parameters and buffers of the model. */
  readonly fixed: ReadonlyMap<TensorNative, 'parameter' | 'buffer'>;
}

/** The tensors of the first axis that all inputs share get another size. */
function withBatch(specs: readonly InputSpec[], batch: number | undefined): readonly InputSpec[] {
  if (batch === undefined) return specs;
  const first = specs.find((spec) => spec.kind === 'tensor');
  if (first?.kind !== 'tensor') return specs;
  const [size] = first.dims;
  return specs.map((spec) =>
    spec.kind === 'tensor' && spec.dims[0] === size ? { ...spec, dims: [batch, ...spec.dims.slice(1)] } : spec,
  );
}

/** Floats get another dtype. */
function withDType(specs: readonly InputSpec[], dtype: DType | undefined): readonly InputSpec[] {
  if (dtype === undefined) return specs;
  return specs.map((spec) => (spec.kind === 'tensor' && isFloating(spec.dtype) ? { ...spec, dtype } : spec));
}

/** Runs `forward` in training mode and calls `look` while its tensors are alive; then all of it is forgotten. */
export function withTrainingPass<T>(
  interpreter: Interpreter,
  root: PyInstance,
  counts: ModelCounts,
  guess: InputGuess,
  request: ReportRequest,
  look: (pass: TrainingPass | Unknown) => T,
): T {
  const { batch, precision = {} } = request.details ?? {};
  const specs = withBatch(guess.specs, batch);
  return withTape(interpreter, root, specs, request.module, precision, (pass) =>
    look(isUnknown(pass) ? pass : { ...pass, fixed: fixedOf(counts.root) }),
  );
}

/** What the signal is at every layer of a module at initialisation, called with such inputs as its layers take; or why that can't be told. */
export function signalAtStart(interpreter: Interpreter, module: PyModule, root: PyInstance): Flowing {
  let answer: Flowing = interpreter.unknown('nothing says what forward is called with');
  for (const specs of inputCandidates(interpreter, root, SIZES)) {
    answer = withTape(interpreter, root, specs, module, {}, (pass) => (isUnknown(pass) ? pass : flowOf(pass)));
    if (!isUnknown(answer)) return answer;
  }
  return answer;
}

/** One entry per call of a layer, or why there are none. */
export type Flowing = readonly CallSignal[] | Unknown;

/** Sizes for axes that the layers leave open: what a layer does to a signal hardly depends on them. */
const SIZES: Readonly<Record<string, number>> = { B: 32, T: 32, H: 64, W: 64, D: 16 };
const OTHER_SIZE = 32;

/** Numbers for the named sizes of a pass's inputs, by name. */
export function exampleSizes({ inputs }: Pick<TrainingPass, 'inputs'>): ReadonlyMap<string, number> {
  const names = inputs.flatMap(({ data: { shape } }) =>
    isUnknown(shape) ? [] : shape.flatMap((dim) => (isSym(dim) ? symbolsOf(dim) : [])),
  );
  return new Map([...new Set(names)].map((name) => [name, SIZES[name] ?? OTHER_SIZE]));
}

/** How the signal travels through a pass to the tensors that a loss is made from, with numbers for named sizes. */
export const flowOf = (
  { ops, output }: Pick<TrainingPass, 'ops' | 'output'>,
  sizes?: ReadonlyMap<string, number>,
): Flowing =>
  signalOf(
    ops,
    tensorsIn(output).filter(({ data }) => data.requiresGrad),
    sizes,
  );

/** Tensors of what forward gave. */
export function tensorsIn(value: Value): TensorNative[] {
  if (isTensorValue(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value.kind === 'tuple' || value.kind === 'list') return value.items.flatMap(tensorsIn);
  if (value.kind === 'dict') return [...value.entries.values()].flatMap((entry) => tensorsIn(entry.value));
  return [];
}

/** Runs `forward` with a tape, in training mode; `look` sees it while its tensors are alive. */
function withTape<T>(
  interpreter: Interpreter,
  root: PyInstance,
  specs: readonly InputSpec[],
  module: PyModule,
  precision: Precision,
  look: (pass: Omit<TrainingPass, 'fixed'> | Unknown) => T,
): T {
  const { heap } = interpreter;
  const depth = heap.depth;
  const journal = heap.fork();
  const { assumptions, unseen } = interpreter;
  interpreter.assumptions = [];
  interpreter.unseen = null;
  const inputs: TensorNative[] = [];
  const args: Value[] = [];
  const kwargs = new Map<string, Value>();
  for (const spec of withDType(specs, precision.dtype)) {
    const value = inputValue(spec, interpreter, module);
    if (isTensorValue(value)) inputs.push(value);
    if (spec.name === null) args.push(value);
    else kwargs.set(spec.name, value);
  }
  const output = interpreter.attempt(() => {
    interpreter.callMethod(root, 'train');
    if (precision.dtype) interpreter.callMethod(root, 'to', [dtypeObject(precision.dtype)]);
    startTape(interpreter);
    if (precision.autocast) startAutocast(interpreter, precision.autocast);
    return interpreter.call(root, args, kwargs);
  });
  const { ops, incomplete } = takeTape(interpreter);
  const unclear = stopAutocast(interpreter);
  const problem: Unknown | null = isUnknown(output) ? output : (interpreter.unseen ?? incomplete ?? unclear);
  const result = look(problem ?? { ops, inputs, output });
  interpreter.assumptions = assumptions;
  interpreter.unseen = unseen;
  heap.unwind(depth + 1);
  heap.rollback(journal);
  return result;
}

function fixedOf(root: ModuleNode): Map<TensorNative, 'parameter' | 'buffer'> {
  const fixed = new Map<TensorNative, 'parameter' | 'buffer'>();
  const visit = (node: ModuleNode): void => {
    const { parameters, buffers } = ownMembers(node.instance);
    for (const { value } of parameters) fixed.set(value, 'parameter');
    for (const { value } of buffers) fixed.set(value, 'buffer');
    node.children.forEach(visit);
  };
  visit(root);
  return fixed;
}
