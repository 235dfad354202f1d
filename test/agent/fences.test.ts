// What follows an answer that was cut must not become a part of its code.
import assert from 'node:assert/strict';
import { closingFence } from '../../src/agent/index.js';

describe('the code block that a text ends in', () => {
  const cases: readonly (readonly [text: string, closes: string])[] = [
    ['', ''],
    ['words', ''],
    ['```python\ndef half(', '\n```\n'],
    ['```python\ndef half(x): ...\n', '```\n'],
    ['```python\nx = 1\n```\nwords', ''],
    ['````md\n```python\nx = 1\n```\n', '````\n'],
    ['~~~\n```\n', '~~~\n'],
    ['- so:\n  ```python\n  x = 1', '\n  ```\n'],
    ['```one line``` of code', ''],
    ['```\na\n```\n```\nb', '\n```\n'],
    ['```\na ``` b', '\n```\n'],
    ['```\n```python', '\n```\n'],
  ];
  for (const [text, closes] of cases)
    it(`${JSON.stringify(text)} is closed by ${JSON.stringify(closes)}`, () => {
      assert.equal(closingFence(text), closes);
      assert.equal(closingFence(text + closes), '');
    });
});
