/** The outcome of a verification as Markdown: for chat, for the command line and for models. */
import { basename } from 'node:path';
import type { CheckOutcome, VerifyCheck, VerifyError } from './protocol.js';
import type { RunResult } from './run.js';

const TITLES: Readonly<Record<string, string>> = {
  import: 'the file loads',
  construct: 'it can be made',
  parameters: 'parameters',
  trainable: 'trainable parameters',
  buffers: 'buffer elements',
  modules: 'modules',
  forward: 'forward gives finite numbers',
  output: 'shape of the output',
  macs: 'multiply-accumulates',
  backward: 'backward runs',
  gradients: 'parameters with a finite gradient',
  derivative: 'gradient equals the difference quotient (float64)',
  overfit: 'learns one batch by heart',
};

const MARKS: Readonly<Record<CheckOutcome, string>> = {
  passed: '✓',
  failed: '✗ **failed**',
  warning: '⚠ look at it',
  skipped: 'not checked',
};

const DOING: Readonly<Record<VerifyError['stage'], string>> = {
  torch: 'PyTorch could not be used',
  import: 'The file could not be loaded',
  construct: 'The module could not be made',
  forward: 'forward failed',
  backward: 'Training failed',
};

/** Whether everything that was checked held. */
export function holds({ end, checks, error }: RunResult): boolean {
  return end.kind === 'done' && !error && checks.length > 0 && checks.every(({ outcome }) => outcome !== 'failed');
}

/** @param call how the module was made */
export function renderVerification(result: RunResult, qualname: string, call: string): string {
  const { versions, checks } = result;
  const lines = [
    `### ${qualname}: ${headlineOf(result)}`,
    '',
    `Made as \`${call}\`${versions ? ` in Python ${versions.python} with PyTorch ${versions.torch}` : ''}.`,
    '',
  ];
  if (checks.length > 0) lines.push('| | check | value |', '|---|---|---:|', ...checks.map(rowOf), '');
  lines.push(...problemOf(result));
  const notes = checks.filter(({ detail }) => detail !== '');
  if (notes.length > 0) lines.push(...notes.map(({ id, detail }) => `- ${titleOf(id)}: ${detail}`), '');
  return lines.join('\n');
}

export function titleOf(id: string): string {
  return TITLES[id] ?? id;
}

function headlineOf(result: RunResult): string {
  const failed = result.checks.filter(({ outcome }) => outcome === 'failed').length;
  if (result.error) return DOING[result.error.stage];
  if (result.end.kind !== 'done') return 'the run did not come to its end';
  if (failed > 0) return `${failed} ${failed === 1 ? 'check' : 'checks'} failed`;
  return 'everything that was checked holds';
}

function rowOf({ id, outcome, expected, found }: VerifyCheck): string {
  // Few columns: chat is narrow. Both values only where they are not the same.
  const [wanted, real] = [valueText(expected), valueText(found)];
  const value = wanted === '' || wanted === real ? real : `${real} (expected: ${wanted})`;
  return `| ${MARKS[outcome]} | ${titleOf(id)} | ${value} |`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return value.toLocaleString('en-US');
  const text = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
  return text.replaceAll('|', '\\|');
}

function problemOf({ end, error, printed }: RunResult): string[] {
  switch (end.kind) {
    case 'cancelled':
      return ['The run was cancelled.', ''];
    case 'timeout':
      return [
        `The run was ended after ${end.seconds} seconds: the setting architect.verify.timeLimit (\`--time-limit\`) allows more.`,
        '',
      ];
    case 'noStart':
      return [`Python could not be started: ${end.message}.`, ''];
    case 'crashed':
      return [`Python ended without a word (${end.how}).`, '', ...printedLines(printed)];
    case 'done':
      return error ? errorLines(error, printed) : [];
  }
}

function errorLines({ stage, message, frames }: VerifyError, printed: string): string[] {
  if (stage === 'torch')
    return [
      `${message} Select an environment that has it (Python: Select Interpreter), or name one in the setting architect.verify.python.`,
      '',
    ];
  const places = frames.map(
    ({ file, line, name, text }) =>
      `${basename(file)}:${line}${name === '' || name === '<module>' ? '' : ` in ${name}`}${text === '' ? '' : `: ${text}`}`,
  );
  return ['```text', ...places, message, '```', '', ...(stage === 'import' ? printedLines(printed) : [])];
}

/** What the code printed last often says why. */
function printedLines(printed: string): string[] {
  const last = printed.trim().split('\n').slice(-8).join('\n');
  return last === '' ? [] : ['It had printed:', '', '```text', last, '```', ''];
}
