/** `types`. */
import * as classes from '../builtins/classes.js';
import { unionTypeClass } from '../builtins/otherMethods.js';
import { defineFunction, type ModelledModule } from '../define.js';
import type { PyClass, Value } from '../value.js';
import source from './types.py';

/** Makes a class callable in a way of its own. */
function constructing(cls: PyClass, construct: NonNullable<PyClass['construct']>): PyClass {
  return cls.construct ? cls : Object.assign(cls, { construct });
}

export const typesModule: ModelledModule = {
  name: 'types',
  source,
  members: () => ({
    FunctionType: classes.functionClass,
    LambdaType: classes.functionClass,
    BuiltinFunctionType: classes.builtinFunctionClass,
    BuiltinMethodType: classes.builtinFunctionClass,
    // `MethodType(function, object)` binds a function by hand.
    MethodType: constructing(classes.methodClass, (_cls, [func, self], _kwargs, context) =>
      func === undefined || self === undefined
        ? context.raise('TypeError', 'method expected 2 arguments')
        : { kind: 'method', func, self },
    ),
    ModuleType: constructing(classes.moduleClass, (_cls, [name], _kwargs, context) => ({
      kind: 'module',
      name: typeof name === 'string' ? name : '?',
      file: null,
      namespace: new Map<string, Value>([['__name__', name ?? null]]),
      isPackage: false,
      saved: context.heap.epoch,
      taint: null,
    })),
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
