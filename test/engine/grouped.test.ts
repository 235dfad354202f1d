// Numbers with commas are those of English, whole or not.
import assert from 'node:assert/strict';
import { grouped } from '../../src/texts.js';

describe('numbers as people read them', () => {
  const english = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

  for (const value of [0, 7, 999, 1000, -1000, 123_456, 1_234_567.5, -2.5, 2 ** 53, 1e23, Infinity, NaN])
    it(`groups ${value}`, () => assert.equal(grouped(value), english.format(value)));
  it('groups whole numbers of any length', () => {
    const value = 12_345_678_901_234_567_890_123n;
    assert.equal(grouped(value), english.format(value));
    assert.equal(grouped(-value), english.format(-value));
  });
});
