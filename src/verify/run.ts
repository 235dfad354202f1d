/** Runs `verify.py` as a process of its own and reads what it says. Time limit and cancel end it with all that it started. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { VerifyCheck, VerifyError, VerifyEvent, VerifyRequest } from './protocol.js';

export interface RunOptions {
  readonly python: string;
  /** `verify.py`. */
  readonly script: string;
  readonly folder: string;
  readonly request: VerifyRequest;
  /** For the whole run. */
  readonly seconds: number;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  readonly observe?: (check: VerifyCheck) => void;
}

export type RunEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout'; readonly seconds: number }
  /** The program could not be started. */
  | { readonly kind: 'noStart'; readonly message: string }
  /** It ended without a word: a crash of native code, or killed by the system. */
  | { readonly kind: 'crashed'; readonly how: string };

export interface RunResult {
  readonly end: RunEnd;
  readonly versions: { readonly python: string; readonly torch: string } | undefined;
  readonly checks: readonly VerifyCheck[];
  readonly error: VerifyError | undefined;
  /** The end of what the user's code printed. */
  readonly printed: string;
}

const MOST_PRINTED = 4_000;

/** Never throws: what goes wrong is in the result. */
export async function runVerification(options: RunOptions): Promise<RunResult> {
  const { python, script, folder, request, seconds, signal, observe } = options;
  const checks: VerifyCheck[] = [];
  let versions: RunResult['versions'];
  let error: VerifyError | undefined;
  let printed = '';
  let done = false;
  const result = (end: RunEnd): RunResult => ({ end, versions, checks, error, printed });
  if (signal?.aborted) return result({ kind: 'cancelled' });

  const child = spawn(python, [script], {
    cwd: folder,
    env: environmentOf(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that it ends with everything that it started.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let stopped: RunEnd | undefined;
  const stop = (why: RunEnd): void => {
    stopped ??= why;
    killTree(child);
  };
  const cancel = (): void => stop({ kind: 'cancelled' });
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => stop({ kind: 'timeout', seconds }), seconds * 1000);

  const take = (event: VerifyEvent): void => {
    switch (event.type) {
      case 'start':
        versions = { python: event.python, torch: event.torch };
        return;
      case 'check':
        checks.push(event);
        return observe?.(event);
      case 'error':
        error = event;
        return;
      case 'done':
        done = true;
    }
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = eventOf(line);
    if (event) take(event);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-MOST_PRINTED)));
  // A program that ended before it had read its request says so by its exit.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(request)}\n`);

  const end = await new Promise<RunEnd>((resolve) => {
    child.once('error', (problem) => resolve({ kind: 'noStart', message: problem.message }));
    child.once('close', (code, killedBy) =>
      resolve(done ? { kind: 'done' } : { kind: 'crashed', how: killedBy ?? `exit code ${code}` }),
    );
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', cancel);
  killTree(child);
  return result(done ? { kind: 'done' } : (stopped ?? end));
}

/** The user's environment without keys of ours; nothing that is run leaves compiled files or opens windows. */
function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { ANTHROPIC_API_KEY: _key, ANTHROPIC_AUTH_TOKEN: _token, ...rest } = env;
  return { ...rest, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', PYTHONUTF8: '1', MPLBACKEND: 'Agg' };
}

function eventOf(line: string): VerifyEvent | undefined {
  try {
    return JSON.parse(line) as VerifyEvent;
  } catch (error) {
    // A library that writes to the real output past Python: not for us.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function killTree({ pid, exitCode }: ChildProcess): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    if (exitCode === null) spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group is gone already.
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) throw error;
  }
}
