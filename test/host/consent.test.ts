// The question whether code may be run: what counts as no, and that a cancel ends it. The end-to-end tests have the yes.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { userPort } from '../../src/extension/agent/consent.js';
import { waitFor } from '../support/wait.js';

const CONSENT = {
  title: 'Run Net in Python?',
  detail: '/usr/bin/python /somewhere/verify.py\nin /project.\n\nIt imports model.py.',
  action: 'Run',
};

describe('consent in the extension host', function () {
  this.timeout(90_000);
  const never = (): AbortSignal => new AbortController().signal;
  /** Runs a command of the editor until there is an answer: the question comes to the front a moment after it was asked. */
  const answered = async (asked: Promise<boolean>, command: string): Promise<boolean | undefined> => {
    let answer: boolean | undefined;
    void asked.then((agreed) => (answer = agreed));
    return waitFor(
      `an answer by ${command}`,
      async () => {
        await vscode.commands.executeCommand(`workbench.action.${command}`);
        return answer;
      },
      (given) => given !== undefined,
    );
  };

  it('is no for Enter alone, for Escape and for another question', async () => {
    for (const command of ['acceptSelectedQuickOpenItem', 'closeQuickOpen', 'quickOpen'])
      assert.equal(await answered(userPort.confirm(CONSENT, never()), command), false, command);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('ends when it is cancelled, and the question after it is asked', async () => {
    const source = new AbortController();
    const first = userPort.confirm(CONSENT, source.signal);
    const next = userPort.confirm(CONSENT, never());
    source.abort();
    assert.equal(await first, false);
    assert.equal(await answered(next, 'closeQuickOpen'), false);
  });

  it('is not asked once it is cancelled', async () => {
    assert.equal(await userPort.confirm(CONSENT, AbortSignal.abort()), false);
  });
});
