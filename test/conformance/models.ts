// The truth files, and asking the command line about the models in them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Batch } from './batch';
import { compare, type Answer, type Result, type Truth } from './compare';

export interface TruthFile {
  package: string;
  /** The folder that the entries' files are in, relative to the project. */
  folder: string;
  entries: Truth[];
}

export interface Row extends Result {
  entry: Truth;
  ms: number;
}

export const ROOT = join(__dirname, '..', '..');
const FOLDERS = [join(__dirname, 'truth'), join(ROOT, 'test', 'fixtures')];
const ZOOS = '.cache/zoos';
const TIMEOUT_MS = 60_000;

/** The command line as built by scripts/build.mjs. */
export const CLI = join(ROOT, 'dist', 'cli.js');

/** Reads the named truth files, or all of them. */
export function readTruth(names?: string[]): TruthFile[] {
  const paths = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
  const all = new Map(paths.map((path) => [basename(path, '.json'), path]));
  return (names ?? [...all.keys()]).map((name) => {
    const path = all.get(name);
    if (!path) throw new Error(`There is no truth for ${name}. There is: ${[...all.keys()].join(', ')}.`);
    return JSON.parse(readFileSync(path, 'utf8')) as TruthFile;
  });
}

/** True if the models come from an installed package rather than from this repository. */
export function needsZoos({ folder }: TruthFile): boolean {
  return folder === ZOOS;
}

/** A running `architect analyze --batch`. */
export function startBatch(cli = CLI, more: readonly string[] = []): Batch {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: run \`node scripts/build.mjs\` first.`);
  return new Batch([process.execPath, cli, 'analyze', '--batch', ...more], ROOT, TIMEOUT_MS);
}

/** Asks about one model and compares. */
export async function measure(batch: Batch, file: TruthFile, entry: Truth): Promise<Row> {
  const path = (entry.path ?? []).map((extra) => join(ROOT, file.folder, extra));
  if (needsZoos(file)) path.push(join(ROOT, file.folder));
  const request = {
    file: join(ROOT, file.folder, entry.file),
    call: entry.call,
    input: entry.input,
    inputDtypes: entry.inputDtypes,
    path,
  };
  const start = performance.now();
  const answer = (await batch.ask(request)) as Answer;
  return { entry, ms: performance.now() - start, ...compare(entry, answer) };
}

/** "file  call" on one line. */
export function label({ file, call }: Truth): string {
  return `${file}  ${call.replaceAll('\n', '; ')}`;
}
