import { z } from 'zod';
import { hasHidden } from '../context/secrets.js';
import { defineTool } from './define.js';
import { aboutChange, HIDDEN_STAYS } from './proposeEdit.js';

export const createFile = defineTool({
  id: 'create_file',
  title: 'Propose a new file',
  description:
    'Proposes a new file with its whole text. The file must not exist; nothing is written before the user keeps it. Calling it again for the same path replaces the proposed text. Run check_edits afterwards.',
  input: z.object({
    path: z.string().describe('Where, relative to the workspace folder, e.g. `models/classifier.py`.'),
    text: z.string().describe('The whole text.'),
    ...aboutChange,
  }),
  reads: false,
  progress: ({ path }) => `Writing ${path}`,
  run: async ({ path, text, title, reason }, { ports: { files }, draft }) => {
    if (hasHidden(text)) return { text: HIDDEN_STAYS, isError: true };
    const uri = files.resolve(path);
    if (uri === undefined) return { text: `${path} is outside of the workspace. Nothing was created.`, isError: true };
    if (!draft.isNew(uri)) {
      const refusal = await files.refusal(uri);
      if (refusal !== undefined)
        return { text: `${path} can't be used: ${refusal}. Nothing was created.`, isError: true };
      if (await files.read(uri))
        return { text: `${path} exists: use propose_edit. Nothing was created.`, isError: true };
    }
    const proposal = draft.create(uri, text.endsWith('\n') ? text : `${text}\n`, { title, reason });
    return { text: `Proposed as ${proposal.id}: ${files.display(uri)}, ${text.split('\n').length} lines.` };
  },
});
