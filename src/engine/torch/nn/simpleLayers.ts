/** Every layer of `torch.nn` without parameters, one row each. */
import type { Context } from '../../python/context.js';
import { defineFunction, type Bound } from '../../python/define.js';
import type { PyClass, PyInstance, Value } from '../../python/value.js';
import { asNumber, layer, readAttribute, type LayerOptions } from './layer.js';
import { registerBuffer } from './module.js';
import { isTensorValue, isUnknown, keyText, method } from './objects.js';
import { tupled } from './tuples.js';

type Rank = number | undefined;

function rankOf(input: Value | undefined): Rank {
  return isTensorValue(input) && !isUnknown(input.data.shape) ? input.data.shape.length : undefined;
}

/** `expected 3D or 4D input (got 2D input)` */
function ranks(...allowed: readonly number[]): NonNullable<LayerOptions['check']> {
  return (_self, { input }, context) => {
    const rank = rankOf(input);
    if (rank !== undefined && !allowed.includes(rank))
      context.raise('ValueError', `expected ${allowed.map((n) => `${n}D`).join(' or ')} input (got ${rank}D input)`);
  };
}

const set = (self: PyInstance, name: string, value: Value): void => void self.attrs.set(name, value);

// ---------------------------------------------------------------- activations

const act = (signature: string, forward: string, repr?: string, more: LayerOptions = {}): PyClass =>
  layer('activation', signature, { forward, repr, ...more });

const hardtanh = act(
  'Hardtanh(min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None)',
  'F.hardtanh(input, self.min_val, self.max_val, self.inplace)',
  'min_val={min_val}, max_val={max_val}[inplace|, ]',
  {
    attributes: { min_value: null, max_value: null },
    init: (self, { min_value, max_value }, context) => {
      if (min_value !== null && min_value !== undefined) set(self, 'min_val', min_value);
      if (max_value !== null && max_value !== undefined) set(self, 'max_val', max_value);
      const low = asNumber(self.attrs.get('min_val'));
      const high = asNumber(self.attrs.get('max_val'));
      if (low !== undefined && high !== undefined && high <= low)
        context.raise('AssertionError', `max_val (${high}) must be greater than min_val (${low})`);
    },
  },
);

