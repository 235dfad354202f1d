/**
 * `typing` and `typing_extensions` as far as they matter at run time. Annotations themselves are never evaluated; what
 * counts is that classes can inherit from these names, that calls like `cast` give their value, and that `isinstance` works.
 */
import { classAnnotations, textAnnotation } from '../annotations.js';
import * as classes from '../builtins/classes.js';
import { unionOf } from '../builtins/otherMethods.js';
import {
  asString,
  firstUnknown,
  isClass,
  isDict,
  isInstance,
  isTuple,
  isUnknown,
  makeTuple,
  NOT_IMPLEMENTED,
  textOf,
} from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineClassMethod, defineFunction, type ModelledModule } from '../define.js';
import type { PyClass, PyFunction, Value } from '../value.js';
import { abstractCollection, abstractNames, withMetaclass } from './abc.js';
import { makeNamedTuple } from './namedTuple.js';
import { identity, plainClass, silent } from './tools.js';

/** What subscripting a special form gives: `Optional[int]`, `Literal['a']`. */
const aliasClass: PyClass = plainClass('_GenericAlias', 'typing', {
  __getitem__: defineFunction('__getitem__(self, item, /)', ({ self: alias }) => alias as Value),
  __or__: defineFunction('__or__(self, other, /)', ({ self: alias, other }, context) =>
    unionOf(alias as Value, other as Value, context),
  ),
  __ror__: defineFunction('__ror__(self, other, /)', ({ self: alias, other }, context) =>
    unionOf(other as Value, alias as Value, context),
  ),
  __eq__: defineFunction('__eq__(self, other, /)', ({ self: alias, other }, context) => {
    if (!isInstance(alias) || !isInstance(other) || other.cls !== aliasClass) return false;
    const same = context.compare('==', alias.attrs.get('__args__') ?? null, other.attrs.get('__args__') ?? null);
    return alias.attrs.get('__origin__') === other.attrs.get('__origin__') ? same : false;
  }),
  __mro_entries__: defineFunction('__mro_entries__(self, bases, /)', ({ self: alias }) => {
    const origin = isInstance(alias) ? alias.attrs.get('__origin__') : undefined;
    return makeTuple(isClass(origin) ? [origin] : []);
  }),
  __call__: defineFunction('__call__(self, *args, **kwargs)', ({ self: alias, args, kwargs }, context) => {
    const origin = isInstance(alias) ? alias.attrs.get('__origin__') : undefined;
    return origin !== undefined && isTuple(args) && isDict(kwargs)
      ? context.call(
          origin,
          args.items,
          new Map([...kwargs.entries.values()].map(({ key, value }) => [textOf(key), value])),
        )
      : context.unknown('a typing alias can not be called');
  }),
});

const formClass: PyClass = plainClass('_SpecialForm', 'typing', {
  __getitem__: defineFunction('__getitem__(self, item, /)', ({ self: form, item }, context) =>
    subscript(form as Value, item as Value, context),
  ),
  __or__: defineFunction('__or__(self, other, /)', ({ self: form, other }, context) =>
    unionOf(form as Value, other as Value, context),
  ),
  __ror__: defineFunction('__ror__(self, other, /)', ({ self: form, other }, context) =>
    unionOf(other as Value, form as Value, context),
  ),
  __repr__: defineFunction(
    '__repr__(self)',
    ({ self: form }) => `typing.${isInstance(form) ? textOf(form.attrs.get('_name')) : ''}`,
  ),
  __mro_entries__: defineFunction('__mro_entries__(self, bases, /)', () => makeTuple([])),
});

