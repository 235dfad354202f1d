// Our models, our tools, and other extensions' models, through the editor's own language model interface.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { BackendRequest, ModelBackend } from '../../src/agent/index.js';
import type { ArchitectApi } from '../../src/extension/main.js';
import { editorModelBackend } from '../../src/extension/models/editorModel.js';
import { answer, call, failure, FAKE_KEY, startFakeApi, type FakeApi } from '../support/fakeApi/index.js';
import { EXTENSION_ID } from '../support/paths.js';
import { waitFor } from '../support/wait.js';

const KEY = 'ANTHROPIC_API_KEY';
const { LanguageModelChatMessage: Say, LanguageModelTextPart: Text } = vscode;

/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

describe('language models in the extension host', function () {
  this.timeout(90_000);
  let api: FakeApi;
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('architect');
  const present = process.env[KEY];
  before(async () => {
    api = await startFakeApi();
    await settings().update('anthropic.baseUrl', api.url, vscode.ConfigurationTarget.Global);
    process.env[KEY] = FAKE_KEY;
  });
  after(async () => {
    if (present === undefined) delete process.env[KEY];
    else process.env[KEY] = present;
    await settings().update('anthropic.baseUrl', undefined, vscode.ConfigurationTarget.Global);
    await settings().update('backend', undefined, vscode.ConfigurationTarget.Global);
    await api.close();
  });

  describe('Claude', () => {
    const claude = async (id = 'claude-sonnet-5-5'): Promise<vscode.LanguageModelChat> => {
      const models = await waitFor(
        'models of Claude',
        async () => vscode.lm.selectChatModels({ vendor: 'architect-claude', id }),
        (found) => found.length > 0,
      );
      return models[0] ?? assert.fail();
    };
    const ask = async (
      messages: vscode.LanguageModelChatMessage[],
      options: vscode.LanguageModelChatRequestOptions = {},
      token?: vscode.CancellationToken,
    ): Promise<unknown[]> => {
      const response = await (await claude()).sendRequest(messages, options, token);
      const parts: unknown[] = [];
      for await (const part of response.stream) parts.push(part);
      return parts;
    };

    it('streams text and calls of tools, and takes their results', async () => {
      const tools = [{ name: 'add', description: 'Adds.', inputSchema: { type: 'object', properties: {} } }];
      api.play([answer(['Let me add. ', call('add', { a: 1, b: 2 }, 'call_1')]), answer(['It is 3.'])]);
      const parts = await ask([Say.User('1 + 2?')], { tools });
      const texts = parts.flatMap((part) => (part instanceof Text ? [part.value] : []));
      assert.equal(texts.join(''), 'Let me add. ');
      const [called] = parts.filter((part) => part instanceof vscode.LanguageModelToolCallPart);
      assert.deepEqual([called?.name, called?.input], ['add', { a: 1, b: 2 }]);
      const more = await ask(
        [
          Say.User('1 + 2?'),
          Say.Assistant([new Text('Let me add. '), called ?? assert.fail()]),
          Say.User([new vscode.LanguageModelToolResultPart('call_1', [new Text('3')])]),
        ],
        { tools },
      );
      assert.equal(more.map((part) => (part instanceof Text ? part.value : '')).join(''), 'It is 3.');
      assert.match(JSON.stringify(api.requests[1]?.body?.messages), /"tool_result","tool_use_id":"call_1"/);
    });

    it('gets pictures', async () => {
      // The class is newer than the oldest editor that is supported.
      const { LanguageModelDataPart: Data } = vscode as unknown as {
        LanguageModelDataPart: { image(data: Uint8Array, type: string): vscode.LanguageModelTextPart };
      };
      api.play([answer(['A pixel.'])]);
      await ask([Say.User([new Text('What is it?'), Data.image(PNG, 'image/png')])]);
      const sent = JSON.stringify(api.requests[0]?.body?.messages);
      assert.ok(sent.includes(`"media_type":"image/png","data":"${PNG.toString('base64')}"`), sent.slice(0, 400));
    });

    it('gets pictures by what their bytes are, and words in place of those that it does not take', async () => {
      const { LanguageModelDataPart: Data } = vscode as unknown as {
        LanguageModelDataPart: { image(data: Uint8Array, type: string): vscode.LanguageModelTextPart };
      };
      // One pixel: the editor looks into pictures before it passes them on.
      const bitmap = Buffer.from(
        'Qk06AAAAAAAAADYAAAAoAAAAAQAAAAEAAAABABgAAAAAAAQAAAATCwAAEwsAAAAAAAAAAAAAAAD/AA==',
        'base64',
      );
      api.play([answer(['A pixel.'])]);
      await ask([Say.User([new Text('What is it?'), Data.image(PNG, 'image/jpeg'), Data.image(bitmap, 'image/png')])]);
      const sent = JSON.stringify(api.requests[0]?.body?.messages);
      assert.ok(sent.includes(`"media_type":"image/png","data":"${PNG.toString('base64')}"`), sent.slice(0, 400));
      assert.match(sent, /Here was a BMP picture, which was not sent: it has to be PNG, JPEG, GIF or WebP/);
      assert.equal(sent.split('"type":"image"').length, 2);
    });

    it('gets pictures that tools give, after all results', async () => {
      const { LanguageModelDataPart: Data } = vscode as unknown as {
        LanguageModelDataPart: { image(data: Uint8Array, type: string): vscode.LanguageModelTextPart };
      };
      const Result = vscode.LanguageModelToolResultPart;
      const tool = (id: string): vscode.LanguageModelToolCallPart =>
        new vscode.LanguageModelToolCallPart(id, 'look', {});
      api.play([answer(['A pixel.'])]);
      const seen = await ask(
        [
          Say.User('Look.'),
          Say.Assistant([tool('1'), tool('2')]),
          Say.User([new Text('Here:')]),
          Say.User([new Result('1', [new Text('one'), Data.image(PNG, 'image/png')])]),
          Say.User([new Result('2', [new Text('two')])]),
        ],
        { tools: [{ name: 'look', description: 'Looks.', inputSchema: { type: 'object', properties: {} } }] },
      );
      assert.ok(seen.length > 0);
      const last = api.requests[0]?.body?.messages.at(-1)?.content ?? [];
      assert.deepEqual(typeof last === 'string' ? last : last.map(({ type }) => type), [
        'tool_result',
        'tool_result',
        'text',
        'image',
      ]);
    });

    it('counts tokens: small texts by estimate, long ones by the provider', async () => {
      const model = await claude();
      const before = api.others.length;
      assert.ok((await model.countTokens('Hello')) <= 4);
      assert.equal(api.others.length, before);
      assert.ok((await model.countTokens('word '.repeat(2000))) > 2000);
      assert.ok(api.others.slice(before).some(({ path }) => path.endsWith('count_tokens')));
    });

    it('says what went wrong as the editor’s own errors', async () => {
      const cases = [
        [401, 'NoPermissions', /Set Anthropic API Key/],
        [403, 'NoPermissions', /permissions/],
        [404, 'NotFound', /There is no model/],
        [413, 'Blocked', /too large/],
        [402, 'NoPermissions', /cannot pay/],
      ] as const;
      for (const [status, code, says] of cases) {
        api.play(() => failure(status, { message: `about ${FAKE_KEY}` }));
        const error: unknown = await ask([Say.User('Hello')]).then(
          () => assert.fail('it should fail'),
          (problem: unknown) => problem,
        );
        assert.ok(error instanceof vscode.LanguageModelError, String(error));
        assert.equal(error.code, vscode.LanguageModelError[code]().code);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /sk-ant-fake/);
      }
    });

    it('says why there is no answer: limits as blocked, what broke by itself as it is', async () => {
      const failed = (): Promise<unknown> =>
        ask([Say.User('Hello')]).then(
          () => assert.fail('it should fail'),
          (problem: unknown) => problem,
        );
      const blocked = [
        [failure(429, { retryAfter: '300' }), /rate limit .* Ask again in 5 minutes/],
        [failure(529, { retryAfter: '300' }), /overloaded/],
        [answer([], { stop: 'refusal', refusal: 'Not this.' }), /Not this\./],
      ] as const;
      for (const [reply, says] of blocked) {
        api.play(() => reply);
        const error = await failed();
        assert.ok(error instanceof vscode.LanguageModelError, String(error));
        assert.equal(error.code, vscode.LanguageModelError.Blocked().code);
        assert.match(error.message, says);
      }
      const broken = [
        [failure(500, { retryAfter: '300' }), /error of its own/],
        [answer(['Hello there.'], { piece: 3, cut: { after: 4, how: 'reset' } }), /broke off/],
        [answer(['Hello there.'], { piece: 3, cut: { after: 4, how: 'malformed' } }), /damaged/],
        [answer([call('add', { a: 1 })], { stop: 'max_tokens', inputCutAt: 3 }), /cut off/],
      ] as const;
      for (const [reply, says] of broken) {
        api.play(() => reply);
        assert.match(String(await failed()), says);
      }
    });

    it('says after the last part that an answer was cut, except where calls go on', async () => {
      const model = await claude();
      const cut = async (reply: ReturnType<typeof answer>): Promise<[text: string, calls: number, error: string]> => {
        api.play([reply]);
        const response = await model.sendRequest([Say.User('Write.')], {
          tools: [{ name: 'add', description: 'Adds.', inputSchema: { type: 'object', properties: {} } }],
        });
        let [text, calls, error] = ['', 0, ''];
        try {
          for await (const part of response.stream)
            if (part instanceof Text) text += part.value;
            else calls++;
        } catch (problem) {
          error = String(problem);
        }
        return [text, calls, error];
      };
      const [text, calls, error] = await cut(answer(['```python\ndef half('], { stop: 'max_tokens' }));
      const [code, words] = text.split('\n```\n\n\n');
      assert.deepEqual([code, calls, error], ['```python\ndef half(', 0, '']);
      assert.match(
        words ?? '',
        /^\*The answer is longer than 16,000 tokens and was cut\. Ask to go on, or allow more /,
      );
      assert.match((await cut(answer([], { stop: 'max_tokens' })))[2], /was cut\. Ask to go on/);
      const whole = await cut(answer(['I add. ', call('add', { a: 1 })], { stop: 'max_tokens' }));
      assert.deepEqual(whole, ['I add. ', 1, '']);
    });

    it('ends the request when it is cancelled', async () => {
      api.play([answer(['A long answer. '.repeat(400)], { pause: 50, piece: 10 })]);
      const source = new vscode.CancellationTokenSource();
      const asked = ask([Say.User('Hello')], {}, source.token).catch((error: unknown) => error);
      await waitFor('the request', () => api.requests.length, Boolean);
      source.cancel();
      await waitFor('its end', () => api.requests[0]?.abandonedAt ?? 0, Boolean);
      await asked;
    });
  });

  describe('tools for agents', () => {
    const run = async (name: string, input: object): Promise<string> => {
      const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
      return content.map((part) => (part instanceof Text ? part.value : '')).join('');
    };

    it('are there under the names of the manifest', () => {
      const declared = vscode.extensions.getExtension(EXTENSION_ID)?.packageJSON as {
        contributes: { languageModelTools: { name: string }[] };
      };
      const there = new Set(vscode.lm.tools.map(({ name }) => name));
      const missing = declared.contributes.languageModelTools.filter(({ name }) => !there.has(name));
      assert.deepEqual(missing, []);
    });

    it('look into the workspace, and refuse what must not be read', async () => {
      assert.match(await run('architect_list_modules', {}), /TextClassifier, line \d+: 363,460 parameters/);
      assert.match(
        await run('architect_inspect_model', { path: 'model.py', qualname: 'TextClassifier' }),
        /parameters: 363,460 total/,
      );
      assert.match(await run('architect_training_context', { path: 'model.py' }), /CrossEntropyLoss/);
      assert.match(await run('architect_lint', { path: 'model.py', level: 'error' }), /Nothing is found/);
      await assert.rejects(run('architect_read_source', { path: '/etc/hosts' }), /outside of the workspace/);
    });
  });

  describe('another extension’s model', () => {
    const seen: { messages: readonly vscode.LanguageModelChatRequestMessage[]; tools: number }[] = [];
    /** What it answers next, one after the other. */
    let script: (() => vscode.LanguageModelResponsePart[])[] = [];
    let registration: vscode.Disposable;
    before(async () => {
      registration = vscode.lm.registerLanguageModelChatProvider('test-models', {
        provideLanguageModelChatInformation: () => [
          {
            id: 'other',
            name: 'Other Model',
            family: 'other',
            version: '1',
            maxInputTokens: 100_000,
            maxOutputTokens: 8_000,
            capabilities: { toolCalling: true },
          },
          {
            id: 'seeing',
            name: 'Seeing Model',
            family: 'other',
            version: '1',
            maxInputTokens: 100_000,
            maxOutputTokens: 8_000,
            capabilities: { toolCalling: true, imageInput: true },
          },
        ],
        provideLanguageModelChatResponse: async (_model, messages, { tools = [] }, progress) => {
          seen.push({ messages, tools: tools.length });
          const next = script.shift();
          if (!next) throw vscode.LanguageModelError.Blocked('The quota is used up.');
          for (const part of next()) progress.report(part);
        },
        provideTokenCount: async (_model, text) => JSON.stringify(text).length / 4,
      });
      await settings().update('backend', 'picker', vscode.ConfigurationTarget.Global);
    });
    after(async () => {
      registration.dispose();
      // Tests that come later find the editor as this one found it.
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
    });

    const ask = async (query: string, id = 'other'): Promise<vscode.ChatResult> => {
      seen.length = 0;
      return vscode.commands.executeCommand<vscode.ChatResult>('workbench.action.chat.open', {
        query,
        modelSelector: { vendor: 'test-models', id },
        blockOnResponse: true,
      });
    };

    it('answers @architect with the tools: a checked change ends up in the editor', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? assert.fail();
      const model = vscode.Uri.joinPath(folder, 'model.py');
      await vscode.window.showTextDocument(model);
      const tool = (id: string, name: string, input: object): vscode.LanguageModelToolCallPart =>
        new vscode.LanguageModelToolCallPart(id, name, input);
      script = [
        () => [
          new Text('I look. '),
          tool('1', 'read_source', { path: 'model.py', symbol: 'FeedForward' }),
          tool('2', 'propose_edit', {
            path: 'model.py',
            old_text: 'import torch.nn as nn\n',
            new_text: 'import torch.nn as nn\nimport torch.nn.functional as F\n',
            title: 'Import functional',
            reason: 'It is needed.',
          }),
        ],
        () => [tool('3', 'check_edits', {})],
        () => [new Text('Done.')],
      ];
      await ask('@architect prepare model.py for functional calls');
      const extension = vscode.extensions.getExtension<ArchitectApi>(EXTENSION_ID) ?? assert.fail();
      const hunks = await waitFor(
        'the change',
        () => extension.exports.hunks(model.toString()),
        (found) => found.length > 0,
      );
      assert.equal(hunks.length, 1);
      assert.equal(seen.length, 3);
      assert.ok((seen[0]?.tools ?? 0) >= 10);
      const last = JSON.stringify(seen[2]?.messages);
      assert.match(last, /Passed: the changes can go to the user/);
      assert.equal(
        api.requests.some(({ body }) => JSON.stringify(body).includes('functional calls')),
        false,
      );
      assert.doesNotMatch(readFileSync(model.fsPath, 'utf8'), /functional/);
      await vscode.commands.executeCommand('architect.undoAll');
      await waitFor(
        'no change',
        () => extension.exports.hunks(model.toString()),
        (found) => found.length === 0,
      );
    });

    it('gets pictures if it takes some', async () => {
      const backend = async (id: string): Promise<ModelBackend> => {
        const [model] = await vscode.lm.selectChatModels({ vendor: 'test-models', id });
        return editorModelBackend(model ?? assert.fail(`there is no model ${id}`));
      };
      assert.equal((await backend('other')).textOnly, true);
      const seeing = await backend('seeing');
      assert.equal(seeing.textOnly, false);
      seen.length = 0;
      script = [() => [new Text('A pixel.')]];
      const request: BackendRequest = {
        model: 'seeing',
        system: [{ text: 'Look.' }],
        tools: [],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              { type: 'image', mediaType: 'image/png', data: PNG.toString('base64') },
            ],
          },
        ],
        maxTokens: 100,
        thinking: 'off',
      };
      const events = [];
      for await (const event of seeing.stream(request, new AbortController().signal)) events.push(event.type);
      assert.deepEqual(events, ['text', 'block', 'stop']);
      const parts = seen[0]?.messages.at(-1)?.content as { mimeType?: string; data?: Uint8Array }[] | undefined;
      assert.equal(parts?.length, 2);
      assert.equal(parts[1]?.mimeType, 'image/png');
      assert.deepEqual(Buffer.from(parts[1]?.data ?? []), PNG);
    });

    it('fails with a sentence', async () => {
      script = [];
      const { metadata } = await ask('@architect why?');
      assert.equal(metadata?.['problem'], 'Other Model refused the request: The quota is used up.');
    });
  });
});
