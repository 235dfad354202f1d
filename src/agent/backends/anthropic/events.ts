/** The API's events as ours: pieces are passed on at once, parts when they are complete. */
import type Anthropic from '@anthropic-ai/sdk';
import { BackendError, type BackendEvent, type StopReason } from '../../backend.js';
import type { AssistantBlock, Usage } from '../../messages.js';

/** @throws BackendError if the stream ends before the answer does */
export async function* eventsOf(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>): AsyncGenerator<BackendEvent> {
  const open = new Map<number, OpenBlock>();
  let usage: Usage | undefined;
  let stop: { reason: StopReason; detail?: string } | undefined;
  let ended = false;
  for await (const event of stream) {
    switch (event.type) {
      case 'message_start':
        usage = usageOf(event.message.usage);
        yield { type: 'usage', usage };
        break;
      case 'content_block_start': {
        const block = opened(event.content_block);
        if (!block) break;
        open.set(event.index, block);
        if (block.type === 'toolUse') yield { type: 'toolStart', name: block.name };
        break;
      }
      case 'content_block_delta': {
        const block = open.get(event.index);
        const piece = block && extend(block, event.delta);
        if (piece) yield piece;
        break;
      }
      case 'content_block_stop': {
        const block = open.get(event.index);
        open.delete(event.index);
        const complete = block && completed(block);
        if (complete) yield { type: 'block', block: complete };
        break;
      }
      case 'message_delta': {
        usage = {
          input: event.usage.input_tokens ?? usage?.input ?? 0,
          output: event.usage.output_tokens,
          cacheRead: event.usage.cache_read_input_tokens ?? usage?.cacheRead ?? 0,
          cacheWrite: event.usage.cache_creation_input_tokens ?? usage?.cacheWrite ?? 0,
        };
        yield { type: 'usage', usage };
        const explanation = event.delta.stop_details?.explanation;
        if (event.delta.stop_reason)
          stop = { reason: stopOf(event.delta.stop_reason), ...(explanation ? { detail: explanation } : {}) };
        break;
      }
      case 'message_stop':
        ended = true;
        break;
    }
  }
  if (!ended || !stop)
    throw new BackendError(
      'protocol',
      'The answer ended before it was complete. Ask again: nothing was changed. Behind a proxy, let it pass event streams.',
    );
  yield { type: 'stop', ...stop };
}

type OpenBlock =
  | { readonly type: 'text'; text: string }
  | { readonly type: 'thinking'; thinking: string; signature: string }
  | { readonly type: 'redactedThinking'; readonly data: string }
  | { readonly type: 'toolUse'; readonly id: string; readonly name: string; json: string };

/** `undefined` for blocks of tools that we don't ask for. */
function opened(block: Anthropic.ContentBlock): OpenBlock | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: block.signature };
    case 'redacted_thinking':
      return { type: 'redactedThinking', data: block.data };
    case 'tool_use':
      return { type: 'toolUse', id: block.id, name: block.name, json: '' };
    default:
      return undefined;
  }
}

function extend(block: OpenBlock, delta: Anthropic.RawContentBlockDelta): BackendEvent | undefined {
  if (delta.type === 'text_delta' && block.type === 'text') {
    block.text += delta.text;
    return { type: 'text', text: delta.text };
  }
  if (delta.type === 'thinking_delta' && block.type === 'thinking') {
    block.thinking += delta.thinking;
    return { type: 'thinking', text: delta.thinking };
  }
  if (delta.type === 'signature_delta' && block.type === 'thinking') block.signature += delta.signature;
  if (delta.type === 'input_json_delta' && block.type === 'toolUse') block.json += delta.partial_json;
  return undefined;
}

function completed(block: OpenBlock): AssistantBlock | undefined {
  switch (block.type) {
    case 'text':
      // The API doesn't take empty texts back.
      return block.text.trim() === '' ? undefined : { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: block.signature };
    case 'redactedThinking':
      return block;
    case 'toolUse': {
      const { id, name, json } = block;
      const input = inputOf(json);
      return input
        ? { type: 'toolUse', id, name, input }
        : { type: 'toolUse', id, name, input: {}, inputProblem: 'the input was cut off or is no JSON object' };
    }
  }
}

function inputOf(json: string): Record<string, unknown> | undefined {
  if (json.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function usageOf(usage: Anthropic.Usage): Usage {
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite: usage.cache_creation_input_tokens ?? 0,
  };
}

function stopOf(reason: Anthropic.StopReason): StopReason {
  switch (reason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'endTurn';
    case 'tool_use':
      return 'toolUse';
    case 'max_tokens':
      return 'maxTokens';
    case 'refusal':
      return 'refusal';
    case 'model_context_window_exceeded':
      return 'contextExceeded';
    case 'pause_turn':
      return 'other';
  }
}
