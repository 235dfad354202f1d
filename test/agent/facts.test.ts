// Texts and tables that must not drift: the prompt, the tools, models, prices, the footer.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import {
  BUILT_IN_MODELS,
  costOf,
  declarationOf,
  defaultModel,
  findModel,
  footerOf,
  TOOLS,
} from '../../src/agent/index.js';
import { COMMAND_INSTRUCTIONS, SYSTEM_PROMPT } from '../../src/agent/prompt/index.js';
import { COMMANDS } from '../../src/agent/types.js';

const SNAPSHOT = new URL('prompt.snapshot.txt', import.meta.url);

describe('facts of the agent', () => {
  it('the prompt is as it was reviewed (UPDATE_SNAPSHOTS=1 writes it anew)', () => {
    const whole = [
      SYSTEM_PROMPT,
      ...COMMANDS.map((command) => `## /${command}\n\n${COMMAND_INSTRUCTIONS[command]}`),
      ...TOOLS.map(declarationOf).map(
        ({ name, description, inputSchema }) => `## ${name}\n\n${description}\n\n${JSON.stringify(inputSchema)}`,
      ),
    ].join('\n\n');
    if (process.env.UPDATE_SNAPSHOTS) writeFileSync(SNAPSHOT, `${whole}\n`);
    assert.ok(existsSync(SNAPSHOT));
    assert.equal(`${whole}\n`, readFileSync(SNAPSHOT, 'utf8'));
  });

  it('tools have names and schemas that the API takes', () => {
    for (const { name, inputSchema } of TOOLS.map(declarationOf)) {
      assert.match(name, /^[a-z_]{1,64}$/);
      assert.equal(inputSchema.type, 'object');
      assert.equal(inputSchema.$schema, undefined);
    }
  });

  it('the built-in models are those of the SDK', () => {
    const types = readFileSync(
      new URL('../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts', import.meta.url),
      'utf8',
    );
    const line = /^export type Model = (.*)$/m.exec(types)?.[1] ?? '';
    const names = [...line.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
    const undated = names.filter((name) => !/-\d{8}$/.test(name));
    assert.deepEqual([...BUILT_IN_MODELS.map(({ id }) => id)].sort(), undated.sort());
    for (const name of names) assert.ok(findModel(name), name);
    assert.equal(defaultModel(), 'claude-sonnet-5-5');
    assert.equal(findModel('claude-sonnet-4-5-20250929')?.name, 'Claude Sonnet 4.5');
  });

  it('costs are per request, by the size of its prompt; unknown models have none', () => {
    const usage = { input: 1_000_000, output: 100_000, cacheRead: 1_000_000, cacheWrite: 1_000_000 };
    const near = (value: number | null, expected: number): void =>
      assert.ok(value !== null && Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);
    near(costOf('claude-sonnet-5-5', usage), 2 + 1 + 0.1 + 2.5);
    near(costOf('claude-haiku-4-5-20251001', usage), 1 + 0.5 + 0.1 + 1.25);
    near(costOf('claude-haiku-5-5', { input: 50_000, output: 1000, cacheRead: 0, cacheWrite: 0 }), 0.0055);
    near(
      costOf('claude-haiku-5-5', { input: 50_000, output: 1000, cacheRead: 60_000, cacheWrite: 0 }),
      0.0055 * 5 + 0.003,
    );
    assert.equal(costOf('gpt-x', usage), null);
  });

  it('the footer says who answered, tokens, cost and time', () => {
    const usage = { input: 1200, output: 850, cacheRead: 9000, cacheWrite: 300 };
    assert.equal(
      footerOf({ model: 'Claude Sonnet 5.5', usage, cost: 0.0126, milliseconds: 14_300 }),
      '*Claude Sonnet 5.5 · 10,500 tokens in (9,000 cached), 850 out · $0.013 · 14 s*',
    );
    assert.equal(
      footerOf({ model: 'Other', usage: { ...usage, cacheRead: 0 }, cost: null, milliseconds: 119_700 }),
      '*Other · 1,500 tokens in, 850 out · 2 min 0 s*',
    );
    assert.match(
      footerOf({ model: 'Claude', usage, cost: 0.0126, gateway: true, milliseconds: 4000 }),
      /· \$0\.013 at list prices · 4\.0 s/,
    );
    const took = (milliseconds: number): string | undefined =>
      footerOf({ model: 'Other', usage, cost: null, milliseconds }).split(' · ').at(-1);
    assert.deepEqual([9_990, 119_800, 89_400].map(took), ['10 s*', '2 min 0 s*', '89 s*']);
  });
});
