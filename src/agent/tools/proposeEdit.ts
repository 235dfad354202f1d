import { z } from 'zod';
import { lineEndOf, withLineEnds } from '../../edits/index.js';
import { hasHidden } from '../context/secrets.js';
import type { ToolContext } from '../tool.js';
import { nearestText } from '../edits/nearest.js';
import { defineTool } from './define.js';
import { locate, noSuchFile } from './locate.js';
import { beginning, numbered } from './text.js';

const CHANGE = {
  new_text: z.string().describe('The text that takes its place, with its indentation. Empty to remove it.'),
  title: z
    .string()
    .describe(
      'What the change is, in a few words. Edits with the same title are one change: the user takes or leaves them together.',
    ),
  reason: z.string().describe('Why, in one or two sentences for the user; a formula in $…$ where one says it best.'),
};

export const proposeEdit = defineTool({
  id: 'propose_edit',
  title: 'Propose an edit',
  description:
    'Proposes one edit of an existing file. Either replaces a whole symbol by its qualified name (`Net.forward`: give all of the new definition, at its old indentation), or replaces `old_text`, which must stand exactly once in the file, character by character. ' +
    'Nothing is written: proposals are collected, later ones see earlier ones, and only those that pass check_edits reach the user, who decides on each. Keep edits small; use one title per independent change.',
  input: z.object({
    path: z.string().describe('The file, relative to the workspace folder.'),
    symbol: z.string().optional().describe('Qualified name of the symbol to replace. Give this or old_text.'),
    old_text: z.string().optional().describe('Text to replace; must be unique in the file. Give this or symbol.'),
    ...CHANGE,
  }),
  reads: false,
  progress: ({ title }) => `Writing: ${title}`,
  run: async ({ path, symbol, old_text, new_text, title, reason }, context) => {
    if ((symbol === undefined) === (old_text === undefined))
      return { text: 'Give either symbol or old_text. The file was not modified.', isError: true };
    if (hasHidden(new_text)) return { text: HIDDEN_STAYS, isError: true };
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const { uri } = located;
    const file = await context.draft.read(uri);
    if (!file) return noSuchFile(path, context);
    const place =
      symbol === undefined
        ? placeOfText(file.text, withLineEnds(old_text ?? '', lineEndOf(file.text)))
        : await placeOfSymbol(uri, symbol, file.text, context);
    if ('failed' in place) return { text: `${place.failed} The file was not modified.`, isError: true };
    const newText = withLineEnds(new_text, lineEndOf(file.text));
    if (file.text.slice(place.start, place.end) === newText)
      return { text: 'The new text is the same as the old one. The file was not modified.', isError: true };
    const proposal = context.draft.propose(uri, { ...place, newText }, { title, reason });
    const after = await context.draft.read(uri);
    const text = after?.text ?? '';
    const from = Math.max(0, text.lastIndexOf('\n', Math.max(0, proposal.start - 1)) + 1);
    const line = text.slice(0, from).split('\n').length;
    return {
      text: `Proposed as ${proposal.id}. ${located.path} reads there now:\n${numbered(beginning(text.slice(from, proposal.end), 1500), line)}`,
    };
  },
});

/** For a text that would put the mark in place of the user's secret. */
export const HIDDEN_STAYS =
  'The new text has a value that was hidden from you: it would take the place of the real one. Leave the lines with hidden values out of the edit: change the lines before and after them. The file was not modified.';

type Place = { readonly start: number; readonly end: number } | { readonly failed: string };

function placeOfText(text: string, old: string): Place {
  if (old === '') return { failed: 'old_text is empty.' };
  const start = text.indexOf(old);
  if (start < 0) return { failed: `old_text is not in the file. ${nearestText(text, old)}` };
  const again = text.indexOf(old, start + 1);
  if (again >= 0) {
    const lines = [start, again].map((at) => text.slice(0, at).split('\n').length);
    return {
      failed: `old_text stands more than once in the file (lines ${lines.join(' and ')}): give more of the text around it.`,
    };
  }
  return { start, end: start + old.length };
}

async function placeOfSymbol(
  uri: string,
  symbol: string,
  text: string,
  { ports, draft, signal }: ToolContext,
): Promise<Place> {
  const { source, symbols } = await ports.analyser.request(
    'architect/readSource',
    { uri, qualname: symbol, overlay: draft.overlay },
    signal,
  );
  if (!source) {
    const names = symbols.map(({ qualname }) => qualname).join(', ');
    return { failed: `There is no ${symbol} in this file. It has: ${names || 'no symbols'}.` };
  }
  const start = text.indexOf(source.text, offsetOfLine(text, source.range.start.line));
  // The server and the draft read the same text; if not, nothing is better than the wrong place.
  if (start < 0) return { failed: `${symbol} could not be placed: use old_text.` };
  return { start, end: start + source.text.length };
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let i = 0; i < line; i++) {
    const next = /\r\n|\n|\r/g;
    next.lastIndex = at;
    const found = next.exec(text);
    if (!found) return at;
    at = found.index + found[0].length;
  }
  return at;
}

/** For the tool that creates files. */
export const aboutChange = { title: CHANGE.title, reason: CHANGE.reason };
