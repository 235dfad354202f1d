/** `/fix`: the playbook's diagnosis and its changes, shown as pending changes. The command without chat runs the same code. */
import * as vscode from 'vscode';
import { renderAdvice } from '../../agent/playbook/markdown.js';
import type { EditSet } from '../../edits/index.js';
import type { AdviseResult, Prescription } from '../../protocol/index.js';
import type { Proposed } from '../diff/index.js';
import { nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import { plural } from './text.js';

/** Where an answer goes: a chat stream, or a document. */
export interface AnswerSink {
  progress(text: string): void;
  markdown(text: string): void;
  reference(uri: vscode.Uri, range: vscode.Range | undefined): void;
  button(command: string, title: string): void;
}

export interface FixOutcome {
  readonly advice: AdviseResult;
  /** Ids of the edit sets that are pending now. */
  readonly proposed: readonly string[];
}

/** @throws what the analysis throws; nothing is changed then */
export async function fix(
  services: Services,
  text: string,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
  footer?: string,
): Promise<FixOutcome> {
  sink.progress('Reading the model and the code that trains it');
  const uri = document.uri.toString();
  const advice = await services.analysis.request('architect/advise', { text, uri }, token);
  for (const reading of advice.readings) sink.reference(vscode.Uri.parse(reading.uri), rangeOf(reading.range));
  const sets = advice.symptom === null ? [] : advice.prescriptions.filter(isReady).map(({ edits }) => edits);
  let written: Proposed | undefined;
  if (sets.length > 0) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    sink.progress('Writing the changes into the editor, unsaved');
    written = await services.changes.propose(sets, { checked: true, token });
  }
  // Chat folds away what stands before the last progress, reference or button: the text comes in one piece, then the buttons.
  sink.markdown(renderAdvice(advice));
  for (const { uri: at, message } of written?.refused ?? [])
    sink.markdown(`\n\n**${nameOf(vscode.Uri.parse(at))} was not changed.** ${message}`);
  const hunks = written?.hunks ?? 0;
  if (written && hunks > 0)
    sink.markdown(
      `\n\n${plural(hunks, 'change')} in ${plural(written.uris.length, 'file')} ${hunks === 1 ? 'is' : 'are'} pending. Nothing was saved: ` +
        'keep or undo each one in the editor, or all of them here.',
    );
  if (footer !== undefined) sink.markdown(`\n\n---\n${footer}`);
  if (hunks > 0) {
    sink.button('architect.keepAll', 'Keep all');
    sink.button('architect.undoAll', 'Undo all');
    sink.button('architect.reviewAll', 'Review');
  }
  return { advice, proposed: hunks > 0 ? sets.map(({ id }) => id) : [] };
}

/** A prescription whose change parses and brings no shape error. */
function isReady(prescription: Prescription): prescription is Prescription & { readonly edits: EditSet } {
  const { edits, checked } = prescription;
  return edits !== undefined && checked?.syntax.outcome !== 'failed' && checked?.shapes.outcome !== 'failed';
}

function rangeOf(range: AdviseResult['readings'][number]['range']): vscode.Range | undefined {
  return range && new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}
