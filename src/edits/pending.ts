/** Pending changes of one file: what a user or a proposal does to them. Every operation gives a new state. */
import { cutAtBorders, slideToLines } from './apart.js';
import { applyEdits, editsProblem, joinTouchingEdits, minimalEdits, refineEdits } from './edit.js';
import { startHistory } from './history.js';
import { joinTwins, settle } from './align.js';
import { unique } from './owners.js';
import { moveRanges, type Change, type Claim } from './ranges.js';
import { digestOf, lineEndOf, withLineEnds } from './text.js';
import type {
  Action,
  ActionOptions,
  Created,
  EditSet,
  FileEdit,
  GroupLink,
  HunkId,
  InFlight,
  Owner,
  ParameterDelta,
  PendingChange,
  ProposalRange,
  ProposedEdit,
  Refusal,
  TextEdit,
} from './types.js';

const NOT_CHECKED: ParameterDelta = { kind: 'notChecked', reason: 'nobody checked it', open: true };

/** Starts watching a document; no changes pending yet. For a new file `text` is empty. */
export function track(uri: string, text: string, version: number): PendingChange {
  return {
    uri,
    version,
    document: text,
    ranges: [],
    groups: [],
    history: startHistory(text, []),
    kept: [],
    nextId: 1,
    toldSaved: false,
  };
}

function refuse(state: PendingChange, refused: Refusal, message: string, hunks: readonly HunkId[] = []): Action {
  return { ok: false, state, refused, message, hunks };
}

/**
 * Puts a proposal (one file of an edit set) on top of what is there, also over pending changes. The offsets are those of the
 * document as it is now. Line ends of new text become the document's; edits that replace many lines shrink to those that change.
 */
export function propose(state: PendingChange, set: EditSet, file: FileEdit): Action {
  if (state.inFlight) return refuse(state, 'busy', 'An earlier change is still being applied.');
  if (file.version !== undefined && file.version !== state.version) {
    return refuse(
      state,
      'stale',
      `The file changed since the proposal was made (version ${file.version}, now ${state.version}). It was not modified.`,
    );
  }
  if (file.digest !== undefined && file.digest !== digestOf(state.document)) {
    return refuse(state, 'stale', 'The file changed since the proposal was made. It was not modified.');
  }
  if (file.create === true && state.document !== '') {
    return refuse(state, 'stale', 'A new file was proposed, but there is text in it already. It was not modified.');
  }
  const problem = editsProblem(state.document, file.edits);
  if (problem !== undefined)
    return refuse(state, 'invalid', `The proposal can't be applied: ${problem}. The file was not modified.`);

  const changes = claimsFor(state, set, file);
  if (changes.length === 0) return refuse(state, 'nothing', 'The proposal changes nothing in this file.');
  const moved = moveRanges(state.document, state.ranges, changes, state.nextId);
  if (moved.document === state.document) return refuse(state, 'nothing', 'The proposal changes nothing in this file.');
  const ranges = joinTwins(moved.document, moved.ranges, (id) => id >= state.nextId);
  const untouchedSoFar = state.created !== undefined && isUntouched(state);
  const created: Created | undefined =
    file.create === true || untouchedSoFar ? { digest: digestOf(moved.document) } : state.created;
  return {
    ok: true,
    state: {
      ...state,
      groups: addGroups(state.groups, set),
      inFlight: inFlight('propose', changes, moved.document, ranges, moved.nextId, created),
    },
    edits: joinTouchingEdits(changes),
    deleteFile: false,
  };
}

function claimsFor(state: PendingChange, set: EditSet, file: FileEdit): Change[] {
  const eol = lineEndOf(state.document, lineEndOf(file.edits.map((edit) => edit.newText).join('')));
  const borders = state.ranges.flatMap(({ start, end }) => [start, end]);
  const edits = file.edits.map((edit) => ({ ...edit, newText: withLineEnds(edit.newText, eol) }));
  const claims = edits.flatMap((edit, index) => {
    const { start, end, newText } = edit;
    const parts = cutAtBorders(state.document, refineEdits(state.document, [{ start, end, newText }]), borders);
    const group = edit.group ?? (parts.length > 1 ? `${file.uri}#${index}` : undefined);
    const claim: Claim = {
      owners: [ownerOf(set, edit)],
      groups: group === undefined ? [] : [groupId(set, group)],
      parameters: edit.parameters ?? NOT_CHECKED,
    };
    return parts.map((part) => ({ ...part, claim }));
  });
  return slideToLines(state.document, claims);
}

