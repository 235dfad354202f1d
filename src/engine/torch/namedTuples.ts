/** `torch.return_types`: tuples whose fields have names. */
import { defineClass, defineProperty } from '../python/define.js';
import type { PyClass, Value } from '../python/value.js';
import { tupleClass } from '../python/builtins/classes.js';

const made = new Map<string, PyClass>();

/** The class of a named result, made once. */
export function namedTuple(name: string, fields: readonly string[], module = 'torch.return_types'): PyClass {
  const known = made.get(name);
  if (known) return known;
  const members: Record<string, Value> = { _fields: { kind: 'tuple', items: [...fields], cls: null } };
  fields.forEach((field, i) => {
    members[field] = defineProperty((self, context) =>
      typeof self === 'object' && self !== null && self.kind === 'tuple'
        ? (self.items[i] ?? null)
        : context.unknown(`${name}.${field} can not be told`),
    );
  });
  const cls = defineClass(name, { module, layout: 'tuple', bases: [tupleClass], members });
  made.set(name, cls);
  return cls;
}
