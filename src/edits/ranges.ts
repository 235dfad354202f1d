/**
 * Proposal ranges and how changes of the document move them. The law kept here: outside the ranges document and baseline are
 * the same text; ranges are whole lines of both.
 */
import { baseLastChar, endsLine, settle } from './align.js';
import { applyEdits, sortEdits } from './edit.js';
import { CHANGED_SINCE, describe, unique, withConflict } from './owners.js';
import { isLineStart } from './text.js';
import type { HunkId, Owner, ParameterDelta, ProposalRange, TextEdit } from './types.js';

/** Says that a change is a proposal's: it becomes a range of its own instead of going into the baseline. */
export interface Claim {
  readonly owners: readonly Owner[];
  readonly groups: readonly string[];
  readonly parameters: ParameterDelta;
  /** Hunks that it replaces, when a known range comes back in another shape. */
  readonly from?: readonly HunkId[];
  /** It holds what the user typed. */
  readonly edited?: boolean;
}

/** A change of the document; without a claim it is the user's (or another program's). */
export interface Change extends TextEdit {
  readonly claim?: Claim;
}

export interface Moved {
  readonly document: string;
  readonly ranges: readonly ProposalRange[];
  readonly nextId: number;
  /** A change without a claim ran into a range. */
  readonly touched: boolean;
}

/** The document with the baseline's text in place of every range. */
export function baselineOf(document: string, ranges: readonly ProposalRange[]): string {
  return joinBase(document, ranges, 0, document.length);
}

/** A range or a change that runs into one, on its way from the old document to the new one. */
interface Item {
  readonly start: number;
  readonly end: number;
  readonly newStart: number;
  readonly newEnd: number;
  readonly range?: ProposalRange;
  readonly change?: Change;
}

/**
 * Applies changes to the document and carries the ranges along. Changes outside the ranges go into the baseline as well;
 * those that touch a range become part of it and leave the baseline alone; claims become ranges.
 * Cost: linear in the text plus (ranges + changes) · log(changes).
 */
export function moveRanges(
  document: string,
  ranges: readonly ProposalRange[],
  changes: readonly Change[],
  nextId: number,
  by: 'user' | 'external' = 'user',
): Moved {
  const ordered = sortEdits(changes);
  const after = applyEdits(document, ordered);
  const shifts = new Shifts(ordered);

  const hits = new Set<number>();
  const joinsNext = new Set<number>();
  const joinsPrevious = new Set<number>();
  ordered.forEach((change, i) => {
    if (change.claim) hits.add(i);
  });
  const items: Item[] = [];
  ranges.forEach((range, index) => {
    const newStart = range.start + shifts.until(shifts.before(range));
    const newEnd = range.end + shifts.until(shifts.through(range));
    const overlapping = shifts.overlapping(range);
    if (overlapping.length > 0) {
      overlapping.forEach((i) => hits.add(i));
    } else {
      // A change beside the range is outside it, unless it tears the range off its line start or end.
      if (!isLineStart(after, newStart)) {
        for (let i = shifts.before(range) - 1; i >= 0 && ordered[i]!.end === range.start && !ordered[i]!.claim; i--) {
          hits.add(i);
          joinsNext.add(i);
        }
      }
      if (newEnd < after.length && !(isLineStart(after, newEnd) && endsLine(baseLastChar(document, ranges, index)))) {
        for (
          let i = shifts.through(range);
          i < ordered.length && ordered[i]!.start === range.end && !ordered[i]!.claim;
          i++
        ) {
          hits.add(i);
          joinsPrevious.add(i);
        }
      }
    }
    items.push({ start: range.start, end: range.end, newStart, newEnd, range });
  });
  const joinNext = new Set<Item>();
  const joinPrevious = new Set<Item>();
  for (const i of hits) {
    const change = ordered[i]!;
    const newStart = change.start + shifts.until(i);
    const item: Item = {
      start: change.start,
      end: change.end,
      newStart,
      newEnd: newStart + change.newText.length,
      change,
    };
    items.push(item);
    if (joinsNext.has(i)) joinNext.add(item);
    if (joinsPrevious.has(i)) joinPrevious.add(item);
  }
  items.sort(
    (a, b) => a.start - b.start || a.end - b.end || (a.range ? 0 : 1) - (b.range ? 0 : 1) || a.newStart - b.newStart,
  );

  const moved: ProposalRange[] = [];
  let id = nextId;
  let touched = false;
  let group: Item[] = [];
  const flush = (): void => {
    if (group.length === 0) return;
    const united = unite(document, group, id, by);
    if (united.id >= id) id = united.id + 1;
    if (group.some((item) => item.change && !item.change.claim)) touched = true;
    moved.push(united);
    group = [];
  };
  let end = 0;
  let previous: Item | undefined;
  for (const item of items) {
    const joins =
      group.length > 0 &&
      (item.start < end || joinPrevious.has(item) || (previous !== undefined && joinNext.has(previous)));
    if (!joins) {
      flush();
      end = item.end;
    }
    group.push(item);
    end = Math.max(end, item.end);
    previous = item;
  }
  flush();
  return { document: after, ...settle(after, moved, id), touched };
}

