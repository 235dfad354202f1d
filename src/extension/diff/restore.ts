/** After a reload: brings the pending changes back, or shows how the file differs and lets the user decide. */
import * as vscode from 'vscode';
import { adoptCurrent, reapply, restore, type ThreeWay } from '../../edits/index.js';
import { shortName } from './documents.js';
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
  for (const stored of await store.readAll()) {
    try {
      await restoreOne(stored, pending, store, log);
    } catch (error) {
      log.error(`The pending changes of ${shortName(stored.uri)} could not be restored; their backup stays.`, error);
    }
  }
}

async function restoreOne(
  { uri, json }: StoredChange,
  pending: PendingChanges,
  store: PendingStore,
  log: vscode.LogOutputChannel,
): Promise<void> {
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  } catch (error) {
    log.warn(`${shortName(uri)} has pending changes but can't be opened; their backup stays. ${String(error)}`);
    return;
  }
  // A proposal may have come for the file while this was on its way.
  if (pending.state(uri)) return;
  const restored = restore(json, document.getText(), document.version);
  switch (restored.kind) {
    case 'restored':
      log.info(`${shortName(uri)}: ${countOf(restored.state.ranges.length)} pending as before.`);
      return pending.adopt(restored.state);
    case 'unreadable':
      log.error(`${shortName(uri)}: ${restored.reason} The backup stays where it is.`);
      return;
    case 'changed':
      return decide(uri, restored.threeWay, pending, store);
  }
}

/** The file isn't as it was. Nothing is written until the user has answered; without an answer the backup stays. */
async function decide(uri: string, threeWay: ThreeWay, pending: PendingChanges, store: PendingStore): Promise<void> {
  const count = countOf(threeWay.stored.ranges.length);
  const what = threeWay.notApplied
    ? `${shortName(uri)} holds its text without the ${count} that you had neither kept nor undone.`
    : `${shortName(uri)} changed since it had ${count} pending.`;
  const answer = await vscode.window.showWarningMessage(`${what} Nothing was written.`, TAKE_UP, 'Compare', FORGET);
  if (answer === FORGET) return store.remove(uri);
  if (answer === 'Compare') {
    await compare(uri, threeWay);
    return decide(uri, threeWay, pending, store);
  }
  if (answer !== TAKE_UP) return;
  const present = adoptCurrent(threeWay);
  // Hunks that are still in the text need only be taken up; otherwise they are written again.
  if (present.ranges.length > 0) return pending.adopt(present);
  const { action, lost } = reapply(threeWay);
  const outcome = await pending.carryOut(uri, action);
  if (!outcome.done)
    void vscode.window.showWarningMessage(outcome.message ?? 'The changes could not be taken up again.');
  else if (lost.length > 0)
    void vscode.window.showWarningMessage(`${countOf(lost.length)} no longer fits ${shortName(uri)} and was left out.`);
}

/** The proposal as it was beside the file as it is. */
async function compare(uri: string, { proposed }: ThreeWay): Promise<void> {
  const current = vscode.Uri.parse(uri);
  const { languageId } = await vscode.workspace.openTextDocument(current);
  const document = await vscode.workspace.openTextDocument({ content: proposed, language: languageId });
  await vscode.commands.executeCommand(
    'vscode.diff',
    document.uri,
    current,
    `${shortName(uri)}: with pending changes ↔ now`,
  );
}
