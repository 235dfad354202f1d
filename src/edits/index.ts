/**
 * Text edits and pending changes: the core of the inline diffs. Pure: no editor, no disk, no other room.
 *
 * State per file is a `PendingChange`; it holds the document's text as last seen and the proposal ranges in it, each with
 * the baseline's text in its place. Outside the ranges document and baseline are the same text, so whatever the user types
 * there is in the baseline as well; `keep` drops a range, `undo` writes its baseline text back.
 */
export type * from './types.js';

export {
  countLineEnds,
  digestOf,
  indentLines,
  indentUnitOf,
  indentationAt,
  isLineStart,
  lineEndOf,
  lineStartAt,
  nextLineStart,
  sameButLineEnds,
  splitLines,
  withLineEnds,
  withoutLineEnd,
} from './text.js';
export { diffLines, markChanges, type LineChunk } from './lineDiff.js';
export {
  applyEdits,
  carryEdits,
  carryFileEdit,
  carryRange,
  composeEdits,
  conflictsBetween,
  editsConflict,
  editsProblem,
  invertEdits,
  joinTouchingEdits,
  minimalEdits,
  refineEdits,
  sortEdits,
  trimEdit,
} from './edit.js';
export { baselineText, hunksOf, textWith } from './hunks.js';
export {
  afterInFlight,
  annotate,
  cancelInFlight,
  keep,
  keepAll,
  onSaved,
  propose,
  renamed,
  resolveConflict,
  track,
  undo,
  undoAll,
} from './pending.js';
export { linkedHunks } from './links.js';
export { isInsideHunk, onDocumentChange, onExternalChange } from './events.js';
export { headOf, headOfState, restore, serialise, takeUp, uriIn, type StoredHead } from './store.js';
