/** Which backups that other windows left behind are to be taken over. Pure. */
import type { StoredHead } from '../../edits/index.js';

export interface Leftover extends StoredHead {
  /** Milliseconds since 1970. */
  readonly changed: number;
}

/** Names one text of one file; no URI has a line end. */
export function textKey(uri: string, text: string): string {
  return `${uri}\n${text}`;
}

/** Whether all that is pending in a backup is pending or decided upon in another one of the same text. */
export function saysNothingNew(left: StoredHead, other: StoredHead): boolean {
  return (
    left.uri === other.uri &&
    left.texts.every((text) => other.texts.includes(text)) &&
    left.hunks.every((id) => other.known.includes(id))
  );
}

/**
 * Of one file only the newest backup is taken, and none while this window has one of its own: two can't be pending both, so the
 * others wait, unless they say nothing new: a newer one of the same text knows of later decisions on it.
 * @param known what this window has backups of
 * @param joined keys of texts that were pending in another window as well as in this one
 */
export function sortOut<T extends Leftover>(
  found: readonly T[],
  known: readonly StoredHead[],
  joined: ReadonlySet<string>,
): { take: T[]; obsolete: T[] } {
  const newer = [...known];
  const take: T[] = [];
  const obsolete: T[] = [];
  for (const each of found.toSorted((a, b) => b.changed - a.changed)) {
    const isJoined = each.texts.every((text) => joined.has(textKey(each.uri, text)));
    if (isJoined || newer.some((other) => saysNothingNew(each, other))) obsolete.push(each);
    else if (!newer.some(({ uri }) => uri === each.uri)) {
      newer.push(each);
      take.push(each);
    }
  }
  return { take, obsolete };
}
