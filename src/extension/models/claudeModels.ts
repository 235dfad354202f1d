/** The list of Claude models: from the provider, kept for a while; the built-in one when it can't be had. */
import type * as vscode from 'vscode';
import { BUILT_IN_MODELS, listModels, type ModelEntry } from '../../agent/index.js';

const FRESH_MILLISECONDS = 60 * 60_000;
/** After a failure the built-in list serves for this long. */
const RETRY_MILLISECONDS = 60_000;

export class ClaudeModels {
  private known: { readonly until: number; readonly models: Promise<readonly ModelEntry[]> } | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  async list(
    key: string,
    baseUrl: string | undefined,
    signal: AbortSignal,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    if (!this.known || this.known.until < Date.now()) this.known = this.ask(key, baseUrl, signal);
    return (await this.known.models).map(informationOf);
  }

  forget(): void {
    this.known = undefined;
  }

  private ask(key: string, baseUrl: string | undefined, signal: AbortSignal): NonNullable<ClaudeModels['known']> {
    const models = listModels({ key, baseUrl }, signal).catch((error: unknown) => {
      this.log.warn(`The list of Claude models could not be had; the built-in one serves meanwhile. ${String(error)}`);
      this.known = { until: Date.now() + RETRY_MILLISECONDS, models: Promise.resolve(BUILT_IN_MODELS) };
      return BUILT_IN_MODELS;
    });
    return { until: Date.now() + FRESH_MILLISECONDS, models };
  }
}

function informationOf({ id, name, maxInput, maxOutput, images }: ModelEntry): vscode.LanguageModelChatInformation {
  return {
    id,
    name,
    family: id.replace(/-\d{8}$/, ''),
    version: id,
    tooltip: `${name}, with your Anthropic key. What you send goes to Anthropic.`,
    detail: 'Model Architect',
    maxInputTokens: maxInput,
    maxOutputTokens: maxOutput,
    capabilities: { toolCalling: true, imageInput: images },
  };
}
