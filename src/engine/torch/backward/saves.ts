/**
 * What each operator keeps for its gradient, as PyTorch's autograd does on the CPU: the tensors themselves, its result, or something
 * it computes on the way. An operator that isn't listed here keeps nobody knows what.
 */
import type { Value } from '../../python/value.js';
import { add, product } from '../dims.js';
import { dtypeFacts } from '../dtypes.js';
import { isUnknown } from '../dims.js';
import { isTensor, type DType, type Dim } from '../tensor.js';
import type { TapeOp } from '../tape.js';
import { isDense, type Layout } from './layout.js';
import { drops, numberOf } from './arguments.js';
import { attention, einsum, linear, matmul } from './productSaves.js';
import { recurrent, recurrentCell } from './recurrentSaves.js';

/** What a rule asks and says about one operator. */
export interface Saver {
  readonly op: TapeOp;
  /** A tensor argument; `undefined` where none was given. */
  layout(name: string, index?: number): Layout | undefined;
  /** A gradient flows to this argument. */
  wants(name: string): boolean;
  /** The memory of a tensor stays. */
  keep(layout: Layout | undefined): void;
  /** New memory that stays. */
  copy(shape: readonly Dim[], dtype?: Layout['dtype']): void;
  /** New memory by its bytes. */
  bytes(count: Dim): void;
  result(index?: number): Layout;
  /** What is kept can't be told, and why. */
  unknown(reason: string): void;
}

export type Rule = (saver: Saver) => void;

const nothing: Rule = () => undefined;
const result: Rule = (saver) => saver.keep(saver.result());
/** The input as it was: a copy of it where it is overwritten. */
const input: Rule = (saver) => {
  const layout = saver.layout('input');
  if (saver.op.inplace && layout) saver.copy(layout.shape, layout.dtype);
  else saver.keep(layout);
};
const inputAndResult: Rule = (saver) => {
  input(saver);
  result(saver);
};
const keeps =
  (...names: readonly string[]): Rule =>
  (saver) => {
    for (const name of names) saver.keep(saver.layout(name));
  };
/** Each of two factors is the other one's gradient. */
const product2 =
  (a: string, b: string): Rule =>
  (saver) => {
    if (saver.wants(a)) saver.keep(saver.layout(b));
    if (!saver.wants(b)) return;
    const first = saver.layout(a);
    if (saver.op.inplace && first) saver.copy(first.shape, first.dtype);
    else saver.keep(first);
  };
const both = (a: string, b: string): Rule => keeps(a, b);

const dropout =
  (whole: boolean): Rule =>
  (saver) => {
    const { shape, dtype } = saver.result();
    if (!drops(saver.op)) return;
    saver.copy(whole ? shape : shape.slice(0, 2), dtype);
  };

const indices =
  (at: number): Rule =>
  (saver) => {
    const given = saver.op.outputs[at];
    if (given) saver.keep(saver.result(at));
    else saver.copy(saver.result().shape, 'int64');
  };
const inputAndIndices: Rule = (saver) => {
  input(saver);
  indices(1)(saver);
};
/** `x.max(dim)` has indices, `x.max()` compares with the result, `torch.max(a, b)` with the other one. */
const extreme: Rule = (saver) => {
  if (saver.op.outputs.length > 1) indices(1)(saver);
  else if (saver.layout('other') ?? saver.layout('dim')) keeps('input', 'other', 'dim')(saver);
  else inputAndResult(saver);
};

const rowsOf = (shape: readonly Dim[], count: number): readonly Dim[] => shape.slice(0, shape.length - count);

/** Means and deviations of a normalisation have the dtype of what it has learnt, which autocast leaves alone. */
const statisticsOf = (saver: Saver): Layout['dtype'] | undefined =>
  (saver.layout('weight') ?? saver.layout('running_mean'))?.dtype;

