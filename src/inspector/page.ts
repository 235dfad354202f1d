/** Lays out what the extension sends: heading, totals, the tabs, and what isn't known. */
import type {
  FromInspector,
  InspectorNote,
  InspectorPart,
  InspectorTotal,
  InspectorView,
  SourceLink,
  ToInspector,
} from '../protocol/index.js';
import { CapacityView } from './capacityView.js';
import { button, checkbox, dropdown, progress, tabs, textField } from './controls.js';
import { element } from './dom.js';
import { GraphView, type GraphState } from './graph/view.js';
import { LazyPart } from './lazyPart.js';
import { MemoryView, type MemoryState } from './memoryView.js';
import { noteItems } from './notes.js';
import type { GivePicture } from './picture.js';
import { SignalView } from './signalView.js';
import { Treegrid, type TreeState } from './treegrid.js';

/** What a page that was hidden shows again. */
export interface PageState {
  readonly tab?: string;
  readonly tree?: TreeState;
  readonly memory?: MemoryState;
  readonly graph?: GraphState;
}

const LAZY = ['memory', 'signal', 'capacity', 'graph'] as const;
type Lazy = (typeof LAZY)[number];

/** What each tab asks for. */
const PART_OF: Readonly<Record<Lazy, InspectorPart>> = {
  memory: 'details',
  signal: 'details',
  capacity: 'details',
  graph: 'graph',
};

export class Page {
  private readonly top = element('header', {});
  private readonly tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Filter and export' });
  private readonly grid: Treegrid;
  private readonly memory: MemoryView;
  private readonly signal: SignalView;
  private readonly capacity: CapacityView;
  private readonly graph: GraphView;
  private readonly parts: Readonly<Record<Lazy, LazyPart>>;
  private readonly tabs: HTMLElement;
  private readonly notes = element('footer', {});
  private readonly status = element('div', { class: 'status', role: 'status' });
  private filter: { text: string; changedOnly: boolean };
  private toolsFor: boolean | undefined;
  private tab: string;
  private shown = '';

  constructor(
    private readonly app: HTMLElement,
    private readonly tell: (message: FromInspector) => void,
    private state: PageState,
    private readonly keep: (state: PageState) => void,
  ) {
    const reveal = (source: SourceLink): void => tell({ type: 'reveal', source });
    const save =
      (name: string): GivePicture =>
      (format, drawn) =>
        void drawn.then(
          (data) => tell({ type: 'picture', name, format, data }),
          (error: unknown) =>
            tell({ type: 'problem', text: `The picture could not be made: save it as SVG. ${String(error)}` }),
        );
    this.grid = new Treegrid(reveal, state.tree, (tree) => this.remember({ tree }));
    this.filter = { text: state.tree?.text ?? '', changedOnly: false };
    this.memory = new MemoryView(
      {
        ...{ reveal, save: save('memory') },
        changed: () => {
          this.remember({ memory: { ...this.memory.state } });
          this.parts.memory.request();
        },
        fit: (gigabytes) => {
          this.remember({ memory: { ...this.memory.state } });
          tell({ type: 'fit', gigabytes, precision: this.memory.precision });
        },
        cancelFit: () => tell({ type: 'cancel', part: 'fit' }),
      },
      state.memory ?? {},
    );
    this.signal = new SignalView({ reveal, save: save('signal') });
    this.capacity = new CapacityView(reveal);
    this.graph = new GraphView(
      { reveal, save: save('graph'), changed: (graph) => this.remember({ graph }) },
      state.graph ?? {},
    );
    const details = (): void => {
      // One answer for all that show a piece of it.
      this.each('details', (part) => part.waiting());
      const { batch, precision } = this.memory;
      tell({ type: 'details', batch, precision });
    };
    const cancel = (part: InspectorPart) => (): void => tell({ type: 'cancel', part });
    this.parts = {
      memory: new LazyPart(
        this.memory.node,
        this.memory.results,
        'Following a training step',
        details,
        cancel('details'),
      ),
      signal: whole(this.signal, 'Following the signal', details, cancel('details')),
      capacity: whole(this.capacity, 'Following what layers see', details, cancel('details')),
      graph: whole(this.graph, 'Following the tensors', () => tell({ type: 'graph' }), cancel('graph')),
    };
    this.tab = state.tab ?? 'modules';
    this.tabs = tabs(
      'Views of the module',
      [
        { id: 'modules', title: 'Modules', content: element('div', { class: 'part' }, this.tools, this.grid.node) },
        { id: 'memory', title: 'Memory', content: this.parts.memory.node },
        { id: 'signal', title: 'Gradient flow', content: this.parts.signal.node },
        { id: 'capacity', title: 'Capacity', content: this.parts.capacity.node },
        { id: 'graph', title: 'Graph', content: this.parts.graph.node },
      ],
      this.tab,
      (tab) => {
        this.tab = tab;
        this.remember({ tab });
        this.wanted();
      },
    );
  }

