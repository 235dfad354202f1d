/** The dataflow graph on the page: drawn, moved, searched, opened and closed, by mouse and by keyboard. */
import type { InspectorGraph, PictureFormat, SourceLink } from '../../protocol/index.js';
import { button, textField } from '../controls.js';
import { element, shape } from '../dom.js';
import { noteItems } from '../notes.js';
import { givePicture, type GivePicture } from '../picture.js';
import { boxesOf, found, openFirst, type Box, type Boxes, type Item, type Leaf } from './boxes.js';
import { fitAll, fitTop, moved, showing, zoomed, type Camera } from './camera.js';
import { drawGraph, itemId } from './draw.js';
import type { Placed, PlacedItem } from './layout.js';
import type * as LayoutModule from './layout.js';

export interface GraphState {
  readonly key?: string;
  readonly open?: readonly string[];
  readonly camera?: Camera;
}

interface Actions {
  readonly reveal: (source: SourceLink) => void;
  readonly save: GivePicture;
  readonly changed: (state: GraphState) => void;
}

type Layout = typeof LayoutModule;

const STEP = 60;
const ZOOM = 1.25;
const KEYS =
  'Mouse: drag or scroll to move, Ctrl+scroll to zoom. Keyboard: arrows walk, Space opens and closes, Enter goes to the source, + − 0 zoom.';

export class GraphView {
  readonly node: HTMLElement;
  private readonly canvas = shape('svg', {
    class: 'canvas',
    tabindex: 0,
    role: 'tree',
    'aria-label': 'Dataflow graph: arrow keys go from node to node, Space opens, Enter goes to the source',
  }) as SVGSVGElement;
  private readonly world = shape('g', {});
  private readonly status = element('span', { class: 'found', role: 'status' });
  private readonly notes = element('ul', { class: 'notes' });
  private layout: Layout | undefined;
  private graph: InspectorGraph | undefined;
  private boxes: Boxes | undefined;
  private placed: Placed | undefined;
  private open = new Set<string>();
  private camera: Camera | undefined;
  private active: string | undefined;
  private hits: readonly Leaf[] = [];
  private hit = -1;
  private searched = '';
  private key = '';

