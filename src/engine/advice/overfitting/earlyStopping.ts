/** Prescription: stop when the validation loss no longer falls, and keep the weights of its best epoch. */
import { hasOwnLines, indentAt, lineEnd, lineEndAfter, quoteOf, type Stmt } from '../../syntax/index.js';
import {
  blockAround,
  blocksOf,
  classAround,
  functionAround,
  leavesEarly,
  spell,
  statementsIn,
  type TrainingContext,
} from '../../training/index.js';
import { freshName, importChange, indentStep, linesAfter, linesBefore } from '../editing.js';
import { papers } from '../papers.js';
import type { Change, Outcome } from '../types.js';
import { valueOfSize, type Facts } from './facts.js';

const ID = 'early-stopping';
const TITLE = 'Early stopping that keeps the best checkpoint';

export function prescribeEarlyStopping(facts: Facts): Outcome {
  const { context } = facts;
  const { loop, validation } = context;
  const left = (why: string): Outcome => ({ left: { title: TITLE, why } });
  if (!loop) return left('no training loop was found');
  if (!loop.epochLoop) return left('no loop over epochs was found');
  const { file } = loop.epochLoop;
  const line = (statement: Stmt): number => file.positionAt(statement.start).line + 1;
  if (context.stops) return left(`the loop over epochs ends early already (line ${line(context.stops)})`);
  const patience = patienceFor(facts);
  const reason = `The validation loss is what you want to be small, so the weights to keep are $\\theta_{t^*}$ with $t^* = \\arg\\min_t L_{\\mathrm{val}}(t)$; training goes on for ${patience} epochs without improvement in case the curve only wobbles.`;
  const texts = {
    id: ID,
    title: TITLE,
    effect:
      'The model that leaves the loop is the one from before it began to memorise, and the epochs after that are not computed.',
    risk: 'The best of many epochs is chosen on the validation set, so its loss is a little optimistic; a test set is for the final number.',
    sources: [papers.earlyStopping],
  };
  if (!validation) {
    const advice =
      'No variable with a validation loss was recognised in the loop over epochs, and without one nothing tells when memorising begins: measure the loss on held-out data after each epoch, then this can be added. ';
    return { advised: { ...texts, reason: advice + reason, changes: [] } };
  }
  if (context.keepsBest)
    return left(
      `the best checkpoint is kept already (line ${line(context.keepsBest)}); only the epochs after it are wasted`,
    );
  const made = context.modelInLoop === null ? null : changesFor(context, context.modelInLoop, patience);
  if (!made) return left('the variable that holds the model in the loop over epochs could not be told');
  return {
    advised: {
      ...texts,
      reason,
      changes: made,
      groups: [{ id: ID, reason: 'the loop uses the variables that are set before it' }],
    },
  };
}

/** A fifth of the epochs, but enough that a wobble doesn't end the training. */
export function patienceFor({ epochs }: Facts): number {
  const count = valueOfSize(epochs);
  return count === null ? 5 : Math.min(10, Math.max(3, Math.ceil(count / 5)));
}

function changesFor({ loop, validation }: TrainingContext, model: string, patience: number): Change[] | null {
  const epochLoop = loop?.epochLoop;
  if (!epochLoop || !validation) return null;
  const { file, loop: node } = epochLoop;
  const { statement, loss } = validation;
  const block = blockAround(file, statement);
  const last = leavesEarly(file, statement) ? statement : block.at(-1);
  if (!last || validation.file !== file || !hasOwnLines(file, node) || !blockCanGrow(file, last)) return null;
  // A generator or a function that returns from the loop would skip what follows the loop.
  if (
    functionAround(file, node) !== functionAround(file, statement) ||
    classAround(file, node) !== classAround(file, statement)
  )
    return null;
  const known = spell(file, 'copy.deepcopy');
  const copy = known === null ? importChange(file, 'copy', 'Import of `copy`') : { text: '', changes: [] };
  if (!copy) return null;
  const [bestLoss, bestState, badEpochs] = [
    freshName(file, 'best_loss'),
    freshName(file, 'best_state'),
    freshName(file, 'bad_epochs'),
  ];
  const quote = quoteOf(file);
  const step = indentStep(file);
  const eol = lineEnd(file);
  const saved = `${known ?? `${copy.text}.deepcopy`}(${model}.state_dict())`;
  const label = 'Early stopping';
  const before = linesBefore(
    file,
    node,
    [`${bestLoss}, ${bestState}, ${badEpochs} = float(${quote}inf${quote}), ${saved}, 0`],
    label,
  );
  const indent = indentAt(file, statement.start);
  const body = linesAfter(
    file,
    last,
    [
      `if ${loss} < ${bestLoss}:`,
      `${step}${bestLoss}, ${bestState}, ${badEpochs} = ${loss}, ${saved}, 0`,
      'else:',
      `${step}${badEpochs} += 1`,
      `${step}if ${badEpochs} >= ${patience}:`,
      `${step}${step}break`,
    ],
    label,
    indent,
  );
  const outer = indentAt(file, node.start);
  const restored = `${outer}${model}.load_state_dict(${bestState})`;
  const end = lineEndAfter(file, node.end);
  const after: Change[] =
    end === body.start ? [] : [{ file, start: end, end, newText: eol + restored, label: 'Restore the best weights' }];
  const inside: Change = after.length > 0 ? body : { ...body, newText: body.newText + eol + restored };
  return [...copy.changes, before, inside, ...after].map((change) => ({ ...change, group: ID }));
}

/** New lines can follow the statement: its last line holds nothing else. */
function blockCanGrow(file: Parameters<typeof hasOwnLines>[0], last: Stmt): boolean {
  if (hasOwnLines(file, last)) return true;
  return (
    blocksOf(last).length > 0 &&
    statementsIn([last]).every((each) => each === last || hasOwnLines(file, each) || blocksOf(each).length > 0)
  );
}
