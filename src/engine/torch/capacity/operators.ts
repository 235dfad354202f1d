/** What each operator does to reaches: which indices of its input an index of the result reads. Statistics of normalisation don't count. */
import { numberOf } from '../backward/arguments.js';
import type { Value } from '../../python/value.js';
import type { TapeOp } from '../tape.js';
import { gcd } from './field.js';
import { join, mixed, renumber, reread, reshaped, settled, type Reach } from './reach.js';

/** One tensor argument: its sizes, and what its elements depend on along one axis of the input. */
export interface Operand {
  readonly shape: readonly number[];
  readonly reach: Reach;
}

export interface Step {
  readonly op: TapeOp;
  /** Size of the input's axis. */
  readonly size: number;
  operand(name: string, index?: number): Operand | undefined;
  readonly all: readonly Operand[];
  /** Sizes of the result. */
  readonly to: readonly number[];
  /** Notes that the axis is one of positions: a layer slides along it, or mixes it as a whole. */
  slides(reach: Reach, axes: readonly number[]): void;
}

export type Behaviour = (step: Step) => Reach;

const first = (step: Step): Operand => step.operand('input') ?? (step.all[0] as Operand);

/** Axes line up from the back; where an operand has one element it is the same for all. */
const broadcast: Behaviour = ({ all, to }) =>
  all.reduce<Reach>((sum, { shape, reach }) => {
    const moved = renumber(reach, (axis) => (shape[axis] === 1 ? null : axis + to.length - shape.length));
    return join(sum, moved);
  }, []);

const keeps: Behaviour = (step) => first(step).reach;

const axisOf = (value: Value | undefined, rank: number, otherwise = -1): number => {
  const dim = numberOf(value) ?? otherwise;
  return dim < 0 ? dim + rank : dim;
};

function integers(value: Value | undefined): number[] {
  const number = numberOf(value);
  if (number !== null) return [number];
  if (typeof value !== 'object' || value === null) return [];
  return value.kind === 'tuple' || value.kind === 'list' ? value.items.flatMap((item) => integers(item)) : [];
}

/** A number for all spatial axes, or one for each. */
const each = (value: Value | undefined, i: number, otherwise: number): number => {
  const given = integers(value);
  return given[i] ?? given[0] ?? otherwise;
};

const spatialOf = (op: TapeOp): number => Number(/(\d)d/.exec(op.name)?.[1] ?? 1);

const convolution: Behaviour = (step) => {
  const { op, size, to } = step;
  const x = first(step);
  const weight = step.operand('weight');
  if (!weight) return null;
  const spatial = weight.shape.length - 2;
  const rank = x.shape.length;
  let { reach } = x;
  const isTransposed = op.name.startsWith('conv_transpose');
  // A convolution over channels alone moves along no axis, but sees the axis in its batch.
  for (let i = 0; i < spatial; i++) {
    const axis = rank - spatial + i;
    step.slides(reach, [axis]);
    const kernel = weight.shape[2 + i] as number;
    const [stride, dilation] = [each(op.args['stride'], i, 1), each(op.args['dilation'], i, 1)];
    const { padding } = op.args;
    const before =
      padding === 'same' ? Math.floor((dilation * (kernel - 1)) / 2) : padding === 'valid' ? 0 : each(padding, i, 0);
    const taps = Array.from({ length: kernel }, (_, k) => k * dilation);
    const count = to[axis] as number;
    reach = isTransposed
      ? reread(reach, axis, stride, 1, count, (o) =>
          taps.map((tap) => (o + before - tap) / stride).filter((index) => Number.isInteger(index)),
        )
      : reread(reach, axis, 1, stride, count, (o) => taps.map((tap) => o * stride - before + tap));
  }
  return mixed(reach, [rank - spatial - 1], size);
};

const pooling: Behaviour = (step) => {
  const { op, to } = step;
  const x = first(step);
  const spatial = spatialOf(op);
  let { reach } = x;
  for (let i = 0; i < spatial; i++) {
    const axis = x.shape.length - spatial + i;
    step.slides(reach, [axis]);
    const kernel = each(op.args['kernel_size'], i, 1);
    const stride = each(op.args['stride'], i, kernel);
    const [padding, dilation] = [each(op.args['padding'], i, 0), each(op.args['dilation'], i, 1)];
    const taps = Array.from({ length: kernel }, (_, k) => k * dilation);
    reach = reread(reach, axis, 1, stride, to[axis] as number, (o) => taps.map((tap) => o * stride - padding + tap));
  }
  return reach;
};

