/** `dataclasses`. */
import { objectClass } from '../builtins/classes.js';
import { exceptionClasses } from '../builtins/exceptions.js';
import {
  asString,
  firstTaint,
  isClass,
  isDict,
  isInstance,
  isList,
  isSet,
  isTuple,
  isUnknown,
  makeInstance,
  makeTuple,
  NOT_IMPLEMENTED,
  textOf,
} from '../coerce.js';
import { compareBuiltin } from '../compare.js';
import type { Context } from '../context.js';
import { classAnnotation } from '../annotations.js';
import { defineClass, defineFunction, defineProperty, type ModelledModule } from '../define.js';
import type { PyClass, PyInstance, SignatureParameter, Value } from '../value.js';
import { deepCopy } from './copy.js';
import { plainClass } from './tools.js';

/** Stands for "no default": never shown to code as anything else. */
const missingClass = plainClass('_MISSING_TYPE', 'dataclasses');
const missing: PyInstance = {
  kind: 'instance',
  cls: missingClass,
  attrs: new Map(),
  place: null,
  saved: 0,
  taint: null,
};
const keywordOnlyClass = plainClass('KW_ONLY', 'dataclasses');
const fieldClass = plainClass('Field', 'dataclasses', {
  // Evaluated when asked for.
  type: defineProperty((self, context) => {
    const text = isInstance(self) ? self.attrs.get('_annotation') : undefined;
    const owner = isInstance(self) ? self.attrs.get('_owner') : undefined;
    return typeof text === 'string' && isClass(owner) ? classAnnotation(context, owner, text) : (text ?? null);
  }),
});
const initVarClass = plainClass('InitVar', 'dataclasses');

const FIELDS = '__dataclass_fields__';
const PARAMS = '__dataclass_params__';

type FieldKind = 'field' | 'initvar' | 'classvar';

/** What one field says, as attributes of a `Field` object. */
interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly value: PyInstance;
}

function attribute(field: PyInstance, name: string): Value {
  return field.attrs.get(name) ?? null;
}
function flag(field: PyInstance, name: string, fallback: boolean): boolean {
  const value = field.attrs.get(name);
  return typeof value === 'boolean' ? value : fallback;
}

function makeField(context: Context, options: Readonly<Record<string, Value>>): PyInstance {
  const field = makeInstance(context, fieldClass);
  const defaults: Record<string, Value> = {
    name: null,
    default: missing,
    default_factory: missing,
    repr: true,
    hash: null,
    init: true,
    compare: true,
    metadata: context.dict(),
    kw_only: missing,
    _kind: 'field',
  };
  for (const [name, value] of Object.entries({ ...defaults, ...options })) field.attrs.set(name, value);
  return field;
}

/** Fields of the class and its parents, in order. */
function fieldsOf(cls: PyClass): Field[] {
  for (const parent of cls.mro) {
    const own = parent.namespace.get(FIELDS);
    if (!isDict(own)) continue;
    return [...own.entries.values()].flatMap(({ key, value }) =>
      isInstance(value)
        ? [{ name: asString(key) ?? '', kind: (asString(attribute(value, '_kind')) ?? 'field') as FieldKind, value }]
        : [],
    );
  }
  return [];
}

