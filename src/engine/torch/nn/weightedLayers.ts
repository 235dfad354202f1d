/** The layers that most parameters live in: linear maps, convolutions, normalisations, embeddings. */
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, type Bound } from '../../python/define.js';
import type { PyBuiltin, PyClass, PyInstance, Value } from '../../python/value.js';
import { add, floorDiv, isUnknown, mul, product, showDim, sub } from '../dims.js';
import type { Dim } from '../tensor.js';
import { extraRepr, forwardMethod, layerSignatures, readAttribute, torchFunction } from './layer.js';
import { initialise, moduleClass, registerBuffer } from './module.js';
import { dictOf, isInstance, isTensorValue, method, updateTensor } from './objects.js';
import { tupled } from './tuples.js';
import {
  asSize,
  asSizes,
  factoryOf,
  newBuffer,
  newParameter,
  optionalParameter,
  putParameter,
  resetUnlessOwn,
  sizesOf,
  type Factory,
  type Init,
} from './weights.js';

type Setup = (self: PyInstance, bound: Bound, context: Context) => void;

/** A class whose constructor is `setup` after `Module.__init__`. */
function weighted(
  module: string,
  signature: string,
  setup: Setup,
  members: Readonly<Record<string, Value>>,
  base: PyClass = moduleClass,
): PyClass {
  const name = signature.slice(0, signature.indexOf('('));
  const init = defineFunction(`${name}.__init__(self, ${signature.slice(name.length + 1)}`, (bound, context) => {
    const { self } = bound;
    if (!isInstance(self)) return self ?? null;
    initialise(self, context);
    setup(self, bound, context);
    return null;
  });
  const cls = defineClass(name, {
    module: `torch.nn.modules.${module}`,
    bases: [base],
    members: { __init__: init, ...members },
  });
  layerSignatures.set(cls, signature.slice(name.length));
  return cls;
}

function keep(self: PyInstance, bound: Bound, ...names: readonly string[]): void {
  for (const name of names) self.attrs.set(name, bound[name] ?? null);
}

/** `reset_parameters` as PyTorch fills a layer's own parameters, by name. */
function resetMethod(fills: (self: PyInstance, context: Context) => Readonly<Record<string, Init>>): PyBuiltin {
  return method('reset_parameters', (self, _args, _kwargs, context) => {
    for (const [name, init] of Object.entries(fills(self, context))) {
      const tensor = dictOf(self, '_parameters')?.entries.get(name)?.value ?? null;
      if (isTensorValue(tensor))
        updateTensor(context, tensor, {
          init: { name: init.name, args: init.args ?? {}, place: context.place },
          values: null,
        });
    }
    return null;
  });
}

function uniformBound(fanIn: Dim): Init {
  const limit = typeof fanIn === 'number' ? (fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0) : undefined;
  return { name: 'uniform', args: limit === undefined ? {} : { a: -limit, b: limit } };
}
const KAIMING: Init = {
  name: 'kaiming_uniform',
  args: { a: Math.sqrt(5), mode: 'fan_in', nonlinearity: 'leaky_relu' },
};
const ONES: Init = { name: 'ones' };
const ZEROS: Init = { name: 'zeros' };

/** Fan-in of a parameter of a module. */
function fanInOf(self: PyInstance, context: Context): Dim {
  const weight = readAttribute(self, 'weight', context);
  if (!isTensorValue(weight)) return context.unknown('the weight is not a tensor');
  return isUnknown(weight.data.shape) ? weight.data.shape : product(weight.data.shape.slice(1));
}

// ---------------------------------------------------------------- linear

const resetLinear = resetMethod((self, context) => ({ weight: KAIMING, bias: uniformBound(fanInOf(self, context)) }));
export const linear = weighted(
  'linear',
  'Linear(in_features, out_features, bias=True, device=None, dtype=None)',
  (self, bound, context) => {
    keep(self, bound, 'in_features', 'out_features');
    const { bias, device, dtype } = bound;
    const factory = factoryOf(device, dtype, context);
    const [outFeatures, inFeatures] = asSizes(
      [bound['out_features'] ?? null, bound['in_features'] ?? null],
      context,
    ) as [Dim, Dim];
    putParameter(self, 'weight', newParameter([outFeatures, inFeatures], factory, context, KAIMING), context);
    optionalParameter(
      self,
      'bias',
      bias,
      () => newParameter([outFeatures], factory, context, uniformBound(inFeatures)),
      context,
    );
    resetUnlessOwn(self, resetLinear, context);
  },
  {
    reset_parameters: resetLinear,
    forward: forwardMethod('Linear', 'input', 'F.linear(input, self.weight, self.bias)'),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) =>
        withBias(self, 'in_features={in_features}, out_features={out_features}', context),
      'Linear',
    ),
  },
);

