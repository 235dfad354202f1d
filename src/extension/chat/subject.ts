/** Which document and which module a question is about. */
import * as vscode from 'vscode';
import { attached } from '../agent/attached.js';
import { activeDocument, isCell } from '../notebooks.js';
import { fileWithClass, fileWithModules } from './classIndex.js';

/** The Python document that was looked at last. */
let last: vscode.Uri | undefined;

/** Remembers what the user looks at: a chat in an editor's place covers it. */
export function watchSubject(): vscode.Disposable {
  const look = (): void => {
    const active = activeDocument();
    if (active?.languageId === 'python') last = active.uri;
  };
  look();
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(look),
    vscode.window.onDidChangeActiveNotebookEditor(look),
  );
}

/**
 * The Python document a question is about: one that was attached, the one the user looks at, a visible one, the last one whose tab
 * is still there, else one of the workspace that defines an `nn.Module`.
 * @throws Error for people if what was attached is gone
 */
export async function subjectOf(
  references: readonly vscode.ChatPromptReference[] = [],
): Promise<vscode.TextDocument | undefined> {
  for (const { value } of references) {
    const uri = value instanceof vscode.Uri ? value : value instanceof vscode.Location ? value.uri : undefined;
    if (uri?.path.endsWith('.py') || (uri && isCell(uri)))
      return attached(uri, (each) => vscode.workspace.openTextDocument(each));
    const cell = uri?.path.endsWith('.ipynb') ? await firstPythonCell(uri) : undefined;
    if (cell) return cell;
  }
  const active = activeDocument();
  if (active?.languageId === 'python') return active;
  const visible = vscode.window.visibleTextEditors.find(({ document }) => document.languageId === 'python');
  if (visible) return visible.document;
  const uri = lastInTab() ?? (await fileWithModules());
  return uri && vscode.workspace.openTextDocument(uri);
}

function lastInTab(): vscode.Uri | undefined {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const isOpen = tabs.some(
    ({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === last?.toString(),
  );
  return isOpen ? last : undefined;
}

async function firstPythonCell(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  const notebook = await attached(uri, (each) => vscode.workspace.openNotebookDocument(each));
  return notebook.getCells().find(({ document }) => document.languageId === 'python')?.document;
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
