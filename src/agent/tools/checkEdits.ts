import { z } from 'zod';
import { checkDraft } from '../edits/check.js';
import { defineTool } from './define.js';

export const checkEditsTool = defineTool({
  id: 'check_edits',
  title: 'Check proposed edits',
  description:
    'Has the analyser look at all proposed edits together and at each change alone: does the code parse, do the shapes fit, what happens to parameters and multiply-accumulates, are there new problems. ' +
    'Only edits that passed reach the user. If something failed, repair it with propose_edit and check again; drop_edits takes back what can not be repaired.',
  input: z.object({}),
  reads: false,
  progress: () => 'Checking the changes',
  run: async (_input, { draft, ports, signal }) => {
    if (draft.files.length === 0) return { text: 'There is nothing to check: no edit was proposed.', isError: true };
    const { text, passed } = await checkDraft(draft, ports, signal);
    return { text, isError: !passed };
  },
});

export const dropEdits = defineTool({
  id: 'drop_edits',
  title: 'Drop proposed edits',
  description: 'Takes back all proposed edits of some files, or all of this answer, so that you can start over.',
  input: z.object({ paths: z.array(z.string()).optional().describe('The files. Leave it out for all.') }),
  reads: false,
  progress: () => 'Taking proposals back',
  run: async ({ paths }, { draft, ports: { files } }) => {
    const uris = paths ? paths.flatMap((path) => files.resolve(path) ?? []) : draft.files.map(({ uri }) => uri);
    draft.discard(uris);
    return { text: `No edits are proposed for ${uris.map((uri) => files.display(uri)).join(', ') || 'any file'} now.` };
  },
});
