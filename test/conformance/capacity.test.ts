// Receptive fields, against the gradients that reach PyTorch's input (training/capacity.json, measured by capacity_truth.py).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureZoos } from '../../scripts/zoos.mjs';
import type { Batch } from './batch';
import { CLI, ROOT, startBatch } from './models';

interface Entry {
  folder: string;
  file: string;
  call: string;
  input: number[][];
  path?: string[];
  /** By layer and spatial axis; `null` where the border cuts it off. */
  fields: [path: string, sizes: (number | null)[]][];
}

interface Answer {
  capacity?: {
    axes: { axis: number }[];
    layers: { path: string; receptiveField: (number | 'all' | null)[] }[];
  };
}

describe('receptive fields', () => {
  const { entries } = JSON.parse(readFileSync(join(__dirname, 'training', 'capacity.json'), 'utf8')) as {
    entries: Entry[];
  };
  let batch: Batch;
  before(function () {
    this.timeout(300_000);
    ensureZoos(['torchvision']);
    batch = startBatch(CLI, ['--time-limit', '50']);
  });
  after(() => batch.close());

  it('are those of the gradients', async function () {
    this.timeout(600_000);
    const wrong: string[] = [];
    let [exact, models] = [0, 0];
    for (const { folder, file, call, input, path = [], fields } of entries) {
      const { capacity } = (await batch.ask({
        file: join(ROOT, folder, file),
        call,
        input,
        path: [...path, ''].map((extra) => join(ROOT, folder, extra)),
        details: true,
      })) as Answer;
      const before = exact;
      for (const [name, sizes] of fields)
        sizes.forEach((size, i) => {
          const at = capacity?.axes.findIndex(({ axis }) => axis === i + 2) ?? -1;
          const found = capacity?.layers.find((layer) => layer.path === name)?.receptiveField[at] ?? null;
          if (found === size) exact += size === null ? 0 : 1;
          else if (size !== null && found !== null) wrong.push(`${call} ${name}: ${found}, PyTorch ${size}`);
        });
      if (exact > before) models++;
    }
    assert.deepEqual(wrong, []);
    assert.ok(models >= 25 && exact >= 190, `${exact} fields of ${models} models`);
  });
});
