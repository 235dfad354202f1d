import assert from 'node:assert/strict';
import { exportView } from '../../src/extension/inspector/export.js';
import { differenceOf, viewOf } from '../../src/extension/inspector/view.js';
import { countText, outputText } from '../../src/texts.js';
import type { Count, ModelReport, ModuleNodeReport } from '../../src/protocol/index.js';

const node = (
  name: string,
  type: string,
  total: Count,
  children: readonly ModuleNodeReport[] = [],
): ModuleNodeReport => ({
  ...{ name, type, span: null, own: total, total, trainable: total, shared: null },
  ...{ inputShape: null, outputShape: [2, 3], macs: 5, children },
});

const report = (tree: ModuleNodeReport): ModelReport => ({
  ...{ qualname: 'Net', file: '/net.py', call: 'Net()', tree, buffers: 0, modules: 3, macs: 10, output: [2, 3] },
  span: { file: '/net.py', start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
  parameters: { total: tree.total, trainable: tree.total, frozen: 0 },
  inputs: [
    { name: 'x', shape: [2, { expression: 'n', symbols: ['n'], value: null }], dtype: 'float32', source: 'given' },
  ],
  memory: { parameters: null, buffers: null, gradients: null, optimizer: null, activations: null, peak: null },
  ...{ signal: [], findings: [], assumptions: [] },
  unknowns: [{ reason: 'no idea', file: '/net.py', line: 7 }],
});

const BEFORE = report(node('', 'Net', 1200, [node('a', 'Linear', 1000), node('gone', 'Linear', 200)]));
const AFTER = report(node('', 'Net', 1104, [node('a', 'Linear', 904), node('fresh', 'Linear', 200)]));
const RULES = { choices: ['Net'], file: 'net.py', toUri: (file: string) => `file://${file}` };

describe('the inspector’s view', () => {
  it('shows a report with shares and shapes', () => {
    const view = viewOf({ after: AFTER, ...RULES });
    assert.equal(view.comparing, false);
    assert.deepEqual(
      view.rows.map(({ path, name, parameters, share, output }) => [path, name, parameters, share?.toFixed(2), output]),
      [
        ['', 'Net', '1,104', '1.00', '[2, 3]'],
        ['a', 'a', '904', '0.82', '[2, 3]'],
        ['fresh', 'fresh', '200', '0.18', '[2, 3]'],
      ],
    );
    assert.equal(view.signature, '(x: float32[2, n]) → [2, 3]');
    assert.deepEqual(view.unknowns, [{ text: 'no idea', source: { uri: 'file:///net.py', line: 6, character: 0 } }]);
  });

  it('lays the report before a change beside it', () => {
    const view = viewOf({ after: AFTER, before: BEFORE, ...RULES });
    assert.deepEqual(
      view.rows.map(({ path, before, parameters, difference, change }) => [
        path,
        before,
        parameters,
        difference,
        change,
      ]),
      [
        ['', '1,200', '1,104', '−96', 'changed'],
        ['a', '1,000', '904', '−96', 'changed'],
        ['fresh', '', '200', '+200', 'added'],
        ['gone', '200', '', '−200', 'removed'],
      ],
    );
    assert.deepEqual(view.totals[0], { label: 'Parameters', value: '1,104', before: '1,200', difference: '−96' });
  });

  it('never makes a number of what is unknown', () => {
    assert.equal(differenceOf(null, 5), 'unknown');
    assert.equal(differenceOf({ expression: 'n', symbols: ['n'], value: null }, 5), 'changed');
    assert.equal(
      differenceOf({ expression: 'n', symbols: ['n'], value: null }, { expression: 'n', symbols: ['n'], value: null }),
      '±0',
    );
  });

  it('tells tensors, tuples and dictionaries apart', () => {
    assert.equal(outputText([2, 3]), '[2, 3]');
    assert.equal(outputText([]), '[]');
    assert.equal(outputText([[2, 3], null]), '([2, 3], ?)');
    assert.equal(outputText({ logits: [2, 3] }), '{logits: [2, 3]}');
    assert.equal(outputText([1, null]), '[1, ?]');
    assert.equal(outputText(null, ''), '');
    assert.equal(outputText([{ expression: '2*B', symbols: ['B'], value: null }, 1000]), '[2·B, 1000]');
    assert.equal(
      countText({ expression: '513*num_classes + 11176512', symbols: ['num_classes'], value: null }),
      '513·num_classes + 11,176,512',
    );
  });

  it('can be taken away as Markdown and CSV', () => {
    const view = viewOf({ after: AFTER, before: BEFORE, ...RULES });
    const markdown = exportView(view, 'markdown');
    assert.match(markdown, /^# Net\n/);
    assert.match(markdown, /- Parameters: 1,200 → 1,104 \(−96\)/);
    assert.match(markdown, /\| a \| Linear \| 1,000 \| 904 \| −96 \| 81\.9 % \|/);
    const csv = exportView(view, 'csv').split('\r\n');
    assert.equal(csv[0], 'module,type,before,after,difference,share,input,output,MACs');
    assert.equal(csv[2], 'a,Linear,"1,000",904,−96,81.9 %,,"[2, 3]",5');
  });
});
