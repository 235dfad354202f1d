/** Has the analyser look at proposals before they are shown, and at each hunk once they are. */
import * as vscode from 'vscode';
import {
  afterInFlight,
  applyEdits,
  baselineText,
  editsProblem,
  textWith,
  type EditSet,
  type FileEdit,
  type HunkId,
  type HunkRef,
} from '../../edits/index.js';
import type { CheckedVariant, OverlayText, Variant } from '../../protocol/index.js';
import type { AnalysisClient } from '../analysis/client.js';
import { openForEdit } from './documents.js';
import type { TextAt } from './locate.js';
import type { Annotation, PendingChanges } from './pendingChanges.js';

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

/**
 * Counts what each hunk does if it is kept with those that it is linked with, and finds out whether it would work without them;
 * both are written on the hunk.
 */
export function registerHunkChecks(
  pending: PendingChanges,
  analysis: AnalysisClient,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  let running: vscode.CancellationTokenSource | undefined;
  /** What each hunk was when it was counted. */
  const done = new Map<string, string>();
  const look = async (): Promise<void> => {
    running?.cancel();
    const source = new vscode.CancellationTokenSource();
    running = source;
    const jobs = jobsOf(pending).filter(({ key, fingerprint }) => done.get(key) !== fingerprint);
    if (jobs.length === 0) return;
    const variants = jobs.flatMap(({ key, files, alone }): Variant[] => [
      { id: key, files },
      ...(alone ? [{ id: aloneKey(key), files: alone }] : []),
    ]);
    const answer = await analysis.request(
      'architect/checkEdits',
      { baseline: baselines(pending), variants },
      source.token,
    );
    if (source.token.isCancellationRequested) return;
    const checked = new Map(answer.variants.map((variant) => [variant.id, variant]));
    pending.annotate(
      jobs.flatMap(({ key, fingerprint, of }): Annotation[] => {
        const whole = checked.get(key);
        if (!whole) return [];
        done.set(key, fingerprint);
        const together = failureOf(whole);
        const alone = failureOf(checked.get(aloneKey(key)));
        return [
          {
            of,
            parameters: together === undefined ? whole.parameters : { kind: 'notChecked', reason: together },
            note: { ...(together === undefined ? {} : { together }), ...(alone === undefined ? {} : { alone }) },
          },
        ];
      }),
    );
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (pending.count === 0) return done.clear();
    timer = setTimeout(() => {
      look().catch((error: unknown) => {
        if (!(error instanceof vscode.CancellationError))
          log.debug(`Pending changes could not be counted: ${String(error)}`);
      });
    }, 300);
  };
  return vscode.Disposable.from(
    pending.onDidChange(schedule),
    analysis.onDidChangeState(({ kind }) => (kind === 'restarting' ? schedule() : undefined)),
    {
      dispose: () => {
        clearTimeout(timer);
        running?.cancel();
      },
    },
  );
}

/** Why a variant would not work, as far as the analyser can say. */
function failureOf(variant: CheckedVariant | undefined): string | undefined {
  if (variant?.syntax.outcome === 'failed') return `it would not parse: ${variant.syntax.reason ?? ''}`;
  if (variant?.shapes.outcome === 'failed') return variant.shapes.reason ?? 'a shape would not fit';
  return undefined;
}

interface HunkJob {
  readonly key: string;
  readonly of: HunkRef;
  /** With the hunk and those that it is linked with. */
  readonly files: readonly OverlayText[];
  /** With the hunk alone, if it is linked with others. */
  readonly alone?: readonly OverlayText[];
  /** Changes when the texts to be compared do. */
  readonly fingerprint: string;
}

function aloneKey(key: string): string {
  return `${key} alone`;
}

function jobsOf(pending: PendingChanges): HunkJob[] {
  const baseline = JSON.stringify(baselines(pending));
  return pythonFiles(pending).flatMap((uri) =>
    pending.hunks(uri).map(({ id }): HunkJob => {
      const of = { uri, id };
      const linked = pending.linked(of);
      const files = textsWith(pending, [of, ...linked]);
      const alone = linked.length > 0 ? { alone: textsWith(pending, [of]) } : {};
      return { key: `${uri}#${id}`, of, files, ...alone, fingerprint: baseline + JSON.stringify([files, alone]) };
    }),
  );
}

/** The files of some hunks as they would be with only these. */
function textsWith(pending: PendingChanges, refs: readonly HunkRef[]): OverlayText[] {
  const byFile = new Map<string, HunkId[]>();
  for (const { uri, id } of refs) byFile.set(uri, [...(byFile.get(uri) ?? []), id]);
  return [...byFile].flatMap(([uri, ids]) => {
    const state = pending.state(uri);
    return state ? [{ uri, text: textWith(afterInFlight(state), ids) }] : [];
  });
}

function baselines(pending: PendingChanges): OverlayText[] {
  return pythonFiles(pending).flatMap((uri) => {
    const state = pending.state(uri);
    return state ? [{ uri, text: baselineText(state) }] : [];
  });
}

function pythonFiles(pending: PendingChanges): string[] {
  return pending.uris.filter(isPython);
}

function isPython(uri: string): boolean {
  return /\.(?:pyi?|ipynb)$/.test(vscode.Uri.parse(uri).path);
}
