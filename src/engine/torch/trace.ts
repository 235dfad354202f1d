/**
 * What happened while modules ran: every operator in order, every call of a module with what went in, what came out and
 * what it cost.
 *
 * What a trace collects lies in natives of the heap, so that a branch that is rolled back takes its operators with it, and so
 * that counters which differ between two joined branches become unknown (their `taint`) instead of wrong.
 */
import type { Context } from '../python/context.js';
import type { SourceFile } from '../syntax/index.js';
import type { SymInt } from '../python/symint.js';
import type { Native, NativeType, Place, PyClass, PyInstance, Unknown, Value } from '../python/value.js';
import type { OpNode, TensorData } from './tensor.js';

/** Multiply-accumulates of something, or why they can't be told. */
export type Macs = number | SymInt | Unknown;

/** One call of one module. */
export interface ModuleCall {
  readonly id: number;
  readonly module: PyInstance;
  /** Dotted path from the outermost module that was called, `''` for that one itself. */
  readonly path: string;
  readonly parent: ModuleCall | null;
  /** Where the call is written. */
  readonly place: Place | null;
  readonly args: readonly Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
  /** Tensors among the arguments as they were when the call began (in-place operations come later). */
  readonly inputs: readonly TensorData[];
  /** @internal Counters and the output; read them through {@link callMacs}, {@link callOwnMacs}, {@link callOutput}. */
  readonly own: Native;
  readonly total: Native;
  readonly result: Native;
}

export type TraceEvent =
  | { readonly type: 'op'; readonly op: OpNode; readonly call: ModuleCall | null }
  | { readonly type: 'call'; readonly call: ModuleCall };

/** Newest first; the tail is shared with what was recorded before, so that forgetting a branch costs nothing. */
interface Cell {
  readonly event: TraceEvent;
  readonly before: Cell | null;
}

export interface Trace {
  /** @internal A native whose data is the newest {@link Cell}. */
  readonly log: Native;
  /** Calls that are running, outermost first. */
  readonly stack: ModuleCall[];
  /** Paths of the modules below the outermost running call. */
  paths: Map<PyInstance, string> | null;
  serial: number;
  /** The innermost call that the latest exception came through. */
  failed: ModuleCall | null;
}

export interface OpRecord {
  /** PyTorch's own name: `conv2d`, `softmax`, `add`. */
  readonly op: string;
  readonly inputs: readonly TensorData[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly macs?: Macs;
}

const KEY = Symbol('trace');

const cellType: NativeType = {
  name: 'trace',
  cls(): PyClass {
    throw new Error('the trace is never a value of the program');
  },
};

function cell(context: Context, data: unknown): Native {
  return { kind: 'native', type: cellType, data, attrs: null, saved: context.heap.epoch, taint: null };
}

function update(context: Context, native: Native, data: unknown): void {
  context.heap.touch(native);
  native.data = data;
}

/** The trace of this run; made on first use. */
export function traceOf(context: Context): Trace {
  const existing = context.state.get(KEY);
  if (existing) return existing as Trace;
  const trace: Trace = { log: cell(context, null), stack: [], paths: null, serial: 0, failed: null };
  context.state.set(KEY, trace);
  return trace;
}

/** Whether a file is not the engine's own Python. */
function isUsers({ path }: SourceFile): boolean {
  return !path.startsWith('<') || path === '<call>';
}

/** The running place, or the innermost line of the user's code that led to it when the engine's own Python is running. */
export function userPlace(context: Context): Place | null {
  const { place } = context;
  return place === null || isUsers(place.file) ? place : (context.placeIn(isUsers) ?? place);
}

function append(context: Context, trace: Trace, event: TraceEvent): void {
  update(context, trace.log, { event, before: trace.log.data as Cell | null } satisfies Cell);
}

function isTensorNative(value: Value): value is Native & { data: TensorData } {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.kind === 'native' &&
    typeof value.data === 'object' &&
    value.data !== null &&
    'shape' in value.data &&
    'dtype' in value.data
  );
}

/** Tensors in a value: itself, or in tuples, lists and dicts, in order. */
export function tensorsIn(value: Value, into: TensorData[] = [], depth = 0): TensorData[] {
  if (typeof value !== 'object' || value === null || depth > 4) return into;
  if (isTensorNative(value)) into.push(value.data);
  else if (value.kind === 'tuple' || value.kind === 'list')
    for (const item of value.items) tensorsIn(item, into, depth + 1);
  else if (value.kind === 'dict') for (const entry of value.entries.values()) tensorsIn(entry.value, into, depth + 1);
  return into;
}

/** Paths of `root` and everything registered below it; the first path wins where a module is registered twice. */
export function modulePaths(root: PyInstance): Map<PyInstance, string> {
  const paths = new Map<PyInstance, string>();
  const visit = (module: PyInstance, path: string): void => {
    if (paths.has(module)) return;
    paths.set(module, path);
    const children = module.attrs.get('_modules');
    if (typeof children !== 'object' || children === null || children.kind !== 'dict') return;
    for (const { key, value } of children.entries.values())
      if (typeof key === 'string' && typeof value === 'object' && value !== null && value.kind === 'instance')
        visit(value, path === '' ? key : `${path}.${key}`);
  };
  visit(root, '');
  return paths;
}

