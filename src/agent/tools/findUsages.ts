import { z } from 'zod';
import { defineTool } from './define.js';
import { locate } from './locate.js';

export const findUsages = defineTool({
  id: 'find_usages',
  title: 'Find usages',
  description:
    'Where a name is defined, imported, called or otherwise used in the code of the workspace (not in texts and comments). Use it before you change a signature, a class name or a shape that others rely on.',
  input: z.object({
    name: z.string().describe('A name, or a dotted name such as `Net.forward`.'),
    path: z.string().optional().describe('The file to look at first.'),
  }),
  reads: true,
  progress: ({ name }) => `Looking for uses of ${name}`,
  run: async ({ name, path }, context) => {
    const { ports, draft, signal, reads } = context;
    const located = path === undefined ? undefined : await locate(path, context);
    if (located && 'failed' in located) return located.failed;
    const { usages, truncated } = await ports.analyser.request(
      'architect/findUsages',
      { name, uri: located?.uri, overlay: draft.overlay },
      signal,
    );
    const lines: string[] = [];
    for (const { uri, range, kind, text, within } of usages) {
      // What must not be sent isn't sent by this door either.
      if (!draft.has(uri) && (await ports.files.refusal(uri)) !== undefined) continue;
      reads?.(uri);
      lines.push(
        `${ports.files.display(uri)}:${range.start.line + 1} ${kind}${within === '' ? '' : ` in ${within}`}: ${text}`,
      );
    }
    if (truncated) lines.push('… more were found');
    return { text: lines.join('\n') || `${name} is not used in the code of this workspace.` };
  },
});
