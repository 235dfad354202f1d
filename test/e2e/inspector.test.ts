import assert from 'node:assert/strict';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';
import { propose } from './propose.js';

describe('the inspector', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'inspector', settings: { 'files.autoSave': 'off' } });

  it('opens from a code lens with the tree and the totals', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /\d parameters/.test(text)),
    );
    await bench.command('Architect: Inspect nn.Module');
    await bench.pickRow('TextClassifier');
    const view = bench.webview();
    await view.locator('[role=treegrid] [role=row]', { hasText: 'blocks' }).first().waitFor();
    const total = await view.locator('.totals div', { hasText: 'Parameters' }).innerText();
    assert.match(total, /\d{3},\d{3}/);
    await session().screenshot('tree');
  });

  it('is worked by keyboard', async () => {
    const { bench, page } = session();
    const grid = bench.webview().locator('[role=treegrid]');
    await grid.focus();
    const rows = Number(await grid.getAttribute('aria-rowcount'));
    await page.keyboard.press('ArrowLeft');
    assert.equal(Number(await grid.getAttribute('aria-rowcount')), 2);
    await page.keyboard.press('ArrowRight');
    assert.equal(Number(await grid.getAttribute('aria-rowcount')), rows);
    await page.keyboard.press('ArrowDown');
    assert.match(await grid.locator('[aria-selected=true]').innerText(), /embedding/);
    await page.keyboard.press('Enter');
    await page.locator('.statusbar-item', { hasText: /Ln 8\d/ }).waitFor();
  });

  it('shows before, after and the difference of pending changes', async () => {
    const { bench } = session();
    await propose(session(), [
      {
        file: 'model.py',
        find: 'self.hidden = nn.Linear(d_model, d_model)',
        by: 'self.hidden = nn.Linear(d_model, d_model, bias=False)',
        label: 'No bias in the head',
      },
    ]);
    const view = bench.webview();
    await view.locator('.totals .difference', { hasText: '−96' }).first().waitFor();
    await view.locator('vscode-checkbox').click();
    assert.match(await view.locator('[role=row].changed', { hasText: 'hidden' }).innerText(), /9,312\s+9,216\s+−96/);
    await session().screenshot('compare');
  });

  it('exports what it shows', async () => {
    const { bench, spy } = session();
    await bench.webview().locator('vscode-button', { hasText: 'Markdown' }).click();
    const text = await waitFor('the table', () =>
      spy.evaluate((api) => api.workspace.textDocuments.find(({ isUntitled }) => isUntitled)?.getText() ?? ''),
    );
    assert.match(text, /^# TextClassifier\n/);
    assert.match(text, /\| head\.hidden \| Linear \| 9,312 \| 9,216 \| −96 \|/);
  });
});

describe('the inspector in a light theme', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'inspector-light', colorScheme: 'light' });

  it('opens from the context menu', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    await bench.contextMenu('model.py', 'class FeedForward', 'Analyze this nn.Module');
    await bench.webview().locator('[role=row]', { hasText: 'expand' }).waitFor();
    await session().screenshot('tree');
  });
});
