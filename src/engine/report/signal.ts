/** The signal at initialisation, layer by layer, as the report says it, with a verdict. */
import { isUnknown, type Unknown } from '../python/index.js';
import { troubleOf } from '../torch/signal/flow.js';
import { noteOf } from './counts.js';
import { exampleSizes, flowOf, type TrainingPass } from './trainingPass.js';
import type { LayerSignal, ReportNote, SignalVerdict } from './types.js';

export interface Signal {
  readonly layers: readonly LayerSignal[];
  readonly verdict: SignalVerdict | null;
  /** What named sizes were taken for. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Why there is none. */
  readonly unknown: ReportNote | null;
}

/** One entry per call of a layer in forward order; none where a step of the way can't be told. */
export function trainingSignal(pass: TrainingPass | Unknown): Signal {
  const sizes = isUnknown(pass) ? new Map<string, number>() : exampleSizes(pass);
  const found = isUnknown(pass) ? pass : flowOf(pass, sizes);
  if (isUnknown(found)) return { layers: [], verdict: null, sizes: {}, unknown: noteOf(found.reason, found.place) };
  const layers = found.map(({ call, variance, gradientNorm }) => ({ path: call.path, variance, gradientNorm }));
  return { layers, verdict: verdictOf(layers), sizes: Object.fromEntries(sizes), unknown: null };
}

/** Read from the output back, as the gradient goes. */
export function verdictOf(layers: readonly LayerSignal[]): SignalVerdict | null {
  if (layers.length === 0) return null;
  for (const { path, gradientNorm } of [...layers].reverse()) {
    if (gradientNorm === null) return null;
    const trouble = troubleOf(gradientNorm);
    if (trouble) return { kind: trouble, from: path };
  }
  return { kind: 'healthy', from: null };
}
