/**
 * From Enter in the chat panel to the request at the provider's door, warm: `npx tsx bench/ask.ts [questions]`, after `npm run package`.
 * Opens the real editor on the sample with a local Messages API. The first line counts from the key event's own time. The next two are the
 * editor's page, until its call of the participant leaves for the extension host, and all from there on: the editor's extension host, the
 * extension, the client, the connection. The last is the extension's part alone, as its log has it: from being asked until all that goes
 * with the question was gathered.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer, FAKE_KEY, startFakeApi } from '../test/support/fakeApi/index.js';
import { Session } from '../test/support/session.js';
import { waitFor } from '../test/support/wait.js';

const QUESTIONS = Number(process.argv[2] ?? 10);

async function main(): Promise<void> {
  const api = await startFakeApi();
  const settings = { 'architect.anthropic.baseUrl': api.url };
  const session = await Session.open({ name: 'bench-ask', settings });
  try {
    const { bench } = session;
    await bench.openFile('model.py');
    await bench.command('Architect: Set Anthropic API Key');
    await bench.answerInput(FAKE_KEY);
    await session.page.locator('.notification-list-item', { hasText: 'The Anthropic key is set' }).waitFor();
    await session.page.evaluate(WATCH);
    const total: number[] = [];
    const page: number[] = [];
    for (let i = 0; i <= QUESTIONS; i++) {
      api.play([answer([`Answer ${i}.`])]);
      await bench.writeRequest(`@architect why is the head of TextClassifier like this? ${i}`);
      await bench.press('Enter');
      const request = await waitFor('the request', () => api.requests[0], Boolean);
      // The first one opens the connection and builds what is kept.
      if (request && i > 0) {
        const { pressed, left } = await session.page.evaluate<Asked>('asked');
        total.push(performance.timeOrigin + request.at - pressed);
        if (left !== null) page.push(left - pressed);
      }
      await waitFor(
        'the answer',
        () => bench.lastAnswer().innerText(),
        (text) => text.includes(`Answer ${i}.`),
      );
    }
    print('Enter to request', total);
    print('of it the editor’s page', page);
    print(
      'of it from there on',
      total.map((all, i) => all - (page[i] ?? NaN)),
    );
    print('of that the extension', (await gatheredIn(session.server.data)).slice(1));
  } finally {
    await session.close();
    await api.close();
  }
}

/** Milliseconds since 1970. */
interface Asked {
  readonly pressed: number;
  /** `null`: not yet. */
  readonly left: number | null;
}

/** For the page: notes in `asked` when Enter was pressed last, and when the call of the participant left after it. */
const WATCH = `
  addEventListener('keydown', (event) => {
    if (event.key === 'Enter') globalThis.asked = { pressed: performance.timeOrigin + event.timeStamp, left: null };
  }, true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const { asked } = globalThis;
    if (asked?.left === null && new TextDecoder('latin1').decode(data).includes('$invokeAgent'))
      asked.left = performance.timeOrigin + performance.now();
    return send.call(this, data);
  };
`;

/** Milliseconds that the extension took before each request, by its log. */
async function gatheredIn(folder: string): Promise<number[]> {
  const names = await readdir(folder, { recursive: true });
  const logs = names.filter((name) => name.endsWith('Model Architect.log'));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/answered: asked after (\d+) ms/g)].map(([, ms]) => Number(ms)));
}

function print(title: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): string => `${(sorted[Math.floor((sorted.length - 1) * part)] ?? NaN).toFixed(0)} ms`;
  console.log(`${title}, ${sorted.length} warm questions: median ${at(0.5)}, 90 % ${at(0.9)}, worst ${at(1)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
