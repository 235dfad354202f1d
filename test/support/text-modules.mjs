// Lets Node import `.py` (and other text) files as strings, as the bundler does. Used through `node --import`.
import { readFileSync } from 'node:fs';
import Module, { register } from 'node:module';

const EXTENSIONS = ['.py', '.md', '.svg'];

/** @type {Record<string, (module: { exports: unknown }, filename: string) => void>} */
// @ts-expect-error: Node has it and tools rely on it, but the types leave it out
const handlers = Module._extensions;
for (const extension of EXTENSIONS) {
  handlers[extension] = (module, filename) => {
    module.exports = { __esModule: true, default: readFileSync(filename, 'utf8') };
  };
}

register('./text-loader.mjs', import.meta.url);
