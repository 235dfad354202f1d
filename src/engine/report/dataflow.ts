/**
 * The dataflow graph of one forward pass: layers and operators in the order in which they ran, with the tensors that go between
 * them, in groups that are calls of modules. A tensor that nothing is known of ends in a node that says why.
 */
import { ownMembers, type ModuleNode } from '../model/index.js';
import { isUnknown, type PyInstance, type Unknown, type Value } from '../python/index.js';
import type { Place } from '../python/value.js';
import { isTensorValue } from '../torch/nn/objects.js';
import type { OpNode, TensorData } from '../torch/tensor.js';
import { callMacs, callOutput, tensorsIn, type ModuleCall } from '../torch/trace.js';
import { countOf, Notes, noteOf, shapeOf, spanOf } from './counts.js';
import type { ForwardFlow } from './forward.js';
import type { GraphEdge, GraphGroup, GraphNode, GraphReport, ReportNote } from './types.js';

/** More is nothing that anybody could look at. */
const MOST_NODES = 20_000;
/** How deep outputs are looked into. */
const DEEPEST_OUTPUT = 4;

/** The graph of what a forward pass did; without nodes where it did too much. */
export function dataflow(flow: ForwardFlow, root: ModuleNode): GraphReport {
  return new Dataflow(flow, root).build();
}

class Dataflow {
  private readonly nodes: GraphNode[] = [];
  private readonly groups: GraphGroup[] = [];
  private readonly edges: GraphEdge[] = [];
  private readonly seenEdges = new Set<string>();
  /** Calls that are drawn as one node, and their nodes. */
  private readonly leaves = new Map<ModuleCall, number>();
  private readonly groupOf = new Map<ModuleCall, number>();
  private readonly opNodes = new Map<OpNode, number>();
  private readonly inputs = new Map<TensorData, number>();
  private readonly unknowns = new Map<Unknown, number>();
  private readonly members = new Map<string, number>();
  private readonly memberNames: ReadonlyMap<TensorData, string>;
  /** Layers that gave back the very tensor they got: whoever reads it later gets it from them. */
  private readonly passedBy = new Map<TensorData, number>();
  /** Calls in which an operator ran. */
  private readonly busy = new Set<ModuleCall>();
  private readonly timesCalled = new Map<PyInstance, number>();
  /** The model's own call, which is what is drawn and no group in it. */
  private readonly rootCall: ModuleCall | null;

  constructor(
    private readonly flow: ForwardFlow,
    root: ModuleNode,
  ) {
    this.memberNames = namesOf(root);
    const outermost = flow.events.flatMap((event) =>
      event.type === 'op' ? (event.call ? [] : [null]) : event.call.parent ? [] : [event.call],
    );
    this.rootCall = (outermost.length === 1 && outermost[0]) || null;
  }

  build(): GraphReport {
    const { flow } = this;
    for (const { name, data } of flow.inputs)
      if (data) this.inputs.set(data, this.node({ kind: 'input', label: name, path: '', group: null, span: null }));
    const drawnWhole = this.callsDrawnWhole();
    let running: ModuleCall[] = [];
    for (const event of flow.events) {
      const above = chainOf(event.type === 'op' ? event.call : event.call.parent);
      this.leave(running.filter((call) => !above.includes(call)));
      running = above;
      if (event.type === 'op') this.operator(event.op, event.call);
      else {
        this.enter(event.call, drawnWhole);
        running = [...above, event.call];
      }
      if (this.nodes.length > MOST_NODES) return { nodes: [], groups: [], edges: [], unknown: tooLarge() };
    }
    this.leave(running);
    this.output(flow.output, 'output', 0);
    const { unknown } = flow;
    return this.withoutIdle(unknown && noteOf(unknown.reason, unknown.place));
  }

  /** Layers of PyTorch that call no other module, and modules in which nothing runs. */
  private callsDrawnWhole(): Set<ModuleCall> {
    const { busy } = this;
    const calling = new Set<ModuleCall>();
    const calls: ModuleCall[] = [];
    for (const event of this.flow.events) {
      if (event.type === 'op') {
        for (let at = event.call; at && !busy.has(at); at = at.parent) busy.add(at);
        continue;
      }
      calls.push(event.call);
      if (event.call.parent) calling.add(event.call.parent);
    }
    return new Set(
      calls.filter(
        (call) => call !== this.rootCall && !calling.has(call) && (!busy.has(call) || isOfTorch(call.module)),
      ),
    );
  }

