import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/paths.js';

const PROGRAM = `import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(8, 3)]

    def forward(self, x):
        return F.softmax(self.layers[0](x), dim=1)


model = Net()
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
`;

describe('architect lint', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-lint-'));
    await writeFile(join(folder, 'train.py'), PROGRAM);
    await writeFile(join(folder, 'clean.py'), 'import torch.nn as nn\n\nmodel = nn.Linear(3, 4)\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((done) =>
      execFile(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'lint', ...args], { cwd: folder }, (error, out, err) =>
        done({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      ),
    );

  it('prints what it finds, and says so by its exit code', async () => {
    const { code, out } = await run('.');
    assert.equal(code, 1);
    assert.match(out, /^train\.py:11:9: error R01 The module in self\.layers is not registered/m);
    assert.match(out, /^train\.py:14:16: warning L01 /m);
    assert.match(out, /^1 error, 1 warning in 2 files$/m);
    assert.deepEqual(await run('clean.py'), { code: 0, out: 'Nothing found in 1 file\n', err: '' });
  });
  it('leaves out rules and levels that are not asked for', async () => {
    assert.match((await run('train.py', '--level', 'error')).out, /^1 error in 1 file$/m);
    assert.match((await run('train.py', '--select', 'L01')).out, /^1 warning in 1 file$/m);
    assert.equal((await run('train.py', '--ignore', 'L01,R01')).code, 0);
  });
  it('speaks SARIF, JSON, and the language of a workflow log', async () => {
    const sarif = JSON.parse((await run('train.py', '--format', 'sarif')).out) as {
      version: string;
      runs: { results: { ruleId: string; locations: { physicalLocation: { region: { startLine: number } } }[] }[] }[];
    };
    assert.equal(sarif.version, '2.1.0');
    assert.deepEqual(
      sarif.runs[0]?.results.map(({ ruleId, locations }) => [ruleId, locations[0]?.physicalLocation.region.startLine]),
      [
        ['R01', 11],
        ['L01', 14],
      ],
    );
    const json = JSON.parse((await run('train.py', '--format', 'json')).out) as { findings: unknown[] };
    assert.equal(json.findings.length, 2);
    assert.match((await run('train.py', '--format', 'github')).out, /^::error file=train\.py,line=11,.*,title=R01::/m);
  });
  describe('of sizes that do not fit', () => {
    const misfit = (width: number, forward: string): string => `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.fc = nn.Linear(${width}, 10)

    def forward(self, x):
        x = self.conv(x)
        ${forward}
        return self.fc(x.flatten(1))


Net()(torch.randn(2, 3, 8, 8))
`;
    before(async () => {
      await writeFile(join(folder, 'width.py'), misfit(100, 'x = x.relu()'));
      await writeFile(join(folder, 'join.py'), misfit(512, 'x = torch.cat([x, x.mean(1)], dim=1)'));
      await writeFile(join(folder, 'fits.py'), misfit(512, 'x = x.relu()'));
    });

    it('tells them, also where no rule is about the operator', async () => {
      const { code, out } = await run('join.py', 'fits.py', '--select', 'shape');
      assert.equal(code, 1);
      assert.match(out, /^join\.py:13:\d+: error shape .*Tensors must have same number of dimensions: got 4 and 3/m);
      assert.match(out, /^1 error in 2 files$/m);
      const { out: json } = await run('join.py', '--format', 'sarif');
      assert.match(json, /"ruleId": "shape"/);
    });
    it('is silent on the line that says so, and where it is left out', async () => {
      assert.equal((await run('join.py', '--ignore', 'shape')).code, 0);
      const text = await readFile(join(folder, 'join.py'), 'utf8');
      await writeFile(join(folder, 'meant.py'), text.replace('dim=1)\n', 'dim=1)  # architect: ignore[shape]\n'));
      assert.equal((await run('meant.py')).code, 0);
    });
    it('repairs the number', async () => {
      assert.equal((await run('width.py', '--fix')).code, 0);
      assert.match(await readFile(join(folder, 'width.py'), 'utf8'), /self\.fc = nn\.Linear\(512, 10\)/);
    });
  });
  it('says what is wrong with a call of it', async () => {
    assert.deepEqual(await run('nowhere.py'), { code: 2, out: '', err: 'architect: there is nothing at nowhere.py\n' });
    assert.match((await run('.', '--select', 'L99')).err, /there is no rule L99/);
  });
  it('repairs what it can', async () => {
    const { code } = await run('train.py', '--fix');
    const text = await readFile(join(folder, 'train.py'), 'utf8');
    assert.match(text, /self\.layers = nn\.ModuleList\(\[nn\.Linear\(8, 3\)\]\)/);
    assert.match(text, /return self\.layers\[0\]\(x\)$/m);
    assert.equal(code, 0);
  });
});