/** The template's text followed by `, bias=True` or `, bias=False`. */
function withBias(self: PyInstance, template: string, context: Context): Value {
  const text = extraRepr(template).call([self], new Map(), context);
  if (typeof text !== 'string') return text;
  const bias = readAttribute(self, 'bias', context);
  return isUnknown(bias) ? bias : `${text}, bias=${bias === null ? 'False' : 'True'}`;
}

const nonDynamicallyQuantizableLinear = defineClass('NonDynamicallyQuantizableLinear', {
  module: 'torch.nn.modules.linear',
  bases: [linear],
});

const resetBilinear = resetMethod((self, context) => {
  const weight = readAttribute(self, 'weight', context);
  const init = uniformBound(
    isTensorValue(weight) && !isUnknown(weight.data.shape)
      ? (weight.data.shape[1] ?? 0)
      : context.unknown('the weight is not a tensor'),
  );
  return { weight: init, bias: init };
});
const bilinear = weighted(
  'linear',
  'Bilinear(in1_features, in2_features, out_features, bias=True, device=None, dtype=None)',
  (self, bound, context) => {
    keep(self, bound, 'in1_features', 'in2_features', 'out_features');
    const factory = factoryOf(bound['device'], bound['dtype'], context);
    const [out, in1, in2] = asSizes(
      [bound['out_features'] ?? null, bound['in1_features'] ?? null, bound['in2_features'] ?? null],
      context,
    ) as [Dim, Dim, Dim];
    if (in1 === 0) context.raise('ValueError', `in1_features must be > 0, but got (in1_features=${in1})`);
    putParameter(self, 'weight', newParameter([out, in1, in2], factory, context, uniformBound(in1)), context);
    optionalParameter(
      self,
      'bias',
      bound['bias'],
      () => newParameter([out], factory, context, uniformBound(in1)),
      context,
    );
    resetUnlessOwn(self, resetBilinear, context);
  },
  {
    reset_parameters: resetBilinear,
    forward: forwardMethod('Bilinear', 'input1, input2', 'F.bilinear(input1, input2, self.weight, self.bias)'),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) =>
        withBias(
          self,
          'in1_features={in1_features}, in2_features={in2_features}, out_features={out_features}',
          context,
        ),
      'Bilinear',
    ),
  },
);

// ---------------------------------------------------------------- convolutions

const resetConv = resetMethod((self, context) => ({ weight: KAIMING, bias: uniformBound(fanInOf(self, context)) }));

/** Whether `value % groups` is certainly not 0; what can't be decided is assumed to divide. */
function checkDivides(what: string, value: Dim, groups: Dim, context: Context): Dim {
  if (typeof value === 'number' && typeof groups === 'number') {
    if (value % groups !== 0) return context.raise('ValueError', `${what} must be divisible by groups`);
    return value / groups;
  }
  if (groups === 1) return value;
  if (!isUnknown(value) && !isUnknown(groups)) context.assume(`${what} is divisible by groups`);
  return floorDiv(context, value, groups);
}

function convSetup(self: PyInstance, bound: Bound, transposed: boolean, context: Context): void {
  const read = (name: string): Value => bound[name] ?? null;
  const groups = asSize(read('groups'), 0, context);
  if (groups === 0) context.raise('ValueError', 'groups must be a positive integer');
  const inChannels = asSizeOf(read('in_channels'), context);
  const outChannels = asSizeOf(read('out_channels'), context);
  const inPerGroup = checkDivides('in_channels', inChannels, groups, context);
  const outPerGroup = checkDivides('out_channels', outChannels, groups, context);
  checkPadding(read('padding'), read('stride'), read('padding_mode'), context);
  keep(self, bound, 'in_channels', 'out_channels', 'kernel_size', 'stride', 'padding', 'dilation');
  self.attrs.set('transposed', transposed);
  keep(self, bound, 'output_padding', 'groups', 'padding_mode');
  self.attrs.set(
    '_reversed_padding_repeated_twice',
    reversedPadding(read('padding'), read('dilation'), read('kernel_size'), context),
  );
  const kernel = sizesOf(read('kernel_size'), context);
  const factory = factoryOf(read('device'), read('dtype'), context);
  const shape = isUnknown(kernel)
    ? kernel
    : [...(transposed ? [inChannels, outPerGroup] : [outChannels, inPerGroup]), ...kernel];
  putParameter(self, 'weight', newParameter(shape, factory, context, KAIMING), context);
  optionalParameter(
    self,
    'bias',
    read('bias'),
    () =>
      newParameter([outChannels], factory, context, uniformBound(isUnknown(shape) ? shape : product(shape.slice(1)))),
    context,
  );
  resetUnlessOwn(self, resetConv, context);
}

