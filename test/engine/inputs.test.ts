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

describe('inputs that calls show', () => {
  const CALLS: readonly (readonly [string, readonly (number | string)[]])[] = [
    ['net = Net(4)\nnet(torch.randn(2, 3, 32, 48))', [2, 3, 32, 48]],
    ['Net(4)(torch.randn(2, 3, 32, 48))', [2, 3, 32, 48]],
    ['x = torch.randn(2, 3, 32, 48)\nprint(Net(4).eval()(x).shape)', [2, 3, 32, 48]],
    ['net = Net(4)\nnet.to("cuda").eval()(torch.zeros(1, 3, 8, 8))', [1, 3, 8, 8]],
    ['net = nn.DataParallel(Net(4)).cuda()\nnet.forward(torch.zeros(1, 3, 8, 8))', [1, 3, 8, 8]],
    ['Net(4).forward(torch.zeros(1, 3, 8, 8))', [1, 3, 8, 8]],
    ['if __name__ == "__main__":\n    y = Net(4).cuda()(torch.zeros(1, 3, 8, 8).cuda())', [1, 3, 8, 8]],
    ['def test():\n    net = Net(4)\n    y = net(torch.randn(5, 3, 9, 9))', [5, 3, 9, 9]],
    ['from torchsummary import summary\nsummary(Net(4).cuda(), (3, 20, 20))', ['B', 3, 20, 20]],
    [
      'from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\nwriter.add_graph(Net(4), torch.rand(1, 3, 10, 10))',
      [1, 3, 10, 10],
    ],
  ];
  for (const [call, sizes] of CALLS)
    it(`are those of ${call.replaceAll('\n', '; ')}`, async () => {
      const found = await report(`${NET}\nimport torch\n\n${call}\n`);
      assert.deepEqual(shown(found), sizes);
    });

  it('are not those of a call on something else', async () => {
    const call = 'other = Other()(torch.randn(2, 3, 32, 48))\nwriter.add_graph(other, torch.randn(2, 3, 32, 48))';
    assert.deepEqual(shown(await report(`${NET}\nimport torch\nnet = Net(4)\n\n${call}\n`)), ['B', 3, 'H', 'W']);
  });
});