function ownerOf(set: EditSet, edit: ProposedEdit): Owner {
  return {
    set: set.id,
    title: set.title,
    reason: set.reason,
    ...(edit.label === undefined ? {} : { label: edit.label }),
    ...(edit.prescription === undefined ? {} : { prescription: edit.prescription }),
  };
}

/** Groups of different sets never mix. */
function groupId(set: EditSet, group: string): string {
  return `${set.id}/${group}`;
}

function addGroups(known: readonly GroupLink[], set: EditSet): readonly GroupLink[] {
  const fresh = (set.groups ?? []).map((group) => ({ ...group, id: groupId(set, group.id) }));
  return [...known.filter((group) => !fresh.some((other) => other.id === group.id)), ...fresh];
}

function inFlight(
  kind: InFlight['kind'],
  edits: readonly TextEdit[],
  document: string,
  ranges: readonly ProposalRange[],
  nextId: number,
  created: Created | undefined,
): InFlight {
  return { kind, edits: joinTouchingEdits(edits), document, ranges, nextId, ...(created ? { created } : {}) };
}

/** A file that a proposal made and that nobody has typed into. */
function isUntouched(state: PendingChange): boolean {
  return (
    state.created !== undefined &&
    state.created.digest === digestOf(state.document) &&
    state.ranges.every((range) => !range.edited && !range.conflict)
  );
}

/** What every action on hunks checks first. */
function check(state: PendingChange, ids: readonly HunkId[], options: ActionOptions): Action | undefined {
  if (state.inFlight) return refuse(state, 'busy', 'An earlier change is still being applied.', ids);
  if (options.version !== undefined && options.version !== state.version) {
    return refuse(state, 'stale', 'The file changed meanwhile. Nothing was done.', ids);
  }
  const missing = ids.filter((id) => !state.ranges.some((range) => range.id === id));
  if (missing.length > 0) return refuse(state, 'unknownHunk', 'This change is not pending any more.', missing);
  return undefined;
}

/** Makes hunks part of the baseline; never changes the document. */
export function keep(state: PendingChange, ids: readonly HunkId[], options: ActionOptions = {}): Action {
  const refusal = check(state, ids, options);
  if (refusal) return refusal;
  const taken = state.ranges.filter((range) => ids.includes(range.id));
  const settled = settle(
    state.document,
    state.ranges.filter((range) => !ids.includes(range.id)),
    state.nextId,
  );
  return {
    ok: true,
    state: {
      ...withCreated(state, taken.length > 0 ? undefined : state.created),
      ranges: settled.ranges,
      nextId: settled.nextId,
      kept: unique([...state.kept, ...taken.flatMap((range) => [range.id, ...range.from])]),
    },
    edits: [],
    deleteFile: false,
  };
}

/** Writes the baseline's text back in place of hunks, as one edit operation. Asks first if the user typed inside one. */
export function undo(state: PendingChange, ids: readonly HunkId[], options: ActionOptions = {}): Action {
  const refusal = check(state, ids, options);
  if (refusal) return refusal;
  const asks = state.ranges.filter((range) => ids.includes(range.id) && (range.edited || range.conflict));
  if (asks.length > 0 && options.confirmed !== true) {
    return refuse(
      state,
      'asks',
      asks.some((range) => range.conflict)
        ? 'Another program changed this place since the change was proposed. Undoing it takes that away, too.'
        : 'This change was edited after it was proposed. Undoing it takes that away, too.',
      asks.map((range) => range.id),
    );
  }
  return replaceRanges(state, 'undo', (range) => (ids.includes(range.id) ? { text: range.base } : undefined));
}

export function keepAll(state: PendingChange, options: ActionOptions = {}): Action {
  return keep(state, allIds(state), options);
}

export function undoAll(state: PendingChange, options: ActionOptions = {}): Action {
  return undo(state, allIds(state), options);
}

function allIds(state: PendingChange): HunkId[] {
  return state.ranges.map((range) => range.id);
}

