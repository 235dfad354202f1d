import assert from 'node:assert/strict';
import { onEachParser } from './parsers.js';
import { file } from './sexp.js';

const examples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  assignments: [
    ['x = 1', '(= x 1)'],
    ['a = b = c', '(= a b c)'],
    ['a, *b = c', '(= (tuple a (* b)) c)'],
    ['[a, (b, c)] = d', '(= (list a (tuple b c)) d)'],
    ['(a) = b', '(= a b)'],
    ['a, = b', '(= (tuple a) b)'],
    ['self.x[0], y.z = f()', '(= (tuple (index self.x 0) y.z) (call f))'],
    ['x = yield y', '(= x (yield y))'],
    ['x = *a, *b', '(= x (tuple (* a) (* b)))'],
    ['x //= 2', '(//= x 2)'],
    ['x @= y, z', '(@= x (tuple y z))'],
    ['x: int', '(: x int)'],
    ['x: int | None = None', '(: x (| int None) None)'],
    ['x: list[int] = []', '(: x (index list int) (list))'],
    ['x: Float[Tensor, "b c"]', '(: x (index Float (tuple Tensor "b c")))'],
    ['self.x: a.b[c.d, ...] = y', '(: self.x (index a.b (tuple c.d ...)) y)'],
    ['x: Callable[[int], str]', '(: x (index Callable (tuple (list int) str)))'],
  ],
  'simple statements': [
    ['pass; break; continue;', 'pass break continue'],
    ['return', '(return)'],
    ['return a, b', '(return (tuple a b))'],
    ['return *a, b', '(return (tuple (* a) b))'],
    ['raise', '(raise)'],
    ['raise E(x) from None', '(raise (call E x) from:None)'],
    ['assert a, "b"', '(assert a "b")'],
    ['assert (a, b)', '(assert (tuple a b))'],
    ['del a, b.c, d[0]', '(del a b.c (index d 0))'],
    ['del (a, b)', '(del a b)'],
    ['global a, b', '(global a b)'],
    ['nonlocal a', '(nonlocal a)'],
    ['x = 1; y = 2', '(= x 1) (= y 2)'],
    ['x = 1 + \\\n  2', '(= x (+ 1 2))'],
  ],
  imports: [
    ['import a', '(import a)'],
    ['import a.b.c as d, e', '(import a.b.c:d e)'],
    ['from a.b import c as d, e', '(from a.b c:d e)'],
    ['from . import a', '(from . a)'],
    ['from ...a.b import c', '(from ...a.b c)'],
    ['from a import *', '(from a *)'],
    ['from a import (\n  b,\n  c,  # why\n)', '(from a b c)'],
    ['from __future__ import annotations', '(from __future__ annotations)'],
  ],
  'compound statements': [
    ['if a: b\nelif c:\n  d\nelif e: f\nelse:\n  g', '(if a b (else (if c d (else (if e f (else g))))))'],
    ['for i, j in a, b:\n  c\nelse:\n  d', '(for (tuple i j) (tuple a b) c (else d))'],
    ['for x in *a, b: c', '(for x (tuple (* a) b) c)'],
    ['while a:\n  b\nelse: c', '(while a b (else c))'],
    ['try:\n  a\nexcept:\n  b', '(try a (except b))'],
    [
      'try: a\nexcept (A, B) as e: b\nexcept C: c\nelse: d\nfinally: e',
      '(try a (except (tuple A B) as:e b) (except C c) (else d) (finally e))',
    ],
    ['try: a\nexcept* E as e: b', '(try a (except* E as:e b))'],
    ['with a as b, c: d', '(with a:b c d)'],
    ['with (a as b, c as d,): e', '(with a:b c:d e)'],
    ['with (a, b): c', '(with a b c)'],
    ['with (a, b) as c: d', '(with (tuple a b):c d)'],
    ['with (a as b): c', '(with a:b c)'],
    ['with f() as (a, b.c): d', '(with (call f):(tuple a b.c) d)'],
  ],
  definitions: [
    ['def f(): pass', '(def f [] pass)'],
    [
      'def f(a, /, b: int = 1, *args: T, c, d=2, **kw: U) -> V: pass',
      '(def f [/a b:int=1 *args:T !c !d=2 **kw:U] ->V pass)',
    ],
    ['def f(a, *, b): pass', '(def f [a !b] pass)'],
    ['def f[T: int, *Ts, **P](x: T): pass', '(def f <T:int *Ts **P> [x:T] pass)'],
    [
      'async def f():\n  async with a as b: pass\n  async for c in d: pass',
      '(async-def f [] (async-with a:b pass) (async-for c d pass))',
    ],
    ['@a\n@b.c(1)\ndef f(): pass', '(def @a @(call b.c 1) f [] pass)'],
    ['class A: pass', '(class A [] pass)'],
    ['class A[T](B, C[T], metaclass=M, **k): pass', '(class A <T> [B (index C T) metaclass=M **k] pass)'],
    ['@d\nclass A(): x: int', '(class @d A [] (: x int))'],
    ['type X = int', '(type X int)'],
    ['type X[T] = list[T]', '(type X <T> (index list T))'],
  ],
  'pattern matching': [
    ['match x:\n  case 1: a\n  case _: b', '(match x (case 1 a) (case ?_ b))'],
    ['match x, y:\n  case a, b: c', '(match (tuple x y) (case [?a ?b] c))'],
    ['match x:\n  case -1 | 2.5 | "s" | None | True: a', '(match x (case (| (- 1) 2.5f "s" None True) a))'],
    ['match x:\n  case -1 - 2j: a', '(match x (case (- (- 1) 2j) a))'],
    ['match x:\n  case [a, *_, (b | c)] if d: e', '(match x (case [?a *_ (| ?b ?c)] if d e))'],
    [
      'match x:\n  case (a,): b\n  case (a): b\n  case *a, b: c',
      '(match x (case [?a] b) (case ?a b) (case [*a ?b] c))',
    ],
    ['match x:\n  case {"k": v, -1: A.B, **rest}: a', '(match x (case {"k":?v (- 1):A.B **rest} a))'],
    ['match x:\n  case a.B(c, d=1, e=f as g) as h: i', '(match x (case (as (class a.B ?c d=1 e=(as ?f g)) h) i))'],
    ['match x:\n  case A(): b', '(match x (case (class A) b))'],
  ],
};

