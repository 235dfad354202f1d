/** The documentation of rules, as the extension brings it along. */
import * as vscode from 'vscode';
import type { FindingQuestion } from '../protocol/index.js';

export const isRule = (text: unknown): text is string => typeof text === 'string' && /^[A-Z]\d\d$/.test(text);

export const rulePage = (extension: vscode.Uri, rule: string): vscode.Uri =>
  vscode.Uri.joinPath(extension, 'docs', 'rules', `${rule}.md`);

/** What is asked in chat about a finding. */
export const explanationOf = ({ rule, message, uri, line }: FindingQuestion): string =>
  `@architect /explain ${rule} in ${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}, line ${line + 1}: ${message}`;

/** The rule that a question of {@link explanationOf} is about, and what it says about it; `null` for other questions. */
export function ruleInQuestion(prompt: string): { readonly rule: string; readonly about: string } | null {
  const found = /^\s*([A-Z]\d\d)\b\s*([\s\S]*)$/.exec(prompt);
  return found?.[1] === undefined ? null : { rule: found[1], about: found[2] ?? '' };
}

/** A rule's page for chat: its headings are those of an answer. `null` when there is no such rule. */
export async function explainRule(extension: vscode.Uri, rule: string, about: string): Promise<string | null> {
  let page: string;
  try {
    page = new TextDecoder().decode(await vscode.workspace.fs.readFile(rulePage(extension, rule)));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return null;
    throw error;
  }
  const [title = '', ...rest] = page.split('\n');
  const body = rest
    .join('\n')
    .replaceAll(/^## (.*)$/gm, '**$1**')
    .trim();
  return `**${title.replace(/^# /, '')}**\n\n${about ? `> ${about.trim()}\n\n` : ''}${body}\n`;
}