/** Gives ranges a new text, and possibly what they become. */
function replaceRanges(
  state: PendingChange,
  kind: InFlight['kind'],
  replacement: (range: ProposalRange) => { readonly text: string; readonly range?: ProposalRange } | undefined,
): Action {
  const edits: TextEdit[] = [];
  const ranges: ProposalRange[] = [];
  let shift = 0;
  for (const range of state.ranges) {
    const fresh = replacement(range);
    const start = range.start + shift;
    if (fresh) {
      const old = state.document.slice(range.start, range.end);
      edits.push(
        ...minimalEdits(old, fresh.text).map((edit) => ({
          ...edit,
          start: edit.start + range.start,
          end: edit.end + range.start,
        })),
      );
      shift += fresh.text.length - old.length;
    }
    const after = fresh ? fresh.range : range;
    if (after) ranges.push({ ...after, start, end: range.end + shift });
  }
  const document = applyEdits(state.document, edits);
  const settled = settle(document, ranges, state.nextId);
  const deleteFile = kind === 'undo' && settled.ranges.length === 0 && document === '' && isUntouched(state);
  if (document === state.document) {
    return { ok: true, state: { ...state, ranges: settled.ranges, nextId: settled.nextId }, edits: [], deleteFile };
  }
  const created = settled.ranges.length === 0 ? undefined : state.created;
  const flight = inFlight(kind, edits, document, settled.ranges, settled.nextId, created);
  return { ok: true, state: { ...state, inFlight: flight }, edits: flight.edits, deleteFile };
}

/**
 * Settles a hunk in conflict: `proposed` writes the proposal again (it stays pending), `current` takes the document as it is,
 * `baseline` goes back to the baseline.
 */
export function resolveConflict(
  state: PendingChange,
  id: HunkId,
  take: 'proposed' | 'current' | 'baseline',
  options: ActionOptions = {},
): Action {
  const refusal = check(state, [id], options);
  if (refusal) return refusal;
  const conflict = state.ranges.find((range) => range.id === id)?.conflict;
  if (!conflict) return refuse(state, 'unknownHunk', 'This change is not in conflict.', [id]);
  if (take === 'current') return keep(state, [id], options);
  if (take === 'baseline') return undo(state, [id], { ...options, confirmed: true });
  return replaceRanges(state, 'resolve', (range) => {
    if (range.id !== id) return undefined;
    const { conflict: _settled, ...settled } = range;
    return { text: conflict.proposed, range: settled };
  });
}

/** The editor refused the edits of the last action, or they are no longer wanted. */
export function cancelInFlight(state: PendingChange): PendingChange {
  const { inFlight: _dropped, ...rest } = state;
  return rest;
}

/** The state as it will be once the edits on their way are applied; for checking and for storing. */
export function afterInFlight(state: PendingChange): PendingChange {
  const flight = state.inFlight;
  if (!flight) return state;
  return {
    ...withCreated(cancelInFlight(state), flight.created),
    document: flight.document,
    ranges: flight.ranges,
    nextId: flight.nextId,
  };
}

export function withCreated(state: PendingChange, created: Created | undefined): PendingChange {
  const { created: _before, ...rest } = state;
  return created ? { ...rest, created } : rest;
}

/** The document was saved. `tell` is true the first time that pending text went to the disk. */
export function onSaved(state: PendingChange): { state: PendingChange; tell: boolean } {
  const tell = state.ranges.length > 0 && !state.toldSaved;
  return { state: tell ? { ...state, toldSaved: true } : state, tell };
}

/** Puts what the analyser found about hunks on them. */
export function annotate(state: PendingChange, found: ReadonlyMap<HunkId, ParameterDelta>): PendingChange {
  const note = (ranges: readonly ProposalRange[]): readonly ProposalRange[] =>
    ranges.map((range) => {
      const parameters = found.get(range.id);
      return parameters ? { ...range, parameters } : range;
    });
  const noted = { ...state, ranges: note(state.ranges) };
  return state.inFlight ? { ...noted, inFlight: { ...state.inFlight, ranges: note(state.inFlight.ranges) } } : noted;
}

/** The file has a new name. */
export function renamed(state: PendingChange, uri: string): PendingChange {
  return { ...state, uri };
}
