/**
 * The pending changes of all files: takes proposals, writes them into documents, and follows whatever happens to those
 * documents. All that is shown of them (decorations, lenses, source control) reads from here and listens to `onDidChange`.
 */
import * as vscode from 'vscode';
import {
  annotate,
  cancelInFlight,
  carryFileEdit,
  hunksOf,
  keep,
  linkedHunks,
  resolveConflict,
  track,
  undo,
  type Action,
  type ActionOptions,
  type EditSet,
  type Hunk,
  type HunkId,
  type HunkRef,
  type ParameterDelta,
  type PendingChange,
} from '../../edits/index.js';
import { applyToDocument, discard, openForEdit, shortName } from './documents.js';
import { locate, type TextAt } from './locate.js';
import { planProposal } from './plan.js';
import type { PendingStore } from './store.js';

export interface Refused {
  readonly uri: string;
  /** For the user. */
  readonly message: string;
}

export interface Proposed {
  /** Files that hold the proposal now. */
  readonly uris: readonly string[];
  /** Hunks that wait for a decision in those files. */
  readonly hunks: number;
  readonly refused: readonly Refused[];
}

export interface Outcome {
  readonly done: boolean;
  /** Why not, for the user. */
  readonly message?: string;
  /** The user has to agree first. */
  readonly asks?: boolean;
  /** The text changed under it; it may be tried again on the text as it is now. */
  readonly stale?: boolean;
}

/** What the analyser says about keeping a hunk. */
export interface HunkNote {
  /** Why the code would not work if the hunk alone were kept, without those that it is linked with. */
  readonly alone?: string;
  /** Why it would not work even with those. */
  readonly together?: string;
}

/** How often a proposal is carried over what the user types meanwhile. */
const MAX_ATTEMPTS = 20;
/** A moment for the typist between two attempts. */
const PAUSE_MILLISECONDS = 40;

/** What the analyser found about a hunk. */
export interface Annotation {
  readonly of: HunkRef;
  readonly parameters: ParameterDelta;
  readonly note: HunkNote;
}

export class PendingChanges implements vscode.Disposable {
  private readonly states = new Map<string, PendingChange>();
  private readonly changes = new vscode.EventEmitter<string>();
  /** Fires with the file's URI whenever something about its pending changes is different. */
  readonly onDidChange = this.changes.event;
  /** Everything that is shown asks for hunks, and a state doesn't change. */
  private readonly shown = new WeakMap<PendingChange, readonly Hunk[]>();
  /** By file and hunk. */
  private readonly notes = new Map<string, Map<HunkId, HunkNote>>();
  private expected = 0;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: PendingStore,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Files with pending changes, in the order in which they got them. */
  get uris(): string[] {
    return [...this.states].filter(([, state]) => state.ranges.length > 0).map(([uri]) => uri);
  }

  /** The state of a file with pending changes. */
  state(uri: string): PendingChange | undefined {
    const state = this.states.get(uri);
    return state && state.ranges.length > 0 ? state : undefined;
  }

  /** The state of a file that has pending changes, or had some that the editor's undo may bring back. */
  tracked(uri: string): PendingChange | undefined {
    return this.states.get(uri);
  }

  everyTracked(): PendingChange[] {
    return [...this.states.values()];
  }

  hunks(uri: string): readonly Hunk[] {
    const state = this.state(uri);
    if (!state) return [];
    let hunks = this.shown.get(state);
    if (!hunks) this.shown.set(state, (hunks = hunksOf(state)));
    return hunks;
  }

  /** Number of hunks in all files. */
  get count(): number {
    return [...this.states.values()].reduce((sum, state) => sum + state.ranges.length, 0);
  }

  /** Whether a proposal is still growing. */
  get growing(): boolean {
    return this.expected > 0;
  }

  /** More hunks are to come until the returned function is called. */
  expectMore(): () => void {
    this.expected++;
    let over = false;
    this.tellGrowing();
    return () => {
      if (over) return;
      over = true;
      this.expected--;
      this.tellGrowing();
    };
  }

  private tellGrowing(): void {
    for (const uri of this.uris) this.changes.fire(uri);
  }

  /** Hunks of any file that only work together with this one. */
  linked(of: HunkRef): HunkRef[] {
    return linkedHunks([...this.states.values()], of);
  }

  /**
   * Writes proposals into their documents as pending changes; saves nothing. A set that doesn't fit is refused as a whole, and its
   * files are left as they are. What the user types meanwhile stays: edits are carried over it, unless it is in their place.
   * @param textAt an earlier text of a file, for edits that were made for it; edits without one are for the text as it is now
   */
  propose(sets: readonly EditSet[], textAt: TextAt = () => undefined): Promise<Proposed> {
    return this.exclusive(async () => {
      const { sets: present, documents, refused: failed } = await locate(sets, textAt);
      const plan = planProposal(present, this.statesOf(documents));
      const refused = [...failed, ...plan.refused.map(({ uri, message }) => ({ uri, message }))];
      const accepted = present.filter((set) => !plan.refused.some((each) => each.set === set));
      const uris: string[] = [];
      for (const [uri, state] of plan.states) {
        const document = documents.get(uri);
        if (!document) continue;
        const outcome = await this.write(document, state, accepted);
        if (outcome.done) {
          uris.push(uri);
          continue;
        }
        refused.push({ uri, message: outcome.message ?? 'The editor did not take the change.' });
        // A set goes in as a whole: its parts in other files don't stay behind.
        const broken = accepted.filter((set) => set.files.some((file) => file.uri === uri)).map(({ id }) => id);
        await this.takeBackNow(new Set(broken), uris);
      }
      const shown = uris.filter((uri) => this.state(uri));
      return { uris: shown, hunks: this.countIn(shown), refused };
    });
  }

