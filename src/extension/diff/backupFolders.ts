/**
 * Where backups of pending changes lie: each window has a folder of its own, since two of them may show one workspace, each with
 * its own unsaved text. The editor gives a second window on a workspace another storage folder, with `-1` at its name.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

const FOLDER = 'pending';

export interface OtherFolder {
  readonly folder: vscode.Uri;
  /** Its window is still there, and its changes are that one's. */
  readonly inUse: boolean;
}

export class BackupFolders {
  readonly own: vscode.Uri;

  /** @param storage the extension's storage folder for this window */
  constructor(private readonly storage: vscode.Uri) {
    this.own = vscode.Uri.joinPath(storage, FOLDER, `${process.pid}-${randomUUID().slice(0, 8)}`);
  }

  /** The folders of other windows on the same workspace, those of the past as well. */
  async others(): Promise<OtherFolder[]> {
    const found: OtherFolder[] = [];
    for (const storage of await this.storages()) {
      const root = vscode.Uri.joinPath(storage, FOLDER);
      for (const [name, type] of await entriesOf(root)) {
        const folder = vscode.Uri.joinPath(root, name);
        if (type !== vscode.FileType.Directory || folder.path === this.own.path) continue;
        const id = Number.parseInt(name, 10);
        found.push({ folder, inUse: id !== process.pid && isRunning(id) });
      }
    }
    return found;
  }

  /** This window's storage folder, and those that other windows on the workspace have or had. */
  private async storages(): Promise<vscode.Uri[]> {
    const extension = nameOf(this.storage);
    const ofWorkspace = parentOf(this.storage);
    const withoutNumber = nameOf(ofWorkspace).replace(/-\d+$/, '');
    const names = (await entriesOf(parentOf(ofWorkspace)))
      .map(([name]) => name)
      .filter((name) => name.replace(/-\d+$/, '') === withoutNumber);
    return names.map((name) => vscode.Uri.joinPath(parentOf(ofWorkspace), name, extension));
  }
}

/** What is in a folder; nothing if there is none. */
export async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  let entries: [string, vscode.FileType][] = [];
  await ifThere(async () => {
    entries = await vscode.workspace.fs.readDirectory(folder);
  });
  return entries;
}

/** Does something with a file that may be gone: `false` if it is. */
export async function ifThere(work: () => Thenable<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}

/** Whether a process of this machine runs. Another one may have its number by now: then its backups wait, but are not lost. */
function isRunning(id: number): boolean {
  if (!Number.isInteger(id) || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // Somebody else's process can't be signalled, but is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function parentOf(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..');
}

function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
