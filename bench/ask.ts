/**
 * From Enter in the chat panel to the request at the provider's door, warm: `npx tsx bench/ask.ts [questions]`, after `npm run package`.
 * Opens the real editor on the sample with a local Messages API; the browser and the editor's own work are within the time.
 */
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
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number): string => `${(sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(0)} ms`;
    console.log(
      `Enter to request, ${sorted.length} warm questions: median ${at(0.5)}, 90 % ${at(0.9)}, worst ${at(1)}`,
    );
  } finally {
    await session.close();
    await api.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
