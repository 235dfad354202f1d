/** What the light bulb offers for a finding: its fix, its explanation, and to be silent about it. */
import { CodeActionKind, type CodeAction, type Range, type TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { FindingQuestion, FindingReport, FixProposal } from '../protocol/index.js';
import { uriOf } from './paths.js';

/** A rule's id, as opposed to `syntax` and the like. */
export const RULE = /^[A-Z]\d\d$/;

/** The findings that a range touches. */
export function findingsAt(range: Range, findings: readonly FindingReport[]): FindingReport[] {
  return findings.filter(({ span }) => !isBefore(span.end, range.start) && !isBefore(range.end, span.start));
}

/** `all`: what else was found in the document, for fixing the same everywhere. */
export function findingActions(
  document: TextDocument,
  findings: readonly FindingReport[],
  all: readonly FindingReport[] = [],
): CodeAction[] {
  const rules = new Set<string>();
  return findings.flatMap((finding) => {
    const alike = rules.has(finding.rule) || !finding.fix ? [] : all.filter(({ rule }) => rule === finding.rule);
    rules.add(finding.rule);
    return [...fixOf(finding), ...fixOfAll(document, finding.rule, alike), ...aboutRule(document, finding)];
  });
}

/** `editor.codeActionsOnSave` names it: never offered otherwise. */
export const FIX_ALL = `${CodeActionKind.SourceFixAll}.architect`;

/** Every fix of a document, as an action that is run on saving. */
export function fixAllActions(document: TextDocument, findings: readonly FindingReport[]): CodeAction[] {
  const { edits, count } = together(document, findings);
  if (count === 0) return [];
  return [{ title: 'Fix what Model Architect found', kind: FIX_ALL, edit: { changes: { [document.uri]: edits } } }];
}

function fixOfAll(document: TextDocument, rule: string, alike: readonly FindingReport[]): CodeAction[] {
  const { edits, count } = together(document, alike);
  if (count < 2) return [];
  return fixAndPreview({ title: `Fix all ${count} of ${rule} in this file`, rule, changes: { [document.uri]: edits } });
}

/** The change as an edit, and the same to be looked at first: as pending changes, with their difference in parameters. */
function fixAndPreview(proposal: FixProposal, about: Partial<CodeAction> = {}): CodeAction[] {
  const { title, changes } = proposal;
  const edits = Object.fromEntries(Object.entries(changes).map(([uri, places]) => [uri, [...places]]));
  const base = { title, kind: CodeActionKind.QuickFix };
  return [
    { ...base, ...about, edit: { changes: edits } },
    { ...base, ...proposed(`Preview: ${title}`, proposal) },
  ];
}

function proposed(title: string, proposal: FixProposal): Pick<CodeAction, 'title' | 'command'> {
  return { title, command: { title, command: 'architect.proposeFix', arguments: [proposal] } };
}

/** The edits of fixes that stay in the document and don't touch each other. */
function together(
  document: TextDocument,
  findings: readonly FindingReport[],
): { readonly edits: TextEdit[]; readonly count: number } {
  const taken: { start: number; end: number }[] = [];
  const edits: TextEdit[] = [];
  let count = 0;
  for (const { fix } of findings) {
    if (!fix || fix.edits.some(({ span }) => uriOf(span.file) !== document.uri)) continue;
    const spans = fix.edits.map(({ span }) => ({
      start: document.offsetAt(span.start),
      end: document.offsetAt(span.end),
    }));
    if (!spans.every((span) => taken.every((other) => span.end < other.start || other.end < span.start))) continue;
    taken.push(...spans);
    edits.push(...fix.edits.map(({ span, text }) => ({ range: { start: span.start, end: span.end }, newText: text })));
    count++;
  }
  return { edits, count };
}

const isBefore = (a: Range['start'], b: Range['start']): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

/** One place is an ordinary edit that may be previewed; several places are always shown as pending changes, to be taken or left. */
function fixOf({ fix, rule }: FindingReport): CodeAction[] {
  if (!fix) return [];
  const changes: Record<string, TextEdit[]> = {};
  for (const { span, text } of fix.edits)
    (changes[uriOf(span.file)] ??= []).push({ range: { start: span.start, end: span.end }, newText: text });
  const proposal: FixProposal = { title: fix.title, rule, changes };
  if (fix.edits.length === 1) return fixAndPreview(proposal, { isPreferred: true });
  return [{ kind: CodeActionKind.QuickFix, isPreferred: true, ...proposed(fix.title, proposal) }];
}

function aboutRule(document: TextDocument, { rule, span, message }: FindingReport): CodeAction[] {
  if (!RULE.test(rule)) return [];
  const end = { line: span.start.line, character: Number.MAX_SAFE_INTEGER };
  const line = document.getText({ start: { line: span.start.line, character: 0 }, end }).replace(/\r?\n$/, '');
  const at = { line: span.start.line, character: line.trimEnd().length };
  const explain = `Explain ${rule}`;
  const question: FindingQuestion = { rule, message, uri: document.uri, line: span.start.line };
  return [
    {
      title: explain,
      kind: CodeActionKind.QuickFix,
      command: { title: explain, command: 'architect.explainRule', arguments: [question] },
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
