// What is offered after each kind of answer.
import assert from 'node:assert/strict';
import { COMMANDS } from '../../src/agent/index.js';
import type { AnswerMetadata } from '../../src/extension/chat/answer.js';
import { followups } from '../../src/extension/chat/followups.js';

const after = (about: Partial<AnswerMetadata>): string[] =>
  followups({ command: 'help', backend: 'model', proposed: [], conversation: 'c', ...about }).map(
    ({ command, prompt, label }) => `${label}: ${command === undefined ? '' : `/${command} `}${prompt}`.trim(),
  );

describe('follow-ups', () => {
  it('after each command lead on to others, and never to the same again', () => {
    for (const command of COMMANDS) {
      const offered = followups({ command, backend: 'model', proposed: [], conversation: 'c' });
      assert.ok(offered.length >= 2, command);
      for (const each of offered) {
        assert.ok(
          COMMANDS.some((known) => known === each.command),
          `${command}: ${each.label}`,
        );
        assert.notEqual(each.command, command);
        assert.ok(each.label);
      }
      assert.equal(new Set(offered.map(({ label }) => label)).size, offered.length);
    }
    assert.deepEqual(after({ command: 'analyze' }), [
      'Explain the module: /explain',
      'Shrink it to half: /shrink to half its parameters',
      'Fix overfitting: /fix overfitting',
      'Verify it in Python: /verify',
    ]);
  });

  it('begin with the changes, if there are any: they can be explained by a model, and taken back', () => {
    assert.deepEqual(after({ command: 'loss', proposed: ['a'] }).slice(0, 2), [
      'Explain the change: Explain the change.',
      'Undo that: Undo that.',
    ]);
    assert.deepEqual(
      after({ command: 'loss', proposed: ['a', 'b'] })[0],
      'Explain the first change: Explain the first change.',
    );
    assert.deepEqual(after({ command: 'shrink', proposed: ['a'], backend: 'playbook' })[0], 'Undo that: Undo that.');
    assert.equal(
      after({ command: 'loss' }).some((text) => text.startsWith('Undo')),
      false,
    );
  });

  it('offer no look at a design that was not made', () => {
    assert.match(after({ command: 'design', proposed: ['a'] }).join(), /Verify it/);
    assert.deepEqual(after({ command: 'design', backend: 'playbook' }), after({}));
  });

  it('are none after an answer that failed', () => assert.deepEqual(followups(undefined), []));
});
