/** The port through which the agent talks to a model. */
import type { AssistantBlock, Message, Usage } from './messages.js';

export interface SystemBlock {
  readonly text: string;
  /** Everything up to and with this block stays the same between requests: worth caching. */
  readonly cache?: boolean;
}

export interface ToolDeclaration {
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface BackendRequest {
  /** The provider's own name of the model. */
  readonly model: string;
  readonly system: readonly SystemBlock[];
  readonly tools: readonly ToolDeclaration[];
  readonly messages: readonly Message[];
  /** Tokens that the answer may have, thinking included. */
  readonly maxTokens: number;
  /** `auto`: as the model does best; `off`: no thinking where the model allows that. */
  readonly thinking: 'auto' | 'off';
  /** Left to the model if omitted. */
  readonly effort?: Effort;
}

export type StopReason = 'endTurn' | 'toolUse' | 'maxTokens' | 'refusal' | 'contextExceeded' | 'other';

export type BackendEvent =
  /** A piece of the answer: shown at once. */
  | { readonly type: 'text'; readonly text: string }
  /** A piece of a thought, for those who want to watch. */
  | { readonly type: 'thinking'; readonly text: string }
  /** The model begins to write the call of a tool. */
  | { readonly type: 'toolStart'; readonly name: string }
  /** A part of the answer is complete; these, in order, are the assistant's message. */
  | { readonly type: 'block'; readonly block: AssistantBlock }
  /** Tokens so far in this request; the last one counts. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The request failed and is made again after a wait. `reason` is a sentence for people. */
  | { readonly type: 'retry'; readonly attempt: number; readonly waitMs: number; readonly reason: string }
  /** The last event of every answer. */
  | { readonly type: 'stop'; readonly reason: StopReason; readonly detail?: string };

export interface ModelBackend {
  /** Requests go to another address than the provider's own, where its list prices need not hold. */
  readonly gateway?: boolean;
  /** The models behind it take no pictures: none is sent, and the model is told so. */
  readonly textOnly?: boolean;
  /**
   * Asks the model. Ends after `stop`.
   * @throws BackendError for what went wrong, CancelledError once the signal is aborted
   */
  stream(request: BackendRequest, signal: AbortSignal): AsyncIterable<BackendEvent>;
  /** Tokens of the request by the provider's own counter; omitted if it has none. Throws as `stream` does. */
  countTokens?(request: BackendRequest, signal: AbortSignal): Promise<number>;
}

export type BackendErrorKind =
  | 'key'
  | 'permission'
  | 'billing'
  | 'model'
  | 'tooLarge'
  | 'request'
  | 'rateLimit'
  | 'server'
  | 'overloaded'
  | 'connection'
  | 'stalled'
  | 'protocol'
  | 'spending'
  | 'unknown';

/** What went wrong with a provider. The message is a sentence or two for people: what happened, what to do. It never holds a key. */
export class BackendError extends Error {
  override readonly name = 'BackendError';

  constructor(
    readonly kind: BackendErrorKind,
    message: string,
    readonly details: { readonly status?: number; readonly requestId?: string; readonly retryAfterMs?: number } = {},
  ) {
    super(message);
  }
}

/** The user cancelled. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';

  constructor() {
    super('Cancelled.');
  }
}