function pathOf(trace: Trace, module: PyInstance): string {
  const [root] = trace.stack;
  if (!root) {
    trace.paths = null;
    return '';
  }
  trace.paths ??= modulePaths(root.module);
  const known = trace.paths.get(module);
  if (known !== undefined) return known;
  // Not registered below the root (a module in a plain list, or one made while forward runs).
  const parent = trace.stack[trace.stack.length - 1]?.path ?? '';
  const path = parent === '' ? module.cls.name : `${parent}.${module.cls.name}`;
  trace.paths.set(module, path);
  return path;
}

/** Opens a record for a call of `module`. Close it with {@link leaveModule}, also when the call raises. */
export function enterModule(
  context: Context,
  module: PyInstance,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): ModuleCall {
  const trace = traceOf(context);
  const inputs: TensorData[] = [];
  for (const arg of args) tensorsIn(arg, inputs);
  for (const arg of kwargs.values()) tensorsIn(arg, inputs);
  const call: ModuleCall = {
    id: trace.serial++,
    module,
    path: pathOf(trace, module),
    parent: trace.stack[trace.stack.length - 1] ?? null,
    place: userPlace(context),
    args,
    kwargs,
    inputs,
    own: cell(context, 0),
    total: cell(context, 0),
    result: cell(context, undefined),
  };
  append(context, trace, { type: 'call', call });
  trace.stack.push(call);
  return call;
}

/** Closes the record; `output` is absent when the call raised. */
export function leaveModule(context: Context, call: ModuleCall, output: Value | undefined): void {
  const trace = traceOf(context);
  trace.stack.length = Math.max(0, trace.stack.lastIndexOf(call));
  if (output !== undefined) {
    update(context, call.result, output);
    trace.failed = null;
  } else if (!isBelow(trace.failed, call)) trace.failed = call;
  const macs = callMacs(call);
  if (call.parent) add(context, call.parent.total, macs);
  if (trace.stack.length === 0) trace.paths = null;
}

/** Whether a call was made while another one ran. */
function isBelow(call: ModuleCall | null, above: ModuleCall): boolean {
  for (let at = call; at; at = at.parent) if (at === above) return true;
  return false;
}

function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown';
}

function add(context: Context, counter: Native, macs: Macs): void {
  if (macs === 0) return;
  const now = counter.data as Macs;
  if (isUnknown(now)) return;
  if (isUnknown(macs)) update(context, counter, macs);
  else if (typeof now === 'number' && typeof macs === 'number' && Number.isSafeInteger(now + macs))
    update(context, counter, now + macs);
  else update(context, counter, context.binary('+', now, macs));
}

/** Records an operator where it runs; returns the node to hang on its output tensors. */
export function recordOp(context: Context, record: OpRecord): OpNode {
  const trace = traceOf(context);
  const call = trace.stack[trace.stack.length - 1] ?? null;
  const macs = record.macs ?? 0;
  const op: OpNode = {
    id: trace.serial++,
    op: record.op,
    inputs: record.inputs,
    attributes: record.attributes ?? {},
    macs,
    place: userPlace(context),
    modulePath: call?.path ?? '',
  };
  append(context, trace, { type: 'op', op, call });
  if (call) {
    add(context, call.own, macs);
    add(context, call.total, macs);
  }
  return op;
}

/** MACs of a call, its inner calls included. */
export function callMacs(call: ModuleCall): Macs {
  return call.total.taint ?? (call.total.data as Macs);
}

/** MACs of the operators that ran directly in this module's forward. */
export function callOwnMacs(call: ModuleCall): Macs {
  return call.own.taint ?? (call.own.data as Macs);
}

/** What the call returned; `undefined` while it runs or when it raised. */
export function callOutput(call: ModuleCall): Value | undefined {
  return call.result.taint ?? (call.result.data as Value | undefined);
}

/** The present end of the log, for {@link traceEvents}. */
export function markOf(context: Context): unknown {
  return traceOf(context).log.data;
}

/**
 * Everything recorded (since `from`, an earlier state of the log), oldest first. `incomplete` says why the order of events
 * can't be trusted (branches that differ).
 */
export function traceEvents(
  trace: Trace,
  from: unknown = null,
): { readonly events: TraceEvent[]; readonly incomplete: Unknown | null } {
  const events: TraceEvent[] = [];
  for (let at = trace.log.data as Cell | null; at && at !== from; at = at.before) events.push(at.event);
  return { events: events.reverse(), incomplete: trace.log.taint };
}

/** All calls, in the order they began. */
export function moduleCalls(trace: Trace): ModuleCall[] {
  return traceEvents(trace).events.flatMap((event) => (event.type === 'call' ? [event.call] : []));
}
