/**
 * How operators are described: one entry by PyTorch's name, a small pure function from arguments to shape, dtype, values and
 * MACs. The same entry serves `torch.x`, `Tensor.x`, `Tensor.x_`, `F.x` and `out=`.
 */
import type { Context } from '../../python/context.js';
import { defineFunction, parseSignature, type Bound } from '../../python/define.js';
import { isSym } from '../../python/symint.js';
import type { Native, NativeType, PyBuiltin, PyClass, Unknown, Value } from '../../python/value.js';
import { concrete, decideDim, isUnknown, numelOf, showShape } from '../dims.js';
import { categoryOf, defaultDtype, dtypeOf, isDifferentiable, isIntegral, scalarName } from '../dtypes.js';
import { deviceOf } from '../device.js';
import { gradEnabled } from '../gradMode.js';
import { shapeError, type ShapeErrorDetails } from '../shapeError.js';
import {
  isTensor,
  makeTensor,
  tensorData,
  type DType,
  type Dim,
  type Shape,
  type TensorData,
  type TensorNative,
} from '../tensor.js';
import { observeAnswer, observeOp, rehearsalOf } from '../rehearsal.js';
import { autocastArguments } from '../autocast.js';
import { beginOp, endOp } from '../tape.js';
import { recordOp } from '../trace.js';

/** Tensors larger than this don't keep values. */
export const MAX_VALUES = 4096;
/** Indices and masks may be larger: tables of positions are made of them. */
const MAX_INDEX_VALUES = 65_536;

/** How many values a tensor of this dtype keeps. */
export function maxValues(dtype: DType | Unknown | undefined): number {
  return dtype !== undefined && isIntegral(dtype) ? MAX_INDEX_VALUES : MAX_VALUES;
}

/** Thrown where an argument decides the result and is unknown; the operator then answers that unknown. */
export class Undetermined extends Error {
  readonly unknown: Unknown;

  constructor(unknown: Unknown) {
    // Thrown often, and deep down: to record the stack each time would cost more than the operator.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(unknown.reason);
    Error.stackTraceLimit = stackTraceLimit;
    this.unknown = unknown;
  }
}

/** What an operator answers: a tensor to be made. */
export interface Result {
  readonly shape: Shape;
  /** Default: that of the first tensor argument. */
  readonly dtype?: DType | Unknown;
  readonly device?: string;
  readonly values?: readonly number[] | null;
  readonly macs?: Dim;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** `false`: cut off from the graph (`detach`, comparisons). Default: if any input needs it and the dtype can. */
  readonly requiresGrad?: boolean;
  readonly init?: TensorData['init'];
  /** Shares memory with the first tensor argument. */
  readonly view?: boolean;
  /** A view of everything, in the same order. */
  readonly whole?: boolean;
}

/** Several results, as a tuple or a list, perhaps named. */
export interface Results {
  readonly results: readonly (Result | Value)[];
  readonly as: 'tuple' | 'list' | PyClass;
  readonly macs?: Dim;
}

export type Run = (args: Args) => Result | Results | Value;

export interface OperatorOptions {
  /** Also as `Tensor.name_` and `torch.name_`, writing into the first argument. */
  readonly inplace?: boolean;
  /** Gives a tuple or something else than one tensor: unknown as a whole when the shape is. */
  readonly many?: boolean;
  /** Recorded under this name. */
  readonly as?: string;
  /** Leaves no node (queries, views of the same tensor). */
  readonly silent?: boolean;
}

export type Where = 'torch' | 'method' | 'F' | 'special' | 'fft' | 'linalg' | 'VF' | 'nested' | 'aten' | '_C_nn';

const tables = new Map<Where, Map<string, PyBuiltin>>();

/** Everything described for a place, by name. */
export function operatorsOf(where: Where): Map<string, PyBuiltin> {
  let table = tables.get(where);
  if (!table) tables.set(where, (table = new Map<string, PyBuiltin>()));
  return table;
}

const homes: Record<Where, string> = {
  torch: 'torch',
  method: 'torch.Tensor',
  F: 'torch.nn.functional',
  special: 'torch.special',
  fft: 'torch.fft',
  linalg: 'torch.linalg',
  VF: 'torch._VF',
  nested: 'torch.nested',
  aten: 'torch.ops.aten',
  _C_nn: 'torch._C._nn',
};

