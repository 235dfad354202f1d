/** Layer, group and RMS normalisation. */
import { refuseArguments } from '../rehearsal.js';
import type { Context } from '../../python/context.js';
import type { Bound } from '../../python/define.js';
import type { PyClass, PyInstance, Value } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import type { Dim } from '../tensor.js';
import { affineParameters, resetNorm } from './batchNorm.js';
import { extraRepr, forwardMethod } from './layer.js';
import { method } from './objects.js';
import { keep, ONES, weighted, withBias, ZEROS } from './weighted.js';
import { asSizes, factoryOf, newParameter, optionalParameter, resetUnlessOwn, sizesOf } from './weights.js';

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
      refuseArguments(context, `num_channels (${channels}) must be divisible by num_groups (${groups})`);
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

export const layerNormLayers: readonly PyClass[] = [layerNorm, rmsNorm, groupNorm];
