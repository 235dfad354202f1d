/** Context keys for menus and key bindings, and the count in the status bar. */
import * as vscode from 'vscode';
import { countFiles } from '../notebooks.js';
import { plural } from '../../texts.js';
import { hunkAt } from './documents.js';
import { sentence, spokenOf } from './hunkText.js';
import type { PendingChanges } from './pendingChanges.js';

export function registerPendingContext(pending: PendingChanges): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('architect.pending', vscode.StatusBarAlignment.Right, 99);
  item.name = 'Architect: Pending Changes';
  item.command = 'architect.nextHunk';
  const known = new Map<string, boolean>();
  const tell = (key: string, value: boolean): void => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const update = (): void => {
    const { count, uris } = pending;
    const editor = vscode.window.activeTextEditor;
    const hunks = editor ? pending.hunks(editor.document.uri.toString()) : [];
    tell('architect.hasPending', count > 0);
    tell('architect.editorHasPending', hunks.length > 0);
    const here = editor && hunkAt(hunks, editor.selection.active.line);
    tell('architect.onHunk', here !== undefined);
    if (count === 0) return item.hide();
    item.text = `${pending.growing ? '$(loading~spin)' : '$(diff)'} ${plural(count, 'change')}`;
    const files = countFiles(uris);
    const where = files === 1 ? 'one file' : `${files} files`;
    const more = pending.growing ? ' More may come.' : '';
    item.tooltip = `Architect: ${plural(count, 'change')} in ${where} to keep or undo.${more} Click for the next one.`;
    // Colours and lenses say nothing to those who listen: what the change at the cursor does is said here.
    const spoken = here
      ? `On change ${hunks.indexOf(here) + 1} of ${hunks.length} in this file. ${sentence(spokenOf(here))} `
      : '';
    item.accessibilityInformation = { label: spoken + item.tooltip, role: 'button' };
    item.show();
  };
  update();
  return vscode.Disposable.from(
    item,
    pending.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.window.onDidChangeTextEditorSelection(update),
  );
}