/** From `size` positions to `count`: the whole one reads everything. */
const areas = (step: Step, spatial: number): Reach => {
  const x = first(step);
  let { reach } = x;
  for (let i = 0; i < spatial; i++) {
    const axis = x.shape.length - spatial + i;
    const [size, count] = [x.shape[axis] as number, step.to[axis] as number];
    step.slides(reach, [axis]);
    if (count === 1) reach = mixed(reach, [axis], step.size);
    else {
      const common = gcd(size, count);
      reach = reread(reach, axis, count / common, size / common, count, (o) => {
        const [from, to] = [Math.floor((o * size) / count), Math.ceil(((o + 1) * size) / count)];
        return Array.from({ length: to - from }, (_, k) => from + k);
      });
    }
  }
  return reach;
};

const interpolation: Behaviour = (step) => {
  const { op, to } = step;
  const mode = op.args['mode'];
  const x = first(step);
  const spatial = x.shape.length - 2;
  if (mode === 'area') return areas(step, spatial);
  if (op.args['antialias'] === true || typeof mode !== 'string') return null;
  const isNearest = mode.startsWith('nearest');
  let { reach } = x;
  for (let i = 0; i < spatial; i++) {
    const axis = 2 + i;
    const [size, count] = [x.shape[axis] as number, to[axis] as number];
    step.slides(reach, [axis]);
    // `nearest` begins at the edge, the others at the middle of a position, or from corner to corner.
    const aligns = op.args['align_corners'] === true && count > 1 && !isNearest;
    const [from, into] = aligns ? [size - 1, count - 1] : [size, count];
    const common = gcd(from, into);
    if (from === 0) return null;
    const middle = (o: number): number =>
      mode === 'nearest' || aligns ? (o * from) / into : ((o + 0.5) * from) / into - 0.5;
    reach = reread(reach, axis, into / common, from / common, count, (o) => {
      const exact = mode === 'nearest-exact' ? middle(o) + 0.5 : middle(o);
      const base = Math.floor(exact + 1e-9);
      const isWhole = Math.abs(exact - base) < 1e-9;
      if (isNearest || isWhole) return [base];
      return mode === 'bicubic' ? [base - 1, base, base + 1, base + 2] : [base, base + 1];
    });
  }
  return reach;
};

/** Reductions: the axes that are gone went into every element. */
const reduction: Behaviour = (step) => {
  // `max(a, b)` and `min(a, b)` compare element by element.
  if (step.all.length > 1) return broadcast(step);
  const { op, size } = step;
  const x = first(step);
  const rank = x.shape.length;
  const { dim } = op.args;
  const given = dim === undefined || dim === null ? [] : integers(dim).map((axis) => (axis < 0 ? axis + rank : axis));
  const axes = given.length > 0 ? given : x.shape.map((_, i) => i);
  step.slides(x.reach, axes);
  const all = mixed(x.reach, axes, size);
  if (op.args['keepdim'] === true) return all;
  return renumber(all, (axis) => axis - axes.filter((gone) => gone < axis).length);
};

/** Every element of the result along an axis depends on all along it. */
const along =
  (counts: boolean): Behaviour =>
  (step) => {
    const x = first(step);
    const axis = axisOf(step.op.args['dim'], x.shape.length);
    if (counts) step.slides(x.reach, [axis]);
    return mixed(x.reach, [axis], step.size);
  };

const linear: Behaviour = (step) => {
  const x = first(step);
  return mixed(x.reach, [x.shape.length - 1], step.size);
};

const product: Behaviour = (step) => {
  const operands = step.op.name.startsWith('add') || step.op.name === 'baddbmm' ? step.all.slice(1) : step.all;
  const [a, b] = operands;
  if (!a || !b || a.shape.length < 2 || b.shape.length < 2 || operands.length < step.all.length) return null;
  const rank = step.to.length;
  const inner = b.shape.length - 2;
  step.slides(b.reach, [inner]);
  const left = mixed(a.reach, [a.shape.length - 1], step.size);
  const right = mixed(b.reach, [inner], step.size);
  const lift = ({ shape }: Operand, reach: Reach): Reach =>
    renumber(reach, (axis) => (shape[axis] === 1 ? null : axis + rank - shape.length));
  return join(lift(a, left), lift(b, right));
};

const attention: Behaviour = (step) => {
  const [q, k, v] = ['query', 'key', 'value'].map((name) => step.operand(name));
  if (!q || !k || !v) return null;
  const ends = ({ shape }: Operand): number[] => [shape.length - 2, shape.length - 1];
  const [kept, keys, values] = [
    mixed(q.reach, [q.shape.length - 1], step.size),
    mixed(k.reach, ends(k), step.size),
    mixed(v.reach, [v.shape.length - 2], step.size),
  ];
  for (const { reach, shape } of [k, v]) step.slides(reach, [shape.length - 2]);
  return join(join(kept, keys), values);
};

