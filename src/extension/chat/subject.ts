/** Which document and which module a question is about. */
import * as vscode from 'vscode';
import { activeDocument, isCell } from '../notebooks.js';
import { ELSEWHERE, fileWithClass, MOST_FILES } from './classIndex.js';

/**
 * The Python document a question is about: one that was attached, the one the user looks at, a visible one, else one of the
 * workspace that defines an `nn.Module`.
 */
export async function subjectOf(
  references: readonly vscode.ChatPromptReference[] = [],
): Promise<vscode.TextDocument | undefined> {
  for (const { value } of references) {
    const uri = value instanceof vscode.Uri ? value : value instanceof vscode.Location ? value.uri : undefined;
    if (uri?.path.endsWith('.py') || (uri && isCell(uri))) return vscode.workspace.openTextDocument(uri);
    const cell = uri?.path.endsWith('.ipynb') ? await firstPythonCell(uri) : undefined;
    if (cell) return cell;
  }
  const active = activeDocument();
  if (active?.languageId === 'python') return active;
  const visible = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === 'python');
  return visible?.document ?? firstWithModules();
}

async function firstPythonCell(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  return notebook.getCells().find(({ document }) => document.languageId === 'python')?.document;
}

async function firstWithModules(): Promise<vscode.TextDocument | undefined> {
  const found = await vscode.workspace.findFiles('**/*.py', ELSEWHERE, MOST_FILES);
  // Shallow files first: what a project is about rarely hides deep below.
  const ordered = found.sort(
    (a, b) => a.path.split('/').length - b.path.split('/').length || a.path.localeCompare(b.path),
  );
  for (const uri of ordered) {
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (/\bnn\.Module\b/.test(new TextDecoder().decode(bytes))) return vscode.workspace.openTextDocument(uri);
  }
  return undefined;
}

/** Another document of the workspace that defines a class which the text names; `undefined` if `document` does or none does. */
export async function documentThatNames(
  text: string,
  document: vscode.TextDocument,
): Promise<vscode.TextDocument | undefined> {
  const names = [...new Set(text.match(/\b[A-Z]\w+/g) ?? [])];
  const source = document.getText();
  if (names.length === 0 || names.some((name) => new RegExp(`^\\s*class\\s+${name}\\b`, 'm').test(source)))
    return undefined;
  const uri = await fileWithClass(names);
  return uri && vscode.workspace.openTextDocument(uri);
}

/** A class name in the text, if one of `names` stands there as a word. */
export function namedIn(text: string, names: readonly string[]): string | undefined {
  const words = new Set(text.match(/[A-Za-z_]\w*/g) ?? []);
  return names.find((name) => words.has(name));
}
