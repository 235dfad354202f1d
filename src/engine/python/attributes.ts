/** Attribute access as `object.__getattribute__`, `type.__getattribute__` and modules do it. */
import { classAnnotations, functionAnnotations } from './annotations.js';
import { builtinClasses, classOf } from './builtins/index.js';
import { instantiate } from './calls.js';
import { because, isUnknown, partOfUnknown } from './coerce.js';
import { createClassFrom } from './classes.js';
import { codeClass, codes } from './codeObjects.js';
import type { Interpreter } from './interpreter.js';
import { namespaceDict } from './namespaceDict.js';
import { attributeName, setOwnUnknownAttribute } from './unknownNames.js';
import type { PyClass, PyDescriptor, PyDict, PyFunction, PyInstance, Value } from './value.js';

const caches = new WeakMap<PyClass, { version: number; readonly found: Map<string, Value | typeof ABSENT> }>();
/** Remembered for a name that a class has not. */
const ABSENT = Symbol('absent');

/** The raw entry for `name` on a class: along its MRO, nothing bound. */
export function lookup(interpreter: Interpreter, cls: PyClass, name: string): Value | undefined {
  const { classVersion } = interpreter.heap;
  let cache = caches.get(cls);
  if (!cache) caches.set(cls, (cache = { version: classVersion, found: new Map() }));
  else if (cache.version !== classVersion) {
    cache.version = classVersion;
    cache.found.clear();
  }
  const known = cache.found.get(name);
  if (known !== undefined) return known === ABSENT ? undefined : known;
  let value: Value | undefined;
  for (const parent of cls.mro) {
    value = parent.namespace.get(name);
    if (value !== undefined) break;
  }
  cache.found.set(name, value === undefined ? ABSENT : value);
  return value;
}

/** Methods that belong to the class without being decorated. */
const IMPLICIT_CLASS_METHODS = new Set(['__class_getitem__', '__init_subclass__']);

/** Names that a class whose metaclass is `ABCMeta` leaves abstract; `undefined` for other classes. */
export function abstractMethods(cls: PyClass): string[] | undefined {
  if (!cls.metaclass?.mro.some(({ name, module }) => name === 'ABCMeta' && module === 'abc')) return undefined;
  const seen = new Set<string>();
  const abstract: string[] = [];
  for (const parent of cls.mro)
    for (const [name, value] of parent.namespace) {
      if (seen.has(name)) continue;
      seen.add(name);
      if (isAbstract(value)) abstract.push(name);
    }
  return abstract.sort();
}

function isAbstract(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value.kind === 'function') return value.attrs?.get('__isabstractmethod__') === true;
  return value.kind === 'descriptor' && (isAbstract(value.get) || isAbstract(value.set));
}

/** Applies the descriptor protocol to a class entry. `self` is `undefined` for access through the class. */
export function bind(interpreter: Interpreter, entry: Value, self: Value | undefined, cls: PyClass): Value {
  if (typeof entry !== 'object' || entry === null) return entry;
  switch (entry.kind) {
    case 'function':
      if (IMPLICIT_CLASS_METHODS.has(entry.name)) return { kind: 'method', self: cls, func: entry };
      return self === undefined ? entry : { kind: 'method', self, func: entry };
    case 'builtin':
      return self === undefined || !entry.isMethod ? entry : { kind: 'method', self, func: entry };
    case 'descriptor':
      return bindDescriptor(interpreter, entry, self, cls);
    case 'instance': {
      const get = lookup(interpreter, entry.cls, '__get__');
      return get === undefined ? entry : interpreter.call(get, [entry, self ?? null, cls]);
    }
    default:
      return entry;
  }
}

