import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { waitFor } from '../support/wait.js';
import { Client } from './client.js';

const NET = `import torch.nn as nn

# architect: Net(8, 3)(x: f32[2, 8])
class Net(nn.Module):
    def __init__(self, width, classes):
        super().__init__()
        self.hidden = nn.Linear(width, 16)
        self.out = nn.Linear(16, classes)

    def forward(self, x):
        return self.out(self.hidden(x))
`;

describe('the analysis process', () => {
  let folder = '';
  let uri = '';
  let client: Client;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'architect-server-'));
    await writeFile(join(folder, 'net.py'), NET);
    uri = pathToFileURL(join(folder, 'net.py')).href;
    client = await Client.start(folder, 'wasm');
  });
  after(async () => {
    client.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the editor says of a file that was made (1) or changed (2). */
  const told = (file: string, type: 1 | 2): Promise<void> =>
    client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: file, type }] });

  it('says which parser answered', async () => {
    await waitFor('ready', () => client.states.find(({ kind }) => kind === 'ready'));
    assert.equal(client.states.find(({ kind }) => kind === 'ready')?.parser, 'wasm');
  });

  it('lists the modules of a file on disk', async () => {
    const { version, modules } = await client.ask('architect/modules', { uri });
    assert.equal(version, null);
    assert.deepEqual(
      modules.map(({ name, parameters, range }) => [name, parameters, range.start.line]),
      [['Net', 8 * 16 + 16 + 16 * 3 + 3, 3]],
    );
  });

  it('counts what is in the editor rather than what is on disk', async () => {
    await client.open(uri, NET.replace('16)', '20)').replace('(16,', '(20,'));
    const { version, modules } = await client.ask('architect/modules', { uri });
    assert.equal(version, 1);
    assert.equal(modules[0]?.parameters, 8 * 20 + 20 + 20 * 3 + 3);
  });

  it('inspects the module around a position', async () => {
    const { reports } = await client.ask('architect/inspect', { uri, position: { line: 6, character: 10 } });
    assert.equal(reports[0]?.qualname, 'Net');
    assert.deepEqual(reports[0]?.output, [2, 3]);
    assert.deepEqual(
      reports[0]?.tree?.children.map(({ name, total }) => [name, total]),
      [
        ['hidden', 180],
        ['out', 63],
      ],
    );
  });

  it('answers a position outside of all modules with a sentence', async () => {
    await assert.rejects(
      client.ask('architect/inspect', { uri, position: { line: 0, character: 0 } }),
      /no nn\.Module here/,
    );
  });

  it('publishes a syntax error and takes it back', async () => {
    await client.change(uri, NET.replace('def forward(self, x):', 'def forward(self, x:'));
    await waitFor('a diagnostic', () => client.diagnostics.get(uri)?.some(({ code }) => code === 'syntax'));
    await client.change(uri, NET);
    await waitFor('no syntax error', () => client.diagnostics.get(uri)?.every(({ code }) => code !== 'syntax'));
  });

  it('publishes a shape error at the number to change', async () => {
    await client.change(uri, NET.replace('nn.Linear(16, classes)', 'nn.Linear(17, classes)'));
    await waitFor('a diagnostic', () => client.diagnostics.get(uri)?.some(({ code }) => /^A0[12]$/.test(code)));
    assert.equal(client.diagnostics.get(uri)?.find(({ code }) => /^A0[12]$/.test(code))?.range.start.line, 7);
    await client.change(uri, NET);
  });

  it('checks edits against the baseline, each variant alone', async () => {
    const files = (text: string): { uri: string; text: string }[] => [{ uri, text }];
    const { variants } = await client.ask('architect/checkEdits', {
      baseline: files(NET),
      variants: [
        {
          id: 'bias',
          files: files(NET.replace('classes)\n\n    def forward', 'classes, bias=False)\n\n    def forward')),
        },
        { id: 'broken', files: files(NET.replace('super().__init__()', 'super(.__init__()')) },
        { id: 'misfit', files: files(NET.replace('nn.Linear(16, classes)', 'nn.Linear(17, classes)')) },
      ],
    });
    const [bias, broken, misfit] = variants;
    assert.equal(bias?.syntax.outcome, 'passed');
    assert.equal(bias?.shapes.outcome, 'passed');
    assert.deepEqual(bias?.parameters, { kind: 'known', delta: -3 });
    assert.equal(broken?.syntax.outcome, 'failed');
    assert.equal(broken?.shapes.outcome, 'notDeterminable');
    assert.equal(misfit?.shapes.outcome, 'failed');
    assert.equal(misfit?.parameters.kind, 'notChecked');
  });

  it('leaves the file alone while it checks', async () => {
    const { modules } = await client.ask('architect/modules', { uri });
    assert.equal(modules[0]?.parameters, 195);
  });

  it('answers bad input with a sentence', async () => {
    const missing = pathToFileURL(join(folder, 'missing.py')).href;
    await assert.rejects(client.ask('architect/modules', { uri: missing }), /can't be read/);
    await writeFile(join(folder, 'binary.py'), Buffer.from([0, 1, 2, 255]));
    await assert.rejects(
      client.ask('architect/modules', { uri: pathToFileURL(join(folder, 'binary.py')).href }),
      /can't be read/,
    );
    await writeFile(join(folder, 'empty.py'), '');
    assert.deepEqual(
      (await client.ask('architect/modules', { uri: pathToFileURL(join(folder, 'empty.py')).href })).modules,
      [],
    );
  });

  it('sees what another program writes', async () => {
    const file = join(folder, 'sizes.py');
    const { href } = pathToFileURL(file);
    const model = pathToFileURL(join(folder, 'sized.py')).href;
    await writeFile(
      join(folder, 'sized.py'),
      NET.replace('import', 'from sizes import WIDTH\nimport').replace('16)', 'WIDTH)').replace('(16,', '(WIDTH,'),
    );
    assert.equal((await client.ask('architect/modules', { uri: model })).modules[0]?.parameters, null);
    await writeFile(file, 'WIDTH = 10\n');
    await told(href, 1);
    assert.equal((await client.ask('architect/modules', { uri: model })).modules[0]?.parameters, 8 * 10 + 10 + 30 + 3);
    await writeFile(file, 'WIDTH = 100\n');
    await told(href, 2);
    assert.equal((await client.ask('architect/modules', { uri: model })).modules[0]?.parameters, 800 + 100 + 300 + 3);
  });

  it('answers hostile input, and goes on', async () => {
    const ask = async (name: string, text: string): Promise<number> => {
      const { href } = pathToFileURL(join(folder, name));
      await writeFile(join(folder, name), text);
      // The folder is searched meanwhile: a file may have been read when it was there and still empty.
      await told(href, 2);
      const { modules } = await client.ask('architect/modules', { uri: href });
      return modules.length;
    };
    const layers = Array.from({ length: 20_000 }, (_, i) => `x${i} = ${i}\n`).join('');
    assert.equal(await ask('long.py', NET + layers), 1);
    assert.equal(await ask('deep.py', `${NET}x = ${'('.repeat(20_000)}1${')'.repeat(20_000)}\n`), 1);
    assert.equal(await ask('nested.py', `${NET}x = ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`), 1);
    assert.equal(await ask('windows.py', NET.replaceAll('\n', '\r\n')), 1);
    assert.equal(await ask('tabs.py', NET.replaceAll('    ', '\t')), 1);
    await writeFile(join(folder, 'latin.py'), Buffer.from(`# -*- coding: latin-1 -*-\n# caf\xe9\n${NET}`, 'latin1'));
    const latin = await client.ask('architect/modules', { uri: pathToFileURL(join(folder, 'latin.py')).href });
    assert.equal(latin.modules[0]?.parameters, 195);
    await writeFile(join(folder, 'other.py'), `import cycle\n${NET}`);
    assert.equal(await ask('cycle.py', `import other\n${NET}`), 1);
    assert.equal(client.child.exitCode, null);
  });
});
