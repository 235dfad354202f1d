/** A text with edits on edits, in which every piece still knows whether it is the original's or who wrote it. */
import type { TextEdit } from '../../edits/index.js';

export type Piece =
  /** `[from, to)` of the original. */
  | { readonly from: number; readonly to: number }
  /** Written by a proposal; empty where one only removed. */
  | { readonly text: string; readonly owner: string };

/** An edit of the original, and who made it. */
export interface OwnedEdit extends TextEdit {
  readonly owners: readonly string[];
}

/** A text before any proposal, as one piece. */
export function piecesOf(original: string): readonly Piece[] {
  return [{ from: 0, to: original.length }];
}

/** Replaces `[start, end)` of the present text. */
export function withEdit(pieces: readonly Piece[], { start, end, newText }: TextEdit, owner: string): Piece[] {
  return [...cut(pieces, 0, start), { text: newText, owner }, ...cut(pieces, end, Infinity)];
}

/** The text that the pieces make. @param original the text before any proposal */
export function textOf(pieces: readonly Piece[], original: string): string {
  return pieces.map((piece) => ('text' in piece ? piece.text : original.slice(piece.from, piece.to))).join('');
}

/** The edits of the original that give the present text. */
export function editsOf(pieces: readonly Piece[], original: string): OwnedEdit[] {
  const edits: OwnedEdit[] = [];
  let at = 0;
  let run: { text: string; owners: Set<string> } | undefined;
  const close = (upTo: number): void => {
    if (run && original.slice(at, upTo) !== run.text)
      edits.push({ start: at, end: upTo, newText: run.text, owners: [...run.owners] });
    run = undefined;
  };
  for (const piece of pieces) {
    if ('text' in piece) {
      run ??= { text: '', owners: new Set() };
      run.text += piece.text;
      run.owners.add(piece.owner);
    } else if (piece.from < piece.to) {
      close(piece.from);
      at = piece.to;
    }
  }
  close(original.length);
  return edits;
}

function cut(pieces: readonly Piece[], from: number, to: number): Piece[] {
  const result: Piece[] = [];
  let position = 0;
  for (const piece of pieces) {
    const size = 'text' in piece ? piece.text.length : piece.to - piece.from;
    const low = Math.max(from - position, 0);
    const high = Math.min(to - position, size);
    // A removal has no text: it stays where it was.
    const inside = size === 0 ? (from === 0 ? position < to : position >= from) : low < high;
    if (inside)
      result.push(
        'text' in piece
          ? { ...piece, text: piece.text.slice(low, high) }
          : { from: piece.from + low, to: piece.from + high },
      );
    position += size;
  }
  return result;
}
