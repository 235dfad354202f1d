/** One loss for another of PyTorch's own with the same arguments. */
import { argumentOf, type LossCall } from '../../training/index.js';
import { addArgument, nameFor, replace } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import { papers } from '../papers.js';
import type { Change, Paper } from '../types.js';
import { smoothingChanges } from '../overfitting/labelSmoothing.js';
import { numberOf } from '../overfitting/layers.js';
import type { LossSite } from './site.js';

interface Swap {
  readonly title: string;
  /** Class and function of PyTorch's. */
  readonly module: string;
  readonly functional: string;
  readonly reason: string;
  readonly risk: string;
  readonly sources: readonly Paper[];
}

export const huber: Swap = {
  title: 'Replace by HuberLoss',
  module: 'HuberLoss',
  functional: 'huber_loss',
  reason:
    'With the error $e$ and $\\delta = 1$ it is $\\tfrac12 e^2$ for $|e| \\le \\delta$ and $\\delta(|e| - \\tfrac12\\delta)$ beyond: the gradient is $e$, but never larger than $\\delta$, so that an outlier pulls no harder than any other large error. With MSE its pull $2e$ grows without bound.',
  risk: 'δ = 1 suits targets of unit scale: set `delta` to about the size of an ordinary error. Values are not comparable with earlier MSE curves.',
  sources: [papers.huber],
};

export const smoothL1: Swap = {
  title: 'Replace by SmoothL1Loss',
  module: 'SmoothL1Loss',
  functional: 'smooth_l1_loss',
  reason:
    'With the error $e$ and $\\beta = 1$ it is $\\tfrac{e^2}{2\\beta}$ for $|e| < \\beta$ and $|e| - \\tfrac12\\beta$ beyond: smooth at 0 as MSE, robust against outliers as L1, the gradient within $[-1, 1]$.',
  risk: 'β = 1 suits targets of unit scale: set `beta` to about the size of an ordinary error. Values are not comparable with earlier curves.',
  sources: [papers.fastRcnn],
};

/** Another class or function in the same place; its arguments must mean the same in both. */
export function swapLoss(site: LossSite, { title, module, functional, reason, risk, sources }: Swap): Made {
  const { construction } = site;
  const at = construction ?? { file: site.file, expr: site.call };
  const allowed = new Set(['size_average', 'reduce', 'reduction', 'input', 'target']);
  const positional = at.expr.args.filter(({ form }) => form === 'positional').length;
  if (
    at.expr.args.some(
      ({ form, name }) => form === 'star' || form === 'doubleStar' || (name !== null && !allowed.has(name)),
    )
  )
    return refused('it has arguments that the other loss does not take');
  if (positional > (construction ? 0 : 2)) return refused('its arguments stand in another order there');
  const wanted = construction ? `torch.nn.${module}` : `torch.nn.functional.${functional}`;
  const name = nameFor(at.file, wanted, title);
  if (!name) return refused(`${module} can't be named in that file`);
  return changed({
    title,
    reason,
    risk,
    sources,
    changes: [replace(at.file, at.expr.func, name.text, title), ...name.changes],
  });
}

/** The mean over the batch, which is what the divergence is defined by; PyTorch's `mean` divides by the classes as well. */
export function batchmean(site: LossSite): Made {
  const at = site.construction ?? { file: site.file, expr: site.call };
  const title = "Average over the batch: reduction='batchmean'";
  const given = argumentOf(at.expr, 'reduction', site.construction ? 2 : 4);
  const value = given?.value;
  if (value && (value.kind !== 'String' || value.value !== 'mean')) return refused('its reduction is chosen already');
  const quote = at.file.text.split("'").length > at.file.text.split('"').length ? "'" : '"';
  const text = `${quote}batchmean${quote}`;
  const changes: Change[] | null = value
    ? [replace(at.file, value, text, title)]
    : addArgument(at.file, at.expr, `reduction=${text}`, title);
  if (!changes) return refused('its arguments are passed by stars');
  return changed({
    title,
    reason:
      '$D_{KL}(q\\,\\|\\,p) = \\sum_c q_c(\\ln q_c - \\ln p_c)$ is a sum over the classes. The default `mean` divides by batch size × classes, so the loss and its gradient are too small by the number of classes; `batchmean` divides by the batch size alone.',
    risk: 'The loss grows by the number of classes: weights that balance it against other terms have to shrink by as much.',
    sources: [papers.kullback],
    changes,
  });
}

/** Label smoothing in training, as the playbook does it. */
export function labelSmoothing(site: LossSite): Made {
  const [loss] = site.calls;
  const constructed = site.construction;
  const about: LossCall | undefined =
    loss ??
    (constructed ? { file: site.file, call: site.call, name: site.name, construction: constructed } : undefined);
  if (!about) return refused('the loss was not found');
  const probabilities = argumentOf((constructed ?? { expr: site.call }).expr, 'label_smoothing', constructed ? 5 : 7);
  if (probabilities && numberOf(probabilities.value) !== 0) return refused('it is there');
  const made = smoothingChanges(site.context, about);
  if ('why' in made) return refused(made.why);
  return changed({
    title: 'Add label smoothing (ε = 0.1)',
    reason:
      'The target becomes $(1-\\epsilon)\\,y + \\epsilon/C$ with $\\epsilon = 0.1$: the loss is least at a finite margin, so the weights need not grow for ever, and a wrong label pulls less.',
    risk: `The training loss has a floor above 0 from now on.${made.shared ? ' Validation uses the same loss, so its curve shifts as well.' : ''}`,
    sources: [papers.inception, papers.smoothing],
    changes: made.changes,
  });
}
