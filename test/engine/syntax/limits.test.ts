import assert from 'node:assert/strict';
import { onEachParser } from './parsers.js';

function nested(before: string, inside: string, after: string, times: number): string {
  return `x = ${before.repeat(times)}${inside}${after.repeat(times)}\ny = 1`;
}

/** What no person writes. */
const extremes: Readonly<Record<string, string>> = {
  'lists in lists': nested('[', '1', ']', 10_000),
  'calls in calls': nested('f(', '1', ')', 5000),
  'a long sum': `x = ${Array.from({ length: 50_000 }, () => 'a').join(' + ')}\ny = 1`,
  'a long power': `x = ${Array.from({ length: 5000 }, () => 'a').join(' ** ')}\ny = 1`,
  'a long chain of calls': nested('a', '', '.b()', 5000),
  'not not not': nested('not ', 'a', '', 5000),
  'minus minus': nested('-', 'a', '', 5000),
  'lambdas in lambdas': nested('lambda: ', 'a', '', 3000),
  'conditionals in conditionals': nested('a if b else ', 'c', '', 3000),
  'comprehensions in comprehensions': nested('[a for a in ', 'b', ']', 2000),
  'targets in targets': `${'('.repeat(5000)}a${')'.repeat(5000)} = 1\ny = 1`,
  'and with xor': `x = ${Array.from({ length: 3000 }, () => 'a & b ^ c').join(' & ')}\ny = 1`,
  'brackets that stay open': `x = ${'('.repeat(5000)}\ny = 1`,
  'patterns in patterns': `match x:\n  case ${'['.repeat(3000)}${']'.repeat(3000)}: pass\ny = 1`,
  dots: `x = a${'.'.repeat(5000)}\ny = 1`,
};

onEachParser('limits', (parser) => {
  for (const [title, python] of Object.entries(extremes)) {
    it(`gives up on ${title}, and on nothing else`, () => {
      const { ast } = parser().parse('example.py', python);
      assert.equal(ast.body.length, 2);
      assert(ast.problems.length > 0);
      assert.equal(ast.body[1]?.kind, 'Assign');
    });
  }

  it('takes any number of parentheses, operands of "or", targets, strings and decorators', () => {
    for (const python of [
      nested('(', '1', ')', 10_000),
      `x = ${Array.from({ length: 20_000 }, () => 'a').join(' or ')}`,
      `${'x = '.repeat(3000)}1`,
      `x = ${'"a" '.repeat(3000)}`,
      `${'@d\n'.repeat(1000)}def f(): pass`,
      `if a: pass\n${'elif b: pass\n'.repeat(1000)}`,
      `x = ${Array.from({ length: 300 }, () => 'a').join(' + ')}`,
    ]) {
      assert.deepEqual(parser().parse('example.py', python).ast.problems, [], python.slice(0, 30));
    }
  });

  it('bounds nested blocks, broken or not', () => {
    const lines = Array.from({ length: 150 }, (_, i) => `${' '.repeat(i)}if x:`);
    for (const last of ['y', 'y(']) {
      const { ast } = parser().parse('example.py', [...lines, ' '.repeat(150) + last, 'z = 1'].join('\n'));
      assert.match(ast.problems[0]?.message ?? '', /nested too deeply/);
      assert.equal(ast.body.at(-1)?.kind, 'Assign');
    }
  });

  it('reads many broken lines in reasonable time', () => {
    const { ast } = parser().parse('example.py', 'x = f(\n'.repeat(300));
    assert.equal(ast.body.length, 300);
    assert.equal(ast.problems.length, 300);
  });
});
