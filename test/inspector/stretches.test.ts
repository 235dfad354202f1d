import assert from 'node:assert/strict';
import { stretchesOf } from '../../src/inspector/stretches.js';

describe('stretches of layers in a chart', () => {
  it('are the layers themselves where there is room', () => {
    assert.deepEqual(stretchesOf([1, 100], 10), [
      { from: 0, to: 0, least: 0, most: 0, mean: 0 },
      { from: 1, to: 1, least: 2, most: 2, mean: 2 },
    ]);
  });

  it('have least, most and geometric mean of several', () => {
    assert.deepEqual(stretchesOf([1, 100, 1000, 1e-3, 10], 3), [
      { from: 0, to: 1, least: 0, most: 2, mean: 1 },
      { from: 2, to: 3, least: -3, most: 3, mean: 0 },
      { from: 4, to: 4, least: 1, most: 1, mean: 1 },
    ]);
  });

  it('are gaps where nothing is known', () => {
    assert.deepEqual(
      stretchesOf([null, 0, 10], 3).map((stretch) => stretch?.mean ?? null),
      [null, null, 1],
    );
    assert.deepEqual(
      stretchesOf([null, 10, null, null], 2).map((stretch) => stretch?.mean ?? null),
      [1, null],
    );
  });
});
