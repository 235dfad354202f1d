import assert from 'node:assert/strict';
import type { Scope } from '../../../src/engine/syntax/index.js';
import { onEachParser } from './parsers.js';

/** All scopes of a tree in source order of their nodes, found without knowing the kinds of nodes. */
function scopesOf(node: unknown, found: Scope[] = []): Scope[] {
  if (typeof node !== 'object' || node === null || node instanceof Set) return found;
  if ('scope' in node) found.push(node.scope as Scope);
  for (const [key, value] of Object.entries(node)) if (key !== 'scope') scopesOf(value, found);
  return found;
}

function names(scope: Scope | undefined): string {
  return [...(scope?.locals ?? [])].join(' ');
}

onEachParser('scopes', (parser) => {
  const scopes = (python: string): Scope[] => scopesOf(parser().parse('example.py', python).ast);

  /** Python, and what the first scope inside the module binds. */
  const bindings: readonly (readonly [string, string])[] = [
    ['def f(a, /, b, *c, d, **e): pass', 'a b c d e'],
    ['def f():\n  a = b = 1\n  c, (d, *e) = x\n  [g] = x\n  self.h = i[j] = 1', 'a b c d e g'],
    ['def f():\n  a += 1\n  b: int\n  c: int = 1\n  self.d: int = 1', 'a b c'],
    ['def f():\n  import a.b\n  import c.d as e\n  from m import g, h as i\n  from n import *', 'a e g i'],
    ['def f():\n  for a, b in x: pass\n  with c as d, e as (g, h): pass', 'a b d g h'],
    ['def f():\n  try: pass\n  except E as a: b = 1\n  del c, d.e', 'a b c'],
    ['def f():\n  match x:\n    case [a, *b] | {"k": a, **b} | C(a, k=b): pass\n    case d as c: pass', 'a b d c'],
    ['def f():\n  def a(): b = 1\n  class c: d = 1\n  type e = int', 'a c e'],
    ['def f():\n  if (a := 1): pass\n  return [b for c in d if (e := c)]', 'a e'],
    ['def f():\n  while a: b = 1\n  else: c = 1\n  return lambda d: (e := d)', 'b c'],
    ['def f():\n  global a, b\n  a = c = 1', 'c'],
    ['class A:\n  a = 1\n  def b(self): c = 1\n  global d\n  d = 1', 'a b'],
    ['lambda a, *b, c=(d := 1): e', 'a b c'],
    ['[a for a, b in c for d in a]', 'a b d'],
  ];
  for (const [python, expected] of bindings) {
    it(JSON.stringify(python), () => assert.equal(names(scopes(python)[1]), expected));
  }

  it('binds nested walruses in the function around all comprehensions', () => {
    const [, f, outer, inner] = scopes('def f():\n  return [[(w := a) for a in b] for b in c]');
    assert.deepEqual([names(f), names(outer), names(inner)], ['w', 'b', 'a']);
  });

  it('knows globals and nonlocals', () => {
    const [module, f, g] = scopes('x = 1\ndef f():\n  y = 1\n  def g():\n    global x\n    nonlocal y\n    x = y = 2');
    assert.equal(names(module), 'x f');
    assert.equal(names(f), 'y g');
    assert.deepEqual([[...g!.locals], [...g!.globals], [...g!.nonlocals]], [[], ['x'], ['y']]);
  });

  it('tells generators by a yield of their own', () => {
    const generators = scopes(
      'def a(): yield\ndef b(): x = yield from y\ndef c():\n  def d(): yield\ndef e(): return (x for x in y)\ndef g(): return lambda: (yield)',
    ).map((scope) => scope.isGenerator);
    //                            module a     b     c      d     e      genexp g      lambda
    assert.deepEqual(generators, [false, true, true, false, true, false, false, false, true]);
  });

  it('knows who needs the class cell', () => {
    const cells = (python: string): boolean[] => scopes(python).map((scope) => scope.usesClassCell);
    assert.deepEqual(cells('class A:\n  def f(self): super().f()\n  def g(self): pass'), [false, true, true, false]);
    assert.deepEqual(cells('class A:\n  def f(self): return [__class__ for x in y]'), [false, true, true, true]);
    assert.deepEqual(cells('def o():\n  class A:\n    def f(self): super()'), [false, false, true, true]);
  });

  it('evaluates defaults, decorators, bases and the first iterable outside', () => {
    const [module] = scopes('@(a := x)\ndef f(p=(b := 1)): pass\nclass C(c := x): pass\n[i for i in (d := y)]');
    assert.equal(names(module), 'a f b C c d');
  });
});
