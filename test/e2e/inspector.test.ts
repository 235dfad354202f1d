import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';
import { propose } from './propose.js';

describe('the inspector', function () {
  this.timeout(120_000);
  const session = useSession({ name: 'inspector', settings: { 'files.autoSave': 'off' } });

  /** Waits until the cursor of the model's editor is in a line; the status bar shows it only while that editor has the focus. */
  const cursorAt = (line: number): Promise<number> =>
    waitFor(
      `the cursor in line ${line}`,
      () =>
        session().spy.evaluate((host) => {
          const editors = host.window.visibleTextEditors;
          const editor = editors.find(({ document }) => document.uri.path.endsWith('model.py'));
          return (editor?.selection.active.line ?? -1) + 1;
        }),
      (at) => at === line,
    );

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
    const rows = (): Promise<number> => grid.getAttribute('aria-rowcount').then(Number);
    const before = await rows();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await waitFor('the folded tree', rows, (count) => count === 2);
    await page.keyboard.press('ArrowRight');
    await waitFor('the tree as it was', rows, (count) => count === before);
    await page.keyboard.press('ArrowDown');
    await grid.locator('[aria-selected=true]', { hasText: 'embedding' }).waitFor();
    await page.keyboard.press('Enter');
    await cursorAt(87);
  });

  it('tells the memory of a training step for a batch size', async () => {
    const { bench } = session();
    const view = bench.webview();
    await view.getByRole('tab', { name: 'Memory' }).click();
    const panel = view.getByRole('tabpanel', { name: 'Memory' });
    await panel.getByText('leaves the batch size open (B)').waitFor();
    await panel.locator('vscode-text-field', { hasText: 'Batch size' }).locator('input').fill('16');
    await panel.getByText('One training step with batch size 16').waitFor();
    // 363,460 parameters of 4 bytes, and two moments of each.
    assert.match(await panel.getByRole('row', { name: 'Parameters' }).innerText(), /1\.4 MiB/);
    assert.match(await panel.getByRole('row', { name: 'Optimizer (Adam)' }).innerText(), /2\.8 MiB/);
    await panel.getByRole('button', { name: 'Find the largest batch' }).click();
    await panel.getByText(/The largest batch that fits into 8 GiB is [\d,]+ \(8\.0 GiB\)/).waitFor();
    await session().screenshot('memory');
    await panel.locator('vscode-dropdown').click();
    await panel.locator('vscode-option[value="bfloat16"]').click();
    await panel.getByText('One training step with batch size 16 in bfloat16').waitFor();
    assert.match(await panel.getByRole('row', { name: 'Parameters' }).innerText(), /709\.9 KiB/);
    await session().screenshot('memory-bfloat16');
  });

  it('goes from tab to tab by arrow keys', async () => {
    const { bench, page } = session();
    const view = bench.webview();
    await view.getByRole('tab', { name: 'Memory' }).focus();
    await page.keyboard.press('ArrowRight');
    await view.getByRole('tab', { name: 'Gradient flow', selected: true }).waitFor();
    const panel = view.getByRole('tabpanel', { name: 'Gradient flow' });
    await panel.getByText('Gradients get through to every layer').waitFor();
    await view.getByRole('tab', { name: 'Gradient flow' }).focus();
    await page.keyboard.press('ArrowRight');
    const capacity = view.getByRole('tabpanel', { name: 'Capacity' });
    // A token sees itself; attention sees all of them.
    await capacity.getByRole('row', { name: 'embedding.token Embedding 1 1' }).waitFor();
    await capacity.getByRole('row', { name: 'blocks.0.attn MultiheadAttention all' }).waitFor();
    await session().screenshot('capacity');
  });

  it('draws the dataflow of forward', async () => {
    const { bench, page } = session();
    const view = bench.webview();
    await view.getByRole('tab', { name: 'Graph' }).click();
    const panel = view.getByRole('tabpanel', { name: 'Graph' });
    await panel.getByRole('treeitem', { name: /^LayerNorm, norm, layer/ }).waitFor();
    await panel.getByText('[B, 32, 96]').first().waitFor();
    await panel.locator('vscode-text-field input').fill('head.out');
    await panel.getByText('1 of 1').waitFor();
    await panel.getByRole('tree').focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await cursorAt(68);
    await session().screenshot('graph');
  });

  it('saves a picture where the user says', async () => {
    const { bench, page } = session();
    const panel = bench.webview().getByRole('tabpanel', { name: 'Graph' });
    await panel.getByRole('button', { name: 'Save as SVG' }).click();
    const path = page.locator('.quick-input-widget:visible input').first();
    await waitFor(
      'a name',
      () => path.inputValue(),
      (value) => value.endsWith('TextClassifier-graph.svg'),
    );
    await page.keyboard.press('Enter');
    const picture = await waitFor(
      'the picture',
      () => readFile(session().file('TextClassifier-graph.svg'), 'utf8').catch(() => ''),
      (text) => text !== '',
    );
    assert.match(picture, /^<svg [^>]*viewBox="0 0 \d+ \d+"/);
    assert.match(picture, />MultiheadAttention</);
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
    await view.getByRole('tab', { name: 'Modules' }).click();
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

  it('comes back as it was left', async () => {
    const { bench, page } = session();
    await page.locator('.tab', { hasText: 'Inspect TextClassifier' }).click();
    const view = bench.webview();
    await view.getByRole('tab', { name: 'Memory' }).click();
    await page.locator('.tab', { hasText: 'Untitled-1' }).click();
    await page.locator('.tab', { hasText: 'Inspect TextClassifier' }).click();
    await view.getByRole('tab', { name: 'Memory', selected: true }).waitFor();
    await view.getByText('One training step with batch size 16').waitFor();
    await session().screenshot('memory-compare');
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

  it('charts the gradient at initialisation', async () => {
    const { bench, page } = session();
    const view = bench.webview();
    await view.getByRole('tab', { name: 'Memory' }).click();
    await view.locator('vscode-text-field', { hasText: 'Batch size' }).locator('input').fill('16');
    await view.getByText('One training step with batch size 16').waitFor();
    await view.getByRole('tab', { name: 'Gradient flow' }).click();
    const panel = view.getByRole('tabpanel', { name: 'Gradient flow' });
    await panel.getByText('Gradients get through to every layer').waitFor();
    // 96 inputs of variance 1 by weights of variance 1/(3·96), and a bias of 1/(3·96).
    await panel.getByRole('row', { name: 'expand Linear 0.34 0.35' }).waitFor();
    await panel.getByRole('img', { name: /Activation variance and gradient norm/ }).waitFor();
    await session().screenshot('signal');
    await panel.getByRole('button', { name: 'expand' }).click();
    await page.locator('.statusbar-item', { hasText: 'Ln 31' }).waitFor();
  });
});
