/** `enum`. Members are instances that their class makes once, while it is defined. */
import { intClass, objectClass, propertyClass, strClass, typeClass } from '../builtins/classes.js';
import {
  asInt,
  asString,
  firstUnknown,
  isClass,
  isDict,
  isInstance,
  isTuple,
  isUnknown,
  makeInstance,
  makeTuple,
  NOT_IMPLEMENTED,
  textOf,
  unwrap,
} from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, defineProperty, type ModelledModule } from '../define.js';
import { formatBuiltin, reprBuiltin } from '../format.js';
import { isSym } from '../symint.js';
import type { PyClass, PyDict, PyInstance, Value } from '../value.js';
import { withMetaclass } from './abc.js';
import { identity, plainClass } from './tools.js';

/** Attribute of an enumeration that holds names and members, as CPython names it. */
const MEMBERS = '_member_map_';

/** `A | B` in a class body where both are still `auto()`: computed once their values are there. */
const combinedAuto = plainClass('auto', 'enum');
function combining(op: string, reflected = false): Value {
  return defineFunction('combine(self, other, /)', ({ self, other }, context) =>
    context.instance(combinedAuto, [
      ['op', op],
      ['left', (reflected ? other : self) ?? null],
      ['right', (reflected ? self : other) ?? null],
    ]),
  );
}
const combinations: Readonly<Record<string, Value>> = {
  __or__: combining('|'),
  __and__: combining('&'),
  __xor__: combining('^'),
  __ror__: combining('|', true),
  __rand__: combining('&', true),
  __rxor__: combining('^', true),
};
for (const [name, method] of Object.entries(combinations)) combinedAuto.namespace.set(name, method);

const autoClass = plainClass('auto', 'enum', {
  ...combinations,
  __init__: defineFunction('__init__(self, value=None)', ({ self, value }, context) => {
    if (isInstance(self) && value !== null) {
      context.heap.touch(self);
      self.attrs.set('value', value as Value);
    }
    return null;
  }),
});

function memberMap(cls: PyClass): PyDict | null {
  for (const parent of cls.mro) {
    const map = parent.namespace.get(MEMBERS);
    if (isDict(map)) return map;
  }
  return null;
}

/** Names with their members, aliases included. */
function named(cls: Value | undefined): [string, PyInstance][] {
  const map = isClass(cls) ? memberMap(cls) : null;
  return map
    ? [...map.entries.values()].flatMap(({ key, value }) =>
        typeof key === 'string' && isInstance(value) ? [[key, value] as [string, PyInstance]] : [],
      )
    : [];
}

/** Members in order of definition, without aliases. */
function members(cls: Value | undefined): PyInstance[] {
  return named(cls)
    .filter(([name, member]) => member.attrs.get('_name_') === name)
    .map(([, member]) => member);
}

function isFlag(cls: PyClass): boolean {
  return cls.mro.includes(flagClass);
}

/** Members of a flag that stand for one bit. */
function bitsOf(cls: PyClass): PyInstance[] {
  return members(cls).filter((member) => {
    const value = asInt(member.attrs.get('_value_'));
    return value !== undefined && !isSym(value) && value > 0 && (BigInt(value) & (BigInt(value) - 1n)) === 0n;
  });
}

/** The member with a value; flags make combinations on demand. */
function byValue(cls: PyClass, value: Value, context: Context): Value {
  if (isUnknown(value)) return { ...value, cls };
  if (isInstance(value) && value.cls === cls) return value;
  for (const member of members(cls)) {
    const equal = context.truth(context.compare('==', member.attrs.get('_value_') ?? null, unwrapMember(value)));
    if (equal === true) return member;
    if (isUnknown(equal)) return { ...equal, cls };
  }
  const int = asInt(value);
  if (isFlag(cls) && int !== undefined && !isSym(int)) return combination(cls, BigInt(int), context);
  const custom = context.getAttribute(cls, '_missing_');
  if (custom !== undefined && !isUnknown(custom)) {
    const found = context.call(custom, [value]);
    if (found !== null) return found;
  }
  const text = context.repr(value);
  return context.raise('ValueError', `${typeof text === 'string' ? text : 'the value'} is not a valid ${cls.qualname}`);
}

function unwrapMember(value: Value): Value {
  return isInstance(value) && value.attrs.has('_value_') && value.primitive === undefined ? value : unwrap(value);
}

