/** The engine's thread: one job at a time, in the order in which the server sends them. */
import { parentPort, workerData } from 'node:worker_threads';
import { createParser } from '../engine/syntax/index.js';
import { AnalysisError } from './engine.js';
import { createAnalysisEngine } from './engineFactory.js';
import { handlers } from './requests/index.js';
import type { FromWorker, JobMethod, Jobs, ToWorker, WorkerData } from './workerMessages.js';
import { Workspace } from './workspace.js';

const data = workerData as WorkerData;
let current = 0;

const cancelled = (): boolean => Atomics.load(data.cancel, 0) === current;

/** The parser's first answer shows that it doesn't take the process down. */
async function start(): Promise<Workspace> {
  const parser = await createParser(data.parser);
  parser.parse('probe.py', 'class Probe:\n    pass\n');
  tell({ type: 'ready', parser: data.parser });
  return new Workspace(createAnalysisEngine, parser, data.roots, cancelled, data.sizes, data.libraries);
}

function receive(message: ToWorker, workspace: Workspace): void {
  switch (message.type) {
    case 'text':
      return workspace.setText(message.uri, message.text, message.version);
    case 'changed':
      return workspace.diskChanged(message.uris);
    case 'run':
      return run(message.id, message.method, message.params, workspace);
  }
}

function run<M extends JobMethod>(id: number, method: M, params: unknown, workspace: Workspace): void {
  current = id;
  try {
    if (cancelled()) return tell({ type: 'cancelled', id });
    const result = handlers[method](params as Jobs[M]['params'], workspace);
    tell(cancelled() ? { type: 'cancelled', id } : { type: 'result', id, result });
  } catch (error) {
    if (cancelled()) return tell({ type: 'cancelled', id });
    const expected = error instanceof AnalysisError;
    const message =
      error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
    tell({ type: 'failed', id, expected, message });
  }
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

const started = start();
started.catch((error: unknown) =>
  tell({ type: 'unable', message: error instanceof Error ? error.message : String(error) }),
);
parentPort?.on('message', (message: ToWorker) => {
  // A worker that could not start has said so already.
  started.then(
    (workspace) => receive(message, workspace),
    () => undefined,
  );
});
