/** `Sequential.forward`, run without interpretation: its children are called at the line that calls the whole. */
import { defineFunction } from '../../python/define.js';
import type { Value } from '../../python/value.js';
import { mayBeModule } from './module.js';
import { dictOf, isInstance, isUnknown } from './objects.js';

export const sequentialForward = defineFunction('forward(self, input)', ({ self, input }, context) => {
  if (!isInstance(self)) return self ?? null;
  const children = dictOf(self, '_modules');
  if (!children) return context.raise('AttributeError', `'${self.cls.name}' object has no attribute '_modules'`);
  if (children.taint) return children.taint;
  let value: Value = input ?? null;
  for (const { value: child } of [...children.entries.values()]) {
    if (isUnknown(child)) return child;
    if (!mayBeModule(child))
      return context.raise('TypeError', `'${context.typeOf(child).name}' object is not callable`);
    value = context.call(child, [value]);
  }
  return value;
});
