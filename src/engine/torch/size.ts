/** `torch.Size`: a tuple of sizes. */
import { tupleClass } from '../python/builtins/classes.js';
import type { Context } from '../python/context.js';
import { defineClass, defineFunction } from '../python/define.js';
import { isSym } from '../python/symint.js';
import type { PyClass, PyTuple, Value } from '../python/value.js';
import { isUnknown, product } from './dims.js';
import type { Dim } from './tensor.js';

function dimsOf(value: Value, context: Context): Dim[] {
  const items = typeof value === 'object' && value !== null && value.kind === 'tuple' ? value.items : [];
  return items.map((item) =>
    typeof item === 'number' || isSym(item) || isUnknown(item) ? item : context.unknown('a size is not an integer'),
  );
}

/** Elements between two bounds, as Python slices. */
function slice<T>(items: readonly T[], start: number | null, stop: number | null, step: number): T[] {
  const n = items.length;
  const clampTo = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value < 0 ? value + n : value, low), high);
  const result: T[] = [];
  if (step > 0)
    for (let i = clampTo(start ?? 0, 0, n); i < clampTo(stop ?? n, 0, n); i += step) result.push(items[i] as T);
  else
    for (
      let i = start === null ? n - 1 : clampTo(start, -1, n - 1);
      i > (stop === null ? -1 : clampTo(stop, -1, n - 1));
      i += step
    )
      result.push(items[i] as T);
  return result;
}

export const sizeClass: PyClass = defineClass('Size', {
  module: 'torch',
  layout: 'tuple',
  bases: [tupleClass],
  construct(cls, args, _kwargs, context) {
    if (args.length === 0) return { kind: 'tuple', items: [], cls };
    const items = context.items(args[0] ?? null);
    return isUnknown(items) ? items : { kind: 'tuple', items, cls };
  },
  members: {
    numel: defineFunction('numel(self)', ({ self }, context) => product(dimsOf(self ?? null, context))),
    __getitem__: defineFunction('__getitem__(self, index)', ({ self, index }, context) => {
      const tuple = self as PyTuple;
      if (isUnknown(index)) return index;
      if (typeof index === 'object' && index !== null && index.kind === 'slice') {
        const bounds = [index.start, index.stop, index.step];
        if (bounds.every((bound) => bound === null || typeof bound === 'number')) {
          const [start, stop, step] = bounds;
          return { kind: 'tuple', items: slice(tuple.items, start ?? null, stop ?? null, step ?? 1), cls: sizeClass };
        }
      }
      return context.getItem({ kind: 'tuple', items: tuple.items, cls: null }, index ?? null);
    }),
    __repr__: defineFunction('__repr__(self)', ({ self }, context) => {
      const texts: string[] = [];
      for (const item of (self as PyTuple).items) {
        const text = context.repr(item);
        if (typeof text !== 'string') return text;
        texts.push(text);
      }
      return `torch.Size([${texts.join(', ')}])`;
    }),
  },
});

export function makeSize(shape: readonly Dim[]): PyTuple {
  return { kind: 'tuple', items: shape, cls: sizeClass };
}
