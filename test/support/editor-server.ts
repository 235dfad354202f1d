import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Editor } from './editor-install.js';
import { freePort } from './ports.js';
import { adoptGroup, stopGroup } from './processes.js';

const GUARD = fileURLToPath(new URL('./guard.mjs', import.meta.url));

export interface ServerOptions {
  /** Extensions to serve: a folder made by {@link installVsix}. */
  extensions: string;
  /** User settings of this run. */
  settings?: Record<string, unknown>;
  /** Asks people whether they trust the workspace, as VS Code does. Off: everything is trusted. */
  workspaceTrust?: boolean;
  /** Needed to run mocha in the extension host; hides notifications, so off for tests of what people see. */
  smokeTestDriver?: boolean;
}

export interface EditorServer {
  port: number;
  /** User data, logs, and home of this run; removed by `stop`. */
  data: string;
  /** The server's own output so far. */
  log(): string;
  /** Ends the server with all its processes and removes its data. */
  stop(): Promise<void>;
}

/** Folders and variables that keep a run from touching the user's own. */
export function isolatedEnvironment(data: string): NodeJS.ProcessEnv {
  const home = join(data, 'home');
  const temporary = join(data, 'tmp');
  mkdirSync(home, { recursive: true });
  mkdirSync(temporary, { recursive: true });
  return { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: home, TMPDIR: temporary, XDG_RUNTIME_DIR: temporary };
}

/** Starts a fresh VS Code server on a free port and resolves when it answers. */
export async function startEditorServer(editor: Editor, options: ServerOptions): Promise<EditorServer> {
  const data = await mkdtemp(join(tmpdir(), 'model-architect-editor-'));
  const user = join(data, 'user');
  mkdirSync(join(user, 'User'), { recursive: true });
  await writeFile(join(user, 'User', 'settings.json'), JSON.stringify(options.settings ?? {}));
  const port = await freePort();
  const logFile = join(data, 'server.log');
  const output = openSync(logFile, 'w');
  const args = [
    ...[GUARD, editor.node, editor.server],
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...['--telemetry-level', 'off', '--disable-experiments'],
    ...['--server-data-dir', data, '--user-data-dir', user, '--extensions-dir', options.extensions],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
  ];
  const child = spawn(process.execPath, args, {
    detached: true,
    env: isolatedEnvironment(data),
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  const group = adoptGroup(child);
  const log = (): string => readFileSync(logFile, 'utf8');
  const stop = async (): Promise<void> => {
    await stopGroup(group);
    await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    if (ended || Date.now() > deadline) {
      const text = log().slice(-3000);
      await stop();
      throw new Error(`The editor's server ${ended ? 'ended' : 'did not answer within 60 s'}:\n${text}`);
    }
    await delay(50);
  }
  return { port, data, log, stop };
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/version`, { signal: AbortSignal.timeout(1000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // not listening yet
  }
}
