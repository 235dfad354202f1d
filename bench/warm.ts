/**
 * Times of a running analyser: keystrokes in a 500-line model file, and all of torchvision's builders in one process.
 * `npx tsx --import ./test/support/text-modules.mjs bench/warm.ts [keystrokes]`. Prints milliseconds and the memory in use.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createEngine } from '../src/engine/report/index.js';
import { createAvailableParser } from '../src/engine/syntax/index.js';
import { NodeSourceProvider } from '../src/server/nodeSourceProvider.js';
import { MemorySourceProvider } from '../src/engine/project/index.js';
import { ensureZoos } from '../scripts/zoos.mjs';
import { modelOf } from './models';

const KEYSTROKES = Number(process.argv[2] ?? 200);
const PATH = '/project/net.py';

const megabytes = (): string =>
  `${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MB heap, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB resident`;

interface Truth {
  readonly file: string;
  readonly call: string;
}

async function main(): Promise<void> {
  const parser = await createAvailableParser();
  const files = new Map([[PATH, modelOf(500)]]);
  const engine = createEngine({ provider: new MemorySourceProvider(files), parser, roots: ['/project'] });
  engine.analyzeFile(PATH);
  const original = files.get(PATH) ?? '';
  const at = original.lastIndexOf('num_classes=10') + 'num_classes=1'.length;
  const times: number[] = [];
  for (let i = 0; i < KEYSTROKES; i++) {
    // A digit is typed, and taken away again.
    files.set(PATH, i % 2 === 0 ? `${original.slice(0, at)}2${original.slice(at)}` : original);
    const start = performance.now();
    engine.invalidate([PATH]);
    engine.analyzeFile(PATH);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const share = (part: number): string => (times[Math.floor(times.length * part)] ?? NaN).toFixed(1);
  console.log(
    `keystroke in ${original.split('\n').length} lines: p50 ${share(0.5)} ms, p95 ${share(0.95)} ms; ${megabytes()}`,
  );

  const zoos = ensureZoos(['torchvision']);
  const truth = JSON.parse(
    readFileSync(join(__dirname, '..', 'test', 'conformance', 'truth', 'torchvision.json'), 'utf8'),
  ) as { readonly entries: readonly Truth[] };
  const start = performance.now();
  const vision = createEngine({ provider: new NodeSourceProvider(), parser, roots: [zoos] });
  for (const { file, call } of truth.entries) vision.analyzeFile(join(zoos, file), { call });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`torchvision, ${truth.entries.length} builders: ${seconds} s; ${megabytes()}`);
}

void main();
