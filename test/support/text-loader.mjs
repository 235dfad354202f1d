// Loader hook of text-modules.mjs: runs on Node's loader thread.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const TEXT = /\.(py|md|svg)(\?.*)?$/;

/**
 * Serves text files as modules whose default export is their content.
 * @type {import('node:module').LoadHook}
 */
export const load = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !TEXT.test(url)) return nextLoad(url, context);
  const source = await readFile(fileURLToPath(url.replace(/\?.*$/, '')), 'utf8');
  return { format: 'module', source: `export default ${JSON.stringify(source)};`, shortCircuit: true };
};