function bindDescriptor(interpreter: Interpreter, entry: PyDescriptor, self: Value | undefined, cls: PyClass): Value {
  switch (entry.type) {
    case 'staticmethod':
      return entry.get;
    case 'classmethod':
      return typeof entry.get === 'object' && entry.get?.kind === 'descriptor' && entry.get.type === 'property'
        ? interpreter.call(entry.get.get, [cls])
        : { kind: 'method', self: cls, func: entry.get };
    case 'property':
      return self === undefined ? entry : interpreter.call(entry.get, [self]);
    case 'cached_property': {
      if (self === undefined) return entry;
      const value = interpreter.call(entry.get, [self]);
      const name = typeof entry.get === 'object' && entry.get?.kind === 'function' ? entry.get.name : undefined;
      if (name !== undefined && typeof self === 'object' && self?.kind === 'instance') {
        interpreter.heap.touch(self);
        self.attrs.set(name, value);
      }
      return value;
    }
  }
}

const isDataDescriptor = (interpreter: Interpreter, entry: Value): boolean =>
  typeof entry === 'object' &&
  entry !== null &&
  ((entry.kind === 'descriptor' && entry.type === 'property') ||
    (entry.kind === 'instance' && lookup(interpreter, entry.cls, '__set__') !== undefined));

export function getAttribute(interpreter: Interpreter, object: Value, name: string): Value | undefined {
  interpreter.step();
  if (typeof object !== 'object' || object === null) return getBuiltinAttribute(interpreter, object, name);
  switch (object.kind) {
    case 'unknown':
      return partOfUnknown(object);
    case 'instance': {
      const custom = lookup(interpreter, object.cls, '__getattribute__');
      if (custom !== undefined && typeof custom === 'object' && custom?.kind === 'function')
        return withoutAttributeError(interpreter, object, name, custom);
      const found = getOwnAttribute(interpreter, object, name);
      if (found !== undefined) return found;
      const fallback = lookup(interpreter, object.cls, '__getattr__');
      if (fallback !== undefined) {
        const value =
          (typeof fallback === 'object' && fallback?.kind === 'builtin'
            ? fallback.quickly?.(object, name)
            : undefined) ?? withoutAttributeError(interpreter, object, name, fallback);
        if (value !== undefined) return value;
      }
      if (object.cls.unknownBase && !isDunder(name)) return interpreter.unknownBase(object, `attribute '${name}'`);
      if (object.taint) return object.taint;
      return undefined;
    }
    case 'class':
      return getClassAttribute(interpreter, object, name);
    case 'module':
      return interpreter.importer.moduleAttribute(object, name);
    case 'native': {
      const own = object.attrs?.get(name);
      if (own !== undefined) return own;
      const value = object.type.getAttribute?.(object, name, interpreter);
      if (value !== undefined) return value;
      const cls = object.type.cls(object);
      if (name === '__class__') return cls;
      const entry = lookup(interpreter, cls, name);
      return entry === undefined ? (object.taint ?? undefined) : bind(interpreter, entry, object, cls);
    }
    case 'super': {
      const cls =
        typeof object.self === 'object' && object.self?.kind === 'class' && object.self.mro.includes(object.start)
          ? object.self
          : interpreter.typeOf(object.self);
      const self = cls === object.self ? undefined : object.self;
      const at = cls.mro.indexOf(object.start);
      for (const parent of cls.mro.slice(at + 1)) {
        const entry = parent.namespace.get(name);
        if (entry === undefined) continue;
        if (typeof entry === 'object' && entry !== null && entry.kind === 'descriptor' && entry.type === 'classmethod')
          return bindDescriptor(interpreter, entry, self, cls);
        return bind(interpreter, entry, self, cls);
      }
      if (cls.unknownBase && name !== '__new__') return interpreter.unknownBase(object.self, `'${name}'`);
      return defaultMethod(interpreter, name, object.self, cls);
    }
    case 'function':
      return getFunctionAttribute(interpreter, object, name);
    case 'method': {
      if (name === '__self__') return object.self;
      if (name === '__func__') return object.func;
      return getAttribute(interpreter, object.func, name);
    }
    case 'builtin':
      switch (name) {
        case '__name__':
          return object.name;
        case '__qualname__':
          return object.qualname;
        case '__doc__':
          return null;
        case '__module__':
          return 'builtins';
        case '__kwdefaults__': {
          // Only a function written in Python has them; one with keyword-only defaults certainly is.
          const named = (object.parameters ?? []).flatMap(({ name: parameter, form, default: fallback }) =>
            form === 'keywordOnly' && fallback !== undefined ? [[parameter, fallback] as const] : [],
          );
          if (named.length > 0) return interpreter.dict(named);
        }
      }
      return getBuiltinAttribute(interpreter, object, name);
    case 'descriptor':
      return getDescriptorAttribute(interpreter, object, name);
    case 'list':
    case 'dict':
    case 'set':
    case 'tuple': {
      if (object.cls) {
        const attrs = 'attrs' in object ? object.attrs : null;
        const entry = lookup(interpreter, object.cls, name);
        if (entry !== undefined && isDataDescriptor(interpreter, entry))
          return bind(interpreter, entry, object, object.cls);
        const own = attrs?.get(name);
        if (own !== undefined) return own;
        if (entry !== undefined) return bind(interpreter, entry, object, object.cls);
        if (isOwnNamespace(object)) {
          const item = object.entries.get(name);
          if (item) return item.value;
          if (object.taint) return object.taint;
        }
        if (name === '__class__') return object.cls;
        if (name === '__dict__' && (object.kind === 'list' || object.kind === 'dict')) return namespaceDict(object);
        const fallback = lookup(interpreter, object.cls, '__getattr__');
        if (fallback !== undefined) {
          const value = withoutAttributeError(interpreter, object, name, fallback);
          if (value !== undefined) return value;
        }
        return object.cls.unknownBase ? interpreter.unknownBase(object, `attribute '${name}'`) : undefined;
      }
      return getBuiltinAttribute(interpreter, object, name);
    }
    default:
      return getBuiltinAttribute(interpreter, object, name);
  }
}

