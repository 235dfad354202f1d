/** *Find Problems in Workspace*: every file is looked at in the background; what is wrong is in the Problems view. */
import * as vscode from 'vscode';
import type { ScanResult } from '../../protocol/index.js';
import { plural } from '../../texts.js';
import type { Services } from '../services.js';

const SHOW = 'Show Problems';

export function registerScanCommand({ analysis }: Services): vscode.Disposable {
  return vscode.commands.registerCommand('architect.findProblems', async () => {
    if (!vscode.workspace.workspaceFolders?.length) {
      void vscode.window.showInformationMessage('Open a folder first: its Python files are looked at.');
      return;
    }
    const { result, stopped } = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: 'Looking for problems in the workspace',
        cancellable: true,
      },
      async (progress, token) => {
        const found = await analysis.scan(token, ({ done, total, uri }) =>
          progress.report({
            message: `${done + 1} of ${total}: ${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}`,
            increment: done === 0 ? 0 : 100 / total,
          }),
        );
        return { result: found, stopped: token.isCancellationRequested };
      },
    );
    const text = summary(result, stopped);
    const picked = result.problems > 0 ? await vscode.window.showInformationMessage(text, SHOW) : undefined;
    if (result.problems === 0) void vscode.window.showInformationMessage(text);
    if (picked === SHOW) await vscode.commands.executeCommand('workbench.actions.view.problems');
  });
}

function summary({ files, done, problems, withProblems }: ScanResult, stopped: boolean): string {
  if (files === 0 && !stopped) return 'No file of this workspace uses PyTorch.';
  const found =
    problems === 0 ? 'no problem found' : `${plural(problems, 'problem')} in ${plural(withProblems, 'file')}`;
  const looked = `${plural(done, 'file')} looked at`;
  return stopped && done < files ? `Stopped after ${done} of ${files} files: ${found}.` : `${looked}: ${found}.`;
}