function combination(cls: PyClass, value: bigint, context: Context): Value {
  const all = bitsOf(cls).reduce((sum, member) => sum | BigInt(asInt(member.attrs.get('_value_')) as number), 0n);
  const wanted = value < 0n ? all & value : value;
  const existing = members(cls).find(
    (member) => BigInt((asInt(member.attrs.get('_value_')) as number) ?? -1) === wanted,
  );
  if (existing) return existing;
  const made = makeInstance(context, cls, cls.layout === 'int' ? Number(wanted) : undefined);
  const names = bitsOf(cls)
    .filter((member) => (BigInt(asInt(member.attrs.get('_value_')) as number) & wanted) !== 0n)
    .map((member) => textOf(member.attrs.get('_name_')));
  made.attrs.set('_name_', names.length > 0 ? names.join('|') : null);
  made.attrs.set('_value_', Number(wanted));
  return made;
}

function nextValue(
  cls: { readonly flag: boolean; readonly text: boolean; readonly custom: Value | undefined },
  name: string,
  values: readonly Value[],
  context: Context,
): Value {
  if (cls.custom !== undefined) {
    const raw = typeof cls.custom === 'object' && cls.custom?.kind === 'descriptor' ? cls.custom.get : cls.custom;
    return context.call(raw, [name, 1, values.length, context.list(values.slice())]);
  }
  if (cls.text) return name.toLowerCase();
  const ints = values.map((value) => asInt(value)).filter((value): value is number => typeof value === 'number');
  const top = ints.length > 0 ? Math.max(...ints) : 0;
  if (!cls.flag) return top + 1;
  return top <= 0 ? 1 : 2 ** (Math.floor(Math.log2(top)) + 1);
}

function isDescriptor(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value.kind === 'instance') return value.cls.mro.some((cls) => cls.namespace.has('__get__'));
  return (
    value.kind === 'function' ||
    value.kind === 'descriptor' ||
    (value.kind === 'builtin' && value.isMethod) ||
    value.kind === 'class'
  );
}

/** Values that `member(value)` and `nonmember(value)` mark. */
const memberMark = plainClass('member', 'enum', { __init__: markInit() });
const nonMemberMark = plainClass('nonmember', 'enum', { __init__: markInit() });
function markInit(): Value {
  return defineFunction('__init__(self, value)', ({ self, value }, context) => {
    if (isInstance(self)) {
      context.heap.touch(self);
      self.attrs.set('value', value as Value);
    }
    return null;
  });
}

/** Makes the class and its members from what the class statement defined. */
function makeEnum(metaclass: PyClass, name: Value, bases: Value, namespace: PyDict, context: Context): Value {
  const parents = isTuple(bases) ? bases.items.filter(isClass) : [];
  const root = parents.some((parent) => parent.mro.includes(enumClass));
  const rest = context.dict();
  const pending: [string, Value][] = [];
  const ignored = context.items(namespace.entries.get('_ignore_')?.value ?? makeTuple([]));
  for (const { key, value } of namespace.entries.values()) {
    const text = asString(key) ?? '';
    const special = /^__.*__$/.test(text) || /^_.*_$/.test(text) || (Array.isArray(ignored) && ignored.includes(text));
    const marked = isInstance(value) && value.cls === memberMark;
    if (isInstance(value) && value.cls === nonMemberMark)
      rest.entries.set(text, { key, value: value.attrs.get('value') ?? null });
    else if (!special && root && (marked || !isDescriptor(value)) && !text.startsWith('__'))
      pending.push([text, marked ? (value.attrs.get('value') ?? null) : value]);
    else rest.entries.set(text, { key, value });
  }
  const cls = context.call(metaclass, [name, bases, rest]);
  if (!isClass(cls)) return cls;
  const map = context.dict();
  context.heap.touch(cls);
  cls.namespace.set(MEMBERS, map);
  keepEnumText(cls);
  const style = {
    flag: isFlag(cls),
    text: cls.mro.includes(strEnumClass),
    custom: [cls, ...cls.mro]
      .map((parent) => parent.namespace.get('_generate_next_value_'))
      .find((value) => value !== undefined),
  };
  const values: Value[] = [];
  for (const [text, written] of pending) {
    const value = resolveAuto(written, context, (part) => {
      const known = part.attrs.get('value') ?? nextValue(style, text, values, context);
      context.heap.touch(part);
      part.attrs.set('value', known);
      return known;
    });
    const member = makeMember(cls, text, value, context);
    if (isUnknown(member)) {
      context.heap.touch(cls);
      cls.namespace.set(text, member);
      continue;
    }
    const final = member.attrs.get('_value_') ?? null;
    values.push(final);
    const same = members(cls).find(
      (other) => context.truth(context.compare('==', other.attrs.get('_value_') ?? null, final)) === true,
    );
    const actual = same ?? member;
    if (!same) member.attrs.set('_name_', text);
    map.entries.set(text, { key: text, value: actual });
    context.heap.touch(cls);
    cls.namespace.set(text, actual);
  }
  return cls;
}

