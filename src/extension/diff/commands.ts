/** Keep and Undo, by lens, key, peek, source control view, and palette. */
import * as vscode from 'vscode';
import type { HunkId } from '../../edits/index.js';
import { plural } from '../../texts.js';
import { baselineUri, originalUri, BASELINE_SCHEME } from './baselineFiles.js';
import { hunkAt } from './documents.js';
import { sentence } from './hunkText.js';
import type { HunkArgument } from './lenses.js';
import { goToHunk, showHunk } from './navigation.js';
import type { Outcome, PendingChanges } from './pendingChanges.js';
import { openDiff, reviewAll } from './sourceControl.js';

/** What the native peek hands over for each of its changes; lines count from 1, an end before its start is "none". */
interface LineChange {
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

interface Target {
  readonly uri: string;
  readonly ids: readonly HunkId[];
}

export function registerHunkCommands(pending: PendingChanges): vscode.Disposable {
  const register = (name: string, run: (...args: unknown[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`architect.${name}`, run);
  return vscode.Disposable.from(
    register('keepHunk', (...args) => withTarget(pending, args, (target) => keepHunks(pending, target))),
    register('undoHunk', (...args) => withTarget(pending, args, (target) => undoHunks(pending, target))),
    register('takeProposal', (...args) => withTarget(pending, args, (target) => resolve(pending, target, 'proposed'))),
    register('restoreHunk', (...args) => withTarget(pending, args, (target) => resolve(pending, target, 'baseline'))),
    register('showHunk', (...args) => withTarget(pending, args, (target) => showRemoved(pending, target))),
    register('keepFile', (...args) => eachFile(pending, args, (uri) => pending.keep(uri))),
    register('undoFile', (...args) =>
      eachFile(pending, args, (uri) => undoAsking(pending, { uri, ids: idsOf(pending, uri) })),
    ),
    register('keepAll', () => eachOf(pending.uris, (uri) => pending.keep(uri))),
    register('undoAll', () => eachOf(pending.uris, (uri) => undoAsking(pending, { uri, ids: idsOf(pending, uri) }))),
    register('nextHunk', () => goToHunk(pending, 1)),
    register('previousHunk', () => goToHunk(pending, -1)),
    register('nextLinkedHunk', (...args) => withTarget(pending, args, (target) => showLinked(pending, target))),
    register('reviewAll', () => reviewAll(pending)),
    register('openDiff', (uri) => (typeof uri === 'string' ? openDiff(uri) : undefined)),
  );
}

/** Keeps hunks, then offers the others that only work together with them. */
async function keepHunks(pending: PendingChanges, { uri, ids }: Target): Promise<void> {
  const others = ids
    .flatMap((id) => pending.linked({ uri, id }))
    .filter((other) => !(other.uri === uri && ids.includes(other.id)));
  const [note] = ids.flatMap((id) => pending.note({ uri, id }).alone ?? []);
  const outcome = await pending.keep(uri, ids);
  explain(outcome);
  if (!outcome.done || others.length === 0) return;
  const without = note === undefined ? '' : ` Without ${others.length === 1 ? 'it' : 'them'}: ${sentence(note)}`;
  const yes = others.length === 1 ? 'Keep It, Too' : 'Keep Them, Too';
  const answer = await vscode.window.showInformationMessage(
    `${plural(others.length, 'change')} only ${others.length === 1 ? 'works' : 'work'} together with what you kept.${without}`,
    yes,
  );
  if (answer !== yes) return;
  for (const other of others) explain(await pending.keep(other.uri, [other.id]));
}

async function undoHunks(pending: PendingChanges, target: Target): Promise<void> {
  explain(await undoAsking(pending, target));
}

/** Undoes hunks; before the user's own typing goes with them, asks. */
async function undoAsking(pending: PendingChanges, { uri, ids }: Target): Promise<Outcome> {
  const outcome = await pending.undo(uri, ids);
  if (!outcome.asks) return outcome;
  const answer = await vscode.window.showWarningMessage(outcome.message ?? '', { modal: true }, 'Undo');
  return answer === 'Undo' ? pending.undo(uri, ids, { confirmed: true }) : { done: false };
}

async function resolve(pending: PendingChanges, { uri, ids }: Target, take: 'proposed' | 'baseline'): Promise<void> {
  for (const id of ids) explain(await pending.resolve(uri, id, take));
}

/**
 * The hunk's place with what was there before over it: in the native peek, or where that one would show git's changes instead, in
 * a peek of the baseline.
 */
async function showRemoved(pending: PendingChanges, { uri, ids }: Target): Promise<void> {
  const [id] = ids;
  if (id === undefined) return;
  await showHunk(pending, uri, id);
  const hunk = pending.hunks(uri).find((each) => each.id === id);
  const editor = vscode.window.activeTextEditor;
  if (!hunk || !editor || !isInRepository(editor.document.uri)) {
    await vscode.commands.executeCommand('editor.action.dirtydiff.next');
    return;
  }
  const { startLine, endLine } = hunk.baseline;
  const before = new vscode.Range(startLine, 0, Math.max(startLine, endLine - 1), 0);
  await vscode.commands.executeCommand(
    'editor.action.peekLocations',
    editor.document.uri,
    editor.selection.active,
    [new vscode.Location(baselineUri(editor.document.uri), before)],
    'peek',
  );
}

/** The part of git's extension that is asked. */
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): { getRepository(uri: vscode.Uri): unknown };
}

function isInRepository(uri: vscode.Uri): boolean {
  const git = vscode.extensions.getExtension<GitExtension>('vscode.git');
  return git?.isActive === true && git.exports.enabled && Boolean(git.exports.getAPI(1).getRepository(uri));
}

/** The next of the hunks that belong together, in turn. */
async function showLinked(pending: PendingChanges, { uri, ids: [id] }: Target): Promise<void> {
  if (id === undefined) return;
  const all = [{ uri, id }, ...pending.linked({ uri, id })];
  const order = pending.uris.flatMap((each) => pending.hunks(each).map((hunk) => ({ uri: each, id: hunk.id })));
  const group = order.filter((one) => all.some((other) => other.uri === one.uri && other.id === one.id));
  const next = group[(group.findIndex((one) => one.uri === uri && one.id === id) + 1) % group.length];
  if (next) await showHunk(pending, next.uri, next.id);
}

/** Finds the hunks that a command is for: a lens's argument, the peek's change, or what is at the cursor. */
async function withTarget(
  pending: PendingChanges,
  args: readonly unknown[],
  run: (target: Target) => Promise<void>,
): Promise<void> {
  const target = ofLens(args[0]) ?? ofPeek(pending, args) ?? atCursor(pending);
  if (target && target.ids.length > 0) await run(target);
  else explain({ done: false, message: 'There is no pending change here.' });
}

function ofLens(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null || !('hunk' in argument)) return undefined;
  const { uri, hunk } = argument as HunkArgument;
  return { uri, ids: [hunk] };
}

