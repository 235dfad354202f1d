// Talks to `architect analyze --batch`: one JSON line in, one JSON line out.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * A running command line that answers one request at a time. If it ends or is silent for too long, the request
 * gets an error as its answer and the next one starts a new process.
 */
export class Batch {
  private child: ChildProcessWithoutNullStreams | undefined;
  private lines: Interface | undefined;
  private stderr = '';

  constructor(
    private readonly command: string[],
    private readonly folder: string,
    private readonly timeoutMs: number,
  ) {}

  /** Sends a request and returns the parsed answer. */
  async ask(request: unknown): Promise<unknown> {
    const child = this.child ?? this.start();
    return new Promise((resolve) => {
      const finish = (answer: unknown, restart: boolean): void => {
        clearTimeout(timer);
        this.lines?.off('line', onLine);
        child.off('close', onClose);
        if (restart) this.close();
        resolve(answer);
      };
      const onLine = (line: string): void => {
        try {
          finish(JSON.parse(line), false);
        } catch {
          finish({ error: { message: `the answer is not JSON: ${line.slice(0, 120)}` } }, true);
        }
      };
      const onClose = (code: number | null): void => {
        const last = this.stderr.trim().split('\n').slice(-3).join(' | ');
        finish({ error: { message: `the process ended with code ${code}: ${last}` } }, true);
      };
      const timer = setTimeout(
        () => finish({ error: { message: `no answer in ${this.timeoutMs / 1000} s` } }, true),
        this.timeoutMs,
      );
      this.lines?.on('line', onLine);
      child.on('close', onClose);
      child.stdin.write(JSON.stringify(request) + '\n');
    });
  }

  /** Ends the process. */
  close(): void {
    this.lines?.close();
    this.child?.stdin.on('error', () => undefined); // it may be gone already
    this.child?.kill();
    this.child = undefined;
  }

  private start(): ChildProcessWithoutNullStreams {
    const [program = process.execPath, ...args] = this.command;
    const child = spawn(program, args, { cwd: this.folder });
    this.stderr = '';
    child.stderr.on('data', (data: Buffer) => (this.stderr = (this.stderr + data.toString()).slice(-4000)));
    child.stdin.on('error', () => undefined); // the close event tells what happened
    this.lines = createInterface({ input: child.stdout });
    this.child = child;
    return child;
  }
}
