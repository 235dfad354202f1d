/** Has the analyser look at proposals before they are shown. */
import * as vscode from 'vscode';
import { applyEdits, editsProblem, type EditSet, type FileEdit } from '../../edits/index.js';
import type { OverlayText } from '../../protocol/index.js';
import type { AnalysisClient } from '../analysis/client.js';
import { openForEdit } from './documents.js';
import type { TextAt } from './locate.js';

/**
 * What is wrong with edit sets applied together; `undefined` if they parse and bring no new shape problem.
 * @param textAt an earlier text of a file, for edits that were made for it
 */
export async function problemOf(
  sets: readonly EditSet[],
  analysis: AnalysisClient,
  textAt: TextAt = () => undefined,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  const { baseline, proposed } = await textsOf(sets, textAt);
  if (proposed.length === 0) return undefined;
  const { variants } = await analysis.request(
    'architect/checkEdits',
    { baseline, variants: [{ id: 'all', files: proposed }] },
    token,
  );
  const [checked] = variants;
  if (checked?.syntax.outcome === 'failed') return `The proposed code does not parse: ${checked.syntax.reason ?? ''}`;
  if (checked?.shapes.outcome === 'failed')
    return `The proposed code has a new problem: ${checked.shapes.reason ?? ''}`;
  return undefined;
}

/** The Python files of edit sets, before and after. Edits that don't fit are left to be refused when they are made. */
async function textsOf(
  sets: readonly EditSet[],
  textAt: TextAt,
): Promise<{ baseline: OverlayText[]; proposed: OverlayText[] }> {
  const files = new Map<string, FileEdit[]>();
  for (const file of sets.flatMap((set) => set.files)) {
    if (isPython(file.uri)) files.set(file.uri, [...(files.get(file.uri) ?? []), file]);
  }
  const baseline: OverlayText[] = [];
  const proposed: OverlayText[] = [];
  for (const [uri, parts] of files) {
    const create = parts.some((part) => part.create);
    const version = parts.find((part) => part.version !== undefined)?.version;
    const earlier = version === undefined ? undefined : textAt(uri, version);
    const text = create ? '' : (earlier ?? (await openForEdit({ uri })).getText());
    const edits = parts.flatMap((part) => part.edits);
    if (editsProblem(text, edits) !== undefined) return { baseline: [], proposed: [] };
    baseline.push({ uri, text });
    proposed.push({ uri, text: applyEdits(text, edits) });
  }
  return { baseline, proposed };
}

/** Whether the analyser reads such a file. */
export function isPython(uri: string): boolean {
  return /\.(?:pyi?|ipynb)$/.test(vscode.Uri.parse(uri).path);
}