/** After `self.__dict__ = self` a dict's items are its attributes. */
function isOwnNamespace(object: Value): object is PyDict {
  return typeof object === 'object' && object?.kind === 'dict' && object.attrs?.get('__dict__') === object;
}

const isDunder = (name: string): boolean => name.startsWith('__') && name.endsWith('__');

/** What an object's own method says an attribute is; `undefined` where it raises AttributeError, which whoever must have it raises again. */
function withoutAttributeError(
  interpreter: Interpreter,
  object: Value,
  name: string,
  method: Value,
): Value | undefined {
  return interpreter.catching(
    'AttributeError',
    () => interpreter.call(method, [object, name]),
    (error) => (interpreter.refused = { object, name, error }),
  );
}

/** Attribute of a value that has no dictionary of its own. */
function getBuiltinAttribute(interpreter: Interpreter, object: Value, name: string): Value | undefined {
  const cls = classOf(object);
  if (name === '__class__') return cls;
  const entry = lookup(interpreter, cls, name);
  return entry === undefined ? undefined : bind(interpreter, entry, object, cls);
}

/** `object.__getattribute__`: data descriptors, the instance, the class. Never `__getattr__`. */
export function getOwnAttribute(interpreter: Interpreter, object: Value, name: string): Value | undefined {
  if (typeof object !== 'object' || object?.kind !== 'instance') return getAttribute(interpreter, object, name);
  const { cls } = object;
  if (name === '__annotations__')
    return classAnnotations(interpreter, cls.mro.find((parent) => parent.namespace.has(name)) ?? cls);
  const entry = lookup(interpreter, cls, name);
  if (entry !== undefined && isDataDescriptor(interpreter, entry)) return bind(interpreter, entry, object, cls);
  const own = object.attrs.get(name);
  if (own !== undefined) return own;
  if (entry !== undefined) return bind(interpreter, entry, object, cls);
  switch (name) {
    case '__class__':
      return cls;
    case '__dict__':
      return namespaceDict(object);
    case '__module__':
      return cls.module;
    case '__doc__':
      return null;
  }
  return isDunder(name) ? defaultMethod(interpreter, name, object, cls) : undefined;
}

