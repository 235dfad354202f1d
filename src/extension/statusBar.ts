/** One status bar item for the analysis, one for the changes that wait for a decision. */
import * as vscode from 'vscode';
import type { AnalysisState } from '../protocol/index.js';
import type { AnalysisClient } from './analysis/client.js';

/** Shows what the analysis does. */
export function registerAnalysisStatus(analysis: AnalysisClient): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('architect.analysis', vscode.StatusBarAlignment.Right, 100);
  item.name = 'Model Architect';
  item.command = 'architect.showLog';
  const show = (state: AnalysisState): void => {
    const { text, tooltip, failed } = describe(state);
    item.text = text;
    item.tooltip = `Model Architect: ${tooltip}`;
    item.accessibilityInformation = { label: item.tooltip, role: 'button' };
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

function describe(state: AnalysisState): { text: string; tooltip: string; failed?: boolean } {
  switch (state.kind) {
    case 'starting':
      return { text: '$(loading~spin) Architect', tooltip: 'the analysis starts' };
    case 'busy':
      return { text: '$(loading~spin) Architect', tooltip: 'analysing' };
    case 'ready':
      return { text: '$(layers) Architect', tooltip: 'ready. Click for the log.' };
    case 'restarting':
      return { text: '$(warning) Architect', tooltip: state.message ?? 'the analysis starts again', failed: true };
    case 'failed':
      return {
        text: '$(error) Architect',
        tooltip: state.message ?? 'the analysis does not run. Click for the log.',
        failed: true,
      };
  }
}
