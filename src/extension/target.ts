/** Which module a command is about. */
import * as vscode from 'vscode';
import type { ModuleSummary } from '../protocol/index.js';
import type { AnalysisClient } from './analysis/client.js';
import { moduleCountText } from './codeLens.js';
import { activeDocument } from './notebooks.js';

/** One class of one document, as CodeLens and chat hand it to commands. */
export interface ModuleTarget {
  readonly uri: string;
  readonly qualname: string;
}

export function isModuleTarget(value: unknown): value is ModuleTarget {
  return typeof value === 'object' && value !== null && 'uri' in value && 'qualname' in value;
}

/**
 * The module that a command was called for: by its argument, by the cursor, or by asking. `undefined` if the user
 * dismissed the question, or was told why there is none.
 */
export async function findTarget(analysis: AnalysisClient, argument: unknown): Promise<ModuleTarget | undefined> {
  if (isModuleTarget(argument)) return argument;
  const editor = vscode.window.activeTextEditor;
  const document =
    argument instanceof vscode.Uri ? await vscode.workspace.openTextDocument(argument) : activeDocument();
  if (document?.languageId !== 'python') return explain('Open a Python file or a notebook with an nn.Module first.');
  const uri = document.uri.toString();
  const { modules } = await analysis.request('architect/modules', { uri });
  if (modules.length === 0) return explain('There is no nn.Module class in this file.');
  const around = editor?.document === document ? innermost(modules, editor.selection.active) : undefined;
  const chosen = around ?? (modules.length === 1 ? modules[0] : await choose(modules));
  return chosen && { uri, qualname: chosen.qualname };
}

function innermost(modules: readonly ModuleSummary[], at: vscode.Position): ModuleSummary | undefined {
  return modules.findLast(({ range: { start, end } }) =>
    new vscode.Range(start.line, start.character, end.line, end.character).contains(at),
  );
}

async function choose(modules: readonly ModuleSummary[]): Promise<ModuleSummary | undefined> {
  const items = modules.map((module) => ({ label: module.name, description: moduleCountText(module), module }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Analyze which nn.Module?',
    matchOnDescription: true,
  });
  return picked?.module;
}

function explain(message: string): undefined {
  void vscode.window.showInformationMessage(message);
  return undefined;
}
