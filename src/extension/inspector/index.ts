/** The inspector: one panel that shows the module last asked for. */
import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { findTarget, isModuleTarget, type ModuleTarget } from '../target.js';
import { InspectorPanel } from './panel.js';

const VIEW_TYPE = 'architect.inspector';

export function registerInspector(services: Services): vscode.Disposable {
  let current: InspectorPanel | undefined;
  const adopt = (panel: vscode.WebviewPanel, target: ModuleTarget): void => {
    const inspector = new InspectorPanel(panel, target, services);
    current = inspector;
    panel.onDidDispose(() => {
      inspector.dispose();
      if (current === inspector) current = undefined;
    });
  };
  const inspect = async (argument: unknown): Promise<void> => {
    const target = await findTarget(services.analysis, argument);
    if (!target) return;
    if (current) return current.show(target);
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    adopt(vscode.window.createWebviewPanel(VIEW_TYPE, `Inspect ${target.qualname}`, column), target);
  };
  const command = (name: string): vscode.Disposable =>
    vscode.commands.registerCommand(name, async (argument: unknown) => {
      try {
        await inspect(argument);
      } catch (error) {
        services.log.warn(`${name}: ${String(error)}`);
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    });
  return vscode.Disposable.from(
    command('architect.inspect'),
    command('architect.analyzeModule'),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel, state: unknown) => {
        const target = typeof state === 'object' && state !== null && 'target' in state ? state.target : undefined;
        if (isModuleTarget(target)) adopt(panel, target);
        else panel.dispose();
      },
    }),
    { dispose: () => current?.dispose() },
  );
}
