/**
 * Remembers which ranges the document's earlier texts had, so that the editor's undo and redo bring hunks back, and a hunk that
 * was kept meanwhile stays kept.
 */
import { digestOf } from './text.js';
import type { History, HunkId, ProposalRange, Snapshot } from './types.js';

/**
 * More steps back than this, the editor's undo is taken as an ordinary change. With many hunks fewer steps are remembered, since
 * each step holds them all.
 */
const MAX_ENTRIES = 500;
const MAX_RANGES = 50_000;
const MIN_ENTRIES = 40;

export function startHistory(document: string, ranges: readonly ProposalRange[]): History {
  return { entries: [snapshot(document, ranges)], at: 0 };
}

export function snapshot(document: string, ranges: readonly ProposalRange[]): Snapshot {
  return { digest: digestOf(document), length: document.length, ranges };
}

/** After an ordinary change: what could be redone is gone. `before` are the ranges right before it. */
export function advance(
  history: History,
  before: readonly ProposalRange[],
  document: string,
  ranges: readonly ProposalRange[],
): History {
  const past = refresh(history, before).entries.slice(0, history.at + 1);
  const limit = Math.max(MIN_ENTRIES, Math.min(MAX_ENTRIES, Math.floor(MAX_RANGES / Math.max(1, ranges.length))));
  const entries = [...past, snapshot(document, ranges)].slice(-limit);
  return { entries, at: entries.length - 1 };
}

/** After an undo or redo to a text that isn't remembered: what lies on the other side stays reachable. */
export function insert(
  history: History,
  before: readonly ProposalRange[],
  reason: 'undo' | 'redo',
  document: string,
  ranges: readonly ProposalRange[],
): History {
  const known = refresh(history, before);
  const at = reason === 'undo' ? history.at : history.at + 1;
  return { entries: [...known.entries.slice(0, at), snapshot(document, ranges), ...known.entries.slice(at)], at };
}

/** The nearest earlier (undo) or later (redo) place with this text; undefined if there is none. */
export function find(history: History, reason: 'undo' | 'redo', document: string): number | undefined {
  const digest = digestOf(document);
  const step = reason === 'undo' ? -1 : 1;
  for (let i = history.at + step; i >= 0 && i < history.entries.length; i += step) {
    const entry = history.entries[i]!;
    if (entry.length === document.length && entry.digest === digest) return i;
  }
  return undefined;
}

export function goTo(history: History, before: readonly ProposalRange[], at: number): History {
  return { ...refresh(history, before), at };
}

/** The current entry with the ranges as they are by now (notes, keeps). */
function refresh(history: History, ranges: readonly ProposalRange[]): History {
  const current = history.entries[history.at]!;
  if (current.ranges === ranges) return history;
  const entries = [...history.entries];
  entries[history.at] = { ...current, ranges };
  return { ...history, entries };
}

/**
 * A snapshot's ranges without those that were kept since. Undefined if one holds a part that was kept: then the snapshot can't
 * tell the baseline any more.
 */
export function stillPending(
  ranges: readonly ProposalRange[],
  kept: readonly HunkId[],
): readonly ProposalRange[] | undefined {
  if (kept.length === 0) return ranges;
  const gone = new Set(kept);
  const pending = ranges.filter((range) => !gone.has(range.id));
  return pending.some((range) => range.from.some((id) => gone.has(id))) ? undefined : pending;
}
