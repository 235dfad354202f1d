/**
 * Where boxes, nodes and lines of the graph go. Each open box is laid out for itself and is then one node of the box around it:
 * lines that cross its border do so at ports. A bundle of its own, loaded when the graph is first looked at.
 */
import * as dagre from '@dagrejs/dagre';
import type { InspectorGraph } from '../../protocol/index.js';
import { seenOf, type Box, type Boxes, type Item } from './boxes.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedItem extends Rect {
  readonly item: Item;
  /** A box with its content in it. */
  readonly isOpen: boolean;
}

export interface PlacedLine {
  readonly points: readonly Point[];
  /** Ends at a node, not at the border of a box. */
  readonly arrow: boolean;
  readonly label: { readonly text: string; readonly at: Point } | null;
  /** What is at its ends. */
  readonly from: string;
  readonly to: string;
  readonly isUnknown: boolean;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** Outer ones first. */
  readonly items: readonly PlacedItem[];
  readonly lines: readonly PlacedLine[];
}

/** A piece of a tensor's way within one box. */
interface Segment {
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly target: string;
  readonly shape: string | null;
  readonly isUnknown: boolean;
}

interface Inner extends Placed {
  /** By source: where lines come in at the upper border and go out at the lower one. */
  readonly entries: ReadonlyMap<string, number>;
  readonly exits: ReadonlyMap<string, number>;
}

const CHARACTER = 6.7;
const PADDING = 16;
const TITLE = 26;
const LABEL_HEIGHT = 14;

/** Lines of text in an item. */
export function textsOf(item: Item): { readonly title: string; readonly detail: string } {
  if (item.kind === 'box') return { title: item.title, detail: item.path };
  const { node } = item;
  const title = node.time === undefined ? node.label : `${node.label} (call ${node.time})`;
  const detail = node.kind === 'layer' || node.kind === 'parameter' || node.kind === 'buffer' ? node.path : '';
  return {
    title: node.kind === 'unknown' ? 'unknown' : title,
    detail: node.kind === 'unknown' ? shortened(title) : detail,
  };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function sizeOf(item: Item): { width: number; height: number } {
  const { title, detail } = textsOf(item);
  const characters = Math.max(title.length + (item.kind === 'box' ? 3 : 0), detail.length * 0.92);
  return { width: Math.max(56, Math.round(characters * CHARACTER) + 20), height: detail === '' ? 26 : 40 };
}

export function layOut(boxes: Boxes, edges: InspectorGraph['edges'], open: ReadonlySet<string>): Placed {
  return placeBox(boxes.root, segmentsOf(boxes, edges, open), open);
}

/** The ways of all tensors, cut where they cross the borders of open boxes; by the box in which a piece lies. */
function segmentsOf(
  { leaves }: Boxes,
  edges: InspectorGraph['edges'],
  open: ReadonlySet<string>,
): Map<string, Map<string, Segment>> {
  const pieces = new Map<string, Map<string, Segment>>();
  const add = (box: Box | undefined, segment: Segment): void => {
    if (!box) return;
    const inBox = pieces.get(box.id) ?? new Map<string, Segment>();
    pieces.set(box.id, inBox);
    inBox.set(JSON.stringify([segment.from, segment.to, segment.source, segment.shape]), segment);
  };
  for (const { from, to, shape } of edges) {
    const [start, end] = [leaves[from], leaves[to]];
    if (!start || !end) continue;
    const [a, b] = [seenOf(start, open), seenOf(end, open)];
    if (a.seen === b.seen) continue;
    const [source, target] = [a.seen.id, b.seen.id];
    const isUnknown = start.node.kind === 'unknown';
    const common = a.within.findLastIndex((box, i) => b.within[i] === box);
    const inner = (way: typeof a, depth: number): string => (way.within[depth + 1] ?? way.seen).id;
    const base = { source, target, isUnknown };
    for (let i = a.within.length - 1; i > common; i--)
      add(a.within[i], { ...base, from: inner(a, i), to: `out ${source}`, shape: null });
    add(a.within[common], { ...base, from: inner(a, common), to: inner(b, common), shape });
    for (let i = common + 1; i < b.within.length; i++)
      add(b.within[i], { ...base, from: `in ${source}`, to: inner(b, i), shape: null });
  }
  return pieces;
}

const isEntry = (id: string): boolean => id.startsWith('in ');
const isExit = (id: string): boolean => id.startsWith('out ');

function placeBox(
  box: Box,
  pieces: ReadonlyMap<string, ReadonlyMap<string, Segment>>,
  open: ReadonlySet<string>,
): Inner {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 30, edgesep: 12 });
  const inner = new Map<string, Inner>();
  for (const item of box.items) {
    if (item.kind === 'box' && open.has(item.id)) {
      const placed = placeBox(item, pieces, open);
      inner.set(item.id, placed);
      graph.setNode(item.id, { width: placed.width, height: placed.height });
    } else graph.setNode(item.id, sizeOf(item));
  }
  const segments = [...(pieces.get(box.id)?.values() ?? [])];
  segments.forEach((segment, i) => {
    for (const end of [segment.from, segment.to])
      if (isEntry(end) || isExit(end)) graph.setNode(end, { width: 2, height: 2 });
    const text = segment.shape ?? '';
    const label = text === '' ? {} : { width: text.length * CHARACTER * 0.9, height: LABEL_HEIGHT, labelpos: 'c' };
    graph.setEdge(segment.from, segment.to, label, String(i));
  });
  holdPorts(graph);
  dagre.layout(graph);
  return gather(box, graph, segments, inner);
}

