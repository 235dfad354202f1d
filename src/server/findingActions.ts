/** What the light bulb offers for a finding: its fix, its explanation, and to be silent about it. */
import { CodeActionKind, type CodeAction, type Range, type TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FindingReport, FixProposal } from '../protocol/index.js';
import { uriOf } from './paths.js';

/** A rule's id, as opposed to `syntax` and the like. */
export const RULE = /^[A-Z]\d\d$/;

/** The findings that a range touches. */
export function findingsAt(range: Range, findings: readonly FindingReport[]): FindingReport[] {
  return findings.filter(({ span }) => !isBefore(span.end, range.start) && !isBefore(range.end, span.start));
}

export function findingActions(document: TextDocument, findings: readonly FindingReport[]): CodeAction[] {
  return findings.flatMap((finding) => [...fixOf(finding), ...aboutRule(document, finding)]);
}

const isBefore = (a: Range['start'], b: Range['start']): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

/** One place is an ordinary edit; several places are shown as pending changes, to be taken or left. */
function fixOf({ fix, rule }: FindingReport): CodeAction[] {
  if (!fix) return [];
  const changes: Record<string, TextEdit[]> = {};
  for (const { span, text } of fix.edits)
    (changes[uriOf(span.file)] ??= []).push({ range: { start: span.start, end: span.end }, newText: text });
  const base = { title: fix.title, kind: CodeActionKind.QuickFix, isPreferred: true };
  if (fix.edits.length === 1) return [{ ...base, edit: { changes } }];
  const proposal: FixProposal = { title: fix.title, rule, changes };
  return [{ ...base, command: { title: fix.title, command: 'architect.proposeFix', arguments: [proposal] } }];
}

function aboutRule(document: TextDocument, { rule, span }: FindingReport): CodeAction[] {
  if (!RULE.test(rule)) return [];
  const end = { line: span.start.line, character: Number.MAX_SAFE_INTEGER };
  const line = document.getText({ start: { line: span.start.line, character: 0 }, end }).replace(/\r?\n$/, '');
  const at = { line: span.start.line, character: line.trimEnd().length };
  const explain = `Explain ${rule}`;
  return [
    {
      title: explain,
      kind: CodeActionKind.QuickFix,
      command: { title: explain, command: 'architect.explainRule', arguments: [rule] },
    },
    ...(line.includes('#')
      ? []
      : [
          {
            title: `Ignore ${rule} on this line`,
            kind: CodeActionKind.QuickFix,
            edit: {
              changes: {
                [document.uri]: [{ range: { start: at, end: at }, newText: `  # architect: ignore[${rule}]` }],
              },
            },
          },
        ]),
  ];
}
