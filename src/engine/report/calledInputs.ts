/**
 * Inputs that calls in the project show: `model(torch.randn(1, 3, 224, 224))`, `summary(model, (3, 32, 32))`, and a training loop
 * over a loader whose data set can be read.
 */
import {
  evaluateSource,
  isUnknown,
  PyRaise,
  type Interpreter,
  type Place,
  type PyInstance,
  type Value,
} from '../python/index.js';
import type { CallExpr, Expr, FunctionDef, SourceFile } from '../syntax/index.js';
import { argumentOf } from '../training/context.js';
import { Code, unwrapped } from '../training/code.js';
import { importsOf, qualifiedName } from '../training/names.js';
import { sliceFor, sliceText } from '../training/slice.js';
import { ancestorsOf, callsIn, dotted, findAll, functionAround, walk } from '../training/tree.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { loadedShape } from './loadedInputs.js';
import { evaluateApart } from './evaluateApart.js';
import { showInputs } from './inferInputs.js';
import type { InputGuess } from './inputSources.js';
import { inputValue, tensorSpecOf, valueSpecOf, type InputSpec } from './inputs.js';
import type { ReportRequest } from './modelReport.js';

const MOST_CALLS = 12;

/** Functions that take a model and what it is called with: how that argument is called, and whether it is sizes. */
const TAKERS: Readonly<Record<string, { name: string; index: number; sizes?: 'batch' | 'sample' }>> = {
  'torchsummary.summary': { name: 'input_size', index: 1, sizes: 'sample' },
  'torchinfo.summary': { name: 'input_size', index: 1, sizes: 'batch' },
  'torch.onnx.export': { name: 'args', index: 1 },
  'torch.jit.trace': { name: 'example_inputs', index: 1 },
  'torch.export.export': { name: 'args', index: 1 },
  'thop.profile': { name: 'inputs', index: 1 },
  'fvcore.nn.FlopCountAnalysis': { name: 'inputs', index: 1 },
  'ptflops.get_model_complexity_info': { name: 'input_res', index: 1, sizes: 'sample' },
};

/** The same for methods: `writer.add_graph(model, images)` of TensorBoard. */
const TAKING_METHODS: typeof TAKERS = { add_graph: { name: 'input_to_model', index: 1 } };

/** Inputs of calls of the class's objects, in the order of the files; each list of shapes once. */
export function* calledInputs(
  interpreter: Interpreter,
  root: PyInstance,
  request: ReportRequest,
): Generator<InputGuess> {
  const { name } = root.cls;
  const files = request.mentions?.() ?? [];
  const calling = files.filter((file) => callsIn(file).some(({ func }) => lastOf(func) === name));
  if (calling.length === 0) return;
  const code = new Code(interpreter.project, files);
  const makers = makersOf(calling, name);
  const seen = new Set<string>();
  let tries = 0;
  for (const file of calling) {
    importsOf(file);
    const holders = holdersOf(file, makers);
    for (const call of callsIn(file)) {
      if (tries >= MOST_CALLS) return;
      const given = argumentsOf(file, call, makers, holders);
      if (!given) continue;
      const model = given.model;
      if (!code.origins(file, model).some(({ expr }) => expr.kind === 'Call' && lastOf(expr.func) === name)) continue;
      tries++;
      const found = given.read(interpreter, code);
      if (!found || seen.has(JSON.stringify(found.specs))) continue;
      seen.add(JSON.stringify(found.specs));
      yield {
        specs: found.specs,
        source: found.source,
        isSure: false,
        note: `forward is called with ${showInputs(found.specs)}, as ${found.source === 'data' ? 'its data set gives them' : 'it is called'} here`,
        place: { file, start: call.start, end: call.end } satisfies Place,
        raises: () => raisedBy(interpreter, file, call, { ...given, ...found }, request),
      };
    }
  }
}

const lastOf = (func: Expr): string | null =>
  func.kind === 'Name' ? func.id : func.kind === 'Attribute' ? func.attr : null;

/** The class and the functions that may return an object of it. */
function makersOf(files: readonly SourceFile[], name: string): Set<string> {
  const makers = new Set([name]);
  for (const { ast } of files)
    for (const { name: maker, body } of findAll(ast.body, 'FunctionDef'))
      if (returnsSome(body) && makes(body, new Set([name]))) makers.add(maker);
  return makers;
}

const returnsSome = (body: FunctionDef['body']): boolean => findAll(body, 'Return').some(({ value }) => value !== null);

function makes(code: object | readonly object[], makers: ReadonlySet<string>): boolean {
  let found = false;
  walk(code, (node) => {
    if (node.kind === 'Call' && makers.has(lastOf(node.func) ?? '')) found = true;
    return !found;
  });
  return found;
}

/** Names and attributes that get an object of the class somewhere in the file, and parameters that sound like models. */
function holdersOf(file: SourceFile, makers: ReadonlySet<string>): Set<string> {
  const holders = new Set<string>();
  for (const statement of findAll(file.ast.body, 'Assign')) {
    if (makes(statement.value, makers)) for (const target of statement.targets) holders.add(dotted(target) ?? '');
  }
  for (const { params } of findAll(file.ast.body, 'FunctionDef'))
    for (const param of params) if (/model|net\b|module/i.test(param.name)) holders.add(param.name);
  return holders;
}

interface Given {
  /** The expression that is the model. */
  readonly model: Expr;
  /** The call is one of the model itself, not of a function that takes it. */
  readonly isCalled: boolean;
  read(interpreter: Interpreter, code: Code): { specs: InputSpec[]; source: 'call' | 'data' } | null;
}

