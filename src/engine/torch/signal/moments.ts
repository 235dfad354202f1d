/**
 * What each operator does to a signal at initialisation, in the mean-field sense: elements are taken as independent and, before an
 * activation, as normal. `forward` says mean and variance of the result, `backward` shares the second moment of the gradient
 * among the inputs.
 */
import { numberOf, drops } from '../backward/arguments.js';
import { isUnknown } from '../dims.js';
import { einsumLabels } from '../einsumLabels.js';
import type { TapeOp } from '../tape.js';
import { activationGain, largestOf } from './gaussian.js';
import { recurrentCell, recurrentLayer } from './recurrent.js';

/** A tensor's elements: how they are distributed, and what gradient reaches them. */
export interface Slot {
  mean: number;
  variance: number;
  /** The part of the variance that is between features, the same for all samples and positions: statistics of a batch don't see it. */
  between: number;
  /** Entries that a mask leaves of each row, in turn, where something was masked out. */
  left?: readonly number[];
  readonly shape: readonly number[];
  readonly count: number;
  /** Second moment of the gradient per element. */
  gradient: number;
}

export interface Step {
  readonly op: TapeOp;
  in(name: string, index?: number): Slot | undefined;
  /** Every tensor argument in order. */
  readonly all: readonly Slot[];
  readonly outs: readonly Slot[];
}

export interface Effect {
  readonly mean: number;
  readonly variance: number;
  /** As in {@link Slot}; nothing if left out. */
  readonly between?: number;
  /** Of the results after the first where they differ from it. */
  readonly others?: readonly { readonly mean: number; readonly variance: number }[];
  /** As in {@link Slot}. */
  readonly left?: readonly number[];
  /** Adds to the gradients of the inputs. */
  readonly backward: () => void;
}

export type Behaviour = (step: Step) => Effect | null;

export const squareOf = ({ mean, variance }: Pick<Slot, 'mean' | 'variance'>): number => mean * mean + variance;
const first = (step: Step): Slot => step.outs[0] as Slot;
const EPS = 1e-5;

/** The result has the input's elements; the gradient keeps its norm. */
const moved: Behaviour = (step) => {
  const x = step.all[0];
  if (!x) return null;
  return {
    mean: x.mean,
    variance: x.variance,
    between: x.between,
    backward: () => {
      for (const out of step.outs) x.gradient += (out.gradient * out.count) / x.count;
    },
  };
};

const joined: Behaviour = (step) => {
  const total = step.all.reduce((sum, { count }) => sum + count, 0);
  const mean = step.all.reduce((sum, slot) => sum + slot.mean * slot.count, 0) / total;
  const square = step.all.reduce((sum, slot) => sum + squareOf(slot) * slot.count, 0) / total;
  return {
    mean,
    variance: square - mean * mean,
    backward: () => step.all.forEach((slot) => (slot.gradient += first(step).gradient)),
  };
};

/** A gradient that is summed over the axes an operand was repeated along. */
const spread = (out: Slot, to: Slot, factor: number): void => {
  to.gradient += (out.gradient * factor * out.count) / to.count;
};

const scalar = (step: Step, ...names: readonly string[]): number | null => {
  for (const name of names) {
    const value = numberOf(step.op.args[name]);
    if (value !== null) return value;
  }
  return null;
};

const sum =
  (sign: 1 | -1): Behaviour =>
  (step) => {
    const [a, b] = [step.in('input'), step.in('other')];
    const out = first(step);
    const number = scalar(step, 'input', 'other');
    if (a && b)
      return {
        mean: a.mean + sign * b.mean,
        variance: a === b ? (1 + sign) ** 2 * a.variance : a.variance + b.variance,
        between: a === b ? (1 + sign) ** 2 * a.between : a.between + b.between,
        backward: () => {
          if (a === b) spread(out, a, (1 + sign) ** 2);
          else {
            spread(out, a, 1);
            spread(out, b, 1);
          }
        },
      };
    const x = a ?? b;
    if (!x || number === null) return null;
    return {
      mean: x.mean * (a ? 1 : sign) + number * (a ? sign : 1),
      variance: x.variance,
      between: x.between,
      backward: () => spread(out, x, 1),
    };
  };

const scaled = (step: Step, x: Slot, factor: number): Effect => ({
  mean: x.mean * factor,
  variance: x.variance * factor * factor,
  between: x.between * factor * factor,
  backward: () => spread(first(step), x, factor * factor),
});