function subscript(form: Value, item: Value, context: Context): Value {
  const name = isInstance(form) ? form.attrs.get('_name') : '';
  const args = isTuple(item) && item.cls === null ? item.items : [item];
  switch (name) {
    case 'Optional':
      return unionOf(item, context.builtinClass('NoneType'), context);
    case 'Union':
      return args.length === 1
        ? (args[0] as Value)
        : args
            .slice(1)
            .reduce(
              (sum, arg) => unionOf(sum, arg === null ? context.builtinClass('NoneType') : arg, context),
              args[0] as Value,
            );
    case 'Annotated':
      return alias(form, args, context);
    default:
      return alias(form, args, context);
  }
}

function alias(origin: Value, args: readonly Value[], context: Context): Value {
  return context.instance(aliasClass, [
    ['__origin__', origin],
    ['__args__', makeTuple(args)],
  ]);
}

/** `list[int]` and its like keep their arguments, in subclasses as well. */
const subscripted = defineClassMethod(
  defineFunction('__class_getitem__(cls, item, /)', ({ cls, item = null }, context) =>
    alias(cls as Value, isTuple(item) && item.cls === null ? item.items : [item], context),
  ),
);
for (const cls of [
  classes.listClass,
  classes.tupleClass,
  classes.dictClass,
  classes.setClass,
  classes.frozensetClass,
  classes.typeClass,
  ...abstractNames.map(abstractCollection),
])
  cls.namespace.set('__class_getitem__', subscripted);

/** Whether a class that stands by itself has no arguments for certain: generic ones give themselves when they are subscripted. */
const standsAlone = (cls: PyClass): boolean =>
  cls.mro.every((each) => {
    const own = each.namespace.get('__class_getitem__');
    return each.unknownBase === null && (own === undefined || own === subscripted);
  });

/** An instance that belongs to no run: made while the module is described. */
function constant(cls: PyClass, attrs: Readonly<Record<string, Value>>): Value {
  return { kind: 'instance', cls, attrs: new Map(Object.entries(attrs)), place: null, saved: 0, taint: null };
}
function form(name: string): Value {
  return constant(formClass, { _name: name, __name__: name });
}

// ---------------------------------------------------------------- type variables, NewType

function typeVariable(name: string): PyClass {
  const cls = plainClass(name, 'typing', {
    __init__: defineFunction(
      '__init__(self, name, *constraints, **kwargs)',
      ({ self: variable, name: text, constraints, kwargs }, context) => {
        if (!isInstance(variable)) return null;
        context.heap.touch(variable);
        variable.attrs.set('__name__', text as Value);
        variable.attrs.set('__constraints__', constraints as Value);
        const bound = isDict(kwargs) ? kwargs.entries.get('bound')?.value : undefined;
        variable.attrs.set('__bound__', bound ?? null);
        return null;
      },
    ),
    __repr__: defineFunction(
      '__repr__(self)',
      ({ self: variable }) => `~${isInstance(variable) ? textOf(variable.attrs.get('__name__')) : ''}`,
    ),
    __or__: defineFunction('__or__(self, other, /)', ({ self: variable, other }, context) =>
      unionOf(variable as Value, other as Value, context),
    ),
    __ror__: defineFunction('__ror__(self, other, /)', ({ self: variable, other }, context) =>
      unionOf(other as Value, variable as Value, context),
    ),
    __iter__: defineFunction('__iter__(self)', ({ self: variable }, context) => context.iterator([variable as Value])),
    args: null,
    kwargs: null,
  });
  return cls;
}

const newType = plainClass('NewType', 'typing', {
  __init__: defineFunction('__init__(self, name, tp)', ({ self: type, name, tp }, context) => {
    if (!isInstance(type)) return null;
    context.heap.touch(type);
    type.attrs.set('__name__', name as Value);
    type.attrs.set('__supertype__', tp as Value);
    return null;
  }),
  __call__: defineFunction('__call__(self, value, /)', ({ value }) => value as Value),
});

// ---------------------------------------------------------------- classes to inherit from

const generic = plainClass('Generic', 'typing');

