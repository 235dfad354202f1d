/**
 * The data of the edits room: plain, immutable, JSON-able. Offsets are UTF-16 code units into a text, lines count from 0,
 * every range is half-open.
 */

/** Replaces `[start, end)` of a text by `newText`. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/**
 * What a change does to the parameter count, as the analyser found it on an overlay; never guessed here.
 * `known` with `delta: 0` means counted and unchanged; `symbolic` carries an expression such as `513*num_classes`.
 */
export type ParameterDelta =
  | { readonly kind: 'known'; readonly delta: number }
  | { readonly kind: 'symbolic'; readonly expression: string }
  | {
      readonly kind: 'notChecked';
      readonly reason: string;
      /** Nobody has looked at the text as it is now, who still may. */
      readonly open?: boolean;
    };

/** One edit of a proposal. Edits with the same `group` (also across files of one set) belong together. */
export interface ProposedEdit extends TextEdit {
  /** Short text for the hunk, e.g. `Dropout after the embedding`. */
  readonly label?: string;
  /** Id of the prescription, rule or tool call it comes from. */
  readonly prescription?: string;
  /** Name of the group of edits that only work together. */
  readonly group?: string;
  readonly parameters?: ParameterDelta;
}

/** The edits of one file, against the text that `version` and/or `digest` name. Edits are disjoint, in any order. */
export interface FileEdit {
  readonly uri: string;
  /** The editor's version of the text that the offsets refer to. */
  readonly version?: number;
  /** `digestOf` the text that the offsets refer to. */
  readonly digest?: string;
  /** The file doesn't exist yet: the edits insert into an empty text. */
  readonly create?: boolean;
  readonly edits: readonly ProposedEdit[];
}

/** What is known about a group of edits that only work together. */
export interface GroupLink {
  readonly id: string;
  /** Why they belong together, e.g. `self.drop is defined in __init__ and used in forward`. */
  readonly reason?: string;
  readonly parameters?: ParameterDelta;
}

/** A proposal: one answer, one prescription or one quick fix, over one or more files. */
export interface EditSet {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly files: readonly FileEdit[];
  readonly groups?: readonly GroupLink[];
}

/** Who proposed a range. */
export interface Owner {
  /** Id of the edit set. */
  readonly set: string;
  readonly title: string;
  readonly reason: string;
  readonly label?: string;
  readonly prescription?: string;
}

/** Names a hunk within its file; stable while the hunk lives, never used again in that file's state. */
export type HunkId = number;

/** Another program's change ran into a proposal; nothing was written, the user decides (`resolveConflict`). */
export interface RangeConflict {
  /** The proposal's text of the range before the other program's change. */
  readonly proposed: string;
}

/**
 * A piece of the document that isn't the user's yet: whole lines of the document, and the baseline's text for them.
 * Outside such ranges document and baseline are the same text.
 */
export interface ProposalRange {
  readonly id: HunkId;
  readonly start: number;
  readonly end: number;
  /** The baseline's text in place of `[start, end)`. */
  readonly base: string;
  readonly owners: readonly Owner[];
  readonly groups: readonly string[];
  readonly parameters: ParameterDelta;
  /** The user typed inside: undoing asks first. */
  readonly edited: boolean;
  readonly conflict?: RangeConflict;
  /** Hunks that went into this one (typing or a second proposal joined them). */
  readonly from: readonly HunkId[];
}

/** What the ranges were when the document had a certain text; lets the editor's undo and redo bring hunks back. */
export interface Snapshot {
  readonly digest: string;
  readonly length: number;
  readonly ranges: readonly ProposalRange[];
}

/** The document's past and (after undo) future texts, oldest first; `at` is where the document is now. */
export interface History {
  readonly entries: readonly Snapshot[];
  readonly at: number;
}

/** An edit of ours that was handed out and hasn't come back as a change event yet. */
export interface InFlight {
  readonly kind: 'propose' | 'undo' | 'resolve';
  /** For the editor, in terms of `document`: one edit operation, one undo stop. */
  readonly edits: readonly TextEdit[];
  /** Text and ranges once it has been applied. */
  readonly document: string;
  readonly ranges: readonly ProposalRange[];
  readonly created?: Created;
  readonly nextId: number;
}

/** The file was made by a proposal. */
export interface Created {
  /** Digest of the text as proposed. */
  readonly digest: string;
}

/** Everything that is known about the pending changes of one file. Immutable; every operation gives a new one. */
export interface PendingChange {
  readonly uri: string;
  /** The editor's version of `document`. */
  readonly version: number;
  /** The document's text as last seen. */
  readonly document: string;
  /** In document order, disjoint. */
  readonly ranges: readonly ProposalRange[];
  readonly groups: readonly GroupLink[];
  readonly created?: Created;
  readonly inFlight?: InFlight;
  readonly history: History;
  /** Ids of the hunks that were kept, with those that had gone into them. */
  readonly kept: readonly HunkId[];
  readonly nextId: HunkId;
  /** The user was told that the disk holds pending text. */
  readonly toldSaved: boolean;
}

