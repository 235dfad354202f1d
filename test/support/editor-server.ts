import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Editor } from './editor-install.js';
import { isolatedEnvironment } from './isolation.js';
import { TEST_OUTPUT } from './paths.js';
import { freePort } from './ports.js';
import { adoptGroup, stopGroup } from './processes.js';
import { installSpy } from './spy.js';

/** Ends a process group together with whoever started it. */
export const GUARD = fileURLToPath(new URL('./guard.mjs', import.meta.url));

export interface ServerOptions {
  /** Names the logs that are kept in test-output/logs. */
  name: string;
  /** Folders of installed extensions ({@link installVsix}); the server gets a copy to write to. */
  extensions: string;
  /** User settings of this run beside {@link SETTINGS}. */
  settings?: Record<string, unknown>;
  /** Asks people whether they trust the workspace, as VS Code does. Off: everything is trusted. */
  workspaceTrust?: boolean;
  /** Needed to run mocha in the extension host; hides notifications, so off for tests of what people see. */
  smokeTestDriver?: boolean;
  /** Adds the extension by which tests look into the extension host. */
  spy?: boolean;
}

export interface EditorServer {
  port: number;
  /** User data, logs, and home of this run; removed by `stop`, which keeps the logs. */
  data: string;
  /** The temporary folder that the editor and its extensions see. */
  temporary: string;
  /** The server's own output so far. */
  log(): string;
  /** Ends the server with all its processes and removes its data. */
  stop(): Promise<void>;
}

/** What every run starts with: VS Code as it is on a desktop (in a browser it saves by itself), and nothing that depends on the clock. */
const SETTINGS = {
  'files.autoSave': 'off',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'editor.cursorBlinking': 'solid',
  'extensions.ignoreRecommendations': true,
};

/** Starts a fresh VS Code server on a free port and resolves when it answers. */
export async function startEditorServer(editor: Editor, options: ServerOptions): Promise<EditorServer> {
  // A short name: paths of the sockets inside may have 107 characters.
  const data = await mkdtemp(join(tmpdir(), 'ma-'));
  const user = join(data, 'user');
  const extensions = join(data, 'extensions');
  await cp(options.extensions, extensions, { recursive: true });
  if (options.spy) await installSpy(extensions);
  await mkdir(join(user, 'User'), { recursive: true });
  await writeFile(join(user, 'User', 'settings.json'), JSON.stringify({ ...SETTINGS, ...options.settings }));
  const port = await freePort();
  const logFile = join(data, 'server.log');
  const output = openSync(logFile, 'w');
  const args = [
    ...[GUARD, editor.node, editor.server],
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...['--telemetry-level', 'off', '--disable-experiments'],
    ...['--server-data-dir', data, '--user-data-dir', user, '--extensions-dir', extensions],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(options.smokeTestDriver ? ['--enable-smoke-test-driver'] : []),
  ];
  const env = isolatedEnvironment(data);
  const child = spawn(process.execPath, args, {
    detached: true,
    env,
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  const group = adoptGroup(child);
  const log = (): string => readFileSync(logFile, 'utf8');
  const stop = async (): Promise<void> => {
    await stopGroup(group);
    const kept = join(TEST_OUTPUT, 'logs', options.name);
    await rm(kept, { recursive: true, force: true });
    if (existsSync(join(user, 'logs'))) await cp(join(user, 'logs'), kept, { recursive: true });
    await cp(logFile, join(kept, 'server.log'));
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
  return { port, data, temporary: join(data, 'tmp'), log, stop };
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