/** What a signature says, with the `out=` that all operators of `torch` take. */
function readSignature(
  signature: string,
  places: string,
): { readonly full: string; readonly names: readonly string[]; readonly star: string | undefined } {
  const { params } = parseSignature(signature);
  const names = params.map((param) => param.name);
  const hasOut = !names.includes('out') && places.includes('torch');
  const full = hasOut
    ? signature.replace(
        /\)$/,
        names.length === 0
          ? 'out=None)'
          : names.some((_, i) => params[i]?.form === 'star' || params[i]?.form === 'keywordOnly')
            ? ', out=None)'
            : ', *, out=None)',
      )
    : signature;
  return { full, names, star: params.find((param) => param.form === 'star')?.name };
}

/** Describes an operator: its signature, the places that have it (`'torch method F'`), and what it does. */
export function operator(signature: string, places: string, run: Run, options: OperatorOptions = {}): void {
  const name = signature.slice(0, signature.indexOf('('));
  // A thousand operators are described and few are called: signatures are read when they are first needed.
  let known: ReturnType<typeof readSignature> | undefined;
  const read = (): ReturnType<typeof readSignature> => (known ??= readSignature(signature, places));
  const build = (exposed: string, where: Where, inplace: boolean): PyBuiltin => {
    const qualname = `${homes[where]}.${exposed}`;
    const isMethod = where === 'method';
    let made: PyBuiltin | undefined;
    const base = (): PyBuiltin =>
      (made ??= defineFunction(
        read().full.replace(name, exposed),
        (bound, context) => execute(options.as ?? name, run, bound, context, inplace, options),
        { qualname, isMethod },
      ));
    return {
      kind: 'builtin',
      name: exposed,
      qualname,
      isMethod,
      pure: true,
      get parameters() {
        return base().parameters;
      },
      call: (args, kwargs, context) =>
        kwargs.size === 0
          ? base().call(args, kwargs, context)
          : base().call(...renamed(args, kwargs, read().names, read().star), context),
    };
  };
  for (const where of places.split(' ') as Where[]) {
    operatorsOf(where).set(name, build(name, where, false));
    if (options.inplace && (where === 'method' || where === 'torch' || where === 'F'))
      operatorsOf(where).set(`${name}_`, build(`${name}_`, where, true));
  }
}

/** The same operator under other names. */
export function alias(names: string, of: string, places: string): void {
  for (const where of places.split(' ') as Where[]) {
    const table = operatorsOf(where);
    for (const name of names.split(' '))
      for (const suffix of ['', '_']) {
        const target = table.get(of + suffix);
        if (target) table.set(name + suffix, target);
      }
  }
}

const synonyms: Readonly<Record<string, string>> = {
  axis: 'dim',
  keepdims: 'keepdim',
  axes: 'dims',
  self: 'input',
  x: 'input',
  a: 'input',
  x1: 'input',
  x2: 'other',
  size: 'shape',
  shape: 'size',
  axis0: 'dim0',
  axis1: 'dim1',
  mat: 'input',
  tensor1: 'input',
  correction: 'correction',
  A: 'input',
  B: 'other',
};

function renamed(
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  names: readonly string[],
  star: string | undefined,
): [readonly Value[], ReadonlyMap<string, Value>] {
  let changed: Map<string, Value> | null = null;
  let positional = args;
  for (const [key, value] of kwargs) {
    let to = key;
    if (!names.includes(key)) {
      const other = synonyms[key];
      if (other === undefined || !names.includes(other) || kwargs.has(other)) continue;
      to = other;
    }
    if (to === star) {
      changed ??= new Map(kwargs);
      changed.delete(key);
      positional = [...positional, value];
    } else if (to !== key) {
      changed ??= new Map(kwargs);
      changed.delete(key);
      changed.set(to, value);
    }
  }
  return [positional, changed ?? kwargs];
}

function isResult(value: Result | Results | Value): value is Result {
  return typeof value === 'object' && value !== null && 'shape' in value && !('kind' in value);
}
function isResults(value: Result | Results | Value): value is Results {
  return typeof value === 'object' && value !== null && 'results' in value && !('kind' in value);
}

