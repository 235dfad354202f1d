/** The changes that the model has proposed so far: the texts with them, which the tools read, and where each one stands. */
import { randomUUID } from 'node:crypto';
import { refineEdits, type TextEdit } from '../../edits/index.js';
import type { OverlayText } from '../../protocol/index.js';
import type { FilesPort } from '../ports.js';
import type { DraftCheck } from './check.js';
import { piecesOf, textOf, withEdit, type Piece } from './pieces.js';

/** One call of `propose_edit` or `create_file`. */
export interface Proposal {
  /** `e1`, `e2`…, unique in the conversation: the model calls it by this name. */
  readonly id: string;
  /** Proposals with the same title are one change: they only work together. */
  readonly title: string;
  readonly reason: string;
  readonly uri: string;
  /** Where its text stood in the draft when it was proposed; empty for a removal. */
  readonly start: number;
  readonly end: number;
}

export interface DraftFile {
  readonly uri: string;
  /** Without any proposal; empty for a new file. */
  readonly original: string;
  readonly version?: number;
  readonly created: boolean;
  readonly text: string;
  /** The same, with who wrote what. */
  readonly pieces: readonly Piece[];
}

/** Proposals of one answer. Nothing here touches a document or the disk. */
export class Draft {
  private readonly byUri = new Map<string, DraftFile>();
  private list: Proposal[] = [];
  private last: number;
  private count = 0;
  private check: { readonly state: number; readonly result: DraftCheck } | undefined;
  /** Begins the ids of edit sets: no two answers share one. */
  readonly prefix = randomUUID().slice(0, 8);

  /** @param usedIds proposals of earlier answers, whose ids are not given again */
  constructor(
    private readonly source: FilesPort,
    usedIds = 0,
  ) {
    this.last = usedIds;
  }

  /** Another number after each proposal. */
  get state(): number {
    return this.count;
  }

  /** Remembers what the analyser found of a state. */
  checked(state: number, result: DraftCheck): void {
    this.check = { state, result };
  }

  /** What the analyser found of the draft as it is now; `undefined` if it wasn't asked since the last proposal. */
  get lastCheck(): DraftCheck | undefined {
    return this.check?.state === this.count ? this.check.result : undefined;
  }

  /** The number of the last proposal, for the next answer. */
  get usedIds(): number {
    return this.last;
  }

  /** Files that a proposal changes or creates. */
  get files(): readonly DraftFile[] {
    return [...this.byUri.values()].filter((file) => file.created || file.text !== file.original);
  }

  get proposals(): readonly Proposal[] {
    return this.list;
  }

  /** The changed texts, for requests to the analyser. */
  get overlay(): readonly OverlayText[] {
    return this.files.map(({ uri, text }) => ({ uri, text }));
  }

  /** Whether the file was read or created before. */
  has(uri: string): boolean {
    return this.byUri.has(uri);
  }

  /** Whether a proposal creates the file. */
  isNew(uri: string): boolean {
    return this.byUri.get(uri)?.created ?? false;
  }

  /** As `read`, for a look at many files: what isn't known yet is not remembered. */
  async peek(uri: string): Promise<{ readonly text: string } | undefined> {
    return this.byUri.get(uri) ?? this.source.read(uri);
  }

  /** A file with the proposals so far; `undefined` if there is none. */
  async read(uri: string): Promise<DraftFile | undefined> {
    const known = this.byUri.get(uri);
    if (known) return known;
    const file = await this.source.read(uri);
    if (!file) return undefined;
    const fresh: DraftFile = {
      uri,
      original: file.text,
      version: file.version,
      created: false,
      text: file.text,
      pieces: piecesOf(file.text),
    };
    // Another call may have been quicker: its proposals count.
    const present = this.byUri.get(uri);
    if (present) return present;
    this.byUri.set(uri, fresh);
    return fresh;
  }

  /** Adds an edit of the present text of a file that was read. */
  propose(uri: string, edit: TextEdit, about: { readonly title: string; readonly reason: string }): Proposal {
    const file = this.byUri.get(uri);
    if (!file) throw new RangeError(`${uri} was not read before it was changed`);
    const id = `e${++this.last}`;
    const parts = refineEdits(file.text, [edit]);
    let pieces = file.pieces;
    // From the end on, so that the places of the others stay.
    for (const part of [...parts].reverse()) pieces = withEdit(pieces, part, id);
    this.byUri.set(uri, { ...file, pieces, text: textOf(pieces, file.original) });
    const start = parts[0]?.start ?? edit.start;
    const shift = parts.reduce((sum, part) => sum + part.newText.length - (part.end - part.start), 0);
    const proposal: Proposal = {
      ...about,
      id,
      uri,
      start,
      end: Math.max(start, (parts.at(-1)?.end ?? edit.end) + shift),
    };
    this.list.push(proposal);
    this.count++;
    return proposal;
  }

  /** Adds a file that doesn't exist. */
  create(uri: string, text: string, about: { readonly title: string; readonly reason: string }): Proposal {
    const present = this.byUri.get(uri);
    if (present && !present.created) throw new RangeError(`${uri} exists`);
    const id = `e${++this.last}`;
    this.byUri.set(uri, { uri, original: '', created: true, text, pieces: [{ text, owner: id }] });
    this.list = this.list.filter((each) => each.uri !== uri);
    const proposal: Proposal = { ...about, id, uri, start: 0, end: text.length };
    this.list.push(proposal);
    this.count++;
    return proposal;
  }

  /** Drops all proposals for some files: their texts are the original ones again. */
  discard(uris: readonly string[]): void {
    this.count++;
    for (const uri of uris) {
      const file = this.byUri.get(uri);
      if (!file) continue;
      if (file.created) this.byUri.delete(uri);
      else this.byUri.set(uri, { ...file, text: file.original, pieces: piecesOf(file.original) });
      this.list = this.list.filter((each) => each.uri !== uri);
    }
  }
}
