/** The answer of a model that works with the analyser's tools. */
import * as vscode from 'vscode';
import { runAgent, type AgentEvent, type AgentResult } from '../../agent/index.js';
import type { EditSet } from '../../edits/index.js';
import type { Chosen } from '../agent/choose.js';
import { contextOf } from '../agent/context.js';
import { portsOf, setId } from '../agent/ports.js';
import type { AgentSettings } from '../agent/settings.js';
import { signalOf } from '../models/editorModel.js';
import type { Services } from '../services.js';
import type { AnswerMetadata, Asked } from './answer.js';
import { tellChanges } from './proposal.js';
import type { AnswerSink } from './question.js';

/** @throws vscode.CancellationError; no change is written then */
export async function byModel(
  services: Services,
  question: Asked,
  { backend, model, modelName }: Extract<Chosen, { kind: 'model' }>,
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
    ...(modelName === undefined ? {} : { modelName }),
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