/** Operators that cost multiply-accumulates: with an operand that is not known their cost is not known either. */
const COSTLY = new Set([
  'matmul',
  'mm',
  'spmm',
  'bmm',
  'addmm',
  'addbmm',
  'baddbmm',
  'mv',
  'dot',
  'inner',
  'tensordot',
  'einsum',
  'linear',
  'bilinear',
  'chain_matmul',
  'multi_dot',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'scaled_dot_product_attention',
  'multi_head_attention_forward',
  'lstm',
  'gru',
  'rnn_tanh',
  'rnn_relu',
  'lstm_cell',
  'gru_cell',
  'rnn_tanh_cell',
  'rnn_relu_cell',
  'cdist',
]);

/** Operators whose result is a tensor whatever the other argument is: a rehearsal follows them with unknown arguments, too. */
const REHEARSED = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'pow',
  'maximum',
  'minimum',
  'cross_entropy',
  'nll_loss',
  'binary_cross_entropy',
  'binary_cross_entropy_with_logits',
  'mse_loss',
  'l1_loss',
  'smooth_l1_loss',
  'huber_loss',
  'kl_div',
  'where',
  'masked_fill',
  'to',
]);

function execute(
  name: string,
  run: Run,
  given: Bound,
  context: Context,
  inplace: boolean,
  options: OperatorOptions,
): Value {
  const bound = autocastArguments(context, name, given);
  const observed = observeOp(context, name, bound);
  const begun = beginOp(context, name, bound);
  const answer = perform(name, run, bound, context, inplace, options);
  if (observed) observeAnswer(observed, answer);
  if (begun) endOp(context, begun, answer, inplace || bound['inplace'] === true);
  return answer;
}

function perform(
  name: string,
  run: Run,
  bound: Bound,
  context: Context,
  inplace: boolean,
  options: OperatorOptions,
): Value {
  const args = new Args(name, bound, context);
  let answer: Result | Results | Value;
  try {
    answer = run(args);
  } catch (error) {
    if (!(error instanceof Undetermined)) throw error;
    if (COSTLY.has(name)) recordOp(context, { op: name, inputs: [], macs: error.unknown });
    const first = args.firstTensor();
    if (first && REHEARSED.has(name) && rehearsalOf(context)) {
      // The graph goes on, though nothing is known of what came in.
      return deliver(args, { shape: error.unknown, dtype: error.unknown }, inplace, options);
    }
    if (options.many || !(error instanceof UnknownShape) || !first) {
      if (inplace || bound['inplace'] === true) {
        if (first)
          overwrite(
            context,
            first,
            { shape: first.data.shape },
            tensorData({ shape: first.data.shape, dtype: first.data.dtype, device: first.data.device }),
          );
      }
      return error.unknown;
    }
    answer = { shape: error.unknown };
  }
  if (isResult(answer)) {
    // Values are computed one by one: they are work, too.
    if (answer.values) context.step(answer.values.length >> 3);
    return deliver(args, answer, inplace || bound['inplace'] === true, options);
  }
  if (isResults(answer)) {
    const outputs = args.makeMany(answer);
    const out = bound['out'];
    if (typeof out === 'object' && out !== null && (out.kind === 'tuple' || out.kind === 'list'))
      out.items.forEach((target, i) => {
        const from = outputs[i];
        if (isTensor(target) && isTensor(from)) overwrite(context, target, from.data, from.data, true);
      });
    if (answer.as === 'list') return context.list(outputs);
    if (answer.as === 'tuple') return context.tuple(outputs);
    return { kind: 'tuple', items: outputs, cls: answer.as };
  }
  return answer;
}

function deliver(args: Args, result: Result, inplace: boolean, options: OperatorOptions): Value {
  const { context, bound } = args;
  const data = args.dataOf(result, options.silent ?? false);
  const target = inplace ? args.firstTensor() : bound['out'];
  if (isTensor(target)) {
    if (inplace && !result.view) checkWrite(args, target.data, data);
    overwrite(context, target, result, data, !inplace || result.view === true);
    return target;
  }
  if (isUnknown(target)) return target;
  const made = makeTensor(context.heap, data);
  if (result.view) {
    const base = args.firstTensor();
    if (base) shareMemory(context, base, made, result.whole ? 'all' : null);
  }
  return made;
}

