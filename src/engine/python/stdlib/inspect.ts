/** `inspect`: signatures of known functions, and what kind of thing a value is. */
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import type { Context } from '../context.js';
import type { PyBuiltin, PyFunction, Value } from '../value.js';

const emptyClass = defineClass('_empty', { module: 'inspect' });
const kindClass = defineClass('_ParameterKind', { module: 'inspect' });
const parameterClass = defineClass('Parameter', { module: 'inspect' });
const signatureClass = defineClass('Signature', { module: 'inspect' });

const KINDS = ['POSITIONAL_ONLY', 'POSITIONAL_OR_KEYWORD', 'VAR_POSITIONAL', 'KEYWORD_ONLY', 'VAR_KEYWORD'] as const;
const KIND_OF_FORM = { positionalOnly: 0, normal: 1, star: 2, keywordOnly: 3, doubleStar: 4 } as const;

/** Enumeration members compare and hash as the integers they are. */
function kinds(): readonly Value[] {
  return KINDS.map((name, value) => ({ kind: 'instance', cls: kindClass, attrs: new Map<string, Value>([['name', name], ['value', value]]), primitive: value, place: null, saved: 0, taint: null }));
}

interface ShownParameter {
  readonly name: string;
  readonly form: keyof typeof KIND_OF_FORM;
  /** `undefined`: required. */
  readonly default: Value | undefined;
  readonly annotated: boolean;
}

/** The function behind bound methods, classes and wrappers; `bound` when its first parameter is already given. */
function functionOf(value: Value, context: Context, bound = false): { readonly func: PyFunction | PyBuiltin; readonly bound: boolean } | null {
  if (typeof value !== 'object' || value === null) return null;
  switch (value.kind) {
    case 'function': {
      const wrapped = value.attrs?.get('__wrapped__');
      return wrapped === undefined ? { func: value, bound } : functionOf(wrapped, context, bound);
    }
    case 'builtin':
      return value.params ? { func: value, bound } : null;
    case 'method':
      return functionOf(value.func, context, true);
    case 'class': {
      const init = context.getAttribute(value, '__init__');
      return init === undefined ? null : functionOf(init, context, true);
    }
    case 'instance': {
      const call = context.getAttribute(value, '__call__');
      return call === undefined || call === value ? null : functionOf(call, context, bound);
    }
    case 'descriptor':
      return functionOf(value.get, context, bound);
    default:
      return null;
  }
}

function parametersOf(func: PyFunction | PyBuiltin): ShownParameter[] {
  if (func.kind === 'builtin') return (func.params ?? []).map((param) => ({ ...param, annotated: false }));
  return func.node.params
    .filter((param) => param.name !== '')
    .map((param) => ({ name: param.name, form: param.form, default: func.defaults.get(param.name), annotated: param.annotation !== null }));
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
      const is = (name: string, test: (value: Value, context: Context) => boolean): Value =>
        defineFunction(`${name}(object)`, ({ object }, context) => {
          const value = object as Value;
          return typeof value === 'object' && value?.kind === 'unknown' ? value : test(value, context);
        });
      const kindOf = (value: Value): string => (typeof value === 'object' && value !== null ? value.kind : typeof value);
      return {
        Parameter: parameterClass,
        Signature: signatureClass,
        _empty: emptyClass,
        signature: defineFunction('signature(callable, *, follow_wrapped=True)', ({ callable }, context) => {
          const found = functionOf(callable as Value, context);
          if (!found) return context.unknown('the signature of this callable is not known');
          const parameters = parametersOf(found.func).slice(found.bound ? 1 : 0);
          const entries = parameters.map((param) => [
            param.name,
            context.instance(parameterClass, [
              ['name', param.name],
              ['kind', kind[KIND_OF_FORM[param.form]] as Value],
              ['default', param.default === undefined ? emptyClass : param.default],
              ['annotation', param.annotated ? context.unknown('annotations are not evaluated') : emptyClass],
            ]),
          ] as const);
          return context.instance(signatureClass, [['parameters', context.dict(entries)], ['return_annotation', emptyClass]]);
        }),
        getfullargspec: defineFunction('getfullargspec(func)', ({ func: callable }, context) => {
          const found = functionOf(callable as Value, context);
          if (!found) return context.unknown('the signature of this callable is not known');
          const all = parametersOf(found.func);
          const names = (form: readonly string[]): Value[] => all.filter((param) => form.includes(param.form)).map((param) => param.name);
          const one = (form: string): Value => all.find((param) => param.form === form)?.name ?? null;
          const defaults = all.flatMap((param) => ((param.form === 'normal' || param.form === 'positionalOnly') && param.default !== undefined ? [param.default] : []));
          return context.instance(context.builtinClass('object'), [
            ['args', context.list(names(['normal', 'positionalOnly']))],
            ['varargs', one('star')],
            ['varkw', one('doubleStar')],
            ['keywords', one('doubleStar')],
            ['defaults', defaults.length > 0 ? context.tuple(defaults) : null],
            ['kwonlyargs', context.list(names(['keywordOnly']))],
          ]);
        }),
        isclass: is('isclass', (value) => kindOf(value) === 'class'),
        isfunction: is('isfunction', (value) => kindOf(value) === 'function'),
        ismethod: is('ismethod', (value) => kindOf(value) === 'method'),
        ismodule: is('ismodule', (value) => kindOf(value) === 'module'),
        isbuiltin: is('isbuiltin', (value) => kindOf(value) === 'builtin'),
        isroutine: is('isroutine', (value) => ['function', 'method', 'builtin'].includes(kindOf(value))),
        isabstract: is('isabstract', () => false),
        isgenerator: is('isgenerator', (value) => kindOf(value) === 'iterator'),
        isgeneratorfunction: is('isgeneratorfunction', (value) => typeof value === 'object' && value?.kind === 'function' && value.node.scope.isGenerator),
        iscoroutinefunction: is('iscoroutinefunction', (value) => typeof value === 'object' && value?.kind === 'function' && value.node.kind === 'FunctionDef' && value.node.isAsync),
        unwrap: defineFunction('unwrap(func, *, stop=None)', ({ func }, context) => functionOf(func as Value, context)?.func ?? (func as Value)),
        getmodule: defineFunction('getmodule(object)', ({ object }, context) =>
          typeof object === 'object' && object?.kind === 'function' ? object.module : context.unknown('the module of this object is not known'),
        ),
        getmro: defineFunction('getmro(cls)', ({ cls }, context) => context.requireAttribute(cls as Value, '__mro__')),
        getdoc: defineFunction('getdoc(object)', ({ object }, context) => context.getAttribute(object as Value, '__doc__') ?? null),
        cleandoc: defineFunction('cleandoc(doc)', ({ doc }) => doc as Value),
      };
    },
  },
];