const product: Behaviour = (step) => {
  const [a, b] = [step.in('input'), step.in('other')];
  if (a && a === b) return activated(step, a, 'square', 0);
  if (a && b) {
    const out = first(step);
    const mean = a.mean * b.mean;
    return {
      mean,
      variance: squareOf(a) * squareOf(b) - mean * mean,
      backward: () => {
        spread(out, a, squareOf(b));
        spread(out, b, squareOf(a));
      },
    };
  }
  const number = scalar(step, 'input', 'other');
  const x = a ?? b;
  return x && number !== null ? scaled(step, x, number) : null;
};

const quotient: Behaviour = (step) => {
  const [x, divisor] = [step.in('input'), step.in('other')];
  // Of a tensor only where it is the same everywhere.
  const number = divisor ? (divisor.variance === 0 ? divisor.mean : null) : scalar(step, 'other');
  return x && number ? scaled(step, x, 1 / number) : null;
};

const activation: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const defaults: Readonly<Record<string, number>> = { leaky_relu: 0.01, elu: 1, celu: 1 };
  const argument = scalar(step, 'negative_slope', 'alpha') ?? defaults[step.op.name] ?? 0;
  return activated(step, x, step.op.name, argument);
};

const prelu: Behaviour = (step) => {
  const [x, weight] = [step.in('input'), step.in('weight')];
  return x && weight?.variance === 0 ? activated(step, x, 'leaky_relu', weight.mean) : null;
};

const power: Behaviour = (step) => {
  const [x, exponent] = [step.in('input'), scalar(step, 'exponent')];
  return x && exponent !== null ? activated(step, x, 'pow', exponent) : null;
};

/** A function of each element by itself. */
function activated(step: Step, x: Slot, name: string, argument: number): Effect | null {
  const gain = activationGain(name, argument, x.mean, x.variance);
  if (!gain) return null;
  const variance = Math.max(gain.square - gain.mean * gain.mean, 0);
  return {
    mean: gain.mean,
    variance,
    between: x.variance > 0 ? (variance * x.between) / x.variance : 0,
    backward: () => spread(first(step), x, gain.slope),
  };
}

const dropout: Behaviour = (step) => {
  const [x, p] = [step.in('input'), scalar(step, 'p') ?? 0];
  if (!x || p >= 1) return null;
  const keep = drops(step.op) ? 1 / (1 - p) : 1;
  return {
    mean: x.mean,
    variance: squareOf(x) * keep - x.mean * x.mean,
    between: x.between,
    backward: () => spread(first(step), x, keep),
  };
};

/** `bias` adds its own variance. */
const weighed = (step: Step, inputs: number, outputs: number): Effect | null => {
  const [x, weight, bias] = [step.in('input'), step.in('weight'), step.in('bias')];
  if (!x || !weight) return null;
  const out = first(step);
  // What every sample and position brings alike makes the same sum in all of them, another one for each feature.
  const alike = x.mean ** 2 + x.between;
  return {
    between: inputs * (alike * squareOf(weight) - x.mean ** 2 * weight.mean ** 2) + (bias?.variance ?? 0),
    mean: inputs * x.mean * weight.mean + (bias?.mean ?? 0),
    variance: inputs * (squareOf(x) * squareOf(weight) - x.mean ** 2 * weight.mean ** 2) + (bias?.variance ?? 0),
    backward: () => (x.gradient += out.gradient * outputs * squareOf(weight)),
  };
};

const linear: Behaviour = (step) => {
  const [out, into] = step.in('weight')?.shape ?? [];
  return out === undefined || into === undefined ? null : weighed(step, into, out);
};

/** Taps that fall into the padding see nothing: counted by how many products there are. */
const convolution: Behaviour = (step) => {
  const [x, weight] = [step.in('input'), step.in('weight')];
  if (!x || !weight) return null;
  const isTransposed = step.op.name.startsWith('conv_transpose');
  const groups = scalar(step, 'groups') ?? 1;
  const kernel = weight.shape.slice(2).reduce((a, b) => a * b, 1);
  const out = first(step);
  const spatial = weight.shape.length - 2;
  const sites = (slot: Slot): number => slot.shape.slice(-spatial).reduce((a, b) => a * b, 1);
  const [into, from] = isTransposed
    ? [(weight.shape[0] ?? 1) / groups, weight.shape[1] ?? 1]
    : [weight.shape[1] ?? 1, (weight.shape[0] ?? 1) / groups];
  const taps = isTransposed ? (kernel * sites(x)) / sites(out) : tapsInside(step, x, out, weight, spatial);
  const back = isTransposed ? kernel : (taps * sites(out)) / sites(x);
  return weighed(step, into * taps, from * back);
};

