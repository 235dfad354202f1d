/** Pending changes as JSON, and back: across reloads nothing is written without the user. */
import { carryEdits, joinTouchingEdits, minimalEdits, trimEdit } from './edit.js';
import { convertLineEnds, onExternalChange } from './events.js';
import { advance } from './history.js';
import { afterInFlight, cancelInFlight, track } from './pending.js';
import { CHANGED_SINCE } from './owners.js';
import { baselineOf, moveRanges, type Change } from './ranges.js';
import { digestOf, lineEndOf, sameButLineEnds, withLineEnds } from './text.js';
import type {
  Action,
  Created,
  GroupLink,
  History,
  HunkId,
  PendingChange,
  ProposalRange,
  Restored,
  ThreeWay,
} from './types.js';

const FORMAT = 'architect.pendingChange';
const VERSION = 1;

/** A range with its document text: together with the baseline it gives the document. */
interface StoredRange extends ProposalRange {
  readonly text: string;
}

interface StoredState {
  readonly ranges: readonly StoredRange[];
  readonly documentDigest: string;
  readonly created?: Created;
  readonly nextId: number;
}

/** Texts that history repeats in every entry are kept once, in `pool`. */
interface StoredHistory {
  readonly pool: readonly string[];
  readonly entries: readonly StoredSnapshot[];
  readonly at: number;
}

interface StoredSnapshot {
  readonly digest: string;
  readonly length: number;
  readonly ranges: readonly {
    readonly id: HunkId;
    readonly start: number;
    readonly end: number;
    readonly base: number;
    readonly rest: number;
  }[];
}

/** How much of the past survives a reload: the editor's undo usually doesn't, only a restart of the extensions leaves it alive. */
const STORED_ENTRIES = 60;
const STORED_RANGES = 2_000;

interface Stored extends StoredState {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly uri: string;
  readonly baseline: string;
  readonly baselineDigest: string;
  readonly groups: readonly GroupLink[];
  readonly kept: readonly HunkId[];
  readonly toldSaved: boolean;
  readonly history: StoredHistory;
  /** The state once the edit on its way is applied: after a crash in between, either may be what the document holds. */
  readonly next?: StoredState;
}

/** JSON for the extension's storage. Write it BEFORE the edits of an action are applied. */
export function serialise(state: PendingChange): string {
  const baseline = baselineOf(state.document, state.ranges);
  const stored: Stored = {
    format: FORMAT,
    version: VERSION,
    uri: state.uri,
    baseline,
    baselineDigest: digestOf(baseline),
    ...storedState(state),
    groups: state.groups,
    kept: state.kept,
    toldSaved: state.toldSaved,
    history: storedHistory(state.history, state.ranges),
    ...(state.inFlight ? { next: storedState(afterInFlight(state)) } : {}),
  };
  return JSON.stringify(stored);
}

function storedState(state: PendingChange): StoredState {
  return {
    ranges: state.ranges.map((range) => ({ ...range, text: state.document.slice(range.start, range.end) })),
    documentDigest: digestOf(state.document),
    ...(state.created ? { created: state.created } : {}),
    nextId: state.nextId,
  };
}

function storedHistory(history: History, current: readonly ProposalRange[]): StoredHistory {
  const pool: string[] = [];
  const places = new Map<string, number>();
  const place = (text: string): number => {
    let at = places.get(text);
    if (at === undefined) {
      at = pool.push(text) - 1;
      places.set(text, at);
    }
    return at;
  };
  const count = Math.max(1, Math.min(STORED_ENTRIES, Math.floor(STORED_RANGES / Math.max(1, current.length))));
  const first = Math.max(0, Math.min(history.at - Math.floor(count / 2), history.entries.length - count));
  const entries = history.entries.slice(first, first + count).map((entry, i) => ({
    digest: entry.digest,
    length: entry.length,
    ranges: (first + i === history.at ? current : entry.ranges).map(({ id, start, end, base, ...rest }) => ({
      id,
      start,
      end,
      base: place(base),
      rest: place(JSON.stringify(rest)),
    })),
  }));
  return { pool, entries, at: history.at - first };
}

function readHistory({ pool, entries, at }: StoredHistory): History {
  return {
    entries: entries.map((entry) => ({
      ...entry,
      ranges: entry.ranges.map(({ id, start, end, base, rest }) => ({
        ...(JSON.parse(pool[rest]!) as Omit<ProposalRange, 'id' | 'start' | 'end' | 'base'>),
        id,
        start,
        end,
        base: pool[base]!,
      })),
    })),
    at,
  };
}

