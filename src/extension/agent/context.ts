/** What of the editor belongs to a question: where the user is, what is selected, what was attached, what is underlined. */
import * as vscode from 'vscode';
import type { AgentContext, AttachedImage, Attachment, EditorDiagnostic } from '../../agent/index.js';
import type { Range } from '../../protocol/index.js';
import { documentThatNames, subjectOf } from '../chat/subject.js';
import { imageTypeOf, isImageType } from '../models/messages.js';
import type { Question } from '../chat/question.js';

const MOST_DIAGNOSTICS = 30;
const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;

/** Gathers it at the time of the question. */
export async function contextOf({ prompt, references }: Question): Promise<AgentContext> {
  const looked = await subjectOf(references);
  const document = looked && ((await documentThatNames(prompt, looked)) ?? looked);
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const cursor = editor?.selection.active;
  // What is selected belongs to the question even if a class of another file is named.
  const selected = vscode.window.visibleTextEditors.find((each) => each.document === looked);
  const images = (await Promise.all(references.map(imageOf))).flatMap((image) => image ?? []);
  return {
    ...(document
      ? {
          focus: {
            uri: document.uri.toString(),
            ...(cursor ? { position: { line: cursor.line, character: cursor.character } } : {}),
          },
        }
      : {}),
    ...(selected && !selected.selection.isEmpty
      ? {
          selection: {
            uri: selected.document.uri.toString(),
            range: rangeOf(selected.selection),
            label: 'selection',
          },
        }
      : {}),
    attachments: references.flatMap(attachmentOf),
    texts: references.flatMap(({ value, id }) => (typeof value === 'string' ? [{ label: id, text: value }] : [])),
    images,
    diagnostics: document ? diagnosticsOf(document.uri) : [],
    folders: (vscode.workspace.workspaceFolders ?? []).map(({ name }) => name),
  };
}

function attachmentOf({ value, id }: vscode.ChatPromptReference): Attachment[] {
  if (value instanceof vscode.Uri) return imageTypeOf(value.path) ? [] : [{ uri: value.toString(), label: id }];
  if (value instanceof vscode.Location) return [{ uri: value.uri.toString(), range: rangeOf(value.range), label: id }];
  return [];
}

/** A picture: a file, or data as it was pasted, which the stable API has no class for. */
async function imageOf({ value, id }: vscode.ChatPromptReference): Promise<AttachedImage | undefined> {
  if (value instanceof vscode.Uri) {
    const mediaType = imageTypeOf(value.path);
    if (!mediaType) return undefined;
    const bytes = await vscode.workspace.fs.readFile(value);
    return { type: 'image', mediaType, data: base64(bytes), label: id, uri: value.toString() };
  }
  if (typeof value !== 'object' || value === null || !('mimeType' in value) || !('data' in value)) return undefined;
  const { mimeType, data } = value;
  if (typeof mimeType !== 'string' || !isImageType(mimeType) || typeof data !== 'function') return undefined;
  const bytes: unknown = await (data as () => unknown).call(value);
  return bytes instanceof Uint8Array
    ? { type: 'image', mediaType: mimeType, data: base64(bytes), label: id }
    : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function rangeOf({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

function diagnosticsOf(uri: vscode.Uri): EditorDiagnostic[] {
  return [...vscode.languages.getDiagnostics(uri)]
    .sort((a, b) => a.severity - b.severity)
    .slice(0, MOST_DIAGNOSTICS)
    .map(({ range, severity, message }) => ({
      uri: uri.toString(),
      line: range.start.line,
      severity: SEVERITIES[severity] ?? 'info',
      message,
    }));
}
