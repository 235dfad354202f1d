import { strict as assert } from 'node:assert';
import { evaluatePython } from '../../support/interpret.js';

/** Python text, an expression over it, and the `repr` expected. */
type Case = readonly [name: string, source: string, expression: string, expected: string];

function suite(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [name, source, expression, expected] of cases)
      it(name, async function () {
        this.timeout(60_000);
        assert.equal(await evaluatePython(source, expression), expected);
      });
  });
}

suite('expressions', [
  ['arithmetic', '', '(7 // 2, -7 // 2, -7 % 3, 2 ** 10, 7 / 2)', '(3, -4, 2, 1024, 3.5)'],
  ['chained comparison', 'x = 3', '(1 < x <= 3, 1 < x < 3)', '(True, False)'],
  ['boolean operators give operands', '', '(0 or 5, 3 and 4, None or [], "" and 1)', "(5, 4, [], '')"],
  ['conditional', 'n = 4', '"even" if n % 2 == 0 else "odd"', "'even'"],
  ['f-string', 'n = 7\nname = "x"', 'f"{name}:{n:03d} {n!r} {n = }"', "'x:007 7 n = 7'"],
  [
    'comprehensions',
    '',
    '([i * j for i in range(3) for j in range(3) if i != j], {i: i * i for i in range(3)}, sorted({i % 2 for i in range(5)}))',
    '([0, 0, 0, 2, 0, 2], {0: 0, 1: 1, 2: 4}, [0, 1])',
  ],
  ['generator expression', '', 'sum(i for i in range(10) if i % 2)', '25'],
  ['lambda with default', 'f = lambda a, b=2: a + b', 'f(1) + f(1, 5)', '9'],
  ['walrus in a comprehension binds outside', 'xs = [y := i for i in range(4)]', 'y', '3'],
  [
    'starred',
    'a, *b, c = range(5)',
    '(a, b, c, [*b, *b], {**{"k": 1}, "j": 2})',
    "(0, [1, 2, 3], 4, [1, 2, 3, 1, 2, 3], {'k': 1, 'j': 2})",
  ],
  [
    'slices',
    'xs = list(range(10))',
    '(xs[2:5], xs[::-3], xs[-2:], "hello"[1:4])',
    "([2, 3, 4], [9, 6, 3, 0], [8, 9], 'ell')",
  ],
]);

suite('functions', [
  [
    'keyword only and star',
    'def f(a, *args, b=1, **kw):\n    return (a, args, b, kw)',
    'f(1, 2, 3, b=4, c=5)',
    "(1, (2, 3), 4, {'c': 5})",
  ],
  ['closure', 'def make(n):\n    def add(x):\n        return x + n\n    return add', 'make(3)(4)', '7'],
  [
    'nonlocal',
    'def counter():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n        return n\n    inc()\n    return inc()',
    'counter()',
    '2',
  ],
  ['global', 'n = 1\ndef f():\n    global n\n    n += 1\nf()', 'n', '2'],
  ['mutable default is shared', 'def f(x, xs=[]):\n    xs.append(x)\n    return xs\nf(1)', 'f(2)', '[1, 2]'],
  ['recursion', 'def fact(n):\n    return 1 if n == 0 else n * fact(n - 1)', 'fact(25)', '15511210043330985984000000'],
  [
    'endless recursion is an error with a place',
    'def f(n):\n    return f(n + 1)',
    'f(0)',
    'raises RecursionError: maximum recursion depth exceeded',
  ],
  [
    'missing argument',
    'def f(a, b): pass',
    'f(1)',
    "raises TypeError: f() missing 1 required positional argument: 'b'",
  ],
  [
    'decorator',
    'def twice(fn):\n    def inner(*a, **k):\n        return fn(*a, **k) * 2\n    return inner\n@twice\ndef f(x): return x + 1',
    'f(2)',
    '6',
  ],
  [
    'generator',
    'def g(n):\n    for i in range(n):\n        if i == 3:\n            return\n        yield i\n    yield 99',
    'list(g(10)) + list(g(2))',
    '[0, 1, 2, 0, 1, 99]',
  ],
  [
    'yield from and send',
    'def inner():\n    x = yield 1\n    yield x * 2\ndef outer():\n    yield from inner()\ng = inner()\nnext(g)',
    '(g.send(21), list(outer().__class__ and [1]))',
    '(42, [1])',
  ],
  [
    'try, except, finally',
    'log = []\ndef f(x):\n    try:\n        log.append("try")\n        return 10 // x\n    except ZeroDivisionError as e:\n        log.append("except")\n        return -1\n    finally:\n        log.append("finally")',
    '(f(0), f(5), log)',
    "(-1, 2, ['try', 'except', 'finally', 'try', 'finally'])",
  ],
  [
    'while with else',
    'def f(n):\n    while n:\n        n -= 1\n        if n == 3: break\n    else:\n        return "else"\n    return "break"',
    '(f(2), f(8))',
    "('else', 'break')",
  ],
  [
    'match',
    'def f(x):\n    match x:\n        case [1, *rest]: return rest\n        case {"k": v}: return v\n        case int(n) if n > 5: return n\n        case None | True: return "single"\n        case _: return "other"',
    '(f([1, 2, 3]), f({"k": 7}), f(9), f(2), f(None))',
    "([2, 3], 7, 9, 'other', 'single')",
  ],
]);