function kindOfAnnotation(text: string): FieldKind | 'kw_only' {
  const plain = text.replace(/^['"]|['"]$/g, '').trim();
  if (/^(\w+\.)?ClassVar\b/.test(plain)) return 'classvar';
  if (/^(\w+\.)?InitVar\b/.test(plain)) return 'initvar';
  return /^(\w+\.)?KW_ONLY$/.test(plain) ? 'kw_only' : 'field';
}

/** Reads the class body's own fields. */
function collect(cls: PyClass, keywordOnly: boolean, context: Context): Map<string, PyInstance> {
  const fields = new Map<string, PyInstance>();
  for (const parent of cls.mro.slice(1).reverse())
    for (const field of parent.namespace.has(FIELDS) ? fieldsOf(parent) : []) fields.set(field.name, field.value);
  const annotations = cls.namespace.get('__annotations__');
  if (!isDict(annotations)) return fields;
  let afterMarker = keywordOnly;
  for (const { key, value: annotation } of annotations.entries.values()) {
    const name = asString(key) ?? '';
    const kind = kindOfAnnotation(asString(annotation) ?? '');
    if (kind === 'kw_only') {
      afterMarker = true;
      continue;
    }
    const written = cls.namespace.get(name);
    const isField = isInstance(written) && written.cls === fieldClass;
    const field = isField ? written : makeField(context, written === undefined ? {} : { default: written });
    context.heap.touch(field);
    field.attrs.set('name', name);
    field.attrs.set('_annotation', annotation);
    field.attrs.set('_owner', cls);
    field.attrs.set('_kind', kind);
    if (attribute(field, 'kw_only') === missing) field.attrs.set('kw_only', afterMarker);
    const fallback = attribute(field, 'default');
    if (kind === 'field' && (isList(fallback) || isDict(fallback) || (isSet(fallback) && !fallback.frozen)))
      context.raise(
        'ValueError',
        `mutable default <class '${context.typeOf(fallback).name}'> for field ${name} is not allowed: use default_factory`,
      );
    if (isField) {
      if (fallback === missing) cls.namespace.delete(name);
      else cls.namespace.set(name, fallback);
    }
    fields.set(name, field);
  }
  return fields;
}

function hasDefault(field: PyInstance): boolean {
  return attribute(field, 'default') !== missing || attribute(field, 'default_factory') !== missing;
}

/** Sets an attribute past the class's own `__setattr__` when it is frozen. */
function store(self: Value, name: string, value: Value, frozen: boolean, context: Context): void {
  if (frozen) context.setOwnAttribute(self, name, value);
  else context.setAttribute(self, name, value);
}

function defineInit(cls: PyClass, frozen: boolean, context: Context): Value {
  const all = fieldsOf(cls).filter(({ kind }) => kind !== 'classvar');
  const parameters = all.filter(({ value }) => flag(value, 'init', true));
  const positional = parameters.filter(({ value }) => !flag(value, 'kw_only', false));
  let optional: string | null = null;
  for (const { name, value } of positional) {
    if (hasDefault(value)) optional = name;
    else if (optional !== null) context.raise('TypeError', `non-default argument '${name}' follows default argument`);
  }
  const shown = (field: (typeof parameters)[number]): SignatureParameter => ({
    name: field.name,
    form: positional.includes(field) ? 'normal' : 'keywordOnly',
    default: hasDefault(field.value) ? attribute(field.value, 'default') : undefined,
  });
  return {
    kind: 'builtin',
    name: '__init__',
    qualname: `${cls.qualname}.__init__`,
    isMethod: true,
    pure: true,
    parameters: [
      { name: 'self', form: 'normal', default: undefined },
      ...positional.map(shown),
      ...parameters.filter((field) => !positional.includes(field)).map(shown),
    ],
    call: (args, kwargs, running) => {
      const [self, ...given] = args;
      if (self === undefined)
        return running.raise('TypeError', `${cls.name}.__init__() missing 1 required positional argument: 'self'`);
      if (given.length > positional.length)
        return running.raise(
          'TypeError',
          `${cls.name}.__init__() takes ${positional.length + 1} positional argument${positional.length === 0 ? '' : 's'} but ${args.length} were given`,
        );
      const values = new Map<string, Value>();
      positional.forEach(({ name }, i) => {
        if (i < given.length) values.set(name, given[i] as Value);
      });
      for (const [name, value] of kwargs) {
        if (!parameters.some((field) => field.name === name))
          running.raise('TypeError', `${cls.name}.__init__() got an unexpected keyword argument '${name}'`);
        if (values.has(name))
          running.raise('TypeError', `${cls.name}.__init__() got multiple values for argument '${name}'`);
        values.set(name, value);
      }
      const absent = parameters
        .filter(({ name, value }) => !values.has(name) && !hasDefault(value))
        .map(({ name }) => `'${name}'`);
      if (absent.length > 0)
        running.raise(
          'TypeError',
          `${cls.name}.__init__() missing ${absent.length} required positional argument${absent.length === 1 ? '' : 's'}: ${absent.length > 2 ? `${absent.slice(0, -1).join(', ')}, and ${absent.at(-1)}` : absent.join(' and ')}`,
        );
      const initVars: Value[] = [];
      for (const { name, kind, value: field } of all) {
        let value = values.get(name);
        if (value === undefined) {
          const factory = attribute(field, 'default_factory');
          if (factory !== missing) value = running.call(factory);
          else if (attribute(field, 'default') !== missing) value = attribute(field, 'default');
        }
        if (value === undefined) continue;
        if (kind === 'initvar') initVars.push(value);
        else store(self, name, value, frozen, running);
      }
      const post = running.getAttribute(self, '__post_init__');
      if (post !== undefined && !isUnknown(post)) running.call(post, initVars);
      return null;
    },
  };
}

/** The values of the fields that take part in comparisons. */
function compared(self: Value, context: Context): Value {
  const cls = context.typeOf(self);
  return makeTuple(
    fieldsOf(cls)
      .filter(({ kind, value }) => kind === 'field' && flag(value, 'compare', true))
      .map(({ name }) => context.requireAttribute(self, name)),
  );
}

function addMethods(cls: PyClass, options: Readonly<Record<string, boolean>>, context: Context): void {
  const own = new Set(cls.namespace.keys());
  const put = (name: string, value: Value, always = false): void => {
    if (always || !own.has(name)) cls.namespace.set(name, value);
  };
  const frozen = options['frozen'] === true;
  if (options['init']) put('__init__', defineInit(cls, frozen, context));
  if (options['repr'])
    put(
      '__repr__',
      defineFunction('__repr__(self)', ({ self }, running) => {
        const parts: string[] = [];
        for (const { name, kind, value } of fieldsOf(running.typeOf(self as Value))) {
          if (kind !== 'field' || !flag(value, 'repr', true)) continue;
          const text = running.repr(running.requireAttribute(self as Value, name));
          if (isUnknown(text)) return text;
          parts.push(`${name}=${text}`);
        }
        return `${running.typeOf(self as Value).qualname}(${parts.join(', ')})`;
      }),
    );
  if (options['eq'])
    put(
      '__eq__',
      defineFunction('__eq__(self, other, /)', ({ self, other }, running) => {
        if (self === other) return true;
        if (isUnknown(other)) return other;
        if (running.typeOf(self as Value) !== running.typeOf(other as Value)) return NOT_IMPLEMENTED;
        return running.compare('==', compared(self as Value, running), compared(other as Value, running));
      }),
    );
  if (options['order'])
    for (const [name, op] of [
      ['__lt__', '<'],
      ['__le__', '<='],
      ['__gt__', '>'],
      ['__ge__', '>='],
    ] as const)
      put(
        name,
        defineFunction(`${name}(self, other, /)`, ({ self, other }, running) =>
          running.typeOf(self as Value) === running.typeOf(other as Value)
            ? (compareBuiltin(op, compared(self as Value, running), compared(other as Value, running), running) ??
              NOT_IMPLEMENTED)
            : NOT_IMPLEMENTED,
        ),
      );
  if (options['unsafe_hash'] || (options['eq'] && frozen))
    put(
      '__hash__',
      defineFunction('__hash__(self)', ({ self }, running) => {
        const values = compared(self as Value, running);
        const key = running.hashKey(values);
        // Equal contents must give equal numbers; which ones is nobody's business.
        return key === undefined
          ? (firstTaint(values) ?? running.unknown('the hash of this value is not known'))
          : textHash(typeof key === 'object' ? '' : String(key));
      }),
    );
  else if (options['eq']) put('__hash__', null);
  if (frozen) {
    const refuse =
      (verb: string) =>
      (args: Readonly<Record<string, Value>>, running: Context): Value =>
        running.raiseValue(running.call(frozenError, [`cannot ${verb} field '${textOf(args['name'])}'`]));
    put('__setattr__', defineFunction('__setattr__(self, name, value, /)', refuse('assign to')));
    put('__delattr__', defineFunction('__delattr__(self, name, /)', refuse('delete')));
  }
  if (options['match_args'])
    put(
      '__match_args__',
      makeTuple(
        fieldsOf(cls)
          .filter(
            ({ kind, value }) => kind !== 'classvar' && flag(value, 'init', true) && !flag(value, 'kw_only', false),
          )
          .map(({ name }) => name),
      ),
    );
}

/** A 52-bit number that depends on the text alone. */
function textHash(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) % 4503599627370449;
  return hash;
}

const frozenError = defineClass('FrozenInstanceError', {
  module: 'dataclasses',
  bases: [exceptionClasses.get('AttributeError') ?? objectClass],
});

const OPTIONS: Readonly<Record<string, boolean>> = {
  init: true,
  repr: true,
  eq: true,
  order: false,
  unsafe_hash: false,
  frozen: false,
  match_args: true,
  kw_only: false,
  slots: false,
  weakref_slot: false,
};

/** Turns a class into a dataclass. */
function process(cls: Value, given: ReadonlyMap<string, Value>, context: Context): Value {
  if (!isClass(cls)) return cls;
  const options: Record<string, boolean> = { ...OPTIONS };
  for (const [name, value] of given) if (typeof value === 'boolean') options[name] = value;
  context.heap.touch(cls);
  // Attributes that a frozen parent refuses stay refused.
  const fields = collect(cls, options['kw_only'] === true, context);
  cls.namespace.set(FIELDS, context.dict(fields));
  cls.namespace.set(PARAMS, context.instance(objectClass, Object.entries(options)));
  addMethods(cls, options, context);
  context.heap.touch(cls);
  return cls;
}

function fieldsFor(object: Value, context: Context): Field[] {
  const cls = isClass(object) ? object : context.typeOf(object);
  if (!cls.mro.some((parent) => parent.namespace.has(FIELDS)))
    context.raise('TypeError', 'must be called with a dataclass type or instance');
  return fieldsOf(cls).filter(({ kind }) => kind === 'field');
}

function isDataclassInstance(value: Value): value is PyInstance {
  return isInstance(value) && value.cls.mro.some((parent) => parent.namespace.has(FIELDS));
}

/** `asdict` and `astuple`, through lists, tuples and dicts. */
function unfold(value: Value, asTuple: boolean, factory: Value, context: Context): Value {
  if (isDataclassInstance(value)) {
    const pairs = fieldsFor(value, context).map(
      ({ name }) => [name, unfold(context.requireAttribute(value, name), asTuple, factory, context)] as const,
    );
    if (asTuple) return makeTuple(pairs.map(([, item]) => item));
    return factory === null
      ? context.dict(pairs)
      : context.call(factory, [context.list(pairs.map(([name, item]) => makeTuple([name, item])))]);
  }
  if (isTuple(value)) return { ...value, items: value.items.map((item) => unfold(item, asTuple, factory, context)) };
  if (isList(value))
    return value.taint ?? context.list(value.items.map((item) => unfold(item, asTuple, factory, context)));
  if (isDict(value))
    return (
      value.taint ??
      context.dict(
        [...value.entries.values()].map(
          (entry) => [entry.key, unfold(entry.value, asTuple, factory, context)] as const,
        ),
      )
    );
  return deepCopy(value, context);
}

function members(): Record<string, Value> {
  return {
    MISSING: missing,
    KW_ONLY: { kind: 'instance', cls: keywordOnlyClass, attrs: new Map(), place: null, saved: 0, taint: null },
    Field: fieldClass,
    InitVar: initVarClass,
    FrozenInstanceError: frozenError,
    dataclass: {
      kind: 'builtin',
      name: 'dataclass',
      qualname: 'dataclass',
      isMethod: false,
      pure: true,
      call: (args, kwargs, context) => {
        const [cls] = args;
        if (cls !== undefined && cls !== null) return process(cls, kwargs, context);
        return {
          kind: 'builtin',
          name: 'wrap',
          qualname: 'dataclass.wrap',
          isMethod: false,
          pure: true,
          call: (inner, _none, running) => process(inner[0] ?? null, kwargs, running),
        };
      },
    },
    field: {
      kind: 'builtin',
      name: 'field',
      qualname: 'field',
      isMethod: false,
      pure: true,
      call: (_args, kwargs, context) => {
        const field = makeField(context, Object.fromEntries(kwargs));
        if (attribute(field, 'default') !== missing && attribute(field, 'default_factory') !== missing)
          return context.raise('ValueError', 'cannot specify both default and default_factory');
        return field;
      },
    },
    fields: defineFunction('fields(class_or_instance)', ({ class_or_instance: object }, context) =>
      isUnknown(object) ? object : makeTuple(fieldsFor(object as Value, context).map(({ value }) => value)),
    ),
    is_dataclass: defineFunction('is_dataclass(obj)', ({ obj }, context) => {
      if (isUnknown(obj)) return obj;
      const cls = isClass(obj) ? obj : context.typeOf(obj as Value);
      return cls.mro.some((parent) => parent.namespace.has(FIELDS));
    }),
    asdict: defineFunction('asdict(obj, *, dict_factory=None)', ({ obj, dict_factory: factory }, context) => {
      if (isUnknown(obj)) return obj;
      if (!isDataclassInstance(obj as Value))
        return context.raise('TypeError', 'asdict() should be called on dataclass instances');
      return unfold(obj as Value, false, factory as Value, context);
    }),
    astuple: defineFunction('astuple(obj, *, tuple_factory=None)', ({ obj }, context) => {
      if (isUnknown(obj)) return obj;
      if (!isDataclassInstance(obj as Value))
        return context.raise('TypeError', 'astuple() should be called on dataclass instances');
      return unfold(obj as Value, true, null, context);
    }),
    replace: {
      kind: 'builtin',
      name: 'replace',
      qualname: 'replace',
      isMethod: false,
      pure: true,
      call: (args, kwargs, context) => {
        const [object] = args;
        if (object === undefined || isUnknown(object)) return object ?? null;
        const values = new Map(kwargs);
        for (const { name, value } of fieldsFor(object, context)) {
          if (!flag(value, 'init', true)) {
            if (values.has(name))
              context.raise(
                'ValueError',
                `field ${name} is declared with init=False, it cannot be specified with replace()`,
              );
          } else if (!values.has(name)) values.set(name, context.requireAttribute(object, name));
        }
        return context.call(context.typeOf(object), [], values);
      },
    },
    make_dataclass: defineFunction(
      'make_dataclass(cls_name, fields, *, bases=(), namespace=None, **kwargs)',
      (args, context) => {
        const items = context.items(args['fields'] as Value);
        if (isUnknown(items)) return items;
        const namespace = context.dict();
        const annotations = context.dict();
        for (const item of items) {
          const parts = isTuple(item) || isList(item) ? item.items : [item];
          const name = asString(parts[0]) ?? '';
          annotations.entries.set(name, { key: name, value: 'Any' });
          if (parts[2] !== undefined) namespace.entries.set(name, { key: name, value: parts[2] });
        }
        namespace.entries.set('__annotations__', { key: '__annotations__', value: annotations });
        if (isDict(args['namespace']))
          for (const [key, entry] of args['namespace'].entries) namespace.entries.set(key, entry);
        const cls = context.call(context.builtinClass('type'), [
          args['cls_name'] as Value,
          args['bases'] as Value,
          namespace,
        ]);
        const options = new Map<string, Value>();
        if (isDict(args['kwargs']))
          for (const { key, value } of args['kwargs'].entries.values()) options.set(asString(key) ?? '', value);
        return process(cls, options, context);
      },
    ),
  };
}

export const dataclassesModule: ModelledModule = { name: 'dataclasses', members };
