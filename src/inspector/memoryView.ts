/** What training takes: by part, by batch size, by module. */
import type { InspectorBytes, InspectorMemory, Precision, SourceLink } from '../protocol/index.js';
import { Chart } from './chart.js';
import { button, dropdown, labelled, labelledField, progress } from './controls.js';
import { element } from './dom.js';
import { linkTo, noteItems } from './notes.js';
import type { GivePicture } from './picture.js';
import { stackedBars, type Segment } from './stackedBars.js';
import { tableOf } from './table.js';

export interface MemoryState {
  /** As it was typed; empty: as the source has it. */
  readonly batch?: string;
  readonly gigabytes?: string;
  /** One of {@link NUMBERS}. */
  readonly numbers?: string;
}

/** What training may be done in. */
const NUMBERS: Readonly<Record<string, Precision>> = {
  float32: {},
  'autocast to bfloat16': { autocast: 'bfloat16' },
  'autocast to float16': { autocast: 'float16' },
  bfloat16: { dtype: 'bfloat16' },
  float16: { dtype: 'float16' },
};
const [USUAL = ''] = Object.keys(NUMBERS);

interface Actions {
  readonly reveal: (source: SourceLink) => void;
  readonly save: GivePicture;
  /** The batch size was changed. */
  readonly changed: () => void;
  readonly fit: (gigabytes: number) => void;
  readonly cancelFit: () => void;
}

/** A pause in typing. */
const QUIET_MILLISECONDS = 300;
const COLOURS = ['blue', 'green', 'yellow', 'purple', 'red'];

export class MemoryView {
  readonly node = element('div', { class: 'memory' });
  /** Without the fields. */
  readonly results = element('div', {});
  readonly state: { batch: string; gigabytes: string; numbers: string };
  private readonly chart: Chart;
  private readonly facts = element('div', {});
  private readonly answer = element('span', { role: 'status' });
  private readonly answerActions = element('span', {});
  private readonly invalid = element('span', { class: 'invalid', role: 'alert' });
  private readonly batchField: HTMLElement;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly actions: Actions,
    state: MemoryState,
  ) {
    const { batch = '', gigabytes = '8', numbers = USUAL } = state;
    this.state = { batch, gigabytes, numbers: numbers in NUMBERS ? numbers : USUAL };
    this.chart = new Chart('Memory of training by part', actions.save);
    this.batchField = labelledField('Batch size', this.state.batch, 8, (text) => {
      this.state.batch = text;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.typed(), QUIET_MILLISECONDS);
    });
    this.batchField.setAttribute('placeholder', 'as in code');
    this.batchField.setAttribute('title', 'Size of the first axis of the inputs. Empty: as the source has it.');
    const room = labelledField('Device memory, GiB', this.state.gigabytes, 8, (text) => {
      this.state.gigabytes = text;
    });
    this.node.append(
      element(
        'div',
        { class: 'fields' },
        this.batchField,
        labelled(
          'Numbers',
          dropdown('Numbers', Object.keys(NUMBERS), this.state.numbers, (chosen) => {
            this.state.numbers = chosen;
            this.fitted('');
            this.actions.changed();
          }),
        ),
        room,
        button('Find the largest batch', () => this.fit()),
      ),
      this.invalid,
      element('div', { class: 'fit' }, this.answer, this.answerActions),
      this.results,
    );
    this.results.append(this.chart.node, this.facts);
  }

  /** What the field asks for; `null`: as the source has it. */
  get batch(): number | null {
    const value = Number(this.state.batch);
    return this.state.batch.trim() === '' || !isBatch(value) ? null : value;
  }

  /** What training is done in. */
  get precision(): Precision {
    return NUMBERS[this.state.numbers] ?? {};
  }

  private typed(): void {
    const isWrong = this.state.batch.trim() !== '' && !isBatch(Number(this.state.batch));
    this.batchField.setAttribute('aria-invalid', String(isWrong));
    this.invalid.textContent = isWrong ? 'The batch size is a whole number from 1 on.' : '';
    if (!isWrong) this.actions.changed();
  }

  private fit(): void {
    const gigabytes = Number(this.state.gigabytes);
    if (!(gigabytes > 0)) return this.fitted('Say how much memory the device has: a number above 0.');
    this.answer.replaceChildren(progress(), 'Looking for the largest batch');
    this.answerActions.replaceChildren(button('Cancel', this.actions.cancelFit));
    this.actions.fit(gigabytes);
  }

  /** What was found about the largest batch; `''`: nothing yet. */
  fitted(text: string): void {
    this.answer.textContent = text;
    this.answerActions.replaceChildren();
  }

  show(memory: InspectorMemory): void {
    this.chart.show(barsOf(memory));
    this.facts.replaceChildren(partsTable(memory), ...this.kept(memory), ...this.notes(memory));
  }

  private kept({ kept }: InspectorMemory): HTMLElement[] {
    const [largest] = kept;
    if (!largest) return [];
    const rows = kept.map(({ path, type, bytes, text, source }) => {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
      bar.style.width = `${Math.max(1, (bytes / largest.bytes) * 100)}%`;
      const name = source ? linkTo(path, source, this.actions.reveal) : element('span', {}, path);
      return element(
        'tr',
        {},
        element('td', {}, name),
        element('td', { class: 'type' }, type),
        element('td', { class: 'number' }, text),
        element('td', { class: 'bars' }, element('span', { class: 'track', 'aria-hidden': 'true' }, bar)),
      );
    });
    return [
      element('h2', {}, 'Layers that keep most for the backward pass'),
      element('table', {}, element('tbody', {}, ...rows)),
    ];
  }

  private notes({ notes }: InspectorMemory): HTMLElement[] {
    return notes.length === 0 ? [] : [element('ul', { class: 'notes' }, ...noteItems(notes, this.actions.reveal))];
  }
}

function isBatch(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 1e9;
}

/** Bars where all is known as numbers. */
function barsOf({ parts }: InspectorMemory): ReturnType<typeof stackedBars> | null {
  const segments = (
    of: (part: InspectorBytes) => { bytes: number | null; text: string } | undefined,
  ): Segment[] | null => {
    const list = parts.map((part, i): Segment | null => {
      const { bytes = null, text = '' } = of(part) ?? {};
      return bytes === null ? null : { label: part.label, value: bytes, text, className: COLOURS[i] ?? 'blue' };
    });
    return list.includes(null) ? null : (list as Segment[]);
  };
  const after = segments((part) => part);
  const before = parts.some((part) => part.before) ? segments((part) => part.before) : null;
  if (!after) return null;
  return stackedBars([
    ...(before ? [{ title: 'Before', segments: before }] : []),
    { title: before ? 'After' : 'Memory', segments: after },
  ]);
}

function partsTable({ parts, peak, batch, numbers }: InspectorMemory): HTMLElement {
  const comparing = peak.before !== undefined;
  const row = ({ label, text, before }: InspectorBytes): HTMLElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, label),
      ...(comparing ? [element('td', { class: 'number' }, before?.text ?? '')] : []),
      element('td', { class: 'number' }, text),
    );
  const caption = `One training step with batch size ${batch}${numbers === '' ? '' : ` in ${numbers}`}; the operators’ own work memory comes on top`;
  const columns = ['Part', ...(comparing ? ['Before', 'After'] : ['Size'])].map((title, i) => ({
    title,
    isNumber: i > 0,
  }));
  const total = row(peak);
  total.classList.add('sum');
  return tableOf(caption, columns, [...parts.map(row), total]);
}
