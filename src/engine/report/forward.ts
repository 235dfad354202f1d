/** Finds out what `forward` gives: with the inputs that were said, else with those that the project shows or such as fit. */
import { countModel, type ModelCounts } from '../model/index.js';
import { isUnknown, PyRaise, type Interpreter, type PyInstance, type Unknown, type Value } from '../python/index.js';
import { lookup } from '../python/attributes.js';
import { addInt, type Int } from '../python/symint.js';
import { startEquations, takeEquations } from '../torch/dims.js';
import { isTensorValue } from '../torch/nn/objects.js';
import type { TensorData } from '../torch/tensor.js';
import { callMacs, markOf, traceEvents, traceOf, type ModuleCall, type TraceEvent } from '../torch/trace.js';
import { findAll, namesIn } from '../training/tree.js';
import { Notes, noteOf, outputOf, shapeOf } from './counts.js';
import { inputGuesses, type InputGuess } from './inputSources.js';
import { inputValue } from './inputs.js';
import type { ReportRequest } from './modelReport.js';
import { isAboutShape, isCertain, isMisfit, shapeFinding } from './shapeFinding.js';
import { solvedSizes } from './solveSizes.js';
import type { FindingReport, InputReport, OutputReport } from './types.js';

/** What a forward pass showed. */
export interface Forward {
  readonly inputs: readonly InputReport[];
  readonly output: OutputReport;
  readonly macs: Int | Unknown;
  readonly calls: ReadonlyMap<PyInstance, readonly ModuleCall[]>;
  readonly flow: ForwardFlow;
}

/** What ran, for those who want to follow the tensors. */
export interface ForwardFlow {
  readonly events: readonly TraceEvent[];
  /** Tensors as they went in; `null` for other arguments. */
  readonly inputs: readonly { readonly name: string; readonly data: TensorData | null }[];
  readonly output: Value;
  /** Why not all that runs may be among the events. */
  readonly unknown: Unknown | null;
}

interface Attempt {
  readonly forward: Forward;
  readonly counts: ModelCounts;
  /** Why nothing came out, if an exception was raised. */
  readonly finding: FindingReport | null;
  /** The exception's message. */
  readonly raised: string | null;
  /** Whether the exception has nothing to do with the inputs. */
  readonly isCertain: boolean;
  /** Whether sizes didn't fit one another. */
  readonly isMisfit: boolean;
  /** Whether it failed for the sizes of a tensor or their number. */
  readonly isAboutShape: boolean;
  readonly equations: ReturnType<typeof takeEquations>;
}

/**
 * Runs `forward` on a fork, so that what it does to the module doesn't count, except that lazy layers get their sizes by it.
 * Inputs that nobody said are tried one after another; with them only a misfit between two layers proves something wrong.
 */