  /**
   * Takes back what these sets proposed, except what was kept, what the user typed into, and what other proposals went over.
   * @returns how many hunks of theirs stay
   */
  takeBack(sets: ReadonlySet<string>): Promise<number> {
    return this.exclusive(() => this.takeBackNow(sets, this.uris));
  }

  private async takeBackNow(sets: ReadonlySet<string>, uris: readonly string[]): Promise<number> {
    let left = 0;
    for (const uri of uris) {
      const state = this.state(uri);
      if (!state) continue;
      const theirs = state.ranges.filter(({ owners }) => owners.some(({ set }) => sets.has(set)));
      const free = theirs.filter(
        ({ owners, edited, conflict }) => !edited && !conflict && owners.every(({ set }) => sets.has(set)),
      );
      left += theirs.length - free.length;
      if (free.length === 0) continue;
      const document = await openForEdit({ uri });
      const ids = free.map(({ id }) => id);
      const outcome = await this.perform(document, undo(this.states.get(uri) ?? state, ids));
      if (!outcome.done) left += free.length;
    }
    return left;
  }

  private statesOf(documents: ReadonlyMap<string, vscode.TextDocument>): Map<string, PendingChange> {
    return new Map(
      [...documents].map(([uri, document]) => [
        uri,
        this.states.get(uri) ?? track(uri, document.getText(), document.version),
      ]),
    );
  }

  private countIn(uris: readonly string[]): number {
    return uris.reduce((sum, uri) => sum + (this.states.get(uri)?.ranges.length ?? 0), 0);
  }

  /** Writes a planned proposal into one document; if the user was faster, carries it over what was typed and tries again. */
  private async write(
    document: vscode.TextDocument,
    planned: PendingChange,
    sets: readonly EditSet[],
  ): Promise<Outcome> {
    const { uri } = planned;
    const plannedFor = planned.document;
    let state = planned;
    for (let attempt = 1; ; attempt++) {
      const edits = state.inFlight?.edits ?? [];
      const action: Action = { ok: true, state, edits, deleteFile: false };
      // After the first attempt the baseline is on the disk, all but what was typed meanwhile.
      const outcome = attempt === 1 ? await this.perform(document, action) : await this.make(document, action);
      if (outcome.done || !outcome.stale || attempt === MAX_ATTEMPTS) return outcome;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      const again = sets.flatMap((set): EditSet[] => {
        const files = set.files
          .filter((file) => file.uri === uri)
          .flatMap((file) => carryFileEdit(file, plannedFor, document.getText(), document.version) ?? []);
        return files.length > 0 ? [{ ...set, files }] : [];
      });
      const plan = planProposal(again, this.statesOf(new Map([[uri, document]])));
      const next = plan.states.get(uri);
      if (!next || plan.refused.length > 0) return outcome;
      state = next;
    }
  }

  /** Makes hunks (all of the file if left out) part of the user's code. */
  keep(uri: string, ids?: readonly HunkId[]): Promise<Outcome> {
    return this.act(uri, (state) => keep(state, ids ?? allIds(state)));
  }

  /** Writes back what stood there before. Asks (`asks` in the outcome) before the user's own typing would go with it. */
  undo(uri: string, ids?: readonly HunkId[], options?: ActionOptions): Promise<Outcome> {
    return this.act(uri, (state) => undo(state, ids ?? allIds(state), options));
  }

  /** Settles a hunk that another program's change ran into. */
  resolve(uri: string, id: HunkId, take: 'proposed' | 'current' | 'baseline'): Promise<Outcome> {
    return this.act(uri, (state) => resolveConflict(state, id, take));
  }

  /** Takes up a state that was stored in an earlier session; its document holds its text already. */
  adopt(state: PendingChange): void {
    this.set(state);
  }

  /**
   * Carries out an action on a document without pending changes. It is worked out on the text as it is at that moment, anew if the
   * user types meanwhile.
   */
  carryOut(uri: string, actionOn: (document: vscode.TextDocument) => Action): Promise<Outcome> {
    return this.exclusive(async () => {
      const document = await openForEdit({ uri });
      for (let attempt = 1; ; attempt++) {
        if (this.state(uri))
          return {
            done: false,
            message: `${shortName(uri)} has other changes to keep or undo by now. Nothing was written; the backup stays.`,
          };
        const outcome = await this.perform(document, actionOn(document));
        if (outcome.done) return outcome;
        if (!this.state(uri)) this.forgetStored(uri);
        if (!outcome.stale || attempt === MAX_ATTEMPTS) return outcome;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      }
    });
  }

