import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

const PROGRAM = `import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3)
        self.out = nn.Linear(8, 10)

    def forward(self, x):
        x = F.dropout(self.conv(x), 0.1)
        x = F.dropout(x.mean((2, 3)), 0.5)
        return F.softmax(self.out(x), dim=1)


model = Net()
for x, y in loader:
    loss = F.cross_entropy(model(x), y)
    loss.backward()
`;

describe('findings', function () {
  this.timeout(180_000);
  let file = '';
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-findings-'));
    file = join(folder, 'train.py');
    await writeFile(file, PROGRAM);
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const session = useSession({ name: 'findings', settings: { 'files.autoSave': 'off' } });

  /** Replaces the text of the editor. */
  const write = (text: string): Promise<void> =>
    session().spy.evaluate(async (api, content) => {
      const document = api.window.activeTextEditor?.document;
      if (!document) return;
      const edit = new api.WorkspaceEdit();
      edit.replace(document.uri, new api.Range(0, 0, document.lineCount, 0), content);
      await api.workspace.applyEdit(edit);
    }, text);

  /** `L01 15` for each problem of the file. */
  const problems = (): Promise<string[]> =>
    session().spy.evaluate((api) => {
      const uri = api.window.activeTextEditor?.document.uri;
      return (uri ? api.languages.getDiagnostics(uri) : []).map(({ code, range }) => {
        const name = typeof code === 'object' ? code.value : code;
        return `${String(name)} ${range.start.line + 1}`;
      });
    });
  const line = (number: number): Promise<string> =>
    session().spy.evaluate((api, at) => api.window.activeTextEditor?.document.lineAt(at - 1).text ?? '', number);
  /** Puts the cursor somewhere and opens the light bulb's menu. */
  const openMenu = async (number: number, column: number, item: string): Promise<Locator> => {
    const { page, spy } = session();
    await spy.evaluate(
      (api, [at, character]) => {
        const editor = api.window.activeTextEditor;
        if (editor) editor.selection = new api.Selection(at - 1, character - 1, at - 1, character - 1);
        return Promise.resolve();
      },
      [number, column] as const,
    );
    await page.locator('.statusbar-item', { hasText: `Ln ${number}, Col ${column}` }).waitFor();
    const row = page.locator('.action-widget .monaco-list-row', { hasText: item }).first();
    for (let attempt = 1; ; attempt++) {
      await spy.evaluate((api) => api.commands.executeCommand('editor.action.quickFix').then(() => undefined));
      try {
        // Diagnostics that come in meanwhile may close the menu, or it opened before them.
        await row.waitFor({ timeout: 10_000 });
        return row;
      } catch (error) {
        if (attempt === 3) throw error;
        await page.keyboard.press('Escape');
      }
    }
  };

  it('are underlined, listed with their page, and repaired by the light bulb', async () => {
    const { page, spy } = session();
    await spy.evaluate(async (api, path) => {
      await api.window.showTextDocument(await api.workspace.openTextDocument(path));
    }, file);
    await waitFor('the findings', problems, (found) => found.includes('L01 15') && found.includes('A14 14'));
    await page.locator('.squiggly-warning').first().waitFor();
    await spy.evaluate((api) => api.commands.executeCommand('workbench.actions.view.problems').then(() => undefined));
    const row = page.locator('.markers-panel .monaco-list-row', { hasText: 'log-softmax' }).first();
    await row.waitFor();
    const said = (await row.textContent()) ?? '';
    assert.match(said, /with 10 classes the loss can’t go below 1\.461/);
    assert.match(said, /architect\s*L01/);
    await session().screenshot('problems');
    await spy.evaluate((api) => api.commands.executeCommand('workbench.action.closePanel').then(() => undefined));
    await spy.evaluate((api) =>
      api.commands.executeCommand('workbench.action.focusActiveEditorGroup').then(() => undefined),
    );
    const preview = await openMenu(15, 20, 'Preview: Remove the softmax');
    await session().screenshot('menu');
    await preview.click();
    await waitFor(
      'the line to be looked at',
      () => session().bench.codeLenses('train.py'),
      (lenses) => lenses.some((text) => /−1 \+1 · ±0 parameters/.test(text.replaceAll('\u00a0', ' '))),
    );
    assert.equal(await line(15), '        return self.out(x)');
    await session().screenshot('preview');
    await session().bench.command('Architect: Undo All Pending Changes');
    await waitFor(
      'the line as it was',
      () => line(15),
      (text) => text === '        return F.softmax(self.out(x), dim=1)',
    );
    await waitFor('the finding to be back', problems, (found) => found.includes('L01 15'));
    const remove = await openMenu(15, 20, 'Remove the softmax');
    await remove.click();
    await waitFor(
      'the repaired line',
      () => line(15),
      (text) => text === '        return self.out(x)',
    );
    await waitFor('silence', problems, (found) => !found.some((each) => each.startsWith('L01')));
  });

  it('are silenced on their line', async () => {
    const { spy } = session();
    await (await openMenu(13, 20, 'Ignore A14')).click();
    await waitFor(
      'the comment',
      () => line(13),
      (text) => text.endsWith('0.1)  # architect: ignore[A14]'),
    );
    await waitFor('silence', problems, (found) => !found.includes('A14 13') && found.includes('A14 14'));
    await spy.evaluate((api) => api.commands.executeCommand('undo').then(() => undefined));
    await waitFor('both again', problems, (found) => found.includes('A14 13'));
  });

  it('are repaired all of a kind at once', async () => {
    await waitFor('both', problems, (found) => found.filter((each) => each.startsWith('A14')).length === 2);
    const all = await openMenu(13, 20, 'Fix all 2 of A14');
    await session().screenshot('all');
    await all.click();
    await waitFor(
      'the last one',
      () => line(14),
      (text) => text.endsWith('0.5, training=self.training)'),
    );
    assert.match(await line(13), /0\.1, training=self\.training\)$/);
    await waitFor('silence', problems, (found) => !found.some((each) => each.startsWith('A14')));
  });

  it('are repaired on saving where the user wants that', async () => {
    const { page, spy } = session();
    await write(`${PROGRAM}# saved\n`);
    await waitFor('the findings again', problems, (found) => found.includes('L01 15'));
    await spy.evaluate(async (api) => {
      const settings = api.workspace.getConfiguration('workbench');
      await settings.update('colorTheme', 'Default Light Modern', api.ConfigurationTarget.Global);
      await api.commands.executeCommand('workbench.actions.view.problems');
    });
    await page.locator('.monaco-workbench.vs').waitFor();
    await page.locator('.markers-panel .monaco-list-row', { hasText: 'log-softmax' }).first().waitFor();
    await session().screenshot('light');
    await spy.evaluate(async (api) => {
      await api.workspace
        .getConfiguration('editor')
        .update('codeActionsOnSave', { 'source.fixAll.architect': 'explicit' }, api.ConfigurationTarget.Global);
      await api.window.activeTextEditor?.document.save();
    });
    await waitFor(
      'the saved text',
      () => readFile(file, 'utf8'),
      (text) => text.includes('return self.out(x)') && !text.includes('0.5)') && text.includes('# saved'),
    );
  });

  it('are explained in chat, and on their page', async () => {
    const { page, spy } = session();
    await write(PROGRAM);
    // A question in chat saves the file.
    await spy.evaluate((api) =>
      Promise.resolve(
        api.workspace.getConfiguration('editor').update('codeActionsOnSave', {}, api.ConfigurationTarget.Global),
      ),
    );
    await waitFor('the findings again', problems, (found) => found.includes('L01 15'));
    await (await openMenu(15, 20, 'Explain L01')).click();
    const answer = page.locator('.interactive-response', { hasText: 'Softmax before CrossEntropyLoss' }).first();
    await answer.waitFor();
    await answer.locator('.rendered-markdown', { hasText: 'with 10 classes' }).first().waitFor();
    await session().screenshot('chat');
    await spy.evaluate((api) => api.commands.executeCommand('architect.openRule', 'L01').then(() => undefined));
    await page.locator('.tab', { hasText: 'L01' }).waitFor();
    await session().bench.webview().locator('h1', { hasText: 'Softmax before CrossEntropyLoss' }).waitFor();
    await session().screenshot('page');
  });
});
