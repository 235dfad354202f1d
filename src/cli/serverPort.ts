/** The analysis as the extension's server has it, in this process: for commands that ask more than one kind of question. */
import { join, resolve } from 'node:path';
import { CancelledError, WorkspaceFiles, type AgentPorts } from '../agent/index.js';
import { Analyser } from '../server/analyser.js';

export interface ServerPort {
  readonly ports: AgentPorts;
  /** Files may have changed since the last question. */
  refresh(): void;
  close(): void;
}

/** @param folders in which models and imports are looked for; files outside of them are not read */
export function openServer(folders: readonly string[]): ServerPort {
  const roots = folders.map((folder) => resolve(folder));
  const analyser = new Analyser({
    workerFile: join(__dirname, 'worker.js'),
    parser: 'native',
    roots: roots.map((root) => root.replaceAll('\\', '/')),
    onState: () => undefined,
    // Standard output belongs to the answers.
    log: (level, text) => void (level === 'error' && process.stderr.write(`architect: ${text}\n`)),
  });
  return {
    ports: {
      files: new WorkspaceFiles({ roots }),
      analyser: {
        request: async (method, params, signal) => {
          const uri = 'uri' in params && typeof params.uri === 'string' ? params.uri : '';
          try {
            return await analyser.request(method, params, { uri, signal });
          } catch (error) {
            throw signal?.aborted ? new CancelledError() : error;
          }
        },
      },
    },
    refresh: () => analyser.diskChanged(),
    close: () => analyser.dispose(),
  };
}
