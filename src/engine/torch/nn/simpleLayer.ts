/** What layers without parameters have in common. */
import type { Context } from '../../python/context.js';
import type { Bound } from '../../python/define.js';
import type { PyInstance, Value } from '../../python/value.js';
import type { LayerOptions } from './layer.js';
import { isTensorValue, isUnknown, keyText } from './objects.js';
import { tupled } from './tuples.js';

export type Rank = number | undefined;

export function rankOf(input: Value | undefined): Rank {
  return isTensorValue(input) && !isUnknown(input.data.shape) ? input.data.shape.length : undefined;
}

/** `expected 3D or 4D input (got 2D input)` */
export function ranks(...allowed: readonly number[]): NonNullable<LayerOptions['check']> {
  return (_self, { input }, context) => {
    const rank = rankOf(input);
    if (rank !== undefined && !allowed.includes(rank))
      context.raise('ValueError', `expected ${allowed.map((n) => `${n}D`).join(' or ')} input (got ${rank}D input)`);
  };
}

export const set = (self: PyInstance, name: string, value: Value): void => void self.attrs.set(name, value);

/** Layers that inherit `Module.__init__`, which takes nothing. */
export function noArguments(): LayerOptions {
  return {
    attributes: { args: null, kwargs: null },
    init: (self, { args, kwargs }, context) => {
      const given = typeof args === 'object' && args?.kind === 'tuple' ? args.items.length : 0;
      if (given > 0)
        context.raise(
          'TypeError',
          `${self.cls.name}.__init__() takes 1 positional argument but ${given + 1} were given`,
        );
      if (typeof kwargs === 'object' && kwargs?.kind === 'dict' && kwargs.entries.size > 0)
        context.raise(
          'TypeError',
          `${self.cls.name}.__init__() got an unexpected keyword argument '${keyText([...kwargs.entries.values()][0]?.key ?? null)}'`,
        );
    },
  };
}

export function strideDefault(self: PyInstance, { stride, kernel_size }: Bound): void {
  if (stride === null) set(self, 'stride', kernel_size ?? null);
}
/** Attributes that the layer keeps as tuples of `n`. */
export const asTuples =
  (n: number, ...names: readonly string[]) =>
  (self: PyInstance, bound: Bound, context: Context): void => {
    strideDefault(self, bound);
    for (const name of names) {
      const value = self.attrs.get(name) ?? null;
      if (value !== null) set(self, name, tupled(n, value, context));
    }
  };
