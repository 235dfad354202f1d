import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXTENSION_ID } from '../support/paths.js';

interface Manifest {
  contributes: { commands: { command: string }[] };
  enabledApiProposals?: string[];
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION_ID);
  assert(found, 'the packaged extension is installed');
  return found;
}

describe('the packaged extension', () => {
  it('activates', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers every command that it declares', async () => {
    await extension().activate();
    const { contributes } = extension().packageJSON as Manifest;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands.map(({ command }) => command).filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  it('asks for no proposed API', () => {
    assert.equal((extension().packageJSON as Manifest).enabledApiProposals, undefined);
  });

  it('runs where proposed API is refused, as in the editors of users', () => {
    const register = Reflect.get(vscode.window, 'registerQuickDiffProvider') as (...args: unknown[]) => unknown;
    assert.throws(() => register({ scheme: 'file' }, {}, 'id', 'label'), /CANNOT use API proposal/);
  });
});
