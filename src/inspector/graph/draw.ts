/** The laid out graph as SVG. Colours come from the style sheet, that is, from the editor's theme. */
import { shape } from '../dom.js';
import type { Item } from './boxes.js';
import type { Placed, PlacedItem, PlacedLine, Point } from './layout.js';

/** What the layout says of an item in words. */
export type TextsOf = (item: Item) => { readonly title: string; readonly detail: string };

export const itemId = (index: number): string => `graph-item-${index}`;

export function drawGraph(placed: Placed, textsOf: TextsOf): SVGElement {
  const arrow = shape(
    'marker',
    { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
    shape('path', { d: 'M0,0 L8,4 L0,8 z', class: 'arrowhead' }),
  );
  const lines = placed.lines.map(drawLine);
  const labels = placed.lines.flatMap(({ label }) =>
    label
      ? [shape('text', { ...at(label.at), class: 'edge-label', 'text-anchor': 'middle', dy: '0.35em' }, label.text)]
      : [],
  );
  // Open boxes lie under the lines, what is in them above.
  const parts = placed.items.map((item, i) => [item, drawItem(item, i, textsOf)] as const);
  return shape(
    'g',
    { class: 'graph' },
    shape('defs', {}, arrow),
    ...parts.filter(([{ isOpen }]) => isOpen).map(([, node]) => node),
    ...lines,
    ...labels,
    ...parts.filter(([{ isOpen }]) => !isOpen).map(([, node]) => node),
    ...placed.items.flatMap((item, i) => (item.isOpen ? [drawTitle(item, i, textsOf)] : [])),
  );
}

function at({ x, y }: Point): { x: number; y: number } {
  return { x: rounded(x), y: rounded(y) };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function drawLine(line: PlacedLine): SVGElement {
  const attributes = { d: pathOf(line.points), class: `edge${line.isUnknown ? ' unknown' : ''}`, fill: 'none' };
  return shape('path', line.arrow ? { ...attributes, 'marker-end': 'url(#arrow)' } : attributes);
}

/** A line with rounded corners. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const parts = [`M${text(first)}`];
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (!next) return parts.push(`L${text(point)}`);
    return parts.push(`Q${text(point)} ${text({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`);
  });
  return parts.join(' ');
}

const text = ({ x, y }: Point): string => `${rounded(x)},${rounded(y)}`;

function drawItem({ item, x, y, width, height, isOpen }: PlacedItem, index: number, textsOf: TextsOf): SVGElement {
  const kind = item.kind === 'box' ? (isOpen ? 'open box' : 'closed box') : item.node.kind;
  const { title, detail } = textsOf(item);
  const expanded: Record<string, string> = item.kind === 'box' ? { 'aria-expanded': String(isOpen) } : {};
  return shape(
    'g',
    {
      id: itemId(index),
      class: `item ${kind}`,
      transform: `translate(${rounded(x)} ${rounded(y)})`,
      role: 'treeitem',
      'aria-level': levelOf(item),
      'aria-label': spoken(item, title, detail),
      'data-index': index,
      ...expanded,
    },
    shape('title', {}, tooltipOf(item)),
    shape('rect', {
      ...{ width: rounded(width), height: rounded(height) },
      rx: item.kind === 'leaf' && item.node.kind === 'operator' ? 12 : 4,
    }),
    ...(isOpen ? [] : closedTexts(item, width, title, detail)),
  );
}

function closedTexts(item: Item, width: number, title: string, detail: string): SVGElement[] {
  const middle = { x: rounded(width / 2), 'text-anchor': 'middle' };
  const sign = item.kind === 'box' ? '▸ ' : '';
  return [
    shape('text', { ...middle, y: detail === '' ? 17 : 16, class: 'title' }, `${sign}${title}`),
    ...(detail === '' ? [] : [shape('text', { ...middle, y: 31, class: 'detail' }, detail)]),
  ];
}

/** The title of an open box, above the lines that go through it. */
function drawTitle({ item, x, y }: PlacedItem, index: number, textsOf: TextsOf): SVGElement {
  const { title, detail } = textsOf(item);
  return shape(
    'g',
    {
      class: 'item-title',
      transform: `translate(${rounded(x)} ${rounded(y)})`,
      'data-index': index,
      'aria-hidden': 'true',
    },
    shape('title', {}, tooltipOf(item)),
    shape('text', { x: 8, y: 17, class: 'title' }, `▾ ${title}`, shape('tspan', { class: 'detail', dx: 8 }, detail)),
  );
}

function levelOf(item: Item): number {
  let level = 0;
  for (let at = item.parent; at; at = at.parent) level++;
  return level;
}

function spoken(item: Item, title: string, detail: string): string {
  const kind = item.kind === 'box' ? `group of ${item.size}` : item.node.kind;
  return [title, detail, kind].filter((part) => part !== '').join(', ');
}

function tooltipOf(item: Item): string {
  const lines =
    item.kind === 'box'
      ? [item.title, item.path, `${item.size} inside`]
      : [item.node.label, item.node.path, item.node.macs === '' ? '' : `${item.node.macs} multiply-accumulates`];
  const source = item.kind === 'box' ? item.source : item.node.source;
  if (source) lines.push(item.kind === 'box' ? 'Ctrl+click or Enter: go to source' : 'Click or Enter: go to source');
  return lines.filter((line) => line !== '').join('\n');
}
