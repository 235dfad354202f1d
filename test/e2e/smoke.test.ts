import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { useSession, type Session } from '../support/session.js';
import { waitFor } from '../support/wait.js';

/** Counted by PyTorch: TextEmbedding, FeedForward, EncoderBlock. */
const PARAMETERS = ['18,048', '74,208', '111,840'];

/** Opens model.py and waits for the code lenses that are visible at its top. */
async function seeLenses({ bench }: Session): Promise<string[]> {
  await bench.openFile('model.py');
  return waitFor(
    'parameters above three modules',
    () => bench.codeLenses('model.py'),
    (lenses) => PARAMETERS.every((count, index) => lenses[index]?.startsWith(`${count} parameters`)),
  );
}

describe('the sample in a fresh editor', () => {
  const session = useSession({ name: 'smoke' });

  it('shows the parameter count above each module', async () => {
    const lenses = await seeLenses(session());
    assert.match(lenses[0] ?? '', /Inspect.*Ask @architect/);
    await session().screenshot('lenses');
  });

  it('changes nothing by being opened', async () => {
    const { spy } = session();
    const file = session().file('model.py');
    assert.equal(await spy.isDirty(file), false);
    assert.equal(await spy.text(file), await readFile(file, 'utf8'));
  });

  it('comes back after the window is reloaded', async () => {
    await session().reload();
    await seeLenses(session());
  });

  it('counts anew while one types', async () => {
    const { bench, spy } = session();
    await bench.clickLine('model.py', 'self.position = nn.Embedding(max_len, d_model)');
    await bench.page.keyboard.type('\nself.extra = nn.Linear(d_model, 2)');
    // 96 · 2 weights and 2 biases more.
    await waitFor(
      'the new count',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses[0]?.startsWith('18,242 parameters') ?? false,
    );
    const file = session().file('model.py');
    await waitFor('the original text', async () => {
      await bench.press('Mod+Z');
      return !(await spy.isDirty(file));
    });
    assert.equal(await spy.text(file), await readFile(file, 'utf8'));
    await seeLenses(session());
  });
});

describe('a folder that is not trusted', () => {
  const session = useSession({ name: 'trust', workspaceTrust: true, colorScheme: 'light' });

  it('is analysed all the same, since analysing runs nothing of it', async () => {
    const { bench, spy } = session();
    await bench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    assert.equal(await spy.evaluate((api) => api.workspace.isTrusted), false);
    await seeLenses(session());
    await session().screenshot('restricted');
  });

  it('runs nothing of it, and leads to trust', async () => {
    const { bench, page } = session();
    await bench.ask('@architect /verify TextClassifier');
    assert.match(await bench.answer(), /Nothing was run[^]*not trusted/);
    await session().screenshot('restricted-verify');
    await bench.lastAnswer().locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).click();
    await page.locator('.workspace-trust-editor').waitFor();
    await page.locator('.modal-editor-part [aria-label^="Close Modal Editor"]').click();
    await page.locator('.workspace-trust-editor').waitFor({ state: 'hidden' });
  });

  it('can be trusted', async () => {
    const { bench, spy } = session();
    await bench.trustWorkspace();
    await waitFor('trust', () => spy.evaluate((api) => api.workspace.isTrusted));
    await session().screenshot('trusted');
  });
});
