import { strict as assert } from 'node:assert';
import { evaluatePython } from '../../support/interpret.js';

/** The expected texts are what CPython prints. */
describe('random.Random', () => {
  const draw = (expression: string, seed = '1'): Promise<string> =>
    evaluatePython(`import random\nrng = random.Random(${seed})\n`, expression);

  it('gives the numbers that Python gives for a seed', async () => {
    assert.equal(
      await draw('[rng.random() for _ in range(3)]'),
      '[0.13436424411240122, 0.8474337369372327, 0.763774618976614]',
    );
    assert.equal(await draw('[rng.randint(10, 32) for _ in range(8)]', '2'), '[11, 12, 12, 21, 15, 31, 19, 18]');
    assert.equal(
      await draw('[rng.randrange(4) for _ in range(8)] + [rng.randrange(3, 30, 7)]', '12345678901234567890'),
      '[3, 2, 2, 1, 3, 2, 1, 0, 10]',
    );
  });

  it('chooses, shuffles and samples as Python does', async () => {
    assert.equal(await draw("[rng.choice(['a', 'b', 'c']) for _ in range(6)]", '-7'), "['b', 'a', 'b', 'c', 'a', 'a']");
    assert.equal(await draw('items = list(range(10))\nrng.shuffle(items)\nitems'), '[6, 8, 9, 7, 5, 3, 0, 4, 1, 2]');
    assert.equal(await draw('rng.sample(list(range(100)), 8)'), '[17, 72, 97, 8, 32, 15, 63, 57]');
    assert.equal(await draw('rng.choices("abc", k=5)', '0'), "['c', 'c', 'b', 'a', 'b']");
    assert.equal(await draw('rng.uniform(-1, 1)', '0'), '0.6888437030500962');
  });

  it('goes past the first 624 words', async () => {
    assert.equal(await draw('[rng.random() for _ in range(1000)][-1]'), '0.7062615472551386');
  });

  it('knows nothing without a seed, or after a draw that it does not compute', async () => {
    assert.equal(await draw('rng.random()', ''), 'unknown: random numbers depend on the run');
    assert.equal(await draw('rng.gauss(0, 1)\nrng.random()'), 'unknown: random numbers depend on the run');
  });
});
