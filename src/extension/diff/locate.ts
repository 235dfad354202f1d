/** Finds the documents that edit sets are for, and makes edits that were made for an earlier text fit the present one. */
import * as vscode from 'vscode';
import { carryFileEdit, type EditSet, type FileEdit } from '../../edits/index.js';
import { openForEdit, shortName } from './documents.js';
import type { Refused } from './pendingChanges.js';

/** The text that a file had at an earlier version, if it is remembered. */
export type TextAt = (uri: string, version: number) => string | undefined;

export interface Located {
  /** The sets with the documents' own URIs; those with a file that can't be opened or written are left out. */
  readonly sets: readonly EditSet[];
  readonly documents: ReadonlyMap<string, vscode.TextDocument>;
  readonly refused: readonly Refused[];
}

export async function locate(sets: readonly EditSet[], textAt: TextAt): Promise<Located> {
  const documents = new Map<string, vscode.TextDocument>();
  const located: EditSet[] = [];
  const refused: Refused[] = [];
  for (const set of sets) {
    const files: FileEdit[] = [];
    for (const file of set.files) {
      try {
        const document = await openForEdit(file);
        if (await isReadonly(document)) {
          refused.push({ uri: file.uri, message: `${shortName(file.uri)} is read-only. It was not modified.` });
          continue;
        }
        const uri = document.uri.toString();
        documents.set(uri, document);
        files.push({ ...file, uri });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        refused.push({ uri: file.uri, message: `${shortName(file.uri)} can't be opened: ${why}` });
      }
    }
    if (files.length === set.files.length) located.push({ ...set, files });
  }
  return { sets: located.flatMap((set) => carryOver(set, documents, textAt, refused)), documents, refused };
}

/** A set with its edits made to fit the texts as they are now; nothing, with the reason in `refused`, if they can't be. */
function carryOver(
  set: EditSet,
  documents: ReadonlyMap<string, vscode.TextDocument>,
  textAt: TextAt,
  refused: Refused[],
): EditSet[] {
  const files: FileEdit[] = [];
  for (const file of set.files) {
    const document = documents.get(file.uri);
    const from =
      document && file.version !== undefined && file.version !== document.version
        ? textAt(file.uri, file.version)
        : undefined;
    const carried =
      document && from !== undefined ? carryFileEdit(file, from, document.getText(), document.version) : file;
    if (carried) files.push(carried);
    else
      refused.push({
        uri: file.uri,
        message: `“${set.title}” is for a place that changed meanwhile. It was not modified.`,
      });
  }
  return files.length === set.files.length ? [{ ...set, files }] : [];
}

/** Whether the file system says that a file can't be written. The editor itself lets people type into such files, or not. */
async function isReadonly({ uri, isUntitled }: vscode.TextDocument): Promise<boolean> {
  if (isUntitled || uri.scheme !== 'file') return false;
  try {
    const { permissions = 0 } = await vscode.workspace.fs.stat(uri);
    return (permissions & vscode.FilePermission.Readonly) !== 0;
  } catch (error) {
    // Deleted meanwhile by another program: what is open can still be changed, and saving brings it back.
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
