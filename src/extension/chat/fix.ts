/** `/fix`: the playbook's diagnosis and its changes, shown as pending changes. The command without chat runs the same code. */
import * as vscode from 'vscode';
import { renderAdvice } from '../../agent/playbook/markdown.js';
import type { EditSet } from '../../edits/index.js';
import type { AdviseResult, Prescription } from '../../protocol/index.js';
import type { Services } from '../services.js';
import { tellChanges, writeChanges } from './proposal.js';
import type { AnswerSink } from './question.js';

/** What else works without a model. */
const COMMANDS = [
  '- **`/analyze`** and **`/explain`**: what a module counts and computes, layer by layer',
  '- **`/shrink`**: where the parameters are, and other sizes within a budget, each counted',
  '- **`/loss`** and **`/train`**: the mathematics of the loss, and what the training code has and lacks',
  '- **`/verify`**: the module in your own Python: forward, backward, gradients, counts; you are asked first',
  '',
].join('\n');

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
): Promise<FixOutcome> {
  sink.progress('Reading the model and the code that trains it');
  const uri = document.uri.toString();
  const advice = await services.analysis.request('architect/advise', { text, uri }, token);
  for (const reading of advice.readings) sink.reference(vscode.Uri.parse(reading.uri), rangeOf(reading.range));
  const sets = advice.symptom === null ? [] : advice.prescriptions.filter(isReady).map(({ edits }) => edits);
  const written = sets.length > 0 ? await writeChanges(services, sets, sink, token) : undefined;
  // Chat folds away what stands before the last progress or reference: the text comes in one piece.
  sink.markdown(renderAdvice(advice));
  if (advice.symptom === null) sink.markdown(COMMANDS);
  if (written) tellChanges(written, sink);
  return { advice, proposed: written && written.hunks > 0 ? sets.map(({ id }) => id) : [] };
}

/** A prescription whose change parses and brings no shape error. */
function isReady(prescription: Prescription): prescription is Prescription & { readonly edits: EditSet } {
  const { edits, checked } = prescription;
  return edits !== undefined && checked?.syntax.outcome !== 'failed' && checked?.shapes.outcome !== 'failed';
}

function rangeOf(range: AdviseResult['readings'][number]['range']): vscode.Range | undefined {
  return range && new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}