/** How many taps of the kernel fall on the input, on average over the output. */
function tapsInside(step: Step, x: Slot, out: Slot, weight: Slot, spatial: number): number {
  const read = (name: string, i: number, otherwise: number): number => {
    const value = step.op.args[name];
    if (typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list'))
      return numberOf(value.items[i] ?? value.items[0]) ?? otherwise;
    return numberOf(value) ?? otherwise;
  };
  let taps = 1;
  for (let i = 0; i < spatial; i++) {
    const [size, made, kernel] = [x, out, weight].map(({ shape }) => shape[shape.length - spatial + i] ?? 1) as [
      number,
      number,
      number,
    ];
    const [stride, dilation] = [read('stride', i, 1), read('dilation', i, 1)];
    const padding =
      step.op.args['padding'] === 'same' ? Math.floor((dilation * (kernel - 1)) / 2) : read('padding', i, 0);
    let hits = 0;
    for (let o = 0; o < made; o++)
      for (let k = 0; k < kernel; k++) {
        const at = o * stride - padding + k * dilation;
        if (at >= 0 && at < size) hits++;
      }
    taps *= hits / made;
  }
  return taps;
}

/** Whatever came in, one variance goes out; the gradient is divided by what was taken out. */
const normalisation =
  (centres: boolean): Behaviour =>
  (step) => {
    const x = step.in('input');
    if (!x) return null;
    const [weight, bias] = [step.in('weight'), step.in('bias')];
    const scale = weight ? squareOf(weight) : 1;
    const isBatch = step.op.name === 'batch_norm';
    const evaluates = isBatch && step.op.args['training'] !== true;
    const varies = isBatch && !evaluates ? Math.max(x.variance - x.between, 0) : x.variance;
    const spreadIn = (centres ? varies : squareOf(x)) + EPS;
    const divided = evaluates ? 1 + EPS : spreadIn;
    const mean = centres && !evaluates ? 0 : x.mean / Math.sqrt(divided);
    return {
      mean: mean * (weight?.mean ?? 1) + (bias?.mean ?? 0),
      variance: (varies / divided) * scale + (bias?.variance ?? 0),
      between: (isBatch && !evaluates ? 0 : (x.between / divided) * scale) + (bias?.variance ?? 0),
      backward: () => spread(first(step), x, scale / divided),
    };
  };

/** Averages over groups of elements. */
const average: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const out = first(step);
  const group = x.count / out.count;
  return {
    mean: x.mean,
    variance: x.variance / Math.max(group, 1),
    between: x.between / Math.max(group, 1),
    backward: () => spread(out, x, 1 / group),
  };
};
const total: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const out = first(step);
  const group = x.count / out.count;
  return { mean: x.mean * group, variance: x.variance * group, backward: () => (x.gradient += out.gradient) };
};
const maximum: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const out = first(step);
  const kernel = step.op.args['kernel_size'];
  const spatial = Number(/(\d)d/.exec(step.op.name)?.[1] ?? 2);
  const given =
    typeof kernel === 'object' && kernel !== null && (kernel.kind === 'tuple' || kernel.kind === 'list')
      ? kernel.items.map((item) => numberOf(item))
      : Array.from({ length: spatial }, () => numberOf(kernel));
  const window =
    given.every((size) => size !== null) && given.length > 0
      ? given.reduce<number>((a, b) => a * (b ?? 1), 1)
      : x.count / out.count;
  const largest = largestOf(Math.max(window, 1), x.mean, x.variance);
  return {
    mean: largest.mean,
    variance: Math.max(largest.square - largest.mean ** 2, 0),
    backward: () => (x.gradient += (out.gradient * out.count) / x.count),
  };
};

/** Second moment of a softmax's weights over `count` scores of this variance. */
const weightSquare = (count: number, variance: number): number =>
  Math.min(1, Math.exp(Math.min(variance, 50)) / count) / count;

const softmax: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const dim = scalar(step, 'dim') ?? -1;
  const axis = dim < 0 ? dim + x.shape.length : dim;
  const count = x.shape[axis] ?? 1;
  const rows = x.left && axis === x.shape.length - 1 ? x.left : [count];
  const square =
    rows.reduce((sum, left) => sum + (left > 0 ? left * weightSquare(left, x.variance) : 0), 0) / (rows.length * count);
  return {
    mean: 1 / count,
    variance: Math.max(square - 1 / count ** 2, 0),
    backward: () => spread(first(step), x, square),
  };
};
const logSoftmax: Behaviour = (step) => {
  const x = step.in('input');
  if (!x) return null;
  const dim = scalar(step, 'dim') ?? -1;
  const count = x.shape[dim < 0 ? dim + x.shape.length : dim] ?? 1;
  return { mean: -Math.log(count) - x.variance / 2, variance: x.variance, backward: () => spread(first(step), x, 1) };
};

