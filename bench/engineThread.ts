/** The analysis thread as the editor has it, from `dist/`: asked as the server asks it, timed by the clock and by the processor. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { FromWorker, JobMethod, Jobs, ToWorker, WorkerData } from '../src/server/workerMessages.js';

const WORKER = join(__dirname, '..', 'dist', 'worker.js');

export interface Time {
  /** Milliseconds by the clock. */
  readonly wall: number;
  /** Milliseconds of all processors: what a machine that does nothing else would need at most. */
  readonly cpu: number;
}

export class EngineThread {
  private nextId = 1;
  private readonly waiting = new Map<number, (message: FromWorker) => void>();

  private constructor(private readonly worker: Worker) {
    worker.on('message', (message: FromWorker) => {
      if ('id' in message) this.waiting.get(message.id)?.(message);
    });
  }

  /** @throws Error when `dist/` was not built, or nothing can be parsed here */
  static async start(roots: readonly string[]): Promise<EngineThread> {
    if (!existsSync(WORKER))
      throw new Error(`${WORKER} is missing: run \`node scripts/build.mjs --production\` first.`);
    for (const parser of ['native', 'wasm'] as const) {
      const workerData: WorkerData = {
        parser,
        roots,
        libraries: [],
        sizes: {},
        cancel: new Int32Array(new SharedArrayBuffer(4)),
      };
      const worker = new Worker(WORKER, {
        workerData,
        resourceLimits: { stackSizeMb: 240, maxYoungGenerationSizeMb: 64 },
      });
      const first = await new Promise<FromWorker>((resolve) => worker.once('message', resolve));
      if (first.type === 'ready') return new EngineThread(worker);
      await worker.terminate();
    }
    throw new Error('No parser can be loaded here.');
  }

  setText(uri: string, text: string, version: number): void {
    this.send({ type: 'text', uri, text, version });
  }

  /** @throws Error with what the thread says went wrong */
  ask<M extends JobMethod>(method: M, params: Jobs[M]['params']): Promise<Jobs[M]['result']> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (message) => {
        this.waiting.delete(id);
        if (message.type === 'result') resolve(message.result as Jobs[M]['result']);
        else reject(new Error(message.type === 'failed' ? message.message : message.type));
      });
      this.send({ type: 'run', id, method, params });
    });
  }

  stop(): Promise<number> {
    return this.worker.terminate();
  }

  private send(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}

export async function timed(action: () => Promise<unknown>): Promise<Time> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await action();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1000 };
}

/** `p50 12.3 ms, p95 20.1 ms (processor 11.9, 19.0)` */
export function show(times: readonly Time[]): string {
  const at = (kind: keyof Time, part: number): string => {
    const sorted = times.map((time) => time[kind]).sort((a, b) => a - b);
    return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN).toFixed(1);
  };
  return `p50 ${at('wall', 0.5)} ms, p95 ${at('wall', 0.95)} ms (processor ${at('cpu', 0.5)}, ${at('cpu', 0.95)})`;
}
