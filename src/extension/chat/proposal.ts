/** Hands the changes of an answer to the pending changes, and says what became of them. */
import * as vscode from 'vscode';
import type { EditSet } from '../../edits/index.js';
import type { Proposed } from '../diff/index.js';
import { countFiles, nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import type { AnswerSink } from './question.js';
import { plural } from '../../texts.js';

/** The analyser has passed these sets together. @throws vscode.CancellationError before anything is changed */
export async function writeChanges(
  { changes }: Services,
  sets: readonly EditSet[],
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<Proposed> {
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  sink.progress('Writing the changes into the editor, unsaved');
  return changes.propose(sets, { checked: true, token });
}

/** What waits for a decision now and what was refused; the buttons for all of it. */
export function tellChanges({ hunks, uris, refused }: Proposed, sink: AnswerSink): void {
  for (const { uri, message } of refused)
    sink.markdown(`\n\n**${nameOf(vscode.Uri.parse(uri))} was not changed.** ${message}`);
  if (hunks === 0) return;
  sink.markdown(
    `\n\n${plural(hunks, 'change')} in ${plural(countFiles(uris), 'file')} ${hunks === 1 ? 'is' : 'are'} pending, not saved yet: ` +
      `keep or undo ${hunks === 1 ? 'it' : 'each one'} in the editor${hunks === 1 ? '' : ', or all of them here'}.`,
  );
  sink.button('architect.keepAll', 'Keep all');
  sink.button('architect.undoAll', 'Undo all');
  sink.button('architect.reviewAll', 'Review');
}

/** Chat folds away what stands before the last button: they come after the footer. */
export function withButtonsLast(sink: AnswerSink): { readonly sink: AnswerSink; readonly flush: () => void } {
  const buttons: (() => void)[] = [];
  return {
    sink: {
      progress: (text) => sink.progress(text),
      markdown: (text) => sink.markdown(text),
      reference: (uri, range) => sink.reference(uri, range),
      button: (command, title, args) => void buttons.push(() => sink.button(command, title, args)),
    },
    flush: () => {
      for (const show of buttons.splice(0)) show();
    },
  };
}
