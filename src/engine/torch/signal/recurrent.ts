/**
 * Recurrent layers and cells at initialisation, step by step: what the gates leave of a state's second moment, and of its gradient. Elements
 * are taken as independent of each other and of the gates; candidates and cell states as centred.
 */
import { recurrentArguments } from '../backward/arguments.js';
import { activationGain, type Gain } from './gaussian.js';
import type { Behaviour, Slot, Step } from './moments.js';

const squareOf = ({ mean, variance }: Pick<Slot, 'mean' | 'variance'>): number => mean * mean + variance;

/** Second moments of the state; a cell without gates and a GRU have no `c`. */
interface State {
  readonly h: number;
  readonly c: number;
}

interface Weights {
  readonly width: number;
  readonly hidden: number;
  /** Second moments of the matrices. */
  readonly ih: number;
  readonly hh: number;
  /** Variances of the biases, 0 without. */
  readonly bih: number;
  readonly bhh: number;
}

/** Second moments of the gradients at what goes into a step. */
interface Back {
  readonly x: number;
  readonly h: number;
  readonly c: number;
}

interface CellStep {
  readonly state: State;
  readonly mean: number;
  back(h: number, c: number): Back;
}

type Cell = (x: number, state: State, weights: Weights) => CellStep;

const gainOf = (name: 'sigmoid' | 'tanh' | 'relu', variance: number): Gain => {
  const gain = activationGain(name, 0, 0, variance);
  if (!gain) throw new Error(`${name} is not described`);
  return gain;
};

const plain =
  (activation: 'tanh' | 'relu'): Cell =>
  (x, { h }, w) => {
    const gain = gainOf(activation, w.width * x * w.ih + w.hidden * h * w.hh + w.bih + w.bhh);
    return {
      state: { h: gain.square, c: 0 },
      mean: gain.mean,
      back: (dh) => {
        const before = dh * gain.slope * w.hidden;
        return { x: before * w.ih, h: before * w.hh, c: 0 };
      },
    };
  };

/** `c′ = f c + i g`, `h′ = o tanh(c′)`. */
const lstm: Cell = (x, { h, c }, w) => {
  const variance = w.width * x * w.ih + w.hidden * h * w.hh + w.bih + w.bhh;
  const gate = gainOf('sigmoid', variance);
  const candidate = gainOf('tanh', variance);
  const next = gate.square * c + gate.square * candidate.square;
  const shown = gainOf('tanh', next);
  return {
    state: { h: gate.square * shown.square, c: next },
    mean: 0,
    back: (dh, dc) => {
      const cell = dc + dh * gate.square * shown.slope;
      const output = dh * shown.square * gate.slope;
      const forget = cell * c * gate.slope;
      const input = cell * candidate.square * gate.slope;
      const before = (output + forget + input + cell * gate.square * candidate.slope) * w.hidden;
      return { x: before * w.ih, h: before * w.hh, c: cell * gate.square };
    },
  };
};

/** `n = tanh(W x + r (U h))`, `h′ = (1 − z) n + z h`. */
const gru: Cell = (x, { h }, w) => {
  const [fromX, fromH] = [w.width * x * w.ih + w.bih, w.hidden * h * w.hh + w.bhh];
  const gate = gainOf('sigmoid', fromX + fromH);
  const candidate = gainOf('tanh', fromX + gate.square * fromH);
  const rest = 1 - 2 * gate.mean + gate.square;
  return {
    state: { h: rest * candidate.square + gate.square * h, c: 0 },
    mean: 0,
    back: (dh) => {
      const inner = dh * rest * candidate.slope;
      const gates = dh * (candidate.square + h) * gate.slope + inner * fromH * gate.slope;
      return {
        x: (gates + inner) * w.hidden * w.ih,
        h: dh * gate.square + (gates + inner * gate.square) * w.hidden * w.hh,
        c: 0,
      };
    },
  };
};

const CELLS: Readonly<Record<string, Cell>> = { lstm, gru, rnn_tanh: plain('tanh'), rnn_relu: plain('relu') };

function weightsOf(ih: Slot, hh: Slot, bih: Slot | undefined, bhh: Slot | undefined): Weights {
  return {
    width: ih.shape[1] ?? 1,
    hidden: hh.shape[1] ?? 1,
    ih: squareOf(ih),
    hh: squareOf(hh),
    bih: bih?.variance ?? 0,
    bhh: bhh?.variance ?? 0,
  };
}

