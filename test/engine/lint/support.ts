/**
 * Programs with marks for what the rules must find: `#! L01` at the end of a line means one finding of L01 there, and no mark means
 * none. Every fix that is offered is applied and the program linted again: its finding must be gone, and no new one come.
 */
import assert from 'node:assert/strict';
import { applyEdits } from '../../../src/edits/index.js';
import type { FindingReport } from '../../../src/engine/report/index.js';
import { asFiles, engineFor, type Files } from '../advice/support.js';

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

/** A module with these two bodies, and what comes after it. */
export const net = (init: string, forward: string, rest = ''): string => `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
${init.replace(/^/gm, '        ')}

    def forward(self, x):
${forward.replace(/^/gm, '        ')}
${rest}`;

/** Findings of a file, in source order. */
export async function lint(given: string | Files, path = '/train.py'): Promise<FindingReport[]> {
  return (await engineFor(asFiles(given))).lintFile(path);
}

interface Marked {
  readonly files: Files;
  /** `L01 /train.py:12`, sorted. */
  readonly expected: readonly string[];
}

function marked(given: string | Files): Marked {
  const expected: string[] = [];
  const files = Object.entries(asFiles(given)).map(([path, text]) => {
    const full = (path.endsWith('.py') ? HEAD : '') + text.replace(/^\n/, '');
    const lines = full.split('\n').map((line, index) => {
      const mark = /\s*#! (.*)$/.exec(line);
      for (const rule of mark?.[1]?.split(' ') ?? []) expected.push(`${rule} ${path}:${index + 1}`);
      return mark ? line.slice(0, mark.index) : line;
    });
    return [path, lines.join('\n')] as const;
  });
  return { files: Object.fromEntries(files), expected: expected.sort() };
}

async function all(files: Files, rules: RegExp): Promise<FindingReport[]> {
  const found: FindingReport[] = [];
  for (const path of Object.keys(files).filter((each) => each.endsWith('.py')))
    found.push(...(await lint(files, path)));
  return found.filter(({ rule }) => rules.test(rule));
}

const named = ({ rule, span }: FindingReport): string => `${rule} ${span.file}:${span.start.line + 1}`;

/** The files after a finding's fix. */
export function repaired(files: Files, { fix }: FindingReport): Files {
  const after = { ...files } as Record<string, string>;
  for (const [path, text] of Object.entries(files)) {
    const lines = text.split('\n');
    const offset = ({ line, character }: { line: number; character: number }): number =>
      lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
    const edits = fix?.edits.filter(({ span }) => span.file === path) ?? [];
    after[path] = applyEdits(
      text,
      edits.map(({ span, text: newText }) => ({ start: offset(span.start), end: offset(span.end), newText })),
    );
  }
  return after;
}

/**
 * Checks a marked program (its head imports torch, nn and F), only rules whose id passes `rules`. @returns the findings
 */
export async function checkMarked(given: string | Files, rules = /./): Promise<FindingReport[]> {
  const { files, expected } = marked(given);
  const found = await all(files, rules);
  assert.deepEqual(found.map(named).sort(), expected);
  for (const finding of found) {
    if (!finding.fix) continue;
    const fixed = repaired(files, finding);
    for (const path of Object.keys(fixed).filter((each) => each.endsWith('.py')))
      assert.deepEqual(
        (await engineFor(fixed)).syntaxProblems(path),
        [],
        `the fix of ${named(finding)} breaks ${path}`,
      );
    const after = await all(fixed, /./);
    const before = await all(files, /./);
    const count = (list: readonly FindingReport[], rule: string): number =>
      list.filter((each) => each.rule === rule).length;
    assert.ok(
      count(after, finding.rule) < count(before, finding.rule),
      `${named(finding)} is still there after its fix`,
    );
    for (const { rule } of after)
      assert.ok(count(after, rule) <= count(before, rule), `the fix of ${finding.rule} brings ${rule}`);
  }
  return found;
}
