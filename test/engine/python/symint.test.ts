import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addInt,
  compareInt,
  decide,
  evaluateInt,
  floorDivInt,
  formatInt,
  maxInt,
  minInt,
  modInt,
  mulInt,
  norm,
  powInt,
  simplify,
  subInt,
  substituteInt,
  symbol,
  symbolsOf,
  trueDivInt,
  type Int,
  type SymInt,
} from '../../../src/engine/python/symint.js';

const h = symbol('h');
const w = symbol('w');
const d = symbol('d');

function mul(...factors: Int[]): Int {
  return factors.reduce((a, b) => mulInt(a, b) as Int);
}

describe('symbolic integers', () => {
  it('read like formulas', () => {
    assert.equal(formatInt(addInt(mul(512, symbol('num_classes')), 11176512)), '512*num_classes + 11176512');
    assert.equal(formatInt(subInt(mul(d, d, 4), d)), '4*d**2 - d');
    assert.equal(formatInt(addInt(floorDivInt(subInt(h, 1), 2) as Int, 1)), '(h + 1)//2');
    assert.equal(formatInt(mul(3, floorDivInt(h, 2) as Int, w)), '3*(h//2)*w');
  });

  it('become plain integers when nothing symbolic is left', () => {
    assert.equal(subInt(addInt(h, 5), h), 5);
    assert.equal(mul(h, 0), 0);
    assert.equal(mulInt(2 ** 40, 2 ** 40), 2n ** 80n);
  });

  it('divide exactly where the quotient is whole', () => {
    assert.equal(formatInt(floorDivInt(mul(2, h), 2) as Int), 'h');
    assert.equal(formatInt(floorDivInt(mul(h, w), h) as Int), 'w');
    assert.equal(formatInt(floorDivInt(addInt(mul(4, d), 2), 2) as Int), '2*d + 1');
    assert.equal(formatInt(floorDivInt(mul(h, w, 6), mul(4, w)) as Int), 'h + h//2');
    assert.equal(trueDivInt(mul(6, h), 3) !== null, true);
    assert.equal(trueDivInt(h, 3), null);
    const sum = addInt(h, w);
    assert.equal(formatInt(floorDivInt(mul(sum, sum), sum) as Int), 'h + w');
  });

  it('know remainders', () => {
    assert.equal(modInt(mul(8, h), 4), 0);
    assert.equal(modInt(addInt(mul(8, h), 3), 4), 3);
    assert.equal(modInt(mul(h, w), w), 0);
    assert.equal(formatInt(modInt(h, 2) as Int), 'h % 2');
    assert.equal(decide('==', addInt(mul(2, floorDivInt(h, 2) as Int), modInt(h, 2) as Int), h), true);
  });

  it('write equal sizes equally', () => {
    const halfUp = addInt(floorDivInt(subInt(h, 1), 2) as Int, 1);
    assert.equal(formatInt(halfUp), formatInt(floorDivInt(addInt(h, 1), 2) as Int));
    assert.equal(formatInt(subInt(h, floorDivInt(h, 2) as Int)), '(h + 1)//2');
    assert.equal(formatInt(addInt(floorDivInt(addInt(h, 1), 2) as Int, floorDivInt(h, 2) as Int)), 'h');
    const thirdUp = subInt(0, floorDivInt(subInt(0, h), 3) as Int);
    assert.equal(formatInt(thirdUp), '(h + 2)//3');
    assert.equal(formatInt(floorDivInt(mul(2, h), 3) as Int), '(2*h)//3');
    assert.equal(decide('==', addInt(floorDivInt(mul(2, h), 3) as Int, thirdUp), h), true);
    const twice = floorDivInt(floorDivInt(h, 2) as Int, 2) as Int;
    assert.equal(formatInt(twice), formatInt(floorDivInt(h, 4) as Int));
  });

  it('compare by what sizes of at least one imply', () => {
    assert.equal(decide('>=', h, 1), true);
    assert.equal(decide('>', h, 0), true);
    assert.equal(decide('>', h, 1), null);
    assert.equal(decide('==', h, 0), false);
    assert.equal(decide('>=', mul(h, w), h), true);
    assert.equal(decide('<=', floorDivInt(h, 2) as Int, h), true);
    assert.equal(decide('<', floorDivInt(h, 2) as Int, h), true);
    assert.equal(decide('<', modInt(h, 7) as Int, 7), true);
    assert.equal(decide('==', mul(2, h), 3), false);
    assert.equal(decide('==', h, w), null);
    assert.equal(compareInt(addInt(h, w), h), 1);
    assert.equal(formatInt(minInt(addInt(h, 1), h)), 'h');
    assert.equal(formatInt(maxInt(h, 1)), 'h');
    assert.equal(formatInt(maxInt(h, 2)), 'max(2, h)');
  });

  it('tell a sum of a difference from a difference of a sum', () => {
    assert.equal(formatInt(subInt(d, addInt(w, h))), 'd - h - w');
    assert.equal(formatInt(addInt(subInt(d, h), w)), 'd - h + w');
    assert.equal(formatInt(subInt(d, addInt(h, w))), 'd - h - w');
  });

  it('use facts about divisibility', () => {
    const heads = symbol('heads');
    const facts = { divisible: [{ value: d, by: heads }] };
    const size = floorDivInt(d, heads) as Int;
    assert.equal(formatInt(simplify(mul(size, heads), facts)), 'd');
    assert.equal(decide('==', mul(size, heads), d), null);
    assert.equal(decide('==', mul(size, heads), d, facts), true);
    assert.equal(modInt(d, heads, facts), 0);
    const byConstant = { divisible: [{ value: d, by: 8 }] };
    assert.equal(decide('==', mul(floorDivInt(d, 8) as Int, 8), d, byConstant), true);
  });

  it('name their sizes and take values for them', () => {
    const size = addInt(floorDivInt(addInt(h, w), 3) as Int, d);
    assert.deepEqual(symbolsOf(size).sort(), ['d', 'h', 'w']);
    assert.equal(
      evaluateInt(
        size,
        new Map([
          ['h', 4],
          ['w', 6],
          ['d', 10],
        ]),
      ),
      13,
    );
    assert.equal(evaluateInt(size, new Map([['h', 4]])), null);
    assert.equal(formatInt(substituteInt(mul(h, w), new Map<string, Int>([['w', h]])) as Int), 'h**2');
  });

  // An expression as data, so that it can be built symbolically and evaluated directly.
  type Tree = string | number | { op: '+' | '-' | '*' | '//' | '%' | 'min' | 'max'; left: Tree; right: Tree };
  const tree = fc.letrec<{ tree: Tree; leaf: Tree; node: Tree }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('leaf'), tie('node')),
    leaf: fc.oneof(fc.constantFrom<Tree>('h', 'w', 'd'), fc.integer({ min: -6, max: 9 })),
    node: fc.record({
      op: fc.constantFrom<'+' | '-' | '*' | '//' | '%' | 'min' | 'max'>('+', '-', '*', '//', '%', 'min', 'max'),
      left: tie('tree'),
      right: tie('tree'),
    }),
  })).tree;

  function symbolic(t: Tree): Int | null {
    if (typeof t === 'string') return symbol(t);
    if (typeof t === 'number') return t;
    const left = symbolic(t.left);
    const right = symbolic(t.right);
    if (left === null || right === null) return null;
    switch (t.op) {
      case '+':
        return addInt(left, right);
      case '-':
        return subInt(left, right);
      case '*':
        return mulInt(left, right);
      case '//':
        return floorDivInt(left, right);
      case '%':
        return modInt(left, right);
      case 'min':
        return minInt(left, right);
      case 'max':
        return maxInt(left, right);
    }
  }
  function direct(t: Tree, values: Record<string, bigint>): bigint | null {
    if (typeof t === 'string') return values[t] as bigint;
    if (typeof t === 'number') return BigInt(t);
    const a = direct(t.left, values);
    const b = direct(t.right, values);
    if (a === null || b === null) return null;
    switch (t.op) {
      case '+':
        return a + b;
      case '-':
        return a - b;
      case '*':
        return a * b;
      case '//':
        return b === 0n ? null : a / b - (a % b !== 0n && a % b < 0n !== b < 0n ? 1n : 0n);
      case '%':
        return b === 0n ? null : ((a % b) + b) % b;
      case 'min':
        return a < b ? a : b;
      case 'max':
        return a > b ? a : b;
    }
  }
  const sizes = fc.record({ h: fc.bigInt(1n, 40n), w: fc.bigInt(1n, 40n), d: fc.bigInt(1n, 40n) });
  const asMap = (values: Record<string, bigint>): Map<string, number | bigint> =>
    new Map(Object.entries(values).map(([k, v]) => [k, norm(v)]));

  it('agree with plain arithmetic for all sizes', () => {
    fc.assert(
      fc.property(tree, sizes, (t, values) => {
        const expected = direct(t, values);
        const formula = symbolic(t);
        if (expected === null || formula === null) return;
        assert.equal(
          BigInt(evaluateInt(formula, asMap(values)) ?? assert.fail(`not evaluated: ${formatInt(formula)}`)),
          expected,
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('decide comparisons only when they hold for all sizes', () => {
    fc.assert(
      fc.property(tree, tree, sizes, (x, y, values) => {
        const a = symbolic(x);
        const b = symbolic(y);
        const left = direct(x, values);
        const right = direct(y, values);
        if (a === null || b === null || left === null || right === null) return;
        const truths = {
          '==': left === right,
          '!=': left !== right,
          '<': left < right,
          '<=': left <= right,
          '>': left > right,
          '>=': left >= right,
        };
        for (const [op, truth] of Object.entries(truths)) {
          const answer = decide(op as '==', a, b);
          if (answer !== null) assert.equal(answer, truth, `${formatInt(a)} ${op} ${formatInt(b)}`);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('cancel a product with its factor', () => {
    fc.assert(
      fc.property(tree, tree, (x, y) => {
        const a = symbolic(x);
        const b = symbolic(y);
        if (a === null || b === null || b === 0) return;
        const product = mulInt(a, b);
        if (product === null) return;
        const quotient = floorDivInt(product, b);
        assert.ok(quotient !== null && decide('==', quotient, a) !== false);
      }),
      { numRuns: 500 },
    );
  });

  it('keep powers exact', () => {
    assert.equal(powInt(3, 40), 12157665459056928801n);
    assert.equal(formatInt(powInt(addInt(h, 1), 2) as SymInt), 'h**2 + 2*h + 1');
    assert.equal(powInt(2, h), null);
  });
});
