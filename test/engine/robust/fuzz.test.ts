import assert from 'node:assert/strict';
import { fuzz, LONGEST } from './fuzz.js';
import { mutate } from './mutations.js';

describe('damaged files', () => {
  it('never make the engine fail, take long or keep memory', async function () {
    this.timeout(60_000);
    const { failures, slowest, heap } = await fuzz(600, 1);
    assert.deepEqual(
      failures.map(({ seed, file, problem }) => `${file}, seed ${seed}: ${problem}`),
      [],
    );
    assert.ok(slowest <= LONGEST, `the slowest took ${slowest} ms`);
    assert.ok(heap < 200 * 2 ** 20, `${heap} bytes are in use`);
  });

  it('are the same for the same seed', () => {
    const text = 'import torch\n\nclass Net(torch.nn.Module):\n    pass\n'.repeat(20);
    assert.equal(mutate(text, 7), mutate(text, 7));
    assert.notEqual(mutate(text, 7), mutate(text, 8));
  });
});