/** Whether a change would count as the user's work on a hunk, rather than outside of all. */
export function touchesRange(document: string, ranges: readonly ProposalRange[], change: TextEdit): boolean {
  return moveRanges(document, ranges, [{ start: change.start, end: change.end, newText: change.newText }], 1).touched;
}

/** Sums over ordered changes, so that a range finds its new place without walking through all of them. */
class Shifts {
  private readonly sums: number[] = [0];

  constructor(private readonly changes: readonly Change[]) {
    for (const change of changes)
      this.sums.push(this.sums.at(-1)! + change.newText.length - (change.end - change.start));
  }

  /** By how much the first `count` changes move what comes after them. */
  until(count: number): number {
    return this.sums[count]!;
  }

  /**
   * How many changes come before the range. What is inserted where the range starts comes before it; where the range holds no
   * text, after it.
   */
  before(range: TextRange): number {
    return range.start === range.end ? this.endingBefore(range.start) : this.countEnding(range.start);
  }

  /** How many changes come before the range's end; an insertion right there comes after it. */
  through(range: TextRange): number {
    return this.endingBefore(range.end);
  }

  overlapping(range: TextRange): number[] {
    const result: number[] = [];
    for (let i = this.countEnding(range.start); i < this.changes.length && this.changes[i]!.start < range.end; i++)
      result.push(i);
    return result;
  }

  private countEnding(position: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.changes[middle]!.end <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private endingBefore(position: number): number {
    let count = this.countEnding(position);
    while (count > 0 && this.changes[count - 1]!.start === position) count--;
    return count;
  }
}

interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** One range from everything that runs into each other. */
function unite(document: string, items: readonly Item[], id: HunkId, by: 'user' | 'external'): ProposalRange {
  const start = items.reduce((least, item) => Math.min(least, item.start), Infinity);
  const end = items.reduce((most, item) => Math.max(most, item.end), 0);
  const newStart = items.reduce(
    (least, item) => (item.start === start ? Math.min(least, item.newStart) : least),
    Infinity,
  );
  const newEnd = items.reduce((most, item) => (item.end === end ? Math.max(most, item.newEnd) : most), 0);
  const old = items.flatMap((item) => item.range ?? []);
  const claims = items.flatMap((item) => item.change?.claim ?? []);
  const foreign = items.some((item) => item.change && !item.change.claim);
  const first = old[0];
  if (first && items.length === 1) return { ...first, start: newStart, end: newEnd };

  const base = old.length === 0 ? document.slice(start, end) : joinBase(document, old, start, end);
  const described = describe([...old, ...claims]);
  const sameClaim = old.length === 0 && new Set(claims).size === 1;
  const conflict =
    by === 'external' && foreign
      ? { proposed: old.find((range) => range.conflict)?.conflict?.proposed ?? document.slice(start, end) }
      : undefined;
  const keepsId = old.length === 1 && claims.length === 0;
  return withConflict(
    {
      id: keepsId ? first!.id : id,
      start: newStart,
      end: newEnd,
      base,
      owners: described.owners,
      groups: described.groups,
      parameters: sameClaim && !foreign ? claims[0]!.parameters : CHANGED_SINCE,
      edited: [...old, ...claims].some((part) => part.edited === true) || (foreign && by === 'user'),
      from: keepsId
        ? first!.from
        : unique([
            ...old.flatMap((range) => [range.id, ...range.from]),
            ...claims.flatMap((claim) => claim.from ?? []),
          ]),
    },
    conflict ?? old.find((range) => range.conflict)?.conflict,
  );
}

function joinBase(document: string, old: readonly ProposalRange[], start: number, end: number): string {
  const parts: string[] = [];
  let at = start;
  for (const range of old) {
    parts.push(document.slice(at, range.start), range.base);
    at = range.end;
  }
  parts.push(document.slice(at, end));
  return parts.join('');
}
