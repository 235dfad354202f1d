/** `abc`, `numbers` and `collections.abc`. */
import { floatClass, intClass, complexClass, objectClass, typeClass } from '../builtins/classes.js';
import { firstUnknown, isClass, isTuple } from '../coerce.js';
import { defineClass, defineClassMethod, defineFunction, type ModelledModule } from '../define.js';
import type { PyClass, Value } from '../value.js';
import { identity } from './tools.js';

const REGISTRY = '_abc_registry';

function registered(cls: PyClass): readonly PyClass[] {
  const list = cls.namespace.get(REGISTRY);
  return isTuple(list) ? list.items.filter(isClass) : [];
}

export const abcMeta = defineClass('ABCMeta', {
  module: 'abc',
  bases: [typeClass],
  layout: 'type',
  members: {
    register: defineFunction('register(cls, subclass, /)', ({ cls, subclass }, context) => {
      if (isClass(cls) && isClass(subclass)) {
        context.heap.touch(cls);
        cls.namespace.set(REGISTRY, { kind: 'tuple', items: [...registered(cls), subclass], cls: null });
      }
      return subclass as Value;
    }),
    __instancecheck__: defineFunction('__instancecheck__(cls, instance, /)', ({ cls, instance }, context) => {
      const unknown = firstUnknown(instance);
      if (unknown) return unknown;
      const own = context.typeOf(instance as Value);
      if (isClass(cls) && registered(cls).some((parent) => own.mro.includes(parent))) return true;
      return (
        context.isSubclass(own, cls as Value) ??
        context.unknown(`whether this is a ${isClass(cls) ? cls.name : 'member'} is not known`)
      );
    }),
    __subclasscheck__: defineFunction(
      '__subclasscheck__(cls, subclass, /)',
      ({ cls, subclass }) =>
        isClass(cls) &&
        isClass(subclass) &&
        (subclass.mro.includes(cls) || registered(cls).some((parent) => subclass.mro.includes(parent))),
    ),
  },
});

/** A class with this metaclass, as TypeScript-defined classes have none of their own. */
export function withMetaclass(cls: PyClass, metaclass: PyClass): PyClass {
  return Object.assign(cls, { metaclass });
}

export const abcClass = withMetaclass(defineClass('ABC', { module: 'abc', bases: [objectClass] }), abcMeta);

export const abcModule: ModelledModule = {
  name: 'abc',
  members: () => ({
    ABC: abcClass,
    ABCMeta: abcMeta,
    abstractmethod: defineFunction('abstractmethod(funcobj)', ({ funcobj }, context) => {
      const func = funcobj as Value;
      if (typeof func === 'object' && func?.kind === 'function')
        context.setAttribute(func, '__isabstractmethod__', true);
      return func;
    }),
    abstractclassmethod: defineFunction('abstractclassmethod(callable)', ({ callable }) => ({
      kind: 'descriptor',
      type: 'classmethod',
      get: callable as Value,
      set: null,
      del: null,
    })),
    abstractstaticmethod: defineFunction('abstractstaticmethod(callable)', ({ callable }) => ({
      kind: 'descriptor',
      type: 'staticmethod',
      get: callable as Value,
      set: null,
      del: null,
    })),
    abstractproperty: defineFunction('abstractproperty(fget=None)', ({ fget }) => ({
      kind: 'descriptor',
      type: 'property',
      get: fget as Value,
      set: null,
      del: null,
    })),
    update_abstractmethods: identity('update_abstractmethods'),
    get_cache_token: defineFunction('get_cache_token()', () => 0),
  }),
};

// ---------------------------------------------------------------- collections.abc

