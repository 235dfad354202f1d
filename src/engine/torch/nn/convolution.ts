/** Convolutions and transposed convolutions over one to three axes. */
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, type Bound } from '../../python/define.js';
import type { PyClass, PyInstance, Value } from '../../python/value.js';
import { add, floorDiv, isUnknown, mul, product, showDim, sub } from '../dims.js';
import type { Dim } from '../tensor.js';
import { extraRepr, readAttribute, torchFunction } from './layer.js';
import { isInstance, isTensorValue, method } from './objects.js';
import { tupled } from './tuples.js';
import { refuseArguments } from '../rehearsal.js';
import { fanInOf, KAIMING, keep, resetMethod, uniformBound, weighted } from './weighted.js';
import {
  asSize,
  factoryOf,
  newParameter,
  optionalParameter,
  putParameter,
  resetUnlessOwn,
  sizesOf,
} from './weights.js';

const resetConv = resetMethod((self, context) => ({ weight: KAIMING, bias: uniformBound(fanInOf(self, context)) }));

/** Whether `value % groups` is certainly not 0; what can't be decided is assumed to divide. */
function checkDivides(what: string, value: Dim, groups: Dim, context: Context): Dim {
  if (typeof value === 'number' && typeof groups === 'number') {
    if (value % groups !== 0) return refuseArguments(context, `${what} must be divisible by groups`);
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
function outputPadding(n: number, input: Value, outputSize: Value, axes: Bound, context: Context): Value {
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
  const perAxis = ['stride', 'padding', 'dilation', 'kernel_size'].map((name) =>
    axes[name] === null ? wanted.map(() => 1) : sizesOf(axes[name] ?? null, context),
  );
  const padding: Dim[] = [];
  for (let i = 0; i < n; i++) {
    const [stride, pad, dilation, kernel] = perAxis.map((axis) => (isUnknown(axis) ? axis : (axis[i] ?? 0))) as [
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

const convTransposeNd = defineClass('_ConvTransposeNd', {
  module: 'torch.nn.modules.conv',
  bases: [convNd],
  members: {
    _output_padding: defineFunction(
      '_output_padding(self, input, output_size, stride, padding, kernel_size, num_spatial_dims, dilation=None)',
      ({ self, input, output_size: size, num_spatial_dims: n, ...axes }, context) => {
        if (!isInstance(self)) return self ?? null;
        if (size === null) return readAttribute(self, 'output_padding', context);
        if (typeof n !== 'number') return context.unknown('the number of axes is not known');
        return outputPadding(n, input ?? null, size ?? null, axes, context);
      },
    ),
  },
});

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
          const read = (name: string): Value => readAttribute(self, name, context);
          const extra = context.callMethod(self, '_output_padding', [
            input ?? null,
            size ?? null,
            read('stride'),
            read('padding'),
            read('kernel_size'),
            n,
            read('dilation'),
          ]);
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

export const convolutionLayers: readonly PyClass[] = [
  convNd,
  convTransposeNd,
  ...[1, 2, 3].flatMap((n) => [conv(n), convTranspose(n)]),
];
