// The Python that tests and conformance truth are made with: a virtual environment with PyTorch
// in .cache/venv. Running this file prints the paths; `ensurePythonEnv()` returns them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the environment holds. Changing this list makes the next run build it anew. */
const REQUIREMENTS = ['torch==2.13.0', 'numpy'];
const MARKER = `model-architect python environment 1: ${REQUIREMENTS.join(' ')}\n`;

/**
 * Runs a command with its output shown and throws an `Error` naming it if it fails.
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw new Error(`Could not start ${command}: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${status}.`);
}

/** The first Python 3 on the path that can make virtual environments. */
function findPython() {
  const candidates = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
  for (const name of candidates) {
    const { status } = spawnSync(name, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
    if (status === 0) return name;
  }
  throw new Error('No Python 3.10 or newer with the venv module was found on the PATH.');
}

/**
 * Makes the environment if it is missing or out of date; otherwise returns at once.
 * @returns {{ venv: string, python: string, sitePackages: string }} absolute paths
 */
export function ensurePythonEnv() {
  const venv = join(root, '.cache', 'venv');
  const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  const marker = join(venv, 'model-architect.txt');
  if (!existsSync(marker) || readFileSync(marker, 'utf8').split('\t')[0] !== MARKER) {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(dirname(venv), { recursive: true });
    run(findPython(), ['-m', 'venv', venv]);
    run(python, ['-m', 'pip', 'install', '--quiet', ...REQUIREMENTS]);
    const probe = spawnSync(python, ['-c', 'import torch, sysconfig; print(sysconfig.get_paths()["purelib"])']);
    if (probe.status !== 0) throw new Error(`PyTorch does not import in ${venv}:\n${probe.stderr}`);
    writeFileSync(marker, `${MARKER}\t${probe.stdout.toString().trim()}`);
  }
  return { venv, python, sitePackages: readFileSync(marker, 'utf8').split('\t')[1] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(ensurePythonEnv(), null, 2));
}
