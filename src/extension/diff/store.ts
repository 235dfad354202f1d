/** Pending changes in the extension's storage, one file each: what a reload or a crash finds again. */
import * as vscode from 'vscode';
import { digestOf, serialise, type PendingChange } from '../../edits/index.js';

const WRITE_DELAY_MILLISECONDS = 200;

export interface StoredChange {
  readonly uri: string;
  readonly json: string;
}

export class PendingStore implements vscode.Disposable {
  private readonly folder: vscode.Uri;
  private readonly dirty = new Map<string, PendingChange>();
  private timer: NodeJS.Timeout | undefined;
  /** Writes follow one another, so that an older one never wins. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    storage: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.folder = vscode.Uri.joinPath(storage, 'pending');
  }

  /** Writes a state now; resolves when it is on the disk. */
  async write(state: PendingChange): Promise<void> {
    this.dirty.delete(state.uri);
    const bytes = new TextEncoder().encode(serialise(state));
    await this.enqueue(async () => {
      await vscode.workspace.fs.createDirectory(this.folder);
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
    await this.enqueue(async () => {
      try {
        await vscode.workspace.fs.delete(this.fileOf(uri));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    });
  }

  /** Everything that was stored. */
  async readAll(): Promise<StoredChange[]> {
    let entries: [string, vscode.FileType][];
    try {
      entries = await vscode.workspace.fs.readDirectory(this.folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
    const found: StoredChange[] = [];
    for (const [name] of entries.filter(([file]) => file.endsWith('.json'))) {
      const json = new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.folder, name)));
      const uri = uriIn(json);
      if (uri === undefined)
        this.log.error(`Stored pending changes are unreadable: ${name}. They stay where they are.`);
      else found.push({ uri, json });
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
    return vscode.Uri.joinPath(this.folder, `${digestOf(uri)}.json`);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
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
