/** What agent tests share: a workspace on disk, the analyser as the server has it, the fake API as the backend. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  AnthropicBackend,
  CancelledError,
  runAgent,
  WorkspaceFiles,
  type AgentEvent,
  type AgentOptions,
  type AgentPorts,
  type AgentResult,
  type AnalyserPort,
} from '../../src/agent/index.js';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { handlers } from '../../src/server/requests/index.js';
import { Workspace } from '../../src/server/workspace.js';
import { FAKE_KEY, startFakeApi, type FakeApi } from '../support/fakeApi/index.js';
import { parser } from '../support/interpret.js';

export const MODEL = [
  'import torch.nn as nn',
  '',
  '',
  '# architect: Net(num_classes=5)(x: f32[B, 16])',
  'class Net(nn.Module):',
  '    def __init__(self, num_classes):',
  '        super().__init__()',
  '        self.hidden = nn.Linear(16, 32)',
  '        self.act = nn.ReLU()',
  '        self.head = nn.Linear(32, num_classes)',
  '',
  '    def forward(self, x):',
  '        return self.head(self.act(self.hidden(x)))',
  '',
].join('\n');

export interface Bench {
  readonly folder: string;
  readonly api: FakeApi;
  readonly ports: AgentPorts;
  /** Address of a file. */
  uri(path: string): string;
  ask(options?: Partial<AgentOptions>): Promise<AgentResult & { readonly events: readonly AgentEvent[] }>;
  close(): Promise<void>;
}

/** @param files texts by path; `model.py` with `MODEL` if left out */
export async function startBench(files: Readonly<Record<string, string>> = { 'model.py': MODEL }): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const api = await startFakeApi();
  const workspace = new Workspace(createAnalysisEngine, await parser(), [folder], () => false);
  const analyser: AnalyserPort = {
    request: async (method, params, signal) => {
      // As between processes: the answer comes later.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw new CancelledError();
      return handlers[method](params, workspace);
    },
  };
  const ports: AgentPorts = { analyser, files: new WorkspaceFiles({ roots: [folder], exclude: ['private/'] }) };
  const uri = (path: string): string => pathToFileURL(join(folder, path)).href;
  return {
    folder,
    api,
    ports,
    uri,
    ask: async (options = {}) => {
      const events: AgentEvent[] = [];
      const result = await runAgent({
        prompt: 'What is this?',
        command: null,
        context: { focus: { uri: uri('model.py') } },
        history: [],
        backend: new AnthropicBackend({ key: FAKE_KEY, baseUrl: api.url, backOff: 1, stallAfter: 2000 }),
        model: 'claude-sonnet-5-5',
        ports,
        signal: new AbortController().signal,
        observer: (event) => void events.push(event),
        ...options,
      });
      return { ...result, events };
    },
    close: async () => {
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
