/** How many tokens a text is, roughly, where the provider isn't asked. */

/** Code of these models has three to four characters a token; this errs on the safe side. */
const CHARACTERS_PER_TOKEN = 3.2;

/** About so many tokens, rather too many. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Characters that are about so many tokens. */
export function charactersFor(tokens: number): number {
  return Math.floor(tokens * CHARACTERS_PER_TOKEN);
}