const activations: readonly PyClass[] = [
  act(
    'Threshold(threshold, value, inplace=False)',
    'F.threshold(input, self.threshold, self.value, self.inplace)',
    'threshold={threshold}, value={value}[inplace|, ]',
  ),
  act('ReLU(inplace=False)', 'F.relu(input, inplace=self.inplace)', '[inplace|]'),
  act(
    'RReLU(lower=0.125, upper=0.3333333333333333, inplace=False)',
    'F.rrelu(input, self.lower, self.upper, self.training, self.inplace)',
    'lower={lower}, upper={upper}[inplace|, ]',
  ),
  hardtanh,
  act('ReLU6(inplace=False)', 'F.hardtanh(input, self.min_val, self.max_val, self.inplace)', '[inplace|]', {
    base: hardtanh,
    init: (self) => {
      set(self, 'min_val', { kind: 'float', value: 0 });
      set(self, 'max_val', { kind: 'float', value: 6 });
    },
  }),
  act('Sigmoid(*args, **kwargs)', 'torch.sigmoid(input)', undefined, noArguments()),
  act('Hardsigmoid(inplace=False)', 'F.hardsigmoid(input, self.inplace)', ''),
  act('Tanh(*args, **kwargs)', 'torch.tanh(input)', undefined, noArguments()),
  act('SiLU(inplace=False)', 'F.silu(input, inplace=self.inplace)', '[inplace|]'),
  act('Mish(inplace=False)', 'F.mish(input, inplace=self.inplace)', '[inplace|]'),
  act('Hardswish(inplace=False)', 'F.hardswish(input, self.inplace)', ''),
  act('ELU(alpha=1.0, inplace=False)', 'F.elu(input, self.alpha, self.inplace)', 'alpha={alpha}[inplace|, ]'),
  act('CELU(alpha=1.0, inplace=False)', 'F.celu(input, self.alpha, self.inplace)', 'alpha={alpha}[inplace|, ]'),
  act('SELU(inplace=False)', 'F.selu(input, self.inplace)', '[inplace|]'),
  act('GLU(dim=-1)', 'F.glu(input, self.dim)', 'dim={dim}'),
  act("GELU(approximate='none')", 'F.gelu(input, approximate=self.approximate)', 'approximate={approximate!r}'),
  act('Hardshrink(lambd=0.5)', 'F.hardshrink(input, self.lambd)', '{lambd}'),
  act(
    'LeakyReLU(negative_slope=0.01, inplace=False)',
    'F.leaky_relu(input, self.negative_slope, self.inplace)',
    'negative_slope={negative_slope}[inplace|, ]',
  ),
  act('LogSigmoid(*args, **kwargs)', 'F.logsigmoid(input)', undefined, noArguments()),
  act(
    'Softplus(beta=1.0, threshold=20.0)',
    'F.softplus(input, self.beta, self.threshold)',
    'beta={beta}, threshold={threshold}',
  ),
  act('Softshrink(lambd=0.5)', 'F.softshrink(input, self.lambd)', '{lambd}'),
  act('Softsign(*args, **kwargs)', 'F.softsign(input)', undefined, noArguments()),
  act('Tanhshrink(*args, **kwargs)', 'F.tanhshrink(input)', undefined, noArguments()),
  act('Softmin(dim=None)', 'F.softmin(input, self.dim)', 'dim={dim}'),
  act('Softmax(dim=None)', 'F.softmax(input, self.dim)', 'dim={dim}'),
  act('Softmax2d(*args, **kwargs)', 'F.softmax(input, -3)', undefined, {
    ...noArguments(),
    check: (_self, { input }, context) => {
      const rank = rankOf(input);
      if (rank !== undefined && rank !== 3 && rank !== 4)
        context.raise('ValueError', `Softmax2d: expected input to be 3D or 4D, got ${rank}D instead`);
    },
  }),
  act('LogSoftmax(dim=None)', 'F.log_softmax(input, self.dim)', 'dim={dim}'),
];

/** Layers that inherit `Module.__init__`, which takes nothing. */
function noArguments(): LayerOptions {
  return {
    attributes: { args: null, kwargs: null },
    init: (self, { args, kwargs }, context) => {
      const given = typeof args === 'object' && args?.kind === 'tuple' ? args.items.length : 0;
      if (given > 0)
        context.raise(
          'TypeError',
          `${self.cls.name}.__init__() takes 1 positional argument but ${given + 1} were given`,
        );
      if (typeof kwargs === 'object' && kwargs?.kind === 'dict' && kwargs.entries.size > 0)
        context.raise(
          'TypeError',
          `${self.cls.name}.__init__() got an unexpected keyword argument '${keyText([...kwargs.entries.values()][0]?.key ?? null)}'`,
        );
    },
  };
}

// ---------------------------------------------------------------- dropout

const dropoutBase = layer('dropout', '_DropoutNd(p=0.5, inplace=False)', {
  repr: 'p={p}, inplace={inplace}',
  init: (_self, { p }, context) => {
    const value = asNumber(p);
    if (value !== undefined && (value < 0 || value > 1)) {
      const shown = context.str(p ?? null);
      context.raise(
        'ValueError',
        `dropout probability has to be between 0 and 1, but got ${isUnknown(shown) ? value : shown}`,
      );
    }
  },
});
const dropout = (name: string, forward: string): PyClass =>
  layer('dropout', `${name}()`, { base: dropoutBase, forward });
