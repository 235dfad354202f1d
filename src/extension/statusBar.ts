/** One status bar item for the analysis, one for the changes that wait for a decision. */
import * as vscode from 'vscode';
import type { AnalysisState } from '../protocol/index.js';
import type { AnalysisClient } from './analysis/client.js';

/** Shows what the analysis does. */
export function registerAnalysisStatus(analysis: AnalysisClient): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('architect.analysis', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Model Architect';
  let shown: string | undefined;
  const show = (state: AnalysisState): void => {
    const { text, tooltip, failed } = describe(state);
    // What stands there already would be drawn again with every answer of the analysis.
    if (shown === tooltip) return;
    shown = tooltip;
    item.text = text;
    item.tooltip = explanation(tooltip);
    item.command = failed ? 'architect.restartAnalysis' : 'architect.showLog';
    item.accessibilityInformation = { label: `Model Architect: ${tooltip}`, role: 'button' };
    item.backgroundColor = failed ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  };
  // Analysis of a file usually takes milliseconds: no flicker for those.
  let timer: NodeJS.Timeout | undefined;
  const later = (state: AnalysisState): void => {
    clearTimeout(timer);
    if (state.kind === 'busy') timer = setTimeout(() => show(state), 400);
    else show(state);
  };
  show(analysis.state);
  item.show();
  return vscode.Disposable.from(item, analysis.onDidChangeState(later), { dispose: () => clearTimeout(timer) });
}

/** What goes on, and what one can do about it. */
function explanation(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(undefined, true);
  markdown.isTrusted = { enabledCommands: ['architect.restartAnalysis', 'architect.showLog'] };
  markdown.appendMarkdown('**Model Architect**\n\n');
  markdown.appendText(text);
  return markdown.appendMarkdown(
    '\n\n[$(output) Show Log](command:architect.showLog)  [$(debug-restart) Restart Analysis](command:architect.restartAnalysis)',
  );
}

function describe(state: AnalysisState): { text: string; tooltip: string; failed?: boolean } {
  switch (state.kind) {
    case 'starting':
      return { text: '$(loading~spin) Architect', tooltip: 'The analysis starts.' };
    case 'busy':
      return { text: '$(loading~spin) Architect', tooltip: 'Analysing.' };
    case 'ready':
      return { text: '$(layers) Architect', tooltip: 'The analysis is up to date. Click for the log.' };
    case 'restarting':
      return { text: '$(warning) Architect', tooltip: state.message ?? 'The analysis starts again.' };
    case 'failed':
      return {
        text: '$(error) Architect',
        tooltip: `${state.message ?? 'The analysis does not run.'} Click to start it again.`,
        failed: true,
      };
  }
}