  constructor(
    private readonly actions: Actions,
    private state: GraphState,
  ) {
    const search = textField('Find a layer or operator', (text) => this.find(text));
    search.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.showHit(this.hit + (event.shiftKey ? -1 : 1));
    });
    const tools = element(
      'div',
      { class: 'tools', role: 'toolbar', 'aria-label': 'Graph' },
      search,
      this.status,
      element('span', { class: 'gap' }),
      button('−', () => this.zoom(1 / ZOOM), 'Zoom out'),
      button('+', () => this.zoom(ZOOM), 'Zoom in'),
      button('Fit', () => this.fit(), 'Show all of it'),
      button('Open all', () => this.openAll()),
      button('Close all', () => this.closeAll()),
      button('SVG', () => this.save('svg'), 'Save as SVG'),
      button('PNG', () => this.save('png'), 'Save as PNG'),
    );
    this.canvas.append(this.world);
    this.node = element(
      'div',
      { class: 'graph-view' },
      this.notes,
      tools,
      this.canvas,
      element('p', { class: 'keys' }, KEYS),
    );
    this.canvas.addEventListener('keydown', (event) => this.keyed(event));
    this.canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener('pointerdown', (event) => this.press(event));
    new ResizeObserver(() => this.look()).observe(this.canvas);
  }

  /** Shows a graph; what was open stays open as long as it is the same module's. */
  show(graph: InspectorGraph, key: string): void {
    this.notes.replaceChildren(...noteItems(graph.notes, this.actions.reveal));
    this.notes.hidden = graph.notes.length === 0;
    this.node.classList.toggle('without-nodes', graph.nodes.length === 0);
    if (this.layout) return this.take(graph, key);
    // Only who looks at a graph waits for the library.
    import('./layout.js').then(
      (layout) => {
        this.layout = layout;
        this.take(graph, key);
      },
      (error: unknown) => (this.status.textContent = `The graph can't be laid out: ${String(error)}`),
    );
  }

  private take(graph: InspectorGraph, key: string): void {
    this.graph = graph;
    this.boxes = boxesOf(graph);
    if (this.key !== key) {
      const kept = this.state.key === key ? this.state : {};
      this.key = key;
      this.open = kept.open ? new Set(kept.open) : openFirst(this.boxes);
      this.camera = kept.camera;
      this.active = undefined;
    }
    this.draw();
    // What was found was in another graph.
    const wanted = this.hits[this.hit]?.id;
    this.hits = found(this.boxes, this.searched);
    this.hit = this.hits.findIndex(({ id }) => id === wanted);
    this.tellHits();
  }

  private draw(): void {
    const { layout, boxes, graph } = this;
    if (!layout || !boxes || !graph) return;
    this.placed = layout.layOut(boxes, graph.edges, this.open);
    this.world.replaceChildren(drawGraph(this.placed, layout.textsOf));
    this.look();
    this.mark();
  }

  /** Points the camera; at first at the beginning. */
  private look(): void {
    const view = this.size;
    if (!this.placed || view.width === 0) return;
    this.camera ??= fitTop(this.placed, view);
    const { x, y, scale } = this.camera;
    this.world.setAttribute('transform', `scale(${scale}) translate(${-x} ${-y})`);
    this.state = { key: this.key, open: [...this.open], camera: this.camera };
    this.actions.changed(this.state);
  }

  private get size(): { width: number; height: number } {
    const { width, height } = this.canvas.getBoundingClientRect();
    return { width, height };
  }

  private zoom(factor: number, at = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    if (this.camera) this.camera = zoomed(this.camera, factor, at);
    this.look();
  }

  private fit(): void {
    if (this.placed) this.camera = fitAll(this.placed, this.size);
    this.look();
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { left, top } = this.canvas.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey)
      return this.zoom(Math.exp(-event.deltaY / 300), { x: event.clientX - left, y: event.clientY - top });
    const [x, y] = event.shiftKey ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    if (this.camera) this.camera = moved(this.camera, x, y);
    this.look();
  }

  /** A press that moves drags the picture; one that doesn't chooses what is under it. */
  private press(event: PointerEvent): void {
    if (event.button !== 0) return;
    let [x, y] = [event.clientX, event.clientY];
    let travelled = 0;
    const move = (next: PointerEvent): void => {
      travelled += Math.abs(next.clientX - x) + Math.abs(next.clientY - y);
      if (this.camera && travelled > 4) this.camera = moved(this.camera, x - next.clientX, y - next.clientY);
      [x, y] = [next.clientX, next.clientY];
      this.look();
    };
    const over = new AbortController();
    const end = (): void => {
      over.abort();
      if (travelled <= 4) this.choose(this.itemAt(event), event);
    };
    const { signal } = over;
    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('pointerup', end, { signal });
    // A touch that became something else: nothing was chosen.
    window.addEventListener('pointercancel', () => over.abort(), { signal });
  }

  private choose(found: PlacedItem | undefined, event: PointerEvent): void {
    if (!found) return;
    this.active = found.item.id;
    this.mark();
    if (found.item.kind === 'leaf' || event.ctrlKey || event.metaKey) return this.reveal(found.item);
    // An open box is closed at its title: elsewhere one only wants to drag.
    if (!found.isOpen || event.target instanceof SVGTextContentElement) this.toggle(found);
  }

  private reveal(item: Item): void {
    const source = item.kind === 'box' ? item.source : item.node.source;
    if (source) this.actions.reveal(source);
  }

  private itemAt({ target }: Event): PlacedItem | undefined {
    const node = target instanceof Element ? target.closest<SVGElement>('[data-index]') : null;
    return node ? this.placed?.items[Number(node.dataset['index'])] : undefined;
  }

  private toggle(placed: PlacedItem | undefined): void {
    if (placed?.item.kind !== 'box') return;
    const { id } = placed.item;
    const before = { x: placed.x, y: placed.y };
    if (!this.open.delete(id)) this.open.add(id);
    this.active = id;
    this.draw();
    // What was opened stays where it was.
    const now = this.activeItem;
    if (now && this.camera)
      this.camera = { ...this.camera, x: this.camera.x + now.x - before.x, y: this.camera.y + now.y - before.y };
    this.look();
  }

  private openAll(): void {
    const visit = (box: Box): void => {
      this.open.add(box.id);
      for (const item of box.items) if (item.kind === 'box') visit(item);
    };
    // Thousands of nodes side by side are no picture any more.
    if (!this.boxes || this.boxes.leaves.length > 400) {
      this.status.textContent = 'Too many to open all at once: open groups one by one, or search.';
      return;
    }
    visit(this.boxes.root);
    this.camera = undefined;
    this.draw();
  }

  private closeAll(): void {
    this.open = new Set(['']);
    this.camera = undefined;
    this.draw();
  }

  private find(text: string): void {
    this.searched = text;
    this.hits = this.boxes ? found(this.boxes, text) : [];
    this.hit = -1;
    this.tellHits();
    this.showHit(0);
  }

  private tellHits(): void {
    const { length } = this.hits;
    this.status.textContent =
      this.searched.trim() === ''
        ? ''
        : length === 0
          ? 'nothing found'
          : this.hit < 0
            ? `${length} found`
            : `${this.hit + 1} of ${length}`;
  }

  private showHit(index: number): void {
    if (this.hits.length === 0) return;
    this.hit = (index + this.hits.length) % this.hits.length;
    const leaf = this.hits[this.hit];
    if (!leaf) return;
    this.tellHits();
    let hidden = false;
    for (let at: Box | null = leaf.parent; at; at = at.parent) {
      hidden ||= !this.open.has(at.id);
      this.open.add(at.id);
    }
    this.active = leaf.id;
    if (hidden) this.draw();
    this.goToActive();
  }

  private get activeItem(): PlacedItem | undefined {
    return this.placed?.items.find(({ item }) => item.id === this.active);
  }

  private goToActive(): void {
    this.mark();
    const { activeItem, camera } = this;
    if (activeItem && camera) this.camera = showing(camera, activeItem, this.size);
    this.look();
  }

  private mark(): void {
    for (const node of this.world.querySelectorAll('.item.active')) node.classList.remove('active');
    const index = this.placed?.items.findIndex(({ item }) => item.id === this.active) ?? -1;
    const node = index < 0 ? null : this.world.querySelector(`#${itemId(index)}`);
    node?.classList.add('active');
    if (node) this.canvas.setAttribute('aria-activedescendant', node.id);
    else this.canvas.removeAttribute('aria-activedescendant');
  }

  private keyed(event: KeyboardEvent): void {
    const { activeItem } = this;
    const pan = (x: number, y: number): void => {
      if (this.camera) this.camera = moved(this.camera, x * STEP, y * STEP);
      this.look();
    };
    const arrows: Record<string, [number, number]> = {
      ArrowDown: [0, 1],
      ArrowUp: [0, -1],
      ArrowRight: [1, 0],
      ArrowLeft: [-1, 0],
    };
    // As in any tree: right opens, left closes or goes to what an item lies in.
    const opens = event.key === (activeItem?.isOpen ? 'ArrowLeft' : 'ArrowRight') && activeItem?.item.kind === 'box';
    const others: Record<string, () => void> = {
      '+': () => this.zoom(ZOOM),
      '=': () => this.zoom(ZOOM),
      '-': () => this.zoom(1 / ZOOM),
      '0': () => this.fit(),
      Home: () => this.step(0, 'first'),
      End: () => this.step(0, 'last'),
      ' ': () => this.toggle(activeItem),
      Enter: () => activeItem && this.reveal(activeItem.item),
    };
    const arrow = arrows[event.key];
    const action = arrow
      ? () =>
          opens && !event.shiftKey
            ? this.toggle(activeItem)
            : event.shiftKey
              ? pan(...arrow)
              : event.key === 'ArrowLeft' && activeItem?.item.parent
                ? this.goTo(activeItem.item.parent)
                : this.step(arrow[0] + arrow[1])
      : others[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  private goTo({ id }: Item): void {
    // The whole of it is no item.
    if (!this.placed?.items.some(({ item }) => item.id === id)) return this.step(-1);
    this.active = id;
    this.goToActive();
  }

  /** To the next or the previous item in the order in which they run. */
  private step(by: number, to?: 'first' | 'last'): void {
    const items = this.placed?.items ?? [];
    const now = items.findIndex(({ item }) => item.id === this.active);
    const next = to === 'first' ? 0 : to === 'last' ? items.length - 1 : now < 0 ? 0 : now + by;
    this.active = items[Math.max(0, Math.min(items.length - 1, next))]?.item.id;
    this.goToActive();
  }

  private save(format: PictureFormat): void {
    if (!this.placed) return;
    const { active } = this;
    // A picture has no selection.
    this.active = undefined;
    this.mark();
    givePicture(format, this.world, this.placed, this.actions.save);
    this.active = active;
    this.mark();
  }
}
