import { strict as assert } from 'node:assert';
import { fileURLToPath } from 'node:url';
import { renderExplanation } from '../../src/extension/chat/playbook/explain.js';
import { arithmeticOf } from '../../src/extension/chat/playbook/formulas.js';
import { renderShrink } from '../../src/extension/chat/playbook/shrink.js';
import { countOf, repeated, type Row } from '../../src/extension/chat/playbook/tables.js';
import { renderTraining } from '../../src/extension/chat/playbook/train.js';
import type { ModelReport } from '../../src/protocol/index.js';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { alternatives } from '../../src/server/requests/alternatives.js';
import { offer } from '../../src/server/requests/offers.js';
import { inspect } from '../../src/server/requests/inspect.js';
import { training } from '../../src/server/requests/training.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

async function open(sample: string): Promise<{ workspace: Workspace; uri: (file: string) => string }> {
  const folder = new URL(`../../samples/${sample}/`, import.meta.url);
  const roots = [fileURLToPath(folder).replace(/\/$/, '')];
  const workspace = new Workspace(createAnalysisEngine, await parser(), roots, () => false);
  return { workspace, uri: (file) => new URL(file, folder).href };
}

function reportOf(workspace: Workspace, uri: string, qualname: string): ModelReport {
  const [report] = inspect({ uri, qualname }, workspace).reports;
  assert(report);
  return report;
}

/** `96·384 + 384` and `4·(96² + 96)`: the number that is written there. */
function valueOf(text: string): number {
  const plain = text.replaceAll(',', '').replace(/\(([^)]*)\)/g, (_all, inner: string) => String(valueOf(inner)));
  const powers: Readonly<Record<string, number>> = { '²': 2, '³': 3 };
  const factor = (part: string): number => Number(/^\d+/.exec(part)?.[0]) ** (powers[part.slice(-1)] ?? 1);
  return plain
    .split(' + ')
    .map((term) => term.split('·').reduce((product, part) => product * factor(part), 1))
    .reduce((sum, term) => sum + term, 0);
}

describe('answers without a model', function () {
  this.timeout(120_000);

  it('explains each layer by the arithmetic that gives its count', async () => {
    const { workspace, uri } = await open('text-classifier');
    const report = reportOf(workspace, uri('model.py'), 'TextClassifier');
    const text = renderExplanation(report, training({ uri: uri('model.py') }, workspace), () => undefined);
    assert.match(text, /\*\*363,460 parameters\*\*/);
    assert.match(text, /96·384 \+ 384 = 37,248/);
    assert.match(text, /4·\(96² \+ 96\) = 37,248/);
    assert.match(text, /\*\*`blocks\.0\.\.2\.norm1`\*\* LayerNorm[^|]*\| 3 × \(2·96 = 192\) \(0\.2\s%\) \|/);
    assert.match(text, /softmax/);
    assert.match(text, /trained minimising `nn\.CrossEntropyLoss\(\)` with `torch\.optim\.Adam/);
  });

  it('gives no arithmetic that does not come to the count', async () => {
    const { workspace, uri } = await open('medical-cnn');
    const { reports } = inspect({ uri: uri('model.py') }, workspace);
    let shown = 0;
    const visit = (node: NonNullable<ModelReport['tree']>): void => {
      const text = arithmeticOf(node);
      if (text !== undefined) {
        shown++;
        assert.equal(valueOf(text), node.total, `${node.type}: ${text}`);
      }
      node.children.forEach(visit);
    };
    for (const { tree } of reports) if (tree) visit(tree);
    assert(shown >= 6, `${shown} layers with arithmetic`);
  });

  it('makes one row of what repeats itself from block to block, and of nothing else', () => {
    const row = (path: string, total = 10, type = 'Linear'): Row => ({
      path,
      node: {
        name: '',
        type,
        total,
        own: total,
        shared: null,
        inputShape: [1],
        outputShape: [1],
      } as unknown as Row['node'],
    });
    const names = (rows: readonly Row[]): string[] => repeated(rows).map(({ name, times }) => `${name} ×${times}`);
    assert.deepEqual(names([row('a.0.x'), row('a.0.y', 20), row('a.1.x'), row('a.1.y', 20), row('a.2.x', 30)]), [
      'a.0..1.x ×2',
      'a.0..1.y ×2',
      'a.2.x ×1',
    ]);
    assert.deepEqual(names([row('features.0'), row('features.3'), row('head')]), [
      'features.0 ×1',
      'features.3 ×1',
      'head ×1',
    ]);
    assert.deepEqual(names([row('a.0.b.0'), row('a.0.b.1'), row('a.1.b.0')]), ['a.0..1.b.0 ×2', 'a.0.b.1 ×1']);
    assert.deepEqual(names([row('0'), row('1'), row('2', 10, 'Other')]), ['0..1 ×2', '2 ×1']);
    const total = repeated([row('a.0'), row('a.1')]).map((each) => countOf(each, 40, '2·5'));
    assert.deepEqual(total, ['2 × (2·5 = 10) (50.0\u00a0%)']);
  });

  it('lists where the parameters are and what other sizes come to', async () => {
    const { workspace, uri } = await open('text-classifier');
    const report = reportOf(workspace, uri('model.py'), 'TextClassifier');
    const result = alternatives({ uri: uri('model.py') }, workspace);
    const text = renderShrink(report, result, undefined, undefined);
    assert.match(text, /name no clear budget of parameters/);
    assert.match(text, /`n_layers` 3 → 2 \| 251,620 parameters \(−111,840\), /);
    assert.match(text, /`blocks\.0\.\.2\.ff\.expand` Linear \| 3 × 37,248 \(30\.7\s%\) \|/);
    assert.match(renderShrink(report, result, 400_000, undefined), /within 400,000 already/);
  });

  it('reads the training code and says what is missing in it', async () => {
    const { workspace, uri } = await open('text-classifier');
    const report = reportOf(workspace, uri('model.py'), 'TextClassifier');
    const text = renderTraining(report, training({ uri: uri('model.py') }, workspace));
    assert.match(
      text,
      /- \*\*optimizer\*\*: `torch\.optim\.Adam\(model\.parameters\(\), lr=LEARNING_RATE\)` \(train\.py, line 58\)/,
    );
    assert.match(text, /- \*\*gradient clipping\*\*: none/);
    // Weights, gradients and two moments of 363,460 parameters, 4 bytes each.
    assert.match(text, /5\{,\}815\{,\}360/);
  });

  it('finds the mathematics of the loss where the training code makes it', async () => {
    const { workspace, uri } = await open('text-classifier');
    const [loss] = training({ uri: uri('model.py') }, workspace).losses;
    assert(loss);
    const explained = offer({ uri: loss.uri, position: loss.range.start, id: 'loss.explain' }, workspace);
    assert.equal(explained.kind, 'text');
    assert.match(explained.kind === 'text' ? explained.markdown : '', /1\.3863/);
  });
});
