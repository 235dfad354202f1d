/** What is said between the agent and a model: plain data that can be stored as JSON. Every backend maps it to its own form. */

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

/** Goes back to the model as it came: the signature proves whose thought it was. */
export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

/** A thought that only the provider can read; goes back as it came. */
export interface RedactedThinkingBlock {
  readonly type: 'redactedThinking';
  readonly data: string;
}

export interface ToolUseBlock {
  readonly type: 'toolUse';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  /** The input can't be read (cut off, not JSON): the tool must not run. */
  readonly inputProblem?: string;
}

export interface ToolResultBlock {
  readonly type: 'toolResult';
  readonly toolUseId: string;
  readonly text: string;
  readonly isError: boolean;
}

export interface ImageBlock {
  readonly type: 'image';
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  /** Base64. */
  readonly data: string;
}

export type UserBlock = TextBlock | ImageBlock | ToolResultBlock;
export type AssistantBlock = TextBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock;

export type Message =
  | { readonly role: 'user'; readonly content: readonly UserBlock[] }
  | { readonly role: 'assistant'; readonly content: readonly AssistantBlock[] };

/** Tokens of one or more requests; `input` is what was neither written to nor read from the cache. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };

/** The tokens of two requests together. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
  };
}
