import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const load = createRequire(__filename);
const root = join(__dirname, '..', '..', '..');
const folder = join(__dirname, 'grammar');

interface Contributed {
  readonly scopeName: string;
  readonly path: string;
  readonly injectTo: readonly string[];
}

describe('highlighting', function () {
  this.timeout(30_000);
  for (const file of readdirSync(folder)) {
    it(file, () => {
      const command = join(dirname(load.resolve('vscode-tmgrammar-test/package.json')), 'dist', 'unit.js');
      const python = load.resolve('tm-grammars/grammars/python.json');
      try {
        execFileSync(process.execPath, [command, '--grammar', python, join(folder, file)], { cwd: root });
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
        const report = [stdout, stderr]
          .map((output) => output?.toString() ?? '')
          .join('')
          .trim();
        assert.fail(report === '' ? String(error) : report);
      }
    });
  }

  it('is contributed as it lies in the files', () => {
    const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      contributes: { grammars: Contributed[] };
    };
    assert.equal(contributes.grammars.length, 3);
    for (const { scopeName, path, injectTo } of contributes.grammars) {
      const grammar = JSON.parse(readFileSync(join(root, path), 'utf8')) as { scopeName: string };
      assert.equal(grammar.scopeName, scopeName);
      assert.deepEqual(injectTo, ['source.python']);
    }
  });
});
