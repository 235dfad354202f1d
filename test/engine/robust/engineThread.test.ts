import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineReply } from '../../../src/cli/engineRequest.js';
import { EngineThread } from '../../../src/cli/engineThread.js';

/** A thread that comes to its end at a file `die.py`, at `worn.py` only when it has answered before. */
const MORTAL = `
const { parentPort } = require('node:worker_threads');
let answered = 0;
parentPort.on('message', (request) => {
  if (!request) return parentPort.close();
  if (request.file === 'die.py' || (request.file === 'worn.py' && answered > 0)) return process.exit(3);
  answered++;
  parentPort.postMessage({ reports: [{ qualname: request.file }], findings: [] });
});
`;

describe("the command line's engine thread", () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'architect-thread-'));
    writeFileSync(join(folder, 'mortal.js'), MORTAL);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('asks again where an older thread ended, and tells when a new one does', async () => {
    const thread = new EngineThread(join(folder, 'mortal.js'));
    const ask = (file: string): Promise<EngineReply> => thread.ask({ file, inputs: [], path: [], timeLimit: 60_000 });
    const nameOf = (reply: EngineReply): string =>
      'error' in reply ? reply.error.message : (reply.reports[0]?.qualname ?? '');
    try {
      assert.equal(nameOf(await ask('a.py')), 'a.py');
      assert.equal(nameOf(await ask('worn.py')), 'worn.py');
      assert.equal(nameOf(await ask('die.py')), 'the analysis ended unexpectedly (3)');
      assert.equal(nameOf(await ask('b.py')), 'b.py');
    } finally {
      await thread.close();
    }
  });
});
