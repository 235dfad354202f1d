import assert from 'node:assert/strict';
import { reportText } from '../../src/agent/tools/report.js';
import { renderReport } from '../../src/cli/table.js';
import type { CapacityReport, ModelReport } from '../../src/engine/report/index.js';
import { HEAD, netFile, netReport } from '../support/netReport.js';

/** `input`: `null` for what the layers take. */
const reportOf = (
  init: string,
  forward: string,
  input: string | null,
  more: Record<string, string> = {},
): Promise<ModelReport> => netReport({ ...netFile(init, forward), ...more }, input === null ? undefined : [input]);

async function capacity(...asked: Parameters<typeof reportOf>): Promise<CapacityReport> {
  const { capacity: found } = await reportOf(...asked);
  assert.ok(found);
  return found;
}

const fieldsOf = ({ layers }: CapacityReport): unknown[] =>
  layers.map(({ path, receptiveField, stride }) => [path, receptiveField, stride]);

describe('capacity', () => {
  it('follows kernels, strides, dilation and pools, each axis alone', async () => {
    const found = await capacity(
      'self.a = nn.Conv2d(3, 8, (3, 5)); self.pool = nn.MaxPool2d(2); self.b = nn.Conv2d(8, 8, 3, dilation=2)',
      'return self.b(self.pool(self.a(x)))',
      '1,3,64,64',
    );
    assert.deepEqual(found.axes, [
      { axis: 2, size: 64 },
      { axis: 3, size: 64 },
    ]);
    assert.deepEqual(fieldsOf(found), [
      ['a', [3, 5], [1, 1]],
      ['pool', [4, 6], [2, 2]],
      ['b', [12, 14], [2, 2]],
    ]);
  });

  it('takes the larger way of a residual, and says where everything is seen', async () => {
    const found = await capacity(
      'self.a = nn.Conv1d(4, 4, 3, padding=1); self.b = nn.Conv1d(4, 4, 3, padding=1); self.pool = nn.AdaptiveAvgPool1d(1)',
      'return self.pool(x + self.b(self.a(x)))',
      '1,4,32',
    );
    assert.deepEqual(fieldsOf(found), [
      ['a', [3], [1]],
      ['b', [5], [1]],
      ['pool', ['all'], [null]],
    ]);
  });

  it('goes through transposed convolutions and resampling', async () => {
    const found = await capacity(
      'self.down = nn.Conv1d(1, 4, 2, stride=2); self.up = nn.ConvTranspose1d(4, 4, 2, stride=2); self.end = nn.Conv1d(4, 1, 3, padding=1)',
      'return self.end(self.up(self.down(x)))',
      '1,1,32',
    );
    // Three neighbours lie in two pairs.
    assert.deepEqual(fieldsOf(found), [
      ['down', [2], [2]],
      ['up', [2], [1]],
      ['end', [4], [1]],
    ]);
  });

  it('says that attention sees everything, and has no field for a stack of dense layers', async () => {
    const attends = await capacity(
      'self.embed = nn.Linear(4, 8); self.attend = nn.MultiheadAttention(8, 2, batch_first=True)',
      'h = self.embed(x); return self.attend(h, h, h)[0]',
      '2,10,4',
    );
    assert.deepEqual(attends.axes, [{ axis: 1, size: 10 }]);
    assert.deepEqual(fieldsOf(attends), [
      ['embed', [1], [1]],
      ['attend', ['all'], [null]],
    ]);
    const dense = await capacity('self.a = nn.Linear(4, 8)', 'return self.a(x)', '2,4');
    assert.deepEqual(dense.axes, []);
  });

  it('needs no numbers for sizes on which nothing depends', async () => {
    const init =
      'self.a = nn.Conv2d(3, 8, 3, stride=2, padding=1); self.pool = nn.AdaptiveAvgPool2d(4); self.end = nn.AdaptiveAvgPool2d(1)';
    const found = await capacity(init, 'h = self.a(x); return self.pool(h), self.end(h)', null);
    assert.deepEqual(
      found.axes.map(({ size }) => (size as { expression: string }).expression),
      ['H', 'W'],
    );
    // How much one of four areas holds depends on the size, the whole of them doesn't.
    assert.deepEqual(fieldsOf(found), [
      ['a', [3, 3], [2, 2]],
      ['pool', [null, null], [null, null]],
      ['end', ['all', 'all'], [null, null]],
    ]);
  });

  it('guesses no stride that is not known', async () => {
    const found = await capacity(
      'self.a = nn.Conv1d(1, 1, 3)',
      'return F.max_pool1d(self.a(x), 2, stride=int(open("stride").read()))',
      '1,1,34',
    );
    assert.equal(found.layers.length, 0);
    assert.ok(found.unknown);
  });

  it('is not known behind what nobody has described', async () => {
    const found = await capacity(
      'self.a = nn.Conv1d(1, 1, 3); self.b = nn.Conv1d(1, 1, 3)',
      'return self.b(self.a(x).unfold(2, 4, 4).flatten(2))',
      '1,1,34',
    );
    assert.deepEqual(fieldsOf(found), [
      ['a', [3], [1]],
      ['b', [null], [null]],
    ]);
  });

  it('is told on the command line and to the agent', async () => {
    const report = await reportOf(
      'self.a = nn.Conv2d(32, 4, 1); self.b = nn.Conv2d(4, 16, 3, stride=2)',
      'return self.b(self.a(x))',
      '1,32,16,16',
    );
    const text = renderReport(report, false);
    assert.match(text, /MACs {2}Receptive field {2}Stride\n/);
    assert.match(text, /^ {2}b .* 3×3 +2×2$/m);
    assert.match(text, /^Narrow {6}a lets at most 4 of 16 features through$/m);
    assert.doesNotMatch(text, /^Data/m);
    const facts = reportText(report);
    assert.match(facts, /^gradients get through to every layer at initialisation$/m);
    assert.match(facts, /^receptive field of b \(Conv2d\): 3×3$/m);
    assert.match(facts, /^rank bottleneck: a lets at most 4 of 16 features through$/m);
  });

  it('names narrow places and whether something goes round them', async () => {
    const narrow = await capacity(
      'self.a = nn.Linear(64, 8); self.b = nn.Linear(8, 32); self.c = nn.Linear(32, 10)',
      'return self.c(F.relu(self.b(F.relu(self.a(x)))))',
      '4,64',
    );
    assert.deepEqual(narrow.bottlenecks, [{ path: 'a', rank: 8, width: 32, bypassed: false }]);
    const residual = await capacity(
      'self.a = nn.Linear(64, 8); self.b = nn.Linear(8, 64); self.c = nn.Linear(64, 10)',
      'return self.c(x + self.b(F.relu(self.a(x))))',
      '4,64',
    );
    assert.deepEqual(residual.bottlenecks, [{ path: 'a', rank: 8, width: 64, bypassed: true }]);
  });

  it('holds the parameters against the samples that the project trains on', async () => {
    const train = (data: string): Record<string, string> => ({
      '/train.py': `${HEAD}from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets
from net import Net

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
data = ${data}
loader = DataLoader(data, batch_size=16, shuffle=True)
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
`,
    });
    const net = ['self.fc = nn.Linear(9, 10)', 'return self.fc(x)', '4,9'] as const;
    const own = await capacity(...net, train('TensorDataset(torch.randn(400, 9), torch.zeros(400).long())'));
    assert.equal(own.samples?.count, 400);
    assert.equal(own.parametersPerSample, 0.25);
    assert.equal((await capacity(...net, train('datasets.MNIST("data", train=True)'))).samples?.count, 60_000);
    assert.equal((await capacity(...net, train('datasets.MNIST("data", train=flag)'))).samples, null);
    assert.equal((await capacity(...net)).samples, null);
  });
});
