/** The engine's thread of the command line: answers requests, one at a time, for as long as the thread lives. */
import { parentPort } from 'node:worker_threads';
import type { EngineReply, EngineRequest } from './engineRequest.js';
import { loadEngine } from './loadEngine.js';

const { answerRequest } = loadEngine();

parentPort?.on('message', (request: EngineRequest | null) => {
  if (!request) return parentPort?.close();
  void answerRequest(request)
    .catch((error: unknown): EngineReply => ({
      error: { message: error instanceof Error ? (error.stack ?? error.message) : String(error), kind: 'internal' },
    }))
    .then((reply) => parentPort?.postMessage(reply));
});
