/** The answer of a model that works with the analyser's tools. */
import * as vscode from 'vscode';
import { runAgent, type AgentEvent, type AgentResult } from '../../agent/index.js';
import type { Chosen } from '../agent/choose.js';
import { contextOf } from '../agent/context.js';
import { portsOf, setId } from '../agent/ports.js';
import type { AgentSettings } from '../agent/settings.js';
import { signalOf } from '../models/editorModel.js';
import type { Services } from '../services.js';
import type { AnswerMetadata, Asked } from './answer.js';
import type { Proposed } from '../diff/index.js';
import { LiveChanges } from './live.js';
import { tellChanges } from './proposal.js';
import type { AnswerSink } from './question.js';
import { plural } from '../../texts.js';

/** @throws vscode.CancellationError; its changes are taken back then */
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
  const started = performance.now();
  const context = await contextOf(question);
  const looked = performance.now() - started;
  const live = new LiveChanges(services.changes.begin({ token }), (id) => setId(conversation, id));
  let result: AgentResult;
  let written: Proposed;
  try {
    result = await runAgent({
      prompt,
      command,
      context,
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
      observer: (event) => (event.type === 'passed' ? live.follow(event) : show(event, sink)),
    });
    if (result.stop === 'cancelled' || token.isCancellationRequested) throw new vscode.CancellationError();
    written = await live.finish(result.edits);
  } catch (error) {
    await live.cancel();
    throw error;
  }
  const { model: by, gathered, milliseconds, rounds } = result;
  services.log.info(
    `${by} answered: ${gathered === undefined ? 'nothing was asked' : `asked after ${(looked + gathered).toFixed(0)} ms`}, ${plural(rounds, 'round')}, ${(milliseconds / 1000).toFixed(1)} s.`,
  );
  if (result.problem) {
    const { kind, message, status, requestId } = result.problem;
    const facts = [
      kind,
      status === undefined ? [] : `status ${status}`,
      requestId ? `request ${requestId}` : [],
    ].flat();
    services.log.warn(`The answer is not complete (${facts.join(', ')}): ${message}`);
  }
  tellEnd(result, written, sink);
  const proposed = written.hunks > 0 ? result.edits.map(({ id }) => setId(conversation, id)) : [];
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
function show(event: Exclude<AgentEvent, { readonly type: 'passed' }>, sink: AnswerSink): void {
  switch (event.type) {
    case 'text':
      return sink.markdown(event.text);
    case 'progress':
      return sink.progress(event.text);
    case 'reference': {
      const { uri, range } = event.reference;
      return sink.reference(vscode.Uri.parse(uri), range && rangeOf(range));
    }
    case 'tool':
      return;
  }
}

/** What is not complete, the changes that wait in the editor, and the footer. */
function tellEnd(result: AgentResult, written: Proposed, sink: AnswerSink): void {
  if (result.problem) {
    sink.markdown(`\n\n> **${result.problem.message}**`);
    if (result.problem.kind === 'key') sink.button('architect.setApiKey', 'Set Anthropic API key');
  }
  tellChanges(written, sink);
  sink.markdown(`\n\n---\n${result.footer}`);
}

function rangeOf({ start, end }: NonNullable<AgentResult['references'][number]['range']>): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