/** `isinstance(x, P)` for a protocol `P`: every member it declares is there. */
const protocolMeta = defineClass('_ProtocolMeta', {
  module: 'typing',
  bases: [classes.typeClass],
  layout: 'type',
  members: {
    __instancecheck__: defineFunction('__instancecheck__(cls, instance, /)', ({ cls, instance }, context) => {
      const unknown = firstUnknown(instance);
      if (unknown) return unknown;
      if (!isClass(cls)) return false;
      const own = context.typeOf(instance as Value);
      if (own.mro.includes(cls)) return true;
      if (!cls.bases.includes(protocol)) return false;
      for (const name of protocolMembers(cls)) {
        const value = context.getAttribute(instance as Value, name);
        if (value === undefined) return false;
        if (isUnknown(value)) return value;
      }
      return true;
    }),
  },
});
const protocol: PyClass = withMetaclass(defineClass('Protocol', { module: 'typing', bases: [generic] }), protocolMeta);

function protocolMembers(cls: PyClass): string[] {
  const names = new Set<string>();
  for (const parent of cls.mro) {
    if (parent === protocol || parent === generic || parent.module === 'builtins') continue;
    for (const name of parent.namespace.keys())
      if (
        !['__module__', '__qualname__', '__doc__', '__annotations__', '__init__', '__slots__', '__dict__'].includes(
          name,
        )
      )
        names.add(name);
    const annotations = parent.namespace.get('__annotations__');
    if (isDict(annotations))
      for (const { key } of annotations.entries.values()) if (typeof key === 'string') names.add(key);
  }
  return [...names];
}

/** `class Point(NamedTuple): x: int` becomes a named tuple class. */
const namedTupleMeta = defineClass('NamedTupleMeta', {
  module: 'typing',
  bases: [classes.typeClass],
  layout: 'type',
  members: {
    __new__: defineFunction('__new__(cls, name, bases, namespace, **kwargs)', ({ name, namespace }, context) => {
      const vars = isDict(namespace) ? namespace : null;
      const annotations = vars?.entries.get('__annotations__')?.value;
      const fields = isDict(annotations)
        ? [...annotations.entries.values()]
            .map(({ key }) => key)
            .filter((key): key is string => typeof key === 'string')
        : [];
      const defaults = new Map<string, Value>();
      for (const field of fields) {
        const fallback = vars?.entries.get(field)?.value;
        if (fallback !== undefined) defaults.set(field, fallback);
      }
      const module = asString(vars?.entries.get('__module__')?.value) ?? context.module?.name ?? '';
      const cls = makeNamedTuple(asString(name) ?? 'NamedTuple', fields, defaults, module, context);
      for (const { key, value } of vars?.entries.values() ?? [])
        if (typeof key === 'string' && !fields.includes(key) && key !== '__module__' && key !== '__qualname__')
          cls.namespace.set(key, value);
      return cls;
    }),
    __call__: defineFunction(
      '__call__(cls, typename, fields=None, **kwargs)',
      ({ typename, fields, kwargs }, context) => {
        const names: string[] = [];
        if (fields !== null) {
          const items = context.items(fields as Value);
          if (isUnknown(items)) return items;
          for (const item of items) names.push(asString(isTuple(item) ? item.items[0] : item) ?? '');
        } else if (isDict(kwargs)) for (const { key } of kwargs.entries.values()) names.push(textOf(key));
        return makeNamedTuple(
          asString(typename) ?? 'NamedTuple',
          names,
          new Map(),
          context.module?.name ?? '',
          context,
        );
      },
    ),
  },
});