/** Built-in classes that count as members though they don't inherit. */
const VIRTUAL: Readonly<Record<string, readonly string[]>> = {
  Sequence: ['list', 'tuple', 'str', 'bytes', 'bytearray', 'range', 'memoryview'],
  MutableSequence: ['list', 'bytearray', 'deque'],
  Mapping: ['dict', 'mappingproxy'],
  MutableMapping: ['dict'],
  Set: ['set', 'frozenset', 'dict_keys', 'dict_items'],
  MutableSet: ['set'],
  MappingView: ['dict_keys', 'dict_values', 'dict_items'],
  KeysView: ['dict_keys'],
  ValuesView: ['dict_values'],
  ItemsView: ['dict_items'],
  Generator: ['generator'],
  ByteString: ['bytes', 'bytearray'],
};
/** Classes that go by the methods a class has. */
const STRUCTURAL: Readonly<Record<string, readonly string[]>> = {
  Hashable: ['__hash__'],
  Sized: ['__len__'],
  Iterable: ['__iter__'],
  Iterator: ['__iter__', '__next__'],
  Reversible: ['__iter__', '__reversed__'],
  Container: ['__contains__'],
  Collection: ['__len__', '__iter__', '__contains__'],
  Callable: ['__call__'],
  Awaitable: ['__await__'],
  Coroutine: ['__await__', 'send', 'throw', 'close'],
  AsyncIterable: ['__aiter__'],
  AsyncIterator: ['__aiter__', '__anext__'],
  AsyncGenerator: ['__aiter__', '__anext__', 'asend'],
  Buffer: ['__buffer__'],
};
const PARENT: Readonly<Record<string, string>> = {
  Iterator: 'Iterable',
  Reversible: 'Iterable',
  Collection: 'Sized',
  Sequence: 'Collection',
  MutableSequence: 'Sequence',
  Mapping: 'Collection',
  MutableMapping: 'Mapping',
  Set: 'Collection',
  MutableSet: 'Set',
  MappingView: 'Sized',
  KeysView: 'MappingView',
  ValuesView: 'MappingView',
  ItemsView: 'MappingView',
  Generator: 'Iterator',
  ByteString: 'Sequence',
  Coroutine: 'Awaitable',
  AsyncIterator: 'AsyncIterable',
  AsyncGenerator: 'AsyncIterator',
};
/** Methods of built-in classes that the analyser gives by kind rather than by name. */
const IMPLICIT: Readonly<Record<string, readonly string[]>> = {
  __hash__: [
    'int',
    'float',
    'bool',
    'str',
    'tuple',
    'bytes',
    'frozenset',
    'NoneType',
    'function',
    'type',
    'complex',
    'range',
    'object',
    'builtin_function_or_method',
    'method',
    'module',
  ],
  __iter__: [
    'bytes',
    'dict_keys',
    'dict_values',
    'dict_items',
    'zip',
    'map',
    'filter',
    'enumerate',
    'generator',
    'bytearray',
    'mappingproxy',
  ],
  __len__: ['bytes', 'dict_keys', 'dict_values', 'dict_items', 'bytearray'],
  __contains__: ['bytes', 'dict_keys', 'dict_items', 'bytearray', 'dict_values'],
  __call__: ['function', 'method', 'builtin_function_or_method', 'type'],
  __reversed__: ['range'],
};

function has(cls: PyClass, method: string): boolean {
  for (const parent of cls.mro) {
    const entry = parent.namespace.get(method);
    if (entry !== undefined) return entry !== null;
    if (
      parent.module === 'builtins' &&
      IMPLICIT[method]?.includes(parent.name) &&
      (parent.name !== 'object' || (method === '__hash__' && !cls.mro.some((own) => own.namespace.has('__eq__'))))
    )
      return true;
  }
  return false;
}

/** A class's answer to "do instances of `cls` belong to you?". */
function hook(name: string, self: PyClass, cls: PyClass): boolean | null {
  const structural = STRUCTURAL[name];
  if (structural) return structural.every((method) => has(cls, method)) ? true : null;
  return VIRTUAL[name]?.some((member) =>
    cls.mro.some(
      (parent) =>
        parent.name === member &&
        parent.module !== self.module &&
        (parent.module === 'builtins' || parent.module === 'collections'),
    ),
  )
    ? true
    : null;
}