/** Ports belong to the borders: nothing may be above the entries or below the exits. */
function holdPorts(graph: InstanceType<typeof dagre.graphlib.Graph>): void {
  const ids = graph.nodes();
  const above = ids.filter((id) => isEntry(id));
  const below = ids.filter((id) => isExit(id));
  const first = ids.filter((id) => !isEntry(id) && (graph.inEdges(id) ?? []).length === 0);
  const last = ids.filter((id) => !isExit(id) && (graph.outEdges(id) ?? []).length === 0);
  const hold = (from: string, to: string, weight: number, minlen: number): void => {
    graph.setEdge(from, to, { weight, minlen }, 'hold');
  };
  if (above.length > 0) {
    graph.setNode('top', { width: 0, height: 0 });
    for (const id of above) hold('top', id, 20, 1);
    for (const id of first) hold('top', id, 0, 2);
  }
  if (below.length > 0) {
    graph.setNode('bottom', { width: 0, height: 0 });
    for (const id of below) hold(id, 'bottom', 20, 1);
    for (const id of last) hold(id, 'bottom', 0, 2);
  }
}

/** What the library found, in the coordinates of the box, with what lies in its open boxes. */
function gather(
  box: Box,
  graph: InstanceType<typeof dagre.graphlib.Graph>,
  segments: readonly Segment[],
  inner: ReadonlyMap<string, Inner>,
): Inner {
  const found = (id: string): Rect => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id) as Partial<Rect>;
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  const size = graph.graph() as { width?: number };
  const width = Math.max((size.width ?? 0) + 2 * PADDING, sizeOf(box).width);
  const right = (width - (size.width ?? 0)) / 2;
  // The ports need no room of their own: what is in the box begins right below its title.
  const rects = box.items.map(({ id }) => found(id));
  const top = rects.reduce((least, { y }) => Math.min(least, y), Infinity);
  const bottom = rects.reduce((most, { y, height }) => Math.max(most, y + height), -Infinity);
  const down = (box.parent ? TITLE : 0) + PADDING - top;
  const height = bottom + down + PADDING;
  const placed = ({ x, y }: Point): Point => ({ x: x + right, y: Math.min(height, Math.max(0, y + down)) });
  const at = (id: string): Rect => {
    const rect = found(id);
    return { ...rect, ...placed(rect) };
  };
  const items: PlacedItem[] = [];
  const lines: PlacedLine[] = [];
  for (const item of box.items) {
    const rect = at(item.id);
    const content = inner.get(item.id);
    items.push({ item, ...rect, isOpen: content !== undefined });
    if (!content) continue;
    const move = ({ x, y }: Point): Point => ({ x: x + rect.x, y: y + rect.y });
    for (const each of content.items) items.push({ ...each, ...move(each) });
    for (const line of content.lines)
      lines.push({
        ...line,
        points: line.points.map(move),
        label: line.label && { text: line.label.text, at: move(line.label.at) },
      });
  }
  const entries = new Map<string, number>();
  const exits = new Map<string, number>();
  segments.forEach((segment, i) => {
    const { points: way = [], ...middle } = graph.edge(segment.from, segment.to, String(i)) as Partial<Point> & {
      points?: Point[];
    };
    const points = way.map(placed);
    const [from, to] = [at(segment.from), at(segment.to)];
    const leaving = inner.get(segment.from)?.exits.get(segment.source);
    const entering = inner.get(segment.to)?.entries.get(segment.source);
    if (isEntry(segment.from)) {
      entries.set(segment.source, from.x);
      points.unshift({ x: from.x, y: 0 });
    } else if (leaving !== undefined) points[0] = { x: from.x + leaving, y: from.y + from.height };
    if (isExit(segment.to)) {
      exits.set(segment.source, to.x);
      points.push({ x: to.x, y: height });
    } else if (entering !== undefined) points[points.length - 1] = { x: to.x + entering, y: to.y };
    const { x = 0, y = 0 } = middle;
    const label = segment.shape ? { text: segment.shape, at: placed({ x, y }) } : null;
    const arrow = !isExit(segment.to) && entering === undefined;
    lines.push({ points, arrow, label, from: segment.source, to: segment.target, isUnknown: segment.isUnknown });
  });
  return { width, height, items, lines, entries, exits };
}
