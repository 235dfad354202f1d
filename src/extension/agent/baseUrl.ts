/**
 * Where a key may be sent: nowhere in the clear, except to this very machine.
 * @returns `undefined` for the provider's own address
 * @throws Error for people
 */
export function safeBaseUrl(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const setting = 'the setting architect.anthropic.baseUrl';
  // What was typed is not repeated: a key may have got into it.
  if (!URL.canParse(trimmed)) throw new Error(`What ${setting} says is not an address like https://host/path.`);
  const { protocol, hostname, username, password } = new URL(trimmed);
  if (username !== '' || password !== '')
    throw new Error(
      `The address in ${setting} has a name, password or key before its host. Take it out: the key goes along by itself once it is set with “Architect: Set Anthropic API Key”.`,
    );
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && local)) return trimmed;
  throw new Error(`The key is only sent over https, or over http to this machine: see ${setting}.`);
}
