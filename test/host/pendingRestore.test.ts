// What comes back after a reload, and what the user is asked. Each "window" is a store and its pending changes on one storage.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import {
  afterInFlight,
  hunksOf,
  propose,
  serialise,
  track,
  type EditSet,
  type PendingChange,
  type ProposedEdit,
} from '../../src/edits/index.js';
import { openDocument } from '../../src/extension/diff/documents.js';
import { PendingChanges } from '../../src/extension/diff/pendingChanges.js';
import { offerAgain, restorePending } from '../../src/extension/diff/restore.js';
import { PendingStore } from '../../src/extension/diff/store.js';
import { watchDocuments } from '../../src/extension/diff/watch.js';
import { waitFor } from '../support/wait.js';
import { PendingFixture, replace, setOf, TEXT, type } from './pendingFixture.js';

const B = replace(TEXT, 'b = 2', 'b = 20');
const D = replace(TEXT, 'd = 4', 'd = 40');
const PROPOSED = TEXT.replace('b = 2', 'b = 20').replace('d = 4', 'd = 40');

/** How the editor's functions are stood in for. */
const OPEN = { configurable: true, writable: true, enumerable: true };

/** A question of the extension, which the test answers when it likes. */
interface Question {
  readonly text: string;
  readonly answers: readonly string[];
  readonly answer: (choice?: string) => void;
}

class Questions {
  readonly asked: Question[] = [];
  private readonly original = vscode.window.showWarningMessage;

  constructor() {
    this.put((text: string, ...answers: string[]) => {
      return new Promise<string | undefined>((resolve) => this.asked.push({ text, answers, answer: resolve }));
    });
  }

  /** The next one with this in its text. */
  async next(part: string): Promise<Question> {
    // A failure tells what was asked instead.
    await waitFor(
      `a question with “${part}”`,
      () => this.asked.map(({ text }) => text),
      (texts) => texts.some((text) => text.includes(part)),
    );
    const question = this.asked.find(({ text }) => text.includes(part));
    assert(question);
    this.asked.splice(this.asked.indexOf(question), 1);
    return question;
  }

  restore(): void {
    this.put(this.original);
  }

  private put(value: unknown): void {
    Object.defineProperty(vscode.window, 'showWarningMessage', { ...OPEN, value });
  }
}