function getClassAttribute(interpreter: Interpreter, cls: PyClass, name: string): Value | undefined {
  // Kept as text inside; whoever asks gets values.
  if (name === '__annotations__') return classAnnotations(interpreter, cls);
  const meta = cls.metaclass;
  const metaEntry = meta ? lookup(interpreter, meta, name) : undefined;
  if (meta && metaEntry !== undefined && isDataDescriptor(interpreter, metaEntry))
    return bind(interpreter, metaEntry, cls, meta);
  const entry = lookup(interpreter, cls, name);
  if (entry !== undefined) return bind(interpreter, entry, undefined, cls);
  if (meta && metaEntry !== undefined) return bind(interpreter, metaEntry, cls, meta);
  switch (name) {
    case '__call__':
      if (cls.layout !== 'type') break;
      return {
        kind: 'builtin',
        name,
        qualname: 'type.__call__',
        isMethod: true,
        pure: true,
        call: ([made, ...args], kwargs) =>
          typeof made === 'object' && made?.kind === 'class'
            ? instantiate(interpreter, made, args, kwargs)
            : interpreter.raise('TypeError', "descriptor '__call__' of 'type' object needs a class"),
      };
    case '__abstractmethods__': {
      const names = abstractMethods(cls);
      return names && interpreter.set(names, true);
    }
    case '__name__':
      return cls.name;
    case '__qualname__':
      return cls.qualname;
    case '__module__':
      return cls.module;
    case '__class__':
      return meta ?? interpreter.builtinClass('type');
    case '__mro__':
      return interpreter.tuple(cls.mro.slice());
    case '__bases__':
      return interpreter.tuple(cls.bases.slice());
    case '__base__':
      return cls.bases[0] ?? null;
    case '__doc__':
      return null;
    case '__dict__':
      return interpreter.dict(cls.namespace);
    case 'mro':
      return {
        kind: 'builtin',
        name: 'mro',
        qualname: 'type.mro',
        isMethod: false,
        pure: true,
        call: () => interpreter.list(cls.mro.slice()),
      };
    case '__subclasses__':
      return {
        kind: 'builtin',
        name,
        qualname: `type.${name}`,
        isMethod: false,
        pure: true,
        call: () => interpreter.unknown('the subclasses that exist at run time are not known'),
      };
  }
  const custom = meta ? lookup(interpreter, meta, '__getattr__') : undefined;
  if (custom !== undefined) {
    const value = withoutAttributeError(interpreter, cls, name, custom);
    if (value !== undefined) return value;
  }
  if (cls.unknownBase && name !== '__new__')
    return {
      ...cls.unknownBase,
      reason: `'${name}' of ${cls.name} may come from a base class that is not known (${cls.unknownBase.reason})`,
    };
  const inherited = lookup(interpreter, interpreter.builtinClass('type'), name);
  if (inherited !== undefined) return bind(interpreter, inherited, cls, interpreter.builtinClass('type'));
  return defaultMethod(interpreter, name, undefined, cls);
}

/**
 * What `object` gives to everything: `__init__`, `__new__`, `__setattr__`… `self` is bound when given.
 */