export function withForward(
  interpreter: Interpreter,
  root: PyInstance,
  request: ReportRequest,
  before: ModelCounts,
  notes: Notes,
  findings: FindingReport[],
): { readonly forward: Forward | null; readonly counts: ModelCounts; readonly guess: InputGuess | null } {
  const attempt = (guess: InputGuess, into: Notes): Attempt => {
    const { heap } = interpreter;
    const depth = heap.depth;
    const journal = heap.fork();
    const tried = runForward(interpreter, root, guess, request, into);
    const lazy = before.total.unknowns.length > 0;
    const after = lazy ? countModel(before.root.instance, interpreter) : before;
    request.recorder?.takeForward(interpreter, after.root);
    heap.unwind(depth + 1);
    heap.discard(journal);
    return { ...tried, counts: after.total.unknowns.length < before.total.unknowns.length ? after : before };
  };
  const accept = (guess: InputGuess, tried: Attempt): Attempt & { guess: InputGuess } => {
    if (tried.finding) findings.push(tried.finding);
    if (guess.note !== null) interpreter.assumptions.push({ text: guess.note, place: guess.place });
    return { ...tried, guess };
  };
  /** Whether no sizes at all would do in place of those that were inferred. */
  const provesMisfit = (guess: InputGuess): boolean => {
    if (choosesByOptional(interpreter, root)) return false;
    const { assumptions } = interpreter;
    interpreter.assumptions = [];
    const mark = request.recorder?.mark ?? 0;
    const proved = failsForAll(guess, (other) => attempt(other, new Notes()));
    interpreter.assumptions = assumptions;
    request.recorder?.reset(mark);
    return proved;
  };
  /** Inputs with which nothing goes wrong, though forward can't be followed to its end. */
  let halfway: InputGuess | null = null;
  let certain: FindingReport | null = null;
  let misfit: { readonly guess: InputGuess; readonly finding: FindingReport } | null = null;
  for (const guess of inputGuesses(interpreter, root, request)) {
    if (guess.isSure) return accept(guess, attempt(guess, notes));
    const quiet = new Notes();
    const mark = request.recorder?.mark ?? 0;
    const assumptions = interpreter.assumptions.slice();
    const tried = attempt(guess, quiet);
    const forget = (): void => {
      interpreter.assumptions = assumptions.slice();
      request.recorder?.reset(mark);
    };
    if (tried.forward.output === null) {
      if (tried.raised !== null && guess.raises?.() === tried.raised) {
        // The user's own program raises it: nothing else is to be tried.
        forget();
        return accept(guess, attempt(guess, notes));
      }
      if (tried.isMisfit && tried.finding && guess.source === 'inferred') misfit ??= { guess, finding: tried.finding };
      if (!tried.finding) halfway ??= guess;
      else if (tried.isCertain && !choosesByOptional(interpreter, root)) certain ??= tried.finding;
      forget();
      continue;
    }
    if (misfit && fixesBatch(tried.equations) && provesMisfit(misfit.guess)) {
      // It works only for batches of one size: likelier that what comes first in the list is meant, and doesn't fit.
      forget();
      certain ??= misfit.finding;
      break;
    }
    for (const solved of solvedSizes(guess, tried.equations)) {
      forget();
      const again = attempt(solved, new Notes());
      if (again.forward.output !== null) return accept(solved, again);
    }
    if (tried.equations.length > 0) {
      forget();
      return accept(guess, attempt(guess, notes));
    }
    return accept(guess, tried);
  }
  if (!certain && !halfway && misfit && provesMisfit(misfit.guess)) certain = misfit.finding;
  if (certain) findings.push(certain);
  if (halfway) return accept(halfway, attempt(halfway, notes));
  return { forward: null, counts: before, guess: null };
}

/** More axes than the first layer asks for: what a layer that looks at the last axis only would take as well. */
const MORE_AXES = [1, 2];

/**
 * Whether what didn't fit with one inferred tensor fits with none: with names for all of its sizes it doesn't fit either, nor with more axes,
 * one fewer or one of size 1. What then has no room for doubt came from the layers. An attempt that fails for something else got past the
 * sizes, and proves nothing.
 */
function failsForAll({ specs }: InputGuess, attempt: (guess: InputGuess) => Attempt): boolean {
  const [spec] = specs;
  if (spec?.kind !== 'tensor' || specs.length !== 1) return false;
  const { length } = spec.dims;
  const named = (axes: number): string[] => Array.from({ length: axes }, (_, i) => (i === 0 ? 'B' : `S${i - 1}`));
  const tryWith = (dims: readonly (number | string)[]): Attempt =>
    attempt({ specs: [{ ...spec, dims }], source: 'inferred', isSure: false, note: null, place: null });
  if (!tryWith(named(length)).isMisfit) return false;
  if (!MORE_AXES.every((more) => tryWith(named(length + more)).isAboutShape)) return false;
  // Without the axis of the batch another one is taken for it: what then has to be of one size is no batch.
  const fewer = length > 1 ? tryWith(named(length - 1)) : null;
  if (fewer && !fewer.isAboutShape && !fixesBatch(fewer.equations)) return false;
  // An axis of size 1 may be taken away (`x.squeeze(2)`).
  return spec.dims.every((_, at) => tryWith(spec.dims.map((dim, i) => (i === at ? 1 : dim))).isAboutShape);
}

/** Whether something was taken for granted that only one size of the batch fulfils. */
function fixesBatch(equations: Attempt['equations']): boolean {
  const isBatch = (size: Int): boolean => typeof size === 'object' && size.key === 'B';
  return equations.some(
    ({ left, right }) => (isBatch(left) && typeof right === 'number') || (isBatch(right) && typeof left === 'number'),
  );
}

const messageOf = (raised: PyRaise | null): string | null => raised?.message ?? null;