const recurrent: Behaviour = (step) => {
  const given = step.op.args['args'];
  const items = typeof given === 'object' && given?.kind === 'tuple' ? given.items : [];
  const x = step.operand('args');
  if (!x || x.shape.length !== 3) return null;
  const time = items[8] === true ? 1 : 0;
  step.slides(x.reach, [time]);
  return mixed(x.reach, [time, 2], step.size);
};

const reshape: Behaviour = (step) => {
  const x = first(step);
  return settled(reshaped(x.reach, x.shape, step.to), step.to);
};

const permutation =
  (orderOf: (op: TapeOp, rank: number) => readonly number[]): Behaviour =>
  (step) => {
    const x = first(step);
    const order = orderOf(step.op, x.shape.length);
    return renumber(x.reach, (axis) => order.indexOf(axis));
  };
const range = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i);
const transposed = permutation(({ name, args }, rank) => {
  const order = range(rank);
  const [a, b] =
    name === 't' || name === 'adjoint'
      ? [rank - 2, rank - 1]
      : [axisOf(args['dim0'], rank), axisOf(args['dim1'], rank)];
  [order[a], order[b]] = [order[b] as number, order[a] as number];
  return order;
});
const permuted = permutation(({ args }, rank) => integers(args['dims']).map((dim) => (dim < 0 ? dim + rank : dim)));

/** Axes of one element come or go. */
const squeezed: Behaviour = (step) => {
  const x = first(step);
  const from = range(x.shape.length).filter((axis) => x.shape[axis] !== 1);
  const to = range(step.to.length).filter((axis) => step.to[axis] !== 1);
  return renumber(x.reach, (axis) => to[from.indexOf(axis)] ?? null);
};

const expanded: Behaviour = (step) => {
  const x = first(step);
  return renumber(x.reach, (axis) => (x.shape[axis] === 1 ? null : axis + step.to.length - x.shape.length));
};

const padded: Behaviour = (step) => {
  const x = first(step);
  const pads = integers(step.op.args['pad']);
  return pads.reduce<Reach>((reach, before, i) => {
    const axis = x.shape.length - 1 - i / 2;
    if (i % 2 === 1 || before === 0) return reach;
    return reread(reach, axis, 1, 1, step.to[axis] as number, (o) => [o - before]);
  }, x.reach);
};

/** Behind what lies in front of it in the list. */
const joined: Behaviour = (step) => {
  const axis = axisOf(step.op.args['dim'], step.to.length, 0);
  let before = 0;
  let sum: Reach = [];
  for (const { shape, reach } of step.all) {
    const from = before;
    before += shape[axis] ?? 0;
    if (reach === null) return null;
    if (reach === 'all') return 'all';
    sum = join(
      sum,
      reach.map(({ terms, field }) => ({
        terms: terms.map((term) => (term.axis === axis ? { ...term, offset: term.offset - from } : term)),
        field,
      })),
    );
  }
  return sum;
};
const stacked: Behaviour = (step) => {
  const axis = axisOf(step.op.args['dim'], step.to.length, 0);
  return step.all.reduce<Reach>(
    (sum, { reach }) =>
      join(
        sum,
        renumber(reach, (own) => (own < axis ? own : own + 1)),
      ),
    [],
  );
};

/** `x[…]` with numbers, slices and `None` on axes that nothing depends on; slices of others by their steps. */
const indexed: Behaviour = (step) => {
  const x = first(step);
  const index = step.op.args['index'] ?? null;
  if (step.op.inputs.has('index')) return x.reach === 'all' ? 'all' : null;
  const items = typeof index === 'object' && index !== null && index.kind === 'tuple' ? index.items : [index];
  const isRest = (item: Value): boolean => typeof item === 'object' && item?.kind === 'singleton';
  const taken = items.filter((item) => item !== null && !isRest(item)).length;
  let [own, made] = [0, 0];
  let { reach } = x;
  const places = new Map<number, number | null>();
  for (const item of items) {
    if (item === null) made++;
    else if (isRest(item)) for (let left = x.shape.length - taken; left > 0; left--) places.set(own++, made++);
    else if (typeof item === 'number') places.set(own++, null);
    else if (typeof item === 'object' && item.kind === 'slice') {
      const size = x.shape[own] as number;
      const [low, by] = [numberOf(item.start) ?? 0, numberOf(item.step) ?? 1];
      const begin = low < 0 ? Math.max(0, low + size) : low;
      const isWhole = begin === 0 && by === 1 && step.to[made] === size;
      if (!isWhole) reach = reread(reach, own, 1, by, step.to[made] as number, (o) => [begin + o * by]);
      places.set(own++, made++);
    } else return null;
  }
  for (; own < x.shape.length; own++) places.set(own, made++);
  // A single position of an axis along which the field moves is another field for each number.
  if (
    reach !== null &&
    reach !== 'all' &&
    reach.some(({ terms }) => terms.some(({ axis }) => places.get(axis) === null))
  )
    return null;
  return renumber(reach, (axis) => places.get(axis) ?? null);
};

