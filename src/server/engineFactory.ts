import { advise } from '../engine/advice/index.js';
import { createEngine, EngineError, parseInput, type Engine } from '../engine/report/index.js';
import type { ModelReport, ModuleSummary } from '../protocol/index.js';
import { AnalysisError, type AnalysisEngine, type EngineOptions } from './engine.js';

/** The engine as the server uses it: what it refuses becomes a sentence for people. */
export function createAnalysisEngine(options: EngineOptions): AnalysisEngine {
  const engine = createEngine({ ...options, searchFolders: options.roots });
  return {
    modulesOf: (path) => expected(() => engine.analyzeFile(path).map(summaryOf)),
    analyzeFile: (path, { qualname, call, inputs } = {}) =>
      expected(() =>
        engine.analyzeFile(path, { qualname, call, inputs: inputs?.length ? inputs.map(parseInput) : undefined }),
      ),
    problemsOf: (path) => expected(() => problemsOf(engine, path)),
    advise: (question) => expected(() => advise(engine, question)),
    invalidate: (paths) => engine.invalidate(paths),
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

function problemsOf(engine: Engine, path: string): ReturnType<AnalysisEngine['problemsOf']> {
  return [...engine.syntaxProblems(path), ...engine.analyzeFile(path).flatMap((report) => report.findings)];
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
