/** The functions of `builtins`. */
import {
  asData,
  because,
  isDict,
  asIndex,
  asInt,
  asString,
  codePoints,
  firstUnknown,
  isClass,
  isInstance,
  isUnknown,
  makeTuple,
  pyFloat,
  stringLength,
  symbolicUnknown,
  type,
  unwrap,
} from './common.js';
import type { Context } from '../context.js';
import { defineFunction } from '../define.js';
import { PyRaise } from '../errors.js';
import { attributeName } from '../unknownNames.js';
import { asciiOnly, formatValue } from '../format.js';
import { addressOf, hashNumber } from '../hash.js';
import { indexOf } from '../subscript.js';
import { isSym, norm } from '../symint.js';
import type { PyBuiltin, PyDict, Unknown, Value } from '../value.js';
import { advance } from './iteration.js';
import { absolute, round } from './numberMethods.js';
import { extreme, sortItems } from './sorting.js';

/** A builtin that takes its arguments as they come. */
function raw(name: string, call: PyBuiltin['call']): PyBuiltin {
  return { kind: 'builtin', name, qualname: name, isMethod: false, pure: true, call };
}

function isRaised(error: unknown, name: string, context: Context): error is PyRaise {
  return error instanceof PyRaise && error.cls !== null && error.cls.mro.includes(context.builtinClass(name));
}

/** `any` and `all`. */
function quantifier(name: 'any' | 'all'): PyBuiltin {
  return defineFunction(`${name}(iterable, /)`, ({ iterable }, context) => {
    const iterator = context.iterate(iterable as Value);
    if (isUnknown(iterator)) return iterator;
    let unknown: Unknown | null = null;
    for (;;) {
      const item = iterator.next(context);
      if (item === undefined) return unknown ?? name === 'all';
      const truth = context.truth(item);
      if (isUnknown(truth)) unknown ??= truth;
      else if (truth === (name === 'any')) return truth;
      context.step();
    }
  });
}

function extremum(name: 'min' | 'max'): PyBuiltin {
  return raw(name, (args, kwargs, context) => {
    const key = kwargs.get('key') ?? null;
    if (args.length === 0) return context.raise('TypeError', `${name} expected at least 1 argument, got 0`);
    const items = args.length > 1 ? args : context.items(args[0] as Value);
    if (isUnknown(items)) return items;
    if (items.length > 0) return extreme(name, items, key, context);
    return (
      kwargs.get('default') ??
      (kwargs.has('default') ? null : context.raise('ValueError', `${name}() arg is an empty sequence`))
    );
  });
}

function inBase(name: string, base: number, prefix: string): PyBuiltin {
  return defineFunction(`${name}(number, /)`, ({ number }, context) => {
    const unknown = firstUnknown(number);
    if (unknown) return unknown;
    const int = asInt(number) ?? indexOf(number as Value, context);
    if (isUnknown(int)) return int;
    if (int === undefined)
      return context.raise('TypeError', `'${type(number, context)}' object cannot be interpreted as an integer`);
    if (isSym(int)) return symbolicUnknown(context, 'a text', int);
    return int < 0 ? `-${prefix}${(-int).toString(base)}` : prefix + int.toString(base);
  });
}

function power(base: Value, exponent: Value, modulus: Value, context: Context): Value {
  if (modulus === null) return context.binary('**', base, exponent);
  const unknown = firstUnknown(base, exponent, modulus);
  if (unknown) return unknown;
  const [b, e, m] = [asInt(base), asInt(exponent), asInt(modulus)];
  if (b === undefined || e === undefined || m === undefined)
    return context.raise('TypeError', 'pow() 3rd argument not allowed unless all arguments are integers');
  if (isSym(b) || isSym(e) || isSym(m)) return context.unknown('a power of a named size is not known');
  if (m === 0) return context.raise('ValueError', 'pow() 3rd argument cannot be 0');
  const n = BigInt(m);
  let x = ((BigInt(b) % n) + n) % n;
  let k = BigInt(e);
  if (k < 0n) return context.unknown('a modular inverse is not described by the analyser');
  let result = 1n % n;
  while (k > 0n) {
    if (k & 1n) result = (result * x) % n;
    x = (x * x) % n;
    k >>= 1n;
  }
  return norm(((result % n) + n) % n);
}

function vars(object: Value | undefined, context: Context): Value {
  if (object === undefined) return locals(context);
  if (isUnknown(object)) return object;
  return (
    context.getAttribute(object, '__dict__') ??
    context.raise('TypeError', 'vars() argument must have __dict__ attribute')
  );
}

function locals(context: Context): Value {
  const env = context.env;
  if (!env) return globals(context);
  return context.dict([...env.vars].filter(([, value]) => value !== undefined));
}