suite('classes', [
  [
    'inheritance and super',
    'class A:\n    def __init__(self, x): self.x = x\n    def f(self): return self.x\nclass B(A):\n    def __init__(self, x, y):\n        super().__init__(x)\n        self.y = y\n    def f(self): return super().f() + self.y',
    'B(1, 2).f()',
    '3',
  ],
  [
    'super with arguments',
    'class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): return super(B, self).f() + 1',
    'B().f()',
    '2',
  ],
  [
    'C3 order',
    'class A: pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass',
    '[c.__name__ for c in D.__mro__]',
    "['D', 'B', 'C', 'A', 'object']",
  ],
  [
    'property and setter',
    'class A:\n    def __init__(self): self._x = 1\n    @property\n    def x(self): return self._x\n    @x.setter\n    def x(self, v): self._x = v * 2\na = A()\na.x = 5',
    'a.x',
    '10',
  ],
  [
    'static and class methods',
    'class A:\n    n = 3\n    @staticmethod\n    def s(x): return x\n    @classmethod\n    def c(cls): return cls.n\nclass B(A): n = 4',
    '(A.s(1), A().s(2), B.c(), B().c())',
    '(1, 2, 4, 4)',
  ],
  [
    'operators',
    'class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o.x)\n    def __eq__(self, o): return self.x == o.x\n    def __getitem__(self, i): return self.x * i\n    def __len__(self): return self.x\n    def __call__(self, y): return self.x + y\n    def __contains__(self, y): return y == self.x',
    '((V(1) + V(2)).x, V(1) == V(1), V(3)[4], len(V(5)), V(1)(2), 7 in V(7), bool(V(0)))',
    '(3, True, 12, 5, 3, True, False)',
  ],
  [
    '__getattr__ and __setattr__',
    'class A:\n    def __setattr__(self, k, v): object.__setattr__(self, k, v + 1)\n    def __getattr__(self, k): return "no " + k\na = A()\na.x = 1',
    '(a.x, a.y)',
    "(2, 'no y')",
  ],
  [
    'metaclass',
    'class M(type):\n    def __new__(m, name, bases, ns):\n        ns["tag"] = name.lower()\n        return super().__new__(m, name, bases, ns)\n    def __call__(cls, *a):\n        o = super().__call__(*a)\n        o.made = True\n        return o\nclass A(metaclass=M):\n    def __init__(self, x): self.x = x',
    '(A.tag, A(3).x, A(3).made)',
    "('a', 3, True)",
  ],
  [
    '__init_subclass__',
    'reg = {}\nclass Base:\n    def __init_subclass__(cls, key=None, **kw):\n        super().__init_subclass__(**kw)\n        reg[key] = cls.__name__\nclass A(Base, key="a"): pass',
    'reg',
    "{'a': 'A'}",
  ],
  [
    'registry decorator',
    'REG = {}\ndef register(fn):\n    REG[fn.__name__] = fn\n    return fn\n@register\ndef net(n=2): return n * 10',
    'REG["net"](n=3)',
    '30',
  ],
  [
    'dict subclass',
    'class C(dict):\n    def __init__(self, **kw):\n        super().__init__(**kw)\n        self.__dict__ = self\n    def __getattr__(self, k): return self[k]\nc = C(a=1)',
    '(c["a"], c.a, isinstance(c, dict))',
    '(1, 1, True)',
  ],
  [
    '__dict__ is live',
    'class A: pass\na = A()\na.__dict__.update(x=1)\na.y = 2',
    '(a.x, sorted(a.__dict__), vars(a)["y"])',
    "(1, ['x', 'y'], 2)",
  ],
  ['type with three arguments', 'T = type("T", (), {"x": 5})', '(T.x, T().x, T.__name__)', "(5, 5, 'T')"],
  [
    'exceptions',
    'class E(ValueError): pass\ndef f():\n    try:\n        raise E("bad")\n    except ValueError as e:\n        return str(e), type(e).__name__',
    'f()',
    "('bad', 'E')",
  ],
  [
    'context manager',
    'class C:\n    def __enter__(self): return 5\n    def __exit__(self, *a): return True\ndef f():\n    with C() as x:\n        raise ValueError\n    return x',
    'f()',
    '5',
  ],
]);