/** An operation in place must give the shape that is there, and not a dtype of a higher category. */
function checkWrite(args: Args, before: TensorData, after: TensorData): void {
  const [was, is] = [before.shape, after.shape];
  if (
    !isUnknown(was) &&
    !isUnknown(is) &&
    (was.length !== is.length || was.some((dim, i) => decideDim('==', dim, is[i] as Dim) === false))
  )
    args.fail(`output with shape ${showShape(was)} doesn't match the broadcast shape ${showShape(is)}`, {
      argument: 'input',
    });
  if (isUnknown(before.dtype) || isUnknown(after.dtype)) return;
  if (categoryOf(after.dtype) > categoryOf(before.dtype))
    args.fail(
      `result type ${scalarName(after.dtype)} can't be cast to the desired output type ${scalarName(before.dtype)}`,
    );
}

/** Writes `data` into an existing tensor object: role, dtype and device stay, the shape as well unless it is an `out`. */
export function overwrite(
  context: Context,
  target: TensorNative,
  result: Result,
  data: TensorData,
  resize = false,
): void {
  const before = target.data;
  const values =
    isUnknown(before.dtype) || before.dtype === data.dtype
      ? data.values
      : data.values && before.dtype === 'float32'
        ? data.values.map(Math.fround)
        : null;
  writeThrough(context, target, {
    ...before,
    shape: resize || isUnknown(before.shape) ? result.shape : before.shape,
    values,
    node: data.node ?? before.node,
    init: data.init ?? (before.role === 'tensor' ? null : { name: 'changed', args: {}, place: context.place }),
    requiresGrad: before.role === 'tensor' ? before.requiresGrad || data.requiresGrad : before.requiresGrad,
    storage: before.storage,
  });
}

/** One tensor object of a shared memory: where its elements lie in it, `'all'` in order, or `null` if that isn't followed. */
interface Sharer {
  readonly tensor: TensorNative;
  readonly offsets: 'all' | readonly number[] | null;
}

/** The memory that tensors share; never a value of the program. After branches that differ, what shared it in any of them does. */
const memoryType: NativeType = {
  name: 'memory',
  cls(): PyClass {
    throw new Error('memory is never a value of the program');
  },
  joinData(a, b) {
    const joined = new Map((a as readonly Sharer[]).map((sharer) => [sharer.tensor, sharer]));
    for (const sharer of b as readonly Sharer[]) {
      const known = joined.get(sharer.tensor);
      const same = !known || known.offsets === sharer.offsets;
      joined.set(sharer.tensor, same ? sharer : { tensor: sharer.tensor, offsets: null });
    }
    return { data: [...joined.values()] };
  },
};

function sharers(tensor: TensorNative): readonly Sharer[] {
  return tensor.data.storage ? (tensor.data.storage.data as readonly Sharer[]) : [];
}

/** Takes the values from everything that shares memory with `written`, which is about to change. */
export function forgetShared(context: Context, written: TensorNative): void {
  for (const { tensor } of sharers(written)) {
    if (tensor === written || tensor.data.values === null) continue;
    context.heap.touch(tensor);
    tensor.data = { ...tensor.data, values: null };
  }
}

/** Gives `written` new values, and everything that shares its memory the part that it sees. */
export function writeThrough(context: Context, written: TensorNative, data: TensorData): void {
  const all = sharers(written);
  const own = all.find(({ tensor }) => tensor === written)?.offsets ?? null;
  context.heap.touch(written);
  written.data = data;
  if (all.length < 2) return;
  const at = new Map<number, number>();
  if (own !== null) data.values?.forEach((value, i) => at.set(own === 'all' ? i : (own[i] as number), value));
  for (const { tensor, offsets } of all) {
    if (tensor === written) continue;
    const { values } = tensor.data;
    const whole = own === 'all' && offsets === 'all';
    if (values === null && !whole) continue;
    context.heap.touch(tensor);
    const seen =
      data.values && own !== null && offsets !== null && values
        ? values.map((value, i) => at.get(offsets === 'all' ? i : (offsets[i] as number)) ?? value)
        : null;
    // What sees everything was filled in the same way (`p.data.normal_()`).
    tensor.data = { ...tensor.data, values: whole ? data.values : seen, init: whole ? data.init : tensor.data.init };
  }
}

