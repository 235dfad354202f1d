// The signal at initialisation, against PyTorch over 20 seeds (training/signal.json, measured by signal_truth.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from './batch';
import { CLI, ROOT, startBatch } from './models';

type Layer = [path: string, variance: number, gradientNorm: number];

interface Entry {
  folder: string;
  file: string;
  call: string;
  input: number[][];
  layers: Layer[];
}

interface Answer {
  signal?: { path: string; variance: number; gradientNorm: number }[];
  signalVerdict?: { kind: string; from: string | null } | null;
}

/** Rank correlation of the gradient norms: what at least 15 models reach, and every one. */
const ENOUGH = 0.95;
const LEAST = 0.9;

/** The same thresholds, applied to what was measured. */
function verdictOf(layers: readonly Layer[]): string {
  for (const [, , norm] of [...layers].reverse()) {
    if (norm < 1e-3) return 'vanishing';
    if (norm > 1e3) return 'exploding';
  }
  return 'healthy';
}

/** Ranks, ties sharing their mean. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2;
  });
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const along = (p: readonly number[], mp: number, q: readonly number[], mq: number): number =>
    p.reduce((sum, value, i) => sum + (value - mp) * ((q[i] as number) - mq), 0);
  return along(x, mx, y, my) / Math.sqrt(along(x, mx, x, mx) * along(y, my, y, my));
}

describe('signal at initialisation', () => {
  const { entries } = JSON.parse(readFileSync(join(__dirname, 'training', 'signal.json'), 'utf8')) as {
    entries: Entry[];
  };
  let batch: Batch;
  before(() => (batch = startBatch(CLI, ['--time-limit', '50'])));
  after(() => batch.close());

  it('orders the gradients of layers as PyTorch does, and says whether they get through', async function () {
    this.timeout(600_000);
    const lines = ['model                                         layers  rank corr.  verdict'];
    const wrong: string[] = [];
    let good = 0;
    for (const { folder, file, call, input, layers } of entries) {
      const answer = (await batch.ask({ file: join(ROOT, folder, file), call, input, details: true })) as Answer;
      const signal = answer.signal ?? [];
      const paths = signal.map(({ path }) => path);
      const norms = signal.map(({ gradientNorm }) => gradientNorm);
      // Modules that only hand on what they get (Identity) run no operator and have no entry.
      const measured = layers.filter(([path]) => paths.includes(path));
      const rank =
        paths.length === measured.length
          ? spearman(
              norms,
              measured.map(([, , norm]) => norm),
            )
          : NaN;
      const kind = answer.signalVerdict?.kind ?? 'unknown';
      const line = `${call.padEnd(46)}${String(layers.length).padStart(6)}${rank.toFixed(3).padStart(12)}  ${kind}`;
      lines.push(line);
      if (rank >= ENOUGH) good++;
      if (!(rank >= LEAST)) wrong.push(`${line}: too far from PyTorch's order`);
      if (kind !== verdictOf(layers)) wrong.push(`${line}: PyTorch says ${verdictOf(layers)}`);
      if (paths.join() !== measured.map(([path]) => path).join()) wrong.push(`${line}: other layers than PyTorch's`);
    }
    console.log(lines.join('\n'));
    assert.deepEqual(wrong, []);
    assert.ok(good >= 15, `${good} of ${entries.length} models`);
  });
});
