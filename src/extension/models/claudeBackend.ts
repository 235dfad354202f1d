/** The Anthropic back end for a key; kept, so that a warm question finds its connection open. */
import { AnthropicBackend } from '../../agent/index.js';

let last:
  { readonly key: string; readonly baseUrl: string | undefined; readonly backend: AnthropicBackend } | undefined;

export function claudeBackend(key: string, { baseUrl }: { readonly baseUrl: string | undefined }): AnthropicBackend {
  if (last?.key !== key || last.baseUrl !== baseUrl)
    last = { key, baseUrl, backend: new AnthropicBackend({ key, baseUrl }) };
  return last.backend;
}
