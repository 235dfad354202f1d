/** The engine's thread as the server sees it: starts it, feeds it, brings it back when it dies. */
import { Worker } from 'node:worker_threads';
import type { AnalysisState } from '../protocol/index.js';
import { AnalysisError } from './engine.js';
import { JobQueue, type Job } from './jobQueue.js';
import type { FromWorker, JobMethod, Jobs, ToWorker, WorkerData } from './workerMessages.js';

/** The interpreter recurses as deep as the Python that it reads. */
const STACK_MEGABYTES = 240;
/** Most of what an analysis makes is garbage soon: with room for it, it isn't copied first. */
const YOUNG_MEGABYTES = 64;
/** Waits before the next start, by the number of deaths in a row. */
const BACK_OFF_MILLISECONDS = [0, 500, 2_000, 10_000, 30_000];
/** A thread that lived so long died of something new. */
const HEALTHY_MILLISECONDS = 60_000;

export interface AnalyserOptions {
  readonly workerFile: string;
  readonly parser: 'native' | 'wasm';
  readonly roots: readonly string[];
  /** Folders of installed packages. */
  readonly libraries?: readonly string[];
  /** Numbers for sizes of inputs that nobody says. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly onState: (state: AnalysisState) => void;
  readonly log: (level: 'info' | 'warn' | 'error', text: string) => void;
}

/** The job was cancelled or a newer text made it pointless. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

interface Pending {
  readonly job: Job;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  /** The thread died while it worked on this: once may be bad luck. */
  deaths: number;
}

export class Analyser {
  private readonly queue = new JobQueue();
  private readonly pending = new Map<number, Pending>();
  private readonly texts = new Map<string, { text: string; version: number }>();
  private readonly cancel = new Int32Array(new SharedArrayBuffer(4));
  private worker: Worker | undefined;
  /** The parser that answered its probe. */
  private parser: 'native' | 'wasm' | null = null;
  private wanted: 'native' | 'wasm';
  private running: Job | undefined;
  private nextId = 1;
  private deaths = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private unable: string | undefined;
  private disposed = false;

  constructor(private readonly options: AnalyserOptions) {
    this.wanted = options.parser;
    this.start();
  }

  /**
   * Has a job done.
   * @throws CancelledError, AnalysisError (for people), or an Error for a fault of the program
   */
  request<M extends JobMethod>(
    method: M,
    params: Jobs[M]['params'],
    about: { uri: string; waitedFor?: boolean; signal?: AbortSignal },
  ): Promise<Jobs[M]['result']> {
    if (this.unable !== undefined) return Promise.reject(new AnalysisError(this.unable));
    const id = this.nextId++;
    const key = JSON.stringify([method, params]);
    const job: Job = { id, method, params, uri: about.uri, key, waitedFor: about.waitedFor ?? true };
    return new Promise((resolve, reject) => {
      if (about.signal?.aborted) return reject(new CancelledError());
      about.signal?.addEventListener('abort', () => this.abort(id), { once: true });
      this.pending.set(id, { job, resolve: (result) => resolve(result as Jobs[M]['result']), reject, deaths: 0 });
      this.queue.add(job);
      this.pump();
    });
  }

  /** An open document's text; `null` when it was closed. */
  setText(uri: string, text: string | null, version: number): void {
    if (text === null) this.texts.delete(uri);
    else this.texts.set(uri, { text, version });
    this.send({ type: 'text', uri, text, version });
  }

  diskChanged(uris?: readonly string[]): void {
    this.send({ type: 'changed', uris });
  }

  setActive(uri: string | null): void {
    this.queue.setActive(uri);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    for (const { reject } of this.pending.values()) reject(new CancelledError());
    this.pending.clear();
    void this.worker?.terminate();
  }

