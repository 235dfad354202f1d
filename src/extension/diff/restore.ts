/** After a reload: brings the pending changes back, or shows how the file differs and lets the user decide. */
import * as vscode from 'vscode';
import {
  renamed,
  restore,
  takeUp,
  type Action,
  type PendingChange,
  type Restored,
  type ThreeWay,
} from '../../edits/index.js';
import { plural } from '../../texts.js';
import { isCell, openNotebookOf } from '../notebooks.js';
import { isPython } from './check.js';
import { exists, openForEdit, shortName } from './documents.js';
import type { Outcome, PendingChanges } from './pendingChanges.js';
import type { OthersChange, PendingStore, StoredChange, UnreadableBackup } from './store.js';

const TAKE_UP = 'Take Up Again';
const OPEN_BACKUP = 'Open the Backup';
const OPEN_FILE = 'Open the File';
const FORGET = 'Forget the Changes';

/** A window that is loaded again may look before its past has ended. */
const ENDING_MILLISECONDS = 2_000;
const LOOKS = 5;

/** Looks at everything that was stored. Writes into no document without the user. */
export async function restorePending(
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    const { taken, unreadable } = await store.takeOver();
    for (const backup of unreadable.filter(({ file }) => !told.has(file.path))) {
      told.add(backup.file.path);
      tellUnreadable(backup, store, log).catch((error: unknown) =>
        log.error('An unreadable backup could not be shown or removed.', error),
      );
    }
    // Side by side: a question about one file must not keep the others waiting for its answer.
    for (const stored of taken)
      restoreOne(stored, pending, store, log).catch((error: unknown) =>
        log.error(`The pending changes of ${shortName(stored.uri)} could not be restored; their backup stays.`, error),
      );
  };
  await look();
  for (const theirs of await store.ofOthers()) await joinIn(theirs, pending, store, log);
  for (let i = 0; i < LOOKS && (await store.ofOthers()).length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, ENDING_MILLISECONDS));
    await look();
  }
}

/**
 * Changes that are pending in another window on this workspace. Where the editor has brought their text into this one, too, they
 * are pending here as well, each window for itself; where it has not, they are that window's alone.
 */
async function joinIn(
  theirs: OthersChange,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  // A draft that was never saved is its window's alone; opening it here would make another one.
  if (vscode.Uri.parse(theirs.uri).scheme === 'untitled') return;
  const place = await find(theirs, log);
  if (typeof place === 'string' || place.restored.kind !== 'restored') return;
  if (pending.state(theirs.uri) || pending.state(place.document.uri.toString())) return;
  store.join(theirs);
  const uri = place.document.uri.toString();
  log.info(
    `${shortName(uri)}: ${plural(place.restored.state.ranges.length, 'change')} pending in another window, too.`,
  );
  pending.adopt(renamed(place.restored.state, uri));
}

/** A file was closed without its pending changes: they can be had again. */
export async function offerAgain(
  left: PendingChange,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    await restoreOne(await store.setAside(left), pending, store, log);
  } catch (error) {
    log.error(`The pending changes of ${shortName(left.uri)} could not be offered again; their backup stays.`, error);
  }
}

async function restoreOne(
  stored: StoredChange,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const { uri } = stored;
  const place = await find(stored, log);
  if (typeof place === 'string') return askAboutLost(stored, place, store, log);
  const { document, restored } = place;
  const now = document.uri.toString();
  // A proposal may have come for the file while this was on its way.
  if (pending.state(uri) || pending.state(now)) {
    log.info(
      `${shortName(now)} has other pending changes; the backup of those before waits until they are decided upon.`,
    );
    return;
  }
  switch (restored.kind) {
    case 'restored': {
      log.info(`${shortName(now)}: ${plural(restored.state.ranges.length, 'change')} pending as before.`);
      pending.adopt(renamed(restored.state, now));
      const adopted = pending.state(now);
      // They are in a backup of their own again before the old one goes.
      if (adopted) await store.write(adopted);
      return store.drop(stored);
    }
    case 'unreadable':
      return tellUnreadable(stored, store, log, restored.reason);
    case 'changed':
      return decide(stored, now, restored.threeWay, pending, store, log);
  }
}

interface Place {
  readonly document: vscode.TextDocument;
  readonly restored: Restored;
}

/**
 * The document that stored changes are for, or what has become of it. A cell is known by its text: its address may be that of
 * another one by now.
 */
async function find({ uri, json }: StoredChange, log: vscode.LogOutputChannel): Promise<Place | string> {
  const placeIn = (document: vscode.TextDocument): Place => ({
    document,
    restored: restore(json, document.getText(), document.version),
  });
  try {
    const address = vscode.Uri.parse(uri);
    if (!isCell(address)) return placeIn(await vscode.workspace.openTextDocument(address));
    const notebook = await openNotebookOf(address);
    const places = notebook.getCells().map(({ document }) => placeIn(document));
    places.sort((a, b) => Number(b.document.uri.toString() === uri) - Number(a.document.uri.toString() === uri));
    return (
      places.find(({ restored }) => restored.kind === 'restored') ??
      places.find(({ restored }) => restored.kind === 'changed' && restored.threeWay.notApplied) ??
      `No cell of ${shortName(uri)} has the text that it had`
    );
  } catch (error) {
    log.warn(`${shortName(uri)} has pending changes but can't be opened. ${String(error)}`);
    const address = vscode.Uri.parse(uri);
    const isGone = address.scheme === 'file' && !(await exists(address));
    return `${shortName(uri)} ${isGone ? "isn't there any more" : "can't be opened"}`;
  }
}

