/** Earlier turns: how they are kept with the answers, and how they go to the model again. */
import { estimateTokens } from '../context/tokens.js';
import type { AssistantBlock, Message, UserBlock } from '../messages.js';
import { bounded } from '../tools/text.js';
import type { TurnRecord } from '../types.js';

/** Characters of a tool's result that are kept with an answer. */
const KEPT_RESULT = 2_000;
/** … and of older ones. */
const OLD_RESULT = 400;
/** Turns that go with all their tool rounds. */
const FULL_TURNS = 2;
const INTERRUPTED = '(The answer was interrupted here.)';

/**
 * The messages of a turn as they are stored: without thoughts, which hold only for the very words before them, without
 * images, with results cut short, and always ending with an answer.
 * @param question what stands for the first message, without the context that went with it
 */
export function storable(messages: readonly Message[], question: string): Message[] {
  const kept: Message[] = [];
  for (const [i, message] of messages.entries()) {
    if (i === 0) kept.push({ role: 'user', content: [{ type: 'text', text: question }] });
    else if (message.role === 'user') kept.push({ role: 'user', content: shortened(message.content, KEPT_RESULT) });
    else {
      const content = withoutThoughts(message.content);
      if (content.length > 0) kept.push({ role: 'assistant', content });
    }
  }
  return closed(kept);
}

/** A conversation that can be continued: every call has its result, and the last word is the model's. */
function closed(messages: readonly Message[]): Message[] {
  const list = [...messages];
  const last = list.at(-1);
  if (last?.role === 'assistant' && last.content.some(({ type }) => type === 'toolUse')) {
    const content = last.content.filter(({ type }) => type !== 'toolUse');
    list.pop();
    if (content.length > 0) list.push({ role: 'assistant', content });
  }
  if (list.at(-1)?.role === 'user') list.push({ role: 'assistant', content: [{ type: 'text', text: INTERRUPTED }] });
  return list;
}

/** Earlier turns for the model: the last ones as they were, older ones as question and answer, the oldest left out if need be. */
export function historyMessages(turns: readonly TurnRecord[], tokens: number): Message[] {
  const said = turns.filter(({ messages }) => messages.length > 0);
  const parts = said.map((turn, i) => (said.length - i <= FULL_TURNS ? full(turn) : brief(turn)));
  let left = tokens;
  const kept: Message[][] = [];
  for (let i = parts.length - 1; i >= 0; i--) {
    const turn = said[i];
    if (!turn) continue;
    let part = parts[i] ?? [];
    if (sizeOf(part) > left) part = brief(turn);
    if (sizeOf(part) > left) break;
    left -= sizeOf(part);
    kept.unshift(part);
  }
  return kept.flat();
}

function full(turn: TurnRecord): Message[] {
  const messages = turn.messages.map((message): Message =>
    message.role === 'user'
      ? { role: 'user', content: shortened(message.content, KEPT_RESULT) }
      : { role: 'assistant', content: withoutThoughts(message.content) },
  );
  return withEdits(closed(messages.filter(({ content }) => content.length > 0)), turn);
}

function brief(turn: TurnRecord): Message[] {
  const texts = turn.messages.flatMap((message) =>
    message.role === 'assistant' ? message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])) : [],
  );
  const answer = bounded(texts.join('\n\n'), OLD_RESULT * 10).trim();
  return withEdits(
    [
      { role: 'user', content: [{ type: 'text', text: questionOf(turn) }] },
      { role: 'assistant', content: [{ type: 'text', text: answer === '' ? INTERRUPTED : answer }] },
    ],
    turn,
  );
}

/** So that “undo that” and “the second change” mean something. */
function withEdits(messages: Message[], { edits }: TurnRecord): Message[] {
  const last = messages.at(-1);
  if (edits.length === 0 || last?.role !== 'assistant') return messages;
  const list = edits.map(({ id, title, files }, i) => `${i + 1}. ${title} (id ${id}, ${files.join(', ')})`).join('\n');
  const note: AssistantBlock = {
    type: 'text',
    text: `[Changes that reached the user with this answer, in order:\n${list}]`,
  };
  return [...messages.slice(0, -1), { role: 'assistant', content: [...last.content, note] }];
}

/** A question as the user wrote it, with its command. */
export function questionOf({ command, prompt }: Pick<TurnRecord, 'command' | 'prompt'>): string {
  return `${command === null ? '' : `/${command} `}${prompt}`.trim() || '(no words)';
}

/** A question that was cancelled before its answer was complete, or that failed. */
export function unanswered(command: TurnRecord['command'], prompt: string): TurnRecord {
  const content = [{ type: 'text' as const, text: questionOf({ command, prompt }) }];
  return {
    version: 1,
    command,
    prompt,
    model: '',
    messages: closed([{ role: 'user', content }]),
    edits: [],
    proposals: 0,
  };
}

function shortened(content: readonly UserBlock[], most: number): UserBlock[] {
  return content.flatMap((block): UserBlock[] => {
    if (block.type === 'image') return [];
    return [block.type === 'toolResult' ? { ...block, text: bounded(block.text, most) } : block];
  });
}

function withoutThoughts(content: readonly AssistantBlock[]): AssistantBlock[] {
  return content.filter(({ type }) => type !== 'thinking' && type !== 'redactedThinking');
}

function sizeOf(messages: readonly Message[]): number {
  return estimateTokens(JSON.stringify(messages));
}
