/** Cells of notebooks, where the editor's API treats them differently from files. */
import * as vscode from 'vscode';

const CELL_SCHEME = 'vscode-notebook-cell';

export function isCell(uri: vscode.Uri): boolean {
  return uri.scheme === CELL_SCHEME;
}

/** The document the user looks at: that of the text editor with the focus, or of the selected cell. */
export function activeDocument(): vscode.TextDocument | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor) return editor.document;
  const notebook = vscode.window.activeNotebookEditor;
  const at = notebook?.selections[0]?.start;
  if (!notebook || at === undefined || at >= notebook.notebook.cellCount) return undefined;
  return notebook.notebook.cellAt(at).document;
}

/** The notebook and the cell of a cell's document. */
export function cellOf(uri: vscode.Uri): vscode.NotebookCell | undefined {
  if (!isCell(uri)) return undefined;
  const key = uri.toString();
  for (const notebook of vscode.workspace.notebookDocuments)
    for (const cell of notebook.getCells()) if (cell.document.uri.toString() === key) return cell;
  return undefined;
}

/** The notebook of a cell, opened if it isn't; its cells are open documents then. */
export async function openNotebookOf(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  const file = uri.with({ scheme: 'file', authority: '', query: '', fragment: '' });
  return cellOf(uri)?.notebook ?? vscode.workspace.openNotebookDocument(file);
}

/** A document's name for people: its path within the workspace, and the cell's number. */
export function nameOf(uri: vscode.Uri): string {
  const cell = cellOf(uri);
  if (cell) return `${vscode.workspace.asRelativePath(cell.notebook.uri)}, cell ${cell.index + 1}`;
  return vscode.workspace.asRelativePath(isCell(uri) ? uri.with({ scheme: 'file', fragment: '' }) : uri);
}

/** How many files some documents are; the cells of a notebook are one. */
export function countFiles(uris: readonly string[]): number {
  return new Set(uris.map((uri) => uri.replace(/^vscode-notebook-cell:([^#]*)#.*$/, '$1'))).size;
}

/** Shows a place of a file or of a cell and puts the cursor there. */
export async function showPlace(
  uri: vscode.Uri,
  range: vscode.Range,
  options: { readonly viewColumn?: vscode.ViewColumn; readonly preview?: boolean } = {},
): Promise<void> {
  if (isCell(uri)) {
    // The editor finds the notebook by the address of its cell; `showTextDocument` would show the cell alone.
    await vscode.commands.executeCommand('vscode.open', uri, {
      ...options,
      selection: new vscode.Range(range.start, range.start),
    });
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const open = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const viewColumn = options.viewColumn ?? open?.viewColumn;
  const editor = await vscode.window.showTextDocument(document, { ...options, viewColumn });
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
