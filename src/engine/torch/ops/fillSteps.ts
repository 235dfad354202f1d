/** What operators make of how a tensor was filled, such as `torch.randn(n) * 0.02` or a truncated normal made by hand. */
import { isTensor } from '../tensor.js';
import type { Args, Result } from './operator.js';

/** Done to every element after the tensor was filled. */
export type FillStep =
  | { readonly kind: 'mul' | 'add'; readonly by: number }
  | { readonly kind: 'erfinv' }
  | { readonly kind: 'clamp'; readonly min: number | null; readonly max: number | null };

/** The steps that followed a fill, oldest first; they stand among its arguments. */
export const stepsOf = (args: Readonly<Record<string, unknown>>): readonly FillStep[] =>
  (args['then'] as readonly FillStep[] | undefined) ?? [];

/** How the result is filled; `undefined` where that isn't known. `step` gets the number operand, `null` where there is none. */
export function thenFilled(args: Args, step: (scalar: number | null) => FillStep | null): Result['init'] {
  const [left, right] = [args.raw('input'), args.raw('other')];
  const [tensor, scalar] = isTensor(left) ? [left, right] : [right, left];
  if (!isTensor(tensor) || isTensor(scalar) || tensor.taint || !tensor.data.init) return undefined;
  const made = step(scalar === undefined ? null : args.toNumber(scalar));
  if (!made) return undefined;
  const { init } = tensor.data;
  return { ...init, args: { ...init.args, then: [...stepsOf(init.args), made] } };
}

/** Multiplied by what `factorOf` makes of the number operand. */
export const scaledFill = (args: Args, factorOf: (scalar: number) => number): Result['init'] =>
  thenFilled(args, (scalar) => (scalar === null ? null : { kind: 'mul', by: factorOf(scalar) }));
