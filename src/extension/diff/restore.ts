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
import { openForEdit, shortName } from './documents.js';
import { countOf } from './hunkText.js';
import type { PendingChanges } from './pendingChanges.js';
import type { PendingStore, StoredChange } from './store.js';

const TAKE_UP = 'Take Up Again';
const FORGET = 'Forget the Changes';

/** Looks at everything that was stored. Writes into no document without the user. */
export async function restorePending(
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  // Side by side: a question about one file must not keep the others waiting for its answer.
  const restoring = (await store.readAll()).map(async (stored) => {
    try {
      await restoreOne(stored, pending, store, log);
    } catch (error) {
      log.error(`The pending changes of ${shortName(stored.uri)} could not be restored; their backup stays.`, error);
    }
  });
  await Promise.all(restoring);
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
  if (!place || pending.state(uri)) return;
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

/** The document that stored changes are for. A cell is known by its text: its address may be that of another one by now. */
async function find({ uri, json }: StoredChange, log: vscode.LogOutputChannel): Promise<Place | undefined> {
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
    const found =
      places.find(({ restored }) => restored.kind === 'restored') ??
      places.find(({ restored }) => restored.kind === 'changed' && restored.threeWay.notApplied);
    if (!found) log.warn(`${shortName(uri)}: no cell has the text of its pending changes; their backup stays.`);
    return found;
  } catch (error) {
    log.warn(`${shortName(uri)} has pending changes but can't be opened; their backup stays. ${String(error)}`);
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
