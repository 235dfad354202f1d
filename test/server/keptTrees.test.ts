// The built command line takes trees of earlier runs: its answers are those of a run that parses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/paths.js';

const LAYERS = `import torch.nn as nn


def linear(size):
    return nn.Linear(size, 2)
`;
const NET = `from layers import linear
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, size=8):
        super().__init__()
        self.fc = linear(size)

    def forward(self, x):
        return self.fc(x)
`;

describe('the command line with trees of earlier runs', function () {
  this.timeout(120_000);
  let folder = '';

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'architect-trees-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (caches: string, args: readonly string[], input?: string): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'analyze', ...args], {
      encoding: 'utf8',
      cwd: folder,
      input,
      env: {
        ...process.env,
        XDG_CACHE_HOME: caches,
        LOCALAPPDATA: caches,
        HOME: caches,
        ARCHITECT_CODE_CACHE: 'on',
        ARCHITECT_PARSER: 'wasm',
      },
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  it('says what it says without', () => {
    const kept = join(folder, 'kept');
    put('layers.py', LAYERS);
    put('net.py', NET);
    // A first call, the same again, another one, then other texts of the file and of what it imports.
    const steps: readonly (readonly [text: string, layers: string, args: readonly string[]])[] = [
      [NET, LAYERS, ['--call', 'Net()']],
      [NET, LAYERS, ['--call', 'Net()']],
      [NET, LAYERS, ['--call', 'Net(9)']],
      [NET.replace('size=8', 'size=7'), LAYERS, ['--call', 'Net()']],
      [NET, LAYERS.replace(', 2)', ', 5)'), ['--call', 'Net()', '--input', '1,8']],
      [NET.replace('class Net', '# architect: Net(size=3)(x: f32[4, 3])\nclass Net'), LAYERS, []],
      [NET, LAYERS, ['--call', 'Net()']],
    ];
    steps.forEach(([text, layers, args], i) => {
      put('net.py', text);
      put('layers.py', layers);
      const all = ['net.py', ...args, '--json'];
      assert.equal(run(kept, all), run(join(folder, `fresh${i}`), all), `step ${i}`);
    });
    assert.notEqual(readdirSync(kept, { recursive: true }).length, 0);
  });

  it('does not believe compiled code that was damaged', () => {
    const kept = join(folder, 'kept');
    put('layers.py', LAYERS);
    put('net.py', NET);
    const args = ['net.py', '--call', 'Net()', '--json'];
    const whole = run(kept, args);
    const files = readdirSync(kept, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.bin'));
    assert.notEqual(files.length, 0);
    for (const name of files) {
      const bytes = readFileSync(join(kept, name));
      for (let at = 1000; at < bytes.length; at += 10_000) bytes.fill(0xa5, at, at + 64);
      writeFileSync(join(kept, name), bytes);
    }
    assert.equal(run(kept, args), whole);
  });

  it('goes on with a batch in which one tree is missing', () => {
    const kept = join(folder, 'kept');
    put('layers.py', LAYERS);
    put('net.py', NET);
    const ask = (...calls: string[]): string =>
      calls.map((call) => JSON.stringify({ file: 'net.py', call })).join('\n');
    run(kept, ['--batch'], ask('Net()', 'Net(2)'));
    const calls = ask('Net()', 'Net(3)', 'Net(2)', 'Net(4)');
    assert.equal(run(kept, ['--batch'], calls), run(join(folder, 'fresh'), ['--batch'], calls));
  });
});