/** Notes that two tensors share memory; `offsets`: places of the view's elements in the base. */
export function shareMemory(
  context: Context,
  base: TensorNative,
  view: TensorNative,
  offsets: Sharer['offsets'],
): void {
  // Worth it only while values are known, or the way a parameter was filled.
  if (base.data.values === null && base.data.storage === null && base.data.role === 'tensor') return;
  let cell = base.data.storage;
  if (!cell) {
    cell = {
      kind: 'native',
      type: memoryType,
      data: [{ tensor: base, offsets: 'all' }] satisfies Sharer[],
      attrs: null,
      saved: context.heap.epoch,
      taint: null,
    } satisfies Native;
    context.heap.touch(base);
    base.data = { ...base.data, storage: cell };
  }
  const own = sharers(base).find(({ tensor }) => tensor === base)?.offsets ?? null;
  const composed =
    own === null || offsets === null
      ? null
      : own === 'all'
        ? offsets
        : offsets === 'all'
          ? own
          : offsets.map((at) => own[at] as number);
  context.heap.touch(cell);
  cell.data = [...(cell.data as readonly Sharer[]), { tensor: view, offsets: composed }] satisfies Sharer[];
  view.data = { ...view.data, storage: cell };
}

/** The shape of an argument is needed and is not known. */
export class UnknownShape extends Undetermined {}

function collectTensors(value: Value, into: TensorNative[], depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (isTensor(value)) into.push(value);
  else if (depth < 3 && (value.kind === 'tuple' || value.kind === 'list'))
    for (const item of value.items) collectTensors(item, into, depth + 1);
}

/** The bound arguments of one call, read as what the operator needs. */
export class Args {
  private tensors: TensorNative[] | null = null;

  constructor(
    readonly op: string,
    readonly bound: Bound,
    readonly context: Context,
  ) {}

  raw(name: string): Value {
    return this.bound[name] ?? null;
  }
  /** Given and not `None`. */
  has(name: string): boolean {
    return this.raw(name) !== null;
  }

  fail(message: string, details: Omit<ShapeErrorDetails, 'op' | 'message'> = {}): never {
    return shapeError(this.context, this.op, message, { inputs: this.inputs(), ...details });
  }
  undetermined(unknown: Unknown | string): never {
    throw new Undetermined(typeof unknown === 'string' ? this.context.unknown(unknown) : unknown);
  }

  /** A tensor argument (arrays and numbers are taken as tensors where PyTorch does). */
  tensor(name: string): TensorNative {
    const value = this.raw(name);
    if (isTensor(value)) {
      if (value.taint) this.undetermined(value.taint);
      return value;
    }
    if (isUnknown(value)) throw new Undetermined(value);
    return this.context.raise(
      'TypeError',
      `${this.op}(): argument '${name}' must be Tensor, not ${this.context.typeOf(value).name}`,
    );
  }
  /** `null` for `None`. An unknown one counts as present and says nothing. */
  optional(name: string): TensorNative | Unknown | null {
    const value = this.raw(name);
    if (value === null) return null;
    return isUnknown(value) ? value : this.tensor(name);
  }
  /** The sizes of a tensor argument; the operator answers a tensor of unknown shape when they aren't known. */
  shape(name: string): readonly Dim[] {
    const { shape } = this.tensor(name).data;
    if (isUnknown(shape)) throw new UnknownShape(shape);
    return shape;
  }
  dtype(name: string): DType | Unknown {
    return this.tensor(name).data.dtype;
  }
  values(name: string): readonly number[] | null {
    return this.tensor(name).data.values;
  }

