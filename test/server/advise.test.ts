import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderAdvice } from '../../src/agent/playbook/markdown.js';
import { applyEdits, digestOf } from '../../src/edits/index.js';
import type { AdviseResult } from '../../src/protocol/index.js';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { advise } from '../../src/server/requests/advise.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

const folder = new URL('../../samples/text-classifier/', import.meta.url);
const model = new URL('model.py', folder).href;
const train = new URL('train.py', folder).href;

async function ask(text: string, open: Readonly<Record<string, string>> = {}): Promise<AdviseResult> {
  const workspace = new Workspace(
    createAnalysisEngine,
    await parser(),
    [fileURLToPath(folder).replace(/\/$/, '')],
    () => false,
  );
  for (const [uri, content] of Object.entries(open)) workspace.setText(uri, content, 7);
  return advise({ text, uri: model }, workspace);
}

describe('architect/advise', function () {
  this.timeout(120_000);

  it('checks every change alone and all together', async () => {
    const advice = await ask('loss is 0.1 on training but 0.8 on validation');
    assert.equal(advice.symptom?.id, 'overfitting');
    const changing = advice.prescriptions.filter(({ edits }) => edits);
    assert.deepEqual(
      changing.map(({ id }) => id),
      ['dropout', 'weight-decay', 'label-smoothing', 'early-stopping'],
    );
    for (const { id, checked } of [...changing, { id: 'together', checked: advice.together }]) {
      assert.deepEqual(
        [checked?.syntax.outcome, checked?.shapes.outcome, checked?.parameters],
        ['passed', 'passed', { kind: 'known', delta: 0 }],
        id,
      );
    }
    assert.deepEqual(advice.together?.modules.find(({ qualname }) => qualname === 'TextClassifier')?.after, 363_460);
  });

  it('gives edits for the text that was read: digest, version of open documents, groups', async () => {
    const text = readFileSync(new URL(model), 'utf8').replace('A small Transformer', 'An unsaved Transformer');
    const advice = await ask('fix overfitting', { [model]: text });
    const dropout = advice.prescriptions[0]?.edits;
    const [file] = dropout?.files ?? [];
    assert.deepEqual([file?.uri, file?.version, file?.digest], [model, 7, digestOf(text)]);
    assert.match(applyEdits(text, file?.edits ?? []), /An unsaved[^]*self\.dropout\(torch\.tanh/);
    assert.deepEqual(new Set(file?.edits.map(({ group }) => group)), new Set(dropout?.groups?.map(({ id }) => id)));
    const smoothing = advice.prescriptions.find(({ id }) => id === 'label-smoothing')?.edits?.files[0];
    assert.deepEqual([smoothing?.uri, smoothing?.version], [train, undefined]);
  });

  it('says what it can do for anything else', async () => {
    const advice = await ask('write me a poem');
    assert.equal(advice.symptom, null);
    assert.match(renderAdvice(advice), /Overfitting/);
  });

  it('renders what it read, found, proposes and leaves alone', async () => {
    const text = renderAdvice(await ask('fix overfitting'));
    const sections = ['What I read', 'What I found', 'Why', 'Changes', 'Dropout in the model', 'Srivastava'];
    const places = sections.map((section) => text.indexOf(section));
    assert.ok(
      places.every((place) => place >= 0),
      text,
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    // Every formula is closed.
    assert.equal((text.replaceAll('$$', '').match(/\$/g) ?? []).length % 2, 0);
  });
});
