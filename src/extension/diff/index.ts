/** Pending changes: what chat, code actions and commands hand their edits to. */
import * as vscode from 'vscode';
import type { EditSet } from '../../edits/index.js';
import type { AnalysisClient } from '../analysis/client.js';
import { registerBaselineFiles } from './baselineFiles.js';
import { problemOf } from './check.js';
import { registerHunkCommands } from './commands.js';
import { registerPendingContext } from './context.js';
import { registerDecorations } from './decorations.js';
import { beginProposal, type GrowingProposal } from './growingProposal.js';
import { registerHunkChecks } from './hunkChecks.js';
import { registerHunkHover } from './hover.js';
import { registerHunkLenses } from './lenses.js';
import { showHunk } from './navigation.js';
import type { TextAt } from './locate.js';
import { PendingChanges, type Proposed } from './pendingChanges.js';
import { offerAgain, restorePending } from './restore.js';
import { registerSourceControl } from './sourceControl.js';
import { PendingStore } from './store.js';
import { watchDocuments } from './watch.js';

export { baselineUri } from './baselineFiles.js';
export type { GrowingProposal, Original, ProposalText } from './growingProposal.js';
export { PendingChanges, type Outcome, type Proposed, type Refused } from './pendingChanges.js';

export interface ProposeOptions {
  /** Show the first hunk, for commands; chat leaves the user where they are. */
  readonly reveal?: boolean;
  /** The analyser has passed these very sets together already. */
  readonly checked?: boolean;
  readonly token?: vscode.CancellationToken;
}

/** The door to the pending changes. */
export interface PendingService {
  readonly pending: PendingChanges;
  /**
   * Checks edit sets together and, unless the analyser finds that they would break the code, writes them into their
   * documents as pending changes. Nothing is modified if `refused` has everything.
   */
  readonly propose: (sets: readonly EditSet[], options?: ProposeOptions) => Promise<Proposed>;
  /** Starts a proposal to which edit sets are added one by one, as they are decided; see `growingProposal.ts`. */
  readonly begin: (options?: { readonly token?: vscode.CancellationToken }) => GrowingProposal;
  /** Writes what is not stored yet. */
  readonly flush: () => Promise<void>;
}

/** Sets up everything by which pending changes are seen and decided upon. */
export function registerPendingChanges(
  context: vscode.ExtensionContext,
  analysis: AnalysisClient,
  log: vscode.LogOutputChannel,
): PendingService {
  const store = new PendingStore(context.storageUri ?? context.globalStorageUri, log);
  const pending = new PendingChanges(store, log);
  context.subscriptions.push(
    store,
    pending,
    registerBaselineFiles(pending),
    registerDecorations(pending),
    registerHunkLenses(pending),
    registerHunkHover(pending),
    registerSourceControl(pending),
    registerPendingContext(pending),
    registerHunkCommands(pending),
    registerHunkChecks(pending, analysis, log),
    watchDocuments(pending, {
      log,
      tell: (text) => void vscode.window.showInformationMessage(text),
      onLeftBehind: (state) => void offerAgain(state, pending, store, log),
    }),
  );
  restorePending(pending, store, log).catch((error: unknown) =>
    log.error('Pending changes could not be restored.', error),
  );
  return {
    pending,
    flush: () => store.flush(),
    begin: ({ token } = {}) => beginProposal(pending, (set, textAt) => check([set], analysis, log, textAt, token)),
    propose: async (sets, { reveal = false, checked = false, token } = {}) => {
      const problem = checked ? undefined : await check(sets, analysis, log, undefined, token);
      if (problem !== undefined) {
        const uris = [...new Set(sets.flatMap(({ files }) => files.map(({ uri }) => uri)))];
        return { uris: [], hunks: 0, refused: uris.map((uri) => ({ uri, message: problem })) };
      }
      const proposed = await pending.propose(sets);
      const [first] = proposed.uris;
      if (reveal && first !== undefined) await showHunk(pending, first, 'first');
      return proposed;
    },
  };
}

/** An analysis that can't say anything doesn't stand in the way: the hunks are shown as not checked. */
async function check(
  sets: readonly EditSet[],
  analysis: AnalysisClient,
  log: vscode.LogOutputChannel,
  textAt: TextAt | undefined,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  try {
    return await problemOf(sets, analysis, textAt, token);
  } catch (error) {
    if (token?.isCancellationRequested) throw new vscode.CancellationError();
    log.warn(`A proposal could not be checked: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
