import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { waitFor } from '../support/wait.js';
import { PendingFixture, replace, setOf, TEXT, toldApart, type } from './pendingFixture.js';

const run = promisify(execFile);

describe('pending changes, whatever happens to the document', () => {
  /** Puts settings back as they were. */
  const reset: (() => Thenable<void>)[] = [];

  async function configure(section: string, key: string, value: unknown): Promise<void> {
    const set = (to: unknown): Thenable<void> =>
      vscode.workspace.getConfiguration(section).update(key, to, vscode.ConfigurationTarget.Global);
    const before = vscode.workspace.getConfiguration(section).inspect(key)?.globalValue;
    reset.push(() => set(before));
    await set(value);
  }
  // Before the documents are cleaned up, or auto-save would still be at work on them.
  afterEach(async () => {
    for (const each of reset.splice(0)) await each();
  });
  const fixture = PendingFixture.use();

  const B = replace(TEXT, 'b = 2', 'b = 20');
  const D = replace(TEXT, 'd = 4', 'd = 40');

  it('follow undo and redo of the editor between Keep and Undo', async () => {
    const document = await fixture.open('interleaved.txt', TEXT);
    await fixture.api.propose([setOf(document, [B, D])]);
    await fixture.act('keepHunk', document, 0);
    await fixture.act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20'));
    await vscode.commands.executeCommand('undo');
    await waitFor('the undone hunk', () => fixture.hunks(document).length === 1);
    assert.deepEqual(fixture.hunks(document)[0]?.added, ['d = 40']);
    await vscode.commands.executeCommand('undo');
    await waitFor('the text as it was', () => document.getText() === TEXT);
    assert.equal(fixture.hunks(document).length, 0, 'no reversed ghost of the kept hunk');
    await vscode.commands.executeCommand('redo');
    await waitFor('what was not kept', () => fixture.hunks(document).length === 1);
    await vscode.commands.executeCommand('redo');
    await waitFor('the undo again', () => fixture.hunks(document).length === 0);
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20'));
  });

  it('let a second answer go over the first', async () => {
    const document = await fixture.open('second.txt', TEXT);
    await fixture.api.propose([setOf(document, [B], 'first')]);
    const text = document.getText();
    await fixture.api.propose([
      setOf(document, [replace(text, 'b = 20', 'b = 200'), replace(text, 'e = 5', 'e = 50')], 'second'),
    ]);
    assert.deepEqual(
      fixture.hunks(document).map(({ owners }) => owners.map(({ set }) => set)),
      [['first', 'second'], ['second']],
    );
    await fixture.act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT.replace('e = 5', 'e = 50'));
  });

  it('stay where they are when a formatter works on saving', async () => {
    const formatter = vscode.languages.registerDocumentFormattingEditProvider(
      { language: 'plaintext' },
      {
        provideDocumentFormattingEdits: (document) => [
          vscode.TextEdit.replace(
            new vscode.Range(0, 0, document.lineCount, 0),
            document.getText().replaceAll('e = 5', 'e  =  5').replaceAll('a = 1', '"a" = 1'),
          ),
        ],
      },
    );
    try {
      await configure('editor', 'formatOnSave', true);
      const document = await fixture.open('formatted.txt', TEXT);
      await fixture.api.propose([setOf(document, [B, D])]);
      assert(await document.save());
      const formatted = TEXT.replace('a = 1', '"a" = 1').replace('e = 5', 'e  =  5');
      assert.equal(document.getText(), formatted.replace('b = 2', 'b = 20').replace('d = 4', 'd = 40'));
      assert.deepEqual(
        fixture.hunks(document).map(({ edited, added }) => [edited, added]),
        [
          [false, ['b = 20']],
          [false, ['d = 40']],
        ],
      );
      await fixture.act('undoHunk', document, 1);
      await fixture.act('undoHunk', document, 0);
      assert.equal(document.getText(), formatted);
    } finally {
      formatter.dispose();
    }
  });

  it('can be undone on the disk, too, with auto-save', async () => {
    const document = await fixture.open('saved.txt', TEXT);
    await configure('files', 'autoSaveDelay', 100);
    await configure('files', 'autoSave', 'afterDelay');
    const onDisk = (): Promise<string> => readFile(document.uri.fsPath, 'utf8');
    await fixture.api.propose([setOf(document, [B, D])]);
    await waitFor('auto-save', onDisk, (text) => text.includes('b = 20'));
    assert.equal(fixture.hunks(document).length, 2);
    await fixture.act('keepHunk', document, 0);
    await fixture.act('undoHunk', document, 0);
    await waitFor('auto-save of the undo', onDisk, (text) => text === TEXT.replace('b = 2', 'b = 20'));
  });

  it('take what git does to the file for what it is', async () => {
    const document = await fixture.open('repository/tracked.txt', TEXT);
    const folder = dirname(document.uri.fsPath);
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: folder });
    await git('init', '-q');
    await git('add', '.');
    await git('commit', '-qm', 'First');
    await fixture.api.propose([setOf(document, [B, D])]);
    assert(await document.save());
    // A branch with another last line, and the pending text on top of it.
    await git('stash', '-q');
    await waitFor('the text without the changes', () => document.getText() === TEXT);
    // Two loads in one moment are one load, and that one would find the text as it was.
    await toldApart();
    assert.equal(fixture.hunks(document).length, 0);
    await git('stash', 'pop', '-q');
    await waitFor('the text with them', () => document.getText().includes('b = 20'));
    await toldApart();
    assert.equal(fixture.hunks(document).length, 0, 'what git brings is the user’s');
    await rm(folder, { recursive: true });
  });

  it('show a conflict where another program changed the same lines', async () => {
    const document = await fixture.open('conflict.txt', TEXT);
    await fixture.api.propose([setOf(document, [B, D])]);
    assert(await document.save());
    await writeFile(document.uri.fsPath, document.getText().replace('b = 20', 'b = 77'));
    await waitFor('the conflict', () => fixture.hunks(document).some(({ conflict }) => conflict));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.deepEqual(
      lenses.slice(0, 3).map(({ command }) => command?.title),
      ['Take the Proposal', 'Leave As Is', 'Restore'],
    );
    const [hunk] = fixture.hunks(document);
    await vscode.commands.executeCommand('architect.restoreHunk', { uri: document.uri.toString(), hunk: hunk?.id });
    await waitFor('what was there before', () => document.getText() === TEXT.replace('d = 4', 'd = 40'));
  });

  it('follow a folder that is renamed, unsaved text and all', async () => {
    const document = await fixture.open('before/plain.txt', TEXT);
    const folder = dirname(document.uri.fsPath);
    const other = `${folder}-after`;
    await fixture.api.propose([setOf(document, [B])]);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(vscode.Uri.file(folder), vscode.Uri.file(other));
    assert(await vscode.workspace.applyEdit(edit));
    const renamed = vscode.Uri.file(`${other}/plain.txt`);
    await waitFor('the hunk under the new name', () => fixture.api.hunks(renamed.toString()).length === 1);
    assert.equal(fixture.hunks(document).length, 0);
    await vscode.commands.executeCommand('architect.undoAll');
    const now = await vscode.workspace.openTextDocument(renamed);
    await waitFor('the text as it was', () => now.getText() === TEXT);
    await rm(other, { recursive: true });
  });

  it('know the user’s own typing from a file that is loaded again', async () => {
    const document = await fixture.open('typed.txt', TEXT);
    await fixture.api.propose([setOf(document, [B, D])]);
    assert(await document.save());
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 6, 1, 6);
    await vscode.commands.executeCommand('type', { text: '7' });
    await waitFor('the typing', () => document.getText().includes('b = 207') && document.isDirty);
    await toldApart();
    const [hunk] = fixture.hunks(document);
    assert.deepEqual([hunk?.edited, hunk?.conflict, hunk?.added], [true, undefined, ['b = 207']]);
    await vscode.commands.executeCommand('architect.keepAll');
  });

  it('are gone with a file that is deleted', async () => {
    const document = await fixture.open('deleted.txt', TEXT);
    await fixture.api.propose([setOf(document, [B])]);
    await document.save();
    const edit = new vscode.WorkspaceEdit();
    edit.deleteFile(document.uri);
    assert(await vscode.workspace.applyEdit(edit));
    await waitFor('no hunk', () => fixture.hunks(document).length === 0);
  });

  it('can still be undone when another program deletes the file', async () => {
    const document = await fixture.open('removed.txt', TEXT);
    await fixture.api.propose([setOf(document, [B])]);
    await rm(document.uri.fsPath);
    await fixture.act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT);
  });

  it('are not in a file any more that was reverted and closed', async () => {
    const document = await fixture.open('closed.txt', TEXT);
    const uri = document.uri.toString();
    await fixture.api.propose([setOf(document, [B])]);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await waitFor('nothing pending', () => fixture.api.hunks(uri).length === 0);
    // Reopened, it is as it was on the disk.
    const again = await vscode.workspace.openTextDocument(document.uri);
    assert.equal(again.getText(), TEXT);
    assert.equal(fixture.api.hunks(uri).length, 0);
  });

  it('are in a document that was never saved', async () => {
    const document = await vscode.workspace.openTextDocument({ content: TEXT, language: 'plaintext' });
    await vscode.window.showTextDocument(document);
    const { refused } = await fixture.api.propose([setOf(document, [B, D])]);
    assert.deepEqual(refused, []);
    await fixture.act('keepHunk', document, 0);
    await fixture.act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20'));
  });

  it('go with a new file that is saved, and delete it on Undo while it is untouched', async () => {
    const uri = vscode.Uri.file(fixture.path('made.txt'));
    const edits = [{ start: 0, end: 0, newText: 'hello\n' }];
    const { uris } = await fixture.api.propose([
      { id: 'new', title: 'New file', reason: '', files: [{ uri: uri.toString(), create: true, edits }] },
    ]);
    const draft = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uris[0]);
    assert(draft);
    await vscode.window.showTextDocument(draft);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await waitFor('the hunk in the file', () => fixture.api.hunks(uri.toString()).length === 1);
    assert.equal(await readFile(uri.fsPath, 'utf8'), 'hello\n');
    await vscode.commands.executeCommand('architect.undoAll');
    await waitFor('no file', async () => {
      try {
        await vscode.workspace.fs.stat(uri);
        return false;
      } catch {
        return true; // gone
      }
    });
  });

  it('stay in a new file that was saved and typed into', async () => {
    const uri = vscode.Uri.file(fixture.path('touched.txt'));
    const edits = [{ start: 0, end: 0, newText: 'hello\n' }];
    await fixture.api.propose([
      { id: 'new', title: 'New file', reason: '', files: [{ uri: uri.toString(), create: true, edits }] },
    ]);
    const draft = await vscode.workspace.openTextDocument(uri.with({ scheme: 'untitled' }));
    await vscode.window.showTextDocument(draft);
    await vscode.commands.executeCommand('workbench.action.files.save');
    await waitFor('the hunk in the file', () => fixture.api.hunks(uri.toString()).length === 1);
    const document = await vscode.workspace.openTextDocument(uri);
    await type(document, 1, '# mine\n');
    await vscode.commands.executeCommand('architect.undoAll');
    await waitFor('what was typed', () => document.getText() === '# mine\n');
    assert.equal(await readFile(uri.fsPath, 'utf8'), 'hello\n');
  });

  it('are not proposed over a file that exists', async () => {
    const file = fixture.path('exists.txt');
    await writeFile(file, TEXT);
    const edits = [{ start: 0, end: 0, newText: 'hello\n' }];
    const { refused } = await fixture.api.propose([
      {
        id: 'new',
        title: 'New file',
        reason: '',
        files: [{ uri: vscode.Uri.file(file).toString(), create: true, edits }],
      },
    ]);
    assert.match(refused[0]?.message ?? '', /there is text in it already/);
    assert.equal(await readFile(file, 'utf8'), TEXT);
  });

  it('are refused where the editor shows a file as read-only', async () => {
    const document = await fixture.open('locked.txt', TEXT);
    await configure('files', 'readonlyInclude', { '**/*locked.txt': true });
    const { refused } = await fixture.api.propose([setOf(document, [B])]);
    // The editor tells extensions nothing of it: what it takes can be undone, what it doesn't is told.
    if (refused.length === 0) await fixture.act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT);
  });

  it('are in the cells of a notebook, each for itself', async () => {
    const file = fixture.path('cells.ipynb');
    await mkdir(dirname(file), { recursive: true });
    const cell = (source: string) => ({
      ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
      source: source.split(/(?<=\n)/),
    });
    await writeFile(
      file,
      JSON.stringify({ cells: [cell(TEXT), cell('x = 1\n')], metadata: {}, nbformat: 4, nbformat_minor: 5 }),
    );
    const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
    await vscode.window.showNotebookDocument(notebook);
    const [first, second] = notebook.getCells().map(({ document }) => document);
    assert(first && second);
    const { refused } = await fixture.api.propose([
      {
        ...{ id: 'cells', title: 'Cells', reason: '' },
        files: [
          { uri: first.uri.toString(), edits: [B, D] },
          { uri: second.uri.toString(), edits: [replace(second.getText(), '1', '10')] },
        ],
      },
    ]);
    assert.deepEqual(refused, []);
    assert.deepEqual([fixture.hunks(first).length, fixture.hunks(second).length], [2, 1]);
    await type(first, 0, '# mine\n');
    assert.ok(fixture.hunks(first).every(({ edited, conflict }) => !edited && !conflict));
    await fixture.act('keepHunk', first, 0);
    await fixture.act('undoHunk', first, 0);
    assert.equal(
      first.getText(),
      `# mine\n${TEXT.replace('b = 2', 'b = 20')}`.trimEnd() + first.getText().slice(-1).replace(/\S/, ''),
    );
    assert(await notebook.save());
    assert.equal(fixture.hunks(second).length, 1);
    await fixture.act('undoHunk', second, 0);
    assert.match(second.getText(), /^x = 1\n?$/);
  });
});
