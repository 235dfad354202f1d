import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTENSION_ID, ROOT } from '../support/paths.js';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

const SLOW = 90_000;

const ALONE = `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(6, 2)

    def forward(self, x):
        return self.b(self.a(x)[:, :6])


net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in [(torch.randn(4, 8), torch.tensor([0, 1, 0, 1]))]:
    loss = criterion(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`;

describe('changes of losses and layers', function () {
  this.timeout(240_000);
  const session = useSession({
    name: 'actions',
    workspace: join(ROOT, 'samples', 'medical-cnn'),
    settings: { 'files.autoSave': 'off' },
  });

  const textOf = async (name: string): Promise<string> => (await session().spy.text(session().file(name))) ?? '';
  const becomes = (what: string, name: string, expected: RegExp): Promise<string> =>
    waitFor(
      what,
      () => textOf(name),
      (text) => expected.test(text),
      SLOW,
    );
  /** Opens the light bulb until it offers something: the analysis may still be at work on the file. */
  const offered = (title: RegExp): Promise<string[]> =>
    waitFor(
      `the light bulb to offer ${String(title)}`,
      async () => {
        await session().page.keyboard.press('Escape');
        return session().bench.codeActions();
      },
      (titles) => titles.some((each) => title.test(each)),
      SLOW,
    );
  const undoAll = async (name: string, original: string): Promise<void> => {
    await session().bench.command('Architect: Undo All Pending Changes');
    await waitFor(
      'the text as it was',
      () => textOf(name),
      (text) => text === original,
      SLOW,
    );
  };

  it('are offered on a loss, shown as pending and taken back', async () => {
    const { bench, page } = session();
    await bench.openFile('train.py');
    const original = await textOf('train.py');
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    const titles = await offered(/label smoothing/);
    for (const expected of [/^Weight the classes by CLASS_COUNTS/, /focal loss/, /^Explain this loss/])
      assert(
        titles.some((title) => expected.test(title)),
        `${String(expected)} is not among ${titles.join(' | ')}`,
      );
    await session().screenshot('loss-offers');
    await bench.pickCodeAction(/label smoothing/);
    await becomes('label smoothing', 'train.py', /nn\.CrossEntropyLoss\(label_smoothing=0\.1\)/);
    await page.locator('.codelens-decoration', { hasText: '±0 parameters' }).first().waitFor({ timeout: SLOW });
    await session().screenshot('loss-pending');
    await undoAll('train.py', original);
  });

  it('weight classes by the counts of another file', async () => {
    const { bench } = session();
    const original = await textOf('train.py');
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    await offered(/Weight the classes by CLASS_COUNTS/);
    await bench.pickCodeAction(/Weight the classes by CLASS_COUNTS/);
    const text = await becomes('weights', 'train.py', /weight=class_weights/);
    assert.match(text, /class_weights = torch\.tensor\(\[.*\], device=device\)/);
    await session().page.locator('.codelens-decoration', { hasText: 'Keep' }).first().waitFor();
    await session().screenshot('loss-weights');
    await undoAll('train.py', original);
  });

  it('are listed by a command, with focal loss as a class', async () => {
    const { bench } = session();
    const original = await textOf('train.py');
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    await bench.command('Architect: Change Loss');
    await session().page.locator('.quick-input-list .monaco-list-row', { hasText: 'focal' }).first().waitFor();
    await session().screenshot('loss-list');
    await bench.pickRow('focal');
    await becomes('focal loss', 'train.py', /criterion = FocalLoss\(gamma=2\.0\)/);
    await session().page.locator('.codelens-decoration', { hasText: 'Keep' }).first().waitFor();
    await session().screenshot('loss-focal');
    await undoAll('train.py', original);
  });

  it('explain a loss in a hover and beside the code', async () => {
    const { bench, page } = session();
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    const hover = await waitFor(
      'the hover',
      async () => {
        await page.mouse.move(5, 500);
        return bench.hover('train.py', 'CrossEntropyLoss');
      },
      (text) => text.includes('CrossEntropyLoss'),
      SLOW,
    );
    assert.match(hover, /ln 5 = 1\.6094/);
    assert.match(hover, /∂ℓ\/∂z_c = softmax\(z\)_c/);
    await session().screenshot('loss-hover');
    await page.mouse.move(5, 500);
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    await offered(/Explain this loss/);
    await bench.pickCodeAction(/Explain this loss/);
    await page.locator('.tab', { hasText: 'CrossEntropyLoss' }).first().waitFor();
    await waitFor(
      'the explanation',
      async () => {
        const texts = page.frames().map((frame) => frame.locator('body').innerText({ timeout: 1_000 }));
        return (await Promise.allSettled(texts)).map((each) => (each.status === 'fulfilled' ? each.value : '')).join();
      },
      (text) => /At initialisation/.test(text),
      SLOW,
    );
    await session().screenshot('loss-explained');
    await bench.command('View: Close All Editors in Group');
  });

  it('are offered on a layer, with the difference in parameters', async () => {
    const { bench, page } = session();
    await bench.openFile('model.py');
    const original = await textOf('model.py');
    await waitFor(
      'the lenses',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.length > 2,
      SLOW,
    );
    await bench.clickLine('model.py', 'self.conv = nn.Conv2d(');
    const titles = await offered(/depthwise-separable \(−[\d,]+ parameters\)/);
    await session().screenshot('layer-offers');
    await bench.pickCodeAction(/depthwise-separable/);
    await becomes('two convolutions', 'model.py', /groups=in_channels/);
    const said = /−[\d,]+ parameters/.exec(titles.find((title) => title.includes('depthwise')) ?? '')?.[0] ?? '?';
    await page.locator('.codelens-decoration', { hasText: said }).first().waitFor();
    await session().screenshot('layer-pending');
    await undoAll('model.py', original);
  });

  it('mend a layer that does not fit', async () => {
    const { bench, spy } = session();
    await spy.evaluate(async (api) => {
      const editor = api.window.activeTextEditor;
      const at = editor?.document.getText().indexOf('128, num_classes)') ?? -1;
      if (!editor || at < 0) throw new Error('the layer is not there');
      const [start, end] = [editor.document.positionAt(at), editor.document.positionAt(at + 3)];
      await editor.edit((edit) => edit.replace(new api.Range(start, end), '64'));
      editor.selection = new api.Selection(start, start);
      editor.revealRange(new api.Range(start, end), api.TextEditorRevealType.InCenter);
    });
    await becomes('the misfit', 'model.py', /nn\.Linear\(64, num_classes\)/);
    const editor = bench.editor('model.py');
    await editor.locator('.squiggly-error').first().waitFor({ timeout: SLOW });
    await session().screenshot('misfit');
    await offered(/Set in_features = 128/);
    await session().screenshot('misfit-fix');
    await bench.pickCodeAction(/Set in_features = 128/);
    await becomes('the fix', 'model.py', /nn\.Linear\(128, num_classes\)/);
    await editor.locator('.squiggly-error').first().waitFor({ state: 'detached', timeout: SLOW });
  });

  it('look right in a light theme, too', async () => {
    const { bench, page, spy } = session();
    await spy.evaluate(async (api) => {
      await api.workspace.getConfiguration('workbench').update('colorTheme', 'Default Light Modern', true);
    });
    await page.locator('.monaco-workbench.vs').waitFor();
    await bench.openFile('train.py');
    const original = await textOf('train.py');
    await bench.clickLine('train.py', 'nn.CrossEntropyLoss()');
    await offered(/focal loss/);
    await session().screenshot('light-offers');
    await bench.pickCodeAction(/focal loss/);
    await becomes('focal loss', 'train.py', /criterion = FocalLoss\(gamma=2\.0\)/);
    await page.locator('.codelens-decoration', { hasText: 'Keep' }).first().waitFor();
    await session().screenshot('light-pending');
    await undoAll('train.py', original);
  });

  it('work in a window without a folder, which says so where it matters', async () => {
    const { bench, page, spy, server } = session();
    await spy.forget();
    await page.goto(`http://127.0.0.1:${server.port}/?ew=true`, { waitUntil: 'load' });
    await page.locator('.monaco-workbench').waitFor();
    await waitFor('the extension', () =>
      spy.evaluate((api, id) => api.extensions.getExtension(id)?.isActive ?? false, EXTENSION_ID),
    );
    assert.equal(await spy.evaluate((api) => Promise.resolve(api.workspace.workspaceFolders?.length ?? 0)), 0);
    await spy.evaluate(async (api, content) => {
      const document = await api.workspace.openTextDocument({ language: 'python', content });
      const editor = await api.window.showTextDocument(document);
      const at = document.positionAt(content.indexOf('CrossEntropyLoss'));
      editor.selection = new api.Selection(at, at);
    }, ALONE);
    await page.locator('.codelens-decoration', { hasText: '86 parameters' }).first().waitFor({ timeout: SLOW });
    await offered(/Weight the classes/);
    await session().screenshot('no-folder');
    await bench.pickCodeAction(/Weight the classes/);
    // Nothing shows the counts: they are asked for.
    await bench.answerInput('90, 10');
    await page.locator('.view-line', { hasText: 'weight=class_weights' }).first().waitFor({ timeout: SLOW });
    await bench.command('Architect: Undo All Pending Changes');
    await page.locator('.view-line', { hasText: 'weight=class_weights' }).first().waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await bench.command('Architect: Fix Overfitting');
    await bench.answerInput('loss is 0.1 on training but 0.8 on validation');
    await page.locator('.tab', { hasText: 'Fix Overfitting' }).first().waitFor({ timeout: SLOW });
    await session().screenshot('no-folder-fix');
    const log = await logOf(server.data);
    assert.match(log, /Starting the analysis/);
    assert.doesNotMatch(log, /\[error\]|TypeError|ReferenceError|has a fault/);
  });
});

/** What the extension logged in all windows of the session. */
async function logOf(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const logs = files.filter((name) => name.endsWith('Model Architect.log'));
  return (await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
}
