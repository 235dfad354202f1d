/** `operator`. */
import { absolute } from '../builtins/numberMethods.js';
import { isUnknown, asString, firstUnknown, makeTuple } from '../coerce.js';
import type { Context } from '../context.js';
import { defineFunction, type ModelledModule } from '../define.js';
import type { PyBuiltin, Value } from '../value.js';

const BINARY: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
  matmul: '@',
  and_: '&',
  or_: '|',
  xor: '^',
  lshift: '<<',
  rshift: '>>',
  concat: '+',
};
const COMPARE: Readonly<Record<string, string>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  is_: 'is',
  is_not: 'is not',
};
const UNARY: Readonly<Record<string, '-' | '+' | '~' | 'not'>> = {
  neg: '-',
  pos: '+',
  inv: '~',
  invert: '~',
  not_: 'not',
};

/** A callable made by `itemgetter` and its like. */
function callable(name: string, action: (object: Value, context: Context) => Value): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: `operator.${name}`,
    isMethod: false,
    pure: true,
    call: (args, _kwargs, context) =>
      args[0] === undefined
        ? context.raise('TypeError', `${name} expected 1 argument, got 0`)
        : action(args[0], context),
  };
}

/** One getter gives a value, several give a tuple. */
function several(
  name: string,
  keys: readonly Value[],
  read: (object: Value, key: Value, context: Context) => Value,
): PyBuiltin {
  return callable(name, (object, context) =>
    keys.length === 1
      ? read(object, keys[0] as Value, context)
      : makeTuple(keys.map((key) => read(object, key, context))),
  );
}

function followPath(object: Value, path: Value, context: Context): Value {
  const text = asString(path);
  if (text === undefined) return firstUnknown(path) ?? context.raise('TypeError', 'attribute name must be a string');
  return text.split('.').reduce<Value>((current, name) => context.requireAttribute(current, name), object);
}

function members(): Record<string, Value> {
  const table: Record<string, Value> = {};
  for (const [name, op] of Object.entries(BINARY)) {
    table[name] = defineFunction(`${name}(a, b, /)`, ({ a, b }, context) => context.binary(op, a as Value, b as Value));
    table[`i${name.replace('_', '')}`] = defineFunction(`i${name.replace('_', '')}(a, b, /)`, ({ a, b }, context) =>
      context.binary(op, a as Value, b as Value),
    );
  }
  for (const [name, op] of Object.entries(COMPARE))
    table[name] = defineFunction(`${name}(a, b, /)`, ({ a, b }, context) =>
      context.compare(op, a as Value, b as Value),
    );
  for (const [name, op] of Object.entries(UNARY))
    table[name] = defineFunction(`${name}(a, /)`, ({ a }, context) => context.unary(op, a as Value));
  for (const name of [...Object.keys(table)]) table[`__${name.replace('_', '')}__`] = table[name] as Value;
  const raw = (name: string, call: PyBuiltin['call']): PyBuiltin => ({
    kind: 'builtin',
    name,
    qualname: `operator.${name}`,
    isMethod: false,
    pure: true,
    call,
  });
  return {
    ...table,
    abs: defineFunction('abs(a, /)', ({ a }, context) => absolute(a as Value, context)),
    truth: defineFunction('truth(a, /)', ({ a }, context) => context.truth(a as Value)),
    contains: defineFunction('contains(a, b, /)', ({ a, b }, context) => context.compare('in', b as Value, a as Value)),
    countOf: defineFunction('countOf(a, b, /)', ({ a, b }, context) => {
      const items = context.items(a as Value);
      if (isUnknown(items)) return items;
      return items.filter((item) => context.truth(context.compare('==', item, b as Value)) === true).length;
    }),
    getitem: defineFunction('getitem(a, b, /)', ({ a, b }, context) => context.getItem(a as Value, b as Value)),
    setitem: defineFunction('setitem(a, b, c, /)', ({ a, b, c }, context) => {
      context.setItem(a as Value, b as Value, c as Value);
      return null;
    }),
    delitem: defineFunction('delitem(a, b, /)', ({ a, b }, context) => {
      context.deleteItem(a as Value, b as Value);
      return null;
    }),
    index: defineFunction('index(a, /)', ({ a }, context) => context.call(context.builtinClass('int'), [a as Value])),
    length_hint: defineFunction('length_hint(obj, default=0, /)', ({ obj }, context) => context.length(obj as Value)),
    itemgetter: raw('itemgetter', (keys) =>
      several('itemgetter', keys, (object, key, context) => context.getItem(object, key)),
    ),
    attrgetter: raw('attrgetter', (keys) => several('attrgetter', keys, followPath)),
    methodcaller: raw('methodcaller', ([name, ...rest], kwargs) =>
      callable('methodcaller', (object, context) => {
        const text = asString(name);
        return text === undefined
          ? context.unknown('the name of a called method is not known')
          : context.callMethod(object, text, rest, kwargs);
      }),
    ),
  };
}

export const operatorModule: ModelledModule = { name: 'operator', members };