function asSizeOf(value: Value, context: Context): Dim {
  return asSize(value, 0, context);
}

function checkPadding(padding: Value, stride: Value, mode: Value, context: Context): void {
  if (typeof padding === 'string') {
    if (padding !== 'same' && padding !== 'valid')
      context.raise('ValueError', `Invalid padding string '${padding}', should be one of {'valid', 'same'}`);
    if (
      padding === 'same' &&
      typeof stride === 'object' &&
      stride?.kind === 'tuple' &&
      stride.items.some((item) => typeof item === 'number' && item !== 1)
    )
      context.raise('ValueError', "padding='same' is not supported for strided convolutions");
  }
  if (typeof mode === 'string' && !['zeros', 'reflect', 'replicate', 'circular'].includes(mode))
    context.raise(
      'ValueError',
      `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${mode}'`,
    );
}

/** What `F.pad` needs for the padding modes other than zeros: both sides of every axis, last axis first. */
function reversedPadding(padding: Value, dilation: Value, kernel: Value, context: Context): Value {
  if (typeof padding !== 'string') {
    const items = context.items(padding);
    return isUnknown(items) ? items : context.tuple([...items].reverse().flatMap((item) => [item, item]));
  }
  const sizes = sizesOf(kernel, context);
  const steps = sizesOf(dilation, context);
  if (isUnknown(sizes) || isUnknown(steps)) return isUnknown(sizes) ? sizes : (steps as Value);
  const both = sizes.map((size, i): [Dim, Dim] => {
    if (padding === 'valid') return [0, 0];
    const total = mul(steps[i] ?? 1, sub(size, 1));
    const left = floorDiv(context, total, 2);
    return [left, sub(total, left)];
  });
  return context.list(both.reverse().flat());
}

const convNd = weighted(
  'conv',
  '_ConvNd(in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding, groups, bias, padding_mode, device=None, dtype=None)',
  (self, bound, context) => {
    convSetup(self, bound, bound['transposed'] === true, context);
  },
  {
    reset_parameters: resetConv,
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) => {
        let template = '{in_channels}, {out_channels}, kernel_size={kernel_size}, stride={stride}';
        for (const [name, plain] of [
          ['padding', 0],
          ['dilation', 1],
          ['output_padding', 0],
        ] as const) {
          const value = readAttribute(self, name, context);
          if (typeof value !== 'object' || value?.kind !== 'tuple' || value.items.some((item) => item !== plain))
            template += `, ${name}={${name}}`;
        }
        if (readAttribute(self, 'groups', context) !== 1) template += ', groups={groups}';
        if (readAttribute(self, 'bias', context) === null) template += ', bias=False';
        if (readAttribute(self, 'padding_mode', context) !== 'zeros') template += ', padding_mode={padding_mode}';
        return extraRepr(template).call([self], new Map(), context);
      },
      '_ConvNd',
    ),
  },
);
const convTransposeNd = defineClass('_ConvTransposeNd', { module: 'torch.nn.modules.conv', bases: [convNd] });

const PER_AXIS = ['kernel_size', 'stride', 'padding', 'dilation', 'output_padding'] as const;

/** The arguments with one value per axis. */
function perAxis(bound: Bound, n: number, context: Context): Bound {
  const out: Record<string, Value> = { ...bound };
  for (const name of PER_AXIS) {
    const value = bound[name] ?? 0;
    out[name] = name === 'padding' && typeof value === 'string' ? value : tupled(n, value, context);
  }
  return out;
}

