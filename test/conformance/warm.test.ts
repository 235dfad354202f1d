// A running analyser must say what a fresh one says: nothing that a request leaves behind may show in a later answer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelOf } from '../../bench/models.js';
import { ensureZoos } from '../../scripts/zoos.mjs';
import { MemorySourceProvider, OverlaySourceProvider } from '../../src/engine/project/index.js';
import { createEngine, type Engine } from '../../src/engine/report/index.js';
import { NodeSourceProvider } from '../../src/server/nodeSourceProvider.js';
import { generator } from '../engine/robust/mutations.js';
import { pythonFiles } from '../engine/robust/fuzz.js';
import { parser } from '../support/interpret.js';
import { ROOT } from '../support/paths.js';

interface Request {
  readonly file: string;
  readonly call?: string;
}

/** A fifth of the requests is compared: making an engine anew takes longer than most answers. */
const EVERY = 5;

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = generator(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

describe('a running analyser', () => {
  it('says byte for byte what a fresh one says, in any order of requests', async function () {
    this.timeout(240_000);
    const zoos = ensureZoos(['torchvision']).replaceAll('\\', '/');
    const ready = await parser();
    const made = new Map([
      ['/made/small.py', modelOf(120)],
      ['/made/large.py', modelOf(300)],
    ]);
    const engine = (): Engine =>
      createEngine({
        provider: new OverlaySourceProvider(new NodeSourceProvider(), made),
        parser: ready,
        roots: [zoos],
        // Not how busy the machine is, but the code decides the answers.
        timeLimit: 120_000,
      });
    const answer = (on: Engine, { file, call }: Request): string => JSON.stringify(on.analyzeFile(file, { call }));

    const truth = JSON.parse(readFileSync(join(__dirname, 'truth', 'torchvision.json'), 'utf8')) as {
      readonly entries: readonly { readonly file: string; readonly call: string }[];
    };
    const scripts = pythonFiles(join(ROOT, 'samples')).map((file) => ({ file: file.replaceAll('\\', '/') }));
    const requests: Request[] = [
      ...truth.entries.map(({ file, call }) => ({ file: `${zoos}/${file}`, call })),
      ...[...made.keys()].flatMap((file) => [
        { file },
        { file, call: 'Net(num_classes=3)' },
        { file, call: 'Block1(32)' },
      ]),
    ];
    while (requests.length < 200) requests.push(...scripts.slice(0, 200 - requests.length));
    const order = shuffled(requests, 4);
    const warm = engine();
    const answers = order.map((request) => answer(warm, request));
    for (const [i, request] of order.entries()) {
      if (i % EVERY !== 0) continue;
      assert.equal(answers[i], answer(engine(), request), `${request.file} ${request.call ?? ''}`);
    }
  });

  it('says the same after edits as of the text at once', async function () {
    this.timeout(60_000);
    const path = '/project/net.py';
    const original = modelOf(120);
    const edits: ((text: string) => string)[] = [
      (text) => text.replace('width=64', 'width=32'),
      (text) => `# a line above\n${text}`,
      (text) => text.replace('nn.GELU()', 'nn.ReLU()'),
      (text) => text.replace('def forward(self, x):', 'def forward(self, x:'),
      (text) => text.replace('hidden = width * ratio', 'hidden = width * ratio + 1'),
      (text) => text.replace('class Block1(', '\n\nclass Block1('),
      (text) => text.replace('heads=4', 'heads=8'),
      () => original,
    ];
    const files = new Map([[path, original]]);
    const options = { parser: await parser(), roots: ['/project'] };
    const warm = createEngine({ provider: new MemorySourceProvider(files), ...options });
    warm.analyzeFile(path);
    let text = original;
    for (const edit of edits) {
      text = edit(text);
      files.set(path, text);
      warm.invalidate([path]);
      const fresh = createEngine({ provider: new MemorySourceProvider(new Map(files)), ...options });
      assert.equal(JSON.stringify(warm.analyzeFile(path)), JSON.stringify(fresh.analyzeFile(path)));
    }
  });
});