  /** Puts what the analyser found on hunks. */
  annotate(found: readonly Annotation[]): void {
    const byFile = new Map<string, Map<HunkId, ParameterDelta>>();
    for (const { of, parameters, note } of found) {
      const notes = this.notes.get(of.uri) ?? new Map<HunkId, HunkNote>();
      this.notes.set(of.uri, notes.set(of.id, note));
      byFile.set(of.uri, (byFile.get(of.uri) ?? new Map<HunkId, ParameterDelta>()).set(of.id, parameters));
    }
    for (const [uri, here] of byFile) {
      const state = this.states.get(uri);
      if (state) this.set(annotate(state, here));
    }
  }

  /** What the analyser says about keeping a hunk; empty while it hasn't looked. */
  note(of: HunkRef): HunkNote {
    return this.notes.get(of.uri)?.get(of.id) ?? {};
  }

  /** Takes the state that a file has after something happened to its document. */
  update(state: PendingChange): void {
    this.set(state);
  }

  /** A document goes on under another name. */
  move(from: PendingChange, to: PendingChange): void {
    if (to.ranges.length === 0 && !to.inFlight) {
      this.forget(from.uri);
      return this.set(to);
    }
    this.states.delete(from.uri);
    this.states.set(to.uri, to);
    this.store
      .rename(from.uri, to)
      .catch((error: unknown) => this.log.error('Pending changes could not be stored under their new name.', error));
    this.changes.fire(from.uri);
    this.changes.fire(to.uri);
  }

  /** Nothing of a file is to be remembered. */
  forget(uri: string): void {
    this.leave(uri);
    this.forgetStored(uri);
  }

  /** A file's changes are not pending any more, but their backup stays. */
  leave(uri: string): void {
    const state = this.states.get(uri);
    this.states.delete(uri);
    this.notes.delete(uri);
    // What is waiting to be written belongs to the backup.
    if (state)
      this.store.flush().catch((error: unknown) => this.log.error('Pending changes could not be stored.', error));
    this.changes.fire(uri);
  }

  dispose(): void {
    this.changes.dispose();
  }

  private act(uri: string, action: (state: PendingChange) => Action): Promise<Outcome> {
    return this.exclusive(async () => {
      if (!this.state(uri)) return { done: false, message: 'There is no pending change here any more.' };
      const document = await openForEdit({ uri });
      // Opening may have shown that the file changed meanwhile.
      const state = this.state(uri);
      if (!state) return { done: false, message: 'There is no pending change here any more.' };
      return this.perform(document, action(state));
    });
  }

  /** The state is on the disk before the document changes, so that nothing can be lost in between. */
  private async perform(document: vscode.TextDocument, action: Action): Promise<Outcome> {
    const { state } = action;
    if (!action.ok) return { done: false, message: action.message, asks: action.refused === 'asks' };
    const { version } = document;
    try {
      await this.store.write(state);
    } catch (error) {
      this.log.error('Pending changes could not be stored.', error);
      return {
        done: false,
        message: `The change was not made, because its backup could not be stored: ${messageOf(error)}`,
      };
    }
    if (document.version !== version)
      return { done: false, stale: true, message: 'The text changed meanwhile. It was not modified; try again.' };
    return this.make(document, action);
  }

  /** Makes a stored action's edits. */
  private async make(document: vscode.TextDocument, action: Action & { readonly ok: true }): Promise<Outcome> {
    const { state } = action;
    const { version } = document;
    this.set(state);
    if (action.deleteFile) await discard(document);
    else if (action.edits.length > 0 && !(await applyToDocument(document, action.edits))) {
      this.set(cancelInFlight(this.states.get(state.uri) ?? state));
      return {
        done: false,
        stale: document.version !== version,
        message: `The editor did not take the change of ${shortName(state.uri)}. It was not modified.`,
      };
    }
    return { done: true };
  }

  private set(state: PendingChange): void {
    const fresh = (this.states.get(state.uri)?.ranges.length ?? 0) === 0;
    this.states.set(state.uri, state);
    if (state.ranges.length > 0 || state.inFlight) this.store.writeSoon(state);
    else this.forgetStored(state.uri);
    // Hunks that the editor's own undo or redo brought back have no backup at all yet.
    if (fresh && state.ranges.length > 0) {
      this.store.flush().catch((error: unknown) => this.log.error('Pending changes could not be stored.', error));
    }
    this.changes.fire(state.uri);
  }

  private forgetStored(uri: string): void {
    this.store
      .remove(uri)
      .catch((error: unknown) => this.log.error('A stored pending change could not be removed.', error));
  }

  /** One operation after the other: each sees what the one before has left. */
  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work);
    this.tail = result.catch(() => undefined);
    return result;
  }
}

function allIds(state: PendingChange): HunkId[] {
  return state.ranges.map(({ id }) => id);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
