/** The first request of a question: system prompt, history, context within its budget, and what the user said. */
import { BackendError, type BackendRequest, type ModelBackend } from '../backend.js';
import { tokensOf, trimmed } from '../context/budget.js';
import { gather, referencesOf, type Piece } from '../context/gather.js';
import { estimateTokens } from '../context/tokens.js';
import type { Message, UserBlock } from '../messages.js';
import { COMMAND_INSTRUCTIONS, systemBlocks } from '../prompt/index.js';
import type { Tool } from '../tool.js';
import { declarationOf } from '../tools/index.js';
import type { AgentLimits, AgentOptions, SentReference } from '../types.js';
import { historyMessages } from './history.js';

/** From here on the provider is asked how many tokens there really are. */
const WORTH_COUNTING = 0.75;
const MOST_FACTS = 60;

export interface FirstRequest {
  readonly request: BackendRequest;
  readonly references: readonly SentReference[];
  /** For the user: what was attached and is not sent. */
  readonly notices: readonly string[];
}

/** @throws CancelledError, or an Error for people if the analyser can't answer */
export async function firstRequest(
  options: AgentOptions,
  limits: AgentLimits,
  tools: readonly Tool[],
  backend: ModelBackend,
): Promise<FirstRequest> {
  const { context, prompt, command, ports, signal } = options;
  const [pieces, facts] = await Promise.all([
    gather(context, prompt, ports, signal, backend.textOnly),
    workspaceFacts(options),
  ]);
  const before = historyMessages(options.history, limits.contextTokens);
  const build = (kept: readonly Piece[]): BackendRequest => ({
    model: options.model,
    system: systemBlocks(facts),
    tools: tools.map(declarationOf),
    messages: [...before, question(kept, command, prompt)],
    maxTokens: limits.maxTokens,
    thinking: options.thinking ?? 'auto',
    ...(options.effort === undefined ? {} : { effort: options.effort }),
  });
  let kept = trimmed(pieces, limits.contextTokens);
  if (tokensOf(kept) > WORTH_COUNTING * limits.contextTokens) {
    const factor = await measuredFactor(build(kept), backend, signal);
    // The estimate was too low: the budget holds in the provider's own tokens.
    if (factor * tokensOf(kept) > limits.contextTokens) kept = trimmed(pieces, limits.contextTokens / factor);
  }
  return {
    request: build(kept),
    references: referencesOf(kept, ports.files),
    notices: pieces.flatMap(({ notice = [] }) => notice),
  };
}

/** Tokens by the provider's counter over tokens by the estimate; 1 where it can't be asked. */
async function measuredFactor(request: BackendRequest, backend: ModelBackend, signal: AbortSignal): Promise<number> {
  if (!backend.countTokens) return 1;
  try {
    return (
      (await backend.countTokens(request, signal)) /
      estimateTokens(JSON.stringify([request.system, request.tools, request.messages]))
    );
  } catch (error) {
    // Whatever is wrong will show itself when the question is asked.
    if (error instanceof BackendError) return 1;
    throw error;
  }
}

function question(pieces: readonly Piece[], command: AgentOptions['command'], prompt: string): Message {
  return {
    role: 'user',
    content: [
      ...pieces.flatMap(({ text, image }): UserBlock[] => [{ type: 'text', text }, ...(image ? [image] : [])]),
      ...(command === null ? [] : [{ type: 'text' as const, text: COMMAND_INSTRUCTIONS[command] }]),
      {
        type: 'text',
        text: `The user asks:\n${prompt.trim() || `(nothing more than ${command === null ? 'the context' : `/${command}`})`}`,
      },
    ],
  };
}

/** What holds as long as the workspace is open: small, and the same each time. */
async function workspaceFacts({ context: { folders = [] }, ports: { files }, signal }: AgentOptions): Promise<string> {
  const paths = (await files.pythonFiles(signal)).map((uri) => files.display(uri)).sort();
  if (folders.length === 0 && paths.length === 0) return '';
  const more = paths.length - MOST_FACTS;
  return [
    '# The workspace',
    ...(folders.length > 0 ? [`Folders: ${folders.join(', ')}`] : []),
    `Python files: ${paths.slice(0, MOST_FACTS).join(', ') || 'none yet'}${more > 0 ? ` and ${more} more` : ''}`,
  ].join('\n');
}