function defaultMethod(
  interpreter: Interpreter,
  name: string,
  self: Value | undefined,
  cls: PyClass,
): Value | undefined {
  const make = (call: (args: readonly Value[], kwargs: ReadonlyMap<string, Value>) => Value): Value => ({
    kind: 'builtin',
    name,
    qualname: `object.${name}`,
    isMethod: false,
    pure: true,
    call: (args, kwargs) => call(self === undefined || name === '__new__' ? args : [self, ...args], kwargs),
  });
  switch (name) {
    case '__init__':
      return make((args, kwargs) => {
        const target = args[0];
        if (target !== undefined) initialize(interpreter, target, args.slice(1), kwargs);
        return null;
      });
    case '__new__':
      return make((args, kwargs) => {
        const target = args[0];
        if (typeof target !== 'object' || target?.kind !== 'class')
          interpreter.raise('TypeError', 'object.__new__(X): X is not a type object');
        if (target.layout === 'type' && args.length >= 4)
          return createClassFrom(interpreter, target, args[1] ?? null, args[2] ?? null, args[3] ?? null, kwargs);
        return allocate(interpreter, target, args.slice(1), kwargs);
      });
    case '__setattr__':
      return make((args) => {
        const key = attributeName(args[1], interpreter);
        if (isUnknown(key)) setOwnUnknownAttribute(interpreter, args[0] ?? null, key, args[2] ?? null);
        else setOwnAttribute(interpreter, args[0] ?? null, key, args[2] ?? null);
        return null;
      });
    case '__getattribute__':
      return make((args) => {
        const key = attributeName(args[1], interpreter);
        if (isUnknown(key)) return because(key);
        const value = getOwnAttribute(interpreter, args[0] ?? null, key);
        return value === undefined
          ? interpreter.raise('AttributeError', `'${cls.name}' object has no attribute '${key}'`)
          : value;
      });
    case '__delattr__':
      return make((args) => {
        const key = attributeName(args[1], interpreter);
        if (isUnknown(key)) setOwnUnknownAttribute(interpreter, args[0] ?? null, key, undefined);
        else deleteOwnAttribute(interpreter, args[0] ?? null, key);
        return null;
      });
    case '__call__':
      if (typeof self !== 'object' || self?.kind !== 'class') return undefined;
      return make((args, kwargs) => instantiate(interpreter, self, args.slice(1), kwargs));
    case '__init_subclass__':
      return make(() => null);
    case '__repr__':
    case '__str__':
      return make((args) => interpreter.repr(args[0] ?? null));
    case '__eq__':
      return make((args) => (args[0] === args[1] ? true : { kind: 'singleton', name: 'NotImplemented' }));
    case '__ne__':
      return make((args) => (args[0] === args[1] ? false : { kind: 'singleton', name: 'NotImplemented' }));
    case '__hash__':
      return make(() => interpreter.unknown('the hash of an object depends on the run'));
    case '__dir__':
      return make(() => interpreter.unknown('dir() of this object is not known'));
    case '__post_init__':
      return undefined;
  }
  return undefined;
}

/** `cls.__new__` as the builtin layouts have it. */
export function allocate(
  interpreter: Interpreter,
  cls: PyClass,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): Value {
  const saved = interpreter.heap.epoch;
  switch (cls.layout) {
    case 'list':
      return { kind: 'list', items: [], cls, attrs: null, saved, taint: null };
    case 'dict':
      return { kind: 'dict', entries: new Map(), cls, attrs: null, saved, taint: null };
    case 'set':
      return { kind: 'set', entries: new Map(), frozen: false, cls, saved, taint: null };
    case 'frozenset':
    case 'tuple':
    case 'native': {
      const construct = cls.mro.find((parent) => parent.construct)?.construct;
      if (construct) return construct(cls, args, kwargs, interpreter);
      return interpreter.unknown(`how ${cls.name} is made is not known`);
    }
    case 'str':
    case 'int':
    case 'float': {
      const base = interpreter.builtinClass(cls.layout);
      const value = interpreter.call(base, args, kwargs);
      if (typeof value === 'object' && value?.kind === 'unknown') return { ...value, cls };
      if (
        typeof value === 'string' ||
        typeof value === 'number' ||
        typeof value === 'bigint' ||
        (typeof value === 'object' && value?.kind === 'float')
      ) {
        const instance: PyInstance = {
          kind: 'instance',
          cls,
          attrs: new Map(),
          primitive: value,
          place: interpreter.place,
          saved,
          taint: null,
        };
        return instance;
      }
      return interpreter.unknown(`the value of this ${cls.name} is not known`, cls);
    }
    default: {
      const abstract = cls.unknownBase ? undefined : abstractMethods(cls);
      if (abstract && abstract.length > 0)
        interpreter.raise(
          'TypeError',
          `Can't instantiate abstract class ${cls.name} with abstract method${abstract.length > 1 ? 's' : ''} ${abstract.join(', ')}`,
        );
      return { kind: 'instance', cls, attrs: new Map(), place: interpreter.place, saved, taint: null };
    }
  }
}

