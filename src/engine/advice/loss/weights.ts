/** Class weights and `pos_weight`: from counts that the source shows, else from what the user types in. */
import { hasOwnLines, type Expr, type SourceFile } from '../../syntax/index.js';
import {
  argumentOf,
  callsIn,
  functionAround,
  qualifiedName,
  spell,
  statementOf,
  statementsIn,
} from '../../training/index.js';
import { addArgument, freshName, linesBefore } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import { papers } from '../papers.js';
import type { Change } from '../types.js';
import { countsFor } from './counts.js';
import type { LossFacts } from './facts.js';
import { shortName, type LossSite } from './site.js';

/** Inverse frequencies, 1 on average over the examples: N / (C · n). */
export function balancedWeights(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => Number((total / (counts.length * count)).toPrecision(4)));
}

export function classWeights(site: LossSite, facts: LossFacts, answer?: readonly number[]): Made {
  const isFunction = site.construction === null;
  const at = site.construction ?? { file: site.file, expr: site.call };
  if (argumentOf(at.expr, 'weight', isFunction ? 2 : 0)) return refused('it has weights');
  const classes = facts.classes();
  const seen = countsFor(site, classes, facts.counts());
  const counts = answer ?? seen?.counts;
  if (!counts)
    return {
      kind: 'question',
      question: {
        prompt: `How many training examples does each class have${classes === null ? '' : ` (${classes} numbers)`}?`,
        placeHolder: Array.from({ length: classes ?? 3 }, (_, index) => [900, 300, 100][index % 3]).join(', '),
        numbers: classes,
      },
    };
  if (counts.length < 2 || counts.some((count) => !(count > 0)))
    return refused('counts must be positive, one for each class');
  const made = weightChanges(
    site,
    'weight',
    'class_weights',
    balancedWeights(counts),
    `N / (C * n) of ${list(counts)}`,
  );
  if (!made) return refused('its arguments are passed by stars');
  return changed({
    title: seen ? `Weight the classes by ${seen.name}` : 'Weight the classes by their counts',
    reason: `With $w_c = \\frac{N}{C\\,n_c}$ every class contributes the same to the loss: the rarest of ${counts.length} has ${Math.min(...counts)} of ${counts.reduce((sum, count) => sum + count, 0)} examples and weighs ${Math.max(...balancedWeights(counts))}.`,
    risk: `The loss is weighted wherever this criterion is used, in validation too.${samplerNote(site)}${made.note}`,
    sources: [papers.rareEvents],
    changes: made.changes,
  });
}

export function positiveWeight(site: LossSite, facts: LossFacts, answer?: readonly number[]): Made {
  const isFunction = site.construction === null;
  const at = site.construction ?? { file: site.file, expr: site.call };
  if (argumentOf(at.expr, 'pos_weight', isFunction ? 6 : 4)) return refused('it has a pos_weight');
  const seen = countsFor(site, 2, facts.counts());
  const counts = answer ?? seen?.counts;
  if (!counts)
    return {
      kind: 'question',
      question: {
        prompt: 'How many negative and how many positive training examples are there?',
        placeHolder: '900, 100',
        numbers: 2,
      },
    };
  const [negative = 0, positive = 0] = counts;
  if (counts.length !== 2 || !(negative > 0) || !(positive > 0)) return refused('two positive numbers are needed');
  const ratio = Number((negative / positive).toPrecision(4));
  const made = weightChanges(site, 'pos_weight', 'pos_weight', [ratio], `${negative} negative / ${positive} positive`);
  if (!made) return refused('its arguments are passed by stars');
  return changed({
    title: seen ? `Weight positives by ${seen.name} (×${ratio})` : 'Weight positives (pos_weight)',
    reason: `Positives count $${ratio}$ times: $-(w\\,y\\ln\\sigma(z) + (1-y)\\ln(1-\\sigma(z)))$ with $w = ${negative}/${positive}$, so that both sides contribute the same.`,
    risk: `Predicted probabilities rise: divide the odds by ${ratio} to get them back.${samplerNote(site)}${made.note}`,
    sources: [papers.rareEvents],
    changes: made.changes,
  });
}

function samplerNote({ context }: LossSite): string {
  const sampled = context.code.files.some((file) =>
    callsIn(file).some((call) => qualifiedName(file, call.func) === 'torch.utils.data.WeightedRandomSampler'),
  );
  return sampled ? ' A `WeightedRandomSampler` balances the batches already: keep one of the two.' : '';
}

const list = (counts: readonly number[]): string => counts.join(', ');

/** The weights as a tensor on the device of the logits, as far as that can be written. */
function weightChanges(
  site: LossSite,
  argument: string,
  variable: string,
  weights: readonly number[],
  comment: string,
): { readonly changes: Change[]; readonly note: string } | null {
  const { construction, call, file } = site;
  const numbers = `[${weights.map((weight) => (Number.isInteger(weight) ? `${weight}.0` : String(weight))).join(', ')}]`;
  const label = shortName(site) + ': ' + comment;
  if (!construction) {
    const [input] = call.args;
    if (input?.value.kind !== 'Name' && input?.value.kind !== 'Attribute') return null;
    const changes = addArgument(file, call, `${argument}=${file.slice(input.value)}.new_tensor(${numbers})`, label);
    return changes && { changes, note: '' };
  }
  const { file: at, expr } = construction;
  const tensor = spell(at, 'torch.tensor');
  if (tensor === null) return null;
  const device = deviceAt(at, expr);
  const value = `${tensor}(${numbers}${device === null ? '' : `, device=${device}`})`;
  const note = device === null ? ' On a GPU the criterion has to be moved there as well: `criterion.to(device)`.' : '';
  const statement = statementOf(at, expr);
  if (statement && statement.kind === 'Assign' && hasOwnLines(at, statement)) {
    const name = freshName(at, variable);
    const added = addArgument(at, expr, `${argument}=${name}`, label);
    return (
      added && { changes: [linesBefore(at, statement, [`${name} = ${value}  # ${comment}`], label), ...added], note }
    );
  }
  const added = addArgument(at, expr, `${argument}=${value}`, label);
  return added && { changes: added, note };
}

/** A variable `device` that is set before. */
function deviceAt(file: SourceFile, expr: Expr): string | null {
  const around = functionAround(file, expr);
  for (const name of ['device', 'DEVICE']) {
    if (around?.params.some((param) => param.name === name)) return name;
    const body = around?.scope.locals.has(name) ? around.body : file.ast.body;
    const isSet = statementsIn(body).some(
      (each) =>
        each.kind === 'Assign' &&
        (body !== file.ast.body || around !== null || each.end < expr.start) &&
        each.targets.some((target) => target.kind === 'Name' && target.id === name) &&
        (around?.scope.locals.has(name) !== true || each.end < expr.start),
    );
    if (isSet) return name;
  }
  return null;
}
