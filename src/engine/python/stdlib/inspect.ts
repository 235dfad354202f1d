/** `inspect`: signatures of known functions, and what kind of thing a value is. */
import { parameterAnnotation, returnAnnotation } from '../annotations.js';
import { because, isClass, isDict, isInstance, isTuple, isUnknown, textOf } from '../coerce.js';
import { defineClass, defineFunction, defineProperty, type ModelledModule } from '../define.js';
import type { Context } from '../context.js';
import { currentFrame, getModule } from './frames.js';

import { namedtuple } from './namedTuple.js';
import type { PyModule, SignatureParameter, Unknown, Value } from '../value.js';

const emptyClass = defineClass('_empty', { module: 'inspect' });
const kindClass = defineClass('_ParameterKind', { module: 'inspect' });
const parameterClass = defineClass('Parameter', { module: 'inspect' });
const signatureClass = defineClass('Signature', { module: 'inspect' });

const KINDS = ['POSITIONAL_ONLY', 'POSITIONAL_OR_KEYWORD', 'VAR_POSITIONAL', 'KEYWORD_ONLY', 'VAR_KEYWORD'] as const;
const KIND_OF_FORM = { positionalOnly: 0, normal: 1, star: 2, keywordOnly: 3, doubleStar: 4 } as const;

/** Enumeration members compare and hash as the integers they are. */
function kinds(): readonly Value[] {
  return KINDS.map((name, value) => ({
    kind: 'instance',
    cls: kindClass,
    attrs: new Map<string, Value>([
      ['name', name],
      ['value', value],
    ]),
    primitive: value,
    place: null,
    saved: 0,
    taint: null,
  }));
}

interface Found {
  readonly parameters: readonly SignatureParameter[];
  readonly module: PyModule | null;
  readonly func: Value;
}

const isEmpty = (name: string): boolean => name === '';

/** The parameters of a callable: behind bound methods, classes and wrappers. `skip`: leading ones that are given already. */
function findCallable(value: Value, context: Context, skip = 0): Found | null {
  if (typeof value !== 'object' || value === null) return null;
  switch (value.kind) {
    case 'function': {
      const wrapped = value.attrs?.get('__wrapped__');
      if (wrapped !== undefined) return findCallable(wrapped, context, skip);
      const parameters = value.node.params
        .filter((param) => !isEmpty(param.name))
        .map((param) => ({ name: param.name, form: param.form, default: value.defaults.get(param.name) }));
      return { parameters: parameters.slice(skip), module: value.module, func: value };
    }
    case 'builtin':
      return value.parameters ? { parameters: value.parameters.slice(skip), module: null, func: value } : null;
    case 'method':
      return findCallable(value.func, context, skip + 1);
    case 'class': {
      const init = context.getAttribute(value, '__init__');
      return init === undefined ? null : findCallable(init, context, 1);
    }
    case 'instance': {
      const call = context.getAttribute(value, '__call__');
      return call === undefined || call === value ? null : findCallable(call, context, skip);
    }
    case 'descriptor':
      return findCallable(value.get, context, skip);
    default:
      return null;
  }
}

/** Read only when asked for: annotations are evaluated late. */
function annotationOf(self: Value, context: Context): Value {
  const func = isInstance(self) ? self.attrs.get('_function') : undefined;
  const name = isInstance(self) ? self.attrs.get('name') : undefined;
  const annotation =
    typeof func === 'object' && func?.kind === 'function' && typeof name === 'string'
      ? parameterAnnotation(context, func, name)
      : undefined;
  return annotation === undefined ? emptyClass : annotation;
}

const boundClass = defineClass('BoundArguments', { module: 'inspect' });

/** Parameters of a `Signature` object, in order. */
function parametersOf(
  self: Value | undefined,
): { readonly name: string; readonly kind: number; readonly fallback: Value }[] {
  const parameters = isInstance(self) ? self.attrs.get('parameters') : undefined;
  if (!isDict(parameters)) return [];
  return [...parameters.entries.values()].flatMap(({ key, value }) => {
    const kind = isInstance(value) ? value.attrs.get('kind') : undefined;
    if (typeof key !== 'string' || !isInstance(value) || !isInstance(kind)) return [];
    const fallback = value.attrs.get('default');
    return [{ name: key, kind: Number(kind.primitive), fallback: fallback === undefined ? emptyClass : fallback }];
  });
}