/** `__init__` of the builtin containers, reached by `super().__init__(…)`. */
function initialize(
  interpreter: Interpreter,
  self: Value,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
): void {
  if (typeof self !== 'object' || self === null || (args.length === 0 && kwargs.size === 0)) return;
  if (self.kind === 'dict') {
    const source = interpreter.call(interpreter.builtinClass('dict'), args, kwargs);
    interpreter.heap.touch(self);
    if (typeof source === 'object' && source?.kind === 'dict') {
      for (const [key, entry] of source.entries) self.entries.set(key, entry);
      self.taint ??= source.taint;
    } else if (typeof source === 'object' && source?.kind === 'unknown') self.taint ??= source;
  } else if (self.kind === 'list') {
    const items = interpreter.items(args[0] ?? interpreter.tuple([]));
    interpreter.heap.touch(self);
    if (Array.isArray(items)) self.items.push(...items);
    else self.taint ??= items;
  } else if (self.kind === 'set') {
    const items = interpreter.items(args[0] ?? interpreter.tuple([]));
    interpreter.heap.touch(self);
    if (Array.isArray(items)) for (const [key, item] of interpreter.set(items).entries) self.entries.set(key, item);
    else self.taint ??= items;
  } else if (self.kind === 'instance' && self.cls.mro.some((parent) => parent.name === 'BaseException')) {
    interpreter.heap.touch(self);
    self.attrs.set('args', interpreter.tuple(args));
  }
}

function getFunctionAttribute(interpreter: Interpreter, func: PyFunction, name: string): Value | undefined {
  const own = func.attrs?.get(name);
  if (own !== undefined) return own;
  switch (name) {
    case '__name__':
      return func.name;
    case '__qualname__':
      return func.qualname;
    case '__module__':
      return func.module.name;
    case '__doc__':
      return func.node.kind === 'FunctionDef' ? func.node.docstring : null;
    case '__wrapped__':
      return undefined;
    case '__dict__':
      return interpreter.dict(func.attrs ?? []);
    case '__annotations__':
      return functionAnnotations(interpreter, func);
    case '__defaults__': {
      const values = defaultsOf(func, false).map(([, value]) => value);
      return values.length ? interpreter.tuple(values) : null;
    }
    case '__kwdefaults__': {
      const entries = defaultsOf(func, true);
      return entries.length ? interpreter.dict(entries) : null;
    }
    case '__closure__':
      return func.closure ? interpreter.unknown('the cells of a closure are not described') : null;
    case '__globals__':
      return namespaceDict(func.module);
    case '__get__':
      return {
        kind: 'builtin',
        name,
        qualname: 'function.__get__',
        isMethod: false,
        pure: true,
        call: (args) => (args[0] === null || args[0] === undefined ? func : { kind: 'method', self: args[0], func }),
      };
    case '__call__':
      return func;
    case '__code__':
      return codeObject(interpreter, func);
    case '__class__':
      return classOf(func);
  }
  return undefined;
}

/** Defaults of the parameters that can be given by position, or of those that can't. */
function defaultsOf(func: PyFunction, keywordOnly: boolean): (readonly [string, Value])[] {
  return func.node.params.flatMap(({ name, form }) => {
    const value = func.defaults.get(name);
    return value !== undefined && (form === 'keywordOnly') === keywordOnly ? [[name, value] as const] : [];
  });
}

function codeObject(interpreter: Interpreter, func: PyFunction): Value {
  const names = func.node.params
    .filter((param) => param.form !== 'star' && param.form !== 'doubleStar')
    .map((param) => param.name);
  const count = (form: string): number => func.node.params.filter((param) => param.form === form).length;
  const code = interpreter.instance(codeClass, [
    ['co_argcount', count('normal') + count('positionalOnly')],
    ['co_posonlyargcount', count('positionalOnly')],
    ['co_kwonlyargcount', count('keywordOnly')],
    ['co_varnames', interpreter.tuple(names)],
    ['co_name', func.name],
    ['co_filename', func.module.file?.path ?? '<unknown>'],
    ['co_firstlineno', interpreter.unknown('line numbers at run time are not described')],
  ]);
  codes.set(code, func);
  return code;
}

