/** The module tree as an ARIA treegrid that draws only the rows on the screen: ten thousand layers scroll as well as ten. */
import type { InspectorRow, SourceLink } from '../protocol/index.js';
import { element } from './dom.js';
import { openAtFirst, visibleRows, type Filter } from './rows.js';

/** As in inspector.css. */
const ROW_HEIGHT = 24;
const MARGIN_ROWS = 8;
/** Pixels below which shapes and multiply-accumulates have no room. */
const NARROW = 760;
/** A heading is never cut off: a column has room for it. */
const HEADING_CHARACTER = 8;

/** What was open and filtered by when the page was hidden. */
export interface TreeState {
  readonly key: string;
  readonly open: readonly string[];
  readonly text: string;
  readonly top: number;
}

interface Column {
  readonly title: string;
  readonly className: string;
  /** Least width in pixels, and the share of what is left. */
  readonly least: number;
  readonly share: number;
  readonly text: (row: InspectorRow) => string;
}

const NAME: Column = { title: 'Module', className: 'name', least: 100, share: 2.2, text: ({ name }) => name };
const TYPE: Column = { title: 'Type', className: 'type', least: 60, share: 1.3, text: ({ type }) => type };
const INPUT: Column = { title: 'Input', className: 'shape', least: 90, share: 1.2, text: ({ input }) => input };
const OUTPUT: Column = {
  title: 'Output',
  className: 'shape',
  least: 90,
  share: 1.2,
  text: ({ output }) => output,
};
const MACS: Column = { title: 'MACs', className: 'number', least: 80, share: 0.9, text: ({ macs }) => macs };
const SHARE: Column = {
  title: 'Share',
  className: 'share',
  least: 80,
  share: 0.9,
  text: ({ share }) => (share === null ? '' : `${(share * 100).toFixed(1)} %`),
};
const PARAMETERS: Column = {
  title: 'Parameters',
  className: 'number',
  least: 60,
  share: 0.8,
  text: ({ parameters, shared }) => (shared === null ? parameters : `${parameters} (= ${shared || 'root'})`),
};
const COMPARED: readonly Column[] = [
  { title: 'Before', className: 'number', least: 60, share: 0.8, text: ({ before }) => before ?? '' },
  { ...PARAMETERS, title: 'After' },
  {
    title: 'Difference',
    className: 'number difference',
    least: 60,
    share: 0.8,
    text: ({ difference }) => difference ?? '',
  },
];

function trackOf({ title, least, share }: Column): string {
  return `minmax(${Math.max(least, Math.ceil(title.length * HEADING_CHARACTER))}px, ${share}fr)`;
}

export class Treegrid {
  readonly node: HTMLElement;
  private readonly header = element('div', { role: 'row', class: 'row header' });
  private readonly body = element('div', { role: 'rowgroup', class: 'rows' });
  private readonly spacer = element('div', { class: 'spacer', role: 'presentation' });
  private readonly scroller: HTMLElement;
  private rows: readonly InspectorRow[] = [];
  private comparing = false;
  private visible: readonly InspectorRow[] = [];
  private columns: readonly Column[] = [];
  private open = new Set<string>();
  private shown = '';
  private active = 0;
  private filter: Filter = { text: '', changedOnly: false };

  constructor(
    private readonly reveal: (source: SourceLink) => void,
    /** Of the page before it was hidden. */
    private kept: TreeState | undefined,
    private readonly changed: (state: TreeState) => void,
  ) {
    this.scroller = element('div', { class: 'scroller', role: 'presentation' }, this.spacer, this.body);
    this.node = element(
      'div',
      { role: 'treegrid', class: 'treegrid', tabindex: '0', 'aria-label': 'Modules' },
      element('div', { role: 'rowgroup' }, this.header),
      this.scroller,
    );
    this.scroller.addEventListener('scroll', () => {
      this.draw();
      this.keep();
    });
    this.node.addEventListener('keydown', (event) => this.key(event));
    this.body.addEventListener('click', (event) => this.click(event));
    new ResizeObserver(() => {
      this.lay();
      this.draw();
    }).observe(this.node);
  }

  /** Shows rows; what was open stays open as long as it is the same module. */
  show(rows: readonly InspectorRow[], comparing: boolean, key: string): void {
    if (this.shown !== key) {
      this.shown = key;
      const kept = this.kept?.key === key ? this.kept : undefined;
      this.kept = undefined;
      this.open = kept ? new Set(kept.open) : openAtFirst(rows);
      this.active = 0;
      this.scroller.scrollTop = 0;
      if (kept) requestAnimationFrame(() => (this.scroller.scrollTop = kept.top));
    }
    this.rows = rows;
    this.comparing = comparing;
    this.lay();
    this.update();
  }

  private keep(): void {
    const { shown, open, filter, scroller } = this;
    if (shown !== '') this.changed({ key: shown, open: [...open], text: filter.text, top: scroller.scrollTop });
  }

