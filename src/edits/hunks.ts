/** Hunks: what is shown of the pending changes, a pure function of state and document. */
import { linksOf } from './owners.js';
import { baselineOf } from './ranges.js';
import { markChanges } from './lineDiff.js';
import { countLineEnds, isLineStart, splitLines, withoutLineEnd } from './text.js';
import type { Hunk, LineRange, OffsetRange, PendingChange, ProposalRange } from './types.js';

/** The document without its pending changes, with all that the user typed outside them. */
export function baselineText(state: PendingChange): string {
  return baselineOf(state.document, state.ranges);
}

/** The baseline with only these hunks in it: what the file would be if they alone were kept. */
export function textWith(state: PendingChange, ids: readonly number[]): string {
  return baselineOf(
    state.document,
    state.ranges.filter((range) => !ids.includes(range.id)),
  );
}

/**
 * The pending changes in document order. Together they are the whole difference: putting each hunk's document text in place of
 * its baseline range gives the document, byte for byte.
 */
export function hunksOf(state: PendingChange): Hunk[] {
  const { document, ranges } = state;
  let counted = 0;
  let documentLine = 0;
  let shift = 0;
  let lineShift = 0;
  return ranges.map((range) => {
    documentLine += countLineEnds(document, counted, range.start);
    const old = splitLines(range.base);
    const fresh = splitLines(document.slice(range.start, range.end));
    const hunk = hunkOf(state, range, old, fresh, {
      baselineStart: range.start + shift,
      baselineLine: documentLine + lineShift,
      documentLine,
    });
    shift += range.base.length - (range.end - range.start);
    lineShift += old.length - fresh.length;
    documentLine += countLineEnds(document, range.start, range.end);
    counted = range.end;
    return hunk;
  });
}

interface Place {
  readonly baselineStart: number;
  readonly baselineLine: number;
  readonly documentLine: number;
}

function hunkOf(
  state: PendingChange,
  range: ProposalRange,
  old: readonly string[],
  fresh: readonly string[],
  place: Place,
): Hunk {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail++;
  let offset = lengthOf(fresh, 0, head);
  // A last line without line end that merely got one, because lines follow now (or the other way round), isn't shown as changed.
  const oldFirst = old.slice(0, old.length - tail)[head];
  const freshFirst = fresh.slice(0, fresh.length - tail)[head];
  const others = Math.max(old.length, fresh.length) - tail - head - 1;
  if (
    others > 0 &&
    oldFirst !== undefined &&
    freshFirst !== undefined &&
    withoutLineEnd(oldFirst) === withoutLineEnd(freshFirst) &&
    hasLineEnd(oldFirst) !== hasLineEnd(freshFirst)
  ) {
    offset += withoutLineEnd(freshFirst).length;
    head++;
  }
  const removed = old.slice(head, old.length - tail).map(withoutLineEnd);
  const added = fresh.slice(head, fresh.length - tail).map(withoutLineEnd);
  const tailLength = lengthOf(fresh, fresh.length - tail, fresh.length);
  const documentRange = lines(range.start + offset, range.end - tailLength, place.documentLine + head, added.length);
  const baselineRange = lines(
    place.baselineStart + offset,
    place.baselineStart + range.base.length - tailLength,
    place.baselineLine + head,
    removed.length,
  );
  const marks = markChanges(
    range.base.slice(offset, range.base.length - tailLength),
    state.document.slice(documentRange.start, documentRange.end),
  );
  return {
    id: range.id,
    baseline: baselineRange,
    document: documentRange,
    removed,
    added,
    counts: { removed: removed.length, added: added.length },
    marks: { removed: moved(marks.removed, baselineRange.start), added: moved(marks.added, documentRange.start) },
    onlyLineEnds: removed.length === added.length && removed.every((line, i) => line === added[i]),
    owners: range.owners,
    groups: linksOf(state.groups, range.groups),
    parameters: range.parameters,
    edited: range.edited,
    ...(range.conflict ? { conflict: range.conflict } : {}),
  };
}

function hasLineEnd(line: string): boolean {
  return isLineStart(line, line.length);
}

function lengthOf(lines: readonly string[], from: number, to: number): number {
  let length = 0;
  for (let i = from; i < to; i++) length += lines[i]!.length;
  return length;
}

function lines(start: number, end: number, startLine: number, count: number): LineRange {
  return { start, end, startLine, endLine: startLine + count };
}

function moved(ranges: readonly OffsetRange[], by: number): OffsetRange[] {
  return ranges.map((range) => ({ start: range.start + by, end: range.end + by }));
}
