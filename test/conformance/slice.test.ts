// The part of the conformance comparison that every test run makes; `npm run conformance` makes all of it.
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from './batch';
import { label, measure, readTruth, startBatch, type Row } from './models';

/** How many models of each file must be exact, so that what was once right stays right. */
const FLOOR = JSON.parse(readFileSync(join(__dirname, 'floor.json'), 'utf8')) as Record<string, number>;

describe('numbers of real models', () => {
  let batch: Batch;
  before(() => (batch = startBatch()));
  after(() => batch.close());

  for (const [name, floor] of Object.entries(FLOOR)) {
    describe(name, () => {
      const rows: Row[] = [];

      for (const file of readTruth([name])) {
        for (const entry of file.entries) {
          it(`says nothing wrong about ${label(entry)}`, async () => {
            const row = await measure(batch, file, entry);
            rows.push(row);
            assert.deepEqual(row.wrong, []);
          });
        }
      }

      it(`knows at least ${floor} of them exactly`, () => {
        const exact = rows.filter(({ verdict }) => verdict === 'exact').length;
        assert.ok(exact >= floor, `${exact} of ${rows.length} are exact`);
      });
    });
  }
});
