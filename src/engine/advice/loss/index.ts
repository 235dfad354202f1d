/** What is offered on a loss: only what fits what the program shows of the task, and only what can be carried out. */
import type { SourceFile } from '../../syntax/index.js';
import { producersOf, type TrainingContext } from '../../training/index.js';
import type { Made, Offer } from '../offers.js';
import { explainLoss, lossClassOf } from './explain.js';
import { addedClasses, isAdversarial } from './added.js';
import {
  batchHardTriplet,
  binaryFocal,
  contrastive,
  dice,
  diceCrossEntropy,
  focal,
  infoNce,
  quantile,
  replaceByClass,
  tversky,
  type LossClass,
} from './classes.js';
import { countsFor } from './counts.js';
import type { LossFacts } from './facts.js';
import { gradientCheck } from './gradcheck.js';
import { logitsForm } from './logits.js';
import { magicWeight } from './magicWeight.js';
import { lossSiteAt, shortName, type LossSite } from './site.js';
import { stableFormAt } from './stable.js';
import { batchmean, huber, labelSmoothing, smoothL1, swapLoss } from './swaps.js';
import { classWeights, positiveWeight } from './weights.js';

export { explainLoss } from './explain.js';
export type { LossFacts } from './facts.js';
export { classCountsIn } from './counts.js';
export { callAtOffset, lossSiteAt, lossSiteOf } from './site.js';

/** Every action on the loss at an offset; those that would be refused are among them. */
export function lossOffers(context: TrainingContext, file: SourceFile, offset: number, facts: LossFacts): Offer[] {
  const offers: Offer[] = [];
  const add = (id: string, title: string, make: Offer['make']): void => {
    if (!offers.some((offer) => offer.id === `loss.${id}`))
      offers.push({ id: `loss.${id}`, group: 'loss', title, make });
  };
  const stable = stableFormAt(file, offset);
  if (stable) add('stable', stable.title, stable.make);
  const weight = magicWeight(context, file, offset);
  if (weight) add('weight', weight.title, weight.make);
  const site = lossSiteAt(context, file, offset);
  if (!site) return offers;
  const byClass = (wanted: LossClass): void => add(wanted.id, wanted.title, () => replaceByClass(site, wanted));
  const name = lossClassOf(site);
  const adversarial = isAdversarial(site);
  switch (name) {
    case 'BCELoss':
      add('logits', 'Use BCEWithLogitsLoss and remove the sigmoid', () => logitsForm(site));
      break;
    case 'BCEWithLogitsLoss':
      if (adversarial) break;
      add('posWeight', weightTitle(site, facts, 2, 'Weight positives'), (numbers) =>
        positiveWeight(site, facts, numbers),
      );
      byClass(binaryFocal);
      if (isDense(site)) [diceCrossEntropy, dice, tversky].forEach(byClass);
      break;
    case 'CrossEntropyLoss':
      add('labelSmoothing', 'Add label smoothing (ε = 0.1)', () => labelSmoothing(site));
      add('classWeights', weightTitle(site, facts, facts.classes(), 'Weight the classes'), (numbers) =>
        classWeights(site, facts, numbers),
      );
      byClass(focal);
      if (isDense(site)) [diceCrossEntropy, dice, tversky].forEach(byClass);
      break;
    case 'MSELoss':
      if (adversarial) break;
      add('huber', huber.title, () => swapLoss(site, huber));
      add('smoothL1', smoothL1.title, () => swapLoss(site, smoothL1));
      byClass(quantile);
      break;
    case 'L1Loss':
      add('smoothL1', smoothL1.title, () => swapLoss(site, smoothL1));
      byClass(quantile);
      break;
    case 'SmoothL1Loss':
    case 'HuberLoss':
      byClass(quantile);
      break;
    case 'KLDivLoss':
      add('batchmean', "Average over the batch (reduction='batchmean')", () => batchmean(site));
      break;
    case 'TripletMarginLoss':
      byClass(batchHardTriplet);
      byClass(infoNce);
      break;
    case 'CosineEmbeddingLoss':
      byClass(contrastive);
      break;
    case null:
    default:
  }
  for (const { id, title, make } of addedClasses(site)) add(id, title, make);
  if (site.own) add('gradcheck', 'Check its gradient (write a test)', () => gradientCheck(site));
  if (name !== null && explainLoss(site, null) !== null)
    add('explain', 'Explain this loss', (): Made => ({
      kind: 'text',
      title: shortName(site),
      markdown: explainLoss(site, facts.classes()) ?? '',
    }));
  return offers;
}

function weightTitle(site: LossSite, facts: LossFacts, classes: number | null, what: string): string {
  const seen = countsFor(site, classes, facts.counts());
  return seen ? `${what} by ${seen.name}` : `${what}…`;
}

/** The loss gets a value for every pixel: its input comes out of a convolution. */
function isDense({ context, calls }: LossSite): boolean {
  return calls.some(({ file, call }) => {
    const input = call.args[0]?.value;
    const made = input ? producersOf(context.code, file, input) : [];
    return made.length > 0 && made.every(({ op }) => op !== null && /^(?:conv|interpolate|upsample)/.test(op));
  });
}
