import assert from 'node:assert/strict';
import { sortOut, textKey, type Leftover } from '../../src/extension/diff/leftovers.js';

function left(uri: string, text: string, changed: number, hunks = [1], kept: number[] = []): Leftover {
  return { uri, texts: [text], changed, hunks, known: [...hunks, ...kept] };
}

describe('backups that other windows left behind', () => {
  it('are taken one of each file, the newest', () => {
    const older = left('file:///a.py', 'one', 1);
    const newer = left('file:///a.py', 'two', 2);
    const other = left('file:///b.py', 'one', 1);
    assert.deepEqual(sortOut([older, newer, other], [], new Set()), { take: [newer, other], obsolete: [] });
  });

  it('wait while this window has changes of the file', () => {
    const known = [left('file:///a.py', 'one', 2)];
    assert.deepEqual(sortOut([left('file:///a.py', 'two', 1)], known, new Set()), { take: [], obsolete: [] });
  });

  it('say nothing new of a text that a newer one is of: what was kept there does not come back', () => {
    const older = left('file:///a.py', 'one', 1, [1, 2]);
    const newer = left('file:///a.py', 'one', 2, [2], [1]);
    assert.deepEqual(sortOut([older, newer], [], new Set()), { take: [newer], obsolete: [older] });
    assert.deepEqual(sortOut([older], [newer], new Set()), { take: [], obsolete: [older] });
  });

  it('wait with changes that the newer one never heard of, though the text is the same', () => {
    const older = left('file:///a.py', 'one', 1, [1, 3]);
    const newer = left('file:///a.py', 'one', 2, [1]);
    assert.deepEqual(sortOut([older, newer], [], new Set()), { take: [newer], obsolete: [] });
  });

  it('are told by their texts from those that were pending here, too, wherever they lie by now', () => {
    const joined = new Set([textKey('file:///a.py', 'one')]);
    const same = left('file:///a.py', 'one', 1);
    const gone = left('file:///a.py', 'two', 2);
    assert.deepEqual(sortOut([same, gone], [], joined), { take: [gone], obsolete: [same] });
  });

  it('are not thrown away when an edit of theirs was on its way', () => {
    const underway: Leftover = { ...left('file:///a.py', 'one', 1), texts: ['one', 'two'] };
    const joined = new Set([textKey('file:///a.py', 'one')]);
    assert.deepEqual(sortOut([underway], [], joined), { take: [underway], obsolete: [] });
  });
});