function convolve(n: number, self: PyInstance, input: Value, weight: Value, bias: Value, context: Context): Value {
  const mode = readAttribute(self, 'padding_mode', context);
  const conv = torchFunction('torch.nn.functional', `conv${n}d`, context);
  const read = (name: string): Value => readAttribute(self, name, context);
  if (mode === 'zeros')
    return context.call(conv, [input, weight, bias, read('stride'), read('padding'), read('dilation'), read('groups')]);
  const padded = context.call(
    torchFunction('torch.nn.functional', 'pad', context),
    [input, read('_reversed_padding_repeated_twice')],
    new Map([['mode', mode]]),
  );
  return context.call(conv, [
    padded,
    weight,
    bias,
    read('stride'),
    tupled(n, 0, context),
    read('dilation'),
    read('groups'),
  ]);
}

const conv = (n: number): PyClass => {
  const ownConvolution = defineFunction(
    '_conv_forward(self, input, weight, bias)',
    ({ self, input, weight, bias }, context) =>
      isInstance(self) ? convolve(n, self, input ?? null, weight ?? null, bias ?? null, context) : (self ?? null),
  );
  return weighted(
    'conv',
    `Conv${n}d(in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None)`,
    (self, bound, context) => convSetup(self, perAxis(bound, n, context), false, context),
    {
      _conv_forward: ownConvolution,
      forward: defineFunction('forward(self, input)', ({ self, input }, context) => {
        if (!isInstance(self)) return self ?? null;
        const weight = context.requireAttribute(self, 'weight');
        const bias = context.requireAttribute(self, 'bias');
        return context.callMethod(self, '_conv_forward', [input ?? null, weight, bias]);
      }),
    },
    convNd,
  );
};

/** The extra rows that make a transposed convolution give `output_size`. */
function outputPadding(n: number, self: PyInstance, input: Value, outputSize: Value, context: Context): Value {
  if (outputSize === null) return readAttribute(self, 'output_padding', context);
  const wanted = sizesOf(outputSize, context);
  if (isUnknown(wanted)) return wanted;
  if (!isTensorValue(input)) return input;
  const { shape } = input.data;
  if (isUnknown(shape)) return shape;
  const before = shape.length === n + 2 ? 2 : 1;
  const sizes = wanted.length === before + n ? wanted.slice(before) : wanted;
  if (sizes.length !== n)
    return context.raise(
      'ValueError',
      `ConvTranspose${n}D: for ${shape.length}D input, output_size must have ${n} or ${before + n} elements (got ${wanted.length})`,
    );
  const axes = ['stride', 'padding', 'dilation', 'kernel_size'].map((name) =>
    sizesOf(readAttribute(self, name, context), context),
  );
  const padding: Dim[] = [];
  for (let i = 0; i < n; i++) {
    const [stride, pad, dilation, kernel] = axes.map((axis) => (isUnknown(axis) ? axis : (axis[i] ?? 0))) as [
      Dim,
      Dim,
      Dim,
      Dim,
    ];
    const least = add(
      sub(mul(sub(shape[before + i] ?? 0, 1), stride), mul(2, pad)),
      add(mul(dilation, sub(kernel, 1)), 1),
    );
    const extra = sub(sizes[i] ?? 0, least);
    if (typeof extra === 'number' && typeof stride === 'number' && (extra < 0 || extra >= stride))
      return context.raise(
        'ValueError',
        `requested an output size of ${showDim(sizes[i] ?? 0)}, but valid sizes range from ${showDim(least)} to ${showDim(add(least, stride - 1))} for axis ${i}`,
      );
    padding.push(extra);
  }
  return context.tuple(padding);
}

const convTranspose = (n: number): PyClass =>
  weighted(
    'conv',
    `ConvTranspose${n}d(in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None)`,
    (self, bound, context) => {
      const mode = bound['padding_mode'];
      if (typeof mode === 'string' && mode !== 'zeros')
        context.raise('ValueError', `Only "zeros" padding mode is supported for ${self.cls.name}`);
      convSetup(self, perAxis(bound, n, context), true, context);
    },
    {
      forward: defineFunction(
        'forward(self, input, output_size=None)',
        ({ self, input, output_size: size }, context) => {
          if (!isInstance(self)) return self ?? null;
          const extra = outputPadding(n, self, input ?? null, size ?? null, context);
          const read = (name: string): Value => readAttribute(self, name, context);
          return context.call(torchFunction('torch.nn.functional', `conv_transpose${n}d`, context), [
            input ?? null,
            read('weight'),
            read('bias'),
            read('stride'),
            read('padding'),
            extra,
            read('groups'),
            read('dilation'),
          ]);
        },
      ),
    },
    convTransposeNd,
  );

// ---------------------------------------------------------------- batch and instance normalisation

const resetNorm = resetMethod(() => ({ weight: ONES, bias: ZEROS }));

