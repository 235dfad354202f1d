/**
 * From Enter in the chat panel to the request at the provider's door, warm: `npx tsx bench/ask.ts [questions]`, after `npm run package`.
 * Opens the real editor on the sample with a local Messages API. The browser's and the editor's own work are within the first line; the
 * second is the extension's part, as its log has it: from being asked until all that goes with the question was gathered.
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
    const times: number[] = [];
    for (let i = 0; i <= QUESTIONS; i++) {
      api.play([answer([`Answer ${i}.`])]);
      await bench.writeRequest(`@architect why is the head of TextClassifier like this? ${i}`);
      const start = performance.now();
      await bench.press('Enter');
      const request = await waitFor('the request', () => api.requests[0], Boolean);
      // The first one opens the connection and builds what is kept.
      if (request && i > 0) times.push(request.at - start);
      await waitFor(
        'the answer',
        () => bench.lastAnswer().innerText(),
        (text) => text.includes(`Answer ${i}.`),
      );
    }
    print('Enter to request', times);
    print('of it the extension', (await gatheredIn(session.server.data)).slice(1));
  } finally {
    await session.close();
    await api.close();
  }
}

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
