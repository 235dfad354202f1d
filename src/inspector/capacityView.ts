/** What each layer sees of the input, where features get narrow, and parameters against samples. */
import type { InspectorCapacity, SourceLink } from '../protocol/index.js';
import { element } from './dom.js';
import { linkTo, noteItems } from './notes.js';
import { tableOf } from './table.js';

export class CapacityView {
  readonly node = element('div', { class: 'capacity' });

  constructor(private readonly reveal: (source: SourceLink) => void) {}

  show({ axes, layers, findings, notes }: InspectorCapacity): void {
    const list = (items: InspectorCapacity['notes']): HTMLElement[] =>
      items.length === 0 ? [] : [element('ul', { class: 'notes' }, ...noteItems(items, this.reveal))];
    const rows = layers.map(({ path, type, receptiveField, stride, source }) =>
      element(
        'tr',
        {},
        element('td', {}, source ? linkTo(path || type, source, this.reveal) : path || type),
        element('td', { class: 'type' }, type),
        element('td', { class: 'number' }, receptiveField),
        element('td', { class: 'number' }, stride),
      ),
    );
    const columns = [
      { title: 'Layer' },
      { title: 'Type' },
      { title: 'Receptive field', isNumber: true },
      { title: 'Stride', isNumber: true },
    ];
    const caption = `Positions of the input (${axes}) that one position of the result depends on, and steps between neighbours`;
    this.node.replaceChildren(
      ...list(notes),
      ...(findings.length > 0 ? [element('h2', {}, 'Narrow places and data'), ...list(findings)] : []),
      ...(rows.length > 0 ? [tableOf(caption, columns, rows)] : []),
    );
  }
}
