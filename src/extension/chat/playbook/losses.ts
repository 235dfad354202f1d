/** `/loss` without a model: the losses that the training code minimises, with their mathematics. */
import type { SourcePlace, TrainingResult } from '../../../protocol/index.js';
import { cell } from '../text.js';

interface LossFacts {
  /** KaTeX without dollars. $z$: logits, $x$: predictions, $y$: targets. */
  readonly formula: string;
  readonly gradient: string;
  /** Markdown: how to compute it so that nothing overflows, and what to look out for. */
  readonly stable: string;
  /** Its value when the model knows nothing yet; `undefined` where that hangs on the data. */
  readonly start?: string;
}

const CROSS_ENTROPY: LossFacts = {
  formula: String.raw`L = -\log p_y,\quad p = \operatorname{softmax}(z)`,
  gradient: String.raw`\frac{\partial L}{\partial z_k} = p_k - \mathbb{1}[k = y]`,
  stable: String.raw`$L = \operatorname{logsumexp}(z) - z_y$ with the maximum taken out first. It takes logits: a softmax before it squeezes the gradients.`,
  start: String.raw`\ln K \text{ for } K \text{ classes}`,
};
const BCE_LOGITS: LossFacts = {
  formula: String.raw`L = -y\log\sigma(z) - (1 - y)\log(1 - \sigma(z))`,
  gradient: String.raw`\frac{\partial L}{\partial z} = \sigma(z) - y`,
  stable:
    '$\\max(z, 0) - zy + \\log(1 + e^{-|z|})$, which it uses itself: give it logits. `pos_weight` counters imbalance.',
  start: String.raw`\ln 2 \approx 0.693`,
};
const BCE: LossFacts = {
  formula: String.raw`L = -y\log x - (1 - y)\log(1 - x)`,
  gradient: String.raw`\frac{\partial L}{\partial x} = \frac{x - y}{x(1 - x)}`,
  stable:
    'The gradient grows without bound as $x \\to 0$ or $1$, so the logarithm is clamped. `BCEWithLogitsLoss` on logits, without the sigmoid before it, has no such edge.',
  start: String.raw`\ln 2 \approx 0.693`,
};
const MSE: LossFacts = {
  formula: String.raw`L = (x - y)^2`,
  gradient: String.raw`\frac{\partial L}{\partial x} = 2(x - y)`,
  stable:
    'The gradient grows with the error: a few outliers can rule a batch. `SmoothL1Loss` and `HuberLoss` bound it.',
};
const L1: LossFacts = {
  formula: String.raw`L = |x - y|`,
  gradient: String.raw`\frac{\partial L}{\partial x} = \operatorname{sign}(x - y)`,
  stable: 'Robust to outliers, but the gradient does not get smaller near the target: lower the learning rate late.',
};
const SMOOTH_L1: LossFacts = {
  formula: String.raw`L = \begin{cases} \frac{(x-y)^2}{2\beta} & |x-y| < \beta \\ |x-y| - \frac{\beta}{2} & \text{otherwise} \end{cases}`,
  gradient: String.raw`\frac{\partial L}{\partial x} = \operatorname{clip}\!\Big(\frac{x-y}{\beta}, -1, 1\Big)`,
  stable: 'Quadratic near the target, linear far away. Choose β as the error that is still noise.',
};
const HUBER: LossFacts = {
  formula: String.raw`L = \begin{cases} \frac{1}{2}(x-y)^2 & |x-y| < \delta \\ \delta(|x-y| - \frac{\delta}{2}) & \text{otherwise} \end{cases}`,
  gradient: String.raw`\frac{\partial L}{\partial x} = \operatorname{clip}(x - y, -\delta, \delta)`,
  stable: 'Smooth L1 times δ: the bound of the gradient is δ itself.',
};
const KL: LossFacts = {
  formula: String.raw`L = y\,(\log y - x),\quad x = \log q`,
  gradient: String.raw`\frac{\partial L}{\partial x} = -y`,
  stable:
    'Its input is a **logarithm** of probabilities (`log_softmax`); `reduction="batchmean"` is the mathematical value.',
};
const TRIPLET: LossFacts = {
  formula: String.raw`L = \max\big(0,\; \lVert a - p\rVert - \lVert a - n\rVert + m\big)`,
  gradient: String.raw`\frac{\partial L}{\partial p} = -\frac{a - p}{\lVert a - p\rVert} \text{ where } L > 0`,
  stable: 'Triplets with $L = 0$ teach nothing: mine hard ones within the batch.',
  start: 'm',
};
const NLL: LossFacts = {
  formula: String.raw`L = -x_y,\quad x = \log p`,
  gradient: String.raw`\frac{\partial L}{\partial x_k} = -\mathbb{1}[k = y]`,
  stable: 'Its input is `log_softmax` of the logits; `CrossEntropyLoss` does both in one.',
  start: String.raw`\ln K \text{ for } K \text{ classes}`,
};

/** By the last part of PyTorch's name, in the module's and the function's spelling. */
const FACTS: Readonly<Record<string, LossFacts>> = {
  ...{ CrossEntropyLoss: CROSS_ENTROPY, cross_entropy: CROSS_ENTROPY },
  ...{ BCEWithLogitsLoss: BCE_LOGITS, binary_cross_entropy_with_logits: BCE_LOGITS },
  ...{ BCELoss: BCE, binary_cross_entropy: BCE },
  ...{ MSELoss: MSE, mse_loss: MSE, L1Loss: L1, l1_loss: L1 },
  ...{ SmoothL1Loss: SMOOTH_L1, smooth_l1_loss: SMOOTH_L1, HuberLoss: HUBER, huber_loss: HUBER },
  ...{ KLDivLoss: KL, kl_div: KL, NLLLoss: NLL, nll_loss: NLL },
  ...{ TripletMarginLoss: TRIPLET, triplet_margin_loss: TRIPLET },
};

export function renderLosses({ losses, model }: TrainingResult): string {
  if (losses.length === 0)
    return `I found no loss that ${model ? `\`${model.qualname}\`` : 'this model'} is trained with. Open the file with the training loop, or attach it to the question.\n`;
  return losses.map(renderLoss).join('\n');
}

function renderLoss({ text, name, uri, range }: SourcePlace): string {
  const [line = ''] = text.split('\n');
  const lines = [
    `### \`${cell(line.trim())}\``,
    '',
    `${decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1))}, line ${range.start.line + 1}.`,
    '',
  ];
  const facts = name === null ? undefined : FACTS[name.slice(name.lastIndexOf('.') + 1)];
  if (!facts)
    return [
      ...lines,
      name === null
        ? 'A loss of your own: the playbook has no mathematics for it.'
        : `The playbook has no mathematics for \`${name}\`.`,
      '',
    ].join('\n');
  const { formula, gradient, stable, start } = facts;
  return [
    ...lines,
    'For one element, before the mean over the batch:',
    '',
    `$$${formula}$$`,
    '',
    `$$${gradient}$$`,
    '',
    `**Stable form.** ${stable}`,
    '',
    ...(start === undefined ? [] : [`**At the start**, when nothing is known, expect $${start}$.`, '']),
  ].join('\n');
}