function normSetup(self: PyInstance, bound: Bound, context: Context): void {
  keep(self, bound, 'num_features', 'eps', 'momentum', 'affine', 'track_running_stats');
  const factory = factoryOf(bound['device'], bound['dtype'], context);
  const features = (): Dim => asSize(bound['num_features'] ?? null, 0, context);
  affineParameters(self, bound['affine'], bound['bias'], () => [features()], factory, context);
  const tracked = context.truth(bound['track_running_stats'] ?? null);
  const put = (name: string, make: () => Value): void => {
    registerBuffer(self, name, isUnknown(tracked) ? tracked : tracked ? make() : null, true, context);
  };
  put('running_mean', () => newBuffer([features()], factory, context, ZEROS));
  put('running_var', () => newBuffer([features()], factory, context, ONES));
  put('num_batches_tracked', () => newBuffer([], { ...factory, dtype: 'int64' }, context, ZEROS));
  resetUnlessOwn(self, resetNorm, context);
}

function affineParameters(
  self: PyInstance,
  affine: Value | undefined,
  bias: Value | undefined,
  shape: () => Dim[],
  factory: Factory,
  context: Context,
): void {
  const truth = context.truth(affine ?? null);
  if (isUnknown(truth)) {
    putParameter(self, 'weight', truth, context);
    putParameter(self, 'bias', truth, context);
    return;
  }
  putParameter(self, 'weight', truth ? newParameter(shape(), factory, context, ONES) : null, context);
  optionalParameter(self, 'bias', truth ? bias : false, () => newParameter(shape(), factory, context, ZEROS), context);
}

const NORM_ARGS =
  '(num_features, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True)';
const notImplemented = (name: string): PyBuiltin =>
  defineFunction(`${name}(self, input)`, (_bound, context) => context.raise('NotImplementedError', ''));

const normBase = weighted('batchnorm', `_NormBase${NORM_ARGS}`, normSetup, {
  _version: 2,
  reset_parameters: resetNorm,
  reset_running_stats: method('reset_running_stats', () => null, '_NormBase'),
  _check_input_dim: notImplemented('_check_input_dim'),
  extra_repr: method(
    'extra_repr',
    (self, _args, _kwargs, context) => {
      const head = withBias(self, '{num_features}, eps={eps}, momentum={momentum}, affine={affine}', context);
      const tail = extraRepr(', track_running_stats={track_running_stats}').call([self], new Map(), context);
      return typeof head === 'string' && typeof tail === 'string' ? head + tail : head;
    },
    '_NormBase',
  ),
});

/** Statistics in use: those of the layer unless it trains without tracking them. */
function statistics(self: PyInstance, context: Context): { mean: Value; variance: Value; training: Value } {
  const training = readAttribute(self, 'training', context);
  const mean = readAttribute(self, 'running_mean', context);
  const variance = readAttribute(self, 'running_var', context);
  const tracks = readAttribute(self, 'track_running_stats', context);
  const used = training === false || tracks === true;
  return {
    mean: used ? mean : null,
    variance: used ? variance : null,
    training: training === false ? mean === null && variance === null : training,
  };
}

const batchNormBase = weighted(
  'batchnorm',
  `_BatchNorm${NORM_ARGS}`,
  normSetup,
  {
    forward: defineFunction('forward(self, input)', ({ self, input }, context) => {
      if (!isInstance(self)) return self ?? null;
      context.callMethod(self, '_check_input_dim', [input ?? null]);
      const { mean, variance, training } = statistics(self, context);
      const momentum = readAttribute(self, 'momentum', context);
      return context.call(torchFunction('torch.nn.functional', 'batch_norm', context), [
        input ?? null,
        mean,
        variance,
        readAttribute(self, 'weight', context),
        readAttribute(self, 'bias', context),
        training,
        momentum === null ? { kind: 'float', value: 0 } : momentum,
        readAttribute(self, 'eps', context),
      ]);
    }),
  },
  normBase,
);

/** `_check_input_dim`: `expected 4D input (got 3D input)`. */
function rankCheck(...ranks: readonly number[]): PyBuiltin {
  return defineFunction('_check_input_dim(self, input)', ({ input }, context) => {
    const shape = isTensorValue(input) ? input.data.shape : undefined;
    if (shape && !isUnknown(shape) && !ranks.includes(shape.length))
      context.raise(
        'ValueError',
        `expected ${ranks.map((n) => `${n}D`).join(' or ')} input (got ${shape.length}D input)`,
      );
    return null;
  });
}

