import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../support/paths.js';
import { useSession, type Session } from '../support/session.js';
import { waitFor } from '../support/wait.js';

const pending = (session: Session): Promise<string> =>
  session.page.locator('.statusbar-item', { hasText: /\d+ changes?$/ }).innerText({ timeout: 2000 });

/** The number of changes that the status bar counts. */
async function pendingCount(session: Session): Promise<number> {
  const text = await pending(session).catch(() => '0 changes');
  return Number(/(\d+) changes?/.exec(text)?.[1] ?? 0);
}

/** The line the cursor is on, as the status bar has it. */
async function cursorLine(session: Session): Promise<number> {
  const text = await session.page.locator('.statusbar-item', { hasText: /Ln \d+/ }).innerText({ timeout: 5000 });
  return Number(/Ln (\d+)/.exec(text)?.[1] ?? 0);
}

/** Goes to the next change, and on only when the cursor has arrived. */
async function nextChange(session: Session): Promise<void> {
  const from = await cursorLine(session);
  await session.bench.command('Architect: Next Pending Change');
  await waitFor(
    'the cursor at the next change',
    () => cursorLine(session),
    (line) => line !== from,
  );
}

describe('@architect fix overfitting', function () {
  this.timeout(180_000);
  const session = useSession({ name: 'chat', settings: { 'files.autoSave': 'off' } });
  let model = '';
  let train = '';

  it('answers from the offline playbook with evidence, reasons and changes', async () => {
    const { bench } = session();
    model = await readFile(session().file('model.py'), 'utf8');
    train = await readFile(session().file('train.py'), 'utf8');
    await bench.openFile('model.py');
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => text.includes('18,048 parameters')),
    );
    await session().screenshot('codelens');
    await bench.ask('@architect fix overfitting, loss is 0.1 on training but 0.8 on validation');
    const answer = await bench.answer(90_000);
    await session().screenshot('answer');
    assert.match(answer, /363,460/);
    assert.match(answer, /480 examples/);
    assert.match(answer, /gap of 0\.7/);
    assert.match(answer, /Srivastava/);
    assert.match(answer, /Loshchilov/);
    assert.match(answer, /offline/);
  });

  it('shows the changes in both files and saves nothing', async () => {
    const { spy } = session();
    await waitFor(
      'pending changes',
      () => pendingCount(session()),
      (count) => count >= 4,
    );
    const proposed = (await spy.text(session().file('model.py'))) ?? '';
    const trained = (await spy.text(session().file('train.py'))) ?? '';
    assert.match(proposed, /nn\.Dropout\(/);
    assert.match(trained, /torch\.optim\.AdamW\(/);
    assert.match(trained, /label_smoothing=0\.1/);
    assert.match(trained, /best_/);
    assert.equal(await readFile(session().file('model.py'), 'utf8'), model);
    assert.equal(await readFile(session().file('train.py'), 'utf8'), train);
    assert.equal(await spy.isDirty(session().file('train.py')), true);
    await session().screenshot('pending');
  });

  it('keeps one, undoes another, keeps what is typed between, and Ctrl+Z brings back', async () => {
    const { bench, page, spy } = session();
    const file = session().file('train.py');
    await bench.openFile('train.py');
    const before = await pendingCount(session());
    await bench.clickLine('train.py', 'Trains the text classifier');
    await waitFor(
      'the first line',
      () => cursorLine(session()),
      (line) => line === 1,
    );
    await nextChange(session());
    await bench.command('Architect: Keep This Change');
    await waitFor(
      'the kept change to be gone from the count',
      () => pendingCount(session()),
      (count) => count < before,
    );
    const kept = await pendingCount(session());
    assert.match((await spy.text(file)) ?? '', /^import copy$/m);
    await bench.clickLine('train.py', 'BATCH_SIZE = 32');
    await bench.press('End');
    await page.keyboard.type('  # mine');
    const typed = await waitFor(
      'what was typed',
      () => spy.text(file),
      (text) => /^BATCH_SIZE = 32 {2}# mine$/m.test(text ?? ''),
    );
    await nextChange(session());
    await bench.command('Architect: Undo This Change');
    await waitFor(
      'the undone change to be gone from the count',
      () => pendingCount(session()),
      (count) => count < kept,
    );
    const undone = (await spy.text(file)) ?? '';
    assert.notEqual(undone, typed);
    assert.match(undone, /# mine/);
    assert.match(undone, /^import copy$/m);
    await session().screenshot('kept-and-undone');
    await bench.press('Mod+Z');
    await waitFor(
      'the undone change to be back',
      () => spy.text(file),
      (text) => text === typed,
    );
  });

  it('undoes everything that is left by the button in the answer, byte for byte', async () => {
    const { bench, page, spy } = session();
    await page
      .locator('.interactive-item-container.interactive-response .monaco-button', { hasText: 'Undo all' })
      .last()
      .click();
    await waitFor(
      'no pending change',
      () => pendingCount(session()),
      (count) => count === 0,
    );
    assert.equal(await spy.text(session().file('model.py')), model);
    // What was kept and what was typed stays; every other byte is the user's own again.
    const expected = train
      .replace('import torch\n', 'import copy\n\nimport torch\n')
      .replace('BATCH_SIZE = 32', 'BATCH_SIZE = 32  # mine');
    assert.equal(await spy.text(session().file('train.py')), expected);
    await bench.openFile('model.py');
    await session().screenshot('undone');
  });

  it('says what it can do when it has no playbook', async () => {
    const { bench } = session();
    await bench.ask('@architect write me a poem');
    const answer = await bench.answer(60_000);
    assert.match(answer, /overfitting/i);
    await session().screenshot('no-playbook');
  });

  it('analyses the module that is named', async () => {
    const { bench } = session();
    await bench.ask('@architect /analyze TextClassifier');
    const answer = await bench.answer(60_000);
    assert.match(answer, /363,460 parameters/);
    await session().screenshot('analyze');
  });

  it('is about the file in the tab behind, where something that is no text covers it', async () => {
    const { bench, page, spy } = session();
    await writeFile(
      session().file('zz_other.py'),
      'from torch import nn\n\n\nclass Other(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(4, 4)\n',
    );
    await cp(join(ROOT, 'media', 'icon.png'), session().file('icon.png'));
    await bench.openFile('zz_other.py');
    await spy.evaluate((host, path) => {
      // A picture that has the focus takes it again once it is drawn.
      void host.commands.executeCommand('vscode.open', host.Uri.file(path), { preserveFocus: true });
    }, session().file('icon.png'));
    await page.locator('.tabs-container .tab.active', { hasText: 'icon.png' }).waitFor();
    await waitFor('no text on the screen', () => spy.evaluate((host) => host.window.visibleTextEditors.length === 0));
    await bench.ask('@architect /analyze');
    const answer = await bench.answer(60_000);
    assert.match(answer, /Other[^]*20 parameters/);
    await session().screenshot('covered');
  });
});
