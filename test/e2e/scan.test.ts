import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useSession } from '../support/session.js';
import { waitFor } from '../support/wait.js';

const PAIR = `import torch.nn as nn


class Pair(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 8), nn.ReLU(), nn.Linear(9, 2))
`;

describe('Find Problems in Workspace', function () {
  this.timeout(180_000);
  const session = useSession({ name: 'scan' });

  it('shows what is wrong in files that nobody has open', async () => {
    const { bench, page, folder } = session();
    await mkdir(join(folder, 'parts'));
    await writeFile(join(folder, 'parts', 'pair.py'), PAIR);
    await bench.command('Architect: Find Problems in Workspace');
    const told = page.locator('.notification-list-item', { hasText: /files? looked at: / });
    await told.waitFor({ timeout: 120_000 });
    await session().screenshot('scan');
    assert.match(await told.innerText(), /looked at: \d+ problems? in \d+ files?\./);
    await told.locator('.monaco-button', { hasText: 'Show Problems' }).click();
    const rows = page.locator('.markers-panel .monaco-list-row');
    await waitFor(
      'the problem of the file',
      async () => (await rows.allInnerTexts()).join('\n'),
      (text) => /pair\.py/.test(text) && /mat1 and mat2 shapes cannot be multiplied/.test(text),
    );
    await session().screenshot('scan-problems');
  });
});