onEachParser('statements', (parser) => {
  for (const [title, rows] of Object.entries(examples)) {
    describe(title, () => {
      for (const [python, expected] of rows) {
        it(JSON.stringify(python), () => {
          const { ast } = parser().parse('example.py', python);
          assert.equal(file(ast), expected);
          assert.deepEqual(ast.problems, []);
        });
      }
    });
  }

  it('collects comments in order', () => {
    const { ast } = parser().parse('example.py', '# a\nx = [  # b\r\n  1,\n]  # c\n\n    # d');
    assert.deepEqual(
      ast.comments.map((comment) => comment.text),
      ['# a', '# b', '# c', '# d'],
    );
    assert.deepEqual(
      ast.comments.map((comment) => comment.start),
      [0, 11, 24, 33],
    );
  });

  it('mangles private names in classes', () => {
    const { ast } = parser().parse(
      'example.py',
      'class _Net:\n  def __f(self, __a):\n    self.__b = __a.__c__ + g(__k=1)\nself.__b',
    );
    assert.equal(
      file(ast),
      '(class _Net [] (def _Net__f [self _Net__a] (= self._Net__b (+ _Net__a.__c__ (call g __k=1))))) self.__b',
    );
  });

  it('has the spans of definitions without their decorators', () => {
    const { text, ast } = parser().parse('example.py', '@d\nclass A:\n  @e\n  def f(self):\n    pass\n\nx = 1');
    const cls = ast.body[0];
    assert(cls?.kind === 'ClassDef');
    const method = cls.body[0];
    assert(method?.kind === 'FunctionDef');
    assert.equal(text.slice(cls.start, cls.end), 'class A:\n  @e\n  def f(self):\n    pass');
    assert.equal(text.slice(method.start, method.end), 'def f(self):\n    pass');
    assert.equal(text.slice(method.nameSpan.start, method.nameSpan.end), 'f');
  });
});
