import type { Session } from '../support/session.js';

export interface Replacement {
  readonly file: string;
  /** Exact text that occurs once. */
  readonly find: string;
  readonly by: string;
  readonly group?: string;
  readonly label: string;
}

export interface Proposed {
  readonly hunks: number;
  readonly refused: readonly { readonly message: string }[];
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
