/** `functools`: what needs no Python of its own; the rest stands in `functools.py`. */
import { parameterAnnotation } from '../annotations.js';
import { cachedPropertyClass, objectClass } from '../builtins/classes.js';
import { asString, isDict, isInstance, isTuple, isUnknown, makeTuple } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import type { PyClass, Value } from '../value.js';
import source from './functools.py';

function parts(
  self: Value | undefined,
): { readonly func: Value; readonly args: readonly Value[]; readonly keywords: ReadonlyMap<string, Value> } | null {
  if (!isInstance(self)) return null;
  const func = self.attrs.get('func');
  const args = self.attrs.get('args');
  const keywords = self.attrs.get('keywords');
  if (func === undefined || !isTuple(args) || !isDict(keywords)) return null;
  return {
    func,
    args: args.items,
    keywords: new Map([...keywords.entries.values()].map(({ key, value }) => [asString(key) ?? '', value])),
  };
}

const partialClass: PyClass = defineClass('partial', {
  module: 'functools',
  bases: [objectClass],
  members: {
    __init__: {
      kind: 'builtin',
      name: '__init__',
      qualname: 'partial.__init__',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const [self, given, ...rest] = args;
        if (!isInstance(self)) return null;
        if (given === undefined) return context.raise('TypeError', "type 'partial' takes at least one argument");
        if (context.isCallable(given) === false)
          return context.raise('TypeError', 'the first argument must be callable');
        // A partial of a partial is flattened, as CPython does.
        const inner = isInstance(given) && given.cls === partialClass ? parts(given) : null;
        context.heap.touch(self);
        self.attrs.set('func', inner ? inner.func : given);
        self.attrs.set('args', makeTuple([...(inner?.args ?? []), ...rest]));
        self.attrs.set('keywords', context.dict(new Map([...(inner?.keywords ?? []), ...kwargs])));
        return null;
      },
    },
    __call__: {
      kind: 'builtin',
      name: '__call__',
      qualname: 'partial.__call__',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const own = parts(args[0]);
        if (!own) return context.unknown('what this partial calls is not known');
        return context.call(own.func, [...own.args, ...args.slice(1)], new Map([...own.keywords, ...kwargs]));
      },
    },
    __repr__: defineFunction('__repr__(self)', ({ self }, context) => {
      const own = parts(self);
      if (!own) return context.unknown('the text of a partial is not known');
      const texts: string[] = [];
      for (const [name, value] of [
        ['', own.func] as const,
        ...own.args.map((arg) => ['', arg] as const),
        ...own.keywords,
      ]) {
        const text = context.repr(value);
        if (isUnknown(text)) return text;
        texts.push(name === '' ? text : `${name}=${text}`);
      }
      return `functools.partial(${texts.join(', ')})`;
    }),
  },
});

/** Copies name, documentation and attributes of `wrapped` to `wrapper`. */
function updateWrapper(wrapper: Value, wrapped: Value, context: Context): Value {
  if (isUnknown(wrapper)) return wrapper;
  if (typeof wrapper !== 'object' || wrapper === null || (wrapper.kind !== 'function' && wrapper.kind !== 'instance'))
    return wrapper;
  if (isUnknown(wrapped)) return wrapper;
  if (typeof wrapped === 'object' && wrapped?.kind === 'function' && wrapped.attrs)
    for (const [name, value] of wrapped.attrs) if (name !== '__wrapped__') context.setAttribute(wrapper, name, value);
  for (const name of ['__module__', '__name__', '__qualname__', '__doc__']) {
    const value = context.getAttribute(wrapped, name);
    if (value !== undefined && !isUnknown(value)) context.setAttribute(wrapper, name, value);
  }
  context.setAttribute(wrapper, '__wrapped__', wrapped);
  return wrapper;
}

export const functoolsModule: ModelledModule = {
  name: 'functools',
  source,
  members: () => ({
    partial: partialClass,
    cached_property: cachedPropertyClass,
    update_wrapper: defineFunction(
      'update_wrapper(wrapper, wrapped, *rest, **kwargs)',
      ({ wrapper, wrapped }, context) => updateWrapper(wrapper as Value, wrapped as Value, context),
    ),
    wraps: defineFunction('wraps(wrapped, *rest, **kwargs)', ({ wrapped }) =>
      defineFunction('decorator(wrapper)', ({ wrapper }, context) =>
        updateWrapper(wrapper as Value, wrapped as Value, context),
      ),
    ),
    _known_key: defineFunction(
      '_known_key(key)',
      ({ key }, context) => !isUnknown(key) && context.hashKey(key as Value) !== undefined,
    ),
    _first_annotation: defineFunction('_first_annotation(function)', ({ function: func }, context) => {
      const first =
        typeof func === 'object' && func?.kind === 'function'
          ? func.node.params.find(({ annotation }) => annotation !== null)?.name
          : undefined;
      const annotation =
        typeof func === 'object' && func?.kind === 'function' && first !== undefined
          ? parameterAnnotation(context, func, first)
          : undefined;
      return annotation ?? context.unknown('what singledispatch registers a function for is not known');
    }),
  }),
};
