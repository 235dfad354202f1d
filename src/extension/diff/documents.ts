/** Between the editor's documents and the offsets of the edits room. */
import * as vscode from 'vscode';
import type { DocumentChange, FileEdit, Hunk, TextEdit } from '../../edits/index.js';
import { isCell, nameOf, openNotebookOf } from '../notebooks.js';
import { holdViews } from './viewport.js';

/** A change event in the words of the edits room. */
export function changeOf(event: vscode.TextDocumentChangeEvent): DocumentChange {
  const reason =
    event.reason === vscode.TextDocumentChangeReason.Undo
      ? 'undo'
      : event.reason === vscode.TextDocumentChangeReason.Redo
        ? 'redo'
        : undefined;
  return {
    version: event.document.version,
    text: event.document.getText(),
    changes: event.contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
      start: rangeOffset,
      end: rangeOffset + rangeLength,
      newText: text,
    })),
    ...(reason ? { reason } : {}),
  };
}

/** Applies edits to a document as one undo stop; what its editors show stays where it is. `false` if the editor refuses them. */
export async function applyToDocument(document: vscode.TextDocument, edits: readonly TextEdit[]): Promise<boolean> {
  const workspaceEdit = new vscode.WorkspaceEdit();
  workspaceEdit.set(
    document.uri,
    edits.map(({ start, end, newText }) =>
      vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), newText),
    ),
  );
  const showAgain = holdViews(document, edits);
  const applied = await vscode.workspace.applyEdit(workspaceEdit);
  showAgain(applied);
  return applied;
}

/** The open document of a URI. */
export function openDocument(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}

/**
 * The document that a file edit goes into. A file that doesn't exist yet lives in an unsaved document of its future path, so that
 * nothing reaches the disk; later edits of the same path go there, too.
 * @throws what the editor throws if the file can't be opened
 */
export async function openForEdit({ uri, create }: Pick<FileEdit, 'uri' | 'create'>): Promise<vscode.TextDocument> {
  const target = vscode.Uri.parse(uri);
  if (isCell(target)) await openNotebookOf(target);
  const open = openDocument(uri);
  if (open || target.scheme !== 'file') return open ?? vscode.workspace.openTextDocument(target);
  const draft = target.with({ scheme: 'untitled' });
  if (create && !(await exists(target))) return vscode.workspace.openTextDocument(draft);
  return openDocument(draft.toString()) ?? vscode.workspace.openTextDocument(target);
}

/** Whether there is a file or folder. */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}

/** Where a hunk is shown: its lines, or for a removal the line before which the text stood. */
export function placeOf(hunk: Hunk, document: vscode.TextDocument): vscode.Range {
  const last = document.lineCount - 1;
  const start = Math.min(hunk.document.startLine, last);
  const end = Math.min(Math.max(start, hunk.document.endLine - 1), last);
  return new vscode.Range(start, 0, end, document.lineAt(end).text.length);
}

/** The hunk at a line, else none. A removal belongs to the lines on both of its sides. */
export function hunkAt(hunks: readonly Hunk[], line: number): Hunk | undefined {
  return (
    hunks.find(({ document }) => line >= document.startLine && line < document.endLine) ??
    hunks.find(
      ({ document }) =>
        document.startLine === document.endLine && (line === document.startLine || line === document.startLine - 1),
    )
  );
}

/** A file's name within the workspace, with the number of the cell in a notebook. */
export function shortName(uri: string): string {
  return nameOf(vscode.Uri.parse(uri));
}

/** Removes a document that a proposal had made and that nobody touched. */
export async function discard(document: vscode.TextDocument): Promise<void> {
  if (!document.isUntitled) {
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(document.uri, { ignoreIfNotExists: true });
    await vscode.workspace.applyEdit(edit);
    return;
  }
  const before = vscode.window.activeTextEditor;
  await vscode.window.showTextDocument(document, { preview: false });
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  // Closing needs the focus; whoever had it gets it back.
  if (before && before.document !== document)
    await vscode.window.showTextDocument(before.document, { viewColumn: before.viewColumn });
}
