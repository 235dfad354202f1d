import assert from 'node:assert/strict';
import { answer, call, FAKE_KEY, startFakeApi, type FakeApi, type Reply } from '../support/fakeApi/index.js';
import { useSession } from '../support/session.js';
import { TORCH_PYTHON } from '../support/torch-python.js';
import { waitFor } from '../support/wait.js';

/** Follow-ups of an answer, by what stands on them. */
const ANALYZE = 'Analyze the model';
const EXPLAIN = 'Explain the module';
const FIX = 'Fix overfitting';
const LOSS = 'Look at the loss';
const SHRINK = 'Shrink it to half';
const TRAIN = 'Look at the training';
const VERIFY = 'Verify it in Python';

describe('the commands of @architect', function () {
  this.timeout(240_000);
  let api: FakeApi;
  const settings: Record<string, unknown> = { 'files.autoSave': 'off' };
  before(async () => {
    api = await startFakeApi();
    settings['architect.anthropic.baseUrl'] = api.url;
  });
  const session = useSession({ name: 'commands', settings });
  after(() => api.close());

  const offered = (): Promise<string[]> =>
    session().page.locator('.interactive-input-followups .monaco-button').allInnerTexts();
  const offers = async (...labels: string[]): Promise<void> => {
    await waitFor('the follow-ups', offered, (found) => JSON.stringify(found) === JSON.stringify(labels));
  };
  const follow = (label: string): Promise<void> =>
    session().page.locator('.interactive-input-followups .monaco-button', { hasText: label }).first().click();
  const changes = async (): Promise<number> => {
    const item = session().page.locator('.statusbar-item', { hasText: /\d+ changes?$/ });
    const text = await item.innerText({ timeout: 2000 }).catch(() => '0 changes');
    return Number(/(\d+) changes?/.exec(text)?.[1] ?? 0);
  };

  it('each have an answer without a model, and offer what is next', async () => {
    const { bench } = session();
    await bench.openFile('model.py');
    const cases: [question: string, says: RegExp, ...next: string[]][] = [
      ['/analyze TextClassifier', /`?blocks\.0\.\.2`?\s+EncoderBlock\s+3 × 111,840/, EXPLAIN, SHRINK, FIX, VERIFY],
      ['/explain EncoderBlock', /4·\(96² \+ 96\) = 37,248/, SHRINK, LOSS],
      ['/loss', /CrossEntropyLoss[^]*Add label smoothing/, TRAIN, FIX],
      ['/train', /gradient clipping: none/, LOSS, FIX],
      ['/design a CNN for 5 classes', /needs a language model/, FIX, ANALYZE],
    ];
    for (const [question, says, ...next] of cases) {
      await bench.ask(`@architect ${question}`);
      assert.match(await bench.answer(90_000), says);
      await offers(...next);
      await session().screenshot(`offline-${/\w+/.exec(question)?.[0]}`);
    }
  });

  it('verify what is in the editor: with a change that nobody has kept yet', async () => {
    const { bench, page, spy } = session();
    await spy.evaluate(
      (host, python) => host.workspace.getConfiguration('architect').update('verify.python', python, 2),
      TORCH_PYTHON,
    );
    await bench.ask('@architect /shrink TextClassifier to under 200k parameters');
    assert.match(await bench.answer(90_000), /196,708 parameters/);
    await offers('Undo that', ANALYZE, VERIFY);
    await follow(VERIFY);
    const question = page.locator('.quick-input-widget:visible', { hasText: 'Run TextClassifier in Python?' });
    await question.waitFor({ timeout: 60_000 });
    const told = (await question.locator('.monaco-list-row').allInnerTexts()).join(' ').replaceAll(/\s+/g, ' ');
    assert.match(told, /Changes of model\.py that you have neither kept nor undone are part of it/);
    await session().screenshot('verify-pending');
    await question.locator('.monaco-list-row', { hasText: 'Run' }).first().click();
    const text = await bench.answer(150_000);
    assert.match(text, /everything that was checked holds/);
    assert.match(text, /parameters\s+196,708/);
    await bench.command('Architect: Undo All Pending Changes');
    await waitFor('no change', changes, (count) => count === 0);
  });

  it('go to Claude each with its own instructions, one after the other by what is offered', async () => {
    const { bench, page } = session();
    await bench.command('Architect: Set Anthropic API Key');
    await bench.answerInput(FAKE_KEY);
    await page.locator('.notification-list-item', { hasText: 'The Anthropic key is set' }).waitFor();
    const change = (old: string, fresh: string, title: string): ReturnType<typeof call> =>
      call('propose_edit', { path: 'train.py', old_text: old, new_text: fresh, title, reason: 'It is late.' });
    const steps: [press: string, command: string, replies: readonly Reply[], ...next: string[]][] = [
      ['/analyze', 'analyze', [], EXPLAIN, SHRINK, FIX, VERIFY],
      [EXPLAIN, 'explain', [], SHRINK, LOSS],
      [LOSS, 'loss', [], TRAIN, FIX],
      [TRAIN, 'train', [], LOSS, FIX],
      [
        FIX,
        'fix',
        [
          answer([
            change('EPOCHS = 16', 'EPOCHS = 8', 'Stop earlier'),
            change('BATCH_SIZE = 32', 'BATCH_SIZE = 16', 'Smaller steps'),
            call('check_edits', {}),
          ]),
        ],
        'Explain the first change',
        'Undo that',
        ANALYZE,
        TRAIN,
      ],
      [ANALYZE, 'analyze', [], EXPLAIN, SHRINK, FIX, VERIFY],
      [SHRINK, 'shrink', [], ANALYZE, VERIFY],
      [VERIFY, 'verify', [], ANALYZE, TRAIN],
      ['/design a CNN', 'design', [], ANALYZE, TRAIN, VERIFY],
    ];
    for (const [press, command, replies, ...next] of steps) {
      const last = `It is /${command}, ${next.length}.`;
      api.play((_body, index) => replies[index] ?? answer([last]));
      await (press.startsWith('/') ? bench.ask(`@architect ${press}`) : follow(press));
      await waitFor(
        `the answer to ${command}`,
        () => bench.lastAnswer().innerText(),
        (text) => text.includes(last),
        60_000,
      );
      const sent = JSON.stringify(api.requests[0]?.body?.messages.at(-1));
      assert.match(sent, new RegExp(`\\(/${command}\\)`), command);
      await offers(...next);
    }
    assert.equal(await changes(), 2);
    await session().screenshot('claude');
  });

  it('say what a fault means and what to do, without the key that an error quotes', async () => {
    const { bench } = session();
    api.play(() => ({
      kind: 'failure',
      status: 400,
      type: 'invalid_request_error',
      message: `headers: {"x-api-key": "other-secret", "authorization": "Bearer ${FAKE_KEY}"}, via http://me:other-secret@proxy.example`,
    }));
    await bench.ask('@architect /explain TextEmbedding');
    const text = await bench.answer(60_000);
    assert.match(text, /refused the request as malformed\. Start a new chat/);
    assert.match(text, /http:\/\/…@proxy\.example/);
    assert.doesNotMatch(text, /other-secret|sk-ant-fake/);
    await session().screenshot('fault');
    const { execFileSync } = await import('node:child_process');
    const found = execFileSync(
      'sh',
      ['-c', `grep -rl "other-secret\\|${FAKE_KEY}" "${session().server.data}/user" || true`],
      {
        encoding: 'utf8',
      },
    );
    assert.equal(found, '');
  });
});
