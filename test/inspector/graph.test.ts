import assert from 'node:assert/strict';
import { boxesOf, found, openFirst, seenOf, type Item } from '../../src/inspector/graph/boxes.js';
import { fitAll, moved, showing, zoomed } from '../../src/inspector/graph/camera.js';
import { layOut, type Placed } from '../../src/inspector/graph/layout.js';
import type { InspectorGraph, InspectorGraphNode } from '../../src/protocol/index.js';

const node = (label: string, group: number | null, kind: InspectorGraphNode['kind'] = 'layer'): InspectorGraphNode => ({
  kind,
  label,
  path: label.toLowerCase(),
  group,
  source: null,
  macs: '',
});

/** x → block(conv → add, with x going round the convolution) → out. */
const RESIDUAL: InspectorGraph = {
  nodes: [node('x', null, 'input'), node('Conv2d', 0), node('add', 0, 'operator'), node('out', null, 'output')],
  groups: [{ path: 'block', type: 'Block', parent: null, source: null }],
  edges: [
    { from: 0, to: 1, shape: '[1, 8]' },
    { from: 1, to: 2, shape: '[1, 8]' },
    { from: 0, to: 2, shape: '[1, 8]' },
    { from: 2, to: 3, shape: '[1, 8]' },
  ],
  notes: [],
};

/** So many layers one after another, each in a group of its own. */
const chain = (length: number): InspectorGraph => ({
  nodes: Array.from({ length }, (_, i) => node(`Linear${i}`, i)),
  groups: Array.from({ length }, (_, i) => ({ path: `layers.${i}`, type: 'Layer', parent: null, source: null })),
  edges: Array.from({ length: length - 1 }, (_, i) => ({ from: i, to: i + 1, shape: '[1, 8]' })),
  notes: [],
});

const nameOf = (item: Item): string => (item.kind === 'box' ? item.title : item.node.label);
const namesIn = ({ items }: Placed): string[] => items.map(({ item }) => nameOf(item));
const rectOf = (placed: Placed, name: string): Placed['items'][number] => {
  const item = placed.items.find((each) => nameOf(each.item) === name);
  assert(item, name);
  return item;
};

describe('the boxes of a graph', () => {
  it('are groups that hold their nodes', () => {
    const { root } = boxesOf(RESIDUAL);
    assert.deepEqual(root.items.map(nameOf), ['x', 'Block', 'out']);
    assert.equal(root.size, 4);
  });

  it('are stretches where there are many, and few are open at first', () => {
    const boxes = boxesOf(chain(1000));
    assert(boxes.root.items.length <= 60);
    assert.equal(boxes.root.size, 1000);
    const [first] = boxes.root.items;
    assert(first?.kind === 'box');
    assert.equal(first.title, '1 to 40 of 1000');
    assert.equal(first.path, 'layers.0 … layers.39');
    const placed = layOut(boxes, chain(1000).edges, openFirst(boxes));
    assert(placed.items.length < 100, `${placed.items.length} items`);
  });

  it('show an item, or the closed box that it is in', () => {
    const { leaves } = boxesOf(RESIDUAL);
    const [, conv] = leaves;
    assert(conv);
    assert.equal(nameOf(seenOf(conv, new Set([''])).seen), 'Block');
    assert.equal(nameOf(seenOf(conv, new Set(['', 'block#1'])).seen), 'Conv2d');
  });

  it('are searched by name and path', () => {
    const boxes = boxesOf(RESIDUAL);
    assert.deepEqual(found(boxes, ' CONV ').map(nameOf), ['Conv2d']);
    assert.deepEqual(found(boxes, ''), []);
  });
});

describe('the layout of a graph', () => {
  it('draws a closed box as one node', () => {
    const placed = layOut(boxesOf(RESIDUAL), RESIDUAL.edges, new Set(['']));
    assert.deepEqual(namesIn(placed), ['x', 'Block', 'out']);
    assert.equal(placed.lines.length, 2);
  });

  it('puts what is in an open box below its title and inside its border, in the order of the flow', () => {
    const placed = layOut(boxesOf(RESIDUAL), RESIDUAL.edges, new Set(['', 'block#1']));
    assert.deepEqual(namesIn(placed), ['x', 'Block', 'Conv2d', 'add', 'out']);
    const [box, conv, add] = ['Block', 'Conv2d', 'add'].map((name) => rectOf(placed, name));
    assert(box && conv && add);
    for (const { x, y, width, height } of [conv, add]) {
      assert(x >= box.x && x + width <= box.x + box.width);
      assert(y >= box.y + 20 && y + height <= box.y + box.height);
    }
    assert(conv.y + conv.height < add.y);
    assert(rectOf(placed, 'x').y < box.y);
    assert(rectOf(placed, 'out').y >= box.y + box.height);
  });

  it('leads a tensor that goes round a layer past it, into the box and to the operator', () => {
    const placed = layOut(boxesOf(RESIDUAL), RESIDUAL.edges, new Set(['', 'block#1']));
    const add = rectOf(placed, 'add');
    const arrows = placed.lines.filter(({ arrow, points }) => {
      const end = points.at(-1);
      return arrow && end && Math.abs(end.y - add.y) < 15 && end.x >= add.x && end.x <= add.x + add.width;
    });
    assert.equal(arrows.length, 2);
  });

  it('lays out a thousand layers in no time that anybody would notice', function () {
    this.timeout(60_000);
    const graph = chain(1000);
    const boxes = boxesOf(graph);
    const stretch = boxes.root.items[3];
    assert(stretch);
    const placed = layOut(boxes, graph.edges, new Set(['', stretch.id]));
    // The stretches, and the forty layers of the open one.
    assert.equal(placed.items.length, boxes.root.items.length + 40);
  });
});

describe('the camera of a graph', () => {
  const view = { width: 400, height: 300 };

  it('shows all of a picture, in the middle and no larger than life', () => {
    assert.deepEqual(fitAll({ width: 200, height: 100 }, view), { scale: 1, x: -100, y: -100 });
    const far = fitAll({ width: 4000, height: 100 }, view);
    assert(far.scale < 0.1 && far.x <= 0);
  });

  it('zooms with the point under the mouse staying where it is', () => {
    const camera = zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 100, y: 50 });
    assert.equal(camera.scale, 2);
    assert.equal((110 - camera.x) * camera.scale, 100);
    assert.equal((70 - camera.y) * camera.scale, 50);
  });

  it('moves by pixels of the window, and only as far as needed to show something', () => {
    assert.deepEqual(moved({ x: 0, y: 0, scale: 2 }, 10, 20), { x: 5, y: 10, scale: 2 });
    const camera = { x: 0, y: 0, scale: 1 };
    assert.deepEqual(showing(camera, { x: 50, y: 50, width: 20, height: 20 }, view), camera);
    assert.deepEqual(showing(camera, { x: 500, y: 50, width: 20, height: 20 }, view), { x: 132, y: 0, scale: 1 });
  });
});