const batchNorm = (n: number): PyClass =>
  defineClass(`BatchNorm${n}d`, {
    module: 'torch.nn.modules.batchnorm',
    bases: [batchNormBase],
    members: { _check_input_dim: n === 1 ? rankCheck(2, 3) : rankCheck(n + 2) },
  });

const instanceNormBase = weighted(
  'instancenorm',
  '_InstanceNorm(num_features, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None, *, bias=True)',
  normSetup,
  {
    _check_input_dim: notImplemented('_check_input_dim'),
    forward: defineFunction('forward(self, input)', ({ self, input }, context) => {
      if (!isInstance(self)) return self ?? null;
      context.callMethod(self, '_check_input_dim', [input ?? null]);
      const without = context.callMethod(self, '_get_no_batch_dim');
      const shape = isTensorValue(input) && !isUnknown(input.data.shape) ? input.data.shape : undefined;
      const features = readAttribute(self, 'num_features', context);
      if (shape && typeof without === 'number') {
        const axis = shape.length - without;
        const size = shape[axis];
        if (
          typeof size === 'number' &&
          typeof features === 'number' &&
          size !== features &&
          readAttribute(self, 'affine', context) === true
        )
          return context.raise(
            'ValueError',
            `expected input's size at dim=${axis} to match num_features (${features}), but got: ${size}.`,
          );
      }
      const unbatched = shape?.length === without;
      const x = unbatched ? context.callMethod(input ?? null, 'unsqueeze', [0]) : (input ?? null);
      const read = (name: string): Value => readAttribute(self, name, context);
      const momentum = read('momentum');
      const training = read('training');
      const useInput = training === true || read('track_running_stats') === false ? true : training;
      const out = context.call(torchFunction('torch.nn.functional', 'instance_norm', context), [
        x,
        read('running_mean'),
        read('running_var'),
        read('weight'),
        read('bias'),
        useInput,
        momentum === null ? { kind: 'float', value: 0 } : momentum,
        read('eps'),
      ]);
      return unbatched ? context.callMethod(out, 'squeeze', [0]) : out;
    }),
  },
  normBase,
);

const instanceNorm = (n: number): PyClass =>
  defineClass(`InstanceNorm${n}d`, {
    module: 'torch.nn.modules.instancenorm',
    bases: [instanceNormBase],
    members: {
      _check_input_dim: rankCheck(n + 1, n + 2),
      _get_no_batch_dim: method('_get_no_batch_dim', () => n + 1, '_InstanceNorm'),
    },
  });

// ---------------------------------------------------------------- layer, group and RMS normalisation

/** `normalized_shape` as a tuple of sizes. */
function normalizedShape(value: Value, context: Context): Value {
  if (isUnknown(value)) return value;
  const isSize =
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'object' && value !== null && value.kind === 'symint');
  if (isSize) return context.tuple([value]);
  const items = context.items(value);
  return isUnknown(items) ? items : context.tuple(items);
}

/** `bias`: `null` for the norm that never has one. */
function shapedNorm(self: PyInstance, bound: Bound, context: Context, bias: { readonly wanted: Value } | null): void {
  const shape = normalizedShape(bound['normalized_shape'] ?? null, context);
  self.attrs.set('normalized_shape', shape);
  keep(self, bound, 'eps', 'elementwise_affine');
  const sizes = sizesOf(shape, context);
  const factory = factoryOf(bound['device'], bound['dtype'], context);
  const affine = context.truth(bound['elementwise_affine'] ?? null);
  optionalParameter(
    self,
    'weight',
    isUnknown(affine) ? affine : affine,
    () => newParameter(sizes, factory, context, ONES),
    context,
  );
  if (bias)
    optionalParameter(
      self,
      'bias',
      isUnknown(affine) ? affine : affine ? bias.wanted : false,
      () => newParameter(sizes, factory, context, ZEROS),
      context,
    );
  resetUnlessOwn(self, resetNorm, context);
}

