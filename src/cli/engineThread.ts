/** The engine in a thread of its own: with a stack that deep code needs, and to be ended when a request does not come to an end. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { MORE_TIME, type EngineReply, type EngineRequest } from './engineRequest.js';

/** Megabytes; enough for Python's own recursion limit. */
const STACK_MB = 240;
/** Most of what an analysis makes is garbage soon: with room for it, it isn't copied first. */
const YOUNG_MB = 64;
/** The room to begin with, of each of the two halves: V8's own beginning makes it collect a dozen times while the engine loads. */
const FIRST_YOUNG_MB = 16;
/** A request may overrun its time by so much before its thread is ended, in milliseconds. */
const GRACE = 5_000;

/** Starts the thread when first asked, and a new one after one had to be ended. */
export class EngineThread {
  private worker: Worker | undefined;
  /** Requests that the present thread has answered. */
  private answered = 0;

  /** @param program what the thread runs */
  constructor(private readonly program = join(__dirname, 'cli-thread.js')) {}

  async ask(request: EngineRequest): Promise<EngineReply> {
    const used = this.answered > 0;
    const reply = await this.askOnce(request);
    // A thread may have come to its end by what earlier requests left in its memory: a new one has none of it.
    return used && this.answered === 0 && 'error' in reply && reply.error.kind === 'internal'
      ? this.askOnce(request)
      : reply;
  }

  private askOnce(request: EngineRequest): Promise<EngineReply> {
    const worker = (this.worker ??= this.start());
    return new Promise((done) => {
      const finish = (reply: EngineReply, ended: boolean): void => {
        clearTimeout(timer);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        this.answered++;
        if (ended) {
          this.worker = undefined;
          this.answered = 0;
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
        () =>
          finish(
            { error: { message: `no result within ${request.timeLimit / 1000} s${MORE_TIME}`, kind: 'time' } },
            true,
          ),
        request.timeLimit + GRACE,
      );
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }

  /** Lets the thread end by itself, which it does at once. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    this.answered = 0;
    if (!worker) return;
    const ended = new Promise((done) => worker.once('exit', done));
    worker.postMessage(null);
    await ended;
  }

  private start(): Worker {
    setFlagsFromString(`--min-semi-space-size=${FIRST_YOUNG_MB}`);
    return new Worker(this.program, {
      resourceLimits: { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 4096, maxYoungGenerationSizeMb: YOUNG_MB },
    });
  }
}
