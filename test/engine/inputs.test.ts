import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { createEngine, type ModelReport } from '../../src/engine/report/index.js';
import { parser } from '../support/interpret.js';

const NET = `
import torch.nn as nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)

    def forward(self, x):
        return self.conv(x)
`;

async function report(text: string, sizes?: Readonly<Record<string, number>>): Promise<ModelReport> {
  const provider = new MemorySourceProvider(new Map([['/net.py', text]]));
  const engine = createEngine({ provider, parser: await parser(), roots: ['/'], timeLimit: 120_000, sizes });
  const [found] = engine.analyzeFile('/net.py');
  assert(found);
  return found;
}

const shown = ({ inputs }: ModelReport): unknown[] =>
  (inputs[0]?.shape ?? []).map((size) => (typeof size === 'object' ? size?.expression : size));

describe('inputs that nobody says', () => {
  it('have letters for their sizes', async () => {
    const net = await report(NET);
    assert.deepEqual(shown(net), ['B', 3, 'H', 'W']);
    assert.deepEqual(net.missingArguments, ['width']);
  });

  it('have the sizes of the settings', async () => {
    const net = await report(NET.replace('(self, width)', '(self, width=4)'), { B: 2, H: 8, W: 8 });
    assert.deepEqual(shown(net), [2, 3, 8, 8]);
    assert.equal(net.macs, 2 * 4 * 8 * 8 * 3 * 9);
    assert.equal(net.missingArguments, undefined);
  });

  it('keep their letters where these sizes do not fit', async () => {
    const small = NET.replace('(self, width)', '(self, width=4)').replace('3, padding=1', '7');
    assert.deepEqual(shown(await report(small, { H: 3, W: 3 })), ['B', 3, 'H', 'W']);
  });

  it('may be in terms of an argument that nobody gives', async () => {
    const mlp = NET.replace('nn.Conv2d(3, width, 3, padding=1)', 'nn.Linear(2 * width, 4)');
    assert.deepEqual(shown(await report(mlp)), ['B', '2*width']);
  });
});