/** A mixed-in kind (`str`, `int`) stands before `Enum` in the MRO, but its `repr` and `str` must not win. */
function keepEnumText(cls: PyClass): void {
  const kind = cls.mro.findIndex((parent) => parent.module === 'builtins');
  if (kind < 0 || cls.mro[kind] === objectClass) return;
  for (const name of ['__repr__', '__str__', '__format__']) {
    if (cls.mro.slice(0, kind).some((parent) => parent.namespace.has(name))) continue;
    if (name !== '__repr__' && cls.mro.includes(reprEnumClass)) continue;
    const own = enumClass.namespace.get(name);
    if (own !== undefined) cls.namespace.set(name, own);
  }
}

/** `auto()` alone, or inside a tuple of values. */
function resolveAuto(value: Value, context: Context, next: (part: PyInstance) => Value): Value {
  if (isInstance(value) && value.cls === autoClass) return next(value);
  if (isInstance(value) && value.cls === combinedAuto)
    return context.binary(
      textOf(value.attrs.get('op')),
      resolveAuto(value.attrs.get('left') ?? null, context, next),
      resolveAuto(value.attrs.get('right') ?? null, context, next),
    );
  if (isTuple(value)) return { ...value, items: value.items.map((item) => resolveAuto(item, context, next)) };
  return value;
}

function makeMember(
  cls: PyClass,
  name: string,
  value: Value,
  context: Context,
): PyInstance | Extract<Value, { kind: 'unknown' }> {
  const args = isTuple(value) && value.cls === null ? value.items : [value];
  const create = cls.mro
    .map((parent) => (parent === enumClass ? undefined : parent.namespace.get('__new__')))
    .find((found) => found !== undefined);
  let member: Value;
  if (create !== undefined && create !== null) {
    const raw = typeof create === 'object' && create.kind === 'descriptor' ? create.get : create;
    member = context.call(raw, [cls, ...args]);
  } else if (cls.layout === 'int' || cls.layout === 'str' || cls.layout === 'float') {
    const primitive = context.call(context.builtinClass(cls.layout), args);
    if (isUnknown(primitive)) return primitive;
    if (typeof primitive === 'object' && primitive?.kind === 'symint')
      return context.unknown(`the value of ${cls.name}.${name} is not known`);
    member = makeInstance(context, cls, primitive as PyInstance['primitive']);
  } else member = makeInstance(context, cls);
  if (!isInstance(member))
    return isUnknown(member)
      ? member
      : context.unknown(`members of ${cls.name} are of a kind that is not followed`, cls);
  context.heap.touch(member);
  if (!member.attrs.has('_value_'))
    member.attrs.set('_value_', member.primitive !== undefined ? member.primitive : value);
  member.attrs.set('_name_', name);
  member.attrs.set('__objclass__', cls);
  const init = cls.mro
    .map((parent) => (parent.module === 'builtins' ? undefined : parent.namespace.get('__init__')))
    .find((found) => found !== undefined);
  if (init !== undefined && init !== null) context.call(init, [member, ...args]);
  return member;
}

const notKnown = (context: Context): Value => context.unknown('the members of this enumeration are not known');

