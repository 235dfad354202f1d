/** A report as text for people: aligned columns, colours only where a terminal shows them. */
import { styleText } from 'node:util';
import { shownPath } from './terminal.js';
import {
  bottleneckText,
  bytesText,
  countText,
  fieldText,
  gradientText,
  outputText,
  perSampleText,
  precisionText,
} from '../texts.js';
import type {
  CapacityReport,
  Count,
  LayerCapacity,
  MemoryReport,
  ModelReport,
  ModuleNodeReport,
} from '../engine/report/index.js';

const showCount = (count: Count): string => countText(count, '?');

interface Row {
  readonly cells: readonly string[];
}

/** Columns after the first three, with what stands in them for a module. */
interface Column {
  readonly title: string;
  readonly right?: boolean;
  readonly cell: (node: ModuleNodeReport, path: string) => string;
}

function rowsOf(node: ModuleNodeReport, path: string, depth: number, rows: Row[], columns: readonly Column[]): void {
  const name = `${'  '.repeat(depth)}${node.name === '' ? node.type : node.name}`;
  const type = node.name === '' ? '' : node.type;
  rows.push({
    cells: [
      name,
      type,
      node.shared === null ? showCount(node.total) : `(as ${node.shared})`,
      ...columns.map(({ cell }) => cell(node, path)),
    ],
  });
  for (const child of node.children)
    rowsOf(child, path === '' ? child.name : `${path}.${child.name}`, depth + 1, rows, columns);
}

function columnsOf({ inputs, capacity }: ModelReport): Column[] {
  if (inputs.length === 0) return [];
  const columns: Column[] = [
    { title: 'Output', cell: (node) => outputText(node.outputShape) },
    { title: 'MACs', right: true, cell: (node) => showCount(node.macs) },
  ];
  if (!capacity || capacity.axes.length === 0) return columns;
  const byPath = new Map<string, LayerCapacity[]>();
  for (const layer of capacity.layers) byPath.set(layer.path, [...(byPath.get(layer.path) ?? []), layer]);
  /** A layer that is called several times may see more each time. */
  const texts = (path: string, text: (layer: LayerCapacity) => string): string =>
    [...new Set((byPath.get(path) ?? []).map(text))].filter((each) => each !== '').join(', ');
  return [
    ...columns,
    { title: 'Receptive field', cell: (_, path) => texts(path, (layer) => fieldText(layer.receptiveField)) },
    { title: 'Stride', cell: (_, path) => texts(path, (layer) => fieldText(layer.stride)) },
  ];
}

/** Narrow places that are named one by one. */
const MOST_BOTTLENECKS = 8;

function capacityLines(capacity: CapacityReport): string[] {
  const { bottlenecks } = capacity;
  const narrow = bottlenecks.slice(0, MOST_BOTTLENECKS).map(bottleneckText);
  if (bottlenecks.length > narrow.length) narrow.push(`and ${bottlenecks.length - narrow.length} more`);
  const data = perSampleText(capacity);
  return [
    ...narrow.map((text, i) => `${i === 0 ? 'Narrow' : ''}`.padEnd(12) + text),
    ...(data === null ? [] : [`Data        ${data}`]),
  ];
}

function memoryLines(memory: MemoryReport): string[] {
  if (memory.optimizerName === undefined) return [];
  const { parameters, buffers, gradients, optimizer, activations, peak } = memory;
  const { optimizerName, optimizerAssumed, precision } = memory;
  const numbers = precisionText(precision);
  return [
    `Memory      ${bytesText(peak)} to train${numbers === '' ? '' : ` (${numbers})`}: ${bytesText(parameters)} parameters, ${buffers === 0 ? '' : `${bytesText(buffers)} buffers, `}${bytesText(gradients)} gradients, ` +
      `${bytesText(optimizer)} ${optimizerName}${optimizerAssumed ? ' (no optimizer was found)' : ''}, ${bytesText(activations)} kept for backward`,
  ];
}

/** @param colour whether the output is a terminal */
export function renderReport(report: ModelReport, colour: boolean): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colour ? styleText(style, text) : text;
  const lines: string[] = [
    paint('bold', report.call ?? report.qualname) +
      paint('dim', `  ${shownPath(report.file)}:${report.span.start.line + 1}`),
  ];
  if (report.tree) {
    const columns = columnsOf(report);
    const rows: Row[] = [{ cells: ['Module', 'Type', 'Parameters', ...columns.map(({ title }) => title)] }];
    rowsOf(report.tree, '', 0, rows, columns);
    const right = new Set([2, ...columns.flatMap((column, i) => (column.right ? [3 + i] : []))]);
    const widths = (rows[0] as Row).cells.map((_, i) =>
      Math.min(48, Math.max(...rows.map((row) => row.cells[i]?.length ?? 0))),
    );
    rows.forEach((row, at) => {
      const text = row.cells
        .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd();
      lines.push(at === 0 ? paint('dim', text) : text);
    });
  }
  const { parameters } = report;
  lines.push('');
  lines.push(
    `Parameters  ${showCount(parameters.total)} (${showCount(parameters.trainable)} trainable, ${showCount(parameters.frozen)} frozen)${parameters.atLeast === undefined ? '' : `, at least ${showCount(parameters.atLeast)}`}`,
  );
  lines.push(`Buffers     ${showCount(report.buffers)}`);
  lines.push(`Modules     ${showCount(report.modules)}`);
  if (report.inputs.length > 0) {
    lines.push(`Output      ${outputText(report.output)}`);
    lines.push(`MACs        ${showCount(report.macs)}`);
  }
  if (report.inputs.length > 0) lines.push(...memoryLines(report.memory));
  const gradients = gradientText(report);
  if (gradients !== null) lines.push(`Gradients   ${gradients}`);
  else if (report.signalUnknown && report.inputs.length > 0)
    lines.push(`Gradients   ? (${report.signalUnknown.reason})`);
  if (report.capacity) lines.push(...capacityLines(report.capacity));
  for (const [title, style, notes] of [
    [
      'Findings',
      'red',
      report.findings.map((finding) => ({
        reason: finding.message,
        file: finding.span.file,
        line: finding.span.start.line + 1,
      })),
    ],
    ['Not determined', 'yellow', report.unknowns],
    ['Taken for granted', 'dim', report.assumptions],
  ] as const) {
    if (notes.length === 0) continue;
    lines.push('', paint(style, title));
    for (const note of notes)
      lines.push(
        `  ${note.reason}${note.file === null ? '' : paint('dim', `  (${shownPath(note.file)}:${note.line ?? '?'})`)}`,
      );
  }
  return `${lines.join('\n')}\n`;
}
