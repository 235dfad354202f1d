/**
 * Exact integers that depend on named sizes: polynomials with integer coefficients over atoms, where an atom is a named size
 * or an indivisible operation on polynomials (floor division, modulo, minimum, maximum).
 *
 * Named sizes stand for integers ≥ 1. Comparisons answer `null` when the sign can't be decided from that and from the
 * assumptions given (see `symintOrder.ts`).
 */
import { compareInt, decide } from './symintOrder.js';
import { Results } from './symintResults.js';

export { compareInt, decide } from './symintOrder.js';

export type Int = number | bigint | SymInt;

export interface SymInt {
  readonly kind: 'symint';
  /** Canonical text; equal polynomials have equal keys. Also what users read: `512*num_classes + 11176512`. */
  readonly key: string;
  /** @internal Terms by monomial; private to this file. */
  readonly terms: ReadonlyMap<string, SymTerm>;
}
export interface SymTerm {
  readonly coefficient: bigint;
  /** Atoms with their powers, sorted. */
  readonly factors: readonly SymFactor[];
}
export interface SymFactor {
  readonly atom: SymAtom;
  readonly power: number;
}
export type SymAtom =
  | { readonly type: 'size'; readonly name: string }
  | {
      readonly type: 'floordiv' | 'mod' | 'min' | 'max';
      readonly left: Int;
      readonly right: Int;
      readonly name: string;
    };

/** Facts that arithmetic may use: "left % right == 0". */
export interface SymFacts {
  readonly divisible: readonly { readonly value: SymInt; readonly by: Int }[];
}

/** Polynomials longer than this are given up (`null`): nobody could read them, and products of them explode. */
const MAX_TERMS = 400;
const MAX_EXPONENT = 64;

type Terms = Map<string, SymTerm>;

