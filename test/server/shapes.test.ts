import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../support/wait.js';
import { Client } from './client.js';

const NET = `import torch.nn as nn

# architect: Net()(x: f32[8, 4])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 6)
        self.b = nn.Linear(5, 2)

    def forward(self, x):
        x = self.a(x)
        return self.b(x)
`;

interface Action {
  readonly title: string;
  readonly edit?: { readonly changes: Record<string, readonly { readonly newText: string }[]> };
}

describe('shapes in an editor’s terms', () => {
  let folder = '';
  let uri = '';
  let client: Client;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-shapes-'));
    uri = pathToFileURL(join(folder, 'net.py')).href;
    client = await Client.start(folder, 'wasm');
    await client.open(uri, NET);
  });
  after(async () => {
    client.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('come with a quick fix that was checked', async () => {
    await waitFor('the problem', () => client.diagnostics.get(uri)?.some(({ code }) => /^A0[12]$/.test(code)));
    const at = { line: 7, character: 27 };
    const actions: readonly Action[] = await client.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: at, end: at },
      context: { diagnostics: [] },
    });
    const fix = actions.find(({ title }) => title === 'Set in_features = 6 (line 8)');
    assert.equal(fix?.edit?.changes[uri]?.[0]?.newText, '6');
  });

  it('are hints after arguments, assignments and returned values', async () => {
    await client.change(uri, NET.replace('5, 2', '6, 2'));
    const hints: readonly { label: string; position: { line: number } }[] = await client.connection.sendRequest(
      'textDocument/inlayHint',
      { textDocument: { uri }, range: { start: { line: 8, character: 0 }, end: { line: 12, character: 0 } } },
    );
    assert.deepEqual(
      hints.map(({ label, position }) => [position.line, label]),
      [
        [9, ': [8, 4]'],
        [10, '[8, 6]'],
        [11, '→ [8, 2]'],
      ],
    );
  });

  it('are told by hovers', async () => {
    const hover: { contents: { value: string } } = await client.connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line: 10, character: 17 },
    });
    assert.match(hover.contents.value, /Linear: \[8, 4\] → \[8, 6\]/);
    assert.match(hover.contents.value, /Parameters: 6·4 \+ 6 = 30/);
  });

  it('are the same in lenses, hints, hovers and the inspector where a loader says the inputs', async () => {
    const text = `import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

class Block(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.ff = nn.Linear(d, d)

    def forward(self, x):
        h = self.norm(x)
        return x + self.ff(h)

class Net(nn.Module):
    def __init__(self, words, d=96):
        super().__init__()
        self.words = nn.Embedding(words, d)
        self.blocks = nn.ModuleList([Block(d) for _ in range(2)])

    def forward(self, tokens):
        x = self.words(tokens)
        for block in self.blocks:
            x = block(x)
        return x.mean(1)

def main():
    data = TensorDataset(torch.zeros(500, 32, dtype=torch.long))
    model = Net(1000)
    for (tokens,) in DataLoader(data, batch_size=16):
        model(tokens)
`;
    await client.change(uri, text);
    const line = text.split('\n').indexOf('        h = self.norm(x)');
    const { modules } = await client.ask('architect/modules', { uri });
    const block = modules.find(({ name }) => name === 'Block');
    assert.ok(block);
    const batch = { expression: 'B', symbols: ['B'], value: null };
    assert.deepEqual(block.output, [batch, 32, 96]);
    assert.deepEqual(block.macs, { expression: '294912*B', symbols: ['B'], value: null });
    const { reports } = await client.ask('architect/inspect', { uri, qualname: 'Block' });
    assert.deepEqual(
      reports.map(({ output, macs, inputs }) => ({ output, macs, inputs })),
      [{ output: block.output, macs: block.macs, inputs: block.inputs }],
    );
    assert.equal(reports[0]?.inputs[0]?.source, 'whole');
    const hints: readonly { label: string }[] = await client.connection.sendRequest('textDocument/inlayHint', {
      textDocument: { uri },
      range: { start: { line, character: 0 }, end: { line: line + 1, character: 0 } },
    });
    assert.deepEqual(
      hints.map(({ label }) => label),
      ['[B, 32, 96]', '→ [B, 32, 96]'],
    );
    const hover: { contents: { value: string } } = await client.connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: { line, character: 18 },
    });
    assert.match(hover.contents.value, /LayerNorm: \[B, 32, 96\] → \[B, 32, 96\]/);
    assert.doesNotMatch(hover.contents.value, /inferred/);
  });
});
