/** From one hunk to the next, through all files. */
import * as vscode from 'vscode';
import { showPlace } from '../notebooks.js';
import { openForEdit, placeOf } from './documents.js';
import type { PendingChanges } from './pendingChanges.js';
import { letViewsGo } from './viewport.js';

/** Shows the next (`1`) or previous (`-1`) hunk from the cursor; after a file's last one the next file's first. */
export async function goToHunk(pending: PendingChanges, direction: 1 | -1): Promise<void> {
  const { uris } = pending;
  letViewsGo();
  const editor = vscode.window.activeTextEditor;
  const here = editor ? uris.indexOf(editor.document.uri.toString()) : -1;
  if (editor && here >= 0) {
    const line = editor.selection.active.line;
    const places = pending.hunks(editor.document.uri.toString()).map((hunk) => placeOf(hunk, editor.document));
    const found =
      direction === 1 ? places.find(({ start }) => start.line > line) : places.findLast(({ end }) => end.line < line);
    if (found) return showPlace(editor.document.uri, found, { viewColumn: editor.viewColumn, preview: false });
  }
  const next = uris.at(here < 0 ? 0 : (here + direction) % uris.length);
  if (next !== undefined) await showHunk(pending, next, direction === 1 ? 'first' : 'last');
}

/** Shows a hunk in its file. */
export async function showHunk(pending: PendingChanges, uri: string, which: 'first' | 'last' | number): Promise<void> {
  const document = await openForEdit({ uri });
  letViewsGo();
  const hunks = pending.hunks(uri);
  const hunk = which === 'first' ? hunks[0] : which === 'last' ? hunks.at(-1) : hunks.find(({ id }) => id === which);
  const place = hunk ? placeOf(hunk, document) : new vscode.Range(0, 0, 0, 0);
  // The editor gets the focus, so that the keys for Keep and Undo work at once.
  await showPlace(document.uri, place, { preview: false });
}