/** `class Config(TypedDict): …`: calls give plain dicts. */
const typedDictMeta = defineClass('_TypedDictMeta', {
  module: 'typing',
  bases: [classes.typeClass],
  layout: 'type',
  members: {
    __call__: defineFunction('__call__(cls, *args, **kwargs)', ({ cls, args, kwargs }, context) => {
      const positional = isTuple(args) ? args.items : [];
      // `TypedDict('Name', {...})` makes a class, every other call a dict.
      if (cls === typedDict && typeof positional[0] === 'string') {
        const made = withMetaclass(
          defineClass(positional[0], { module: context.module?.name ?? '', bases: [typedDict] }),
          typedDictMeta,
        );
        return made;
      }
      const named = new Map<string, Value>();
      if (isDict(kwargs))
        for (const { key, value } of kwargs.entries.values()) if (typeof key === 'string') named.set(key, value);
      return context.call(context.builtinClass('dict'), positional, named);
    }),
  },
});
const typedDict: PyClass = withMetaclass(
  defineClass('TypedDict', { module: 'typing', bases: [classes.objectClass] }),
  typedDictMeta,
);

// ---------------------------------------------------------------- the modules

const FORMS = [
  'Optional',
  'Union',
  'Literal',
  'Annotated',
  'ClassVar',
  'Final',
  'Concatenate',
  'TypeGuard',
  'Required',
  'NotRequired',
  'Unpack',
  'ReadOnly',
  'TypeIs',
  'Self',
  'Never',
  'NoReturn',
  'LiteralString',
  'TypeAlias',
  'AnyStr',
];

function typingMembers(): Record<string, Value> {
  const decorators = [
    'overload',
    'final',
    'no_type_check',
    'runtime_checkable',
    'runtime',
    'override',
    'no_type_check_decorator',
    'type_check_only',
  ];
  const members: Record<string, Value> = {
    ...Object.fromEntries(FORMS.map((name) => [name, form(name)])),
    ...Object.fromEntries(abstractNames.map((name) => [name, abstractCollection(name)])),
    ...Object.fromEntries(decorators.map((name) => [name, identity(name)])),
    AbstractSet: abstractCollection('Set'),
    Any: plainClass('Any', 'typing'),
    List: classes.listClass,
    Dict: classes.dictClass,
    Set: classes.setClass,
    FrozenSet: classes.frozensetClass,
    Tuple: classes.tupleClass,
    Type: classes.typeClass,
    Text: classes.strClass,
    Generic: generic,
    Protocol: protocol,
    NamedTuple: withMetaclass(
      defineClass('NamedTuple', { module: 'typing', bases: [classes.objectClass] }),
      namedTupleMeta,
    ),
    TypedDict: typedDict,
    TypeVar: typeVariable('TypeVar'),
    ParamSpec: typeVariable('ParamSpec'),
    TypeVarTuple: typeVariable('TypeVarTuple'),
    NewType: newType,
    TYPE_CHECKING: false,
    cast: defineFunction('cast(typ, val)', ({ val }) => val as Value),
    assert_type: defineFunction('assert_type(val, typ, /)', ({ val }) => val as Value),
    reveal_type: identity('reveal_type'),
    assert_never: defineFunction('assert_never(arg, /)', (_args, context) =>
      context.raise('AssertionError', 'Expected code to be unreachable'),
    ),
    dataclass_transform: defineFunction('dataclass_transform(**kwargs)', () => identity('decorator')),
    deprecated: defineFunction('deprecated(message, /, **kwargs)', () => identity('decorator')),
    get_type_hints: defineFunction(
      'get_type_hints(obj, globalns=None, localns=None, include_extras=False)',
      ({ obj }, context) => hints(obj as Value, context),
    ),
    get_origin: defineFunction('get_origin(tp)', ({ tp }, context) => {
      if (isUnknown(tp)) return tp;
      if (isInstance(tp) && tp.cls === aliasClass) return tp.attrs.get('__origin__') ?? null;
      if (isInstance(tp) && tp.cls.name === 'UnionType') return members['Union'] ?? null;
      return isClass(tp) && !standsAlone(tp) ? context.unknown('whether a type is subscripted is not kept') : null;
    }),
    get_args: defineFunction('get_args(tp)', ({ tp }, context) => {
      if (isUnknown(tp)) return tp;
      if (isInstance(tp)) return tp.attrs.get('__args__') ?? makeTuple([]);
      return isClass(tp) && !standsAlone(tp) ? context.unknown('the arguments of a type are not kept') : makeTuple([]);
    }),
    is_typeddict: defineFunction('is_typeddict(tp)', ({ tp }) => isClass(tp) && tp.mro.includes(typedDict)),
    clear_overloads: silent('clear_overloads'),
    get_overloads: defineFunction('get_overloads(func)', (_args, context) => context.list([])),
    ForwardRef: plainClass('ForwardRef', 'typing', {
      __init__: defineFunction('__init__(self, arg, **kwargs)', () => null),
    }),
    ContextManager: plainClass('ContextManager', 'typing'),
    AsyncContextManager: plainClass('AsyncContextManager', 'typing'),
    Pattern: plainClass('Pattern', 're'),
    Match: plainClass('Match', 're'),
    IO: plainClass('IO', 'typing'),
    TextIO: plainClass('TextIO', 'typing'),
    BinaryIO: plainClass('BinaryIO', 'typing'),
  };
  for (const name of [
    'SupportsInt',
    'SupportsFloat',
    'SupportsIndex',
    'SupportsAbs',
    'SupportsBytes',
    'SupportsComplex',
    'SupportsRound',
  ])
    members[name] = supports(name);
  // Subscripts of what is no class of ours.
  for (const name of ['Generic', 'Protocol'])
    (members[name] as PyClass).namespace.set(
      '__class_getitem__',
      defineClassMethod(defineFunction('__class_getitem__(cls, item, /)', ({ cls }) => cls as Value)),
    );
  return members;
}

