import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { runPython } from './run.js';

const folder = new URL('./snippets/', import.meta.url);

/** Exceptions are compared by class and text; a text of an unknown is never right here. */
async function outcome(snippet: string): Promise<string> {
  const lines = snippet.split('\n');
  const last = lines.pop() ?? '';
  return runPython(`${lines.join('\n')}\n`, last);
}

describe('snippets give what CPython 3.11 gave', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const recorded = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { snippet: string; expected: string }[];
    it(name.replace('.json', ''), async () => {
      const wrong: string[] = [];
      for (const { snippet, expected } of recorded) {
        const actual = await outcome(snippet);
        if (actual !== expected) wrong.push(`${snippet}\n    expected ${expected}\n    actual   ${actual}`);
      }
      assert.equal(wrong.length, 0, `${wrong.length} of ${recorded.length} differ:\n${wrong.join('\n')}`);
    }).timeout(120_000);
  }
});
