import type { InspectParams, InspectResult, ModelReport, ModuleSummary, Position } from '../../protocol/index.js';
import { AnalysisError } from '../engine.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** The reports of a file, of one class, or of the class around a position; over an overlay if one is given. */
export function inspect(params: InspectParams, workspace: Workspace): InspectResult {
  const engine = workspace.with(params.overlay);
  const path = pathOf(params.uri);
  const { call, inputs, details, batch, precision, graph } = params;
  let { qualname } = params;
  if (qualname === undefined && params.position && call === undefined) {
    qualname = moduleAt(engine.modulesOf(path), params.position)?.qualname;
    if (qualname === undefined) {
      throw new AnalysisError(
        'There is no nn.Module here. Place the cursor inside a class that derives from nn.Module.',
      );
    }
  }
  const options = { qualname, call, inputs, details, batch, precision, graph };
  const analyze = (): readonly ModelReport[] => engine.analyzeFile(path, options);
  return {
    version: workspace.versionOf(params.uri),
    // The counts and shapes of whole files are kept by the engine itself.
    reports:
      (details || graph) && !params.overlay
        ? workspace.remembered(JSON.stringify(['inspect', path, options]), analyze)
        : analyze(),
  };
}

/** The innermost module class around a position. */
export function moduleAt(modules: readonly ModuleSummary[], position: Position): ModuleSummary | undefined {
  const inside = modules.filter(({ range }) => !isBefore(position, range.start) && !isBefore(range.end, position));
  return inside.reduce<ModuleSummary | undefined>(
    (best, each) => (best && isBefore(each.range.start, best.range.start) ? best : each),
    undefined,
  );
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
