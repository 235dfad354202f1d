/** What layers compute, and the arithmetic of their parameters: shown only where it gives the number that was counted. */
import type { Count, ModuleNodeReport, OutputReport } from '../../../protocol/index.js';
import { countText } from '../../../texts.js';

/** KaTeX without dollars, by PyTorch's class name. */
const FORMULAS: Readonly<Record<string, string>> = {
  Linear: String.raw`y = xW^\top + b`,
  Bilinear: String.raw`y_k = x_1^\top A_k\, x_2 + b_k`,
  Conv1d: String.raw`y_{o,t} = b_o + \sum_{c,\tau} W_{o,c,\tau}\, x_{c,\,t+\tau}`,
  Conv2d: String.raw`y_{o,i,j} = b_o + \sum_{c,u,v} W_{o,c,u,v}\, x_{c,\,i+u,\,j+v}`,
  Conv3d: String.raw`y_{o,\mathbf{i}} = b_o + \sum_{c,\mathbf{u}} W_{o,c,\mathbf{u}}\, x_{c,\,\mathbf{i}+\mathbf{u}}`,
  Embedding: String.raw`y_t = E_{x_t}`,
  LayerNorm: String.raw`y = \gamma \odot \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta`,
  RMSNorm: String.raw`y = \gamma \odot \frac{x}{\sqrt{\operatorname{mean}(x^2) + \epsilon}}`,
  BatchNorm1d: String.raw`y = \gamma \odot \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta`,
  BatchNorm2d: String.raw`y = \gamma \odot \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta`,
  BatchNorm3d: String.raw`y = \gamma \odot \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta`,
  GroupNorm: String.raw`y = \gamma \odot \frac{x - \mu_G}{\sqrt{\sigma_G^2 + \epsilon}} + \beta`,
  MultiheadAttention: String.raw`\operatorname{softmax}\!\Big(\frac{QK^\top}{\sqrt{d_k}}\Big)V`,
  GELU: String.raw`y = x\,\Phi(x)`,
  ReLU: String.raw`y = \max(0, x)`,
  LeakyReLU: String.raw`y = \max(\alpha x, x)`,
  SiLU: String.raw`y = x\,\sigma(x)`,
  Sigmoid: String.raw`y = \frac{1}{1 + e^{-x}}`,
  Tanh: String.raw`y = \tanh x`,
  Softmax: String.raw`y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}`,
  Dropout: String.raw`y = \frac{m \odot x}{1 - p},\; m_i \sim \mathrm{Bernoulli}(1 - p)`,
  LSTM: String.raw`c_t = f_t \odot c_{t-1} + i_t \odot g_t,\; h_t = o_t \odot \tanh c_t`,
  GRU: String.raw`h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}`,
};

/** What a layer of this class computes, as KaTeX without dollars. */
export function formulaOf(type: string): string | undefined {
  return FORMULAS[type];
}

/** `96·384 + 384`: how the layer's own parameters come about; `undefined` where that isn't sure. */
export function arithmeticOf({ type, own, total, inputShape, outputShape }: ModuleNodeReport): string | undefined {
  const [input, output] = [sizesOf(inputShape), sizesOf(outputShape)];
  switch (type) {
    case 'Linear':
      return product(own, [input?.at(-1), output?.at(-1)], output?.at(-1));
    case 'Embedding':
      return typeof own === 'number' && whole(output?.at(-1)) && own % Number(output?.at(-1)) === 0
        ? product(own, [own / Number(output?.at(-1)), output?.at(-1)], undefined)
        : undefined;
    case 'LayerNorm':
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d':
    case 'GroupNorm':
      return typeof own === 'number' && own > 0 && own % 2 === 0 ? product(own, [2, own / 2], undefined) : undefined;
    case 'Conv1d':
    case 'Conv2d':
    case 'Conv3d':
      return convolution(own, input?.[1], output?.[1], Number(type.charAt(4)));
    case 'MultiheadAttention':
      return attention(total, output?.at(-1) ?? input?.at(-1));
    default:
      return undefined;
  }
}

/** `a·b + bias` or `a·b`, whichever gives the count. */
function product(count: Count, factors: readonly Size[], bias: Size): string | undefined {
  if (typeof count !== 'number' || !factors.every(whole)) return undefined;
  const weights = factors.reduce((all, each) => all * each, 1);
  const text = factors.map((factor) => countText(factor)).join('·');
  if (whole(bias) && weights + bias === count) return `${text} + ${countText(bias)}`;
  return weights === count ? text : undefined;
}

/** The kernel's extent follows from the count: it is a whole number, or nothing is said. */
function convolution(count: Count, channelsIn: Size, channelsOut: Size, axes: number): string | undefined {
  if (typeof count !== 'number' || !whole(channelsIn) || !whole(channelsOut)) return undefined;
  for (const bias of [channelsOut, undefined]) {
    const taps = (count - (bias ?? 0)) / channelsOut / channelsIn;
    const extent = Math.round(taps ** (1 / axes));
    if (extent < 1 || extent ** axes !== taps) continue;
    const kernel = axes === 1 ? String(extent) : `${extent}${['', '', '²', '³'][axes] ?? ''}`;
    return `${countText(channelsIn)}·${countText(channelsOut)}·${kernel}${bias === undefined ? '' : ` + ${countText(bias)}`}`;
  }
  return undefined;
}

function attention(count: Count, width: Size): string | undefined {
  if (typeof count !== 'number' || !whole(width)) return undefined;
  const shown = countText(width);
  if (count === 4 * (width * width + width)) return `4·(${shown}² + ${shown})`;
  return count === 4 * width * width ? `4·${shown}²` : undefined;
}

type Size = Count | undefined;

function whole(size: Size): size is number {
  return typeof size === 'number';
}

/** The sizes of one tensor; the first one where there are several. */
function sizesOf(shape: OutputReport): readonly Count[] | undefined {
  if (!Array.isArray(shape)) return undefined;
  const list = shape as readonly (Count | OutputReport)[];
  const [first] = list;
  return Array.isArray(first) ? sizesOf(first as OutputReport) : (list as readonly Count[]);
}
