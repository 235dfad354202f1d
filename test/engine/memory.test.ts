import assert from 'node:assert/strict';
import type { ModelReport, Precision } from '../../src/engine/report/index.js';
import { HEAD, netFile, netReport } from '../support/netReport.js';

const analyze = (
  files: Record<string, string>,
  input: string,
  batch?: number,
  precision?: Precision,
): Promise<ModelReport> => netReport(files, [input], { batch, precision });

describe('memory of training', () => {
  it('counts what backward keeps once per allocation', async () => {
    // The input for fc's weight, and the result of relu.
    const { memory } = await analyze(
      netFile('self.fc = nn.Linear(10, 20)', 'return F.relu(self.fc(x)).view(-1)'),
      '4,10',
    );
    assert.equal(memory.activations, 4 * (4 * 10 + 4 * 20));
    assert.equal(memory.parameters, 4 * 220);
    assert.equal(memory.gradients, 4 * 220);
  });

  it('has two bytes for a number where parameters and inputs have', async () => {
    const files = netFile('self.fc = nn.Linear(10, 20)', 'return F.relu(self.fc(x)).view(-1)');
    const { memory } = await analyze(files, '4,10', undefined, { dtype: 'bfloat16' });
    assert.equal(memory.activations, 2 * (4 * 10 + 4 * 20));
    assert.equal(memory.parameters, 2 * 220);
    assert.equal(memory.gradients, 2 * 220);
    assert.deepEqual(memory.precision, { dtype: 'bfloat16' });
  });

  it('keeps under autocast what products are given, once for each parameter, and float32 where the program switches it off', async () => {
    const memoryOf = async (forward: string): Promise<ModelReport['memory']> => {
      const files = netFile('self.a, self.b = nn.Linear(10, 20), nn.Linear(20, 20)', forward);
      return (await analyze(files, '4,10', undefined, { autocast: 'bfloat16' })).memory;
    };
    const of = async (forward: string): Promise<unknown> => (await memoryOf(forward)).activations;
    assert.equal((await memoryOf('return self.a(x)')).parameters, 4 * (220 + 420));
    // The input, the result of relu and the second weight, all as they were cast.
    const once = 2 * (4 * 10 + 4 * 20 + 20 * 20);
    assert.equal(await of('return self.b(F.relu(self.a(x)))'), once);
    // What is read again was cast before.
    assert.equal(await of('return self.b(F.relu(self.b(F.relu(self.a(x)))))'), once + 2 * 4 * 20);
    const block = (enabled: string): string =>
      `h = F.relu(self.a(x))\n        with torch.autocast("cpu", enabled=${enabled}):\n            return self.b(h.float())`;
    assert.equal(await of(block('False')), 2 * (4 * 10 + 4 * 20) + 4 * 4 * 20);
    assert.equal(await of(block('True')), 2 * (4 * 10 + 4 * 20) + 2 * (4 * 20 + 20 * 20));
    assert.equal(await of(block('open("flag").read() == "1"')), null);
  });

  it('keeps nothing of what needs no gradient', async () => {
    const init = 'self.fc = nn.Linear(10, 20).requires_grad_(False)';
    const { memory } = await analyze(netFile(init, 'return torch.tanh(self.fc(x))'), '4,10');
    assert.equal(memory.activations, 0);
    assert.equal(memory.gradients, 0);
    assert.equal(memory.optimizer, 0);
  });

  it('knows that writing in place saves the memory of an activation, but not where its input is needed', async () => {
    const kept = async (activation: string): Promise<unknown> =>
      (await analyze(netFile('self.fc = nn.Linear(10, 20)', `return ${activation}`), '4,10')).memory.activations;
    assert.equal(await kept('F.relu(self.fc(x), inplace=True) * 2'), 4 * (40 + 80));
    assert.equal(await kept('F.silu(self.fc(x), inplace=True) * 2'), 4 * (40 + 80));
    assert.equal(await kept('F.relu(self.fc(x)) ** 2'), 4 * (40 + 80));
    assert.equal(await kept('F.silu(self.fc(x)) ** 2'), 4 * (40 + 80 + 80));
  });

  it('keeps only what goes into a checkpoint', async () => {
    const init = 'self.a = nn.Linear(10, 20); self.b = nn.Linear(20, 30); self.c = nn.Linear(30, 5)';
    const plain = await analyze(netFile(init, 'return self.c(F.gelu(self.b(self.a(x))))'), '4,10');
    assert.equal(plain.memory.activations, 4 * 4 * (10 + 20 + 30 + 30));
    const source = 'from torch.utils.checkpoint import checkpoint\n        ';
    const body = 'return self.c(checkpoint(lambda y: F.gelu(self.b(y)), self.a(x), use_reentrant=False))';
    const { memory } = await analyze(netFile(init, source + body), '4,10');
    assert.equal(memory.activations, 4 * 4 * (10 + 20 + 30));
  });

  it('follows the batch that is asked for, or its name', async () => {
    const files = netFile('self.fc = nn.Linear(10, 20)', 'return torch.sigmoid(self.fc(x))');
    assert.equal((await analyze(files, '4,10', 64)).memory.activations, 4 * 64 * 30);
    assert.deepEqual((await analyze(files, 'B,10')).memory.activations, {
      expression: '120*B',
      symbols: ['B'],
      value: null,
    });
  });

  it('takes the state of the optimizer that the project constructs, else that of AdamW, and says so', async () => {
    const model = netFile('self.fc = nn.Linear(10, 20)', 'return self.fc(x)');
    const alone = await analyze(model, '4,10');
    assert.equal(alone.memory.optimizer, 2 * 4 * 220);
    assert.deepEqual([alone.memory.optimizerName, alone.memory.optimizerAssumed], ['AdamW', true]);
    const train = (optimizer: string): string => `${HEAD}
from net import Net
model = Net()
optimizer = ${optimizer}
for epoch in range(3):
    for x, y in data:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
`;
    const state = async (optimizer: string): Promise<unknown> => {
      const { memory } = await analyze({ ...model, '/train.py': train(optimizer) }, '4,10');
      assert.equal(memory.optimizerAssumed, false);
      return memory.optimizer;
    };
    assert.equal(await state('torch.optim.SGD(model.parameters(), lr=0.1)'), 0);
    assert.equal(await state('torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)'), 4 * 220);
    assert.equal(await state('torch.optim.Adam(model.parameters(), amsgrad=True)'), 3 * 4 * 220);
    assert.equal(await state('torch.optim.Adafactor(model.parameters())'), 4 * (20 + 10 + 20));
    assert.equal(await state('torch.optim.LBFGS(model.parameters())'), null);
  });

  it('says which operator it does not know', async () => {
    const { memory, unknowns } = await analyze(
      netFile('self.fc = nn.Linear(3, 3)', 'return torch.linalg.det(self.fc(x).view(-1, 3, 3))'),
      '3,3',
    );
    assert.equal(memory.activations, null);
    assert.equal(memory.peak, null);
    assert.ok(unknowns.some(({ reason }) => reason === 'what backward of det keeps is not known'));
  });

  it('says where it is kept', async () => {
    const { tree } = await analyze(
      netFile(
        'self.body = nn.Sequential(nn.Linear(10, 20), nn.ReLU()); self.out = nn.Linear(20, 2)',
        'return self.out(self.body(x))',
      ),
      '4,10',
    );
    const [body, out] = tree?.children ?? [];
    assert.equal(tree?.kept, 4 * (40 + 80));
    assert.equal(body?.kept, 4 * (40 + 80));
    assert.deepEqual(
      body?.children.map(({ kept }) => kept),
      [160, 320],
    );
    assert.equal(out?.kept, 0);
  });
});
