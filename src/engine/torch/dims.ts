/** Arithmetic on sizes: plain numbers where they are, symbols where they aren't, unknown where nothing can be said. */
import type { Context } from '../python/context.js';
import { addInt, decide, formatInt, isSym, maxInt, minInt, mulInt, subInt } from '../python/symint.js';
import type { Int, SymInt } from '../python/symint.js';
import type { Place, Unknown } from '../python/value.js';
import type { Dim, Shape } from './tensor.js';

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown';
}

/** A known or symbolic size. */
export function isInt(dim: Dim): dim is number | SymInt {
  return !isUnknown(dim);
}

function tooLarge(): Unknown {
  return { kind: 'unknown', reason: 'a size is too large to be computed', place: null };
}

/** An exact integer as a size. */
export function asDim(value: Int | null): Dim {
  if (value === null) return tooLarge();
  if (typeof value === 'bigint') return tooLarge();
  return value;
}

export function add(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return asDim(addInt(a, b));
}

export function sub(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return asDim(subInt(a, b));
}

export function mul(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    return Number.isSafeInteger(product) ? product : tooLarge();
  }
  if (a === 0 || b === 0) return 0;
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return asDim(mulInt(a, b));
}

export function product(dims: readonly Dim[]): Dim {
  let result: Dim = 1;
  for (const dim of dims) result = mul(result, dim);
  return result;
}

/** An arithmetic operator of Python, with what is assumed about divisibility. */
function operate(context: Context, op: string, a: Dim, b: Dim): Dim {
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  const value = context.binary(op, a, b);
  if (typeof value === 'number' || isSym(value)) return value;
  return isUnknown(value) ? value : context.unknown('a size can not be computed');
}

export function floorDiv(context: Context, a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.floor(a / b);
  return operate(context, '//', a, b);
}

export function ceilDiv(context: Context, a: Dim, b: Dim): Dim {
  return sub(0, floorDiv(context, sub(0, a), b));
}

export function modulo(context: Context, a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && b > 0) return ((a % b) + b) % b;
  return operate(context, '%', a, b);
}

/** `a op b` where it can be told; `null` otherwise. */
export function decideDim(op: '==' | '!=' | '<' | '<=' | '>' | '>=', a: Dim, b: Dim): boolean | null {
  if (isUnknown(a) || isUnknown(b)) return null;
  return decide(op, a, b);
}

/** As `decideDim`, with the assumptions made so far. */
export function compareDim(
  context: Context,
  op: '==' | '!=' | '<' | '<=' | '>' | '>=',
  a: Dim,
  b: Dim,
): boolean | null {
  const plain = decideDim(op, a, b);
  if (plain !== null || isUnknown(a) || isUnknown(b)) return plain;
  const value = context.compare(op, a, b);
  return typeof value === 'boolean' ? value : null;
}

/** Two sizes that were taken as equal. */
export interface Equation {
  readonly left: number | SymInt;
  readonly right: number | SymInt;
  readonly place: Place | null;
}

const EQUATIONS = Symbol('equations');

/** Collects from now on what {@link assumeEqual} takes for granted. */
export function startEquations(context: Context): void {
  context.state.set(EQUATIONS, []);
}

/** What was taken for granted since {@link startEquations}. */
export function takeEquations(context: Context): readonly Equation[] {
  const found = context.state.get(EQUATIONS) as readonly Equation[] | undefined;
  context.state.delete(EQUATIONS);
  return found ?? [];
}

/** Whether two sizes are equal; where that can't be decided they are taken as equal and the report says so. */
export function assumeEqual(context: Context, a: Dim, b: Dim): boolean {
  const equal = compareDim(context, '==', a, b);
  if (equal !== null) return equal;
  if (isInt(a) && isInt(b)) {
    context.assume(`${showDim(a)} == ${showDim(b)}`);
    (context.state.get(EQUATIONS) as Equation[] | undefined)?.push({ left: a, right: b, place: context.place });
  }
  return true;
}

/** Of two sizes that are equal, the one that says more. */
export function moreSpecific(a: Dim, b: Dim): Dim {
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return isUnknown(a) ? b : a;
}

export function minDim(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return Math.min(a, b);
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return asDim(minInt(a, b));
}

export function maxDim(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return Math.max(a, b);
  if (isUnknown(a)) return a;
  if (isUnknown(b)) return b;
  return asDim(maxInt(a, b));
}

export function showDim(dim: Dim): string {
  if (typeof dim === 'number') return String(dim);
  return isUnknown(dim) ? '?' : formatInt(dim);
}

/** `[1, 3, H, ?]`, as PyTorch's messages write sizes. */
export function showShape(shape: Shape): string {
  return isUnknown(shape) ? '[…]' : `[${shape.map(showDim).join(', ')}]`;
}

/** `2x3`, as messages about matrices write sizes. */
export function showMatrix(shape: readonly Dim[]): string {
  return shape.map(showDim).join('x');
}

/** Number of elements. */
export function numelOf(shape: Shape): Dim {
  return isUnknown(shape) ? shape : product(shape);
}

/** All sizes as numbers, or `null`. */
export function concrete(shape: Shape): number[] | null {
  if (isUnknown(shape)) return null;
  const sizes: number[] = [];
  for (const dim of shape) {
    if (typeof dim !== 'number') return null;
    sizes.push(dim);
  }
  return sizes;
}
