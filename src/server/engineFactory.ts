import { advise, OfferFinder } from '../engine/advice/index.js';
import { trainingContext } from '../engine/training/index.js';
import { createEngine, EngineError, hintsOf, hoverAt, parseInput, type Observation } from '../engine/report/index.js';
import type { SourceFile } from '../engine/syntax/index.js';
import type { ModelReport, ModuleSummary } from '../protocol/index.js';
import { AnalysisError, type AnalysisEngine, type EngineOptions } from './engine.js';

/** The engine as the server uses it: what it refuses becomes a sentence for people. */
export function createAnalysisEngine(options: EngineOptions): AnalysisEngine {
  const engine = createEngine({ ...options, searchFolders: options.roots });
  const offers = new OfferFinder(engine);
  /** Reports of whole files, until something changes: CodeLens, diagnostics and checks ask for the same. */
  const reports = new Map<string, readonly ModelReport[]>();
  const observations = new Map<string, readonly Observation[]>();
  /** Files whose hints and hovers were asked for: what they show is collected along with their reports from then on. */
  const observed = new Set<string>();
  const analyze = (path: string): readonly ModelReport[] => {
    const known = reports.get(path);
    if (known) return known;
    if (!observed.has(path)) {
      const made = engine.analyzeFile(path);
      reports.set(path, made);
      return made;
    }
    const seen = engine.observeFile(path);
    reports.set(path, seen.reports);
    observations.set(path, seen.observations);
    return seen.reports;
  };
  const observe = (path: string): { file: SourceFile; seen: readonly Observation[] } | null => {
    if (!observations.has(path)) {
      observed.add(path);
      reports.delete(path);
      analyze(path);
    }
    const file = engine.project.file(path);
    return file ? { file, seen: observations.get(path) ?? [] } : null;
  };
  return {
    modulesOf: (path) => expected(() => analyze(path).map(summaryOf)),
    analyzeFile: (path, { qualname, call, inputs } = {}) =>
      expected(() =>
        call === undefined && !inputs?.length
          ? analyze(path).filter((report) => qualname === undefined || report.qualname === qualname)
          : engine.analyzeFile(path, { qualname, call, inputs: inputs?.length ? inputs.map(parseInput) : undefined }),
      ),
    problemsOf: (path) =>
      expected(() => [...engine.syntaxProblems(path), ...analyze(path).flatMap((report) => report.findings)]),
    findingsOf: (path) => expected(() => engine.lintFile(path)),
    hintsOf: (path, hintOptions) =>
      expected(() => {
        const about = observe(path);
        if (!about) return [];
        const { file, seen } = about;
        return hintsOf(file, seen, hintOptions).map(({ offset, ...hint }) => ({
          ...hint,
          position: file.positionAt(offset),
        }));
      }),
    hoverAt: (path, position) =>
      expected(() => {
        const about = observe(path);
        const hover = about && hoverAt(about.file, about.seen, about.file.offsetAt(position));
        if (!about || !hover) return null;
        const { start, end } = hover.span;
        return {
          markdown: hover.markdown,
          range: { start: about.file.positionAt(start), end: about.file.positionAt(end) },
        };
      }),
    textOf: (path) => engine.project.file(path) ?? null,
    directiveHelp: (path) => expected(() => engine.directiveHelp(path)),
    advise: (question) => expected(() => advise(engine, question)),
    offersAt: (path, position) =>
      expected(() => {
        const file = engine.project.file(path);
        return file ? offers.at(path, file.offsetAt(position)) : [];
      }),
    training: (question) => expected(() => trainingContext(engine.project, question)),
    project: engine.project,
    invalidate: (paths) => {
      reports.clear();
      observations.clear();
      offers.forget();
      engine.invalidate(paths);
    },
  };
}

function expected<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof EngineError || (error instanceof RangeError && !/call stack/i.test(error.message)))
      throw new AnalysisError(error.message);
    throw error;
  }
}

function summaryOf(report: ModelReport): ModuleSummary {
  const { parameters } = report;
  return {
    name: report.qualname.slice(report.qualname.lastIndexOf('.') + 1),
    qualname: report.qualname,
    range: { start: report.span.start, end: report.span.end },
    nameRange: { start: report.span.start, end: report.span.start },
    parameters: parameters.total,
    ...(parameters.atLeast === undefined ? {} : { atLeast: parameters.atLeast }),
    call: report.call,
    inputs: report.inputs,
    output: report.output,
    macs: report.macs,
    missing: report.missingArguments ?? [],
    unknown:
      parameters.total === null
        ? (report.unknowns[0] ?? { reason: 'the count is not known', file: null, line: null })
        : null,
  };
}