  private enter(call: ModuleCall, drawnWhole: ReadonlySet<ModuleCall>): void {
    if (call === this.rootCall) return;
    const times = (this.timesCalled.get(call.module) ?? 0) + 1;
    this.timesCalled.set(call.module, times);
    const group = this.groupAt(call.parent);
    const { path } = call;
    const type = call.module.cls.name;
    const shown = { path, span: placeOf(call), ...(times > 1 ? { time: times } : {}) };
    if (!drawnWhole.has(call)) {
      this.groupOf.set(call, this.groups.push({ ...shown, type, parent: group }) - 1);
      return;
    }
    const macs = countOf(callMacs(call), new Notes());
    const node = this.node({ ...shown, kind: 'layer', label: type, group, macs });
    this.leaves.set(call, node);
    for (const data of call.inputs) this.connect(data, node);
    for (const arg of [...call.args, ...call.kwargs.values()])
      for (const unknown of unknownsIn(arg)) this.edge(this.unknownNode(unknown, group), node, null);
  }

  /** Calls that ended. A layer in which nothing ran still lies on the way of what it gave back, which is what it got. */
  private leave(ended: readonly ModuleCall[]): void {
    for (const call of ended) {
      const node = this.leaves.get(call);
      const output = callOutput(call);
      if (node === undefined || output === undefined || this.busy.has(call)) continue;
      const [only] = call.inputs.length === 1 ? call.inputs : [];
      for (const data of tensorsIn(output)) {
        const got = call.inputs.includes(data) ? data : only;
        if (got) this.passedBy.set(got, node);
      }
    }
  }

  private operator(op: OpNode, call: ModuleCall | null): void {
    const leaf = call ? this.leaves.get(call) : undefined;
    const group = this.groupAt(call);
    const node =
      leaf ??
      this.node({
        ...{ kind: 'operator', label: op.op, path: op.modulePath, group },
        ...{ span: userSpan(op.place), macs: countOf(op.macs, new Notes()) },
      });
    this.opNodes.set(op, node);
    for (const data of op.inputs) {
      if (!this.memberNames.has(data)) this.connect(data, node);
      // A layer's own weights are part of it.
      else if (leaf === undefined) this.member(data, node, group);
    }
  }

  private output(value: Value, label: string, depth: number): void {
    const end = (): number => this.node({ kind: 'output', label, path: '', group: null, span: null });
    if (isUnknown(value)) return this.edge(this.unknownNode(value, null), end(), null);
    if (isTensorValue(value)) {
      return value.taint
        ? this.edge(this.unknownNode(value.taint, null), end(), null)
        : this.connect(value.data, end());
    }
    if (typeof value !== 'object' || value === null || depth > DEEPEST_OUTPUT) return;
    const name = (key: string): string => (depth === 0 ? key : `${label}.${key}`);
    if (value.kind === 'tuple' || value.kind === 'list')
      value.items.forEach((item, i) => this.output(item, `${label}[${i}]`, depth + 1));
    else if (value.kind === 'dict')
      for (const { key, value: item } of value.entries.values())
        this.output(item, typeof key === 'string' ? name(key) : label, depth + 1);
    else if (value.kind === 'instance')
      for (const [key, item] of value.attrs) if (!key.startsWith('_')) this.output(item, name(key), depth + 1);
  }

  /** A parameter or buffer that an operator of the user's code reads; each of its readers' groups has its own node of it. */
  private member(data: TensorData, reader: number, group: number | null): void {
    const path = this.memberNames.get(data);
    if (path === undefined) return;
    const key = JSON.stringify([path, group]);
    let node = this.members.get(key);
    if (node === undefined) {
      const kind = data.role === 'parameter' ? 'parameter' : 'buffer';
      const label = path.slice(path.lastIndexOf('.') + 1);
      this.members.set(key, (node = this.node({ kind, label, path, group, span: null })));
    }
    this.edge(node, reader, data);
  }

  private unknownNode(unknown: Unknown, group: number | null): number {
    let node = this.unknowns.get(unknown);
    if (node === undefined) {
      const { reason, place } = unknown;
      node = this.node({ kind: 'unknown', label: reason, path: '', group, span: userSpan(place) });
      this.unknowns.set(unknown, node);
    }
    return node;
  }