  /** An integer argument; unknown ones stay unknown. */
  dim(name: string): Dim {
    return this.toDim(this.raw(name), name);
  }
  toDim(value: Value, name = 'size'): Dim {
    if (typeof value === 'number' || isSym(value) || isUnknown(value)) return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint') return this.context.unknown('a size is too large to be computed');
    if (isTensor(value)) {
      if (value.data.values?.length === 1) return value.data.values[0] as number;
      return this.context.unknown('the value of a tensor is used as a number');
    }
    if (typeof value === 'object' && value !== null && value.kind === 'instance' && typeof value.primitive === 'number')
      return value.primitive;
    return this.context.raise(
      'TypeError',
      `${this.op}(): argument '${name}' must be int, not ${this.context.typeOf(value).name}`,
    );
  }
  /** An integer that must be a plain number for the result to be known. */
  int(name: string, otherwise?: number): number {
    const value = this.raw(name);
    if (value === null && otherwise !== undefined) return otherwise;
    return this.plain(this.toDim(value, name));
  }
  plain(dim: Dim): number {
    if (typeof dim === 'number') return dim;
    if (isUnknown(dim)) throw new Undetermined(dim);
    throw new Undetermined(this.context.unknown(`${this.op}() depends on a symbolic number`));
  }
  /** A number as a JavaScript number, or `null` when it isn't known. */
  number(name: string): number | null {
    return this.toNumber(this.raw(name));
  }
  toNumber(value: Value): number | null {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (typeof value === 'bigint') return Number(value);
    if (isTensor(value)) return value.data.values?.length === 1 ? (value.data.values[0] as number) : null;
    if (typeof value === 'object' && value !== null && value.kind === 'float') return value.value;
    return null;
  }
  bool(name: string): boolean {
    const truth = this.context.truth(this.raw(name));
    if (isUnknown(truth)) throw new Undetermined(truth);
    return truth;
  }
  string(name: string): string {
    const value = this.raw(name);
    if (typeof value === 'string') return value;
    if (isUnknown(value)) throw new Undetermined(value);
    return this.context.raise('TypeError', `${this.op}(): argument '${name}' must be str`);
  }
  /** A list of integers; an integer counts as a list of one. */
  dims(name: string): Dim[] {
    return this.toDims(this.raw(name), name);
  }
  toDims(value: Value, name = 'size'): Dim[] {
    if (
      typeof value === 'object' &&
      value !== null &&
      value.kind !== 'symint' &&
      !(value.kind === 'instance' && value.primitive !== undefined)
    ) {
      if (isUnknown(value)) throw new Undetermined(value);
      if (isTensor(value)) {
        if (value.data.values) return [...value.data.values];
        throw new Undetermined(this.context.unknown('the values of a tensor are used as sizes'));
      }
      const items = this.context.items(value);
      if (isUnknown(items)) throw new Undetermined(items);
      return items.map((item) => this.toDim(item, name));
    }
    return [this.toDim(value, name)];
  }
  /** `*shape` or `shape`: integers one by one, or one sequence of them. */
  varDims(name: string): Dim[] {
    const items = this.star(name);
    const [only] = items;
    if (
      items.length === 1 &&
      only !== undefined &&
      typeof only === 'object' &&
      only !== null &&
      only.kind !== 'symint' &&
      !isTensor(only)
    )
      return this.toDims(only, name);
    return items.map((item) => this.toDim(item, name));
  }
  star(name: string): readonly Value[] {
    const value = this.raw(name);
    return typeof value === 'object' && value !== null && value.kind === 'tuple' ? value.items : [];
  }
  /** An integer, or a sequence of `count` of them; a sequence of one is repeated. `otherwise` for `None` and an empty one. */
  tuple(name: string, count: number, otherwise?: readonly Dim[]): Dim[] {
    const value = this.raw(name);
    if (value === null && otherwise) return [...otherwise];
    const isSequence = typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list');
    const dims = this.toDims(value, name);
    if (dims.length === 0 && otherwise) return [...otherwise];
    if (dims.length === 1) return Array.from({ length: count }, () => dims[0] as Dim);
    if (dims.length !== count && isSequence)
      return this.fail(
        `${this.op}: expected ${name} to be a single integer value or a list of ${count} values to match the convolution dimensions, but got ${name}=[${dims.map(String).join(', ')}]`,
      );
    return dims;
  }
  /** A list or tuple of tensors. */
  tensorList(name: string): TensorNative[] {
    const value = this.raw(name);
    if (isUnknown(value)) throw new Undetermined(value);
    const items = this.context.items(value);
    if (isUnknown(items)) throw new Undetermined(items);
    return items.map((item) => {
      if (isTensor(item)) return item;
      if (isUnknown(item)) throw new Undetermined(item);
      return this.context.raise(
        'TypeError',
        `${this.op}(): expected Tensor as element of argument '${name}', but got ${this.context.typeOf(item).name}`,
      );
    });
  }
  /** `dim` counted from the front. @throws IndexError as PyTorch */
  axis(dim: number, rank: number): number {
    const n = Math.max(rank, 1);
    if (dim < -n || dim >= n)
      return shapeError(
        this.context,
        this.op,
        `Dimension out of range (expected to be in range of [${-n}, ${n - 1}], but got ${dim})`,
        { inputs: this.inputs() },
        'IndexError',
      );
    return dim < 0 ? dim + n : dim;
  }
  /** One axis argument of a tensor of this rank. */
  axisOf(name: string, rank: number, otherwise?: number): number {
    return this.axis(this.int(name, otherwise), rank);
  }
  /** Axes from an integer or a sequence; all of them for `None` and for an empty one. */
  axesOf(name: string, rank: number): number[] {
    const value = this.raw(name);
    if (value === null) return Array.from({ length: rank }, (_, i) => i);
    const axes = this.toDims(value, name).map((dim) => this.axis(this.plain(dim), rank));
    if (axes.length === 0) return Array.from({ length: rank }, (_, i) => i);
    if (new Set(axes).size !== axes.length)
      return this.fail(
        `dim ${axes.find((axis, i) => axes.indexOf(axis) !== i) ?? 0} appears multiple times in the list of dims`,
      );
    return axes;
  }

