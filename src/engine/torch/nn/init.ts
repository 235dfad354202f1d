/** `torch.nn.init`: each function notes how the tensor was filled and returns it. */
import type { Context } from '../../python/context.js';
import { defineFunction, type Bound } from '../../python/define.js';
import type { PyBuiltin, Value } from '../../python/value.js';
import { concrete, isUnknown, mul, product } from '../dims.js';
import { writeThrough } from '../ops/operator.js';
import type { Dim, TensorNative } from '../tensor.js';
import { isTensorValue, isUninitialized } from './objects.js';

/** Tensors up to this many elements keep the values a constant fill gives them. */
const KEEP_VALUES = 64;

const gains: Readonly<Record<string, number>> = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  conv_transpose1d: 1,
  conv_transpose2d: 1,
  conv_transpose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
};

function asNumber(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'object' && value?.kind === 'float' ? value.value : undefined;
}

/** What findings see of the arguments: numbers and strings as such, everything else left out. */
function noted(bound: Bound): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(bound)) {
    if (name === 'tensor' || name === 'generator') continue;
    if (typeof value === 'string') args[name] = value;
    else {
      const number = asNumber(value);
      if (number !== undefined) args[name] = number;
    }
  }
  return args;
}

function rank(tensor: TensorNative): number | null {
  return isUnknown(tensor.data.shape) ? null : tensor.data.shape.length;
}

function fans(tensor: TensorNative, context: Context): readonly [Dim, Dim] {
  const { shape } = tensor.data;
  if (isUnknown(shape)) return [shape, shape];
  if (shape.length < 2)
    return context.raise(
      'ValueError',
      'Fan in and fan out can not be computed for tensor with fewer than 2 dimensions',
    );
  const receptive = product(shape.slice(2));
  return [mul(shape[1] as Dim, receptive), mul(shape[0] as Dim, receptive)];
}

type Check = (tensor: TensorNative, bound: Bound, context: Context) => void;

const needsFans: Check = (tensor, _bound, context) => void fans(tensor, context);
const checkMode: Check = (tensor, { mode, nonlinearity }, context) => {
  if (typeof mode === 'string' && !['fan_in', 'fan_out'].includes(mode.toLowerCase()))
    context.raise('ValueError', `Mode ${mode} not supported, please use one of ['fan_in', 'fan_out']`);
  if (typeof nonlinearity === 'string') gain(nonlinearity, undefined, context);
  if (!concrete(tensor.data.shape)?.includes(0)) fans(tensor, context);
};
const ofRank =
  (ranks: readonly number[], message: string): Check =>
  (tensor, _bound, context) => {
    const given = rank(tensor);
    if (given !== null && !ranks.includes(given)) context.raise('ValueError', message);
  };

function gain(nonlinearity: string, param: Value | undefined, context: Context): number | null {
  if (nonlinearity === 'leaky_relu') {
    const slope = param === undefined || param === null ? 0.01 : asNumber(param);
    return slope === undefined ? null : Math.sqrt(2 / (1 + slope ** 2));
  }
  return gains[nonlinearity] ?? context.raise('ValueError', `Unsupported nonlinearity ${nonlinearity}`);
}

/** The value every element has after a constant fill, or `null`. */
type Constant = (bound: Bound) => number | null;

function initialiser(signature: string, check?: Check, constant?: Constant): [string, PyBuiltin] {
  const name = signature.slice(0, signature.indexOf('_('));
  const fill = defineFunction(
    signature,
    (bound, context) => {
      const { tensor } = bound;
      if (isUnknown(tensor)) return tensor;
      if (!isTensorValue(tensor))
        return context.raise(
          'AttributeError',
          `'${context.typeOf(tensor ?? null).name}' object has no attribute '${name}_'`,
        );
      if (isUninitialized(tensor)) return tensor;
      check?.(tensor, bound, context);
      let values: readonly number[] | null = null;
      const value = constant?.(bound) ?? null;
      if (value !== null) {
        const sizes = concrete(tensor.data.shape);
        const count = sizes?.reduce((a, b) => a * b, 1) ?? Infinity;
        const rounded = tensor.data.dtype === 'float32' ? Math.fround(value) : value;
        if (count <= KEEP_VALUES && (tensor.data.dtype === 'float32' || Number.isInteger(value)))
          values = new Array<number>(count).fill(rounded);
      }
      // `m.weight.data` and `m.weight` are one memory.
      writeThrough(context, tensor, {
        ...tensor.data,
        values,
        init: { name, args: noted(bound), place: context.place },
      });
      return tensor;
    },
    { qualname: `torch.nn.init.${name}_` },
  );
  return [`${name}_`, fill];
}

