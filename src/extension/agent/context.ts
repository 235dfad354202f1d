/** What of the editor belongs to a question: where the user is, what is selected, what was attached, what is underlined. */
import * as vscode from 'vscode';
import {
  isPictureName,
  pictureIn,
  PICTURES_TAKEN,
  type AgentContext,
  type AttachedImage,
  type Attachment,
  type EditorDiagnostic,
} from '../../agent/index.js';
import type { Range } from '../../protocol/index.js';
import { documentThatNames, subjectOf } from '../chat/subject.js';
import type { Question } from '../chat/question.js';
import { attached, nameOf } from './attached.js';

const MOST_DIAGNOSTICS = 30;
const SEVERITIES = ['error', 'warning', 'info', 'hint'] as const;

/** Gathers it at the time of the question. @throws Error for people about what is attached and can't be had */
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
    attachments: (await Promise.all(references.map(attachmentOf))).flat(),
    texts: references.flatMap(({ value, id }) => (typeof value === 'string' ? [{ label: id, text: value }] : [])),
    images,
    diagnostics: document ? diagnosticsOf(document.uri) : [],
    folders: (vscode.workspace.workspaceFolders ?? []).map(({ name }) => name),
  };
}

async function attachmentOf({ value }: vscode.ChatPromptReference): Promise<Attachment[]> {
  if (value instanceof vscode.Location) {
    await isFolder(value.uri);
    return [{ uri: value.uri.toString(), range: rangeOf(value.range), label: nameOf(value.uri) }];
  }
  if (!(value instanceof vscode.Uri) || isPictureName(value.path)) return [];
  return [{ uri: value.toString(), label: nameOf(value), ...((await isFolder(value)) ? { isFolder: true } : {}) }];
}

/** @throws Error for people if a file is gone */
async function isFolder(uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme !== 'file') return false;
  const { type } = await attached(uri, (each) => vscode.workspace.fs.stat(each));
  return (type & vscode.FileType.Directory) !== 0;
}

/** A picture: a file, or its data, which the stable API has no class for. @throws Error for people if it can't be sent */
async function imageOf({ value, id }: vscode.ChatPromptReference): Promise<AttachedImage | undefined> {
  if (value instanceof vscode.Uri) {
    if (!isPictureName(value.path)) return undefined;
    return picture(await attached(value, (uri) => vscode.workspace.fs.readFile(uri)), nameOf(value), value);
  }
  if (typeof value !== 'object' || value === null || !('mimeType' in value) || !('data' in value)) return undefined;
  const { mimeType, data } = value;
  if (typeof mimeType !== 'string' || !mimeType.startsWith('image/') || typeof data !== 'function') return undefined;
  const bytes: unknown = await (data as () => unknown).call(value);
  if (!(bytes instanceof Uint8Array)) return undefined;
  const file = 'reference' in value && value.reference instanceof vscode.Uri ? value.reference : undefined;
  // What was pasted lies in a folder of the editor's own.
  const isOfWorkspace = file && vscode.workspace.getWorkspaceFolder(file) !== undefined;
  return picture(bytes, file ? nameOf(file) : id, isOfWorkspace ? file : undefined);
}

/** @param file its place in the workspace @throws Error for people if no model takes it */
function picture(bytes: Uint8Array, label: string, file?: vscode.Uri): AttachedImage {
  const kind = pictureIn(bytes);
  if (!kind?.mediaType) {
    const what = kind ? `is a ${kind.name} picture` : 'is no picture that can be read';
    throw new Error(`${label}, which is attached, ${what}. Save it as ${PICTURES_TAKEN}, or ask without it.`);
  }
  return {
    type: 'image',
    mediaType: kind.mediaType,
    data: Buffer.from(bytes).toString('base64'),
    label,
    ...(file ? { uri: file.toString() } : {}),
  };
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
