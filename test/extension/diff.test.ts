import assert from 'node:assert/strict';
import {
  afterInFlight,
  applyEdits,
  baselineText,
  hunksOf,
  track,
  type EditSet,
  type ProposedEdit,
} from '../../src/edits/index.js';
import { linesAbove } from '../../src/extension/diff/linesAbove.js';
import { spokenOf, summaryOf } from '../../src/extension/diff/hunkText.js';
import { planProposal } from '../../src/extension/diff/plan.js';
import { plainMath } from '../../src/extension/plainMath.js';
import { removedNotes, removedNotesOf } from '../../src/extension/diff/removedText.js';

const TEXT = 'one\ntwo\nthree\nfour\n';
const URI = 'file:///a.py';

const replace = (find: string, by: string): ProposedEdit => {
  const start = TEXT.indexOf(find);
  return { start, end: start + find.length, newText: by };
};
const set = (id: string, ...edits: readonly ProposedEdit[]): EditSet => ({
  ...{ id, title: id, reason: '' },
  files: [{ uri: URI, version: 1, edits }],
});
const states = () => new Map([[URI, track(URI, TEXT, 1)]]);

describe('several edit sets for one text', () => {
  it('become one edit operation that keeps them apart', () => {
    const { states: planned, refused } = planProposal(
      [set('first', replace('one\n', 'one\nnew\n')), set('second', replace('four', 'FOUR'))],
      states(),
    );
    assert.deepEqual(refused, []);
    const state = planned.get(URI);
    assert(state?.inFlight);
    assert.equal(applyEdits(TEXT, state.inFlight.edits), 'one\nnew\ntwo\nthree\nFOUR\n');
    const after = afterInFlight(state);
    assert.equal(baselineText(after), TEXT);
    assert.deepEqual(
      hunksOf(after).map(({ owners }) => owners.map((owner) => owner.set)),
      [['first'], ['second']],
    );
  });

  it('go in as a whole or not at all', () => {
    const clash = set('clash', replace('one', 'ONE'), replace('two', 'TWO'));
    const { states: planned, refused } = planProposal([set('first', replace('two', '2')), clash], states());
    assert.deepEqual(
      refused.map((each) => each.set.id),
      ['clash'],
    );
    assert.equal(applyEdits(TEXT, planned.get(URI)?.inFlight?.edits ?? []), 'one\n2\nthree\nfour\n');
  });

  it('are refused if the text is another one', () => {
    const stale = {
      ...set('stale', replace('one', 'ONE')),
      files: [{ uri: URI, version: 7, edits: [replace('one', 'ONE')] }],
    };
    const { states: planned, refused } = planProposal([stale], states());
    assert.equal(planned.size, 0);
    assert.match(refused[0]?.message ?? '', /changed since/);
  });
});

describe('what is seen of a text while edits are made', () => {
  const from = TEXT.indexOf('three');
  const moved = (...edits: readonly ProposedEdit[]): number => linesAbove(TEXT, edits, from, TEXT.length);

  it('moves by the lines that come and go above it', () => {
    assert.equal(moved(replace('one\n', 'one\nnew\nnew\n')), 2);
    assert.equal(moved(replace('one\ntwo\n', '')), -2);
    assert.equal(moved(replace('one\n', ''), { start: from, end: from, newText: 'new\n' }), 0);
  });

  it('stays for edits in lines and below', () => {
    assert.equal(moved(replace('two', '2'), replace('four', 'four\nnew')), 0);
  });

  it('is the first line that is not rewritten', () => {
    assert.equal(moved(replace('two\nthree\n', '2\n')), -1);
    assert.equal(moved(replace('one\n', 'one\nnew\n'), replace('two\nthree\nfour\n', '2\n')), -1);
    assert.equal(linesAbove(TEXT, [replace('two\nthree\nfour', '2')], from, TEXT.indexOf('four') + 2), 0);
  });
});

describe('what is shown of a hunk', () => {
  const hunkOf = (...edits: readonly ProposedEdit[]) => {
    const state = planProposal([set('s', ...edits)], states()).states.get(URI);
    assert(state);
    const [hunk] = hunksOf(afterInFlight(state));
    assert(hunk);
    return hunk;
  };

  it('has its lines and what is known of its parameters', () => {
    assert.equal(summaryOf(hunkOf(replace('two\n', '2\nzwei\n'))), '−1 +2 · … parameters');
    const two = replace('two', '2');
    assert.equal(
      summaryOf(hunkOf({ ...two, parameters: { kind: 'known', delta: 1024 } })),
      '−1 +1 · +1,024 parameters',
    );
    assert.equal(
      summaryOf(hunkOf({ ...two, parameters: { kind: 'notChecked', reason: 'it fails' } })),
      '−1 +1 · parameters not checked',
    );
  });

  it('is said in words to those who listen', () => {
    const counted = { ...replace('two\nthree\n', '2\n'), parameters: { kind: 'known', delta: -8 } as const };
    assert.equal(
      spokenOf(hunkOf(counted)),
      's: removes 2 lines, adds 1 line, −8 parameters. Removed: two and 1 line more',
    );
    const added = { start: 4, end: 4, newText: 'new\n', label: 'A line' };
    assert.equal(spokenOf(hunkOf(added)), 'A line: adds 1 line, parameters not counted yet.');
  });

  it('has each removed line behind the line that replaces it', () => {
    assert.deepEqual(removedNotes(hunkOf(replace('two\nthree', '2\n3')), 5), [
      { line: 1, text: '− two' },
      { line: 2, text: '− three' },
    ]);
  });

  it('tells a removal on the line before it', () => {
    assert.deepEqual(removedNotes(hunkOf(replace('two\nthree\n', '')), 3), [
      { line: 0, text: '− two  … 1 more removed' },
    ]);
  });

  it('tells two removals on one line in their order', () => {
    const hunks = [hunkOf(replace('two', '2')), hunkOf(replace('three\n', ''))];
    assert.deepEqual(removedNotesOf(hunks, 5), [{ line: 1, text: '− two\u00a0\u00a0\u00a0− three' }]);
  });

  it('has nothing to tell of an insertion', () => {
    assert.deepEqual(removedNotes(hunkOf(replace('two\n', 'two\nnew\n')), 6), []);
  });
});

describe('formulas where nothing renders them', () => {
  it('are written so that they can be read', () => {
    assert.equal(
      plainMath('scales by $\\frac{1}{1-p}$, as $\\hat y = m \\odot y$.'),
      'scales by `1/(1-p)`, as `y\u0302 = m ⊙ y`.',
    );
    assert.equal(plainMath('$$\\theta \\leftarrow (1-\\eta\\lambda)\\theta$$'), '`θ ← (1-ηλ)θ`');
    assert.equal(plainMath('costs 5$ or so'), 'costs 5$ or so');
    assert.equal(
      plainMath('$$\\frac{\\partial \\ell}{\\partial \\hat y} = \\frac{e^{z_y}}{2v} \\left( \\ln v + y^2 \\right)$$'),
      '`∂ℓ/∂y\u0302 = e^(z_y)/(2v) (ln v + y²)`',
    );
    assert.equal(
      plainMath('$$\\begin{cases} \\tfrac12 e^2 & |e| \\le \\delta \\\\ 0 & \\text{else} \\end{cases}$$'),
      '`1/2 e² if |e| ≤ δ, 0 else`',
    );
  });
});
