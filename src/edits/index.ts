/**
 * Text edits and pending changes: the core of the inline diffs. Pure: no editor, no disk, no other room.
 *
 * State per file is a `PendingChange`; it holds the document's text as last seen and the proposal ranges in it, each with
 * the baseline's text in its place. Outside the ranges document and baseline are the same text, so whatever the user types
 * there is in the baseline as well; `keep` drops a range, `undo` writes its baseline text back.
 */
import type {
  Action, ActionOptions, DocumentChange, EditSet, FileEdit, Hunk, HunkId, HunkRef, ParameterDelta, PendingChange, Restored,
  Step, TextEdit, ThreeWay,
} from './types';

export type * from './types';

// --- Texts -----------------------------------------------------------------------------------------------------------
/** 64 bit digest of a text, as 16 hex digits (not cryptographic). */
export declare function digestOf(text: string): string;
/** The text's prevailing line end; `fallback` (default `\n`) if it has none. */
export declare function lineEndOf(text: string, fallback?: string): string;
/** The text with every line end replaced by `eol`. */
export declare function withLineEnds(text: string, eol: string): string;
/** Leading blanks and tabs of the line that holds `offset`. */
export declare function indentationAt(text: string, offset: number): string;
/** One step of indentation as the text uses it (`\t`, or that many blanks); four blanks if it shows none. */
export declare function indentUnitOf(text: string): string;

// --- Edits -----------------------------------------------------------------------------------------------------------
/** Why the edits can't be applied to the text (overlap, outside); undefined if they can. */
export declare function editsProblem(text: string, edits: readonly TextEdit[]): string | undefined;
/** The text after the edits, all at once. @throws RangeError on overlapping or out-of-range edits */
export declare function applyEdits(text: string, edits: readonly TextEdit[]): string;
/** Few small edits that turn one text into the other; never inside a surrogate pair or a CRLF. */
export declare function minimalEdits(from: string, to: string): TextEdit[];

// --- Pending changes -------------------------------------------------------------------------------------------------
/** Starts watching a document; no changes pending yet. For a new file: `text` is empty. */
export declare function track(uri: string, text: string, version: number): PendingChange;
/** The document without its pending changes, with all that the user typed outside them. */
export declare function baselineText(state: PendingChange): string;
/** The pending changes in document order. */
export declare function hunksOf(state: PendingChange): Hunk[];
/** Puts a proposal (one file of an edit set) on top of what is there, also over pending changes. */
export declare function propose(state: PendingChange, set: EditSet, file: FileEdit): Action;
/** Makes hunks part of the baseline; never changes the document. */
export declare function keep(state: PendingChange, ids: readonly HunkId[], options?: ActionOptions): Action;
/** Writes the baseline's text back in place of hunks, as one edit operation. */
export declare function undo(state: PendingChange, ids: readonly HunkId[], options?: ActionOptions): Action;
export declare function keepAll(state: PendingChange, options?: ActionOptions): Action;
export declare function undoAll(state: PendingChange, options?: ActionOptions): Action;
/** To be called with every change event of the document, our own included. */
export declare function onDocumentChange(state: PendingChange, change: DocumentChange): Step;
/** The editor refused the edits of the last action. */
export declare function cancelInFlight(state: PendingChange): PendingChange;
/** Another program (git, a formatter on disk) changed the file and the document was loaded again. */
export declare function onExternalChange(state: PendingChange, text: string, version: number): Step;
/** Settles a hunk in conflict: write the proposal again, leave the document as it is, or go back to the baseline. */
export declare function resolveConflict(state: PendingChange, id: HunkId, take: 'proposed' | 'current' | 'baseline', options?: ActionOptions): Action;
/** The document was saved. `tell` is true the first time that pending text went to the disk. */
export declare function onSaved(state: PendingChange): { state: PendingChange; tell: boolean };
/** Puts what the analyser found about a hunk on it. */
export declare function annotate(state: PendingChange, id: HunkId, parameters: ParameterDelta): PendingChange;
/** The file has a new name. */
export declare function renamed(state: PendingChange, uri: string): PendingChange;
/** The baseline with only these hunks in it: what the file would be if they alone were kept. */
export declare function textWith(state: PendingChange, ids: readonly HunkId[]): string;
/** The other hunks, in all files, that are linked with this one. */
export declare function linkedHunks(files: readonly PendingChange[], of: HunkRef): HunkRef[];

// --- Storage ---------------------------------------------------------------------------------------------------------
/** JSON for the extension's storage. Write it BEFORE the edits of an action are applied. */
export declare function serialise(state: PendingChange): string;
/** Reads it back and compares with what the document holds now. Nothing is to be written without the user. */
export declare function restore(json: string, text: string, version: number): Restored;
/** After a reload: take the current text as it is and keep those hunks pending that are still in it. */
export declare function adoptCurrent(threeWay: ThreeWay): PendingChange;
/** After a reload: write the proposal again on the current text, where it doesn't run into foreign changes. */
export declare function reapply(threeWay: ThreeWay): { action: Action; lost: HunkId[] };
