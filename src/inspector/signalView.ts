/** The signal at initialisation: variance and gradient of each layer, and whether the gradient gets through. */
import type { InspectorSignal, SourceLink } from '../protocol/index.js';
import { EXPLODING_ABOVE, magnitudeText, VANISHING_BELOW } from '../texts.js';
import { Chart } from './chart.js';
import { element } from './dom.js';
import { logLines } from './logLines.js';
import { linkTo, noteItems } from './notes.js';
import type { GivePicture } from './picture.js';
import { tableOf } from './table.js';

/** As the verdict has them. */
const LIMITS = [
  { value: VANISHING_BELOW, label: 'vanishing below' },
  { value: EXPLODING_ABOVE, label: 'exploding above' },
];

interface Actions {
  readonly reveal: (source: SourceLink) => void;
  readonly save: GivePicture;
}

export class SignalView {
  readonly node = element('div', { class: 'signal' });
  private readonly verdict = element('p', { class: 'verdict' });
  private readonly chart: Chart;
  private readonly facts = element('div', {});

  constructor(private readonly actions: Actions) {
    this.chart = new Chart('Activation variance and gradient norm of each layer, on a logarithmic scale', actions.save);
    this.node.append(this.verdict, this.chart.node, this.facts);
  }

  show({ layers, verdict, notes }: InspectorSignal): void {
    this.verdict.className = `verdict ${verdict?.kind ?? ''}`;
    this.verdict.textContent =
      verdict?.text ?? (layers.length > 0 ? 'Whether the gradient gets through is not known.' : '');
    const mark = verdict?.from === null || !verdict ? -1 : layers.findLastIndex(({ path }) => path === verdict.from);
    this.chart.show(
      layers.length === 0
        ? null
        : logLines(
            [
              { label: 'gradient norm', className: 'blue', values: layers.map(({ gradientNorm }) => gradientNorm) },
              { label: 'activation variance', className: 'yellow', values: layers.map(({ variance }) => variance) },
            ],
            {
              names: layers.map(({ path }) => path),
              limits: LIMITS,
              mark: mark < 0 ? null : mark,
              choose: (index) => {
                const source = layers[index]?.source;
                if (source) this.actions.reveal(source);
              },
            },
          ),
    );
    const rows = layers.map(({ path, type, variance, gradientNorm, source }, i) =>
      element(
        'tr',
        i === mark ? { class: 'marked' } : {},
        element('td', {}, source ? linkTo(path || type, source, this.actions.reveal) : path || type),
        element('td', { class: 'type' }, type),
        element('td', { class: 'number' }, valueText(variance)),
        element('td', { class: 'number' }, valueText(gradientNorm)),
      ),
    );
    const columns = [
      { title: 'Layer' },
      { title: 'Type' },
      { title: 'Variance', isNumber: true },
      { title: 'Gradient norm', isNumber: true },
    ];
    const caption = 'Expected at initialisation; the gradient of the loss at the output has norm 1';
    this.facts.replaceChildren(
      ...(notes.length > 0 ? [element('ul', { class: 'notes' }, ...noteItems(notes, this.actions.reveal))] : []),
      ...(rows.length > 0 ? [tableOf(caption, columns, rows)] : []),
    );
  }
}

function valueText(value: number | null): string {
  return value === null ? 'unknown' : magnitudeText(value);
}
