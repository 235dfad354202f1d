// Verification in a real Python with PyTorch: what holds, what doesn't, what can't be run, and that it ends when told to.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { handlers } from '../../src/server/requests/index.js';
import { Workspace } from '../../src/server/workspace.js';
import { prepareVerification, type VerifyHost, type Verified } from '../../src/verify/index.js';
import { parser } from '../support/interpret.js';
import { ROOT } from '../support/paths.js';
import { TORCH_PYTHON } from '../support/torch-python.js';

const FILES: Readonly<Record<string, string>> = {
  'net.py': `
import torch
from torch import nn
from sizes import WIDTH

print("loading", end="")


# architect: Net(classes=5)(x: f32[B, 16])
class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.hidden = nn.Linear(16, WIDTH)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.head = nn.Linear(WIDTH, classes)

    def forward(self, x):
        return self.head(torch.relu(self.norm(self.hidden(x))))


# architect: Cut()(x: f32[B, 16])
class Cut(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 16)
        self.last = nn.Linear(16, 2)

    def forward(self, x):
        return self.last(self.first(x).detach())
`,
  'sizes.py': 'WIDTH = 32\n',
  'functions.py': `
import os
import torch
from torch import nn


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x * FACTOR


FACTOR = 2
SEEN_KEY = os.environ.get("ANTHROPIC_API_KEY", "none")


# architect: SquareLoss()(values: f32[B, 3], target: f32[B, 3])
class SquareLoss(nn.Module):
    def forward(self, values, target):
        assert SEEN_KEY == "none", SEEN_KEY
        return Square.apply(values - target).mean()
`,
  'bad.py': `
from torch import nn


# architect: Bad()(x: f32[B, 8])
class Bad(nn.Module):
    def forward(self, x):
        return self.compute(x)

    def compute(self, x):
        raise ValueError("nothing works here")
`,
  'slow.py': `
import subprocess, sys, time
from pathlib import Path
from torch import nn

child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
Path(__file__).with_suffix(".pid").write_text(str(child.pid))
time.sleep(300)


# architect: Slow()(x: f32[B, 8])
class Slow(nn.Module):
    def forward(self, x):
        return x
`,
};

