import assert from 'node:assert/strict';
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import {
  answer,
  call,
  FAKE_KEY,
  startFakeApi,
  thinking,
  toolResults,
  type FakeApi,
  type FakeRequestBody,
  type Reply,
} from '../support/fakeApi/index.js';
import { ROOT } from '../support/paths.js';
import { useSession } from '../support/session.js';
import { TORCH_PYTHON } from '../support/torch-python.js';
import { waitFor } from '../support/wait.js';

const CNN = `"""A small CNN that sorts grey-scale medical images into classes."""

import torch
from torch import nn


class MedicalCNN(nn.Module):
    """Three convolution blocks, then a linear classifier: (B, 1, 224, 224) to (B, num_classes)."""

    def __init__(self, num_classes: int = 5, width: int = 32):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1, bias=False),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
        )
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(2 * width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.features(x).flatten(1)
        return self.head(self.dropout(x))
`;
/** 1·32·9, 2·32, 32·64·9, 2·64, 64·5 + 5: what PyTorch counts. */
const CNN_PARAMETERS = 288 + 64 + 18_432 + 128 + 325;

const GRADIENT_CHECK = `import torch
from torch import nn


def test_gradient():
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    logits = torch.randn(4, 5, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(loss, (logits, torch.tensor([0, 1, 2, 3])))
`;

const LAYER = '        self.hidden = nn.Linear(d_model, d_model)';
const CALLED = 'return self.out(torch.tanh(self.hidden(pooled)))';

/** A call of `propose_edit`; both edits of the head are one change. */
const edit = (old: string, fresh: string): ReturnType<typeof call> =>
  call('propose_edit', {
    path: 'model.py',
    old_text: old,
    new_text: fresh,
    title: 'Dropout before the classifier',
    reason: 'It takes away a part of the features at each step, so that none can be relied on alone.',
  });

