/**
 * Where a key may be sent: nowhere in the clear, except to this very machine.
 * @returns `undefined` for the provider's own address
 * @throws Error for people
 */
export function safeBaseUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const setting = 'the setting architect.anthropic.baseUrl';
  if (!URL.canParse(trimmed)) throw new Error(`“${trimmed}” is not an address: see ${setting}.`);
  const { protocol, hostname } = new URL(trimmed);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && local)) return trimmed;
  throw new Error(`The key is only sent over https, or over http to this machine: see ${setting}.`);
}