/** The smallest representation: `number` while safe, `bigint` beyond. */
export function norm(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

export function isSym(value: unknown): value is SymInt {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'symint';
}

/** A named size, an integer ≥ 1. */
export function symbol(name: string): SymInt {
  return build(new Map([[name, { coefficient: 1n, factors: [{ atom: { type: 'size', name }, power: 1 }] }]])) as SymInt;
}

// ---------------------------------------------------------------- polynomials

/** @internal Terms of any integer. */
export function termsOf(value: Int): ReadonlyMap<string, SymTerm> {
  if (isSym(value)) return value.terms;
  const coefficient = BigInt(value);
  return coefficient === 0n ? new Map() : new Map([['', { coefficient, factors: [] }]]);
}

function factorText(factor: SymFactor, alone: boolean): string {
  const { atom, power } = factor;
  const needsParens = (atom.type === 'floordiv' || atom.type === 'mod') && !(alone && power === 1);
  const name = needsParens ? `(${atom.name})` : atom.name;
  return power === 1 ? name : `${name}**${power}`;
}

function monomialKey(factors: readonly SymFactor[]): string {
  if (factors.length === 1 && factors[0]?.power === 1) return factors[0].atom.name;
  return factors.map((factor) => factorText(factor, false)).join('*');
}

function degree(term: SymTerm): number {
  let sum = 0;
  for (const { power } of term.factors) sum += power;
  return sum;
}

/** Graded order: higher degree first, then by name; the constant last. */
function sortedTerms(terms: ReadonlyMap<string, SymTerm>): [string, SymTerm][] {
  return [...terms].sort(([a, x], [b, y]) => degree(y) - degree(x) || (a < b ? -1 : a > b ? 1 : 0));
}

function textOf(terms: readonly [string, SymTerm][]): string {
  let text = '';
  for (const [, { coefficient, factors }] of terms) {
    const size = coefficient < 0n ? -coefficient : coefficient;
    const alone = factors.length === 1 && coefficient === 1n;
    const names = factors.map((factor) => factorText(factor, alone)).join('*');
    const body = names === '' ? String(size) : size === 1n ? names : `${size}*${names}`;
    if (text === '') text = coefficient < 0n ? `-${body}` : body;
    else text += coefficient < 0n ? ` - ${body}` : ` + ${body}`;
  }
  return text === '' ? '0' : text;
}

/** @internal A polynomial from its terms, a plain integer when it is constant. Takes ownership of `terms`. */
export function build(terms: Terms): Int {
  for (const [key, { coefficient }] of terms) if (coefficient === 0n) terms.delete(key);
  if (terms.size === 0) return 0;
  if (terms.size === 1) {
    const constant = terms.get('');
    if (constant) return norm(constant.coefficient);
  }
  const joined = joinHalves(terms);
  if (joined !== null) return joined;
  // In one order, however it came about: a polynomial is all the same wherever its text is.
  const sorted = sortedTerms(terms);
  return { kind: 'symint', key: textOf(sorted), terms: new Map(sorted) };
}

/**
 * Floor divisions that are subtracted become the rounded-up ones that are meant: `n - n//2` is `(n + 1)//2`, and
 * `n//2 + (n + 1)//2` is `n`. `null` when there is nothing to rewrite.
 */
function joinHalves(terms: Terms): Int | null {
  for (const { coefficient, factors } of terms.values()) {
    const part = factors.length === 1 && factors[0]?.power === 1 ? factors[0].atom : null;
    if (part?.type !== 'floordiv' || isSym(part.right) || part.right <= 1 || !isSym(part.left)) continue;
    const divisor = BigInt(part.right);
    if (divisor === 2n) {
      const odd = part.left.terms.has('');
      const even = odd ? subInt(part.left, 1) : part.left;
      const partner = atom('floordiv', odd ? even : addInt(part.left, 1), 2);
      const other = terms.get(partner.key)?.coefficient ?? 0n;
      const shared = coefficient < other ? coefficient : other;
      if (shared === 0n) continue;
      // even//2 + (even + 1)//2 = even
      const rest: Terms = new Map(terms);
      addTerm(rest, factors, -shared);
      addTerm(
        rest,
        [{ atom: (partner.terms.get(partner.key) as SymTerm).factors[0]?.atom as SymAtom, power: 1 }],
        -shared,
      );
      const scaled = mulInt(even, norm(shared));
      return scaled === null ? null : addInt(build(rest), scaled);
    }
    if (coefficient > 0n) continue;
    if ([...part.left.terms].some(([key, term]) => key !== '' && 2n * term.coefficient <= divisor)) continue;
    // -(x//k) = (-x + k - 1)//k
    const rest: Terms = new Map(terms);
    addTerm(rest, factors, -coefficient);
    const flipped = floorDivByConstant(addInt(negInt(part.left), norm(divisor - 1n)) as SymInt, divisor);
    const scaled = mulInt(flipped, norm(-coefficient));
    return scaled === null ? null : addInt(build(rest), scaled);
  }
  return null;
}

function addTerm(terms: Terms, factors: readonly SymFactor[], coefficient: bigint, key = monomialKey(factors)): void {
  const old = terms.get(key);
  const sum = (old?.coefficient ?? 0n) + coefficient;
  if (sum === 0n) terms.delete(key);
  else terms.set(key, { coefficient: sum, factors });
}

const sums = new Results<Int>();
const products = new Results<Int | null>();

function combine(a: Int, b: Int, scale: 1n | -1n): Int {
  return sums.of(a, scale === 1n ? '+' : '-', b, () => combined(a, b, scale));
}

function combined(a: Int, b: Int, scale: bigint): Int {
  const terms: Terms = new Map(termsOf(a));
  for (const [key, { coefficient, factors }] of termsOf(b)) addTerm(terms, factors, coefficient * scale, key);
  return build(terms);
}

function multiplyFactors(a: readonly SymFactor[], b: readonly SymFactor[]): readonly SymFactor[] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const powers = new Map<string, SymFactor>();
  for (const factor of [...a, ...b]) {
    const old = powers.get(factor.atom.name);
    powers.set(factor.atom.name, old ? { atom: old.atom, power: old.power + factor.power } : factor);
  }
  return [...powers.values()].sort((x, y) => (x.atom.name < y.atom.name ? -1 : 1));
}

