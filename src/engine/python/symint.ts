/**
 * Exact integers that depend on named sizes: polynomials with integer coefficients over atoms, where an atom is a named size
 * or an indivisible operation on polynomials (floor division, modulo, minimum, maximum).
 *
 * Named sizes stand for integers ≥ 1. Comparisons answer `null` when the sign can't be decided from that and from the
 * assumptions given.
 */

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
  readonly factors: readonly { readonly atom: SymAtom; readonly power: number }[];
}
export type SymAtom =
  | { readonly type: 'size'; readonly name: string }
  | { readonly type: 'floordiv' | 'mod' | 'min' | 'max'; readonly left: Int; readonly right: Int; readonly name: string };

/** Facts that arithmetic may use: "left % right == 0". */
export interface SymFacts {
  readonly divisible: readonly { readonly value: SymInt; readonly by: Int }[];
}
