/** Any model of the editor's picker as a back end of the agent, with its own tool calling. */
import * as vscode from 'vscode';
import {
  BackendError,
  CancelledError,
  type BackendEvent,
  type BackendRequest,
  type ModelBackend,
} from '../../agent/index.js';
import { tellable } from '../agent/tellable.js';
import { takesPictures, toEditor, toolsToEditor } from './messages.js';

const WHY = 'Model Architect answers your question about the model with it.';

/** A model of the picker, asked as our own are. */
export function editorModelBackend(model: vscode.LanguageModelChat): ModelBackend {
  return {
    textOnly: !takesPictures(model),
    stream: (request, signal) => stream(model, request, signal),
    countTokens: async (request, signal) => {
      const token = tokenOf(signal);
      try {
        const counts = await Promise.all(toEditor(request).map((message) => model.countTokens(message, token.token)));
        return counts.reduce((sum, count) => sum + count, 0);
      } catch (error) {
        throw problemOf(error, model, signal);
      } finally {
        token.dispose();
      }
    },
  };
}

async function* stream(
  model: vscode.LanguageModelChat,
  request: BackendRequest,
  signal: AbortSignal,
): AsyncGenerator<BackendEvent> {
  const token = tokenOf(signal);
  let text = '';
  let calls = 0;
  try {
    const response = await model.sendRequest(
      toEditor(request),
      { justification: WHY, tools: toolsToEditor(request.tools) },
      token.token,
    );
    for await (const part of response.stream) {
      if (signal.aborted) throw new CancelledError();
      if (part instanceof vscode.LanguageModelTextPart) {
        text += part.value;
        yield { type: 'text', text: part.value };
      } else if (part instanceof vscode.LanguageModelToolCallPart) {
        if (text !== '') yield { type: 'block', block: { type: 'text', text } };
        text = '';
        calls++;
        yield { type: 'toolStart', name: part.name };
        yield { type: 'block', block: { type: 'toolUse', id: part.callId, name: part.name, input: part.input } };
      }
    }
    if (signal.aborted) throw new CancelledError();
    if (text !== '') yield { type: 'block', block: { type: 'text', text } };
    yield { type: 'stop', reason: calls > 0 ? 'toolUse' : 'endTurn' };
  } catch (error) {
    throw problemOf(error, model, signal);
  } finally {
    token.dispose();
  }
}

function problemOf(error: unknown, { name }: vscode.LanguageModelChat, signal: AbortSignal): Error {
  if (signal.aborted || error instanceof vscode.CancellationError || error instanceof CancelledError)
    return new CancelledError();
  // Another extension's words: they may quote its own key.
  const { message } = tellable(error);
  const code = error instanceof vscode.LanguageModelError ? error.code : '';
  switch (code) {
    case vscode.LanguageModelError.NoPermissions.name:
      return new BackendError('permission', `${name} may not be used by Model Architect: ${message}`);
    case vscode.LanguageModelError.NotFound.name:
      return new BackendError('model', `${name} is not there any more. Pick another model in chat.`);
    case vscode.LanguageModelError.Blocked.name:
      return new BackendError('rateLimit', `${name} refused the request: ${message}`);
    default:
      return new BackendError('unknown', `${name} failed: ${message}`);
  }
}

/** A cancellation token that follows an abort signal. */
export function tokenOf(signal: AbortSignal): vscode.CancellationTokenSource {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  const dispose = source.dispose.bind(source);
  source.dispose = () => {
    signal.removeEventListener('abort', cancel);
    dispose();
  };
  return source;
}

/** An abort signal that follows a cancellation token. */
export function signalOf(token: vscode.CancellationToken | undefined): AbortSignal {
  const controller = new AbortController();
  if (token?.isCancellationRequested) controller.abort();
  else token?.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