/** Parts of an axis: those that the field doesn't move along. */
const parts: Behaviour = (step) => {
  const x = first(step);
  const axis = axisOf(step.op.args['dim'], x.shape.length, 0);
  if (x.reach === 'all' || x.reach === null) return x.reach;
  if (x.reach.some(({ terms }) => terms.some((term) => term.axis === axis))) return null;
  return step.op.name === 'unbind' || step.op.name === 'select'
    ? renumber(x.reach, (own) => (own > axis ? own - 1 : own))
    : x.reach;
};

const rolled: Behaviour = (step) => {
  const x = first(step);
  const [shifts, dims] = [integers(step.op.args['shifts']), integers(step.op.args['dims'])];
  if (dims.length === 0) return x.reach === 'all' ? 'all' : null;
  return dims.reduce<Reach>((reach, dim, i) => {
    const axis = dim < 0 ? dim + x.shape.length : dim;
    return reread(reach, axis, 1, 1, x.shape[axis] as number, (o) => [o - (shifts[i] ?? 0)]);
  }, x.reach);
};

const shuffled: Behaviour = (step) => {
  const x = first(step);
  const factor = numberOf(step.op.args['upscale_factor'] ?? step.op.args['downscale_factor']);
  if (factor === null) return null;
  const rank = x.shape.length;
  const up = step.op.name === 'pixel_shuffle';
  return [rank - 2, rank - 1].reduce<Reach>(
    (reach, axis) =>
      up
        ? reread(reach, axis, factor, 1, step.to[axis] as number, (o) => [Math.floor(o / factor)])
        : reread(reach, axis, 1, factor, step.to[axis] as number, (o) => range(factor).map((k) => o * factor + k)),
    mixed(x.reach, [rank - 3], step.size),
  );
};

const behaviours: Record<string, Behaviour> = {};
const give = (behaviour: Behaviour, names: string): void => {
  for (const name of names.split(' ')) behaviours[name] = behaviour;
};

/** One element of one tensor at a time. */
export const ELEMENTWISE =
  'relu relu6 leaky_relu elu celu selu gelu silu mish sigmoid tanh hardtanh hardswish hardsigmoid hardshrink softshrink softplus softsign tanhshrink logsigmoid ' +
  'rrelu threshold prelu sin cos exp log log1p expm1 sqrt rsqrt square abs neg erf reciprocal sign floor ceil round clamp clamp_min clamp_max dropout dropout1d ' +
  'dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout clone detach contiguous to float double half bfloat16 type type_as cpu cuda nan_to_num long int bool';
export const NORMALISING = 'batch_norm layer_norm group_norm instance_norm rms_norm local_response_norm normalize';
const BROADCASTING =
  'add sub rsub mul div pow maximum minimum where masked_fill lerp addcmul addcdiv eq ne lt gt le ge atan2 remainder fmod logical_and logical_or logical_not';
const KEEPING = `${ELEMENTWISE} ${NORMALISING} channel_shuffle embedding`;
give(keeps, KEEPING);
give(broadcast, BROADCASTING);
give(convolution, 'conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d');
give(pooling, 'max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d');
give(
  (step) => areas(step, spatialOf(step.op)),
  'adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d',
);
give(interpolation, 'interpolate');
give(reduction, 'mean sum amax amin logsumexp prod std var norm max min any all');
give(along(true), 'softmax log_softmax softmin cumsum sort');
give(along(false), 'glu');
give(linear, 'linear');
give(product, 'matmul mm bmm');
give(attention, 'scaled_dot_product_attention');
give(recurrent, 'lstm gru rnn_tanh rnn_relu');
give(reshape, 'reshape view view_as reshape_as flatten ravel unflatten');
give(transposed, 'transpose t adjoint');
give(permuted, 'permute');
give(squeezed, 'squeeze unsqueeze');
give(expanded, 'expand expand_as broadcast_to');
give(padded, 'pad constant_pad_nd');
give(joined, 'cat');
give(stacked, 'stack');
give(indexed, 'getitem');
give(parts, 'split split_with_sizes chunk unbind select narrow');
give(rolled, 'roll');
give(shuffled, 'pixel_shuffle pixel_unshuffle');

/** `undefined`: nobody has described where the operator's results look. */
export function behaviourOf(name: string): Behaviour | undefined {
  return behaviours[name];
}

const INDEPENDENT = new Set(`${KEEPING} ${BROADCASTING}`.split(' '));

/** Where its results look follows from the shapes alone, whatever the other arguments are. */
export function readsNoArguments(name: string): boolean {
  return INDEPENDENT.has(name);
}
