/** Differences between two texts: whole lines first, then inside lines. The `diff` package does the searching. */
import { diffArrays, diffWordsWithSpace } from 'diff';
import type { OffsetRange } from './types.js';
import { splitLines } from './text.js';

/** Lines `[aStart, aEnd)` of one text stand where `[bStart, bEnd)` of the other do. */
export interface LineChunk {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
}

/** Beyond this edit distance between two anchors the lines count as replaced: the search's time grows with its square. */
const MAX_LINE_EDITS = 600;
const MAX_WORD_EDITS = 400;
/** Longer hunks get no marks inside lines: nobody reads them there. */
const MAX_MARKED_LENGTH = 8_000;
/** With less in common than this share, marks would be noise. */
const MIN_COMMON = 0.3;

/** The chunks in which two lists of lines differ, in order, never touching each other. */
export function diffLines(a: readonly string[], b: readonly string[]): LineChunk[] {
  const numbers = new Map<string, number>();
  const number = (line: string): number => {
    let known = numbers.get(line);
    if (known === undefined) numbers.set(line, (known = numbers.size));
    return known;
  };
  const left = a.map(number);
  const right = b.map(number);
  const chunks = new LineSearch(left, right, numbers.size).run();
  return joinTouching(chunks).map((chunk, i, all) => slide(chunk, all[i - 1], all[i + 1], a, b));
}

const NOWHERE = -2;
const MANY = -1;

/** Compares lists of line numbers: equal lines have equal numbers, from 0 up to `kinds`. */
class LineSearch {
  private readonly chunks: LineChunk[] = [];
  /** Where a line stands within the part at hand; scratch space, `NOWHERE` in between. */
  private readonly placesA: Int32Array;
  private readonly placesB: Int32Array;

  constructor(
    private readonly a: readonly number[],
    private readonly b: readonly number[],
    kinds: number,
  ) {
    this.placesA = new Int32Array(kinds).fill(NOWHERE);
    this.placesB = new Int32Array(kinds).fill(NOWHERE);
  }

  run(): LineChunk[] {
    this.between(0, this.a.length, 0, this.b.length);
    return this.chunks;
  }

  private between(aLow: number, aHigh: number, bLow: number, bHigh: number): void {
    const { a, b } = this;
    while (aLow < aHigh && bLow < bHigh && a[aLow] === b[bLow]) {
      aLow++;
      bLow++;
    }
    while (aLow < aHigh && bLow < bHigh && a[aHigh - 1] === b[bHigh - 1]) {
      aHigh--;
      bHigh--;
    }
    if (aLow === aHigh && bLow === bHigh) return;
    if (aLow === aHigh || bLow === bHigh) {
      this.chunks.push({ aStart: aLow, aEnd: aHigh, bStart: bLow, bEnd: bHigh });
      return;
    }
    const anchors = this.uniqueCommon(aLow, aHigh, bLow, bHigh);
    if (anchors.length === 0) {
      this.search(aLow, aHigh, bLow, bHigh);
      return;
    }
    let aFrom = aLow;
    let bFrom = bLow;
    for (const [ai, bi] of anchors) {
      this.between(aFrom, ai, bFrom, bi);
      aFrom = ai + 1;
      bFrom = bi + 1;
    }
    this.between(aFrom, aHigh, bFrom, bHigh);
  }

  /** Lines that occur once on either side, in an order that both sides share (patience diff): these surely correspond. */
  private uniqueCommon(aLow: number, aHigh: number, bLow: number, bHigh: number): [number, number][] {
    const { a, b, placesA, placesB } = this;
    for (let i = aLow; i < aHigh; i++) placesA[a[i]!] = placesA[a[i]!] === NOWHERE ? i : MANY;
    for (let i = bLow; i < bHigh; i++) placesB[b[i]!] = placesB[b[i]!] === NOWHERE ? i : MANY;
    const pairs: [number, number][] = [];
    for (let i = aLow; i < aHigh; i++) {
      const line = a[i]!;
      const other = placesB[line]!;
      if (placesA[line] === i && other >= 0) pairs.push([i, other]);
    }
    for (let i = aLow; i < aHigh; i++) placesA[a[i]!] = NOWHERE;
    for (let i = bLow; i < bHigh; i++) placesB[b[i]!] = NOWHERE;
    return longestIncreasing(pairs);
  }

  private search(aLow: number, aHigh: number, bLow: number, bHigh: number): void {
    const parts = diffArrays(this.a.slice(aLow, aHigh), this.b.slice(bLow, bHigh), { maxEditLength: MAX_LINE_EDITS });
    if (parts === undefined) {
      this.chunks.push({ aStart: aLow, aEnd: aHigh, bStart: bLow, bEnd: bHigh });
      return;
    }
    let aAt = aLow;
    let bAt = bLow;
    for (const part of parts) {
      const aEnd = part.added ? aAt : aAt + part.count;
      const bEnd = part.removed ? bAt : bAt + part.count;
      if (part.added || part.removed) this.chunks.push({ aStart: aAt, aEnd, bStart: bAt, bEnd });
      aAt = aEnd;
      bAt = bEnd;
    }
  }
}

function longestIncreasing(pairs: [number, number][]): [number, number][] {
  const tops: number[] = [];
  const previous: number[] = [];
  for (let i = 0; i < pairs.length; i++) {
    let low = 0;
    let high = tops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tops[middle]!]![1] < pairs[i]![1]) low = middle + 1;
      else high = middle;
    }
    previous[i] = low > 0 ? tops[low - 1]! : -1;
    tops[low] = i;
  }
  const result: [number, number][] = [];
  for (let i = tops.at(-1) ?? -1; i >= 0; i = previous[i]!) result.push(pairs[i]!);
  return result.reverse();
}

