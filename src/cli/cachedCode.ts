/** Runs a bundle with what V8 made of it the last time: compiling the engine takes longer than most analyses. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { attempt } from '../server/attempt.js';
import { cacheFolder, keepNewest, replaceFile, stampOf } from './cacheFolder.js';

/** Compiled forms of one bundle that are kept: for other releases of Node and of this program. */
const KEPT = 4;

/** Bytes before the compiled form: a digest of it, padded to what V8 wants its data to be aligned to. */
const HEAD = 8;

/** V8 believes what it gets, and ends the whole process over a byte that a disk lost. */
function digestOf(compiled: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = compiled;
  const words = new Int32Array(buffer, byteOffset, byteLength >> 2);
  let digest = byteLength;
  for (let i = 0; i < words.length; i++) digest = Math.imul(digest ^ (words[i] ?? 0), 2654435761) ^ (digest >>> 15);
  return digest | 0;
}

/** The compiled form in a file, if it is there as it was written. */
function readCompiled(file: string): Buffer | undefined {
  const bytes = attempt(() => readFileSync(file));
  if (!bytes || bytes.length <= HEAD) return undefined;
  const compiled = bytes.subarray(HEAD);
  return digestOf(compiled) === bytes.readInt32LE(0) ? compiled : undefined;
}

function writeCompiled(file: string, compiled: Buffer): void {
  const head = Buffer.alloc(HEAD);
  head.writeInt32LE(digestOf(compiled), 0);
  replaceFile(file, Buffer.concat([head, compiled]));
}

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  file: string,
  folder: string,
) => void;

/**
 * Runs a CommonJS file as `require` would, once. When the process or thread ends, what is compiled by then is kept for the next time,
 * unless it came from there.
 * @returns what the file exports
 */
export function runCached(file: string): object {
  const source = readFileSync(file, 'utf8').replace(/^#!.*/, '');
  const folder = cacheFolder('code');
  const kind = basename(file, '.js');
  const key = [kind, process.version, process.arch, stampOf(file)].join('-');
  const cacheFile = folder === null ? null : join(folder, `${key}.bin`);
  const cachedData = cacheFile === null ? undefined : readCompiled(cacheFile);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, {
    filename: file,
    cachedData,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as Wrapper;
  run.call(module.exports, module.exports, createRequire(file), module, file, dirname(file));
  if (cacheFile !== null && (!cachedData || script.cachedDataRejected))
    process.once('exit', () =>
      attempt(() => {
        writeCompiled(cacheFile, script.createCachedData());
        keepNewest(dirname(cacheFile), `${kind}-`, KEPT);
      }),
    );
  return module.exports;
}
