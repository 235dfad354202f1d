/** The inspector's table as text to take away. */
import type { ExportFormat, InspectorRow, InspectorView } from '../../protocol/index.js';

/** The whole view as Markdown or CSV. */
export function exportView(view: InspectorView, format: ExportFormat): string {
  return format === 'markdown' ? markdownOf(view) : csvOf(view);
}

function headerOf({ comparing }: InspectorView): string[] {
  return [
    'module',
    'type',
    ...(comparing ? ['before', 'after', 'difference'] : ['parameters']),
    'share',
    'input',
    'output',
    'MACs',
  ];
}

function cellsOf(row: InspectorRow, { comparing }: InspectorView): string[] {
  const share = row.share === null ? '' : `${(row.share * 100).toFixed(1)} %`;
  const counts = comparing ? [row.before ?? '', row.parameters, row.difference ?? ''] : [row.parameters];
  return [row.path || row.name, row.type, ...counts, share, row.input, row.output, row.macs];
}

function markdownOf(view: InspectorView): string {
  const escape = (text: string): string => text.replaceAll('|', '\\|');
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const header = headerOf(view);
  const totals = view.totals.map(({ label, value, before, difference }) =>
    before === undefined ? `- ${label}: ${value}` : `- ${label}: ${before} → ${value} (${difference ?? ''})`,
  );
  const notes = view.unknowns.map(({ text }) => `- unknown: ${text}`);
  return [
    `# ${view.qualname}`,
    '',
    ...(view.call === null ? [] : [`\`${view.call}\``, '']),
    ...totals,
    ...notes,
    '',
    line(header),
    line(header.map(() => '---')),
    ...view.rows.map((row) => line(cellsOf(row, view))),
    '',
  ].join('\n');
}

function csvOf(view: InspectorView): string {
  const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [headerOf(view), ...view.rows.map((row) => cellsOf(row, view))];
  return lines.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');
}
