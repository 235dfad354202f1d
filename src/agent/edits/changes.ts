/** From proposals to changes that the user takes or leaves: each with its own edits of the original texts. */
import {
  applyEdits,
  digestOf,
  type EditSet,
  type FileEdit,
  type ParameterDelta,
  type TextEdit,
} from '../../edits/index.js';
import type { OverlayText } from '../../protocol/index.js';
import type { Draft, DraftFile, Proposal } from './draft.js';
import { editsOf } from './pieces.js';

/** Edits that belong together: of one title, or of proposals that wrote into each other. */
export interface Change {
  /** Ids of the proposals, e.g. `e1+e3`. */
  readonly id: string;
  readonly title: string;
  readonly reason: string;
  readonly files: readonly { readonly file: DraftFile; readonly edits: readonly TextEdit[] }[];
}

/** The draft's changes in the order in which they were first proposed. */
export function changesOf(draft: Draft): Change[] {
  const { proposals } = draft;
  const hunks = draft.files.flatMap((file) => editsOf(file.pieces, file.original).map((edit) => ({ file, edit })));
  const groups = new Groups(proposals.length);
  const indexOf = (id: string): number => proposals.findIndex((each) => each.id === id);
  for (const [i, { title }] of proposals.entries())
    groups.join(
      i,
      proposals.findIndex((each) => each.title === title),
    );
  for (const { edit } of hunks)
    for (const owner of edit.owners) groups.join(indexOf(owner), indexOf(edit.owners[0] ?? owner));
  return proposals.flatMap((_, i): Change[] => {
    if (groups.root(i) !== i) return [];
    const members = proposals.filter((_each, other) => groups.root(other) === i);
    const own = hunks.filter(({ edit }) => members.some(({ id }) => edit.owners.includes(id)));
    // What later proposals took back has no edits left.
    return own.length === 0 ? [] : [changeOf(members, own)];
  });
}

/** Several changes as one. */
export function joined(changes: readonly Change[]): Change {
  const files = new Map<DraftFile, TextEdit[]>();
  for (const { file, edits } of changes.flatMap((change) => change.files))
    files.set(file, [...(files.get(file) ?? []), ...edits]);
  return {
    id: changes.map(({ id }) => id).join('+'),
    title: changes.map(({ title }) => title).join('; '),
    reason: changes.map(({ reason }) => reason).join(' '),
    files: [...files].map(([file, edits]) => ({ file, edits })),
  };
}

/** The files with only this change. */
export function textsOf({ files }: Change): OverlayText[] {
  return files.map(({ file, edits }) => ({ uri: file.uri, text: applyEdits(file.original, edits) }));
}

/** @param prefix makes ids unique beyond the conversation */
export function editSetOf({ id, title, reason, files }: Change, parameters: ParameterDelta, prefix: string): EditSet {
  const setId = `${prefix}-${id}`;
  const linked = files.reduce((sum, { edits }) => sum + edits.length, 0) > 1;
  return {
    id: setId,
    title,
    reason,
    files: files.map(({ file, edits }): FileEdit => ({
      uri: file.uri,
      ...(file.created
        ? { create: true }
        : { digest: digestOf(file.original), ...(file.version === undefined ? {} : { version: file.version }) }),
      edits: edits.map((edit) => ({
        ...edit,
        label: title,
        prescription: setId,
        parameters,
        ...(linked ? { group: setId } : {}),
      })),
    })),
    ...(linked ? { groups: [{ id: setId, reason: `they are one change: ${title}`, parameters }] } : {}),
  };
}

function changeOf(members: readonly Proposal[], hunks: readonly { file: DraftFile; edit: TextEdit }[]): Change {
  const files = new Map<DraftFile, TextEdit[]>();
  for (const { file, edit } of hunks) {
    const { start, end, newText } = edit;
    files.set(file, [...(files.get(file) ?? []), { start, end, newText }]);
  }
  return {
    id: members.map(({ id }) => id).join('+'),
    title: [...new Set(members.map(({ title }) => title))].join('; '),
    reason: [...new Set(members.map(({ reason }) => reason))].join(' '),
    files: [...files].map(([file, edits]) => ({ file, edits })),
  };
}

/** Disjoint sets of numbers. */
class Groups {
  private readonly parent: number[];

  constructor(size: number) {
    this.parent = Array.from({ length: size }, (_, i) => i);
  }

  root(i: number): number {
    let at = i;
    for (let up = this.parent[at]; up !== undefined && up !== at; up = this.parent[at]) at = up;
    return at;
  }

  join(a: number, b: number): void {
    const [one, other] = [this.root(a), this.root(b)];
    // The earlier proposal names the group.
    this.parent[Math.max(one, other)] = Math.min(one, other);
  }
}
