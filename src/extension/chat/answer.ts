/** Answers a question, in chat and without it: by a model with the analyser's tools, or offline by the playbook. */
import { randomUUID } from 'node:crypto';
import type * as vscode from 'vscode';
import { PLAYBOOK_FOOTER, type TurnRecord } from '../../agent/index.js';
import { chooseBackend, type Chosen } from '../agent/choose.js';
import { agentSettings } from '../agent/settings.js';
import type { Services } from '../services.js';
import { byModel } from './byModel.js';
import { answerOffline } from './offline.js';
import { withButtonsLast } from './proposal.js';
import type { AnswerSink, ChatCommand, Question } from './question.js';
import { undoEarlier } from './undo.js';

const KEYLESS =
  'This is the built-in playbook. With an Anthropic key, Claude answers with the analyser’s numbers at hand and writes the changes itself. ' +
  'Code then goes to Anthropic with each question; each answer lists what was sent.';

/** Kept with each answer: follow-ups and later questions go by it. */
export interface AnswerMetadata {
  readonly command: ChatCommand | 'help';
  readonly backend: 'model' | 'playbook';
  /** Ids of the changes that were written into the editor. */
  readonly proposed: readonly string[];
  /** Names the conversation's changes. */
  readonly conversation: string;
  readonly turn?: TurnRecord;
  /** Why the answer isn't complete, for people. */
  readonly problem?: string;
}

export interface Asked extends Question {
  /** The model that chat's picker shows. */
  readonly picked?: vscode.LanguageModelChat;
  /** Of earlier answers, oldest first. */
  readonly history: readonly AnswerMetadata[];
}

/** A name for the changes of one conversation. */
export function newConversation(): string {
  return randomUUID().slice(0, 8);
}

/** @throws vscode.CancellationError, or an Error whose message is for people; nothing is half done then */
export async function answer(
  services: Services,
  question: Asked,
  given: AnswerSink,
  token: vscode.CancellationToken,
): Promise<AnswerMetadata> {
  const { sink, flush } = withButtonsLast(given);
  const conversation = question.history.at(-1)?.conversation ?? newConversation();
  const settings = agentSettings();
  const chosen: Chosen = question.local
    ? { kind: 'playbook', keyless: false }
    : await chooseBackend(services, settings, question.picked);
  const metadata =
    chosen.kind === 'playbook'
      ? await byPlaybook(services, question, chosen, conversation, sink, token)
      : await byModel(services, question, chosen, settings, conversation, sink, token);
  flush();
  return metadata;
}

async function byPlaybook(
  services: Services,
  question: Asked,
  { keyless }: Extract<Chosen, { kind: 'playbook' }>,
  conversation: string,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<AnswerMetadata> {
  const undone = question.command === undefined && (await undoEarlier(services, question, sink));
  const { command, proposed } = undone
    ? { command: undefined, proposed: [] }
    : await answerOffline(services, question, sink, token);
  sink.markdown(`\n\n---\n${PLAYBOOK_FOOTER}`);
  if (keyless) {
    // Said once in a conversation.
    if (!question.history.some(({ backend }) => backend === 'playbook')) sink.markdown(`\n\n${KEYLESS}`);
    sink.button('architect.setApiKey', 'Set Anthropic API key');
  }
  return { command: command ?? 'help', backend: 'playbook', proposed, conversation };
}
