// Questions and answers: the loop, the tools, what leaves it and what doesn't.
import assert from 'node:assert/strict';
import type { AgentPorts, TurnRecord } from '../../src/agent/index.js';
import { applyEdits } from '../../src/edits/index.js';
import { answer, call, failure, lastUserText, text, thinking, toolResults } from '../support/fakeApi/index.js';
import { MODEL, startBench, type Bench } from './support.js';

const DROPOUT = {
  path: 'model.py',
  title: 'Dropout before the head',
  reason: 'It thins the features.',
};
const DEFINE = call('propose_edit', {
  ...DROPOUT,
  old_text: '        self.head = nn.Linear(32, num_classes)\n',
  new_text: '        self.dropout = nn.Dropout(0.2)\n        self.head = nn.Linear(32, num_classes)\n',
});
const USE = call('propose_edit', {
  ...DROPOUT,
  symbol: 'Net.forward',
  new_text: '    def forward(self, x):\n        return self.head(self.dropout(self.act(self.hidden(x))))',
});
const WIDER = call('propose_edit', {
  path: 'model.py',
  title: 'A wider hidden layer',
  reason: 'More capacity.',
  old_text: 'nn.Linear(16, 32)',
  new_text: 'nn.Linear(16, 64)',
});
const CHECK = call('check_edits', {});

