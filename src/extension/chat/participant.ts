/** `@architect` in chat. */
import * as vscode from 'vscode';
import type { Services } from '../services.js';
import { analyze } from './analyze.js';
import { fix, type AnswerSink } from './fix.js';
import { subjectOf } from './subject.js';

const ID = 'architect.chat';
const FOOTER = '*Answered by Architect Playbook (offline): nothing left this machine.*';

/** Kept with each answer, for follow-ups. */
interface AnswerMetadata {
  readonly command: 'fix' | 'analyze' | 'help';
  readonly pending: number;
}

export function registerChatParticipant(services: Services): vscode.Disposable {
  const participant = vscode.chat.createChatParticipant(ID, (request, _context, stream, token) =>
    answer(services, request, stream, token),
  );
  participant.iconPath = vscode.Uri.joinPath(services.context.extensionUri, 'media', 'icon.png');
  participant.followupProvider = {
    provideFollowups: ({ metadata }) => followups(metadata as AnswerMetadata | undefined),
  };
  return participant;
}

async function answer(
  services: Services,
  request: vscode.ChatRequest,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  try {
    const document = await subjectOf(request.references);
    if (!document) {
      stream.markdown(
        'I found no Python file with an `nn.Module` in this workspace. Open the file with your model, or attach it to the question.',
      );
      return { metadata: { command: 'help', pending: 0 } satisfies AnswerMetadata };
    }
    if (
      request.command === 'analyze' ||
      (request.command === undefined &&
        /\b(analy[sz]e|inspect|count|how many parameters|summary)\b/i.test(request.prompt))
    ) {
      await analyze(services, request.prompt, document, stream, token);
      return { metadata: { command: 'analyze', pending: 0 } satisfies AnswerMetadata };
    }
    const text = request.command === 'fix' ? `fix ${request.prompt}` : request.prompt;
    const { advice, proposed } = await fix(services, text, document, chatSink(stream), token, FOOTER);
    return {
      metadata: { command: advice.symptom ? 'fix' : 'help', pending: proposed.length } satisfies AnswerMetadata,
    };
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

function chatSink(stream: vscode.ChatResponseStream): AnswerSink {
  return {
    progress: (text) => stream.progress(text),
    markdown: (text) => stream.markdown(text),
    reference: (uri, range) => stream.reference(range ? new vscode.Location(uri, range) : uri),
    button: (command, title) => stream.button({ command, title }),
  };
}

function followups(metadata: AnswerMetadata | undefined): vscode.ChatFollowup[] {
  switch (metadata?.command) {
    case 'fix':
      return [{ prompt: '', command: 'analyze', label: 'Analyze the model' }];
    case 'analyze':
    case 'help':
      return [{ prompt: 'overfitting', command: 'fix', label: 'Fix overfitting' }];
    default:
      return [];
  }
}
