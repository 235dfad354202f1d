/** Other sizes for a model, each counted by the engine on an overlay: nothing is estimated. */
import { modelSizes, type ModelSize, type ModuleClass } from '../../engine/training/index.js';
import { applyEdits, type EditSet } from '../../edits/index.js';
import type {
  Alternative,
  AlternativesParams,
  AlternativesResult,
  ModelReport,
  OverlayText,
} from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';
import { checkEdits } from './checkEdits.js';
import { fileEditsOf } from './editSet.js';

/** Widths are multiples of this where they are now: heads and groups divide them, and hardware likes it. */
const STEP = 8;

/** Each free size at half its value; with a budget at the largest value that keeps within it. */
export function alternatives({ uri, qualname, budget }: AlternativesParams, workspace: Workspace): AlternativesResult {
  const context = workspace.current().training({ path: pathOf(uri), qualname });
  const model = context?.model;
  if (!context || !model) return { model: null, parameters: null, macs: null, alternatives: [] };
  const now = reportOf(workspace, model, []);
  const found = modelSizes(context).flatMap((size) => {
    const to = budget === undefined ? halved(size.value) : largestWithin(size, budget, workspace, model);
    return to === null || to === size.value ? [] : (alternativeOf(size, to, workspace, model) ?? []);
  });
  return {
    model: { uri: uriOf(model.file.path), qualname: model.node.name },
    parameters: now?.parameters.total ?? null,
    macs: now?.macs ?? null,
    alternatives: found.sort((a, b) => b.parameters - a.parameters),
  };
}

function halved(value: number): number | null {
  if (value < 2) return null;
  const step = stepOf(value);
  return Math.ceil(value / 2 / step) * step;
}

/** The largest power of two, at most {@link STEP}, that divides a width; 1 for small numbers such as depths. */
function stepOf(value: number): number {
  if (value < 2 * STEP) return value % 2 === 0 && value > 4 ? 2 : 1;
  let step = STEP;
  while (value % step !== 0) step /= 2;
  return step;
}

/** By bisection over the multiples of the step; `null` if even the smallest is too large, or the model isn't countable. */
function largestWithin(size: ModelSize, budget: number, workspace: Workspace, model: ModuleClass): number | null {
  const step = stepOf(size.value);
  const fits = (value: number): boolean => {
    const total = reportOf(workspace, model, overlayOf(size, value))?.parameters.total;
    return typeof total === 'number' && total <= budget;
  };
  let low = 0;
  let high = Math.floor(size.value / step);
  if (fits(high * step)) return size.value;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle * step)) low = middle;
    else high = middle;
  }
  return low === 0 ? null : low * step;
}

function alternativeOf(size: ModelSize, to: number, workspace: Workspace, model: ModuleClass): Alternative | null {
  const texts = overlayOf(size, to);
  const report = reportOf(workspace, model, texts);
  if (!report || typeof report.parameters.total !== 'number') return null;
  const files = new Map([model.file, size.file].map((file) => [file.path, file]));
  const baseline = [...files.values()].map(({ path: at, text }): OverlayText => ({ uri: uriOf(at), text }));
  const [checked] = checkEdits({ baseline, variants: [{ id: size.name, files: texts }] }, workspace).variants;
  if (!checked || checked.syntax.outcome === 'failed' || checked.shapes.outcome === 'failed') return null;
  return {
    name: size.name,
    from: size.value,
    to,
    parameters: report.parameters.total,
    macs: report.macs,
    checked,
    edits: editSetOf(size, to, checked, workspace),
  };
}

function reportOf(workspace: Workspace, model: ModuleClass, texts: readonly OverlayText[]): ModelReport | undefined {
  return workspace.with(texts).analyzeFile(model.file.path, { qualname: model.node.name })[0];
}

function overlayOf({ file, span }: ModelSize, value: number): OverlayText[] {
  return [{ uri: uriOf(file.path), text: applyEdits(file.text, [{ ...span, newText: String(value) }]) }];
}

function editSetOf(
  { name, value, file, span }: ModelSize,
  to: number,
  { parameters }: Alternative['checked'],
  workspace: Workspace,
): EditSet {
  const title = `${name}: ${value} → ${to}`;
  const change = { file, ...span, newText: String(to), label: title };
  return {
    id: `size-${name}`,
    title,
    reason: `The same model with ${name} = ${to}, counted by the analyser.`,
    files: fileEditsOf([change], { parameters }, workspace),
  };
}
