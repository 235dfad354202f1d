// What `npm start` does once the project's dependencies are there.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { installEditor, type Editor } from '../test/support/editor-install.js';
import { GUARD } from '../test/support/editor-server.js';
import { npmEnvironment } from '../test/support/npm.js';
import { CACHE, ROOT } from '../test/support/paths.js';
import { freePort } from '../test/support/ports.js';
import { adoptGroup, mustRun, stopGroup } from '../test/support/processes.js';
import { installVsix } from '../test/support/vsix.js';

const SAMPLE = join(ROOT, 'samples', 'text-classifier');
/** Everything of this editor: settings, extensions, the copy of the sample. */
const HOME = join(CACHE, 'start');
const DEFAULT_PORT = 8421;

/** Copies the sample, so that trying things out leaves the project alone; keeps what was changed last time. */
async function prepareWorkspace(fresh: boolean): Promise<string> {
  const workspace = join(HOME, 'text-classifier');
  // With what the editor remembers of it: unsaved text and pending changes would come back over the fresh copy.
  const remembered = ['Backups', 'History', 'workspaceStorage'].map((name) => join(HOME, 'user', 'User', name));
  if (fresh) for (const path of [workspace, ...remembered]) await rm(path, { recursive: true, force: true });
  if (!existsSync(workspace)) await cp(SAMPLE, workspace, { recursive: true });
  else if (await differs(SAMPLE, workspace)) {
    console.log('The workspace still has your changes from last time; `npm start -- --fresh` starts over.');
  }
  return workspace;
}

async function differs(sample: string, copy: string): Promise<boolean> {
  for (const entry of await readdir(sample, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const original = join(entry.parentPath, entry.name);
    const other = copy + original.slice(sample.length);
    if (!existsSync(other) || !(await readFile(original)).equals(await readFile(other))) return true;
  }
  return false;
}

/** Starts code-server as people use it and resolves with its process group when it answers. */
async function startForPeople(editor: Editor, port: number): Promise<{ group: number; ended: Promise<unknown> }> {
  const extensions = join(HOME, 'extensions');
  await rm(extensions, { recursive: true, force: true });
  await cp(await installVsix(editor), extensions, { recursive: true });
  const settings = join(HOME, 'user', 'User', 'settings.json');
  if (!existsSync(settings)) {
    await mkdir(join(HOME, 'user', 'User'), { recursive: true });
    // As on a desktop; in a browser VS Code saves by itself.
    const asOnDesktop = { 'workbench.startupEditor': 'none', 'files.autoSave': 'off' };
    await writeFile(settings, `${JSON.stringify(asOnDesktop, null, 2)}\n`);
  }
  const args = [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--config', join(HOME, 'code-server.yaml')],
    ...[
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
    ...['--user-data-dir', join(HOME, 'user'), '--extensions-dir', extensions],
  ];
  const child = spawn(process.execPath, [GUARD, editor.node, editor.entry, ...args], {
    detached: true,
    env: npmEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4000)));
  }
  const group = adoptGroup(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stopGroup(group);
      throw new Error(`The editor did not start:\n${output}`);
    }
    await delay(100);
  }
  return { group, ended };
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

/** Opens the address where a person at a desktop started us. */
function openBrowser(address: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const desktop = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!process.stdout.isTTY || process.env['CI'] || !desktop) return;
  const child = spawn(opener, [address], { detached: true, stdio: 'ignore' });
  child.once('error', () => console.log(`Open the address in your browser: ${opener} is not installed.`));
  child.unref();
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' }, fresh: { type: 'boolean', default: false } } });
  const wanted = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65535) throw new Error(`--port ${values.port} is no port.`);
  const say = (text: string): void => console.log(text);
  say('packing the extension');
  await mustRun(process.execPath, [join(ROOT, 'scripts', 'package.mjs')], { cwd: ROOT, timeout: 300_000 });
  const editor = await installEditor(say);
  const workspace = await prepareWorkspace(values.fresh);
  const port = await freePort(wanted);
  if (port !== wanted) say(`Port ${wanted} is taken, so another one is used.`);
  const { group, ended } = await startForPeople(editor, port);
  const address = `http://127.0.0.1:${port}/?folder=${encodeURI(workspace)}`;
  say(`\nVS Code with Model Architect: ${address}\nOpen model.py, or ask @architect in the chat. Ctrl-C stops it.`);
  openBrowser(address);
  await ended;
  await stopGroup(group);
  throw new Error('The editor ended by itself.');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
