/** The engine in a thread of its own: with a stack that deep code needs, and to be ended when a request does not come to an end. */
import { resolve } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';
import {
  createEngine,
  EngineError,
  parseInput,
  type Engine,
  type InputSpec,
  type ModelReport,
} from '../engine/report/index.js';
import { createAvailableParser, createParser, type PythonParser } from '../engine/syntax/index.js';
import { NodeSourceProvider } from '../server/nodeSourceProvider.js';

/** Megabytes; enough for Python's own recursion limit. */
const STACK_MB = 240;
/** A request may overrun its time by so much before its thread is ended, in milliseconds. */
const GRACE = 5_000;

export interface EngineRequest {
  readonly file: string;
  readonly call?: string;
  /** As on the command line. */
  readonly inputs: readonly string[];
  readonly path: readonly string[];
  /** Milliseconds. */
  readonly timeLimit: number;
}

export type EngineReply =
  | { readonly reports: readonly ModelReport[] }
  | { readonly error: { readonly message: string; readonly kind: 'input' | 'internal' | 'time' } };

// ------------------------------------------------------------- in the thread

/** Answers requests, one at a time, for as long as the thread lives. */
export function serveEngine(): void {
  const engines = new Map<string, Engine>();
  let parser: Promise<PythonParser> | undefined;
  parentPort?.on('message', (request: EngineRequest) => {
    parser ??= process.env.ARCHITECT_PARSER === 'wasm' ? createParser('wasm') : createAvailableParser();
    parser
      .then((ready) => answer(request, ready, engines))
      .catch((error: unknown): EngineReply => ({
        error: { message: error instanceof Error ? (error.stack ?? error.message) : String(error), kind: 'internal' },
      }))
      .then((reply) => parentPort?.postMessage(reply));
  });
}

function answer(request: EngineRequest, parser: PythonParser, engines: Map<string, Engine>): EngineReply {
  const roots = [...request.path.map((folder) => slashes(resolve(folder))), slashes(process.cwd())];
  const key = JSON.stringify([roots, request.timeLimit]);
  let engine = engines.get(key);
  if (!engine)
    engines.set(
      key,
      (engine = createEngine({ provider: new NodeSourceProvider(), parser, roots, timeLimit: request.timeLimit })),
    );
  try {
    const inputs: readonly InputSpec[] | undefined =
      request.inputs.length > 0 ? request.inputs.map(parseInput) : undefined;
    return { reports: engine.analyzeFile(slashes(resolve(request.file)), { call: request.call, inputs }) };
  } catch (error) {
    if (error instanceof EngineError || (error instanceof RangeError && !/call stack/i.test(error.message)))
      return { error: { message: error.message, kind: 'input' } };
    throw error;
  }
}

const slashes = (path: string): string => path.replaceAll('\\', '/');

// ------------------------------------------------------------ in the program

/** Starts the thread when first asked, and a new one after one had to be ended. */
export class EngineThread {
  private worker: Worker | undefined;

  async ask(request: EngineRequest): Promise<EngineReply> {
    const worker = (this.worker ??= this.start());
    return new Promise((done) => {
      const finish = (reply: EngineReply, ended: boolean): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        if (ended) {
          this.worker = undefined;
          worker.on('error', () => undefined); // it is being ended: what it still says is of no use
          void worker.terminate();
        }
        done(reply);
      };
      const onMessage = (reply: EngineReply): void => finish(reply, false);
      const onError = (error: Error): void =>
        finish({ error: { message: `the analysis failed: ${error.message}`, kind: 'internal' } }, true);
      const onExit = (code: number): void =>
        finish({ error: { message: `the analysis ended unexpectedly (${code})`, kind: 'internal' } }, true);
      const timer = setTimeout(
        () => finish({ error: { message: `no result within ${request.timeLimit / 1000} s`, kind: 'time' } }, true),
        request.timeLimit + GRACE,
      );
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private start(): Worker {
    return new Worker(__filename, { resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 4096 } });
  }
}
