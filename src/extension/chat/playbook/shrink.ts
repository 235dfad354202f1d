/** `/shrink` without a model: where the parameters are, and what other sizes come to, counted by the engine. */
import type { Alternative, AlternativesResult, ModelReport } from '../../../protocol/index.js';
import { countText, differenceText, numberOf } from '../../../texts.js';
import { cell } from '../text.js';
import { countOf, leaves, repeated, type RepeatedRow } from './tables.js';

const MOST_LAYERS = 8;

/** Sizes that make the model smaller. */
export function smaller({ alternatives, parameters }: AlternativesResult): Alternative[] {
  const now = numberOf(parameters);
  return alternatives.filter((each) => now !== null && each.parameters < now);
}

/** @param chosen the alternative that was written into the editor */
export function renderShrink(
  report: ModelReport,
  result: AlternativesResult,
  budget: number | undefined,
  chosen: Alternative | undefined,
): string {
  const { parameters, tree, macs } = report;
  const total = numberOf(parameters.total);
  const lines = [`### ${report.qualname}: ${countText(parameters.total)} parameters`, ''];
  if (budget === undefined)
    lines.push('Your words name no clear budget of parameters. Say one like `to 200k parameters` or `to half`.', '');
  if (budget !== undefined && total !== null && total <= budget)
    lines.push(`That is within ${countText(budget)} already: nothing has to change.`, '');
  if (tree) {
    const size = ({ node, times }: RepeatedRow): number => times * (numberOf(node.total) ?? 0);
    const rows = repeated(leaves(tree))
      .filter((row) => row.node.shared === null && size(row) > 0)
      .sort((a, b) => size(b) - size(a))
      .slice(0, MOST_LAYERS);
    if (rows.length > 0)
      lines.push(
        '**Where they are**',
        '',
        '| layer | parameters |',
        '|---|---:|',
        ...rows.map((row) => `| \`${cell(row.name)}\` ${cell(row.node.type)} | ${countOf(row, parameters.total)} |`),
        '',
      );
  }
  const options = smaller(result);
  if (options.length === 0) {
    if (budget === undefined || total === null || total > budget)
      lines.push(
        budget === undefined
          ? 'The constructor has no size that could be changed by a number: the widths are written into its layers.'
          : `No single size of the constructor brings it under ${countText(budget)}. Several changed together, or other layers, might.`,
        '',
      );
    return lines.join('\n');
  }
  lines.push(
    budget === undefined
      ? '**What half of each size would give**'
      : `**The largest sizes within ${countText(budget)}**`,
    '',
    '| change | gives |',
    '|---|---|',
    ...options.map(
      ({ name, from, to, parameters: count, macs: cost }) =>
        `| \`${cell(name)}\` ${from} → ${to} | ${countText(count)} parameters${total === null ? '' : ` (${differenceText(count - total)})`}${cost === null || macs === null ? '' : `, ${countText(cost)} multiply-accumulates`} |`,
    ),
    '',
    'Each row was counted by the analyser with that one change made; none was estimated.',
    '',
  );
  if (chosen)
    lines.push(
      `\`${chosen.name}\` ${chosen.from} → ${chosen.to} is pending in the editor: it keeps most of the model within the budget, with ${countText(chosen.parameters)} parameters.`,
      '',
    );
  return lines.join('\n');
}
