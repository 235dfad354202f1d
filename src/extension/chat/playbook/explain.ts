/** `/explain` without a model: what the analyser knows of a module, with formulas. */
import type { ModelReport, SourcePlace, TrainingResult } from '../../../protocol/index.js';
import { countText, outputText, plural } from '../../../texts.js';
import { cell } from '../text.js';
import { arithmeticOf, formulaOf } from './formulas.js';
import { countOf, leaves, repeated, type RepeatedRow, type Row } from './tables.js';

const MOST_ROWS = 30;

/** @param sourceAt the source line at which a submodule is made, if it can be read */
export function renderExplanation(
  report: ModelReport,
  training: TrainingResult | undefined,
  sourceAt: (row: Row) => string | undefined,
): string {
  const { qualname, call, parameters, inputs, output, macs, tree } = report;
  const lines = [`### ${qualname}`, ''];
  if (call !== null) lines.push(`Made by \`${call}\`.`, '');
  const input = inputs
    .map(({ name, shape }) => `\`${/^\d+$/.test(name) ? '' : `${name}: `}${outputText(shape)}\``)
    .join(', ');
  if (input !== '')
    lines.push(
      `From ${input} it computes ${output === null ? 'an output whose shape could not be determined' : `\`${outputText(output)}\``}${macs === null ? '' : ` with ${countText(macs)} multiply-accumulates`}.`,
      '',
    );
  lines.push(
    parameters.total === null
      ? `The number of its parameters could not be determined${parameters.atLeast === undefined ? '' : `; it is at least ${countText(parameters.atLeast)}`}.`
      : `It has **${countText(parameters.total)} parameters**.`,
    '',
  );
  if (tree) lines.push(...layers(repeated(leaves(tree)), report, sourceAt));
  if (training?.model?.qualname === qualname) lines.push(...trainedBy(training));
  for (const { reason, line } of report.unknowns.slice(0, 4))
    lines.push(`- Not determined: ${reason}${line === null ? '' : ` (line ${line})`}`);
  return `${lines.join('\n').trimEnd()}\n`;
}

function layers(
  rows: readonly RepeatedRow[],
  { parameters }: ModelReport,
  sourceAt: (row: Row) => string | undefined,
): string[] {
  if (rows.length === 0) return [];
  // Chat is narrow: two columns fit.
  const lines = ['**Layer by layer**', '', '| layer | parameters |', '|---|---:|'];
  for (const row of rows.slice(0, MOST_ROWS)) {
    const { node, name } = row;
    const source = sourceAt(row);
    const made = source === undefined ? node.type : `\`${cell(source)}\``;
    const shapes =
      node.inputShape === null && node.outputShape === null
        ? ''
        : `: ${outputText(node.inputShape)} → ${outputText(node.outputShape)}`;
    lines.push(
      `| **\`${cell(name)}\`** ${made}${cell(shapes)} | ${countOf(row, parameters.total, arithmeticOf(node))} |`,
    );
  }
  const left = rows.slice(MOST_ROWS).reduce((sum, { times }) => sum + times, 0);
  if (left > 0) lines.push('', `${plural(left, 'more layer')} in the inspector.`);
  const types = [...new Set(rows.map(({ node }) => node.type))].filter((type) => formulaOf(type) !== undefined);
  if (types.length > 0)
    lines.push('', '**What they compute**', '', ...types.map((type) => `- ${type}: $${formulaOf(type) ?? ''}$`));
  return [...lines, ''];
}

function trainedBy({ losses, optimizers, schedulers }: TrainingResult): string[] {
  const list = (places: readonly SourcePlace[]): string => places.map(({ text }) => `\`${text}\``).join(', ');
  const parts = [
    losses.length > 0 ? `minimising ${list(losses)}` : '',
    optimizers.length > 0 ? `with ${list(optimizers)}` : '',
    schedulers.length > 0 ? `on the schedule ${list(schedulers)}` : '',
  ].filter(Boolean);
  return parts.length > 0 ? [`It is trained ${parts.join(' ')}.`, ''] : [];
}
