import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../../support/paths.js';
import { TORCH_PYTHON } from '../../../support/torch-python.js';

describe('losses that are written into code', function () {
  this.timeout(180_000);

  it('agree with naive references, pass gradcheck and stay finite, in real PyTorch', () => {
    const folder = join(ROOT, 'src', 'engine', 'advice', 'loss', 'templates');
    const output = execFileSync(TORCH_PYTHON, [join(ROOT, 'test', 'support', 'python', 'loss_truth.py'), folder], {
      encoding: 'utf8',
    });
    const results = JSON.parse(output) as Record<string, string>;
    assert.equal(Object.keys(results).length, 15);
    assert.deepEqual(
      Object.entries(results).filter(([, result]) => result !== 'ok'),
      [],
    );
  });
});
