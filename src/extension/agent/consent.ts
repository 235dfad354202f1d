/** What only the user can allow, asked above the editor. A question that is cancelled closes itself. */
import * as vscode from 'vscode';
import type { Consent, UserPort } from '../../agent/index.js';
import { wrapped } from '../chat/text.js';

/** Characters that a row shows whole. */
const ROW = 70;

interface Row extends vscode.QuickPickItem {
  /** What choosing it says; the rows of the explanation say nothing. */
  readonly agrees?: boolean;
}

/** Ends when the question before it has: one that opens would close the other. */
let before: Promise<unknown> = Promise.resolve();

/** Whatever isn't the row that says yes counts as no: the other row, Escape, another question of the editor, a cancel. */
export const userPort: UserPort = {
  confirm: (consent, signal) => {
    const answer = before.then(() => ask(consent, signal));
    before = answer;
    return answer;
  },
};

function ask({ title, detail, action }: Consent, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const no: Row = { label: `$(circle-slash) Don’t ${action.toLowerCase()}`, agrees: false };
  const pick = vscode.window.createQuickPick<Row>();
  pick.title = title;
  pick.placeholder = 'Nothing is run without your yes';
  pick.ignoreFocusOut = true;
  pick.items = [
    { label: `$(play) ${action}`, agrees: true },
    no,
    { label: 'What will be run', kind: vscode.QuickPickItemKind.Separator },
    // A label draws `$(name)` as an icon; what is run is shown as it stands.
    ...wrapped(detail, ROW).map((line) => ({ label: line.replaceAll('$(', '\\$(') })),
  ];
  // It may open while somebody types: Enter alone is no consent.
  pick.activeItems = [no];
  return new Promise((resolve) => {
    const end = (agreed: boolean): void => {
      signal.removeEventListener('abort', cancel);
      resolve(agreed);
      pick.dispose();
    };
    const cancel = (): void => end(false);
    signal.addEventListener('abort', cancel);
    pick.onDidHide(cancel);
    pick.onDidAccept(() => {
      const agrees = pick.selectedItems[0]?.agrees;
      if (agrees !== undefined) end(agrees);
    });
    pick.show();
  });
}
