/** Edits as values. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyEdits,
  carryEdits,
  carryFileEdit,
  composeEdits,
  conflictsBetween,
  diffLines,
  digestOf,
  editsProblem,
  indentLines,
  indentUnitOf,
  indentationAt,
  invertEdits,
  lineEndOf,
  minimalEdits,
  splitLines,
  withLineEnds,
  type TextEdit,
} from '../../src/edits/index.js';

const text = fc
  .array(fc.constantFrom('a', 'b', '    c', '\t', 'é', '😀', '\n', '\r\n', '\r', 'return x\n'), { maxLength: 30 })
  .map((parts) => parts.join(''));

/** Disjoint edits of a text. */
function editsOf(source: string): fc.Arbitrary<TextEdit[]> {
  return fc.array(fc.tuple(fc.nat({ max: source.length }), fc.nat({ max: 5 }), text), { maxLength: 4 }).map((list) => {
    const edits: TextEdit[] = [];
    for (const [start, length, newText] of list) {
      const end = Math.min(source.length, start + length);
      if (edits.every((other) => end < other.start || other.end < start)) edits.push({ start, end, newText });
    }
    return edits;
  });
}

const edited = text.chain((source) => editsOf(source).map((edits) => ({ source, edits })));

describe('edits', () => {
  it('apply all at once, insertions at one place in the order given', () => {
    assert.equal(
      applyEdits('abc', [
        { start: 3, end: 3, newText: '!' },
        { start: 1, end: 1, newText: 'x' },
        { start: 1, end: 1, newText: 'y' },
        { start: 1, end: 2, newText: 'B' },
      ]),
      'axyBc!',
    );
  });

  it('say why they can not be applied', () => {
    assert.match(editsProblem('abc', [{ start: 1, end: 9, newText: '' }])!, /outside the text of 3 characters/);
    assert.match(
      editsProblem('abc', [
        { start: 0, end: 2, newText: '' },
        { start: 1, end: 3, newText: '' },
      ])!,
      /overlaps/,
    );
    assert.throws(() => applyEdits('abc', [{ start: 2, end: 1, newText: '' }]), RangeError);
  });

  it('inverted lead back', () => {
    fc.assert(
      fc.property(edited, ({ source, edits }) => {
        assert.equal(applyEdits(applyEdits(source, edits), invertEdits(source, edits)), source);
      }),
    );
  });

  it('composed do what one after the other does', () => {
    fc.assert(
      fc.property(
        edited.chain(({ source, edits }) =>
          editsOf(applyEdits(source, edits)).map((then) => ({ source, edits, then })),
        ),
        ({ source, edits, then }) => {
          assert.equal(applyEdits(source, composeEdits(edits, then)), applyEdits(applyEdits(source, edits), then));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('between two texts lead from one to the other, and never split a character or a CRLF', () => {
    fc.assert(
      fc.property(text, text, (from, to) => {
        const edits = minimalEdits(from, to);
        assert.equal(applyEdits(from, edits), to);
        assert.deepEqual(minimalEdits(from, from), []);
        for (const edit of edits) {
          for (const at of [edit.start, edit.end])
            assert.ok(!/^(\uD83D\uDE00|\r\n)$/.test(from.slice(at - 1, at + 1)), 'inside a character');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('carried over a change go on to the same place, or are lost to it', () => {
    const { carried, lost } = carryEdits(
      [
        { start: 0, end: 1, newText: 'A' },
        { start: 4, end: 5, newText: 'E' },
      ],
      [{ start: 3, end: 3, newText: '---' }],
    );
    assert.deepEqual(lost, []);
    assert.equal(applyEdits('abc---de', carried), 'Abc---dE');
    assert.equal(carryEdits([{ start: 2, end: 4, newText: '' }], [{ start: 3, end: 3, newText: '-' }]).lost.length, 1);
    assert.equal(conflictsBetween([{ start: 2, end: 4, newText: '' }], [{ start: 4, end: 5, newText: '' }]).length, 0);
  });

  it('of a file are not written on to what was typed beside them', () => {
    const carry = (from: string, edit: TextEdit, to: string): string | undefined => {
      const file = carryFileEdit({ uri: 'file:///a', edits: [edit] }, from, to, 2);
      return file && applyEdits(to, file.edits);
    };
    assert.equal(carry('b = 2\n', { start: 4, end: 5, newText: '3' }, 'b = 20\n'), undefined);
    assert.equal(carry('b = 2\n', { start: 4, end: 5, newText: '3' }, 'b =  2\n'), undefined);
    assert.equal(carry('b = 2\n', { start: 4, end: 5, newText: '3' }, 'ab = 2\n'), 'ab = 3\n');
    assert.equal(carry('b = 2\n', { start: 4, end: 5, newText: '3' }, 'b = 1\nb = 2\n'), 'b = 1\nb = 3\n');
    assert.equal(carry('b = 2\n', { start: 5, end: 5, newText: '\nc = 3' }, 'b = 20\n'), 'b = 20\nc = 3\n');
  });
});

describe('line differences', () => {
  it('lead from one text to the other by chunks that never touch', () => {
    const few = fc.array(fc.constantFrom('\n', 'a\n', '  b\n', '    c\n'), { maxLength: 14 });
    fc.assert(
      fc.property(few, few, (a, b) => {
        const result: string[] = [];
        let last = -1;
        let at = 0;
        for (const chunk of diffLines(a, b)) {
          assert.ok(chunk.aStart > last, 'an equal line lies between two chunks');
          result.push(...a.slice(at, chunk.aStart), ...b.slice(chunk.bStart, chunk.bEnd));
          last = at = chunk.aEnd;
        }
        assert.deepEqual([...result, ...a.slice(at)], b);
      }),
      { numRuns: 3_000 },
    );
  });

  it('put an inserted method where it starts, not where its blank line is', () => {
    const before = splitLines('class A:\n    def a(self):\n        pass\n\n    def c(self):\n        pass\n');
    const after = splitLines(
      'class A:\n    def a(self):\n        pass\n\n    def b(self):\n        pass\n\n    def c(self):\n        pass\n',
    );
    assert.deepEqual(diffLines(before, after), [{ aStart: 4, aEnd: 4, bStart: 4, bEnd: 7 }]);
  });

  it('hold on to lines that occur once', () => {
    const chunks = diffLines(splitLines('x\nx\nanchor\ny\n'), splitLines('z\nanchor\nw\nw\ny\n'));
    assert.deepEqual(chunks, [
      { aStart: 0, aEnd: 2, bStart: 0, bEnd: 1 },
      { aStart: 3, aEnd: 3, bStart: 2, bEnd: 4 },
    ]);
  });
});

describe('texts', () => {
  it('know their line ends', () => {
    assert.equal(lineEndOf('a\r\nb\r\nc\n'), '\r\n');
    assert.equal(lineEndOf('a', '\r\n'), '\r\n');
    assert.equal(withLineEnds('a\r\nb\nc\r', '\n'), 'a\nb\nc\n');
    assert.deepEqual(splitLines('a\r\nb\rc\n\nd'), ['a\r\n', 'b\r', 'c\n', '\n', 'd']);
  });

  it('know their indentation', () => {
    assert.equal(indentationAt('class A:\n\tx = 1\n', 12), '\t');
    assert.equal(indentUnitOf('class A:\n  def f(self):\n    return 1\n'), '  ');
    assert.equal(indentUnitOf('x = 1\n'), '    ');
    assert.equal(indentLines('a\n\n  b\n', '    '), '    a\n\n      b\n');
  });

  it('have digests that tell them apart', () => {
    const digests = new Set(Array.from({ length: 20_000 }, (_, i) => digestOf(`line ${i}`)));
    assert.equal(digests.size, 20_000);
    assert.match(digestOf(''), /^[0-9a-f]{16}$/);
  });
});
