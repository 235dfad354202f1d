/**
 * Modules whose results depend on the run: chance, the clock, threads, the garbage collector. Their functions don't change what
 * they are given, so only the results are unknown.
 */
import { objectClass } from '../builtins/classes.js';
import { exceptionClasses } from '../builtins/exceptions.js';
import type { Context } from '../context.js';
import { moduleSpec, specClass } from '../moduleSpec.js';
import { asString, firstUnknown, isInstance, isUnknown, makeTuple } from '../coerce.js';
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import type { Native, NativeType, PyClass, Unknown, Value } from '../value.js';
import { randomClass, shuffleUnknown } from './random.js';
import { opaqueModule, plainClass, silent, unknownFunction } from './tools.js';

const CHANCE = 'random numbers depend on the run';
const CLOCK = 'the time is only known at run time';

const RANDOM =
  'random randint uniform choice choices sample randrange gauss normalvariate getrandbits betavariate expovariate gammavariate triangular lognormvariate vonmisesvariate paretovariate weibullvariate getstate randbytes';

/** They give what was handed to them. */
const PICKING = new Set(['choice', 'choices', 'sample']);

function randomMembers(): Record<string, Value> {
  const seed = silent('seed');
  const methods = Object.fromEntries(
    RANDOM.split(' ').map((name) => [name, { ...unknownFunction(name, CHANCE, !PICKING.has(name)), isMethod: false }]),
  );
  return {
    ...methods,
    seed,
    shuffle: shuffleUnknown,
    setstate: silent('setstate'),
    Random: randomClass(),
    SystemRandom: unknownFunction('SystemRandom', CHANCE),
  };
}

/** A class whose instances can be entered, locked, started and joined without effect. */
function inert(name: string, module: string, methods: string): PyClass {
  return plainClass(name, module, {
    __init__: {
      kind: 'builtin',
      name: '__init__',
      qualname: `${name}.__init__`,
      isMethod: true,
      pure: true,
      call: () => null,
    },
    __enter__: defineFunction('__enter__(self)', ({ self }) => self as Value),
    __exit__: defineFunction('__exit__(self, *details)', () => false),
    ...Object.fromEntries(
      methods
        .split(' ')
        .filter(Boolean)
        .map((method) => [method, { ...silent(method), isMethod: true }]),
    ),
  });
}

/** `sys.modules`: looking a name up imports it. */
const modulesType: NativeType = {
  name: 'dict',
  cls: () => objectClass,
  getItem: (_self, index, context) => {
    const name = asString(index);
    return name === undefined
      ? (firstUnknown(index) ?? context.raise('TypeError', 'module names are text'))
      : context.importVisible(name);
  },
  setItem: (_self, index, value, context) => {
    const name = asString(index);
    if (name !== undefined) context.replaceModule(name, value);
  },
  contains: (_self, item, context) =>
    firstUnknown(item) ?? context.unknown('the modules loaded at run time are not known'),
  getAttribute: (self, name, context) => {
    if (name === 'get')
      return defineFunction(
        'get(key, default=None)',
        ({ key }) => modulesType.getItem?.(self, key as Value, context) ?? null,
      );
    return name === 'pop' || name === 'setdefault'
      ? unknownFunction(name, 'the modules loaded at run time are not known')
      : undefined;
  },
};
export function loadedModules(): Native {
  return { kind: 'native', type: modulesType, data: null, attrs: null, saved: 0, taint: null };
}

const weakReference: PyClass = defineClass('ReferenceType', {
  module: 'weakref',
  bases: [objectClass],
  members: {
    __init__: defineFunction('__init__(self, object, callback=None, /)', ({ self, object }, context) => {
      if (isInstance(self)) {
        context.heap.touch(self);
        self.attrs.set('_referent', object as Value);
      }
      return null;
    }),
    __call__: defineFunction('__call__(self)', ({ self }) =>
      isInstance(self) ? (self.attrs.get('_referent') ?? null) : null,
    ),
  },
});

const packageNotFound = defineClass('PackageNotFoundError', {
  module: 'importlib.metadata',
  bases: [exceptionClasses.get('ModuleNotFoundError')].filter((cls) => cls !== undefined),
});

const pathText = (path: Value, context: Context): string | Unknown =>
  asString(path) ??
  firstUnknown(path) ??
  asString(context.callMethod(path, '__fspath__')) ??
  context.unknown('where this module lies is not known');

