/** What happens to a document from outside: typing, the editor's undo and redo, other programs, and our own edits coming back. */
import { applyEdits, editsProblem, minimalEdits, refineEdits } from './edit.js';
import { advance, find, goTo, insert, stillPending } from './history.js';
import { settle } from './align.js';
import { CHANGED_SINCE } from './owners.js';
import { baselineOf, moveRanges, touchesRange, type Change } from './ranges.js';
import { lineEndOf, sameButLineEnds, withLineEnds } from './text.js';
import { afterInFlight, cancelInFlight } from './pending.js';
import type { DocumentChange, PendingChange, ProposalRange, Step, TextEdit } from './types.js';

/**
 * To be called with every change event of the document, our own included. Synchronous and total: whatever the editor says,
 * afterwards the state's document is `change.text`, and no character of it is lost.
 */
export function onDocumentChange(state: PendingChange, change: DocumentChange): Step {
  if (state.inFlight && change.text !== state.document) {
    const ours = comeBack(state, change);
    if (ours) return step(state, ours, 'applied');
    // Someone was faster. The edits on their way were made for another text, so the editor won't take them any more.
    return onDocumentChange(cancelInFlight(state), change);
  }
  if (change.text === state.document) return step(state, { ...state, version: change.version }, 'none');
  if (change.reason) {
    const known = travel(state, change, change.reason);
    if (known) return step(state, known, 'travelled');
  }
  const wholeText = change.changes.reduce((sum, edit) => sum + edit.end - edit.start, 0) >= state.document.length;
  const explained = isExplained(state.document, change);
  if ((wholeText || !explained) && sameButLineEnds(state.document, change.text)) {
    return step(state, convertLineEnds(state, change.text, change.version), 'lineEnds');
  }
  const edits: readonly TextEdit[] = explained ? change.changes : minimalEdits(state.document, change.text);
  const changes: readonly Change[] = comeBackClaims(state, change, refineEdits(state.document, edits));
  const moved = moveRanges(state.document, state.ranges, changes, state.nextId);
  const history = change.reason
    ? insert(state.history, state.ranges, change.reason, moved.document, moved.ranges)
    : advance(state.history, state.ranges, moved.document, moved.ranges);
  const next = {
    ...state,
    version: change.version,
    document: moved.document,
    ranges: moved.ranges,
    nextId: moved.nextId,
    history,
  };
  return step(state, next, moved.touched ? 'inside' : 'outside');
}

function isExplained(document: string, change: DocumentChange): boolean {
  return editsProblem(document, change.changes) === undefined && applyEdits(document, change.changes) === change.text;
}

/** Our own edit, as the editor applied it (it may have its own idea of line ends in a text that had none). */
function comeBack(state: PendingChange, change: DocumentChange): PendingChange | undefined {
  const flight = state.inFlight;
  if (!flight) return undefined;
  const after = afterInFlight(state);
  if (flight.document === change.text) {
    return {
      ...after,
      version: change.version,
      history: advance(state.history, state.ranges, after.document, after.ranges),
    };
  }
  if (!sameButLineEnds(flight.document, change.text)) return undefined;
  return convertLineEnds({ ...after, history: state.history }, change.text, change.version, state.ranges);
}

/** The editor's undo or redo to a text that we know: its hunks come back, except those that were kept since. */
function travel(state: PendingChange, change: DocumentChange, reason: 'undo' | 'redo'): PendingChange | undefined {
  const at = find(state.history, reason, change.text);
  if (at === undefined) return undefined;
  const pending = stillPending(state.history.entries[at]!.ranges, state.kept);
  if (!pending) return undefined;
  const settled = settle(change.text, pending, state.nextId);
  return {
    ...state,
    version: change.version,
    document: change.text,
    ranges: settled.ranges,
    nextId: settled.nextId,
    history: goTo(state.history, state.ranges, at),
  };
}

/**
 * Undo or redo brings back a hunk of which a part was kept meanwhile: its old baseline text is no longer true. What comes back
 * is claimed for it again, on top of the baseline of now.
 */
