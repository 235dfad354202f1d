/** `torch.nn.utils` and what its Python sources are given. */
import type { Context } from '../../python/context.js';
import { defineFunction, type ModelledModule } from '../../python/define.js';
import type { PyBuiltin, Value } from '../../python/value.js';
import { isUnknown } from '../dims.js';
import { gradEnabled } from '../gradMode.js';
import { makeTensor, type Dim, type TensorData, type TensorNative } from '../tensor.js';
import { beginOp, endOp } from '../tape.js';
import { recordOp } from '../trace.js';
import { isTensorValue } from './objects.js';
import { asSize } from './weights.js';
import convertParametersSource from './python/convertParameters.py';
import fusionSource from './python/fusion.py';
import packingSource from './python/packing.py';
import parametrizationsSource from './python/parametrizations.py';
import parametrizeSource from './python/parametrize.py';
import pruneSource from './python/prune.py';
import spectralNormSource from './python/spectralNorm.py';
import statelessSource from './python/stateless.py';
import weightNormSource from './python/weightNorm.py';

/** A new tensor computed from others, with the shape given. */
function computed(
  op: string,
  shape: TensorData['shape'],
  from: readonly TensorNative[],
  context: Context,
): TensorNative {
  const inputs = from.map((tensor) => tensor.data);
  const [input = null, ...others] = from;
  const begun = beginOp(context, op, { input, others: context.tuple(others) });
  const node = recordOp(context, { op, inputs });
  const made = makeTensor(context.heap, {
    shape,
    dtype: inputs[0]?.dtype ?? 'float32',
    device: inputs[0]?.device ?? 'cpu',
    requiresGrad: gradEnabled(context) && inputs.some((data) => data.requiresGrad),
    node,
  });
  if (begun) endOp(context, begun, made, false);
  return made;
}

/** `_like(op, tensor, *others)`: the result of an operation that keeps the shape of `tensor`. */
export const like = defineFunction('_like(op, tensor, *others)', ({ op, tensor, others }, context) => {
  if (!isTensorValue(tensor))
    return isUnknown(tensor)
      ? tensor
      : context.raise('TypeError', `expected a tensor, got ${context.typeOf(tensor ?? null).name}`);
  if (tensor.taint) return tensor.taint;
  const rest = typeof others === 'object' && others?.kind === 'tuple' ? others.items.filter(isTensorValue) : [];
  return computed(typeof op === 'string' ? op : 'unnamed', tensor.data.shape, [tensor, ...rest], context);
});

/** `_norm_except(weight, dim)`: norms over every axis but one; over all of them for -1. */
const normExcept = defineFunction('_norm_except(weight, dim)', ({ weight, dim }, context) => {
  if (!isTensorValue(weight)) return isUnknown(weight) ? weight : context.raise('TypeError', 'expected a tensor');
  const { shape } = weight.data;
  if (isUnknown(dim)) return dim;
  const axis = typeof dim === 'number' ? dim : -1;
  const sizes = isUnknown(shape) ? shape : axis === -1 ? [] : shape.map((size, i): Dim => (i === axis ? size : 1));
  return computed('norm_except_dim', sizes, [weight], context);
});

/** `_padded(tensor, size)`: `tensor` with its first axis, or first two, replaced by `size`. */
const padded = defineFunction('_padded(tensor, size)', ({ tensor, size }, context) => {
  if (!isTensorValue(tensor)) return isUnknown(tensor) ? tensor : context.raise('TypeError', 'expected a tensor');
  const head =
    typeof size === 'object' && size?.kind === 'tuple' ? size.items.map((item, i) => asSize(item, i, context)) : [];
  const { shape } = tensor.data;
  return computed('pad_sequence', isUnknown(shape) ? shape : [...head, ...shape.slice(1)], [tensor], context);
});

