/** The workspace's files for the agent: as the editor has them, without what must not be sent. */
import * as vscode from 'vscode';
import { WorkspaceFiles, type CellNames } from '../../agent/index.js';
import { cellOf } from '../notebooks.js';
import type { AgentSettings } from './settings.js';

let last: { readonly key: string; readonly files: WorkspaceFiles } | undefined;

/** Kept while folders and settings stay the same: it remembers the ignore files. */
export function filesOf({ ignore }: AgentSettings): WorkspaceFiles {
  const roots = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const key = JSON.stringify([roots, ignore]);
  if (last?.key !== key) last = { key, files: new WorkspaceFiles({ roots, exclude: ignore, open: openText, cells }) };
  return last.files;
}

const cells: CellNames = {
  number: (uri) => {
    const cell = cellOf(vscode.Uri.parse(uri));
    return cell && cell.index + 1;
  },
  address: (path, number) =>
    vscode.workspace.notebookDocuments
      .find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path)
      ?.getCells()
      [number - 1]?.document.uri.toString(),
};

function openText(uri: string): { text: string; version: number } | undefined {
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri) ?? draftOf(uri);
  return document && { text: document.getText(), version: document.version };
}

/** A file that an earlier answer proposed lives in an unsaved document of its future path. */
function draftOf(uri: string): vscode.TextDocument | undefined {
  const wanted = vscode.Uri.parse(uri);
  return vscode.workspace.textDocuments.find(
    ({ uri: { scheme, path } }) => scheme === 'untitled' && path === wanted.path,
  );
}
