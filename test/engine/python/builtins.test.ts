import assert from 'node:assert/strict';
import type { Interpreter, Value } from '../../../src/engine/python/index.js';
import { symbol } from '../../../src/engine/python/symint.js';
import { runPython } from './run.js';

/** `n` and `d` are named sizes, `what` is unknown, `maybe` a list whose contents are. */
function globals(interpreter: Interpreter): Record<string, Value> {
  const maybe = interpreter.list([1, 2]);
  maybe.taint = interpreter.unknown('something changed it');
  return { n: symbol('n'), d: symbol('d'), what: interpreter.unknown('nobody knows'), maybe };
}
const NOBODY = 'unknown: nobody knows';
const CHANGED = 'unknown: something changed it';

async function check(cases: readonly (readonly [expression: string, expected: string])[], program = ''): Promise<void> {
  for (const [expression, expected] of cases)
    assert.equal(await runPython(program, expression, globals), expected, expression);
}

describe('builtins on named sizes', () => {
  it('compute with integers', () =>
    check([
      ['n + 1', 'n + 1'],
      ['2 * n * d // n', '2*d'],
      ['(n * 4) % 4', '0'],
      ['n ** 2', 'n**2'],
      ['-n', '-n'],
      ['divmod(4 * n + 1, 4)', '(n, 1)'],
      ['n << 3', '8*n'],
      ['(8 * n) >> 3', 'n'],
      ['n & 1', 'n % 2'],
      ['abs(n)', 'n'],
      ['max(n, 1)', 'n'],
      ['min(n, n + d)', 'n'],
      ['sum([n, n, 2])', '2*n + 2'],
      ['int(n)', 'n'],
      ['round(n)', 'n'],
      ['range(n).stop', 'n'],
      ['len(range(n))', 'n'],
      ['len(range(0, n, 2))', '(n + 1)//2'],
    ]));

  it('decide what holds for every size', () =>
    check([
      ['n > 0', 'True'],
      ['n == 0', 'False'],
      ['bool(n)', 'True'],
      ['n + d >= 2', 'True'],
      ['n == n', 'True'],
      ['n == d', 'unknown: a comparison depends on n, which has no fixed value'],
      ['n < 10', 'unknown: a comparison depends on n, which has no fixed value'],
      ['isinstance(n, int)', 'True'],
      ['type(n)', "<class 'int'>"],
      ['n is None', 'False'],
    ]));

  it('keep floats exact where a double would be', () =>
    check(
      [
        ['int(n * 4.0)', '4*n'],
        ['int(n * 0.5)', 'n//2'],
        ['int(n * 2 / 3)', '(2*n)//3'],
        ['n / 2 * 2 == n', 'True'],
        ['int(2 * n / 2)', 'n'],
        ['n * 1.0 > 0.5', 'True'],
        ['int(n * 0.1)', "unknown: a fraction of n can't be kept exactly"],
        ['math.ceil(n / 2)', '(n + 1)//2'],
        ['math.floor(n / 4)', 'n//4'],
        ['math.sqrt(n * n) == n', 'True'],
        ['(n * 2.0).is_integer()', 'True'],
        ['isinstance(n / 2, float)', 'True'],
      ],
      'import math\n',
    ));

  it('do not guess texts, lengths and rounds', () =>
    check([
      ['str(n)', 'unknown: a text depends on n, which has no fixed value'],
      ['f"layer{n}"', 'unknown: a text depends on n, which has no fixed value'],
      ['[0] * n', 'unknown: a repetition depends on n, which has no fixed value'],
      ['[1, 2, 3][n]', 'unknown: an index depends on n, which has no fixed value'],
      ['[1, 2, 3][:n + 2]', '[1, 2, 3]'],
      ['list(range(n))', 'unknown: the number of rounds depends on n, which has no fixed value'],
      ['[i for i in range(n, n + 2)]', '[n, n + 1]'],
      ['{n: 1}[n]', '1'],
    ]));
});

describe('builtins on unknowns', () => {
  it('hand the first cause on', () =>
    check(
      [
        ['what + 1', NOBODY],
        ['1 + what', NOBODY],
        ['len(what)', NOBODY],
        ['what[0]', NOBODY],
        ['[1, 2][what]', NOBODY],
        ['int(what)', NOBODY],
        ['str(what)', NOBODY],
        ['"a" + what', NOBODY],
        ['"a %s" % what', NOBODY],
        ['"{}".format(what)', NOBODY],
        ['f"{what}"', NOBODY],
        ['",".join(["a", what])', NOBODY],
        ['sum([1, what])', NOBODY],
        ['max(1, what)', NOBODY],
        ['sorted([2, what])', NOBODY],
        ['range(what)', NOBODY],
        ['isinstance(what, int)', NOBODY],
        ['hasattr(what, "x")', NOBODY],
        ['getattr(what, "x", 1)', NOBODY],
        ['getattr(1, what)', NOBODY],
        ['list(what)', NOBODY],
        ['tuple(what)', NOBODY],
        ['{"a": 1}[what]', NOBODY],
        ['{"a": 1}.get(what)', NOBODY],
        ['what in [1, 2]', NOBODY],
        ['what == 1', NOBODY],
        ['what is None', NOBODY],
        ['"a".replace(what, "b")', NOBODY],
        ['math.sqrt(what)', NOBODY],
        ['math.ceil(what)', NOBODY],
        ['round(what, 2)', NOBODY],
      ],
      'import math\n',
    ));

  it('say what is certain all the same', () =>
    check([
      ['[1, what][0]', '1'],
      ['len([1, what])', '2'],
      ['1 in [what, 1]', 'True'],
      ['[what] == [1, 2]', 'False'],
      ['[1, what] == [2, what]', 'False'],
      ['any([what, True])', 'True'],
      ['all([what, False])', 'False'],
      ['any([what, False])', NOBODY],
      ['{"a": what, "b": 2}["b"]', '2'],
      ['list(zip([what], [1]))[0][1]', '1'],
      ['print(what)', 'None'],
      ['(1, what)[0]', '1'],
      ['[*map(type, [1])]', "[<class 'int'>]"],
    ]));

  it('tell nothing about containers that something changed', () =>
    check(
      [
        ['len(maybe)', CHANGED],
        ['maybe[0]', CHANGED],
        ['maybe + [1]', CHANGED],
        ['maybe == [1, 2]', CHANGED],
        ['sum(maybe)', CHANGED],
        ['tuple(maybe)', CHANGED],
        ['9 in maybe', CHANGED],
        ['repr(maybe)', CHANGED],
        ['isinstance(maybe, list)', 'True'],
        ['f()', '0'],
      ],
      'def f():\n    maybe.clear()\n    return len(maybe)\n',
    ));

  it('taint what they change by something unknown', () =>
    check(
      [
        ['f([3, 1])', NOBODY],
        ['g({"a": 1})', NOBODY],
        ['h({"a": 1})', NOBODY],
        ['s({1})', NOBODY],
      ],
      `
def f(x):
    x.insert(what, 5)
    return len(x)
def g(x):
    x[what] = 2
    return x["a"]
def h(x):
    x[what] = 2
    return x.get("b")
def s(x):
    x.add(what)
    return len(x)
`,
    ));
});
