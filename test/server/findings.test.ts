import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../support/wait.js';
import { Client } from './client.js';
import { SOFTMAX } from './programs.js';

interface Edit {
  readonly newText: string;
  readonly range: { readonly start: { readonly line: number } };
}

interface Action {
  readonly title: string;
  readonly edit?: { readonly changes: Record<string, readonly Edit[]> };
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
      ['Remove the softmax', 'Preview: Remove the softmax', 'Explain L01', 'Ignore L01 on this line'],
    );
    assert.deepEqual(
      actions[0]?.edit?.changes[uri]?.map(({ newText }) => newText),
      ['self.out(x)'],
    );
  });

  it('move with the lines above them before the rules have looked again', async () => {
    const since = client.published.length;
    await client.change(uri, `# one\n# two\n${SOFTMAX}`);
    // Asked at once: the light bulb answers about the text as it is now.
    const actions: Action[] = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 11, character: 20 }, end: { line: 11, character: 20 } },
      context: { diagnostics: [] },
    });
    const [fix] = actions[0]?.edit?.changes[uri] ?? [];
    assert.deepEqual([fix?.range.start.line, fix?.newText], [11, 'self.out(x)']);
    const told = await waitFor(
      'both answers on the new text',
      () => client.published.slice(since).filter((each) => each.uri === uri),
      (messages) => messages.length >= 2,
    );
    assert.deepEqual(
      told.map(({ diagnostics }) => diagnostics.map(({ code, range }) => [code, range.start.line])),
      told.map(() => [['L01', 11]]),
    );
    await client.change(uri, SOFTMAX);
    await waitFor(
      'the finding at its old place',
      () => client.diagnostics.get(uri)?.[0]?.range.start.line,
      (line) => line === 9,
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
