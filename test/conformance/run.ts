// Compares the command line's answers with PyTorch's numbers for the models in truth/ and prints a table.
//
//   npm run conformance                          everything
//   npm run conformance -- --only monai,kornia   some files of truth/
//   npm run conformance -- --torchvision         torchvision only
//   npm run conformance -- --match resnet        calls or files that contain a text (a regular expression)
//   npm run conformance -- --verbose             every model that is not exact, with its reasons
//   npm run conformance -- --list                file, call and verdict of each model, to compare two runs
//
// Exit code 1 if any number is wrong, 2 if the comparison could not be made. What the analyser says it does not know is never wrong.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureZoos } from '../../scripts/zoos.mjs';
import { Batch } from './batch';
import { compare, type Answer, type Result, type Truth } from './compare';

interface TruthFile {
  package: string;
  /** The folder that the entries' files are in, relative to the project. */
  folder: string;
  entries: Truth[];
}

interface Row extends Result {
  entry: Truth;
  ms: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const truthFolder = join(root, 'test', 'conformance', 'truth');
const TIMEOUT_MS = 60_000;
const SHOWN_REASONS = 3;
const ZOOS = '.cache/zoos';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    torchvision: { type: 'boolean', default: false },
    match: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    cli: { type: 'string', default: join(root, 'dist', 'cli.js') },
  },
});

function readTruth(): TruthFile[] {
  const all = readdirSync(truthFolder).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json'));
  const asked = options.torchvision ? ['torchvision'] : options.only?.flatMap((names) => names.split(','));
  for (const name of asked ?? []) if (!all.includes(name)) throw new Error(`There is no truth/${name}.json. There are: ${all.join(', ')}.`);
  const match = new RegExp(options.match ?? '');
  return (asked ?? all).map((name) => {
    const file = JSON.parse(readFileSync(join(truthFolder, `${name}.json`), 'utf8')) as TruthFile;
    return { ...file, entries: file.entries.filter(({ file: path, call }) => match.test(path) || match.test(call)) };
  });
}

async function measure(batch: Batch, { folder, entries }: TruthFile): Promise<Row[]> {
  const rows: Row[] = [];
  for (const entry of entries) {
    const path = (entry.path ?? []).map((extra) => join(root, folder, extra));
    if (folder === ZOOS) path.push(join(root, folder));
    const request = { file: join(root, folder, entry.file), call: entry.call, input: entry.input, inputDtypes: entry.inputDtypes, path };
    const start = performance.now();
    const answer = (await batch.ask(request)) as Answer;
    rows.push({ entry, ms: performance.now() - start, ...compare(entry, answer) });
  }
  return rows;
}

function tally(rows: Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reasons } of rows) for (const reason of new Set(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

function line(name: string, rows: Row[]): string {
  const of = (verdict: string): string => String(rows.filter((row) => row.verdict === verdict).length).padStart(7);
  const seconds = (rows.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1);
  return `${name.padEnd(26)}${String(rows.length).padStart(7)}${of('exact')}${of('counts')}${of('unknown')}${of('wrong')}${seconds.padStart(9)} s`;
}

function label({ file, call }: Truth): string {
  return `${file}  ${call.replaceAll('\n', '; ')}`;
}

async function main(): Promise<number> {
  const files = readTruth();
  if (!existsSync(options.cli)) throw new Error(`${options.cli} is missing: run \`node scripts/build.mjs\` first.`);
  if (files.some(({ folder }) => folder === ZOOS)) ensureZoos(options.torchvision ? ['torchvision'] : undefined);

  const batch = new Batch([process.execPath, options.cli, 'analyze', '--batch'], root, TIMEOUT_MS);
  const all: Row[] = [];
  console.log(`${'package'.padEnd(26)} models  exact counts unknown  WRONG     time`);
  for (const file of files) {
    const rows = await measure(batch, file);
    all.push(...rows);
    console.log(line(file.package, rows));
    const reasons = [...tally(rows)];
    for (const [reason, count] of reasons.slice(0, SHOWN_REASONS)) console.log(`    ${String(count).padStart(4)} × ${reason.slice(0, 160)}`);
    for (const row of rows) {
      if (row.verdict === 'wrong') console.log(`    WRONG ${label(row.entry)}\n          ${row.wrong.slice(0, 4).join('\n          ')}`);
      else if (options.verbose && row.verdict !== 'exact') console.log(`    ${row.verdict} ${label(row.entry)}\n          ${row.missing.slice(0, 4).join(', ')}: ${row.reasons.slice(0, 3).join(' | ')}`);
      if (options.list) console.log(`    ${row.verdict.padEnd(8)}${Math.round(row.ms)} ms  ${label(row.entry)}`);
    }
  }
  batch.close();

  console.log(line('all', all));
  if (files.length > 1) for (const [reason, count] of [...tally(all)].slice(0, 15)) console.log(`    ${String(count).padStart(4)} × ${reason.slice(0, 200)}`);
  return all.some(({ verdict }) => verdict === 'wrong') ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
