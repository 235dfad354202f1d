// What `npm test` does once the project's dependencies are there.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createParser, type ParserKind } from '../../src/engine/syntax/index.js';
import { installChromium } from './chromium.js';
import { installEditor } from './editor-install.js';
import { runHostTests } from './host.js';
import { LAYERS, needsPython, testFiles, type Layer, type Need } from './layers.js';
import { ROOT, TEST_OUTPUT } from './paths.js';
import { mustRun, run } from './processes.js';
import { installVsix } from './vsix.js';

interface Result {
  passed: number;
  failed: number;
  skipped: number;
}

/** What became of one test, or of a hook that failed. */
interface Outcome {
  /** The name of its file, without an ending. */
  file: string;
  title: string;
  state: 'passed' | 'failed' | 'skipped';
  message?: string;
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
  await rm(join(TEST_OUTPUT, 'results'), { recursive: true, force: true });
  await mkdir(join(TEST_OUTPUT, 'results'), { recursive: true });
  const troubles = args.includes('--no-setup') ? new Map<Need, string>() : await setUp(layers);
  const results: Result[] = [];
  for (const layer of layers)
    for (const parser of await parsersOf(layer)) results.push(await runLayer(layer, grep, troubles, parser));
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => results.reduce((total, each) => total + each[key], 0);
  const skipped = sum('skipped');
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
}

/** The parsers with which a layer runs, one run each; `undefined` leaves the choice to the tests. */
async function parsersOf({ name, onEachParser }: Layer): Promise<(ParserKind | undefined)[]> {
  if (!onEachParser) return [undefined];
  try {
    await createParser('native');
    return ['native', 'wasm'];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`\n${name}: runs on the WebAssembly parser alone, since the native one doesn't load here: ${reason}`);
    return ['wasm'];
  }
}

/** How what a layer needs is made; what is there already costs nothing. In order: some build on others. */
const STEPS: Record<Need, () => Promise<unknown>> = {
  build: () => script('build.mjs'),
  // Contains the build, so that all layers test what ships.
  package: () => script('package.mjs'),
  browser: () => installChromium(log),
  editor: () => installEditor(log),
  extension: async () => installVsix(await installEditor(log)),
  python: () => script('python-env.mjs'),
  packages: async () => script('zoos.mjs', await conformanceSlice()),
};

/** What the layer needs, given its tests. */
function needsOf(layer: Layer): Need[] {
  if (layer.kind !== 'lint' && testFiles(layer.name).length === 0) return [];
  return needsPython(layer.name) && !layer.needs.includes('python') ? [...layer.needs, 'python'] : layer.needs;
}

