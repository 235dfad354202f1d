/**
 * A proposal that grows while its author is still thinking: edits show as they are decided.
 *
 * For whoever writes an agent:
 *
 * ```ts
 * const proposal = services.changes.begin({ token });
 * const { text, version } = await proposal.read(uri);        // what the edits are to be made for, pending changes included
 * const { refused } = await proposal.add({ id, title, reason, files: [{ uri, version, edits }] });
 * // … refused: nothing was modified, the message says why; make other edits and add again
 * proposal.finish();                                         // or: await proposal.cancel()
 * ```
 *
 * Whoever decides anew on the whole of it again and again calls `become(sets, originals)` instead of `add`.
 *
 * - A set must be whole: `add` has the analyser look at the document with the set in it, and refuses what doesn't parse or brings
 *   a new shape problem (`checked: true` says that this has been done). Edits that only work together go into ONE set, or bear
 *   the same set id and group if the first of them works without the second.
 * - `version` names the text that offsets refer to. After `read`, the user may go on typing: edits are carried over what was
 *   typed, and only refused where it is in their place.
 * - Each `add` is one undo stop in each of its files: the user may type between two of them, so they can't be one.
 * - Nothing is shown or focused, and editors go on showing the lines that they showed, whatever comes in above (`viewport.ts`).
 * - `cancel` takes back what was added, except what the user has kept or typed into. Someone who presses Stop usually wants to
 *   keep what is there: then call `finish`.
 */
import type * as vscode from 'vscode';
import type { EditSet } from '../../edits/index.js';
import { openForEdit } from './documents.js';
import type { TextAt } from './locate.js';
import type { PendingChanges, Proposed } from './pendingChanges.js';

/** A file's text to make edits for. */
export interface ProposalText {
  readonly text: string;
  /** For `FileEdit.version`. */
  readonly version: number;
}

/** The text of a file that edits were made for. */
export interface Original {
  readonly uri: string;
  readonly text: string;
  /** The editor's, if the file was open then. */
  readonly version?: number;
}

export interface GrowingProposal {
  /** The text of a file as it is now. @throws what the editor throws if the file can't be opened */
  read(uri: string): Promise<ProposalText>;
  /** Checks one more set and shows its hunks. Nothing is modified if it is refused. */
  add(set: EditSet, options?: { readonly checked?: boolean }): Promise<Proposed>;
  /**
   * Makes the proposal consist of these sets, which the analyser has passed together: those that are new are shown, those that are
   * gone or different are taken back, as far as the user has not worked on them. What the user has decided on stays decided.
   * @param originals the texts that the edits are for
   */
  become(sets: readonly EditSet[], originals: readonly Original[]): Promise<Proposed>;
  /** All that was added so far and still waits for a decision. */
  readonly state: { readonly uris: readonly string[]; readonly hunks: number };
  /** Nothing more will come. */
  finish(): void;
  /** Nothing more will come, and what was added goes. @returns how many hunks stay, because the user worked on them */
  cancel(): Promise<number>;
}

/** How many texts of each file are remembered. */
const MAX_TEXTS = 20;

/** @param check says what is wrong with a set; undefined if nothing */
export function beginProposal(
  pending: PendingChanges,
  check: (set: EditSet, textAt: TextAt) => Promise<string | undefined>,
): GrowingProposal {
  const sets = new Set<string>();
  const texts = new Map<string, Map<number, string>>();
  const textAt: TextAt = (uri, version) => texts.get(uri)?.get(version);
  const remember = (document: vscode.TextDocument, uri: string, version: number, text: string): void => {
    const key = document.uri.toString();
    const known = texts.get(key) ?? new Map<number, string>();
    known.set(version, text);
    // A new file is known by its future name, too.
    texts.set(key, known).set(uri, known);
    const [oldest] = known.keys();
    if (known.size > MAX_TEXTS && oldest !== undefined) known.delete(oldest);
  };
  /** What `become` has shown: the sets as they were given. */
  let shown: readonly EditSet[] = [];
  /** The versions of the texts that `become` got edits for. */
  const versions = new Map<string, number>();
  const recall = async ({ uri, text, version }: Original): Promise<void> => {
    const document = await openForEdit({ uri });
    // A file that was read from the disk has no version: it is that of the document, if that is no other text.
    const of = version ?? versions.get(uri + text) ?? (document.getText() === text ? document.version : undefined);
    if (of === undefined) return;
    versions.set(uri + text, of);
    remember(document, uri, of, text);
  };
  let open = true;
  const done = pending.expectMore();
  const end = (): void => {
    open = false;
    done();
  };
  return {
    read: async (uri) => {
      const document = await openForEdit({ uri });
      const { version } = document;
      const text = document.getText();
      remember(document, uri, version, text);
      return { text, version };
    },
    add: async (set, { checked = false } = {}) => {
      if (!open) throw new Error('The proposal has ended already.');
      const refuseAll = (message: string): Proposed => ({
        uris: [],
        hunks: 0,
        refused: set.files.map(({ uri }) => ({ uri, message })),
      });
      const problem = checked ? undefined : await check(set, textAt);
      if (problem !== undefined) return refuseAll(problem);
      // Ended while the analyser was looking.
      if (!open) return refuseAll('The proposal was ended before this change was shown.');
      const proposed = await pending.propose([set], textAt);
      if (proposed.uris.length > 0) sets.add(set.id);
      return proposed;
    },
    become: async (wanted, originals) => {
      if (!open) throw new Error('The proposal has ended already.');
      for (const original of originals) await recall(original);
      const fresh = wanted.filter((set) => !shown.some((other) => isSame(set, other)));
      const gone = shown.filter((set) => !wanted.some((other) => isSame(set, other)));
      await pending.takeBack(new Set(gone.map(({ id }) => id)));
      const placed = fresh.map((set) => ({
        ...set,
        files: set.files.map((file) => {
          const original = originals.find(({ uri }) => uri === file.uri);
          const version = original && versions.get(file.uri + original.text);
          return version === undefined ? file : { ...file, version };
        }),
      }));
      const proposed = await pending.propose(placed, textAt);
      const isThere = ({ id }: EditSet): boolean =>
        proposed.uris.some((uri) => pending.hunks(uri).some((hunk) => isOf(hunk, new Set([id]))));
      // What was refused may fit the next time.
      shown = wanted.filter((set) => !fresh.includes(set) || isThere(set));
      for (const { id } of shown) sets.add(id);
      return proposed;
    },
    get state() {
      const uris = pending.uris.filter((uri) => pending.hunks(uri).some((hunk) => isOf(hunk, sets)));
      const hunks = uris.flatMap((uri) => pending.hunks(uri).filter((hunk) => isOf(hunk, sets))).length;
      return { uris, hunks };
    },
    finish: end,
    cancel: async () => {
      end();
      return pending.takeBack(sets);
    },
  };
}

function isSame(one: EditSet, other: EditSet): boolean {
  return one.id === other.id && JSON.stringify(one.files) === JSON.stringify(other.files);
}

function isOf(
  { owners }: { readonly owners: readonly { readonly set: string }[] },
  sets: ReadonlySet<string>,
): boolean {
  return owners.some(({ set }) => sets.has(set));
}
