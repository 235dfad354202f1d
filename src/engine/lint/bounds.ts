/** What is known of how large a tensor's elements can get. */
import type { Value } from '../python/value.js';
import type { TensorData } from '../torch/tensor.js';
import type { Program } from './program.js';

/** A number given as an argument. */
export function constant(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value?.kind === 'float' ? value.value : null;
}

/** Their results lie within a few units of 0, or below it. */
const SMALL = new Set([
  'tanh',
  'sigmoid',
  'softmax',
  'log_softmax',
  'logsigmoid',
  'cosine_similarity',
  'normalize',
  'sin',
  'cos',
  'relu6',
  'hardtanh',
  'hardsigmoid',
]);
const LARGEST = new Set(['max', 'amax', 'logsumexp', 'cummax', 'maximum', 'topk', 'aminmax']);
/** Never below 0, whatever goes in. */
const NOT_NEGATIVE = new Set([
  'square',
  'abs',
  'relu',
  'softplus',
  'exp',
  'norm',
  'vector_norm',
  'cdist',
  'var',
  'std',
  'mse_loss',
]);

/** Whether `exp` of a tensor can't overflow, as far as its history tells: the largest value was subtracted, or it is bounded otherwise. */
export function isSafeForExp(program: Program, tensor: TensorData | undefined, depth = 0): boolean {
  const maker = program.maker(tensor);
  if (!maker || depth > 4) return false;
  const { name, args, tensors } = maker;
  const { input, other } = tensors;
  if (SMALL.has(name)) return true;
  switch (name) {
    case 'clamp':
    case 'clip':
      return (args['max'] ?? null) !== null;
    case 'clamp_max':
    case 'minimum':
      return true;
    case 'sub':
      return other !== undefined && (LARGEST.has(program.maker(other)?.name ?? '') || comesFrom(other, input));
    case 'neg':
      return isNotNegative(program, input);
    case 'mul':
    case 'div': {
      const by = constant(args['other']) ?? constant(args['input']);
      const rest = input ?? other;
      if (by === null) return false;
      return isSafeForExp(program, rest, depth + 1) || (by < 0 && isNotNegative(program, rest));
    }
    case 'matmul':
    case 'mm':
    case 'bmm': {
      const factors = Object.values(tensors);
      return factors.length > 1 && factors.every((each) => isUnit(program, each));
    }
    default:
      return false;
  }
}

const isNotNegative = (program: Program, tensor: TensorData | undefined, depth = 0): boolean => {
  const maker = program.maker(tensor);
  if (!maker || depth > 4) return false;
  if (NOT_NEGATIVE.has(maker.name)) return true;
  if (maker.name === 'pow') return Number(constant(maker.args['exponent'])) % 2 === 0;
  if (['sum', 'mean', 'sqrt', 'div', 'mul'].includes(maker.name))
    return Object.values(maker.tensors).every((each) => isNotNegative(program, each, depth + 1));
  return false;
};

/** Vectors of length 1: their products are cosines. */
function isUnit(program: Program, tensor: TensorData): boolean {
  const maker = program.maker(tensor);
  if (maker?.name === 'normalize') return true;
  return maker?.name === 'div' && ['norm', 'vector_norm'].includes(program.maker(maker.tensors['other'])?.name ?? '');
}

/** Whether one tensor was computed from another: `x[argmax(x)]` from `x`. */
function comesFrom(tensor: TensorData, source: TensorData | undefined): boolean {
  if (!source) return false;
  const seen = new Set<TensorData>();
  const queue = [tensor];
  for (let at = queue.pop(); at; at = queue.pop()) {
    if (at === source) return true;
    if (seen.has(at) || seen.size > 200) continue;
    seen.add(at);
    queue.push(...(at.node?.inputs ?? []));
  }
  return false;
}
