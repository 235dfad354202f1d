/** Claude models among VS Code's language models, once a key is set: for `@architect` and for every other use of chat. */
import * as vscode from 'vscode';
import {
  BackendError,
  CancelledError,
  closingFence,
  type BackendEvent,
  type BackendRequest,
  type Message,
} from '../../agent/index.js';
import { grouped } from '../../texts.js';
import { agentSettings, type AgentSettings } from '../agent/settings.js';
import type { ApiKey } from './apiKey.js';
import { claudeBackend } from './claudeBackend.js';
import { ClaudeModels } from './claudeModels.js';
import { signalOf } from './editorModel.js';
import { fromEditor, toolsFromEditor } from './messages.js';

export const CLAUDE_VENDOR = 'architect-claude';

/** Up to here a count is estimated: chat asks for that of every small piece, and each real one is a request. */
const ESTIMATED_CHARACTERS = 2_000;
const CHARACTERS_PER_TOKEN = 3.5;
const MOST_COUNTS = 500;
/** Models that think can't be forced to call a tool, only told. */
const MUST_CALL = 'Answer by calling at least one of the tools.';

/** Claude as the editor asks models. */
export class ClaudeProvider implements vscode.LanguageModelChatProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeLanguageModelChatInformation = this.changed.event;
  private readonly models: ClaudeModels;
  private readonly counts = new Map<string, number>();
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly apiKey: ApiKey,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.models = new ClaudeModels(log);
    const again = (): void => {
      this.models.forget();
      this.changed.fire();
    };
    this.listener = vscode.Disposable.from(
      apiKey.onDidChange(again),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('architect.anthropic.baseUrl')) again();
      }),
    );
  }

  async provideLanguageModelChatInformation(
    { silent }: vscode.PrepareLanguageModelChatModelOptions,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    let known = await this.apiKey.get();
    if (!known && !silent) {
      await vscode.commands.executeCommand('architect.setApiKey');
      known = await this.apiKey.get();
    }
    return known ? this.models.list(known.key, agentSettings().baseUrl, signalOf(token)) : [];
  }

  async provideLanguageModelChatResponse(
    model: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const settings = agentSettings();
    const said = fromEditor(messages);
    const required = options.toolMode === vscode.LanguageModelChatToolMode.Required;
    const request: BackendRequest = {
      system: required ? [...said.system, { text: MUST_CALL }] : said.system,
      messages: said.messages,
      model: model.id,
      tools: toolsFromEditor(options.tools),
      maxTokens: Math.min(settings.maxTokens, model.maxOutputTokens),
      // The chat's history has no place for thoughts: they could not go back with the results of tools.
      thinking: 'off',
      ...(settings.effort === 'default' ? {} : { effort: settings.effort }),
    };
    let text = '';
    let calls = 0;
    try {
      const backend = claudeBackend(await this.key(), settings);
      for await (const event of backend.stream(request, signalOf(token))) {
        if (event.type === 'text') {
          text += event.text;
          progress.report(new vscode.LanguageModelTextPart(event.text));
        } else if (event.type === 'block' && event.block.type === 'toolUse') {
          const { id, name, input, inputProblem } = event.block;
          if (inputProblem !== undefined) throw new Error(`The call of ${name} can't be used: ${inputProblem}`);
          calls++;
          progress.report(new vscode.LanguageModelToolCallPart(id, name, Object(input) as object));
        } else if (event.type === 'stop') {
          const words = lastWords(event, { text, calls }, request.maxTokens, settings);
          if (words !== undefined) progress.report(new vscode.LanguageModelTextPart(words));
        } else if (event.type === 'retry') this.log.info(`${event.reason} It is tried again in ${event.waitMs} ms.`);
      }
    } catch (error) {
      throw editorError(error);
    }
  }

  async provideTokenCount(
    model: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
    token: vscode.CancellationToken,
  ): Promise<number> {
    const messages: readonly Message[] =
      typeof text === 'string' ? [{ role: 'user', content: [{ type: 'text', text }] }] : fromEditor([text]).messages;
    const written = JSON.stringify(messages);
    const estimate = Math.ceil(lengthOf(messages) / CHARACTERS_PER_TOKEN);
    if (written.length <= ESTIMATED_CHARACTERS) return estimate;
    const key = `${model.id} ${written}`;
    const counted = this.counts.get(key);
    if (counted !== undefined) return counted;
    try {
      const backend = claudeBackend(await this.key(), agentSettings());
      const request: BackendRequest = {
        model: model.id,
        system: [],
        tools: [],
        messages,
        maxTokens: 1,
        thinking: 'off',
      };
      const count = await backend.countTokens(request, signalOf(token));
      if (this.counts.size >= MOST_COUNTS) this.counts.clear();
      this.counts.set(key, count);
      return count;
    } catch (error) {
      if (error instanceof CancelledError) throw new vscode.CancellationError();
      this.log.debug(`Tokens could not be counted (${String(error)}): estimated.`);
      return estimate;
    }
  }

  dispose(): void {
    this.listener.dispose();
    this.changed.dispose();
  }

  private async key(): Promise<string> {
    const known = await this.apiKey.get();
    if (!known)
      throw vscode.LanguageModelError.NoPermissions('No Anthropic key is set: Architect: Set Anthropic API Key.');
    return known.key;
  }
}