const matmul: Behaviour = (step) => {
  const [a, b] = step.op.name.startsWith('add') || step.op.name === 'baddbmm' ? step.all.slice(1) : step.all;
  const out = first(step);
  if (!a || !b || a.shape.length < 1 || b.shape.length < 2) return null;
  const inner = a.shape[a.shape.length - 1] ?? 1;
  const rows = a.shape[a.shape.length - 2] ?? 1;
  const columns = b.shape[b.shape.length - 1] ?? 1;
  return {
    mean: inner * a.mean * b.mean,
    variance: inner * (squareOf(a) * squareOf(b) - a.mean ** 2 * b.mean ** 2),
    backward: () => {
      const repeats = (slot: Slot, own: number): number => out.count / (rows * columns) / Math.max(slot.count / own, 1);
      a.gradient += out.gradient * columns * squareOf(b) * repeats(a, rows * inner);
      b.gradient += out.gradient * rows * squareOf(a) * repeats(b, inner * columns);
    },
  };
};

/** Two tensors by an equation without repeated letters: each product of two elements once. */
const contraction: Behaviour = (step) => {
  const equation = step.op.args['equation'];
  const [a, b, more] = step.all;
  if (typeof equation !== 'string' || !equation.includes('->') || !a || !b || more) return null;
  const { inputs, output } = einsumLabels(equation, [a.shape.length, b.shape.length]);
  if (inputs.some((labels) => new Set(labels).size < labels.length)) return null;
  const sizes = new Map<string, number>();
  [a, b].forEach(({ shape }, i) =>
    inputs[i]?.forEach((label, axis) => sizes.set(label, Math.max(sizes.get(label) ?? 1, shape[axis] ?? 1))),
  );
  const summed = [...sizes].reduce((all, [label, size]) => (output.includes(label) ? all : all * size), 1);
  const out = first(step);
  return {
    mean: summed * a.mean * b.mean,
    variance: summed * (squareOf(a) * squareOf(b) - a.mean ** 2 * b.mean ** 2),
    backward: () => {
      spread(out, a, summed * squareOf(b));
      spread(out, b, summed * squareOf(a));
    },
  };
};

/** Divided by the Euclidean norm along an axis. */
const normalised: Behaviour = (step) => {
  const x = step.in('input');
  const [p, dim] = [scalar(step, 'p') ?? 2, scalar(step, 'dim') ?? 1];
  const size = x?.shape[dim < 0 ? dim + x.shape.length : dim];
  if (!x || p !== 2 || size === undefined) return null;
  return scaled(step, x, 1 / Math.sqrt(size * squareOf(x)));
};

/** What is masked out of scores is gone in the softmax that follows; the rest stays as it is. */
const masked: Behaviour = (step) => {
  const x = step.in('input');
  const value = scalar(step, 'value');
  if (!x || value === null || value > -1e4) return null;
  const backward = (): void => spread(first(step), x, 1);
  return { mean: x.mean, variance: x.variance, between: x.between, left: rowsLeft(step), backward };
};

/** How many entries each row of a known mask leaves, where the rows are those of the scores. */
function rowsLeft(step: Step): readonly number[] | undefined {
  const { data } = step.op.inputs.get('mask')?.[0] ?? {};
  const width = first(step).shape.at(-1);
  if (!data?.values || isUnknown(data.shape) || width === undefined || data.shape.at(-1) !== width) return undefined;
  const { values } = data;
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width).reduce((left, isMasked) => left - isMasked, width),
  );
}

