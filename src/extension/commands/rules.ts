/** Commands behind findings: their explanation, and fixes that touch several places. */
import * as vscode from 'vscode';
import type { FindingQuestion, FixProposal } from '../../protocol/index.js';
import { explanationOf, isRule, rulePage } from '../rulePages.js';
import type { Services } from '../services.js';

export function registerRuleCommands({ context, changes }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('architect.openRule', async (rule: unknown) => {
      if (!isRule(rule)) return;
      await vscode.commands.executeCommand('markdown.showPreviewToSide', rulePage(context.extensionUri, rule));
    }),
    vscode.commands.registerCommand('architect.explainRule', async (finding: FindingQuestion) => {
      await vscode.commands.executeCommand('workbench.action.chat.open', { query: explanationOf(finding) });
    }),
    vscode.commands.registerCommand('architect.proposeFix', async ({ title, rule, changes: edits }: FixProposal) => {
      const files = await Promise.all(
        Object.entries(edits).map(async ([uri, places]) => {
          const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
          const offset = ({ line, character }: { line: number; character: number }): number =>
            document.offsetAt(new vscode.Position(line, character));
          return {
            uri: document.uri.toString(),
            version: document.version,
            edits: places.map(({ range, newText }) => ({
              start: offset(range.start),
              end: offset(range.end),
              newText,
              group: 'fix',
              prescription: rule,
            })),
          };
        }),
      );
      const proposed = await changes.propose(
        [{ id: `${rule}-${Date.now()}`, title, reason: `Repairs ${rule}.`, files }],
        { reveal: true },
      );
      for (const { message } of proposed.refused) void vscode.window.showWarningMessage(`${title}: ${message}`);
    }),
  );
}
