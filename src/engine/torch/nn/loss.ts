/** Losses; weights given to them are buffers. */
import type { Context } from '../../python/context.js';
import type { Bound } from '../../python/define.js';
import type { PyClass, PyInstance } from '../../python/value.js';
import { asNumber, layer, type LayerOptions } from './layer.js';
import { registerBuffer } from './module.js';
import { isUnknown } from './objects.js';
import { pairwiseDistance } from './otherLayers.js';
import { set } from './simpleLayer.js';

/** `reduction` from the two deprecated flags, when either is given. */
function reduction(self: PyInstance, { size_average, reduce, reduction: given }: Bound, context: Context): void {
  let value = given ?? 'mean';
  if ((size_average !== null && size_average !== undefined) || (reduce !== null && reduce !== undefined)) {
    const average = context.truth(size_average ?? true);
    const reduces = context.truth(reduce ?? true);
    value = isUnknown(average) ? average : isUnknown(reduces) ? reduces : !reduces ? 'none' : average ? 'mean' : 'sum';
  }
  set(self, 'reduction', value);
}

const DEPRECATED = { size_average: null, reduce: null };
const lossBase = layer('loss', "_Loss(size_average=None, reduce=None, reduction='mean')", {
  attributes: DEPRECATED,
  init: reduction,
});
const weightedBase = layer('loss', "_WeightedLoss(weight=None, size_average=None, reduce=None, reduction='mean')", {
  base: lossBase,
  attributes: { ...DEPRECATED, weight: null },
  init: weighted(),
});

/** Registers the tensors among the arguments as buffers, as the losses do. */
function weighted(...more: readonly string[]) {
  return (self: PyInstance, bound: Bound, context: Context): void => {
    reduction(self, bound, context);
    for (const name of ['weight', ...more]) registerBuffer(self, name, bound[name] ?? null, true, context);
  };
}

const TAIL = "size_average=None, reduce=None, reduction='mean'";
const loss = (signature: string, forward: string, options: LayerOptions = {}): PyClass =>
  layer('loss', signature, {
    base: lossBase,
    takes: 'input, target',
    forward,
    attributes: DEPRECATED,
    init: reduction,
    ...options,
  });
const weightedLoss = (signature: string, forward: string, options: LayerOptions = {}): PyClass =>
  loss(signature, forward, {
    base: weightedBase,
    attributes: { ...DEPRECATED, weight: null },
    init: weighted(),
    ...options,
  });

const nll = weightedLoss(
  "NLLLoss(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')",
  'F.nll_loss(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction)',
);

function positiveMargin(self: PyInstance, bound: Bound, context: Context): void {
  reduction(self, bound, context);
  const margin = asNumber(bound['margin']);
  if (margin !== undefined && margin <= 0)
    context.raise('ValueError', `${self.cls.name}: expected margin to be greater than 0, got ${margin} instead`);
}

