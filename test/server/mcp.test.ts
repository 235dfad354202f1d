// The agent's tools for other agents, and the playbook on the command line: as built.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ROOT } from '../support/paths.js';

const CLI = join(ROOT, 'dist', 'cli.js');
const SAMPLE = join(ROOT, 'samples', 'text-classifier');

describe('architect mcp and advise', function () {
  this.timeout(120_000);

  it('serves the tools: looks, proposes, checks, and writes nothing', async () => {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [CLI, 'mcp', SAMPLE], stderr: 'ignore' }),
    );
    try {
      const { tools } = await client.listTools();
      assert.ok(tools.some(({ name }) => name === 'inspect_model'));
      assert.ok(!tools.some(({ name }) => name === 'verify' || name === 'undo_edits'));
      const call = async (name: string, args: Record<string, unknown>): Promise<string> => {
        const result = await client.callTool({ name, arguments: args });
        return (result.content as { text: string }[]).map(({ text }) => text).join('');
      };
      assert.match(await call('list_modules', {}), /model\.py\n[^]*TextClassifier, line \d+: 363,460 parameters/);
      assert.match(
        await call('propose_edit', {
          path: 'model.py',
          old_text: 'nowhere to be found',
          new_text: '',
          title: 'x',
          reason: 'y',
        }),
        /The file was not modified/,
      );
      assert.match(await call('check_edits', {}), /nothing to check/);
      assert.match(await call('lint', { path: 'train.py', level: 'error' }), /Nothing is found in train\.py/);
    } finally {
      await client.close();
    }
  });

  it('advises without a key', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      CLI,
      'advise',
      join(SAMPLE, 'model.py'),
      'fix',
      'overfitting',
    ]);
    assert.match(stdout, /### .*overfitting[^]*\*\*Changes\*\*/i);
  });
});
