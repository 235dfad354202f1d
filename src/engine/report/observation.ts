/**
 * What was seen while a module was constructed and called, at the places of its file: values of names, calls of modules,
 * operators. Taken out of the run as plain data, since the run's own objects are gone with it.
 */
import { ownMembers } from '../model/index.js';
import { addInt, isSym, type Int } from '../python/symint.js';
import { isUnknown, type Interpreter, type PyInstance, type Unknown, type Value } from '../python/index.js';
import type { WatchedNode, Watcher } from '../python/watcher.js';
import type { SourceFile, Span } from '../syntax/index.js';
import type { InputSource } from './inputSources.js';
import { numelOf } from '../torch/dims.js';
import { isTensorValue } from '../torch/nn/objects.js';
import type { OpNode, TensorData } from '../torch/tensor.js';
import { callMacs, callOutput, traceEvents, traceOf, type Macs, type ModuleCall } from '../torch/trace.js';
import type { ModuleNode } from '../model/index.js';

/** A value as far as shapes go. */
export type Seen =
  | { readonly type: 'tensor'; readonly data: TensorData }
  | { readonly type: 'sequence'; readonly items: readonly Seen[]; readonly list: boolean }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [string, Seen])[] }
  | { readonly type: 'size'; readonly value: Int }
  | { readonly type: 'none' }
  | { readonly type: 'module'; readonly name: string }
  | { readonly type: 'unknown'; readonly unknown: Unknown }
  /** Something that has no shape. */
  | { readonly type: 'other' };

/** A parameter of a layer: what its count is made of. */
export interface SeenParameter {
  readonly name: string;
  readonly data: TensorData;
}

/** A module as it was constructed. */
export interface SeenModule {
  readonly type: string;
  /** Where it is defined: `torch.nn.modules.conv`. */
  readonly home: string;
  readonly path: string;
  /** Arguments that PyTorch keeps as attributes. */
  readonly attributes: ReadonlyMap<string, Value>;
  readonly own: readonly SeenParameter[];
  readonly total: Int | Unknown;
}

export interface SeenCall {
  readonly span: Span;
  /** Not made by another module's forward that has no lines of its own here (`Sequential`). */
  readonly outermost: boolean;
  readonly module: SeenModule;
  readonly inputs: readonly TensorData[];
  readonly output: Seen;
  readonly macs: Macs;
}

export interface SeenOp {
  readonly span: Span;
  readonly op: OpNode;
}

/** One run of a class's module, at the places of one file. */
export interface Observation {
  readonly file: SourceFile;
  readonly qualname: string;
  readonly span: Span;
  /** Who said the inputs; `null` if there were none to run it with. */
  readonly source: InputSource | null;
  /** The class that said them, for the source `whole`. */
  readonly whole: Span | null;
  /** In the order of the run, each kind of value once. */
  readonly values: ReadonlyMap<WatchedNode, readonly Seen[]>;
  readonly calls: readonly SeenCall[];
  readonly ops: readonly SeenOp[];
  /** Modules of the tree that were constructed in the file, with the place of the call. */
  readonly modules: readonly { readonly span: Span; readonly module: SeenModule }[];
}

/** Most values that are kept of one run. */
const MOST_VALUES = 20_000;
const DEEPEST = 3;
const MOST_ITEMS = 24;

/** Takes the shapes out of a value while the run goes on. */
export function seen(value: Value, depth = 0): Seen {
  if (value === null) return { type: 'none' };
  if (typeof value === 'number') return { type: 'size', value };
  if (typeof value !== 'object') return { type: 'other' };
  if (isUnknown(value)) return { type: 'unknown', unknown: value };
  if (isSym(value)) return { type: 'size', value };
  if (isTensorValue(value))
    return value.taint ? { type: 'unknown', unknown: value.taint } : { type: 'tensor', data: value.data };
  switch (value.kind) {
    case 'tuple':
    case 'list': {
      if (value.kind === 'list' && value.taint) return { type: 'unknown', unknown: value.taint };
      if (depth > DEEPEST || value.items.length > MOST_ITEMS) return { type: 'other' };
      return {
        type: 'sequence',
        items: value.items.map((item) => seen(item, depth + 1)),
        list: value.kind === 'list',
      };
    }
    case 'dict': {
      if (value.taint) return { type: 'unknown', unknown: value.taint };
      if (depth > DEEPEST || value.entries.size > MOST_ITEMS) return { type: 'other' };
      return {
        type: 'dict',
        entries: [...value.entries.values()].map(({ key, value: item }) => [
          typeof key === 'string' ? key : '…',
          seen(item, depth + 1),
        ]),
      };
    }
    case 'instance':
      return value.attrs.has('_modules') ? { type: 'module', name: value.cls.name } : { type: 'other' };
    default:
      return { type: 'other' };
  }
}

/** Numbers and texts, alone or in tuples: what layers keep of their arguments. */
function isPlain(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (value.kind === 'tuple') return value.items.every(isPlain);
  return value.kind === 'symint' || value.kind === 'float';
}

