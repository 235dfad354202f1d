import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { applyPatch, parsePatch } from 'diff';
import { adviceFor, applyChanges, engineFor, everySubsetHolds, ids, type Files } from './support.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const FOLDER = 'samples/text-classifier';
const files: Files = Object.fromEntries(
  ['data.py', 'model.py', 'train.py'].map((name) => [`/${FOLDER}/${name}`, read(`${FOLDER}/${name}`)]),
);
const TEXT = 'loss is 0.02 on training but 1.2 on validation';
const CALL = 'TextClassifier(vocab_size=len(VOCAB), num_classes=len(CLASSES), max_len=MAX_LEN, pad_id=VOCAB[PAD])';

describe('advice for the text classifier', function () {
  this.timeout(120_000);

  it('finds the numbers in the code', async () => {
    const { evidence, diagnosis } = await adviceFor(files, TEXT, `/${FOLDER}/model.py`);
    const text = evidence.map((each) => each.text).join('\n');
    assert.match(
      text,
      /\*\*363,460\*\* trainable parameters and 480 examples to learn from \(and 240 examples to validate on\): \*\*757 parameters per example\*\*/,
    );
    assert.match(text, /gap of \*\*1\.18\*\*/);
    assert.match(text, /all 16 epochs/);
    assert.match(diagnosis.join('\n'), /e\^\{-1\.2\} = 0\.301/);
    assert.match(diagnosis.join('\n'), /\\ln 4 = 1\.39/);
  });

  it('proposes what its README was measured with', async () => {
    const advice = await adviceFor(files, TEXT, `/${FOLDER}/train.py`);
    assert.deepEqual(ids(advice), ['dropout', 'weight-decay', 'label-smoothing', 'early-stopping']);
    const after = applyChanges(
      files,
      advice.prescriptions.flatMap(({ changes }) => changes),
    );
    for (const patch of parsePatch(read('test/fixtures/text-classifier-regularised.patch'))) {
      const path = `/${(patch.oldFileName ?? '').replace(/^a\//, '')}`;
      assert.equal(after[path], applyPatch(files[path] ?? '', patch), path);
    }
    assert.equal(after[`/${FOLDER}/data.py`], files[`/${FOLDER}/data.py`]);
  });

  it('leaves the parameters as they are: dropout has none', async () => {
    const advice = await adviceFor(files, TEXT, `/${FOLDER}/train.py`);
    const engine = await engineFor(
      applyChanges(
        files,
        advice.prescriptions.flatMap(({ changes }) => changes),
      ),
    );
    const [report] = engine.analyzeFile(`/${FOLDER}/train.py`, { call: CALL });
    assert.equal(report?.parameters.total, 363_460);
  });

  it('parses and fits whichever of them are kept', async () =>
    everySubsetHolds(files, await adviceFor(files, TEXT, `/${FOLDER}/train.py`)));

  it('finds nothing to add to what it has regularised', async () => {
    const advice = await adviceFor(files, TEXT, `/${FOLDER}/train.py`);
    const after = applyChanges(
      files,
      advice.prescriptions.flatMap(({ changes }) => changes),
    );
    const again = await adviceFor(after, TEXT, `/${FOLDER}/train.py`);
    assert.deepEqual(ids(again), []);
  });
});

describe('advice for code that is being typed', function () {
  this.timeout(120_000);

  it('never fails', async () => {
    const model = `${files[`/${FOLDER}/model.py`] ?? ''}\n`;
    const train = (files[`/${FOLDER}/train.py`] ?? '')
      .replace('from model import TextClassifier', '')
      .replace(/from data import.*/, 'CLASSES = VOCAB = [1, 2]\nMAX_LEN = 4');
    const whole = model + train;
    for (let end = 0; end <= whole.length; end += 397) {
      const advice = await adviceFor({ '/train.py': whole.slice(0, end) });
      applyChanges(
        { '/train.py': whole.slice(0, end) },
        advice.prescriptions.flatMap(({ changes }) => changes),
      );
    }
  });
});
