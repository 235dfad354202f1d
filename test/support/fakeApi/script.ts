/** What the fake API answers: replies as values, made by small functions so that a script reads as a conversation. */

export type FakeBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | { readonly type: 'tool_use'; readonly name: string; readonly input: unknown; readonly id?: string };

export type FakeStop = 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal' | 'stop_sequence' | 'pause_turn';

/** Something goes wrong in the middle of an answer. */
export interface Cut {
  /** After so many server-sent events. */
  readonly after: number;
  /**
   * `reset`: the connection breaks; `stall`: nothing more comes; `end`: the stream ends without its last events; `malformed`:
   * an event that is no JSON; `error`: an error event.
   */
  readonly how: 'reset' | 'stall' | 'end' | 'malformed' | 'error';
}

export interface Answer {
  readonly kind: 'answer';
  readonly blocks: readonly FakeBlock[];
  /** `tool_use` if there is a call, else `end_turn`. */
  readonly stop?: FakeStop;
  readonly refusal?: string;
  /** Milliseconds before the response's headers. */
  readonly headersAfter?: number;
  /** Milliseconds before the first piece of the answer. */
  readonly startsAfter?: number;
  /** Milliseconds between pieces. */
  readonly pause?: number;
  /** Characters of a piece. */
  readonly piece?: number;
  readonly cut?: Cut;
  /** The last call's input ends here, as when `max_tokens` is reached within it. */
  readonly inputCutAt?: number;
  readonly outputTokens?: number;
}

export interface Failure {
  readonly kind: 'failure';
  readonly status: number;
  readonly type: string;
  readonly message: string;
  /** Seconds, or a date. */
  readonly retryAfter?: string;
}

/** The connection is closed without an answer. */
export interface Hangup {
  readonly kind: 'hangup';
}

export type Reply = Answer | Failure | Hangup;

export type FakeRequestBody = {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly system?: string | readonly { readonly text: string }[];
  readonly tools?: readonly { readonly name: string; readonly description?: string; readonly input_schema: unknown }[];
  readonly messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly content: string | readonly Record<string, unknown>[];
  }[];
  readonly thinking?: { readonly type: string; readonly display?: string };
  readonly output_config?: { readonly effort?: string };
};

/** Replies in order, or a function of the request and its number. */
export type Script = readonly Reply[] | ((body: FakeRequestBody, index: number) => Reply);

export const text = (value: string): FakeBlock => ({ type: 'text', text: value });
export const thinking = (value: string): FakeBlock => ({ type: 'thinking', text: value });
export const call = (name: string, input: unknown, id?: string): FakeBlock => ({
  type: 'tool_use',
  name,
  input,
  ...(id === undefined ? {} : { id }),
});

/** An answer of blocks, texts and calls. */
export function answer(blocks: readonly (FakeBlock | string)[], options: Omit<Answer, 'kind' | 'blocks'> = {}): Answer {
  return {
    kind: 'answer',
    blocks: blocks.map((block) => (typeof block === 'string' ? text(block) : block)),
    ...options,
  };
}

export const hangup = (): Hangup => ({ kind: 'hangup' });

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};

/** An error response as the real API writes it. */
export function failure(
  status: number,
  options: { message?: string; type?: string; retryAfter?: string } = {},
): Failure {
  const type = options.type ?? TYPES[status] ?? 'api_error';
  return {
    kind: 'failure',
    status,
    type,
    message: options.message ?? type.replaceAll('_', ' '),
    retryAfter: options.retryAfter,
  };
}

/** The texts of the last message that is the user's, for scripts that look at the question. */
export function lastUserText(body: FakeRequestBody): string {
  const last = body.messages.filter(({ role }) => role === 'user').at(-1)?.content ?? '';
  if (typeof last === 'string') return last;
  return last.map((block) => (typeof block.text === 'string' ? block.text : '')).join('\n');
}

/** What the tools answered last. */
export function toolResults(body: FakeRequestBody): { id: string; text: string; isError: boolean }[] {
  const last = body.messages.at(-1)?.content ?? [];
  if (typeof last === 'string') return [];
  return last
    .filter(({ type }) => type === 'tool_result')
    .map((block) => ({
      id: String(block.tool_use_id),
      text: typeof block.content === 'string' ? block.content : JSON.stringify(block.content),
      isError: block.is_error === true,
    }));
}
