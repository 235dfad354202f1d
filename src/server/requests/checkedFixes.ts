/** Fixes that were computed from shapes are offered only once the analyser has seen that they help. */
import { applyEdits } from '../../edits/index.js';
import type { FindingReport, OverlayText } from '../../protocol/index.js';
import type { AnalysisEngine } from '../engine.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

type Fix = NonNullable<FindingReport['fix']>;

export interface FixQuestion {
  readonly uri: string;
  /** Findings of the document, by what they say. */
  readonly wanted: readonly Pick<FindingReport, 'rule' | 'message'>[];
}

/** The findings with the first of their candidates after which the finding is gone and no new error has come, as their fix. */
export function checkedFixes(
  { uri, wanted }: FixQuestion,
  workspace: Workspace,
): { readonly findings: readonly FindingReport[] } {
  const engine = workspace.current();
  const before = engine.problemsOf(pathOf(uri));
  const findings = before
    .filter(({ rule, message }) => wanted.some((each) => each.rule === rule && each.message === message))
    .map((finding) => {
      const fix = finding.fixCandidates?.find((candidate) => helps(finding, candidate, before, engine, workspace));
      return fix ? { ...finding, fix } : finding;
    });
  return { findings };
}

function helps(
  finding: FindingReport,
  fix: Fix,
  before: readonly FindingReport[],
  engine: AnalysisEngine,
  workspace: Workspace,
): boolean {
  const texts: OverlayText[] = [];
  for (const path of new Set(fix.edits.map(({ span }) => span.file))) {
    const source = engine.textOf(path);
    if (!source) return false;
    const edits = fix.edits
      .filter(({ span }) => span.file === path)
      .map(({ span, text }) => ({
        start: source.offsetAt(span.start),
        end: source.offsetAt(span.end),
        newText: text,
      }));
    texts.push({ uri: uriOf(path), text: applyEdits(source.text, edits) });
  }
  const after = workspace.with(texts).problemsOf(finding.span.file);
  const count = (list: readonly FindingReport[], { rule, message }: FindingReport): number =>
    list.filter((each) => each.rule === rule && each.message === message).length;
  const isGone = count(after, finding) < count(before, finding);
  return isGone && after.every((each) => each.severity !== 'error' || count(after, each) <= count(before, each));
}