/** What loads a module from its file. The module is run when it is made from its spec. */
const fileLoaderClass = defineClass('SourceFileLoader', {
  module: 'importlib.machinery',
  bases: [objectClass],
  members: {
    exec_module: defineFunction('exec_module(self, module)', () => null),
    create_module: defineFunction('create_module(self, spec)', () => null),
    load_module: defineFunction('load_module(self, fullname=None)', ({ self }, context) =>
      context.importFile(isInstance(self) ? (asString(self.attrs.get('path')) ?? '') : ''),
    ),
  },
});
function fileLoader(name: string, path: string): Value {
  const attrs = new Map<string, Value>([
    ['name', name],
    ['path', path],
  ]);
  return { kind: 'instance', cls: fileLoaderClass, attrs, place: null, saved: 0, taint: null };
}

const importlibModules: readonly ModelledModule[] = [
  {
    name: 'importlib',
    isPackage: true,
    members: () => ({
      import_module: defineFunction('import_module(name, package=None)', ({ name, package: from }, context) => {
        const text = asString(name);
        if (text === undefined)
          return firstUnknown(name) ?? context.raise('TypeError', 'the name of a module must be text');
        const dots = /^\.*/.exec(text)?.[0].length ?? 0;
        if (dots === 0) return context.importVisible(text);
        const base = asString(from);
        if (base === undefined)
          return (
            firstUnknown(from) ??
            context.raise('TypeError', `the 'package' argument is required to perform a relative import for '${text}'`)
          );
        const parts = base.split('.');
        return context.importVisible(
          [...parts.slice(0, parts.length - dots + 1), text.slice(dots)].filter(Boolean).join('.'),
        );
      }),
      reload: defineFunction('reload(module)', ({ module }) => module as Value),
      invalidate_caches: silent('invalidate_caches'),
    }),
  },
  {
    name: 'importlib.util',
    members: () => ({
      find_spec: defineFunction('find_spec(name, package=None)', ({ name }, context) => {
        const text = asString(name);
        if (text === undefined) return firstUnknown(name) ?? null;
        if (context.moduleExists(text)) return moduleSpec(text, null);
        // As for imports that a `try` guards: what is not on the search path is taken as not installed.
        context.assume(`the package '${text.split('.')[0]}' is not installed`);
        return null;
      }),
      spec_from_file_location: defineFunction(
        'spec_from_file_location(name, location=None, *, loader=None, submodule_search_locations=None)',
        ({ name, location }, context) => {
          const path = pathText(location ?? null, context);
          if (isUnknown(path)) return path;
          return moduleSpec(asString(name) ?? '', path, fileLoader(asString(name) ?? '', path));
        },
      ),
      module_from_spec: defineFunction('module_from_spec(spec)', ({ spec }, context) => {
        const origin = isInstance(spec) ? asString(spec.attrs.get('origin')) : undefined;
        if (origin === undefined) return firstUnknown(spec) ?? context.unknown('where this module lies is not known');
        return context.importFile(origin);
      }),
    }),
  },
  {
    name: 'importlib.machinery',
    members: () => ({
      SourceFileLoader: defineFunction('SourceFileLoader(fullname, path)', ({ fullname, path }, context) => {
        const text = pathText(path ?? null, context);
        return isUnknown(text) ? text : fileLoader(asString(fullname) ?? '', text);
      }),
      ModuleSpec: specClass,
      SOURCE_SUFFIXES: makeTuple(['.py']),
    }),
  },
  opaqueModule(
    'importlib.metadata',
    'installed packages are only known at run time',
    'metadata distribution distributions entry_points files requires packages_distributions',
    () => ({
      PackageNotFoundError: packageNotFound,
      version: defineFunction('version(distribution_name)', ({ distribution_name: name }, context) => {
        const text = asString(name);
        if (text === undefined) return firstUnknown(name) ?? context.unknown('the name of a package is not known');
        const known = context.installedVersion(text);
        if (known !== undefined) return known;
        const module_ = text.replaceAll('-', '_');
        if (!context.moduleExists(module_)) {
          context.assume(`the package '${text}' is not installed`);
          return context.raiseValue(context.call(packageNotFound, [text]));
        }
        const module = text === 'torch' ? context.importModule(text) : null;
        const version = module && !isUnknown(module) ? context.getAttribute(module, '__version__') : undefined;
        return asString(version) ?? context.unknown(`the version of '${text}' is only known at run time`);
      }),
    }),
  ),
  opaqueModule(
    'importlib.resources',
    'package data is not read',
    'files path open_text open_binary read_text read_binary contents is_resource as_file',
  ),
];

