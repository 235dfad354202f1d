// Receptive fields against the gradients that reach PyTorch's input, narrow places against ranks of its features (training/capacity.json, measured by
// capacity_truth.py).
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
  /** Of what goes into each layer that gives fewer features than it takes, and of what comes out. */
  ranks: [path: string, before: number, after: number][];
}

interface Answer {
  capacity?: {
    axes: { axis: number }[];
    layers: { path: string; receptiveField: (number | 'all' | null)[] }[];
    bottlenecks: { path: string; rank: number; width: number }[];
  };
}

describe('capacity', () => {
  const { entries } = JSON.parse(readFileSync(join(__dirname, 'training', 'capacity.json'), 'utf8')) as {
    entries: Entry[];
  };
  const answers: { entry: Entry; capacity: Answer['capacity'] }[] = [];
  let batch: Batch;
  before(async function () {
    this.timeout(600_000);
    ensureZoos(['torchvision']);
    batch = startBatch(CLI, ['--time-limit', '50']);
    for (const entry of entries) {
      const { folder, file, call, input, path = [] } = entry;
      const { capacity } = (await batch.ask({
        file: join(ROOT, folder, file),
        call,
        input,
        path: [...path, ''].map((extra) => join(ROOT, folder, extra)),
        details: true,
      })) as Answer;
      answers.push({ entry, capacity });
    }
  });
  after(() => batch.close());

  it('has the receptive fields of the gradients', () => {
    const wrong: string[] = [];
    let [exact, models] = [0, 0];
    for (const { entry, capacity } of answers) {
      const { call, fields } = entry;
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

  it('names narrow places where fewer features get through than came', () => {
    const wrong: string[] = [];
    let [full, places, models] = [0, 0, 0];
    for (const { entry, capacity } of answers) {
      const { call, ranks } = entry;
      const measured = new Map(ranks.map(([path, ...pair]) => [path, pair]));
      const known = (capacity?.bottlenecks ?? []).filter(({ path }) => measured.has(path));
      models += known.length > 0 ? 1 : 0;
      for (const { path, rank } of known) {
        const [before, after] = measured.get(path) as [number, number];
        places++;
        if (after === rank) full++;
        if (after > rank || before <= after) wrong.push(`${call} ${path}: ${rank}, PyTorch ${before} → ${after}`);
      }
    }
    assert.deepEqual(wrong, []);
    console.log(`${places} narrow places of ${models} models, ${full} as wide as they can be`);
    assert.ok(models >= 12 && full >= 55, `${full} of ${places} places of ${models} models`);
  });
});
