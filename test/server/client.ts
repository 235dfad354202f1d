import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
} from 'vscode-languageserver/node';
import type { AnalysisState, RequestMethod, Requests } from '../../src/protocol/index.js';
import { ROOT } from '../support/paths.js';

export interface Diagnostic {
  readonly code: string;
  readonly message: string;
  readonly range: { readonly start: { readonly line: number } };
}

interface Published {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** The analysis process, spoken to as an editor does. */
export class Client {
  readonly states: AnalysisState[] = [];
  readonly diagnostics = new Map<string, readonly Diagnostic[]>();
  /** All that was published, in order. */
  readonly published: Published[] = [];
  private version = 1;

  private constructor(
    readonly child: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    connection.onNotification('architect/state', (state: AnalysisState) => void this.states.push(state));
    connection.onNotification('textDocument/publishDiagnostics', (params: Published) => {
      this.published.push(params);
      this.diagnostics.set(params.uri, params.diagnostics);
    });
    connection.listen();
  }

  static async start(folder: string, parser: 'native' | 'wasm'): Promise<Client> {
    const child = fork(join(ROOT, 'dist', 'server.js'), ['--node-ipc', `--parser=${parser}`], {
      execArgv: [],
      silent: true,
    });
    const client = new Client(child, createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)));
    const uri = pathToFileURL(folder).href;
    await client.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'test' }],
      capabilities: {},
    });
    await client.connection.sendNotification('initialized', {});
    return client;
  }

  ask<M extends RequestMethod>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']> {
    return this.connection.sendRequest(method, params);
  }

  open(uri: string, text: string): Promise<void> {
    const textDocument = { uri, languageId: 'python', version: this.version, text };
    return this.connection.sendNotification('textDocument/didOpen', { textDocument });
  }

  change(uri: string, text: string): Promise<void> {
    const textDocument = { uri, version: ++this.version };
    return this.connection.sendNotification('textDocument/didChange', { textDocument, contentChanges: [{ text }] });
  }

  stop(): void {
    this.connection.dispose();
    this.child.kill('SIGKILL');
  }
}
