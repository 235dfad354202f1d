import { z } from 'zod';
import { defineTool } from './define.js';

export const undoEdits = defineTool({
  id: 'undo_edits',
  title: 'Undo pending edits',
  description:
    'Takes changes of earlier answers back that still wait for the user’s decision, when the user asks for it (“undo that”). Without ids it lists them. What the user has kept can only be changed by new edits.',
  input: z.object({
    ids: z.array(z.string()).optional().describe('Ids as listed. Leave it out to list what is pending.'),
  }),
  reads: false,
  available: ({ pending }) => pending !== undefined,
  progress: ({ ids }) => (ids === undefined ? 'Looking at pending changes' : 'Undoing changes'),
  run: async ({ ids }, { ports: { pending } }) => {
    if (!pending) return { text: 'Pending changes are not known here.', isError: true };
    if (ids !== undefined) {
      const undone = await pending.undo(ids);
      const left = ids.filter((id) => !undone.includes(id));
      return {
        text: `Undone: ${undone.join(', ') || 'none'}.${left.length > 0 ? ` Not pending any more: ${left.join(', ')}.` : ''}`,
        isError: undone.length === 0,
      };
    }
    const waiting = (await pending.list()).filter(({ state }) => state === 'pending');
    return { text: waiting.map(({ id, title }) => `${id}: ${title}`).join('\n') || 'No changes are pending.' };
  },
});
