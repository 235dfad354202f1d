import assert from 'node:assert/strict';
import { onEachParser } from './parsers.js';
import { expression, file } from './sexp.js';

/** Python, and the tree that is expected. */
const examples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'names and constants': [
    ['x', 'x'],
    ['None', 'None'],
    ['True', 'True'],
    ['...', '...'],
    ['print', 'print'],
    ['match', 'match'],
    ['ﬁlter', 'filter'], // identifiers are normalised (NFKC)
  ],
  numbers: [
    ['1_000_000', '1000000'],
    ['0xFF', '255'],
    ['0o17', '15'],
    ['0b1010', '10'],
    ['00', '0'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993'], // a bigint: not rounded to …992
    ['2**64', '(** 2 64)'],
    ['1.5e-3', '0.0015f'],
    ['1e3', '1000f'],
    ['.5', '0.5f'],
    ['1_0.', '10f'],
    ['2.5J', '2.5j'],
  ],
  operators: [
    ['a + b * c', '(+ a (* b c))'],
    ['a - b - c', '(- (- a b) c)'],
    ['a ** b ** c', '(** a (** b c))'],
    ['-x ** 2', '(- (** x 2))'],
    ['a @ b // c', '(// (@ a b) c)'],
    ['a ^ b & c', '(^ a (& b c))'],
    ['a & b ^ c & d | e', '(| (^ (& a b) (& c d)) e)'],
    ['(a ^ b) & c', '(& (^ a b) c)'],
    ['not a or b and c', '(or (not a) (and b c))'],
    ['a or b or c', '(or a b c)'],
    ['a or (b or c)', '(or a (or b c))'],
    ['~a << 2', '(<< (~ a) 2)'],
  ],
  comparisons: [
    ['a < b', '(compare a < b)'],
    ['0 <= i < n', '(compare 0 <= i < n)'],
    ['a is not b not in c', '(compare a is not b not in c)'],
    ['(a < b) < c', '(compare (compare a < b) < c)'],
    ['x in y', '(compare x in y)'],
  ],
  'calls and subscripts': [
    ['f()', '(call f)'],
    ['f(a, *b, k=c, **d)', '(call f a *b k=c **d)'],
    ['f(x for x in y)', '(call f (generator-comp x (for x y)))'],
    ['nn.Linear(3, 4)(x)', '(call (call nn.Linear 3 4) x)'],
    ['a[0]', '(index a 0)'],
    ['a[0,]', '(index a (tuple 0))'],
    ['a[i, ..., None]', '(index a (tuple i ... None))'],
    ['a[1:2, ::3, :]', '(index a (tuple (slice 1 2 _) (slice _ _ 3) (slice _ _ _)))'],
    ['a[*b]', '(index a (tuple (* b)))'],
    ['a[b:=1]', '(index a (:= b 1))'],
  ],
  collections: [
    ['()', '(tuple)'],
    ['(a)', 'a'],
    ['(a,)', '(tuple a)'],
    ['a, b', '(tuple a b)'],
    ['[*a, b]', '(list (* a) b)'],
    ['{1, 2}', '(set 1 2)'],
    ['{}', '(dict)'],
    ['{"a": 1, **b}', '(dict "a":1 **b)'],
    ['*f(x), y', '(tuple (* (call f x)) y)'],
    ['*a.b[0], y', '(tuple (* (index a.b 0)) y)'],
    ['*a + b,', '(tuple (* (+ a b)))'],
  ],
  comprehensions: [
    ['[x for x in y]', '(list-comp x (for x y))'],
    ['{x for x in y if x if z}', '(set-comp x (for x y if x if z))'],
    ['{k: v for k, v in y}', '(dict-comp k:v (for (tuple k v) y))'],
    ['[x async for x in y for z in x]', '(list-comp x (async-for x y) (for z x))'],
    ['[[b for b in a] for a in c]', '(list-comp (list-comp b (for b a)) (for a c))'],
  ],
  'lambda, conditional, walrus, await, yield': [
    ['lambda: 0', '(lambda [] 0)'],
    ['lambda x, /, y=1, *a, k, **kw: x', '(lambda [/x y=1 *a !k **kw] x)'],
    ['a if b else c if d else e', '(if b a (if d c e))'],
    ['(y := f(x)) + y', '(+ (:= y (call f x)) y)'],
    ['await f(x)', '(await (call f x))'],
    ['await x ** 2', '(** (await x) 2)'],
    ['yield', '(yield)'],
    ['yield a, b', '(yield (tuple a b))'],
    ['yield from a', '(yield-from a)'],
  ],
};

onEachParser('expressions', (parser) => {
  for (const [title, rows] of Object.entries(examples)) {
    describe(title, () => {
      for (const [python, expected] of rows) {
        it(python, () => {
          const { ast } = parser().parse('example.py', python);
          assert.equal(file(ast), expected);
          assert.deepEqual(ast.problems, []);
        });
      }
    });
  }

  it('gives one invalid statement for what Python 3 has no more', () => {
    for (const python of ['0777', '10L', 'a <> b', 'print "x"', 'print x, y', 'exec "x"', 't"{x}"', '"a" b"b"']) {
      const { ast } = parser().parse('example.py', `${python}\ny = 1`);
      assert.equal(ast.body[0]?.kind, 'Invalid', python);
      assert.equal(ast.body[1]?.kind, 'Assign', python);
      assert.equal(ast.problems.length, 1, python);
    }
  });

  it('takes soft keywords and old statements as names where Python does', () => {
    const python = 'type(a).b = c\ntype = 3\nmatch(x)\nmatch = case = 1\nprint(a), b\nprint >> 42\nexec(code)';
    assert.equal(
      file(parser().parse('example.py', python).ast),
      '(= (call type a).b c) (= type 3) (call match x) (= match case 1) (tuple (call print a) b) (>> print 42) (call exec code)',
    );
  });

  it('has the spans of attributes and arguments', () => {
    const { text, ast } = parser().parse('example.py', 'a = self.conv(x, kernel_size=3)');
    const assign = ast.body[0];
    assert(assign?.kind === 'Assign' && assign.value.kind === 'Call' && assign.value.func.kind === 'Attribute');
    const slice = ({ start, end }: { start: number; end: number }): string => text.slice(start, end);
    assert.equal(slice(assign.value), 'self.conv(x, kernel_size=3)');
    assert.equal(slice(assign.value.func.attrSpan), 'conv');
    assert.deepEqual(assign.value.args.map(slice), ['x', 'kernel_size=3']);
  });

  it('parses one expression with offsets', () => {
    const { expression: sum, problems } = parser().parseExpression('a +\n  b', 10);
    assert.equal(expression(sum), '(+ a b)');
    assert.deepEqual([sum.start, sum.end, problems], [10, 17, []]);
  });

  it('says where a single expression is wrong', () => {
    for (const [python, offset] of [
      ['', 0],
      ['a; b', 3],
      ['x = 1', 0],
      [')(', 0],
    ] as const) {
      const { expression: result, problems } = parser().parseExpression(python, 100);
      assert.equal(result.kind, 'InvalidExpr', python);
      assert.equal(problems[0]?.start, 100 + offset, python);
    }
  });
});