/** Methods that a class gets for free from its base, in Python. */
export const COLLECTIONS_ABC_MIXINS = `
class _SequenceMixin:
    def __iter__(self):
        position = 0
        try:
            while True:
                yield self[position]
                position += 1
        except IndexError:
            return

    def __contains__(self, value):
        for item in self:
            if item is value or item == value:
                return True
        return False

    def __reversed__(self):
        for position in reversed(range(len(self))):
            yield self[position]

    def index(self, value, start=0, stop=None):
        for position, item in enumerate(self):
            if position >= start and (stop is None or position < stop) and (item is value or item == value):
                return position
        raise ValueError

    def count(self, value):
        return sum(1 for item in self if item is value or item == value)

class _MutableSequenceMixin:
    def append(self, value):
        self.insert(len(self), value)

    def extend(self, values):
        for value in list(values):
            self.append(value)

    def pop(self, index=-1):
        value = self[index]
        del self[index]
        return value

    def remove(self, value):
        del self[self.index(value)]

    def clear(self):
        while len(self):
            self.pop()

    def reverse(self):
        items = list(self)
        for position, item in enumerate(reversed(items)):
            self[position] = item

    def __iadd__(self, values):
        self.extend(values)
        return self

class _MappingMixin:
    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key):
        try:
            self[key]
        except KeyError:
            return False
        return True

    def keys(self):
        return {key: None for key in self}.keys()

    def items(self):
        return {key: self[key] for key in self}.items()

    def values(self):
        return {key: self[key] for key in self}.values()

    def __eq__(self, other):
        return dict(self.items()) == dict(other.items())

class _MutableMappingMixin:
    def pop(self, key, *default):
        try:
            value = self[key]
        except KeyError:
            if default:
                return default[0]
            raise
        del self[key]
        return value

    def popitem(self):
        for key in self:
            value = self[key]
            del self[key]
            return key, value
        raise KeyError

    def clear(self):
        for key in list(self):
            del self[key]

    def setdefault(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            self[key] = default
        return default

    def update(self, other=(), /, **more):
        if hasattr(other, "keys"):
            for key in other.keys():
                self[key] = other[key]
        else:
            for key, value in other:
                self[key] = value
        for key, value in more.items():
            self[key] = value

class _SetMixin:
    def __le__(self, other):
        return len(self) <= len(other) and all(item in other for item in self)

    def __eq__(self, other):
        return len(self) == len(other) and all(item in other for item in self)

    def isdisjoint(self, other):
        return not any(item in self for item in other)

class _MutableSetMixin:
    def remove(self, value):
        if value not in self:
            raise KeyError(value)
        self.discard(value)

    def clear(self):
        for item in list(self):
            self.discard(item)

for _target, _mixin in ((Sequence, _SequenceMixin), (MutableSequence, _MutableSequenceMixin), (Mapping, _MappingMixin),
                        (MutableMapping, _MutableMappingMixin), (Set, _SetMixin), (MutableSet, _MutableSetMixin)):
    for _name, _value in vars(_mixin).items():
        if callable(_value):
            setattr(_target, _name, _value)
`;

const made = new Map<string, PyClass>();
/** One of the abstract container classes. */
export function abstractCollection(name: string): PyClass {
  let cls = made.get(name);
  if (cls) return cls;
  const parent = PARENT[name];
  const own = withMetaclass(
    defineClass(name, {
      module: 'collections.abc',
      bases: [parent === undefined ? objectClass : abstractCollection(parent)],
    }),
    abcMeta,
  );
  made.set(name, own);
  own.namespace.set(
    '__subclasshook__',
    defineClassMethod(
      defineFunction('__subclasshook__(cls, subclass, /)', ({ cls, subclass }) => {
        // A user's subclass inherits the hook, but it speaks for the class itself only.
        if (cls !== own || !isClass(subclass)) return { kind: 'singleton', name: 'NotImplemented' };
        return hook(name, own, subclass) ?? { kind: 'singleton', name: 'NotImplemented' };
      }),
    ),
  );
  cls = own;
  return cls;
}

export const abstractNames: readonly string[] = [...new Set([...Object.keys(VIRTUAL), ...Object.keys(STRUCTURAL)])];

export const collectionsAbcModule: ModelledModule = {
  name: 'collections.abc',
  members: () => Object.fromEntries(abstractNames.map((name) => [name, abstractCollection(name)])),
  source: COLLECTIONS_ABC_MIXINS,
};

// ---------------------------------------------------------------- numbers

/** The numeric tower. */
function numericTower(): Record<string, PyClass> {
  const number = withMetaclass(defineClass('Number', { module: 'numbers', bases: [objectClass] }), abcMeta);
  const tower: Record<string, PyClass> = { Number: number };
  let parent = number;
  const members: Readonly<Record<string, readonly PyClass[]>> = {
    Complex: [complexClass, floatClass, intClass],
    Real: [floatClass, intClass],
    Rational: [intClass],
    Integral: [intClass],
  };
  for (const [name, classes] of Object.entries(members)) {
    const cls = withMetaclass(defineClass(name, { module: 'numbers', bases: [parent] }), abcMeta);
    cls.namespace.set(REGISTRY, { kind: 'tuple', items: classes, cls: null });
    tower[name] = cls;
    parent = cls;
  }
  number.namespace.set(REGISTRY, { kind: 'tuple', items: [complexClass, floatClass, intClass], cls: null });
  return tower;
}

export const numbersModule: ModelledModule = { name: 'numbers', members: numericTower, complete: true };
