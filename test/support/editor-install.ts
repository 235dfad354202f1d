// A real VS Code to test with: code-server carries VS Code's server and web workbench, and npm has it.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patchEditor } from './editor-patches.js';
import { npmInstall } from './npm.js';
import { CACHE } from './paths.js';

const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';
/** Raise when what is done to the installation changes. */
const REVISION = 1;

export interface Editor {
  /** The Node that runs it. */
  node: string;
  /** The folder of VS Code itself. */
  vscode: string;
  /** VS Code's bare server: what tests start. */
  server: string;
  /** code-server's own program: what people open. */
  entry: string;
}

function describe(folder: string): Editor {
  const modules = join(folder, 'node_modules');
  const vscode = join(modules, 'code-server', 'lib', 'vscode');
  return {
    node: ownNode() ?? join(modules, nodePackage(), 'bin', 'node'),
    vscode,
    server: join(vscode, 'out', 'server-main.js'),
    entry: join(modules, 'code-server', 'out', 'node', 'entry.js'),
  };
}

function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

/** The running Node where it can run the editor and npm has no binary for this machine. */
function ownNode(): string | undefined {
  if (process.platform === 'linux' && process.arch === 'x64') return undefined;
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  throw new Error(
    `The editor needs Node 22 or newer on ${process.platform}-${process.arch}; this is ${process.version}.`,
  );
}

/** Installs the editor into the cache, or finds it there. Takes about 20 seconds the first time. */
export async function installEditor(log: (text: string) => void = () => undefined): Promise<Editor> {
  if (process.platform === 'win32') throw new Error('The test editor does not run on Windows; use WSL.');
  const folder = join(CACHE, `editor-${CODE_SERVER}-node-${NODE}-${REVISION}`);
  if (existsSync(folder)) return describe(folder);
  log(`installing VS Code (code-server ${CODE_SERVER}) into .cache, once`);
  // Prepared beside its place and renamed at the end, so that an interrupted or concurrent install never leaves half of one.
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await writeFile(join(draft, 'package.json'), '{ "private": true }\n');
    await npmInstall(draft, [...(ownNode() ? [] : [`${nodePackage()}@${NODE}`]), `code-server@${CODE_SERVER}`]);
    const { vscode } = describe(draft);
    await npmInstall(vscode, ['--omit=dev']);
    await npmInstall(join(vscode, 'extensions'), ['--omit=dev']);
    await patchEditor(vscode);
    await prune(draft, vscode);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return describe(folder);
}

/** Removes what neither people nor tests use here: half of the 800 MB. */
async function prune(folder: string, vscode: string): Promise<void> {
  const unused = [
    join(vscode, 'node_modules', '@github'),
    join(vscode, 'node_modules', '@microsoft', 'mxc-sdk'),
    join(vscode, 'node_modules', '@devcontainers'),
    join(vscode, 'extensions', 'copilot'),
    join(vscode, 'extensions', 'microsoft-authentication'),
    join(folder, 'node_modules', nodePackage(), 'include'),
    join(folder, 'node_modules', nodePackage(), 'share'),
  ];
  for (const binaries of ['@vscode/ripgrep-universal/bin', 'node-pty/prebuilds']) {
    const platforms = join(vscode, 'node_modules', binaries);
    for (const name of await readdir(platforms)) {
      if (name !== `${process.platform}-${process.arch}`) unused.push(join(platforms, name));
    }
  }
  await Promise.all(unused.map((path) => rm(path, { recursive: true, force: true })));
}
