import assert from 'node:assert/strict';
import type { Count, ModelReport, ModuleNodeReport } from '../../src/protocol/index.js';
import { countDelta, parameterDelta, type LocatedReport } from '../../src/server/modelDifference.js';

const node = (type: string, children: readonly ModuleNodeReport[] = []): ModuleNodeReport => ({
  ...{ name: type.toLowerCase(), type, span: null, own: 0, total: 0, trainable: 0, shared: null },
  ...{ inputShape: null, outputShape: null, macs: null, children },
});

/** A report of which only the counts and the tree matter here. */
const located = (qualname: string, total: Count, children: readonly ModuleNodeReport[] = []): LocatedReport => {
  const report = { qualname, parameters: { total, trainable: total, frozen: 0 }, tree: node(qualname, children) };
  return { uri: 'file:///model.py', report: report as unknown as ModelReport };
};

describe('the difference of two counts', () => {
  it('is exact for numbers', () => assert.deepEqual(countDelta(10, 7), { kind: 'known', delta: -3 }));
  it('is unknown if one of them is', () => assert.equal(countDelta(null, 7), null));
  it('is zero for equal expressions', () => {
    const count = { expression: '5*n', symbols: ['n'], value: null };
    assert.deepEqual(countDelta(count, { ...count }), { kind: 'known', delta: 0 });
  });
});

describe('the parameters that a change brings', () => {
  it('are those of the outermost module, which holds the part as often as it uses it', () => {
    const before = [located('Block', 100), located('Net', 350, [node('Block'), node('Block'), node('Block')])];
    const after = [located('Block', 90), located('Net', 320, [node('Block'), node('Block'), node('Block')])];
    assert.deepEqual(parameterDelta(before, after), { kind: 'known', delta: -30 });
  });

  it('count a class that is new', () => {
    assert.deepEqual(parameterDelta([], [located('Net', 50)]), { kind: 'known', delta: 50 });
  });

  it('are not told as one number if two models change', () => {
    const delta = parameterDelta([located('A', 1), located('B', 1)], [located('A', 2), located('B', 3)]);
    assert.equal(delta.kind, 'notChecked');
  });

  it('are not told if a count is unknown', () => {
    assert.deepEqual(parameterDelta([located('A', null)], [located('A', 3)]), {
      kind: 'notChecked',
      reason: 'the parameters of A are unknown',
    });
  });
});
