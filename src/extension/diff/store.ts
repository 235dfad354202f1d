/** Pending changes in the extension's storage, one file each: what a reload or a crash finds again. */
import * as vscode from 'vscode';
import { BackupFolders, entriesOf, ifThere } from './backupFolders.js';
import { digestOf, serialise, type PendingChange } from '../../edits/index.js';

const WRITE_DELAY_MILLISECONDS = 200;

export interface StoredChange {
  readonly uri: string;
  readonly json: string;
}

/** A backup in another window's folder. */
export interface OthersChange extends StoredChange {
  readonly file: vscode.Uri;
  /** Milliseconds since 1970. */
  readonly changed: number;
}

export class PendingStore implements vscode.Disposable {
  private readonly folders: BackupFolders;
  /** Files with a backup in this window's folder. */
  private readonly held = new Set<string>();
  /** Backups of others that are pending in this window as well. */
  private readonly joined = new Set<string>();
  private readonly dirty = new Map<string, PendingChange>();
  private timer: NodeJS.Timeout | undefined;
  /** Writes follow one another, so that an older one never wins. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    storage: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.folders = new BackupFolders(storage);
  }

  /** Writes a state now; resolves when it is on the disk. */
  async write(state: PendingChange): Promise<void> {
    this.dirty.delete(state.uri);
    const bytes = new TextEncoder().encode(serialise(state));
    this.held.add(state.uri);
    await this.enqueue(async () => {
      await vscode.workspace.fs.createDirectory(this.folders.own);
      await vscode.workspace.fs.writeFile(this.fileOf(state.uri), bytes);
    });
  }

  /** Writes a state soon: for keystrokes. */
  writeSoon(state: PendingChange): void {
    this.dirty.set(state.uri, state);
    this.timer ??= setTimeout(() => {
      this.flush().catch((error: unknown) => this.log.error('Pending changes could not be stored.', error));
    }, WRITE_DELAY_MILLISECONDS);
  }

  /** Writes what is waiting to be written. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await Promise.all([...this.dirty.values()].map((state) => this.write(state)));
    await this.writing;
  }

  /** Nothing is pending in this file any more. */
  async remove(uri: string): Promise<void> {
    this.dirty.delete(uri);
    this.held.delete(uri);
    await this.enqueue(() => removeIfThere(this.fileOf(uri)));
  }

  /**
   * What windows on this workspace left behind that are gone by now, this one's past among them. It is this window's from now on.
   * Two backups of one file can't be pending both: the older one waits until the newer is decided upon.
   */
  async takeOver(): Promise<StoredChange[]> {
    const left = (await this.folders.others()).filter(({ inUse }) => !inUse);
    const found = (await Promise.all(left.map(({ folder }) => this.readAll(folder)))).flat();
    const taken: StoredChange[] = [];
    for (const { uri, json, file } of found.sort((a, b) => b.changed - a.changed)) {
      await this.enqueue(async () => {
        if (this.joined.has(file.path)) return removeIfThere(file);
        if (this.held.has(uri)) return;
        await vscode.workspace.fs.createDirectory(this.folders.own);
        // Another window may be faster: then it is that one's.
        if (!(await ifThere(() => vscode.workspace.fs.rename(file, this.fileOf(uri))))) return;
        this.held.add(uri);
        taken.push({ uri, json });
      });
    }
    for (const { folder } of left) if ((await entriesOf(folder)).length === 0) await removeIfThere(folder);
    return taken;
  }

  /** Backups of windows that are still there: to look at only. */
  async ofOthers(): Promise<OthersChange[]> {
    const others = (await this.folders.others()).filter(({ inUse }) => inUse);
    return (await Promise.all(others.map(({ folder }) => this.readAll(folder)))).flat();
  }

  /** The text of this backup is in a document of this window, too, and pending here: it is not to be restored again. */
  join({ file }: OthersChange): void {
    this.joined.add(file.path);
  }

  private async readAll(folder: vscode.Uri): Promise<OthersChange[]> {
    const found: OthersChange[] = [];
    for (const [name] of (await entriesOf(folder)).filter(([each]) => each.endsWith('.json'))) {
      const file = vscode.Uri.joinPath(folder, name);
      // Its window may just have removed it.
      await ifThere(async () => {
        const { mtime: changed } = await vscode.workspace.fs.stat(file);
        const json = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
        const uri = uriIn(json);
        if (uri !== undefined) found.push({ uri, json, file, changed });
        else this.log.error(`Stored pending changes are unreadable: ${name}. They stay where they are.`);
      });
    }
    return found;
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.writing.then(work);
    // One failed write must not stop the next; whoever asked for it is told.
    this.writing = done.catch(() => undefined);
    return done;
  }

  private fileOf(uri: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folders.own, `${digestOf(uri)}.json`);
  }
}

async function removeIfThere(uri: vscode.Uri): Promise<void> {
  await ifThere(() => vscode.workspace.fs.delete(uri, { recursive: true }));
}

function uriIn(json: string): string | undefined {
  try {
    const value = JSON.parse(json) as { uri?: unknown };
    return typeof value.uri === 'string' ? value.uri : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
