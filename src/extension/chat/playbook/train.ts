/** `/train` without a model: what the analyser sees of the training code, and what is not there. */
import type { ModelReport, SourcePlace, TrainingResult } from '../../../protocol/index.js';
import { bytesText, countText, numberOf } from '../../../texts.js';

/** Bytes that each parameter needs while training in 32-bit floats: weight, gradient, and Adam's two moments or SGD's none. */
const BYTES = 4;
const LONGEST_TEXT = 90;

/** @param report of the model that is trained, for its memory */
export function renderTraining(report: ModelReport | undefined, training: TrainingResult): string {
  const { model, batchLoop, epochs } = training;
  const lines = [`### Training ${model ? model.qualname : 'this model'}`, ''];
  if (batchLoop === null)
    lines.push('I found no training loop (nothing calls `backward()`) in the files around this model.', '');
  // A list, as chat is too narrow for code in a table.
  const row = (label: string, places: readonly SourcePlace[], missing: string): void => {
    lines.push(`- **${label}**: ${places.length > 0 ? places.map(placeText).join('; ') : missing}`);
  };
  const one = (place: SourcePlace | null): readonly SourcePlace[] => (place ? [place] : []);
  row('model', one(training.modelCall), 'its construction was not found');
  row('loss', training.losses, 'not found');
  row('optimizer', training.optimizers, 'not found');
  row('schedule', training.schedulers, 'none: the learning rate stays what it is');
  row('epochs', one(epochs), 'not found');
  row('training data', one(training.trainLoader), 'not found');
  row('validation data', one(training.validationLoader), 'not found');
  row('gradient clipping', one(training.clipping), 'none');
  row('mixed precision', one(training.amp), 'none');
  row('stops early', one(training.earlyStop), 'no');
  row('keeps the best', one(training.keepsBest), 'no');
  lines.push('', ...memory(report, training));
  return lines.join('\n');
}

function placeText({ text, uri, range }: SourcePlace): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('( ', '(').replaceAll(/,? \)/g, ')');
  const shown = line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
  return `\`${shown}\` (${fileName(uri)}, line ${range.start.line + 1})`;
}

/** Weights, gradients and optimizer state: what does not depend on the batch. */
function memory(report: ModelReport | undefined, { optimizers }: TrainingResult): string[] {
  const trainable = report && numberOf(report.parameters.trainable);
  const total = report && numberOf(report.parameters.total);
  if (!trainable || !total) return [];
  const names = optimizers.map(({ name }) => name ?? '');
  const moments = names.some((name) => /\.(?:N|R)?Adam(?:W|ax)?$/.test(name)) ? 2 : undefined;
  if (moments === undefined) return [];
  const bytes = BYTES * (total + trainable * (1 + moments));
  return [
    `Weights, gradients and the optimizer's two moments of ${countText(trainable)} trainable parameters take ` +
      `$${BYTES}\\,(N + 3N_{\\text{trainable}}) = ${countText(bytes).replaceAll(',', '{,}')}$ bytes (${bytesText(bytes)}) in 32-bit floats; activations come on top.`,
    '',
  ];
}

function fileName(uri: string): string {
  return decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));
}
