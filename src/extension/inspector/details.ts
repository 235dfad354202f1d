/** Memory, signal and capacity of a report as the inspector shows them. */
import type {
  Count,
  InspectorBytes,
  InspectorDetails,
  InspectorMemory,
  InspectorNote,
  InspectorSignal,
  MemoryReport,
  ModelReport,
} from '../../protocol/index.js';
import { bytesText, countText, gradientText, numberOf, precisionText } from '../../texts.js';
import { capacityOf } from './capacity.js';
import { modulesOf } from './modules.js';
import { inputsHint, linkOf, noteOf, plainNote, type ToUri } from './view.js';

/** So many modules are named that keep most. */
const MOST_KEPT = 12;

export interface DetailsInput {
  readonly after: ModelReport;
  /** With pending changes: the report without them; `null` if the module isn't there then. */
  readonly before?: ModelReport | null;
  /** The batch size that was asked for; `null`: as the source has it. */
  readonly batch: number | null;
  readonly toUri: ToUri;
}

/** What the tabs show that need a forward pass in training mode. */
export function detailsOf(input: DetailsInput): InspectorDetails {
  return { memory: memoryOf(input), signal: signalOf(input), capacity: capacityOf(input.after, input.toUri) };
}

function memoryOf({ after, before, batch, toUri }: DetailsInput): InspectorMemory {
  const { memory } = after;
  const bytes = (label: string, of: (memory: MemoryReport) => Count): InspectorBytes => {
    const value = of(memory);
    const shown = { label, ...inBytes(value) };
    if (before === undefined) return shown;
    return { ...shown, before: inBytes(before === null ? 0 : of(before.memory)) };
  };
  const total = bytes('All at once', ({ peak }) => peak);
  const parts = [
    bytes('Parameters', ({ parameters }) => parameters),
    bytes('Gradients', ({ gradients }) => gradients),
    bytes(
      `Optimizer${memory.optimizerName === undefined ? '' : ` (${memory.optimizerName})`}`,
      ({ optimizer }) => optimizer,
    ),
    bytes('Activations', ({ activations }) => activations),
  ];
  const buffers = bytes('Buffers', ({ buffers: held }) => held);
  return {
    parts: [...parts, ...(buffers.bytes !== 0 || (buffers.before?.bytes ?? 0) !== 0 ? [buffers] : [])],
    peak: total,
    batch: countText(batch ?? firstAxis(after)),
    numbers: precisionText(memory.precision),
    notes: notesOf(after, batch, toUri),
    kept: keptOf(after, toUri),
  };
}

function inBytes(count: Count): { bytes: number | null; text: string } {
  return { bytes: numberOf(count), text: bytesText(count, 'unknown') };
}

function firstAxis({ inputs }: ModelReport): Count {
  return inputs.find(({ shape }) => shape !== null)?.shape?.[0] ?? null;
}

/** The batch size that neither the source nor the user says; `null` if there is no such thing. */
function openBatch(after: ModelReport, batch: number | null): string | null {
  const size = firstAxis(after);
  return batch === null && typeof size === 'object' && size !== null ? countText(size) : null;
}

function notesOf(after: ModelReport, batch: number | null, toUri: ToUri): InspectorNote[] {
  const { memory } = after;
  const open = openBatch(after, batch);
  const isUnknown = [memory.buffers, memory.optimizer, memory.activations].includes(null);
  return [
    ...(memory.optimizerAssumed
      ? [plainNote(`No optimizer was found in the project; ${memory.optimizerName ?? 'one'} is taken.`)]
      : []),
    ...(open !== null
      ? [plainNote(`The source leaves the batch size open (${open}): give a number above to get bytes.`)]
      : []),
    ...(isUnknown ? after.unknowns.map((note) => noteOf(note, toUri)) : []),
    ...(isUnknown && after.inputs.length === 0 ? [inputsHint(after)] : []),
  ];
}

/** Layers without layers below them, by what backward must keep of them; none where that is not a number for each. */
function keptOf(after: ModelReport, toUri: ToUri): InspectorMemory['kept'] {
  const layers = [...modulesOf(after)].filter(([, { children, kept }]) => children.length === 0 && kept !== undefined);
  const found = layers.map(([path, { type, kept = null, span }]) => {
    const bytes = numberOf(kept);
    return bytes === null ? null : { path, type, bytes, text: bytesText(bytes), source: linkOf(span, toUri) };
  });
  const known = found.filter((layer) => layer !== null);
  if (known.length < found.length) return [];
  return known
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_KEPT);
}

function signalOf({ after, toUri }: DetailsInput): InspectorSignal {
  const modules = modulesOf(after);
  const layers = after.signal.map(({ path, variance, gradientNorm }) => {
    const node = modules.get(path);
    return { path, type: node?.type ?? '', variance, gradientNorm, source: linkOf(node?.span ?? null, toUri) };
  });
  const { signalVerdict: verdict } = after;
  const text = gradientText(after);
  return {
    layers,
    verdict: verdict && text !== null ? { ...verdict, text: `Gradients ${text}.` } : null,
    notes: layers.length === 0 ? withoutSignal(after, toUri) : [],
  };
}

/** Why no signal could be told, and what helps. */
function withoutSignal(after: ModelReport, toUri: ToUri): InspectorNote[] {
  const { signalUnknown } = after;
  return [
    signalUnknown ? noteOf(signalUnknown, toUri) : plainNote('No layer of this module runs in forward.'),
    ...(after.inputs.length === 0 ? [inputsHint(after)] : []),
  ];
}
