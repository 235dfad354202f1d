/** Over a hunk: why it is there, what it replaces, and both answers. */
import * as vscode from 'vscode';
import type { Hunk } from '../../edits/index.js';
import { asMarkdown } from '../../texts.js';
import { hunkAt, placeOf } from './documents.js';
import { plainMath } from '../plainMath.js';
import { isOpen, labelOf, linkText, reasonsOf, sentence, summaryOf } from './hunkText.js';
import type { HunkNote, PendingChanges } from './pendingChanges.js';

type Answer = readonly [title: string, command: string];

const ANSWERS: readonly Answer[] = [
  ['$(check) Keep', 'architect.keepHunk'],
  ['$(discard) Undo', 'architect.undoHunk'],
];
const IN_CONFLICT: readonly Answer[] = [
  ['Take the Proposal', 'architect.takeProposal'],
  ['Leave As Is', 'architect.keepHunk'],
  ['Restore', 'architect.restoreHunk'],
];

export function registerHunkHover(pending: PendingChanges): vscode.Disposable {
  return vscode.languages.registerHoverProvider(
    [{ scheme: 'file' }, { scheme: 'untitled' }, { scheme: 'vscode-notebook-cell' }],
    {
      provideHover(document, position) {
        const uri = document.uri.toString();
        const hunk = hunkAt(pending.hunks(uri), position.line);
        if (!hunk) return undefined;
        const of = { uri, id: hunk.id };
        const text = textOf(uri, hunk, pending.linked(of).length, pending.note(of), document.languageId);
        return new vscode.Hover(text, placeOf(hunk, document));
      },
    },
  );
}

function textOf(uri: string, hunk: Hunk, linked: number, note: HunkNote, language: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands: [...ANSWERS, ...IN_CONFLICT].map(([, command]) => command) };
  text.appendMarkdown(`**${asMarkdown(labelOf(hunk))}** · ${asMarkdown(summaryOf(hunk))}\n\n`);
  if (linked > 0) {
    const without =
      note.alone === undefined ? '' : ` Without ${linked === 1 ? 'it' : 'them'}: ${asMarkdown(sentence(note.alone))}`;
    text.appendMarkdown(`Belongs together ${linkText(linked)}; the numbers are of all of them.${without}\n\n`);
  }
  if (note.together !== undefined)
    text.appendMarkdown(`$(warning) By itself: ${asMarkdown(sentence(note.together))}\n\n`);
  else if (hunk.parameters.kind === 'notChecked' && !isOpen(hunk.parameters)) {
    text.appendMarkdown(`Parameters not checked: ${asMarkdown(sentence(hunk.parameters.reason))}\n\n`);
  }
  for (const reason of reasonsOf(hunk)) text.appendMarkdown(`${plainMath(reason)}\n\n`);
  if (hunk.removed.length > 0) {
    text.appendMarkdown('Removed:\n');
    text.appendCodeblock(hunk.removed.join('\n'), language);
  }
  if (hunk.conflict) {
    text.appendMarkdown('Proposed, before another program changed this place:\n');
    text.appendCodeblock(hunk.conflict.proposed.trimEnd(), language);
  }
  const argument = encodeURIComponent(JSON.stringify([{ uri, hunk: hunk.id }]));
  const answers = hunk.conflict ? IN_CONFLICT : ANSWERS;
  text.appendMarkdown(
    `\n${answers.map(([title, command]) => `[${title}](command:${command}?${argument})`).join(' · ')}`,
  );
  return text;
}
