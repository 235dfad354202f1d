/** `os`, `os.path`, `pathlib`, `sys`: pure text work. Nothing of the machine the analysis runs on shows through. */
import { asData, asString, firstUnknown, isUnknown } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import { objectClass } from '../builtins/classes.js';
import { identityOf } from '../hash.js';
import { getFrame } from './frames.js';
import { namedtuple } from './namedTuple.js';
import type { PyBuiltin, PyClass, Unknown, Value } from '../value.js';
import globSource from './glob.py';
import osSource from './os.py';
import pathlibSource from './pathlib.py';
import pkgutilSource from './pkgutil.py';
import posixpathSource from './posixpath.py';
import { loadedModules } from './runtime.js';
import { silent, unknownFunction } from './tools.js';

/** What only the machine knows. */
const environment = defineFunction('_environment(what)', ({ what }, context) =>
  asData(context.unknown(`${asString(what) ?? 'this'} is only known at run time`)),
);
const onDisk = defineFunction('_on_disk(what)', ({ what }, context) =>
  asData(context.unknown(`${asString(what) ?? 'this'} is only known at run time`)),
);
const workingFolder = defineFunction('_working_folder()', (_args, context) =>
  asData(context.unknown('the working folder is only known at run time')),
);

const texts = new Map<string, object>();
/** A number for a text, the same for the same text. */
const textHash = defineFunction('_text_hash(text)', ({ text }) => {
  const key = asString(text) ?? '';
  let object = texts.get(key);
  if (!object) texts.set(key, (object = {}));
  return identityOf(object);
});

const disk = (module: string, names: string): Record<string, Value> =>
  Object.fromEntries(
    names
      .split(' ')
      .map((name) => [
        name,
        unknownFunction(`${module}.${name}`, `what ${module}.${name} gives is only known at run time`, true),
      ]),
  );

const textOfPath = (path: Value | undefined, context: Context): string | Unknown =>
  asString(path) ??
  firstUnknown(path) ??
  asString(context.callMethod(path as Value, '__fspath__')) ??
  asData(context.unknown('this path is not known'));

/** A question about the disk: what the project holds is known, the rest only at run time. */
const onProject = (name: string, answer: (kind: 'file' | 'folder') => Value): PyBuiltin =>
  defineFunction(`${name}(path)`, ({ path }, context) => {
    const text = textOfPath(path, context);
    if (isUnknown(text)) return text;
    const kind = context.fileKind(text);
    return kind === null ? asData(context.unknown(`whether '${text}' exists is only known at run time`)) : answer(kind);
  });

const projectFiles: Readonly<Record<string, Value>> = {
  exists: onProject('exists', () => true),
  lexists: onProject('lexists', () => true),
  isfile: onProject('isfile', (kind) => kind === 'file'),
  isdir: onProject('isdir', (kind) => kind === 'folder'),
};

const listdir = defineFunction("listdir(path='.')", ({ path }, context) => {
  const text = textOfPath(path, context);
  if (isUnknown(text)) return text;
  const names = context.folderNames(text);
  return names ? context.list([...names]) : asData(context.unknown(`what is in '${text}' is only known at run time`));
});

/** What the project holds, as yes or no: for code that says by itself what becomes of what is not there. */
const projectFolders: Readonly<Record<string, Value>> = {
  _is_folder: defineFunction('_is_folder(path)', ({ path }, context) => {
    const text = textOfPath(path, context);
    return typeof text === 'string' && context.folderNames(text) !== undefined;
  }),
  _is_known: defineFunction('_is_known(path)', ({ path }, context) => {
    const text = textOfPath(path, context);
    return typeof text === 'string' && context.fileKind(text) !== null;
  }),
  _folder_names: listdir,
};

const readText = defineFunction('_read_text(path)', ({ path }, context) => {
  const text = asString(path) ?? '';
  const contents = context.readFile(text);
  return contents === undefined ? asData(context.unknown(`the contents of the file '${text}' are not read`)) : contents;
});

/** An output stream: writing to it does nothing. */
const streamClass: PyClass = defineClass('TextIOWrapper', {
  module: 'io',
  bases: [objectClass],
  members: {
    write: silent('write', 0),
    flush: silent('flush'),
    isatty: silent('isatty', false),
    close: silent('close'),
    fileno: silent('fileno', 1),
    encoding: 'utf-8',
  },
});
const stream = (): Value => ({
  kind: 'instance',
  cls: streamClass,
  attrs: new Map(),
  place: null,
  saved: 0,
  taint: null,
});

