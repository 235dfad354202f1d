/**
 * Runs a bundle with what V8 made of it the last time: compiling the engine takes longer than most analyses. The compiled form lies
 * in the user's cache folder, never in a workspace; without a folder that can be written everything works, only slower.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Compiled forms of one bundle that are kept: for other releases of Node and of this program. */
const KEPT = 4;

/** Where programs keep what they can make again; `null` when the system has no such place. */
function cacheFolder(): string | null {
  const { env, platform } = process;
  if (env.ARCHITECT_CODE_CACHE === 'off') return null;
  const base =
    platform === 'win32'
      ? env.LOCALAPPDATA
      : platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : (env.XDG_CACHE_HOME ?? join(homedir(), '.cache'));
  return base ? join(base, 'model-architect', 'code') : null;
}

/** What can't be read or written is done without. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** Replaces the file as a whole, so that nobody reads half of it, and removes the oldest of its kind. */
function store(file: string, kind: string, data: Uint8Array): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, data);
  renameSync(draft, file);
  const age = (path: string): number => attempt(() => statSync(path).mtimeMs) ?? 0;
  readdirSync(folder)
    .filter((name) => name.startsWith(`${kind}-`))
    .map((name) => join(folder, name))
    .sort((a, b) => age(b) - age(a))
    .slice(KEPT)
    .forEach((path) => rmSync(path, { force: true }));
}

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  file: string,
  folder: string,
) => void;

/**
 * Runs a CommonJS file as `require` would, once.
 * @returns keeps what is compiled by then for the next time; does nothing when it came from there
 */
export function runCached(file: string): () => void {
  const source = readFileSync(file, 'utf8').replace(/^#!.*/, '');
  const folder = cacheFolder();
  const kind = basename(file, '.js');
  const { mtimeMs, size } = statSync(file);
  const key = [kind, process.version, process.arch, Math.round(mtimeMs).toString(36), size.toString(36)].join('-');
  const cacheFile = folder === null ? null : join(folder, `${key}.bin`);
  const cachedData = cacheFile === null ? undefined : attempt(() => readFileSync(cacheFile));
  const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, {
    filename: file,
    cachedData,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapper;
  run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
  return () => {
    if (cacheFile === null || (cachedData && !script.cachedDataRejected)) return;
    attempt(() => store(cacheFile, kind, script.createCachedData()));
  };
}
