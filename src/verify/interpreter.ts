/** Finds the user's Python by looking at files only: nothing is run before the user has agreed to it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

export interface Interpreter {
  /** The program, as it is started. */
  readonly path: string;
  /** Where it was found, for people: `the setting architect.verify.python`. */
  readonly from: string;
}

export interface InterpreterSources {
  /** What the user says: a path, `~` and paths relative to the first folder included; the only one looked at if it isn't empty. */
  readonly setting?: string;
  /** Where that was said, for people. */
  readonly settingName?: string;
  /** What the Python extension has selected. */
  readonly selected?: string;
  /** The workspace folders. */
  readonly folders: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
}

export type FoundInterpreter = Interpreter | { readonly problem: string };

/** The first Python that seems to have PyTorch, else the first one there is. */
export function findInterpreter(sources: InterpreterSources): FoundInterpreter {
  const { setting = '', settingName = 'the setting architect.verify.python', folders, env } = sources;
  if (setting.trim() !== '') {
    const path = expanded(setting.trim(), folders, env);
    return isFile(path) || !/[\\/]/.test(setting)
      ? { path: /[\\/]/.test(setting) ? path : setting.trim(), from: settingName }
      : { problem: `There is no Python at ${path}: see ${settingName}.` };
  }
  const found = candidates(sources).filter(({ path }) => isFile(path));
  const best = found.find(({ path }) => seemsToHaveTorch(path, env)) ?? found[0];
  return (
    best ?? {
      problem:
        'No Python was found. Select one in the Python extension, or name one in the setting architect.verify.python.',
    }
  );
}

function candidates({ selected, folders, env, platform = process.platform }: InterpreterSources): Interpreter[] {
  const inEnvironment = platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const names = platform === 'win32' ? ['python.exe', 'py.exe'] : ['python3', 'python'];
  const active = env['VIRTUAL_ENV'] ?? env['CONDA_PREFIX'];
  return [
    ...(selected === undefined ? [] : [{ path: selected, from: 'the Python extension' }]),
    ...(active === undefined ? [] : [{ path: join(active, ...inEnvironment), from: 'the active environment' }]),
    ...folders.flatMap((folder) =>
      ['.venv', 'venv', 'env'].map((name) => ({ path: join(folder, name, ...inEnvironment), from: `${name} here` })),
    ),
    ...(env['PATH'] ?? '')
      .split(delimiter)
      .filter((folder) => isAbsolute(folder))
      .flatMap((folder) => names.map((name) => ({ path: join(folder, name), from: 'the PATH' }))),
  ];
}

function expanded(path: string, folders: readonly string[], env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] ?? homedir();
  const [first = '.'] = folders;
  return resolve(first, path.replace(/^~(?=[\\/])/, home).replaceAll('${workspaceFolder}', first));
}

/** Whether one of its folders of packages has PyTorch: a hint, since only Python knows all of them. */
function seemsToHaveTorch(python: string, env: NodeJS.ProcessEnv): boolean {
  const prefix = dirname(dirname(python));
  const home = env['HOME'] ?? homedir();
  const libraries = [prefix, join(prefix, 'local'), join(home, '.local')].flatMap((base) =>
    ['lib', 'lib64'].flatMap((lib) => versionsIn(join(base, lib))),
  );
  const folders = [
    join(prefix, 'Lib', 'site-packages'),
    join(prefix, 'lib', 'python3', 'dist-packages'),
    ...libraries.flatMap((library) => [join(library, 'site-packages'), join(library, 'dist-packages')]),
  ];
  return folders.some((folder) => existsSync(join(folder, 'torch', '__init__.py')));
}

function versionsIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^python3\.\d+$/.test(name))
    .map((name) => join(folder, name));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
