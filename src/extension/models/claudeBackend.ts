/** The Anthropic back end for a key; kept, so that a warm question finds its connection open. */
import { AnthropicBackend, type AnthropicOptions } from '../../agent/index.js';
import { listedModels } from './claudeModels.js';

let last: { readonly options: AnthropicOptions; readonly backend: AnthropicBackend } | undefined;

/** The back end for this key, address and list of models: the same one while they stay the same. */
export function claudeBackend(key: string, { baseUrl }: { readonly baseUrl: string | undefined }): AnthropicBackend {
  const models = listedModels();
  const known = last?.options;
  if (!last || known?.key !== key || known.baseUrl !== baseUrl || known.models !== models) {
    const options: AnthropicOptions = { key, baseUrl, models };
    last = { options, backend: new AnthropicBackend(options) };
  }
  return last.backend;
}
