// What the host tests of pending changes share: documents of new files, edits by text, and the commands.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { EditSet, Hunk, ProposedEdit } from '../../src/edits/index.js';
import { DIRTY_MILLISECONDS } from '../../src/extension/diff/watch.js';
import type { ArchitectApi } from '../../src/extension/main.js';
import { waitFor } from '../support/wait.js';

export const TEXT = 'a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n';

/** No test sees what another one left in the editor, which goes on holding documents for minutes. Each test file has its own copy of this one. */
const COPY = randomUUID().slice(0, 8);
let counter = 0;

export class PendingFixture {
  private readonly files: string[] = [];
  private known: ArchitectApi | undefined;

  /** Sets up and cleans up around the tests of the `describe` block it is called in. */
  static use(): PendingFixture {
    const fixture = new PendingFixture();
    before(() => fixture.activate());
    afterEach(() => fixture.cleanUp());
    return fixture;
  }

  get api(): ArchitectApi {
    assert(this.known);
    return this.known;
  }

  get folder(): string {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    assert(folder);
    return folder.uri.fsPath;
  }

  /** A path in the workspace that is removed after the test. */
  path(name: string): string {
    const file = join(this.folder, `${COPY}-${counter++}-${name}`);
    this.files.push(file);
    return file;
  }

  /** A document of a new file, shown. */
  async open(name: string, text: string): Promise<vscode.TextDocument> {
    const file = this.path(name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return (await vscode.window.showTextDocument(vscode.Uri.file(file))).document;
  }

  hunks(document: vscode.TextDocument): readonly Hunk[] {
    return this.api.hunks(document.uri.toString());
  }

  async act(command: 'keepHunk' | 'undoHunk', document: vscode.TextDocument, index: number): Promise<void> {
    const before = this.hunks(document);
    await vscode.commands.executeCommand(`architect.${command}`, {
      uri: document.uri.toString(),
      hunk: before[index]?.id,
    });
    await waitFor('the hunk to be gone', () => this.hunks(document).length < before.length);
  }

  private async activate(): Promise<void> {
    const extension = vscode.extensions.getExtension<ArchitectApi>('model-architect.model-architect');
    assert(extension);
    this.known = await extension.activate();
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
  }

  private async cleanUp(): Promise<void> {
    // Asks nothing, whatever a failed test has left.
    await vscode.commands.executeCommand('architect.keepAll');
    while (vscode.window.tabGroups.activeTabGroup.activeTab) {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
    for (const file of this.files.splice(0)) await rm(file, { force: true });
  }
}

/** The edit that puts `by` in place of the first `find`. */
export function replace(text: string, find: string, by: string): ProposedEdit {
  const start = text.indexOf(find);
  assert(start >= 0, find);
  return { start, end: start + find.length, newText: by };
}

export function setOf(document: vscode.TextDocument, edits: readonly ProposedEdit[], id = 'set'): EditSet {
  return {
    ...{ id, title: 'Title', reason: 'Reason' },
    files: [{ uri: document.uri.toString(), version: document.version, edits }],
  };
}

/**
 * Resolves when it is decided whether the last change of a document was typing or a load. That is decided by a timer of this same
 * process: it was set before this one, for a shorter time, so it has run however slow the machine is.
 */
export async function toldApart(): Promise<void> {
  await sleep(2 * DIRTY_MILLISECONDS);
}

/** Inserts whole lines as a person who types them. */
export async function type(document: vscode.TextDocument, line: number, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(line, 0), text);
  assert(await vscode.workspace.applyEdit(edit));
}
