import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterInFlight, propose as addTo, serialise, track } from '../../src/edits/index.js';
import { useSession, type Session } from '../support/session.js';
import { waitFor } from '../support/wait.js';
import { CHANGES, cursorOnChange, propose } from './propose.js';

const pendingCount = (session: Session): Promise<string> =>
  session.page.locator('.statusbar-item', { hasText: /\d+ changes?$/ }).innerText();

/** Waits until the editor has backed up the text of an unsaved file as it is, which it does a moment after each change. */
async function backedUp(session: Session, name: string): Promise<void> {
  const folder = join(session.server.data, 'user', 'User', 'Backups');
  const text = await session.spy.text(session.file(name));
  await waitFor(`the backup of ${name}`, async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    // The first line says what it is a backup of.
    return files.some((path) => readFileSync(path, 'utf8').split('\n').slice(1).join('\n') === text);
  });
}

describe('pending changes', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'pending', settings: { 'files.autoSave': 'off' } });
  let model = '';
  let train = '';

  it('appear in both files with their numbers, and nothing is saved', async () => {
    const { bench, spy } = session();
    model = await readFile(session().file('model.py'), 'utf8');
    train = await readFile(session().file('train.py'), 'utf8');
    await bench.openFile('model.py');
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /\d parameters/.test(text)),
    );
    const { hunks, refused } = await propose(session(), CHANGES);
    assert.deepEqual(refused, []);
    assert.equal(hunks, 4);
    await waitFor(
      '4 changes',
      () => pendingCount(session()),
      (text) => text.includes('4 changes'),
    );
    await waitFor(
      'the difference of a hunk',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /−0 \+1 · ±0 parameters/.test(text.replaceAll('\u00a0', ' '))),
    );
    await session().screenshot('proposed');
    assert.equal(await readFile(session().file('model.py'), 'utf8'), model);
    assert.equal(await spy.isDirty(session().file('train.py')), true);
    assert.match(
      (await spy.text(session().file('train.py'))) ?? '',
      /AdamW\(model\.parameters\(\), lr=LEARNING_RATE, weight_decay=0\.05\)/,
    );
  });

  it('show what was removed in a hover and in the peek', async () => {
    const { bench, page } = session();
    await bench.clickLine('model.py', 'self.drop = nn.Dropout');
    await bench.command('Architect: Next Pending Change');
    await page.locator('.statusbar-item', { hasText: 'Ln 26' }).waitFor();
    await bench.command('Show or Focus Hover');
    await page.locator('.monaco-hover:visible', { hasText: 'Removed' }).first().waitFor();
    await session().screenshot('hover');
    await page.keyboard.press('Escape');
    await bench.clickCodeLens('model.py', '−1 +1');
    await page.locator('.peekview-widget').first().waitFor();
    await session().screenshot('peek');
    await page.keyboard.press('Escape');
  });

  it('are kept and undone one by one, while the user types in between', async () => {
    const { bench, spy, page } = session();
    const file = session().file('model.py');
    await bench.clickLine('model.py', 'class FeedForward');
    await page.keyboard.type('  # mine');
    await bench.press('Mod+Home');
    await bench.command('Architect: Next Pending Change');
    await page.locator('.statusbar-item', { hasText: 'Ln 18' }).waitFor();
    await bench.command('Architect: Keep This Change');
    await waitFor(
      '3 changes',
      () => pendingCount(session()),
      (text) => text.includes('3 changes'),
    );
    await page
      .locator('.notification-toast', { hasText: 'only works together' })
      .getByRole('button', { name: 'Keep It, Too' })
      .click();
    await waitFor(
      '2 changes',
      () => pendingCount(session()),
      (text) => text.includes('2 changes'),
    );
    await session().screenshot('kept');
    await bench.command('Architect: Next Pending Change');
    await page.locator('.statusbar-item', { hasText: 'Ln 63' }).waitFor();
    await cursorOnChange(session());
    await bench.press('Mod+K');
    await bench.press('n');
    await waitFor(
      '1 change',
      () => pendingCount(session()),
      (text) => text.includes('1 change'),
    );
    const expected = model
      .replace('class FeedForward(nn.Module):', 'class FeedForward(nn.Module):  # mine')
      .replace(
        '        nn.init.normal_(self.token.weight',
        '        self.drop = nn.Dropout(0.1)\n        nn.init.normal_(self.token.weight',
      )
      .replace('return self.norm(x)  # (B, T, D)', 'return self.drop(self.norm(x))  # (B, T, D)');
    assert.equal(await spy.text(file), expected);
    assert.equal(await readFile(file, 'utf8'), model);
  });

  it('follow the editor’s own undo and redo without ghosts', async () => {
    const { bench, spy } = session();
    const file = session().file('model.py');
    await bench.press('Mod+Z');
    await waitFor(
      'the undone hunk to be back',
      () => pendingCount(session()),
      (text) => text.includes('2 changes'),
    );
    await bench.press('Mod+Z');
    await waitFor(
      'the typing to be gone',
      () => spy.text(file),
      (text) => !text?.includes('# mine'),
    );
    await waitFor(
      '2 changes',
      () => pendingCount(session()),
      (text) => text.includes('2 changes'),
    );
    await waitFor(
      'the text as it was',
      async () => {
        await bench.press('Mod+Z');
        return spy.text(file);
      },
      (text) => text === model,
    );
    await waitFor(
      'only the other file',
      () => pendingCount(session()),
      (text) => text.includes('1 change'),
    );
    await bench.press('Mod+Shift+Z');
    await waitFor(
      'the proposal again',
      () => spy.text(file),
      (text) => text !== model,
    );
    await waitFor(
      'kept hunks stay kept',
      () => pendingCount(session()),
      (text) => text.includes('2 changes'),
    );
  });

  it('are still there after a reload', async () => {
    const { spy } = session();
    const before = await spy.text(session().file('model.py'));
    for (const name of ['model.py', 'train.py']) await backedUp(session(), name);
    await session().reload();
    await waitFor(
      '2 changes',
      () => pendingCount(session()),
      (text) => text.includes('2 changes'),
    );
    assert.equal(await spy.text(session().file('model.py')), before);
    await session().screenshot('reloaded');
  });

  it('go away with Undo All, byte for byte', async () => {
    const { bench, spy } = session();
    await bench.command('Architect: Review All Pending Changes');
    await session().page.locator('.multiDiffEntry').first().waitFor();
    await session().screenshot('review');
    await bench.command('Architect: Undo All Pending Changes');
    await session()
      .page.locator('.statusbar-item', { hasText: /\d+ changes?$/ })
      .waitFor({ state: 'hidden' });
    assert.equal(await spy.text(session().file('train.py')), train);
  });
});

