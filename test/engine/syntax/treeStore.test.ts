import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoredTrees, withTreeStore, type PythonParser } from '../../../src/engine/syntax/index.js';
import { parserOf } from './parsers.js';

const ROOT = join(__dirname, '..', '..', '..');

/** A store in memory, and a parser over it that counts how often it had to parse. */
async function remembering(kept = new Map<string, string>()): Promise<{
  parser: PythonParser;
  kept: Map<string, string>;
  parsed: string[];
}> {
  const real = await parserOf('wasm');
  const parsed: string[] = [];
  const counting: PythonParser = {
    ...real,
    parse: (path, text, previous) => {
      parsed.push(path);
      return real.parse(path, text, previous);
    },
  };
  const store = {
    get: (digest: string) => kept.get(digest),
    put: (digest: string, pack: () => string) => void kept.set(digest, pack()),
  };
  return { parser: withTreeStore(counting, store), kept, parsed };
}

const program = (body: string): string => `import torch\n${body}\n${'# a long file\n'.repeat(100)}`;

describe('a store of trees', () => {
  it('gives the trees that parsing gives, of any text', async function () {
    this.timeout(60_000);
    const first = await remembering();
    const second = await remembering(first.kept);
    const files = ['samples', 'src', join('test', 'conformance', 'scripts')].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.py'))
        .map((name) => join(folder, name)),
    );
    assert.ok(files.length > 30);
    const texts = [
      ...files.map((file) => readFileSync(join(ROOT, file), 'utf8')),
      program('x = 0xffffffffffffffffffff, 1e400, 2j, -0.0, "\\ud800", b"\\xff", f"{x!r:>{y}}", ...'),
      program('def f(:\n    return (1, \nclass A: pass\nx ==== 3'),
      program('x = 1\r\ny = "é😀"\t# ünï\r'),
    ];
    for (const text of texts) first.parser.parse('/a.py', text);
    for (const text of texts) {
      const { ast, digest } = second.parser.parse('/b.py', text);
      const parsed = (await parserOf('wasm')).parse('/b.py', text);
      assert.deepEqual(ast, parsed.ast);
      assert.equal(digest, parsed.digest);
    }
    assert.ok(first.kept.size > 30);
    assert.equal(second.parsed.length, 0);
  });

  it('is not asked for a later version of a file', async () => {
    const { parser, kept, parsed } = await remembering();
    const old = parser.parse('/a.py', program('x = 1'));
    parser.parse('/a.py', program('x = 2'), old);
    assert.deepEqual([kept.size, parsed.length], [1, 2]);
  });

  it('does without what was not written whole', async () => {
    const { parser, kept } = await remembering();
    const text = program('x = 1');
    const { ast, digest } = parser.parse('/a.py', text);
    kept.set(digest, (kept.get(digest) ?? '').slice(0, 50));
    assert.deepEqual(parser.parse('/a.py', text).ast, ast);
  });

  it('gives its trees without a parser, and tells when one is missing', async () => {
    const { parser, kept } = await remembering();
    const text = program('def f(x):\n    def g():\n        return "é"\n    return g');
    const { ast } = parser.parse('/a.py', text);
    const alone = new StoredTrees({ get: (digest) => kept.get(digest), put: () => assert.fail('nothing is new') });
    assert.deepEqual(alone.parse('/a.py', text).ast, ast);
    assert.equal(alone.missed, false);
    assert.throws(() => alone.parse('/a.py', program('x = 2')), /was not kept/);
    assert.equal(alone.missed, true);
  });
});