describe('runAgent', function () {
  this.timeout(60_000);
  let bench: Bench;
  before(async () => (bench = await startBench()));
  after(() => bench.close());

  it('sends the module, its report and the question, and streams the answer', async () => {
    bench.api.play([answer([thinking('A small one.'), 'It is a **perceptron** with 709 parameters.'])]);
    const result = await bench.ask();
    assert.equal(result.text, 'It is a **perceptron** with 709 parameters.');
    assert.equal(result.stop, 'done');
    const [request] = bench.api.requests;
    const sent = lastUserText(request?.body ?? assert.fail());
    assert.match(sent, /parameters: 709 total/);
    assert.match(sent, /<untrusted source="file model\.py">\n 1 {2}import torch\.nn as nn/);
    assert.match(sent, /The user asks:\nWhat is this\?/);
    assert.deepEqual(
      result.references.map(({ label }) => label),
      ['model.py'],
    );
    assert.ok(result.events.filter(({ type }) => type === 'text').length > 1, 'in pieces');
    assert.match(
      result.footer,
      /^\*Claude Sonnet 5\.5 · [\d,]+ tokens in, [\d,]+ out · (under )?\$[\d.]+ at list prices · [\d.]+ s\*$/,
    );
  });

  it('lets checked changes out: one set per change, what belongs together in one', async () => {
    bench.api.play([answer([DEFINE, USE]), answer([WIDER, CHECK]), answer(['Both are proposed.'])]);
    const result = await bench.ask({ command: 'fix', prompt: 'make it better' });
    assert.equal(result.stop, 'done');
    const [, , last] = bench.api.requests;
    const [, check] = toolResults(last?.body ?? assert.fail());
    assert.match(check?.text ?? '', /^Failed/, 'a wider layer alone does not fit the head');
    assert.deepEqual(result.edits, []);
    assert.match(result.text, /left out/);
  });

  it('has a wrong change repaired in the next round', async () => {
    const FIT = call('propose_edit', {
      path: 'model.py',
      title: 'A wider hidden layer',
      reason: 'More capacity.',
      old_text: 'nn.Linear(32, num_classes)',
      new_text: 'nn.Linear(64, num_classes)',
    });
    bench.api.play([
      answer([DEFINE, USE]),
      answer([WIDER, CHECK]),
      answer([FIT, CHECK]),
      answer(['Dropout and a wider layer.']),
    ]);
    const result = await bench.ask();
    const checks = bench.api.requests.map(({ body }) => toolResults(body ?? assert.fail()).at(-1)?.text ?? '');
    assert.match(checks[2] ?? '', /^Failed[^]*shapes: failed/);
    assert.match(checks[3] ?? '', /^Passed[^]*parameters of Net: 709 → 1,413 \(\+704\)/);
    assert.deepEqual(
      result.edits.map(({ title, files }) => [title, files[0]?.edits[0]?.parameters]),
      [
        ['Dropout before the head', { kind: 'known', delta: 0 }],
        ['A wider hidden layer', { kind: 'known', delta: 704 }],
      ],
    );
    const after = applyEdits(
      MODEL,
      result.edits.flatMap(({ files }) => files.flatMap(({ edits }) => edits)),
    );
    assert.match(after, /Linear\(16, 64\)[^]*Dropout\(0\.2\)[^]*Linear\(64, num_classes\)[^]*self\.dropout\(/);
    const passed = result.events.flatMap((event) => (event.type === 'passed' ? [event] : []));
    assert.deepEqual(
      passed.map(({ titles, sets, originals }) => [titles, sets, originals.map(({ text }) => text)]),
      [[result.edits.map(({ title }) => title), result.edits, [MODEL]]],
    );
  });

  it('tells what can be shown each time that it passed, and that it was dropped', async () => {
    bench.api.play([
      answer([DEFINE, USE, CHECK]),
      answer([WIDER, CHECK]),
      answer([call('drop_edits', {})]),
      answer(['Better not.']),
    ]);
    const result = await bench.ask();
    const passed = result.events.flatMap((event) => (event.type === 'passed' ? [event.titles] : []));
    assert.deepEqual(passed, [['Dropout before the head'], []], 'what failed is not told');
    assert.deepEqual(result.edits, []);
  });

  it('keeps independent changes apart, each with its own count', async () => {
    const SMOOTH = call('propose_edit', {
      path: 'model.py',
      title: 'GELU',
      reason: 'Smoother.',
      old_text: 'nn.ReLU()',
      new_text: 'nn.GELU()',
    });
    bench.api.play([answer([SMOOTH, DEFINE, USE, CHECK]), answer(['Two changes.'])]);
    const { edits, turn } = await bench.ask();
    assert.deepEqual(
      edits.map(({ title, files }) => [title, files.flatMap((file) => file.edits).length]),
      [
        ['GELU', 1],
        ['Dropout before the head', 2],
      ],
    );
    assert.equal(edits[1]?.groups?.length, 1);
    assert.deepEqual(
      turn.edits.map(({ title, files }) => [title, files]),
      [
        ['GELU', ['model.py']],
        ['Dropout before the head', ['model.py']],
      ],
    );
  });

  it('checks what the model forgot to check, and offers one round to repair it', async () => {
    bench.api.play([answer([WIDER]), answer(['Done.']), answer(['I could not.'])]);
    const result = await bench.ask();
    assert.match(lastUserText(bench.api.requests[2]?.body ?? assert.fail()), /did not pass the check/);
    assert.equal(result.edits.length, 0);
    assert.match(result.text, /Done\.\n\nI could not\.[^]*left out/);
  });

  it('tells the model which findings its change brings, and lists them on demand', async () => {
    const HIDDEN = call('propose_edit', {
      path: 'model.py',
      title: 'More layers',
      reason: 'Depth.',
      old_text: '        self.act = nn.ReLU()\n',
      new_text: '        self.act = nn.ReLU()\n        self.extra = [nn.Linear(32, 32)]\n',
    });
    bench.api.play([
      answer([call('lint', { path: 'model.py' }), HIDDEN, CHECK, call('lint', { path: 'model.py' })]),
      answer(['It is in a list.']),
    ]);
    await bench.ask();
    const [before, , check, after] = toolResults(bench.api.requests[1]?.body ?? assert.fail());
    assert.match(before?.text ?? '', /Nothing is found in model\.py/);
    assert.match(check?.text ?? '', /^Passed[^]*new findings:\n- error R01, line 10: /);
    assert.match(after?.text ?? '', /- error R01, line 10: /);
  });

  it('holds a budget by the analyser’s count: a model that misses it is told, and the answer says what is counted', async () => {
    const to = (width: number): ReturnType<typeof call> =>
      call('propose_edit', {
        path: 'model.py',
        title: 'A narrower hidden layer',
        reason: 'Fewer parameters.',
        symbol: 'Net.__init__',
        new_text: `    def __init__(self, num_classes):\n        super().__init__()\n        self.hidden = nn.Linear(16, ${width})\n        self.act = nn.ReLU()\n        self.head = nn.Linear(${width}, num_classes)`,
      });
    bench.api.play([answer([to(24), CHECK]), answer(['It is small now.']), answer([to(16), CHECK]), answer(['Now.'])]);
    const held = await bench.ask({ command: 'shrink', prompt: 'to under 400 parameters' });
    assert.match(
      lastUserText(bench.api.requests[2]?.body ?? assert.fail()),
      /The budget is not held\*\*: the analyser counts 533 parameters for `Net`, at most 400/,
    );
    assert.match(held.text, /Now\.\n\n\*\*Budget held\*\*: the analyser counts 357 parameters/);
    assert.equal(held.edits.length, 1);
    bench.api.play((_body, i) => (i === 0 ? answer([to(24), CHECK]) : answer(['I can not do better.'])));
    const missed = await bench.ask({ command: 'shrink', prompt: 'to half' });
    assert.match(
      missed.text,
      /The budget is not held\*\*: the analyser counts 533 parameters for `Net`, at most 354 were/,
    );
    assert.equal(bench.api.requests.length, 4, 'it is told twice');
  });

  it('counts a design against the parameters that were asked for, whatever other numbers there are', async () => {
    const NEW = MODEL.replaceAll('Net', 'Other');
    bench.api.play([
      answer([call('create_file', { path: 'other.py', text: NEW, title: 'A new model', reason: 'Asked for.' }), CHECK]),
      answer(['There it is.']),
    ]);
    const { text: said } = await bench.ask({
      command: 'design',
      prompt: 'a classifier for 5 classes and 480k examples, under 1,000 parameters',
    });
    assert.match(said, /Budget held\*\*: the analyser counts 709 parameters for `Other`, at most 1,000/);
  });

  it('runs code only once the user has seen what is run and agreed', async () => {
    const asked: string[] = [];
    const ran: string[] = [];
    const overlays: (string | undefined)[] = [];
    const ports = (yes: boolean): AgentPorts => ({
      ...bench.ports,
      user: { confirm: async ({ title, detail }) => (asked.push(`${title} ${detail}`), yes) },
      verify: {
        prepare: async ({ qualname = '', overlay }) => ({
          qualname: (overlays.push(overlay?.map(({ text }) => text).join()), qualname),
          title: `Run ${qualname}?`,
          detail: 'python verify.py',
          run: async () => {
            ran.push(qualname);
            const result = {
              end: { kind: 'done' as const },
              versions: undefined,
              checks: [],
              error: undefined,
              printed: '',
            };
            return { result, holds: true, markdown: 'everything that was checked holds' };
          },
        }),
      },
    });
    const VERIFY = call('verify', { path: 'model.py', qualname: 'Net' });
    const script = [answer([VERIFY]), answer(['So it is.'])];
    bench.api.play(script);
    await bench.ask({ command: 'verify', prompt: '', ports: ports(false) });
    assert.match(toolResults(bench.api.requests[1]?.body ?? assert.fail())[0]?.text ?? '', /declined: nothing was run/);
    assert.deepEqual([asked, ran], [['Run Net? python verify.py'], []]);
    bench.api.play(script);
    await bench.ask({ command: 'verify', prompt: '', ports: ports(true) });
    assert.match(toolResults(bench.api.requests[1]?.body ?? assert.fail())[0]?.text ?? '', /everything .* holds/);
    assert.deepEqual(ran, ['Net']);
    assert.deepEqual(overlays, [undefined, undefined], 'the code as the editor has it');
    bench.api.play([answer([DEFINE, USE, VERIFY, CHECK, VERIFY]), answer(['So it is.'])]);
    const { events } = await bench.ask({ command: 'verify', prompt: '', ports: ports(true) });
    const results = toolResults(bench.api.requests[1]?.body ?? assert.fail());
    assert.match(results[2]?.text ?? '', /^Nothing was run: .* have not passed check_edits/);
    assert.match(results[4]?.text ?? '', /^<untrusted source="verify">\neverything .* holds/);
    assert.match(overlays[2] ?? '', /self\.dropout = nn\.Dropout\(0\.2\)/, 'with the changes that have passed');
    assert.deepEqual([ran.length, overlays.length], [2, 3]);
    const order = events.flatMap((event) =>
      event.type === 'passed' || (event.type === 'tool' && event.name === 'verify') ? [event.type] : [],
    );
    assert.deepEqual(order, ['tool', 'tool', 'passed', 'tool', 'tool'], 'they are shown before they are run');
  });

  it('creates files that were checked', async () => {
    const NEW = MODEL.replaceAll('Net', 'Other');
    bench.api.play([
      answer([
        call('create_file', { path: 'nets/other.py', text: NEW, title: 'A new model', reason: 'Asked for.' }),
        CHECK,
      ]),
      answer(['There it is.']),
    ]);
    const { edits } = await bench.ask({ command: 'design', prompt: 'one more' });
    const [file] = edits[0]?.files ?? [];
    assert.deepEqual([file?.uri, file?.create], [bench.uri('nets/other.py'), true]);
    assert.match(
      toolResults(bench.api.requests[1]?.body ?? assert.fail())[1]?.text ?? '',
      /parameters of Other: new, 709/,
    );
  });

  it('answers a failed match with the nearest text', async () => {
    bench.api.play([
      answer([call('propose_edit', { ...DROPOUT, old_text: 'self.hidden = nn.Linear(16, 31)', new_text: 'x' })]),
      answer(['Sorry.']),
    ]);
    await bench.ask();
    const [result] = toolResults(bench.api.requests[1]?.body ?? assert.fail());
    assert.ok(result?.isError);
    assert.match(
      result.text,
      /nearest text is at line 8:[^]*8 {2} {8}self\.hidden = nn\.Linear\(16, 32\)[^]*file was not modified/,
    );
  });

  it('runs calls that only look side by side and gives all results in one message', async () => {
    bench.api.play([
      answer([
        call('list_modules', {}),
        call('read_source', { path: 'model.py', symbol: 'Net.forward' }),
        call('find_usages', { name: 'hidden' }),
      ]),
      answer(['Seen.']),
    ]);
    await bench.ask();
    const results = toolResults(bench.api.requests[1]?.body ?? assert.fail());
    assert.equal(results.length, 3);
    assert.match(results[0]?.text ?? '', /model\.py\n {2}Net, line 5: 709 parameters/);
    assert.match(results[1]?.text ?? '', /12 {2} {4}def forward/);
    assert.match(results[2]?.text ?? '', /model\.py:8 definition in Net\.__init__: self\.hidden/);
  });

  it('tells what it does in plain words', async () => {
    const thought = '**A look**\n\nI count the head first. It may be **too wide**.';
    bench.api.play([
      answer([thinking(thought), call('inspect_model', { path: 'model.py', qualname: 'Net' })]),
      answer([thinking('Well.'), 'Done.']),
    ]);
    const { events } = await bench.ask();
    const progress = events.flatMap((event) => (event.type === 'progress' ? [event.text] : []));
    assert.deepEqual(progress, [
      'Reading the model and the code around it',
      'Thinking',
      'I count the head first.',
      'Inspect an nn.Module',
      'Counting Net',
      'Thinking',
    ]);
  });

  describe('ends', () => {
    it('when the model goes round in circles', async () => {
      bench.api.play(() => answer([call('list_modules', {})]));
      const result = await bench.ask();
      assert.equal(result.stop, 'loop');
      assert.match(result.problem?.message ?? '', /circles/);
      assert.ok(result.rounds <= 5);
    });

    it('when the rounds are used up', async () => {
      bench.api.play((_body, i) => answer([call('read_source', { path: 'model.py', from: i + 1, to: i + 1 })]));
      const result = await bench.ask({ limits: { maxRounds: 3 } });
      assert.deepEqual([result.stop, result.rounds], ['maxRounds', 3]);
    });

    it('when the money is spent', async () => {
      bench.api.play((_body, i) => answer([call('read_source', { path: 'model.py', from: i + 1, to: i + 1 })]));
      const result = await bench.ask({ limits: { spending: 0.00001 } });
      assert.deepEqual([result.stop, result.rounds], ['spending', 1]);
      assert.match(result.problem?.message ?? '', /limit in the settings/);
    });

    it('with a sentence when the model refuses, says nothing, or is cut', async () => {
      bench.api.play([answer([], { stop: 'refusal', refusal: 'Not this.' })]);
      const refused = await bench.ask();
      assert.match(refused.problem?.message ?? '', /declined to answer: Not this\. Put/);
      bench.api.play([answer(['Yes.'])]);
      await bench.ask({ prompt: 'And now?', history: [{ ...refused.turn, prompt: 'the refused one' }] });
      assert.doesNotMatch(JSON.stringify(bench.api.requests.at(-1)?.body), /the refused one/);
      bench.api.play([answer([])]);
      const empty = await bench.ask();
      assert.equal(empty.stop, 'empty');
      assert.match(empty.problem?.message ?? '', /gave no answer\. Ask again/);
      bench.api.play([answer(['It is a '], { stop: 'max_tokens' })]);
      const cut = await bench.ask();
      assert.deepEqual([cut.stop, cut.text], ['maxTokens', 'It is a ']);
      bench.api.play([answer(['```python\nx ='], { stop: 'max_tokens' })]);
      assert.equal((await bench.ask()).text, '```python\nx =\n```\n', 'what is told below is no code');
      assert.match(cut.problem?.message ?? '', /longest length that the settings allow.*Max Tokens/);
    });

    it('a call that was cut off is not run, and gets another try', async () => {
      bench.api.play([answer([WIDER], { stop: 'max_tokens', inputCutAt: 30 }), answer(['Then not.'])]);
      const result = await bench.ask();
      const [cut] = toolResults(bench.api.requests[1]?.body ?? assert.fail());
      assert.match(cut?.text ?? '', /not run[^]*Nothing was modified/);
      assert.deepEqual([result.stop, result.edits], ['done', []]);
    });

    it('with what had come, when the connection breaks in a later round', async () => {
      bench.api.play([
        answer([text('First I look.'), DEFINE, USE, CHECK]),
        answer(['And then I'], { cut: { after: 5, how: 'reset' } }),
      ]);
      const result = await bench.ask();
      assert.equal(result.stop, 'error');
      assert.match(result.text, /^First I look\.\n\nAnd then/);
      assert.equal(result.edits.length, 1, 'what had passed is not lost');
      assert.equal(result.turn.messages.at(-1)?.role, 'assistant');
    });

    it('with the reason, when the key is bad', async () => {
      bench.api.play([failure(401)]);
      const result = await bench.ask();
      assert.equal(result.problem?.kind, 'key');
      assert.match(result.problem.message, /Set a valid one with “Architect: Set Anthropic API Key”/);
      assert.deepEqual([result.problem.status, result.problem.requestId], [401, 'req_failed']);
      assert.equal(result.turn.messages.length, 2);
    });
  });

  describe('cancel', () => {
    const cases: [string, (event: { type: string; text?: string }) => boolean][] = [
      [
        'while reading',
        (event) => event.type === 'progress' && event.text === 'Reading the model and the code around it',
      ],
      ['while the model writes', (event) => event.type === 'text'],
      ['while a tool runs', (event) => event.type === 'tool'],
      ['while the changes are checked', (event) => event.text === 'Checking the changes'],
      ['once they have passed', (event) => event.type === 'passed'],
    ];
    for (const [name, when] of cases)
      it(`${name} ends within 200 ms, without changes and further requests`, async () => {
        bench.api.play([
          answer(['Let me see. ', DEFINE, USE, CHECK], { pause: 5 }),
          answer(['Done.'], { startsAfter: 500 }),
        ]);
        const controller = new AbortController();
        let at = 0;
        const result = await bench.ask({
          signal: controller.signal,
          observer: (event) => {
            if (at !== 0 || !when(event)) return;
            at = performance.now();
            controller.abort();
          },
        });
        assert.ok(at > 0);
        assert.ok(performance.now() - at < 200, `${performance.now() - at} ms`);
        assert.deepEqual([result.stop, result.edits, result.problem], ['cancelled', [], undefined]);
        const made = bench.api.requests.length;
        await new Promise((resolve) => setTimeout(resolve, 60));
        assert.equal(bench.api.requests.length, made);
        assert.ok(bench.api.requests.every((request) => request.complete || request.abandonedAt !== undefined));
      });
  });

  describe('over several turns', () => {
    it('knows its earlier changes by id, and sends no thoughts of earlier turns', async () => {
      bench.api.play([
        answer([thinking('Hm.'), DEFINE, USE, CHECK]),
        answer([thinking('Good.'), 'Dropout is proposed.']),
      ]);
      const first = await bench.ask({ prompt: 'help' });
      const id = first.edits[0]?.id ?? assert.fail();
      const undone: string[] = [];
      bench.api.play([answer([call('undo_edits', { ids: [id] })]), answer(['It is undone.'])]);
      const second = await bench.ask({
        prompt: 'undo that',
        history: [first.turn],
        ports: {
          ...bench.ports,
          pending: {
            list: async () => [{ id, title: 'Dropout before the head', state: 'pending' }],
            undo: async (ids) => {
              undone.push(...ids);
              return ids;
            },
          },
        },
      });
      assert.equal(second.stop, 'done');
      assert.deepEqual(undone, [id]);
      const sent = JSON.stringify(bench.api.requests[0]?.body?.messages);
      assert.match(sent, new RegExp(`1\\. Dropout before the head \\(id ${id.replace('+', '\\+')}, model\\.py\\)`));
      assert.doesNotMatch(sent, /"thinking"/);
      assert.doesNotMatch(JSON.stringify(first.turn), /Hm\./);
    });

    it('gives later proposals new numbers', async () => {
      bench.api.play([answer([DEFINE, USE, CHECK]), answer(['One.'])]);
      const first = await bench.ask();
      bench.api.play([answer([DEFINE, USE, CHECK]), answer(['Two.'])]);
      const second = await bench.ask({ history: [first.turn] });
      assert.match(second.edits[0]?.id ?? '', /-e3\+e4$/);
    });

    it('a long conversation stays within its budget', async () => {
      bench.api.play(() => answer(['word '.repeat(4000)]));
      const history: TurnRecord[] = [];
      for (let i = 0; i < 6; i++) history.push((await bench.ask({ prompt: `question ${i}`, history })).turn);
      const size = JSON.stringify(bench.api.requests.at(-1)?.body?.messages).length;
      assert.ok(size < 120_000, String(size));
    });
  });

  it('reads what does not change from the cache', async () => {
    bench.api.play(() => answer(['Yes.']));
    await bench.ask();
    const { usage } = await bench.ask({ prompt: 'And this?' });
    assert.ok(usage.cacheRead > 3000, JSON.stringify(usage));
  });
});
