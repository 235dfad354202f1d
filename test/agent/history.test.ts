// Earlier turns: what of them is kept with an answer, and what goes to the model again.
import assert from 'node:assert/strict';
import { historyMessages, storable } from '../../src/agent/loop/history.js';
import type { Message } from '../../src/agent/messages.js';
import type { TurnRecord } from '../../src/agent/index.js';

const words = (count: number): string => 'word '.repeat(count);

/** A question with one call of a tool, its result and an answer. */
const turn = (
  name: string,
  result = 'the result',
  answer = `answer ${name}`,
  edits: TurnRecord['edits'] = [],
): TurnRecord => ({
  version: 1,
  command: null,
  prompt: `question ${name}`,
  model: 'claude-sonnet-5-5',
  messages: [
    { role: 'user', content: [{ type: 'text', text: `question ${name}` }] },
    { role: 'assistant', content: [{ type: 'toolUse', id: name, name: 'read_source', input: { path: 'model.py' } }] },
    { role: 'user', content: [{ type: 'toolResult', toolUseId: name, text: result, isError: false }] },
    { role: 'assistant', content: [{ type: 'text', text: answer }] },
  ],
  edits,
  proposals: edits.length,
});

const roles = (messages: readonly Message[]): string => messages.map(({ role }) => role[0]).join('');

describe('history', () => {
  it('sends the last two turns with their tools, older ones as question and answer', () => {
    const sent = historyMessages(
      ['a', 'b', 'c', 'd'].map((name) => turn(name)),
      10_000,
    );
    assert.equal(roles(sent), 'ua' + 'ua' + 'uaua' + 'uaua');
    const text = JSON.stringify(sent);
    assert.deepEqual(
      [...text.matchAll(/"toolUseId":"(\w)"/g)].map(([, id]) => id),
      ['c', 'd'],
    );
    for (const name of ['a', 'b', 'c', 'd']) assert.match(text, new RegExp(`question ${name}.*answer ${name}`));
  });

  it('within its budget: first without the tools, then without the oldest turns, never half a turn', () => {
    const turns = ['a', 'b', 'c'].map((name) => turn(name, words(400), `${words(60)} ${name}`));
    const all = historyMessages(turns, 10_000);
    assert.equal(roles(all), 'ua' + 'uaua' + 'uaua');
    const some = historyMessages(turns, 1_400);
    assert.equal(roles(some), 'ua' + 'ua' + 'uaua', 'the second one is brief now');
    const few = historyMessages(turns, 400);
    assert.equal(roles(few), 'ua' + 'ua');
    assert.match(JSON.stringify(few), /question b.*question c/);
    assert.deepEqual(historyMessages(turns, 10), []);
  });

  it('names the changes of each turn in order, also where the turn is brief', () => {
    const edits = [
      { id: 'x-e1', title: 'Smooth the labels', files: ['train.py'] },
      { id: 'x-e2', title: 'Stop earlier', files: ['train.py', 'model.py'] },
    ];
    const sent = historyMessages([turn('a', 'r', 'answer a', edits), turn('b'), turn('c')], 10_000);
    const [, first] = sent;
    assert.equal(
      first?.content.map((block) => (block.type === 'text' ? block.text : '')).join('|'),
      'answer a|[Changes that reached the user with this answer, in order:\n1. Smooth the labels (id x-e1, train.py)\n2. Stop earlier (id x-e2, train.py, model.py)]',
    );
  });

  it('keeps neither thoughts nor pictures nor the context, and results cut short', () => {
    const kept = storable(
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'all the context' },
            { type: 'image', mediaType: 'image/png', data: 'AAAA' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 's' },
            { type: 'toolUse', id: '1', name: 'read_source', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'toolResult', toolUseId: '1', text: words(5000), isError: false }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
      ],
      'the question',
    );
    const text = JSON.stringify(kept);
    assert.doesNotMatch(text, /context|AAAA|Hm\./);
    assert.match(text, /the question.*read_source.*characters left out.*Done\./);
    assert.ok(text.length < 3000, String(text.length));
  });

  it('an answer that was interrupted can be continued: no call is left without its result', () => {
    const asked: Message = { role: 'user', content: [{ type: 'text', text: 'q' }] };
    const calls: Message = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look.' },
        { type: 'toolUse', id: '1', name: 'lint', input: {} },
      ],
    };
    assert.deepEqual(storable([asked, calls], 'q'), [asked, { role: 'assistant', content: [calls.content[0]] }]);
    const results: Message = {
      role: 'user',
      content: [{ type: 'toolResult', toolUseId: '1', text: 'r', isError: false }],
    };
    assert.match(JSON.stringify(storable([asked, calls, results], 'q').at(-1)), /interrupted/);
  });
});
