/** Reshaping, resampling, distances, and what has no family. */
import type { Context } from '../../python/context.js';
import { defineFunction, type Bound } from '../../python/define.js';
import type { PyClass, PyInstance, Value } from '../../python/value.js';
import { layer, readAttribute } from './layer.js';
import { isUnknown, method } from './objects.js';
import { set } from './simpleLayer.js';

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

export const pairwiseDistance = layer('distance', 'PairwiseDistance(p=2.0, eps=1e-06, keepdim=False)', {
  takes: 'x1, x2',
  attributes: { p: 'norm' },
  forward: 'F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)',
});

export const otherLayers: readonly PyClass[] = [
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
  pairwiseDistance,
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
