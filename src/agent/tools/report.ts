/** A model's report as text for the model that reads it: dense, with every unknown named. */
import type { Count, FindingReport, ModelReport, ModuleNodeReport } from '../../protocol/index.js';
import { bottleneckText, countText, fieldText, gradientText, outputText, perSampleText } from '../../texts.js';

/** Rows of the tree. */
const MOST_ROWS = 120;
const MOST_BOTTLENECKS = 12;

/** A report as lines for a model: counts, the tree of submodules, findings, what is unknown and why. */
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
  const { optimizerName, optimizerAssumed, gradients, optimizer, activations, peak } = memory;
  const state = `optimizer${optimizerName === undefined ? '' : ` (${optimizerName}${optimizerAssumed ? ', assumed' : ''})`}`;
  const sizes = (
    [
      ['parameters', memory.parameters],
      ['buffers', memory.buffers],
      ['gradients', gradients],
      [state, optimizer],
      ['kept for backward', activations],
      ['peak', peak],
    ] satisfies [string, Count][]
  ).filter(([name, bytes]) => bytes !== null && (name !== 'buffers' || bytes !== 0));
  if (sizes.length > 0)
    lines.push(`memory in bytes: ${sizes.map(([name, bytes]) => `${name} ${countText(bytes)}`).join(', ')}`);
  lines.push(...trainingFacts(report));
  if (report.tree) lines.push('', 'path | type | parameters | input | output | MACs', ...rows(report.tree));
  lines.push(...notes('unknown', report.unknowns), ...notes('assumed', report.assumptions));
  if (report.findings.length > 0) lines.push('', 'findings:', ...report.findings.map(findingText));
  return lines.join('\n');
}

/** What another pass in training mode showed, where one was asked for. */
function trainingFacts(report: ModelReport): string[] {
  const { capacity } = report;
  const facts: string[] = [];
  const gradients = gradientText(report);
  if (gradients !== null) facts.push(`gradients ${gradients}`);
  else if (report.signalUnknown) facts.push(`gradients at initialisation: unknown, ${report.signalUnknown.reason}`);
  if (!capacity) return facts;
  const seen = capacity.layers.filter(({ receptiveField }) => fieldText(receptiveField) !== '').at(-1);
  if (seen) facts.push(`receptive field of ${seen.path} (${seen.type}): ${fieldText(seen.receptiveField)}`);
  for (const narrow of capacity.bottlenecks.slice(0, MOST_BOTTLENECKS))
    facts.push(`rank bottleneck: ${bottleneckText(narrow)}`);
  if (capacity.bottlenecks.length > MOST_BOTTLENECKS)
    facts.push(`… ${capacity.bottlenecks.length - MOST_BOTTLENECKS} more rank bottlenecks`);
  const ratio = perSampleText(capacity);
  return ratio === null ? facts : [...facts, ratio];
}

/** A finding as one line: `- error R01, line 10: …`. */
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
