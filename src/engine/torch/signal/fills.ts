/** Mean and variance of parameters as they are filled. */
import type { TensorData } from '../tensor.js';

export interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** `null`: how it was filled isn't known. */
export function fillMoments({ init, values }: TensorData, shape: readonly number[]): Moments | null {
  if (values && values.length > 0) {
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
  }
  if (!init) return null;
  const { name, args } = init;
  const number = (key: string, otherwise: number): number => {
    const value = args[key];
    return typeof value === 'number' ? value : otherwise;
  };
  const field = shape.slice(2).reduce((a, b) => a * b, 1);
  const fanIn = (shape[1] ?? shape[0] ?? 1) * field;
  const fanOut = (shape[0] ?? 1) * field;
  const gain = kaimingGain(args);
  const mode = args['mode'] === 'fan_out' ? fanOut : fanIn;
  switch (name) {
    case 'zeros':
      return { mean: 0, variance: 0 };
    case 'ones':
      return { mean: 1, variance: 0 };
    case 'constant':
      return { mean: number('val', 0), variance: 0 };
    case 'uniform': {
      if (!('a' in args) && !('b' in args) && Object.keys(args).length === 0) return null;
      const [a, b] = [number('a', 0), number('b', 1)];
      return { mean: (a + b) / 2, variance: (b - a) ** 2 / 12 };
    }
    case 'normal':
    case 'trunc_normal':
    case 'randn':
      return { mean: number('mean', 0), variance: number('std', 1) ** 2 };
    case 'rand':
      return { mean: 0.5, variance: 1 / 12 };
    case 'xavier_uniform':
    case 'xavier_normal':
      return { mean: 0, variance: (number('gain', 1) ** 2 * 2) / (fanIn + fanOut) };
    case 'kaiming_uniform':
    case 'kaiming_normal':
      return gain === null ? null : { mean: 0, variance: gain ** 2 / mode };
    case 'orthogonal':
      return { mean: 0, variance: number('gain', 1) ** 2 / Math.max(fanIn, fanOut) };
    default:
      return null;
  }
}

function kaimingGain(args: Readonly<Record<string, unknown>>): number | null {
  const slope = typeof args['a'] === 'number' ? args['a'] : 0;
  switch (args['nonlinearity'] ?? 'leaky_relu') {
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'relu':
      return Math.SQRT2;
    case 'tanh':
      return 5 / 3;
    case 'selu':
      return 3 / 4;
    case 'linear':
    case 'sigmoid':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
      return 1;
    default:
      return null;
  }
}
