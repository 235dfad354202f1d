import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/paths.js';
import { useSession, type Session } from '../support/session.js';
import { waitFor } from '../support/wait.js';
import { CHANGES, propose } from './propose.js';

const pending = (session: Session, text: string): Promise<unknown> =>
  waitFor(
    text,
    () => session.page.locator('.statusbar-item', { hasText: /\d+ changes?$/ }).innerText(),
    (shown) => shown.includes(text),
  );

/** Adds one edit to a proposal that goes on over several calls. */
const grow = (session: Session, find: string, by: string): Promise<unknown> =>
  session.spy.evaluate(
    async (api, folder, before, after) => {
      interface Growing {
        read(uri: string): Promise<{ text: string; version: number }>;
        add(set: unknown, options: unknown): Promise<{ refused: unknown[] }>;
      }
      const extension = api.extensions.getExtension('model-architect.model-architect');
      const { begin } = (await extension?.activate()) as { begin: () => Growing };
      const held = globalThis as { growing?: Growing };
      held.growing ??= begin();
      const uri = api.Uri.file(`${folder}/model.py`).toString();
      const { text, version } = await held.growing.read(uri);
      const start = text.indexOf(before);
      if (start < 0) throw new Error(`${before} is not there`);
      const edits = [{ start, end: start + before.length, newText: after, label: 'As it is decided' }];
      const set = { id: before, title: 'Growing', reason: '', files: [{ uri, version, edits }] };
      return (await held.growing.add(set, { checked: true })).refused.length;
    },
    session.folder,
    find,
    by,
  );

