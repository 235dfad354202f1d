import assert from 'node:assert/strict';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import { waitFor } from '../support/wait.js';
import { PendingFixture, replace, setOf, TEXT, toldApart, type } from './pendingFixture.js';

describe('pending changes in the extension host', () => {
  const fixture = PendingFixture.use();
  const { open, hunks, act } = {
    open: fixture.open.bind(fixture),
    hunks: fixture.hunks.bind(fixture),
    act: fixture.act.bind(fixture),
  };

  for (const [name, eol] of [
    ['Unix', '\n'],
    ['Windows', '\r\n'],
  ] as const) {
    it(`restore every byte of a file with ${name} line ends`, async () => {
      const text = TEXT.replaceAll('\n', eol);
      const document = await open('plain.txt', text);
      await fixture.api.propose([
        setOf(document, [replace(text, 'b = 2', 'b = 20'), replace(text, `d = 4${eol}`, '')]),
      ]);
      assert.equal(hunks(document).length, 2);
      assert.equal(document.getText(), ['a = 1', 'b = 20', 'c = 3', 'e = 5', ''].join(eol));
      assert.equal(await readFile(document.uri.fsPath, 'utf8'), text);
      await act('undoHunk', document, 1);
      await act('undoHunk', document, 0);
      assert.equal(document.getText(), text);
    });
  }

  it('keep what the user types in between, whatever comes first', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20'), replace(TEXT, 'd = 4', 'd = 40')])]);
    await type(document, 2, '# mine\n');
    await act('keepHunk', document, 0);
    await act('undoHunk', document, 0);
    assert.equal(document.getText(), 'a = 1\nb = 20\n# mine\nc = 3\nd = 4\ne = 5\n');
  });

  it('put several sets made for the same text into one undo stop', async () => {
    const document = await open('plain.txt', TEXT);
    const sets = [
      setOf(document, [replace(TEXT, 'a = 1\n', 'a = 1\nextra = 0\n')], 'one'),
      setOf(document, [replace(TEXT, 'e = 5', 'e = 50')], 'two'),
    ];
    const { hunks: count, refused } = await fixture.api.propose(sets);
    assert.deepEqual(refused, []);
    assert.equal(count, 2);
    assert.equal(document.getText(), 'a = 1\nextra = 0\nb = 2\nc = 3\nd = 4\ne = 50\n');
    await vscode.commands.executeCommand('undo');
    await waitFor('the text as it was', () => document.getText() === TEXT);
    assert.equal(hunks(document).length, 0);
    await vscode.commands.executeCommand('redo');
    await waitFor('both hunks', () => hunks(document).length === 2);
  });

  it('refuse a set that runs into another, and take the others', async () => {
    const document = await open('plain.txt', TEXT);
    const sets = [
      setOf(document, [replace(TEXT, 'b = 2', 'b = 20')], 'one'),
      setOf(document, [replace(TEXT, 'b = 2', 'b = 200')], 'two'),
      setOf(document, [replace(TEXT, 'e = 5', 'e = 50')], 'three'),
    ];
    const { refused } = await fixture.api.propose(sets);
    assert.equal(refused.length, 1);
    assert.equal(document.getText(), 'a = 1\nb = 20\nc = 3\nd = 4\ne = 50\n');
  });

  it('refuse a proposal for an older text', async () => {
    const document = await open('plain.txt', TEXT);
    const set = setOf(document, [replace(TEXT, 'b = 2', 'b = 20')]);
    await type(document, 0, '# mine\n');
    const { refused } = await fixture.api.propose([set]);
    assert.match(refused[0]?.message ?? '', /changed since the proposal was made/);
    assert.equal(document.getText(), `# mine\n${TEXT}`);
  });

  it('survive a save and can still be undone', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20')])]);
    assert(await document.save());
    assert.equal(hunks(document).length, 1);
    await act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT);
  });

  it('take along what another program writes elsewhere in the file', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20')])]);
    assert(await document.save());
    await writeFile(document.uri.fsPath, TEXT.replace('b = 2', 'b = 20').replace('e = 5', 'e = 55'));
    await waitFor('the file to be loaded again', () => document.getText().includes('e = 55'));
    await toldApart();
    assert.equal(hunks(document).length, 1);
    await act('undoHunk', document, 0);
    assert.equal(document.getText(), TEXT.replace('e = 5', 'e = 55'));
  });

  it('put a new file into an unsaved document, and leave nothing behind when undone', async () => {
    const uri = vscode.Uri.file(fixture.path('fresh.txt'));
    const edits = [{ start: 0, end: 0, newText: 'hello\n' }];
    const { uris, refused } = await fixture.api.propose([
      { id: 'new', title: 'New file', reason: '', files: [{ uri: uri.toString(), create: true, edits }] },
    ]);
    assert.deepEqual(refused, []);
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === uris[0]);
    assert.equal(document?.getText(), 'hello\n');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)));
    await vscode.commands.executeCommand('architect.undoAll');
    await waitFor('the document to be gone', () => document.isClosed);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)));
  });

  it('follow a file that is renamed', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20')])]);
    await document.save();
    const renamed = vscode.Uri.file(fixture.path('renamed.txt'));
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(document.uri, renamed);
    assert(await vscode.workspace.applyEdit(edit));
    await waitFor('the hunk under the new name', () => fixture.api.hunks(renamed.toString()).length === 1);
    assert.equal(hunks(document).length, 0);
  });

  it('show a baseline for the peek and for reviews', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20')])]);
    const baseline = vscode.Uri.from({
      scheme: 'architect-baseline',
      path: document.uri.path,
      query: document.uri.toString(),
    });
    assert.equal((await vscode.workspace.openTextDocument(baseline)).getText(), TEXT);
  });

  it('have lenses with both answers', async () => {
    const document = await open('plain.txt', TEXT);
    await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2\nc = 3', 'b = 20')])]);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    const titles = lenses.map(({ command }) => command?.title ?? '');
    assert.deepEqual(titles.slice(0, 2), ['$(check)\u00a0Keep', '$(discard)\u00a0Undo']);
    assert.match(titles[2] ?? '', /^−2 \+1 · /);
  });

  it('never bear the number of another state of the code', async () => {
    const text = [
      'import torch.nn as nn\n',
      'WIDTH = 4\n',
      'class Net(nn.Module):',
      '    def __init__(self):',
      '        super().__init__()',
      '        self.out = nn.Linear(8, WIDTH)',
      '    def forward(self, x):',
      '        return self.out(x)\n',
    ].join('\n');
    const document = await open('net.py', text);
    await fixture.api.propose([setOf(document, [replace(text, '(8, WIDTH)', '(8, WIDTH, bias=False)')])]);
    const shown = (): unknown => hunks(document)[0]?.parameters;
    const known = (delta: number): unknown => ({ kind: 'known', delta });
    await waitFor('the number', shown, (found) => isDeepStrictEqual(found, known(-4)));
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(text.indexOf('4\n') + 1), '0');
    assert(await vscode.workspace.applyEdit(edit));
    assert.notDeepEqual(shown(), known(-4));
    await waitFor('the new number', shown, (found) => isDeepStrictEqual(found, known(-40)));
  });

  it('are one by one in a long file', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const document = await open('long.txt', text);
    const edits = Array.from({ length: 20 }, (_, i) => replace(text, `\nline ${i * 900 + 7}\n`, `\nchanged ${i}\n`));
    await fixture.api.propose([setOf(document, edits)]);
    assert.deepEqual(
      hunks(document).map(({ added, document: { startLine } }) => [startLine, added]),
      edits.map((_, i) => [i * 900 + 7, [`changed ${i}`]]),
    );
  });

  it('say that a file is read-only when the editor does not take them', async () => {
    const document = await open('readonly.txt', TEXT);
    await chmod(document.uri.fsPath, 0o444);
    const { refused, uris } = await fixture.api.propose([setOf(document, [replace(TEXT, 'b = 2', 'b = 20')])]);
    // Where the editor lets people edit such a file (and asks when they save), so it does here, and Undo goes back.
    if (uris.length > 0) await fixture.act('undoHunk', document, 0);
    else assert.match(refused[0]?.message ?? '', /It was not modified/);
    assert.equal(document.getText(), TEXT);
    await chmod(document.uri.fsPath, 0o644);
  });
});
