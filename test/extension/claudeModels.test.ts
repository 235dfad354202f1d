// Which Claude models the picker offers: those that the provider lists, the built-in ones while it can't say.
import assert from 'node:assert/strict';
import type { LogOutputChannel } from 'vscode';
import { BUILT_IN_MODELS, CancelledError } from '../../src/agent/index.js';
import { ClaudeModels, listedModels } from '../../src/extension/models/claudeModels.js';
import { failure, FAKE_KEY, FAKE_MODELS, startFakeApi, type FakeApi } from '../support/fakeApi/index.js';

describe('the list of Claude models', () => {
  const [first = assert.fail()] = FAKE_MODELS;
  const fresh = { ...first, id: 'claude-fresh-9', display_name: 'Claude Fresh 9' };
  let api: FakeApi;
  let warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) } as unknown as LogOutputChannel;
  const present = Date.now;
  before(async () => (api = await startFakeApi({ models: [fresh, ...FAKE_MODELS] })));
  beforeEach(() => (warnings = []));
  afterEach(() => {
    Date.now = present;
    api.failModels(undefined);
  });
  after(() => api.close());

  const idsOf = async (models: ClaudeModels, signal = new AbortController().signal): Promise<string[]> =>
    (await models.list(FAKE_KEY, api.url, signal)).map(({ id }) => id);
  const later = (milliseconds: number): void => {
    const then = present() + milliseconds;
    Date.now = () => then;
  };

  it('comes from the provider, is asked for once, and anew after an hour, for another key or address', async () => {
    const models = new ClaudeModels(log);
    const before = api.others.length;
    const [ids] = await Promise.all([idsOf(models), idsOf(models)]);
    assert.deepEqual(ids, [fresh.id, ...FAKE_MODELS.map(({ id }) => id)]);
    assert.equal(api.others.length, before + 1);
    assert.equal(listedModels()?.[0]?.name, 'Claude Fresh 9');
    later(30 * 60_000);
    await idsOf(models);
    assert.equal(api.others.length, before + 1);
    later(61 * 60_000);
    await idsOf(models);
    assert.equal(api.others.length, before + 2);
    models.forget();
    assert.equal(listedModels(), undefined);
    await idsOf(models);
    assert.equal(api.others.length, before + 3);
    // Another address may have other models.
    await models.list(FAKE_KEY, `${api.url}/`, new AbortController().signal);
    assert.equal(api.others.length, before + 4);
  });

  it('is the built-in one while the provider fails, and the provider’s again after a minute', async () => {
    const models = new ClaudeModels(log);
    api.failModels(failure(403, { message: `x-api-key: other-secret, ${FAKE_KEY}` }));
    assert.deepEqual(
      await idsOf(models),
      BUILT_IN_MODELS.map(({ id }) => id),
    );
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /could not be had; the built-in one serves meanwhile/);
    assert.doesNotMatch(warnings[0] ?? '', /other-secret|sk-ant-fake/);
    api.failModels(undefined);
    later(50_000);
    assert.equal((await idsOf(models)).includes(fresh.id), false);
    later(61_000);
    assert.equal((await idsOf(models)).includes(fresh.id), true);
  });

  it('is not lost for others when one who asks gives up', async () => {
    const models = new ClaudeModels(log);
    const controller = new AbortController();
    const given = idsOf(models, controller.signal);
    const other = idsOf(models);
    controller.abort();
    await assert.rejects(given, CancelledError);
    assert.equal((await other).includes(fresh.id), true);
  });
});
