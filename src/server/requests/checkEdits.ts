/** Compares what the analyser says of texts before and after a change. */
import type {
  Check,
  CheckedVariant,
  CheckEditsParams,
  CheckEditsResult,
  FindingReport,
  OverlayText,
  Variant,
} from '../../protocol/index.js';
import type { AnalysisEngine } from '../engine.js';
import { compareModules, parameterDelta, type LocatedReport } from '../modelDifference.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** Parse problems, new shape problems and counts of each variant against the baseline. */
export function checkEdits({ baseline, variants }: CheckEditsParams, workspace: Workspace): CheckEditsResult {
  // Whoever looks at change after change asks with the same baseline each time.
  const { trained, before } = workspace.remembered(JSON.stringify(['baseline', baseline]), () => {
    const engine = workspace.with(baseline);
    const models = trainedIn(engine, baseline);
    return { trained: models, before: look(engine, baseline, models) };
  });
  /** Hunks that are linked make the same texts together. */
  const known = new Map<string, View>();
  const after = ({ files }: Variant): View => {
    // A variant names the files that it changes; the others are as in the baseline.
    const texts = [...baseline.filter(({ uri }) => !files.some((file) => file.uri === uri)), ...files];
    const key = JSON.stringify(texts);
    let view = known.get(key);
    if (!view) known.set(key, (view = look(workspace.with(texts), texts, trained)));
    return view;
  };
  return { variants: variants.map((variant) => checkVariant(variant.id, before, after(variant))) };
}

interface View {
  readonly reports: readonly LocatedReport[];
  /** Models of other files that these make and train: what they are made with may change. */
  readonly trained: readonly LocatedReport[];
  readonly problems: readonly FindingReport[];
}

function checkVariant(id: string, before: View, after: View): CheckedVariant {
  const problems = newProblems(before.problems, after.problems);
  const broken = problems.find(({ rule }) => rule === 'syntax');
  const misfit = problems.find(({ rule, severity }) => rule !== 'syntax' && severity === 'error');
  const syntax: Check = broken ? { outcome: 'failed', reason: broken.message } : { outcome: 'passed' };
  const shapes: Check = broken
    ? { outcome: 'notDeterminable', reason: 'the code does not parse' }
    : misfit
      ? { outcome: 'failed', reason: misfit.message }
      : shapesOf(after);
  const old = [...before.reports, ...before.trained];
  const now = [...after.reports, ...after.trained];
  const modules = compareModules(old, now);
  const parameters =
    broken || misfit
      ? ({ kind: 'notChecked', reason: (broken ?? misfit)?.message ?? '' } as const)
      : parameterDelta(old, now);
  return { id, syntax, shapes, problems, modules, parameters };
}

function look(engine: AnalysisEngine, texts: readonly OverlayText[], trained: readonly string[]): View {
  const reports = (path: string): LocatedReport[] =>
    engine.analyzeFile(path).map((report) => ({ uri: uriOf(path), report }));
  const paths = texts.map(({ uri }) => pathOf(uri));
  return {
    reports: paths.flatMap(reports),
    trained: trained.flatMap(reports),
    problems: paths.flatMap((path) => engine.problemsOf(path)),
  };
}

/** The files of the models that scripts without modules of their own train. */
function trainedIn(engine: AnalysisEngine, texts: readonly OverlayText[]): string[] {
  const paths = texts.map(({ uri }) => pathOf(uri));
  if (paths.some((path) => engine.modulesOf(path).length > 0)) return [];
  const found = paths.flatMap((path) => engine.training({ path })?.model?.file.path ?? []);
  return [...new Set(found)].filter((path) => !paths.includes(path));
}

/** Lines move by the change itself, so problems are the same if they say the same about the same file, as often. */
function newProblems(before: readonly FindingReport[], after: readonly FindingReport[]): FindingReport[] {
  const known = new Map<string, number>();
  for (const problem of before) known.set(keyOf(problem), (known.get(keyOf(problem)) ?? 0) + 1);
  return after.filter((problem) => {
    const left = known.get(keyOf(problem)) ?? 0;
    known.set(keyOf(problem), left - 1);
    return left <= 0;
  });
}

function keyOf({ rule, message, span, path }: FindingReport): string {
  return JSON.stringify([rule, message, span.file, path ?? null]);
}

/** Passed only where forward was followed to the end. */
function shapesOf({ reports }: View): Check {
  const open = reports.find(({ report }) => report.output === null);
  if (!open) return { outcome: 'passed' };
  const [why] = open.report.unknowns;
  return {
    outcome: 'notDeterminable',
    reason: why ? `${open.report.qualname}: ${why.reason}` : `the output of ${open.report.qualname} is unknown`,
  };
}