const dropouts: readonly PyClass[] = [
  dropoutBase,
  dropout('Dropout', 'F.dropout(input, self.p, self.training, self.inplace)'),
  dropout('Dropout1d', 'F.dropout1d(input, self.p, self.training, self.inplace)'),
  dropout('Dropout2d', 'F.dropout2d(input, self.p, self.training, self.inplace)'),
  dropout('Dropout3d', 'F.dropout3d(input, self.p, self.training, self.inplace)'),
  dropout('AlphaDropout', 'F.alpha_dropout(input, self.p, self.training)'),
  dropout('FeatureAlphaDropout', 'F.feature_alpha_dropout(input, self.p, self.training)'),
];

// ---------------------------------------------------------------- pooling

const maxPoolBase = layer(
  'pooling',
  '_MaxPoolNd(kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False)',
  {
    repr: 'kernel_size={kernel_size}, stride={stride}, padding={padding}, dilation={dilation}, ceil_mode={ceil_mode}',
    init: strideDefault,
  },
);
const avgPoolBase = layer('pooling', '_AvgPoolNd(*args, **kwargs)', {
  ...noArguments(),
  repr: 'kernel_size={kernel_size}, stride={stride}, padding={padding}',
});
const maxUnpoolBase = layer('pooling', '_MaxUnpoolNd(*args, **kwargs)', {
  ...noArguments(),
  repr: 'kernel_size={kernel_size}, stride={stride}, padding={padding}',
});
const lpPoolBase = layer('pooling', '_LPPoolNd(norm_type, kernel_size, stride=None, ceil_mode=False)', {
  repr: 'norm_type={norm_type}, kernel_size={kernel_size}, stride={stride}, ceil_mode={ceil_mode}',
});
const adaptiveMaxBase = layer('pooling', '_AdaptiveMaxPoolNd(output_size, return_indices=False)', {
  repr: 'output_size={output_size}',
});
const adaptiveAvgBase = layer('pooling', '_AdaptiveAvgPoolNd(output_size)', { repr: 'output_size={output_size}' });

function strideDefault(self: PyInstance, { stride, kernel_size }: Bound): void {
  if (stride === null) set(self, 'stride', kernel_size ?? null);
}
/** Attributes that the layer keeps as tuples of `n`. */
const asTuples =
  (n: number, ...names: readonly string[]) =>
  (self: PyInstance, bound: Bound, context: Context): void => {
    strideDefault(self, bound);
    for (const name of names) {
      const value = self.attrs.get(name) ?? null;
      if (value !== null) set(self, name, tupled(n, value, context));
    }
  };

const unpool = (n: number): PyClass =>
  layer('pooling', `MaxUnpool${n}d(kernel_size, stride=None, padding=0)`, {
    base: maxUnpoolBase,
    takes: 'input, indices, output_size=None',
    forward: `F.max_unpool${n}d(input, indices, self.kernel_size, self.stride, self.padding, output_size)`,
    init: asTuples(n, 'kernel_size', 'stride', 'padding'),
  });
const avgPool = (n: number): PyClass =>
  layer(
    'pooling',
    `AvgPool${n}d(kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True${n === 1 ? '' : ', divisor_override=None'})`,
    {
      base: avgPoolBase,
      forward: `F.avg_pool${n}d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad${n === 1 ? '' : ', self.divisor_override'})`,
      init: n === 1 ? asTuples(1, 'kernel_size', 'stride', 'padding') : strideDefault,
    },
  );
const fractional = (n: number): PyClass =>
  layer(
    'pooling',
    `FractionalMaxPool${n}d(kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None)`,
    {
      attributes: { _random_samples: null },
      forward: `F.fractional_max_pool${n}d(input, self.kernel_size, self.output_size, self.output_ratio, self.return_indices, _random_samples=self._random_samples)`,
      init: (self, bound, context) => {
        const { output_size, output_ratio, _random_samples } = bound;
        if (output_size === null && output_ratio === null)
          context.raise(
            'ValueError',
            `FractionalMaxPool${n}d requires specifying either an output size, or a pooling ratio`,
          );
        if (output_size !== null && output_ratio !== null)
          context.raise('ValueError', 'only one of output_size and output_ratio may be specified');
        asTuples(n, 'kernel_size', 'output_size', 'output_ratio')(self, {}, context);
        registerBuffer(self, '_random_samples', _random_samples ?? null, true, context);
      },
    },
  );

