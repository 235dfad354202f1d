/**
 * The class of tensors. Its methods are filled in by `ops/index.ts`; this file stands alone so that everything may build on
 * the class without a circle.
 */
import { defineClass } from '../python/define.js';
import type { PyClass } from '../python/value.js';

/** What `torch.Tensor(...)` does; set in `creation.ts`. */
export const tensorConstructor: { make: NonNullable<PyClass['construct']> | null } = { make: null };

export const tensorClass: PyClass = defineClass('Tensor', {
  module: 'torch',
  layout: 'native',
  construct(cls, args, kwargs, context) {
    if (!tensorConstructor.make) return context.unknown('torch.Tensor is not ready');
    return tensorConstructor.make(cls, args, kwargs, context);
  },
});
