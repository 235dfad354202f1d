import assert from 'node:assert/strict';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

describe('Architect: Fix Overfitting, without chat', function () {
  this.timeout(150_000);
  const session = useSession({ name: 'command', settings: { 'files.autoSave': 'off' }, colorScheme: 'light' });

  it('asks what is seen, shows the answer beside the code and leaves the changes pending', async () => {
    const { bench, page, spy } = session();
    await bench.openFile('model.py');
    await bench.command('Architect: Fix Overfitting');
    await bench.answerInput('loss is 0.1 on training but 0.8 on validation');
    await waitFor(
      'the changes',
      () => spy.text(session().file('model.py')),
      (text) => /nn\.Dropout\(/.test(text ?? ''),
      60_000,
    );
    await page.locator('.tab', { hasText: 'Fix Overfitting' }).first().waitFor();
    await session().screenshot('answer');
    assert.match((await spy.text(session().file('train.py'))) ?? '', /AdamW\(/);
  });
});
