import { strict as assert } from 'node:assert';
import { safeBaseUrl } from '../../src/extension/agent/baseUrl.js';

describe('the base URL', () => {
  it('is the provider’s own if nothing is set', () => {
    assert.equal(safeBaseUrl('  '), undefined);
  });

  it('may be any address over https, and this machine over http', () => {
    for (const url of [
      'https://gateway.example/anthropic',
      'http://localhost:8787',
      'http://127.0.0.1:9',
      'http://[::1]:9',
    ])
      assert.equal(safeBaseUrl(` ${url} `), url);
  });

  it('never takes the key elsewhere in the clear', () => {
    for (const url of ['http://gateway.example', 'http://localhost.example', 'ftp://localhost', 'file:///tmp/x'])
      assert.throws(() => safeBaseUrl(url), /only sent over https/);
    assert.throws(() => safeBaseUrl('gateway'), /is not an address/);
  });
});