function supports(name: string): PyClass {
  const method = `__${name.slice(8).toLowerCase()}__`;
  return withMetaclass(
    defineClass(name, {
      module: 'typing',
      bases: [protocol],
      members: { [method]: defineFunction(`${method}(self)`, () => NOT_IMPLEMENTED) },
    }),
    protocolMeta,
  );
}

function hints(object: Value, context: Context): Value {
  if (isUnknown(object)) return object;
  if (typeof object === 'object' && object?.kind === 'method') return hints(object.func, context);
  if (!isClass(object)) {
    const own = context.getAttribute(object, '__annotations__');
    const owner = typeof object === 'object' && object?.kind === 'function' ? object : null;
    return own === undefined ? context.dict() : resolved(own, owner, context);
  }
  // A class's hints are its parents' and its own.
  const merged = context.dict();
  for (const parent of [...object.mro].reverse()) {
    const own = resolved(classAnnotations(context, parent), parent, context);
    if (isDict(own)) for (const [key, entry] of own.entries) merged.entries.set(key, entry);
  }
  return merged;
}

/** Annotations with those that stayed text evaluated where `owner` was defined; `None` stands for its type. */
function resolved(annotations: Value, owner: PyClass | PyFunction | null, context: Context): Value {
  if (!isDict(annotations)) return annotations;
  return context.dict(
    [...annotations.entries.values()].map(({ key, value: written }) => {
      let value = written;
      // A text within a text is what quotes under `from __future__ import annotations` are.
      for (let i = 0; i < 2 && typeof value === 'string'; i++)
        value = owner
          ? textAnnotation(context, owner, value)
          : context.unknown('annotations of this object that are text are not evaluated');
      return [key, value === null ? context.builtinClass('NoneType') : value] as const;
    }),
  );
}

const collectionsNames = `
from collections import OrderedDict, defaultdict as DefaultDict, Counter, deque as Deque, ChainMap
`;

export const typingModules: readonly ModelledModule[] = [
  { name: 'typing', members: typingMembers, source: collectionsNames },
  {
    name: 'typing_extensions',
    source: 'from typing import *\nfrom typing import TYPE_CHECKING, Any, Generic, Protocol\n',
    members: typingMembers,
  },
];