/**
 * What the user has to be told after the last part of an answer; `undefined` if it is complete.
 * @throws Error for people if there is no answer
 */
function lastWords(
  { reason, detail }: Extract<BackendEvent, { readonly type: 'stop' }>,
  answered: { readonly text: string; readonly calls: number },
  most: number,
  { maxTokens }: AgentSettings,
): string | undefined {
  if (reason === 'refusal') throw vscode.LanguageModelError.Blocked(detail ?? 'Claude declined to answer this.');
  if (reason === 'contextExceeded')
    throw vscode.LanguageModelError.Blocked('The conversation is too long for this model.');
  // Calls are whole here: the answer goes on with their results.
  if (reason !== 'maxTokens' || answered.calls > 0) return undefined;
  const why = `The answer is longer than ${grouped(most)} tokens and was cut. Ask to go on${most < maxTokens ? '' : ', or allow more (Architect › Anthropic: Max Tokens)'}.`;
  if (answered.text.trim() === '') throw new Error(why);
  // An error would make the editor drop what it has not passed on yet.
  return `${closingFence(answered.text)}\n\n*${why}*`;
}

/** A picture counts as what the provider counts at most for one, not as its text form. */
const IMAGE_CHARACTERS = 5_600;

function lengthOf(messages: BackendRequest['messages']): number {
  let length = 0;
  for (const { content } of messages)
    for (const block of content)
      length +=
        block.type === 'image'
          ? IMAGE_CHARACTERS
          : block.type === 'text'
            ? block.text.length
            : JSON.stringify(block).length;
  return length;
}

/** What chat and other extensions expect of a model that fails. */
function editorError(error: unknown): Error {
  if (error instanceof CancelledError || error instanceof vscode.CancellationError)
    return new vscode.CancellationError();
  if (!(error instanceof BackendError)) return error instanceof Error ? error : new Error(String(error));
  switch (error.kind) {
    case 'key':
    case 'permission':
    case 'billing':
      return vscode.LanguageModelError.NoPermissions(error.message);
    case 'model':
      return vscode.LanguageModelError.NotFound(error.message);
    case 'rateLimit':
    case 'overloaded':
    case 'spending':
    case 'tooLarge':
      return vscode.LanguageModelError.Blocked(error.message);
    default:
      return error;
  }
}

/** Offers Claude's models, and looks once so that they are known before the first question. */
export function registerClaudeModels(apiKey: ApiKey, log: vscode.LogOutputChannel): vscode.Disposable {
  const provider = new ClaudeProvider(apiKey, log);
  const look = (): void => {
    vscode.lm.selectChatModels({ vendor: CLAUDE_VENDOR }).then(
      (models) => log.debug(`The picker offers ${models.length} Claude models.`),
      (error: unknown) => log.warn('Claude could not be offered as a language model.', error),
    );
  };
  const registration = vscode.Disposable.from(
    provider,
    vscode.lm.registerLanguageModelChatProvider(CLAUDE_VENDOR, provider),
    apiKey.onDidChange(look),
  );
  look();
  return registration;
}