function getDescriptorAttribute(interpreter: Interpreter, descriptor: PyDescriptor, name: string): Value | undefined {
  const copy = (part: 'get' | 'set' | 'del'): Value => ({
    kind: 'builtin',
    name,
    qualname: `property.${name}`,
    isMethod: false,
    pure: true,
    call: (args) => ({ ...descriptor, [part]: args[0] ?? null }),
  });
  switch (name) {
    case 'setter':
      return copy('set');
    case 'getter':
      return copy('get');
    case 'deleter':
      return copy('del');
    case 'fget':
    case '__func__':
    case '__wrapped__':
    case 'func':
      return descriptor.get;
    case 'fset':
      return descriptor.set;
    case '__isabstractmethod__':
      return false;
    case '__get__':
      return {
        kind: 'builtin',
        name,
        qualname: 'property.__get__',
        isMethod: false,
        pure: true,
        call: (args) => {
          const self = args[0] ?? undefined;
          const cls = self === undefined ? args[1] : interpreter.typeOf(self);
          if (typeof cls !== 'object' || cls?.kind !== 'class')
            return interpreter.unknown('a descriptor without its class');
          return bindDescriptor(interpreter, descriptor, self, cls);
        },
      };
  }
  return descriptor.get === null ? undefined : getAttribute(interpreter, descriptor.get, name);
}

export function setAttribute(interpreter: Interpreter, object: Value, name: string, value: Value): void {
  interpreter.step();
  if (typeof object !== 'object' || object === null)
    interpreter.raise('AttributeError', `'${interpreter.typeOf(object).name}' object has no attribute '${name}'`);
  switch (object.kind) {
    case 'unknown':
      interpreter.escape(value, object);
      return;
    case 'instance': {
      const custom = lookup(interpreter, object.cls, '__setattr__');
      if (custom !== undefined) interpreter.call(custom, [object, name, value]);
      else setOwnAttribute(interpreter, object, name, value);
      return;
    }
    case 'class': {
      const custom = object.metaclass ? lookup(interpreter, object.metaclass, '__setattr__') : undefined;
      if (custom !== undefined) interpreter.call(custom, [object, name, value]);
      else setOwnAttribute(interpreter, object, name, value);
      return;
    }
    case 'super':
      setOwnAttribute(interpreter, object.self, name, value);
      return;
    case 'list':
    case 'dict': {
      const custom = object.cls ? lookup(interpreter, object.cls, '__setattr__') : undefined;
      if (custom !== undefined) interpreter.call(custom, [object, name, value]);
      else setOwnAttribute(interpreter, object, name, value);
      return;
    }
    default:
      setOwnAttribute(interpreter, object, name, value);
  }
}

