/** Runs a bundle with what V8 made of it the last time: compiling the engine takes longer than most analyses. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { attempt } from '../server/attempt.js';
import { cacheFolder, keepNewest, replaceFile, stampOf } from './cacheFolder.js';

/** Compiled forms of one bundle that are kept: for other releases of Node and of this program. */
const KEPT = 4;

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
  const folder = cacheFolder('code');
  const kind = basename(file, '.js');
  const key = [kind, process.version, process.arch, stampOf(file)].join('-');
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
    attempt(() => {
      replaceFile(cacheFile, script.createCachedData());
      keepNewest(dirname(cacheFile), `${kind}-`, KEPT);
    });
  };
}
