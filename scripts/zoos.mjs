// Installs the packages that the conformance test analyses into .cache/zoos, without their dependencies:
// their source is read, and imported only when the truth is measured. The list is test/conformance/zoos.json.
//
//   node scripts/zoos.mjs               install what is missing
//   node scripts/zoos.mjs torchvision   install only the packages named
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePythonEnv } from './python-env.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, '.cache', 'zoos');
const list = join(root, 'test', 'conformance', 'zoos.json');

/**
 * Installs the pinned packages that are not there yet.
 * @param {string[]} [only] package names; all of them by default
 * @returns {string} the folder with the packages' sources
 */
export function ensureZoos(only) {
  const pinned = JSON.parse(readFileSync(list, 'utf8')).packages;
  for (const name of only ?? []) {
    if (!(name in pinned)) throw new Error(`${name} is not in test/conformance/zoos.json.`);
  }
  const markers = join(folder, '.installed');
  mkdirSync(markers, { recursive: true });
  const wanted = Object.entries(pinned)
    .filter(([name]) => !only || only.includes(name))
    .map(([name, version]) => ({ requirement: `${name}==${version}`, marker: join(markers, `${name}-${version}`) }))
    .filter(({ marker }) => !existsSync(marker));
  if (wanted.length === 0) return folder;

  const { python } = ensurePythonEnv();
  const failed = [];
  for (const { requirement, marker } of wanted) {
    const args = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--no-compile',
      '--upgrade',
      '--target',
      folder,
      requirement,
    ];
    const { status, stderr } = spawnSync(python, args, { stdio: ['ignore', 'inherit', 'pipe'] });
    if (status === 0) writeFileSync(marker, '');
    else failed.push(`${requirement}\n${stderr.toString().trim().split('\n').slice(-5).join('\n')}`);
  }
  // Compiled libraries were built for other versions of PyTorch: without them the packages fall back to plain Python.
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (/\.(so|so\.\d+|pyd|dylib|dll)$/.test(path)) rmSync(join(folder, path), { force: true });
  }
  if (failed.length > 0)
    throw new Error(`${failed.length} of ${wanted.length} packages could not be installed:\n\n${failed.join('\n\n')}`);
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2);
  console.log(ensureZoos(only.length > 0 ? only : undefined));
}
