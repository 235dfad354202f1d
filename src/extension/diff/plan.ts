/** Several edit sets made for the same texts, worked out together: one edit operation for each file. */
import {
  afterInFlight,
  carryEdits,
  composeEdits,
  conflictsBetween,
  propose,
  type EditSet,
  type FileEdit,
  type PendingChange,
  type TextEdit,
} from '../../edits/index.js';

export interface Refusal {
  readonly set: EditSet;
  readonly uri: string;
  readonly message: string;
}

export interface Plan {
  /** The new state of each file that gets something, with its edits in `inFlight`. */
  readonly states: ReadonlyMap<string, PendingChange>;
  readonly refused: readonly Refusal[];
}

/** What the sets so far do to one file. */
interface Draft {
  /** The state with all of them applied. */
  readonly after: PendingChange;
  readonly edits: readonly TextEdit[];
  /** The edits as they were proposed: two sets that rewrite the same words conflict even if little of them changes. */
  readonly claimed: readonly TextEdit[];
}

/**
 * Lays the sets over each other in order. A set goes in as a whole: if one of its files can't take it, or it runs into an
 * earlier set, it is refused and the others go on without it.
 * @param states the present state of every file that a set names
 */
export function planProposal(sets: readonly EditSet[], states: ReadonlyMap<string, PendingChange>): Plan {
  let drafts = new Map<string, Draft>();
  const refused: Refusal[] = [];
  for (const set of sets) {
    const trial = new Map(drafts);
    const refusal = set.files.map((file) => layOver(trial, set, file, states)).find((each) => each !== undefined);
    if (refusal) refused.push({ set, ...refusal });
    else drafts = trial;
  }
  const planned = [...drafts].flatMap(([uri, draft]): [string, PendingChange][] => {
    const state = states.get(uri);
    return state ? [[uri, withFlight(state, draft)]] : [];
  });
  return { states: new Map(planned), refused };
}

/** Adds one file of a set to the drafts, or says why it can't be. */
function layOver(
  drafts: Map<string, Draft>,
  set: EditSet,
  file: FileEdit,
  states: ReadonlyMap<string, PendingChange>,
): { uri: string; message: string } | undefined {
  const { uri } = file;
  const state = states.get(uri);
  if (!state) return { uri, message: 'The file is not open.' };
  const alone = propose(state, set, file);
  if (!alone.ok) return { uri, message: alone.message };
  const earlier = drafts.get(uri);
  if (!earlier) {
    drafts.set(uri, { after: afterInFlight(alone.state), edits: alone.edits, claimed: file.edits });
    return undefined;
  }
  const { carried, lost } = carryEdits(file.edits, earlier.edits);
  if (lost.length > 0 || conflictsBetween(file.edits, earlier.claimed).length > 0)
    return { uri, message: `“${set.title}” changes the same place as another change of this proposal.` };
  const onTop = propose(earlier.after, set, { uri, edits: carried });
  if (!onTop.ok) return { uri, message: onTop.message };
  drafts.set(uri, {
    after: afterInFlight(onTop.state),
    edits: composeEdits(earlier.edits, onTop.edits),
    claimed: [...earlier.claimed, ...file.edits],
  });
  return undefined;
}

function withFlight(state: PendingChange, { after, edits }: Draft): PendingChange {
  const { document, ranges, created, nextId, groups } = after;
  return {
    ...state,
    groups,
    inFlight: { kind: 'propose', edits, document, ranges, nextId, ...(created ? { created } : {}) },
  };
}