  private abort(id: number): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    if (this.running?.id === id) Atomics.store(this.cancel, 0, id);
    else this.queue.remove(id);
    this.pending.delete(id);
    pending.reject(new CancelledError());
  }

  private start(): void {
    const { workerFile, roots, libraries = [], sizes = {} } = this.options;
    const workerData: WorkerData = { parser: this.wanted, roots, libraries, sizes, cancel: this.cancel };
    const worker = new Worker(workerFile, {
      workerData,
      resourceLimits: { stackSizeMb: STACK_MEGABYTES, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    });
    this.worker = worker;
    this.startedAt = Date.now();
    let reason = '';
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error: Error) => (reason = error.message));
    worker.on('exit', () => this.died(worker, reason));
    for (const [uri, { text, version }] of this.texts) this.send({ type: 'text', uri, text, version });
  }

  private receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.parser = message.parser;
        this.options.log(
          'info',
          `The analysis is ready; the ${message.parser === 'native' ? 'native' : 'WebAssembly'} parser answered.`,
        );
        this.pump();
        return this.tellState();
      case 'unable':
        return this.cannotStart(message.message);
      case 'result':
        return this.settle(message.id, ({ resolve }) => resolve(message.result));
      case 'cancelled':
        return this.settle(message.id, ({ reject }) => reject(new CancelledError()));
      case 'failed': {
        if (!message.expected) this.options.log('error', `${this.running?.method ?? 'A job'}: ${message.message}`);
        const [line] = message.message.split('\n');
        const error = message.expected
          ? new AnalysisError(message.message)
          : new Error(`The analyser has a fault: ${line}. The log has the details.`);
        return this.settle(message.id, ({ reject }) => reject(error));
      }
    }
  }

  private settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    this.running = undefined;
    if (pending) how(pending);
    this.pump();
    this.tellState();
  }

  private pump(): void {
    if (this.running || this.parser === null || !this.worker) return;
    const job = this.queue.next();
    if (!job) return;
    this.running = job;
    this.send({ type: 'run', id: job.id, method: job.method as JobMethod, params: job.params });
    this.tellState();
  }

  private send(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  private tellState(): void {
    if (this.parser !== null) this.options.onState({ kind: this.running ? 'busy' : 'ready', parser: this.parser });
  }

  /** A parser that can't be loaded natively may still come as WebAssembly; without any there is nothing to do. */
  private cannotStart(message: string): void {
    const worker = this.worker;
    this.worker = undefined;
    void worker?.terminate();
    if (this.wanted === 'native') {
      this.options.log('warn', `${message} The WebAssembly parser takes over.`);
      this.wanted = 'wasm';
      return this.start();
    }
    this.unable = `The analysis can't start. ${message}`;
    this.options.log('error', this.unable);
    this.options.onState({ kind: 'failed', parser: null, message: this.unable });
    for (const { reject } of this.pending.values()) reject(new AnalysisError(this.unable));
    this.pending.clear();
  }

  private died(worker: Worker, reason: string): void {
    if (this.disposed || worker !== this.worker) return;
    this.worker = undefined;
    this.parser = null;
    const job = this.running;
    this.running = undefined;
    if (Date.now() - this.startedAt > HEALTHY_MILLISECONDS) this.deaths = 0;
    const wait = BACK_OFF_MILLISECONDS[Math.min(this.deaths++, BACK_OFF_MILLISECONDS.length - 1)] ?? 0;
    this.options.log(
      'error',
      `The analysis thread ended${reason ? ` (${reason})` : ''}${job ? ` during ${job.method} of ${job.uri}` : ''}; it starts again in ${wait} ms.`,
    );
    this.options.onState({
      kind: 'restarting',
      parser: null,
      message: 'The analysis ended unexpectedly and starts again.',
    });
    if (job) this.again(job, reason);
    this.timer = setTimeout(() => this.start(), wait);
  }

  /** What was being worked on gets one more chance; what kills the thread twice is answered with an error. */
  private again(job: Job, reason: string): void {
    const pending = this.pending.get(job.id);
    if (!pending) return;
    if (pending.deaths++ === 0) return this.queue.add(job);
    this.pending.delete(job.id);
    pending.reject(new AnalysisError(`The analysis of this file ended twice${reason ? `: ${reason}` : ''}.`));
  }
}
