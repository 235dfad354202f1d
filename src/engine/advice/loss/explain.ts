/** What a loss computes: formula, gradient, range, the value that a fresh model starts near, what it assumes. */
import { shortName, type LossSite } from './site.js';

interface Explanation {
  readonly formula: string;
  readonly gradient: string;
  readonly range: string;
  /** The value at initialisation, for a number of classes where that matters. */
  readonly start: (classes: number | null) => string;
  readonly assumes: string;
}

const number = (value: number): string => value.toFixed(4);

const CROSS_ENTROPY: Explanation = {
  formula: '\\ell = -\\ln \\frac{e^{z_y}}{\\sum_{c=1}^{C} e^{z_c}} = \\ln \\sum_c e^{z_c} - z_y',
  gradient: '\\frac{\\partial \\ell}{\\partial z_c} = \\mathrm{softmax}(z)_c - [c = y]',
  range: '0 to ∞; 0 only as the margin grows without bound',
  start: (classes) =>
    classes === null
      ? 'With logits near 0 every class has probability $1/C$: it starts near $\\ln C$.'
      : `With logits near 0 every class has probability $1/${classes}$: it starts near $\\ln ${classes} = ${number(Math.log(classes))}$. A first value far above means logits that are too large at initialisation.`,
  assumes:
    'Logits, not probabilities: log-softmax is applied inside. Class indices (int64) of shape (N) or (N, …), or probabilities of the logits’ shape. The classes stand in axis 1.',
};

const BINARY_LOGITS: Explanation = {
  formula: '\\ell = \\max(z, 0) - z y + \\ln(1 + e^{-|z|})',
  gradient: '\\frac{\\partial \\ell}{\\partial z} = \\sigma(z) - y',
  range: '0 to ∞',
  start: () => `With logits near 0 it starts near $\\ln 2 = ${number(Math.LN2)}$.`,
  assumes:
    'Logits, not probabilities: the sigmoid is applied inside. Targets between 0 and 1, floating-point, of the same shape.',
};

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  CrossEntropyLoss: CROSS_ENTROPY,
  BCEWithLogitsLoss: BINARY_LOGITS,
  BCELoss: {
    formula: '\\ell = -y \\ln p - (1 - y) \\ln(1 - p)',
    gradient:
      '\\frac{\\partial \\ell}{\\partial p} = \\frac{p - y}{p (1 - p)}, \\qquad p = \\sigma(z): \\; \\frac{\\partial \\ell}{\\partial z} = p - y',
    range: '0 to 100: PyTorch clamps the logarithms at −100, where the gradient is lost',
    start: () => `With probabilities near 0.5 it starts near $\\ln 2 = ${number(Math.LN2)}$.`,
    assumes:
      'Probabilities between 0 and 1, else an error is raised. BCEWithLogitsLoss computes the same from logits and stays exact.',
  },
  NLLLoss: {
    formula: '\\ell = -x_y',
    gradient: '\\frac{\\partial \\ell}{\\partial x_c} = -[c = y]',
    range: '0 to ∞ for log-probabilities',
    start: CROSS_ENTROPY.start,
    assumes: 'Log-probabilities, as log_softmax gives them: for logits its values are wrong without an error.',
  },
  MSELoss: {
    formula: '\\ell = (\\hat y - y)^2',
    gradient: '\\frac{\\partial \\ell}{\\partial \\hat y} = 2 (\\hat y - y)',
    range: '0 to ∞',
    start: () =>
      'With outputs near 0 it starts near the mean of $y^2$; a model that only knows the mean reaches $\\mathrm{Var}(y)$.',
    assumes:
      'Equal shapes: (N, 1) against (N) broadcasts to (N, N). The optimum is the mean; outliers count by their square.',
  },
  L1Loss: {
    formula: '\\ell = |\\hat y - y|',
    gradient: '\\frac{\\partial \\ell}{\\partial \\hat y} = \\mathrm{sign}(\\hat y - y)',
    range: '0 to ∞',
    start: () => 'With outputs near 0 it starts near the mean of $|y|$.',
    assumes:
      'Equal shapes. The optimum is the median; the gradient does not shrink near it, so the learning rate has to.',
  },
  SmoothL1Loss: {
    formula:
      '\\ell = \\begin{cases} \\tfrac{e^2}{2\\beta} & |e| < \\beta \\\\ |e| - \\tfrac{\\beta}{2} & \\text{else} \\end{cases}, \\quad e = \\hat y - y',
    gradient: '\\frac{\\partial \\ell}{\\partial \\hat y} = \\mathrm{clip}(e / \\beta, -1, 1)',
    range: '0 to ∞',
    start: () => 'With outputs near 0 it starts near the mean of the same function of $y$.',
    assumes: 'Equal shapes. β (1 by default) is the size of an ordinary error in the target’s unit.',
  },
  HuberLoss: {
    formula:
      '\\ell = \\begin{cases} \\tfrac12 e^2 & |e| \\le \\delta \\\\ \\delta (|e| - \\tfrac12 \\delta) & \\text{else} \\end{cases}, \\quad e = \\hat y - y',
    gradient: '\\frac{\\partial \\ell}{\\partial \\hat y} = \\mathrm{clip}(e, -\\delta, \\delta)',
    range: '0 to ∞',
    start: () => 'With outputs near 0 it starts near the mean of the same function of $y$.',
    assumes: 'Equal shapes. δ (1 by default) is the size of an ordinary error in the target’s unit.',
  },
  KLDivLoss: {
    formula: '\\ell = \\sum_c q_c (\\ln q_c - x_c)',
    gradient: '\\frac{\\partial \\ell}{\\partial x_c} = -q_c',
    range: '0 to ∞',
    start: () => 'For a uniform output it starts at $\\ln C - H(q)$ for each example.',
    assumes:
      'Log-probabilities as input, probabilities as target (log-probabilities with log_target=True). Only reduction="batchmean" is the divergence; "mean" divides by the classes as well.',
  },
  TripletMarginLoss: {
    formula: '\\ell = \\max(0, d(a, p) - d(a, n) + m)',
    gradient:
      '\\frac{\\partial \\ell}{\\partial a} = \\frac{a - p}{d(a,p)} - \\frac{a - n}{d(a,n)} \\text{ where } \\ell > 0',
    range: '0 to ∞',
    start: () =>
      'With embeddings that are alike it starts near the margin $m$ (1 by default). Staying at $m$ means that they collapsed.',
    assumes: 'Embeddings of shape (N, D) or (D); negatives that are hard enough, else most triplets give no gradient.',
  },
  CosineEmbeddingLoss: {
    formula: '\\ell = \\begin{cases} 1 - \\cos(a, b) & y = 1 \\\\ \\max(0, \\cos(a, b) - m) & y = -1 \\end{cases}',
    gradient:
      '\\frac{\\partial \\ell}{\\partial a} = \\mp \\frac{1}{|a|} \\left( \\hat b - \\cos(a,b)\\, \\hat a \\right)',
    range: '0 to 2',
    start: () => 'For independent embeddings the cosine is near 0: alike pairs start near 1, unlike ones near 0.',
    assumes: 'Targets 1 and −1, not 1 and 0.',
  },
  CTCLoss: {
    formula: '\\ell = -\\ln \\sum_{\\pi \\in B^{-1}(y)} \\prod_t p_t(\\pi_t)',
    gradient: '\\frac{\\partial \\ell}{\\partial z_{t,c}} = p_t(c) - P(\\pi_t = c \\mid y)',
    range: '0 to ∞; infinite where the input is shorter than the target needs',
    start: () => 'With uniform outputs it starts near $T \\ln C$ minus the logarithm of the number of alignments.',
    assumes: 'Log-probabilities of shape (T, N, C); the blank is class 0 by default.',
  },
  PoissonNLLLoss: {
    formula: '\\ell = e^{x} - y x',
    gradient: '\\frac{\\partial \\ell}{\\partial x} = e^{x} - y',
    range: 'any number',
    start: () => 'With outputs near 0 it starts near 1.',
    assumes: 'The logarithm of the rate as input (log_input=True by default), counts as target.',
  },
  GaussianNLLLoss: {
    formula: '\\ell = \\tfrac12 \\left( \\ln v + \\frac{(\\hat y - y)^2}{v} \\right)',
    gradient:
      '\\frac{\\partial \\ell}{\\partial \\hat y} = \\frac{\\hat y - y}{v}, \\quad \\frac{\\partial \\ell}{\\partial v} = \\frac{1}{2v} \\left( 1 - \\frac{(\\hat y - y)^2}{v} \\right)',
    range: 'any number',
    start: () => 'With outputs near 0 and variance 1 it starts near half the mean of $y^2$.',
    assumes: 'A positive variance: softplus or exp of the raw output.',
  },
};

