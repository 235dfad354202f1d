// What `npm test` does once the project's dependencies are there.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { installChromium } from './chromium.js';
import { installEditor } from './editor-install.js';
import { runHostTests } from './host.js';
import { LAYERS, needsPython, testFiles, type Layer } from './layers.js';
import { ROOT, TEST_OUTPUT } from './paths.js';
import { mustRun, run } from './processes.js';
import { installVsix } from './vsix.js';

interface Result {
  passed: number;
  failed: number;
  skipped: number;
  failures: { title: string; message: string }[];
}

const USAGE = `npm test [-- LAYER… [--grep TEXT] [--no-setup]]
Layers: ${LAYERS.map(({ name }) => name).join(', ')}. Without a name, all of them run.
--grep      only tests whose name has TEXT
--no-setup  use dist/ and the package as they are`;

const log = (text: string): void => console.log(`setup: ${text}`);

/** Runs the layers that `args` names, or all, and returns the exit code. */
async function main(args: string[]): Promise<number> {
  const grepAt = args.indexOf('--grep');
  const grep = grepAt < 0 ? undefined : args[grepAt + 1];
  const names = args.filter((arg, index) => !arg.startsWith('--') && (grepAt < 0 || index !== grepAt + 1));
  const unknown = names.filter((name) => !LAYERS.some((layer) => layer.name === name));
  const badOption = args.find((arg) => arg.startsWith('--') && arg !== '--grep' && arg !== '--no-setup');
  if (unknown.length > 0 || badOption || (grepAt >= 0 && !grep)) {
    console.error(USAGE);
    return 2;
  }
  const layers = LAYERS.filter(({ name }) => names.length === 0 || names.includes(name));
  const results: Result[] = [];
  try {
    if (!args.includes('--no-setup')) await setUp(layers);
    await rm(join(TEST_OUTPUT, 'results'), { recursive: true, force: true });
    await mkdir(join(TEST_OUTPUT, 'results'), { recursive: true });
    for (const layer of layers) results.push(await runLayer(layer, grep));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    results.push({ passed: 0, failed: 1, skipped: 0, failures: [] });
  }
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, each) => total + each[key], 0);
  const skipped = sum('skipped');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

/** Makes everything that the layers use; what is there already costs nothing. */
async function setUp(layers: Layer[]): Promise<void> {
  const active = layers.filter((layer) => layer.kind === 'lint' || testFiles(layer.name).length > 0);
  const needs = new Set(active.flatMap((layer) => layer.needs));
  // The package contains the build, so that all layers test what ships.
  if (needs.has('package')) await script('package.mjs');
  else if (needs.has('build')) await script('build.mjs');
  if (needs.has('browser')) await installChromium(log);
  if (needs.has('editor')) await installVsix(await installEditor(log));
  if (active.some(({ name }) => needsPython(name))) await script('python-env.mjs');
  if (active.some(({ name }) => name === 'conformance')) await script('zoos.mjs', await conformanceSlice());
}

/** The packages whose models a run of `npm test` analyses: a part of all that are pinned. */
async function conformanceSlice(): Promise<string[]> {
  const list = await readFile(join(ROOT, 'test', 'conformance', 'zoos.json'), 'utf8');
  const { slice } = JSON.parse(list) as { slice?: string[] };
  return slice ?? ['torchvision'];
}

async function script(name: string, args: string[] = []): Promise<void> {
  log(`scripts/${name} ${args.join(' ')}`);
  await mustRun(process.execPath, [join(ROOT, 'scripts', name), ...args], { cwd: ROOT, timeout: 900_000 });
}

async function runLayer(layer: Layer, grep: string | undefined): Promise<Result> {
  const started = Date.now();
  const files = testFiles(layer.name);
  console.log(`\n== ${layer.name}`);
  if (layer.kind !== 'lint' && files.length === 0) {
    console.log(`${layer.name}: there are no tests yet`);
    return { passed: 0, failed: 0, skipped: 0, failures: [] };
  }
  const file = join(TEST_OUTPUT, 'results', `${layer.name}.json`);
  let trouble: string | undefined;
  if (layer.kind === 'host') trouble = await runHost(layer, files, file, grep);
  else trouble = await runNode(layer, files, file, grep);
  const result = await readResult(file);
  if (result.passed + result.failed + result.skipped === 0 && !grep) trouble ??= 'ran no tests';
  if (trouble) {
    result.failed += result.failed === 0 ? 1 : 0;
    console.log(`${layer.name}: ${trouble}`);
  }
  for (const { title, message } of result.failures)
    console.log(`FAILED ${layer.name}: ${title}: ${message.split('\n')[0]}`);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${layer.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds} s`,
  );
  return result;
}

/** Runs a layer under Node and says what went wrong beside failing tests. */
async function runNode(layer: Layer, files: string[], result: string, grep?: string): Promise<string | undefined> {
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = join(ROOT, 'test', 'support', 'reporter.cjs');
  const options = ['--reporter', reporter, '--timeout', String(layer.testTimeout ?? 10_000), '--exit'];
  const args =
    layer.kind === 'lint'
      ? [join(ROOT, 'scripts', 'lint.mjs')]
      : [mocha, ...options, ...(grep ? ['--grep', grep] : []), ...files];
  const env = { ...process.env, TEST_RESULT: result };
  const { code, timedOut } = await run(process.execPath, args, {
    cwd: ROOT,
    env,
    timeout: layer.timeout,
    inherit: true,
  });
  if (timedOut) return `did not end within ${layer.timeout / 1000} s`;
  return code === 0 || existsSync(result) ? undefined : `ended with code ${code} and left no result`;
}

async function runHost(layer: Layer, files: string[], result: string, grep?: string): Promise<string | undefined> {
  const workspace = join(ROOT, 'samples', 'text-classifier');
  console.log(await runHostTests({ files, workspace, result, grep, timeout: layer.timeout }));
  return existsSync(result) ? undefined : 'the extension host left no result';
}

async function readResult(file: string): Promise<Result> {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: 0, failures: [] };
  return JSON.parse(await readFile(file, 'utf8')) as Result;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
