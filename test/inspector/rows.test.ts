import assert from 'node:assert/strict';
import { openAtFirst, visibleRows } from '../../src/inspector/rows.js';
import type { InspectorRow, RowChange } from '../../src/protocol/index.js';

const row = (path: string, children: number, type = 'Linear', change?: RowChange): InspectorRow => ({
  ...{ path, name: path.slice(path.lastIndexOf('.') + 1), type, children, parameters: '1', share: null, shared: null },
  ...{ depth: path === '' ? 0 : path.split('.').length, input: '', output: '', macs: '', source: null, change },
});

const ROWS = [
  row('', 2, 'Net'),
  row('encoder', 2, 'Encoder'),
  row('encoder.one', 0),
  row('encoder.two', 0, 'GELU', 'changed'),
  row('head', 0, 'Linear', 'same'),
];
const ALL = { text: '', changedOnly: false };
const paths = (rows: readonly InspectorRow[]): string[] => rows.map(({ path }) => path);

describe('the rows of the module tree', () => {
  it('are all open at first if they are few', () => {
    assert.deepEqual([...openAtFirst(ROWS)], ['', 'encoder']);
  });

  it('are open to the second level if they are many', () => {
    const many = [...ROWS, row('head.deep', 1), ...Array.from({ length: 100 }, (_, i) => row(`head.deep.${i}`, 0))];
    assert.deepEqual([...openAtFirst(many)], ['', 'encoder']);
  });

  it('hide what is below a closed one', () => {
    assert.deepEqual(paths(visibleRows(ROWS, new Set(['']), ALL)), ['', 'encoder', 'head']);
    assert.deepEqual(paths(visibleRows(ROWS, new Set(['encoder']), ALL)), ['']);
  });

  it('are filtered by name or type, with their parents', () => {
    assert.deepEqual(paths(visibleRows(ROWS, new Set(), { text: 'gelu', changedOnly: false })), [
      '',
      'encoder',
      'encoder.two',
    ]);
    assert.deepEqual(paths(visibleRows(ROWS, new Set(), { text: 'HEAD', changedOnly: false })), ['', 'head']);
  });

  it('can be those that change', () => {
    assert.deepEqual(paths(visibleRows(ROWS, new Set(), { text: '', changedOnly: true })), [
      '',
      'encoder',
      'encoder.two',
    ]);
  });
});
