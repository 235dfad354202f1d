/** What recurrent layers keep on the CPU: LSTMs run as one oneDNN kernel with a workspace, the others step by step. */
import { add, isUnknown, mul, product, sub } from '../dims.js';
import { isTensor, type Dim } from '../tensor.js';
import type { Value } from '../../python/value.js';
import { isDense } from './layout.js';
import { recurrentArguments, type RecurrentArguments } from './arguments.js';
import type { Rule, Saver } from './saves.js';

const PAGE = 4096;
const FLOAT = 4;

const pages = (bytes: Dim): Dim => (typeof bytes === 'number' ? Math.ceil(bytes / PAGE) * PAGE : bytes);

/** Rows are padded to whole cache lines, and away from sizes that would always meet the same lines. */
function leading(size: Dim): Dim {
  if (typeof size !== 'number') return size;
  const lines = Math.ceil(size / 16) * 16;
  return lines % 256 === 0 ? lines + 16 : lines;
}

/** Bytes of the workspace of one layer and direction. Fitted to measured sizes; exact for all that were measured. */
export function lstmWorkspace(steps: Dim, batch: Dim, width: Dim, hidden: Dim): Dim {
  const floats = (...sizes: readonly Dim[]): Dim => pages(mul(product(sizes), FLOAT));
  const wider = typeof width === 'number' && typeof hidden === 'number' ? Math.max(width, hidden) : hidden;
  const states = mul(2, add(steps, 1));
  const parts = [
    floats(steps, batch, leading(mul(4, hidden))),
    floats(steps, batch, leading(hidden)),
    ...[1, 2, 3].map(() => floats(states, batch, leading(wider))),
    ...[1, 2].map(() => floats(states, batch, hidden)),
  ];
  return parts.reduce<Dim>((sum, part) => add(sum, part), 0);
}

interface Run extends RecurrentArguments {
  readonly steps: Dim;
  readonly batch: Dim;
  readonly width: Dim;
  readonly hidden: Dim;
  readonly states: Value;
}

/** One run over a sequence; `null` for packed ones and what isn't known. */
function runOf(saver: Saver): Run | null {
  const { args, outputs } = saver.op;
  const settings = recurrentArguments(saver.op);
  const given = args['args'];
  const [input, states = null] = typeof given === 'object' && given?.kind === 'tuple' ? given.items : [];
  if (!settings || !isTensor(input) || isUnknown(input.data.shape) || input.data.shape.length !== 3) return null;
  const hidden = outputs[1]?.data.shape;
  if (!hidden || isUnknown(hidden)) return null;
  const [a, b, width] = input.data.shape as readonly [Dim, Dim, Dim];
  const [steps, batch] = settings.batchFirst ? [b, a] : [a, b];
  return { ...settings, steps, batch, width, hidden: hidden[hidden.length - 1] as Dim, states };
}

export const recurrent: Rule = (saver) => {
  const run = runOf(saver);
  if (!run) return saver.unknown('what backward keeps of a packed sequence is not known');
  const { steps, batch, hidden, layers, directions, batchFirst } = run;
  const isLstm = saver.op.name === 'lstm';
  // Which kernel runs an LSTM of half the precision, and with what workspace, is up to the processor.
  if (isLstm && saver.result().dtype !== 'float32')
    return saver.unknown(
      'what backward of lstm keeps is only known for float32: in others it depends on the processor',
    );
  const tensors = saver.op.inputs.get('args') ?? [];
  const input = saver.layout('args', 0);
  if (!input) return;
  if (!isLstm && tensors[1]?.data.requiresGrad === true)
    return saver.unknown(`what backward of ${saver.op.name} keeps of a state that needs a gradient is not known`);
  // Steps come first inside; without the kernel each direction makes its own copy.
  if (batchFirst || !isDense(input))
    for (let i = 0; i < (isLstm ? 1 : directions); i++) saver.copy(input.shape, input.dtype);
  else saver.keep(input);
  const stateCount = isLstm ? 2 : 1;
  for (let i = 1; i <= stateCount; i++) if (tensors[i]) saver.keep(saver.layout('args', i));
  const cell = [batch, hidden] as const;
  let width = run.width;
  for (let layer = 0; layer < layers; layer++) {
    const last = layer === layers - 1;
    if (layer > 0 && directions === 2) saver.copy([steps, batch, mul(directions, hidden)]);
    else if (layer > 0 && (!isLstm || run.dropout > 0)) saver.copy([steps, batch, hidden]);
    if (layer > 0 && run.dropout > 0) saver.copy([steps, batch, mul(directions, hidden)]);
    for (let direction = 0; direction < directions; direction++) {
      if (isLstm) {
        if (last && directions === 1) saver.keep(saver.result());
        else saver.copy([steps, ...cell]);
        saver.copy(cell);
        saver.copy(cell);
        saver.bytes(lstmWorkspace(steps, batch, width, hidden));
      } else if (saver.op.name === 'gru') {
        saver.copy([sub(mul(steps, 7), 1), ...cell]);
      } else saver.copy([steps, ...cell]);
    }
    width = mul(directions, hidden);
  }
};

export const recurrentCell: Rule = (saver) => {
  for (const name of ['input', 'w_ih', 'w_hh']) saver.keep(saver.layout(name));
  const states = saver.op.inputs.get('hx') ?? [];
  states.forEach((_, i) => saver.keep(saver.layout('hx', i)));
  const { shape } = saver.result();
  if (saver.op.name === 'lstm_cell') saver.copy([5, ...shape]);
  else if (saver.op.name === 'gru_cell') saver.copy([6, ...shape]);
  else saver.keep(saver.result());
};