function globals(context: Context): Value {
  const module = context.module;
  return (module && context.getAttribute(module, '__dict__')) ?? context.unknown('the global names are not known');
}

/** What `dir` gives of any function that code asks for by name. */
const FUNCTION_NAMES = (
  '__annotations__ __call__ __closure__ __code__ __defaults__ __dict__ __doc__ __get__ __globals__ __kwdefaults__ __module__ ' +
  '__name__ __qualname__'
).split(' ');

function directory(object: Value | undefined, context: Context): Value {
  if (object === undefined) {
    const names = context.env
      ? [...context.env.vars.keys()]
      : context.module
        ? [...context.module.namespace.keys()]
        : [];
    return context.list(names.sort());
  }
  if (isUnknown(object)) return object;
  const own = isInstance(object) ? context.getAttribute(object, '__dir__') : undefined;
  if (own !== undefined && typeof own === 'object' && own?.kind === 'method') {
    const items = context.items(context.call(own));
    return isUnknown(items) ? items : context.call(sortedFunction, [context.list(items)]);
  }
  const names = new Set<string>();
  if (typeof object === 'object' && object !== null) {
    if (object.kind === 'module') for (const name of object.namespace.keys()) names.add(name);
    if (object.kind === 'instance') for (const name of object.attrs.keys()) names.add(name);
    if (object.kind === 'function')
      for (const name of [...FUNCTION_NAMES, ...(object.attrs?.keys() ?? [])]) names.add(name);
  }
  const cls = isClass(object) ? object : context.typeOf(object);
  if (cls.unknownBase) return cls.unknownBase;
  for (const parent of cls.mro) for (const name of parent.namespace.keys()) names.add(name);
  return context.list([...names].sort());
}

function escapeAll(values: readonly (Value | undefined)[], reason: Unknown, context: Context): Unknown {
  for (const value of values) if (value !== undefined) context.escape(value, reason);
  return reason;
}

const sortedFunction = defineFunction(
  'sorted(iterable, /, *, key=None, reverse=False)',
  ({ iterable, key, reverse }, context) => {
    const items = context.items(iterable as Value);
    if (isUnknown(items)) return items;
    const result = sortItems(items, key as Value, reverse as Value, context);
    return isUnknown(result) ? result : context.list(result);
  },
);