/** Makes everything that the layers use, and returns what could not be made and why. */
async function setUp(layers: Layer[]): Promise<Map<Need, string>> {
  const needs = new Set(layers.flatMap(needsOf));
  if (needs.has('package')) needs.delete('build');
  const troubles = new Map<Need, string>();
  for (const [need, make] of Object.entries(STEPS) as [Need, () => Promise<unknown>][]) {
    if (!needs.has(need)) continue;
    try {
      await make();
    } catch (error) {
      troubles.set(need, error instanceof Error ? error.message : String(error));
      if (need === 'package') troubles.set('build', 'the package could not be made');
    }
  }
  return troubles;
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

async function runLayer(
  layer: Layer,
  grep: string | undefined,
  troubles: Map<Need, string>,
  parser?: ParserKind,
): Promise<Result> {
  const started = Date.now();
  const files = testFiles(layer.name);
  console.log(`\n== ${layer.name}${parser ? `, ${parser} parser` : ''}`);
  if (layer.kind !== 'lint' && files.length === 0) {
    console.log(`${layer.name}: there are no tests yet`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const file = join(TEST_OUTPUT, 'results', `${layer.name}${parser ? `-${parser}` : ''}.json`);
  const [missing] = needsOf(layer).filter((need) => troubles.has(need));
  if (missing) {
    console.log(`${layer.name}: its ${missing} could not be set up: ${troubles.get(missing)}`);
    return tell(layer, started, { passed: 0, failed: 1, skipped: 0 });
  }
  if (layer.kind === 'lint') {
    const trouble = await runNode(layer, [], file);
    if (trouble) console.log(`${layer.name}: ${trouble}`);
    const result = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Result) : undefined;
    return tell(layer, started, result ?? { passed: 0, failed: 1, skipped: 0 });
  }
  const first = await runTests(layer, files, file, grep, parser);
  let { trouble } = first;
  let outcomes = first.outcomes;
  const again = layer.startsAnew && !trouble ? filesThatFailed(outcomes, files) : [];
  if (again.length > 0) {
    for (const failure of failuresOf(outcomes)) sayTest('TRIED ANEW', layer, failure);
    const second = await runTests(layer, again, file, grep, parser);
    trouble = second.trouble;
    const names = new Set(again.map(nameOf));
    outcomes = [...outcomes.filter((outcome) => !names.has(outcome.file)), ...second.outcomes];
  }
  if (outcomes.length === 0 && !grep) trouble ??= 'ran no tests';
  if (trouble) console.log(`${layer.name}: ${trouble}`);
  for (const failure of failuresOf(outcomes)) sayTest('FAILED', layer, failure);
  const count = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  const failed = Math.max(count('failed'), trouble ? 1 : 0);
  return tell(layer, started, { passed: count('passed'), failed, skipped: count('skipped') });
}

function tell(layer: Layer, started: number, result: Result): Result {
  const { passed, failed, skipped } = result;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${layer.name}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
  return result;
}

const failuresOf = (outcomes: Outcome[]): Outcome[] => outcomes.filter(({ state }) => state === 'failed');

function sayTest(what: string, layer: Layer, { title, message }: Outcome): void {
  console.log(`${what} ${layer.name}: ${title}: ${message?.split('\n')[0] ?? ''}`);
}

const nameOf = (file: string): string => basename(file).replace(/\.[jt]s$/, '');

/** The test files in which something failed; all of them if it can't be told where. */
function filesThatFailed(outcomes: Outcome[], files: string[]): string[] {
  const names = new Set(failuresOf(outcomes).map(({ file }) => file));
  const found = files.filter((file) => names.has(nameOf(file)));
  return found.length === names.size ? found : files;
}

/** Runs files of a layer; what happened to their tests, and what went wrong beside failing tests. */
async function runTests(
  layer: Layer,
  files: string[],
  result: string,
  grep?: string,
  parser?: ParserKind,
): Promise<{ outcomes: Outcome[]; trouble?: string }> {
  await rm(result, { force: true });
  let trouble: string | undefined;
  try {
    if (layer.kind === 'host') trouble = await runHost(layer, files, result, grep);
    else trouble = await runNode(layer, files, result, grep, parser);
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
  const { tests } = existsSync(result)
    ? (JSON.parse(await readFile(result, 'utf8')) as { tests: Outcome[] })
    : { tests: [] };
  return { outcomes: tests, trouble };
}

/** Runs a layer under Node and says what went wrong beside failing tests. */
async function runNode(
  layer: Layer,
  files: string[],
  result: string,
  grep?: string,
  parser?: ParserKind,
): Promise<string | undefined> {
  const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = join(ROOT, 'test', 'support', 'reporter.cjs');
  const options = ['--reporter', reporter, '--timeout', String(layer.testTimeout ?? 10_000), '--exit'];
  const args =
    layer.kind === 'lint'
      ? [join(ROOT, 'scripts', 'lint.mjs')]
      : [mocha, ...options, ...(grep ? ['--grep', grep] : []), ...files];
  const env = { ...process.env, TEST_RESULT: result, ...(parser && { ARCHITECT_PARSER: parser }) };
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

void main(process.argv.slice(2)).then((code) => process.exit(code));