const poolings: readonly PyClass[] = [
  maxPoolBase,
  avgPoolBase,
  maxUnpoolBase,
  lpPoolBase,
  adaptiveMaxBase,
  adaptiveAvgBase,
  ...[1, 2, 3].flatMap((n) => [
    layer('pooling', `MaxPool${n}d()`, {
      base: maxPoolBase,
      forward: `F.max_pool${n}d(input, self.kernel_size, self.stride, self.padding, self.dilation, ceil_mode=self.ceil_mode, return_indices=self.return_indices)`,
    }),
    unpool(n),
    avgPool(n),
    layer('pooling', `LPPool${n}d()`, {
      base: lpPoolBase,
      forward: `F.lp_pool${n}d(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)`,
    }),
    layer('pooling', `AdaptiveMaxPool${n}d()`, {
      base: adaptiveMaxBase,
      forward: `F.adaptive_max_pool${n}d(input, self.output_size, self.return_indices)`,
    }),
    layer('pooling', `AdaptiveAvgPool${n}d()`, {
      base: adaptiveAvgBase,
      forward: `F.adaptive_avg_pool${n}d(input, self.output_size)`,
    }),
  ]),
  fractional(2),
  fractional(3),
];

// ---------------------------------------------------------------- padding

const padTuple =
  (n: number) =>
  (self: PyInstance, _bound: Bound, context: Context): void =>
    asTuples(2 * n, 'padding')(self, {}, context);

function paddingFamily(prefix: string, mode: string): PyClass[] {
  const base = layer('padding', `_${prefix}PadNd(*args, **kwargs)`, {
    ...noArguments(),
    repr: '{padding}',
    forward: `F.pad(input, self.padding, '${mode}')`,
  });
  return [
    base,
    ...[1, 2, 3].map((n) =>
      layer('padding', `${prefix}Pad${n}d(padding)`, {
        base,
        init: padTuple(n),
        ...(prefix === 'Circular'
          ? { forward: `F.pad(input, self.padding, '${mode}')`, check: ranks(n + 1, n + 2) }
          : {}),
      }),
    ),
  ];
}
const constantBase = layer('padding', '_ConstantPadNd(value)', {
  repr: 'padding={padding}, value={value}',
  forward: "F.pad(input, self.padding, 'constant', self.value)",
});
const constantPads = [1, 2, 3].map((n) =>
  layer('padding', `ConstantPad${n}d(padding, value)`, { base: constantBase, init: padTuple(n) }),
);
const paddings: readonly PyClass[] = [
  ...paddingFamily('Circular', 'circular'),
  ...paddingFamily('Reflection', 'reflect'),
  ...paddingFamily('Replication', 'replicate'),
  constantBase,
  ...constantPads,
  ...constantPads.map((base, i) =>
    layer('padding', `ZeroPad${i + 1}d(padding)`, {
      base,
      repr: '{padding}',
      init: (self, bound, context) => {
        set(self, 'value', { kind: 'float', value: 0 });
        padTuple(i + 1)(self, bound, context);
      },
    }),
  ),
];

// ---------------------------------------------------------------- reshaping, distances, the rest

/** `scale_factor` is kept as a float, or a tuple of floats. */
function upsampleInit(mode: string | null) {
  return (self: PyInstance, { scale_factor }: Bound, context: Context): void => {
    set(self, 'name', self.cls.name);
    const toFloat = (value: Value): Value =>
      isUnknown(value) ? value : context.call(context.builtinClass('float'), [value]);
    const scale = scale_factor ?? null;
    const isTuple = typeof scale === 'object' && scale !== null && scale.kind === 'tuple';
    const truth = context.truth(scale);
    set(
      self,
      'scale_factor',
      isUnknown(truth) ? truth : isTuple ? context.tuple(scale.items.map(toFloat)) : truth ? toFloat(scale) : null,
    );
    if (mode === null) return;
    set(self, 'mode', mode);
    set(self, 'align_corners', mode === 'bilinear' ? true : null);
    set(self, 'recompute_scale_factor', null);
  };
}
const interpolate =
  'F.interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners, recompute_scale_factor=self.recompute_scale_factor)';
