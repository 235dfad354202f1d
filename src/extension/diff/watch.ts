/** Follows what happens to the documents with pending changes: typing, saving, closing, renaming, deleting, other programs. */
import * as vscode from 'vscode';
import {
  afterInFlight,
  onDocumentChange,
  onExternalChange,
  onSaved,
  renamed,
  type PendingChange,
} from '../../edits/index.js';
import { plural } from '../../texts.js';
import { isCell } from '../notebooks.js';
import { changeOf, exists, openDocument, shortName } from './documents.js';
import type { PendingChanges } from './pendingChanges.js';

/** Saving all files, or auto-save, is told once. */
const TELL_MILLISECONDS = 400;
/** So long a changed document may take to become dirty. */
export const DIRTY_MILLISECONDS = 100;
/** A document that is closed may be opened again at once: under its new name, or by a reload. */
const CLOSED_MILLISECONDS = 500;

export interface WatchOptions {
  readonly log: vscode.LogOutputChannel;
  /** Tells the user something once. */
  readonly tell: (text: string) => void;
  /** A file with pending changes was closed without them. Nothing is pending in it any more; the backup is still there. */
  readonly onLeftBehind: (state: PendingChange) => void;
}

export function watchDocuments(pending: PendingChanges, options: WatchOptions): vscode.Disposable {
  return new DocumentWatch(pending, options);
}

