// Claude's API as a backend, against a server that speaks the real protocol.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import {
  AnthropicBackend,
  BackendError,
  BUILT_IN_MODELS,
  CancelledError,
  defaultModel,
  listModels,
  verifyKey,
  type BackendEvent,
  type BackendRequest,
  type Message,
} from '../../src/agent/index.js';
import {
  answer,
  call,
  failure,
  FAKE_KEY,
  hangup,
  startFakeApi,
  thinking,
  type Cut,
  type FakeApi,
} from '../support/fakeApi/index.js';

const QUESTION: BackendRequest = {
  model: 'claude-sonnet-5-5',
  system: [{ text: 'You are an architect.', cache: true }],
  tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }] }],
  maxTokens: 4000,
  thinking: 'auto',
};

describe('AnthropicBackend', () => {
  let api: FakeApi;
  let backend: AnthropicBackend;
  before(async () => {
    api = await startFakeApi();
    backend = new AnthropicBackend({ key: FAKE_KEY, baseUrl: api.url, backOff: 5 });
  });
  after(() => api.close());

  const collect = async (request = QUESTION, signal = new AbortController().signal): Promise<BackendEvent[]> => {
    const events: BackendEvent[] = [];
    for await (const event of backend.stream(request, signal)) events.push(event);
    return events;
  };
  const problem = async (request = QUESTION): Promise<BackendError> => {
    try {
      await collect(request);
    } catch (error) {
      assert.ok(error instanceof BackendError, String(error));
      assert.doesNotMatch(error.message, /sk-ant-fake/);
      return error;
    }
    assert.fail('it should have failed');
  };

  it('streams text, thoughts and calls, and ends with the reason', async () => {
    api.play([answer([thinking('Let me see.'), 'It is a ', call('look', { path: 'model.py' }, 'call_1')])]);
    const events = await collect();
    const texts = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    assert.equal(texts.join(''), 'It is a ');
    const blocks = events.flatMap((event) => (event.type === 'block' ? [event.block] : []));
    assert.deepEqual(
      blocks.map(({ type }) => type),
      ['thinking', 'text', 'toolUse'],
    );
    assert.deepEqual(blocks[2], { type: 'toolUse', id: 'call_1', name: 'look', input: { path: 'model.py' } });
    assert.deepEqual(events.at(-1), { type: 'stop', reason: 'toolUse' });
    assert.ok(events.some((event) => event.type === 'usage' && event.usage.output > 1));
  });

  it('takes thoughts back with their signatures, and reads the prefix from the cache', async () => {
    api.play([answer([thinking('Hm.'), call('look', {}, 'call_1')]), answer(['Done.'])]);
    const blocks = (await collect()).flatMap((event) => (event.type === 'block' ? [event.block] : []));
    const messages: Message[] = [
      ...QUESTION.messages,
      { role: 'assistant', content: blocks },
      { role: 'user', content: [{ type: 'toolResult', toolUseId: 'call_1', text: 'a model', isError: false }] },
    ];
    const events = await collect({ ...QUESTION, messages });
    assert.deepEqual(events.at(-1), { type: 'stop', reason: 'endTurn' });
    const usage = events.flatMap((event) => (event.type === 'usage' ? [event.usage] : [])).at(-1);
    assert.ok(usage && usage.cacheRead > 0, 'the second request should read what the first one wrote');
  });

  it('asks each model for thinking in the way that it takes', async () => {
    api.play(() => answer(['Yes.']));
    const models = ['claude-sonnet-5-5', 'claude-opus-5-5', 'claude-haiku-5-5', 'claude-haiku-4-5'];
    for (const model of models) {
      await collect({ ...QUESTION, model, maxTokens: 32_000 });
      await collect({ ...QUESTION, model, thinking: 'off', effort: 'high' });
    }
    assert.deepEqual(
      api.requests.map(({ body }) => body?.thinking?.type),
      ['adaptive', 'between_tools', 'adaptive', 'adaptive', 'adaptive', 'disabled', 'enabled', 'disabled'],
    );
    await collect({ ...QUESTION, thinking: 'off', effort: 'max' });
    assert.equal(api.requests.at(-1)?.body?.output_config?.effort, 'high', 'more is taken only with thinking');
    await collect({ ...QUESTION, model: 'claude-haiku-4-5', maxTokens: 16_000 });
    assert.deepEqual(api.requests.at(-1)?.body?.thinking, { type: 'enabled', budget_tokens: 8000 });
  });

  it('sends the key that was set, whatever headers the environment names, and no text that is no key', async () => {
    process.env['ANTHROPIC_CUSTOM_HEADERS'] = 'X-Api-Key: another\nAuthorization: Bearer another';
    try {
      api.play([answer(['Yes.'])]);
      const other = new AnthropicBackend({ key: FAKE_KEY, baseUrl: api.url, retries: 0 });
      for await (const event of other.stream(QUESTION, new AbortController().signal)) assert.ok(event);
      const { headers } = api.requests.at(-1) ?? assert.fail();
      assert.deepEqual([headers['x-api-key'], headers.authorization], [undefined, `Bearer ${FAKE_KEY}`]);
    } finally {
      delete process.env['ANTHROPIC_CUSTOM_HEADERS'];
    }
    const typed = new AnthropicBackend({ key: 'sk-ant-schlüssel', baseUrl: api.url });
    await assert.rejects(
      async () => {
        for await (const event of typed.stream(QUESTION, new AbortController().signal)) assert.fail(event.type);
      },
      (error) => error instanceof BackendError && error.kind === 'key' && /Set Anthropic API Key/.test(error.message),
    );
  });

  it('says that the input of a call was cut off', async () => {
    api.play([
      answer([call('look', { path: 'a long path that is never finished' })], { stop: 'max_tokens', inputCutAt: 12 }),
    ]);
    const events = await collect();
    const [block] = events.flatMap((event) => (event.type === 'block' ? [event.block] : []));
    assert.ok(block?.type === 'toolUse' && /cut off/.test(block.inputProblem ?? ''));
    assert.deepEqual(events.at(-1), { type: 'stop', reason: 'maxTokens' });
  });

  it('passes on why the model refused', async () => {
    api.play([answer([], { stop: 'refusal', refusal: 'This is about weapons.' })]);
    assert.deepEqual((await collect()).at(-1), { type: 'stop', reason: 'refusal', detail: 'This is about weapons.' });
  });

  it('counts tokens with the API', async () => {
    assert.ok((await backend.countTokens(QUESTION, new AbortController().signal)) > 20);
  });

  describe('faults', () => {
    const cases: [name: string, status: number, kind: string, says: RegExp][] = [
      ['a bad key', 401, 'key', /Set Anthropic API Key/],
      ['no permission', 403, 'permission', /permissions/],
      ['no credit', 402, 'billing', /credits/],
      ['an unknown model', 404, 'model', /no model “claude-sonnet-5-5”/],
      ['a request that is too large', 413, 'tooLarge', /Attach less/],
      ['a malformed request', 400, 'request', /Start a new chat/],
    ];
    for (const [name, status, kind, says] of cases)
      it(`${name} (${status}) is told at once, without another try`, async () => {
        api.play(() => failure(status, { message: `about ${FAKE_KEY}` }));
        const error = await problem();
        assert.equal(error.kind, kind);
        assert.match(error.message, says);
        assert.equal(api.requests.length, 1);
      });

    it('what an error quotes of the request has no key in it', async () => {
      api.play(() =>
        failure(400, { message: `you sent x-api-key: other-secret and Authorization: Bearer ${FAKE_KEY}` }),
      );
      const quoted = await problem();
      assert.match(quoted.message, /you sent x-api-key: … and Authorization: …/);
      const address = api.url.replace('//', '//user:other-secret@');
      const inAddress = new AnthropicBackend({ key: FAKE_KEY, baseUrl: address, retries: 0 });
      await assert.rejects(
        async () => {
          for await (const event of inAddress.stream(QUESTION, new AbortController().signal)) assert.fail(event.type);
        },
        (error) => error instanceof BackendError && !/other-secret|user:/.test(`${error.message} ${error.stack}`),
      );
    });

    it('429 without retry-after, 500 and 529 are tried again, and told after three tries', async () => {
      for (const [status, kind, says] of [
        [429, 'rateLimit', /rate limit .* is reached\. Ask again in a minute/],
        [500, 'server', /error of its own\. Ask again; status\.anthropic\.com/],
        [529, 'overloaded', /overloaded at the moment\. Ask again in a minute, or choose another model/],
      ] as const) {
        api.play(() => failure(status));
        const error = await problem();
        assert.equal(error.kind, kind);
        assert.match(error.message, says);
        assert.equal(api.requests.length, 3, String(status));
      }
    });

    it('waits as long as retry-after says, tells it, and goes on', async () => {
      api.play([failure(429, { retryAfter: '0.1' }), answer(['Here I am.'])]);
      const started = performance.now();
      const events = await collect();
      assert.ok(performance.now() - started >= 95);
      assert.deepEqual(events[0], {
        type: 'retry',
        attempt: 1,
        waitMs: 100,
        reason: 'The rate limit is reached; trying again in 1 second',
      });
      assert.deepEqual(events.at(-1), { type: 'stop', reason: 'endTurn' });
    });

    it('does not wait longer than a minute: it says when to ask again', async () => {
      api.play(() => failure(429, { retryAfter: '180' }));
      assert.match((await problem()).message, /Ask again in 3 minutes/);
      assert.equal(api.requests.length, 1);
    });

    it('an address where nobody listens', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      await new Promise((resolve) => server.close(resolve));
      const nobody = new AnthropicBackend({ key: FAKE_KEY, baseUrl: `http://127.0.0.1:${port}`, backOff: 1 });
      await assert.rejects(
        async () => {
          for await (const event of nobody.stream(QUESTION, new AbortController().signal))
            assert.equal(event.type, 'retry');
        },
        (error) => error instanceof BackendError && error.kind === 'connection' && /ECONNREFUSED/.test(error.message),
      );
    });

    it('a connection that is closed before the answer is made again', async () => {
      api.play([hangup(), answer(['Here.'])]);
      assert.deepEqual((await collect()).at(-1), { type: 'stop', reason: 'endTurn' });
      assert.equal(api.requests.length, 2);
    });

    const cuts: [Cut['how'], string, RegExp][] = [
      ['reset', 'connection', /broke off.*nothing was changed/],
      ['stall', 'stalled', /sent nothing for 1 second/],
      ['malformed', 'protocol', /damaged/],
      ['end', 'protocol', /ended before it was complete/],
      ['error', 'overloaded', /overloaded/],
    ];
    for (const [how, kind, says] of cuts)
      it(`${how} in the middle of an answer is told, and what had come stays`, async () => {
        api.play([answer(['A long answer that comes in several pieces.'], { piece: 6, cut: { after: 6, how } })]);
        let got = '';
        const waiting = new AnthropicBackend({ key: FAKE_KEY, baseUrl: api.url, stallAfter: 600 });
        await assert.rejects(
          async () => {
            for await (const event of waiting.stream(QUESTION, new AbortController().signal))
              if (event.type === 'text') got += event.text;
          },
          (error) => {
            assert.ok(error instanceof BackendError, String(error));
            assert.equal(error.kind, kind);
            assert.match(error.message, says);
            return true;
          },
        );
        assert.match(got, /^A long/);
        assert.equal(api.requests.length, 1);
      });
  });

  describe('cancel', () => {
    const stages: [string, Parameters<typeof answer>[1], number][] = [
      ['before the headers', { headersAfter: 2000 }, 0],
      ['before the first piece', { startsAfter: 2000 }, 0],
      ['between pieces', { pause: 60 }, 2],
    ];
    for (const [name, options, pieces] of stages)
      it(`${name} closes the connection within 200 ms`, async () => {
        api.play([answer(['word '.repeat(200)], options)]);
        const controller = new AbortController();
        let seen = 0;
        let cancelledAt = 0;
        const cancel = (): void => {
          cancelledAt = performance.now();
          controller.abort();
        };
        if (pieces === 0) setTimeout(cancel, 100);
        await assert.rejects(
          async () => {
            for await (const event of backend.stream(QUESTION, controller.signal))
              if (event.type === 'text' && ++seen === pieces) cancel();
          },
          (error) => error instanceof CancelledError,
        );
        assert.ok(performance.now() - cancelledAt < 200);
        await new Promise((resolve) => setTimeout(resolve, 50));
        const [request] = api.requests;
        assert.ok(request?.abandonedAt !== undefined && request.abandonedAt - cancelledAt < 200);
      });

    it('while tokens are counted closes the connection within 200 ms', async () => {
      const controller = new AbortController();
      const silent = createServer(() => setTimeout(cancel, 20)).listen(0, '127.0.0.1');
      await new Promise((resolve) => silent.once('listening', resolve));
      const gone = new Promise<number>((resolve) =>
        silent.on('connection', (socket) => {
          socket.on('error', () => undefined);
          socket.resume().once('close', () => resolve(performance.now()));
        }),
      );
      let cancelledAt = 0;
      function cancel(): void {
        cancelledAt = performance.now();
        controller.abort();
      }
      const { port } = silent.address() as { port: number };
      const counting = new AnthropicBackend({ key: FAKE_KEY, baseUrl: `http://127.0.0.1:${port}` });
      await assert.rejects(
        counting.countTokens(QUESTION, controller.signal),
        (error) => error instanceof CancelledError,
      );
      assert.ok((await gone) - cancelledAt < 200);
      silent.close();
    });

    it('while waiting for another try makes no further request', async () => {
      api.play(() => failure(529, { retryAfter: '20' }));
      const controller = new AbortController();
      let cancelledAt = 0;
      await assert.rejects(
        async () => {
          for await (const event of backend.stream(QUESTION, controller.signal))
            if (event.type === 'retry')
              setTimeout(() => {
                cancelledAt = performance.now();
                controller.abort();
              }, 10);
        },
        (error) => error instanceof CancelledError,
      );
      assert.ok(performance.now() - cancelledAt < 200);
      assert.equal(api.requests.length, 1);
    });
  });

  describe('models', () => {
    it('are listed with what they can do', async () => {
      const models = await listModels({ key: FAKE_KEY, baseUrl: api.url }, new AbortController().signal);
      assert.equal(defaultModel(models), 'claude-sonnet-5-5');
      const sonnet = models.find(({ id }) => id === 'claude-sonnet-5-5');
      assert.deepEqual(
        sonnet,
        BUILT_IN_MODELS.find(({ id }) => id === 'claude-sonnet-5-5'),
      );
    });

    it('show whether a key is good', async () => {
      const signal = new AbortController().signal;
      await verifyKey({ key: FAKE_KEY, baseUrl: api.url }, signal);
      await assert.rejects(verifyKey({ key: 'sk-ant-other', baseUrl: api.url }, signal), /did not accept the API key/);
    });
  });
});