const fills: readonly [string, PyBuiltin][] = [
  initialiser('uniform_(tensor, a=0.0, b=1.0, generator=None)'),
  initialiser('normal_(tensor, mean=0.0, std=1.0, generator=None)'),
  initialiser('trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None)'),
  initialiser('constant_(tensor, val)', undefined, ({ val }) => asNumber(val) ?? null),
  initialiser('ones_(tensor)', undefined, () => 1),
  initialiser('zeros_(tensor)', undefined, () => 0),
  initialiser('eye_(tensor)', ofRank([2], 'Only tensors with 2 dimensions are supported')),
  initialiser('dirac_(tensor, groups=1)', (tensor, { groups }, context) => {
    ofRank([3, 4, 5], 'Only tensors with 3, 4, or 5 dimensions are supported')(tensor, {}, context);
    const sizes = concrete(tensor.data.shape);
    if (sizes && typeof groups === 'number' && (sizes[0] as number) % groups !== 0)
      context.raise('ValueError', 'dim 0 must be divisible by groups');
  }),
  initialiser('xavier_uniform_(tensor, gain=1.0, generator=None)', needsFans),
  initialiser('xavier_normal_(tensor, gain=1.0, generator=None)', needsFans),
  initialiser("kaiming_uniform_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)", checkMode),
  initialiser("kaiming_normal_(tensor, a=0, mode='fan_in', nonlinearity='leaky_relu', generator=None)", checkMode),
  initialiser('orthogonal_(tensor, gain=1, generator=None)', (tensor, _bound, context) => {
    if ((rank(tensor) ?? 2) < 2) context.raise('ValueError', 'Only tensors with 2 or more dimensions are supported');
  }),
  initialiser(
    'sparse_(tensor, sparsity, std=0.01, generator=None)',
    ofRank([2], 'Only tensors with 2 dimensions are supported'),
  ),
];

const calculateGain = defineFunction('calculate_gain(nonlinearity, param=None)', ({ nonlinearity, param }, context) => {
  if (isUnknown(nonlinearity)) return nonlinearity;
  if (typeof nonlinearity !== 'string') return context.raise('ValueError', 'Unsupported nonlinearity');
  if (isUnknown(param)) return param;
  const value = gain(nonlinearity, param, context);
  if (value === null) return context.raise('ValueError', 'negative_slope is not a valid number');
  return Number.isInteger(value) ? value : { kind: 'float', value };
});

const fanInAndFanOut = defineFunction('_calculate_fan_in_and_fan_out(tensor)', ({ tensor }, context) =>
  isTensorValue(tensor)
    ? context.tuple([...fans(tensor, context)])
    : isUnknown(tensor)
      ? tensor
      : context.raise('AttributeError', 'not a tensor'),
);

/** Names of `torch.nn.init`: the functions, and their old names without the underscore. */
export function initMembers(): Readonly<Record<string, Value>> {
  const members: Record<string, Value> = {
    calculate_gain: calculateGain,
    _calculate_fan_in_and_fan_out: fanInAndFanOut,
    _calculate_correct_fan: defineFunction('_calculate_correct_fan(tensor, mode)', ({ tensor, mode }, context) => {
      if (!isTensorValue(tensor)) return isUnknown(tensor) ? tensor : context.raise('AttributeError', 'not a tensor');
      const [fanIn, fanOut] = fans(tensor, context);
      return mode === 'fan_out' ? fanOut : fanIn;
    }),
  };
  for (const [name, fill] of fills) members[name] = fill;
  for (const name of [
    'uniform',
    'normal',
    'constant',
    'eye',
    'dirac',
    'xavier_uniform',
    'xavier_normal',
    'kaiming_uniform',
    'kaiming_normal',
    'orthogonal',
    'sparse',
  ])
    members[name] = members[`${name}_`] as Value;
  const byName = (name: string): Value => members[name] as Value;
  members['_no_grad_uniform_'] = byName('uniform_');
  members['_no_grad_normal_'] = byName('normal_');
  members['_no_grad_trunc_normal_'] = byName('trunc_normal_');
  members['_no_grad_fill_'] = byName('constant_');
  members['_no_grad_zero_'] = byName('zeros_');
  return members;
}
