import assert from 'node:assert/strict';
import type { Stmt } from '../../../src/engine/syntax/index.js';
import { onEachParser } from './parsers.js';

/** Statements as an outline: nested by blocks, each by its first line, invalid ones marked. */
function outline(nodes: readonly Stmt[], text: string, indent = ''): string[] {
  const lines: string[] = [];
  for (const node of nodes) {
    const [line = ''] = text.slice(node.start, node.end).split('\n');
    lines.push(`${indent}${node.kind === 'Invalid' ? '✗ ' : ''}${line.trim()}`);
    const inner = `${indent}  `;
    if ('body' in node) lines.push(...outline(node.body, text, inner));
    if ('handlers' in node) {
      for (const handler of node.handlers) lines.push(`${indent}except`, ...outline(handler.body, text, inner));
    }
    if ('cases' in node)
      for (const clause of node.cases) lines.push(`${inner}case`, ...outline(clause.body, text, `${inner}  `));
    if ('orelse' in node && node.orelse.length > 0) lines.push(`${indent}else`, ...outline(node.orelse, text, inner));
    if ('finalbody' in node && node.finalbody.length > 0)
      lines.push(`${indent}finally`, ...outline(node.finalbody, text, inner));
  }
  return lines;
}

interface Example {
  readonly python: string;
  readonly expected: string;
  /** `line:column message` of each problem, lines and columns from zero. */
  readonly problems: readonly string[];
}

