/** A report as text for people: aligned columns, colours only where a terminal shows them. */
import { styleText } from 'node:util';
import { shownPath } from './terminal.js';
import { countText, outputText } from '../texts.js';
import type { Count, MemoryReport, ModelReport, ModuleNodeReport, SignalVerdict } from '../engine/report/index.js';

const showCount = (count: Count): string => countText(count, '?');

interface Row {
  readonly cells: readonly string[];
}

function rowsOf(node: ModuleNodeReport, depth: number, rows: Row[], withShapes: boolean): void {
  const name = `${'  '.repeat(depth)}${node.name === '' ? node.type : node.name}`;
  const type = node.name === '' ? '' : node.type;
  rows.push({
    cells: [
      name,
      type,
      node.shared === null ? showCount(node.total) : `(as ${node.shared})`,
      ...(withShapes ? [outputText(node.outputShape), showCount(node.macs)] : []),
    ],
  });
  for (const child of node.children) rowsOf(child, depth + 1, rows, withShapes);
}

/** Bytes as people say them; an expression stays one. */
export function showBytes(bytes: Count): string {
  if (typeof bytes !== 'number') return bytes === null ? '?' : `${bytes.expression} bytes`;
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 0), units.length - 1);
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power] ?? ''}`;
}

function memoryLines(memory: MemoryReport): string[] {
  if (memory.optimizerName === undefined) return [];
  const { parameters, gradients, optimizer, activations, peak, optimizerName, optimizerAssumed } = memory;
  return [
    `Memory      ${showBytes(peak)} to train: ${showBytes(parameters)} parameters, ${showBytes(gradients)} gradients, ` +
      `${showBytes(optimizer)} ${optimizerName}${optimizerAssumed ? ' (no optimizer was found)' : ''}, ${showBytes(activations)} kept for backward`,
  ];
}

function signalLine({ kind, from }: SignalVerdict): string {
  if (kind === 'healthy') return 'Gradients   get through at initialisation';
  const layer = from === '' ? 'the model itself' : (from ?? '?');
  return `Gradients   ${kind === 'vanishing' ? 'vanish' : 'explode'} at initialisation, from ${layer} on back to the input`;
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
    const withShapes = report.inputs.length > 0;
    const rows: Row[] = [{ cells: ['Module', 'Type', 'Parameters', ...(withShapes ? ['Output', 'MACs'] : [])] }];
    rowsOf(report.tree, 0, rows, withShapes);
    const right = new Set([2, 4]);
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
  if (report.signalVerdict) lines.push(signalLine(report.signalVerdict));
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
