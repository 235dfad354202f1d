/** `@architect` in chat. */
import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { answer, type AnswerMetadata } from './answer.js';
import { followups } from './followups.js';
import { isChatCommand, type AnswerSink } from './question.js';

const ID = 'architect.chat';

export function registerChatParticipant(services: Services): vscode.Disposable {
  const participant = vscode.chat.createChatParticipant(ID, (request, context, stream, token) =>
    respond(services, request, context, stream, token),
  );
  participant.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'icon.png');
  participant.followupProvider = {
    provideFollowups: ({ metadata }) => followups(metadata as AnswerMetadata | undefined),
  };
  return participant;
}

async function respond(
  services: Services,
  { command, prompt, references, model }: vscode.ChatRequest,
  { history }: vscode.ChatContext,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  try {
    const metadata = await answer(
      services,
      {
        command: isChatCommand(command) ? command : undefined,
        prompt,
        references,
        picked: model,
        history: earlierAnswers(history),
      },
      chatSink(stream),
      token,
    );
    return { metadata };
  } catch (error) {
    if (token.isCancellationRequested || error instanceof vscode.CancellationError) return {};
    services.log.error('A chat request failed.', error);
    return {
      errorDetails: {
        message: `${error instanceof Error ? error.message : String(error)} Architect: Show Log has the details.`,
      },
    };
  }
}

function earlierAnswers(history: vscode.ChatContext['history']): AnswerMetadata[] {
  return history.flatMap((turn) => {
    if (!(turn instanceof vscode.ChatResponseTurn) || turn.participant !== ID) return [];
    const metadata = turn.result.metadata as Partial<AnswerMetadata> | undefined;
    return metadata?.conversation === undefined ? [] : [metadata as AnswerMetadata];
  });
}

function chatSink(stream: vscode.ChatResponseStream): AnswerSink {
  return {
    progress: (text) => stream.progress(text),
    markdown: (text) => stream.markdown(text),
    reference: (uri, range) => stream.reference(range ? new vscode.Location(uri, range) : uri),
    button: (command, title, args) => stream.button({ command, title, arguments: args ? [...args] : undefined }),
  };
}
