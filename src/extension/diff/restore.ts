/** After a reload: brings the pending changes back, or shows how the file differs and lets the user decide. */
import * as vscode from 'vscode';
import {
  adoptCurrent,
  reapply,
  renamed,
  restore,
  serialise,
  type PendingChange,
  type Restored,
  type ThreeWay,
} from '../../edits/index.js';
import { isCell, openNotebookOf } from '../notebooks.js';
import { isPython } from './check.js';
import { openForEdit, shortName } from './documents.js';
import { countOf } from './hunkText.js';
import type { PendingChanges } from './pendingChanges.js';
import type { OthersChange, PendingStore, StoredChange } from './store.js';

const TAKE_UP = 'Take Up Again';
const OPEN_BACKUP = 'Open the Backup';
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
  const look = async (): Promise<void> => {
    // Side by side: a question about one file must not keep the others waiting for its answer.
    for (const stored of await store.takeOver())
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
  const place = await find(theirs, log);
  if (typeof place === 'string' || place.restored.kind !== 'restored' || pending.state(theirs.uri)) return;
  store.join(theirs);
  const uri = place.document.uri.toString();
  log.info(`${shortName(uri)}: ${countOf(place.restored.state.ranges.length)} pending in another window, too.`);
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
    await restoreOne({ uri: left.uri, json: serialise(left) }, pending, store, log);
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
  // A proposal may have come for the file while this was on its way.
  if (pending.state(uri)) return;
  if (typeof place === 'string') return askAboutLost(stored, place, store, log);
  const { document, restored } = place;
  const now = document.uri.toString();
  switch (restored.kind) {
    case 'restored':
      log.info(`${shortName(now)}: ${countOf(restored.state.ranges.length)} pending as before.`);
      if (now !== uri) await store.remove(uri);
      return pending.adopt(renamed(restored.state, now));
    case 'unreadable':
      log.error(`${shortName(now)}: ${restored.reason} The backup stays where it is.`);
      return;
    case 'changed':
      return decide(now, restored.threeWay, pending, store);
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
    return `${shortName(uri)} can't be opened`;
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
  if (!state) {
    log.error(`${shortName(stored.uri)}: its stored pending changes can't be read. They stay where they are.`);
    return;
  }
  const count = countOf(state.ranges.length);
  const question = `${why}, with ${count} that you had neither kept nor undone. Nothing was written.`;
  const answer = await vscode.window.showWarningMessage(question, OPEN_BACKUP, FORGET);
  if (answer === FORGET) return store.remove(stored.uri);
  if (answer !== OPEN_BACKUP) return;
  const language = isPython(stored.uri) ? { language: 'python' } : {};
  const document = await vscode.workspace.openTextDocument({ content: state.document, ...language });
  await vscode.window.showTextDocument(document, { preview: false });
  return askAboutLost(stored, why, store, log);
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
async function decide(uri: string, threeWay: ThreeWay, pending: PendingChanges, store: PendingStore): Promise<void> {
  const count = countOf(threeWay.stored.ranges.length);
  const what = threeWay.notApplied
    ? `${shortName(uri)} holds its text without the ${count} that you had neither kept nor undone.`
    : `${shortName(uri)} changed since it had ${count} pending.`;
  const answer = await vscode.window.showWarningMessage(`${what} Nothing was written.`, TAKE_UP, 'Compare', FORGET);
  if (answer === FORGET) return store.remove(threeWay.stored.uri);
  if (answer === 'Compare') {
    await compare(uri, threeWay);
    return decide(uri, threeWay, pending, store);
  }
  if (answer !== TAKE_UP) return;
  if (threeWay.stored.uri !== uri) await store.remove(threeWay.stored.uri);
  const present = renamed(adoptCurrent(threeWay), uri);
  // Hunks that are still in the text need only be taken up; otherwise they are written again.
  if (present.ranges.length > 0) return pending.adopt(present);
  const { action, lost } = reapply({ ...threeWay, stored: renamed(threeWay.stored, uri) });
  const outcome = await pending.carryOut(uri, action);
  if (!outcome.done)
    void vscode.window.showWarningMessage(outcome.message ?? 'The changes could not be taken up again.');
  else if (lost.length > 0)
    void vscode.window.showWarningMessage(`${countOf(lost.length)} no longer fits ${shortName(uri)} and was left out.`);
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