describe('verification in Python', function () {
  this.timeout(180_000);
  let folder = '';
  let workspace: Workspace;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'verify-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    workspace = new Workspace(createAnalysisEngine, await parser(), [folder], () => false);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  type Prepared = Awaited<ReturnType<typeof prepareVerification>>;
  const prepare = (
    file: string,
    qualname: string,
    host: Partial<VerifyHost> = {},
    overlay?: readonly { readonly uri: string; readonly text: string }[],
  ): Promise<Prepared> =>
    prepareVerification(
      {
        ask: async (method, params) => handlers[method](params, workspace),
        interpreter: {
          setting: TORCH_PYTHON,
          folders: [folder],
          env: { ...process.env, ANTHROPIC_API_KEY: 'sk-ant-not-for-you' },
        },
        script: join(ROOT, 'src', 'verify', 'verify.py'),
        roots: [folder],
        overlays: {},
        seconds: 120,
        ...host,
      },
      { uri: pathToFileURL(join(folder, file)).href, qualname, ...(overlay ? { overlay } : {}) },
    );
  const run = async (...args: Parameters<typeof prepare>): Promise<Verified> => {
    const prepared = await prepare(...args);
    assert.ok('run' in prepared, JSON.stringify(prepared));
    return prepared.run();
  };
  const outcomes = ({ result }: Verified): Record<string, string> =>
    Object.fromEntries(result.checks.map(({ id, outcome }) => [id, outcome]));

  it('holds the analyser’s numbers to account and trains for a moment', async () => {
    const prepared = await prepare('net.py', 'Net');
    assert.ok('run' in prepared);
    assert.match(prepared.detail, /verify\.py\nin .*\n\nIt imports net\.py, which runs .*makes Net\(classes=5\)/);
    const { holds, markdown, result } = await prepared.run();
    assert.ok(holds, markdown);
    assert.match(markdown, /\| ✓ \| parameters \| 773 \|/);
    assert.match(markdown, /\| ✓ \| shape of the output \| \[4, 5\] \|/);
    assert.match(markdown, /\| ✓ \| multiply-accumulates \| 2,688 \|/);
    assert.deepEqual(
      result.checks.filter(({ outcome }) => outcome !== 'passed'),
      [],
    );
    assert.equal(result.printed.includes('loading'), true, 'prints don’t disturb the answers');
  });

  it('uses the text that the editor has, of the file and of what it imports', async () => {
    const overlays = { [join(folder, 'sizes.py')]: 'WIDTH = 8\n' };
    const { result } = await run('net.py', 'Net', { overlays });
    const parameters = result.checks.find(({ id }) => id === 'parameters');
    // The analysis here knows the file on disk; Python got the editor's.
    assert.deepEqual([parameters?.expected, parameters?.found], [773, 16 * 8 + 8 + 16 + 8 * 5 + 5]);
    assert.equal(readFileSync(join(folder, 'sizes.py'), 'utf8'), 'WIDTH = 32\n');
  });

  it('uses what is proposed in place of both, and says so before it is run', async () => {
    const sizes = join(folder, 'sizes.py');
    const overlay = [{ uri: pathToFileURL(sizes).href, text: 'WIDTH = 4\n' }];
    const unsaved = { [sizes]: 'WIDTH = 8\n', [join(folder, 'bad.py')]: 'x = 1\n' };
    const prepared = await prepare(
      'net.py',
      'Net',
      { overlays: unsaved, undecided: [sizes, join(folder, 'net.py')] },
      overlay,
    );
    assert.ok('run' in prepared, JSON.stringify(prepared));
    assert.match(
      prepared.detail,
      /sizes\.py as this answer proposes to change it\.\n\nUnsaved text of bad\.py is used as the editor has it\.\n\nChanges of net\.py that you have neither kept/,
    );
    const { result } = await prepared.run();
    const parameters = result.checks.find(({ id }) => id === 'parameters');
    const count = 16 * 4 + 4 + 8 + 4 * 5 + 5;
    assert.deepEqual([parameters?.expected, parameters?.found], [count, count]);
  });

  it('names parameters that get no gradient', async () => {
    const verified = await run('net.py', 'Cut');
    assert.equal(outcomes(verified)['gradients'], 'failed');
    assert.match(verified.markdown, /no gradient: first\.weight, first\.bias/);
    assert.equal(verified.holds, false);
  });

  it('checks own backward passes against numbers', async () => {
    const right = await run('functions.py', 'SquareLoss');
    assert.equal(outcomes(right)['gradcheck of Square'], 'passed', right.markdown);
    assert.equal(outcomes(right)['derivative'], 'passed');
    const overlays = {
      [join(folder, 'functions.py')]: (FILES['functions.py'] ?? '').replace('FACTOR = 2', 'FACTOR = 3'),
    };
    const wrong = await run('functions.py', 'SquareLoss', { overlays });
    assert.equal(outcomes(wrong)['gradcheck of Square'], 'failed');
    assert.match(wrong.markdown, /its backward is not the derivative of its forward/);
    assert.equal(outcomes(wrong)['derivative'], 'warning');
  });

  it('shows errors of the code with the lines that led there', async () => {
    const { markdown, holds } = await run('bad.py', 'Bad');
    assert.match(markdown, /### Bad: forward failed/);
    assert.match(markdown, /bad\.py:8 in forward: return self\.compute\(x\)/);
    assert.match(markdown, /ValueError: nothing works here/);
    assert.doesNotMatch(markdown, /verify\.py:/);
    assert.equal(holds, false);
    const overlays = { [join(folder, 'bad.py')]: 'import surely_absent\n' };
    const { markdown: unloaded } = await run('bad.py', 'Bad', { overlays });
    assert.match(unloaded, /could not be loaded[^]*bad\.py:1: import surely_absent\nModuleNotFoundError/);
  });

  it('says plainly what is missing', async () => {
    // A Python that sees no installed packages.
    const bare = join(folder, 'bare-python');
    writeFileSync(bare, `#!/bin/sh\nexec "${TORCH_PYTHON}" -I -S "$@"\n`);
    chmodSync(bare, 0o755);
    const { markdown } = await run('net.py', 'Net', { interpreter: { setting: bare, folders: [], env: process.env } });
    assert.match(markdown, /PyTorch is not installed for this Python\. Select an environment/);
    const nowhere = await prepare('net.py', 'Net', {
      interpreter: { setting: './nowhere/python', folders: [folder], env: {} },
    });
    assert.match('problem' in nowhere ? nowhere.problem : '', /There is no Python at .*nowhere/);
    const none = await prepare('sizes.py', 'Absent');
    assert.match('problem' in none ? none.problem : '', /There is no nn\.Module Absent/);
  });

  it('ends with everything that it started, when it is cancelled or its time is over', async () => {
    const isAlive = (pid: number): boolean => {
      try {
        // A process that ended stays as a zombie until its parent looks.
        return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      } catch {
        return false;
      }
    };
    const childOf = (): number => {
      try {
        return Number(readFileSync(join(folder, 'slow.pid'), 'utf8'));
      } catch {
        return 0;
      }
    };
    const prepared = await prepare('slow.py', 'Slow');
    assert.ok('run' in prepared);
    const cancel = new AbortController();
    const running = prepared.run(cancel.signal);
    while (childOf() === 0) await delay(50);
    const child = childOf();
    assert.ok(isAlive(child));
    const at = performance.now();
    cancel.abort();
    const { result, markdown } = await running;
    assert.equal(result.end.kind, 'cancelled');
    assert.match(markdown, /The run was cancelled/);
    assert.ok(performance.now() - at < 5_000);
    while (isAlive(child)) await delay(20);
    const { result: late } = await run('slow.py', 'Slow', { seconds: 1 });
    assert.deepEqual(late.end, { kind: 'timeout', seconds: 1 });
  });

  it('is on the command line: asks first, answers with an exit code', async () => {
    const cli = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
      promisify(execFile)(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'verify', ...args]).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      );
    const file = join(folder, 'net.py');
    const unasked = await cli(file, 'Net');
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /say --yes where nobody can be asked/);
    const good = await cli(file, 'Net', '--python', TORCH_PYTHON, '--yes', '--json');
    assert.equal(good.code, 0, good.stderr);
    assert.equal((JSON.parse(good.stdout) as { holds: boolean }).holds, true);
    assert.match(good.stderr, /It imports net\.py/);
    const bad = await cli(file, 'Cut', '--python', TORCH_PYTHON, '--yes');
    assert.equal(bad.code, 1);
  });
});