export const lossLayers: readonly PyClass[] = [
  lossBase,
  weightedBase,
  loss(`L1Loss(${TAIL})`, 'F.l1_loss(input, target, reduction=self.reduction)'),
  nll,
  layer('loss', "NLLLoss2d(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')", {
    base: nll,
    attributes: { ...DEPRECATED, weight: null },
    init: weighted(),
  }),
  loss(
    "PoissonNLLLoss(log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, reduction='mean')",
    'F.poisson_nll_loss(log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction)',
    { takes: 'log_input, target' },
  ),
  loss(
    "GaussianNLLLoss(*, full=False, eps=1e-06, reduction='mean')",
    'F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)',
    { takes: 'input, target, var' },
  ),
  loss(
    "KLDivLoss(size_average=None, reduce=None, reduction='mean', log_target=False)",
    'F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)',
  ),
  loss(`MSELoss(${TAIL})`, 'F.mse_loss(input, target, reduction=self.reduction)'),
  weightedLoss(
    `BCELoss(weight=None, ${TAIL})`,
    'F.binary_cross_entropy(input, target, weight=self.weight, reduction=self.reduction)',
  ),
  loss(
    `BCEWithLogitsLoss(weight=None, ${TAIL}, pos_weight=None)`,
    'F.binary_cross_entropy_with_logits(input, target, self.weight, pos_weight=self.pos_weight, reduction=self.reduction)',
    { attributes: { ...DEPRECATED, weight: null, pos_weight: null }, init: weighted('pos_weight') },
  ),
  loss(
    `HingeEmbeddingLoss(margin=1.0, ${TAIL})`,
    'F.hinge_embedding_loss(input, target, margin=self.margin, reduction=self.reduction)',
  ),
  loss(`MultiLabelMarginLoss(${TAIL})`, 'F.multilabel_margin_loss(input, target, reduction=self.reduction)'),
  loss(`SmoothL1Loss(${TAIL}, beta=1.0)`, 'F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)'),
  loss(
    "HuberLoss(reduction='mean', delta=1.0)",
    'F.huber_loss(input, target, reduction=self.reduction, delta=self.delta)',
  ),
  loss(`SoftMarginLoss(${TAIL})`, 'F.soft_margin_loss(input, target, reduction=self.reduction)'),
  weightedLoss(
    "CrossEntropyLoss(weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean', label_smoothing=0.0)",
    'F.cross_entropy(input, target, weight=self.weight, ignore_index=self.ignore_index, reduction=self.reduction, label_smoothing=self.label_smoothing)',
  ),
  weightedLoss(
    `MultiLabelSoftMarginLoss(weight=None, ${TAIL})`,
    'F.multilabel_soft_margin_loss(input, target, weight=self.weight, reduction=self.reduction)',
  ),
  loss(
    `CosineEmbeddingLoss(margin=0.0, ${TAIL})`,
    'F.cosine_embedding_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)',
    { takes: 'input1, input2, target' },
  ),
  loss(
    `MarginRankingLoss(margin=0.0, ${TAIL})`,
    'F.margin_ranking_loss(input1, input2, target, margin=self.margin, reduction=self.reduction)',
    { takes: 'input1, input2, target' },
  ),
  weightedLoss(
    `MultiMarginLoss(p=1, margin=1.0, weight=None, ${TAIL})`,
    'F.multi_margin_loss(input, target, p=self.p, margin=self.margin, weight=self.weight, reduction=self.reduction)',
    {
      init: (self, bound, context) => {
        const { p } = bound;
        if (typeof p === 'number' && p !== 1 && p !== 2)
          context.raise('ValueError', 'only p == 1 and p == 2 supported');
        weighted()(self, bound, context);
      },
    },
  ),
  loss(
    `TripletMarginLoss(margin=1.0, p=2.0, eps=1e-06, swap=False, ${TAIL})`,
    'F.triplet_margin_loss(anchor, positive, negative, margin=self.margin, p=self.p, eps=self.eps, swap=self.swap, reduction=self.reduction)',
    { takes: 'anchor, positive, negative', init: positiveMargin },
  ),
  loss(
    "TripletMarginWithDistanceLoss(*, distance_function=None, margin=1.0, swap=False, reduction='mean')",
    'F.triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=self.distance_function, margin=self.margin, swap=self.swap, reduction=self.reduction)',
    {
      takes: 'anchor, positive, negative',
      attributes: { distance_function: null },
      init: (self, bound, context) => {
        positiveMargin(self, bound, context);
        const given = bound['distance_function'] ?? null;
        context.setAttribute(self, 'distance_function', given === null ? context.call(pairwiseDistance) : given);
      },
    },
  ),
  loss(
    "CTCLoss(blank=0, reduction='mean', zero_infinity=False)",
    'F.ctc_loss(log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity)',
    { takes: 'log_probs, targets, input_lengths, target_lengths' },
  ),
];