const attention: Behaviour = (step) => {
  const [q, k, v] = [step.in('query'), step.in('key'), step.in('value')];
  if (!q || !k || !v) return null;
  const out = first(step);
  const [width, keys, queries] = [
    q.shape[q.shape.length - 1] ?? 1,
    k.shape[k.shape.length - 2] ?? 1,
    q.shape[q.shape.length - 2] ?? 1,
  ];
  const scale = scalar(step, 'scale') ?? 1 / Math.sqrt(width);
  const causal = step.op.args['is_causal'] === true;
  const count = causal ? Math.max((keys + 1) / 2, 1) : keys;
  const scores = width * scale * scale * squareOf(q) * squareOf(k);
  const square = weightSquare(count, scores);
  // A causal row of n keys averages them: over all rows their squares add up to the harmonic number.
  const squares = causal ? harmonic(keys) / keys : square * count;
  return {
    mean: v.mean,
    variance: v.variance * Math.min(1, Math.max(squares, square * count)),
    backward: () => {
      v.gradient += out.gradient * queries * square * (count / keys);
      const weights = out.gradient * (v.shape[v.shape.length - 1] ?? 1) * v.variance * square;
      q.gradient += weights * count * squareOf(k) * scale * scale;
      k.gradient += weights * queries * squareOf(q) * scale * scale * (count / keys);
    },
  };
};
const harmonic = (n: number): number => Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((a, b) => a + b, 0);

const embedding: Behaviour = (step) => {
  const table = step.in('weight');
  return table ? { mean: table.mean, variance: table.variance, backward: () => undefined } : null;
};

/** Whole numbers seldom are just the one that they are compared with: a mask of padding leaves nothing out. */
const compared =
  (equal: 0 | 1): Behaviour =>
  (step) => {
    const { data } = step.op.inputs.get('input')?.[0] ?? {};
    const dtype = data?.dtype;
    if (typeof dtype !== 'string' || !/^u?int\d+$/.test(dtype) || scalar(step, 'other') === null) return null;
    return { mean: equal, variance: 0, backward: () => undefined };
  };

const negated: Behaviour = (step) => {
  const x = step.in('input');
  if (step.op.inputs.get('input')?.[0]?.data.dtype !== 'bool' || !x) return null;
  return { mean: 1 - x.mean, variance: x.variance, backward: () => undefined };
};

/** Of what is the same everywhere. */
const clamped: Behaviour = (step) => {
  const x = step.in('input');
  if (!x || x.variance > 0) return null;
  const [least, most] = [scalar(step, 'min') ?? -Infinity, scalar(step, 'max') ?? Infinity];
  return { mean: Math.min(Math.max(x.mean, least), most), variance: 0, backward: () => spread(first(step), x, 1) };
};

const behaviours: Record<string, Behaviour> = {};
const give = (behaviour: Behaviour, names: string): void => {
  for (const name of names.split(' ')) behaviours[name] = behaviour;
};
give(
  moved,
  'reshape view view_as reshape_as flatten ravel unflatten contiguous squeeze unsqueeze transpose t permute movedim expand expand_as select narrow',
);
give(
  moved,
  'split split_with_sizes chunk unbind getitem clone to float roll flip pixel_shuffle pixel_unshuffle channel_shuffle repeat repeat_interleave broadcast_to index_select tensor_split hsplit vsplit dsplit swapaxes unsafe_chunk unsafe_split',
);
give(moved, 'interpolate upsample constant_pad_nd pad');
give(joined, 'cat stack');
give(sum(1), 'add');
give(sum(-1), 'sub');
give(product, 'mul');
give(quotient, 'div');
give(
  activation,
  'relu relu6 leaky_relu elu celu selu gelu silu mish sigmoid tanh hardtanh hardswish hardsigmoid softplus softsign sin cos abs',
);
give((step) => (step.all[0] ? scaled(step, step.all[0], -1) : null), 'neg');
give(activation, 'exp expm1 square sqrt rsqrt reciprocal log logsigmoid');
give(prelu, 'prelu');
give(power, 'pow');
give(contraction, 'einsum');
give(normalised, 'normalize');
give(masked, 'masked_fill');
give(dropout, 'dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout');
give(linear, 'linear');
give(convolution, 'conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d');
give(normalisation(true), 'batch_norm layer_norm group_norm instance_norm');
give(normalisation(false), 'rms_norm');
give(average, 'mean avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d');
give(total, 'sum');
give(maximum, 'max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d amax');
give(softmax, 'softmax');
give(logSoftmax, 'log_softmax');
give(matmul, 'matmul mm bmm');
give(attention, 'scaled_dot_product_attention');
give(embedding, 'embedding');
give(recurrentCell, 'lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell');
give(recurrentLayer, 'lstm gru rnn_tanh rnn_relu');
give(compared(0), 'eq');
give(compared(1), 'ne');
give(negated, 'logical_not bitwise_not');
give(clamped, 'clamp clamp_min clamp_max');

/** `undefined`: nobody has described what the operator does to a signal. */
export function behaviourOf(name: string): Behaviour | undefined {
  return behaviours[name];
}
