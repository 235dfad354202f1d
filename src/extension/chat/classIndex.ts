/** Which Python files of the workspace define which classes and modules, as far as a question needs it. Kept until files change. */
import * as vscode from 'vscode';

/** Folders nobody means by "my model". */
const ELSEWHERE = '**/{node_modules,.venv,venv,site-packages,.git,__pycache__,build,dist}/**';
const MOST_FILES = 300;

interface Found {
  /** Of its classes. */
  readonly names: readonly string[];
  /** Whether it speaks of `nn.Module`. */
  readonly modules: boolean;
}

interface Known {
  readonly uri: vscode.Uri;
  /** `undefined`: the file has changed since it was read. */
  found: Promise<Found> | undefined;
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
        if (file) file.found = undefined;
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
  const files = await everything();
  return names.map((name) => files.find((file) => file.names.includes(name))).find(Boolean)?.uri;
}

/** The file to look at where nobody says which: shallow ones first, what a project is about rarely hides deep below. */
export async function fileWithModules(): Promise<vscode.Uri | undefined> {
  const depth = ({ path }: vscode.Uri): number => path.split('/').length;
  return (await everything())
    .filter(({ modules }) => modules)
    .map(({ uri }) => uri)
    .sort((a, b) => depth(a) - depth(b) || a.path.localeCompare(b.path))[0];
}

async function everything(): Promise<readonly (Found & { readonly uri: vscode.Uri })[]> {
  known ??= list().catch((error: unknown) => {
    known = undefined;
    throw error;
  });
  const files = [...(await known).values()];
  return Promise.all(files.map(async (file) => ({ uri: file.uri, ...(await (file.found ??= look(file.uri))) })));
}

async function list(): Promise<Map<string, Known>> {
  const uris = await vscode.workspace.findFiles('**/*.py', ELSEWHERE, MOST_FILES);
  return new Map(uris.map((uri) => [uri.toString(), { uri, found: undefined }]));
}

async function look(uri: vscode.Uri): Promise<Found> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const names = [...text.matchAll(/^[ \t]*class\s+(\w+)/gm)].map(([, name = '']) => name);
    return { names, modules: /\bnn\.Module\b/.test(text) };
  } catch (error) {
    // Gone in the meantime, or not for this user: nothing in it could be shown.
    if (error instanceof vscode.FileSystemError) return { names: [], modules: false };
    throw error;
  }
}
