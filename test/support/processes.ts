import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Groups that must not outlive this process, by the id of their leader. */
const groups = new Set<number>();

function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    // ESRCH: nobody is left. EPERM (macOS): only processes that are ending are left.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH' || (error as NodeJS.ErrnoException).code === 'EPERM')
      return false;
    throw error;
  }
}

/**
 * Puts a process that was spawned with `detached: true` under watch: its whole group ends when this process does.
 * @returns the group's id
 */
export function adoptGroup(child: ChildProcess): number {
  const leader = child.pid;
  if (leader === undefined) throw new Error(`${child.spawnfile} could not be started`);
  if (groups.size === 0) {
    process.once('exit', killAllGroups);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, endBySignal);
  }
  groups.add(leader);
  return leader;
}

function killAllGroups(): void {
  for (const leader of groups) signalGroup(leader, 'SIGKILL');
}

function endBySignal(signal: NodeJS.Signals): void {
  killAllGroups();
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

/** Ends a process group: first politely, after `patience` milliseconds by force. Resolves when nobody is left. */
export async function stopGroup(leader: number, patience = 3000): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!signalGroup(leader, signal)) break;
    const until = Date.now() + patience;
    while (signalGroup(leader, 0) && Date.now() < until) await delay(30);
    if (!signalGroup(leader, 0)) break;
  }
  if (signalGroup(leader, 0)) throw new Error(`Processes of group ${leader} would not end.`);
  groups.delete(leader);
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the whole process group is ended. */
  timeout?: number;
  /** Passes the output through instead of collecting it. */
  inherit?: boolean;
}

export interface RunResult {
  code: number | null;
  /** Standard output and error in the order they came; empty with `inherit`. */
  output: string;
  timedOut: boolean;
}

/** Runs a command to its end in a process group of its own, without standard input. Never rejects because it failed. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: process.platform !== 'win32',
    stdio: ['ignore', options.inherit ? 'inherit' : 'pipe', options.inherit ? 'inherit' : 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  ended.catch(() => undefined); // awaited below; a failed spawn must not surface before that
  if (child.pid === undefined) {
    await ended;
    throw new Error(`${command} could not be started`);
  }
  const leader = adoptGroup(child);
  let timedOut = false;
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          signalGroup(leader, 'SIGKILL');
        }, options.timeout);
  const code = await ended;
  clearTimeout(timer);
  await stopGroup(leader);
  return { code, output, timedOut };
}

/** Runs a command and throws an `Error` with its output unless it ends with 0. */
export async function mustRun(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { code, output, timedOut } = await run(command, args, options);
  if (code === 0) return output;
  const how = timedOut ? `did not end within ${options.timeout} ms` : `ended with code ${code}`;
  throw new Error(`${command} ${args.join(' ')} ${how}:\n${output.slice(-4000)}`);
}
