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
import { parseArgs } from 'node:util';
import { ensureZoos } from '../../scripts/zoos.mjs';
import { CLI, label, measure, needsZoos, readTruth, startBatch, type Row } from './models';

const SHOWN_REASONS = 3;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    torchvision: { type: 'boolean', default: false },
    match: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    cli: { type: 'string', default: CLI },
  },
});

function tally(rows: Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reasons } of rows)
    for (const reason of new Set(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

function line(name: string, rows: Row[]): string {
  const of = (verdict: string): string => String(rows.filter((row) => row.verdict === verdict).length).padStart(7);
  const seconds = (rows.reduce((sum, { ms }) => sum + ms, 0) / 1000).toFixed(1);
  return `${name.padEnd(28)}${String(rows.length).padStart(7)}${of('exact')}${of('counts')}${of('unknown')}${of('wrong')}${seconds.padStart(9)} s`;
}

async function main(): Promise<number> {
  const names = options.torchvision ? ['torchvision'] : options.only?.flatMap((list) => list.split(','));
  const match = new RegExp(options.match);
  const files = readTruth(names)
    .map((file) => ({ ...file, entries: file.entries.filter((entry) => match.test(label(entry))) }))
    .filter(({ entries }) => entries.length > 0);
  if (files.some(needsZoos)) ensureZoos(options.torchvision ? ['torchvision'] : undefined);

  const batch = startBatch(options.cli);
  const all: Row[] = [];
  console.log(`${'package'.padEnd(28)} models  exact counts unknown  WRONG     time`);
  for (const file of files) {
    const rows: Row[] = [];
    for (const entry of file.entries) rows.push(await measure(batch, file, entry));
    all.push(...rows);
    console.log(line(file.package, rows));
    const reasons = [...tally(rows)];
    for (const [reason, count] of reasons.slice(0, SHOWN_REASONS))
      console.log(`    ${String(count).padStart(4)} × ${reason.slice(0, 160)}`);
    for (const row of rows) {
      if (row.verdict === 'wrong')
        console.log(`    WRONG ${label(row.entry)}\n          ${row.wrong.slice(0, 4).join('\n          ')}`);
      else if (options.verbose && row.verdict !== 'exact')
        console.log(
          `    ${row.verdict} ${label(row.entry)}\n          ${row.missing.slice(0, 4).join(', ')}: ${row.reasons.slice(0, 3).join(' | ')}`,
        );
      if (options.list) console.log(`    ${row.verdict.padEnd(8)}${Math.round(row.ms)} ms  ${label(row.entry)}`);
    }
  }
  batch.close();

  console.log(line('all', all));
  if (files.length > 1)
    for (const [reason, count] of [...tally(all)].slice(0, 15))
      console.log(`    ${String(count).padStart(4)} × ${reason.slice(0, 200)}`);
  return all.some(({ verdict }) => verdict === 'wrong') ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
