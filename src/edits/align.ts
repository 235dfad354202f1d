/**
 * Brings ranges into the form that the rest relies on: each changes something, and each is whole lines of both texts.
 */
import { CHANGED_SINCE, describe, sameOwner, unique, withConflict } from './owners.js';
import { isLineBreakBetween, lineStartAt, nextLineStart } from './text.js';
import type { HunkId, ProposalRange } from './types.js';

/** Drops ranges that changed nothing in the end and makes the others whole lines of document and baseline. */
export function settle(
  document: string,
  ranges: readonly ProposalRange[],
  nextId: number,
): { ranges: readonly ProposalRange[]; nextId: number } {
  const aligned = align(document, dropEqual(document, ranges), nextId);
  return { ranges: dropEqual(document, aligned.ranges), nextId: aligned.nextId };
}

function dropEqual(document: string, ranges: readonly ProposalRange[]): readonly ProposalRange[] {
  return ranges.filter(
    (range) => range.base.length !== range.end - range.start || !document.startsWith(range.base, range.start),
  );
}

/**
 * Extends ranges over the equal text beside them until they start and end with a line in both texts, whatever becomes of their
 * neighbours; joins those that meet that way.
 */
function align(
  document: string,
  ranges: readonly ProposalRange[],
  nextId: number,
): { ranges: readonly ProposalRange[]; nextId: number } {
  const list = [...ranges];
  let id = nextId;
  const joinWithNext = (i: number): void => {
    const a = list[i]!;
    const b = list[i + 1]!;
    const described = describe([a, b]);
    const joined: ProposalRange = {
      id: id++,
      start: a.start,
      end: b.end,
      base: a.base + document.slice(a.end, b.start) + b.base,
      owners: described.owners,
      groups: described.groups,
      parameters: CHANGED_SINCE,
      edited: a.edited || b.edited,
      from: unique([a.id, ...a.from, b.id, ...b.from]),
    };
    list.splice(i, 2, withConflict(joined, a.conflict ?? b.conflict));
  };
  for (let i = 0; i < list.length;) {
    const range = list[i]!;
    if (!startsLine(document, list, i)) {
      const floor = list[i - 1]?.end ?? 0;
      if (i > 0 && floor === range.start) {
        joinWithNext(i - 1);
        i--;
        continue;
      }
      const start = Math.max(floor, lineStartAt(document, range.start - 1));
      list[i] = { ...range, start, base: document.slice(start, range.start) + range.base };
      continue;
    }
    if (!endsAtLine(document, list, i)) {
      const next = list[i + 1];
      const ceiling = next?.start ?? document.length;
      if (next && ceiling === range.end) {
        joinWithNext(i);
        continue;
      }
      const end = Math.min(ceiling, nextLineStart(document, range.end));
      list[i] = { ...range, end, base: range.base + document.slice(range.end, end) };
      continue;
    }
    i++;
  }
  return { ranges: list, nextId: id };
}

/** Characters that may stand beside a border: from the document, and from the baseline. `''` is the text's begin or end. */
function charsBefore(document: string, list: readonly ProposalRange[], i: number): string[] {
  const range = list[i]!;
  return unique([document.charAt(range.start - 1), baseCharBefore(document, list, i)]);
}

function baseCharBefore(document: string, list: readonly ProposalRange[], i: number): string {
  let at = list[i]!.start;
  for (let j = i - 1; j >= 0 && list[j]!.end === at; j--) {
    const before = list[j]!;
    if (before.base !== '') return before.base.charAt(before.base.length - 1);
    at = before.start;
  }
  return document.charAt(at - 1);
}

function baseCharAfter(document: string, list: readonly ProposalRange[], i: number): string {
  let at = list[i]!.end;
  for (let j = i + 1; j < list.length && list[j]!.start === at; j++) {
    const next = list[j]!;
    if (next.base !== '') return next.base.charAt(0);
    at = next.end;
  }
  return document.charAt(at);
}

/** The character that ends the range in the baseline; the one before it, if it holds none there. */
export function baseLastChar(document: string, list: readonly ProposalRange[], i: number): string {
  const { base } = list[i]!;
  return base === '' ? baseCharBefore(document, list, i) : base.charAt(base.length - 1);
}

function baseFirstChar(document: string, list: readonly ProposalRange[], i: number): string {
  const { base } = list[i]!;
  return base === '' ? baseCharAfter(document, list, i) : base.charAt(0);
}

export function endsLine(char: string): boolean {
  return char === '' || char === '\n' || char === '\r';
}

/** Whether the range starts with a line, whichever of the two texts stands on either side of its start. */
function startsLine(document: string, list: readonly ProposalRange[], i: number): boolean {
  const after = unique([document.charAt(list[i]!.start), baseFirstChar(document, list, i)]);
  return charsBefore(document, list, i).every((before) => after.every((next) => isLineBreakBetween(before, next)));
}

function endsAtLine(document: string, list: readonly ProposalRange[], i: number): boolean {
  const range = list[i]!;
  const before = unique([document.charAt(range.end - 1), baseLastChar(document, list, i)]);
  const after = unique([document.charAt(range.end), baseCharAfter(document, list, i)]);
  return after.every((next) => next === '' || before.every((char) => isLineBreakBetween(char, next)));
}

/** Ranges of the same proposal that touch each other and say the same of themselves are one hunk. */
export function joinTwins(
  document: string,
  ranges: readonly ProposalRange[],
  fresh: (id: HunkId) => boolean,
): readonly ProposalRange[] {
  const result: ProposalRange[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    if (
      last &&
      last.end === range.start &&
      fresh(last.id) &&
      fresh(range.id) &&
      last.from.length === 0 &&
      range.from.length === 0 &&
      twins(last, range)
    ) {
      result[result.length - 1] = { ...last, end: range.end, base: last.base + range.base };
    } else result.push(range);
  }
  return dropEqual(document, result);
}

function twins(a: ProposalRange, b: ProposalRange): boolean {
  return (
    a.owners.length === b.owners.length &&
    a.owners.every((owner, i) => sameOwner(owner, b.owners[i]!)) &&
    a.groups.join('\n') === b.groups.join('\n') &&
    JSON.stringify(a.parameters) === JSON.stringify(b.parameters)
  );
}
