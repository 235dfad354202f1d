/** What layers and operators compute, in plain mathematical text with the user's own numbers: hovers don't render KaTeX. */
import { isSym } from '../python/symint.js';
import type { Value } from '../python/value.js';
import { isUnknown } from '../torch/dims.js';
import type { Dim, Shape } from '../torch/tensor.js';
import type { SeenModule, SeenParameter } from './observation.js';
import { countText, sizeText } from './shapeText.js';

/** `64·3·3·3 + 64 = 1,792`; `null` for a layer without parameters of its own or with unknown sizes. */
export function parameterFormula(own: readonly SeenParameter[], total: SeenModule['total']): string | null {
  const sum = countText(total);
  if (own.length === 0 || sum === null) return null;
  const terms: string[] = [];
  for (const { data } of own) {
    if (isUnknown(data.shape) || data.role === 'uninitialized') return null;
    const factors = data.shape.map((dim) => (/^[\w?]+$/.test(sizeText(dim)) ? sizeText(dim) : `(${sizeText(dim)})`));
    terms.push(factors.length === 0 ? '1' : factors.join('·'));
  }
  const text = terms.join(' + ');
  return text === sum ? text : `${text} = ${sum}`;
}

/** Attributes of a layer as numbers, one for each axis. */
class Attributes {
  constructor(private readonly values: ReadonlyMap<string, Value>) {}

  /** The number along axis `i`; `null` if it isn't a plain number. */
  at(name: string, i: number): number | null {
    const value = this.values.get(name);
    const item = typeof value === 'object' && value?.kind === 'tuple' ? (value.items[i] ?? null) : value;
    return typeof item === 'number' ? item : null;
  }
  text(name: string): string {
    const value = this.values.get(name);
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'object' && value !== null) {
      if (isSym(value)) return sizeText(value);
      if (value.kind === 'float') return String(value.value);
      if (value.kind === 'tuple') return value.items.map((item) => (typeof item === 'number' ? item : '?')).join('·');
    }
    return '?';
  }
}

const AXES: readonly (readonly string[])[] = [[], ['T'], ['H', 'W'], ['D', 'H', 'W']];

/** How one spatial size comes about, with the numbers of the call: `Hₒ = ⌊(224 + 2·3 − 1·(7 − 1) − 1)/2⌋ + 1 = 112`. */
function window(attributes: Attributes, rank: number, input: Shape | null, output: Shape | null): string[] {
  return (AXES[rank] ?? []).flatMap((axis, i) => {
    const kernel = attributes.at('kernel_size', i);
    const stride = attributes.at('stride', i) ?? kernel;
    const padding = attributes.at('padding', i);
    const dilation = attributes.at('dilation', i) ?? 1;
    if (kernel === null || stride === null || padding === null) return [];
    const size = along(input, rank, i) ?? axis;
    const result = along(output, rank, i);
    const around = padding === 0 ? '' : ` + 2·${padding}`;
    const reach = dilation === 1 ? `${kernel}` : `${dilation}·(${kernel} − 1) − 1`;
    const top = `${size}${around} − ${reach}`;
    const text = stride === 1 ? `${top} + 1` : `⌊(${top})/${stride}⌋ + 1`;
    return [`${axis}ₒ = ${text}${result === null || result === text ? '' : ` = ${result}`}`];
  });
}

function transposedWindow(attributes: Attributes, rank: number, input: Shape | null, output: Shape | null): string[] {
  return (AXES[rank] ?? []).flatMap((axis, i) => {
    const [kernel, stride, padding] = ['kernel_size', 'stride', 'padding'].map((name) => attributes.at(name, i));
    const extra = attributes.at('output_padding', i) ?? 0;
    const dilation = attributes.at('dilation', i) ?? 1;
    if (typeof kernel !== 'number' || typeof stride !== 'number' || typeof padding !== 'number') return [];
    const size = along(input, rank, i) ?? axis;
    const result = along(output, rank, i);
    const text = `(${size} − 1)·${stride} − 2·${padding} + ${dilation}·(${kernel} − 1) + ${extra + 1}`;
    return [`${axis}ₒ = ${text}${result === null ? '' : ` = ${result}`}`];
  });
}

function along(shape: Shape | null, rank: number, i: number): string | null {
  if (!shape || isUnknown(shape)) return null;
  const dim: Dim | undefined = shape[shape.length - rank + i];
  return dim === undefined ? null : sizeText(dim);
}