describe('a proposal that would break the code', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'broken', colorScheme: 'light', settings: { 'files.autoSave': 'off' } });

  it('is refused with the reason, and nothing is modified', async () => {
    const { bench, spy } = session();
    const file = session().file('model.py');
    await bench.openFile('model.py');
    const before = await waitFor('the text', () => spy.text(file));
    const { refused } = await propose(session(), [
      { file: 'model.py', find: 'class FeedForward(nn.Module):', by: 'class FeedForward(nn.Module:', label: 'Broken' },
    ]);
    assert.match(refused[0]?.message ?? '', /does not parse/);
    assert.equal(await spy.text(file), before);
  });

  it('is shown in light colours when it is right, and pushes nothing that is looked at', async () => {
    const { bench, page } = session();
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /\d parameters/.test(text)),
    );
    const lines = bench.editor('model.py').locator('.view-line');
    const top = async (): Promise<string> => {
      const frame = await bench.editor('model.py').boundingBox();
      // All at one moment: lines come and go while the editor scrolls.
      const seen = await lines.evaluateAll((all) =>
        all.map((line) => ({ y: line.getBoundingClientRect().y, text: line.textContent ?? '' })),
      );
      const whole = seen.filter(({ y }) => frame && y >= frame.y).sort((a, b) => a.y - b.y);
      return whole[0]?.text ?? '';
    };
    await bench.press('Mod+End');
    await page.locator('.statusbar-item', { hasText: 'Ln 100' }).waitFor();
    const before = await waitFor('the end of the file', top, (text) => text !== '' && !text.includes('"""A small'));
    await propose(session(), CHANGES);
    await waitFor(
      '4 changes',
      () => pendingCount(session()),
      (text) => text.includes('4 changes'),
    );
    await waitFor(
      'the lenses of changes',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => text.includes('Keep')),
    );
    assert.equal(await waitFor('the same lines', top, (text) => text === before), before);
    await bench.command('Architect: Next Pending Change');
    await bench.press('Control+Shift+G');
    await session().page.locator('.scm-view', { hasText: 'Pending Changes' }).waitFor();
    await session().screenshot('light');
  });

  it('is decided upon in the native peek', async () => {
    const { bench, page, spy } = session();
    const file = session().file('model.py');
    const before = (await spy.text(file)) ?? '';
    const peek = page.locator('.peekview-widget').first();
    const press = async (title: string, left: string): Promise<void> => {
      await peek.locator(`.peekview-actions .action-label[aria-label^="${title}"]`).first().click();
      await waitFor(
        left,
        () => pendingCount(session()),
        (text) => text.includes(left),
      );
    };
    await bench.openFile('model.py');
    await bench.press('Mod+Home');
    await bench.command('Architect: Next Pending Change');
    await page.locator('.statusbar-item', { hasText: 'Ln 18' }).waitFor();
    await bench.command('Show Next Change');
    await peek.waitFor();
    await session().screenshot('native-peek');
    await press('Undo This Change', '3 changes');
    const undone = before.replace('        self.drop = nn.Dropout(0.1)\n', '');
    assert.equal(await spy.text(file), undone);
    await page.keyboard.press('Escape');
    await bench.command('Architect: Next Pending Change');
    await page.locator('.statusbar-item', { hasText: 'Ln 25' }).waitFor();
    await bench.command('Show Next Change');
    await peek.waitFor();
    await press('Keep This Change', '2 changes');
    assert.equal(await spy.text(file), undone);
  });

  it('asks about changes whose notebook cell is gone', async () => {
    const { page, server, folder } = session();
    const notebook = { cells: [{ cell_type: 'code', source: ['x = 1'], metadata: {}, outputs: [] }], metadata: {} };
    await writeFile(join(folder, 'notes.ipynb'), JSON.stringify({ ...notebook, nbformat: 4, nbformat_minor: 5 }));
    const uri = `vscode-notebook-cell:${folder}/notes.ipynb#gone`;
    const set = { id: 'a', title: 'A', reason: '', files: [{ uri, edits: [{ start: 4, end: 5, newText: '20' }] }] };
    const { state } = addTo(track(uri, 'y = 2\n', 1), set, set.files[0]!);
    const storages = join(server.data, 'user', 'User', 'workspaceStorage');
    const [storage = ''] = await readdir(storages);
    const left = join(storages, storage, 'model-architect.model-architect', 'pending', '0-left');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'a.json'), serialise(afterInFlight(state)));
    await session().reload();
    const toast = page.locator('.notification-toast', { hasText: 'No cell of notes.ipynb has the text that it had' });
    await toast.getByRole('button', { name: 'Open the Backup' }).click();
    await page.locator('.view-line', { hasText: 'y = 20' }).first().waitFor();
    await session().screenshot('backup');
    await toast.getByRole('button', { name: 'Forget the Changes' }).click();
    const isThere = async (): Promise<boolean> =>
      (await readdir(dirname(left), { recursive: true, withFileTypes: true })).some(
        (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes('notes.ipynb'),
      );
    await waitFor('the backup to be gone', async () => !(await isThere()));
  });
});
