// Signatures are read when they are first needed: here all of them are.
import assert from 'node:assert/strict';
import { operatorsOf, type Where } from '../../../src/engine/torch/ops/operator.js';
import '../../../src/engine/torch/index.js';

describe('the signatures of operators', () => {
  const places: readonly Where[] = ['torch', 'method', 'F', 'special', 'fft', 'linalg'];
  for (const where of places)
    it(`can be read: ${where}`, () => {
      const table = operatorsOf(where);
      assert(table.size > 0);
      for (const [name, made] of table) assert.doesNotThrow(() => made.parameters, name);
    });
});
