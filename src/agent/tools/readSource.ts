import { z } from 'zod';
import { withoutSecrets } from '../context/secrets.js';
import { defineTool } from './define.js';
import { locate, noSuchFile } from './locate.js';
import { numbered } from './text.js';

export const readSource = defineTool({
  id: 'read_source',
  title: 'Read source',
  description:
    'The source of a file or of one symbol in it (`Net`, `Net.forward`, `train`), with line numbers, as it is with the edits proposed so far. The numbers and the two blanks after them are not part of the text.',
  input: z.object({
    path: z.string().describe('The file, relative to the workspace folder.'),
    symbol: z.string().optional().describe('Qualified name of a class, function, method or top-level variable.'),
    from: z.number().int().min(1).optional().describe('First line, where no symbol is given.'),
    to: z.number().int().min(1).optional().describe('Last line, where no symbol is given.'),
  }),
  reads: true,
  progress: ({ path, symbol }) => `Reading ${symbol ?? path}`,
  run: async ({ path, symbol, from = 1, to }, context) => {
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const file = await context.draft.read(located.uri);
    if (!file) return noSuchFile(path, context);
    if (symbol === undefined) {
      // As a whole: a part of a long secret wouldn't be known as one.
      const lines = withoutSecrets(file.text)
        .split('\n')
        .slice(from - 1, to);
      return { text: numbered(lines.join('\n'), from) };
    }
    const { source, symbols } = await context.ports.analyser.request(
      'architect/readSource',
      { uri: located.uri, qualname: symbol, overlay: context.draft.overlay },
      context.signal,
    );
    if (source) return { text: numbered(source.text, source.range.start.line + 1) };
    const names = symbols.map(({ qualname }) => qualname);
    return {
      text: `There is no ${symbol} in ${located.path}. It has: ${names.join(', ') || 'no symbols'}.`,
      isError: true,
    };
  },
});
