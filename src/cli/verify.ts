/** `architect verify FILE [NAME]`: checks of a module in the user's own Python, after a question. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pathToFileURL } from 'node:url';
import { prepareVerification, titleOf } from '../verify/index.js';
import { EXIT, UsageError } from './exit.js';
import { openServer } from './serverPort.js';

export interface VerifyFlags {
  readonly call?: string;
  readonly input: readonly string[];
  readonly path: readonly string[];
  readonly python?: string;
  readonly timeLimit: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @returns the exit code */
export async function verify(file: string, name: string | undefined, flags: VerifyFlags): Promise<number> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`there is no file ${file}`);
  const seconds = Number(flags.timeLimit);
  if (!(seconds > 0)) throw new UsageError(`--time-limit takes a number of seconds above 0, not '${flags.timeLimit}'`);
  if (!flags.yes && !process.stdin.isTTY)
    throw new UsageError('verify runs the code of the file: say --yes where nobody can be asked');
  const roots = [dirname(resolve(file)), ...flags.path.map((folder) => resolve(folder))];
  const server = openServer(roots);
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.once('SIGINT', interrupt);
  try {
    const prepared = await prepareVerification(
      {
        ask: (method, params, signal) => server.ports.analyser.request(method, params, signal),
        interpreter: {
          setting: flags.python,
          settingName: '--python',
          folders: [process.cwd(), ...roots],
          env: process.env,
        },
        script: join(__dirname, 'verify.py'),
        roots,
        overlays: {},
        seconds,
      },
      {
        uri: pathToFileURL(resolve(file)).href,
        ...(name === undefined ? {} : { qualname: name }),
        ...(flags.call === undefined ? {} : { call: flags.call }),
        ...(flags.input.length === 0 ? {} : { inputs: flags.input }),
      },
    );
    if ('problem' in prepared) {
      process.stderr.write(`architect: ${prepared.problem}\n`);
      return EXIT.unresolved;
    }
    process.stderr.write(`${prepared.detail}\n`);
    if (!flags.yes && !(await agreed(prepared.title, cancel.signal))) return EXIT.unresolved;
    const { result, holds, markdown } = await prepared.run(cancel.signal, ({ id, outcome }) => {
      if (process.stderr.isTTY) process.stderr.write(`  ${titleOf(id)}: ${outcome}\n`);
    });
    process.stdout.write(
      flags.json ? `${JSON.stringify({ qualname: prepared.qualname, holds, ...result }, null, 2)}\n` : markdown,
    );
    if (holds) return EXIT.done;
    return result.error?.stage === 'torch' || result.end.kind === 'noStart' ? EXIT.unresolved : EXIT.findings;
  } finally {
    process.removeListener('SIGINT', interrupt);
    server.close();
  }
}

/** Asks at the terminal; anything but yes is no. */
async function agreed(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}
