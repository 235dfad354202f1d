// What takes too long costs its own answer only.
import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { createEngine, type ModelReport } from '../../src/engine/report/index.js';
import { parser } from '../support/interpret.js';

const small = (name: string): string =>
  `class ${name}(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(2, 3)\n`;
const slow =
  'class Slow(nn.Module):\n    def __init__(self):\n        super().__init__()\n        for i in range(60000): self.x = i % 7 + i // 7\n';

/** Reports of a file with a time limit of ten seconds, on a clock that goes by the work that is done. */
async function reports(text: string, tick = 100): Promise<ModelReport[]> {
  const provider = new MemorySourceProvider(new Map([['/main.py', `import torch.nn as nn\n${text}`]]));
  const engine = createEngine({ provider, parser: await parser(), roots: ['/'], timeLimit: 10_000 });
  const { now } = Date;
  let time = 0;
  Date.now = () => (time += tick);
  try {
    return engine.analyzeFile('/main.py', { within: 10_000 });
  } finally {
    Date.now = now;
  }
}
describe('a class that takes too long', () => {
  it('is unknown, and the others of its file are told', async () => {
    const found = await reports(small('First') + slow + small('Last'));
    assert.deepEqual(
      found.map(({ qualname, parameters }) => [qualname, parameters?.total]),
      [
        ['First', 9],
        ['Slow', null],
        ['Last', 9],
      ],
    );
    assert.match(
      found[1]?.unknowns[0]?.reason ?? '',
      /^the analysis took longer than [78](\.\d)? s and was stopped here/,
    );
  });
  it('is unknown also when there is no other', async () => {
    const [only] = await reports(slow, 400);
    assert.match(only?.unknowns[0]?.reason ?? '', /^the analysis took longer than [\d.]+ s and was stopped here/);
  });
});
