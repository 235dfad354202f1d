import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../support/wait.js';
import { Client } from './client.js';
import { SOFTMAX } from './programs.js';

interface Action {
  readonly title: string;
  readonly edit?: { readonly changes: Record<string, readonly { readonly newText: string }[]> };
}

describe('findings of rules', () => {
  let folder: string;
  let client: Client;
  let uri: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-rules-'));
    uri = pathToFileURL(join(folder, 'train.py')).href;
    client = await Client.start(folder, 'wasm');
    await client.open(uri, SOFTMAX);
  });
  after(async () => {
    client.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const codes = (): string[] => (client.diagnostics.get(uri) ?? []).map(({ code }) => code);

  it('are published with the place, and repaired by a quick fix', async () => {
    await waitFor('the finding', codes, (found) => found.includes('L01'));
    const [diagnostic] = client.diagnostics.get(uri) ?? [];
    assert.equal(diagnostic?.range.start.line, 9);
    const actions: Action[] = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: diagnostic?.range,
      context: { diagnostics: [] },
    });
    assert.deepEqual(
      actions.map(({ title }) => title),
      ['Remove the softmax', 'Explain L01', 'Ignore L01 on this line'],
    );
    assert.deepEqual(
      actions[0]?.edit?.changes[uri]?.map(({ newText }) => newText),
      ['self.out(x)'],
    );
  });

  it('go when they are switched off, and come back', async () => {
    await client.connection.sendNotification('architect/rules', { enabled: true, levels: { L01: 'off' } });
    await waitFor('silence', codes, (found) => found.length === 0);
    await client.connection.sendNotification('architect/rules', { enabled: true, levels: {} });
    await waitFor('the finding again', codes, (found) => found.includes('L01'));
  });

  it('go when the code is put right', async () => {
    await client.change(uri, SOFTMAX.replace('F.softmax(self.out(x), dim=1)', 'self.out(x)'));
    await waitFor('silence', codes, (found) => found.length === 0);
  });
});
