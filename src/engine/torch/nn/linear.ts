/** `Linear`, `Bilinear`. */
import { defineClass } from '../../python/define.js';
import type { PyClass } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import type { Dim } from '../tensor.js';
import { forwardMethod, readAttribute } from './layer.js';
import { isTensorValue, method } from './objects.js';
import { fanInOf, KAIMING, keep, resetMethod, uniformBound, weighted, withBias } from './weighted.js';
import { asSizes, factoryOf, newParameter, optionalParameter, putParameter, resetUnlessOwn } from './weights.js';

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

export const linearLayers: readonly PyClass[] = [linear, nonDynamicallyQuantizableLinear, bilinear];
