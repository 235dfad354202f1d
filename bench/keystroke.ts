/**
 * From a key in a 500-line model file to what the editor shows, and the same for a model of 1,000 layers, in the analysis thread as
 * it ships: `npx tsx bench/keystroke.ts [keys]`, after `node scripts/build.mjs --production`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EngineThread, show, timed, type Time } from './engineThread';
import { deepModel, modelOf } from './models';

const KEYS = Number(process.argv[2] ?? 60);
/** Keys before the clock starts: the compiler learns what is hot. */
const WARM_UP = 10;

/** What is typed, and taken away again. */
interface Key {
  readonly name: string;
  readonly typed: (text: string) => string;
}

const KEYS_TYPED: readonly Key[] = [
  {
    name: 'a digit of the whole model',
    typed: (text) => text.replace('num_classes=10', 'num_classes=110'),
  },
  {
    name: 'a digit in one block',
    typed: (text) => text.replace('ratio=3, dropout=0.1', 'ratio=3, dropout=0.11'),
  },
  {
    name: 'in a comment',
    typed: (text) => text.replace('        hidden = width', '        # as wid\n        hidden = width'),
  },
  { name: 'an empty line', typed: (text) => text.replace('class Block1(', '\nclass Block1(') },
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'net.py');
  const uri = pathToFileURL(path).href;
  const thread = await EngineThread.start([folder]);
  let version = 0;
  const options = { shapes: 'on', parameters: true } as const;
  const measure = async (
    original: string,
    key: Key,
    ask: () => Promise<unknown>,
    count = KEYS,
  ): Promise<readonly Time[]> => {
    const times: Time[] = [];
    const changed = key.typed(original);
    if (changed === original) throw new Error(`${key.name}: nothing is typed`);
    for (let i = 0; i < count + WARM_UP; i++) {
      const text = i % 2 === 0 ? changed : original;
      const time = await timed(async () => {
        thread.setText(uri, text, ++version);
        await ask();
      });
      if (i >= WARM_UP) times.push(time);
    }
    return times;
  };
  try {
    const model = modelOf(500);
    writeFileSync(path, model);
    thread.setText(uri, model, ++version);
    const report = (): Promise<unknown> => thread.ask('architect/modules', { uri });
    const everything = async (): Promise<void> => {
      await report();
      await thread.ask('hints', { uri, options });
      await thread.ask('problems', { uri });
    };
    const findings = (): Promise<unknown> => thread.ask('architect/findings', { uri });
    await everything();
    await findings();
    console.log(`${model.split('\n').length} lines`);
    for (const key of KEYS_TYPED) {
      console.log(`${key.name}: reports, hints and problems ${show(await measure(model, key, everything))}`);
      console.log(`${key.name}: findings of the rules ${show(await measure(model, key, findings))}`);
    }
    const deep = deepModel(1_000);
    const digit: Key = { name: 'digit', typed: (text) => text.replace('classes=10', 'classes=110') };
    console.log(`1,000 layers: report ${show(await measure(deep, digit, report, KEYS / 3))}`);
  } finally {
    await thread.stop();
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