  /** Chooses the columns: those that hold something, and in a narrow panel only what the inspector is about. */
  private lay(): void {
    const wide = this.node.clientWidth === 0 || this.node.clientWidth >= NARROW;
    const further = wide
      ? [INPUT, OUTPUT, MACS].filter((column) => this.rows.some((row) => column.text(row) !== ''))
      : [];
    const share = this.comparing && !wide ? [] : [SHARE];
    this.columns = [NAME, TYPE, ...(this.comparing ? COMPARED : [PARAMETERS]), ...share, ...further];
    this.node.style.setProperty('--columns', this.columns.map(trackOf).join(' '));
    this.node.setAttribute('aria-colcount', String(this.columns.length));
    this.header.replaceChildren(
      ...this.columns.map(({ title, className }) => element('span', { role: 'columnheader', class: className }, title)),
    );
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.active = 0;
    this.update();
    this.keep();
  }

  private update(): void {
    this.visible = visibleRows(this.rows, this.open, this.filter);
    this.active = Math.max(0, Math.min(this.active, this.visible.length - 1));
    this.node.setAttribute('aria-rowcount', String(this.visible.length + 1));
    this.spacer.style.height = `${this.visible.length * ROW_HEIGHT}px`;
    this.draw();
  }

  private draw(): void {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN_ROWS);
    const last = Math.min(this.visible.length, Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + MARGIN_ROWS);
    this.body.style.transform = `translateY(${first * ROW_HEIGHT}px)`;
    this.body.replaceChildren(...this.visible.slice(first, last).map((row, i) => this.drawRow(row, first + i)));
    const active = this.visible[this.active];
    if (active) this.node.setAttribute('aria-activedescendant', `row-${this.active}`);
    else this.node.removeAttribute('aria-activedescendant');
  }

  private drawRow(row: InspectorRow, index: number): HTMLElement {
    const expanded: Record<string, string> = row.children > 0 ? { 'aria-expanded': String(this.isOpen(row)) } : {};
    return element(
      'div',
      {
        role: 'row',
        id: `row-${index}`,
        class: `row ${row.change ?? ''} ${index === this.active ? 'active' : ''}`,
        'aria-level': String(row.depth + 1),
        'aria-rowindex': String(index + 2),
        'aria-selected': String(index === this.active),
        'data-index': String(index),
        ...expanded,
      },
      ...this.columns.map((column) => this.drawCell(column, row)),
    );
  }

  private drawCell(column: Column, row: InspectorRow): HTMLElement {
    const text = column.text(row);
    const cell = element('span', { role: 'gridcell', class: column.className, title: text });
    if (column === NAME) {
      cell.style.paddingInlineStart = `${row.depth * 14}px`;
      const twistie = row.children > 0 ? (this.isOpen(row) ? '▾' : '▸') : '';
      const label = element('span', row.source ? { class: 'link', title: 'Go to source' } : {}, text);
      cell.append(element('span', { class: 'twistie', 'aria-hidden': 'true' }, twistie), label);
    } else if (column === SHARE && row.share !== null) {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.width = `${Math.max(1, row.share * 100)}%`;
      cell.append(element('span', { class: 'track', 'aria-hidden': 'true' }, bar), text);
    } else {
      cell.append(text);
    }
    return cell;
  }

  /** A filter shows all that it finds. */
  private isOpen(row: InspectorRow): boolean {
    return this.filter.text.trim() !== '' || this.filter.changedOnly || this.open.has(row.path);
  }

  private click(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset['index']);
    const row = this.visible[index];
    if (!row) return;
    this.active = index;
    if (target.classList.contains('link') && row.source) this.reveal(row.source);
    else if (row.children > 0 && target.closest('.name')) return this.toggle(row);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const row = this.visible[this.active];
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 1);
    const actions: Record<string, () => void> = {
      ArrowDown: () => this.goTo(this.active + 1),
      ArrowUp: () => this.goTo(this.active - 1),
      PageDown: () => this.goTo(this.active + page),
      PageUp: () => this.goTo(this.active - page),
      Home: () => this.goTo(0),
      End: () => this.goTo(this.visible.length - 1),
      ArrowRight: () => row && (row.children > 0 && !this.isOpen(row) ? this.toggle(row) : this.goTo(this.active + 1)),
      ArrowLeft: () => row && (row.children > 0 && this.isOpen(row) ? this.toggle(row) : this.goTo(this.parentOf(row))),
      ' ': () => row && this.toggle(row),
      Enter: () => row?.source && this.reveal(row.source),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  }

  private parentOf(row: InspectorRow): number {
    for (let i = this.active - 1; i >= 0; i--) if ((this.visible[i]?.depth ?? 0) < row.depth) return i;
    return this.active;
  }

  private toggle(row: InspectorRow): void {
    if (row.children === 0) return;
    if (!this.open.delete(row.path)) this.open.add(row.path);
    this.update();
    this.keep();
  }

  private goTo(index: number): void {
    this.active = Math.max(0, Math.min(index, this.visible.length - 1));
    const top = this.active * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW_HEIGHT - clientHeight;
    this.draw();
  }
}