  receive(message: ToInspector): void {
    switch (message.type) {
      case 'view':
        return this.show(message.view);
      case 'loading':
        return this.instead(progress(), element('span', {}, message.text));
      case 'message':
        return this.instead(element('p', {}, message.text));
      case 'details':
        this.memory.show(message.details.memory);
        this.signal.show(message.details.signal);
        this.capacity.show(message.details.capacity);
        return this.each('details', (part) => part.shown());
      case 'graph':
        this.parts.graph.shown();
        return this.graph.show(message.graph, this.shown);
      case 'fit':
        return this.memory.fitted(message.text);
      case 'failed':
        if (message.part === 'fit') return this.memory.fitted(message.text);
        return this.each(message.part, (part) => part.failed(message.text));
    }
  }

  /** The tabs that show a part. */
  private each(part: InspectorPart, action: (tab: LazyPart) => void): void {
    for (const tab of LAZY) if (PART_OF[tab] === part) action(this.parts[tab]);
  }

  private remember(more: PageState): void {
    this.state = { ...this.state, ...more };
    this.keep(this.state);
  }

  private instead(...content: HTMLElement[]): void {
    this.status.replaceChildren(...content);
    this.app.replaceChildren(this.status);
  }

  private show(view: InspectorView): void {
    const shown = `${view.file}:${view.qualname}`;
    const isOther = shown !== this.shown;
    this.shown = shown;
    this.top.replaceChildren(...this.heading(view), totals(view.totals, view.comparing));
    this.showTools(view.comparing);
    this.grid.show(view.rows, view.comparing, this.shown);
    this.notes.replaceChildren(
      ...this.noteList('Unknown', view.unknowns),
      ...this.noteList('Taken for granted', view.assumptions),
    );
    const empty = element('p', { class: 'empty' }, 'The module tree could not be determined; the reasons are below.');
    const parts = [this.top, ...(view.rows.length > 0 ? [this.tabs] : [empty]), this.notes];
    // Nodes that are in place stay there: focus and scroll position live in them.
    if (parts.some((part, i) => this.app.children[i] !== part) || this.app.children.length !== parts.length) {
      this.app.replaceChildren(...parts);
    }
    for (const part of Object.values(this.parts)) part.outdated(isOther);
    this.memory.fitted('');
    if (view.rows.length > 0) this.wanted();
  }

  /** The tab that is looked at gets what it shows. */
  private wanted(): void {
    const tab = LAZY.find((each) => each === this.tab);
    if (tab) this.parts[tab].wanted();
  }

  private heading(view: InspectorView): HTMLElement[] {
    const choose = (qualname: string): void => this.tell({ type: 'choose', qualname });
    const title =
      view.choices.length > 1
        ? dropdown('Module', view.choices, view.qualname, choose)
        : element('h1', {}, view.qualname);
    const lines = [element('div', { class: 'title' }, title, element('span', { class: 'file' }, view.file))];
    if (view.call !== null) lines.push(element('code', { class: 'call', title: 'How it was constructed' }, view.call));
    if (view.signature !== '')
      lines.push(element('code', { class: 'call', title: 'What forward takes and returns' }, view.signature));
    return lines;
  }

  private showTools(comparing: boolean): void {
    if (this.toolsFor === comparing) return;
    this.toolsFor = comparing;
    this.setFilter(comparing ? this.filter : { ...this.filter, changedOnly: false });
    const search = textField('Filter by name or type', (text) => this.setFilter({ ...this.filter, text }));
    search.setAttribute('value', this.filter.text);
    this.tools.replaceChildren(
      search,
      ...(comparing
        ? [
            checkbox('Only what changes', this.filter.changedOnly, (changedOnly) =>
              this.setFilter({ ...this.filter, changedOnly }),
            ),
          ]
        : []),
      element('span', { class: 'gap' }),
      button('Open as Markdown', () => this.tell({ type: 'export', format: 'markdown' })),
      button('Open as CSV', () => this.tell({ type: 'export', format: 'csv' })),
    );
  }

  private setFilter(filter: { text: string; changedOnly: boolean }): void {
    this.filter = filter;
    this.grid.setFilter(filter);
  }

  private noteList(title: string, notes: readonly InspectorNote[]): HTMLElement[] {
    if (notes.length === 0) return [];
    const items = noteItems(notes, (source) => this.tell({ type: 'reveal', source }));
    return [element('section', {}, element('h2', {}, title), element('ul', {}, ...items))];
  }
}

/** A tab that shows nothing but results. */
function whole({ node }: { readonly node: HTMLElement }, name: string, ask: () => void, cancel: () => void): LazyPart {
  return new LazyPart(node, node, name, ask, cancel);
}

function totals(list: readonly InspectorTotal[], comparing: boolean): HTMLElement {
  return element('dl', { class: 'totals' }, ...list.map((total) => totalOf(total, comparing)));
}

function totalOf({ label, value, before, difference }: InspectorTotal, comparing: boolean): HTMLElement {
  const changed = difference !== undefined && difference !== '±0' && before !== value;
  const name = element('dt', {}, label);
  if (!comparing || !changed) return element('div', {}, name, element('dd', {}, value));
  return element(
    'div',
    { class: 'changed' },
    name,
    element(
      'dd',
      {},
      element('span', { class: 'before' }, before ?? ''),
      ' → ',
      value,
      element('span', { class: 'difference' }, difference),
    ),
  );
}
