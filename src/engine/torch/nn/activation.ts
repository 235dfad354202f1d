/** Activations without parameters. */
import type { PyClass } from '../../python/value.js';
import { asNumber, layer, type LayerOptions } from './layer.js';
import { noArguments, rankOf, set } from './simpleLayer.js';

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

export const activationLayers: readonly PyClass[] = [
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
