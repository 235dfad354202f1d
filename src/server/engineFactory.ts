import { advise } from '../engine/advice/index.js';
import { createEngine, EngineError, parseInput } from '../engine/report/index.js';
import { trainingContext } from '../engine/training/index.js';
import type { ModelReport, ModuleSummary } from '../protocol/index.js';
import { AnalysisError, type AnalysisEngine, type EngineOptions } from './engine.js';

/** The engine as the server uses it: what it refuses becomes a sentence for people. */
export function createAnalysisEngine(options: EngineOptions): AnalysisEngine {
  const engine = createEngine({ ...options, searchFolders: options.roots });
  /** Reports of whole files, until something changes: CodeLens, diagnostics and checks ask for the same. */
  const reports = new Map<string, readonly ModelReport[]>();
  const analyze = (path: string): readonly ModelReport[] => {
    let known = reports.get(path);
    if (!known) reports.set(path, (known = engine.analyzeFile(path)));
    return known;
  };
  return {
    modulesOf: (path) => expected(() => analyze(path).map(summaryOf)),
    analyzeFile: (path, { qualname, call, inputs } = {}) =>
      expected(() =>
        qualname === undefined && call === undefined && !inputs?.length
          ? analyze(path)
          : engine.analyzeFile(path, { qualname, call, inputs: inputs?.length ? inputs.map(parseInput) : undefined }),
      ),
    problemsOf: (path) =>
      expected(() => [...engine.syntaxProblems(path), ...analyze(path).flatMap((report) => report.findings)]),
    findingsOf: (path) => expected(() => engine.lintFile(path)),
    advise: (question) => expected(() => advise(engine, question)),
    training: (question) => expected(() => trainingContext(engine.project, question)),
    invalidate: (paths) => {
      reports.clear();
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
    unknown:
      parameters.total === null
        ? (report.unknowns[0] ?? { reason: 'the count is not known', file: null, line: null })
        : null,
  };
}