const upsample = layer(
  'upsampling',
  "Upsample(size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None)",
  {
    forward: interpolate,
    init: upsampleInit(null),
    members: {
      extra_repr: method('extra_repr', (self, _args, _kwargs, context) => {
        const scale = readAttribute(self, 'scale_factor', context);
        const shown = context.repr(scale === null ? readAttribute(self, 'size', context) : scale);
        const mode = context.repr(readAttribute(self, 'mode', context));
        if (isUnknown(shown) || isUnknown(mode)) return isUnknown(shown) ? shown : mode;
        return `${scale === null ? 'size' : 'scale_factor'}=${shown}, mode=${mode}`;
      }),
    },
  },
);

const others: readonly PyClass[] = [
  layer('linear', 'Identity(*args, **kwargs)', {
    attributes: { args: null, kwargs: null },
    members: { forward: defineFunction('Identity.forward(self, input)', ({ input }) => input ?? null) },
  }),
  layer('flatten', 'Flatten(start_dim=1, end_dim=-1)', {
    forward: 'input.flatten(self.start_dim, self.end_dim)',
    repr: 'start_dim={start_dim}, end_dim={end_dim}',
  }),
  layer('flatten', 'Unflatten(dim, unflattened_size)', {
    forward: 'input.unflatten(self.dim, self.unflattened_size)',
    repr: 'dim={dim}, unflattened_size={unflattened_size}',
    init: (_self, { unflattened_size: size }, context) => {
      if (isUnknown(size)) return;
      if (typeof size !== 'object' || size === null || (size.kind !== 'tuple' && size.kind !== 'list'))
        context.raise(
          'TypeError',
          `unflattened_size must be a tuple of ints, but found type ${context.typeOf(size ?? null).name}`,
        );
      else
        size.items.forEach((item, i) => {
          if (context.isInstance(item, context.builtinClass('int')) === false)
            context.raise(
              'TypeError',
              `unflattened_size must be tuple of ints, but found element of type ${context.typeOf(item).name} at pos ${i}`,
            );
        });
    },
  }),
  layer('fold', 'Fold(output_size, kernel_size, dilation=1, padding=0, stride=1)', {
    forward: 'F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)',
    repr: 'output_size={output_size}, kernel_size={kernel_size}, dilation={dilation}, padding={padding}, stride={stride}',
  }),
  layer('fold', 'Unfold(kernel_size, dilation=1, padding=0, stride=1)', {
    forward: 'F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)',
    repr: 'kernel_size={kernel_size}, dilation={dilation}, padding={padding}, stride={stride}',
  }),
  layer('channelshuffle', 'ChannelShuffle(groups)', {
    forward: 'F.channel_shuffle(input, self.groups)',
    repr: 'groups={groups}',
  }),
  layer('pixelshuffle', 'PixelShuffle(upscale_factor)', {
    forward: 'F.pixel_shuffle(input, self.upscale_factor)',
    repr: 'upscale_factor={upscale_factor}',
  }),
  layer('pixelshuffle', 'PixelUnshuffle(downscale_factor)', {
    forward: 'F.pixel_unshuffle(input, self.downscale_factor)',
    repr: 'downscale_factor={downscale_factor}',
  }),
  layer('distance', 'PairwiseDistance(p=2.0, eps=1e-06, keepdim=False)', {
    takes: 'x1, x2',
    attributes: { p: 'norm' },
    forward: 'F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)',
  }),
  layer('distance', 'CosineSimilarity(dim=1, eps=1e-08)', {
    takes: 'x1, x2',
    forward: 'F.cosine_similarity(x1, x2, self.dim, self.eps)',
  }),
  upsample,
  layer('upsampling', 'UpsamplingNearest2d(size=None, scale_factor=None)', {
    base: upsample,
    init: upsampleInit('nearest'),
  }),
  layer('upsampling', 'UpsamplingBilinear2d(size=None, scale_factor=None)', {
    base: upsample,
    init: upsampleInit('bilinear'),
  }),
  layer('normalization', 'LocalResponseNorm(size, alpha=0.0001, beta=0.75, k=1.0)', {
    forward: 'F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)',
    repr: '{size}, alpha={alpha}, beta={beta}, k={k}',
  }),
  layer('normalization', 'CrossMapLRN2d(size, alpha=0.0001, beta=0.75, k=1)', {
    forward: 'F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)',
    repr: '{size}, alpha={alpha}, beta={beta}, k={k}',
  }),
];

