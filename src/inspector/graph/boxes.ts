/** The graph as boxes in boxes, and what of it is visible. Pure. */
import type { InspectorGraph, InspectorGraphNode, SourceLink } from '../../protocol/index.js';

/** A group of nodes that can be opened: a call of a module, or a stretch of a long list. */
export interface Box {
  readonly kind: 'box';
  /** Stays the same as long as the module does. */
  readonly id: string;
  readonly parent: Box | null;
  readonly title: string;
  readonly path: string;
  readonly source: SourceLink | null;
  items: Item[];
  /** Nodes in it and below. */
  size: number;
}

export interface Leaf {
  readonly kind: 'leaf';
  /** As a box's: an edit elsewhere in `forward` leaves it. */
  readonly id: string;
  readonly index: number;
  readonly node: InspectorGraphNode;
  parent: Box;
}

export type Item = Box | Leaf;

/** One layer may have so many parts side by side; more are laid out in stretches. */
const MOST_ITEMS = 60;
const STRETCH = 40;
/** So many nodes are drawn at first. */
const AT_FIRST = 48;

export interface Boxes {
  readonly root: Box;
  readonly leaves: readonly Leaf[];
}

/** Nodes in the boxes of their groups, in the order in which they ran. */
export function boxesOf(graph: InspectorGraph): Boxes {
  const root = newBox('', null, '', '', null);
  const made: Box[] = [];
  const seen = new Map<string, number>();
  const boxOf = (group: number | null): Box => {
    if (group === null) return root;
    const known = made[group];
    if (known) return known;
    const given = graph.groups[group];
    const parent = boxOf(given?.parent ?? null);
    const path = given?.path ?? '';
    const name = `${path}#${given?.time ?? 1}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const id = times === 1 ? name : `${name}#${times}`;
    const box = newBox(id, parent, withTime(given?.type ?? '', given?.time), path, given?.source ?? null);
    made[group] = box;
    parent.items.push(box);
    return box;
  };
  const leaves = graph.nodes.map((node, index): Leaf => {
    const parent = boxOf(node.group);
    const name = `${parent.id}>${node.path} ${node.label}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const leaf: Leaf = { kind: 'leaf', id: `${name}#${times}`, index, node, parent };
    parent.items.push(leaf);
    for (let at: Box | null = parent; at; at = at.parent) at.size++;
    return leaf;
  });
  intoStretches(root);
  for (const box of made) if (box) intoStretches(box);
  return { root, leaves };
}

/** `Linear (call 2)`. */
export function withTime(type: string, time: number | undefined): string {
  return time === undefined ? type : `${type} (call ${time})`;
}

function newBox(id: string, parent: Box | null, title: string, path: string, source: SourceLink | null): Box {
  return { kind: 'box', id, parent, title, path, source, items: [], size: 0 };
}

/** What runs one after another lies in stretches one after another: no edge goes back. */
function intoStretches(box: Box): void {
  while (box.items.length > MOST_ITEMS) {
    const { items } = box;
    const stretches: Item[] = [];
    for (let from = 0; from < items.length; from += STRETCH) {
      const part = items.slice(from, from + STRETCH);
      const title = `${from + 1} to ${from + part.length} of ${items.length}`;
      const stretch = newBox(`${box.id}/${items.length}/${from}`, box, title, rangeOf(part), null);
      stretch.items = part.map((item) => Object.assign(item, { parent: stretch }));
      stretch.size = part.reduce((sum, item) => sum + (item.kind === 'box' ? item.size : 1), 0);
      stretches.push(stretch);
    }
    box.items = stretches;
  }
}

/** `layers.0 … layers.39`: from where to where, as far as it has names. */
function rangeOf(items: readonly Item[]): string {
  const paths = items.map((item) => (item.kind === 'box' ? item.path : item.node.path)).filter((path) => path !== '');
  const [first = ''] = paths;
  const last = paths.at(-1) ?? '';
  return first === last ? first : `${first} … ${last}`;
}

/** Boxes that are open at first: level by level as long as there is room. */
export function openFirst({ root }: Boxes): Set<string> {
  const open = new Set(['']);
  let shown = root.items.length;
  let level = root.items.filter((item) => item.kind === 'box');
  while (level.length > 0) {
    const next: Box[] = [];
    for (const box of level) {
      if (shown + box.items.length > AT_FIRST) continue;
      open.add(box.id);
      shown += box.items.length;
      next.push(...box.items.filter((item) => item.kind === 'box'));
    }
    level = next;
  }
  return open;
}

/** Open boxes around an item, outermost first, and what is seen of it: the outermost closed box, or itself. */
export function seenOf(
  item: Item,
  open: ReadonlySet<string>,
): { readonly within: readonly Box[]; readonly seen: Item } {
  const above: Box[] = [];
  for (let at = item.parent; at; at = at.parent) above.unshift(at);
  const closed = above.findIndex(({ id }) => !open.has(id));
  return closed < 0 ? { within: above, seen: item } : { within: above.slice(0, closed), seen: above[closed] ?? item };
}

/** Leaves whose name, path or operator has a text in it, in order. */
export function found({ leaves }: Boxes, text: string): Leaf[] {
  const needle = text.trim().toLowerCase();
  if (needle === '') return [];
  return leaves.filter(({ node }) => `${node.path} ${node.label}`.toLowerCase().includes(needle));
}