/** `a / b` of monomials, or `null` when `b` doesn't divide `a`. */
function divideFactors(a: readonly SymFactor[], b: readonly SymFactor[]): readonly SymFactor[] | null {
  if (b.length === 0) return a;
  const left = new Map(a.map((factor) => [factor.atom.name, factor]));
  for (const { atom, power } of b) {
    const own = left.get(atom.name);
    if (!own || own.power < power) return null;
    if (own.power === power) left.delete(atom.name);
    else left.set(atom.name, { atom, power: own.power - power });
  }
  return [...left.values()];
}

/** An atom as an integer of its own. */
function atomInt(atom: SymAtom): SymInt {
  return {
    kind: 'symint',
    key: atom.name,
    terms: new Map([[atom.name, { coefficient: 1n, factors: [{ atom, power: 1 }] }]]),
  };
}

// ---------------------------------------------------------------- arithmetic

export function addInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  if (!isSym(a) && !isSym(b)) return norm(BigInt(a) + BigInt(b));
  return combine(a, b, 1n);
}

export function subInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  if (!isSym(a) && !isSym(b)) return norm(BigInt(a) - BigInt(b));
  return combine(a, b, -1n);
}

export function negInt(a: Int): Int {
  if (typeof a === 'number') return 0 - a;
  return subInt(0, a);
}

/** `null` when the product would be longer than anybody could read. */
export function mulInt(a: Int, b: Int): Int | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  if (!isSym(a) && !isSym(b)) return norm(BigInt(a) * BigInt(b));
  return products.of(a, '*', b, () => multiplied(a, b));
}

function multiplied(a: Int, b: Int): Int | null {
  const terms: Terms = new Map();
  const right = termsOf(b);
  for (const x of termsOf(a).values())
    for (const y of right.values())
      addTerm(terms, multiplyFactors(x.factors, y.factors), x.coefficient * y.coefficient);
  return terms.size > MAX_TERMS ? null : build(terms);
}

/** `a ** b`; `null` unless the result is an integer that can be written down. */
export function powInt(a: Int, b: Int): Int | null {
  if (isSym(b)) return a === 1 ? 1 : a === 0 ? 0 : null;
  if (b < 0) return a === 1 ? 1 : null;
  if (isSym(a)) {
    if (b > MAX_EXPONENT) return null;
    let result: Int | null = 1;
    for (let i = 0; i < b && result !== null; i++) result = mulInt(result, a);
    return result;
  }
  const base = BigInt(a);
  if (base === 0n || base === 1n) return BigInt(b) === 0n ? 1 : norm(base);
  if (base === -1n) return BigInt(b) % 2n === 0n ? 1 : -1;
  // Results of more bits than this are nobody's layer size.
  if (BigInt(b) * BigInt(base.toString(2).length) > 1n << 18n) return null;
  return norm(base ** BigInt(b));
}

