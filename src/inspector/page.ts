/** Lays out what the extension sends: heading, totals, the tree, and what isn't known. */
import type { FromInspector, InspectorNote, InspectorTotal, InspectorView } from '../protocol/index.js';
import { button, checkbox, dropdown, progress, textField } from './controls.js';
import { element } from './dom.js';
import { Treegrid } from './treegrid.js';

const SHOWN_NOTES = 8;

export class Page {
  private readonly top = element('header', {});
  private readonly tools = element('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Filter and export' });
  private readonly grid: Treegrid;
  private readonly notes = element('footer', {});
  private readonly status = element('div', { class: 'status', role: 'status' });
  private filter = { text: '', changedOnly: false };
  private toolsFor: boolean | undefined;

  constructor(
    private readonly app: HTMLElement,
    private readonly tell: (message: FromInspector) => void,
  ) {
    this.grid = new Treegrid((source) => tell({ type: 'reveal', source }));
  }

  loading(text: string): void {
    this.status.replaceChildren(progress(), element('span', {}, text));
    this.app.replaceChildren(this.status);
  }

  message(text: string): void {
    this.status.replaceChildren(element('p', {}, text));
    this.app.replaceChildren(this.status);
  }

  show(view: InspectorView): void {
    this.top.replaceChildren(...this.heading(view), totals(view.totals, view.comparing));
    this.showTools(view.comparing);
    this.grid.show(view.rows, view.comparing, `${view.file}:${view.qualname}`);
    this.notes.replaceChildren(
      ...this.noteList('Unknown', view.unknowns),
      ...this.noteList('Taken for granted', view.assumptions),
    );
    const empty = element('p', { class: 'empty' }, 'The module tree could not be determined; the reasons are below.');
    const parts = [this.top, ...(view.rows.length > 0 ? [this.tools, this.grid.node] : [empty]), this.notes];
    // Nodes that are in place stay there: focus and scroll position live in them.
    if (parts.some((part, i) => this.app.children[i] !== part) || this.app.children.length !== parts.length) {
      this.app.replaceChildren(...parts);
    }
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
    if (!comparing) this.setFilter({ ...this.filter, changedOnly: false });
    this.tools.replaceChildren(
      textField('Filter by name or type', (text) => this.setFilter({ ...this.filter, text })),
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
    const items = notes.slice(0, SHOWN_NOTES).map((note) => this.noteItem(note));
    const more = notes.length > SHOWN_NOTES ? [element('li', {}, `and ${notes.length - SHOWN_NOTES} more`)] : [];
    return [element('section', {}, element('h2', {}, title), element('ul', {}, ...items, ...more))];
  }

  private noteItem({ text, source }: InspectorNote): HTMLElement {
    if (!source) return element('li', {}, text);
    const link = element('button', { class: 'link', type: 'button' }, `line ${source.line + 1}`);
    link.addEventListener('click', () => this.tell({ type: 'reveal', source }));
    return element('li', {}, `${text} (`, link, ')');
  }
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
