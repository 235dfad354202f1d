import assert from 'node:assert/strict';
import { createAvailableParser, createParser } from '../../../src/engine/syntax/index.js';
import { whyNotNative } from './parsers.js';

describe('loading the parser', () => {
  it('loads the native one, or says which file failed', async function () {
    const reason = await whyNotNative();
    if (reason === null) return;
    assert.match(reason, /^The Python parser could not be loaded: tree-sitter(-python)?: ./);
    this.test!.title += ` (${reason})`;
    this.skip();
  });

  it('always has one that works', async () => {
    const parser = await createAvailableParser();
    assert.equal(parser.parse('example.py', 'x = 1').ast.body.length, 1);
  });

  it('names a WebAssembly file that is missing', async () => {
    await assert.rejects(
      createParser('wasm', { grammarWasmPath: '/nowhere/tree-sitter-python.wasm' }),
      /The Python parser could not be loaded: \/nowhere\/tree-sitter-python\.wasm/,
    );
  });
});
