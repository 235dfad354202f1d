/** Editor commands over the same core as chat, for those who have no chat. */
import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { fix } from './fix.js';
import { subjectOf } from './subject.js';
import { plural } from './text.js';

const SCHEME = 'architect-answer';

export function registerAnswerCommands(services: Services): vscode.Disposable {
  const answers = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => answers.get(uri.path) ?? '',
    }),
    vscode.commands.registerCommand('architect.fixOverfitting', async () => {
      const document = await subjectOf();
      if (!document) {
        void vscode.window.showInformationMessage(
          'There is no Python file with an nn.Module in this workspace. Open the file with your model first.',
        );
        return;
      }
      const seen = await vscode.window.showInputBox({
        title: 'Architect: Fix Overfitting',
        prompt: 'What do you see? You may leave this empty.',
        placeHolder: 'e.g. loss is 0.1 on training but 0.8 on validation',
      });
      if (seen === undefined) return;
      const title = 'Fix Overfitting';
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
      const show = async (text: string): Promise<void> => {
        answers.set(uri.path, text);
        changed.fire(uri);
        await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
      };
      await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'Model Architect', cancellable: true },
        (progress, token) => run(services, `fix overfitting ${seen}`, document, progress, token, show),
      );
    }),
  );
}

async function run(
  services: Services,
  text: string,
  document: vscode.TextDocument,
  progress: vscode.Progress<{ message: string }>,
  token: vscode.CancellationToken,
  show: (text: string) => Promise<void>,
): Promise<void> {
  let answer = '';
  try {
    const { proposed } = await fix(
      services,
      text,
      document,
      {
        progress: (message) => progress.report({ message }),
        markdown: (more) => void (answer += more),
        // The answer names its places itself, and notifications carry the buttons.
        reference: () => undefined,
        button: () => undefined,
      },
      token,
    );
    await show(answer);
    if (proposed.length > 0) void offer(proposed.length);
  } catch (error) {
    if (token.isCancellationRequested || error instanceof vscode.CancellationError) return;
    services.log.error('Fix Overfitting failed.', error);
    void vscode.window.showErrorMessage(`Model Architect: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function offer(count: number): Promise<void> {
  const actions = {
    Review: 'architect.reviewAll',
    'Keep All': 'architect.keepAll',
    'Undo All': 'architect.undoAll',
  } as const;
  const chosen = await vscode.window.showInformationMessage(
    `${plural(count, 'proposal')} pending in the editor. Nothing was saved.`,
    ...Object.keys(actions),
  );
  const command = Object.entries(actions).find(([title]) => title === chosen)?.[1];
  if (command) await vscode.commands.executeCommand(command);
}
