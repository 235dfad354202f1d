/** What was attached to a question, opened. */
import { posix } from 'node:path';
import * as vscode from 'vscode';

/**
 * What `open` makes of an attached file.
 * @throws Error in words for people, if the file is gone or can't be read: the editor's own messages are made of addresses
 */
export async function attached<T>(uri: vscode.Uri, open: (uri: vscode.Uri) => Thenable<T>): Promise<T> {
  try {
    return await open(uri);
  } catch (error) {
    const what = (await isGone(uri)) ? 'is no longer there' : 'can’t be read';
    const message = `${nameOf(uri)}, which is attached, ${what}. Attach it again, or ask without it.`;
    throw new Error(message, { cause: error });
  }
}

/** What people call a file. */
export function nameOf(uri: vscode.Uri): string {
  return posix.basename(uri.path);
}

async function isGone(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return false;
  } catch (error) {
    return error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
  }
}
