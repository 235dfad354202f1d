/** `# architect:` comments: where nobody says how a module is made, the lens and the light bulb offer to say it. */
import * as vscode from 'vscode';
import { PYTHON, type AnalysisClient } from './analysis/client.js';
import { findTarget, type ModuleTarget } from './target.js';
import type { Services } from './services.js';

/** Registers the command that inserts a directive and the code action for it. */
export function registerDirectives({ analysis, log }: Services): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('architect.insertDirective', async (argument: unknown) => {
      try {
        const target = await findTarget(analysis, argument);
        if (target) await insert(analysis, target);
      } catch (error) {
        log.warn(`architect.insertDirective: ${String(error)}`);
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      }
    }),
    vscode.languages.registerCodeActionsProvider([...PYTHON], new DirectiveActions(analysis, log), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
}

/** Inserts the directive above the class, with the cursor in the first place that only the user can fill. */
async function insert(analysis: AnalysisClient, { uri, qualname }: ModuleTarget): Promise<void> {
  const { position, indent, snippet } = await analysis.request('architect/directive', { uri, qualname });
  const editor = await editorOf(vscode.Uri.parse(uri));
  const at = new vscode.Position(position.line, position.character);
  await editor.insertSnippet(new vscode.SnippetString(`${' '.repeat(indent)}# architect: ${snippet}\n`), at, {
    undoStopBefore: true,
    undoStopAfter: true,
  });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The editor that shows a document, which may be a cell: with the focus, so that one can type at once. */
async function editorOf(uri: vscode.Uri): Promise<vscode.TextEditor> {
  const shown = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  if (shown && vscode.window.activeTextEditor === shown) return shown;
  await vscode.commands.executeCommand('vscode.open', uri, { viewColumn: shown?.viewColumn });
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  if (!editor) throw new Error('The editor of this module is not open any more.');
  return editor;
}

class DirectiveActions implements vscode.CodeActionProvider {
  constructor(
    private readonly analysis: AnalysisClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    _context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    if (!/^\s*(?:class\s|@)/.test(document.lineAt(range.start.line).text)) return [];
    const uri = document.uri.toString();
    try {
      const { modules } = await this.analysis.request('architect/modules', { uri }, token);
      const here = modules.filter(
        ({ missing, nameRange }) => missing.length > 0 && nameRange.start.line === range.start.line,
      );
      return here.map(({ name, qualname }) => {
        const title = `Say how ${name} is made (# architect: …)`;
        const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
        action.command = { command: 'architect.insertDirective', title, arguments: [{ uri, qualname }] };
        return action;
      });
    } catch (error) {
      if (!token.isCancellationRequested) this.log.debug(`Code actions of ${document.uri.fsPath}: ${String(error)}`);
      return [];
    }
  }
}
