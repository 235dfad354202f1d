import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installEditor } from '../support/editor-install.js';
import { ROOT } from '../support/paths.js';
import { installVsix } from '../support/vsix.js';

describe('the package', () => {
  let folder: string;
  let files: string[];

  before(async function () {
    this.timeout(120_000);
    const installed = await installVsix(await installEditor());
    const name = readdirSync(installed).find((entry) => entry.startsWith('model-architect.'));
    assert(name);
    folder = join(installed, name);
    files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  });

  it('has all programs', () => {
    for (const name of [
      'extension.js',
      'server.js',
      'worker.js',
      'cli.js',
      'cli-main.js',
      'cli-mcp.js',
      'cli-advise.js',
      'cli-batch.js',
      'cli-lint.js',
      'cli-engine.js',
      'cli-thread.js',
      'inspector.js',
      'inspector-layout.js',
      'trees.txt',
    ]) {
      assert(files.includes(join('dist', name)), name);
    }
  });

  it('has the native parser for six platforms', () => {
    for (const system of ['linux', 'darwin', 'win32']) {
      for (const processor of ['x64', 'arm64']) {
        for (const parser of ['tree-sitter', 'tree-sitter-python']) {
          const binary = join('node_modules', parser, 'prebuilds', `${system}-${processor}`, `${parser}.node`);
          assert(files.includes(binary), binary);
        }
      }
    }
  });

  it('has the parser for all other platforms', () => {
    assert(files.includes(join('node_modules', 'web-tree-sitter', 'web-tree-sitter.wasm')));
    assert(files.includes(join('node_modules', 'tree-sitter-python', 'tree-sitter-python.wasm')));
  });

  it('has no sources, source maps or grammars', () => {
    assert.deepEqual(
      files.filter((file) => /\.(ts|map|gyp|cc|[ch])$|(^|[\\/])(src|test|grammar\.js)($|[\\/])/.test(file)),
      [],
    );
  });

  it('tells nothing about the machine that built it', () => {
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      assert(!readFileSync(join(folder, file), 'utf8').includes(ROOT), file);
    }
  });
});
