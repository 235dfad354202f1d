/** Between VS Code's chat messages and the agent's. */
import * as vscode from 'vscode';
import {
  pictureIn,
  PICTURES_TAKEN,
  type AssistantBlock,
  type ImageBlock,
  type Message,
  type SystemBlock,
  type TextBlock,
  type ToolDeclaration,
  type UserBlock,
} from '../../agent/index.js';

/** Some chats send instructions in a role of their own, which the stable API does not name. */
const SYSTEM_ROLE = 3;

export interface Conversation {
  readonly system: readonly SystemBlock[];
  readonly messages: readonly Message[];
}

/** What VS Code asks a model provider, in the agent's words. Messages of one side in a row become one. */
export function fromEditor(messages: readonly vscode.LanguageModelChatRequestMessage[]): Conversation {
  const system: SystemBlock[] = [];
  const said: { role: 'user' | 'assistant'; content: (UserBlock | AssistantBlock)[] }[] = [];
  for (const { role, content } of messages) {
    const blocks = content.flatMap(blockOf);
    if (Number(role) === SYSTEM_ROLE) {
      for (const block of blocks) if (block.type === 'text') system.push({ text: block.text });
      continue;
    }
    const side = role === vscode.LanguageModelChatMessageRole.Assistant ? 'assistant' : 'user';
    // A model only takes its own words from itself, and results only from the user.
    const fitting = blocks.filter(({ type }) =>
      side === 'assistant' ? type === 'text' || type === 'toolUse' : type !== 'toolUse',
    );
    if (fitting.length === 0) continue;
    const last = said.at(-1);
    if (last?.role === side) last.content.push(...fitting);
    else said.push({ role: side, content: fitting });
  }
  // The provider takes a message only if the results of tools stand first in it.
  for (const { content } of said)
    content.sort((a, b) => Number(b.type === 'toolResult') - Number(a.type === 'toolResult'));
  return { system, messages: said as Message[] };
}

function blockOf(part: unknown): (UserBlock | AssistantBlock)[] {
  if (part instanceof vscode.LanguageModelTextPart)
    return part.value.trim() === '' ? [] : [{ type: 'text', text: part.value }];
  if (part instanceof vscode.LanguageModelToolCallPart)
    return [{ type: 'toolUse', id: part.callId, name: part.name, input: part.input }];
  if (part instanceof vscode.LanguageModelToolResultPart)
    return [
      { type: 'toolResult', toolUseId: part.callId, text: resultText(part.content), isError: false },
      ...part.content.flatMap((each) => imageOf(each) ?? []),
    ];
  const image = imageOf(part);
  return image ? [image] : [];
}

/** Data in a message, told by its properties. */
interface DataPart {
  readonly mimeType: string;
  readonly data: Uint8Array;
}

/** Newer than the oldest editor that is supported (VS Code 1.106). */
const { LanguageModelDataPart: Data } = vscode as {
  readonly LanguageModelDataPart?: { image(data: Uint8Array, mimeType: string): vscode.LanguageModelTextPart };
};

/** Whether pictures can go to a model of the editor: only to one that says so. */
export function takesPictures(model: vscode.LanguageModelChat): boolean {
  const { capabilities } = model as { readonly capabilities?: { readonly supportsImageToText?: boolean } };
  return Data !== undefined && capabilities?.supportsImageToText === true;
}

function isDataPart(part: unknown): part is DataPart {
  return (
    typeof part === 'object' &&
    part !== null &&
    'mimeType' in part &&
    typeof part.mimeType === 'string' &&
    'data' in part &&
    part.data instanceof Uint8Array
  );
}

/** A picture, or where one can't be sent the words for the model that it was there. */
function imageOf(part: unknown): ImageBlock | TextBlock | undefined {
  if (!isDataPart(part) || !part.mimeType.startsWith('image/')) return undefined;
  const { mediaType, name = 'broken' } = pictureIn(part.data) ?? {};
  return mediaType
    ? { type: 'image', mediaType, data: Buffer.from(part.data).toString('base64') }
    : { type: 'text', text: `(Here was a ${name} picture, which was not sent: it has to be ${PICTURES_TAKEN}.)` };
}

function resultText(content: readonly unknown[]): string {
  return content
    .map((part) => {
      if (part instanceof vscode.LanguageModelTextPart) return part.value;
      if (part instanceof vscode.LanguageModelPromptTsxPart) return JSON.stringify(part.value);
      if (isDataPart(part) && /^text\/|json$/.test(part.mimeType)) return new TextDecoder().decode(part.data);
      return '';
    })
    .join('');
}

/** The agent's request for a model of the editor, which has no role for instructions: they open the conversation. */
export function toEditor({ system, messages }: Conversation): vscode.LanguageModelChatMessage[] {
  const instructions = system.map(({ text }) => text).join('\n\n');
  return [
    ...(instructions === '' ? [] : [vscode.LanguageModelChatMessage.User(instructions)]),
    ...messages.flatMap((message) =>
      message.role === 'user' ? fromUser(message.content) : fromAssistant(message.content),
    ),
  ];
}

function fromUser(content: readonly UserBlock[]): vscode.LanguageModelChatMessage[] {
  const parts = content.flatMap((block): (vscode.LanguageModelTextPart | vscode.LanguageModelToolResultPart)[] => {
    switch (block.type) {
      case 'text':
        return [new vscode.LanguageModelTextPart(block.text)];
      case 'toolResult':
        return [
          new vscode.LanguageModelToolResultPart(block.toolUseId, [new vscode.LanguageModelTextPart(block.text)]),
        ];
      case 'image':
        if (!Data) throw new TypeError('This editor has no place for a picture in a message.');
        return [Data.image(Buffer.from(block.data, 'base64'), block.mediaType)];
    }
  });
  return parts.length > 0 ? [vscode.LanguageModelChatMessage.User(parts)] : [];
}

/** Thoughts are only for the model that had them, and stay out. */
function fromAssistant(content: readonly AssistantBlock[]): vscode.LanguageModelChatMessage[] {
  const parts = content.flatMap((block): (vscode.LanguageModelTextPart | vscode.LanguageModelToolCallPart)[] => {
    switch (block.type) {
      case 'text':
        return [new vscode.LanguageModelTextPart(block.text)];
      case 'toolUse':
        return [new vscode.LanguageModelToolCallPart(block.id, block.name, asObject(block.input))];
      case 'thinking':
      case 'redactedThinking':
        return [];
    }
  });
  return parts.length > 0 ? [vscode.LanguageModelChatMessage.Assistant(parts)] : [];
}

function asObject(input: unknown): object {
  return typeof input === 'object' && input !== null ? input : {};
}

/** Tools that the editor offers to a model, as the agent declares its own. */
export function toolsFromEditor(tools: readonly vscode.LanguageModelChatTool[] | undefined): ToolDeclaration[] {
  return (tools ?? []).map(({ name, description, inputSchema }) => ({
    name,
    description,
    inputSchema: { type: 'object', properties: {}, ...inputSchema },
  }));
}

/** The agent’s tools, as the editor takes them. */
export function toolsToEditor(tools: readonly ToolDeclaration[]): vscode.LanguageModelChatTool[] {
  return tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
}
