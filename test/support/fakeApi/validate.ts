/** The checks by which the real API refuses a request: what passes here would pass there. */
import { createHash } from 'node:crypto';
import type { FakeRequestBody } from './script.js';

export interface FakeModel {
  readonly id: string;
  readonly display_name: string;
  readonly line: string;
  readonly max_tokens: number;
  readonly max_input_tokens: number;
  /** Accepted values of `thinking.type`. */
  readonly thinking: readonly string[];
  readonly effort: boolean;
}

export const FAKE_MODELS: readonly FakeModel[] = [
  model('claude-sonnet-5-5', 'Claude Sonnet 5.5', 'sonnet', ['adaptive', 'between_tools']),
  model('claude-opus-5-5', 'Claude Opus 5.5', 'opus', ['adaptive']),
  model('claude-haiku-5-5', 'Claude Haiku 5.5', 'haiku', ['adaptive', 'disabled']),
  {
    ...model('claude-haiku-4-5', 'Claude Haiku 4.5', 'haiku', ['enabled', 'disabled'], false),
    max_tokens: 64_000,
    max_input_tokens: 200_000,
  },
];

function model(id: string, display_name: string, line: string, thinking: readonly string[], effort = true): FakeModel {
  return { id, display_name, line, max_tokens: 128_000, max_input_tokens: 1_000_000, thinking, effort };
}

type Block = Record<string, unknown>;

/** Why the API would refuse the request, as it says it; `undefined` if it wouldn't. */
export function problemOf(body: FakeRequestBody, used: FakeModel): string | undefined {
  if (!Array.isArray(body.messages) || body.messages.length === 0) return 'messages: at least one message is required';
  if (!(body.max_tokens > 0)) return 'max_tokens: Field required';
  if (body.max_tokens > used.max_tokens) return `max_tokens: ${body.max_tokens} > ${used.max_tokens}`;
  if (body.thinking && !used.thinking.includes(body.thinking.type))
    return `"thinking.type.${body.thinking.type}" is not supported for this model.`;
  if (body.output_config?.effort !== undefined && !used.effort)
    return 'output_config.effort: not supported for this model';
  const choice = (body as { tool_choice?: { type: string } }).tool_choice;
  if (choice && !['auto', 'none'].includes(choice.type))
    return 'tool_choice: forced tool use is not supported for this model';
  const marks = JSON.stringify(body).split('"cache_control"').length - 1;
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
  return orderProblem(body) ?? toolProblem(body) ?? blockProblem(body) ?? signatureProblem(body);
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function orderProblem({ messages }: FakeRequestBody): string | undefined {
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  if (messages.at(-1)?.role === 'assistant') return 'This model does not support assistant message prefill.';
  return undefined;
}

function toolProblem({ messages, tools = [] }: FakeRequestBody): string | undefined {
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique.';
  const bad = names.find((name) => !/^[a-zA-Z0-9_-]{1,128}$/.test(name));
  if (bad !== undefined) return `tools: ${bad} is no valid name`;
  for (const [i, { role, content }] of messages.entries()) {
    const blocks = blocksOf(content);
    if (role === 'assistant') {
      const ids = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
      const next = blocksOf(messages[i + 1]?.content ?? []);
      const answered = next.filter(({ type }) => type === 'tool_result').map(({ tool_use_id: id }) => id);
      const missing = ids.filter((id) => !answered.includes(id));
      if (missing.length > 0)
        return `messages.${i}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}.`;
    } else {
      const previous = blocksOf(messages[i - 1]?.content ?? []);
      const called = previous.filter(({ type }) => type === 'tool_use').map(({ id }) => id);
      const stray = blocks.find((block) => block.type === 'tool_result' && !called.includes(block.tool_use_id));
      if (stray)
        return `messages.${i}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(stray.tool_use_id)}`;
    }
  }
  return undefined;
}

function blockProblem({ messages }: FakeRequestBody): string | undefined {
  for (const [i, { content }] of messages.entries()) {
    const blocks = blocksOf(content);
    if (blocks.length === 0) return `messages.${i}: content must not be empty`;
    for (const [j, block] of blocks.entries()) {
      if (block.type === 'text' && (typeof block.text !== 'string' || block.text.trim() === ''))
        return `messages.${i}.content.${j}: text content blocks must contain non-whitespace text`;
      if (block.type === 'tool_use' && (typeof block.input !== 'object' || block.input === null))
        return `messages.${i}.content.${j}.input: Input should be a valid dictionary`;
    }
  }
  return undefined;
}

/** Thinking is bound to what stood before it, as with the models since Claude Fable 5.1. */
function signatureProblem(body: FakeRequestBody): string | undefined {
  for (const [i, { role, content }] of body.messages.entries()) {
    if (role !== 'assistant') continue;
    for (const [j, block] of blocksOf(content).entries()) {
      if (block.type !== 'thinking') continue;
      if (block.signature !== signatureOf(String(block.thinking), { ...body, messages: body.messages.slice(0, i) }))
        return `messages.${i}.content.${j}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation.`;
    }
  }
  return undefined;
}

/** The signature of a thought of `model` about everything that stood before it. */
export function signatureOf(thought: string, { model: id, system, tools, messages }: FakeRequestBody): string {
  const prefix = JSON.stringify([id, system, tools, messages], (key, value: unknown) =>
    key === 'cache_control' ? undefined : value,
  );
  return createHash('sha256').update(prefix).update(thought).digest('base64');
}
