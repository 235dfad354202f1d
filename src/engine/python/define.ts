/**
 * How functions, classes and modules written in TypeScript enter the interpreter.
 *
 * Signatures are Python text, so that a table of operators reads like PyTorch's documentation:
 * `defineFunction('relu(input, inplace=False)', ({ input }, context) => …)`.
 */
import type { Context } from './context.js';
import type { PyBuiltin, PyClass, PyDescriptor, SignatureParameter, Unknown, Value } from './value.js';

/** Arguments by parameter name; `*args` is a `PyTuple`, `**kwargs` a `PyDict`. */
export type Bound = Readonly<Record<string, Value>>;
export type Implementation = (args: Bound, context: Context) => Value;

/** Reads the literals that signatures use as defaults. */
function literal(text: string): Value {
  switch (text) {
    case 'None':
      return null;
    case 'True':
      return true;
    case 'False':
      return false;
    case '()':
      return { kind: 'tuple', items: [], cls: null };
    case '...':
      return { kind: 'singleton', name: 'Ellipsis' };
  }
  const quoted = /^'([^']*)'$/.exec(text);
  if (quoted) return quoted[1] ?? '';
  if (/^-?\d+$/.test(text)) return Number(text);
  if (/^-?(\d+\.\d*|\.\d+|\d+)(e[+-]?\d+)?$|^-?inf$/.test(text))
    return {
      kind: 'float',
      value: text.endsWith('inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text),
    };
  throw new Error(`a signature's default must be a simple literal: ${text}`);
}

/** Parses `name(a, /, b=1, *args, c=None, **kwargs)`. @throws Error on a malformed signature (a mistake in this project). */
export function parseSignature(signature: string): {
  readonly name: string;
  readonly params: readonly SignatureParameter[];
} {
  const match = /^([\w.]+)\((.*)\)$/s.exec(signature.trim());
  if (!match) throw new Error(`malformed signature: ${signature}`);
  const params: SignatureParameter[] = [];
  let keywordOnly = false;
  for (const raw of (match[2] ?? '').split(/,(?![^(]*\))/)) {
    const part = raw.trim();
    if (part === '') continue;
    if (part === '/') {
      for (let i = 0; i < params.length; i++)
        params[i] = { ...(params[i] as SignatureParameter), form: 'positionalOnly' };
    } else if (part === '*') keywordOnly = true;
    else if (part.startsWith('**')) params.push({ name: part.slice(2), form: 'doubleStar', default: undefined });
    else if (part.startsWith('*')) {
      params.push({ name: part.slice(1), form: 'star', default: undefined });
      keywordOnly = true;
    } else {
      const [name = '', value] = part.split(/\s*=\s*/);
      params.push({
        name,
        form: keywordOnly ? 'keywordOnly' : 'normal',
        default: value === undefined ? undefined : literal(value),
      });
    }
  }
  return { name: match[1] ?? '', params };
}

/** Python's words for required arguments that were not given. */
function missing(
  name: string,
  params: readonly SignatureParameter[],
  given: number,
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): never {
  const required = params.filter(
    (param) => param.default === undefined && param.form !== 'star' && param.form !== 'doubleStar',
  );
  const positional = params.filter((param) => param.form === 'normal' || param.form === 'positionalOnly');
  const absent = required.filter(
    (param) => !kwargs.has(param.name) && !(param.form !== 'keywordOnly' && positional.indexOf(param) < given),
  );
  const kind = absent.every((param) => param.form === 'keywordOnly') ? 'keyword-only' : 'positional';
  const names = absent.map((param) => `'${param.name}'`);
  const list =
    names.length > 1
      ? `${names.slice(0, -1).join(', ')}${names.length > 2 ? ',' : ''} and ${names[names.length - 1] ?? ''}`
      : (names[0] ?? '');
  return context.raise(
    'TypeError',
    `${name}() missing ${names.length} required ${kind} argument${names.length === 1 ? '' : 's'}: ${list}`,
  );
}

/** Python's words for too many positional arguments. */
function tooMany(name: string, params: readonly SignatureParameter[], given: number, context: Context): never {
  const positional = params.filter((param) => param.form === 'normal' || param.form === 'positionalOnly');
  const least = positional.filter((param) => param.default === undefined).length;
  const most = positional.length;
  const count =
    least === most
      ? `${most} positional argument${most === 1 ? '' : 's'}`
      : `from ${least} to ${most} positional arguments`;
  return context.raise('TypeError', `${name}() takes ${count} but ${given} ${given === 1 ? 'was' : 'were'} given`);
}

/**
 * An object without a prototype's members that the compiler may give a fixed layout: `Object.create(null)` makes a hash table,
 * which is slow to read from.
 */
const BoundArguments = function BoundArguments() {} as unknown as new () => object;
BoundArguments.prototype = Object.create(null) as object;