export const enumMeta = defineClass('EnumType', {
  module: 'enum',
  bases: [typeClass],
  layout: 'type',
  members: {
    __new__: defineFunction(
      '__new__(cls, name, bases, namespace, **kwargs)',
      ({ cls, name, bases, namespace }, context) =>
        isClass(cls) && isDict(namespace)
          ? makeEnum(cls, name as Value, bases as Value, namespace, context)
          : notKnown(context),
    ),
    __call__: defineFunction('__call__(cls, value, names=None, *rest, **kwargs)', (bound, context) => {
      const { cls, value, names, kwargs } = bound;
      if (!isClass(cls)) return notKnown(context);
      if (names === null || members(cls).length > 0) return byValue(cls, value as Value, context);
      const start = isDict(kwargs) ? asInt(kwargs.entries.get('start')?.value) : undefined;
      return functional(cls, value as Value, names as Value, typeof start === 'number' ? start : 1, context);
    }),
    __iter__: defineFunction('__iter__(cls)', ({ cls }, context) =>
      context.iterator(isClass(cls) && isFlag(cls) ? bitsOf(cls) : members(cls)),
    ),
    __reversed__: defineFunction('__reversed__(cls)', ({ cls }, context) => context.iterator(members(cls).reverse())),
    __len__: defineFunction('__len__(cls)', ({ cls }) => members(cls).length),
    __bool__: defineFunction('__bool__(cls)', () => true),
    __getitem__: defineFunction('__getitem__(cls, name, /)', ({ cls, name }, context) => {
      const unknown = firstUnknown(name);
      if (unknown) return { ...unknown, cls: isClass(cls) ? cls : undefined };
      const found = named(cls).find(([text]) => text === name);
      return found ? found[1] : context.raiseValue(context.call(context.builtinClass('KeyError'), [name as Value]));
    }),
    __contains__: defineFunction('__contains__(cls, item, /)', ({ cls, item }, context) => {
      if (isUnknown(item)) return item;
      if (isInstance(item) && item.cls === cls) return true;
      if (!isInstance(item) && isClass(cls))
        return context.raise(
          'TypeError',
          `unsupported operand type(s) for 'in': '${context.typeOf(item as Value).name}' and '${cls.metaclass?.name ?? 'EnumType'}'`,
        );
      return false;
    }),
    __members__: defineProperty((cls, context) => context.dict(named(cls))),
    _value2member_map_: defineProperty((cls, context) =>
      context.dict(members(cls).map((member) => [member.attrs.get('_value_') ?? null, member] as const)),
    ),
    __repr__: defineFunction('__repr__(cls)', ({ cls }, context) =>
      isClass(cls) ? `<${isFlag(cls) ? 'flag' : 'enum'} '${cls.qualname}'>` : context.repr(cls as Value),
    ),
  },
});

/** `Enum('Color', 'RED GREEN')`. */
function functional(cls: PyClass, name: Value, names: Value, start: number, context: Context): Value {
  const text = asString(names);
  const items =
    text !== undefined
      ? text.replace(/,/g, ' ').split(/\s+/).filter(Boolean)
      : isDict(names)
        ? [...names.entries.values()].map((entry) => makeTuple([entry.key, entry.value]))
        : context.items(names);
  if (isUnknown(items)) return items;
  const namespace = context.dict();
  items.forEach((item, i) => {
    const pair = isTuple(item);
    const key = pair ? (item.items[0] as Value) : item;
    namespace.entries.set(asString(key) ?? '', {
      key,
      value: pair ? (item.items[1] as Value) : cls.mro.includes(strEnumClass) ? textOf(key).toLowerCase() : i + start,
    });
  });
  return makeEnum(cls.metaclass ?? enumMeta, name, makeTuple([cls]), namespace, context);
}

function memberText(self: Value): string {
  return isInstance(self) ? `${self.cls.name}.${textOf(self.attrs.get('_name_'))}` : '';
}

const strOfMember = defineFunction('__str__(self)', ({ self }) => memberText(self as Value));
const formatOfMember = defineFunction('__format__(self, spec, /)', ({ self, spec }, context) => {
  const text = context.str(self as Value);
  return isUnknown(text) ? text : formatBuiltin(text, asString(spec) ?? '', context);
});

export const enumClass: PyClass = withMetaclass(
  defineClass('Enum', {
    module: 'enum',
    bases: [objectClass],
    members: {
      name: defineProperty((self) => (isInstance(self) ? (self.attrs.get('_name_') ?? null) : self)),
      value: defineProperty((self) => (isInstance(self) ? (self.attrs.get('_value_') ?? null) : self)),
      __repr__: defineFunction('__repr__(self)', ({ self }, context) => {
        if (!isInstance(self)) return '';
        const value = context.repr(self.attrs.get('_value_') ?? null);
        return isUnknown(value) ? value : `<${memberText(self)}: ${value}>`;
      }),
      __str__: strOfMember,
      __format__: formatOfMember,
    },
  }),
  enumMeta,
);

const plainStr = defineFunction('__str__(self)', ({ self }, context) =>
  isInstance(self) ? reprOrText(self, context) : '',
);
function reprOrText(self: PyInstance, context: Context): Value {
  return typeof self.primitive === 'string' ? self.primitive : reprBuiltin(self.primitive ?? null, context);
}

export const reprEnumClass: PyClass = withMetaclass(
  defineClass('ReprEnum', { module: 'enum', bases: [enumClass] }),
  enumMeta,
);