/** `signature.bind(*args, **kwargs)`: the arguments by parameter name. */
function binder(name: string, partial: boolean): Value {
  return {
    kind: 'builtin',
    name,
    qualname: `Signature.${name}`,
    isMethod: true,
    pure: true,
    call: (args, kwargs, context) => {
      const [self, ...given] = args;
      const left = new Map(kwargs);
      const bound: (readonly [Value, Value])[] = [];
      let next = 0;
      for (const { name: parameter, kind, fallback } of parametersOf(self)) {
        if (kind === 2) {
          if (next < given.length) bound.push([parameter, context.tuple(given.slice(next))]);
          next = given.length;
        } else if (kind === 4) {
          if (left.size > 0) bound.push([parameter, context.dict(left)]);
          left.clear();
        } else if (kind !== 3 && next < given.length) bound.push([parameter, given[next++] as Value]);
        else if (left.has(parameter)) {
          bound.push([parameter, left.get(parameter) as Value]);
          left.delete(parameter);
        } else if (fallback === emptyClass && !partial)
          context.raise('TypeError', `missing a required argument: '${parameter}'`);
      }
      if (next < given.length) context.raise('TypeError', 'too many positional arguments');
      for (const extra of left.keys()) context.raise('TypeError', `got an unexpected keyword argument '${extra}'`);
      return context.instance(boundClass, [
        ['arguments', context.dict(bound)],
        ['signature', self ?? null],
      ]);
    },
  };
}

/** `BoundArguments.apply_defaults()`: what was not given gets its default, in order of the parameters. */
const applyDefaults = defineFunction('apply_defaults(self)', ({ self }, context) => {
  const given = isInstance(self) ? self.attrs.get('arguments') : undefined;
  if (!isInstance(self) || !isDict(given)) return null;
  const entries: (readonly [Value, Value])[] = [];
  for (const { name, kind, fallback } of parametersOf(self.attrs.get('signature'))) {
    const entry = given.entries.get(name);
    if (entry) entries.push([name, entry.value]);
    else if (fallback !== emptyClass) entries.push([name, fallback]);
    else if (kind === 2) entries.push([name, context.tuple([])]);
    else if (kind === 4) entries.push([name, context.dict()]);
  }
  context.heap.touch(self);
  self.attrs.set('arguments', context.dict(entries));
  return null;
});

/** What `getfullargspec` looks at: the function itself, `self` included, and not what it wraps. */
function findWhole(value: Value, context: Context): Found | null {
  if (typeof value !== 'object' || value === null) return null;
  switch (value.kind) {
    case 'function':
      return {
        parameters: value.node.params
          .filter((param) => !isEmpty(param.name))
          .map((param) => ({ name: param.name, form: param.form, default: value.defaults.get(param.name) })),
        module: value.module,
        func: value,
      };
    case 'method':
      return findWhole(value.func, context);
    case 'class': {
      const init = context.getAttribute(value, '__init__');
      return init === undefined ? null : findWhole(init, context);
    }
    default:
      return findCallable(value, context);
  }
}

/** `inspect.getmembers`: names and values, sorted, those that pass. */
function membersOf(object: Value, predicate: Value, context: Context): Value {
  const names = context.items(
    context.call(context.requireAttribute(context.importModule('builtins'), 'dir'), [object]),
  );
  if (isUnknown(names)) return names;
  const found: Value[] = [];
  for (const name of names) {
    const value = context.getAttribute(object, textOf(name));
    if (value === undefined) continue;
    const passes = predicate === null ? true : context.truth(context.call(predicate, [value]));
    if (isUnknown(passes)) {
      if (isUnknown(value)) continue;
      return passes;
    }
    if (passes) found.push(context.tuple([name, value]));
  }
  return context.list(found);
}

/** `inspect.getattr_static`: what is stored, without descriptors and `__getattr__`. */
function staticAttribute(object: Value, name: Value, fallback: Value | undefined, context: Context): Value {
  if (isUnknown(object) || isUnknown(name)) return because(isUnknown(object) ? object : (name as Unknown));
  const key = textOf(name);
  const own = isInstance(object) ? object.attrs.get(key) : undefined;
  if (own !== undefined) return own;
  for (const cls of (isClass(object) ? object : context.typeOf(object)).mro) {
    const value = cls.namespace.get(key);
    if (value !== undefined) return value;
  }
  if (fallback !== undefined) return fallback;
  return context.raise('AttributeError', key);
}