/** The peek shows the differences as the editor computes them: one may span several hunks that touch. */
function ofPeek(pending: PendingChanges, [resource, changes, index]: readonly unknown[]): Target | undefined {
  if (!(resource instanceof vscode.Uri) || !Array.isArray(changes) || typeof index !== 'number') return undefined;
  const change = (changes as LineChange[])[index];
  if (!change) return undefined;
  const uri = resource.scheme === BASELINE_SCHEME ? originalUri(resource) : resource.toString();
  const first = change.modifiedStartLineNumber - 1;
  const none = change.modifiedEndLineNumber < change.modifiedStartLineNumber;
  // For a removal the editor names the line before it.
  const [start, end] = none ? [first + 1, first + 1] : [first, change.modifiedEndLineNumber];
  const ids = pending
    .hunks(uri)
    .filter(({ document }) => document.startLine <= end && start <= document.endLine)
    .map(({ id }) => id);
  return { uri, ids };
}

function atCursor(pending: PendingChanges): Target | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const uri = editor.document.uri.toString();
  const hunk = hunkAt(pending.hunks(uri), editor.selection.active.line);
  return hunk && { uri, ids: [hunk.id] };
}

/** From the source control view the arguments are resources or a group; from the palette the active editor counts. */
async function eachFile(
  pending: PendingChanges,
  args: readonly unknown[],
  run: (uri: string) => Promise<Outcome>,
): Promise<void> {
  const named = args.flatMap((argument) => {
    if (typeof argument === 'string') return [argument];
    if (argument instanceof vscode.Uri) return [argument.toString()];
    if (typeof argument !== 'object' || argument === null) return [];
    if ('resourceUri' in argument && argument.resourceUri instanceof vscode.Uri)
      return [argument.resourceUri.toString()];
    return 'resourceStates' in argument ? pending.uris : [];
  });
  const active = vscode.window.activeTextEditor?.document.uri.toString();
  await eachOf(named.length > 0 ? [...new Set(named)] : active === undefined ? [] : [active], run);
}

async function eachOf(uris: readonly string[], run: (uri: string) => Promise<Outcome>): Promise<void> {
  for (const uri of uris) explain(await run(uri));
}

function idsOf(pending: PendingChanges, uri: string): HunkId[] {
  return pending.hunks(uri).map(({ id }) => id);
}

function explain({ message, asks }: Outcome): void {
  if (message && !asks) void vscode.window.showWarningMessage(message);
}