describe('stored pending changes', () => {
  const fixture = PendingFixture.use();
  const log = vscode.window.createOutputChannel('Stored changes', { log: true });
  const disposables: vscode.Disposable[] = [];
  const stores: PendingStore[] = [];
  let root = '';
  let questions: Questions;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'model-architect-storage-'));
    questions = new Questions();
  });
  afterEach(async () => {
    questions.restore();
    for (const each of disposables.splice(0)) each.dispose();
    // What is being written would be a file in a folder that is being removed.
    for (const store of stores.splice(0)) await store.flush();
    await rm(root, { recursive: true });
  });
  after(() => log.dispose());

  /** A window on the workspace: its storage, and what is pending in it. */
  function openWindow(): { pending: PendingChanges; store: PendingStore; restored: Promise<void> } {
    const store = new PendingStore(vscode.Uri.file(join(root, 'workspace', 'extension')), log);
    const pending = new PendingChanges(store, log);
    const watch = watchDocuments(pending, {
      log,
      tell: () => undefined,
      onLeftBehind: (state) => void offerAgain(state, pending, store, log),
    });
    disposables.push(store, pending, watch);
    stores.push(store);
    return { pending, store, restored: restorePending(pending, store, log) };
  }

  function proposedIn(uri: string, edits: readonly ProposedEdit[], text = TEXT): PendingChange {
    const set: EditSet = { id: 'set', title: 'Title', reason: '', files: [{ uri, edits }] };
    const action = propose(track(uri, text, 1), set, set.files[0]!);
    assert(action.ok);
    return afterInFlight(action.state);
  }

  /** What a window left behind, which is gone (0) or still there (process 1 always is). */
  async function leave(state: PendingChange, folder = '0-gone'): Promise<void> {
    const path = join(root, 'workspace', 'extension', 'pending', folder);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'a.json'), serialise(state));
  }

  /** A document of a new file for which a window that is gone had proposed these changes. */
  async function leaveIn(
    name: string,
    text: string,
    edits: readonly ProposedEdit[],
  ): Promise<{ document: vscode.TextDocument; uri: string }> {
    const document = await fixture.open(name, text);
    const uri = document.uri.toString();
    await leave(proposedIn(uri, edits));
    return { document, uri };
  }

  /** The texts that the backups of all windows would bring back, once all is written and removed that was to be. */
  async function backups(): Promise<string[]> {
    for (const store of stores) await store.flush();
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    const json = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
    return (await Promise.all(json)).filter((text) => text.includes('architect.pendingChange'));
  }

  function linesOf(pending: PendingChanges, uri: string): string[] {
    return pending.hunks(uri).flatMap(({ added }) => added);
  }

  it('are pending again, and their old backup goes when they have one of their own', async () => {
    const { uri } = await leaveIn('back.txt', PROPOSED, [B, D]);
    const { pending } = openWindow();
    await waitFor('both', () => pending.hunks(uri).length === 2);
    await waitFor('one backup', async () => (await backups()).length === 1);
    await pending.keep(uri);
    await waitFor('no backup', async () => (await backups()).length === 0);
  });

  it('are taken up on the text as it is when the user answers, not when he was asked', async () => {
    const { document, uri } = await leaveIn('typed.txt', TEXT, [B, D]);
    const { pending } = openWindow();
    const question = await questions.next('holds its text without the 2 changes');
    assert.deepEqual(question.answers, ['Take Up Again', 'Compare', 'Forget the Changes']);
    await type(document, 0, '# typed while the question stood\n');
    question.answer('Take Up Again');
    await waitFor('the changes', () => document.getText() === '# typed while the question stood\n' + PROPOSED);
    assert.deepEqual(linesOf(pending, uri), ['b = 20', 'd = 40']);
    await pending.undo(uri);
    assert.equal(document.getText(), '# typed while the question stood\n' + TEXT);
  });

  it('are all there again when another program took away some', async () => {
    const { document, uri } = await leaveIn('partly.txt', '# pulled\n' + TEXT.replace('b = 2', 'b = 20'), [B, D]);
    const { pending } = openWindow();
    (await questions.next('changed since it had 2 changes pending')).answer('Take Up Again');
    await waitFor('the text', () => document.getText() === '# pulled\n' + PROPOSED);
    assert.deepEqual(linesOf(pending, uri), ['b = 20', 'd = 40']);
    await waitFor('one backup', async () => (await backups()).length === 1);
  });

  it('can be compared before the user decides, and forgotten', async () => {
    const document = await fixture.open('compared.txt', TEXT.replace('e = 5', 'e = 6'));
    await leave(proposedIn(document.uri.toString(), [B]));
    openWindow();
    (await questions.next('changed since it had 1 change pending')).answer('Compare');
    await waitFor('the comparison', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputTextDiff && input.modified.toString() === document.uri.toString();
    });
    (await questions.next('changed since')).answer('Forget the Changes');
    await waitFor('no backup', async () => (await backups()).length === 0);
    assert.equal(document.getText(), TEXT.replace('e = 5', 'e = 6'));
  });

  it('and a newer proposal of the file don’t touch each other while the question stands', async () => {
    const { document, uri } = await leaveIn('newer.txt', TEXT, [B]);
    const { pending } = openWindow();
    const question = await questions.next('holds its text without the 1 change');
    await pending.propose([setOf(document, [D])]);
    assert.equal((await backups()).length, 2);
    question.answer('Take Up Again');
    const told = await questions.next('has other changes to keep or undo by now');
    told.answer();
    assert.deepEqual(linesOf(pending, uri), ['d = 40']);
    assert.equal((await backups()).length, 2, 'nothing is lost');
  });

  it('are forgotten without what was proposed since', async () => {
    const { document } = await leaveIn('forgotten.txt', TEXT, [B]);
    const { pending } = openWindow();
    const question = await questions.next('holds its text without the 1 change');
    await pending.propose([setOf(document, [D])]);
    question.answer('Forget the Changes');
    await waitFor('no old backup', async () => !(await backups()).some((json) => json.includes('b = 20')));
    assert.deepEqual(
      (await backups()).map((json) => json.includes('d = 40')),
      [true],
    );
  });

  it('are offered for a file that was closed without them, and put back into it', async () => {
    const document = await fixture.open('closed.txt', TEXT);
    const uri = document.uri.toString();
    const { pending, store } = openWindow();
    await pending.propose([setOf(document, [B])]);
    const state = pending.state(uri);
    assert(state);
    // As after “Don’t Save”, which no test can answer.
    pending.leave(uri);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    void offerAgain(state, pending, store, log);
    const question = await questions.next('holds its text without the 1 change');
    assert.equal((await backups()).length, 1);
    question.answer('Take Up Again');
    await waitFor('the change', () => openDocument(uri)?.getText() === TEXT.replace('b = 2', 'b = 20'));
    assert.deepEqual(linesOf(pending, uri), ['b = 20']);
    await pending.undo(uri);
  });

  it('can be opened when their file is deleted', async () => {
    const document = await fixture.open('deleted.txt', TEXT);
    const { pending } = openWindow();
    await pending.propose([setOf(document, [B])]);
    await document.save();
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(document.uri);
    assert(await vscode.workspace.applyEdit(edit));
    (await questions.next("isn't there any more, with 1 change")).answer('Open the Backup');
    await waitFor('the backup', () => {
      const shown = vscode.window.activeTextEditor?.document;
      return shown?.isUntitled && shown.getText().includes('b = 20');
    });
    (await questions.next("isn't there any more")).answer('Forget the Changes');
    await waitFor('no backup', async () => (await backups()).length === 0);
  });

  it('keep their backup where the editor does not take the edit', async () => {
    const { document, uri } = await leaveIn('refused.txt', TEXT, [B]);
    const { pending } = openWindow();
    const question = await questions.next('holds its text without the 1 change');
    const { applyEdit } = vscode.workspace;
    Object.defineProperty(vscode.workspace, 'applyEdit', { ...OPEN, value: () => Promise.resolve(false) });
    try {
      question.answer('Take Up Again');
      await questions.next('It was not modified');
    } finally {
      Object.defineProperty(vscode.workspace, 'applyEdit', { ...OPEN, value: applyEdit });
    }
    assert.equal(pending.hunks(uri).length, 0);
    assert.equal(document.getText(), TEXT);
    assert.equal((await backups()).length, 1);
  });

  it('say what to do where their backup was cut off, once', async () => {
    const { document } = await leaveIn('cut.txt', PROPOSED, [B, D]);
    const stored = serialise(proposedIn(document.uri.toString(), [B, D]));
    const backup = join(root, 'workspace', 'extension', 'pending', '0-gone', 'a.json');
    await writeFile(backup, stored.slice(0, stored.length / 2));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const { restored } = openWindow();
    const question = await questions.next("cut.txt can't be read: look through the file yourself");
    assert.deepEqual(question.answers, ['Open the File', 'Open the Backup', 'Forget the Changes']);
    question.answer('Open the File');
    await waitFor(
      'the file',
      () => vscode.window.activeTextEditor?.document.uri.toString() === document.uri.toString(),
    );
    const again = await questions.next("can't be read");
    await restored;
    assert.deepEqual(questions.asked, []);
    assert.equal((await backups()).length, 1, 'it stays until the user has decided');
    again.answer('Forget the Changes');
    await waitFor('no backup', async () => (await backups()).length === 0);
  });

  it('say what to do where their backup is damaged', async () => {
    const { document, uri } = await leaveIn('damaged.txt', PROPOSED, [B, D]);
    const stored = serialise(proposedIn(uri, [B, D]));
    const backup = join(root, 'workspace', 'extension', 'pending', '0-gone', 'a.json');
    await writeFile(backup, stored.replace('"text":"b = 20', '"text":"b = 21'));
    const { pending } = openWindow();
    const question = await questions.next("damaged.txt can't be read");
    assert.equal(pending.hunks(uri).length, 0);
    question.answer('Open the Backup');
    await waitFor('the backup', () => vscode.window.activeTextEditor?.document.getText().includes('"b = 21'));
    (await questions.next("can't be read")).answer();
    assert.equal(document.getText(), PROPOSED);
    assert.equal((await backups()).length, 1);
  });

  it('of a window that is still there are pending in both, each for itself', async () => {
    const document = await fixture.open('both.txt', PROPOSED);
    const uri = document.uri.toString();
    const theirs = proposedIn(uri, [B, D]);
    await leave(theirs, '1-there');
    const { pending } = openWindow();
    await waitFor('both', () => pending.hunks(uri).length === 2);
    await pending.keep(uri);
    await waitFor('theirs alone', async () => (await backups()).length === 1);
    assert.deepEqual(JSON.parse((await backups())[0] ?? ''), JSON.parse(serialise(theirs)));
  });

  it('don’t bring another window’s drafts into this one', async () => {
    const draft = vscode.Uri.file(fixture.path('draft.txt')).with({ scheme: 'untitled' }).toString();
    await leave(proposedIn(draft, [{ start: 0, end: 0, newText: '' }, B]), '1-there');
    const document = await fixture.open('after.txt', PROPOSED);
    await leave(proposedIn(document.uri.toString(), [B, D]), '1-later');
    const { pending } = openWindow();
    await waitFor('the file', () => pending.hunks(document.uri.toString()).length === 2);
    assert.equal(openDocument(draft), undefined);
  });

  it('don’t come back from a window that is gone once they were kept', async () => {
    const document = await fixture.open('kept.txt', PROPOSED);
    const uri = document.uri.toString();
    const { pending, restored } = openWindow();
    await restored;
    const state = proposedIn(uri, [B, D]);
    pending.adopt({ ...state, version: document.version });
    await leave(state);
    await pending.keep(uri);
    await waitFor('no backup', async () => (await backups()).length === 0);
    const { pending: next, restored: again } = openWindow();
    await again;
    assert.equal(next.hunks(uri).length, 0);
  });

  it('keep their backup while a cell of a notebook is asked about', async () => {
    const file = fixture.path('cells.ipynb');
    const cell = { cell_type: 'code', source: TEXT.split(/(?<=\n)/), metadata: {}, outputs: [] };
    await writeFile(file, JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const old = vscode.Uri.file(file).with({ scheme: 'vscode-notebook-cell', fragment: 'gone' }).toString();
    await leave(proposedIn(old, [B]));
    const { pending } = openWindow();
    (await questions.next('holds its text without the 1 change')).answer('Take Up Again');
    const uri = await waitFor(
      'the change in the cell',
      () => pending.uris.find((each) => each.startsWith('vscode-notebook-cell')),
      (found) => found !== undefined,
    );
    assert(uri);
    assert.notEqual(uri, old);
    await waitFor('the text', () => openDocument(uri)?.getText().includes('b = 20'));
    await waitFor('one backup', async () => (await backups()).length === 1);
    assert.equal(hunksOf(pending.state(uri)!).length, 1);
    await pending.undo(uri);
  });
});
