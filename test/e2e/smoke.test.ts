import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

describe('the sample in a fresh editor', () => {
  const session = useSession({ name: 'smoke' });

  it('shows the parameter count above each module', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    const lenses = await waitFor(
      'parameters above TextClassifier',
      () => bench.codeLenses('model.py'),
      (shown) => shown.some((text) => /\d,\d{3}.*parameters/.test(text)),
    );
    assert(lenses.some((text) => text.includes('Inspect')));
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
    const { bench } = session();
    await bench.openFile('model.py');
    await waitFor(
      'parameters above TextClassifier',
      () => bench.codeLenses('model.py'),
      (shown) => shown.some((text) => /parameters/.test(text)),
    );
  });
});

describe('a folder that is not trusted', () => {
  const session = useSession({ name: 'trust', workspaceTrust: true, colorScheme: 'light' });

  it('is analysed all the same, since analysing runs nothing of it', async () => {
    const { bench, spy } = session();
    await bench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    assert.equal(await spy.evaluate((api) => api.workspace.isTrusted), false);
    await bench.openFile('model.py');
    await waitFor(
      'parameters above TextClassifier',
      () => bench.codeLenses('model.py'),
      (shown) => shown.some((text) => /parameters/.test(text)),
    );
    await session().screenshot('restricted');
  });

  it('can be trusted', async () => {
    const { bench, spy } = session();
    await bench.trustWorkspace();
    await waitFor('trust', () => spy.evaluate((api) => api.workspace.isTrusted));
    await session().screenshot('trusted');
  });
});
