/** Pooling and unpooling. */
import type { PyClass } from '../../python/value.js';
import { layer } from './layer.js';
import { registerBuffer } from './module.js';
import { noArguments, asTuples, strideDefault } from './simpleLayer.js';

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

export const poolingLayers: readonly PyClass[] = [
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
