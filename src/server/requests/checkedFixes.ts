/** Fixes that were computed from shapes are offered only once the analyser has seen that they help. */
import { applyEdits } from '../../edits/index.js';
import type { SourceFile } from '../../engine/syntax/index.js';
import type { FindingReport } from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

type Fix = NonNullable<FindingReport['fix']>;

export interface FixQuestion {
  readonly uri: string;
  /** Findings of the document, by what they say. */
  readonly wanted: readonly Pick<FindingReport, 'rule' | 'message'>[];
}

/** The findings of the editor's files that are asked for, with their fixes. */
export function checkedFixes(
  { uri, wanted }: FixQuestion,
  workspace: Workspace,
): { readonly findings: readonly FindingReport[] } {
  const engine = workspace.current();
  const before = engine.problemsOf(pathOf(uri));
  const found = before.filter(({ rule, message }) =>
    wanted.some((each) => each.rule === rule && each.message === message),
  );
  const trial: Trial = {
    textOf: (path) => engine.textOf(path),
    problemsWith: (path, texts) =>
      workspace.with(texts.map((each) => ({ uri: uriOf(each.path), text: each.text }))).problemsOf(path),
  };
  return { findings: withCheckedFixes(found, before, trial) };
}

/** Where fixes are tried out. */
export interface Trial {
  readonly textOf: (path: string) => SourceFile | null;
  /** The problems of a file while other texts stand in place of some. */
  readonly problemsWith: (
    path: string,
    texts: readonly { readonly path: string; readonly text: string }[],
  ) => readonly FindingReport[];
}

/**
 * The findings with the first of their candidates after which the finding is gone and no new error has come, as their fix.
 * @param before all problems of the file
 */
export function withCheckedFixes(
  found: readonly FindingReport[],
  before: readonly FindingReport[],
  trial: Trial,
): FindingReport[] {
  return found.map((finding) => {
    const fix = finding.fixCandidates?.find((candidate) => helps(finding, candidate, before, trial));
    return fix ? { ...finding, fix } : finding;
  });
}

function helps(finding: FindingReport, fix: Fix, before: readonly FindingReport[], trial: Trial): boolean {
  const texts: { path: string; text: string }[] = [];
  for (const path of new Set(fix.edits.map(({ span }) => span.file))) {
    const source = trial.textOf(path);
    if (!source) return false;
    const edits = fix.edits
      .filter(({ span }) => span.file === path)
      .map(({ span, text }) => ({
        start: source.offsetAt(span.start),
        end: source.offsetAt(span.end),
        newText: text,
      }));
    texts.push({ path, text: applyEdits(source.text, edits) });
  }
  const after = trial.problemsWith(finding.span.file, texts);
  const count = (list: readonly FindingReport[], { rule, message }: FindingReport): number =>
    list.filter((each) => each.rule === rule && each.message === message).length;
  const isGone = count(after, finding) < count(before, finding);
  return isGone && after.every((each) => each.severity !== 'error' || count(after, each) <= count(before, each));
}