const FUNCTIONS: Readonly<Record<string, string>> = {
  cross_entropy: 'CrossEntropyLoss',
  binary_cross_entropy: 'BCELoss',
  binary_cross_entropy_with_logits: 'BCEWithLogitsLoss',
  nll_loss: 'NLLLoss',
  mse_loss: 'MSELoss',
  l1_loss: 'L1Loss',
  smooth_l1_loss: 'SmoothL1Loss',
  huber_loss: 'HuberLoss',
  kl_div: 'KLDivLoss',
  triplet_margin_loss: 'TripletMarginLoss',
  cosine_embedding_loss: 'CosineEmbeddingLoss',
  ctc_loss: 'CTCLoss',
  poisson_nll_loss: 'PoissonNLLLoss',
  gaussian_nll_loss: 'GaussianNLLLoss',
};

/** The class's name of a loss, for functions too: `CrossEntropyLoss`. */
export function lossClassOf(site: LossSite): string | null {
  const { name } = site;
  if (name === null) return null;
  const short = shortName(site);
  return FUNCTIONS[short] ?? short;
}

/** Markdown about the loss; `null` for those that are not described. */
export function explainLoss(site: LossSite, classes: number | null): string | null {
  const name = lossClassOf(site);
  const about = name === null ? undefined : EXPLANATIONS[name];
  if (!about || name === null) return null;
  return [
    `**${name}**`,
    `$$${about.formula}$$`,
    `Gradient: $$${about.gradient}$$`,
    `- **At initialisation.** ${about.start(classes)}`,
    `- **Range.** ${about.range}.`,
    `- **Assumes.** ${about.assumes}`,
  ]
    .join('\n\n')
    .replace(/\n\n- /g, '\n- ')
    .replace('\n- **At', '\n\n- **At');
}
