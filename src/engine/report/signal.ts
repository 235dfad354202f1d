/** The signal at initialisation, layer by layer, as the report says it, with a verdict. */
import { isUnknown, type Unknown } from '../python/index.js';
import type { Value } from '../python/value.js';
import { isTensorValue } from '../torch/nn/objects.js';
import { signalOf } from '../torch/signal/flow.js';
import type { TensorNative } from '../torch/tensor.js';
import { noteOf } from './counts.js';
import type { TrainingPass } from './trainingPass.js';
import type { LayerSignal, ReportNote, SignalVerdict } from './types.js';

/** A gradient that lost or gained so much on its way is in trouble. */
const LOST = 1e-3;
const GAINED = 1e3;

/** Tensors of what forward gave. */
export function tensorsIn(value: Value): TensorNative[] {
  if (isTensorValue(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (value.kind === 'tuple' || value.kind === 'list') return value.items.flatMap(tensorsIn);
  if (value.kind === 'dict') return [...value.entries.values()].flatMap((entry) => tensorsIn(entry.value));
  return [];
}

export interface Signal {
  readonly layers: readonly LayerSignal[];
  readonly verdict: SignalVerdict | null;
  /** Why there is none. */
  readonly unknown: ReportNote | null;
}

/** One entry per call of a layer in forward order; none where a step of the way can't be told. */
export function trainingSignal(pass: TrainingPass | Unknown): Signal {
  const found = isUnknown(pass)
    ? pass
    : signalOf(
        pass.ops,
        tensorsIn(pass.output).filter(({ data }) => data.requiresGrad),
      );
  if (isUnknown(found)) {
    return { layers: [], verdict: null, unknown: noteOf(found.reason, found.place) };
  }
  const layers = found.map(({ call, variance, gradientNorm }) => ({ path: call.path, variance, gradientNorm }));
  return { layers, verdict: verdictOf(layers), unknown: null };
}

/** Read from the output back, as the gradient goes. */
export function verdictOf(layers: readonly LayerSignal[]): SignalVerdict | null {
  if (layers.length === 0) return null;
  for (const { path, gradientNorm } of [...layers].reverse()) {
    if (gradientNorm === null) return null;
    if (gradientNorm < LOST) return { kind: 'vanishing', from: path };
    if (gradientNorm > GAINED) return { kind: 'exploding', from: path };
  }
  return { kind: 'healthy', from: null };
}
