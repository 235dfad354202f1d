// Which Python is taken: found by looking, without running any.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findInterpreter } from '../../src/verify/index.js';

describe('findInterpreter', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'pythons-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A file where a Python would be; it is never run. */
  const python = (path: string, torch = false): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    if (torch) {
      const library = join(dirname(dirname(file)), 'lib', 'python3.12', 'site-packages', 'torch');
      mkdirSync(library, { recursive: true });
      writeFileSync(join(library, '__init__.py'), '');
    }
    return file;
  };
  const find = (options: Partial<Parameters<typeof findInterpreter>[0]>): ReturnType<typeof findInterpreter> =>
    findInterpreter({ folders: [join(folder, 'project')], env: { HOME: folder }, platform: 'linux', ...options });

  it('takes the setting before all others, with ~ and the workspace folder', () => {
    const own = python('mine/bin/python');
    python('project/.venv/bin/python', true);
    assert.deepEqual(find({ setting: '~/mine/bin/python' }), {
      path: own,
      from: 'the setting architect.verify.python',
    });
    assert.equal((find({ setting: '${workspaceFolder}/../mine/bin/python' }) as { path: string }).path, own);
    assert.deepEqual(find({ setting: 'python3.12' }), {
      path: 'python3.12',
      from: 'the setting architect.verify.python',
    });
    assert.match(JSON.stringify(find({ setting: '~/gone/python' })), /There is no Python at .*gone/);
  });

  it('prefers one that has PyTorch, else the one that the user selected', () => {
    const selected = python('selected/bin/python');
    const inProject = python('project/.venv/bin/python', true);
    const onPath = python('system/bin/python3');
    const env = { HOME: folder, PATH: ['relative', dirname(onPath)].join(delimiter) };
    assert.deepEqual(find({ selected, env }), { path: inProject, from: '.venv here' });
    rmSync(join(folder, 'project'), { recursive: true });
    assert.deepEqual(find({ selected, env }), { path: selected, from: 'the Python extension' });
    assert.deepEqual(find({ env }), { path: onPath, from: 'the PATH' });
    assert.match(JSON.stringify(find({})), /No Python was found/);
  });
});
