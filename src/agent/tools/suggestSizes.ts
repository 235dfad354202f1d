import { z } from 'zod';
import { defineTool } from './define.js';
import { locate } from './locate.js';
import { countText, grouped } from '../../texts.js';

export const suggestSizes = defineTool({
  id: 'suggest_sizes',
  title: 'Count other sizes',
  description:
    'What a model would have at other values of its constructor’s size arguments (widths, depths, heads): parameters and multiply-accumulates, counted. With `budget`, the largest sizes within that many parameters. Use it to hold a budget.',
  input: z.object({
    path: z.string().describe('The file that defines the model.'),
    qualname: z.string().optional().describe('The model’s class.'),
    budget: z.number().int().min(1).optional().describe('Parameters that the model may have at most.'),
  }),
  reads: true,
  progress: ({ budget }) =>
    budget === undefined ? 'Counting other sizes' : `Looking for sizes within ${grouped(budget)} parameters`,
  run: async ({ path, qualname, budget }, context) => {
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const found = await context.ports.analyser.request(
      'architect/alternatives',
      { uri: located.uri, qualname, budget },
      context.signal,
    );
    if (!found.model) return { text: 'No model with sizes to choose was found here.', isError: true };
    const lines = [
      `${found.model.qualname} now: ${countText(found.parameters)} parameters, ${countText(found.macs)} MACs (without the edits proposed so far)`,
      ...found.alternatives.map(
        ({ name, from, to, parameters, macs, checked }) =>
          `${name} ${from} → ${to}: ${grouped(parameters)} parameters, ${countText(macs)} MACs; shapes ${checked.shapes.outcome}`,
      ),
    ];
    if (found.alternatives.length === 0)
      lines.push('No single size brings it there: change more than one, or the architecture.');
    return { text: lines.join('\n') };
  },
});