const examples: Readonly<Record<string, Example>> = {
  'a call without its end, in a constructor': {
    python: `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(
        self.bn = nn.BatchNorm1d(10)

    def forward(self, x):
        return self.bn(self.fc(x))
`,
    expected: `
class Net(nn.Module):
  def __init__(self):
    super().__init__()
    ✗ self.fc = nn.Linear(
    self.bn = nn.BatchNorm1d(10)
  def forward(self, x):
    return self.bn(self.fc(x))`,
    problems: ["4:27 '(' is not closed."],
  },
  'a call without its end, at the end of a method': {
    python: 'class A:\n    def f(self):\n        x = g(1,\n    def h(self): pass\ny = 1\n',
    expected: 'class A:\n  def f(self):\n    ✗ x = g(1,\n  def h(self): pass\n    pass\ny = 1',
    problems: ["2:13 '(' is not closed."],
  },
  'a call over lines without its end': {
    python: 'self.net = nn.Sequential(\n    nn.Linear(3, 4),\n    nn.ReLU(),\nself.head = nn.Linear(4, 2)\n',
    expected: '✗ self.net = nn.Sequential(\nself.head = nn.Linear(4, 2)',
    problems: ["0:24 '(' is not closed."],
  },
  'an attribute half typed': {
    python: 'def f(x):\n    a = 1\n    x.\n    return a\n',
    expected: 'def f(x):\n  a = 1\n  ✗ x.\n  return a',
    problems: ['2:4 This is not valid Python.'],
  },
  'parameters half typed': {
    python: 'class A:\n    def forward(self,\n        x = self.fc(x)\n        return x\n\n    def g(self): return 1\n',
    expected: 'class A:\n  def forward(self,\n    x = self.fc(x)\n    return x\n  def g(self): return 1\n    return 1',
    problems: ["1:15 '(' is not closed."],
  },
  'annotations half typed': {
    python: 'def f(self, x: ):\n    return x\ndef g(self) -> :\n    return 1\ndef h(a, b: int',
    expected: 'def f(self, x: ):\n  return x\ndef g(self) -> :\n  return 1\ndef h(a, b: int',
    problems: ['0:0 This is not valid Python.', '2:0 This is not valid Python.', "4:5 '(' is not closed."],
  },
  'bases half typed': {
    python: 'class Net(nn.\n    """Doc."""\n    size = 3\n    def f(self): pass\n',
    expected: 'class Net(nn.\n  """Doc."""\n  size = 3\n  def f(self): pass\n    pass',
    problems: ["0:9 '(' is not closed."],
  },
  'colons missing': {
    python: 'class A\n    x = 1\nif x\n    y\nelif z:\n    w\nelse\n    v\nwhile a and\n    b\n',
    expected: 'class A\n  x = 1\nif x\n  y\nelse\n  elif z:\n    w\n  else\n    v\nwhile a and\n  b',
    problems: ["0:0 ':' is missing.", "2:0 ':' is missing.", "6:0 ':' is missing.", "8:0 ':' is missing."],
  },
  'a condition half typed': {
    python: 'def f(x):\n    if x.:\n        return 1\n    elif y(:\n        return 2\n    else:\n        return 3\n',
    expected: 'def f(x):\n  if x.:\n    return 1\n  else\n    elif y(:\n      return 2\n    else\n      return 3',
    problems: ['1:4 This is not valid Python.', "3:10 '(' is not closed."],
  },
  'errors in every clause': {
    python: 'try:\n    a(\nexcept (A, B:\n    b.\nelse:\n    c = \nfinally:\n    d\n',
    expected: 'try:\n  ✗ a(\nexcept\n  ✗ b.\nelse\n  ✗ c = \nfinally\n  d'.replace('c = ', 'c ='),
    problems: [
      "1:5 '(' is not closed.",
      "2:7 '(' is not closed.",
      '3:4 This is not valid Python.',
      '5:4 This is not valid Python.',
    ],
  },
  'a case half typed': {
    python: 'match x:\n    case [a, b:\n        c\n    case _:\n        d(\n',
    expected: 'match x:\n  case\n    c\n  case\n    ✗ d(',
    problems: ["1:9 '[' is not closed.", "4:9 '(' is not closed."],
  },
  'a string without its end': {
    python: 'x = \'abc\ny = f"{a"\nz = 1\n',
    expected: '✗ x = \'abc\n✗ y = f"{a"\nz = 1',
    problems: ['0:4 This string is not closed.', '1:0 This is not valid Python.'],
  },
  'a long string without its end': {
    python: 'def f():\n    """Doc\n    x = 1\n\ndef g():\n    """Doc of g."""\n    return 1\n',
    expected: 'def f():\n  ✗ """Doc\n  x = 1\ndef g():\n  """Doc of g."""\n  return 1',
    problems: ['1:4 This string is not closed.'],
  },
  'a decorator half typed': {
    python: '@register(\ndef f(): pass\n@\nclass A: pass\n@x\n',
    expected: '✗ @register(\ndef f(): pass\n  pass\n✗ @\nclass A: pass\n  pass\n✗ @x',
    problems: ["0:9 '(' is not closed.", '2:0 This is not valid Python.', '4:0 This is not valid Python.'],
  },
  'clauses without their statement': {
    python: 'x = 1\nelse:\n    y = 2\nexcept E: z\nw = 3\n',
    expected: 'x = 1\n✗ else:\n✗ except E: z\nw = 3',
    problems: [
      "1:0 This 'else' belongs to no statement above it.",
      "3:0 This 'except' belongs to no statement above it.",
    ],
  },
  'a word misspelt': {
    python: 'class A:\n    de f(self):\n        return 1\n    def g(self): return 2\n',
    expected: 'class A:\n  ✗ de f(self):\n  def g(self): return 2\n    return 2',
    problems: ['1:4 This is not valid Python.'],
  },
  'one of several statements on a line': {
    python: 'a = 1; b = ; c = 3\nif x: d = (; e = 1\n',
    expected: 'a = 1\n✗ b =\nc = 3\nif x: d = (; e = 1\n  ✗ d = (; e = 1',
    problems: ['0:7 This is not valid Python.', "1:10 '(' is not closed."],
  },
  'a bracket too many': {
    python: 'x = f(1))\ny = [1, 2)\nz = 1\n',
    expected: '✗ x = f(1))\n✗ y = [1, 2)\nz = 1',
    problems: ["0:8 ')' closes nothing.", "1:4 '[' is not closed."],
  },
  'Python 2': {
    python: 'def f(x):\n    print "x"\n    raise E, "y"\n    return x\n',
    expected: 'def f(x):\n  ✗ print "x"\n  ✗ raise E, "y"\n  return x',
    problems: ["1:4 'print' is a function in Python 3: print(…).", '2:10 Only one exception can be raised.'],
  },
  'names alone': {
    python: 'class\ndef\ndef f\nclass A\nfor x in\nimport\nfrom a import\n@\n',
    expected: '✗ class\n✗ def\ndef f\nclass A\nfor x in\n✗ import\n✗ from a import\n✗ @',
    problems: [
      "0:0 ':' is missing.",
      "1:0 ':' is missing.",
      "2:0 ':' is missing.",
      "3:0 ':' is missing.",
      "4:0 ':' is missing.",
      '5:0 This is not valid Python.',
      '6:0 This is not valid Python.',
      '7:0 This is not valid Python.',
    ],
  },
  'blocks that are missing': {
    python: 'def f():\nclass A:\n    def g(self):\nx = 1\n',
    expected: 'def f():\nclass A:\n  def g(self):\nx = 1',
    problems: ['0:0 An indented block is missing.', '2:4 An indented block is missing.'],
  },
};