export interface LineRange {
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  /** Exclusive; equal to `startLine` if there are no lines (pure insertion or removal). */
  readonly endLine: number;
}

export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** One change as shown: derived from a `PendingChange`, never stored. */
export interface Hunk {
  readonly id: HunkId;
  /** Where it stands in the baseline text. */
  readonly baseline: LineRange;
  /** Where it stands in the document. */
  readonly document: LineRange;
  /** The baseline's lines, without line ends. */
  readonly removed: readonly string[];
  /** The document's lines, without line ends. */
  readonly added: readonly string[];
  readonly counts: { readonly removed: number; readonly added: number };
  /**
   * Changed parts inside the lines: offsets into the baseline text (`removed`) and into the document (`added`).
   * Both empty if the hunk only adds or removes lines, or if hardly anything is common.
   */
  readonly marks: { readonly removed: readonly OffsetRange[]; readonly added: readonly OffsetRange[] };
  /** Nothing differs but line ends, e.g. a final line end was added. */
  readonly onlyLineEnds: boolean;
  readonly owners: readonly Owner[];
  /** Groups that it is linked by; see `linkedHunks`. */
  readonly groups: readonly GroupLink[];
  readonly parameters: ParameterDelta;
  readonly edited: boolean;
  readonly conflict?: RangeConflict;
}

/** Why an operation was refused; the state is unchanged then. */
export type Refusal =
  /** The text isn't the one that the request was made for. */
  | 'stale'
  /** Edits overlap or lie outside the text. */
  | 'invalid'
  /** The edits change nothing. */
  | 'nothing'
  /** No such hunk (any more). */
  | 'unknownHunk'
  /** The user's own typing would go: ask, then call again with `confirmed`. */
  | 'asks'
  /** An earlier edit of ours is on its way to the editor: wait for its change event or call `cancelInFlight`. */
  | 'busy';

/**
 * What an operation asks for. With `edits`: apply them to the document as ONE edit operation (one undo stop) and let the
 * change event come back through `onDocumentChange`; if the editor refuses them, call `cancelInFlight`.
 * Without edits the new state is all there is.
 */
export type Action =
  | {
      readonly ok: true;
      readonly state: PendingChange;
      readonly edits: readonly TextEdit[];
      /** The file was made by the proposal and is untouched: delete it instead of applying `edits`. */
      readonly deleteFile: boolean;
    }
  | {
      readonly ok: false;
      /** The unchanged state. */
      readonly state: PendingChange;
      readonly refused: Refusal;
      /** For the user. */
      readonly message: string;
      /** The hunks it is about, where it is about some. */
      readonly hunks: readonly HunkId[];
    };

/** Guards of an operation that a user started. */
export interface ActionOptions {
  /** The version that the user saw; another one is refused as stale. */
  readonly version?: number;
  /** The user agreed that own typing inside the hunk is undone, too. */
  readonly confirmed?: boolean;
}

/** A change of the document as the editor tells it: `changes` against the old text, all at once, in any order. */
export interface DocumentChange {
  readonly version: number;
  readonly changes: readonly TextEdit[];
  /** The whole text afterwards. It has the last word: if `changes` don't lead to it, the difference is computed. */
  readonly text: string;
  readonly reason?: 'undo' | 'redo';
}

/** What a change of the document meant. */
export interface Step {
  readonly state: PendingChange;
  /**
   * `applied`: our own edit came back. `outside`: no hunk was touched (the baseline took the change along).
   * `inside`: the user changed a hunk. `travelled`: the editor's undo/redo led to a known text.
   * `external`: another program's change. `lineEnds`: only the line ends changed. `none`: same text.
   */
  readonly kind: 'applied' | 'outside' | 'inside' | 'travelled' | 'external' | 'lineEnds' | 'none';
  /** Hunks that are gone or new. */
  readonly gone: readonly HunkId[];
  readonly fresh: readonly HunkId[];
}

/** The file isn't as it was when its pending changes were stored. Nothing has been written; the user decides. */
export interface ThreeWay {
  /** The state as stored. */
  readonly stored: PendingChange;
  /** Without the pending changes. */
  readonly baseline: string;
  /** With them. */
  readonly proposed: string;
  /** What the file holds now. */
  readonly current: string;
  readonly version: number;
  /** The current text equals the baseline: the changes just aren't there. */
  readonly notApplied: boolean;
}

export type Restored =
  | { readonly kind: 'restored'; readonly state: PendingChange }
  | { readonly kind: 'changed'; readonly threeWay: ThreeWay }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** A hunk of one of several files. */
export interface HunkRef {
  readonly uri: string;
  readonly id: HunkId;
}