describe('pending changes under review', function () {
  this.timeout(180_000);
  const source = join(tmpdir(), `model-architect-git-${process.pid}`, 'text-classifier');

  before(async () => {
    await cp(join(ROOT, 'samples', 'text-classifier'), source, { recursive: true });
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: source });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'First');
    // What git has to show by itself: a line of the user's own.
    const model = join(source, 'model.py');
    const text = await readFile(model, 'utf8');
    await writeFile(model, text.replace('import torch\n', 'import torch  # mine\n'));
  });
  after(() => rm(dirname(source), { recursive: true, force: true }));
  const session = useSession({ name: 'review', workspace: source });

  it('stand beside what git shows, each marked once', async () => {
    const { bench, page } = session();
    await bench.openFile('model.py');
    const { refused } = await propose(session(), CHANGES);
    assert.deepEqual(refused, []);
    await pending(session(), '4 changes');
    await waitFor(
      'the numbers of linked changes',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /±0 parameters .*with 1 other change/.test(text)),
    );
    await page.waitForTimeout(1500);
    await session().screenshot('git');
  });

  it('are kept and undone from the peek', async () => {
    const { bench, page } = session();
    await bench.clickCodeLens('model.py', '−0 +1');
    const peek = page.locator('.peekview-widget').first();
    await peek.waitFor();
    await session().screenshot('peek');
    await peek.locator('.action-label[aria-label^="Undo This Change"]').first().click();
    await pending(session(), '3 changes');
    assert.doesNotMatch((await session().spy.text(session().file('model.py'))) ?? '', /self\.drop = /);
    await page.keyboard.press('Escape');
    await bench.press('Mod+Z');
    await pending(session(), '4 changes');
  });

  it('are kept from the line over them, which then offers what belongs to it', async () => {
    const { bench, page } = session();
    await bench.editor('model.py').locator('.codelens-decoration a', { hasText: 'Keep' }).first().click();
    await pending(session(), '3 changes');
    const toast = page.locator('.notification-toast', { hasText: 'only works together' });
    await toast.waitFor();
    await session().screenshot('together');
    assert.match(await toast.innerText(), /Without it: /);
    await toast.getByRole('button', { name: 'Keep It, Too' }).click();
    await pending(session(), '2 changes');
  });

  it('are kept by keyboard', async () => {
    const { bench, page } = session();
    await bench.clickLine('model.py', 'import torch  # mine');
    await bench.press('Alt+F5');
    await waitFor(
      '1 change',
      async () => {
        // Until the editor knows that the cursor is on a change, the keys do nothing.
        await bench.press('Mod+K');
        await bench.press('y');
        await page.waitForTimeout(500);
        return page.locator('.statusbar-item', { hasText: /\d+ changes?$/ }).innerText();
      },
      (text) => text.includes('1 change'),
    );
  });

  it('grow without moving what one looks at, in two editors of one file', async () => {
    const { bench, page, spy } = session();
    await bench.command('View: Split Editor Right');
    await waitFor(
      'two editors',
      () => page.locator('.editor-instance .monaco-editor[data-uri$="/model.py"]').count(),
      (count) => count === 2,
    );
    await bench.press('Mod+End');
    await page.waitForTimeout(1000);
    const view = (): Promise<string> =>
      page.locator('.editor-group-container.active .view-line').evaluateAll((lines) => {
        const top = lines.map((line) => ({ y: line.getBoundingClientRect().y, text: line.textContent }));
        return top.sort((a, b) => a.y - b.y).map(({ y, text }) => `${Math.round(y)} ${text}`)[5] ?? '';
      });
    const before = await view();
    assert.equal(await grow(session(), 'import torch  # mine\n', 'import torch  # mine\nimport math\n'), 0);
    assert.equal(
      await grow(session(), '        self.hidden = ', '        self.extra = nn.Identity()\n        self.hidden = '),
      0,
    );
    await pending(session(), '3 changes');
    await page.waitForTimeout(1000);
    await session().screenshot('growing');
    assert.equal(await view(), before);
    await page.keyboard.type('# typed');
    await waitFor(
      'typing where the cursor was',
      () => spy.text(session().file('model.py')),
      (text) => text?.trimEnd().endsWith('# typed') ?? false,
    );
  });

  it('in cells of a notebook are there again after a reload', async () => {
    const { spy, page } = session();
    const cells = ['x = 1\n', 'y = 2\n'].map((text) => ({
      ...{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [] },
      source: [text],
    }));
    const file = session().file('cells.ipynb');
    await writeFile(file, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const texts = (): Promise<string[]> =>
      spy.evaluate(async (api, path) => {
        const notebook = await api.workspace.openNotebookDocument(api.Uri.file(path));
        return notebook.getCells().map(({ document }) => document.getText().trimEnd());
      }, file);
    await spy.evaluate(async (api, path) => {
      const notebook = await api.workspace.openNotebookDocument(api.Uri.file(path));
      await api.window.showNotebookDocument(notebook);
      const extension = api.extensions.getExtension('model-architect.model-architect');
      const { propose: door } = (await extension?.activate()) as { propose: (sets: unknown[]) => Promise<unknown> };
      const uri = notebook.cellAt(1).document.uri.toString();
      const files = [{ uri, edits: [{ start: 4, end: 5, newText: '20' }] }];
      await door([{ id: 'cell', title: 'In a cell', reason: '', files }]);
      return null;
    }, file);
    assert.deepEqual(await texts(), ['x = 1', 'y = 20']);
    await pending(session(), '4 changes');
    await session().screenshot('cells');
    // The editor backs unsaved text up a moment after it has changed.
    await page.waitForTimeout(3000);
    await session().reload();
    await pending(session(), '4 changes');
    assert.deepEqual(await texts(), ['x = 1', 'y = 20']);
    await session().bench.command('Architect: Undo All Pending Changes');
    await waitFor('the cell as it was', texts, ([, second]) => second === 'y = 2');
  });
});

describe('pending changes in high contrast', function () {
  this.timeout(120_000);
  const session = useSession({
    name: 'contrast',
    settings: { 'workbench.colorTheme': 'Default High Contrast' },
  });

  it('have borders where other themes have colours', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    await propose(session(), CHANGES);
    await pending(session(), '4 changes');
    await bench.command('Architect: Next Pending Change');
    await session().page.waitForTimeout(1500);
    await session().screenshot('dark');
  });
});
