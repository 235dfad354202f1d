// Makes the VSIX that people install and that every editor test runs: `node scripts/package.mjs` → .cache/model-architect.vsix.
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where the package lands, ignored by git. */
export const VSIX = join(root, '.cache', 'model-architect.vsix');

/** One package serves six platforms and must still download quickly. */
const MAX_BYTES = 12 * 1024 * 1024;

/** Builds for production and packs. Throws an `Error` if packing fails or the package is too big. */
export function packageExtension() {
  mkdirSync(dirname(VSIX), { recursive: true });
  const require = createRequire(import.meta.url);
  const vsce = join(dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');
  // vsce runs the script `vscode:prepublish`, which is the production build.
  const options = ['--out', VSIX, '--allow-missing-repository', '--no-rewrite-relative-links'];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [vsce, 'package', ...options], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`vsce package failed:\n${stdout}\n${stderr}`);
  const { size } = statSync(VSIX);
  if (size > MAX_BYTES) throw new Error(`The VSIX has ${size} bytes, more than ${MAX_BYTES}. See .vscodeignore.`);
  console.log(`package: model-architect.vsix has ${(size / 1024 / 1024).toFixed(1)} MB`);
  return VSIX;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(packageExtension());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
