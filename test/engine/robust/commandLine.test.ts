// The built command line on bad input: each gets one clear sentence, soon, and the run goes on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/paths.js';

const CLI = join(ROOT, 'dist', 'cli.js');

const NET = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(x)
`;

interface Answer {
  readonly error?: { readonly message: string };
  readonly parameters?: { readonly total: number | null };
  readonly unknowns?: readonly { readonly reason: string; readonly line: number | null }[];
}

describe('the command line on bad input', function () {
  this.timeout(120_000);
  let folder = '';

  before(() => (folder = mkdtempSync(join(tmpdir(), 'architect-cli-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const analyze = (...args: string[]): { status: number | null; stderr: string; stdout: string } =>
    spawnSync(process.execPath, [CLI, 'analyze', ...args], { encoding: 'utf8', cwd: folder });
  const batch = (requests: readonly (object | string)[], ...args: string[]): Answer[] => {
    const input = requests.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n');
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'analyze', '--batch', ...args], {
      encoding: 'utf8',
      cwd: folder,
      input,
      maxBuffer: 2 ** 28,
    });
    assert.equal(status, 0, stderr);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  };

  it('says what is wrong with the file', () => {
    mkdirSync(join(folder, 'package'));
    const missing = analyze('missing.py');
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /^architect: there is no file missing\.py\n$/);
    const directory = analyze('package');
    assert.equal(directory.status, 2);
    assert.match(directory.stderr, /^architect: package is a folder: say which Python file in it to analyze\n$/);
    const binary = analyze(put('binary.py', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 255])));
    assert.equal(binary.status, 2);
    assert.match(binary.stderr, /binary\.py can't be read as a text file\n$/);
    const limit = analyze(put('net.py', NET), '--time-limit', 'soon');
    assert.equal(limit.status, 2);
    assert.match(limit.stderr, /--time-limit takes a number of seconds above 0, not 'soon'/);
  });

  it('says so when there is nothing to report on', () => {
    for (const text of ['', '\n\n', 'x = 1\n']) {
      const { status, stdout } = analyze(put('plain.py', text));
      assert.equal(status, 3);
      assert.match(stdout, /no nn\.Module class in this file/);
    }
  });

  it('answers each request of a batch, whatever the others are', () => {
    const layers = Array.from({ length: 10_000 }, (_, i) => `        self.fc${i} = nn.Linear(2, 2)\n`).join('');
    const many = NET.replace('        self.fc = nn.Linear(8, 2)\n', layers).replace('self.fc(x)', 'self.fc0(x)');
    const requests: [object | string, (answer: Answer) => void][] = [
      [{ file: put('good.py', NET) }, (answer) => assert.equal(answer.parameters?.total, 18)],
      ['not json', (answer) => assert.match(answer.error?.message ?? '', /not JSON/)],
      [{ path: [] }, (answer) => assert.match(answer.error?.message ?? '', /not understood/)],
      [{ file: 'missing.py' }, (answer) => assert.match(answer.error?.message ?? '', /can't be read/)],
      [{ file: folder }, (answer) => assert.match(answer.error?.message ?? '', /can't be read/)],
      [{ file: 'good.py', call: 'Net(' }, (answer) => assert.ok(answer.unknowns?.[0]?.reason)],
      [{ file: 'good.py', call: 'Other()' }, (answer) => assert.match(answer.unknowns?.[0]?.reason ?? '', /Other/)],
      [
        { file: 'good.py', call: 'Net()', input: [['x', -1]] },
        (answer) => assert.ok(answer.parameters ?? answer.error),
      ],
      [
        { file: put('syntax.py', NET.replace('super().__init__()', 'super(.__init__()')) },
        (answer) => assert.ok(answer.unknowns ?? answer.error),
      ],
      [
        { file: put('windows.py', NET.replaceAll('\n', '\r\n')) },
        (answer) => assert.equal(answer.parameters?.total, 18),
      ],
      [{ file: put('tabs.py', NET.replaceAll('    ', '\t')) }, (answer) => assert.equal(answer.parameters?.total, 18)],
      [
        { file: put('latin.py', Buffer.from(`# -*- coding: latin-1 -*-\n# caf\xe9\n${NET}`, 'latin1')) },
        (answer) => assert.equal(answer.parameters?.total, 18),
      ],
      [
        { file: put('undeclared.py', Buffer.from(`# caf\xe9\n${NET}`, 'latin1')) },
        (answer) => assert.equal(answer.parameters?.total, 18),
      ],
      [{ file: put('cycle_a.py', `import cycle_b\n${NET}`) }, (answer) => assert.equal(answer.parameters?.total, 18)],
      [
        { file: put('deep.py', `${NET}x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`) },
        (answer) => assert.equal(answer.parameters?.total, 18),
      ],
      [
        { file: put('endless.py', NET.replace('self.fc = nn', 'while True:\n            pass\n        self.fc = nn')) },
        (answer) => {
          assert.equal(answer.parameters?.total, null);
          assert.match(answer.unknowns?.[0]?.reason ?? '', /budget was used up here/);
          assert.ok([8, 9].includes(answer.unknowns?.[0]?.line ?? 0), JSON.stringify(answer.unknowns));
        },
      ],
      [
        { file: put('recursive.py', NET.replace('self.fc = nn.Linear(8, 2)', 'self.fc = Net()')) },
        (answer) => {
          assert.equal(answer.parameters?.total, null);
          assert.match(answer.unknowns?.[0]?.reason ?? '', /recursion|nests too deeply/);
        },
      ],
      [{ file: put('many.py', many) }, (answer) => assert.equal(answer.parameters?.total, 60_000)],
      [
        { file: put('long.py', NET + 'x = 1\n'.repeat(20_000)) },
        (answer) => assert.equal(answer.parameters?.total, 18),
      ],
      [{ file: 'good.py' }, (answer) => assert.equal(answer.parameters?.total, 18)],
    ];
    put('cycle_b.py', 'import cycle_a\nfrom cycle_a import Net\n');
    const answers = batch(requests.map(([request]) => request));
    assert.equal(answers.length, requests.length);
    for (const [i, [request, check]] of requests.entries()) {
      const answer = answers[i];
      assert.ok(answer, JSON.stringify(request));
      check(answer);
    }
  });

  it('ends a request that takes longer than it may', () => {
    const slow = put(
      'slow.py',
      NET.replace('self.fc = nn', 'n = 0\n        while n < 10**9:\n            n += 1\n        self.fc = nn'),
    );
    const [late, next] = batch([{ file: slow }, { file: put('good.py', NET) }], '--time-limit', '0.05');
    assert.match(JSON.stringify(late), /took longer than 0\.05 s|no result within|budget was used up/);
    assert.ok(next && 'parameters' in next);
  });

  it('ends quietly when nobody reads on', function () {
    if (process.platform === 'win32') this.skip();
    const long = put('long.py', `${NET}\n\nnets = nn.Sequential(*[Net() for _ in range(400)])\n`);
    const command = `"${process.execPath}" "${CLI}" analyze "${long}" --call nets --json | head -c 20`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', cwd: folder });
    assert.equal(stdout.length, 20);
    assert.equal(stderr, '');
  });

  it('answers what nests deeper than the stack it starts with', () => {
    const chain = `import torch.nn as nn


def chain(n):
    return nn.Sequential(nn.Linear(1, 1), chain(n - 1)) if n else nn.Linear(1, 1)
`;
    assert.match(analyze(put('chain.py', chain), '--call', 'chain(300)').stdout, /Parameters {2}602 /);
    const nested = analyze(put('nested.py', `${NET}x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`));
    assert.match(nested.stdout, /Parameters {2}18 /);
  });

  it('says where a file stopped that has no end', () => {
    const { stderr } = analyze(put('endless.py', `n = 0\nwhile True:\n    n += 1\n${NET}`));
    assert.match(stderr, /^architect: the analysis [^\n]*endless\.py:\d[^\n]*\n$/);
  });

  it('says so when a file may not be read', function () {
    const file = put('secret.py', NET);
    chmodSync(file, 0);
    // Nothing is hidden from root, and Windows knows no such mode.
    if (process.platform === 'win32' || process.getuid?.() === 0) this.skip();
    assert.match(analyze(file).stderr, /can't be read/);
  });
});
