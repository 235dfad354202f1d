/** The classes of built-in values, still without methods, and which one a value has. */
import { defineClass } from '../define.js';
import type { PyClass, Value } from '../value.js';

export const objectClass = defineClass('object');
const bases = [objectClass];
const make = (
  name: string,
  layout: PyClass['layout'],
  base: readonly PyClass[] = bases,
  module = 'builtins',
): PyClass => defineClass(name, { module, bases: base, layout });

export const typeClass = make('type', 'type');
export const intClass = make('int', 'int');
export const boolClass = make('bool', 'native', [intClass]);
export const floatClass = make('float', 'float');
export const complexClass = make('complex', 'native');
export const strClass = make('str', 'str');
export const bytesClass = make('bytes', 'bytes');
export const bytearrayClass = make('bytearray', 'native');
export const memoryviewClass = make('memoryview', 'native');
export const listClass = make('list', 'list');
export const tupleClass = make('tuple', 'tuple');
export const dictClass = make('dict', 'dict');
export const setClass = make('set', 'set');
export const frozensetClass = make('frozenset', 'frozenset');
export const rangeClass = make('range', 'native');
export const sliceClass = make('slice', 'native');
export const propertyClass = make('property', 'native');
export const staticmethodClass = make('staticmethod', 'native');
export const classmethodClass = make('classmethod', 'native');
export const cachedPropertyClass = make('cached_property', 'native', bases, 'functools');
export const superClass = make('super', 'native');
export const noneTypeClass = make('NoneType', 'native');
export const functionClass = make('function', 'native');
export const methodClass = make('method', 'native');
export const builtinFunctionClass = make('builtin_function_or_method', 'native');
export const moduleClass = make('module', 'native');
export const ellipsisClass = make('ellipsis', 'native');
export const notImplementedClass = make('NotImplementedType', 'native');
export const enumerateClass = make('enumerate', 'native');
export const zipClass = make('zip', 'native');
export const mapClass = make('map', 'native');
export const filterClass = make('filter', 'native');
export const reversedClass = make('reversed', 'native');
export const generatorClass = make('generator', 'native');
export const mappingproxyClass = make('mappingproxy', 'native');
export const dictKeysClass = make('dict_keys', 'native');
export const dictValuesClass = make('dict_values', 'native');
export const dictItemsClass = make('dict_items', 'native');

/** Classes reachable by name in `builtins`. */
export const namedClasses: readonly PyClass[] = [
  objectClass,
  typeClass,
  intClass,
  boolClass,
  floatClass,
  complexClass,
  strClass,
  bytesClass,
  bytearrayClass,
  memoryviewClass,
  listClass,
  tupleClass,
  dictClass,
  setClass,
  frozensetClass,
  rangeClass,
  sliceClass,
  propertyClass,
  staticmethodClass,
  classmethodClass,
  superClass,
  enumerateClass,
  zipClass,
  mapClass,
  filterClass,
  reversedClass,
];
/** Classes that exist without being names in `builtins`. */
export const hiddenClasses: readonly PyClass[] = [
  noneTypeClass,
  functionClass,
  methodClass,
  builtinFunctionClass,
  moduleClass,
  ellipsisClass,
  notImplementedClass,
  generatorClass,
  mappingproxyClass,
  dictKeysClass,
  dictValuesClass,
  dictItemsClass,
  cachedPropertyClass,
];

/** Classes of iterators by the iterator's name; the ones of `iter(list)` and its like are made on demand. */
const iteratorClasses = new Map<string, PyClass>(
  [enumerateClass, zipClass, mapClass, filterClass, reversedClass, generatorClass].map((cls) => [cls.name, cls]),
);
/** What every iterator can do; filled in `iteration.ts`. */
export const iteratorMembers: Record<string, Value> = {};

export function iteratorClass(name: string): PyClass {
  let cls = iteratorClasses.get(name);
  if (!cls) iteratorClasses.set(name, (cls = defineClass(name, { bases, layout: 'native', members: iteratorMembers })));
  return cls;
}

const descriptorClasses = {
  property: propertyClass,
  cached_property: cachedPropertyClass,
  staticmethod: staticmethodClass,
  classmethod: classmethodClass,
} as const;

/** `type(value)` for every built-in kind. */
export function classOf(value: Value): PyClass {
  if (typeof value === 'number' || typeof value === 'bigint') return intClass;
  if (typeof value === 'string') return strClass;
  if (typeof value === 'boolean') return boolClass;
  if (value === null) return noneTypeClass;
  switch (value.kind) {
    case 'float':
      return floatClass;
    case 'symint':
      return intClass;
    case 'bytes':
      return bytesClass;
    case 'complex':
      return complexClass;
    case 'singleton':
      return value.name === 'Ellipsis' ? ellipsisClass : notImplementedClass;
    case 'tuple':
      return value.cls ?? tupleClass;
    case 'list':
      return value.cls ?? listClass;
    case 'dict':
      return value.cls ?? dictClass;
    case 'set':
      return value.cls ?? (value.frozen ? frozensetClass : setClass);
    case 'range':
      return rangeClass;
    case 'slice':
      return sliceClass;
    case 'function':
      return functionClass;
    case 'builtin':
      return builtinFunctionClass;
    case 'method':
      return typeof value.func === 'object' && value.func?.kind === 'builtin' ? builtinFunctionClass : methodClass;
    case 'descriptor':
      return descriptorClasses[value.type];
    case 'class':
      return value.metaclass ?? typeClass;
    case 'instance':
      return value.cls;
    case 'module':
      return moduleClass;
    case 'super':
      return superClass;
    case 'iterator':
      return value.send ? generatorClass : iteratorClass(value.name);
    case 'native':
      return value.type.cls(value);
    case 'unknown':
      return value.cls ?? objectClass;
  }
}
