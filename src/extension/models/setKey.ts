/** *Architect: Set Anthropic API Key*. */
import * as vscode from 'vscode';
import { BackendError, keyProblem, verifyKey } from '../../agent/index.js';
import { agentSettings } from '../agent/settings.js';
import type { ApiKey } from './apiKey.js';
import { signalOf } from './editorModel.js';

/** A password box; the key is tried with one cheap call before it is stored, and nothing typed deletes it. */
export function registerSetKey(apiKey: ApiKey): vscode.Disposable {
  return vscode.commands.registerCommand('architect.setApiKey', () => setKey(apiKey));
}

async function setKey(apiKey: ApiKey): Promise<void> {
  const known = await apiKey.get();
  const entered = await vscode.window.showInputBox({
    title: 'Architect: Set Anthropic API Key',
    prompt: known
      ? `There is a key ${known.from === 'stored' ? 'already' : 'in the environment (ANTHROPIC_API_KEY)'}. Enter another one${known.from === 'stored' ? ', or nothing to delete it' : ''}.`
      : 'From console.anthropic.com. It is kept in the secret storage of the editor and only sent to the provider.',
    placeHolder: 'sk-ant-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => keyProblem(text.trim()),
  });
  if (entered === undefined) return;
  const key = entered.trim();
  if (key === '') return forget(apiKey, known !== undefined);
  const problem = await checked(key);
  if (problem === 'cancelled') return;
  if (problem !== undefined) {
    const keep = problem.kind === 'key' ? [] : ['Keep It Anyway'];
    const answer = await vscode.window.showErrorMessage(
      `The key was not stored. ${problem.message}`,
      'Enter Again',
      ...keep,
    );
    if (answer === 'Enter Again') return setKey(apiKey);
    if (answer === undefined) return;
  }
  await apiKey.store(key);
  void vscode.window.showInformationMessage('The Anthropic key is set: Claude answers @architect from now on.');
}

async function forget(apiKey: ApiKey, wasKnown: boolean): Promise<void> {
  await apiKey.forget();
  const left = await apiKey.get();
  void vscode.window.showInformationMessage(
    left
      ? 'The stored key is deleted. The one of the environment (ANTHROPIC_API_KEY) is still used.'
      : wasKnown
        ? 'The Anthropic key is deleted: the offline playbook answers @architect.'
        : 'There is no Anthropic key.',
  );
}

/** One cheap call. The key that is tried is in nobody's error message. */
async function checked(key: string): Promise<BackendError | 'cancelled' | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Checking the key', cancellable: true },
    async (_progress, token) => {
      try {
        await verifyKey({ key, baseUrl: agentSettings().baseUrl }, signalOf(token));
        return undefined;
      } catch (error) {
        if (token.isCancellationRequested) return 'cancelled';
        if (error instanceof BackendError) return error;
        return new BackendError('unknown', error instanceof Error ? error.message : String(error));
      }
    },
  );
}
