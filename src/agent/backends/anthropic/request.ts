/** Our request as the Messages API takes it. */
import type Anthropic from '@anthropic-ai/sdk';
import type { BackendRequest } from '../../backend.js';
import type { AssistantBlock, Message, UserBlock } from '../../messages.js';
import type { ModelEntry } from './models.js';

type Params = Anthropic.MessageCreateParamsStreaming;

/** Tokens for thinking where the model wants to be told: at most these, and half of the answer. The API takes no fewer than the least. */
const THINKING_BUDGET = 8_000;
const LEAST_THINKING = 1_024;
/** The cache keeps a prefix for five minutes. */
const CACHE = { type: 'ephemeral' } as const;

/** @param model what the model can do; the API decides if that isn't known */
export function paramsOf(request: BackendRequest, model: ModelEntry | undefined): Params {
  const { system, tools, messages } = request;
  const max_tokens = Math.min(request.maxTokens, model?.maxOutput ?? request.maxTokens);
  const { thinking, effort } = thinkingOf(request, model, max_tokens);
  return {
    model: request.model,
    max_tokens,
    stream: true,
    ...(system.length > 0
      ? {
          system: system.map(({ text }, i) => ({
            type: 'text' as const,
            text,
            // One mark is enough: what stands before it is cached along.
            ...(i === system.findLastIndex(({ cache }) => cache) ? { cache_control: CACHE } : {}),
          })),
        }
      : {}),
    ...(tools.length > 0
      ? {
          tools: tools.map(({ name, description, inputSchema }, i) => ({
            name,
            description,
            input_schema: inputSchema as Anthropic.Tool.InputSchema,
            ...(i === tools.length - 1 ? { cache_control: CACHE } : {}),
          })),
        }
      : {}),
    messages: withMarks(messages.map(messageOf)),
    ...(thinking ? { thinking } : {}),
    ...(effort ? { output_config: { effort } } : {}),
  };
}

function thinkingOf(
  { thinking, effort }: BackendRequest,
  model: ModelEntry | undefined,
  maxTokens: number,
): { thinking?: Anthropic.ThinkingConfigParam; effort?: BackendRequest['effort'] } {
  const level = effort !== undefined && (!model || model.efforts.includes(effort)) ? { effort } : {};
  // Without a thinking field each model does what it does by default.
  if (!model) return level;
  const can = (type: ModelEntry['thinking'][number]): boolean => model.thinking.includes(type);
  if (thinking === 'off') {
    // More effort than this is taken only together with thinking.
    if (can('between_tools')) {
      const capped = level.effort === 'xhigh' || level.effort === 'max' ? { effort: 'high' as const } : level;
      return { thinking: { type: 'between_tools' }, ...capped };
    }
    if (can('disabled')) return { thinking: { type: 'disabled' } };
    // It can't be turned off: as little as it does.
    if (can('adaptive'))
      return {
        thinking: { type: 'adaptive', display: 'summarized' },
        ...(model.efforts.includes('low') ? { effort: 'low' } : {}),
      };
    return {};
  }
  // What is written between tool calls comes as thoughts, which are empty unless a display is asked for.
  if (can('adaptive')) return { thinking: { type: 'adaptive', display: 'summarized' }, ...level };
  const budget = Math.min(THINKING_BUDGET, Math.floor(maxTokens / 2));
  if (can('enabled') && budget >= LEAST_THINKING)
    return { thinking: { type: 'enabled', budget_tokens: budget }, ...level };
  return level;
}

function messageOf(message: Message): Anthropic.MessageParam {
  return message.role === 'user'
    ? { role: 'user', content: message.content.map(userBlockOf) }
    : { role: 'assistant', content: message.content.map(assistantBlockOf) };
}

function userBlockOf(block: UserBlock): Anthropic.ContentBlockParam {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
      return { type: 'image', source: { type: 'base64', media_type: block.mediaType, data: block.data } };
    case 'toolResult':
      return { type: 'tool_result', tool_use_id: block.toolUseId, content: block.text, is_error: block.isError };
  }
}

function assistantBlockOf(block: AssistantBlock): Anthropic.ContentBlockParam {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: block.signature };
    case 'redactedThinking':
      return { type: 'redacted_thinking', data: block.data };
    case 'toolUse':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
  }
}

/** Marks the ends of the last two messages of the user: the one is written now, the other is found again. */
function withMarks(messages: Anthropic.MessageParam[]): Anthropic.MessageParam[] {
  let marks = 2;
  for (let i = messages.length - 1; i >= 0 && marks > 0; i--) {
    const message = messages[i];
    if (message?.role !== 'user' || typeof message.content === 'string') continue;
    const last = message.content.at(-1);
    if (last?.type !== 'text' && last?.type !== 'tool_result') continue;
    messages[i] = { role: 'user', content: [...message.content.slice(0, -1), { ...last, cache_control: CACHE }] };
    marks--;
  }
  return messages;
}
