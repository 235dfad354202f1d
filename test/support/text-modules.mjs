// Lets Node import `.py` (and other text) files as strings, as the bundler does. Used through `node --import`.
import { readFileSync } from 'node:fs';
import Module, { register } from 'node:module';

const EXTENSIONS = ['.py', '.md', '.svg'];

for (const extension of EXTENSIONS) {
  Module._extensions[extension] = (module, filename) => {
    module.exports = { __esModule: true, default: readFileSync(filename, 'utf8') };
  };
}

register('./text-loader.mjs', import.meta.url);
