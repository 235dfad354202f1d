/** `architect analyze --batch`: JSON lines in, JSON lines out, in order. */
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { HALF_DTYPES, timeLimitOf } from './analyze.js';
import type { EngineReply } from './engineRequest.js';
import { EngineThread } from './engineThread.js';
import { EXIT } from './exit.js';

const requestSchema = z.object({
  file: z.string(),
  call: z.string().optional(),
  /** Sizes of each input, or inputs as the command line writes them. */
  input: z
    .union([
      z.array(z.union([z.array(z.union([z.number().int(), z.string()])), z.string()])),
      z.record(z.string(), z.array(z.union([z.number().int(), z.string()]))),
    ])
    .nullish(),
  inputDtypes: z.union([z.array(z.string().nullable()), z.record(z.string(), z.string())]).nullish(),
  path: z.array(z.string()).nullish(),
  /** With memory and signal. */
  details: z.boolean().nullish(),
  /** Of the numbers in training, for memory. */
  precision: z.object({ dtype: z.enum(HALF_DTYPES).optional(), autocast: z.enum(HALF_DTYPES).optional() }).nullish(),
});

type Request = z.infer<typeof requestSchema>;

function inputsOf({ input, inputDtypes }: Request): string[] {
  const entries: [string | null, readonly (number | string)[] | string][] = Array.isArray(input)
    ? input.map((item) => [null, item])
    : Object.entries(input ?? {});
  return entries.map(([name, dims], i) => {
    if (typeof dims === 'string') return dims;
    const dtype = Array.isArray(inputDtypes) ? inputDtypes[i] : name !== null ? inputDtypes?.[name] : undefined;
    return `${name === null ? '' : `${name}=`}${dims.join(',')}${dtype ? `:${dtype.replace(/^torch\./, '')}` : ''}`;
  });
}

/** One request; whatever is wrong with it is its own answer. */
async function answer(
  line: string,
  thread: EngineThread,
  flags: { readonly path: readonly string[] },
  timeLimit: number,
): Promise<unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    return { error: { message: `this line is not JSON: ${(error as Error).message}` } };
  }
  const request = requestSchema.safeParse(parsed);
  if (!request.success)
    return { error: { message: `this request is not understood: ${z.prettifyError(request.error)}` } };
  const { file, call, path } = request.data;
  const reply: EngineReply = await thread.ask({
    file,
    call,
    inputs: inputsOf(request.data),
    path: [...(path ?? []), ...flags.path],
    timeLimit,
    details: request.data.details ?? false,
    precision: request.data.precision ?? undefined,
  });
  if ('error' in reply) return { error: { message: reply.error.message } };
  const [report] = reply.reports;
  return report ?? { error: { message: `${file} holds no nn.Module class` } };
}

/** Answers until the input ends. @returns the exit code */
export async function batch(flags: { readonly path: readonly string[]; readonly timeLimit: string }): Promise<number> {
  const timeLimit = timeLimitOf(flags);
  const thread = new EngineThread();
  try {
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      process.stdout.write(`${JSON.stringify(await answer(line, thread, flags, timeLimit))}\n`);
    }
    return EXIT.done;
  } finally {
    await thread.close();
  }
}
