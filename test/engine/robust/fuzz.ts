/**
 * Analyses damaged files and looks for what must never happen: an exception, a file that takes long, memory that grows.
 * `npm run fuzz [-- INPUTS [SEED]]` runs it for long.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MemorySourceProvider } from '../../../src/engine/project/index.js';
import { createEngine } from '../../../src/engine/report/index.js';
import { ROOT } from '../../support/paths.js';
import { parser } from '../../support/interpret.js';
import { mutate } from './mutations.js';

/** Milliseconds of processor time that one file may take. */
export const LONGEST = 2_000;

export interface Failure {
  readonly seed: number;
  readonly file: string;
  readonly text: string;
  readonly problem: string;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly failures: readonly Failure[];
  /** Milliseconds of processor time. */
  readonly slowest: number;
  /** Bytes in use once the garbage is collected: what was kept. */
  readonly heap: number;
}

/** The Python files below a folder. */
export function pythonFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.py') && !/(^|[\\/])(\.|node_modules)/.test(path))
    .sort()
    .map((path) => join(folder, path));
}

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * @param inputs how many damaged texts
 * @param seed the first; input `i` is made from `seed + i` alone
 */
export async function fuzz(
  inputs: number,
  seed: number,
  files: readonly string[] = pythonFiles(join(ROOT, 'samples')),
  tell: (line: string) => void = () => undefined,
): Promise<FuzzResult> {
  const ready = await parser();
  const originals = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const failures: Failure[] = [];
  let slowest = 0;
  const path = '/project/damaged.py';
  const overlay = new Map<string, string>();
  // One engine for all, as in the editor: what one text leaves behind must not disturb the next.
  const engine = createEngine({ provider: new MemorySourceProvider(overlay), parser: ready, roots: ['/project'] });
  for (let i = 0; i < inputs; i++) {
    const { file, text } = originals[(seed + i) % originals.length] ?? { file: '', text: '' };
    const damaged = mutate(text, seed + i);
    overlay.set(path, damaged);
    const started = processorTime();
    let problem: string | null = null;
    try {
      engine.invalidate([path]);
      engine.syntaxProblems(path);
      engine.analyzeFile(path);
    } catch (error) {
      problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const took = processorTime() - started;
    slowest = Math.max(slowest, took);
    if (took > LONGEST) problem ??= `took ${took.toFixed(0)} ms`;
    if (problem !== null) {
      failures.push({ seed: seed + i, file, text: damaged, problem });
      tell(`${file}, seed ${seed + i}: ${problem}`);
    }
    if (i % 500 === 499) tell(`${i + 1} inputs, slowest ${slowest.toFixed(0)} ms, heap ${megabytes()} MB`);
  }
  collectGarbage();
  return { inputs, failures, slowest, heap: process.memoryUsage().heapUsed };
}

/** Collects all garbage now: how much of it lies about otherwise depends on when that was last done. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const megabytes = (): string => (process.memoryUsage().heapUsed / 2 ** 20).toFixed(0);

async function main(): Promise<void> {
  const [inputs = '5000', seed = String(Date.now() % 1_000_000), ...folders] = process.argv.slice(2);
  const files = folders.length > 0 ? folders.flatMap(pythonFiles) : undefined;
  const started = performance.now();
  const result = await fuzz(Number(inputs), Number(seed), files, (line) => console.log(line));
  console.log(
    `${result.inputs} inputs from seed ${seed}: ${result.failures.length} failures, slowest ${result.slowest.toFixed(0)} ms, ` +
      `${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}

if (process.argv[1]?.replaceAll('\\', '/').endsWith('robust/fuzz.ts')) void main();