export const runtimeModules: readonly ModelledModule[] = [
  { name: 'random', members: randomMembers },
  {
    name: 'time',
    members: () => ({
      ...Object.fromEntries(
        'time perf_counter monotonic process_time time_ns perf_counter_ns monotonic_ns localtime gmtime strftime ctime asctime mktime thread_time strptime'
          .split(' ')
          .map((name) => [name, unknownFunction(name, CLOCK, true)]),
      ),
      sleep: silent('sleep'),
    }),
  },
  {
    name: 'gc',
    members: () => ({
      collect: silent('collect', 0),
      enable: silent('enable'),
      disable: silent('disable'),
      freeze: silent('freeze'),
      get_objects: unknownFunction('get_objects', 'live objects are only known at run time'),
      isenabled: silent('isenabled', true),
    }),
  },
  {
    name: 'pprint',
    members: () => ({
      pprint: silent('pprint'),
      pp: silent('pp'),
      pformat: unknownFunction('pformat', 'a pretty printed text is not followed'),
    }),
  },
  {
    name: 'traceback',
    members: () => ({
      ...Object.fromEntries(
        'print_exc print_stack print_exception print_tb'.split(' ').map((name) => [name, silent(name)]),
      ),
      ...Object.fromEntries(
        'format_exc format_stack format_exception extract_stack extract_tb format_tb'
          .split(' ')
          .map((name) => [name, unknownFunction(name, 'stack traces are only known at run time')]),
      ),
    }),
  },
  {
    name: 'atexit',
    members: () => ({
      register: defineFunction('register(func, *args, **kwargs)', ({ func }) => func as Value),
      unregister: silent('unregister'),
    }),
  },
  {
    name: 'weakref',
    members: () => ({
      ref: weakReference,
      ReferenceType: weakReference,
      proxy: defineFunction('proxy(object, callback=None, /)', ({ object }) => object as Value),
      finalize: silent('finalize'),
    }),
    source: 'WeakKeyDictionary = WeakValueDictionary = dict\nWeakSet = set\nWeakMethod = ref\n',
  },
  {
    name: 'threading',
    members: () => ({
      Lock: inert('Lock', 'threading', 'acquire release locked'),
      RLock: inert('RLock', 'threading', 'acquire release'),
      Thread: inert('Thread', 'threading', 'start join run is_alive setDaemon'),
      Event: inert('Event', 'threading', 'set clear wait is_set'),
      Condition: inert('Condition', 'threading', 'acquire release wait notify notify_all'),
      Semaphore: inert('Semaphore', 'threading', 'acquire release'),
      Barrier: inert('Barrier', 'threading', 'wait reset abort'),
      Timer: inert('Timer', 'threading', 'start cancel'),
      local: plainClass('local', 'threading'),
      ...Object.fromEntries(
        'current_thread main_thread get_ident active_count enumerate'
          .split(' ')
          .map((name) => [name, unknownFunction(name, 'threads are only known at run time')]),
      ),
    }),
  },
  {
    name: 'signal',
    members: () => ({
      signal: silent('signal'),
      alarm: silent('alarm', 0),
      SIGINT: 2,
      SIGTERM: 15,
      SIGUSR1: 10,
      SIGUSR2: 12,
      SIGALRM: 14,
      SIG_DFL: 0,
      SIG_IGN: 1,
    }),
  },
  opaqueModule('uuid', 'unique identifiers depend on the run', 'uuid1 uuid4 getnode'),
  opaqueModule('secrets', CHANCE, 'token_hex token_bytes token_urlsafe choice randbelow randbits'),
  opaqueModule(
    'platform',
    'the machine is only known at run time',
    'system machine node platform processor python_version release version uname python_implementation mac_ver architecture',
  ),
  opaqueModule('getpass', 'the user is only known at run time', 'getuser getpass'),
  opaqueModule(
    'shutil',
    'what happens on the disk is only known at run time',
    'copy copy2 copyfile copytree move rmtree disk_usage which make_archive unpack_archive get_terminal_size',
  ),
  opaqueModule(
    'subprocess',
    'what other programs answer is only known at run time',
    'run call check_call check_output Popen getoutput getstatusoutput',
    () => ({ PIPE: -1, STDOUT: -2, DEVNULL: -3 }),
  ),
  opaqueModule('pickle', 'pickled data is not read', 'load loads dumps dump', () => ({
    HIGHEST_PROTOCOL: 5,
    DEFAULT_PROTOCOL: 4,
    dump: silent('dump'),
  })),
  opaqueModule(
    'hashlib',
    'digests are not computed',
    'md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s new file_digest',
  ),
  opaqueModule('csv', 'the contents of files are not read', 'reader writer DictReader DictWriter'),
  opaqueModule(
    'unicodedata',
    'the Unicode tables are not described by the analyser',
    'normalize category name lookup combining east_asian_width',
  ),
  ...importlibModules,
  {
    name: '__future__',
    members: () =>
      Object.fromEntries(
        'annotations division absolute_import print_function unicode_literals generators nested_scopes with_statement generator_stop barry_as_FLUFL'
          .split(' ')
          .map((name) => [name, null]),
      ),
  },
];
