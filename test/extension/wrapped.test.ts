// How what will be run is laid out in rows.
import assert from 'node:assert/strict';
import { wrapped } from '../../src/extension/chat/text.js';

describe('lines in pieces', () => {
  it('break between words, else after a slash, else anywhere, and lose nothing', () => {
    assert.deepEqual(wrapped('It imports model.py and train.py.', 20), ['It imports model.py', 'and train.py.']);
    assert.deepEqual(wrapped('python /home/somebody/project/verify.py', 16), [
      'python',
      '/home/somebody/',
      'project/',
      'verify.py',
    ]);
    assert.deepEqual(wrapped('abcdefgh', 3), ['abc', 'def', 'gh']);
    assert.deepEqual(wrapped('one\n\n  two ', 20), ['one', 'two']);
    const text =
      'in C:\\Users\\somebody (Python from the setting).\nNet(width=16, name="a b") runs at most 120 seconds.';
    for (let most = 1; most < 60; most++) {
      const pieces = wrapped(text, most);
      assert.equal(pieces.join('').replaceAll(/\s/g, ''), text.replaceAll(/\s/g, ''));
      assert.ok(pieces.every((piece) => piece.length <= most && piece === piece.trim() && piece !== ''));
    }
  });
});
