/** Starts the analysis process and notices how it ends. */
import { fork, type ChildProcess } from 'node:child_process';
import { IPCMessageReader, IPCMessageWriter, type MessageTransports } from 'vscode-languageclient/node';

export type ParserKind = 'native' | 'wasm';

/** One analysis process at a time; each start makes a new one. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  /** How the last process ended, for the log. */
  ending = '';

  constructor(
    private readonly file: string,
    private readonly output: (line: string) => void,
  ) {}

  /** Starts a process and gives the way to talk with it. */
  start(parser: ParserKind): MessageTransports {
    this.kill();
    this.ending = '';
    const child = fork(this.file, ['--node-ipc', `--parser=${parser}`, `--clientProcessId=${process.pid}`], {
      // In the desktop editor this program is Electron, which runs scripts only when told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
      silent: true,
    });
    this.child = child;
    child.once('exit', (code, signal) => {
      if (this.child === child) this.ending = signal ? `signal ${signal}` : `code ${code}`;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.output(text.trimEnd()));
    }
    return { reader: new IPCMessageReader(child), writer: new IPCMessageWriter(child) };
  }

  kill(): void {
    const { child } = this;
    this.child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

/** There are no prebuilt binaries for musl, so the native parser isn't even tried there. */
export function preferredParser(): ParserKind {
  if (process.platform !== 'linux') return 'native';
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime ? 'native' : 'wasm';
}
