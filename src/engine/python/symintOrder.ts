/** Which of two symbolic integers is larger, as far as "every size is at least 1" decides it. */
import {
  addInt,
  floorDivInt,
  isSym,
  mapAtoms,
  mulInt,
  negInt,
  norm,
  simplify,
  subInt,
  termsOf,
  type Int,
  type SymAtom,
  type SymFacts,
  type SymInt,
} from './symint.js';
import { Results } from './symintResults.js';

/** How many floor divisions, minima and maxima are bounded by their operands before giving up. */
const MAX_DEPTH = 5;

type Bound = bigint | null;

/** A lower bound that holds for all sizes ≥ 1, or `null`. */
function lowerBound(value: Int, depth: number): Bound {
  if (!isSym(value)) return BigInt(value);
  let best = shiftedBound(value, depth);
  if (depth <= 0) return best;
  for (const part of atomsOf(value)) {
    if (part.type === 'size') continue;
    for (const { scaled, by } of relaxations(value, part)) {
      const bound = lowerBound(scaled, depth - 1);
      if (bound === null) continue;
      const ceiling = -floorBig(-bound, by);
      if (best === null || ceiling > best) best = ceiling;
    }
  }
  return best;
}

function upperBound(value: Int, depth: number): Bound {
  const bound = lowerBound(subInt(0, value), depth);
  return bound === null ? null : -bound;
}