const batchNorm: Rule = (saver) => {
  const { args } = saver.op;
  const x = saver.layout('input');
  saver.keep(x);
  for (const name of ['weight', 'running_mean', 'running_var']) saver.keep(saver.layout(name));
  if (args['training'] !== true) return;
  const channels = x?.shape[1] ?? 0;
  saver.copy([channels], statisticsOf(saver));
  saver.copy([channels], statisticsOf(saver));
};
const instanceNorm: Rule = (saver) => {
  const x = saver.layout('input');
  if (!x) return;
  if (isDense(x)) saver.keep(x);
  else saver.copy(x.shape, x.dtype);
  const planes = x.shape.slice(0, 2);
  const repeated = ['weight', 'running_mean', 'running_var'].filter((name) => saver.layout(name)).length;
  for (let i = 0; i < 2 + repeated; i++) saver.copy(planes, statisticsOf(saver));
};
const groupNorm: Rule = (saver) => {
  const x = saver.layout('input');
  if (!x) return;
  if (isDense(x)) saver.keep(x);
  else saver.copy(x.shape, x.dtype);
  saver.keep(saver.layout('weight'));
  const groups = [x.shape[0] ?? 1, numberOf(saver.op.args['num_groups']) ?? 1];
  saver.copy(groups, statisticsOf(saver));
  saver.copy(groups, statisticsOf(saver));
};
const normalized = (value: Value | undefined): number =>
  typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list')
    ? value.items.length
    : 1;
const layerNorm: Rule = (saver) => {
  const x = saver.layout('input');
  if (!x) return;
  for (const name of ['input', 'weight', 'bias']) saver.keep(saver.layout(name));
  const rows = rowsOf(x.shape, normalized(saver.op.args['normalized_shape']));
  saver.copy(rows, statisticsOf(saver));
  saver.copy(rows, statisticsOf(saver));
};
/** Runs as a product of its parts, in float32 where the input has half the precision: each part keeps what its own gradient asks for. */
const rmsNorm: Rule = (saver) => {
  const x = saver.layout('input');
  if (!x) return;
  const isHalf = x.dtype === 'bfloat16' || x.dtype === 'float16';
  const dtype = isHalf ? 'float32' : x.dtype;
  const weight = saver.layout('weight');
  if (saver.wants('input')) {
    if (isHalf) saver.copy(x.shape, dtype);
    else saver.keep(x);
    saver.copy(rowsOf(x.shape, normalized(saver.op.args['normalized_shape'])), dtype);
    saver.keep(weight);
  }
  if (weight && saver.wants('weight')) saver.copy(x.shape, dtype);
};
const localResponseNorm: Rule = (saver) => {
  const x = saver.layout('input');
  const size = numberOf(saver.op.args['size']);
  if (!x || size === null) return saver.unknown('the size of a local response norm is not known');
  const [batch = 1, channels = 1, ...rest] = x.shape;
  if (typeof channels !== 'number') return saver.unknown('the channels of a local response norm are not known');
  saver.keep(x);
  saver.copy([batch, channels + size - 1, ...rest]);
  saver.copy(x.shape);
  saver.copy(x.shape);
};
const axisRemoved = (saver: Saver, shape: readonly Dim[]): readonly Dim[] => {
  const dim = numberOf(saver.op.args['dim']) ?? 1;
  return shape.filter((_, i) => i !== (dim < 0 ? dim + shape.length : dim));
};

const adaptiveAverage: Rule = (saver) => {
  const x = saver.layout('input');
  if (!x) return;
  const spatial = Number(/(\d)d$/.exec(saver.op.name)?.[1] ?? 2);
  // One average over everything is a plain mean.
  if (
    !saver
      .result()
      .shape.slice(-spatial)
      .every((size) => size === 1)
  )
    saver.keep(x);
};

