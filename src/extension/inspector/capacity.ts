/** What a model can see and express, as the inspector shows it. */
import type { InspectorCapacity, InspectorNote, ModelReport } from '../../protocol/index.js';
import { bottleneckText, countText, fieldText, perSampleText } from '../../texts.js';
import { modulesOf } from './modules.js';
import { inputsHint, linkOf, noteOf, plainNote, type ToUri } from './view.js';

/** Receptive fields, narrow places and samples of a report that was asked for details. */
export function capacityOf(report: ModelReport, toUri: ToUri): InspectorCapacity {
  const { capacity } = report;
  if (!capacity) return { axes: '', layers: [], findings: [], notes: notesOf(report, toUri) };
  const modules = modulesOf(report);
  const sourceOf = (path: string): InspectorNote['source'] => linkOf(modules.get(path)?.span ?? null, toUri);
  const { samples, bottlenecks } = capacity;
  const perSample = perSampleText(capacity);
  return {
    axes: capacity.axes.map(({ size }) => countText(size)).join('×'),
    layers: capacity.layers.flatMap(({ path, type, receptiveField, stride }) => {
      const shown = { receptiveField: fieldText(receptiveField), stride: fieldText(stride) };
      return shown.receptiveField === '' && shown.stride === ''
        ? []
        : [{ path, type, ...shown, source: sourceOf(path) }];
    }),
    findings: [
      ...bottlenecks.map((bottleneck) => ({ text: bottleneckText(bottleneck), source: sourceOf(bottleneck.path) })),
      ...(perSample === null ? [] : [{ text: perSample, source: linkOf(samples?.span ?? null, toUri) }]),
    ],
    notes: notesOf(report, toUri),
  };
}

function notesOf(report: ModelReport, toUri: ToUri): InspectorNote[] {
  const { capacity, inputs } = report;
  if (inputs.length === 0)
    return [plainNote('The sizes of the inputs are unknown, so it can’t be told what layers see.'), inputsHint(report)];
  if (!capacity) return [plainNote('What forward does could not be followed.')];
  if (capacity.unknown) return [noteOf(capacity.unknown, toUri)];
  return capacity.axes.length > 0
    ? []
    : [plainNote('No layer slides over the input or mixes its positions, so there are no receptive fields.')];
}
