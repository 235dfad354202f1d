import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { ScanProgress, ScanResult } from '../../src/protocol/index.js';
import { waitFor } from '../support/wait.js';
import { Client } from './client.js';
import { SOFTMAX } from './programs.js';

const MISFIT = `import torch.nn as nn

class Pair(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(4, 8), nn.ReLU(), nn.Linear(9, 2))
`;

describe('a look at the whole workspace', () => {
  let folder: string;
  let client: Client;
  const seen: ScanProgress[] = [];
  const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;
  const codes = (name: string): string[] => (client.diagnostics.get(uriOf(name)) ?? []).map(({ code }) => code);
  const scan = (token?: CancellationTokenSource['token']): Promise<ScanResult> =>
    token
      ? client.connection.sendRequest('architect/scan', {}, token)
      : client.connection.sendRequest('architect/scan', {});

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-scan-'));
    await writeFile(join(folder, 'train.py'), SOFTMAX);
    await writeFile(join(folder, 'pair.py'), MISFIT);
    await writeFile(join(folder, 'sound.py'), SOFTMAX.replace('F.softmax(self.out(x), dim=1)', 'self.out(x)'));
    await writeFile(join(folder, 'other.py'), 'print("nothing to see")\n');
    client = await Client.start(folder, 'wasm');
    client.connection.onNotification('architect/scanned', (progress: ScanProgress) => void seen.push(progress));
  });
  after(async () => {
    client.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds what is wrong in files that are not open, and says how far it is', async () => {
    assert.deepEqual(await scan(), { files: 3, done: 3, problems: 2, withProblems: 2 });
    assert.deepEqual(codes('train.py'), ['L01']);
    assert.equal(codes('pair.py').length, 1);
    assert.deepEqual(codes('sound.py'), []);
    assert.equal(client.diagnostics.has(uriOf('other.py')), false);
    assert.deepEqual(
      seen.map(({ done, total }) => `${done}/${total}`),
      ['0/3', '1/3', '2/3'],
    );
  });

  it('follows the settings of the rules', async () => {
    await client.connection.sendNotification('architect/rules', { enabled: true, levels: { L01: 'off' } });
    await waitFor(
      'silence',
      () => codes('train.py'),
      (found) => found.length === 0,
    );
    await client.connection.sendNotification('architect/rules', { enabled: true, levels: {} });
    await waitFor(
      'the finding',
      () => codes('train.py'),
      (found) => found.includes('L01'),
    );
  });

  it('keeps up with files that change on the disk or are closed', async () => {
    await writeFile(join(folder, 'pair.py'), MISFIT.replace('9, 2', '8, 2'));
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('pair.py'), type: 2 }],
    });
    await waitFor(
      'the repair',
      () => codes('pair.py'),
      (found) => found.length === 0,
    );
    const uri = uriOf('train.py');
    await client.open(uri, SOFTMAX.replace('F.softmax(self.out(x), dim=1)', 'self.out(x)'));
    await waitFor(
      'what the editor has',
      () => codes('train.py'),
      (found) => found.length === 0,
    );
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await waitFor(
      'what the disk has',
      () => codes('train.py'),
      (found) => found.includes('L01'),
    );
  });

  it('stops when it is told to, and says what it did', async () => {
    for (let i = 0; i < 60; i++) await writeFile(join(folder, `net_${i}.py`), SOFTMAX);
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('net_0.py'), type: 1 }],
    });
    const source = new CancellationTokenSource();
    seen.length = 0;
    const answer = scan(source.token);
    await waitFor(
      'the first files',
      () => seen.length,
      (count) => count > 2,
    );
    source.cancel();
    const { files, done, problems } = await answer;
    assert.equal(files, 63);
    assert.ok(done > 0 && done < files, `${done} files`);
    assert.ok(problems <= done, `${problems} problems`);
  });
});
