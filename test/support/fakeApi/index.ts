/**
 * A local server that speaks Anthropic's Messages API: streaming, tool use, thinking, token counts, models, errors. It
 * answers by a script and refuses what the real one would refuse. Tests use it in their process; `npm run fake-api` for people.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, failure, type Failure, type FakeRequestBody, type Reply, type Script } from './script.js';
import { send, type TokenUsage } from './stream.js';
import { FAKE_MODELS, problemOf, type FakeModel } from './validate.js';

export * from './script.js';
export { FAKE_MODELS, type FakeModel } from './validate.js';

/** A key that the fake API takes unless another is asked for. */
export const FAKE_KEY = 'sk-ant-fake-0123456789abcdefghijklmnop';

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: FakeRequestBody | undefined;
  /** `performance.now()` when the request had arrived. */
  readonly at: number;
  /** `performance.now()` when the client closed the connection before the answer was complete. */
  abandonedAt?: number;
  /** The answer was sent to its end. */
  complete: boolean;
}

export interface FakeApiOptions {
  readonly script?: Script;
  readonly key?: string;
  readonly models?: readonly FakeModel[];
  /** 0: any free port. */
  readonly port?: number;
}

export interface FakeApi {
  /** For `baseURL`. */
  readonly url: string;
  /** Requests for messages, in order. */
  readonly requests: readonly SeenRequest[];
  /** All others: token counts, models. */
  readonly others: readonly SeenRequest[];
  /** Another script from now on; requests are counted anew. */
  play(script: Script): void;
  /** The list of models fails like this; `undefined`: no longer. */
  failModels(how: Failure | undefined): void;
  close(): Promise<void>;
}

/** Starts the server on this machine's loopback address. */
export async function startFakeApi(options: FakeApiOptions = {}): Promise<FakeApi> {
  const { key = FAKE_KEY, models = FAKE_MODELS } = options;
  let script: Script = options.script ?? [];
  let turn = 0;
  let requests: SeenRequest[] = [];
  const others: SeenRequest[] = [];
  let modelsFailure: Failure | undefined;
  const cache = new Set<string>();

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // The client left while an answer was being sent: that is what many tests are about.
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const raw = await textOf(request);
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const body = raw === '' ? undefined : (JSON.parse(raw) as FakeRequestBody);
    const seen: SeenRequest = { path, headers: request.headers, body, at: performance.now(), complete: false };
    (path === '/v1/messages' ? requests : others).push(seen);
    const gone = new AbortController();
    response.on('close', () => {
      if (!seen.complete) seen.abandonedAt = performance.now();
      gone.abort();
    });
    const refused = refusal(request, path, body);
    if (refused) return fail(response, refused, seen);
    if (path === '/v1/models') {
      if (modelsFailure) return fail(response, modelsFailure, seen);
      return json(response, listOf(models), seen);
    }
    if (path === '/v1/messages/count_tokens') return json(response, { input_tokens: tokensOf(body) }, seen);
    if (body === undefined) return fail(response, failure(400), seen);
    const reply = next(body);
    if (reply.kind === 'failure') return fail(response, reply, seen);
    if (reply.kind === 'hangup') return void request.socket.destroy();
    await send(response, reply, body, cached(body, cache), gone.signal);
    if (!reply.cut) seen.complete = true;
  }

  function refusal(request: IncomingMessage, path: string, body: FakeRequestBody | undefined): Failure | undefined {
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? request.headers['x-api-key'];
    if (given !== key) return failure(401, { message: 'invalid API key' });
    if (!['/v1/messages', '/v1/messages/count_tokens', '/v1/models'].includes(path))
      return failure(404, { message: `there is no ${path}` });
    if (request.headers['anthropic-version'] === undefined)
      return failure(400, { message: 'anthropic-version: header is required' });
    if (path === '/v1/models' || body === undefined) return undefined;
    const used = models.find(({ id }) => id === body.model);
    if (!used) return failure(404, { message: `model: ${body.model}` });
    const problem = problemOf(path.endsWith('count_tokens') ? { ...body, max_tokens: 1 } : body, used);
    return problem === undefined ? undefined : failure(400, { message: problem });
  }

  function next(body: FakeRequestBody): Reply {
    const index = turn++;
    if (typeof script === 'function') return script(body, index);
    return script[index] ?? answer(['The script has no answer for this request.']);
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    others,
    play: (another) => {
      script = another;
      turn = 0;
      requests = [];
    },
    failModels: (how) => void (modelsFailure = how),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function json(response: ServerResponse, value: unknown, seen: SeenRequest): void {
  seen.complete = true;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function fail(response: ServerResponse, { status, type, message, retryAfter }: Failure, seen: SeenRequest): void {
  seen.complete = true;
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'request-id': 'req_failed',
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    })
    .end(JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_failed' }));
}

function listOf(models: readonly FakeModel[]): unknown {
  const supported = (value: boolean): { supported: boolean } => ({ supported: value });
  const data = models.map(({ id, display_name, line, max_tokens, max_input_tokens, thinking, effort }) => ({
    type: 'model',
    id,
    display_name,
    created_at: '2026-10-07T00:00:00Z',
    lifecycle: 'active',
    line,
    max_tokens,
    max_input_tokens,
    capabilities: {
      image_input: supported(true),
      effort: {
        supported: effort,
        ...Object.fromEntries(['low', 'medium', 'high', 'xhigh', 'max'].map((level) => [level, supported(effort)])),
      },
      thinking: {
        supported: true,
        types: Object.fromEntries(
          ['adaptive', 'between_tools', 'disabled', 'enabled'].map((type) => [
            type,
            supported(thinking.includes(type)),
          ]),
        ),
      },
    },
  }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

/** Four characters a token: near enough for budgets, and the same each time. */
function tokensOf(value: unknown): number {
  return Math.ceil(JSON.stringify(value ?? '').length / 4);
}

/** What a cache would have read and written: prefixes that end at a mark are remembered. */
function cached(body: FakeRequestBody, cache: Set<string>): TokenUsage {
  const parts: unknown[] = [
    ...(body.tools ?? []),
    ...(typeof body.system === 'string' ? [body.system] : (body.system ?? [])),
    ...body.messages.flatMap(({ content }): readonly unknown[] => (typeof content === 'string' ? [content] : content)),
  ];
  let prefix = '';
  let read = 0;
  let written = 0;
  for (const part of parts) {
    prefix += JSON.stringify(part, (name, value: unknown) => (name === 'cache_control' ? undefined : value));
    if (cache.has(prefix)) read = tokensOf(prefix);
    if (typeof part === 'object' && part !== null && 'cache_control' in part) {
      written = tokensOf(prefix);
      cache.add(prefix);
    }
  }
  const total = tokensOf(prefix);
  const creation = Math.max(0, written - read);
  return {
    input_tokens: Math.max(0, total - read - creation),
    cache_creation_input_tokens: creation,
    cache_read_input_tokens: read,
  };
}
