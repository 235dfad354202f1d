/** Writes a picture of the inspector where the user says. */
import * as vscode from 'vscode';
import type { FromInspector } from '../../protocol/index.js';
import type { ModuleTarget } from '../target.js';

type Picture = Extract<FromInspector, { type: 'picture' }>;

export async function savePicture({ uri, qualname }: ModuleTarget, { name, format, data }: Picture): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.joinPath(vscode.Uri.parse(uri), '..');
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(folder, `${qualname}-${name}.${format}`),
    filters: format === 'svg' ? { 'SVG picture': ['svg'] } : { 'PNG picture': ['png'] },
    title: `Save the ${name} as ${format.toUpperCase()}`,
  });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(target, Buffer.from(data, format === 'png' ? 'base64' : 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The picture could not be saved. ${why}`);
    return;
  }
  const open = 'Open';
  const answer = await vscode.window.showInformationMessage(`Saved ${vscode.workspace.asRelativePath(target)}.`, open);
  if (answer === open) await vscode.commands.executeCommand('vscode.open', target, vscode.ViewColumn.Active);
}
