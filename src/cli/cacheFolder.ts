/**
 * The folder of the user's caches where runs of the command line leave what the next one needn't make again. Never in a workspace;
 * without a folder that can be written everything works, only slower.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { attempt } from '../server/attempt.js';

/** Where programs keep what they can make again; `null` when the system has no such place or the user wants none. */
export function cacheFolder(name: string): string | null {
  const { env, platform } = process;
  if (env.ARCHITECT_CODE_CACHE === 'off') return null;
  const base =
    platform === 'win32'
      ? env.LOCALAPPDATA
      : platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : (env.XDG_CACHE_HOME ?? join(homedir(), '.cache'));
  return base ? join(base, 'model-architect', name) : null;
}

/** Names a bundle as it was built: another build has another stamp. */
export function stampOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${Math.round(mtimeMs).toString(36)}-${size.toString(36)}`;
}

/** Replaces the file as a whole, so that nobody reads half of it. */
export function replaceFile(file: string, data: Uint8Array | string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, data);
  renameSync(draft, file);
}

/** Removes all but the newest `kept` entries of a folder whose names begin so. */
export function keepNewest(folder: string, prefix: string, kept: number): void {
  const age = (path: string): number => attempt(() => statSync(path).mtimeMs) ?? 0;
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(folder, name))
    .sort((a, b) => age(b) - age(a))
    .slice(kept)
    .forEach((path) => rmSync(path, { recursive: true, force: true }));
}