/** Floor of `a / b` for plain integers, as Python has it. */
function floorDivBig(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
function modBig(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}
function gcdBig(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** `a = quotient * divisor + rest`, where no term of `rest` can be reduced by the divisor's leading term. */
function dividePolynomial(a: Int, divisor: Int): { readonly quotient: Int; readonly rest: Int } {
  const lead = sortedTerms(termsOf(divisor))[0]?.[1];
  if (!lead) return { quotient: 0, rest: a };
  let quotient: Int = 0;
  let rest = a;
  for (let round = 0; round < MAX_TERMS; round++) {
    let step: Int | null = null;
    for (const [, term] of sortedTerms(termsOf(rest))) {
      const factors = divideFactors(term.factors, lead.factors);
      const coefficient = factors && floorDivBig(term.coefficient, lead.coefficient);
      if (!factors || !coefficient) continue;
      const terms: Terms = new Map();
      addTerm(terms, factors, coefficient);
      step = build(terms);
      break;
    }
    if (step === null) return { quotient, rest };
    const product = mulInt(step, divisor);
    if (product === null) break;
    quotient = addInt(quotient, step);
    rest = subInt(rest, product);
  }
  return { quotient: 0, rest: a };
}

/** The largest monomial with integer coefficient that divides every term of both. */
function commonFactor(a: Int, b: Int): { readonly coefficient: bigint; readonly factors: readonly SymFactor[] } {
  let coefficient = 0n;
  let factors: SymFactor[] | null = null;
  for (const term of [...termsOf(a).values(), ...termsOf(b).values()]) {
    coefficient = gcdBig(coefficient, term.coefficient);
    if (factors === null) factors = [...term.factors];
    else
      factors = factors.flatMap((factor): SymFactor[] => {
        const other = term.factors.find(({ atom }) => atom.name === factor.atom.name);
        return other ? [{ atom: factor.atom, power: Math.min(factor.power, other.power) }] : [];
      });
  }
  return { coefficient: coefficient === 0n ? 1n : coefficient, factors: factors ?? [] };
}

function divideExactly(a: Int, coefficient: bigint, factors: readonly SymFactor[]): Int {
  const terms: Terms = new Map();
  for (const term of termsOf(a).values())
    addTerm(terms, divideFactors(term.factors, factors) ?? term.factors, term.coefficient / coefficient);
  return build(terms);
}

/** Writes an operand so that `//` and `%` bind as they should. */
function operandText(value: Int): string {
  if (!isSym(value)) return Number(value) < 0 ? `(${value})` : String(value);
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

function atom(type: 'floordiv' | 'mod' | 'min' | 'max', left: Int, right: Int): SymInt {
  const name =
    type === 'floordiv'
      ? `${operandText(left)}//${operandText(right)}`
      : type === 'mod'
        ? `${operandText(left)} % ${operandText(right)}`
        : `${type}(${formatInt(left)}, ${formatInt(right)})`;
  return atomInt({ type, left, right, name });
}

/** Splits off whole multiples of `n`: every coefficient of `rest` is in `[0, n)`. */
function reduceByConstant(a: SymInt, n: bigint): { readonly whole: Int; readonly rest: Int } {
  const whole: Terms = new Map();
  const rest: Terms = new Map();
  for (const [key, { coefficient, factors }] of a.terms) {
    addTerm(whole, factors, floorDivBig(coefficient, n), key);
    addTerm(rest, factors, modBig(coefficient, n), key);
  }
  return { whole: build(whole), rest: build(rest) };
}

/** gcd of `n` and of every coefficient but the constant's. */
function contentWith(a: SymInt, n: bigint): bigint {
  let g = n;
  for (const [key, { coefficient }] of a.terms) if (key !== '') g = gcdBig(g, coefficient);
  return g;
}

/** `(g*x + c) // g` where `g` divides everything but the constant. */
function dropContent(a: SymInt, g: bigint): Int {
  const terms: Terms = new Map();
  for (const [key, { coefficient, factors }] of a.terms) addTerm(terms, factors, floorDivBig(coefficient, g), key);
  return build(terms);
}

function floorDivByConstant(a: SymInt, n: bigint): Int {
  const { whole, rest } = reduceByConstant(a, n);
  if (!isSym(rest)) return whole;
  const g = contentWith(rest, n);
  const reduced = dropContent(rest, g);
  const divisor = n / g;
  if (divisor === 1n || !isSym(reduced))
    return addInt(whole, divisor === 1n ? reduced : norm(floorDivBig(BigInt(reduced as number | bigint), divisor)));
  // (x // m + y) // n = (x + m*y) // (m*n)
  for (const [key, { coefficient, factors }] of sortedTerms(reduced.terms)) {
    const inner = factors.length === 1 && factors[0]?.power === 1 ? factors[0].atom : null;
    if (coefficient !== 1n || inner?.type !== 'floordiv' || isSym(inner.right) || inner.right <= 0) continue;
    const others: Terms = new Map(reduced.terms);
    others.delete(key);
    const scaled = mulInt(build(others), inner.right);
    const numerator = scaled === null ? null : addInt(inner.left, scaled);
    if (numerator === null) continue;
    const folded = floorDivInt(numerator, norm(BigInt(inner.right) * divisor));
    if (folded !== null) return addInt(whole, folded);
  }
  const low = decide('>=', reduced, 0);
  if (low === true && decide('<', reduced, norm(divisor)) === true) return whole;
  return addInt(whole, atom('floordiv', reduced, norm(divisor)));
}

/** Python's `a // b`; `null` for a division by zero. */
export function floorDivInt(a: Int, b: Int, facts?: SymFacts): Int | null {
  if (b === 0) return null;
  if (!isSym(a) && !isSym(b)) return norm(floorDivBig(BigInt(a), BigInt(b)));
  if (a === 0) return 0;
  if (!isSym(b)) {
    const n = BigInt(b);
    if (n < 0n) return floorDivInt(negInt(a), norm(-n), facts);
    return floorDivByConstant(a as SymInt, n);
  }
  if (compareInt(b, 0) === -1) return floorDivInt(negInt(a), negInt(b), facts);
  const { coefficient, factors } = commonFactor(a, b);
  const left = divideExactly(a, coefficient, factors);
  const right = divideExactly(b, coefficient, factors);
  if (!isSym(right)) return floorDivInt(left, right, facts);
  const { quotient, rest } = dividePolynomial(left, right);
  if (rest === 0) return quotient;
  if (decide('>=', rest, 0) === true && decide('<', rest, right) === true) return quotient;
  return simplify(addInt(quotient, atom('floordiv', rest, right)), facts);
}

/** Python's `a % b`; `null` for a division by zero. */
export function modInt(a: Int, b: Int, facts?: SymFacts): Int | null {
  if (b === 0) return null;
  if (!isSym(a) && !isSym(b)) return norm(modBig(BigInt(a), BigInt(b)));
  if (a === 0) return 0;
  if (facts?.divisible.some((fact) => sameInt(fact.value, a) && sameInt(fact.by, b))) return 0;
  if (!isSym(b)) {
    const n = BigInt(b);
    if (n < 0n) {
      const positive = modInt(negInt(a), norm(-n), facts);
      return positive === null ? null : negInt(positive);
    }
    const { rest } = reduceByConstant(a as SymInt, n);
    if (!isSym(rest)) return rest;
    const g = contentWith(rest, n);
    const reduced = dropContent(rest, g);
    const constant = rest.terms.get('')?.coefficient ?? 0n;
    const inner: Int = !isSym(reduced) ? reduced : n / g === 1n ? 0 : modAtom(reduced, norm(n / g));
    const scaled = mulInt(inner, norm(g));
    return scaled === null ? null : simplify(addInt(scaled, norm(modBig(constant, g))), facts);
  }
  if (compareInt(b, 0) === -1) {
    const positive = modInt(negInt(a), negInt(b), facts);
    return positive === null ? null : negInt(positive);
  }
  const { coefficient, factors } = commonFactor(a, b);
  const left = divideExactly(a, coefficient, factors);
  const right = divideExactly(b, coefficient, factors);
  const inner = isSym(right) ? modAtom(dividePolynomial(left, right).rest, right) : modInt(left, right);
  if (inner === null) return null;
  const common: Terms = new Map();
  addTerm(common, factors, coefficient);
  const product = mulInt(inner, build(common));
  return product === null ? null : simplify(product, facts);
}

function modAtom(left: Int, right: Int): Int {
  if (left === 0) return 0;
  if (decide('>=', left, 0) === true && decide('<', left, right) === true) return left;
  return atom('mod', left, right);
}

/** `a / b` as an integer when it certainly is one, else `null`. */
export function trueDivInt(a: Int, b: Int, facts?: SymFacts): Int | null {
  if (b === 0) return null;
  const rest = modInt(a, b, facts);
  return rest === 0 ? floorDivInt(a, b, facts) : null;
}

export function minInt(a: Int, b: Int): Int {
  const order = compareInt(a, b);
  if (order === null && decide('<=', a, b)) return a;
  if (order === null && decide('>=', a, b)) return b;
  if (order !== null) return order <= 0 ? a : b;
  const [left, right] = formatInt(a) < formatInt(b) ? [a, b] : [b, a];
  return atom('min', left, right);
}

export function maxInt(a: Int, b: Int): Int {
  const order = compareInt(a, b);
  if (order === null && decide('>=', a, b)) return a;
  if (order === null && decide('<=', a, b)) return b;
  if (order !== null) return order >= 0 ? a : b;
  const [left, right] = formatInt(a) < formatInt(b) ? [a, b] : [b, a];
  return atom('max', left, right);
}

// ---------------------------------------------------------------- reading

/** Same canonical form (cheap; `decide('==', …)` knows more). */
export function sameInt(a: Int, b: Int): boolean {
  if (isSym(a)) return isSym(b) && a.key === b.key;
  return !isSym(b) && norm(BigInt(a)) === norm(BigInt(b));
}

/** What users read: `512*num_classes + 11176512`. */
export function formatInt(a: Int): string {
  return isSym(a) ? a.key : String(a);
}

/** Names of the sizes it depends on, in order of appearance. */
export function symbolsOf(a: Int, found: string[] = []): string[] {
  if (!isSym(a)) return found;
  for (const { factors } of a.terms.values())
    for (const { atom: part } of factors) {
      if (part.type === 'size') {
        if (!found.includes(part.name)) found.push(part.name);
      } else {
        symbolsOf(part.left, found);
        symbolsOf(part.right, found);
      }
    }
  return found;
}

/** Applies integer operations of one kind; used for evaluation and for substitution. */
function applyAtom(type: 'floordiv' | 'mod' | 'min' | 'max', left: Int, right: Int, facts?: SymFacts): Int | null {
  switch (type) {
    case 'floordiv':
      return floorDivInt(left, right, facts);
    case 'mod':
      return modInt(left, right, facts);
    case 'min':
      return minInt(left, right);
    case 'max':
      return maxInt(left, right);
  }
}

/** Replaces sizes by integers (or by other symbolic integers); `null` when a division by zero comes out. */
export function substituteInt(a: Int, values: ReadonlyMap<string, Int>): Int | null {
  return mapAtoms(a, (part) => {
    if (part.type === 'size') return values.get(part.name) ?? atomInt(part);
    const left = substituteInt(part.left, values);
    const right = substituteInt(part.right, values);
    return left === null || right === null ? null : applyAtom(part.type, left, right);
  });
}

/** @internal Rebuilds a polynomial with every atom replaced. */
export function mapAtoms(a: Int, replace: (part: SymAtom) => Int | null): Int | null {
  if (!isSym(a)) return a;
  let sum: Int = 0;
  for (const { coefficient, factors } of a.terms.values()) {
    let product: Int | null = norm(coefficient);
    for (const { atom: part, power } of factors) {
      const value = replace(part);
      const raised = value === null ? null : powInt(value, power);
      product = raised === null ? null : mulInt(product, raised);
      if (product === null) return null;
    }
    sum = addInt(sum, product);
  }
  return sum;
}

/** The value for given sizes; `null` when one is missing or a division by zero comes out. */
export function evaluateInt(a: Int, values: ReadonlyMap<string, number | bigint>): number | bigint | null {
  const result = substituteInt(a, values);
  return result === null || isSym(result) ? null : result;
}

/** Uses known divisibility: `by * (value // by)` is `value`, `value % by` is 0. */
export function simplify(a: Int, facts: SymFacts | undefined): Int {
  if (!isSym(a) || !facts || facts.divisible.length === 0) return a;
  let current: Int = a;
  for (const { value, by } of facts.divisible) {
    if (!isSym(current)) return current;
    const whole = floorDivInt(value, by);
    const rest = modInt(value, by);
    if (isSym(rest)) current = replaceProduct(current, rest, 0);
    const product = whole === null ? null : mulInt(whole, by);
    if (isSym(product) && isSym(current)) current = replaceProduct(current, product, value);
  }
  return current;
}

/** Replaces multiples of a single-term polynomial by multiples of another one. */
function replaceProduct(a: SymInt, pattern: SymInt, replacement: Int): Int {
  const only = pattern.terms.size === 1 ? [...pattern.terms.values()][0] : undefined;
  if (!only) return a;
  let result: Int = 0;
  for (const { coefficient, factors } of a.terms.values()) {
    const rest = divideFactors(factors, only.factors);
    const terms: Terms = new Map();
    if (!rest || coefficient % only.coefficient !== 0n) {
      addTerm(terms, factors, coefficient);
      result = addInt(result, build(terms));
      continue;
    }
    addTerm(terms, rest, coefficient / only.coefficient);
    const product = mulInt(build(terms), replacement);
    if (product === null) return a;
    result = addInt(result, product);
  }
  return result;
}
