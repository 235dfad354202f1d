/** The order in which the engine's thread gets its jobs. Pure bookkeeping: no thread, no clock. */

export interface Job {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  /** The document it is about. */
  readonly uri: string;
  /** Jobs with equal keys have equal answers as long as no text changes. */
  readonly key: string;
  /** Somebody is waiting for it, as opposed to what is computed ahead. */
  readonly waitedFor: boolean;
}

export class JobQueue {
  private waiting: Job[] = [];
  private active: string | null = null;

  /** The document whose jobs go first. */
  setActive(uri: string | null): void {
    this.active = uri;
  }

  add(job: Job): void {
    this.waiting.push(job);
  }

  /** A waiting job with this key. */
  find(key: string): Job | undefined {
    return this.waiting.find((job) => job.key === key);
  }

  /** Takes a job out before its turn; `false` if it isn't waiting. */
  remove(id: number): boolean {
    const length = this.waiting.length;
    this.waiting = this.waiting.filter((job) => job.id !== id);
    return this.waiting.length < length;
  }

  /** The next job: the active document first, then what somebody waits for, then in order of arrival. */
  next(): Job | undefined {
    let best: Job | undefined;
    for (const job of this.waiting) if (!best || this.rank(job) > this.rank(best)) best = job;
    if (best) this.remove(best.id);
    return best;
  }

  get size(): number {
    return this.waiting.length;
  }

  private rank(job: Job): number {
    return (job.uri === this.active ? 2 : 0) + (job.waitedFor ? 1 : 0);
  }
}