function bind(
  name: string,
  params: readonly SignatureParameter[],
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): Bound {
  const bound = new BoundArguments() as Record<string, Value>;
  let next = 0;
  let used = 0;
  for (const param of params) {
    switch (param.form) {
      case 'star':
        bound[param.name] = context.tuple(args.slice(next));
        next = args.length;
        break;
      case 'doubleStar': {
        const rest: (readonly [Value, Value])[] = [];
        for (const [key, value] of kwargs)
          if (!(key in bound) || params.some((p) => p.form === 'positionalOnly' && p.name === key))
            rest.push([key, value]);
        used = kwargs.size;
        bound[param.name] = context.dict(rest);
        break;
      }
      default: {
        const keyword = param.form === 'positionalOnly' ? undefined : kwargs.get(param.name);
        if (param.form !== 'keywordOnly' && next < args.length) {
          if (keyword !== undefined)
            context.raise('TypeError', `${name}() got multiple values for argument '${param.name}'`);
          bound[param.name] = args[next++] as Value;
        } else if (keyword !== undefined) {
          bound[param.name] = keyword;
          used++;
        } else if (param.default !== undefined) bound[param.name] = param.default;
        else missing(name, params, args.length, kwargs, context);
      }
    }
  }
  if (next < args.length) tooMany(name, params, args.length, context);
  if (used < kwargs.size) {
    const extra = [...kwargs.keys()].find((key) => !params.some((p) => p.name === key && p.form !== 'positionalOnly'));
    context.raise('TypeError', `${name}() got an unexpected keyword argument '${extra ?? '?'}'`);
  }
  return bound;
}

export interface FunctionOptions {
  readonly qualname?: string;
  /** Found on a class it binds `self` (default: the first parameter is called `self` or `cls`). */
  readonly isMethod?: boolean;
  /** See {@link PyBuiltin.pure}; default true: a modelled function says itself what it changes. */
  readonly pure?: boolean;
}

/** A Python function implemented in TypeScript, its parameters bound by the signature. */
export function defineFunction(
  signature: string,
  implementation: Implementation,
  options: FunctionOptions = {},
): PyBuiltin {
  const head = /^\s*([\w.]+)\((self\b|cls\b)?/.exec(signature);
  if (!head) throw new Error(`malformed signature: ${signature}`);
  const [, name = '', first] = head;
  // Thousands of functions are described and few are called: parameters are read when they are first needed.
  let known: readonly SignatureParameter[] | undefined;
  const parameters = (): readonly SignatureParameter[] => (known ??= parseSignature(signature).params);
  return {
    kind: 'builtin',
    name: name.slice(name.lastIndexOf('.') + 1),
    qualname: options.qualname ?? name,
    isMethod: options.isMethod ?? first !== undefined,
    pure: options.pure ?? true,
    get parameters() {
      return parameters();
    },
    call: (args, kwargs, context) => implementation(bind(name, parameters(), args, kwargs, context), context),
  };
}

export function defineProperty(get: (self: Value, context: Context) => Value): PyDescriptor {
  return {
    kind: 'descriptor',
    type: 'property',
    get: defineFunction('get(self)', ({ self }, context) => get(self as Value, context)),
    set: null,
    del: null,
  };
}
export function defineStatic(func: PyBuiltin): PyDescriptor {
  return { kind: 'descriptor', type: 'staticmethod', get: { ...func, isMethod: false }, set: null, del: null };
}
export function defineClassMethod(func: PyBuiltin): PyDescriptor {
  return { kind: 'descriptor', type: 'classmethod', get: { ...func, isMethod: true }, set: null, del: null };
}

export interface ClassOptions {
  readonly module?: string;
  readonly bases?: readonly PyClass[];
  readonly layout?: PyClass['layout'];
  readonly construct?: PyClass['construct'];
  readonly members?: Readonly<Record<string, Value>>;
}

/** A Python class implemented in TypeScript. Single inheritance only; the MRO follows the first base. */
export function defineClass(name: string, options: ClassOptions = {}): PyClass {
  const base = options.bases?.[0];
  const cls: PyClass = {
    kind: 'class',
    name,
    qualname: name,
    module: options.module ?? 'builtins',
    bases: options.bases ?? [],
    mro: [],
    unknownBase: null,
    namespace: new Map(Object.entries(options.members ?? {})),
    metaclass: null,
    place: null,
    layout: options.layout ?? base?.layout ?? 'object',
    construct: options.construct ?? base?.construct,
    saved: 0,
    taint: null,
  };
  cls.mro = [cls, ...(base?.mro ?? [])];
  return cls;
}

/**
 * A module the engine describes itself instead of reading its source.
 * Either part may be absent; `source` (our own Python, interpreted once) sees the names of `members` as globals.
 */
export interface ModelledModule {
  readonly name: string;
  readonly isPackage?: boolean;
  readonly members?: () => Readonly<Record<string, Value>>;
  readonly source?: string;
  /**
   * Names that exist in the real module but are not described are unknown with this package named (default), or absent
   * (`complete: true`: `hasattr` is then false and `from m import x` raises ImportError).
   */
  readonly complete?: boolean;
  /** Only used when no source of that name is found. */
  readonly fallback?: boolean;
}

/** Modules of the standard library of which everything is about numbers, texts, time, files and the machine. */
const DATA_MODULES = new Set(
  (
    'base64 binascii calendar codecs colorsys configparser csv datetime difflib errno fcntl getpass glob hashlib hmac html ' +
    'ipaddress locale math mimetypes os platform resource shlex shutil signal socket statistics struct ' +
    'subprocess tempfile termios time timeit unicodedata urllib uuid zlib'
  ).split(' '),
);

/** Whether whatever the functions of a module give is plain data. */
export function isDataModule(module: string): boolean {
  return DATA_MODULES.has(module.split('.')[0] ?? '') || /^torch\.distributions(\.|$)/.test(module);
}

/** Why a name of a modelled module can't be told. */
export function notModelled(module: string, name: string): Unknown {
  const data = isDataModule(module);
  return {
    kind: 'unknown',
    reason: `${module}.${name} is not described by the analyser`,
    place: null,
    ...(data ? { data } : {}),
  };
}
