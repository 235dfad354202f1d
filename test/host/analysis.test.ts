import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import { waitFor } from '../support/wait.js';

const lensTitles = async (uri: vscode.Uri): Promise<string[]> => {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  return lenses.map(({ command }) => command?.title ?? '');
};

/** The lens of the whole model: its parameters, then what else is known. */
const isWhole = (title: string): boolean => title.startsWith('363,460 parameters');

describe('the analysis in the extension host', () => {
  const model = (): vscode.Uri => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert(folder);
    return vscode.Uri.joinPath(folder, 'model.py');
  };

  it('counts the sample as PyTorch does', async () => {
    await vscode.window.showTextDocument(model());
    const titles = await waitFor(
      'counts',
      () => lensTitles(model()),
      (shown) => shown.some((title) => /\d parameters/.test(title)),
    );
    assert(titles.some(isWhole), titles.join());
    assert.equal(titles.filter((title) => title === 'Inspect').length, 5);
  });

  it('counts again as one types', async () => {
    const document = await vscode.workspace.openTextDocument(model());
    const at = document.positionAt(document.getText().indexOf('d_model: int = 96'));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(model(), new vscode.Range(at, at.translate(0, 'd_model: int = 96'.length)), 'd_model: int = 48');
    await vscode.workspace.applyEdit(edit);
    await waitFor(
      'other counts',
      () => lensTitles(model()),
      (shown) => shown.some((title) => /\d parameters/.test(title)) && !shown.some(isWhole),
    );
    await vscode.commands.executeCommand('undo');
    await waitFor(
      'the counts from before',
      () => lensTitles(model()),
      (shown) => shown.some(isWhole),
    );
  });

  it('comes back when its process dies', async () => {
    const processes = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n');
    const own = processes.find(
      (line) => line.includes('server.js') && line.includes(`--clientProcessId=${process.pid}`),
    );
    assert(own, 'the analysis process runs');
    process.kill(Number(own.trim().split(/\s+/)[0]), 'SIGKILL');
    await waitFor(
      'counts',
      () => lensTitles(model()),
      (shown) => shown.some(isWhole),
      25_000,
    );
  });

  it('offers its commands', async () => {
    const commands = await vscode.commands.getCommands(true);
    const manifest = vscode.extensions.getExtension('model-architect.model-architect')?.packageJSON as {
      contributes: { commands: { command: string }[] };
    };
    const missing = manifest.contributes.commands
      .map(({ command }) => command)
      .filter((command) => !commands.includes(command));
    assert.deepEqual(missing, []);
  });
});
