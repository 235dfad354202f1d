/** Pending changes in the extension's storage, one file each: what a reload or a crash finds again. */
import * as vscode from 'vscode';
import { randomUUID } from 'node:crypto';
import {
  digestOf,
  headOf,
  headOfState,
  serialise,
  uriIn,
  type PendingChange,
  type StoredHead,
} from '../../edits/index.js';
import { BackupFolders, entriesOf, ifThere } from './backupFolders.js';
import { saysNothingNew, sortOut, textKey } from './leftovers.js';

const WRITE_DELAY_MILLISECONDS = 200;

/** A backup that nothing is pending of: it lies in a file of its own, which no later proposal writes to. */
export interface StoredChange {
  readonly uri: string;
  readonly json: string;
  readonly file: vscode.Uri;
}

/** A backup of a window that is gone, which can't be read. */
export interface UnreadableBackup {
  /** What it was of, if that much can be read. */
  readonly uri: string | undefined;
  readonly file: vscode.Uri;
}

/** A backup in another window's folder. */
export interface OthersChange extends StoredChange, StoredHead {
  /** Milliseconds since 1970. */
  readonly changed: number;
}

export class PendingStore implements vscode.Disposable {
  private readonly folders: BackupFolders;
  /** What this window's folder has of files with pending changes. */
  private readonly held = new Map<string, PendingChange>();
  /** Backups in this window's folder that wait for the user's decision, by path. */
  private readonly undecided = new Map<string, StoredHead>();
  /** Texts of others that are pending in this window as well. */
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
    this.held.set(state.uri, state);
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

  /** Nothing is pending in this file any more: all that was is decided upon. */
  async remove(uri: string): Promise<void> {
    const last = this.dirty.get(uri) ?? this.held.get(uri);
    this.dirty.delete(uri);
    // Asked for with each keystroke in a file that had changes once.
    if (!this.held.delete(uri) || !last) return;
    await this.enqueue(async () => {
      await removeIfThere(this.fileOf(uri));
      // Or what was decided here would come back from a window that is gone.
      const decided = headOfState(last);
      for (const left of (await this.leftBehind()).found)
        if (saysNothingNew(left, decided)) await removeIfThere(left.file);
    });
  }

  /** The file has a new name: its backup, too. */
  async rename(from: string, state: PendingChange): Promise<void> {
    await this.write(state);
    await this.remove(from);
  }

  /** Puts a file's backup where the user's next changes of the file don't touch it. */
  async setAside(state: PendingChange): Promise<StoredChange> {
    const { uri } = state;
    const stored = { uri, json: serialise(state), file: this.newFile() };
    this.dirty.delete(uri);
    this.held.delete(uri);
    await this.enqueue(async () => {
      await vscode.workspace.fs.createDirectory(this.folders.own);
      await vscode.workspace.fs.writeFile(stored.file, new TextEncoder().encode(stored.json));
      await removeIfThere(this.fileOf(uri));
    });
    this.undecided.set(stored.file.path, headOfState(state));
    return stored;
  }

  /** The user has decided about a backup, or its changes are pending again and stored as such. */
  async drop({ file }: Pick<StoredChange, 'file'>): Promise<void> {
    this.undecided.delete(file.path);
    await this.enqueue(() => removeIfThere(file));
  }

  /**
   * What windows on this workspace left behind that are gone by now, this one's past among them. It is this window's from now on.
   * Two backups of one file can't be pending both: the older one waits until the newer is decided upon.
   */
  async takeOver(): Promise<{ taken: StoredChange[]; unreadable: UnreadableBackup[] }> {
    const { folders, found, unreadable } = await this.leftBehind();
    const { take, obsolete } = sortOut(found, this.known(), this.joined);
    for (const { file } of obsolete) await this.enqueue(() => removeIfThere(file));
    const taken: StoredChange[] = [];
    for (const { json, file, ...head } of take) {
      await this.enqueue(async () => {
        await vscode.workspace.fs.createDirectory(this.folders.own);
        const own = this.newFile();
        // Another window may be faster: then it is that one's.
        if (!(await ifThere(() => vscode.workspace.fs.rename(file, own)))) return;
        this.undecided.set(own.path, head);
        taken.push({ uri: head.uri, json, file: own });
      });
    }
    for (const folder of folders) if ((await entriesOf(folder)).length === 0) await removeIfThere(folder);
    return { taken, unreadable };
  }

  /** Folders of windows that are gone, and the backups in them. */
  private async leftBehind(): Promise<{
    folders: vscode.Uri[];
    found: OthersChange[];
    unreadable: UnreadableBackup[];
  }> {
    const folders = (await this.folders.others()).filter(({ inUse }) => !inUse).map(({ folder }) => folder);
    const unreadable: UnreadableBackup[] = [];
    const found = (await Promise.all(folders.map((folder) => this.readAll(folder, unreadable)))).flat();
    return { folders, found, unreadable };
  }

  /** What this window has backups of. */
  private known(): StoredHead[] {
    return [...[...this.held.values()].map(headOfState), ...this.undecided.values()];
  }

  /** Backups of windows that are still there: to look at only. */
  async ofOthers(): Promise<OthersChange[]> {
    const others = (await this.folders.others()).filter(({ inUse }) => inUse);
    // One that is being written is read the next time.
    return (await Promise.all(others.map(({ folder }) => this.readAll(folder, [])))).flat();
  }

  /** The text of this backup is in a document of this window, too, and pending here: it is not to be restored again. */
  join({ uri, texts }: OthersChange): void {
    for (const text of texts) this.joined.add(textKey(uri, text));
  }

  private async readAll(folder: vscode.Uri, unreadable: UnreadableBackup[]): Promise<OthersChange[]> {
    const found: OthersChange[] = [];
    for (const [name] of (await entriesOf(folder)).filter(([each]) => each.endsWith('.json'))) {
      const file = vscode.Uri.joinPath(folder, name);
      // Its window may just have removed it.
      await ifThere(async () => {
        const { mtime: changed } = await vscode.workspace.fs.stat(file);
        const json = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
        const head = headOf(json);
        if (head) found.push({ ...head, json, file, changed });
        else unreadable.push({ uri: uriIn(json), file });
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

  private newFile(): vscode.Uri {
    return vscode.Uri.joinPath(this.folders.own, `undecided-${randomUUID()}.json`);
  }
}

async function removeIfThere(uri: vscode.Uri): Promise<void> {
  await ifThere(() => vscode.workspace.fs.delete(uri, { recursive: true }));
}