// ---------------------------------------------------------------- losses

/** `reduction` from the two deprecated flags, when either is given. */
function reduction(self: PyInstance, { size_average, reduce, reduction: given }: Bound, context: Context): void {
  let value = given ?? 'mean';
  if ((size_average !== null && size_average !== undefined) || (reduce !== null && reduce !== undefined)) {
    const average = context.truth(size_average ?? true);
    const reduces = context.truth(reduce ?? true);
    value = isUnknown(average) ? average : isUnknown(reduces) ? reduces : !reduces ? 'none' : average ? 'mean' : 'sum';
  }
  set(self, 'reduction', value);
}

const DEPRECATED = { size_average: null, reduce: null };
const lossBase = layer('loss', "_Loss(size_average=None, reduce=None, reduction='mean')", {
  attributes: DEPRECATED,
  init: reduction,
});
const weightedBase = layer('loss', "_WeightedLoss(weight=None, size_average=None, reduce=None, reduction='mean')", {
  base: lossBase,
  attributes: { ...DEPRECATED, weight: null },
  init: weighted(),
});

/** Registers the tensors among the arguments as buffers, as the losses do. */
function weighted(...more: readonly string[]) {
  return (self: PyInstance, bound: Bound, context: Context): void => {
    reduction(self, bound, context);
    for (const name of ['weight', ...more]) registerBuffer(self, name, bound[name] ?? null, true, context);
  };
}

const TAIL = "size_average=None, reduce=None, reduction='mean'";
const loss = (signature: string, forward: string, options: LayerOptions = {}): PyClass =>
  layer('loss', signature, {
    base: lossBase,
    takes: 'input, target',
    forward,
    attributes: DEPRECATED,
    init: reduction,
    ...options,
  });
const weightedLoss = (signature: string, forward: string, options: LayerOptions = {}): PyClass =>
  loss(signature, forward, {
    base: weightedBase,
    attributes: { ...DEPRECATED, weight: null },
    init: weighted(),
    ...options,
  });

const nll = weightedLoss(
  "NLLLoss(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')",
  'F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)',
);

function positiveMargin(self: PyInstance, bound: Bound, context: Context): void {
  reduction(self, bound, context);
  const margin = asNumber(bound['margin']);
  if (margin !== undefined && margin <= 0)
    context.raise('ValueError', `${self.cls.name}: expected margin to be greater than 0, got ${margin} instead`);
}

const pairwise = others.find((cls) => cls.name === 'PairwiseDistance') as PyClass;

