/** The engine's changes as edits of files, for the editor and for checks. */
import type { Change } from '../../engine/advice/index.js';
import type { SourceFile } from '../../engine/syntax/index.js';
import { applyEdits, digestOf, type FileEdit, type ProposedEdit } from '../../edits/index.js';
import type { OverlayText } from '../../protocol/index.js';
import { uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

function byFile(changes: readonly Change[]): Map<SourceFile, Change[]> {
  const files = new Map<SourceFile, Change[]>();
  for (const change of changes) files.set(change.file, [...(files.get(change.file) ?? []), change]);
  return files;
}

/** The files that changes touch, as they are. */
export function baselineOf(changes: readonly Change[]): OverlayText[] {
  return [...byFile(changes).keys()].map((file) => ({ uri: uriOf(file.path), text: file.text }));
}

/** The files that changes touch, as they become. */
export function textsOf(changes: readonly Change[]): OverlayText[] {
  return [...byFile(changes)].map(([file, edits]) => ({ uri: uriOf(file.path), text: applyEdits(file.text, edits) }));
}

/** Edits of the texts that the engine read, each with what is said of all of them. */
export function fileEditsOf(
  changes: readonly Change[],
  about: Pick<ProposedEdit, 'prescription' | 'parameters'>,
  workspace: Workspace,
): FileEdit[] {
  return [...byFile(changes)].map(([file, edits]) => {
    const uri = uriOf(file.path);
    const version = workspace.versionOf(uri);
    return {
      uri,
      ...(version === null ? {} : { version }),
      digest: digestOf(file.text),
      edits: edits.map(({ start, end, newText, label, group }) => ({
        start,
        end,
        newText,
        label,
        ...about,
        ...(group === undefined ? {} : { group }),
      })),
    };
  });
}