/** A number for all axes, or one for each. */
function perAxis(value: Value, axis: number): number {
  if (typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list'))
    return numberOf(value.items[axis] ?? value.items[0]) ?? 1;
  return numberOf(value) ?? 1;
}

const convolution: Rule = (saver) => {
  const x = saver.layout('input');
  const weight = saver.layout('weight');
  saver.keep(weight);
  if (x) {
    const kernel = weight?.shape.slice(2) ?? [];
    const { dilation } = saver.op.args;
    const lopsided = kernel.map((size, i) =>
      typeof size === 'number' && ((size - 1) * perAxis(dilation ?? 1, i)) % 2 === 1 ? 1 : 0,
    );
    // `padding='same'` with an even kernel pads a copy on one side.
    if (saver.op.args['padding'] === 'same' && lopsided.includes(1)) {
      const lead = x.shape.slice(0, x.shape.length - kernel.length);
      const sizes = x.shape
        .slice(-kernel.length)
        .map((size, i) => (typeof size === 'number' ? size + (lopsided[i] ?? 0) : size));
      saver.copy([...lead, ...sizes], x.dtype);
    } else saver.keep(x);
  }
};

const pad: Rule = (saver) => {
  const mode = saver.op.args['mode'];
  if (mode === 'reflect' || mode === 'replicate') input(saver);
};

/** Classes by their numbers: the sum of their weights is kept, too. */
const classLoss: Rule = (saver) => {
  saver.keep(saver.layout('target'));
  saver.keep(saver.layout('weight'));
  saver.copy([], saver.result().dtype);
};
const negativeLogLikelihood: Rule = (saver) => {
  saver.keep(saver.layout('input'));
  classLoss(saver);
};
const crossEntropy: Rule = (saver) => {
  const x = saver.layout('input');
  const target = saver.layout('target');
  if (!x || !target) return saver.unknown('what backward of this cross_entropy keeps is not known');
  saver.copy(x.shape, x.dtype);
  const isNumbers = !isUnknown(target.dtype) && dtypeFacts(target.dtype).category === 'integer';
  const smoothing = numberOf(saver.op.args['label_smoothing'] ?? null);
  const weighted = saver.layout('weight') !== undefined;
  const mean = saver.op.args['reduction'] === 'mean';
  if (smoothing !== 0 && (!isNumbers || weighted || !mean))
    return saver.unknown('what backward of this smoothed cross_entropy keeps is not known');
  if (!isNumbers) {
    if (weighted) return saver.unknown('what backward of this weighted cross_entropy keeps is not known');
    return saver.keep(target);
  }
  classLoss(saver);
  if (smoothing === 0) return;
  // The classes that are ignored, and how many are left.
  saver.copy(target.shape, 'bool');
  saver.copy([], 'int64');
};

const power: Rule = (saver) => {
  const exponent = saver.layout('exponent');
  if (!exponent) return input(saver);
  if (!saver.layout('input')) return (keeps('exponent')(saver), result(saver));
  both('input', 'exponent')(saver);
  result(saver);
};
const division: Rule = (saver) => {
  const divisor = saver.layout('other');
  if (!divisor) return;
  // A number over a tensor is its reciprocal times the number.
  if (!saver.layout('input')) return saver.copy(divisor.shape, divisor.dtype);
  saver.keep(divisor);
  if (saver.wants('other')) saver.keep(saver.layout('input'));
};
/** With a number nothing is kept. */
const leftover: Rule = (saver) => {
  saver.keep(saver.layout('other'));
  if (saver.wants('other')) saver.keep(saver.layout('input'));
};
/** Lists among the indices become tensors. */
const indexed: Rule = (saver) => {
  saver.op.inputs.get('index')?.forEach((_, i) => saver.keep(saver.layout('index', i)));
  const index = saver.op.args['index'] ?? null;
  const isTuple = typeof index === 'object' && index !== null && index.kind === 'tuple';
  for (const item of isTuple ? index.items : [index]) {
    if (typeof item !== 'object' || item?.kind !== 'list') continue;
    const { items } = item;
    if (items.every((entry) => typeof entry === 'number')) saver.copy([items.length], 'int64');
    else if (items.every((entry) => typeof entry === 'boolean')) saver.copy([items.filter(Boolean).length], 'int64');
    else if (!items.every((entry) => isTensor(entry)))
      saver.unknown('what backward of a nested index keeps is not known');
  }
};
const written =
  (source: string): Rule =>
  (saver) => {
    saver.keep(saver.layout('index'));
    if (saver.wants(source)) saver.keep(saver.layout(source));
  };
const embeddingBag: Rule = (saver) => {
  const x = saver.layout('input');
  const { args } = saver.op;
  if (!x || saver.layout('per_sample_weights') || args['include_last_offset'] === true)
    return saver.unknown('what backward of this embedding_bag keeps is not known');
  const bags = saver.result().shape.slice(0, 1);
  saver.keep(x);
  if (saver.layout('offsets')) saver.keep(saver.layout('offsets'));
  else saver.copy(bags, 'int64');
  if (args['mode'] !== 'sum') saver.copy([add(product(x.shape), 1)], 'int64');
  saver.copy(bags, 'int64');
  saver.copy(args['mode'] === 'max' ? saver.result().shape : bags, 'int64');
};
/** Counts for each element make a list of what to take. */
const repeated: Rule = (saver) => {
  if (!saver.layout('repeats')) return;
  const { shape } = saver.result();
  const dim = numberOf(saver.op.args['dim'] ?? null);
  saver.copy(dim === null ? shape : [shape[dim < 0 ? dim + shape.length : dim] ?? 1], 'int64');
};
/** Averages over areas are adaptive pooling; everything else is told by sizes. */
const resized: Rule = (saver) => {
  if (saver.op.args['mode'] === 'area') saver.unknown('what backward of an interpolation by area keeps is not known');
};
const divergence: Rule = (saver) => {
  if (saver.op.args['log_target'] === true)
    return saver.unknown('what backward of kl_div with a logarithmic target keeps is not known');
  saver.keep(saver.layout('target'));
  if (saver.wants('target')) saver.keep(saver.layout('input'));
};
const lerp: Rule = (saver) => {
  if (saver.layout('weight')) keeps('weight', 'input', 'end')(saver);
};

const softmaxOf: Rule = result;
const gumbel: Rule = (saver) => {
  if (saver.op.args['hard'] !== true) return result(saver);
  const { shape, dtype } = saver.result();
  saver.copy(shape, dtype);
  saver.copy(shape.slice(0, -1), 'int64');
};

const fourier: Rule = (saver) => {
  const x = saver.layout('input');
  if (x && !isUnknown(x.dtype) && dtypeFacts(x.dtype).category !== 'complex' && !saver.op.name.startsWith('irfft'))
    saver.keep(x);
};

const rules: Record<string, Rule> = {};
const give = (rule: Rule, names: string): void => {
  for (const name of names.split(' ')) rules[name] = rule;
};

give(
  nothing,
  'add sub rsub neg negative sign floor ceil trunc fix round frac clone to float double half bfloat16 type type_as cpu cuda',
);
give(nothing, 'cat stack hstack vstack dstack column_stack repeat tile flip fliplr flipud rot90 roll tril triu');
give(
  nothing,
  'reshape view view_as reshape_as flatten ravel unflatten contiguous squeeze unsqueeze transpose t adjoint permute movedim',
);
give(
  nothing,
  'expand expand_as broadcast_to broadcast_tensors narrow split split_with_sizes chunk tensor_split hsplit vsplit dsplit unbind',
);
give(
  nothing,
  'select diagonal diag diag_embed detach positive real imag view_as_real view_as_complex atleast_1d atleast_2d atleast_3d meshgrid',
);
give(nothing, 'sum mean cumsum diff trace constant_pad_nd upsample upsample_nearest upsample_bilinear');
give(
  nothing,
  'pixel_shuffle pixel_unshuffle channel_shuffle unfold fold zeros_like ones_like empty_like fill_ zero_ copy_ as_subclass affine_grid',
);
give(nothing, 'conj_physical nan_to_num_ rad2deg deg2rad bernoulli poisson cartesian_prod block_diag');
give(leftover, 'remainder fmod');
give(resized, 'interpolate');
give(repeated, 'repeat_interleave');
give(divergence, 'kl_div');
give(result, 'relu sigmoid tanh exp exp2 expm1 sqrt rsqrt reciprocal tan expit');
give(softmaxOf, 'softmax log_softmax softmin');
give(
  input,
  'relu6 hardtanh gelu silu mish hardswish hardsigmoid hardshrink softshrink softplus elu selu celu leaky_relu glu threshold log log2 log10 log1p ' +
    'sin cos asin acos atan sinh cosh asinh acosh atanh arcsin arccos arctan arcsinh arccosh arctanh erf erfc lgamma digamma sinc abs absolute square nan_to_num logit angle nansum var var_mean erfinv i0 clamp_min clamp_max entr',
);
// In place these are told by their result.
for (const name of ['elu', 'selu', 'celu', 'leaky_relu'])
  rules[name] = (saver) => (saver.op.inplace ? result(saver) : input(saver));
give((saver) => (input(saver), saver.copy(saver.result().shape)), 'logsigmoid softsign');
give((saver) => saver.copy(saver.result().shape), 'tanhshrink');
give(keeps('input', 'weight'), 'prelu');
give((saver) => (input(saver), saver.copy(saver.result().shape)), 'rrelu');
give(inputAndResult, 'sgn norm vector_norm std std_mean logsumexp prod cumprod logcumsumexp amax amin');
give(extreme, 'max min');
give(indices(1), 'topk sort kthvalue mode');
give((saver) => (saver.op.outputs.length > 1 ? indices(1) : inputAndResult)(saver), 'median nanmedian');
give((saver) => saver.copy(saver.result().shape, 'int64'), 'msort');
give(inputAndIndices, 'cummax cummin');
give(both('input', 'other'), 'maximum minimum fmax fmin atan2 cross logaddexp logaddexp2 vecdot');
give(product2('input', 'other'), 'mul');
give(division, 'div');
give(power, 'pow');
give((saver) => keeps('input', 'min', 'max')(saver), 'clamp');
give(lerp, 'lerp');
give(
  (saver) => (
    saver.wants('tensor1') && saver.keep(saver.layout('tensor2')),
    saver.wants('tensor2') && saver.keep(saver.layout('tensor1'))
  ),
  'addcmul',
);
give(
  (saver) => (saver.keep(saver.layout('tensor2')), saver.wants('tensor2') && saver.keep(saver.layout('tensor1'))),
  'addcdiv',
);
give(product2('input', 'vec2'), 'outer');
give(keeps('real', 'imag'), 'complex');
give(keeps('condition'), 'where');
give(keeps('mask'), 'masked_fill masked_scatter');
give(keeps('input', 'mask'), 'masked_select');
give(indexed, 'getitem setitem index_select index_fill scatter scatter_add');
give(written('source'), 'index_add index_copy');
give((saver) => (keeps('input', 'index', 'src')(saver), result(saver)), 'scatter_reduce');
give(keeps('input', 'index', 'indices'), 'gather take_along_dim take');
give(dropout(true), 'dropout alpha_dropout');
give(dropout(false), 'dropout1d dropout2d dropout3d feature_dropout feature_alpha_dropout');
give(batchNorm, 'batch_norm');
give(instanceNorm, 'instance_norm');
give(groupNorm, 'group_norm');
give(layerNorm, 'layer_norm');
give(rmsNorm, 'rms_norm');
give(localResponseNorm, 'local_response_norm');
give((saver) => {
  const x = saver.layout('input');
  if (!x) return;
  saver.keep(x);
  saver.copy(axisRemoved(saver, x.shape));
  saver.copy(axisRemoved(saver, x.shape));
}, 'normalize');
give((saver) => {
  const [a, b] = [saver.layout('x1'), saver.layout('x2')];
  for (const x of [a, b]) {
    if (!x) continue;
    saver.keep(x);
    saver.copy(x.shape);
    saver.copy(axisRemoved(saver, x.shape));
    saver.copy(axisRemoved(saver, x.shape));
  }
}, 'cosine_similarity');
give((saver) => (saver.copy(saver.layout('x1')?.shape ?? []), result(saver)), 'pairwise_distance');
give((saver) => (keeps('x1', 'x2')(saver), result(saver)), 'cdist');
give(
  inputAndIndices,
  'max_pool1d max_pool2d max_pool3d max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices',
);
give(inputAndIndices, 'adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d adaptive_max_pool1d_with_indices');
give(
  inputAndIndices,
  'adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices fractional_max_pool2d fractional_max_pool3d',
);
give(input, 'avg_pool1d avg_pool2d avg_pool3d');
give(adaptiveAverage, 'adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d');
give(keeps('indices'), 'max_unpool1d max_unpool2d max_unpool3d');
give((saver) => {
  keeps('input', 'others')(saver);
  saver.copy(saver.layout('others')?.shape ?? []);
}, '_weight_norm');
give(keeps('input', 'grid'), 'grid_sample');
give(pad, 'pad');
give(convolution, 'conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d');
give(linear, 'linear');
give(matmul, 'matmul mm bmm mv dot vdot inner addmm baddbmm addbmm addmv');
give(einsum, 'einsum');
give((saver) => (keeps('input1', 'input2')(saver), saver.keep(saver.layout('weight'))), 'bilinear');
give(attention, 'scaled_dot_product_attention');
give(recurrent, 'lstm gru rnn_tanh rnn_relu');
give(recurrentCell, 'lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell');
give(keeps('input'), 'embedding');
give(embeddingBag, 'embedding_bag');
give(gumbel, 'gumbel_softmax');
give(fourier, 'fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn');
give(nothing, 'fftshift ifftshift');
give(crossEntropy, 'cross_entropy');
give(
  keeps('input', 'target', 'weight', 'pos_weight'),
  'mse_loss binary_cross_entropy binary_cross_entropy_with_logits smooth_l1_loss huber_loss',
);
give(negativeLogLikelihood, 'nll_loss');
give((saver) => saver.copy(saver.layout('input')?.shape ?? []), 'l1_loss');
give((saver) => {
  const { what } = saver.op.args;
  saver.unknown(`what backward of ${typeof what === 'string' ? what : 'a distribution'} keeps is not known`);
}, '_distribution');

/** Backward's needs of an operator; `undefined` where nobody has described them. */
export function rulesOf(name: string): Rule | undefined {
  return rules[name];
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return dtypeFacts(dtype).bytes;
}
