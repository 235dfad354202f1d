import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../../src/engine/project/index.js';
import { createEngine } from '../../../src/engine/report/index.js';
import { parser } from '../../support/interpret.js';

describe('installed packages', () => {
  const net = (from: string): string =>
    `import torch.nn as nn\nfrom ${from} import WIDTH\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(WIDTH, 1, bias=False)\n`;
  const files = {
    '/project/own.py': 'WIDTH = 3\n',
    '/project/uses_own.py': net('own'),
    '/project/uses_installed.py': net('installed'),
    '/site-packages/own.py': 'WIDTH = 5\n',
    '/site-packages/installed.py': 'WIDTH = 7\n',
    // A call in a package says nothing of the user's class of the same name.
    '/site-packages/other.py': 'from uses_installed import Net\nnet = Net(1)\n',
  };

  it('are found after what the user has', async () => {
    const engine = createEngine({
      provider: new MemorySourceProvider(new Map(Object.entries(files))),
      parser: await parser(),
      roots: ['/project'],
      libraries: ['/site-packages'],
    });
    const total = (path: string): unknown => engine.analyzeFile(path)[0]?.parameters.total;
    assert.equal(total('/project/uses_own.py'), 3);
    assert.equal(total('/project/uses_installed.py'), 7);
  });
});