/** Formulas of a layer of `torch.nn`, each a line; empty for those that need none. */
export function layerFormulas(module: SeenModule, input: Shape | null, output: Shape | null): string[] {
  const attributes = new Attributes(module.attributes);
  const rank = Number(/(\d)d$/.exec(module.type)?.[1] ?? 0);
  if (/^Conv\d/.test(module.type)) return ['y = W ∗ x + b', ...window(attributes, rank, input, output)];
  if (/^ConvTranspose\d/.test(module.type)) return transposedWindow(attributes, rank, input, output);
  if (/^(?:Max|Avg|LP)Pool\d/.test(module.type)) return window(attributes, rank, input, output);
  if (/^BatchNorm|^SyncBatchNorm/.test(module.type))
    return [`y = (x − μ) / √(σ² + ε) · γ + β, ε = ${attributes.text('eps')}; μ, σ² per channel over the batch`];
  switch (module.type) {
    case 'Linear':
      return [`y = x·Wᵀ + b, W: ${attributes.text('out_features')}×${attributes.text('in_features')}`];
    case 'LayerNorm':
      return [
        `y = (x − μ) / √(σ² + ε) · γ + β, ε = ${attributes.text('eps')}; μ, σ² over the last ${attributes.text('normalized_shape')}`,
      ];
    case 'RMSNorm':
      return [`y = x / √(mean(x²) + ε) · γ over the last ${attributes.text('normalized_shape')}`];
    case 'GroupNorm':
      return [
        `y = (x − μ) / √(σ² + ε) · γ + β; μ, σ² over each of ${attributes.text('num_groups')} groups of channels`,
      ];
    case 'Embedding':
      return [`y = W[i], W: ${attributes.text('num_embeddings')}×${attributes.text('embedding_dim')}`];
    case 'MultiheadAttention':
      return [
        `softmax(Q·Kᵀ / √d)·V in ${attributes.text('num_heads')} heads, d = ${attributes.text('head_dim')} = ${attributes.text('embed_dim')}/${attributes.text('num_heads')}`,
      ];
    case 'LSTM':
    case 'LSTMCell':
      return ['i, f, o = σ(W·[x, h]), g = tanh(W·[x, h]); c′ = f⊙c + i⊙g, h′ = o⊙tanh(c′)'];
    case 'GRU':
    case 'GRUCell':
      return ['r, z = σ(W·[x, h]), n = tanh(Wx + r⊙Uh); h′ = (1 − z)⊙n + z⊙h'];
    case 'Dropout':
      return [`y = x·m / (1 − p), P(m = 0) = p = ${attributes.text('p')}; the identity in evaluation`];
    default:
      return operatorFormula(module.type.toLowerCase());
  }
}

const OPERATORS: Readonly<Record<string, string>> = {
  relu: 'y = max(x, 0)',
  relu6: 'y = min(max(x, 0), 6)',
  leaky_relu: 'y = max(x, 0) + slope·min(x, 0)',
  leakyrelu: 'y = max(x, 0) + slope·min(x, 0)',
  gelu: 'y = x·Φ(x)',
  silu: 'y = x·σ(x)',
  mish: 'y = x·tanh(ln(1 + eˣ))',
  elu: 'y = max(x, 0) + min(α·(eˣ − 1), 0)',
  sigmoid: 'y = 1 / (1 + e⁻ˣ)',
  tanh: 'y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)',
  softplus: 'y = ln(1 + eˣ)',
  softmax: 'yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)',
  log_softmax: 'yᵢ = xᵢ − ln Σⱼ exp(xⱼ)',
  logsoftmax: 'yᵢ = xᵢ − ln Σⱼ exp(xⱼ)',
  hardswish: 'y = x·min(max(x + 3, 0), 6) / 6',
  hardsigmoid: 'y = min(max(x + 3, 0), 6) / 6',
  scaled_dot_product_attention: 'y = softmax(Q·Kᵀ / √d)·V',
  linear: 'y = x·Wᵀ + b',
  layer_norm: 'y = (x − μ) / √(σ² + ε) · γ + β',
  logsumexp: 'y = ln Σᵢ exp(xᵢ)',
  glu: 'y = a·σ(b), x = [a, b]',
};

/** What an operator computes, by PyTorch's name. */
export function operatorFormula(op: string): string[] {
  const formula = OPERATORS[op];
  return formula === undefined ? [] : [formula];
}
