/**
 * Inputs of `forward` where nobody says them: what the first layer that reads the input takes, with named sizes for the rest.
 * Candidates only: whether one fits is seen by running `forward` on it.
 */
import type { Interpreter, PyInstance, Value } from '../python/index.js';
import { ownMembers, signatureOf } from '../model/index.js';
import { formatInt, isSym } from '../python/symint.js';
import type { InputSpec, TensorSpec } from './inputs.js';

/** Most layers to look at for the one that reads the input. */
const MOST_LAYERS = 400;

/** Layers in registration order, which is mostly the order of use. */
function* layersOf(module: PyInstance, seen = new Set<PyInstance>()): Generator<PyInstance> {
  if (seen.has(module) || seen.size > MOST_LAYERS) return;
  seen.add(module);
  yield module;
  for (const { value } of ownMembers(module).children) yield* layersOf(value, seen);
}

function size(layer: PyInstance, attribute: string, name: string): number | string {
  const value = layer.attrs.get(attribute);
  // What is no sum or product of names can't be said as a size.
  if (isSym(value) && /^[\w +*-]+$/.test(formatInt(value))) return formatInt(value);
  return typeof value === 'number' ? value : name;
}

const truthy = (value: Value | undefined): boolean => value === true;

type Shape = Pick<TensorSpec, 'dims' | 'dtype'>;

/** What a layer takes, likeliest first. */
function inputsOf(layer: PyInstance): readonly Shape[] {
  const floats = (...dims: (number | string)[]): Shape => ({ dims, dtype: 'float32' });
  switch (layer.cls.mro.find((cls) => cls.module.startsWith('torch.nn.modules'))?.name) {
    case 'Embedding':
    case 'EmbeddingBag':
      return [
        { dims: ['B', 'T'], dtype: 'int64' },
        { dims: ['B'], dtype: 'int64' },
      ];
    case 'Conv1d':
    case 'ConvTranspose1d':
      return [floats('B', size(layer, 'in_channels', 'C'), 'T')];
    case 'Conv2d':
    case 'ConvTranspose2d':
      return [floats('B', size(layer, 'in_channels', 'C'), 'H', 'W')];
    case 'Conv3d':
    case 'ConvTranspose3d':
      return [floats('B', size(layer, 'in_channels', 'C'), 'D', 'H', 'W')];
    case 'RNN':
    case 'LSTM':
    case 'GRU': {
      const features = size(layer, 'input_size', 'F');
      return [truthy(layer.attrs.get('batch_first')) ? floats('B', 'T', features) : floats('T', 'B', features)];
    }
    case 'MultiheadAttention': {
      const features = size(layer, 'embed_dim', 'E');
      return [truthy(layer.attrs.get('batch_first')) ? floats('B', 'T', features) : floats('T', 'B', features)];
    }
    case 'BatchNorm2d':
    case 'InstanceNorm2d':
      return [floats('B', size(layer, 'num_features', 'C'), 'H', 'W')];
    case 'BatchNorm1d':
      return [floats('B', size(layer, 'num_features', 'C')), floats('B', size(layer, 'num_features', 'C'), 'T')];
    case 'GroupNorm':
      return [floats('B', size(layer, 'num_channels', 'C'), 'H', 'W')];
    case 'LayerNorm':
    case 'RMSNorm': {
      const shape = layer.attrs.get('normalized_shape');
      const last =
        typeof shape === 'object' && shape?.kind === 'tuple' ? shape.items[shape.items.length - 1] : undefined;
      return typeof last === 'number' ? [floats('B', 'T', last), floats('B', last)] : [];
    }
    case 'Linear': {
      const features = size(layer, 'in_features', 'F');
      return [floats('B', features), floats('B', 'T', features)];
    }
    default:
      return [];
  }
}

/** Required parameters of `forward` without `self`; `null` when it isn't a plain Python function. */
function requiredParameters(interpreter: Interpreter, root: PyInstance): readonly string[] | null {
  const parameters = signatureOf(interpreter, root.cls, 'forward');
  if (!parameters) {
    // PyTorch's own: chains and the layers known above take one tensor.
    const isChain = root.cls.mro.some(({ name, module }) => name === 'Sequential' && module.startsWith('torch.nn'));
    return isChain || (inputsOf(root).length > 0 && root.cls.name !== 'MultiheadAttention') ? ['input'] : null;
  }
  const placed = parameters.filter(({ form }) => form === 'normal' || form === 'positionalOnly');
  return placed.filter(({ required }) => required).map(({ name }) => name);
}

/** Numbers for sizes that nobody says, by the name that stands for them: `B`, `H`. */
export type NamedSizes = Readonly<Record<string, number>>;

/** Input lists worth trying, likeliest first; empty when nothing can be said. */
export function inputCandidates(
  interpreter: Interpreter,
  root: PyInstance,
  sizes: NamedSizes = {},
): readonly (readonly TensorSpec[])[] {
  const names = requiredParameters(interpreter, root);
  if (!names || names.length === 0 || names.length > 2) return [];
  const shapes: Shape[] = [];
  for (const layer of layersOf(root)) {
    for (const shape of inputsOf(layer))
      if (!shapes.some((known) => known.dtype === shape.dtype && known.dims.join() === shape.dims.join()))
        shapes.push(shape);
    if (shapes.length >= 6) break;
  }
  const candidate = (shape: Shape): readonly TensorSpec[] =>
    names.map(() => ({ kind: 'tensor', name: null, ...shape }));
  // The user's own sizes may not fit a model: then names stand for them.
  return shapes.flatMap((shape) => {
    const dims = shape.dims.map((dim) => (typeof dim === 'string' ? (sizes[dim] ?? dim) : dim));
    return dims.join() === shape.dims.join() ? [candidate(shape)] : [candidate({ ...shape, dims }), candidate(shape)];
  });
}

/** `float32[B, 3, H, W]`, for the note that says what was inferred. */
export function showInputs(specs: readonly InputSpec[]): string {
  return specs
    .map((spec) => (spec.kind === 'tensor' ? `${spec.dtype}[${spec.dims.join(', ')}]` : spec.text))
    .join(', ');
}
