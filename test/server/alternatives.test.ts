import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { alternatives } from '../../src/server/requests/alternatives.js';
import { training } from '../../src/server/requests/training.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

const folder = new URL('../../samples/text-classifier/', import.meta.url);
const model = new URL('model.py', folder).href;

async function workspace(): Promise<Workspace> {
  const roots = [fileURLToPath(folder).replace(/\/$/, '')];
  return new Workspace(createAnalysisEngine, await parser(), roots, () => false);
}

describe('what a model is built and trained with', function () {
  this.timeout(120_000);

  it('names the loss, the optimizer, the loaders and the loop by their source', async () => {
    const found = training({ uri: model }, await workspace());
    assert.equal(found.model?.qualname, 'TextClassifier');
    assert.deepEqual(
      [...found.losses, ...found.optimizers].map(({ name, text }) => [name, text]),
      [
        ['torch.nn.CrossEntropyLoss', 'nn.CrossEntropyLoss()'],
        ['torch.optim.Adam', 'torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)'],
      ],
    );
    assert.match(found.trainLoader?.text ?? '', /NUM_TRAIN/);
    assert.match(found.validationLoader?.text ?? '', /NUM_VAL/);
    assert.equal(found.epochs?.text, 'range(1, EPOCHS + 1)');
    assert.equal(found.earlyStop, null);
  });

  it('counts the model with each size that is free at half its value', async () => {
    const { parameters, alternatives: found } = alternatives({ uri: model }, await workspace());
    assert.equal(parameters, 363_460);
    assert.deepEqual(
      found.map(({ name, from, to }) => [name, from, to]).sort(),
      [
        ['d_ff', 384, 192],
        ['d_model', 96, 48],
        ['n_heads', 4, 2],
        ['n_layers', 3, 2],
      ].sort(),
    );
    const fewer = new Map(found.map(({ name, parameters: count }) => [name, count]));
    // One block less: 4·(96² + 96) for attention, 2·96·384 + 384 + 96 for the feed-forward network, 4·96 for two norms.
    assert.equal(fewer.get('n_layers'), 363_460 - (4 * (96 * 96 + 96) + 2 * 96 * 384 + 384 + 96 + 4 * 96));
    // Half the hidden width in three blocks: 192 rows, 192 biases and 192 columns each.
    assert.equal(fewer.get('d_ff'), 363_460 - 3 * (192 * 96 + 192 + 96 * 192));
    assert.equal(fewer.get('n_heads'), 363_460);
  });

  it('finds the largest sizes within a budget, with edits that were checked', async () => {
    const { alternatives: found } = alternatives({ uri: model, budget: 200_000 }, await workspace());
    assert(found.length > 0);
    for (const { parameters, edits, checked, name, to } of found) {
      assert(parameters <= 200_000, name);
      assert.notEqual(checked.shapes.outcome, 'failed');
      assert.deepEqual(checked.parameters, { kind: 'known', delta: parameters - 363_460 });
      assert.equal(edits.files[0]?.edits[0]?.newText, String(to));
    }
    const width = found.find(({ name }) => name === 'd_model');
    assert.equal((width?.to ?? 0) % 8, 0);
  });
});
