import assert from 'node:assert/strict';
import { digestOf, type SourceFile } from '../../../src/engine/syntax/index.js';
import { onEachParser, parserOf, whyNotNative } from './parsers.js';
import { file } from './sexp.js';

/** Every node's text by its span, in order; spans that don't fit the text fail. */
function slices({ ast, text }: SourceFile): string[] {
  return ast.body.map((node) => {
    assert(node.start >= 0 && node.start <= node.end && node.end <= text.length);
    return text.slice(node.start, node.end);
  });
}

const awkward: Readonly<Record<string, string>> = {
  emoji: 'x = "😀é漢"; y = {"😀": 1}  # 🙂\nz = 2\n',
  'emoji in comments': '# 😀😀\nx = 1\n"""🙂"""\ny = 2',
  'a byte order mark': '\ufeffx = 1\ny = 2\n',
  CRLF: 'if x:\r\n    y = 1\r\n\r\n    z = """a\r\nb"""\r\nw = 2\r\n',
  'lone CR': 'if x:\r    y = 1\r    z = 2\rw = 2\r',
  'mixed line ends': 'x = 1\r\ny = 2\rz = 3\nw = (1,\r\n 2,\r 3)\n',
  tabs: 'if x:\n\ty = 1\n\tif z:\n\t\tw = 1\nv = 1\n',
  'form feeds': 'x = 1\n\f\ndef f():\n    pass\n\fy = 1\n',
  continuations: 'x = 1 + \\\n    2\nif a and \\\r\n   b:\n    c = 1\n',
  'no final newline': 'if x: y = 1',
  'lone surrogates': 'x = "\ud800"\ny = "\udc00"\nz = 1',
  semicolons: 'a = 1; b = 2;\nif c: d = 1; e = 2\n',
  'blank lines with blanks': 'def f():\n    a = 1\n  \n\t\n    b = 2\n   \nc = 1\n',
  'comments at odd indents': 'def f():\n    a = 1\n# here\n        # there\n    b = 2\n  # end\nc = 1\n',
  'only a comment': '# nothing',
  empty: '',
};

onEachParser('positions', (parser) => {
  it('counts offsets in UTF-16 units', () => {
    const python = 'x = "😀é漢"; y = f("🙂", z)';
    const parsed = parser().parse('example.py', python);
    assert.deepEqual(slices(parsed), ['x = "😀é漢"', 'y = f("🙂", z)']);
    const last = parsed.ast.body[1];
    assert(last?.kind === 'Assign' && last.value.kind === 'Call');
    assert.deepEqual(
      last.value.args.map(({ start, end }) => python.slice(start, end)),
      ['"🙂"', 'z'],
    );
  });

  it('reads every line end', () => {
    const tree = '(if x (= y 1) (= z 2)) (= w 3)';
    for (const end of ['\n', '\r\n', '\r']) {
      const python = ['if x:', '    y = 1', '    z = 2', 'w = 3', ''].join(end);
      const parsed = parser().parse('example.py', python);
      assert.equal(file(parsed.ast), tree);
      assert.equal(slices(parsed)[1], 'w = 3');
      assert.equal(parsed.positionAt(parsed.ast.body[1]!.start).line, 3);
    }
  });

  it('skips byte order mark, form feed and tabs', () => {
    assert.equal(file(parser().parse('a.py', awkward['a byte order mark']!).ast), '(= x 1) (= y 2)');
    assert.equal(file(parser().parse('a.py', awkward['form feeds']!).ast), '(= x 1) (def f [] pass) (= y 1)');
    assert.equal(file(parser().parse('a.py', awkward['tabs']!).ast), '(if x (= y 1) (if z (= w 1))) (= v 1)');
  });
});

describe('both parsers', () => {
  for (const [title, python] of Object.entries(awkward)) {
    it(`give the same tree for ${title}`, async function () {
      if ((await whyNotNative()) !== null) this.skip();
      const [native, wasm] = await Promise.all([parserOf('native'), parserOf('wasm')]);
      assert.deepEqual(native.parse('example.py', python).ast, wasm.parse('example.py', python).ast);
    });
  }
});

describe('digests', () => {
  it('are equal for equal text only', () => {
    const texts = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'a\0',
      '\0a',
      '😀',
      'x = 1\n',
      'x = 1\r\n',
      ...Array.from({ length: 5000 }, (_, i) => `x = ${i}`),
    ];
    assert.equal(new Set(texts.map(digestOf)).size, texts.length);
    assert.equal(digestOf('x = 1'), digestOf(['x', '=', '1'].join(' ')));
  });
});
