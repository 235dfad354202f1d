/** `/analyze`: the report of a module as a chat answer. */
import * as vscode from 'vscode';
import type { Count, ModelReport, ModuleNodeReport, ReportNote } from '../../protocol/index.js';
import { formatCount, numberOf } from '../numbers.js';
import { cellOf, isCell, nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import { documentThatNames, namedIn } from './subject.js';
import { cell, plural } from './text.js';

/** Rows of the table; the inspector shows all. */
const MOST_ROWS = 24;

export async function analyze(
  { analysis }: Services,
  text: string,
  document: vscode.TextDocument,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<void> {
  stream.progress('Counting');
  const home = (await documentThatNames(text, document)) ?? document;
  const uri = home.uri.toString();
  let { modules } = await analysis.request('architect/modules', { uri }, token);
  // The model of a notebook may be in another cell than the cursor.
  const notebook = modules.length === 0 ? cellOf(home.uri)?.notebook.uri.toString() : undefined;
  if (notebook !== undefined) ({ modules } = await analysis.request('architect/modules', { uri: notebook }, token));
  stream.reference(home.uri);
  if (modules.length === 0) {
    stream.markdown(
      `There is no \`nn.Module\` class in ${nameOf(home.uri)}. Open the file that has it, or attach it to the question.`,
    );
    return;
  }
  const editor = vscode.window.activeTextEditor;
  const cursor = editor?.document === home ? editor.selection.active : undefined;
  const qualname =
    namedIn(
      text,
      modules.map((module) => module.qualname),
    ) ??
    modules.find(({ range }) => cursor && cursor.line >= range.start.line && cursor.line <= range.end.line)?.qualname ??
    modules.reduce((a, b) => ((numberOf(b.parameters) ?? -1) > (numberOf(a.parameters) ?? -1) ? b : a)).qualname;
  const { reports } = await analysis.request('architect/inspect', { uri, qualname }, token);
  const [report] = reports;
  if (!report) {
    stream.markdown(`\`${qualname}\` could not be analysed.`);
    return;
  }
  const place = isCell(home.uri) ? vscode.Uri.parse(report.span.file) : home.uri;
  stream.reference(new vscode.Location(place, new vscode.Position(report.span.start.line, 0)));
  stream.markdown(describe(report));
  stream.button({ command: 'architect.inspect', title: 'Inspect', arguments: [{ uri, qualname }] });
}

function describe(report: ModelReport): string {
  const { parameters, buffers, modules, tree } = report;
  const lines = [`### ${report.qualname}`, ''];
  if (report.call !== null) lines.push(`Constructed as \`${report.call}\`.`, '');
  if (parameters.total === null)
    lines.push(
      `The number of parameters could not be determined${parameters.atLeast === undefined ? '' : `; it has at least **${formatCount(parameters.atLeast)}**`}.`,
    );
  else
    lines.push(
      `**${formatCount(parameters.total)} parameters** (${formatCount(parameters.trainable)} trainable, ${formatCount(parameters.frozen)} frozen), ${formatCount(buffers)} buffer elements, ${modules === null ? 'an unknown number of' : formatCount(modules)} modules.`,
    );
  if (report.inputs.length > 0 && report.macs !== null)
    lines.push(
      '',
      `${formatCount(report.macs)} multiply-accumulates for the input ${report.inputs.map((input) => `\`${shape(input.shape)}\``).join(', ')}.`,
    );
  if (tree) lines.push('', ...table(tree, numberOf(parameters.total)));
  lines.push(...notes('Not determined', report.unknowns), ...notes('Taken for granted', report.assumptions));
  return `${lines.join('\n')}\n\n`;
}

function shape(sizes: readonly Count[] | null): string {
  return sizes === null ? '?' : `[${sizes.map(formatCount).join(', ')}]`;
}

/** The biggest submodules, in registration order. */
function table(tree: ModuleNodeReport, total: number | null): string[] {
  const rows: { readonly path: string; readonly node: ModuleNodeReport }[] = [];
  const visit = (node: ModuleNodeReport, path: string): void => {
    for (const child of node.children) {
      const inner = path === '' ? child.name : `${path}.${child.name}`;
      rows.push({ path: inner, node: child });
      if (rows.length < 400) visit(child, inner);
    }
  };
  visit(tree, '');
  const size = ({ node }: { readonly node: ModuleNodeReport }): number => numberOf(node.total) ?? 0;
  const shown = new Set([...rows].sort((a, b) => size(b) - size(a)).slice(0, MOST_ROWS));
  const share = (node: ModuleNodeReport): string => {
    const count = numberOf(node.total);
    return count === null || !total ? '' : `${((100 * count) / total).toFixed(1)} %`;
  };
  const lines = ['| module | type | parameters | share |', '|---|---|---:|---:|'];
  for (const row of rows)
    if (shown.has(row))
      lines.push(
        `| \`${cell(row.path)}\` | ${cell(row.node.type)} | ${cell(row.node.shared === null ? formatCount(row.node.total) : `as ${row.node.shared}`)} | ${share(row.node)} |`,
      );
  if (rows.length > shown.size)
    lines.push('', `${plural(rows.length - shown.size, 'smaller submodule')} not shown; the inspector has them all.`);
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
