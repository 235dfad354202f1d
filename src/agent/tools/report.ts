/** A model's report as text for the model that reads it: dense, with every unknown named. */
import type { Count, FindingReport, ModelReport, ModuleNodeReport } from '../../protocol/index.js';
import { countText, outputText } from '../../texts.js';

/** Rows of the tree. */
const MOST_ROWS = 120;

export function reportText(report: ModelReport): string {
  const { parameters, buffers, inputs, memory } = report;
  const lines = [
    `${report.qualname}${report.call === null ? '' : ` constructed as ${report.call}`}`,
    `parameters: ${countText(parameters.total)} total, ${countText(parameters.trainable)} trainable, ${countText(parameters.frozen)} frozen` +
      (parameters.atLeast === undefined ? '' : ` (at least ${countText(parameters.atLeast)})`),
    `buffer elements: ${countText(buffers)}`,
    `input: ${inputs.map(({ name, shape, dtype }) => `${name} ${outputText(shape, 'unknown')}${dtype === null ? '' : ` ${dtype}`}`).join(', ') || 'unknown'}`,
    `output: ${outputText(report.output, 'unknown')}`,
    `multiply-accumulates (forward, eval): ${countText(report.macs)}`,
  ];
  const sizes = (Object.entries(memory) as [string, Count][]).filter(([, bytes]) => bytes !== null);
  if (sizes.length > 0)
    lines.push(`memory in bytes: ${sizes.map(([name, bytes]) => `${name} ${countText(bytes)}`).join(', ')}`);
  if (report.tree) lines.push('', 'path | type | parameters | input | output | MACs', ...rows(report.tree));
  lines.push(...notes('unknown', report.unknowns), ...notes('assumed', report.assumptions));
  if (report.findings.length > 0) lines.push('', 'findings:', ...report.findings.map(findingText));
  return lines.join('\n');
}

export function findingText({ rule, severity, message, span, path }: FindingReport): string {
  return `- ${severity} ${rule}, line ${span.start.line + 1}${path === undefined ? '' : ` (${path})`}: ${message}`;
}

function rows(tree: ModuleNodeReport): string[] {
  const found: string[] = [];
  let left = 0;
  const visit = (node: ModuleNodeReport, path: string): void => {
    if (found.length >= MOST_ROWS) left++;
    else {
      const count = node.shared === null ? countText(node.total) : `as ${node.shared}`;
      found.push(
        [
          path === '' ? '(root)' : path,
          node.type,
          count,
          outputText(node.inputShape, 'unknown'),
          outputText(node.outputShape, 'unknown'),
          countText(node.macs),
        ].join(' | '),
      );
    }
    for (const child of node.children) visit(child, path === '' ? child.name : `${path}.${child.name}`);
  };
  visit(tree, '');
  return left === 0 ? found : [...found, `… ${left} more submodules`];
}

function notes(title: string, list: ModelReport['unknowns']): string[] {
  if (list.length === 0) return [];
  return [
    '',
    `${title}:`,
    ...list.slice(0, 12).map(({ reason, line }) => `- ${reason}${line === null ? '' : ` (line ${line})`}`),
  ];
}
