import assert from 'node:assert/strict';
import fc from 'fast-check';
import { onEachParser, parserOf, whyNotNative } from './parsers.js';

const files: readonly string[] = [
  `import torch
from torch import nn


class Block(nn.Module):
    """A block 😀."""

    def __init__(self, dim: int, *, heads=8):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(heads)])

    def forward(self, x, mask=None):  # (B, T, C)
        for layer in self.layers:
            x = x + layer(self.norm(x))
        if mask is not None:
            x = x.masked_fill(
                mask == 0,
                float("-inf"),
            )
        elif x.size(0) > 1: return x
        else:
            raise ValueError(f"bad {x.shape!r:>{10}}")
        return {"x": x, **extra}
`,
  'def f(a, /, b=1, *c, d: int = 2, **e) -> None:\r\n\ttry:\r\n\t\twith open(a) as g: pass\r\n\texcept* (A, B) as h:\r\n\t\tmatch h:\r\n\t\t\tcase [i, *_] if i: return\r\n\t\t\tcase {"k": j, **l}: yield j\r\n\tfinally: del a\r\nasync def m():\r\n\tawait n  # é\r\n',
  '@d(1)\nclass A[T](B, metaclass=M):\n  """Doc\n  more\n  """\n  x: list[T] = [\n    1, 2,\n  ]; y = """a\nb"""\n  type X = int\n  z = lambda q, *r: (yield)\nif __name__ == "__main__":\n    main()\n',
];

/** Pieces of text that tend to change how everything behind them is read. */
const inserts: readonly string[] = [
  '', ' ', '    ', '\t', '\n', '\r\n', '\r', '\n        ', '(', ')', '[', ']', '{', '}', '"', "'", '"""', 'f"{', '}"', '#', '\\',
  ':', ',', '.', '=', ';', '@', '*', 'self.', 'x', '1', '😀', 'é', '\ufeff', '\0', 'def ', 'class ', 'if ', 'else:', 'return ',
  'lambda ', 'for x in ', 'import ', 'match ', 'case ', 'type ', 'print ', 'async ', 'await ', 'not ', ' as ', 'x = f(\n', 'pass\n',
]; // prettier-ignore

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 })),
  insert: fc.constantFrom(...inserts),
});
const session = fc.record({ file: fc.constantFrom(...files), edits: fc.array(edit, { minLength: 1, maxLength: 6 }) });

function apply(text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + insert + text.slice(start + remove);
}

onEachParser('incremental parsing', (parser) => {
  it('gives the tree that parsing the whole text gives, after any edits', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(session, ({ file, edits }) => {
        let text = file;
        let version = parser().parse('example.py', text);
        for (const change of edits) {
          text = apply(text, change);
          version = parser().parse('example.py', text, version);
          assert.deepEqual(version.ast, parser().parse('example.py', text).ast);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps spans inside the text and statements in order', function () {
    this.timeout(60_000);
    fc.assert(
      fc.property(session, ({ file, edits }) => {
        const text = edits.reduce(apply, file);
        const { ast } = parser().parse('example.py', text);
        let at = 0;
        for (const { start, end } of ast.body) {
          assert(at <= start && start <= end && end <= text.length);
          at = end;
        }
        for (const { start, end } of ast.problems) assert(0 <= start && start <= end && end <= text.length);
        for (const comment of ast.comments) assert.equal(text.slice(comment.start, comment.end), comment.text);
      }),
      { numRuns: 60 },
    );
  });

  it('parses an earlier version again', () => {
    const first = parser().parse('example.py', 'x = 1\ny = 2');
    const second = parser().parse('example.py', 'x = 1\nz\ny = 2', first);
    const third = parser().parse('example.py', 'x = 1\ny = 2\nw', first);
    assert.equal(parser().parse('example.py', second.text, second), second);
    assert.equal(third.ast.body.length, 3);
  });
});

describe('both parsers on broken text', () => {
  it('give the same tree after any edits', async function () {
    this.timeout(60_000);
    if ((await whyNotNative()) !== null) this.skip();
    const [native, wasm] = await Promise.all([parserOf('native'), parserOf('wasm')]);
    fc.assert(
      fc.property(session, ({ file, edits }) => {
        const text = edits.reduce(apply, file);
        assert.deepEqual(native.parse('example.py', text).ast, wasm.parse('example.py', text).ast);
      }),
      { numRuns: 100 },
    );
  });
});