function joinTouching(chunks: LineChunk[]): LineChunk[] {
  const result: LineChunk[] = [];
  for (const chunk of chunks) {
    const last = result.at(-1);
    if (last && last.aEnd === chunk.aStart && last.bEnd === chunk.bStart) {
      result[result.length - 1] = { ...last, aEnd: chunk.aEnd, bEnd: chunk.bEnd };
    } else result.push(chunk);
  }
  return result;
}

/**
 * Added or removed lines can often be shown in several places (which of two blank lines is the new one?). Takes the place
 * where the least indented line that isn't blank starts the chunk: a whole method rather than the end of one and the begin of the next.
 */
function slide(
  chunk: LineChunk,
  before: LineChunk | undefined,
  after: LineChunk | undefined,
  a: readonly string[],
  b: readonly string[],
): LineChunk {
  const added = chunk.aStart === chunk.aEnd;
  if (!added && chunk.bStart !== chunk.bEnd) return chunk;
  const lines = added ? b : a;
  const start = added ? chunk.bStart : chunk.aStart;
  const end = added ? chunk.bEnd : chunk.aEnd;
  // A line stays between two chunks, so that they don't touch; sliding looks the same from either side. Half the gap each,
  // since the neighbour may slide, too.
  const gapBefore = before ? Math.floor((chunk.aStart - before.aEnd - 1) / 2) : Infinity;
  const gapAfter = after ? Math.floor((after.aStart - chunk.aEnd - 1) / 2) : Infinity;
  let best = 0;
  let bestScore = placeScore(lines, start, end);
  for (let up = 1; up <= gapBefore && start - up >= 0 && lines[start - up] === lines[end - up]; up++) {
    const score = placeScore(lines, start - up, end - up);
    if (score < bestScore) [best, bestScore] = [-up, score];
  }
  for (
    let down = 1;
    down <= gapAfter && end + down <= lines.length && lines[start + down - 1] === lines[end + down - 1];
    down++
  ) {
    const score = placeScore(lines, start + down, end + down);
    if (score < bestScore) [best, bestScore] = [down, score];
  }
  return { aStart: chunk.aStart + best, aEnd: chunk.aEnd + best, bStart: chunk.bStart + best, bEnd: chunk.bEnd + best };
}

function placeScore(lines: readonly string[], start: number, end: number): number {
  return depth(lines[start]) + depth(lines[end]);
}

const BLANK_DEPTH = 1_000;

function depth(line: string | undefined): number {
  if (line === undefined) return 0;
  if (line.trim() === '') return BLANK_DEPTH;
  return line.length - line.trimStart().length;
}

interface Marks {
  readonly removed: readonly OffsetRange[];
  readonly added: readonly OffsetRange[];
}

const NO_MARKS: Marks = { removed: [], added: [] };

/** Hunks are computed anew at every key, and nearly all of them are the same as before: their marks are remembered. */
const remembered = new Map<string, Marks>();
const MAX_REMEMBERED = 4_000;

/**
 * The parts that differ between removed and added lines, as offsets into either text; none if there is too little in common.
 * A mark never reaches over a line end and never splits a surrogate pair.
 */
export function markChanges(removed: string, added: string): Marks {
  if (removed === '' || added === '' || removed.length + added.length > MAX_MARKED_LENGTH) return NO_MARKS;
  const key = `${removed.length}:${removed}${added}`;
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  const marks = computeMarks(removed, added);
  remembered.set(key, marks);
  return marks;
}

function computeMarks(removed: string, added: string): Marks {
  const parts = diffWordsWithSpace(removed, added, { maxEditLength: MAX_WORD_EDITS });
  if (parts === undefined) return NO_MARKS;
  const marks: { removed: OffsetRange[]; added: OffsetRange[] } = { removed: [], added: [] };
  let a = 0;
  let b = 0;
  let common = 0;
  for (const part of parts) {
    const length = part.value.length;
    if (part.removed) {
      addMark(marks.removed, removed, a, a + length);
      a += length;
    } else if (part.added) {
      addMark(marks.added, added, b, b + length);
      b += length;
    } else {
      common += part.value.replace(/\s/g, '').length;
      a += length;
      b += length;
    }
  }
  const least = Math.min(removed.replace(/\s/g, '').length, added.replace(/\s/g, '').length);
  return common < least * MIN_COMMON ? NO_MARKS : marks;
}

function addMark(marks: OffsetRange[], text: string, start: number, end: number): void {
  let at = start;
  for (const line of splitLines(text.slice(start, end))) {
    const from = isSplitPair(text, at) ? at - 1 : at;
    const content = line.replace(/[\r\n]+$/, '').length;
    const to = isSplitPair(text, at + content) ? at + content + 1 : at + content;
    const last = marks.at(-1);
    if (last && last.end >= from) marks[marks.length - 1] = { start: last.start, end: Math.max(to, last.end) };
    else if (content > 0) marks.push({ start: from, end: to });
    at += line.length;
  }
}

/** Whether `offset` lies between the two halves of one character. */
export function isSplitPair(text: string, offset: number): boolean {
  return (
    offset > 0 &&
    offset < text.length &&
    (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800 &&
    (text.charCodeAt(offset) & 0xfc00) === 0xdc00
  );
}