function sysMembers(): Record<string, Value> {
  const list = (items: Value[]): Value => ({ kind: 'list', items, cls: null, attrs: null, saved: 0, taint: null });
  return {
    argv: list(['main.py']),
    _search: defineFunction('_search(path, /)', ({ path }, context) => {
      const text = textOfPath(path, context);
      if (typeof text === 'string') context.addSearchFolder(text);
      return null;
    }),
    platform: 'linux',
    maxsize: Number.MAX_SAFE_INTEGER,
    byteorder: 'little',
    version: '3.11.0',
    hexversion: 0x030b00f0,
    executable: '/usr/bin/python3',
    prefix: '/usr',
    stdout: stream(),
    stderr: stream(),
    stdin: { kind: 'unknown', reason: 'what the user types is not known', place: null },
    flags: { kind: 'unknown', reason: 'the flags of the interpreter are only known at run time', place: null },
    modules: loadedModules(),
    exit: defineFunction('exit(status=None, /)', ({ status }, context) =>
      context.raiseValue(context.call(context.builtinClass('SystemExit'), [status as Value])),
    ),
    getsizeof: unknownFunction('getsizeof', 'the size of an object in memory depends on the run'),
    getrecursionlimit: silent('getrecursionlimit', 1000),
    setrecursionlimit: silent('setrecursionlimit'),
    exc_info: unknownFunction('exc_info', 'the exception being handled is not kept'),
    getrefcount: unknownFunction('getrefcount', 'reference counts depend on the run'),
    intern: defineFunction('intern(string, /)', ({ string }) => string as Value),
    _getframe: getFrame,
    settrace: silent('settrace'),
    is_finalizing: silent('is_finalizing', false),
    getdefaultencoding: silent('getdefaultencoding', 'utf-8'),
    getfilesystemencoding: silent('getfilesystemencoding', 'utf-8'),
    _make_version: namedtuple,
  };
}

const sysSource = `
class _SearchPath(list):
    def append(self, folder, /):
        _search(folder)

    def insert(self, index, folder, /):
        _search(folder)

    def extend(self, folders, /):
        for folder in folders:
            _search(folder)

    def __iadd__(self, folders):
        self.extend(folders)
        return self

    def remove(self, folder, /):
        pass


path = _SearchPath()
version_info = _make_version("version_info", "major minor micro releaselevel serial")(3, 11, 0, "final", 0)
implementation = _make_version("implementation", "name version cache_tag")("cpython", version_info, "cpython-311")
float_info = _make_version("float_info", "max min epsilon dig mant_dig max_exp min_exp radix")(
    1.7976931348623157e308, 2.2250738585072014e-308, 2.220446049250313e-16, 15, 53, 1024, -1021, 2
)
maxsize = 9223372036854775807
`;

export const osModules: readonly ModelledModule[] = [
  {
    name: 'os.path',
    source: posixpathSource,
    members: () => ({
      ...disk('os.path', 'islink ismount getsize getmtime getatime getctime samefile'),
      ...projectFiles,
      _environment: environment,
      _working_folder: workingFolder,
    }),
  },
  {
    name: 'os',
    isPackage: true,
    source: osSource,
    members: () => ({
      ...disk(
        'os',
        'getcwd getpid getppid stat lstat cpu_count uname getlogin urandom times getloadavg popen access sched_getaffinity readlink get_terminal_size umask kill fork rename replace',
      ),
      listdir,
      ...projectFolders,
      _on_disk: onDisk,
      _environment: environment,
      _assume_unset: defineFunction('_assume_unset(key)', ({ key }, context) => {
        if (!firstUnknown(key)) context.assume(`the environment variable ${String(asString(key))} is not set`);
        return null;
      }),
    }),
  },
  {
    name: 'posixpath',
    source: posixpathSource,
    members: () => ({
      ...projectFiles,
      _environment: environment,
      _working_folder: workingFolder,
    }),
  },
  {
    name: 'pathlib',
    source: pathlibSource,
    members: () => ({
      _on_disk: onDisk,
      _working_folder: workingFolder,
      _text_hash: textHash,
      _read_text: readText,
      _listdir: listdir,
      _exists: projectFiles['exists'] ?? null,
      _is_file: projectFiles['isfile'] ?? null,
      _is_dir: projectFiles['isdir'] ?? null,
    }),
  },
  { name: 'glob', source: globSource, members: () => ({ ...projectFolders, _on_disk: onDisk }) },
  {
    name: 'pkgutil',
    source: pkgutilSource,
    members: () => ({
      ...projectFolders,
      _on_disk: unknownFunction('_on_disk', 'which modules there are is only known at run time'),
    }),
  },
  { name: 'sys', source: sysSource, members: sysMembers },
];