/**
 * Whether `forward` goes another way where an argument is given that a guess leaves out: `if skip is not None: x = cat([x, skip])`. What
 * fails without it need not fail in use.
 */
function choosesByOptional(interpreter: Interpreter, root: PyInstance): boolean {
  const forward = lookup(interpreter, root.cls, 'forward');
  if (typeof forward !== 'object' || forward?.kind !== 'function') return false;
  const { node, defaults } = forward;
  // A branch that only returns something else changes nothing for what comes after it.
  const branches = findAll(node.body, 'If').filter(
    ({ body, orelse }) => findAll([...body, ...orelse], 'Assign').length + findAll(body, 'AugAssign').length > 0,
  );
  const tests = [...branches, ...findAll(node.body, 'Conditional')].map(({ test }) => namesIn(test));
  return [...defaults.keys()].some((name) => tests.some((names) => names.has(name)));
}

/** MACs of everything in a piece of the trace: what an object that only stands for a module does. */
function outermostMacs(events: readonly TraceEvent[]): Int | Unknown {
  let sum: Int | Unknown = 0;
  for (const event of events) {
    const macs = event.type === 'op' ? (event.call ? 0 : event.op.macs) : event.call.parent ? 0 : callMacs(event.call);
    sum = isUnknown(sum) ? sum : isUnknown(macs) ? macs : addInt(sum, macs);
  }
  return sum;
}

/** Runs `forward` in evaluation mode on tensors of the given shapes. */
function runForward(
  interpreter: Interpreter,
  root: PyInstance,
  guess: InputGuess,
  request: ReportRequest,
  notes: Notes,
): Omit<Attempt, 'counts'> {
  const args: Value[] = [];
  const kwargs = new Map<string, Value>();
  const inputs: InputReport[] = [];
  const given: ForwardFlow['inputs'][number][] = [];
  for (const spec of guess.specs) {
    const value = inputValue(spec, interpreter, request.module);
    if (spec.name === null) args.push(value);
    else kwargs.set(spec.name, value);
    const tensor = isTensorValue(value) ? value.data : null;
    const name = spec.name ?? `input ${args.length}`;
    given.push({ name, data: tensor });
    inputs.push({
      name,
      shape: tensor ? shapeOf(tensor.shape, notes) : null,
      dtype: tensor && !isUnknown(tensor.dtype) ? tensor.dtype : null,
      source: guess.source,
      ...(guess.note === null ? {} : { note: noteOf(guess.note, guess.place) }),
    });
  }
  const before = markOf(interpreter);
  interpreter.unseen = null;
  startEquations(interpreter);
  let finding: FindingReport | null = null;
  let raised: PyRaise | null = null;
  let certain = false;
  const output = interpreter.attempt(() => {
    try {
      interpreter.callMethod(root, 'eval');
      return interpreter.call(root, args, kwargs);
    } catch (error) {
      if (error instanceof PyRaise) {
        raised = error;
        const { file } = request.place;
        finding = shapeFinding(error, { interpreter, root, file, place: request.place });
        certain = isCertain(error, interpreter);
      }
      throw error;
    }
  });
  const { events, incomplete } = traceEvents(traceOf(interpreter), before);
  const calls = events.flatMap((event) => (event.type === 'call' ? [event.call] : []));
  const byModule = new Map<PyInstance, ModuleCall[]>();
  for (const call of calls) {
    const list = byModule.get(call.module);
    if (list) list.push(call);
    else byModule.set(call.module, [call]);
  }
  const rootCall = calls.find((call) => call.module === root);
  if (isUnknown(output)) notes.add(output.reason, output.place);
  const unseen: Unknown | null = interpreter.unseen;
  const macs: Int | Unknown = isUnknown(output)
    ? output
    : (unseen ?? (rootCall ? callMacs(rootCall) : (incomplete ?? outermostMacs(events))));
  return {
    forward: {
      inputs,
      output: isUnknown(output) ? null : outputOf(output, notes),
      macs,
      calls: byModule,
      flow: { events, inputs: given, output, unknown: unseen ?? incomplete },
    },
    finding,
    raised: messageOf(raised),
    isCertain: certain,
    isMisfit: raised !== null && isMisfit(raised),
    isAboutShape: raised !== null && isAboutShape(raised),
    equations: takeEquations(interpreter),
  };
}
