/** Which Python files of the workspace define which classes, as far as a question's words need it. Kept until files change. */
import * as vscode from 'vscode';

/** Folders nobody means by "my model". */
export const ELSEWHERE = '**/{node_modules,.venv,venv,site-packages,.git,__pycache__,build,dist}/**';
export const MOST_FILES = 300;

interface Known {
  readonly uri: vscode.Uri;
  /** Of its classes; `undefined`: the file has changed since it was read. */
  names: Promise<readonly string[]> | undefined;
}

let known: Promise<Map<string, Known>> | undefined;

/** Forgets what changes: a file that is saved is read again, not all of them. */
export function watchClasses(): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.py');
  const forget = (): void => void (known = undefined);
  const stale = (uri: vscode.Uri): void => {
    known?.then(
      (files) => {
        const file = files.get(uri.toString());
        if (file) file.names = undefined;
      },
      () => undefined,
    );
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(stale),
    watcher.onDidCreate(forget),
    watcher.onDidDelete(forget),
    vscode.workspace.onDidChangeWorkspaceFolders(forget),
  );
}

/** A file that defines a class of one of these names, in the order of the names. */
export async function fileWithClass(names: readonly string[]): Promise<vscode.Uri | undefined> {
  known ??= list().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  const files = [...(await known).values()];
  const classes = await Promise.all(files.map((file) => (file.names ??= namesIn(file.uri))));
  return names.map((name) => files[classes.findIndex((each) => each.includes(name))]).find(Boolean)?.uri;
}

async function list(): Promise<Map<string, Known>> {
  const uris = await vscode.workspace.findFiles('**/*.py', ELSEWHERE, MOST_FILES);
  return new Map(uris.map((uri) => [uri.toString(), { uri, names: undefined }]));
}

async function namesIn(uri: vscode.Uri): Promise<readonly string[]> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return [...text.matchAll(/^[ \t]*class\s+(\w+)/gm)].map(([, name = '']) => name);
  } catch (error) {
    // Gone in the meantime, or not for this user: nothing in it could be shown.
    if (error instanceof vscode.FileSystemError) return [];
    throw error;
  }
}
