/** `architect analyze FILE`. */
import { existsSync, statSync } from 'node:fs';
import type { HalfDType } from '../engine/report/index.js';
import { EXIT, UsageError } from './exit.js';
import { answerHere } from './answerHere.js';
import type { EngineReply, EngineRequest } from './engineRequest.js';
import { renderReport } from './table.js';
import { showsColours } from './terminal.js';

export interface AnalyzeFlags {
  readonly call?: string;
  readonly input: readonly string[];
  readonly path: readonly string[];
  readonly json?: boolean;
  readonly dtype?: HalfDType;
  readonly autocast?: HalfDType;
  readonly timeLimit: string;
}

/** What memory can be asked for besides float32. */
export const HALF_DTYPES = ['bfloat16', 'float16'] as const satisfies readonly HalfDType[];

/** Milliseconds. @throws UsageError */
export function timeLimitOf(flags: { readonly timeLimit: string }): number {
  const seconds = Number(flags.timeLimit);
  if (!(seconds > 0)) throw new UsageError(`--time-limit takes a number of seconds above 0, not '${flags.timeLimit}'`);
  return seconds * 1000;
}

/** Prints the reports of a file. @returns the exit code */
export async function analyze(file: string | undefined, flags: AnalyzeFlags): Promise<number> {
  if (file === undefined) throw new UsageError('say which Python file to analyze, or use --batch');
  if (!existsSync(file)) throw new UsageError(`there is no file ${file}`);
  if (statSync(file).isDirectory()) throw new UsageError(`${file} is a folder: say which Python file in it to analyze`);
  const request: EngineRequest = {
    file,
    call: flags.call,
    inputs: flags.input,
    path: flags.path,
    timeLimit: timeLimitOf(flags),
    details: true,
    ...(flags.dtype || flags.autocast ? { precision: { dtype: flags.dtype, autocast: flags.autocast } } : {}),
  };
  const reply = (await answerHere(request)) ?? (await answerApart(request));
  if ('error' in reply) {
    process.stderr.write(`architect: ${reply.error.message}\n`);
    return EXIT.usage;
  }
  const { reports } = reply;
  if (flags.json) process.stdout.write(`${JSON.stringify({ reports }, null, 2)}\n`);
  else if (reports.length === 0) process.stdout.write(`${file}: no nn.Module class in this file\n`);
  else process.stdout.write(reports.map((report) => renderReport(report, showsColours(process.stdout))).join('\n'));
  return reports.some((report) => report.tree !== null) ? EXIT.done : EXIT.unresolved;
}

/** What the short way doesn't manage has all the stack and time in a thread of its own. */
async function answerApart(request: EngineRequest): Promise<EngineReply> {
  // Few runs come to this: none of the others waits for what starts threads.
  const { EngineThread } = await import('./engineThread.js');
  const thread = new EngineThread();
  try {
    return await thread.ask(request);
  } finally {
    await thread.close();
  }
}