/** There is no document for stored changes. Without an answer the backup stays, and the next start asks again. */
async function askAboutLost(
  stored: StoredChange,
  why: string,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const state = stateOf(restore(stored.json, '', 0));
  if (!state) return tellUnreadable(stored, store, log);
  const count = plural(state.ranges.length, 'change');
  const question = `${why}, with ${count} that you had neither kept nor undone. Nothing was written.`;
  const answer = await vscode.window.showWarningMessage(question, OPEN_BACKUP, FORGET);
  if (answer === FORGET) return store.drop(stored);
  if (answer !== OPEN_BACKUP) return;
  await openBackup(stored.uri, state);
  return askAboutLost(stored, why, store, log);
}

/** Nothing can be brought back from a backup. What was proposed is code like any other by now: only the user can look through it. */
async function tellUnreadable(
  backup: UnreadableBackup,
  store: PendingStore,
  log: vscode.LogOutputChannel,
  reason = 'It is damaged.',
): Promise<void> {
  const { uri, file } = backup;
  log.error(`The backup ${file.path} can't be read. ${reason}`);
  const what = uri === undefined ? 'a file' : shortName(uri);
  const address = uri === undefined ? undefined : vscode.Uri.parse(uri);
  const isThere = address?.scheme === 'file' && (await exists(address));
  const answer = await vscode.window.showWarningMessage(
    `The backup of the changes that were pending in ${what} can't be read: look through the file yourself, since they can't be kept or undone one by one any more.`,
    ...(isThere ? [OPEN_FILE] : []),
    OPEN_BACKUP,
    FORGET,
  );
  if (answer === FORGET) return store.drop(backup);
  if (answer === undefined) return;
  await vscode.window.showTextDocument(answer === OPEN_FILE && address ? address : file, { preview: false });
  return tellUnreadable(backup, store, log, reason);
}

/** What a file was with its pending changes, as a document of its own. */
async function openBackup(uri: string, state: PendingChange): Promise<void> {
  const language = isPython(uri) ? { language: 'python' } : {};
  const document = await vscode.workspace.openTextDocument({ content: state.document, ...language });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** What was stored, whatever is there now. */
function stateOf(restored: Restored): PendingChange | undefined {
  switch (restored.kind) {
    case 'restored':
      return restored.state;
    case 'changed':
      return restored.threeWay.stored;
    case 'unreadable':
      return undefined;
  }
}

/** The file isn't as it was. Nothing is written until the user has answered; without an answer the backup stays. */
async function decide(
  stored: StoredChange,
  uri: string,
  threeWay: ThreeWay,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const count = plural(threeWay.stored.ranges.length, 'change');
  const what = threeWay.notApplied
    ? `${shortName(uri)} holds its text without the ${count} that you had neither kept nor undone.`
    : `${shortName(uri)} changed since it had ${count} pending.`;
  const answer = await vscode.window.showWarningMessage(`${what} Nothing was written.`, TAKE_UP, 'Compare', FORGET);
  if (answer === FORGET) return store.drop(stored);
  if (answer === 'Compare') {
    await compare(uri, threeWay);
    return decide(stored, uri, threeWay, pending, store, log);
  }
  if (answer === TAKE_UP) await takeUpAgain(stored, pending, store, log);
}

/** The question may have stood for long: the document is looked at anew. */
async function takeUpAgain(
  stored: StoredChange,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const place = await find(stored, log);
  if (typeof place === 'string') return askAboutLost(stored, place, store, log);
  const uri = place.document.uri.toString();
  const { count, outcome, lost } = await carryOut(stored, uri, pending);
  if (!outcome.done) {
    void vscode.window.showWarningMessage(outcome.message ?? 'The changes could not be taken up again.');
    return;
  }
  if (lost === 0) return store.drop(stored);
  const text = `${lost} of ${plural(count, 'change')} could not be taken up again: their lines in ${shortName(uri)} are others by now.`;
  const answer = await vscode.window.showWarningMessage(text, OPEN_BACKUP, FORGET);
  const state = stateOf(place.restored);
  if (answer === FORGET) await store.drop(stored);
  else if (answer === OPEN_BACKUP && state) await openBackup(uri, state);
}

/** Brings stored changes into a document as it is when they are written. */
async function carryOut(
  stored: StoredChange,
  uri: string,
  pending: PendingChanges,
): Promise<{ outcome: Outcome; count: number; lost: number }> {
  let lost = 0;
  let count = 0;
  const outcome = await pending.carryOut(uri, (document): Action => {
    const now = restore(stored.json, document.getText(), document.version);
    const state = stateOf(now);
    const threeWay = now.kind === 'changed' ? now.threeWay : undefined;
    if (!state) throw new Error(`The backup of ${shortName(uri)} can't be read.`);
    lost = 0;
    count = state.ranges.length;
    if (!threeWay) return { ok: true, state: renamed(state, uri), edits: [], deleteFile: false };
    const again = takeUp({ ...threeWay, stored: renamed(threeWay.stored, uri) });
    lost = again.lost.length;
    return again.action;
  });
  return { outcome, count, lost };
}

/** The proposal as it was beside the file as it is. */
async function compare(uri: string, { proposed }: ThreeWay): Promise<void> {
  const { uri: current, languageId } = await openForEdit({ uri });
  const document = await vscode.workspace.openTextDocument({ content: proposed, language: languageId });
  await vscode.commands.executeCommand(
    'vscode.diff',
    document.uri,
    current,
    `${shortName(uri)}: with pending changes ↔ now`,
  );
}
