/** Suggestions while a `# architect:` comment is typed. */
import {
  CompletionItemKind,
  InsertTextFormat,
  type CompletionItem,
  type CompletionOptions,
  type Position,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { isDirectiveLine, type Suggestion, type SuggestionKind } from './directives/complete.js';
import type { Analyst } from './notebooks/analyst.js';

export const completionProvider: CompletionOptions = { triggerCharacters: ['#', ' ', ':', '(', ',', '[', '='] };

const KINDS: Record<SuggestionKind, CompletionItemKind> = {
  class: CompletionItemKind.Class,
  keyword: CompletionItemKind.Keyword,
  parameter: CompletionItemKind.Property,
  input: CompletionItemKind.Variable,
  type: CompletionItemKind.TypeParameter,
  size: CompletionItemKind.Constant,
  value: CompletionItemKind.Value,
};

/** After these there is more to choose at once. */
const GOES_ON: ReadonlySet<SuggestionKind> = new Set(['keyword', 'type', 'input']);

/** Asks the engine only where a directive is being typed: elsewhere every blank would. */
export async function complete(
  document: TextDocument,
  position: Position,
  analyst: Analyst,
  signal: AbortSignal,
): Promise<CompletionItem[]> {
  const before = document.getText({ start: { line: position.line, character: 0 }, end: position });
  if (!isDirectiveLine(before)) return [];
  const { uri } = document;
  const { suggestions } = await analyst.request('completions', { uri, position }, { uri, signal });
  return suggestions.map((suggestion, i) => itemOf(suggestion, position, i));
}

function itemOf({ kind, label, snippet, detail, replaces }: Suggestion, position: Position, i: number): CompletionItem {
  const start = { line: position.line, character: position.character - replaces };
  return {
    label,
    kind: KINDS[kind],
    ...(detail === undefined ? {} : { labelDetails: { detail: kind === 'class' ? detail : ` ${detail}` } }),
    insertTextFormat: InsertTextFormat.Snippet,
    textEdit: { range: { start, end: position }, newText: snippet },
    sortText: String(i).padStart(3, '0'),
    ...(GOES_ON.has(kind) ? { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } } : {}),
  };
}
