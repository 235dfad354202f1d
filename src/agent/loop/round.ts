/** One request to the model: what it writes is passed on as it comes. */
import type { BackendRequest, ModelBackend, StopReason } from '../backend.js';
import { NO_USAGE, type AssistantBlock, type Usage } from '../messages.js';

export interface Round {
  readonly blocks: readonly AssistantBlock[];
  readonly text: string;
  readonly usage: Usage;
  readonly stop: StopReason;
  readonly detail?: string;
}

export interface RoundObserver {
  text(piece: string): void;
  thinking(piece: string): void;
  /** The model begins to write a call. */
  calls(name: string): void;
  retry(reason: string): void;
  /** What was used so far: also where the round doesn't end well. */
  usage(usage: Usage): void;
}

/** @throws BackendError, CancelledError */
export async function askModel(
  backend: ModelBackend,
  request: BackendRequest,
  signal: AbortSignal,
  observer: RoundObserver,
): Promise<Round> {
  const blocks: AssistantBlock[] = [];
  let text = '';
  let usage = NO_USAGE;
  let stop: { reason: StopReason; detail?: string } = { reason: 'other' };
  for await (const event of backend.stream(request, signal)) {
    switch (event.type) {
      case 'text':
        text += event.text;
        observer.text(event.text);
        break;
      case 'thinking':
        observer.thinking(event.text);
        break;
      case 'toolStart':
        observer.calls(event.name);
        break;
      case 'block':
        blocks.push(event.block);
        break;
      case 'usage':
        usage = event.usage;
        observer.usage(usage);
        break;
      case 'retry':
        observer.retry(event.reason);
        break;
      case 'stop':
        stop = { reason: event.reason, detail: event.detail };
        break;
    }
  }
  return { blocks, text, usage, stop: stop.reason, detail: stop.detail };
}
