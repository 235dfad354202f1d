/** Holds the context within its budget: what matters least goes first. */
import { beginning } from '../tools/text.js';
import type { Piece } from './gather.js';
import { charactersFor, estimateTokens } from './tokens.js';

/** A piece that has less than this left is left out. */
const LEAST_CHARACTERS = 800;

/** The pieces that fit, the last one shortened if need be. @param tokens the budget, by the estimate */
export function trimmed(pieces: readonly Piece[], tokens: number): Piece[] {
  let left = charactersFor(tokens);
  const kept = new Map<Piece, Piece>();
  // The most relevant ones take their part first; the order in which they are sent stays.
  for (const piece of [...pieces].sort((a, b) => a.rank - b.rank)) {
    if (piece.text.length <= left) {
      kept.set(piece, piece);
      left -= piece.text.length;
      continue;
    }
    if (left < LEAST_CHARACTERS) continue;
    kept.set(piece, { ...piece, text: shortenedText(piece.text, left) });
    left = 0;
  }
  return pieces.flatMap((piece) => kept.get(piece) ?? []);
}

/** Keeps the beginning, and the fence closed. */
function shortenedText(text: string, characters: number): string {
  const note = '\n… the rest is left out: use the tools to read it …';
  const close = text.includes('<untrusted') ? '\n</untrusted>' : '';
  return beginning(text, Math.max(0, characters - note.length - close.length)) + note + close;
}

/** Tokens of all pieces, by the estimate. */
export function tokensOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { text }) => sum + estimateTokens(text), 0);
}
