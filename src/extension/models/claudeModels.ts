/** The list of Claude models: from the provider, kept for a while; the built-in one when it can't be had. */
import type * as vscode from 'vscode';
import { BUILT_IN_MODELS, CancelledError, listModels, type ModelEntry } from '../../agent/index.js';

const FRESH_MILLISECONDS = 60 * 60_000;
/** After a failure the built-in list serves for this long. */
const RETRY_MILLISECONDS = 60_000;

interface Listing {
  readonly key: string;
  readonly baseUrl: string | undefined;
  until: number;
  readonly models: Promise<readonly ModelEntry[]>;
}

let listed: readonly ModelEntry[] | undefined;

/** What the models can do, as the provider listed them last; `undefined` if it never did for this key. */
export function listedModels(): readonly ModelEntry[] | undefined {
  return listed;
}

/** Asks for the list at most once an hour for a key and an address. */
export class ClaudeModels {
  private known: Listing | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  async list(
    key: string,
    baseUrl: string | undefined,
    signal: AbortSignal,
  ): Promise<vscode.LanguageModelChatInformation[]> {
    let { known } = this;
    if (!known || known.until < Date.now() || known.key !== key || known.baseUrl !== baseUrl)
      known = this.known = this.ask(key, baseUrl);
    const { models } = known;
    const gone = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new CancelledError()), { once: true });
    });
    return (await Promise.race([models, gone])).map(informationOf);
  }

  forget(): void {
    this.known = listed = undefined;
  }

  /** For all who want the list: none of them can cancel it for the others. */
  private ask(key: string, baseUrl: string | undefined): Listing {
    const listing: Listing = {
      key,
      baseUrl,
      until: Date.now() + FRESH_MILLISECONDS,
      models: listModels({ key, baseUrl }, new AbortController().signal).then(
        (models) => {
          // The key may be another one by now.
          if (this.known === listing) listed = models;
          return models;
        },
        (error: unknown) => {
          this.log.warn(
            `The list of Claude models could not be had; the built-in one serves meanwhile. ${String(error)}`,
          );
          listing.until = Date.now() + RETRY_MILLISECONDS;
          return BUILT_IN_MODELS;
        },
      ),
    };
    return listing;
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
