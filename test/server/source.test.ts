// One symbol of a file, and where names are used.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { findUsages, readSource } from '../../src/server/requests/source.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

const folder = new URL('../../samples/text-classifier/', import.meta.url);
const model = new URL('model.py', folder).href;

const TEXT = [
  'import torch.nn as nn',
  'SIZE, RATE = 8, 0.1',
  '# A comment of the class.',
  '@register',
  'class Net(nn.Module):',
  '    """Net."""',
  '    def forward(self, x):',
  '        # Net is not used here',
  '        return helper(x, SIZE)',
  '',
  'if True:',
  '    def helper(x, size):',
  '        return x  # the end',
  '',
].join('\n');

describe('sources for the agent', () => {
  let workspace: Workspace;
  before(async () => {
    const root = fileURLToPath(folder).replace(/\/$/, '');
    workspace = new Workspace(createAnalysisEngine, await parser(), [root], () => false);
  });
  const overlay = [{ uri: model, text: TEXT }];

  it('lists the symbols of a file', () => {
    const { symbols, source } = readSource({ uri: model, overlay }, workspace);
    assert.equal(source?.text, TEXT);
    assert.deepEqual(
      symbols.map(({ qualname, kind }) => `${kind} ${qualname}`),
      ['variable SIZE', 'variable RATE', 'class Net', 'function Net.forward', 'function helper'],
    );
  });

  it('gives whole lines of a symbol, with decorators, the comment above and the one at its end', () => {
    const text = (qualname: string): string | undefined =>
      readSource({ uri: model, qualname, overlay }, workspace).source?.text;
    assert.match(text('Net') ?? '', /^# A comment of the class\.\n@register\nclass Net[^]*SIZE\)$/);
    assert.equal(text('helper'), '    def helper(x, size):\n        return x  # the end');
    assert.equal(text('Net.backward'), undefined);
  });

  it('finds where a name is used in code, in this file and in others', () => {
    const { usages } = findUsages({ name: 'SIZE', uri: model, overlay }, workspace);
    assert.deepEqual(
      usages.map(({ kind, text, within }) => [kind, text, within]),
      [
        ['definition', 'SIZE, RATE = 8, 0.1', ''],
        ['other', 'return helper(x, SIZE)', 'Net.forward'],
      ],
    );
    const across = findUsages({ name: 'TextClassifier', uri: model }, workspace).usages;
    assert.ok(across.some(({ kind, uri }) => kind === 'definition' && uri === model));
    assert.ok(across.some(({ kind, uri }) => kind === 'import' && uri.endsWith('train.py')));
    assert.ok(across.some(({ kind, uri }) => kind === 'call' && uri.endsWith('train.py')));
  });
});