function comeBackClaims(state: PendingChange, change: DocumentChange, edits: readonly TextEdit[]): readonly Change[] {
  if (!change.reason) return edits;
  const at = find(state.history, change.reason, change.text);
  if (at === undefined) return edits;
  const kept = new Set(state.kept);
  const returning = state.history.entries[at]!.ranges.filter((range) => !kept.has(range.id));
  let shift = 0;
  return edits.map((edit) => {
    const start = edit.start + shift;
    const end = start + edit.newText.length;
    shift += edit.newText.length - (edit.end - edit.start);
    const range = returning.find((candidate) => start <= candidate.end && candidate.start <= end);
    if (!range) return edit;
    const from = [range.id, ...range.from].filter((id) => !kept.has(id));
    return { ...edit, claim: { owners: range.owners, groups: range.groups, parameters: CHANGED_SINCE, from } };
  });
}

/** Whether typing this would count as work on a hunk, rather than outside of all hunks. */
export function isInsideHunk(state: PendingChange, edit: TextEdit): boolean {
  return touchesRange(state.document, state.ranges, edit);
}

/**
 * Another program changed the file and the editor loaded it again. Outside the hunks the baseline takes the change along; a hunk
 * that it ran into is in conflict, and a hunk whose place reads like the baseline again is gone.
 */
export function onExternalChange(state: PendingChange, text: string, version: number): Step {
  if (text === state.document) return step(state, { ...state, version }, 'none');
  const settled = cancelInFlight(state);
  if (sameButLineEnds(settled.document, text)) return step(state, convertLineEnds(settled, text, version), 'lineEnds');
  const edits = minimalEdits(settled.document, text);
  // Among equal lines the difference could be told at other places than those of the hunks. What is inserted beside a removal runs
  // into no text of it; if it is the removed lines, they are not to come twice.
  const allGone = text === baselineOf(settled.document, settled.ranges);
  const left = settled.ranges.filter(
    (range) => !allGone && !edits.some((edit) => bringsBack(settled.document, edit, range)),
  );
  const moved = moveRanges(settled.document, left, edits, settled.nextId, 'external');
  const history = advance(settled.history, settled.ranges, moved.document, moved.ranges);
  return step(
    state,
    { ...settled, version, document: text, ranges: moved.ranges, nextId: moved.nextId, history },
    'external',
  );
}

/** Whether an insertion puts the lines back that a hunk removed; among equal lines it may be told at another place. */
function bringsBack(document: string, { start, end, newText }: TextEdit, range: ProposalRange): boolean {
  const { start: place, base } = range;
  if (start !== end || place !== range.end || newText.length !== base.length) return false;
  return start <= place
    ? newText + document.slice(start, place) === document.slice(start, place) + base
    : base + document.slice(place, start) === document.slice(place, start) + newText;
}

/** The same text with other line ends: the baseline takes them, too, so that nothing but the proposal is pending. */
export function convertLineEnds(
  state: PendingChange,
  text: string,
  version: number,
  before: readonly ProposalRange[] = state.ranges,
): PendingChange {
  const eol = lineEndOf(text, lineEndOf(state.document));
  const place = placesWithOtherLineEnds(state.document, text);
  const converted = state.ranges.map((range) => ({
    ...range,
    start: place(range.start),
    end: place(range.end),
    base: withLineEnds(range.base, eol),
    ...(range.conflict ? { conflict: { proposed: withLineEnds(range.conflict.proposed, eol) } } : {}),
  }));
  const settled = settle(text, converted, state.nextId);
  return {
    ...state,
    version,
    document: text,
    ranges: settled.ranges,
    nextId: settled.nextId,
    history: advance(state.history, before, text, settled.ranges),
  };
}

/** Where an offset of one text lies in the other, for ascending offsets; the texts differ in line ends only. */
function placesWithOtherLineEnds(from: string, to: string): (offset: number) => number {
  let a = 0;
  let b = 0;
  return (offset) => {
    while (a < offset) {
      const lineEndA = lineEndLength(from, a);
      if (lineEndA === 0) {
        a++;
        b++;
      } else {
        a += lineEndA;
        b += lineEndLength(to, b);
      }
    }
    return b;
  };
}

function lineEndLength(text: string, at: number): number {
  const char = text.charAt(at);
  if (char === '\n') return 1;
  if (char !== '\r') return 0;
  return text.charAt(at + 1) === '\n' ? 2 : 1;
}

function step(before: PendingChange, after: PendingChange, kind: Step['kind']): Step {
  const old = new Set(before.ranges.map((range) => range.id));
  const now = new Set(after.ranges.map((range) => range.id));
  return {
    state: after,
    kind,
    gone: [...old].filter((id) => !now.has(id)),
    fresh: [...now].filter((id) => !old.has(id)),
  };
}