const losses: readonly PyClass[] = [
  lossBase,
  weightedBase,
  loss(`L1Loss(${TAIL})`, 'F.l1_loss(input, target, reduction=self.reduction)'),
  nll,
  layer('loss', "NLLLoss2d(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')", {
    base: nll,
    attributes: { ...DEPRECATED, weight: null },
    init: weighted(),
  }),
  loss(
    "PoissonNLLLoss(log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean')",
    'F.poisson_nll_loss(log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction)',
    { takes: 'log_input, target' },
  ),
  loss(
    "GaussianNLLLoss(*, full=False, eps=1e-06, reduction='mean')",
    'F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)',
    { takes: 'input, target, var' },
  ),
  loss(
    "KLDivLoss(size_average=None, reduce=None, reduction='mean', log_target=False)",
    'F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)',
  ),
  loss(`MSELoss(${TAIL})`, 'F.mse_loss(input, target, reduction=self.reduction)'),
  weightedLoss(
    `BCELoss(weight=None, ${TAIL})`,
    'F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)',
  ),
  loss(
    `BCEWithLogitsLoss(weight=None, ${TAIL}, pos_weight=None)`,
    'F.binary_cross_entropy_with_logits(input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction)',
    { attributes: { ...DEPRECATED, weight: null, pos_weight: null }, init: weighted('pos_weight') },
  ),
  loss(
    `HingeEmbeddingLoss(margin=1.0, ${TAIL})`,
    'F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)',
  ),
  loss(`MultiLabelMarginLoss(${TAIL})`, 'F.multilabel_margin_loss(input, target, reduction=self.reduction)'),
  loss(`SmoothL1Loss(${TAIL}, beta=1.0)`, 'F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)'),
  loss(
    "HuberLoss(reduction='mean', delta=1.0)",
    'F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)',
  ),
  loss(`SoftMarginLoss(${TAIL})`, 'F.soft_margin_loss(input, target, reduction=self.reduction)'),
  weightedLoss(
    "CrossEntropyLoss(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0)",
    'F.cross_entropy(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction, label_smoothing=self.label_smoothing)',
  ),
  weightedLoss(
    `MultiLabelSoftMarginLoss(weight=None, ${TAIL})`,
    'F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)',
  ),
  loss(
    `CosineEmbeddingLoss(margin=0.0, ${TAIL})`,
    'F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)',
    { takes: 'input1, input2, target' },
  ),
  loss(
    `MarginRankingLoss(margin=0.0, ${TAIL})`,
    'F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)',
    { takes: 'input1, input2, target' },
  ),
  weightedLoss(
    `MultiMarginLoss(p=1, margin=1.0, weight=None, ${TAIL})`,
    'F.multi_margin_loss(input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction)',
    {
      init: (self, bound, context) => {
        const { p } = bound;
        if (typeof p === 'number' && p !== 1 && p !== 2)
          context.raise('ValueError', 'only p == 1 and p == 2 supported');
        weighted()(self, bound, context);
      },
    },
  ),
  loss(
    `TripletMarginLoss(margin=1.0, p=2.0, eps=1e-06, swap=False, ${TAIL})`,
    'F.triplet_margin_loss(anchor, positive, negative, margin=self.margin, p=self.p, eps=self.eps, swap=self.swap, reduction=self.reduction)',
    { takes: 'anchor, positive, negative', init: positiveMargin },
  ),
  loss(
    "TripletMarginWithDistanceLoss(*, distance_function=None, margin=1.0, swap=False, reduction='mean')",
    'F.triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap, reduction=self.reduction)',
    {
      takes: 'anchor, positive, negative',
      attributes: { distance_function: null },
      init: (self, bound, context) => {
        positiveMargin(self, bound, context);
        const given = bound['distance_function'] ?? null;
        context.setAttribute(self, 'distance_function', given === null ? context.call(pairwise) : given);
      },
    },
  ),
  loss(
    "CTCLoss(blank=0, reduction='mean', zero_infinity=False)",
    'F.ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity)',
    { takes: 'log_probs, targets, input_lengths, target_lengths' },
  ),
];

/** Classes by the module that defines them. */
export const simpleLayers: readonly PyClass[] = [
  ...activations,
  ...dropouts,
  ...poolings,
  ...paddings,
  ...others,
  ...losses,
];
