/** Commands about the analysis itself. */
import * as vscode from 'vscode';
import { findTarget, isModuleTarget } from '../target.js';
import type { Services } from '../services.js';

/** Show Log, Restart Analysis, Ask. */
export function registerAnalysisCommands({ analysis, log }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('architect.showLog', () => log.show()),
    vscode.commands.registerCommand('architect.restartAnalysis', async () => {
      log.info('The analysis is restarted by request.');
      await analysis.restart();
    }),
    vscode.commands.registerCommand('architect.ask', async (argument: unknown) => {
      const target = await findTarget(analysis, argument);
      if (!target) return;
      if (!isModuleTarget(argument)) return openChat(target.qualname);
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(target.uri));
      await vscode.window.showTextDocument(document, { preserveFocus: true });
      await openChat(target.qualname);
    }),
  );
}

/** Chat with the question begun; the user finishes it. */
async function openChat(qualname: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.chat.open', {
    query: `@architect /analyze ${qualname}`,
    isPartialQuery: true,
  });
}