onEachParser('broken text', (parser) => {
  for (const [title, { python, expected, problems }] of Object.entries(examples)) {
    it(title, () => {
      // A line above shows that nothing depends on being at the beginning.
      for (const before of ['', '# 😀\n']) {
        const text = before + python.replace(/^\n/, '');
        const parsed = parser().parse('example.py', text);
        assert.equal(outline(parsed.ast.body, text).join('\n'), expected.replace(/^\n/, ''));
        const lines = before === '' ? 0 : 1;
        assert.deepEqual(
          parsed.ast.problems.map(({ start, message }) => {
            const { line, character } = parsed.positionAt(start);
            return `${line - lines - (python.startsWith('\n') ? -1 : 0)}:${character} ${message}`;
          }),
          problems,
        );
      }
    });
  }

  it('gives the same outline with Windows line ends', () => {
    for (const { python, expected } of Object.values(examples)) {
      const text = python.replace(/^\n/, '').replaceAll('\n', '\r\n');
      const parsed = parser().parse('example.py', text);
      assert.equal(outline(parsed.ast.body, text).join('\n'), expected.replace(/^\n/, ''));
    }
  });

  it('does not know what a half-typed head tests or iterates over', () => {
    const { ast } = parser().parse(
      'example.py',
      'if x.:\n  a\nelif y\n  b\nelif\n  c\nfor i in\n  d\nwhile z[\n  e\nwith "f\n  g\nif h == \'\n  j\n',
    );
    const [test, loop, during, within, last] = ast.body;
    assert(test?.kind === 'If' && loop?.kind === 'For' && during?.kind === 'While');
    assert(within?.kind === 'With' && last?.kind === 'If');
    const [second] = test.orelse;
    assert(second?.kind === 'If');
    const [third] = second.orelse;
    assert(third?.kind === 'If');
    assert.equal(test.test.kind, 'InvalidExpr');
    assert.equal(second.test.kind, 'Name'); // only the colon is missing
    assert.equal(third.test.kind, 'InvalidExpr');
    assert.deepEqual([loop.target.kind, loop.iter.kind], ['Name', 'InvalidExpr']);
    assert.equal(during.test.kind, 'InvalidExpr');
    assert.equal(within.items[0]?.context.kind, 'InvalidExpr');
    assert.equal(last.test.kind, 'InvalidExpr');
    assert.deepEqual([...ast.scope.locals], ['i']);
  });

  it('reports indentation that Python refuses, and reads on', () => {
    const text = 'if x:\n    a\n      b\n  c\nd\n\te\n';
    const parsed = parser().parse('example.py', text);
    assert.deepEqual(
      parsed.ast.problems.map(({ start, message }) => [text.charAt(start), message]),
      ['b', 'c', 'e'].map((name) => [name, 'This line is not indented as its block is.']),
    );
  });

  it('reads on behind a docstring whose beginning is missing', () => {
    const text = `class A:
    def f(self):
        Does f.
        """
        return 1

    def g(self):
        """
        Does g.
        """
        return 2

    def h(self):
        """Does h."""
`;
    const { ast } = parser().parse('example.py', text);
    const [cls] = ast.body;
    assert(cls?.kind === 'ClassDef');
    assert.deepEqual([...cls.scope.locals], ['f', 'g', 'h']);
  });

  it('keeps every other definition, wherever a line is cut', () => {
    const text = `class Block(nn.Module):
    """A block."""

    def __init__(self, dim: int, *, heads=8):
        """Long.

        text
        """
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(heads)])
        self.act = {"relu": nn.ReLU(), 'gelu': nn.GELU()}[name]

    @torch.no_grad()
    def forward(self, x, mask=None):
        for i, layer in enumerate(self.layers):
            x = x + layer(x)[:, None, ...]
        if mask is not None and x.size(0) > 1:
            x = x.masked_fill(
                mask == 0,
                float("-inf"),
            )
        elif x.dim() == 2: return x
        else:
            raise ValueError(f"bad {x.shape!r:>{10}}")
        with torch.autocast("cuda") as ctx:
            assert ctx, "no"
        return {"x": x, **extra}

    def last(self): return 1


def after(): pass
`;
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (/^\s*(def|class)\b|^$/.test(line)) continue;
      const indent = line.length - line.trimStart().length;
      for (let cut = indent + 1; cut < line.length; cut++) {
        const cutText = [...lines.slice(0, index), line.slice(0, cut), ...lines.slice(index + 1)].join('\n');
        const { ast } = parser().parse('example.py', cutText);
        const cls = ast.body[0];
        const shown = `line ${index + 1} cut to ${JSON.stringify(line.slice(0, cut))}`;
        assert(cls?.kind === 'ClassDef', shown);
        assert.deepEqual([...cls.scope.locals], ['__init__', 'forward', 'last'], shown);
        assert(ast.scope.locals.has('after'), shown);
      }
    }
  });

  it('keeps names, spans and scopes of what survives', () => {
    const text = 'class Net(nn.Module\n    def f(self, a):\n        b = (\n        return a\nx = 1\n';
    const { ast } = parser().parse('example.py', text);
    const cls = ast.body[0];
    assert(cls?.kind === 'ClassDef');
    assert.equal(cls.bases.length, 1);
    assert.equal(text.slice(cls.start, cls.end), text.slice(0, text.indexOf('\nx = 1')));
    const method = cls.body[0];
    assert(method?.kind === 'FunctionDef');
    assert.deepEqual([...method.scope.locals], ['self', 'a']);
    assert.deepEqual([...cls.scope.locals], ['f']);
    assert.deepEqual([...ast.scope.locals], ['Net', 'x']);
  });

  it('collects comments in broken text too', () => {
    const { ast } = parser().parse('example.py', '# a\nx = (  # b\ny = 1  # c\n"""# no"""\n');
    assert.deepEqual(
      ast.comments.map((comment) => comment.text),
      ['# a', '# b', '# c'],
    );
  });
});
