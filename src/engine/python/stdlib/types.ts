/** `types`. */
import * as classes from '../builtins/classes.js';
import { unionTypeClass } from '../builtins/otherMethods.js';
import { codeClass, codes } from '../codeObjects.js';
import { isInstance, isTuple } from '../coerce.js';
import { defineFunction, type ModelledModule } from '../define.js';
import type { PyClass, PyFunction, Value } from '../value.js';
import source from './types.py';

/** Makes a class callable in a way of its own. */
function constructing(cls: PyClass, construct: NonNullable<PyClass['construct']>): PyClass {
  return cls.construct ? cls : Object.assign(cls, { construct });
}

/** A function's defaults with those of its last positional parameters replaced. */
function newDefaults(func: PyFunction, values: readonly Value[]): ReadonlyMap<string, Value> {
  const positional = func.node.params.filter(({ form }) => form === 'normal' || form === 'positionalOnly');
  const kept = [...func.defaults].filter(([name]) => !positional.some((param) => param.name === name));
  const changed = positional
    .slice(positional.length - values.length)
    .map(({ name }, i) => [name, values[i] ?? null] as const);
  return new Map([...kept, ...changed]);
}

export const typesModule: ModelledModule = {
  name: 'types',
  source,
  members: () => ({
    FunctionType: constructing(classes.functionClass, (_cls, [code, , name, defaults], kwargs, context) => {
      const func = isInstance(code) ? codes.get(code) : undefined;
      if (!func) return context.unknown('a function made from code that is not known');
      const given = defaults ?? kwargs.get('argdefs') ?? null;
      const label = name ?? kwargs.get('name') ?? null;
      return {
        ...func,
        name: typeof label === 'string' ? label : func.name,
        defaults: isTuple(given) ? newDefaults(func, given.items) : func.defaults,
        attrs: null,
        saved: context.heap.epoch,
      };
    }),
    CodeType: codeClass,
    LambdaType: classes.functionClass,
    BuiltinFunctionType: classes.builtinFunctionClass,
    BuiltinMethodType: classes.builtinFunctionClass,
    // `MethodType(function, object)` binds a function by hand.
    MethodType: constructing(classes.methodClass, (_cls, [func, self], _kwargs, context) =>
      func === undefined || self === undefined
        ? context.raise('TypeError', 'method expected 2 arguments')
        : { kind: 'method', func, self },
    ),
    ModuleType: constructing(classes.moduleClass, (cls, [name], _kwargs, context) => {
      const namespace = new Map<string, Value>([['__name__', name ?? null]]);
      if (cls !== classes.moduleClass) return context.instance(cls, namespace);
      return {
        kind: 'module',
        name: typeof name === 'string' ? name : '?',
        file: null,
        namespace,
        isPackage: false,
        saved: context.heap.epoch,
        taint: null,
      };
    }),
    MappingProxyType: constructing(classes.mappingproxyClass, (_cls, [mapping]) => mapping ?? null),
    GeneratorType: classes.generatorClass,
    NoneType: classes.noneTypeClass,
    EllipsisType: classes.ellipsisClass,
    NotImplementedType: classes.notImplementedClass,
    UnionType: unionTypeClass,
    GenericAlias: defineFunction('GenericAlias(origin, args)', ({ origin }) => origin as Value),
    get_original_bases: defineFunction('get_original_bases(cls)', ({ cls }, context) =>
      context.requireAttribute(cls as Value, '__bases__'),
    ),
  }),
};
