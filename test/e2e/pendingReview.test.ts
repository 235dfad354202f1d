import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../support/paths.js';
import { useSession, type Session } from '../support/session.js';
import { waitFor } from '../support/wait.js';
import { CHANGES, cursorOnChange, propose } from './propose.js';

const pending = (session: Session, text: string): Promise<unknown> =>
  waitFor(
    text,
    () => session.page.locator('.statusbar-item', { hasText: /\d+ changes?$/ }).innerText(),
    (shown) => shown.includes(text),
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

  /** What is in sight of the user's own line and of the changes has a mark in the gutter, and none has two, though git sees them all. */
  const eachMarkedOnce = async (inSight: number): Promise<void> => {
    const marks = session().bench.editor('model.py').locator('.dirty-diff-glyph');
    const tops = await waitFor(
      'marks in the gutter',
      () => marks.evaluateAll((all) => all.map((mark) => Math.round(mark.getBoundingClientRect().y))),
      (found) => found.length >= inSight,
    );
    assert.deepEqual([tops.length, new Set(tops).size], [inSight, inSight], tops.join());
  };

  it('stand beside what git shows, each marked once', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /\d parameters/.test(text)),
    );
    await session().screenshot('before');
    const { refused } = await propose(session(), CHANGES);
    assert.deepEqual(refused, []);
    await pending(session(), '4 changes');
    await waitFor(
      'the numbers of linked changes',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /±0 parameters .*with 1 other change/.test(text)),
    );
    await eachMarkedOnce(3);
    await session().screenshot('git');
  });

  it('show what was there before, though git has a peek of its own', async () => {
    const { bench, page } = session();
    // The second change is found from where the cursor is by then.
    for (const line of ['Ln 18', 'Ln 26']) {
      await bench.command('Architect: Next Pending Change');
      await page.locator('.statusbar-item', { hasText: line }).waitFor();
    }
    await bench.command('Show or Focus Hover');
    await page.locator('.monaco-hover:visible', { hasText: 'Removed' }).first().waitFor();
    await session().screenshot('hover');
    await page.keyboard.press('Escape');
    await bench.clickCodeLens('model.py', '−1 +1');
    const peek = page.locator('.peekview-widget').first();
    await peek.waitFor();
    await peek.locator('.view-line', { hasText: 'return self.norm(x)' }).first().waitFor();
    await session().screenshot('peek');
    await page.keyboard.press('Escape');
    await peek.waitFor({ state: 'hidden' });
    await eachMarkedOnce(2);
  });

  it('are kept from the line over them, which then offers what belongs to it', async () => {
    const { bench, page } = session();
    await bench.editor('model.py').locator('.codelens-decoration a', { hasText: 'Keep' }).first().click();
    await pending(session(), '3 changes');
    const toast = page.locator('.notification-toast', { hasText: 'only works together' });
    await toast.waitFor();
    await session().screenshot('together');
    await toast.getByRole('button', { name: 'Keep It, Too' }).click();
    await pending(session(), '2 changes');
    await session().screenshot('kept');
  });

  it('are decided upon by keyboard', async () => {
    const { bench, page, spy } = session();
    const decide = async (key: string, after: () => Promise<string>, wanted: string): Promise<void> => {
      await bench.command('Architect: Next Pending Change');
      await cursorOnChange(session());
      await bench.press('Mod+K');
      await bench.press(key);
      await waitFor(wanted, after, (text) => text.includes(wanted));
    };
    const shown = page.locator('.statusbar-item', { hasText: /\d+ changes?$/ });
    await decide('n', () => shown.innerText(), '1 change');
    assert.match((await spy.text(session().file('model.py'))) ?? '', /self\.hidden = nn\.Linear\(d_model, d_model\)\n/);
    await session().screenshot('undone');
    await decide('y', async () => ((await shown.isVisible()) ? 'pending' : 'none'), 'none');
    assert.match((await spy.text(session().file('train.py'))) ?? '', /torch\.optim\.AdamW/);
    await bench.openFile('model.py');
    await session().screenshot('done');
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
    const { page } = session();
    await bench.openFile('model.py');
    await bench.command('View: Split Editor Right');
    const editors = page.locator('.editor-instance .monaco-editor[data-uri$="/model.py"]');
    await editors.nth(1).waitFor();
    await propose(session(), CHANGES);
    await pending(session(), '4 changes');
    await bench.command('Architect: Next Pending Change');
    for (const editor of [editors.first(), editors.nth(1)]) {
      await editor.locator('.codelens-decoration a', { hasText: 'Keep' }).first().waitFor();
      await editor.locator('.view-overlays [class*="ced-"]').first().waitFor();
    }
    await session().screenshot('dark');
  });
});