  /** What gives a tensor as it is now; nothing for what forward itself made out of numbers. */
  private producer(data: TensorData): number | undefined {
    return this.passedBy.get(data) ?? (data.node ? this.opNodes.get(data.node) : this.inputs.get(data));
  }

  private connect(data: TensorData, to: number): void {
    const from = this.producer(data);
    if (from !== undefined) this.edge(from, to, data);
  }

  private edge(from: number, to: number, data: TensorData | null): void {
    if (from === to) return;
    const shape = data && shapeOf(data.shape, new Notes());
    const key = JSON.stringify([from, to, shape]);
    if (this.seenEdges.has(key)) return;
    this.seenEdges.add(key);
    this.edges.push({ from, to, shape });
  }

  private node(node: GraphNode): number {
    return this.nodes.push(node) - 1;
  }

  private groupAt(call: ModuleCall | null): number | null {
    return (call && this.groupOf.get(call)) ?? null;
  }

  /** Without operators that no tensor comes to or goes from, and groups in which nothing is left. */
  private withoutIdle(unknown: ReportNote | null): GraphReport {
    const joined = new Set(this.edges.flatMap(({ from, to }) => [from, to]));
    const kept = this.nodes.map(({ kind }, i) => kind !== 'operator' || joined.has(i));
    const used = new Set<number>();
    this.nodes.forEach(({ group }, i) => {
      for (let at = kept[i] ? group : null; at !== null && !used.has(at); at = this.groups[at]?.parent ?? null)
        used.add(at);
    });
    const [node, group] = [renumbering(kept), renumbering(this.groups.map((_, i) => used.has(i)))];
    const regrouped = (at: number | null): number | null => (at === null ? null : (group[at] ?? null));
    return {
      nodes: this.nodes.filter((_, i) => kept[i]).map((each) => ({ ...each, group: regrouped(each.group) })),
      groups: this.groups.filter((_, i) => used.has(i)).map((each) => ({ ...each, parent: regrouped(each.parent) })),
      edges: this.edges.map(({ from, to, shape }) => ({ from: node[from] ?? from, to: node[to] ?? to, shape })),
      unknown,
    };
  }
}

/** Where each of those that are kept comes to stand. */
function renumbering(kept: readonly boolean[]): number[] {
  let next = 0;
  return kept.map((keep) => (keep ? next++ : -1));
}

function tooLarge(): ReportNote {
  return noteOf(`forward runs more than ${MOST_NODES} operators, too many for a graph`, null);
}

/** A call and those it was made in, outermost first. */
function chainOf(call: ModuleCall | null): ModuleCall[] {
  const chain: ModuleCall[] = [];
  for (let at = call; at; at = at.parent) chain.push(at);
  return chain.reverse();
}

/** Whether a class is PyTorch's own. */
function isOfTorch({ cls }: PyInstance): boolean {
  return userSpan(cls.place) === null;
}

/** The call in the user's `forward`; for a part of a container of PyTorch where it was made. */
function placeOf(call: ModuleCall): GraphNode['span'] {
  const inContainer = call.parent !== null && isOfTorch(call.parent.module);
  return (inContainer ? userSpan(call.module.place) : null) ?? userSpan(call.place);
}

function userSpan(place: Place | null | undefined): GraphNode['span'] {
  return place && !place.file.path.startsWith('<') ? spanOf(place) : null;
}

function unknownsIn(value: Value, depth = 0): Unknown[] {
  if (isUnknown(value)) return [value];
  if (typeof value !== 'object' || value === null || depth > DEEPEST_OUTPUT) return [];
  if (isTensorValue(value)) return value.taint ? [value.taint] : [];
  return value.kind === 'tuple' || value.kind === 'list'
    ? value.items.flatMap((item) => unknownsIn(item, depth + 1))
    : [];
}

/** Dotted names of the parameters and buffers. */
function namesOf(root: ModuleNode): Map<TensorData, string> {
  const names = new Map<TensorData, string>();
  const visit = (node: ModuleNode, path: string): void => {
    const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
    const { parameters, buffers } = ownMembers(node.instance);
    for (const { name, value } of [...parameters, ...buffers])
      if (!names.has(value.data)) names.set(value.data, below(name));
    for (const child of node.children) visit(child, below(child.name));
  };
  visit(root, '');
  return names;
}