class DocumentWatch implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private readonly saved = new Set<string>();
  /** Files that may have been loaded again, as they were before. */
  private readonly loading = new Map<string, PendingChange>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly pending: PendingChanges,
    private readonly options: WatchOptions,
  ) {
    const { workspace } = vscode;
    this.disposables = [
      workspace.onDidChangeTextDocument((event) => this.changed(event)),
      workspace.onDidOpenTextDocument((document) => this.opened(document)),
      workspace.onDidSaveTextDocument(({ uri }) => this.savedNow([uri.toString()])),
      workspace.onDidSaveNotebookDocument((notebook) =>
        this.savedNow(notebook.getCells().map(({ document }) => document.uri.toString())),
      ),
      workspace.onDidChangeNotebookDocument((event) => this.cellsChanged(event)),
      workspace.onDidCloseTextDocument(({ uri }) => this.closed(uri)),
      workspace.onDidRenameFiles(({ files }) => files.forEach(({ oldUri, newUri }) => this.renamed(oldUri, newUri))),
      workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.deleted(uri))),
    ];
  }

  dispose(): void {
    this.timers.forEach(clearTimeout);
    for (const each of this.disposables) each.dispose();
  }

  private changed(event: vscode.TextDocumentChangeEvent): void {
    const { document } = event;
    const uri = document.uri.toString();
    this.takeOver(document);
    if (document.isDirty) this.loading.delete(uri);
    const state = this.pending.tracked(uri);
    if (!state || document.getText() === state.document) return;
    const mayBeLoaded =
      !document.isDirty &&
      event.reason === undefined &&
      !state.inFlight &&
      !document.isUntitled &&
      !isCell(document.uri);
    if (mayBeLoaded && !this.loading.has(uri)) {
      this.loading.set(uri, state);
      this.later(DIRTY_MILLISECONDS, () => this.loaded(document));
    }
    this.pending.update(onDocumentChange(state, changeOf(event)).state);
  }

  /** Loading a file again leaves its document clean; a person's typing makes it dirty, which is told a moment later. */
  private loaded(document: vscode.TextDocument): void {
    const uri = document.uri.toString();
    const before = this.loading.get(uri);
    this.loading.delete(uri);
    const now = this.pending.tracked(uri);
    // What was kept or undone in between has been decided on the text as it is.
    if (!before || !now || now.inFlight || now.kept.length !== before.kept.length || document.isClosed) return;
    const step = onExternalChange(before, document.getText(), document.version);
    if (step.gone.length > 0)
      this.options.log.info(
        `${shortName(uri)} was changed by another program; ${plural(step.gone.length, 'change')} gone with it.`,
      );
    this.pending.update(step.state);
  }

  private opened(document: vscode.TextDocument): void {
    this.takeOver(document);
    const state = this.pending.tracked(document.uri.toString());
    if (state) this.pending.update(onExternalChange(state, document.getText(), document.version).state);
  }

  /** A new file is being saved: the editor makes an empty one, fills it with the text, and empties the draft. */
  private takeOver(document: vscode.TextDocument): void {
    const { uri, version } = document;
    if (uri.scheme !== 'file' || this.pending.tracked(uri.toString())) return;
    const draft = this.pending.tracked(uri.with({ scheme: 'untitled' }).toString());
    if (draft && draft.ranges.length > 0 && draft.document === document.getText())
      this.pending.move(draft, { ...renamed(draft, uri.toString()), version });
  }

  private savedNow(uris: readonly string[]): void {
    for (const uri of uris) {
      const state = this.pending.tracked(uri);
      if (!state) continue;
      const { state: next, tell } = onSaved(state);
      if (!tell) continue;
      this.pending.update(next);
      if (this.saved.size === 0) this.later(TELL_MILLISECONDS, () => this.tellSaved());
      this.saved.add(uri);
    }
  }

  private tellSaved(): void {
    const uris = [...this.saved].filter((uri) => this.pending.state(uri));
    this.saved.clear();
    const count = uris.reduce((sum, uri) => sum + (this.pending.state(uri)?.ranges.length ?? 0), 0);
    if (count === 0) return;
    const names = [...new Set(uris.map(shortName))];
    this.options.tell(
      `${names.join(' and ')} ${names.length === 1 ? 'was' : 'were'} saved with ${count === 1 ? 'a change' : `${count} changes`} that you have neither kept nor undone. Undo still restores every byte.`,
    );
  }

  private closed(uri: vscode.Uri): void {
    if (!this.pending.state(uri.toString()) || isCell(uri)) return;
    this.later(CLOSED_MILLISECONDS, () => {
      this.lookAfter(uri).catch((error: unknown) => this.options.log.error('A closed file could not be read.', error));
    });
  }

  /** A document with pending changes was closed: the disk may have them, or what was there before, or nothing. */
  private async lookAfter(uri: vscode.Uri): Promise<void> {
    const state = this.pending.state(uri.toString());
    if (!state || openDocument(state.uri)) return;
    if (uri.scheme === 'untitled') {
      // The editor has asked whether to save it.
      this.options.log.info(`${shortName(state.uri)} is gone, and ${plural(state.ranges.length, 'change')} with it.`);
      return this.pending.forget(state.uri);
    }
    if (!(await exists(uri))) return this.leaveBehind(state);
    const bytes = await vscode.workspace.fs.readFile(uri);
    // Opening it tells what is there by now.
    if (new TextDecoder().decode(bytes) === state.document) return void (await vscode.workspace.openTextDocument(uri));
    this.leaveBehind(state);
  }

  private leaveBehind(state: PendingChange): void {
    this.pending.leave(state.uri);
    this.options.onLeftBehind(state);
  }

  private renamed(from: vscode.Uri, to: vscode.Uri): void {
    for (const state of this.pending.everyTracked()) {
      const rest = within(from, state.uri);
      if (rest !== undefined) this.pending.move(state, renamed(state, to.with({ path: to.path + rest }).toString()));
    }
  }

  private deleted(deleted: vscode.Uri): void {
    for (const state of this.pending.everyTracked()) if (within(deleted, state.uri) !== undefined) this.gone(state);
  }

  /** A cell that was moved is removed and added, a deleted one is gone. */
  private cellsChanged({ notebook, contentChanges }: vscode.NotebookDocumentChangeEvent): void {
    const present = new Set(notebook.getCells().map((cell) => cell.document.uri.toString()));
    for (const { document } of contentChanges.flatMap(({ removedCells }) => removedCells)) {
      const state = this.pending.tracked(document.uri.toString());
      if (state && !present.has(state.uri)) this.gone(state);
    }
  }

  private gone(state: PendingChange): void {
    // A new file goes with the undo of its last hunk. Any other may come back, and its changes with it.
    if (state.ranges.length === 0 || afterInFlight(state).ranges.length === 0) this.pending.forget(state.uri);
    else this.leaveBehind(state);
  }

  private later(milliseconds: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      run();
    }, milliseconds);
    this.timers.add(timer);
  }
}

/** The rest of a URI's path below a file or folder; `''` for the file itself, `undefined` for others. */
function within(folder: vscode.Uri, uri: string): string | undefined {
  const { scheme, path } = vscode.Uri.parse(uri);
  if (scheme !== folder.scheme) return undefined;
  if (path === folder.path) return '';
  return path.startsWith(`${folder.path}/`) ? path.slice(folder.path.length) : undefined;
}