export const inspectModules: readonly ModelledModule[] = [
  {
    name: 'inspect',
    members: () => {
      const kind = kinds();
      kindClass.namespace.clear();
      KINDS.forEach((name, i) => parameterClass.namespace.set(name, kind[i] as Value));
      parameterClass.namespace.set('empty', emptyClass);
      signatureClass.namespace.set('empty', emptyClass);
      parameterClass.namespace.set(
        'annotation',
        defineProperty((self, context) => annotationOf(self, context)),
      );
      signatureClass.namespace.set(
        'return_annotation',
        defineProperty((self, context) => {
          const func = isInstance(self) ? self.attrs.get('_function') : undefined;
          const annotation =
            typeof func === 'object' && func?.kind === 'function' ? returnAnnotation(context, func) : undefined;
          return annotation === undefined ? emptyClass : annotation;
        }),
      );
      for (const [name, partial] of [
        ['bind', false],
        ['bind_partial', true],
      ] as const)
        signatureClass.namespace.set(name, binder(name, partial));
      boundClass.namespace.set('apply_defaults', applyDefaults);
      const is = (name: string, test: (value: Value, context: Context) => boolean): Value =>
        defineFunction(`${name}(object)`, ({ object }, context) => {
          const value = object as Value;
          return typeof value === 'object' && value?.kind === 'unknown' ? value : test(value, context);
        });
      const kindOf = (value: Value): string =>
        typeof value === 'object' && value !== null ? value.kind : typeof value;
      return {
        Parameter: parameterClass,
        Signature: signatureClass,
        _empty: emptyClass,
        signature: defineFunction('signature(callable, *, follow_wrapped=True)', ({ callable }, context) => {
          const found = findCallable(callable ?? null, context);
          if (!found) return context.unknown('the signature of this callable is not known');
          const entries = found.parameters.map(
            (param) =>
              [
                param.name,
                context.instance(parameterClass, [
                  ['name', param.name],
                  ['kind', kind[KIND_OF_FORM[param.form]] ?? null],
                  ['default', param.default === undefined ? emptyClass : param.default],
                  ['_function', found.func],
                ]),
              ] as const,
          );
          return context.instance(signatureClass, [
            ['parameters', context.dict(entries)],
            ['_function', found.func],
          ]);
        }),
        getfullargspec: defineFunction('getfullargspec(func)', ({ func: callable }, context) => {
          const found = findWhole(callable ?? null, context);
          if (!found) return context.unknown('the signature of this callable is not known');
          const named = (...forms: readonly string[]): Value[] =>
            found.parameters.filter((param) => forms.includes(param.form)).map((param) => param.name);
          const one = (form: string): Value => found.parameters.find((param) => param.form === form)?.name ?? null;
          const defaults = found.parameters.flatMap((param) =>
            (param.form === 'normal' || param.form === 'positionalOnly') && param.default !== undefined
              ? [param.default]
              : [],
          );
          const cls = context.call(namedtuple, [
            'FullArgSpec',
            'args varargs varkw defaults kwonlyargs kwonlydefaults annotations',
          ]);
          return context.call(cls, [
            context.list(named('positionalOnly', 'normal')),
            one('star'),
            one('doubleStar'),
            defaults.length > 0 ? context.tuple(defaults) : null,
            context.list(named('keywordOnly')),
            context.getAttribute(found.func, '__kwdefaults__') ?? null,
            context.getAttribute(found.func, '__annotations__') ?? context.dict(),
          ]);
        }),
        isclass: is('isclass', (value) => kindOf(value) === 'class'),
        isfunction: is('isfunction', (value) => kindOf(value) === 'function'),
        ismethod: is('ismethod', (value) => kindOf(value) === 'method'),
        ismodule: is('ismodule', (value) => kindOf(value) === 'module'),
        isbuiltin: is('isbuiltin', (value) => kindOf(value) === 'builtin'),
        isroutine: is('isroutine', (value) => ['function', 'method', 'builtin'].includes(kindOf(value))),
        isabstract: defineFunction('isabstract(object)', ({ object }, context) => {
          const names = isClass(object) ? context.getAttribute(object, '__abstractmethods__') : undefined;
          return names === undefined ? isUnknown(object) && object : context.truth(names);
        }),
        getattr_static: defineFunction('getattr_static(obj, attr, *default)', ({ obj, attr, default: rest }, context) =>
          staticAttribute(obj ?? null, attr ?? null, isTuple(rest) ? rest.items[0] : undefined, context),
        ),
        isgenerator: is('isgenerator', (value) => kindOf(value) === 'iterator'),
        isgeneratorfunction: is(
          'isgeneratorfunction',
          (value) => typeof value === 'object' && value?.kind === 'function' && value.node.scope.isGenerator,
        ),
        iscoroutinefunction: is(
          'iscoroutinefunction',
          (value) =>
            typeof value === 'object' &&
            value?.kind === 'function' &&
            value.node.kind === 'FunctionDef' &&
            value.node.isAsync,
        ),
        unwrap: defineFunction(
          'unwrap(func, *, stop=None)',
          ({ func }, context) => findCallable(func ?? null, context)?.func ?? func ?? null,
        ),
        getmodule: getModule,
        currentframe: currentFrame,
        getmembers: defineFunction('getmembers(object, predicate=None)', ({ object, predicate }, context) =>
          membersOf(object ?? null, predicate ?? null, context),
        ),
        BoundArguments: boundClass,
        getmro: defineFunction('getmro(cls)', ({ cls }, context) => context.requireAttribute(cls as Value, '__mro__')),
        getdoc: defineFunction(
          'getdoc(object)',
          ({ object }, context) => context.getAttribute(object as Value, '__doc__') ?? null,
        ),
        cleandoc: defineFunction('cleandoc(doc)', ({ doc }) => doc as Value),
      };
    },
  },
];
