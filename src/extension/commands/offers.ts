/** Changes of losses and layers: taken from the light bulb, or picked from a list by command. */
import * as vscode from 'vscode';
import type { OfferParams, OfferResult, OfferSummary } from '../../protocol/index.js';
import type { Services } from '../services.js';

/** Shows Markdown that is nobody's file. */
const SCHEME = 'architect-note';

export function registerOfferCommands(services: Services): vscode.Disposable {
  const notes = new Map<string, string>();
  const show = async (title: string, markdown: string): Promise<void> => {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` });
    notes.set(uri.toString(), markdown);
    changed.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
  };
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const pick = (group: OfferSummary['group']) => () => pickOffer(services, group, show);
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: (uri) => notes.get(uri.toString()) ?? '',
    }),
    vscode.commands.registerCommand('architect.takeOffer', (params: OfferParams) => takeOffer(services, params, show)),
    vscode.commands.registerCommand('architect.changeLoss', pick('loss')),
    vscode.commands.registerCommand('architect.changeLayer', pick('layer')),
  );
}

/** Milliseconds that counting may take where somebody asked for the whole list. */
const PATIENCE = 8_000;

type Show = (title: string, markdown: string) => Promise<void>;

const NOTHING = {
  loss: 'There is no loss here that can be changed. Put the cursor into a loss, such as nn.CrossEntropyLoss() or F.mse_loss(…).',
  layer:
    'There is no layer here that can be changed. Put the cursor into a layer that __init__ makes, such as nn.Conv2d(…).',
} as const;

/** Lists what is offered at the cursor. */
async function pickOffer(services: Services, group: OfferSummary['group'], show: Show): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'python') return;
  const uri = editor.document.uri.toString();
  const { line, character } = editor.selection.active;
  const position = { line, character };
  const found = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: 'Counting what can be changed here…' },
    () => asked(() => services.analysis.request('architect/offers', { uri, position, patience: PATIENCE })),
  );
  if (!found) return;
  const offers = found.offers.filter((offer) => offer.group === group);
  if (offers.length === 0) return void vscode.window.showInformationMessage(NOTHING[group]);
  const picked = await vscode.window.showQuickPick(
    offers.map(({ id, title }) => ({ label: title, id })),
    {
      title: group === 'loss' ? 'Change Loss' : 'Change Layer',
      placeHolder: 'Shown as pending changes: nothing is saved',
    },
  );
  if (picked) await takeOffer(services, { uri, position, id: picked.id }, show);
}

/** Works an offer out and shows its change as pending; asks for what only the user knows. */
async function takeOffer(services: Services, params: OfferParams, show: Show): Promise<void> {
  const result = await asked(() => services.analysis.request('architect/offer', params));
  switch (result?.kind) {
    case undefined:
      return;
    case 'refused':
      return void vscode.window.showWarningMessage(result.why);
    case 'text':
      return show(result.title, result.markdown);
    case 'question': {
      const numbers = await askNumbers(result);
      return numbers && takeOffer(services, { ...params, numbers }, show);
    }
    case 'edits': {
      const { edits, note } = result;
      const proposed = await services.changes.propose([edits], { reveal: true });
      for (const { message } of proposed.refused) void vscode.window.showWarningMessage(`${edits.title}: ${message}`);
      if (proposed.hunks > 0 && note !== '') void vscode.window.showInformationMessage(note.replaceAll('`', ''));
    }
  }
}

async function askNumbers({
  title,
  prompt,
  placeHolder,
  numbers,
}: Extract<OfferResult, { kind: 'question' }>): Promise<number[] | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    placeHolder,
    ignoreFocusOut: true,
    validateInput: (value) => {
      const found = numbersIn(value);
      if (!found) return 'Write positive numbers with commas between them.';
      if (numbers === null ? found.length < 2 : found.length !== numbers)
        return numbers === null
          ? 'At least two numbers are needed.'
          : `${numbers} numbers are needed, ${found.length} given.`;
      return undefined;
    },
  });
  return text === undefined ? undefined : (numbersIn(text) ?? undefined);
}

function numbersIn(text: string): number[] | null {
  const found = text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number);
  return found.length > 0 && found.every((value) => Number.isFinite(value) && value > 0) ? found : null;
}

/** The answer, or a message that says why there is none. */
async function asked<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof vscode.CancellationError))
      void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