  /** `dtype=`; `undefined` when not given. */
  dtypeArgument(name = 'dtype'): DType | Unknown | undefined {
    const value = this.raw(name);
    if (value === null) return undefined;
    return dtypeOf(value, this.context) ?? this.context.unknown('a dtype is not known');
  }
  deviceArgument(name = 'device'): string | undefined {
    const value = this.raw(name);
    return value === null ? undefined : deviceOf(value);
  }
  defaultDtype(): DType {
    return defaultDtype(this.context);
  }

  /** Tensors among the arguments. */
  allTensors(): TensorNative[] {
    if (this.tensors) return this.tensors;
    const found: TensorNative[] = [];
    for (const name in this.bound) if (name !== 'out') collectTensors(this.bound[name] as Value, found, 0);
    return (this.tensors = found);
  }
  firstTensor(): TensorNative | undefined {
    return this.allTensors()[0];
  }
  inputs(): TensorData[] {
    return this.allTensors().map(({ data }) => data);
  }

  /** The data of the tensor that `result` describes, recorded. */
  dataOf(result: Result, silent: boolean, macs = result.macs): TensorData {
    const inputs = this.inputs();
    const first = inputs[0];
    const dtype = result.dtype ?? first?.dtype ?? this.defaultDtype();
    const device =
      result.device ??
      (inputs.find((input) => !isUnknown(input.shape) && input.shape.length > 0) ?? first)?.device ??
      'cpu';
    const requiresGrad =
      result.requiresGrad ??
      ((isDifferentiable(dtype) || isUnknown(dtype)) &&
        inputs.some((input) => input.requiresGrad) &&
        gradEnabled(this.context));
    const node = silent
      ? (first?.node ?? null)
      : recordOp(this.context, { op: this.op, inputs, attributes: result.attributes, macs: macs ?? 0 });
    return tensorData({
      shape: result.shape,
      dtype,
      device,
      requiresGrad,
      values: fitting(result.values ?? null, result.shape, dtype),
      node,
      init: result.init ?? null,
    });
  }
  share(base: TensorNative, view: TensorNative, offsets: readonly number[] | null): void {
    shareMemory(this.context, base, view, offsets);
  }
  make(result: Result): TensorNative {
    return makeTensor(this.context.heap, this.dataOf(result, false));
  }
  /** All results of one operator hang on one node. */
  makeMany(answer: Results): Value[] {
    let node: TensorData['node'] | undefined;
    const made: Value[] = [];
    for (const result of answer.results) {
      if (!isResult(result)) {
        made.push(result);
        continue;
      }
      const data = this.dataOf(result, node !== undefined, result.macs ?? answer.macs);
      node ??= data.node;
      const tensor = makeTensor(this.context.heap, { ...data, node: node ?? null });
      const base = this.firstTensor();
      if (result.view && base) shareMemory(this.context, base, tensor, null);
      made.push(tensor);
    }
    return made;
  }
}

/** Values only if there are few and exactly as many as the shape says. */
export function fitting(
  values: readonly number[] | null,
  shape: Shape,
  dtype?: DType | Unknown,
): readonly number[] | null {
  if (!values || values.length > maxValues(dtype) || !concrete(shape)) return null;
  return values.length === numelOf(shape) ? values : null;
}