/** A function that imports its module when it is first called. */
export function late(module: string, name: string): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: `${module}.${name}`,
    isMethod: false,
    pure: true,
    call: (args, kwargs, context) => {
      const found = context.importModule(module);
      return isUnknown(found) ? found : context.call(context.requireAttribute(found, name), args, kwargs);
    },
  };
}

const unknownNorm = (_args: unknown, context: Context): Value => makeTensor(context.heap, { shape: [] });
const gradients: Readonly<Record<string, Value>> = {
  clip_grad_norm_: defineFunction(
    'clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None)',
    unknownNorm,
  ),
  clip_grad_norm: defineFunction(
    'clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None)',
    unknownNorm,
  ),
  clip_grad_value_: defineFunction('clip_grad_value_(parameters, clip_value, foreach=None)', () => null),
  clip_grads_with_norm_: defineFunction(
    'clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None)',
    () => null,
  ),
  get_total_norm: defineFunction(
    'get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None)',
    unknownNorm,
  ),
};

const first = (signature: string): PyBuiltin => defineFunction(signature, (bound) => Object.values(bound)[0] ?? null);

const functions: Readonly<Record<string, Value>> = {
  ...gradients,
  weight_norm: late('torch.nn.utils.weight_norm', 'weight_norm'),
  remove_weight_norm: late('torch.nn.utils.weight_norm', 'remove_weight_norm'),
  spectral_norm: late('torch.nn.utils.spectral_norm', 'spectral_norm'),
  remove_spectral_norm: late('torch.nn.utils.spectral_norm', 'remove_spectral_norm'),
  parameters_to_vector: late('torch.nn.utils.convert_parameters', 'parameters_to_vector'),
  vector_to_parameters: late('torch.nn.utils.convert_parameters', 'vector_to_parameters'),
  fuse_conv_bn_eval: late('torch.nn.utils.fusion', 'fuse_conv_bn_eval'),
  fuse_conv_bn_weights: late('torch.nn.utils.fusion', 'fuse_conv_bn_weights'),
  fuse_linear_bn_eval: late('torch.nn.utils.fusion', 'fuse_linear_bn_eval'),
  fuse_linear_bn_weights: late('torch.nn.utils.fusion', 'fuse_linear_bn_weights'),
  convert_conv2d_weight_memory_format: first('convert_conv2d_weight_memory_format(module, memory_format)'),
  convert_conv3d_weight_memory_format: first('convert_conv3d_weight_memory_format(module, memory_format)'),
  skip_init: {
    kind: 'builtin',
    name: 'skip_init',
    qualname: 'torch.nn.utils.skip_init',
    isMethod: false,
    pure: true,
    call: ([cls, ...args], kwargs, context) => context.call(cls ?? null, args, kwargs),
  },
};

const shared = { _like: like, _norm_except: normExcept };

export const utilsModules: readonly ModelledModule[] = [
  { name: 'torch.nn.utils', isPackage: true, members: () => functions },
  { name: 'torch.nn.utils.clip_grad', members: () => gradients },
  { name: 'torch.nn.utils.init', members: () => ({ skip_init: functions['skip_init'] as Value }) },
  { name: 'torch.nn.utils.convert_parameters', source: convertParametersSource },
  { name: 'torch.nn.utils.fusion', members: () => ({ _like: like }), source: fusionSource },
  { name: 'torch.nn.utils.parametrize', source: parametrizeSource },
  { name: 'torch.nn.utils.parametrizations', members: () => shared, source: parametrizationsSource },
  { name: 'torch.nn.utils.weight_norm', members: () => shared, source: weightNormSource },
  { name: 'torch.nn.utils.spectral_norm', members: () => shared, source: spectralNormSource },
  { name: 'torch.nn.utils.prune', members: () => ({ _like: like }), source: pruneSource },
  { name: 'torch.nn.utils.rnn', members: () => ({ _padded: padded }), source: packingSource },
  { name: 'torch.nn.utils.stateless', source: statelessSource },
];
