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

  it('has no key before its host, and none is repeated', () => {
    for (const [url, says] of [
      ['https://user:sk-ant-secret@gateway.example', /name, password or key before its host/],
      ['https://sk-ant-secret@gateway.example', /name, password or key before its host/],
      ['http//user:sk-ant-secret@gateway.example', /is not an address/],
    ] as const)
      assert.throws(
        () => safeBaseUrl(url),
        (error: Error) => says.test(error.message) && !error.message.includes('secret'),
      );
  });
});
