/** Losses that come as a class of ours: what they replace, and how they are called. */
import type { CallExpr } from '../../syntax/index.js';
import { argumentOf } from '../../training/index.js';
import { replace } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import { papers } from '../papers.js';
import type { Change, Paper } from '../types.js';
import { removeArgument } from './logits.js';
import { provideClass, takes } from './insert.js';
import type { LossSite } from './site.js';
import BatchHardTripletLoss from './templates/BatchHardTripletLoss.py';
import BinaryFocalLoss from './templates/BinaryFocalLoss.py';
import ContrastiveLoss from './templates/ContrastiveLoss.py';
import DiceCrossEntropyLoss from './templates/DiceCrossEntropyLoss.py';
import DiceLoss from './templates/DiceLoss.py';
import FocalLoss from './templates/FocalLoss.py';
import InfoNCELoss from './templates/InfoNCELoss.py';
import overlap from './templates/overlap.py';
import QuantileLoss from './templates/QuantileLoss.py';
import TverskyLoss from './templates/TverskyLoss.py';

/** A class that takes the place of a loss called with `(input, target)`. */
export interface LossClass {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly template: string;
  /** Arguments of PyTorch's loss that mean the same in ours. */
  readonly keeps: readonly string[];
  /** Arguments of PyTorch's loss that mean nothing in ours. */
  readonly drops?: readonly string[];
  /** The first argument of PyTorch's class where it isn't `weight`. */
  readonly leading?: string;
  /** Arguments of ours, as they are written for the user to set. */
  readonly sets: readonly (readonly [string, string])[];
  readonly reason: string;
  readonly risk: string;
  readonly sources: readonly Paper[];
  /** Calls that take other arguments than PyTorch's; `null` where they can't be made to fit. */
  readonly call?: (site: LossSite, call: LossSite['calls'][number]) => Change[] | null;
}

const NEW_SCALE = 'Its values are on another scale: they are not comparable with earlier curves.';

export const focal: LossClass = {
  id: 'focal',
  name: 'FocalLoss',
  title: 'Replace by focal loss (γ = 2)',
  template: FocalLoss,
  keeps: ['weight', 'ignore_index', 'reduction'],
  sets: [['gamma', '2.0']],
  reason:
    '$-(1-p)^\\gamma \\ln p$: an example that is right with $p = 0.9$ counts a hundredth of what it counts in cross-entropy ($\\gamma = 2$), so that the many easy ones do not drown the few hard ones.',
  risk: `Probabilities become less sharp: calibrate them before you read them as confidence. ${NEW_SCALE}`,
  sources: [papers.focal],
};

export const binaryFocal: LossClass = {
  ...focal,
  name: 'BinaryFocalLoss',
  template: BinaryFocalLoss,
  keeps: ['reduction'],
};

/** A loss by the overlap of each class, from logits: what such losses share goes without saying. */
function byOverlap(
  own: Pick<LossClass, 'id' | 'name' | 'title' | 'template' | 'reason'> & Partial<LossClass>,
): LossClass {
  const method = overlap.slice(overlap.search(/^ {4}def /m));
  return {
    keeps: ['ignore_index'],
    sets: [],
    risk: NEW_SCALE,
    sources: [papers.dice],
    ...own,
    template: `${own.template}\n${method}`,
  };
}

export const dice = byOverlap({
  id: 'dice',
  name: 'DiceLoss',
  title: 'Replace by Dice loss',
  template: DiceLoss,
  reason:
    '$1 - \\frac{2\\sum p y + s}{\\sum p + \\sum y + s}$ for each class: it measures overlap, so a class of few pixels counts as much as the background.',
  risk: `Where nothing overlaps yet its gradient is small: if training does not start, take Dice + cross-entropy. ${NEW_SCALE}`,
});

export const diceCrossEntropy = byOverlap({
  id: 'diceCrossEntropy',
  name: 'DiceCrossEntropyLoss',
  title: 'Replace by Dice + cross-entropy',
  template: DiceCrossEntropyLoss,
  sets: [['dice_weight', '0.5']],
  reason:
    'Half overlap ($1 - \\mathrm{Dice}$, every class counts the same), half cross-entropy, whose gradient $p - y$ is there at every pixel from the first step on.',
});

export const tversky = byOverlap({
  id: 'tversky',
  name: 'TverskyLoss',
  title: 'Replace by Tversky loss (misses cost more)',
  template: TverskyLoss,
  sets: [
    ['alpha', '0.3'],
    ['beta', '0.7'],
  ],
  reason:
    '$1 - \\frac{T + s}{T + \\alpha P + \\beta M + s}$ with true positives $T$, false positives $P$ and misses $M$: $\\beta > \\alpha$ finds more of a small structure at the price of false alarms.',
  sources: [papers.tversky],
});

export const quantile: LossClass = {
  id: 'quantile',
  name: 'QuantileLoss',
  title: 'Replace by quantile loss (median)',
  template: QuantileLoss,
  keeps: ['reduction'],
  sets: [['quantile', '0.5']],
  reason:
    '$\\max(q e, (q-1) e)$ with $e = y - \\hat y$ is least at the $q$-quantile of the target; $q = 0.5$ is the median, which outliers do not move. Two models with $q = 0.05$ and $0.95$ give an interval.',
  risk: `The gradient has the same size however small the error is: let the learning rate fall. ${NEW_SCALE}`,
  sources: [papers.quantile],
};

/** Calls with a triplet lose the third: the other examples of the batch are the negatives. */
const negativesFromBatch: LossClass['call'] = ({ file }, { file: at, call }) => {
  const negative = call.args.findIndex(
    ({ form, name }, index) => name === 'negative' || (index === 2 && form === 'positional'),
  );
  return negative < 0 || at !== file ? null : [removeArgument(at, call, negative, 'Negatives come from the batch')];
};

