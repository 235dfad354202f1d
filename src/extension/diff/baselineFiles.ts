/**
 * The baselines as read-only files, for the native peek and diff editors. A file system rather than a content provider:
 * the latter drops change events that follow each other quickly.
 */
import * as vscode from 'vscode';
import { baselineText } from '../../edits/index.js';
import { isCell } from '../notebooks.js';
import type { PendingChanges } from './pendingChanges.js';

export const BASELINE_SCHEME = 'architect-baseline';

/**
 * The baseline of a document: same path, so that the language is found; the document's own URI in the query. A cell's is a file
 * of Python, or it would open as a notebook.
 */
export function baselineUri(uri: vscode.Uri): vscode.Uri {
  const path = isCell(uri) ? `${uri.path}.py` : uri.path;
  return vscode.Uri.from({ scheme: BASELINE_SCHEME, path, query: uri.toString() });
}

/** The document of a baseline. */
export function originalUri(baseline: vscode.Uri): string {
  return baseline.query;
}

/** Serves the baselines of all files that have pending changes, or had. */
export function registerBaselineFiles(pending: PendingChanges): vscode.Disposable {
  const files = new BaselineFiles(pending);
  return vscode.Disposable.from(
    files,
    vscode.workspace.registerFileSystemProvider(BASELINE_SCHEME, files, { isReadonly: true, isCaseSensitive: true }),
  );
}

class BaselineFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changes.event;
  /** A file's time must grow with each change, or editors won't read it again. */
  private readonly texts = new Map<string, { text: string; mtime: number }>();
  private readonly listener: vscode.Disposable;
  private clock = Date.now();

  constructor(private readonly pending: PendingChanges) {
    this.listener = pending.onDidChange((uri) => this.update(uri));
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const { text, mtime } = this.entry(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime,
      size: Buffer.byteLength(text),
      permissions: vscode.FilePermission.Readonly,
    };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return new TextEncoder().encode(this.entry(uri).text);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  readDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.FileNotADirectory(uri);
  }

  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  dispose(): void {
    this.listener.dispose();
    this.changes.dispose();
  }

  private entry(uri: vscode.Uri): { text: string; mtime: number } {
    const original = originalUri(uri);
    const entry = this.texts.get(original) ?? this.update(original);
    if (!entry) throw vscode.FileSystemError.FileNotFound(uri);
    return entry;
  }

  private update(original: string): { text: string; mtime: number } | undefined {
    const state = this.pending.state(original);
    const known = this.texts.get(original);
    // When nothing is pending any more, document and baseline are the same; an open diff may still show the last one.
    if (!state) return known;
    const text = baselineText(state);
    if (known?.text === text) return known;
    const entry = { text, mtime: ++this.clock };
    this.texts.set(original, entry);
    this.changes.fire([{ type: vscode.FileChangeType.Changed, uri: baselineUri(vscode.Uri.parse(original)) }]);
    return entry;
  }
}
