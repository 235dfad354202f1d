import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { digestOf, type EditSet } from '../../src/edits/index.js';
import { waitFor } from '../support/wait.js';
import { PendingFixture, replace, setOf, TEXT, type } from './pendingFixture.js';

describe('a proposal that grows', () => {
  const fixture = PendingFixture.use();

  it('shows each set as it comes, one undo stop each, and leaves the focus alone', async () => {
    const document = await fixture.open('grows.txt', TEXT);
    const other = await fixture.open('elsewhere.txt', 'where the user works\n');
    const proposal = fixture.api.begin();
    await proposal.add(setOf(document, [replace(TEXT, 'b = 2', 'b = 20')], 'one'));
    assert.equal(fixture.hunks(document).length, 1);
    const { text, version } = await proposal.read(document.uri.toString());
    assert.equal(text, TEXT.replace('b = 2', 'b = 20'), 'what was added before is in the text');
    await proposal.add({
      ...{ id: 'two', title: 'Two', reason: '' },
      files: [{ uri: document.uri.toString(), version, edits: [replace(text, 'd = 4', 'd = 40')] }],
    });
    proposal.finish();
    assert.deepEqual(proposal.state, { uris: [document.uri.toString()], hunks: 2 });
    assert.equal(vscode.window.activeTextEditor?.document, other);
    await assert.rejects(proposal.add(setOf(document, [])), /ended/);

    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    await waitFor('the second set to be gone', () => fixture.hunks(document).length === 1);
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20'));
  });

  it('carries edits over what the user typed since the text was read', async () => {
    const document = await fixture.open('carried.txt', TEXT);
    const uri = document.uri.toString();
    const proposal = fixture.api.begin();
    const { text, version } = await proposal.read(uri);
    await type(document, 0, '# mine\n');
    const set = (find: string, by: string) => ({
      ...{ id: find, title: 'Later', reason: '' },
      files: [{ uri, version, edits: [replace(text, find, by)] }],
    });
    assert.deepEqual((await proposal.add(set('d = 4', 'd = 40'))).refused, []);
    assert.equal(document.getText(), `# mine\n${TEXT.replace('d = 4', 'd = 40')}`);

    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(2, 0, 2, 5), 'b = 7');
    assert(await vscode.workspace.applyEdit(edit));
    const { refused } = await proposal.add(set('b = 2', 'b = 20'));
    assert.match(refused[0]?.message ?? '', /changed meanwhile/);
    assert.equal(document.getText(), `# mine\n${TEXT.replace('b = 2', 'b = 7').replace('d = 4', 'd = 40')}`);
    proposal.finish();
  });

  it('loses nothing to someone who types while it is written', async () => {
    const document = await fixture.open('busy.txt', TEXT);
    const uri = document.uri.toString();
    const proposal = fixture.api.begin();
    const typing = (async () => {
      for (let i = 0; i < 20; i++) await vscode.commands.executeCommand('type', { text: `${i % 10}` });
    })();
    for (const [find, by] of [
      ['b = 2', 'b = 20'],
      ['c = 3', 'c = 30'],
      ['e = 5', 'e = 50'],
    ] as const) {
      const { text, version } = await proposal.read(uri);
      const { refused } = await proposal.add({
        ...{ id: find, title: 'Busy', reason: '' },
        files: [{ uri, version, edits: [replace(text, find, by)] }],
      });
      assert.deepEqual(refused, []);
    }
    await typing;
    proposal.finish();
    const typed = '01234567890123456789';
    const expected = TEXT.replace('b = 2', 'b = 20').replace('c = 3', 'c = 30').replace('e = 5', 'e = 50');
    await waitFor('all that was typed', () => document.getText() === typed + expected);
    await vscode.commands.executeCommand('architect.undoAll');
    await waitFor('nothing but what was typed', () => document.getText() === typed + TEXT);
  });

  it('takes back on cancel what nobody has decided upon', async () => {
    const document = await fixture.open('cancelled.txt', TEXT);
    const proposal = fixture.api.begin();
    for (const [find, by] of [
      ['a = 1', 'a = 10'],
      ['c = 3', 'c = 30'],
      ['e = 5', 'e = 50'],
    ] as const) {
      await proposal.add(setOf(document, [replace(document.getText(), find, by)], find));
    }
    await fixture.act('keepHunk', document, 0);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(document.getText().indexOf('c = 30') + 6), '  # mine');
    assert(await vscode.workspace.applyEdit(edit));
    assert.equal(await proposal.cancel(), 1);
    assert.equal(document.getText(), TEXT.replace('a = 1', 'a = 10').replace('c = 3', 'c = 30  # mine'));
    await vscode.commands.executeCommand('architect.keepAll');
  });

  it('refuses a set that would break the code, and goes on', async () => {
    const text = 'def f(x):\n    return x\n';
    const document = await fixture.open('grows.py', text);
    const proposal = fixture.api.begin();
    const { refused } = await proposal.add(setOf(document, [replace(text, 'f(x)', 'f(x')], 'broken'));
    assert.match(refused[0]?.message ?? '', /does not parse/);
    assert.equal(document.getText(), text);
    const second = await proposal.add(setOf(document, [replace(text, 'f(x)', 'f(x, y)')], 'right'));
    assert.deepEqual(second.refused, []);
    proposal.finish();
  });

  it('grows a new file that was never saved', async () => {
    const uri = vscode.Uri.file(fixture.path('fresh.py')).toString();
    const proposal = fixture.api.begin();
    const made = await proposal.add({
      ...{ id: 'new', title: 'New file', reason: '' },
      files: [{ uri, create: true, edits: [{ start: 0, end: 0, newText: 'import torch\n' }] }],
    });
    assert.deepEqual(made.refused, []);
    const { text, version } = await proposal.read(uri);
    assert.equal(text, 'import torch\n');
    const grown = await proposal.add({
      ...{ id: 'more', title: 'More', reason: '' },
      files: [{ uri, version, edits: [{ start: text.length, end: text.length, newText: 'x = torch.ones(2)\n' }] }],
    });
    assert.deepEqual(grown.refused, []);
    const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === made.uris[0]);
    assert.equal(document?.getText(), 'import torch\nx = torch.ones(2)\n');
    assert.equal(await proposal.cancel(), 0);
    await waitFor('the document to be gone', () => document.isClosed);
  });

  it('becomes what passed last, and leaves alone what the user has decided', async () => {
    const document = await fixture.open('becomes.txt', TEXT);
    const uri = document.uri.toString();
    const { version } = document;
    const made = (id: string, ...changes: [find: string, by: string][]): EditSet => ({
      ...{ id, title: id, reason: '' },
      files: [{ uri, version, digest: digestOf(TEXT), edits: changes.map(([find, by]) => replace(TEXT, find, by)) }],
    });
    const originals = [{ uri, text: TEXT, version }];
    const proposal = fixture.api.begin();
    const one = made('one', ['b = 2', 'b = 20']);
    await proposal.become([one, made('two', ['d = 4', 'd = 40'])], originals);
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20').replace('d = 4', 'd = 40'));
    await fixture.act('keepHunk', document, 0);

    // Other edits under the same name, and one more: told for the text as it was at first.
    const two = made('two', ['d = 4', 'd = 400']);
    const three = made('three', ['a = 1\n', 'a = 1\nnew = 0\n']);
    assert.deepEqual((await proposal.become([one, two, three], originals)).refused, []);
    const kept = TEXT.replace('b = 2', 'b = 20');
    assert.equal(document.getText(), kept.replace('a = 1\n', 'a = 1\nnew = 0\n').replace('d = 4', 'd = 400'));
    assert.equal(fixture.hunks(document).length, 2, 'what was kept is no change any more');
    await fixture.act('undoHunk', document, 0);
    await proposal.become([one, two, three], originals);
    assert.equal(document.getText(), kept.replace('d = 4', 'd = 400'), 'what was undone does not come back');

    await proposal.become([one], originals);
    assert.equal(document.getText(), kept, 'what was dropped is taken back');
    const { refused } = await proposal.become([one, made('four', ['b = 2', 'b = 9'])], originals);
    assert.match(refused[0]?.message ?? '', /changed meanwhile/);
    proposal.finish();
    assert.equal(document.getText(), kept);
  });

  it('becomes changes of a file that was read from the disk', async () => {
    const document = await fixture.open('closed.txt', TEXT);
    const uri = document.uri.toString();
    const made = (find: string, by: string): EditSet => ({
      ...{ id: find, title: find, reason: '' },
      files: [{ uri, digest: digestOf(TEXT), edits: [replace(TEXT, find, by)] }],
    });
    const proposal = fixture.api.begin();
    const first = made('b = 2', 'b = 20');
    await proposal.become([first], [{ uri, text: TEXT }]);
    const { refused } = await proposal.become([first, made('d = 4', 'd = 40')], [{ uri, text: TEXT }]);
    assert.deepEqual(refused, []);
    proposal.finish();
    assert.equal(document.getText(), TEXT.replace('b = 2', 'b = 20').replace('d = 4', 'd = 40'));
  });

  it('leaves a view alone that someone scrolls meanwhile', async function () {
    this.timeout(90_000);
    const text = Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join('');
    const document = await fixture.open('scrolled.txt', text);
    const editor = await vscode.window.showTextDocument(document);
    const first = (): number => editor.visibleRanges[0]?.start.line ?? 0;
    const scrollTo = (line: number): void =>
      editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
    const isAt = (line: number): Promise<number> =>
      waitFor(`line ${line} to be seen`, first, (now) => Math.abs(now - line) < 12);
    const proposal = fixture.api.begin();
    for (const [i, away] of [300, 200, 100].entries()) {
      scrollTo(50);
      await isAt(50);
      const added = proposal.add(
        setOf(document, [replace(document.getText(), `line ${i}\n`, `line ${i}\nnew\n`)], `${i}`),
      );
      // Before the lines come in, or while they do.
      scrollTo(away);
      await added;
      await isAt(away);
      // Nor does it go back later. The editor answers in turn: what was asked of it before has been done by then.
      scrollTo(away + 1);
      await isAt(away + 1);
      await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
      assert.ok(Math.abs(first() - away) < 12, `${first()}`);
    }
    proposal.finish();
    assert.equal(fixture.hunks(document).length, 3);
  });

  it('moves nothing that is looked at in two editors of the document, and no focus', async function () {
    this.timeout(90_000);
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
    const text = lines.join('\n') + '\n';
    const document = await fixture.open('split.txt', text);
    const left = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    const right = await vscode.window.showTextDocument(document, vscode.ViewColumn.Two);
    const look = async (editor: vscode.TextEditor, line: number): Promise<void> => {
      editor.revealRange(new vscode.Range(line, 0, line, 0), vscode.TextEditorRevealType.AtTop);
      await waitFor(
        `line ${line} to be seen`,
        () => editor.visibleRanges.map(({ start, end }) => [start.line, end.line]),
        ([first]) => first !== undefined && Math.abs((first[0] ?? 0) - line) < 10,
        20_000,
      );
    };
    await look(left, 100);
    await look(right, 200);
    right.selection = new vscode.Selection(210, 2, 210, 4);
    const elsewhere = vscode.Uri.file(fixture.path('elsewhere.txt'));
    await writeFile(elsewhere.fsPath, 'where the user works\n');
    await vscode.window.showTextDocument(elsewhere, { viewColumn: vscode.ViewColumn.Three });
    const seen = (): unknown[] => [
      ...[left, right].map(({ visibleRanges: [range] }) => range && document.lineAt(range.start.line).text),
      vscode.window.activeTextEditor?.document.uri.path,
      document.lineAt(right.selection.active.line).text,
    ];
    const before = seen();
    const proposal = fixture.api.begin();
    await proposal.add(setOf(document, [replace(text, 'line 5\n', 'line 5\nnew 1\nnew 2\nnew 3\n')], 'above'));
    await proposal.add(setOf(document, [replace(document.getText(), 'line 205\n', 'line two hundred and 5\n')], 'in'));
    await proposal.add(setOf(document, [replace(document.getText(), 'line 290\n', '')], 'below'));
    proposal.finish();
    assert.equal(fixture.hunks(document).length, 3);
    await waitFor(
      `the editors to look where they did: ${JSON.stringify(before)}`,
      () => JSON.stringify(seen()),
      (now) => now === JSON.stringify(before),
      20_000,
    );
    assert.equal(right.selection.active.line, 213);
  });
});