/** From triplets. */
export const batchHardTriplet: LossClass = {
  id: 'batchHardTriplet',
  name: 'BatchHardTripletLoss',
  title: 'Replace by batch-hard triplet loss (nearest negative of the batch)',
  template: BatchHardTripletLoss,
  keeps: ['margin', 'reduction'],
  leading: 'margin',
  sets: [],
  reason:
    '$\\max(0, d(a_i, p_i) - \\min_{j \\neq i} d(a_i, p_j) + m)$: most triplets that are drawn beforehand soon lie farther apart than the margin and give no gradient; the nearest of the others in the batch does longest.',
  risk: 'The explicit negatives are not used any more. Examples of one batch must belong to different pairs. Wrong labels are the hardest negatives of all: with many of them take InfoNCE.',
  sources: [papers.batchHard, papers.triplet],
  call: negativesFromBatch,
};

/** From triplets as well. */
export const infoNce: LossClass = {
  id: 'infoNCE',
  name: 'InfoNCELoss',
  title: 'Replace by InfoNCE (negatives from the batch)',
  template: InfoNCELoss,
  keeps: ['reduction'],
  drops: ['margin'],
  leading: 'margin',
  sets: [['temperature', '0.1']],
  reason:
    '$-\\ln\\frac{e^{s_{ii}/\\tau}}{\\sum_j e^{s_{ij}/\\tau}}$ over cosine similarities: each anchor is compared with every other example of the batch instead of one negative, and the hardest pull most.',
  risk: 'The explicit negatives are not used any more. Examples of one batch must belong to different pairs; large batches help.',
  sources: [papers.infoNce],
  call: negativesFromBatch,
};

/** From cosine embedding, whose targets are ±1. */
export const contrastive: LossClass = {
  id: 'contrastive',
  name: 'ContrastiveLoss',
  title: 'Replace by contrastive loss',
  template: ContrastiveLoss,
  keeps: ['reduction'],
  sets: [['margin', '1.0']],
  reason:
    '$y d^2 + (1-y)\\max(0, m-d)^2$ with the distance $d$: alike pairs are drawn together, unlike ones pushed apart until they are $m$ apart.',
  risk: `Distances are of the embeddings as they are, not of their directions. ${NEW_SCALE}`,
  sources: [papers.contrastive],
  call: (_site, { file, call }) => {
    const target = argumentOf(call, 'target', 2);
    return target && [replace(file, target.value, `(${file.slice(target.value)}) > 0`, 'Alike or not')];
  },
};

export function replaceByClass(site: LossSite, wanted: LossClass): Made {
  const { construction } = site;
  const at = construction ?? { file: site.file, expr: site.call };
  const inserted = provideClass(site.context, at.file, wanted.name, wanted.template);
  if (!inserted) return refused(`'${wanted.name}' is the name of something else in that file`);
  const { reused } = inserted;
  const given = keptArguments(at.expr, construction === null, wanted, at.file.text);
  if (!given) return refused('it has arguments that the other loss does not take');
  const sets = wanted.sets.filter(([name]) => !reused || takes(reused, name));
  if (reused && given.some(([name]) => !takes(reused, name)))
    return refused(`the workspace's own ${wanted.name} does not take the arguments that are given`);
  const args = [...sets, ...given].map(([name, value]) => `${name}=${value}`).join(', ');
  const label = wanted.name;
  const changes: Change[] = [...inserted.changes];
  if (construction) changes.push(replace(at.file, at.expr, `${inserted.name}(${args})`, label));
  else {
    const [first] = at.expr.args;
    if (!first) return refused('it is called without arguments');
    const inputs = at.expr.args.filter(
      ({ form, name }) => form === 'positional' || name === 'input' || name === 'target',
    );
    const text = inputs.map(({ value }) => at.file.slice(value)).join(', ');
    changes.push(replace(at.file, at.expr, `${inserted.name}(${args})(${text})`, label));
  }
  if (wanted.call) {
    if (!construction || site.calls.length === 0) return refused('where it is called was not found');
    for (const call of site.calls) {
      const edits = wanted.call(site, call);
      if (!edits) return refused('its calls can’t be made to fit');
      changes.push(...edits);
    }
  }
  return changed({
    title: wanted.title,
    reason: wanted.reason + (reused ? ` Your own \`${wanted.name}\` is used.` : ''),
    risk: wanted.risk,
    sources: wanted.sources,
    changes: changes.map((change) => ({ ...change, group: wanted.id })),
    groups: [{ id: wanted.id, reason: `${wanted.name} is defined or imported in one place and used in another` }],
  });
}

/** The arguments that go over to the new loss; `null` if one of them has no place there. */
function keptArguments(
  call: CallExpr,
  isFunction: boolean,
  { keeps, drops = [], leading = 'weight' }: LossClass,
  text: string,
): (readonly [string, string])[] | null {
  const found: (readonly [string, string])[] = [];
  let positional = 0;
  for (const { form, name, value } of call.args) {
    if (form === 'star' || form === 'doubleStar') return null;
    const given = text.slice(value.start, value.end);
    if (form === 'positional') {
      positional++;
      if (isFunction && positional <= 2) continue;
      if (isFunction || positional > 1) return null;
      if (keeps.includes(leading)) found.push([leading, given]);
      else if (!drops.includes(leading)) return null;
    } else if (isFunction && (name === 'input' || name === 'target')) continue;
    else if (name !== null && keeps.includes(name)) found.push([name, given]);
    else if (name !== null && drops.includes(name)) continue;
    else if (!(name === 'reduction' && value.kind === 'String' && value.value === 'mean')) return null;
  }
  return found;
}
