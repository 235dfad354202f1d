/** Named tuple classes. */
import { tupleClass } from '../builtins/classes.js';
import { asString, isDict, isTuple, isUnknown, makeTuple, type } from '../builtins/common.js';
import type { Context } from '../context.js';
import { defineClass, defineClassMethod, defineFunction, defineProperty } from '../define.js';
import type { PyClass, Value } from '../value.js';

/** Binds a call's arguments to fields. */
function bind(
  cls: PyClass,
  fields: readonly string[],
  defaults: ReadonlyMap<string, Value>,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value[] {
  if (args.length > fields.length)
    context.raise(
      'TypeError',
      `${cls.name}.__new__() takes ${fields.length + 1} positional arguments but ${args.length + 1} were given`,
    );
  for (const name of kwargs.keys())
    if (!fields.includes(name))
      context.raise('TypeError', `${cls.name}.__new__() got an unexpected keyword argument '${name}'`);
  const missing: string[] = [];
  const items = fields.map((field, i): Value => {
    const value = i < args.length ? args[i] : (kwargs.get(field) ?? (kwargs.has(field) ? null : defaults.get(field)));
    if (value === undefined) missing.push(field);
    return value ?? null;
  });
  if (missing.length > 0)
    context.raise(
      'TypeError',
      `${cls.name}.__new__() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${listed(missing)}`,
    );
  return items;
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length <= 1) return quoted[0] ?? '';
  if (quoted.length === 2) return `${quoted[0]} and ${quoted[1]}`;
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}

/** A tuple subclass with named fields. */
export function makeNamedTuple(
  name: string,
  fields: readonly string[],
  defaults: ReadonlyMap<string, Value>,
  module: string,
  context: Context,
): PyClass {
  const cls: PyClass = defineClass(name, {
    module,
    bases: [tupleClass],
    layout: 'tuple',
    construct: (own, args, kwargs, running) => makeTuple(bind(own, fields, defaults, args, kwargs, running), own),
  });
  cls.saved = context.heap.epoch;
  const members: Record<string, Value> = {
    __new__: {
      kind: 'descriptor',
      type: 'staticmethod',
      set: null,
      del: null,
      get: {
        kind: 'builtin',
        name: '__new__',
        qualname: `${name}.__new__`,
        isMethod: false,
        pure: true,
        call: (args, kwargs, running) => {
          const own = args[0] as PyClass;
          return makeTuple(bind(own, fields, defaults, args.slice(1), kwargs, running), own);
        },
      },
    },
    _fields: makeTuple([...fields]),
    _field_defaults: context.dict(defaults),
    __match_args__: makeTuple([...fields]),
    _make: defineClassMethod(
      defineFunction('_make(cls, iterable, /)', ({ cls: own, iterable }, running) => {
        const items = running.items(iterable as Value);
        return isUnknown(items) ? items : running.call(own as Value, items);
      }),
    ),
    _asdict: defineFunction('_asdict(self)', ({ self }, running) =>
      isTuple(self)
        ? running.dict(fields.map((field, i) => [field, self.items[i] as Value] as const))
        : (self as Value),
    ),
    _replace: defineFunction('_replace(self, /, **kwargs)', ({ self, kwargs }, running) => {
      if (!isTuple(self) || !isDict(kwargs)) return self as Value;
      const changes = new Map([...kwargs.entries.values()].map(({ key, value }) => [asString(key) ?? '', value]));
      const extra = [...changes.keys()].filter((key) => !fields.includes(key));
      if (extra.length > 0)
        return running.raise(
          'ValueError',
          `Got unexpected field names: [${extra.map((key) => `'${key}'`).join(', ')}]`,
        );
      return makeTuple(
        fields.map((field, i) => (changes.has(field) ? (changes.get(field) as Value) : (self.items[i] as Value))),
        self.cls,
      );
    }),
    __repr__: defineFunction('__repr__(self)', ({ self }, running) => {
      if (!isTuple(self)) return type(self, running);
      const parts: string[] = [];
      for (const [i, field] of fields.entries()) {
        const text = running.repr(self.items[i] as Value);
        if (isUnknown(text)) return text;
        parts.push(`${field}=${text}`);
      }
      return `${self.cls?.name ?? name}(${parts.join(', ')})`;
    }),
  };
  fields.forEach(
    (field, i) => (members[field] = defineProperty((self) => (isTuple(self) ? (self.items[i] as Value) : self))),
  );
  for (const [key, value] of Object.entries(members)) cls.namespace.set(key, value);
  return cls;
}

/** `collections.namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)`. */
export const namedtuple = defineFunction(
  'namedtuple(typename, field_names, *, rename=False, defaults=None, module=None)',
  (args, context) => {
    const name = asString(args['typename']);
    const written = asString(args['field_names']);
    let fields: string[];
    if (written !== undefined) fields = written.replace(/,/g, ' ').split(/\s+/).filter(Boolean);
    else {
      const items = context.items(args['field_names'] as Value);
      if (isUnknown(items)) return items;
      fields = items.map((item) => asString(item) ?? '');
    }
    if (name === undefined)
      return isUnknown(args['typename'])
        ? args['typename']
        : context.raise('TypeError', 'Type names and field names must be strings');
    if (args['rename'] === true)
      fields = fields.map((field, i) => (/^[A-Za-z]\w*$/.test(field) && fields.indexOf(field) === i ? field : `_${i}`));
    const given = args['defaults'] === null ? [] : context.items(args['defaults'] as Value);
    if (isUnknown(given)) return given;
    const defaults = new Map(given.map((value, i) => [fields[fields.length - given.length + i] ?? '', value]));
    return makeNamedTuple(name, fields, defaults, asString(args['module']) ?? context.module?.name ?? '', context);
  },
);
