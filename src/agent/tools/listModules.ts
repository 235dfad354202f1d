import { z } from 'zod';
import { defineTool } from './define.js';
import { locate } from './locate.js';
import { countText } from '../../texts.js';

const MOST_FILES = 60;

export const listModules = defineTool({
  id: 'list_modules',
  title: 'List nn.Modules',
  description:
    'Lists the nn.Module classes of one Python file, or of the whole workspace, each with its line, its exact parameter count and how it is constructed. Start here if you do not know where a model is.',
  input: z.object({
    path: z
      .string()
      .optional()
      .describe('A Python file, relative to the workspace folder. Leave it out for all files.'),
  }),
  reads: true,
  progress: ({ path }) =>
    path === undefined ? 'Looking for models in the workspace' : `Looking for models in ${path}`,
  run: async ({ path }, context) => {
    const { ports, draft, signal, reads } = context;
    let uris: readonly string[];
    if (path === undefined) uris = await ports.files.pythonFiles(signal);
    else {
      const located = await locate(path, context);
      if ('failed' in located) return located.failed;
      uris = [located.uri];
    }
    const lines: string[] = [];
    for (const uri of uris) {
      const text = (await draft.peek(uri))?.text ?? '';
      // Asking for every file of a large workspace would take long.
      if (path === undefined && !/\bModule\b/.test(text)) continue;
      const { modules } = await ports.analyser.request('architect/modules', { uri }, signal);
      if (modules.length === 0) continue;
      reads?.(uri);
      lines.push(ports.files.display(uri));
      for (const { qualname, range, parameters, call } of modules)
        lines.push(
          `  ${qualname}, line ${range.start.line + 1}: ${countText(parameters)} parameters${call === null ? '' : `, as ${call}`}`,
        );
      if (lines.length > MOST_FILES * 4) break;
    }
    return { text: lines.join('\n') || `There is no nn.Module class in ${path ?? 'the workspace'}.` };
  },
});
