/** Shorthands for describing modules. */
import { asData, isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, isDataModule, type ModelledModule } from '../define.js';
import { objectClass } from '../builtins/classes.js';
import type { PyBuiltin, PyClass, Unknown, Value } from '../value.js';

/** A function that gives one of its arguments back: decorators that change nothing. */
export function identity(name: string): PyBuiltin {
  return defineFunction(`${name}(value, *rest, **kwargs)`, ({ value }) => value as Value);
}

/** A function whose result can't be known, and why. Its arguments stay as they are. `data`: it is plain data. */
export function unknownFunction(name: string, reason: string, data = false): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: name,
    isMethod: false,
    pure: true,
    call: (_args, _kwargs, context) => (data ? asData(context.unknown(reason)) : context.unknown(reason)),
  };
}

/** A function that does nothing that matters here. */
export function silent(name: string, result: Value = null): PyBuiltin {
  return { kind: 'builtin', name, qualname: name, isMethod: false, pure: true, call: () => result };
}

/** A plain class with attributes given by name. */
export function plainClass(
  name: string,
  module: string,
  members: Readonly<Record<string, Value>> = {},
  bases: readonly PyClass[] = [objectClass],
): PyClass {
  return defineClass(name, { module, bases, members });
}

/** Describes functions by signature; names come from the signatures. */
export function functionsOf(
  table: Readonly<Record<string, (args: Readonly<Record<string, Value>>, context: Context) => Value>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(table).map(([signature, implementation]) => {
      const func = defineFunction(signature, implementation);
      return [func.name, func];
    }),
  );
}

/** A module of which only names are known: functions and classes whose results are unknown for one reason. */
export function opaqueModule(
  name: string,
  reason: string,
  names: string,
  members: () => Readonly<Record<string, Value>> = () => ({}),
  isPackage = false,
): ModelledModule {
  return {
    name,
    isPackage,
    members: () => ({
      ...Object.fromEntries(
        names
          .split(/\s+/)
          .filter(Boolean)
          .map((func) => [func, unknownFunction(`${name}.${func}`, reason, isDataModule(name))]),
      ),
      ...members(),
    }),
  };
}

/** The items of an argument, or the unknown that stands in for them. */
export function itemsOf(value: Value | undefined, context: Context): readonly Value[] | Unknown {
  return value === undefined ? [] : context.items(value);
}

export function orUnknown<T>(value: T | Unknown, use: (value: T) => Value): Value {
  return isUnknown(value) ? value : use(value);
}