const layerNorm = weighted(
  'normalization',
  'LayerNorm(normalized_shape, eps=1e-05, elementwise_affine=True, bias=True, device=None, dtype=None)',
  (self, bound, context) => shapedNorm(self, bound, context, { wanted: bound['bias'] ?? null }),
  {
    reset_parameters: resetNorm,
    forward: forwardMethod(
      'LayerNorm',
      'input',
      'F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)',
    ),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) =>
        withBias(self, '{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}', context),
      'LayerNorm',
    ),
  },
);
const rmsNorm = weighted(
  'normalization',
  'RMSNorm(normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None)',
  (self, bound, context) => shapedNorm(self, bound, context, null),
  {
    reset_parameters: resetNorm,
    forward: forwardMethod('RMSNorm', 'x', 'F.rms_norm(x, self.normalized_shape, self.weight, self.eps)'),
    extra_repr: extraRepr('{normalized_shape}, eps={eps}, elementwise_affine={elementwise_affine}'),
  },
);
const groupNorm = weighted(
  'normalization',
  'GroupNorm(num_groups, num_channels, eps=1e-05, affine=True, device=None, dtype=None, *, bias=True)',
  (self, bound, context) => {
    const [groups, channels] = asSizes([bound['num_groups'] ?? null, bound['num_channels'] ?? null], context) as [
      Dim,
      Dim,
    ];
    if (groups === 0) context.raise('ZeroDivisionError', 'integer modulo by zero');
    if (typeof groups === 'number' && typeof channels === 'number' && channels % groups !== 0)
      context.raise('ValueError', `num_channels (${channels}) must be divisible by num_groups (${groups})`);
    keep(self, bound, 'num_groups', 'num_channels', 'eps', 'affine');
    affineParameters(
      self,
      bound['affine'],
      bound['bias'],
      () => [channels],
      factoryOf(bound['device'], bound['dtype'], context),
      context,
    );
    resetUnlessOwn(self, resetNorm, context);
  },
  {
    reset_parameters: resetNorm,
    forward: forwardMethod(
      'GroupNorm',
      'input',
      'F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)',
    ),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) =>
        withBias(self, '{num_groups}, {num_channels}, eps={eps}, affine={affine}', context),
      'GroupNorm',
    ),
  },
);

// ---------------------------------------------------------------- embeddings and PReLU

const NORMAL: Init = { name: 'normal', args: { mean: 0, std: 1 } };
const resetEmbedding = resetMethod(() => ({ weight: NORMAL }));

function embeddingSetup(self: PyInstance, bound: Bound, requiresGrad: Value, context: Context): void {
  keep(self, bound, 'num_embeddings', 'embedding_dim');
  const rows = bound['num_embeddings'] ?? null;
  let index = bound['padding_idx'] ?? null;
  if (typeof index === 'number' && typeof rows === 'number') {
    if (index >= rows || index < -rows) context.raise('AssertionError', 'Padding_idx must be within num_embeddings');
    if (index < 0) index += rows;
  } else if (typeof index === 'number' && index < 0) index = context.binary('+', rows, index);
  self.attrs.set('padding_idx', index);
  keep(self, bound, 'max_norm', 'norm_type', 'scale_grad_by_freq');
  const given = bound['_weight'] ?? null;
  const grad = context.truth(requiresGrad);
  if (given === null) {
    const sizes = asSizes([rows, bound['embedding_dim'] ?? null], context);
    const weight = newParameter(
      sizes,
      factoryOf(bound['device'], bound['dtype'], context),
      context,
      NORMAL,
      !isUnknown(grad) && grad,
    );
    if (isUnknown(grad)) weight.attrs = new Map([['requires_grad', grad]]);
    putParameter(self, 'weight', weight, context);
    resetUnlessOwn(self, resetEmbedding, context);
  } else {
    if (isTensorValue(given) && !isUnknown(given.data.shape)) {
      const wanted = asSizes([rows, bound['embedding_dim'] ?? null], context);
      if (
        given.data.shape.length !== 2 ||
        given.data.shape.some(
          (size, i) => typeof size === 'number' && typeof wanted[i] === 'number' && size !== wanted[i],
        )
      )
        context.raise('AssertionError', 'Shape of weight does not match num_embeddings and embedding_dim');
    }
    const parameter = context.call(
      context.requireAttribute(context.importModule('torch.nn.parameter'), 'Parameter'),
      [given],
      new Map([['requires_grad', requiresGrad]]),
    );
    putParameter(self, 'weight', parameter, context);
  }
}

/** Rows and columns of the tensor given to `from_pretrained`. */
function pretrainedShape(embeddings: Value, context: Context): readonly [Value, Value] {
  if (isUnknown(embeddings)) return [embeddings, embeddings];
  if (!isTensorValue(embeddings))
    return context.raise('AttributeError', `'${context.typeOf(embeddings).name}' object has no attribute 'dim'`);
  const { shape } = embeddings.data;
  if (isUnknown(shape)) return [shape, shape];
  if (shape.length !== 2)
    return context.raise('AssertionError', 'Embeddings parameter is expected to be 2-dimensional');
  return [shape[0] as Dim, shape[1] as Dim];
}