/** `eval` and `exec`: of a text that is known as the code it is, else anything may have happened to what was given. */
function runText(
  mode: 'eval' | 'exec',
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Value {
  const [source, globals = kwargs.get('globals') ?? null, locals = kwargs.get('locals') ?? null] = args;
  const text = asString(source);
  const known = (value: Value): value is PyDict | null => value === null || isDict(value);
  if (text === undefined || !known(globals) || !known(locals)) {
    const reason = context.unknown(`code that is made at run time (${mode}) is not followed`);
    return escapeAll(args.slice(1), firstUnknown(source, globals, locals) ?? reason, context);
  }
  const simple = mode === 'eval' ? literalValue(text) : undefined;
  return simple !== undefined ? simple : context.evaluateText(text, mode, globals, locals);
}

const functions: readonly PyBuiltin[] = [
  raw('len', (args, _kwargs, context) => {
    if (args.length !== 1) return context.raise('TypeError', `len() takes exactly one argument (${args.length} given)`);
    return context.length(args[0] as Value);
  }),
  raw('print', () => null),
  sortedFunction,
  extremum('min'),
  extremum('max'),
  quantifier('any'),
  quantifier('all'),
  defineFunction('sum(iterable, /, start=0)', ({ iterable, start }, context) => {
    const items = context.items(iterable as Value);
    if (isUnknown(items)) return items;
    let total = start as Value;
    for (const item of items) {
      context.step();
      total = context.binary('+', total, item);
    }
    return total;
  }),
  defineFunction('abs(x, /)', ({ x }, context) => absolute(x as Value, context)),
  defineFunction('round(number, ndigits=None)', ({ number, ndigits }, context) =>
    round(number as Value, ndigits as Value, context),
  ),
  defineFunction('pow(base, exp, mod=None)', ({ base, exp, mod }, context) =>
    power(base as Value, exp as Value, mod as Value, context),
  ),
  defineFunction('divmod(x, y, /)', ({ x, y }, context) => {
    const unknown = firstUnknown(x, y);
    return (
      unknown ?? makeTuple([context.binary('//', x as Value, y as Value), context.binary('%', x as Value, y as Value)])
    );
  }),
  defineFunction('isinstance(obj, class_or_tuple, /)', ({ obj, class_or_tuple: cls }, context) => {
    const answer = context.isInstance(obj as Value, cls as Value);
    return answer ?? firstUnknown(obj, cls) ?? context.unknown(`whether this is an instance is not known`);
  }),
  defineFunction('issubclass(cls, class_or_tuple, /)', ({ cls, class_or_tuple: parent }, context) => {
    const answer = context.isSubclass(cls as Value, parent as Value);
    return answer ?? firstUnknown(cls, parent) ?? context.unknown('whether this is a subclass is not known');
  }),
  defineFunction('hasattr(obj, name, /)', ({ obj, name }, context) => {
    const text = attributeName(name, context);
    if (isUnknown(text)) return text;
    let value: Value | undefined;
    try {
      value = context.getAttribute(obj as Value, text);
    } catch (error) {
      if (isRaised(error, 'AttributeError', context)) return false;
      throw error;
    }
    if (value === undefined) return false;
    // An unknown attribute of a known object may be absent; one that was stored as unknown is there.
    return isUnknown(value) && !isStored(obj as Value, text) ? value : true;
  }),
  raw('getattr', (args, _kwargs, context) => {
    const [object, name, fallback] = args;
    if (object === undefined || name === undefined || args.length > 3)
      return context.raise('TypeError', `getattr expected at least 2 arguments, got ${args.length}`);
    const text = attributeName(name, context);
    if (isUnknown(text)) return text;
    if (fallback === undefined) return context.requireAttribute(object, text);
    try {
      const value = context.getAttribute(object, text);
      // Not `??`: an attribute that is None is there.
      return value === undefined ? fallback : value;
    } catch (error) {
      if (isRaised(error, 'AttributeError', context)) return fallback;
      throw error;
    }
  }),
  defineFunction('setattr(obj, name, value, /)', ({ obj, name, value }, context) => {
    context.setAttribute(obj as Value, attributeName(name, context), value as Value);
    return null;
  }),
  defineFunction('delattr(obj, name, /)', ({ obj, name }, context) => {
    context.deleteAttribute(obj as Value, attributeName(name, context));
    return null;
  }),
  defineFunction(
    'callable(obj, /)',
    ({ obj }, context) =>
      context.isCallable(obj as Value) ??
      firstUnknown(obj) ??
      context.unknown('whether this can be called is not known'),
  ),
  raw('iter', (args, _kwargs, context) => {
    const [source, sentinel] = args;
    if (source === undefined) return context.raise('TypeError', 'iter expected at least 1 argument, got 0');
    if (sentinel === undefined && args.length === 1) {
      const own = isInstance(source) ? context.getAttribute(source, '__iter__') : undefined;
      // An object that is its own iterator stays that object, so that `next` sees its `__next__`.
      if (own !== undefined) return context.call(own);
      return context.iterate(source);
    }
    return {
      kind: 'iterator',
      name: 'callable_iterator',
      next: (running) => {
        const item = running.call(source);
        const same = running.truth(running.compare('==', item, sentinel as Value));
        return same === true ? undefined : isUnknown(same) ? same : item;
      },
    };
  }),
  raw('next', (args, _kwargs, context) => {
    const [iterator, fallback] = args;
    if (iterator === undefined) return context.raise('TypeError', 'next expected at least 1 argument, got 0');
    try {
      const item = advance(iterator, context);
      if (item !== undefined) return item;
    } catch (error) {
      if (args.length > 1 && isRaised(error, 'StopIteration', context)) return fallback as Value;
      throw error;
    }
    return args.length > 1 ? (fallback as Value) : context.raiseValue(context.builtinClass('StopIteration'));
  }),
  defineFunction('id(obj, /)', ({ obj }, context) => {
    if (isUnknown(obj)) return obj;
    return typeof obj === 'object' && obj !== null
      ? addressOf(obj)
      : context.unknown('the address of a value depends on the run');
  }),
  defineFunction('hash(obj, /)', ({ obj }, context) => {
    if (isUnknown(obj)) return obj;
    const plain = unwrap(obj as Value);
    const number = hashNumber(plain);
    if (number !== undefined) return number;
    const own = isInstance(obj) ? context.getAttribute(obj, '__hash__') : undefined;
    if (own !== undefined && typeof own === 'object' && own?.kind === 'method') return context.call(own);
    if (own === null) return context.raise('TypeError', `unhashable type: '${type(obj, context)}'`);
    context.hashKey(obj as Value);
    return context.unknown('the hash of this value depends on the run', context.builtinClass('int'));
  }),
  defineFunction('repr(obj, /)', ({ obj }, context) => context.repr(obj as Value)),
  defineFunction('ascii(obj, /)', ({ obj }, context) => {
    const text = context.repr(obj as Value);
    return isUnknown(text) ? text : asciiOnly(text);
  }),
  defineFunction("format(value, format_spec='', /)", ({ value, format_spec: spec }, context) => {
    const text = asString(spec);
    return text === undefined
      ? (firstUnknown(spec) ??
          context.raise('TypeError', `format() argument 2 must be str, not ${type(spec, context)}`))
      : formatValue(value as Value, text, context);
  }),
  defineFunction('chr(i, /)', ({ i }, context) => {
    const unknown = firstUnknown(i);
    if (unknown) return unknown;
    const code = asIndex(i);
    if (code === undefined)
      return isSym(i)
        ? symbolicUnknown(context, 'a character', i)
        : context.raise('TypeError', `'${type(i, context)}' object cannot be interpreted as an integer`);
    return code < 0 || code > 0x10ffff
      ? context.raise('ValueError', 'chr() arg not in range(0x110000)')
      : String.fromCodePoint(code);
  }),
  defineFunction('ord(c, /)', ({ c }, context) => {
    const unknown = firstUnknown(c);
    if (unknown) return unknown;
    const text = asString(c);
    if (text === undefined)
      return context.raise('TypeError', `ord() expected string of length 1, but ${type(c, context)} found`);
    if (stringLength(text) !== 1)
      return context.raise('TypeError', `ord() expected a character, but string of length ${stringLength(text)} found`);
    return codePoints(text)[0]?.codePointAt(0) ?? 0;
  }),
  inBase('bin', 2, '0b'),
  inBase('oct', 8, '0o'),
  inBase('hex', 16, '0x'),
  raw('vars', (args, _kwargs, context) => vars(args[0], context)),
  raw('dir', (args, _kwargs, context) => directory(args[0], context)),
  raw('globals', (_args, _kwargs, context) => globals(context)),
  raw('locals', (_args, _kwargs, context) => locals(context)),
  raw('input', (_args, _kwargs, context) =>
    context.unknown('what the user types is not known', context.builtinClass('str')),
  ),
  raw('open', (args, kwargs, context) => {
    const mode = asString(args[1] ?? kwargs.get('mode') ?? 'r');
    const path = context.callMethod(context.importModule('os'), 'fspath', [args[0] ?? kwargs.get('file') ?? null]);
    const name = asString(path);
    if (name === undefined || mode === undefined)
      return asData(because(firstUnknown(path) ?? context.unknown('the contents of a file are not read')));
    const stream = (text: string): Value => {
      const file = context.callMethod(context.importModule('io'), mode.includes('b') ? 'BytesIO' : 'TextIOWrapper', [
        mode.includes('b') ? { kind: 'bytes', value: text } : text,
      ]);
      context.setAttribute(file, 'name', name);
      context.setAttribute(file, 'mode', mode);
      return file;
    };
    if (/[wax]/.test(mode)) return stream('');
    const text = context.readFile(name);
    return text === undefined
      ? asData(context.unknown(`the contents of the file '${name}' are not read`))
      : stream(text);
  }),
  raw('exec', (args, kwargs, context) => runText('exec', args, kwargs, context)),
  raw('eval', (args, kwargs, context) => runText('eval', args, kwargs, context)),
  raw(
    'compile',
    (args, _kwargs, context) =>
      asString(args[0]) ?? firstUnknown(args[0]) ?? context.unknown('code that is made from a tree is not followed'),
  ),
  raw('breakpoint', () => null),
  raw('__import__', (args, _kwargs, context) => {
    const name = asString(args[0]);
    if (name === undefined)
      return firstUnknown(args[0]) ?? context.unknown('the name of an imported module is not known');
    context.importVisible(name);
    return context.importVisible(name.split('.')[0] ?? name);
  }),
  raw('__build_class__', (_args, _kwargs, context) =>
    context.unknown('__build_class__ is not described by the analyser'),
  ),
];

/** Whether an attribute is stored under that name, whatever its value. */
function isStored(object: Value, name: string): boolean {
  if (typeof object !== 'object' || object === null) return false;
  switch (object.kind) {
    case 'instance':
      return object.attrs.has(name) || object.cls.mro.some((cls) => cls.namespace.has(name));
    case 'class':
      return object.mro.some((cls) => cls.namespace.has(name));
    case 'module':
      return object.namespace.has(name);
    case 'native':
      return object.attrs?.has(name) ?? false;
    default:
      return false;
  }
}

/** The value of a source text that is one plain literal. */
export function literalValue(text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  const plain = text.trim();
  if (/^-?\d+$/.test(plain) && !/^-?0\d/.test(plain)) return norm(BigInt(plain));
  if (/^-?(\d+\.\d*|\.\d+|\d+e[+-]?\d+|\d+\.\d*e[+-]?\d+)$/i.test(plain)) return pyFloat(Number(plain));
  if (plain === 'None') return null;
  if (plain === 'True' || plain === 'False') return plain === 'True';
  const quoted = /^'([^'\\\n]*)'$|^"([^"\\\n]*)"$/.exec(plain);
  return quoted ? (quoted[1] ?? quoted[2] ?? '') : undefined;
}

export const builtinFunctions: ReadonlyMap<string, PyBuiltin> = new Map(functions.map((func) => [func.name, func]));
