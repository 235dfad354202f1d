/** Claude through Anthropic's API. */
import Anthropic from '@anthropic-ai/sdk';
import { setTimeout as wait } from 'node:timers/promises';
import {
  BackendError,
  CancelledError,
  type BackendEvent,
  type BackendRequest,
  type ModelBackend,
} from '../../backend.js';
import { backendErrorOf, isWorthRetrying, waitOf } from './errors.js';
import { eventsOf } from './events.js';
import { entryOf, findModel, type ModelEntry } from './models.js';
import { paramsOf } from './request.js';

export interface AnthropicOptions {
  readonly key: string;
  /** Anthropic's own if omitted. */
  readonly baseUrl?: string;
  /** The models as they were listed last; what the SDK knows if omitted. */
  readonly models?: readonly ModelEntry[];
  /** Tries after the first one, while nothing has arrived. */
  readonly retries?: number;
  /** Milliseconds without a byte after which an answer has stalled; the API sends a sign of life more often. */
  readonly stallAfter?: number;
  /** Milliseconds before the first further try; four times as long before each next one. */
  readonly backOff?: number;
}

const DEFAULT_URL = 'https://api.anthropic.com';
const RETRIES = 2;
const STALL_MILLISECONDS = 90_000;
const BACK_OFF_MILLISECONDS = 1_000;
/** Whoever has to wait longer is told so instead. */
const LONGEST_WAIT_MILLISECONDS = 60_000;

/** Asks Claude: streams the answer, tries again what is worth it, and ends what has stalled. */
export class AnthropicBackend implements ModelBackend {
  readonly gateway: boolean;
  private readonly host: string;
  private made: Anthropic | undefined;

  constructor(private readonly options: AnthropicOptions) {
    this.gateway = options.baseUrl !== undefined;
    this.host = hostOf(options);
  }

  /** @throws BackendError if the key can't be sent */
  private get client(): Anthropic {
    this.made ??= clientOf(this.options);
    return this.made;
  }

  async *stream(request: BackendRequest, signal: AbortSignal): AsyncGenerator<BackendEvent> {
    const { retries = RETRIES, backOff = BACK_OFF_MILLISECONDS } = this.options;
    for (let attempt = 1; ; attempt++) {
      let arrived = false;
      try {
        for await (const event of this.once(request, signal)) {
          // Tokens that were counted for an answer that never came are no answer.
          if (event.type !== 'usage') arrived = true;
          yield event;
        }
        return;
      } catch (error) {
        if (signal.aborted) throw new CancelledError();
        const problem = backendErrorOf(error, { key: this.options.key, model: request.model, host: this.host });
        const waitMs = problem.details.retryAfterMs ?? backOff * 4 ** (attempt - 1);
        if (arrived || attempt > retries || !isWorthRetrying(problem) || waitMs > LONGEST_WAIT_MILLISECONDS)
          throw problem;
        yield { type: 'retry', attempt, waitMs, reason: retryText(problem, waitMs) };
        await wait(waitMs, undefined, { signal }).catch(() => {
          throw new CancelledError();
        });
      }
    }
  }

  async countTokens(request: BackendRequest, signal: AbortSignal): Promise<number> {
    const { max_tokens: _max, stream: _stream, ...params } = paramsOf(request, this.model(request));
    try {
      const { input_tokens } = await this.client.messages.countTokens(params, { signal, timeout: 10_000 });
      return input_tokens;
    } catch (error) {
      throw signal.aborted
        ? new CancelledError()
        : backendErrorOf(error, { key: this.options.key, model: request.model, host: this.host });
    }
  }

  private model({ model }: BackendRequest): ModelEntry | undefined {
    return findModel(model, this.options.models);
  }

