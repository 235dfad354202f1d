/** The pending changes as a source control: a group of files, the native peek in the gutter, and a review of everything. */
import * as vscode from 'vscode';
import type { Hunk } from '../../edits/index.js';
import { plural } from '../../texts.js';
import { baselineUri } from './baselineFiles.js';
import { shortName } from './documents.js';
import { spokenOf } from './hunkText.js';
import type { PendingChanges } from './pendingChanges.js';

/** Shown only while something is pending: an empty source control would be one more thing to look at. */
export function registerSourceControl(pending: PendingChanges): vscode.Disposable {
  let control: vscode.SourceControl | undefined;
  let group: vscode.SourceControlResourceGroup | undefined;
  const update = (): void => {
    const { uris } = pending;
    if (uris.length === 0) {
      control?.dispose();
      control = group = undefined;
      return;
    }
    if (!control || !group) {
      control = vscode.scm.createSourceControl('architect', 'Architect');
      control.inputBox.visible = false;
      control.quickDiffProvider = {
        provideOriginalResource: (uri) => (pending.state(uri.toString()) ? baselineUri(uri) : undefined),
      };
      group = control.createResourceGroup('pending', 'Pending Changes');
    }
    control.count = pending.count;
    group.resourceStates = uris.map((uri) => resourceOf(uri, pending.hunks(uri)));
  };
  update();
  return vscode.Disposable.from({ dispose: () => control?.dispose() }, pending.onDidChange(update));
}

function resourceOf(uri: string, hunks: readonly Hunk[]): vscode.SourceControlResourceState {
  const resourceUri = vscode.Uri.parse(uri);
  return {
    resourceUri,
    contextValue: 'pending',
    // The view reads it out as well.
    decorations: { tooltip: [`${plural(hunks.length, 'change')} to keep or undo`, ...hunks.map(spokenOf)].join('\n') },
    command: { command: 'architect.openDiff', title: 'Open Changes', arguments: [uri] },
  };
}

/** One file's pending changes side by side with what was there before. */
export async function openDiff(uri: string): Promise<void> {
  const modified = vscode.Uri.parse(uri);
  await vscode.commands.executeCommand(
    'vscode.diff',
    baselineUri(modified),
    modified,
    `${shortName(uri)} (Pending Changes)`,
  );
}

/** All files with pending changes in one editor. */
export async function reviewAll(pending: PendingChanges): Promise<void> {
  const { uris } = pending;
  const [only] = uris;
  if (only !== undefined && uris.length === 1) return openDiff(only);
  const resources = uris.map((uri) => vscode.Uri.parse(uri)).map((uri) => [uri, baselineUri(uri), uri]);
  await vscode.commands.executeCommand('vscode.changes', 'Architect: Pending Changes', resources);
}