/** Whether something of it has a shape. */
export function hasShape(value: Seen): boolean {
  switch (value.type) {
    case 'tensor':
      return true;
    case 'sequence':
      return value.items.some(hasShape);
    case 'dict':
      return value.entries.some(([, item]) => hasShape(item));
    default:
      return false;
  }
}

/** Collects what a run shows; attempts that are given up are forgotten by {@link reset}. */
export class Recorder implements Watcher {
  private nodes: WatchedNode[] = [];
  private captured: Seen[] = [];
  private calls: SeenCall[] = [];
  private ops: SeenOp[] = [];
  private readonly described = new Map<PyInstance, SeenModule>();
  private readonly last = new Map<WatchedNode, Value>();
  private modules: { span: Span; module: SeenModule }[] = [];

  constructor(readonly file: SourceFile) {}

  seen(node: WatchedNode, value: Value): void {
    // A loop gives the same object again and again.
    if (this.last.get(node) === value || this.nodes.length >= MOST_VALUES) return;
    this.last.set(node, value);
    const found = seen(value);
    // A parameter shows at least that the function ran.
    if ((found.type === 'other' || found.type === 'none') && !('form' in node)) return;
    this.nodes.push(node);
    this.captured.push(found);
  }

  get mark(): number {
    return this.nodes.length;
  }
  reset(mark: number): void {
    this.nodes.length = mark;
    this.captured.length = mark;
    this.last.clear();
  }

  /** What the forward pass that just ended did in this file; must be called before it is rolled back. */
  takeForward(interpreter: Interpreter, root: ModuleNode): void {
    this.calls = [];
    this.ops = [];
    const inFile = (place: { file: SourceFile } | null): boolean => place?.file === this.file;
    const nodes = new Map<PyInstance, ModuleNode>();
    visit(root, (node) => nodes.set(node.instance, node));
    for (const event of traceEvents(traceOf(interpreter)).events) {
      if (event.type === 'op') {
        if (event.op.place && inFile(event.op.place)) this.ops.push({ span: event.op.place, op: event.op });
      } else if (event.call.place && inFile(event.call.place)) {
        const call = this.callOf(event.call, nodes.get(event.call.module));
        if (call) this.calls.push(call);
      }
    }
  }

  private callOf(call: ModuleCall, node: ModuleNode | undefined): SeenCall | null {
    const result = callOutput(call);
    if (!call.place || result === undefined) return null;
    return {
      span: call.place,
      outermost: call.parent?.place?.start !== call.place.start || call.parent.place.file !== call.place.file,
      module: this.describe(call.module, call.path, node),
      inputs: call.inputs,
      output: seen(result),
      macs: callMacs(call),
    };
  }

  /** The modules that were constructed, whether or not `forward` could be followed. */
  takeModules(root: ModuleNode): void {
    this.modules = [];
    const done = new Set<PyInstance>();
    visit(root, (node) => {
      const { place } = node.instance;
      if (place?.file !== this.file || done.has(node.instance)) return;
      done.add(node.instance);
      this.modules.push({ span: place, module: this.describe(node.instance, node.path, node) });
    });
  }

  private describe(instance: PyInstance, path: string, node: ModuleNode | undefined): SeenModule {
    const known = this.described.get(instance);
    if (known) return known;
    const made: SeenModule = {
      type: instance.cls.name,
      home: instance.cls.mro.find((cls) => cls.module.startsWith('torch.'))?.module ?? '',
      path,
      attributes: new Map([...instance.attrs].filter(([name, value]) => !name.startsWith('_') && isPlain(value))),
      own: ownMembers(instance).parameters.map(({ name, value }) => ({ name, data: value.data })),
      total: node ? node.total : totalOf(instance),
    };
    this.described.set(instance, made);
    return made;
  }

  finish(about: Pick<Observation, 'qualname' | 'span' | 'source' | 'whole'>): Observation {
    const values = new Map<WatchedNode, Seen[]>();
    this.nodes.forEach((node, i) => {
      const list = values.get(node);
      if (list) list.push(this.captured[i] as Seen);
      else values.set(node, [this.captured[i] as Seen]);
    });
    const { file, calls, ops, modules } = this;
    return { ...about, file, values, calls, ops, modules };
  }
}

function visit(node: ModuleNode, action: (node: ModuleNode) => void): void {
  action(node);
  for (const child of node.children) visit(child, action);
}

/** Parameters of a module that isn't part of the tree (one in a plain list). */
function totalOf(instance: PyInstance): Int | Unknown {
  let total: Int | Unknown = 0;
  const done = new Set<unknown>();
  const walk = (module: PyInstance): void => {
    if (done.has(module)) return;
    done.add(module);
    const members = ownMembers(module);
    for (const unknown of members.unknowns) total = isUnknown(total) ? total : unknown;
    for (const { value } of members.parameters) {
      if (done.has(value)) continue;
      done.add(value);
      const count = numelOf(value.data.shape);
      total = isUnknown(total) ? total : isUnknown(count) ? count : addInt(total, count);
    }
    for (const child of members.children) walk(child.value);
  };
  walk(instance);
  return total;
}
