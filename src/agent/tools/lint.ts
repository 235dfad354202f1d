import { z } from 'zod';
import type { FindingReport } from '../../protocol/index.js';
import { defineTool } from './define.js';
import { locate } from './locate.js';
import { findingText } from './report.js';

/** From the most serious on. */
const LEVELS = ['error', 'warning', 'info', 'hint'] as const;

export const lint = defineTool({
  id: 'lint',
  title: 'Find mistakes',
  description:
    'What the analyser’s rules find in a Python file: mistakes in losses, numerics, registration of parameters and training loops, code that does not parse, shapes that do not fit. Each with its rule, severity and line. It sees the edits proposed so far.',
  input: z.object({
    path: z.string().describe('The file, relative to the workspace folder.'),
    level: z.enum(LEVELS).optional().describe('The least serious findings to list; `hint`, which is all, if left out.'),
  }),
  reads: true,
  progress: ({ path }) => `Looking for mistakes in ${path}`,
  run: async ({ path, level = 'hint' }, context) => {
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const { findings } = await context.ports.analyser.request(
      'architect/findings',
      { uri: located.uri, problems: true, overlay: context.draft.overlay },
      context.signal,
    );
    const rank = ({ severity }: FindingReport): number => LEVELS.indexOf(severity);
    const listed = findings
      .filter((finding) => rank(finding) <= LEVELS.indexOf(level))
      .sort((a, b) => rank(a) - rank(b) || a.span.start.line - b.span.start.line);
    return { text: listed.map(findingText).join('\n') || `Nothing is found in ${located.path}.` };
  },
});
