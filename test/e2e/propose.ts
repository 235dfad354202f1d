import type { Session } from '../support/session.js';

export interface Replacement {
  readonly file: string;
  /** Exact text that occurs once. */
  readonly find: string;
  readonly by: string;
  readonly group?: string;
  readonly label: string;
}

/** Four changes of the sample: two that belong together, one that changes the count, one in another file. */
export const CHANGES: readonly Replacement[] = [
  {
    file: 'model.py',
    find: '        self.norm = nn.LayerNorm(d_model)\n        nn.init.normal_(self.token.weight',
    by: '        self.norm = nn.LayerNorm(d_model)\n        self.drop = nn.Dropout(0.1)\n        nn.init.normal_(self.token.weight',
    group: 'dropout',
    label: 'Dropout after the embedding',
  },
  {
    file: 'model.py',
    find: 'return self.norm(x)  # (B, T, D)',
    by: 'return self.drop(self.norm(x))  # (B, T, D)',
    group: 'dropout',
    label: 'Dropout after the embedding',
  },
  {
    file: 'model.py',
    find: '        self.hidden = nn.Linear(d_model, d_model)\n',
    by: '        self.hidden = nn.Linear(d_model, d_model, bias=False)\n',
    label: 'No bias in the head',
  },
  {
    file: 'train.py',
    find: 'torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)',
    by: 'torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=0.05)',
    label: 'Decoupled weight decay',
  },
];

export interface Proposed {
  readonly hunks: number;
  readonly refused: readonly { readonly message: string }[];
}

/** Waits until the extension knows that the cursor is on a change: then it says so, and the keys for Keep and Undo work. */
export async function cursorOnChange({ page }: Session): Promise<void> {
  await page.locator('.statusbar-item [aria-label^="On change"]').waitFor();
  await page.locator('.editor-instance .monaco-editor.focused').waitFor();
}

/** Proposes replacements of exact strings through the extension's own door, as chat does. */
export async function propose(session: Session, replacements: readonly Replacement[]): Promise<Proposed> {
  return session.spy.evaluate(
    async (api, folder, json) => {
      const edits = JSON.parse(json) as Replacement[];
      const extension = api.extensions.getExtension('model-architect.model-architect');
      const { propose: door } = (await extension?.activate()) as { propose: (sets: unknown[]) => Promise<Proposed> };
      const files = [];
      for (const name of new Set(edits.map(({ file }) => file))) {
        const uri = api.Uri.file(`${folder}/${name}`);
        const text = (await api.workspace.openTextDocument(uri)).getText();
        const inFile = edits.filter(({ file }) => file === name);
        files.push({
          uri: uri.toString(),
          edits: inFile.map(({ find, by, group, label }) => {
            const start = text.indexOf(find);
            if (start < 0) throw new Error(`${find} is not in ${name}`);
            return { start, end: start + find.length, newText: by, label, ...(group ? { group } : {}) };
          }),
        });
      }
      const reason = 'Dropout regularises: $\\hat y = m \\odot y / (1-p)$.';
      const { hunks, refused } = await door([{ id: 'test', title: 'Less overfitting', reason, files }]);
      return { hunks, refused };
    },
    session.folder,
    JSON.stringify(replacements),
  );
}