/** One step of a cell. */
export const recurrentCell: Behaviour = (step) => {
  const cell = CELLS[step.op.name.replace(/_cell$/, '')];
  const [x, h, ih, hh] = [step.in('input'), step.in('hx'), step.in('w_ih'), step.in('w_hh')];
  if (!cell || !x || !h || !ih || !hh) return null;
  const c = step.in('hx', 1);
  const made = cell(
    squareOf(x),
    { h: squareOf(h), c: c ? squareOf(c) : 0 },
    weightsOf(ih, hh, step.in('b_ih'), step.in('b_hh')),
  );
  return {
    mean: made.mean,
    variance: made.state.h - made.mean ** 2,
    others: [{ mean: 0, variance: made.state.c }],
    backward: () => {
      const back = made.back(step.outs[0]?.gradient ?? 0, step.outs[1]?.gradient ?? 0);
      x.gradient += back.x;
      h.gradient += back.h;
      if (c) c.gradient += back.c;
    },
  };
};

interface Run {
  readonly cell: Cell;
  readonly steps: number;
  readonly layers: number;
  readonly directions: number;
  readonly dropout: number;
  readonly input: Slot;
  readonly states: readonly Slot[];
  /** By layer and direction. */
  readonly weights: readonly Weights[];
}

/** The arguments of `torch._VF.lstm` and its kin; `null` for packed sequences, projections and what isn't known. */
function runOf(step: Step): Run | null {
  const cell = CELLS[step.op.name];
  const settings = recurrentArguments(step.op);
  const input = step.in('args');
  if (!cell || !settings || input?.shape.length !== 3) return null;
  const { layers, directions, dropout, hasBias, batchFirst } = settings;
  const stateCount = step.op.name === 'lstm' ? 2 : 1;
  const all = step.all;
  const states = all.slice(1, 1 + stateCount);
  const matrices = all.slice(1 + stateCount);
  const each = hasBias ? 4 : 2;
  if (matrices.length !== each * layers * directions) return null;
  const weights: Weights[] = [];
  for (let i = 0; i < matrices.length; i += each) {
    const [ih, hh, bih, bhh] = matrices.slice(i, i + each);
    if (!ih || !hh) return null;
    weights.push(weightsOf(ih, hh, bih, bhh));
  }
  const steps = input.shape[batchFirst ? 1 : 0] ?? 1;
  return {
    cell,
    steps,
    layers,
    directions,
    dropout,
    input,
    states,
    weights,
  };
}

/** All steps of one layer in one direction. A state that has come to rest stays. */
function stepsOf(cell: Cell, count: number, x: number, start: State, weights: Weights): CellStep[] {
  const made: CellStep[] = [];
  let state = start;
  for (let t = 0; t < count; t++) {
    const last = made[t - 1];
    const before = made[t - 2];
    const rests =
      last && before && isClose(last.state.h, before.state.h) && isClose(last.state.c, before.state.c) ? last : null;
    const next = rests ?? cell(x, state, weights);
    made.push(next);
    ({ state } = next);
  }
  return made;
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1);

/** A whole layer over a sequence. The gradient is taken to reach all steps alike. */
export const recurrentLayer: Behaviour = (step) => {
  const run = runOf(step);
  if (!run) return null;
  const { cell, steps, layers, directions, dropout, input, states, weights } = run;
  const start: State = { h: states[0] ? squareOf(states[0]) : 0, c: states[1] ? squareOf(states[1]) : 0 };
  const made: CellStep[][] = [];
  let x = squareOf(input);
  for (let layer = 0; layer < layers; layer++) {
    const own = weights.slice(layer * directions, (layer + 1) * directions);
    const ran = own.map((each) => stepsOf(cell, steps, x, start, each));
    made.push(...ran);
    x = meanOf(ran.flatMap((list) => list.map(({ state }) => state.h)));
    if (layer < layers - 1) x /= 1 - dropout;
  }
  const mean = meanOf(made.slice(-directions).flatMap((list) => list.map((each) => each.mean)));
  const lasts = made.map((list) => list[list.length - 1]?.state ?? start);
  return {
    mean,
    variance: x - mean ** 2,
    others: [
      { mean, variance: meanOf(lasts.map(({ h }) => h)) - mean ** 2 },
      { mean: 0, variance: meanOf(lasts.map(({ c }) => c)) },
    ],
    backward: () => {
      const [out, ...finals] = step.outs;
      if (!out) return;
      // The final state is the last step of the output.
      for (const final of finals) out.gradient += (final.gradient * final.count) / out.count;
      let gradient = out.gradient;
      for (let layer = layers - 1; layer >= 0; layer--) {
        let below = 0;
        for (const list of made.slice(layer * directions, (layer + 1) * directions)) {
          let carried: Back = { x: 0, h: 0, c: 0 };
          let sum = 0;
          for (let t = steps - 1; t >= 0; t--) {
            carried = (list[t] as CellStep).back(gradient + carried.h, carried.c);
            sum += carried.x;
          }
          below += sum / Math.max(steps, 1);
        }
        gradient = layer > 0 ? below / (1 - dropout) : below;
      }
      input.gradient += gradient;
    },
  };
};