function fromPretrained(extra: string, grad: (embedding: Value, freeze: Value, context: Context) => void): Value {
  const func = defineFunction(
    `from_pretrained(cls, embeddings, freeze=True, ${extra})`,
    ({ cls, embeddings, freeze, ...rest }, context) => {
      const [rows, columns] = pretrainedShape(embeddings ?? null, context);
      const kwargs = new Map<string, Value>([
        ['num_embeddings', rows],
        ['embedding_dim', columns],
        ['_weight', embeddings ?? null],
      ]);
      for (const [name, value] of Object.entries(rest)) kwargs.set(name, value);
      const embedding = context.call(cls ?? null, [], kwargs);
      grad(embedding, freeze ?? true, context);
      return embedding;
    },
  );
  return { kind: 'descriptor', type: 'classmethod', get: func, set: null, del: null };
}

/** Freezes the weight of an embedding made from given vectors. */
function freezeWeight(embedding: Value, freeze: Value, context: Context): void {
  const weight = context.getAttribute(embedding, 'weight');
  if (weight !== undefined && !isUnknown(weight))
    context.setAttribute(weight, 'requires_grad', context.unary('not', freeze));
}

const embedding = weighted(
  'sparse',
  'Embedding(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None)',
  (self, bound, context) => {
    embeddingSetup(self, bound, context.unary('not', bound['_freeze'] ?? false), context);
    keep(self, bound, 'sparse');
  },
  {
    reset_parameters: resetEmbedding,
    from_pretrained: fromPretrained(
      'padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False',
      freezeWeight,
    ),
    forward: forwardMethod(
      'Embedding',
      'input',
      'F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse)',
    ),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) => {
        let template = '{num_embeddings}, {embedding_dim}';
        if (readAttribute(self, 'padding_idx', context) !== null) template += ', padding_idx={padding_idx}';
        if (readAttribute(self, 'max_norm', context) !== null) template += ', max_norm={max_norm}';
        return extraRepr(template).call([self], new Map(), context);
      },
      'Embedding',
    ),
  },
);

const embeddingBag = weighted(
  'sparse',
  "EmbeddingBag(num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None)",
  (self, bound, context) => {
    embeddingSetup(self, bound, true, context);
    keep(self, bound, 'mode', 'sparse', 'include_last_offset');
  },
  {
    reset_parameters: resetEmbedding,
    from_pretrained: fromPretrained(
      "max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, include_last_offset=False, padding_idx=None",
      freezeWeight,
    ),
    forward: forwardMethod(
      'EmbeddingBag',
      'input, offsets=None, per_sample_weights=None',
      'F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx)',
    ),
  },
);

const resetPReLU = resetMethod((self) => ({ weight: { name: 'constant', args: { val: self.attrs.get('init') } } }));
const prelu = weighted(
  'activation',
  'PReLU(num_parameters=1, init=0.25, device=None, dtype=None)',
  (self, bound, context) => {
    keep(self, bound, 'num_parameters', 'init');
    const factory = factoryOf(bound['device'], bound['dtype'], context);
    putParameter(
      self,
      'weight',
      newParameter([asSize(bound['num_parameters'] ?? null, 0, context)], factory, context, {
        name: 'constant',
        args: { val: bound['init'] },
      }),
      context,
    );
    resetUnlessOwn(self, resetPReLU, context);
  },
  {
    reset_parameters: resetPReLU,
    forward: forwardMethod('PReLU', 'input', 'F.prelu(input, self.weight)'),
    extra_repr: extraRepr('num_parameters={num_parameters}'),
  },
);

/** Classes by the module that defines them. */
export const weightedLayers: readonly PyClass[] = [
  linear,
  nonDynamicallyQuantizableLinear,
  bilinear,
  convNd,
  convTransposeNd,
  ...[1, 2, 3].flatMap((n) => [conv(n), convTranspose(n)]),
  normBase,
  batchNormBase,
  ...[1, 2, 3].map(batchNorm),
  instanceNormBase,
  ...[1, 2, 3].map(instanceNorm),
  layerNorm,
  rmsNorm,
  groupNorm,
  embedding,
  embeddingBag,
  prelu,
];