/** What a stored state is of; `undefined` if that can't be read. */
export interface StoredHead {
  readonly uri: string;
  /** `digestOf` the texts that its document may have: before the edit on its way, and after. */
  readonly texts: readonly string[];
  /** What is pending in it. */
  readonly hunks: readonly HunkId[];
  /** Those, what became of them, and what was kept: all that it knows of. */
  readonly known: readonly HunkId[];
}

/** Tells stored states apart without restoring them. */
export function headOf(json: string): StoredHead | undefined {
  const stored = parse(json);
  return typeof stored === 'string' ? undefined : headFrom(stored);
}

/** What a stored state is of, be it damaged or cut off: that stands at its start. */
export function uriIn(json: string): string | undefined {
  const quoted = /^\{[^{}[\]]*?"uri":("(?:[^"\\\p{Cc}]|\\["\\/bfnrt])*")/u.exec(json)?.[1];
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

/** The same of a state as it would be stored. */
export function headOfState(state: PendingChange): StoredHead {
  const next = state.inFlight && storedState(afterInFlight(state));
  return headFrom({ uri: state.uri, kept: state.kept, ...storedState(state), ...(next ? { next } : {}) });
}

function headFrom(stored: Pick<Stored, 'uri' | 'kept' | 'ranges' | 'documentDigest' | 'next'>): StoredHead {
  const { uri, kept, documentDigest, next } = stored;
  const ranges = [...stored.ranges, ...(next?.ranges ?? [])];
  return {
    uri,
    texts: [documentDigest, ...(next ? [next.documentDigest] : [])],
    hunks: ranges.map(({ id }) => id),
    known: [...ranges.flatMap(({ id, from }) => [id, ...from]), ...kept],
  };
}

/**
 * Reads a stored state and compares it with what the document holds now. The same text: the changes are pending again. Another
 * text: nothing is decided here, and nothing may be written before the user has.
 */
export function restore(json: string, text: string, version: number): Restored {
  const stored = parse(json);
  if (typeof stored === 'string') return { kind: 'unreadable', reason: stored };
  const document = rebuild(stored.baseline, stored.ranges);
  if (digestOf(stored.baseline) !== stored.baselineDigest || digestOf(document) !== stored.documentDigest) {
    return { kind: 'unreadable', reason: 'The stored pending changes are damaged (a checksum differs).' };
  }
  const state = stateOf(stored, stored, document, version);
  const next = stored.next && stateOf(stored, stored.next, rebuild(stored.baseline, stored.next.ranges), version);
  if (next && next.document === text) {
    return {
      kind: 'restored',
      state: { ...next, history: advance(state.history, state.ranges, next.document, next.ranges) },
    };
  }
  if (document === text) return { kind: 'restored', state };
  if (state.ranges.length > 0 && sameButLineEnds(document, text))
    return { kind: 'restored', state: convertLineEnds(state, text, version) };
  const proposed = next ?? state;
  return {
    kind: 'changed',
    threeWay: {
      stored: proposed,
      baseline: stored.baseline,
      proposed: proposed.document,
      current: text,
      version,
      notApplied: text === stored.baseline,
    },
  };
}

function stateOf(stored: Stored, part: StoredState, document: string, version: number): PendingChange {
  return {
    uri: stored.uri,
    version,
    document,
    ranges: part.ranges.map(({ text: _text, ...range }) => range),
    groups: stored.groups,
    ...(part.created ? { created: part.created } : {}),
    history: readHistory(stored.history),
    kept: stored.kept,
    nextId: part.nextId,
    toldSaved: stored.toldSaved,
  };
}

/** The document: the baseline with each range's own text in its place. */
function rebuild(baseline: string, ranges: readonly StoredRange[]): string {
  const parts: string[] = [];
  let baseAt = 0;
  let documentAt = 0;
  for (const range of ranges) {
    const gap = range.start - documentAt;
    parts.push(baseline.slice(baseAt, baseAt + gap), range.text);
    baseAt += gap + range.base.length;
    documentAt = range.end;
  }
  parts.push(baseline.slice(baseAt));
  return parts.join('');
}

/** The stored form, or why it can't be read. */
function parse(json: string): Stored | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return `The stored pending changes are not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(value) || value['format'] !== FORMAT) return 'This is not a stored pending change.';
  if (value['version'] !== VERSION)
    return `The pending changes were stored by another version of the extension (format ${String(value['version'])}).`;
  return isStored(value) ? value : 'The stored pending changes are damaged (a part is missing).';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStored(value: Record<string, unknown>): value is Record<string, unknown> & Stored {
  const history = value['history'];
  return (
    typeof value['uri'] === 'string' &&
    typeof value['baseline'] === 'string' &&
    typeof value['baselineDigest'] === 'string' &&
    typeof value['toldSaved'] === 'boolean' &&
    Array.isArray(value['groups']) &&
    Array.isArray(value['kept']) &&
    isStoredState(value) &&
    (value['next'] === undefined || (isRecord(value['next']) && isStoredState(value['next']))) &&
    isRecord(history) &&
    Array.isArray(history['pool']) &&
    Array.isArray(history['entries']) &&
    typeof history['at'] === 'number'
  );
}

function isStoredState(value: Record<string, unknown>): boolean {
  const ranges = value['ranges'];
  return (
    typeof value['documentDigest'] === 'string' &&
    typeof value['nextId'] === 'number' &&
    Array.isArray(ranges) &&
    ranges.every(isStoredRange)
  );
}

function isStoredRange(value: unknown): boolean {
  return (
    isRecord(value) &&
    ['id', 'start', 'end'].every((key) => typeof value[key] === 'number') &&
    ['base', 'text'].every((key) => typeof value[key] === 'string') &&
    ['owners', 'groups', 'from'].every((key) => Array.isArray(value[key])) &&
    isRecord(value['parameters']) &&
    typeof value['edited'] === 'boolean'
  );
}

/**
 * The user wants the changes in the file as it is now. What another program wrote outside the hunks belongs to the baseline; hunks
 * that are still in the text stay pending, those that it ran into are in conflict, and those that are gone are written again by one
 * edit operation, unless their lines are others by now: these are `lost` (ids of `threeWay.stored`).
 */
export function takeUp(threeWay: ThreeWay): { action: Action; lost: HunkId[] } {
  const { current, version, notApplied } = threeWay;
  const eol = lineEndOf(current, lineEndOf(threeWay.proposed));
  // Where git or an editor changed the line ends of the file, these alone are no foreign change.
  const stored = lineEndOf(threeWay.baseline, eol) === eol ? threeWay.stored : inLineEnds(threeWay.stored, eol);
  const present = onExternalChange(stored, current, version).state;
  const there = new Set(present.ranges.flatMap(({ id, from }) => [id, ...from]));
  const missing = stored.ranges.filter(({ id }) => !there.has(id));
  if (missing.length === 0) return { action: { ok: true, state: present, edits: [], deleteFile: false }, lost: [] };
  // To those that have to be written again, the hunks that are there are text like any other.
  const again = { ...stored, ranges: missing };
  const onto: PendingChange =
    present.ranges.length > 0
      ? present
      : { ...track(stored.uri, current, version), groups: stored.groups, toldSaved: stored.toldSaved };
  return writeAgain(again, onto, notApplied);
}

/** Writes the hunks of one state into the text of another, beside those that it has. */
function writeAgain(
  stored: PendingChange,
  onto: PendingChange,
  notApplied: boolean,
): { action: Action; lost: HunkId[] } {
  const current = onto.document;
  const ours: (Change & { readonly id: HunkId })[] = [];
  let shift = 0;
  for (const range of stored.ranges) {
    ours.push({
      id: range.id,
      start: range.start + shift,
      end: range.start + shift + range.base.length,
      newText: stored.document.slice(range.start, range.end),
      claim: {
        owners: range.owners,
        groups: range.groups,
        parameters: notApplied ? range.parameters : CHANGED_SINCE,
        edited: range.edited,
      },
    });
    shift += range.base.length - (range.end - range.start);
  }
  const { carried, lost } = carryEdits(ours, minimalEdits(baselineOf(stored.document, stored.ranges), current));
  const changes = carried.map((edit) => trimEdit(current, edit));
  const moved = moveRanges(current, onto.ranges, changes, onto.nextId);
  const lostIds = lost.map((edit) => edit.id);
  if (moved.document === current) {
    if (onto.ranges.length > 0)
      return { action: { ok: true, state: onto, edits: [], deleteFile: false }, lost: lostIds };
    return {
      action: {
        ok: false,
        state: onto,
        refused: 'nothing',
        message: 'None of the changes fits the file any more. It was not modified.',
        hunks: lostIds,
      },
      lost: lostIds,
    };
  }
  const edits = joinTouchingEdits(changes);
  const created = notApplied ? stored.created : onto.created;
  const inFlight = {
    kind: 'propose',
    edits,
    document: moved.document,
    ranges: moved.ranges,
    nextId: moved.nextId,
    ...(created ? { created } : {}),
  } as const;
  return { action: { ok: true, state: { ...onto, inFlight }, edits, deleteFile: false }, lost: lostIds };
}

function inLineEnds(state: PendingChange, eol: string): PendingChange {
  return convertLineEnds(cancelInFlight(state), withLineEnds(state.document, eol), state.version);
}
