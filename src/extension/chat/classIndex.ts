/** Which Python files of the workspace define which classes, as far as a question's words need it. Kept until files change. */
import * as vscode from 'vscode';

/** Folders nobody means by "my model". */
export const ELSEWHERE = '**/{node_modules,.venv,venv,site-packages,.git,__pycache__,build,dist}/**';
export const MOST_FILES = 300;

let known: Promise<ReadonlyMap<string, vscode.Uri>> | undefined;

/** Forgets what it knows when a Python file comes, goes or is saved. */
export function watchClasses(): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.py');
  const forget = (): void => void (known = undefined);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(forget),
    watcher.onDidCreate(forget),
    watcher.onDidDelete(forget),
    vscode.workspace.onDidChangeWorkspaceFolders(forget),
  );
}

/** A file that defines a class of one of these names, in the order of the names. */
export async function fileWithClass(names: readonly string[]): Promise<vscode.Uri | undefined> {
  known ??= read().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  const classes = await known;
  return names.map((name) => classes.get(name)).find((uri) => uri !== undefined);
}

async function read(): Promise<ReadonlyMap<string, vscode.Uri>> {
  const found = new Map<string, vscode.Uri>();
  const uris = await vscode.workspace.findFiles('**/*.py', ELSEWHERE, MOST_FILES);
  const texts = await Promise.all(
    uris.map(async (uri) => ({ uri, text: new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)) })),
  );
  for (const { uri, text } of texts)
    for (const [, name = ''] of text.matchAll(/^[ \t]*class\s+(\w+)/gm)) if (!found.has(name)) found.set(name, uri);
  return found;
}