/** `object.__setattr__`: properties, then the dictionary. */
export function setOwnAttribute(interpreter: Interpreter, object: Value, name: string, value: Value): void {
  const { heap } = interpreter;
  if (typeof object === 'object' && object !== null) {
    switch (object.kind) {
      case 'instance': {
        const entry = lookup(interpreter, object.cls, name);
        if (typeof entry === 'object' && entry !== null) {
          if (entry.kind === 'descriptor' && entry.type === 'property') {
            if (entry.set === null)
              interpreter.raise('AttributeError', `property '${name}' of '${object.cls.name}' object has no setter`);
            interpreter.call(entry.set, [object, value]);
            return;
          }
          if (entry.kind === 'instance') {
            const set = lookup(interpreter, entry.cls, '__set__');
            if (set !== undefined) {
              interpreter.call(set, [entry, object, value]);
              return;
            }
          }
        }
        if (name === '__class__' && typeof value === 'object' && value?.kind === 'class') {
          heap.touch(object);
          object.cls = value;
          return;
        }
        if (name === '__dict__' && typeof value === 'object' && value?.kind === 'dict') {
          heap.touch(object);
          const entries = attributesIn(value);
          object.attrs.clear();
          for (const [key, item] of entries) object.attrs.set(key, item);
          object.taint ??= value.taint;
          return;
        }
        heap.touch(object);
        object.attrs.set(name, value);
        return;
      }
      case 'class':
        heap.touch(object);
        object.namespace.set(name, value);
        return;
      case 'module':
        heap.touch(object);
        object.namespace.set(name, value);
        return;
      case 'function':
        heap.touch(object);
        (object.attrs ??= new Map()).set(name, value);
        return;
      case 'native':
        if (object.type.setAttribute?.(object, name, value, interpreter)) return;
        heap.touch(object);
        (object.attrs ??= new Map()).set(name, value);
        return;
      case 'list':
      case 'dict':
        if (object.cls) {
          const entry = lookup(interpreter, object.cls, name);
          if (
            typeof entry === 'object' &&
            entry?.kind === 'descriptor' &&
            entry.type === 'property' &&
            entry.set !== null
          ) {
            interpreter.call(entry.set, [object, value]);
            return;
          }
          heap.touch(object);
          if (name !== '__dict__' && isOwnNamespace(object)) {
            object.entries.set(name, { key: name, value });
            return;
          }
          if (name === '__dict__' && value !== object && typeof value === 'object' && value?.kind === 'dict') {
            object.attrs = new Map(attributesIn(value));
            return;
          }
          (object.attrs ??= new Map()).set(name, value);
          return;
        }
        break;
      case 'method':
        setOwnAttribute(interpreter, object.func, name, value);
        return;
      case 'builtin':
      case 'descriptor':
        // A decorator's mark on a function that the engine describes: nothing reads it back.
        return;
      case 'unknown':
        return;
      default:
        break;
    }
  }
  interpreter.raise('AttributeError', `'${interpreter.typeOf(object).name}' object has no attribute '${name}'`);
}

/** What a dict that becomes an object's `__dict__` gives it: keys that are no texts can't be reached as attributes. */
function attributesIn(dict: PyDict): (readonly [string, Value])[] {
  return [...dict.entries.values()].flatMap(({ key, value }) =>
    typeof key === 'string' ? [[key, value] as const] : [],
  );
}

export function deleteAttribute(interpreter: Interpreter, object: Value, name: string): void {
  if (
    typeof object === 'object' &&
    (object?.kind === 'instance' || object?.kind === 'dict' || object?.kind === 'list') &&
    object.cls
  ) {
    const custom = lookup(interpreter, object.cls, '__delattr__');
    if (custom !== undefined) {
      interpreter.call(custom, [object, name]);
      return;
    }
  }
  deleteOwnAttribute(interpreter, object, name);
}

function deleteOwnAttribute(interpreter: Interpreter, object: Value, name: string): void {
  if (typeof object === 'object' && object !== null) {
    if (object.kind === 'unknown') return;
    const entry = object.kind === 'instance' ? lookup(interpreter, object.cls, name) : undefined;
    if (typeof entry === 'object' && entry?.kind === 'descriptor' && entry.type === 'property' && entry.del !== null) {
      interpreter.call(entry.del, [object]);
      return;
    }
    if (typeof entry === 'object' && entry?.kind === 'instance') {
      const remove = lookup(interpreter, entry.cls, '__delete__');
      if (remove !== undefined) {
        interpreter.call(remove, [entry, object]);
        return;
      }
    }
    switch (object.kind) {
      case 'instance':
      case 'function':
      case 'native':
      case 'list':
      case 'dict':
        if (!object.attrs?.has(name)) break;
        interpreter.heap.touch(object);
        object.attrs.delete(name);
        return;
      case 'class':
      case 'module':
        if (!object.namespace.has(name)) break;
        interpreter.heap.touch(object);
        object.namespace.delete(name);
        return;
      default:
        break;
    }
    if ('taint' in object && object.taint) return;
  }
  interpreter.raise('AttributeError', `'${interpreter.typeOf(object).name}' object has no attribute '${name}'`);
}

/** Whether a class is one of Python's own. */
export function isBuiltinClass(cls: PyClass): boolean {
  return builtinClasses.get(cls.name) === cls;
}