  /** One try. The connection is closed when this generator ends, however it does. */
  private async *once(request: BackendRequest, signal: AbortSignal): AsyncGenerator<BackendEvent> {
    const { stallAfter = STALL_MILLISECONDS } = this.options;
    const stalled = new AbortController();
    const watch = new Watchdog(stallAfter, () => stalled.abort());
    try {
      const stream = await this.client
        .withOptions({ fetch: watched(watch) })
        .messages.create(paramsOf(request, this.model(request)), { signal: AbortSignal.any([signal, stalled.signal]) });
      yield* eventsOf(stream);
    } catch (error) {
      if (stalled.signal.aborted && !signal.aborted)
        throw new BackendError(
          'stalled',
          `${this.host} sent nothing for ${waitOf(stallAfter)}. Ask again: nothing was changed.`,
        );
      throw error;
    } finally {
      watch.stop();
    }
  }
}

/** Models that the key may use, newest first. @throws BackendError or CancelledError */
export async function listModels(options: AnthropicOptions, signal: AbortSignal): Promise<readonly ModelEntry[]> {
  return asked(options, signal, async (client) => {
    const entries: ModelEntry[] = [];
    for await (const info of client.models.list({ limit: 100 }, { signal, timeout: 15_000 }))
      if (info.lifecycle !== 'retired') entries.push(entryOf(info));
    return entries;
  });
}

/** One cheap call that shows whether the key is good. @throws BackendError or CancelledError */
export async function verifyKey(options: AnthropicOptions, signal: AbortSignal): Promise<void> {
  await asked(options, signal, (client) => client.models.list({ limit: 1 }, { signal, timeout: 15_000 }));
}

async function asked<T>(
  options: AnthropicOptions,
  signal: AbortSignal,
  ask: (client: Anthropic) => Promise<T>,
): Promise<T> {
  try {
    return await ask(clientOf(options));
  } catch (error) {
    throw signal.aborted
      ? new CancelledError()
      : backendErrorOf(error, { key: options.key, model: '', host: hostOf(options) });
  }
}

/**
 * Everything is said: who asks doesn't come from the environment, nothing is logged, and tries are ours so that they can be told.
 * @throws BackendError if the key can't be sent
 */
function clientOf({ key, baseUrl }: AnthropicOptions): Anthropic {
  const problem = keyProblem(key);
  if (problem !== undefined)
    throw new BackendError('key', `${problem} Set a valid one with “Architect: Set Anthropic API Key”.`);
  return new Anthropic({
    apiKey: key,
    authToken: null,
    // The SDK adds headers that the environment names (ANTHROPIC_CUSTOM_HEADERS): they must not stand in for the key.
    defaultHeaders: [
      ['x-api-key', null],
      ['authorization', `Bearer ${key}`],
    ],
    baseURL: baseUrl ?? DEFAULT_URL,
    maxRetries: 0,
    logLevel: 'off',
    // Silence is what ends an answer, not its length.
    timeout: 60 * 60 * 1000,
  });
}

/** Why a text can't be a key, for people; `undefined` if it may be one. A header takes nothing but plain characters. */
export function keyProblem(key: string): string | undefined {
  return /^[\x21-\x7e]*$/.test(key)
    ? undefined
    : 'The API key has characters in it that no key has: spaces, line breaks or letters other than a–z.';
}

function hostOf({ baseUrl }: AnthropicOptions): string {
  const url = baseUrl ?? DEFAULT_URL;
  return URL.canParse(url) ? new URL(url).host : url;
}

function retryText({ kind }: BackendError, waitMs: number): string {
  const what: Partial<Record<BackendError['kind'], string>> = {
    rateLimit: 'The rate limit is reached',
    overloaded: 'Anthropic is overloaded',
    connection: 'The connection failed',
  };
  return `${what[kind] ?? 'Anthropic had an error'}; trying again in ${waitOf(waitMs)}`;
}

/** Calls when nothing has happened for a time. */
class Watchdog {
  private timer: NodeJS.Timeout;

  constructor(milliseconds: number, bark: () => void) {
    this.timer = setTimeout(bark, milliseconds);
  }

  touch(): void {
    this.timer.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** `fetch` that tells of every byte: the SDK swallows the API's signs of life. */
function watched(watch: Watchdog): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    watch.touch();
    if (!response.body) return response;
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (bytes, controller) => {
          watch.touch();
          controller.enqueue(bytes);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}