/** A class over a primitive kind and an enum base, in that order. */
function mixed(name: string, kind: PyClass, base: PyClass, memberTable: Readonly<Record<string, Value>>): PyClass {
  const cls = withMetaclass(
    defineClass(name, { module: 'enum', bases: [base], layout: kind.layout, members: memberTable }),
    enumMeta,
  );
  cls.mro = [cls, ...base.mro.filter((parent) => parent !== objectClass), kind, objectClass];
  return Object.assign(cls, { bases: [kind, base], construct: kind.construct });
}

export const strEnumClass: PyClass = mixed('StrEnum', strClass, reprEnumClass, {
  __str__: plainStr,
  __format__: formatOfMember,
});
export const intEnumClass: PyClass = mixed('IntEnum', intClass, reprEnumClass, {
  __str__: plainStr,
  __format__: defineFunction('__format__(self, spec, /)', ({ self, spec }, context) =>
    isInstance(self) ? formatBuiltin(self.primitive ?? null, asString(spec) ?? '', context) : '',
  ),
});

function flagOperation(op: '|' | '&' | '^'): (args: Readonly<Record<string, Value>>, context: Context) => Value {
  return ({ self, other }, context) => {
    const unknown = firstUnknown(other);
    if (unknown) return unknown;
    if (!isInstance(self)) return NOT_IMPLEMENTED;
    const left = asInt(self.attrs.get('_value_'));
    const right = asInt(isInstance(other) && other.attrs.has('_value_') ? other.attrs.get('_value_') : other);
    if (
      left === undefined ||
      right === undefined ||
      isSym(left) ||
      isSym(right) ||
      (!isInstance(other) && self.cls.layout !== 'int')
    )
      return NOT_IMPLEMENTED;
    const [a, b] = [BigInt(left), BigInt(right)];
    return combination(self.cls, op === '|' ? a | b : op === '&' ? a & b : a ^ b, context);
  };
}
function valueOf(self: Value | undefined): bigint {
  const value = isInstance(self) ? asInt(self.attrs.get('_value_')) : undefined;
  return value === undefined || isSym(value) ? 0n : BigInt(value);
}

export const flagClass: PyClass = withMetaclass(
  defineClass('Flag', {
    module: 'enum',
    bases: [enumClass],
    members: {
      __or__: defineFunction('__or__(self, other, /)', flagOperation('|')),
      __and__: defineFunction('__and__(self, other, /)', flagOperation('&')),
      __xor__: defineFunction('__xor__(self, other, /)', flagOperation('^')),
      __ror__: defineFunction('__ror__(self, other, /)', flagOperation('|')),
      __rand__: defineFunction('__rand__(self, other, /)', flagOperation('&')),
      __rxor__: defineFunction('__rxor__(self, other, /)', flagOperation('^')),
      __invert__: defineFunction('__invert__(self)', ({ self }, context) =>
        isInstance(self) ? combination(self.cls, ~valueOf(self), context) : NOT_IMPLEMENTED,
      ),
      __bool__: defineFunction('__bool__(self)', ({ self }) => valueOf(self) !== 0n),
      __contains__: defineFunction(
        '__contains__(self, other, /)',
        ({ self, other }) => (valueOf(other) & valueOf(self)) === valueOf(other),
      ),
      __iter__: defineFunction('__iter__(self)', ({ self }, context) =>
        context.iterator(
          isInstance(self) ? bitsOf(self.cls).filter((bit) => (valueOf(bit) & valueOf(self)) !== 0n) : [],
        ),
      ),
      __len__: defineFunction('__len__(self)', ({ self }) => valueOf(self).toString(2).replace(/0/g, '').length),
    },
  }),
  enumMeta,
);
const intFlagClass: PyClass = mixed('IntFlag', intClass, flagClass, { __str__: plainStr });

export const enumModule: ModelledModule = {
  name: 'enum',
  members: () => ({
    Enum: enumClass,
    EnumMeta: enumMeta,
    EnumType: enumMeta,
    ReprEnum: reprEnumClass,
    IntEnum: intEnumClass,
    StrEnum: strEnumClass,
    Flag: flagClass,
    IntFlag: intFlagClass,
    auto: autoClass,
    member: memberMark,
    nonmember: nonMemberMark,
    unique: identity('unique'),
    verify: defineFunction('verify(*checks)', () => identity('verify')),
    global_enum: identity('global_enum'),
    property: propertyClass,
    UNIQUE: 'one name per value',
    CONTINUOUS: 'no skipped integer values',
    NAMED_FLAGS: 'multi-flag aliases may not contain unnamed flags',
    STRICT: 'strict',
    CONFORM: 'conform',
    EJECT: 'eject',
    KEEP: 'keep',
  }),
};
