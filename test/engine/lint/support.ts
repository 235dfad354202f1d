/** What the rules find in programs in memory. */
import type { FindingReport } from '../../../src/engine/report/index.js';
import { asFiles, engineFor, type Files } from '../advice/support.js';

/** Findings of a file, in source order. */
export async function lint(given: string | Files, path = '/train.py'): Promise<FindingReport[]> {
  return (await engineFor(asFiles(given))).lintFile(path);
}

/** `L01 at 12: softmax(x)`, one a line: rule, line from 1, the text it stands at. */
export async function shown(given: string | Files, path = '/train.py'): Promise<string> {
  const files = asFiles(given);
  const findings = await lint(files, path);
  return findings
    .map(({ rule, span }) => {
      const line = (files[path] ?? '').split('\n')[span.start.line] ?? '';
      const end = span.end.line === span.start.line ? span.end.character : undefined;
      return `${rule} at ${span.start.line + 1}: ${line.slice(span.start.character, end)}`;
    })
    .join('\n');
}
