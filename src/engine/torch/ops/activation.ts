/** Activations, softmax, dropout, normalisation, embeddings: what layers call. */
import type { Unknown } from '../../python/value.js';
import { broadcast } from '../broadcast.js';
import { assumeEqual, compareDim, floorDiv, isInt, isUnknown, modulo, product, showDim, showShape } from '../dims.js';
import { isIntegral, roundAll, scalarName } from '../dtypes.js';
import { isTensor, type DType, type Dim, type Shape } from '../tensor.js';
import { operator, type Args, type OperatorOptions, type Result } from './operator.js';
import { unary } from './pointwise.js';

/** Activations with arguments; values only where the function is exact. */
const activations: Readonly<Record<string, string>> = {
  'relu(input, inplace=False)': 'torch method F',
  'relu6(input, inplace=False)': 'F',
  'elu(input, alpha=1.0, inplace=False)': 'F _C_nn',
  'selu(input, inplace=False)': 'torch F',
  'celu(input, alpha=1.0, inplace=False)': 'torch F',
  'leaky_relu(input, negative_slope=0.01, inplace=False)': 'F _C_nn',
  'rrelu(input, lower=0.125, upper=0.3333333333333333, training=False, inplace=False)': 'torch F',
  "gelu(input, approximate='none')": 'F _C_nn',
  'silu(input, inplace=False)': 'F _C_nn',
  'mish(input, inplace=False)': 'F _C_nn',
  'hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False)': 'F _C_nn',
  'hardswish(input, inplace=False)': 'F _C_nn',
  'hardsigmoid(input, inplace=False)': 'F _C_nn',
  'hardshrink(input, lambd=0.5)': 'torch method F',
  'softshrink(input, lambd=0.5)': 'F _C_nn',
  'tanhshrink(input)': 'F',
  'softplus(input, beta=1.0, threshold=20.0)': 'F _C_nn',
  'softsign(input)': 'F',
  'logsigmoid(input)': 'F',
  'threshold(input, threshold, value, inplace=False)': 'torch F',
};
for (const [signature, places] of Object.entries(activations)) {
  const options: OperatorOptions = {
    inplace: /^(relu|elu|selu|celu|leaky_relu|rrelu|hardtanh|threshold)\(/.test(signature),
  };
  operator(
    signature,
    places,
    (args) => {
      const attributes: Record<string, unknown> = {};
      for (const name of ['alpha', 'negative_slope', 'min_val', 'max_val', 'lambd', 'beta', 'threshold'])
        if (name in args.bound) attributes[name] = args.number(name);
      return unary(args, args.dtype('input'), args.op === 'relu' ? (x) => Math.max(x, 0) : null, attributes);
    },
    options,
  );
}
operator('glu(input, dim=-1)', 'F _C_nn', (args) => {
  const shape = args.shape('input');
  if (shape.length === 0) args.fail('glu does not support 0-dimensional tensors');
  const axis = args.axisOf('dim', shape.length);
  const size = shape[axis] as Dim;
  if (compareDim(args.context, '==', modulo(args.context, size, 2), 0) === false)
    args.fail(`Halving dimension must be even, but dimension ${axis} is size ${showDim(size)}`, {
      got: size,
      dim: axis,
      origin: args.tensor('input').data,
    });
  return { shape: shape.map((dim, i) => (i === axis ? floorDiv(args.context, dim, 2) : dim)) };
});
operator('prelu(input, weight)', 'torch method F', (args) => {
  const { shape } = args.tensor('input').data;
  const weight = args.shape('weight');
  const count = product(weight);
  const channels = !isUnknown(shape) ? (shape.length >= 2 ? (shape[1] as Dim) : 1) : null;
  if (channels !== null && count !== 1 && compareDim(args.context, '==', count, channels) === false)
    args.fail(
      `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${showDim(count)} and channel size = ${showDim(channels)}.`,
      { argument: 'weight', expected: count, got: channels, dim: 1, origin: args.tensor('input').data },
    );
  return { shape };
});

function softmax(args: Args): Result {
  const { shape, dtype } = args.tensor('input').data;
  if (!isUnknown(shape) && args.has('dim')) {
    const dim = args.dim('dim');
    if (typeof dim === 'number') args.axis(dim, shape.length);
  }
  const wanted = args.dtypeArgument() ?? dtype;
  if (!isUnknown(wanted) && isIntegral(wanted))
    args.context.raise(
      'NotImplementedError',
      `"${args.op}_lastdim_kernel_impl" not implemented for '${scalarName(wanted)}'`,
    );
  const dim = args.raw('dim');
  return { shape, dtype: wanted, attributes: { dim: typeof dim === 'number' ? dim : null } };
}
for (const name of ['softmax', 'log_softmax']) {
  operator(`${name}(input, dim, dtype=None)`, 'torch method special', softmax);
  operator(`${name}(input, dim=None, _stacklevel=3, dtype=None)`, 'F', softmax);
}
operator('softmin(input, dim=None, _stacklevel=3, dtype=None)', 'F', softmax);
operator('gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1)', 'F', (args) => ({
  shape: args.tensor('logits').data.shape,
}));

/** Dropout is nothing in evaluation; when training its values aren't known. */
for (const name of [
  'dropout',
  'alpha_dropout',
  'feature_alpha_dropout',
  'dropout1d',
  'dropout2d',
  'dropout3d',
  'feature_dropout',
]) {
  const training = name === 'alpha_dropout' || name === 'feature_alpha_dropout' ? 'False' : 'True';
  const run =
    (key: 'training' | 'train') =>
    (args: Args): Result => {
      const { shape, values } = args.tensor('input').data;
      const on = args.raw(key);
      const p = args.number('p');
      if (p !== null && (p < 0 || p > 1))
        args.context.raise('ValueError', `dropout probability has to be between 0 and 1, but got ${p}`);
      return {
        shape,
        values: on === false || p === 0 ? values : null,
        attributes: { p, training: typeof on === 'boolean' ? on : null },
      };
    };
  operator(`${name}(input, p=0.5, training=${training}, inplace=False)`, 'F', run('training'));
  if (!/\dd$/.test(name)) operator(`${name}(input, p, train)`, 'torch', run('train'), { inplace: true });
}

function channelsOf(args: Args): Dim | null {
  const { shape } = args.tensor('input').data;
  return isUnknown(shape) ? null : (shape[1] ?? null);
}
/** A vector of one number per channel, where it is given. */
function checkPerChannel(args: Args, name: string, channels: Dim | null): void {
  const tensor = args.optional(name);
  if (channels === null || !isTensor(tensor) || isUnknown(tensor.data.shape)) return;
  const size = tensor.data.shape[0] ?? 1;
  if (!assumeEqual(args.context, size, channels))
    args.fail(
      name.startsWith('running')
        ? `${name} should contain ${showDim(channels)} elements not ${showDim(size)}`
        : `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${showShape(tensor.data.shape)} and input of shape ${showShape(args.tensor('input').data.shape)}`,
      {
        argument: name,
        expected: size,
        got: channels,
        dim: 1,
        origin: args.tensor('input').data,
      },
    );
}
operator(
  'batch_norm(input, running_mean=None, running_var=None, weight=None, bias=None, training=False, momentum=0.1, eps=1e-05)',
  'F',
  batchNorm,
);
operator(
  'batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=True)',
  'torch',
  batchNorm,
);
function batchNorm(args: Args): Result {
  const channels = channelsOf(args);
  for (const name of ['running_mean', 'running_var', 'weight', 'bias']) checkPerChannel(args, name, channels);
  return { shape: args.tensor('input').data.shape, attributes: { training: args.raw('training') === true, channels } };
}
operator(
  'instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-05)',
  'F',
  (args) => {
    for (const name of ['weight', 'bias']) checkPerChannel(args, name, channelsOf(args));
    return { shape: args.tensor('input').data.shape, attributes: { channels: channelsOf(args) } };
  },
);
const groupNorm = (args: Args): Result => {
  const channels = channelsOf(args);
  const groups = args.dim('num_groups');
  for (const name of ['weight', 'bias']) checkPerChannel(args, name, channels);
  if (channels !== null && compareDim(args.context, '==', modulo(args.context, channels, groups), 0) === false)
    args.fail(
      `Expected number of channels in input to be divisible by num_groups, but got input of shape ${showShape(args.tensor('input').data.shape)} and num_groups=${showDim(groups)}`,
      { got: channels, dim: 1, origin: args.tensor('input').data },
    );
  return { shape: args.tensor('input').data.shape, attributes: { num_groups: groups } };
};
operator('group_norm(input, num_groups, weight=None, bias=None, eps=1e-05, cudnn_enabled=True)', 'F torch', groupNorm);
const layerNorm = (args: Args): Result => {
  const { shape, dtype } = args.tensor('input').data;
  const normalized = args.dims('normalized_shape');
  if (!isUnknown(shape)) {
    const tail = shape.slice(-normalized.length);
    if (
      tail.length !== normalized.length ||
      tail.some((size, i) => !assumeEqual(args.context, normalized[i] as Dim, size))
    ) {
      const at = tail.findIndex((size, i) => compareDim(args.context, '==', size, normalized[i] as Dim) === false);
      // As PyTorch writes it, without the comma for RMS norm.
      const words = args.op === 'rms_norm' ? '' : ', ';
      args.fail(
        `Given normalized_shape=${showShape(normalized)}, expected input with shape [*${words}${normalized.map(showDim).join(', ')}], but got input of size${showShape(shape)}`,
        {
          argument: 'normalized_shape',
          expected: normalized[Math.max(at, 0)],
          got: tail[Math.max(at, 0)],
          dim: shape.length - normalized.length + Math.max(at, 0),
          origin: args.tensor('input').data,
        },
      );
    }
  }
  return { shape, dtype, attributes: { normalized_shape: normalized } };
};
operator(
  'layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-05, cudnn_enable=True)',
  'F torch',
  layerNorm,
);
operator('rms_norm(input, normalized_shape, weight=None, eps=None)', 'F torch', layerNorm);
operator('local_response_norm(input, size, alpha=0.0001, beta=0.75, k=1.0)', 'F', (args) => ({
  shape: args.tensor('input').data.shape,
}));
operator('normalize(input, p=2.0, dim=1, eps=1e-12, out=None)', 'F', (args) => ({
  shape: args.tensor('input').data.shape,
}));
operator('cosine_similarity(x1, x2, dim=1, eps=1e-08)', 'torch F', (args) => {
  const shape = broadcast(args, [args.tensor('x1').data.shape, args.tensor('x2').data.shape]);
  return { shape: isUnknown(shape) ? shape : shape.filter((_, i) => i !== args.axisOf('dim', shape.length)) };
});
operator('pairwise_distance(x1, x2, p=2.0, eps=1e-06, keepdim=False)', 'torch F', (args) => {
  const shape = broadcast(args, [args.tensor('x1').data.shape, args.tensor('x2').data.shape]);
  if (isUnknown(shape)) return { shape };
  return { shape: args.bool('keepdim') ? [...shape.slice(0, -1), 1] : shape.slice(0, -1) };
});
operator('pdist(input, p=2.0)', 'torch F', (args) => {
  const n = args.shape('input')[0] as Dim;
  return {
    shape: [
      typeof n === 'number'
        ? (n * (n - 1)) / 2
        : args.context.unknown('the number of pairs of a symbolic size is not computed'),
    ],
  };
});

// ---------------------------------------------------------------- embeddings

operator(
  'embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False)',
  'F',
  (args) => lookUp(args, 'input', 'weight'),
);
operator('embedding(weight, input, padding_idx=-1, scale_grad_by_freq=False, sparse=False)', 'torch', (args) =>
  lookUp(args, 'input', 'weight'),
);
function lookUp(args: Args, index: string, weight: string): Result {
  const { shape, dtype, values } = args.tensor(index).data;
  const table = args.shape(weight);
  if (!isUnknown(dtype) && dtype !== 'int64' && dtype !== 'int32')
    args.fail(
      `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${torchTypeName(dtype)} instead (while checking arguments for embedding)`,
      { argument: 'input', origin: args.tensor(index).data },
    );
  const rows = table[0] as Dim;
  if (values && typeof rows === 'number' && values.some((at) => at < 0 || at >= rows))
    args.context.raise('IndexError', 'index out of range in self');
  return { shape: isUnknown(shape) ? shape : [...shape, table[1] as Dim], dtype: args.dtype(weight) };
}
function torchTypeName(dtype: DType): string {
  const names: Partial<Record<DType, string>> = {
    float32: 'FloatTensor',
    float64: 'DoubleTensor',
    float16: 'HalfTensor',
    bool: 'BoolTensor',
    uint8: 'ByteTensor',
  };
  return names[dtype] ?? `${dtype}`;
}
operator(
  "embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode='mean', sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None)",
  'F',
  (args) => {
    const input = args.shape('input');
    const table = args.shape('weight');
    const offsets = args.optional('offsets');
    let bags: Dim = input[0] as Dim;
    if (input.length === 1) {
      if (!isTensor(offsets)) return args.context.raise('ValueError', 'offsets has to be a 1D Tensor but got None');
      const size = isUnknown(offsets.data.shape) ? offsets.data.shape : (offsets.data.shape[0] as Dim);
      bags = args.bool('include_last_offset') && isInt(size) ? (typeof size === 'number' ? size - 1 : size) : size;
    }
    return { shape: [bags, table[1] as Dim], dtype: args.dtype('weight') };
  },
);
operator('one_hot(tensor, num_classes=-1)', 'F', (args) => {
  const { shape, values, dtype } = args.tensor('tensor').data;
  if (!isUnknown(dtype) && dtype !== 'int64')
    args.fail('one_hot is only applicable to index tensor of type LongTensor.');
  let classes = args.dim('num_classes');
  if (classes === -1)
    classes =
      values && values.length > 0
        ? Math.max(...values) + 1
        : args.context.unknown('the number of classes depends on the values of a tensor');
  const count = typeof classes === 'number' ? classes : 0;
  return {
    shape: isUnknown(shape) ? shape : [...shape, classes],
    dtype: 'int64',
    requiresGrad: false,
    values:
      values && typeof classes === 'number'
        ? roundAll(
            'int64',
            values.flatMap((value) => Array.from({ length: count }, (_, i) => Number(i === value))),
          )
        : null,
  };
});
operator("grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None)", 'F', (args) => {
  const [input, grid] = [args.shape('input'), args.shape('grid')];
  if (input.length !== grid.length)
    args.fail(
      `grid_sampler(): expected input and grid to have same number of dimensions, but got input with sizes ${showShape(input)} and grid with sizes ${showShape(grid)}`,
    );
  if (!assumeEqual(args.context, input[0] as Dim, grid[0] as Dim))
    args.fail(
      `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${showShape(input)} and grid with sizes ${showShape(grid)}`,
      { argument: 'grid', expected: input[0], got: grid[0], dim: 0 },
    );
  if (!assumeEqual(args.context, grid[grid.length - 1] as Dim, input.length - 2))
    args.fail(
      `grid_sampler(): expected grid to have size ${input.length - 2} in last dimension, but got grid with sizes ${showShape(grid)}`,
    );
  return { shape: [input[0] as Dim, input[1] as Dim, ...grid.slice(1, -1)] };
});
operator('affine_grid(theta, size, align_corners=None)', 'F', (args) => {
  const size = args.dims('size');
  return { shape: [size[0] as Dim, ...size.slice(2), size.length - 2], macs: 0 };
});

// ---------------------------------------------------------------- losses

const reduced = (args: Args, shape: Shape, dtype?: DType | Unknown): Result => {
  const reduction = args.raw('reduction');
  const none = reduction === 'none' || (args.raw('reduce') === false && reduction !== 'mean' && reduction !== 'sum');
  if (isUnknown(reduction)) args.undetermined(reduction);
  return {
    shape: none ? shape : [],
    dtype,
    attributes: { reduction: typeof reduction === 'string' ? reduction : null },
  };
};
const old = 'size_average=None, reduce=None';
/** Losses of two tensors that broadcast. */
for (const [name, places] of [
  ['mse_loss', 'F _C_nn'],
  ['l1_loss', 'F _C_nn'],
] as const)
  operator(`${name}(input, target, ${old}, reduction='mean', weight=None)`, places, (args) => {
    const [a, b] = [args.tensor('input').data.shape, args.tensor('target').data.shape];
    return reduced(args, broadcast(args, [a, b]));
  });
operator(`smooth_l1_loss(input, target, ${old}, reduction='mean', beta=1.0)`, 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator("huber_loss(input, target, reduction='mean', delta=1.0, weight=None)", 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator(`kl_div(input, target, ${old}, reduction='mean', log_target=False)`, 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator(
  `poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean')`,
  'F',
  (args) => reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator("gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction='mean')", 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator(`soft_margin_loss(input, target, ${old}, reduction='mean')`, 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator(`hinge_embedding_loss(input, target, margin=1.0, ${old}, reduction='mean')`, 'F', (args) =>
  reduced(args, broadcast(args, [args.tensor('input').data.shape, args.tensor('target').data.shape])),
);
operator(`margin_ranking_loss(input1, input2, target, margin=0, ${old}, reduction='mean')`, 'F', (args) =>
  reduced(
    args,
    broadcast(args, [
      args.tensor('input1').data.shape,
      args.tensor('input2').data.shape,
      args.tensor('target').data.shape,
    ]),
  ),
);
operator(`cosine_embedding_loss(input1, input2, target, margin=0, ${old}, reduction='mean')`, 'F', (args) => {
  const shape = broadcast(args, [args.tensor('input1').data.shape, args.tensor('input2').data.shape]);
  return reduced(args, isUnknown(shape) ? shape : shape.length === 2 ? shape.slice(0, 1) : []);
});
for (const name of ['multi_margin_loss', 'multilabel_margin_loss', 'multilabel_soft_margin_loss']) {
  const extra =
    name === 'multi_margin_loss'
      ? 'p=1, margin=1.0, weight=None, '
      : name === 'multilabel_soft_margin_loss'
        ? 'weight=None, '
        : '';
  operator(`${name}(input, target, ${extra}${old}, reduction='mean')`, 'F', (args) => {
    const { shape } = args.tensor('input').data;
    return reduced(args, isUnknown(shape) ? shape : shape.slice(0, -1));
  });
}
for (const name of ['triplet_margin_loss', 'triplet_margin_with_distance_loss'])
  operator(
    name === 'triplet_margin_loss'
      ? `${name}(anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, ${old}, reduction='mean')`
      : `${name}(anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction='mean')`,
    'F',
    (args) => {
      const shape = broadcast(args, [
        args.tensor('anchor').data.shape,
        args.tensor('positive').data.shape,
        args.tensor('negative').data.shape,
      ]);
      return reduced(args, isUnknown(shape) ? shape : shape.slice(0, -1));
    },
  );
operator(`binary_cross_entropy(input, target, weight=None, ${old}, reduction='mean')`, 'F', (args) => {
  const [a, b] = [args.tensor('input').data.shape, args.tensor('target').data.shape];
  if (
    !isUnknown(a) &&
    !isUnknown(b) &&
    (a.length !== b.length || a.some((dim, i) => compareDim(args.context, '==', dim, b[i] as Dim) === false))
  )
    args.context.raise(
      'ValueError',
      `Using a target size (torch.Size(${showShape(b)})) that is different to the input size (torch.Size(${showShape(a)})) is deprecated. Please ensure they have the same size.`,
    );
  return reduced(args, a);
});
operator(
  `binary_cross_entropy_with_logits(input, target, weight=None, ${old}, reduction='mean', pos_weight=None)`,
  'F',
  (args) => {
    const [a, b] = [args.tensor('input').data.shape, args.tensor('target').data.shape];
    if (
      !isUnknown(a) &&
      !isUnknown(b) &&
      (a.length !== b.length || a.some((dim, i) => compareDim(args.context, '==', dim, b[i] as Dim) === false))
    )
      args.context.raise(
        'ValueError',
        `Target size (torch.Size(${showShape(b)})) must be the same as input size (torch.Size(${showShape(a)}))`,
      );
    return reduced(args, a);
  },
);
/** Classes stand on axis 1 (or 0 without a batch). */
function classLoss(args: Args, probabilities: boolean): Result {
  const [input, target] = [args.shape('input'), args.shape('target')];
  const rest = input.length === 1 ? [] : [input[0] as Dim, ...input.slice(2)];
  const targetDtype = args.dtype('target');
  const sameRank =
    target.length === input.length && probabilities && !isUnknown(targetDtype) && !isIntegral(targetDtype);
  if (!sameRank) {
    if (
      input.length > 1 &&
      target.length > 0 &&
      compareDim(args.context, '==', input[0] as Dim, target[0] as Dim) === false
    )
      args.context.raise(
        'ValueError',
        `Expected input batch_size (${showDim(input[0] as Dim)}) to match target batch_size (${showDim(target[0] as Dim)}).`,
      );
    if (target.length !== rest.length)
      args.fail(
        input.length === 2
          ? '0D or 1D target tensor expected, multi-target not supported'
          : `Expected target size ${showShape(rest)}, got ${showShape(target)}`,
        { argument: 'target' },
      );
    rest.forEach((size, i) => {
      if (!assumeEqual(args.context, size, target[i] as Dim))
        args.fail(`Expected target size ${showShape(rest)}, got ${showShape(target)}`, {
          argument: 'target',
          expected: size,
          got: target[i],
          dim: i,
        });
    });
    if (!isUnknown(targetDtype) && targetDtype !== 'int64' && targetDtype !== 'uint8')
      args.fail(`expected scalar type Long but found ${targetDtype === 'float32' ? 'Float' : targetDtype}`, {
        argument: 'target',
      });
  }
  return reduced(args, rest, args.dtype('input'));
}
operator(
  `nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')`,
  'F',
  (args) => classLoss(args, false),
);
operator(
  `cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0)`,
  'F',
  (args) => classLoss(args, true),
);
operator(
  "ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False)",
  'F torch',
  (args) => {
    const shape = args.shape('log_probs');
    return reduced(args, shape.length === 3 ? [shape[1] as Dim] : []);
  },
);