function argumentsOf(
  file: SourceFile,
  call: CallExpr,
  makers: ReadonlySet<string>,
  holders: ReadonlySet<string>,
): Given | null {
  /** Whether an expression may be an object of the class: it has the name of one, or makes it on the spot. */
  const holds = (expr: Expr): boolean => {
    const inner = unwrapped(file, expr);
    return inner.kind === 'Call' ? makers.has(lastOf(inner.func) ?? '') : holders.has(dotted(inner) ?? '');
  };
  const callee = call.func.kind === 'Attribute' && call.func.attr === 'forward' ? call.func.value : call.func;
  if (holds(callee)) {
    // Inside another module the argument is that module's own input.
    const around = functionAround(file, call);
    if (around?.name === 'forward' || call.args.length === 0) return null;
    return { model: callee, isCalled: true, read: (interpreter, code) => readCall(interpreter, code, file, call) };
  }
  const isMethod = call.func.kind === 'Attribute' && Object.hasOwn(TAKING_METHODS, call.func.attr);
  const taker = isMethod ? TAKING_METHODS[lastOf(call.func) ?? ''] : TAKERS[qualifiedName(file, call.func) ?? ''];
  const model = call.args[0]?.value;
  if (!taker || !model || !holds(model)) return null;
  const sizes = argumentOf(call, taker.name, taker.index);
  const data = argumentOf(call, 'input_data', -1);
  const chosen = sizes ?? data;
  if (!chosen) return null;
  const kind = sizes ? taker.sizes : undefined;
  return {
    model,
    isCalled: false,
    read: (interpreter) => {
      const value = evaluateIn(interpreter, file, chosen.value);
      const specs = kind ? sizeSpecs(value, kind) : tensorSpecs(value);
      return specs && { specs, source: 'call' };
    },
  };
}

function readCall(
  interpreter: Interpreter,
  code: Code,
  file: SourceFile,
  call: CallExpr,
): { specs: InputSpec[]; source: 'call' | 'data' } | null {
  const specs: InputSpec[] = [];
  let source: 'call' | 'data' = 'call';
  for (const arg of call.args) {
    if (arg.form === 'star' || arg.form === 'doubleStar') return null;
    let value = evaluateIn(interpreter, file, arg.value);
    let spec = specOf(value, arg.name);
    if (!spec) {
      const loaded = loadedShape(interpreter, code, file, call, arg.value);
      if (!loaded) return null;
      value = loaded;
      spec = specOf(loaded, arg.name);
      source = 'data';
    }
    if (!spec) return null;
    specs.push(spec);
  }
  return specs.some(({ kind }) => kind === 'tensor') ? { specs, source } : null;
}

/** The value of an expression where it stands, as far as the statements before it say. */
function evaluateIn(interpreter: Interpreter, file: SourceFile, expr: Expr): Value {
  const slice = sliceFor(file, expr);
  if ('reason' in slice) return interpreter.unknown(slice.reason);
  return evaluateApart(interpreter, file, (home) => evaluateSource(interpreter, home, sliceText(slice)));
}

/**
 * What a call raises where it stands, with all that happened to the model before; `null` where it may be expected to raise. A summary and a
 * step of a loop over a data set do with the model what they are known to do.
 */
function raisedBy(
  interpreter: Interpreter,
  file: SourceFile,
  call: CallExpr,
  { model, isCalled, source, specs }: Given & { readonly source: 'call' | 'data'; readonly specs: InputSpec[] },
  { module }: ReportRequest,
): string | null {
  const isItself = isCalled && source === 'call';
  const slice = sliceFor(file, isItself ? call : model);
  if ('reason' in slice || !slice.isWhole) return null;
  if (ancestorsOf(file, call).some((each) => each.kind === 'Try' || each.kind === 'With')) return null;
  let raised: string | null = null;
  evaluateApart(interpreter, file, (home) => {
    try {
      const value = evaluateSource(interpreter, home, sliceText(slice));
      if (isItself || isUnknown(value)) return value;
      const args: Value[] = [];
      const kwargs = new Map<string, Value>();
      for (const spec of specs) {
        const input = inputValue(spec, interpreter, module);
        if (spec.name === null) args.push(input);
        else kwargs.set(spec.name, input);
      }
      return interpreter.call(value, args, kwargs);
    } catch (error) {
      if (error instanceof PyRaise) raised = error.message;
      throw error;
    }
  });
  return raised;
}

function specOf(value: Value, name: string | null): InputSpec | null {
  if (!isTensorValue(value)) return valueSpecOf(value, name);
  return value.taint ? null : tensorSpecOf(value.data, name);
}

function tensorSpecs(value: Value): InputSpec[] | null {
  const items =
    typeof value === 'object' && (value?.kind === 'tuple' || value?.kind === 'list') ? value.items : [value];
  const specs = items.map((item) => specOf(item, null));
  return specs.length > 0 && specs.every((spec) => spec !== null) && specs[0]?.kind === 'tensor' ? specs : null;
}

/** `(3, 32, 32)` or a list of such, with or without the batch. */
function sizeSpecs(value: Value, kind: 'batch' | 'sample'): InputSpec[] | null {
  if (typeof value !== 'object' || (value?.kind !== 'tuple' && value?.kind !== 'list')) return null;
  const items: readonly Value[] = value.items;
  const numbers = items.filter((item) => typeof item === 'number');
  if (numbers.length !== value.items.length) {
    const inner = value.items.map((item) => sizeSpecs(item, kind));
    return inner.length > 0 && inner.every((specs) => specs !== null) ? inner.flat() : null;
  }
  const dims: (number | string)[] = kind === 'sample' ? ['B', ...numbers] : [...numbers];
  return numbers.length > 0 ? [{ kind: 'tensor', name: null, dims, dtype: 'float32' }] : null;
}
