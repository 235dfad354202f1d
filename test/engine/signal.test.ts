import assert from 'node:assert/strict';
import { reportText } from '../../src/agent/tools/report.js';
import { renderReport } from '../../src/cli/table.js';
import type { ModelReport } from '../../src/engine/report/index.js';
import { netFile, netReport } from '../support/netReport.js';

const IMPORTS = 'import math\nfrom torch.nn.utils.rnn import pack_padded_sequence\n';

const reportOf = (init: string, forward: string, ...inputs: string[]): Promise<ModelReport> =>
  netReport(netFile(init, forward, IMPORTS), inputs);

const varianceOf = (report: ModelReport, path: string): number => {
  const layer = report.signal.find((each) => each.path === path);
  assert.ok(typeof layer?.variance === 'number', report.signalUnknown?.reason);
  return layer.variance;
};

// Variances and gradient norms of recurrent models against PyTorch: test/conformance/signal.test.ts.
describe('the signal', () => {
  const cell = (state: string): Promise<ModelReport> =>
    reportOf('self.cell = nn.LSTMCell(8, 32)', `return self.cell(x${state})[0]`, '16,8');

  it('starts from the state that a cell is given', async () => {
    const zero = varianceOf(await cell(''), 'cell');
    assert.equal(varianceOf(await cell(', (torch.zeros(16, 32), x.new_zeros(16, 32))'), 'cell'), zero);
    assert.ok(varianceOf(await cell(', (torch.ones(16, 32), torch.ones(16, 32))'), 'cell') > 10 * zero);
  });

  it('takes what is filled in forward as it is filled, however large it is', async () => {
    const report = await reportOf(
      'self.a = nn.Linear(64, 64, bias=False)',
      'return self.a(torch.full((64, 64), 3.0)) + x',
      '64,64',
    );
    // Var = 64 · 3² · 1/(3·64) for weights that are uniform in ±1/√64.
    assert.ok(Math.abs(varianceOf(report, 'a') - 3) < 1e-9);
  });

  // Moments measured with PyTorch 2.13 over millions of numbers; a uniform weight in ±1 has variance 1/3.
  const low = '(1 + math.erf(-1.5 / math.sqrt(2))) / 2';
  const fills: readonly (readonly [string, number])[] = [
    ['self.a.weight.data.uniform_(-0.3, 0.3)', 0.3 ** 2 / 3],
    ['self.a.weight.data.normal_(0, 0.5).mul_(0.1).div_(2)', 0.025 ** 2],
    ['self.a.weight = nn.Parameter(torch.randn(64, 200) * 0.02)', 0.02 ** 2],
    ['self.a.weight = nn.Parameter(0.3 * torch.randn(64, 200) + 1)', 1.09],
    ['self.a.weight = nn.Parameter(torch.full((64, 200), 0.5))', 0.25],
    ['nn.init.constant_(self.a.weight, 0.5)', 0.25],
    ['nn.init.trunc_normal_(self.a.weight, std=0.2, a=-0.2, b=0.2)', 0.2 ** 2 * 0.29112],
    [
      `self.a.weight.data.uniform_(2 * (${low}) - 1, 1 - 2 * (${low})).erfinv_().mul_(0.2 * math.sqrt(2))`,
      0.2 ** 2 * 0.55152,
    ],
    ['self.a.weight.data.normal_(0, 0.5).clamp_(-0.5, 0.5)', 0.5 ** 2 * 0.51606],
  ];
  for (const [fill, square] of fills)
    it(`knows a weight after ${fill}`, async () => {
      const report = await reportOf(`self.a = nn.Linear(200, 64, bias=False); ${fill}`, 'return self.a(x)', '32,200');
      const found = varianceOf(report, 'a') / 200;
      assert.ok(Math.abs(found / square - 1) < 1e-3, `${found}, not ${square}`);
    });

  it('does not take a weight for what it was before something unknown was done to it', async () => {
    const report = await reportOf(
      'self.a = nn.Linear(8, 8); self.a.weight.data.normal_().sinh_()',
      'return self.a(x)',
      '4,8',
    );
    assert.match(report.signalUnknown?.reason ?? '', /how a parameter is filled is not known/);
  });

  for (const kind of ['LSTM', 'GRU', 'RNN'])
    it(`goes through ${kind}, whichever axis comes first`, async () => {
      const variance = async (first: string, input: string): Promise<number> =>
        varianceOf(await reportOf(`self.run = nn.${kind}(8, 16${first})`, 'return self.run(x)[0]', input), 'run');
      const found = await variance('', '50,4,8');
      assert.ok(found > 0);
      assert.equal(await variance(', batch_first=True', '4,50,8'), found);
    });

  it('is reckoned with numbers for sizes that are only named, and says which', async () => {
    const report = await reportOf('self.a = nn.Linear(8, 16)', 'return self.a(x)', 'B,T,8');
    assert.deepEqual(report.signalSizes, { B: 32, T: 32 });
    assert.equal(
      varianceOf(report, 'a'),
      varianceOf(await reportOf('self.a = nn.Linear(8, 16)', 'return self.a(x)', '3,8'), 'a'),
    );
    const text = 'Gradients   get through to every layer at initialisation (reckoned with B = 32, T = 32)';
    assert.ok(renderReport(report, false).includes(`${text}\n`));
    assert.ok(
      reportText(report).includes(
        'gradients get through to every layer at initialisation (reckoned with B = 32, T = 32)',
      ),
    );
  });

  it('says why it is not known, to people and to models', async () => {
    const report = await reportOf('self.a = nn.Linear(8, 8)', 'return torch.fft.fft(self.a(x)).abs()', '4,8');
    assert.match(renderReport(report, false), /^Gradients {3}\? \(what \w+ does to a signal is not known\)$/m);
    assert.match(reportText(report), /^gradients at initialisation: unknown, what \w+ does to a signal is not known$/m);
  });

  it('is unknown behind packed sequences, and says which operator it is', async () => {
    const report = await reportOf(
      'self.run = nn.LSTM(8, 16, batch_first=True)',
      'return self.run(pack_padded_sequence(x, torch.tensor([5, 3]), batch_first=True))[0].data',
      '2,5,8',
    );
    assert.deepEqual(report.signal, []);
    assert.match(report.signalUnknown?.reason ?? '', /what \w+ does to a signal is not known/);
  });

  it('goes through the mean over what is no padding', async () => {
    const report = await reportOf(
      'self.table = nn.Embedding(100, 32, padding_idx=0); self.out = nn.Linear(32, 4)',
      'mask = (x != 0).unsqueeze(-1).float(); return self.out((self.table(x) * mask).sum(1) / mask.sum(1).clamp(min=1))',
      '8,20:int64',
    );
    assert.ok(varianceOf(report, 'out') > 0);
    assert.equal(report.signalVerdict?.kind, 'healthy');
  });
});
