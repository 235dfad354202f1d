import { defineClass } from './define.js';
import type { Value } from './value.js';

/** Class of `__spec__`. */
export const specClass = defineClass('ModuleSpec', { module: 'importlib' });

/** `__spec__` of a module. */
export function moduleSpec(name: string, origin: string | null, loader: Value = null): Value {
  const attrs = new Map<string, Value>([
    ['name', name],
    ['origin', origin],
    ['loader', loader],
    ['parent', name.split('.').slice(0, -1).join('.')],
    ['submodule_search_locations', null],
  ]);
  return { kind: 'instance', cls: specClass, attrs, place: null, saved: 0, taint: null };
}
