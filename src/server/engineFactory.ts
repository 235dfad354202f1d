import { advise, OfferFinder } from '../engine/advice/index.js';
import { trainingContext } from '../engine/training/index.js';
import { Answers, createEngine, EngineError, parseInput } from '../engine/report/index.js';
import type { FindingReport, ModelReport, ModuleSummary } from '../protocol/index.js';
import { AnalysisError, type AnalysisEngine, type EngineOptions } from './engine.js';

/** The engine as the server uses it: what it refuses becomes a sentence for people. */
export function createAnalysisEngine(options: EngineOptions): AnalysisEngine {
  const engine = createEngine({ ...options, searchFolders: options.roots });
  const offers = new OfferFinder(engine);
  const answers = new Answers(engine, options.cancelled);
  const problemsIn = (path: string, reports: readonly ModelReport[]): FindingReport[] => [
    ...engine.syntaxProblems(path),
    ...engine.shownFindings(path, reports),
  ];
  return {
    modulesOf: (path) => expected(() => answers.reports(path).map(summaryOf)),
    analyzeFile: (path, options = {}) =>
      expected(() => {
        const { qualname, call, inputs, details, graph } = options;
        return call === undefined && !inputs?.length && !details && !graph
          ? answers.reports(path).filter((report) => qualname === undefined || report.qualname === qualname)
          : engine.analyzeFile(path, { ...options, inputs: inputs?.length ? inputs.map(parseInput) : undefined });
      }),
    problemsOf: (path) => expected(() => problemsIn(path, answers.reports(path))),
    lookAt: (path) =>
      expected(() => {
        const { reports, findings } = answers.once(path);
        return { problems: problemsIn(path, reports), findings };
      }),
    findingsOf: (path) => expected(() => answers.findings(path)),
    hintsOf: (path, hintOptions) => expected(() => answers.hints(path, hintOptions)),
    hoverAt: (path, position) =>
      expected(() => {
        const shapes = answers.hover(path, position);
        const file = engine.project.file(path);
        const loss = file && offers.explainAt(path, file.offsetAt(position));
        if (!file || !loss) return shapes;
        const { start, end } = loss.span;
        return {
          markdown: shapes ? `${shapes.markdown}\n\n---\n\n${loss.markdown}` : loss.markdown,
          range: shapes?.range ?? { start: file.positionAt(start), end: file.positionAt(end) },
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
      answers.invalidate(paths);
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
