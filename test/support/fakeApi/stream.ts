/** An answer as the server-sent events of the Messages API. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import type { Answer, FakeBlock, FakeRequestBody } from './script.js';
import { signatureOf } from './validate.js';

export interface TokenUsage {
  readonly input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly cache_read_input_tokens: number;
}

interface Event {
  readonly type: string;
  readonly [key: string]: unknown;
}

let made = 0;
const newId = (prefix: string): string => `${prefix}_${String(++made).padStart(24, '0')}`;

/** The events of an answer, in order. */
export function* eventsOf(reply: Answer, body: FakeRequestBody, usage: TokenUsage): Generator<Event> {
  const { blocks, piece = 24 } = reply;
  const written = blocks.map((block) => JSON.stringify(block)).join('').length;
  const output_tokens = reply.outputTokens ?? Math.max(1, Math.ceil(written / 4));
  yield {
    type: 'message_start',
    message: {
      id: newId('msg'),
      type: 'message',
      role: 'assistant',
      model: body.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: 1 },
    },
  };
  yield { type: 'ping' };
  for (const [index, block] of blocks.entries()) {
    const open = openingOf(block);
    yield { type: 'content_block_start', index, content_block: open };
    const last = index === blocks.length - 1;
    for (const delta of deltasOf(block, piece, last ? reply.inputCutAt : undefined, body))
      yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  const called = blocks.some(({ type }) => type === 'tool_use');
  yield {
    type: 'message_delta',
    delta: {
      stop_reason: reply.stop ?? (called ? 'tool_use' : 'end_turn'),
      stop_sequence: null,
      stop_details:
        reply.refusal === undefined ? null : { type: 'refusal', category: null, explanation: reply.refusal },
    },
    usage: { output_tokens },
  };
  yield { type: 'message_stop' };
}

function openingOf(block: FakeBlock): unknown {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'redacted_thinking':
      return block;
    case 'tool_use':
      return { type: 'tool_use', id: block.id ?? newId('toolu'), name: block.name, input: {} };
  }
}

function* deltasOf(
  block: FakeBlock,
  piece: number,
  cutAt: number | undefined,
  body: FakeRequestBody,
): Generator<unknown> {
  switch (block.type) {
    case 'text':
      for (const text of pieces(block.text, piece)) yield { type: 'text_delta', text };
      return;
    case 'thinking':
      for (const thinking of pieces(block.text, piece)) yield { type: 'thinking_delta', thinking };
      yield { type: 'signature_delta', signature: signatureOf(block.text, body) };
      return;
    case 'tool_use':
      for (const partial_json of pieces(JSON.stringify(block.input).slice(0, cutAt), piece))
        yield { type: 'input_json_delta', partial_json };
      return;
    case 'redacted_thinking':
      return;
  }
}

function pieces(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(text.slice(at, at + size));
  return parts;
}

/** Sends an answer; returns when it is sent or the client has gone. */
export async function send(
  response: ServerResponse,
  reply: Answer,
  body: FakeRequestBody,
  usage: TokenUsage,
  gone: AbortSignal,
): Promise<void> {
  const pause = async (milliseconds: number | undefined): Promise<void> => {
    if (milliseconds) await wait(milliseconds, undefined, { signal: gone });
  };
  await pause(reply.headersAfter);
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': newId('req'),
  });
  response.flushHeaders();
  await pause(reply.startsAfter);
  let sent = 0;
  for (const event of eventsOf(reply, body, usage)) {
    if (reply.cut && sent === reply.cut.after) return cut(response, reply.cut.how, gone);
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    sent++;
    if (event.type === 'content_block_delta') await pause(reply.pause);
    if (gone.aborted) return;
  }
  response.end();
}

async function cut(response: ServerResponse, how: NonNullable<Answer['cut']>['how'], gone: AbortSignal): Promise<void> {
  switch (how) {
    case 'reset':
      // What was written should arrive first.
      await wait(20);
      response.socket?.resetAndDestroy();
      return;
    case 'stall':
      await new Promise((resolve) => gone.addEventListener('abort', resolve, { once: true }));
      return;
    case 'end':
      response.end();
      return;
    case 'malformed':
      response.end('event: content_block_delta\ndata: {"type":"content_block_delta","index":0,\n\n');
      return;
    case 'error':
      response.end(
        `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}\n\n`,
      );
      return;
  }
}