describe('@architect with Claude', function () {
  this.timeout(240_000);
  let api: FakeApi;
  let original = '';
  const settings: Record<string, unknown> = { 'files.autoSave': 'off' };
  before(async () => {
    api = await startFakeApi();
    settings['architect.anthropic.baseUrl'] = api.url;
  });
  const session = useSession({ name: 'agent', settings });
  after(() => api.close());

  const count = async (): Promise<number> => {
    const item = session().page.locator('.statusbar-item', { hasText: /\d+ changes?$/ });
    const text = await item.innerText({ timeout: 2000 }).catch(() => '0 changes');
    return Number(/(\d+) changes?/.exec(text)?.[1] ?? 0);
  };
  /** Presses the button that ends the answer. */
  const stop = (): Promise<void> =>
    session()
      .page.locator(
        '.chat-execute-toolbar .codicon-stop-circle, .chat-execute-toolbar [aria-label^="Cancel"], .chat-execute-toolbar [aria-label^="Stop"]',
      )
      .first()
      .click();
  const noChanges = async (): Promise<void> => {
    await waitFor('no pending change', count, (changes) => changes === 0);
  };
  const seenResults: string[] = [];
  /** Plays replies in order and notes what the tools said. */
  const play = (replies: readonly (Reply | ((results: readonly string[]) => Reply))[]): void => {
    seenResults.length = 0;
    api.play((body: FakeRequestBody, index) => {
      seenResults.push(...toolResults(body).map(({ text }) => text));
      const reply = replies[index] ?? answer(['The script has no answer for this request.']);
      return typeof reply === 'function' ? reply(seenResults) : reply;
    });
  };

  it('says without a key what works, and how to get more', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    await bench.ask('@architect /design a CNN for 5 classes');
    const text = await bench.answer();
    assert.match(text, /needs a language model/);
    assert.match(text, /offline/);
    await bench.lastAnswer().locator('.monaco-button', { hasText: 'Set Anthropic API key' }).waitFor();
    assert.equal(api.requests.length, 0);
    await session().screenshot('no-key');
  });

  it('verifies a module in Python, once the user has seen what is run and agreed', async () => {
    const { bench, page, spy } = session();
    const question = page.locator('.quick-input-widget:visible', { hasText: 'Run TextClassifier in Python?' });
    const row = (text: string): Locator => question.locator('.monaco-list-row', { hasText: text }).first();
    await spy.evaluate(
      (host, python) => host.workspace.getConfiguration('architect').update('verify.python', python, 2),
      TORCH_PYTHON,
    );
    await bench.ask('@architect /verify TextClassifier');
    await question.waitFor({ timeout: 60_000 });
    await session().screenshot('verify-question');
    const told = (await question.locator('.monaco-list-row').allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');
    // A long path goes over several rows.
    assert.ok(told.replaceAll(' ', '').includes(TORCH_PYTHON), told);
    assert.match(told, /verify\.py.* It imports model\.py and train\.py/);
    await row('It imports').click();
    assert.ok(await question.isVisible(), 'only the row that says yes is one');
    await row('Don’t run').click();
    assert.match(await bench.answer(60_000), /Nothing was run/);
    await bench.ask('@architect /verify TextClassifier');
    await question.waitFor({ timeout: 60_000 });
    await stop();
    await question.waitFor({ state: 'hidden' });
    await session().screenshot('verify-cancelled');
    await bench.ask('@architect /verify TextClassifier');
    await row('Run').click({ timeout: 60_000 });
    const text = await bench.answer(150_000);
    await session().screenshot('verify');
    assert.match(text, /TextClassifier: everything that was checked holds/);
    assert.match(text, /✓\s+parameters\s+363,460/);
    assert.match(text, /learns one batch by heart/);
  });

  it('refuses a key that the provider does not accept, and takes one that it does', async () => {
    const { bench, page } = session();
    await bench.command('Architect: Set Anthropic API Key');
    await bench.answerInput('sk-ant-wrong');
    await page.locator('.notification-list-item', { hasText: 'The key was not stored' }).waitFor();
    await session().screenshot('wrong-key');
    await page.locator('.notification-list-item .monaco-button', { hasText: 'Enter Again' }).click();
    await bench.answerInput(`  ${FAKE_KEY} `);
    // The toast may have gone before anybody looks: with a key there are models.
    await waitFor(
      'models of Claude',
      () =>
        session().spy.evaluate(async (host) => (await host.lm.selectChatModels({ vendor: 'architect-claude' })).length),
      (count) => count > 0,
    );
    await bench.command('Notifications: Clear All Notifications');
    // Who answers @architect now is what the picker shows.
    await page.locator('.chat-input-toolbars', { hasText: 'Claude Sonnet 5.5 (@architect)' }).first().waitFor();
    await session().screenshot('picker');
  });

  it('designs a model: a checked file, created as a pending change, kept', async () => {
    const { bench, spy } = session();
    play([
      answer([
        thinking('A small data set, local texture: a CNN.'),
        'I look at what is there. ',
        call('list_modules', {}),
      ]),
      answer([
        call('create_file', { path: 'medical_cnn.py', text: CNN, title: 'MedicalCNN', reason: 'A CNN for 5 classes.' }),
      ]),
      answer([call('check_edits', {})]),
      answer([
        '### A CNN for five classes\n\nWeights are shared over places: a $3\\times3$ layer has $9\\,C_{in}C_{out}$ parameters, whatever the image size.\n\n' +
          '| block | parameters |\n|---|---:|\n| `features` | 18,912 |\n| `head` | 325 |\n',
      ]),
    ]);
    await bench.ask('@architect I need to build a CNN for classifying medical images with 5 classes');
    const text = await bench.answer(90_000);
    await session().screenshot('design');
    assert.match(text, /A CNN for five classes/);
    assert.match(text, /Claude Sonnet 5\.5 · [\d,]+ tokens in/);
    assert.match(text, /\$0\.\d+/);
    assert(
      seenResults.some((result) => result.includes(CNN_PARAMETERS.toLocaleString('en-US'))),
      seenResults.join('\n---\n'),
    );
    await assert.rejects(stat(session().file('medical_cnn.py')), 'nothing is on the disk yet');
    await bench.lastAnswer().locator('.monaco-button', { hasText: 'Keep all' }).click();
    await noChanges();
    const written = await spy.evaluate(
      (host) => host.workspace.textDocuments.find(({ uri }) => uri.path.endsWith('medical_cnn.py'))?.getText() ?? null,
    );
    assert.equal(written, CNN);
    await spy.evaluate(async (host) => {
      const draft = host.workspace.textDocuments.find(({ uri }) => uri.path.endsWith('medical_cnn.py'));
      if (draft) await host.window.showTextDocument(draft);
      await host.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    });
  });

  it('has a wrong edit caught by the check, and shows the repaired one', async () => {
    const { bench, spy } = session();
    original = await readFile(session().file('model.py'), 'utf8');
    await bench.openFile('model.py');
    play([
      answer([
        edit(
          LAYER,
          `${LAYER.replace('d_model, d_model', 'd_model, 2 * d_model')}\n        self.drop = nn.Dropout(0.2)`,
        ),
        edit(CALLED, 'return self.out(self.drop(torch.tanh(self.hidden(pooled))))'),
      ]),
      answer([call('check_edits', {})]),
      answer([edit(LAYER.replace('d_model, d_model', 'd_model, 2 * d_model'), LAYER)]),
      answer([call('check_edits', {})]),
      answer([
        'The gap of 0.7 says that the model remembers. Dropout with $p = 0.2$ before the classifier works against it.',
      ]),
    ]);
    await bench.ask(
      '@architect My transformer model is overfitting on text classification. Loss is 0.1 on training but 0.8 on validation',
    );
    const text = await bench.answer(90_000);
    await session().screenshot('overfitting');
    assert.match(text, /The gap of 0\.7/);
    assert(
      seenResults.some((result) => /Failed: nothing goes to the user[^]*expects 96, gets 192/.test(result)),
      `the check refuses the first try:\n${seenResults.join('\n---\n')}`,
    );
    await waitFor('the change', count, (changes) => changes > 0);
    const proposed = (await spy.text(session().file('model.py'))) ?? '';
    assert.match(proposed, /self\.drop = nn\.Dropout\(0\.2\)/);
    assert.doesNotMatch(proposed, /2 \* d_model/);
    assert.equal(await readFile(session().file('model.py'), 'utf8'), original);
  });

  it('takes its change back when asked to', async () => {
    const { bench, spy } = session();
    play([
      // What is gone at once needn't be told as saved.
      answer([call('undo_edits', {})], { startsAfter: 2_000 }),
      // It undoes what it was shown.
      (results) => answer([call('undo_edits', { ids: [/^(\S+): /.exec(results.at(-1) ?? '')?.[1] ?? ''] })]),
      answer(['The dropout is taken back.']),
    ]);
    await bench.ask('@architect undo that');
    assert.match(await bench.answer(60_000), /taken back/);
    assert(
      seenResults.some((result) => /Dropout before the classifier/.test(result)),
      seenResults.join('\n---\n'),
    );
    await noChanges();
    // The editor's chat saves files with a question (`chat.saveBeforeSend`), pending changes and all: the user was told.
    await bench.command('Notifications: Show Notifications');
    const told = session().page.locator('.notifications-center .notification-list-item', {
      hasText: /model\.py was saved with .* neither kept nor undone/,
    });
    await told.waitFor();
    assert.equal(await told.count(), 1);
    await session().page.keyboard.press('Escape');
    assert.notEqual(await readFile(session().file('model.py'), 'utf8'), original);
    assert.equal(await spy.text(session().file('model.py')), original);
    // The conversation went along.
    const asked = JSON.stringify(api.requests[0]?.body?.messages ?? []);
    assert.match(asked, /overfitting on text classification/);
    assert.match(asked, /The gap of 0\.7/);
  });

  it('says what is wrong with a change that does not pass, and leaves the editor alone', async () => {
    const { bench, spy } = session();
    play([
      answer([edit(LAYER, `${LAYER}\n        self.drop = nn.Dropout(0.2`), call('check_edits', {})]),
      answer(['A layer more. ']),
      answer(['I could not repair it.']),
    ]);
    await bench.ask('@architect add a dropout layer');
    const text = await bench.answer(90_000);
    await session().screenshot('left-out');
    assert.match(text, /The proposed changes were left out[^]*is\s+not\s+closed/);
    assert.equal(await count(), 0);
    assert.equal(await spy.text(session().file('model.py')), original);
  });

  it('shows a change once it has passed, and takes it back when the answer is cancelled', async () => {
    const { bench, spy } = session();
    const dropout = `${LAYER}\n        self.drop = nn.Dropout(0.2)`;
    play([
      answer([
        edit(LAYER, dropout),
        edit(CALLED, 'return self.out(self.drop(torch.tanh(self.hidden(pooled))))'),
        call('check_edits', {}),
      ]),
      answer(['A long answer that goes on and on. '.repeat(2000)], { pause: 100, piece: 10 }),
    ]);
    await bench.ask('@architect explain everything');
    await waitFor('both places of the change', count, (changes) => changes === 2, 60_000);
    assert.equal(api.requests[1]?.complete, false, 'the answer goes on');
    assert.match((await spy.text(session().file('model.py'))) ?? '', /self\.drop = nn\.Dropout\(0\.2\)/);
    await session().screenshot('live');
    await waitFor(
      'the first words',
      () => bench.lastAnswer().innerText(),
      (text) => /A long answer/.test(text),
      60_000,
    );
    await stop();
    await waitFor('the end of the request', () => api.requests[1]?.abandonedAt ?? 0);
    await noChanges();
    await session().screenshot('cancelled');
    assert.equal(await spy.text(session().file('model.py')), original);
    assert.equal(api.requests.length, 2);
    // What was asked goes along with the next question all the same.
    play([answer(['In short: an encoder and a head.'])]);
    await bench.ask('@architect shorter, please');
    assert.match(await bench.answer(60_000), /In short/);
    const sent = JSON.stringify(api.requests[0]?.body?.messages);
    assert.match(sent, /explain everything[^]*The answer was interrupted here[^]*shorter, please/);
    assert.match(sent, /overfitting on text classification/, 'it is the same conversation');
  });

  it('goes through a loss, and explains a change of the answer before', async () => {
    const { bench, spy } = session();
    const loss = 'criterion = nn.CrossEntropyLoss()';
    const before = await readFile(session().file('train.py'), 'utf8');
    const smooth = 'criterion = nn.CrossEntropyLoss(label_smoothing=0.1)';
    const change = (path: string, old: string, fresh: string, title: string): ReturnType<typeof call> =>
      call('propose_edit', { path, old_text: old, new_text: fresh, title, reason: `${title}: less certain answers.` });
    play([
      answer([call('training_context', { path: 'train.py' })]),
      answer([
        change('train.py', loss, smooth, 'Smooth the labels'),
        change('train.py', 'EPOCHS = 16', 'EPOCHS = 8', 'Stop earlier'),
        call('create_file', {
          path: 'test_loss.py',
          text: GRADIENT_CHECK,
          title: 'Check the gradient',
          reason: 'It compares with finite differences.',
        }),
        call('check_edits', {}),
      ]),
      answer([
        '### Cross-entropy with smoothed labels\n\n$$\\frac{\\partial L}{\\partial z_k} = \\mathrm{softmax}(z)_k - q_k$$\n\nEach logit is pulled towards its smoothed label.',
      ]),
    ]);
    await bench.ask('@architect /loss is mine right for noisy labels?');
    const text = await bench.answer(90_000);
    await session().screenshot('loss-dialogue');
    assert.match(text, /Cross-entropy with smoothed labels/);
    const instructions = JSON.stringify(api.requests[0]?.body?.messages);
    assert.match(instructions, /The user asks about a loss \(\/loss\)/);
    assert.match(instructions, /gradcheck/);
    await waitFor('the three changes', count, (changes) => changes === 3);
    assert.ok((await spy.text(session().file('train.py')))?.includes(smooth));
    play([answer(['Eight epochs: what is learnt by heart is learnt late.'])]);
    await bench.ask('@architect explain the second change');
    assert.match(await bench.answer(60_000), /Eight epochs/);
    const sent = JSON.stringify(api.requests[0]?.body?.messages);
    assert.match(
      sent,
      /1\. Smooth the labels \(id [^)]*train\.py\).*2\. Stop earlier \(id [^)]*train\.py\).*3\. Check/,
    );
    assert.match(sent, /EPOCHS = 8/, 'what the change was goes along');
    play([]);
    await bench.command('Architect: Undo All Pending Changes');
    await noChanges();
    assert.equal(await spy.text(session().file('train.py')), before);
    await assert.rejects(stat(session().file('test_loss.py')));
  });

  it('works in the cells of a notebook', async () => {
    const { bench, spy } = session();
    const cell = (source: string): object => ({ cell_type: 'code', source: [source], metadata: {}, outputs: [] });
    const model =
      'class Wide(nn.Module):\n    def __init__(self, width=24):\n        super().__init__()\n        self.a = nn.Linear(8, width)\n';
    const notebook = {
      cells: [cell('from torch import nn'), cell(model)],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    };
    await writeFile(session().file('wide.ipynb'), JSON.stringify(notebook));
    await spy.evaluate(async (host, path) => {
      await host.commands.executeCommand('vscode.open', host.Uri.file(path));
    }, session().file('wide.ipynb'));
    const textOf = (): Promise<string | undefined> =>
      spy.evaluate((host) =>
        host.workspace.notebookDocuments
          .find(({ uri }) => uri.path.endsWith('wide.ipynb'))
          ?.getCells()[1]
          ?.document.getText(),
      );
    await waitFor('the notebook', textOf, (text) => text === model);
    const path = 'wide.ipynb#cell 2';
    play([
      answer([
        call('propose_edit', {
          path,
          old_text: 'width=24',
          new_text: 'width=16',
          title: 'Narrower',
          reason: 'It is wide.',
        }),
        call('check_edits', {}),
      ]),
      answer(['It is narrower now.']),
    ]);
    await bench.ask('@architect make Wide narrower');
    assert.match(await bench.answer(60_000), /1 change in 1 file is pending/);
    const [first, second] = api.requests.map(({ body }) => JSON.stringify(body?.messages));
    assert.match(first ?? '', /report of Wide in wide\.ipynb#cell 2/);
    assert.match(second ?? '', /parameters of Wide: 216 → 144/);
    await waitFor('the change', textOf, (text) => text === model.replace('24', '16'));
    await session().screenshot('notebook');
    await bench.command('Architect: Undo All Pending Changes');
    await waitFor('the text before', textOf, (text) => text === model);
    await noChanges();
  });

  it('gets a picture that was attached, but none that is ignored, and says in plain words that one is gone', async () => {
    const { bench, page } = session();
    const attach = async (name: string): Promise<void> => {
      await bench.openChat();
      await bench.press('Mod+/');
      await bench.pickRow('Files & Folders...');
      await page.keyboard.type(name);
      await bench.pickRow(name);
      await page.locator('.chat-attached-context-attachment', { hasText: name }).waitFor();
    };
    const pictures = (): { media_type: string; data: string }[] =>
      (api.requests[0]?.body?.messages ?? [])
        .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
        .flatMap((block) => (block.type === 'image' ? [(block as unknown as { source: never }).source] : []));
    const icon = join(ROOT, 'media', 'icon.png');
    await cp(icon, session().file('curves.png'));
    await cp(icon, session().file('scans/patient.png'));
    await writeFile(session().file('gone.csv'), 'epoch,loss\n');
    await attach('curves.png');
    await attach('patient.png');
    await writeFile(session().file('scans/.gitignore'), 'patient.png\n');
    play([answer(['Two lines that part.'])]);
    await bench.ask('@architect what do these curves say?');
    assert.match(
      await bench.answer(),
      /Two lines that part\.\s+The picture patient\.png is not sent: \.gitignore lists it\./,
    );
    await session().screenshot('picture');
    const [picture, ...more] = pictures();
    assert.equal(picture?.media_type, 'image/png');
    assert.equal(Buffer.from(picture.data, 'base64').subarray(1, 4).toString('latin1'), 'PNG');
    assert.deepEqual(more, []);
    assert.match(JSON.stringify(api.requests[0]?.body), /A picture that the user attached as curves\.png:/);

    await attach('gone.csv');
    await rm(session().file('gone.csv'));
    play([]);
    await bench.ask('@architect and this?');
    assert.match(
      await bench.answer(),
      /gone\.csv, which is attached, is no longer there\. Attach it again, or ask without it/,
    );
    await session().screenshot('gone');
    assert.equal(api.requests.length, 0);
  });

  it('offers Claude to other uses of chat: streaming, tools, counts, errors', async () => {
    const { spy } = session();
    play([answer(['Hello ', call('add', { a: 1, b: 2 })])]);
    const parts = await spy.evaluate(async (host) => {
      const [model] = await host.lm.selectChatModels({ vendor: 'architect-claude', id: 'claude-sonnet-5-5' });
      if (!model) return ['no model'];
      const counted = await model.countTokens('a'.repeat(8000));
      const response = await model.sendRequest([host.LanguageModelChatMessage.User('Hello')], {
        tools: [{ name: 'add', description: 'Adds.', inputSchema: { type: 'object', properties: {} } }],
      });
      const seen: string[] = [`${counted > 1500}`];
      for await (const part of response.stream)
        if (part instanceof host.LanguageModelTextPart) seen.push(part.value);
        else if (part instanceof host.LanguageModelToolCallPart)
          seen.push(`${part.name} ${JSON.stringify(part.input)}`);
      return seen;
    });
    assert.equal(parts[0], 'true');
    assert.equal(parts.slice(1).join(''), 'Hello add {"a":1,"b":2}');
  });

  it('writes the key nowhere', async () => {
    const { bench } = session();
    await bench.command('Architect: Set Anthropic API Key');
    await bench.answerInput('');
    await session().page.locator('.notification-list-item', { hasText: 'The Anthropic key is deleted' }).waitFor();
    const folder = session().server.data;
    const { execFileSync } = await import('node:child_process');
    const found = execFileSync('sh', ['-c', `grep -rl "${FAKE_KEY}\\|sk-ant-wrong" "${folder}/user" || true`], {
      encoding: 'utf8',
    });
    assert.equal(found, '');
  });
});
