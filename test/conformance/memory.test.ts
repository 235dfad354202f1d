// What backward keeps, against the bytes of PyTorch's saved tensors (training/memory.json and operators.json, measured by memory_truth.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureZoos } from '../../scripts/zoos.mjs';
import type { Batch } from './batch';
import { CLI, ROOT, startBatch } from './models';

interface Entry {
  family: string;
  folder: string;
  file: string;
  call: string;
  input: number[][];
  inputDtypes?: string[];
  path?: string[];
  kept: number;
}

interface Answer {
  memory?: { activations: number | null };
  error?: { message: string };
}

/** Most by which a number may be off. */
const TOLERANCE = 0.05;
const FAMILIES = ['CNN', 'Transformer', 'RNN', 'U-Net', 'GAN'];

const entriesOf = (name: string): Entry[] =>
  (JSON.parse(readFileSync(join(__dirname, 'training', name), 'utf8')) as { entries: Entry[] }).entries;

describe('memory that backward keeps', () => {
  let batch: Batch;
  before(function () {
    this.timeout(300_000);
    ensureZoos(['torchvision']);
    batch = startBatch(CLI, ['--time-limit', '50']);
  });
  after(() => batch.close());

  const keptOf = async ({ folder, file, call, input, inputDtypes, path = [] }: Entry): Promise<number | null> => {
    const answer = (await batch.ask({
      file: join(ROOT, folder, file),
      call,
      input,
      inputDtypes,
      path: [...path, ''].map((extra) => join(ROOT, folder, extra)),
      details: true,
    })) as Answer;
    return answer.memory?.activations ?? null;
  };

  it('is exact or unknown for every single operator', async function () {
    this.timeout(600_000);
    const wrong: string[] = [];
    let exact = 0;
    for (const entry of entriesOf('operators.json')) {
      const found = await keptOf(entry);
      if (found === entry.kept) exact++;
      else if (found !== null) wrong.push(`${entry.call}: ${found} bytes, PyTorch keeps ${entry.kept}`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(exact >= 485, `${exact} operators`);
  });

  it('is within 5 % of PyTorch in every family, and nowhere wrong', async function () {
    this.timeout(600_000);
    const lines = ['family       model                                            PyTorch       analyser    off'];
    const wrong: string[] = [];
    const right = new Map<string, number>();
    const entries = entriesOf('memory.json');
    for (const entry of entries) {
      const { family, call, kept } = entry;
      const found = await keptOf(entry);
      const off = found === null ? null : found / kept - 1;
      const line = [
        family.padEnd(12),
        call.slice(0, 44).padEnd(44),
        kept.toLocaleString('en-US').padStart(14),
        (found?.toLocaleString('en-US') ?? 'unknown').padStart(14),
        (off === null ? '' : `${(100 * off).toFixed(2)} %`).padStart(8),
      ].join(' ');
      lines.push(line);
      if (off !== null && Math.abs(off) > TOLERANCE) wrong.push(line);
      else if (off !== null) right.set(family, (right.get(family) ?? 0) + 1);
    }
    console.log(lines.join('\n'));
    assert.deepEqual(wrong, []);
    for (const family of FAMILIES) assert.ok((right.get(family) ?? 0) >= 2, `${family}: ${right.get(family) ?? 0}`);
    const all = [...right.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(all >= 40, `${all} of ${entries.length} models`);
  });
});
