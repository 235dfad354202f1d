/** `/verify`: checks of the module in question in the user's own Python, after the user has seen what is run. */
import * as vscode from 'vscode';
import { userPort } from '../agent/consent.js';
import { signalOf } from '../models/editorModel.js';
import type { Services } from '../services.js';
import { verifyPort } from '../verify/port.js';
import { titleOf } from '../../verify/index.js';
import { moduleInQuestion } from './module.js';
import type { AnswerSink } from './question.js';

/** Asks, runs, and tells each check as it ends. @throws what the analysis throws */
export async function verify(
  services: Services,
  text: string,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<void> {
  sink.progress('Looking at the module');
  const module = await moduleInQuestion(services, text, document, sink, token);
  if (!module) return;
  const { uri, qualname } = module;
  const signal = signalOf(token);
  const prepared = await verifyPort(services).prepare({ uri, qualname }, signal);
  if ('problem' in prepared) {
    sink.markdown(`Nothing was run. ${prepared.problem}\n`);
    if (!vscode.workspace.isTrusted) sink.button('workbench.trust.manage', 'Manage Workspace Trust');
    return;
  }
  sink.progress('Asking whether it may be run');
  const { title, detail } = prepared;
  if (!(await userPort.confirm({ title, detail, action: 'Run' }, signal))) {
    sink.markdown('Nothing was run.\n');
    return;
  }
  sink.progress(`Running ${qualname} in Python`);
  const { markdown } = await prepared.run(signal, ({ id, outcome }) => sink.progress(`${titleOf(id)}: ${outcome}`));
  sink.markdown(`${markdown}\n`);
}
