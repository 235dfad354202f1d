/** Batch and instance normalisation. */
import type { Context } from '../../python/context.js';
import { defineClass, defineFunction, type Bound } from '../../python/define.js';
import type { PyBuiltin, PyClass, PyInstance, Value } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import type { Dim } from '../tensor.js';
import { extraRepr, readAttribute, torchFunction } from './layer.js';
import { registerBuffer } from './module.js';
import { isInstance, isTensorValue, method } from './objects.js';
import { keep, ONES, resetMethod, weighted, withBias, ZEROS } from './weighted.js';
import {
  asSize,
  factoryOf,
  newBuffer,
  newParameter,
  optionalParameter,
  putParameter,
  resetUnlessOwn,
  type Factory,
} from './weights.js';

export const resetNorm = resetMethod(() => ({ weight: ONES, bias: ZEROS }));

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

export function affineParameters(
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
      const out = context.callMethod(self, '_apply_instance_norm', [x]);
      return unbatched ? context.callMethod(out, 'squeeze', [0]) : out;
    }),
    _apply_instance_norm: defineFunction('_apply_instance_norm(self, input)', ({ self, input }, context) => {
      if (!isInstance(self)) return self ?? null;
      const read = (name: string): Value => readAttribute(self, name, context);
      const momentum = read('momentum');
      const training = read('training');
      const useInput = training === true || read('track_running_stats') === false ? true : training;
      return context.call(torchFunction('torch.nn.functional', 'instance_norm', context), [
        input ?? null,
        read('running_mean'),
        read('running_var'),
        read('weight'),
        read('bias'),
        useInput,
        momentum === null ? { kind: 'float', value: 0 } : momentum,
        read('eps'),
      ]);
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

export const batchNormLayers: readonly PyClass[] = [
  normBase,
  batchNormBase,
  ...[1, 2, 3].map(batchNorm),
  instanceNormBase,
  ...[1, 2, 3].map(instanceNorm),
];