suite('what is not known', [
  [
    'a missing package is named',
    'import nowhere',
    'nowhere.thing(1)',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'both branches give the same value',
    'import nowhere\ndef f():\n    if nowhere.flag: x = 3\n    else: x = 3\n    return x',
    'f()',
    '3',
  ],
  [
    'branches differ',
    'import nowhere\ndef f():\n    if nowhere.flag: x = 3\n    else: x = 4\n    return x',
    'f()',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'a branch that only raises is not taken',
    'import nowhere\ndef f():\n    if nowhere.flag:\n        raise ValueError("no")\n    return 5',
    'f()',
    '5',
  ],
  [
    'early return under an unknown condition',
    'import nowhere\nlog = []\ndef f():\n    if nowhere.flag:\n        return 1\n    log.append(2)\n    return 1',
    '(f(), )',
    '(1,)',
  ],
  [
    'what happened after the early return is not certain',
    'import nowhere\nclass A: pass\ndef f(a):\n    a.x = 1\n    if nowhere.flag:\n        return\n    a.x = 2\na = A()\nf(a)',
    'a.x',
    'unknown: the value returned depends on a condition that is not known',
  ],
  [
    'a list of differing length is tainted',
    'import nowhere\nxs = [1]\nif nowhere.flag:\n    xs.append(2)',
    'len(xs)',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'a loop over an unknown',
    'import nowhere\ndef f():\n    n = 0\n    k = 5\n    for x in nowhere.data:\n        n += 1\n        k = 5\n    return (k, n)',
    'f()[0]',
    '5',
  ],
  [
    'a loop over an unknown: what changes',
    'import nowhere\ndef f():\n    n = 0\n    for x in nowhere.data:\n        n += 1\n    return n',
    'f()',
    "unknown: it changes in a loop whose rounds are not known (the package 'nowhere' is not on the search path)",
  ],
  [
    'break under an unknown condition',
    'import nowhere\ndef f():\n    n = 0\n    for i in range(3):\n        if nowhere.flag(i): break\n        n += 1\n    return n',
    'f()',
    'unknown: it depends on a condition that is not known',
  ],
  [
    'continue under an unknown condition keeps what is sure',
    'import nowhere\ndef f():\n    n = 0\n    for i in range(3):\n        n += 1\n        if nowhere.flag(i): continue\n        m = i\n    return n',
    'f()',
    '3',
  ],
  [
    'an unknown callee may change what it gets',
    'import nowhere\nxs = [1]\nnowhere.f(xs)',
    'xs[0]',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'unknown and False is false in a condition',
    'import nowhere\ndef f():\n    if nowhere.a and False: return 1\n    return 2',
    'f()',
    '2',
  ],
  [
    'unknown or 3 is not 3',
    'import nowhere',
    'nowhere.a or 3',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  ['guarded import', 'try:\n    import nowhere\n    has = True\nexcept ImportError:\n    has = False', 'has', 'False'],
  [
    'nested unknown conditions',
    'import nowhere\ndef f(a, b):\n    if a:\n        if b:\n            return 1\n        x = 2\n    else:\n        x = 2\n    return x - 1',
    'f(nowhere.a, nowhere.b)',
    '1',
  ],
  [
    'a raise after an undecided return is not reached',
    'import nowhere\ndef f():\n    if nowhere.a:\n        return 7\n    raise ValueError()',
    'f()',
    '7',
  ],
  [
    'an endless loop ends with a message',
    'def f():\n    while True:\n        pass',
    'f()',
    'unknown: the analysis budget was used up here (an endless loop, or very long work)',
  ],
  [
    'half-typed code leaves the rest alone',
    'class A:\n    x = 1\n    def f(self):\n        return self.\nclass B:\n    y = 2\n',
    'B().y',
    '2',
  ],
]);

describe('modules', () => {
  const files = {
    '/pkg/__init__.py': 'from .a import *\nfrom .b import helper as h\nfrom . import sub\n__all__ = ["A", "h"]\n',
    '/pkg/a.py': 'from .registry import register\n@register\nclass A:\n    n = 1\ndef _private(): pass\n',
    '/pkg/b.py': 'def helper(): return 5\n',
    '/pkg/registry.py':
      'REG = {}\ndef register(c):\n    REG[c.__name__] = c\n    return c\ndef create(name): return REG[name]()\n',
    '/pkg/sub/__init__.py': 'value = 3\n',
    '/cyc_a.py': 'import cyc_b\nx = 1\ndef get(): return cyc_b.y\n',
    '/cyc_b.py': 'import cyc_a\ny = 2\ndef get(): return cyc_a.x\n',
    '/script.py':
      'import argparse\ndef main():\n    global width\n    width = 8\nclass Net:\n    def f(self): return width * 2\nif __name__ == "__main__":\n    main()\n',
  };
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['star import through a package', 'from pkg import *', 'A.n + h()', '6'],
    ['submodules are attributes', 'import pkg', 'pkg.sub.value', '3'],
    [
      'a registry is filled by imports that nobody named',
      'import pkg\nfrom pkg.registry import create',
      'create("A").n',
      '1',
    ],
    ['cyclic imports', 'import cyc_a, cyc_b', '(cyc_a.get(), cyc_b.get())', '(2, 1)'],
    ['globals set when run as a script', 'from script import Net', 'Net().f()', '16'],
    ['a name that is not there', 'from pkg.b import nothing', 'nothing', "unknown: 'pkg.b' has no name 'nothing'"],
  ];
  for (const [name, source, expression, expected] of cases)
    it(name, async () => {
      assert.equal(await evaluatePython({ ...files, '/main.py': source }, expression), expected);
    });
});

