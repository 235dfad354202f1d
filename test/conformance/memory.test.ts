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
  /** In float32, under autocast to bfloat16, and with parameters and inputs of bfloat16; `null`: PyTorch refuses. */
  kept: number;
  autocast: number | null;
  bfloat16: number | null;
}

interface Answer {
  memory?: { activations: number | null };
  error?: { message: string };
}

/** Most by which a number may be off. */
const TOLERANCE = 0.05;
const FAMILIES = ['CNN', 'Transformer', 'RNN', 'U-Net', 'GAN'];

/** How numbers are held, with the operators and models that must be right at least; no recurrent kernel is known under autocast, and LSTMs only in float32. */
const PRECISIONS = [
  { key: 'kept', title: 'float32', precision: undefined, operators: 485, models: 40, families: FAMILIES },
  {
    key: 'autocast',
    title: 'autocast to bfloat16',
    precision: { autocast: 'bfloat16' },
    operators: 475,
    models: 60,
    families: FAMILIES.filter((family) => family !== 'RNN'),
  },
  {
    key: 'bfloat16',
    title: 'bfloat16',
    precision: { dtype: 'bfloat16' },
    operators: 450,
    models: 50,
    families: FAMILIES,
  },
] as const;
type Precision = (typeof PRECISIONS)[number];

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

  const keptOf = async (
    { folder, file, call, input, inputDtypes, path = [] }: Entry,
    { precision }: Precision,
  ): Promise<number | null> => {
    const answer = (await batch.ask({
      file: join(ROOT, folder, file),
      call,
      input,
      inputDtypes,
      path: [...path, ''].map((extra) => join(ROOT, folder, extra)),
      details: true,
      precision,
    })) as Answer;
    return answer.memory?.activations ?? null;
  };

  for (const how of PRECISIONS) {
    const { key, title } = how;
    const measured = (name: string): (Entry & { truth: number })[] =>
      entriesOf(name).flatMap((entry) => (entry[key] === null ? [] : [{ ...entry, truth: entry[key] }]));

    it(`is exact or unknown for every single operator in ${title}`, async function () {
      this.timeout(600_000);
      const wrong: string[] = [];
      let exact = 0;
      for (const entry of measured('operators.json')) {
        const found = await keptOf(entry, how);
        if (found === entry.truth) exact++;
        else if (found !== null) wrong.push(`${entry.call}: ${found} bytes, PyTorch keeps ${entry.truth}`);
      }
      assert.deepEqual(wrong, []);
      assert.ok(exact >= how.operators, `${exact} operators`);
    });

    it(`is within 5 % of PyTorch in every family in ${title}, and nowhere wrong`, async function () {
      this.timeout(600_000);
      const lines = [
        `${title.padEnd(12)} model                                            PyTorch       analyser    off`,
      ];
      const wrong: string[] = [];
      const right = new Map<string, number>();
      // The largest ones take longest, and show nothing of this dtype that autocast doesn't.
      const entries = measured('memory.json').filter(({ folder }) => key !== 'bfloat16' || folder !== '.cache/zoos');
      for (const entry of entries) {
        const { family, call, truth } = entry;
        const found = await keptOf(entry, how);
        const off = found === null ? null : found / truth - 1;
        const line = [
          family.padEnd(12),
          call.slice(0, 44).padEnd(44),
          truth.toLocaleString('en-US').padStart(14),
          (found?.toLocaleString('en-US') ?? 'unknown').padStart(14),
          (off === null ? '' : `${(100 * off).toFixed(2)} %`).padStart(8),
        ].join(' ');
        lines.push(line);
        if (off !== null && Math.abs(off) > TOLERANCE) wrong.push(line);
        else if (off !== null) right.set(family, (right.get(family) ?? 0) + 1);
      }
      console.log(lines.join('\n'));
      assert.deepEqual(wrong, []);
      for (const family of how.families)
        assert.ok((right.get(family) ?? 0) >= 2, `${family}: ${right.get(family) ?? 0}`);
      const all = [...right.values()].reduce((sum, count) => sum + count, 0);
      assert.ok(all >= how.models, `${all} of ${entries.length} models`);
    });
  }
});