function floorBig(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function atomsOf(value: SymInt): SymAtom[] {
  const found = new Map<string, SymAtom>();
  for (const { factors } of value.terms.values()) for (const { atom } of factors) found.set(atom.name, atom);
  return [...found.values()];
}

/** What one atom can be, from what its operands can be. */
function atomBounds(part: SymAtom, depth: number): { readonly low: Bound; readonly high: Bound } {
  if (part.type === 'size') return { low: 1n, high: null };
  if (depth <= 0) return { low: part.type === 'mod' && !isSym(part.right) && part.right > 0 ? 0n : null, high: null };
  const left = { low: lowerBound(part.left, depth - 1), high: upperBound(part.left, depth - 1) };
  const right = { low: lowerBound(part.right, depth - 1), high: upperBound(part.right, depth - 1) };
  const both = (pick: (a: bigint, b: bigint) => bigint, a: Bound, b: Bound): Bound =>
    a === null || b === null ? null : pick(a, b);
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  switch (part.type) {
    case 'floordiv':
      if (right.low === null || right.low < 1n) return { low: null, high: null };
      return {
        low:
          left.low === null
            ? null
            : left.low >= 0n
              ? right.high === null
                ? 0n
                : floorBig(left.low, right.high)
              : floorBig(left.low, right.low),
        high:
          left.high === null
            ? null
            : left.high >= 0n
              ? floorBig(left.high, right.low)
              : right.high === null
                ? -1n
                : floorBig(left.high, right.high),
      };
    case 'mod':
      if (right.low === null || right.low < 1n) return { low: null, high: null };
      return { low: 0n, high: right.high === null ? null : right.high - 1n };
    case 'min':
      return {
        low: both(least, left.low, right.low),
        high: left.high === null ? right.high : right.high === null ? left.high : least(left.high, right.high),
      };
    case 'max':
      return {
        low: left.low === null ? right.low : right.low === null ? left.low : most(left.low, right.low),
        high: both(most, left.high, right.high),
      };
  }
}

/**
 * Writes each atom as its least value plus something ≥ 0; if then no negative coefficient is left but on bounded terms, the
 * constant is the bound.
 */
function shiftedBound(value: SymInt, depth: number): Bound {
  const bounds = new Map<string, { low: bigint; high: Bound }>();
  for (const part of atomsOf(value)) {
    const { low, high } = atomBounds(part, depth);
    if (low === null) return null;
    bounds.set(part.name, { low, high });
  }
  // The shifted atoms keep their names: here they stand for "atom - low".
  const shifted = mapAtoms(value, (part) => {
    const bound = bounds.get(part.name);
    return bound ? addInt(single(part), norm(bound.low)) : null;
  });
  if (shifted === null) return null;
  let sum = 0n;
  for (const { coefficient, factors } of termsOf(shifted).values()) {
    if (factors.length === 0) sum += coefficient;
    else if (coefficient < 0n) {
      let most = 1n;
      for (const { atom, power } of factors) {
        const bound = bounds.get(atom.name);
        if (!bound || bound.high === null) return null;
        most *= (bound.high - bound.low) ** BigInt(power);
      }
      sum += coefficient * most;
    }
  }
  return sum;
}

/** Polynomials `scaled` without the atom such that `value >= scaled / by`. */
function relaxations(
  value: SymInt,
  part: Exclude<SymAtom, { type: 'size' }>,
): { readonly scaled: Int; readonly by: bigint }[] {
  // Only where the atom stands alone and linearly: multiplied by something its sign would matter.
  let coefficient = 0n;
  let rest: Int = value;
  const own = single(part);
  for (const term of value.terms.values()) {
    if (!term.factors.some(({ atom }) => atom.name === part.name)) continue;
    if (term.factors.length !== 1 || term.factors[0]?.power !== 1) return [];
    coefficient = term.coefficient;
  }
  const scaledOwn = mulInt(own, norm(coefficient));
  if (scaledOwn === null) return [];
  rest = subInt(rest, scaledOwn);
  const result: { scaled: Int; by: bigint }[] = [];
  const withOperand = (operand: Int, scale: bigint, by: bigint): void => {
    const a = mulInt(rest, norm(by));
    const b = mulInt(operand, norm(scale));
    if (a !== null && b !== null) result.push({ scaled: addInt(a, b), by });
  };
  switch (part.type) {
    case 'floordiv': {
      if (isSym(part.right) || part.right <= 0) return [];
      const n = BigInt(part.right);
      // n*(x//n) lies in [x - n + 1, x].
      withOperand(coefficient > 0n ? subInt(part.left, norm(n - 1n)) : part.left, coefficient, n);
      break;
    }
    case 'min':
      if (coefficient < 0n) for (const side of [part.left, part.right]) withOperand(side, coefficient, 1n);
      break;
    case 'max':
      if (coefficient > 0n) for (const side of [part.left, part.right]) withOperand(side, coefficient, 1n);
      break;
    case 'mod':
      // x % n <= x only where x >= 0.
      if (coefficient < 0n && (lowerBound(part.left, 1) ?? -1n) >= 0n) withOperand(part.left, coefficient, 1n);
      break;
  }
  return result;
}

/** `x % n` as `x - n*(x // n)`, so that equal values written either way cancel. */
function expandMod(value: Int): Int {
  if (!isSym(value) || !atomsOf(value).some(({ type }) => type === 'mod')) return value;
  const expanded = mapAtoms(value, (part) => {
    const own = single(part);
    if (part.type !== 'mod') return own;
    const name = `${operand(part.left)}//${operand(part.right)}`;
    const quotient: SymInt = {
      kind: 'symint',
      key: name,
      terms: new Map([
        [
          name,
          {
            coefficient: 1n,
            factors: [{ atom: { type: 'floordiv', left: part.left, right: part.right, name }, power: 1 }],
          },
        ],
      ]),
    };
    const product = mulInt(quotient, part.right);
    return product === null ? null : subInt(part.left, product);
  });
  return expanded ?? value;
}

/** Of `x//k` and `-((-x + k - 1)//k)`, which are equal, always the same one. */
function alignDivisions(value: Int): Int {
  if (!isSym(value)) return value;
  const aligned = mapAtoms(value, (part) => {
    const own = single(part);
    if (part.type !== 'floordiv' || isSym(part.right) || part.right <= 2 || !isSym(part.left)) return own;
    const lead = [...part.left.terms].find(([key]) => key !== '')?.[1].coefficient ?? 0n;
    if (2n * lead <= BigInt(part.right)) return own;
    const flipped = floorDivInt(addInt(negInt(part.left), norm(BigInt(part.right) - 1n)), part.right);
    return flipped === null ? own : negInt(flipped);
  });
  return aligned ?? value;
}

function single(part: SymAtom): SymInt {
  return {
    kind: 'symint',
    key: part.name,
    terms: new Map([[part.name, { coefficient: 1n, factors: [{ atom: part, power: 1 }] }]]),
  };
}

function operand(value: Int): string {
  if (!isSym(value)) return String(value);
  const only = value.terms.size === 1 ? [...value.terms.values()][0] : undefined;
  const factor = only?.factors[0];
  const plain =
    only?.coefficient === 1n &&
    only.factors.length === 1 &&
    factor?.power === 1 &&
    factor.atom.type !== 'floordiv' &&
    factor.atom.type !== 'mod';
  return plain ? value.key : `(${value.key})`;
}

/** All coefficients but the constant's share a divisor that the constant doesn't: never zero. */
function neverZero(value: SymInt): boolean {
  let g = 0n;
  let constant = 0n;
  for (const { coefficient, factors } of value.terms.values()) {
    if (factors.length === 0) constant = coefficient;
    else {
      let x = g;
      let y = coefficient < 0n ? -coefficient : coefficient;
      while (y !== 0n) [x, y] = [y, x % y];
      g = x;
    }
  }
  return g > 1n && constant % g !== 0n;
}

/** Sign of `a - b`, or `null` when it depends on the sizes. */
export function compareInt(a: Int, b: Int): -1 | 0 | 1 | null {
  if (!isSym(a) && !isSym(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (isSym(a) && isSym(b) && a.key === b.key) return 0;
  if (decide('>', a, b) === true) return 1;
  if (decide('<', a, b) === true) return -1;
  return decide('==', a, b) === true ? 0 : null;
}

/** A comparison's truth for all sizes ≥ 1 (that meet `facts`), or `null` when it depends on them. */
export function decide(op: '==' | '!=' | '<' | '<=' | '>' | '>=', a: Int, b: Int, facts?: SymFacts): boolean | null {
  if (!isSym(a) && !isSym(b)) {
    const plain = typeof a === 'number' && typeof b === 'number';
    switch (op) {
      case '==':
        return plain ? a === b : BigInt(a) === BigInt(b);
      case '!=':
        return plain ? a !== b : BigInt(a) !== BigInt(b);
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
    }
  }
  return facts ? settle(op, simplify(subInt(a, b), facts)) : decisions.of(a, op, b, () => settle(op, subInt(a, b)));
}

const decisions = new Results<boolean | null>();

/** Truth of a comparison of `difference` with zero. */
function settle(op: '==' | '!=' | '<' | '<=' | '>' | '>=', difference: Int): boolean | null {
  switch (op) {
    case '>=':
      return atLeast(difference, 0n);
    case '>':
      return atLeast(difference, 1n);
    case '<':
      return not(atLeast(difference, 0n));
    case '<=':
      return not(atLeast(difference, 1n));
    case '==':
      return isZero(difference);
    case '!=':
      return not(isZero(difference));
  }
}

function not(answer: boolean | null): boolean | null {
  return answer === null ? null : !answer;
}

function atLeast(value: Int, bound: bigint): boolean | null {
  if (!isSym(value)) return BigInt(value) >= bound;
  const low = lowerBound(value, MAX_DEPTH);
  if (low !== null && low >= bound) return true;
  const high = upperBound(value, MAX_DEPTH);
  if (high !== null && high < bound) return false;
  const expanded = expandMod(value);
  return expanded !== value && !isSym(expanded) ? BigInt(expanded) >= bound : null;
}

function isZero(value: Int): boolean | null {
  if (!isSym(value)) return Number(value) === 0;
  if (neverZero(value)) return false;
  const expanded = alignDivisions(expandMod(value));
  if (!isSym(expanded)) return Number(expanded) === 0;
  const low = lowerBound(value, MAX_DEPTH);
  if (low !== null && low > 0n) return false;
  const high = upperBound(value, MAX_DEPTH);
  if (high !== null && high < 0n) return false;
  return low === 0n && high === 0n ? true : null;
}
