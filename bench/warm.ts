/**
 * A running analyser: all of torchvision's builders in one process. `npx tsx --import ./test/support/text-modules.mjs bench/warm.ts`.
 * Prints seconds and the memory in use.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createEngine } from '../src/engine/report/index.js';
import { createAvailableParser } from '../src/engine/syntax/index.js';
import { NodeSourceProvider } from '../src/server/nodeSourceProvider.js';
import { ensureZoos } from '../scripts/zoos.mjs';

const megabytes = (): string =>
  `${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(0)} MB heap, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB resident`;

interface Truth {
  readonly file: string;
  readonly call: string;
}

async function main(): Promise<void> {
  const parser = await createAvailableParser();
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
