/**
 * `builtins`: classes with their methods, functions and constants.
 *
 * Calling a builtin class runs its `construct`, also for subclasses that have no `__init__` of their own; `object`'s own
 * methods are the interpreter's (see `attributes.ts`).
 */
import { ELLIPSIS, makeInstance, NOT_IMPLEMENTED } from '../coerce.js';
import type { Context } from '../context.js';
import type { PyClass, PyInstance, Value } from '../value.js';
import * as classes from './classes.js';
import { constructDict, installDict } from './dictMethods.js';
import { exceptionAliases, exceptionClasses } from './exceptions.js';
import { builtinFunctions } from './functions.js';
import {
  constructEnumerate,
  constructFilter,
  constructMap,
  constructReversed,
  constructZip,
  installIterators,
} from './iteration.js';
import { constructList, constructTuple, installList, installTuple } from './listMethods.js';
import { constructBool, constructComplex, constructFloat, constructInt, installNumbers } from './numberMethods.js';
import {
  constructBytes,
  constructClassMethod,
  constructProperty,
  constructRange,
  constructSlice,
  constructStaticMethod,
  constructType,
  installOthers,
  unionTypeClass,
} from './otherMethods.js';
import { constructSet, installSets } from './setMethods.js';
import { installStr } from './strMethods.js';
import { constructStr } from './text.js';

export { classOf } from './classes.js';

type Construct = NonNullable<PyClass['construct']>;

/** Sets the constructor of a class that was defined without one. */
function constructs(cls: PyClass, construct: Construct): void {
  (cls as { construct?: Construct }).construct = construct;
}

/** The value of an exact class, an instance that holds it for a subclass. */
function primitive(exact: PyClass, construct: Construct): Construct {
  return (cls, args, kwargs, context) => {
    const value = construct(exact, args, kwargs, context);
    if (cls === exact) return value;
    return subclassed(cls, value, context);
  };
}

function subclassed(cls: PyClass, value: Value, context: Context): Value {
  if (typeof value === 'object' && value?.kind === 'unknown') return { ...value, cls };
  if (typeof value === 'object' && value?.kind === 'symint')
    return context.unknown(`a ${cls.name} of a named size is not followed`, cls);
  if (typeof value === 'object' && value !== null && value.kind !== 'float') return value;
  return makeInstance(context, cls, value as PyInstance['primitive']);
}

constructs(classes.intClass, primitive(classes.intClass, constructInt));
constructs(classes.floatClass, primitive(classes.floatClass, constructFloat));
constructs(classes.strClass, primitive(classes.strClass, constructStr));
constructs(classes.boolClass, constructBool);
constructs(classes.complexClass, constructComplex);
constructs(classes.bytesClass, constructBytes);
constructs(classes.bytearrayClass, (_cls, _args, _kwargs, context) =>
  context.unknown('a bytearray is not followed', classes.bytearrayClass),
);
constructs(classes.memoryviewClass, (_cls, _args, _kwargs, context) =>
  context.unknown('a memoryview is not followed', classes.memoryviewClass),
);
constructs(classes.listClass, constructList);
constructs(classes.tupleClass, constructTuple);
constructs(classes.dictClass, constructDict);
constructs(classes.setClass, constructSet);
constructs(classes.frozensetClass, constructSet);
constructs(classes.rangeClass, constructRange);
constructs(classes.sliceClass, constructSlice);
constructs(classes.propertyClass, constructProperty);
constructs(classes.staticmethodClass, constructStaticMethod);
constructs(classes.classmethodClass, constructClassMethod);
constructs(classes.typeClass, constructType);
constructs(classes.enumerateClass, constructEnumerate);
constructs(classes.zipClass, constructZip);
constructs(classes.mapClass, constructMap);
constructs(classes.filterClass, constructFilter);
constructs(classes.reversedClass, constructReversed);
constructs(classes.noneTypeClass, () => null);
constructs(classes.cachedPropertyClass, (_cls, args) => ({
  kind: 'descriptor',
  type: 'cached_property',
  get: args[0] ?? null,
  set: null,
  del: null,
}));

installNumbers(classes.intClass, classes.floatClass, classes.complexClass);
installStr(classes.strClass);
installList(classes.listClass);
installTuple(classes.tupleClass);
installDict(classes.dictClass);
installSets(classes.setClass, classes.frozensetClass);
installOthers();
installIterators();

/** Every class of a built-in kind, by name; also those that are no names in `builtins` (`NoneType`, `function`…). */
export const builtinClasses: ReadonlyMap<string, PyClass> = new Map([
  ...[...classes.namedClasses, ...classes.hiddenClasses, unionTypeClass].map((cls) => [cls.name, cls] as const),
  ...exceptionClasses,
]);

/** What a name means that no scope binds. */
export const builtins: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...classes.namedClasses.map((cls) => [cls.name, cls] as const),
  ...exceptionClasses,
  ...[...exceptionAliases].map(([alias, name]) => [alias, exceptionClasses.get(name) as PyClass] as const),
  ...builtinFunctions,
  ['NotImplemented', NOT_IMPLEMENTED],
  ['Ellipsis', ELLIPSIS],
  ['__debug__', true],
]);
