/** Prescription: weight decay that Adam's second moment doesn't undo. */
import { argumentOf, contains, importsOf, walk, type Construction } from '../../training/index.js';
import { addArgument, replace } from '../editing.js';
import { short } from '../numbers.js';
import { papers } from '../papers.js';
import type { Change, Outcome } from '../types.js';
import { valueOfSize, type Facts } from './facts.js';
import { numberOf } from './layers.js';

const ID = 'weight-decay';
const TITLE = 'Decoupled weight decay';
const ADAMW_DECAY = 0.01;
const SGD_DECAY = '5e-4';

export function prescribeWeightDecay(facts: Facts): Outcome {
  const { optimizers } = facts.context;
  if (optimizers.length === 0) return { left: { title: TITLE, why: 'no optimizer of `torch.optim` was found' } };
  const changes: Change[] = [];
  let refused = '';
  let first: 'Adam' | 'AdamW' | 'SGD' | null = null;
  for (const optimizer of optimizers) {
    const made = change(optimizer);
    if ('why' in made) refused ||= made.why;
    else {
      changes.push(...made.changes);
      first ??= made.kind;
    }
  }
  if (first === null) return { left: { title: TITLE, why: refused } };
  if (first === 'SGD') {
    return {
      advised: {
        id: ID,
        title: 'Weight decay',
        reason: `The penalty $\\frac{\\lambda}{2}\\lVert\\theta\\rVert^2$ makes each step $\\theta \\leftarrow (1-\\eta\\lambda)\\,\\theta - \\eta\\,\\nabla\\ell(\\theta)$: weights that the data doesn't need shrink. Here $\\lambda = 5\\cdot 10^{-4}$.`,
        effect: 'Smaller weights, a smoother function, a smaller gap.',
        risk: 'It decays biases and normalisation weights as well; parameter groups can spare them.',
        sources: [papers.weightDecay],
        changes,
      },
    };
  }
  return {
    advised: {
      id: ID,
      title: TITLE,
      reason:
        'With an L2 term inside the gradient, Adam divides the decay by $\\sqrt{\\hat v}$ as well, so weights with large gradients hardly shrink. AdamW takes it out: ' +
        '$\\theta \\leftarrow (1-\\eta\\lambda)\\,\\theta - \\eta\\,\\hat m/(\\sqrt{\\hat v}+\\epsilon)$.' +
        shrinkage(facts),
      effect: 'All weights shrink at the same rate unless the data holds them up.',
      risk: 'It decays biases and normalisation weights as well; parameter groups can spare them.',
      sources: [papers.decoupledDecay],
      changes,
    },
  };
}

/** What the decay alone does over the whole training, where all numbers are known. */
function shrinkage({ context, learningRate, epochs, training, batch }: Facts): string {
  const [e, m, b] = [valueOfSize(epochs), valueOfSize(training), valueOfSize(batch)];
  if (learningRate === null || e === null || m === null || b === null || b === 0 || context.schedulers.length > 0)
    return '';
  const steps = e * Math.ceil(m / b);
  const left = (1 - learningRate * ADAMW_DECAY) ** steps;
  return ` With $\\eta = ${short(learningRate)}$, $\\lambda = ${ADAMW_DECAY}$ and ${steps} steps the decay alone leaves $(1-\\eta\\lambda)^{${steps}} = ${short(left, 4)}$ of a weight${left > 0.99 ? ': little in so short a training, more in a longer one' : ''}.`;
}

function change(
  optimizer: Construction,
): { readonly kind: 'Adam' | 'AdamW' | 'SGD'; readonly changes: Change[] } | { readonly why: string } {
  const { name, call, file } = optimizer;
  const kind = name.slice('torch.optim.'.length);
  if (kind !== 'Adam' && kind !== 'AdamW' && kind !== 'SGD') return { why: `\`${kind}\` has no decoupled form here` };
  // The fifth argument of all three.
  const given = argumentOf(call, 'weight_decay', 4);
  const inGroups = mentions(call);
  const decoupled = call.args.find((arg) => arg.name === 'decoupled_weight_decay');
  if (decoupled && !(decoupled.value.kind === 'Constant' && decoupled.value.value === false))
    return { why: 'it is there: `decoupled_weight_decay`' };
  const zero = given && numberOf(given.value) === 0;
  const label = kind === 'Adam' ? 'Adam → AdamW' : 'Weight decay';
  if (kind !== 'Adam' && given && !zero) return { why: `it is there: \`${file.slice(given)}\`` };
  if (kind === 'AdamW' && !given)
    return {
      why: inGroups
        ? 'it is there: parameter groups set it'
        : 'it is there: AdamW decays by 0.01 unless told otherwise',
    };
  if (kind === 'SGD' && inGroups) return { why: 'it is there: parameter groups set it' };
  const value = kind === 'SGD' ? SGD_DECAY : String(ADAMW_DECAY);
  const argument = given
    ? zero
      ? [replace(file, given.value, value, label)]
      : []
    : inGroups
      ? []
      : addArgument(file, call, `weight_decay=${value}`, label);
  if (argument === null)
    return {
      why: `the arguments of \`${file.slice(call.func)}\` are passed by \`**\`, so whether they set it isn't known`,
    };
  if (kind !== 'Adam') return { kind, changes: argument };
  const renamed = rename(optimizer, label);
  return renamed
    ? { kind, changes: [...renamed, ...argument] }
    : { why: `\`${file.slice(call.func)}\` can't be renamed here without touching other code` };
}

/** A dict of parameters in the call sets its own decay. */
function mentions(call: Construction['call']): boolean {
  let found = false;
  walk(call.args, (node) => {
    if (node.kind === 'Dict' && node.entries.some(({ key }) => key?.kind === 'String' && key.value === 'weight_decay'))
      found = true;
  });
  return found;
}

/** `Adam` becomes `AdamW`: at its place, or where its name is imported. */
function rename({ file, call }: Construction, label: string): Change[] | null {
  const { func } = call;
  const insert = (at: number): Change => ({ file, start: at, end: at, newText: 'W', label });
  if (func.kind === 'Attribute') return [insert(func.attrSpan.end)];
  if (func.kind !== 'Name') return null;
  const imported = importsOf(file).find(({ local }) => local === func.id);
  if (!imported || imported.statement.kind !== 'ImportFrom') return null;
  const { alias } = imported;
  const uses: number[] = [];
  walk(file.ast.body, (node) => {
    if (node.kind === 'Name' && node.id === func.id && !contains(imported.statement, node)) uses.push(node.start);
  });
  // With `as` the file's own name stays. The imported name stands at the alias's start.
  if (alias.asName !== null) return uses.length === 1 ? [insert(alias.start + alias.name.length)] : null;
  if (file.ast.scope.locals.has('AdamW')) return [insert(func.end)];
  const use = insert(func.end);
  if (uses.length === 1) return [insert(alias.end), use];
  return [{ file, start: alias.end, end: alias.end, newText: ', AdamW', label }, use];
}
