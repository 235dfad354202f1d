/** A line over each hunk: `Keep · Undo · −3 +5 · +1,024 parameters`. */
import * as vscode from 'vscode';
import type { Hunk } from '../../edits/index.js';
import { placeOf } from './documents.js';
import { labelOf, linkText, sentence, summaryOf } from './hunkText.js';
import type { HunkNote, PendingChanges } from './pendingChanges.js';

/** Which hunk a command is about. */
export interface HunkArgument {
  readonly uri: string;
  readonly hunk: number;
}

/** Every kind of document: pending changes may be in a README as well. */
const ANYWHERE: vscode.DocumentSelector = [
  { scheme: 'file' },
  { scheme: 'untitled' },
  { scheme: 'vscode-notebook-cell' },
];

/** Each time it is told that lenses changed, the editor waits anew before it asks for them: told too often it never would. */
const APART_MILLISECONDS = 600;

export function registerHunkLenses(pending: PendingChanges): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let timer: NodeJS.Timeout | undefined;
  let told = 0;
  const tell = (): void => {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        told = Date.now();
        changed.fire();
      },
      Math.max(0, told + APART_MILLISECONDS - Date.now()),
    );
  };
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => {
      const uri = document.uri.toString();
      return pending.hunks(uri).flatMap((hunk) => {
        const of = { uri, id: hunk.id };
        const about = { linked: pending.linked(of).length, note: pending.note(of) };
        return lensesOf(uri, hunk, about, placeOf(hunk, document));
      });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(ANYWHERE, provider),
    pending.onDidChange(tell),
    {
      dispose: () => {
        clearTimeout(timer);
      },
    },
  );
}

interface About {
  /** How many other hunks it only works together with. */
  readonly linked: number;
  readonly note: HunkNote;
}

/** The editor swallows a plain space after an icon. */
function iconText(icon: string, text: string): string {
  return `$(${icon})\u00a0${text}`;
}

function lensesOf(uri: string, hunk: Hunk, { linked, note }: About, { start }: vscode.Range): vscode.CodeLens[] {
  const range = new vscode.Range(start, start);
  const argument: HunkArgument = { uri, hunk: hunk.id };
  const lens = (title: string, command: string, tooltip: string): vscode.CodeLens =>
    new vscode.CodeLens(range, { title, command, tooltip, arguments: [argument] });
  const label = labelOf(hunk);
  if (hunk.conflict) {
    return [
      lens('Take the Proposal', 'architect.takeProposal', 'Write the proposal again over what the other program wrote'),
      lens('Leave As Is', 'architect.keepHunk', 'Keep this place as it is now'),
      lens('Restore', 'architect.restoreHunk', 'Write back what stood here before the proposal'),
      lens('another program changed this place', 'architect.showHunk', label),
    ];
  }
  return [
    lens(iconText('check', 'Keep'), 'architect.keepHunk', `Keep: ${label}`),
    lens(iconText('discard', 'Undo'), 'architect.undoHunk', `Write back what stood here before: ${label}`),
    lens(summaryOf(hunk), 'architect.showHunk', `${label}. Show the removed text.`),
    ...(note.together === undefined
      ? []
      : [
          lens(
            iconText('warning', 'does not work by itself'),
            'architect.showHunk',
            `By itself: ${sentence(note.together)}`,
          ),
        ]),
    ...(linked === 0
      ? []
      : [
          lens(
            iconText('link', linkText(linked)),
            'architect.nextLinkedHunk',
            note.alone === undefined
              ? 'These changes belong together; the number is that of all of them. Go to the next one.'
              : `These changes belong together; the number is that of all of them. Without the others: ${sentence(note.alone)}`,
          ),
        ]),
  ];
}