suite('annotations and contexts', [
  [
    'annotations that stayed text',
    `
from __future__ import annotations
from dataclasses import dataclass, fields
from typing import Optional, get_type_hints, get_args
@dataclass
class Inner:
    size: int = 4
@dataclass
class Outer:
    inner: Inner
    names: Optional[list] = None
def build(inner: Inner, flag: 'bool' = True) -> Outer: ...
def read(cls, data):
    hints = get_type_hints(cls)
    return cls(**{f.name: hints[f.name](**data[f.name]) if isinstance(data.get(f.name), dict) else data.get(f.name) for f in fields(cls)})
`,
    "[get_type_hints(Outer)['inner'] is Inner, read(Outer, {'inner': {'size': 9}}).inner.size, get_type_hints(build)['flag'], get_type_hints(build)['return'] is Outer, sorted(get_type_hints(build)), get_args(get_type_hints(Outer)['names'])[0]]",
    "[True, 9, <class 'bool'>, True, ['flag', 'inner', 'return'], <class 'list'>]",
  ],
  [
    'context variables',
    `
from contextvars import ContextVar
depth: ContextVar[int] = ContextVar('depth', default=3)
token = depth.set(5)
inside = depth.get()
depth.reset(token)
`,
    '[inside, depth.get(), depth.name]',
    "[5, 3, 'depth']",
  ],
]);
