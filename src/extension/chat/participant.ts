/** `@architect` in chat. */
import * as vscode from 'vscode';
import { unanswered, type TurnRecord } from '../../agent/index.js';
import { tellable } from '../agent/tellable.js';
import type { Services } from '../services.js';
import { answer, newConversation, type AnswerMetadata, type Asked } from './answer.js';
import { followups } from './followups.js';
import { isChatCommand, type AnswerSink } from './question.js';

const ID = 'architect.chat';

/** Answers in chat; what fails is told there, and the details go to the log. */
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
  request: vscode.ChatRequest,
  { history }: vscode.ChatContext,
  stream: vscode.ChatResponseStream,
  token: vscode.CancellationToken,
): Promise<vscode.ChatResult> {
  try {
    const metadata = await answer(
      services,
      {
        ...wordsOf(request),
        references: request.references,
        picked: request.model,
        history: earlierAnswers(history),
      },
      chatSink(stream),
      token,
    );
    return { metadata };
  } catch (error) {
    if (token.isCancellationRequested || error instanceof vscode.CancellationError) return {};
    const { message, details } = tellable(error);
    services.log.error(`A chat request failed. ${details}`);
    return { errorDetails: { message: `${message} Architect: Show Log has the details.` } };
  }
}

/** The participant stays in the input, so people write its name a second time; a command after it is one all the same. */
function wordsOf({ command, prompt }: { command?: string; prompt: string }): Pick<Asked, 'command' | 'prompt'> {
  const said = prompt.replace(/^\s*@architect\b\s*/, '');
  const [all = '', name] = /^\s*\/(\w+)\b\s*/.exec(said) ?? [];
  if (isChatCommand(command)) return { command, prompt: said };
  return isChatCommand(name) ? { command: name, prompt: said.slice(all.length) } : { command: undefined, prompt: said };
}

/** Of our own answers, oldest first. What was cancelled or failed left a question: “shorter, please” means that one. */
function earlierAnswers(history: vscode.ChatContext['history']): AnswerMetadata[] {
  const answers: Partial<AnswerMetadata>[] = [];
  let asked: TurnRecord | undefined;
  for (const turn of history) {
    if (turn.participant !== ID) continue;
    if (turn instanceof vscode.ChatRequestTurn) {
      const { command = null, prompt } = wordsOf(turn);
      asked = unanswered(command, prompt);
    } else if (turn instanceof vscode.ChatResponseTurn) {
      const metadata = turn.result.metadata as Partial<AnswerMetadata> | undefined;
      answers.push(metadata?.conversation === undefined ? { turn: asked } : metadata);
    }
  }
  const conversation = answers.find((each) => each.conversation !== undefined)?.conversation ?? newConversation();
  return answers.map((each) => ({ command: 'help', backend: 'model', proposed: [], conversation, ...each }));
}

function chatSink(stream: vscode.ChatResponseStream): AnswerSink {
  return {
    progress: (text) => stream.progress(text),
    markdown: (text) => stream.markdown(text),
    reference: (uri, range) => stream.reference(range ? new vscode.Location(uri, range) : uri),
    button: (command, title, args) => stream.button({ command, title, arguments: args ? [...args] : undefined }),
  };
}
