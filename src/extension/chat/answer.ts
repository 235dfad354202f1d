/** Answers a question, in chat and without it: by a model with the analyser's tools, or offline by the playbook. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { runAgent, type AgentEvent, type AgentResult, type TurnRecord } from '../../agent/index.js';
import type { EditSet } from '../../edits/index.js';
import { chooseBackend, type Chosen } from '../agent/choose.js';
import { contextOf } from '../agent/context.js';
import { portsOf, setId } from '../agent/ports.js';
import { agentSettings, type AgentSettings } from '../agent/settings.js';
import { signalOf } from '../models/editorModel.js';
import type { Services } from '../services.js';
import { answerOffline } from './offline.js';
import { tellChanges, withButtonsLast } from './proposal.js';
import type { AnswerSink, ChatCommand, Question } from './question.js';
import { undoEarlier } from './undo.js';

const OFFLINE_FOOTER = '*Answered by Architect Playbook (offline): nothing left this machine.*';
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

/** @throws vscode.CancellationError, or an Error whose message is for people; nothing is half done then */
export async function answer(
  services: Services,
  question: Asked,
  given: AnswerSink,
  token: vscode.CancellationToken,
): Promise<AnswerMetadata> {
  const { sink, flush } = withButtonsLast(given);
  const conversation = question.history.at(-1)?.conversation ?? randomUUID().slice(0, 8);
  const settings = agentSettings();
  const chosen = await chooseBackend(services, settings, question.picked);
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
  sink.markdown(`\n\n---\n${OFFLINE_FOOTER}`);
  if (keyless) {
    // Said once in a conversation.
    if (question.history.length === 0) sink.markdown(`\n\n${KEYLESS}`);
    sink.button('architect.setApiKey', 'Set Anthropic API key');
  }
  return { command: command ?? 'help', backend: 'playbook', proposed, conversation };
}

async function byModel(
  services: Services,
  question: Asked,
  { backend, model }: Extract<Chosen, { kind: 'model' }>,
  settings: AgentSettings,
  conversation: string,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<AnswerMetadata> {
  const { command = null, prompt, history } = question;
  const turns = history.flatMap(({ turn, conversation: of }) => (turn && of === conversation ? [turn] : []));
  const result = await runAgent({
    prompt,
    command,
    context: await contextOf(question),
    history: turns,
    backend,
    model,
    thinking: settings.thinking === 'off' ? 'off' : 'auto',
    ...(settings.effort === 'default' ? {} : { effort: settings.effort }),
    ports: portsOf(
      services,
      settings,
      conversation,
      turns.flatMap(({ edits }) => edits),
    ),
    limits: {
      maxRounds: settings.maxRounds,
      maxTokens: settings.maxTokens,
      contextTokens: settings.contextTokens,
      spending: settings.maxCost > 0 ? settings.maxCost : null,
    },
    signal: signalOf(token),
    observer: (event) => show(event, sink),
  });
  if (result.stop === 'cancelled' || token.isCancellationRequested) throw new vscode.CancellationError();
  const proposed = await finish(services, result, conversation, sink, token);
  return {
    command: command ?? 'help',
    backend: 'model',
    proposed,
    conversation,
    turn: result.turn,
    ...(result.problem ? { problem: result.problem.message } : {}),
  };
}

/** Each piece goes out at once. */
function show(event: AgentEvent, sink: AnswerSink): void {
  switch (event.type) {
    case 'text':
      return sink.markdown(event.text);
    case 'progress':
      return sink.progress(event.text);
    case 'reference': {
      const { uri, range } = event.reference;
      return sink.reference(vscode.Uri.parse(uri), range && rangeOf(range));
    }
    case 'passed':
    case 'thinking':
    case 'tool':
      return;
  }
}

/** Changes into the editor, what is not complete, and the footer. */
async function finish(
  services: Services,
  result: AgentResult,
  conversation: string,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<readonly string[]> {
  const sets = result.edits.map((set): EditSet => ({ ...set, id: setId(conversation, set.id) }));
  const written = sets.length > 0 ? await services.changes.propose(sets, { checked: true, token }) : undefined;
  if (result.problem) {
    sink.markdown(`\n\n> **${result.problem.message}**`);
    if (result.problem.kind === 'key') sink.button('architect.setApiKey', 'Set Anthropic API key');
  }
  if (written) tellChanges(written, sink);
  sink.markdown(`\n\n---\n${result.footer}`);
  return written && written.hunks > 0 ? sets.map(({ id }) => id) : [];
}

function rangeOf({ start, end }: NonNullable<AgentResult['references'][number]['range']>): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
