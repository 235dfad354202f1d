/** `/analyze`: the report of a module as a chat answer. */
import type * as vscode from 'vscode';
import type { Count, ModelReport, ModuleNodeReport, ReportNote } from '../../protocol/index.js';
import { countText, numberOf, outputText, plural } from '../../texts.js';
import type { Services } from '../services.js';
import { moduleInQuestion, reportOf } from './module.js';
import { countOf, repeated, submodules, type RepeatedRow } from './playbook/tables.js';
import type { AnswerSink } from './question.js';
import { cell } from './text.js';

/** Rows of the table; the inspector shows all. */
const MOST_ROWS = 24;

/** Answers with counts, the largest submodules, and what is unknown or taken for granted. @throws what the analysis throws */
export async function analyze(
  services: Services,
  text: string,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<void> {
  sink.progress('Counting');
  const module = await moduleInQuestion(services, text, document, sink, token);
  const report = module && (await reportOf(services, module, sink, token));
  if (!module || !report) return;
  sink.markdown(describe(report));
  sink.button('architect.inspect', 'Inspect', [{ uri: module.uri, qualname: module.qualname }]);
}

function describe(report: ModelReport): string {
  const { parameters, buffers, modules, tree } = report;
  const lines = [`### ${report.qualname}`, ''];
  if (report.call !== null) lines.push(`Constructed as \`${report.call}\`.`, '');
  if (parameters.total === null)
    lines.push(
      `The number of parameters could not be determined${parameters.atLeast === undefined ? '' : `; it has at least **${countText(parameters.atLeast)}**`}.`,
    );
  else
    lines.push(
      `**${countText(parameters.total)} parameters** (${countText(parameters.trainable)} trainable, ${countText(parameters.frozen)} frozen), ${countText(buffers)} buffer elements, ${modules === null ? 'an unknown number of' : countText(modules)} modules.`,
    );
  if (report.inputs.length > 0 && report.macs !== null)
    lines.push(
      '',
      `${countText(report.macs)} multiply-accumulates for the input ${report.inputs.map((input) => `\`${outputText(input.shape)}\``).join(', ')}.`,
    );
  if (tree) lines.push('', ...table(tree, parameters.total));
  lines.push(...notes('Not determined', report.unknowns), ...notes('Taken for granted', report.assumptions));
  return `${lines.join('\n')}\n\n`;
}

/** The biggest submodules, in registration order. */
function table(tree: ModuleNodeReport, total: Count): string[] {
  const rows = repeated(submodules(tree));
  const size = ({ node, times }: RepeatedRow): number => times * (numberOf(node.total) ?? 0);
  const shown = new Set([...rows].sort((a, b) => size(b) - size(a)).slice(0, MOST_ROWS));
  // Chat is narrow: two columns fit.
  const lines = ['| module | parameters |', '|---|---:|'];
  for (const row of rows)
    if (shown.has(row)) lines.push(`| \`${cell(row.name)}\` ${cell(row.node.type)} | ${countOf(row, total)} |`);
  const hidden = rows.reduce((sum, row) => sum + (shown.has(row) ? 0 : row.times), 0);
  if (hidden > 0) lines.push('', `${plural(hidden, 'smaller submodule')} not shown; the inspector has them all.`);
  return lines;
}

function notes(title: string, list: readonly ReportNote[]): string[] {
  if (list.length === 0) return [];
  return [
    '',
    `**${title}**`,
    '',
    ...list.slice(0, 6).map((note) => `- ${note.reason}${note.line === null ? '' : ` (line ${note.line})`}`),
  ];
}
