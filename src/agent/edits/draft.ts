/** The changes that the model has proposed so far: the texts with them, which the tools read, and where each one stands. */
import { trimEdit, type TextEdit } from '../../edits/index.js';
import type { OverlayText } from '../../protocol/index.js';
import type { FilesPort } from '../ports.js';

/** One call of `propose_edit` or `create_file`. */
export interface Proposal {
  /** `e1`, `e2`…, unique in the conversation: the model calls it by this name. */
  readonly id: string;
  /** Proposals with the same title are one change: they only work together. */
  readonly title: string;
  readonly reason: string;
  readonly uri: string;
  /** Where its text stands in the present draft; empty for a removal. */
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
}

/** Proposals of one answer. Nothing here touches a document or the disk. */
export class Draft {
  private readonly byUri = new Map<string, DraftFile>();
  private list: Proposal[] = [];
  private last: number;

  /** @param usedIds ids of earlier answers, which are not given again */
  constructor(
    private readonly source: FilesPort,
    usedIds = 0,
  ) {
    this.last = usedIds;
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

  /** A file with the proposals so far; `undefined` if there is none. */
  async read(uri: string): Promise<DraftFile | undefined> {
    const known = this.byUri.get(uri);
    if (known) return known;
    const file = await this.source.read(uri);
    if (!file) return undefined;
    const fresh: DraftFile = { uri, original: file.text, version: file.version, created: false, text: file.text };
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
    const { start, end, newText } = trimEdit(file.text, edit);
    const shift = newText.length - (end - start);
    this.byUri.set(uri, { ...file, text: file.text.slice(0, start) + newText + file.text.slice(end) });
    this.list = this.list.map((each) => (each.uri === uri ? moved(each, start, end, shift) : each));
    const proposal: Proposal = { ...about, id: `e${++this.last}`, uri, start, end: start + newText.length };
    this.list.push(proposal);
    return proposal;
  }

  /** Adds a file that doesn't exist. */
  create(uri: string, text: string, about: { readonly title: string; readonly reason: string }): Proposal {
    const present = this.byUri.get(uri);
    if (present && !present.created) throw new RangeError(`${uri} exists`);
    this.byUri.set(uri, { uri, original: '', created: true, text });
    this.list = this.list.filter((each) => each.uri !== uri);
    const proposal: Proposal = { ...about, id: `e${++this.last}`, uri, start: 0, end: text.length };
    this.list.push(proposal);
    return proposal;
  }

  /** Drops all proposals for some files: their texts are the original ones again. */
  discard(uris: readonly string[]): void {
    for (const uri of uris) {
      const file = this.byUri.get(uri);
      if (!file) continue;
      if (file.created) this.byUri.delete(uri);
      else this.byUri.set(uri, { ...file, text: file.original });
      this.list = this.list.filter((each) => each.uri !== uri);
    }
  }
}

/** A proposal's place after a later edit of `[start, end)`. What is overwritten is given up. */
function moved(proposal: Proposal, start: number, end: number, shift: number): Proposal {
  if (end <= proposal.start) return { ...proposal, start: proposal.start + shift, end: proposal.end + shift };
  if (start >= proposal.end) return proposal;
  // Inside or across: it keeps what is left of its own text, with what was written into it.
  return { ...proposal, start: Math.min(proposal.start, start), end: Math.max(proposal.end, end) + shift };
}
