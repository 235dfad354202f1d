/** Advice for programs in memory, and the texts after some or all of its changes. */
import { diffLines } from 'diff';
import { applyEdits } from '../../../src/edits/index.js';
import { advise, type Advice, type Change } from '../../../src/engine/advice/index.js';
import { MemorySourceProvider } from '../../../src/engine/project/index.js';
import { createEngine, type Engine } from '../../../src/engine/report/index.js';
import { parser } from '../../support/interpret.js';

export type Files = Readonly<Record<string, string>>;

export async function engineFor(files: Files): Promise<Engine> {
  return createEngine({
    provider: new MemorySourceProvider(new Map(Object.entries(files))),
    parser: await parser(),
    roots: ['/'],
  });
}

/** A single text is `/train.py`, which the user looks at. */
export const asFiles = (files: string | Files): Files => (typeof files === 'string' ? { '/train.py': files } : files);

export async function adviceFor(given: string | Files, text = 'fix overfitting', path = '/train.py'): Promise<Advice> {
  const advice = advise(await engineFor(asFiles(given)), { text, path });
  if (!advice) throw new Error('no advice');
  return advice;
}

/** The files after the changes. */
export function applyChanges(files: Files, changes: readonly Change[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      applyEdits(
        text,
        changes.filter(({ file }) => file.path === path),
      ),
    ]),
  );
}

/** What a prescription does to the program: removed lines with `-`, added ones with `+`. */
export function effectOf(given: string | Files, advice: Advice, id: string): string[] {
  const files = asFiles(given);
  const changes = advice.prescriptions.find((each) => each.id === id)?.changes ?? [];
  const after = applyChanges(files, changes);
  return Object.keys(files).flatMap((path) =>
    diffLines(files[path] ?? '', after[path] ?? '').flatMap(({ added, removed, value }) =>
      added || removed
        ? value
            .replace(/\r?\n$/, '')
            .split(/\r?\n/)
            .map((line) => `${added ? '+' : '-'}${line}`)
        : [],
    ),
  );
}

export const ids = (advice: Advice): string[] =>
  advice.prescriptions.filter(({ changes }) => changes.length > 0).map(({ id }) => id);

export const whyNot = (advice: Advice, title: RegExp): string | undefined =>
  advice.notApplied.find((each) => title.test(each.title))?.why;

/** Every choice of prescriptions parses, and every model class has the parameters and no more findings than before. */
export async function everySubsetHolds(given: string | Files, advice: Advice): Promise<void> {
  const files = asFiles(given);
  const state = async (texts: Files): Promise<string> => {
    const engine = await engineFor(texts);
    return JSON.stringify(
      Object.keys(texts).map((path) => [
        path,
        engine.syntaxProblems(path).map(({ message }) => message),
        engine
          .analyzeFile(path)
          .map(({ qualname, parameters, findings, output }) => [
            qualname,
            parameters,
            findings.map(({ message }) => message),
            output,
          ]),
      ]),
    );
  };
  const before = await state(files);
  const changing = advice.prescriptions.filter(({ changes }) => changes.length > 0);
  for (let mask = 1; mask < 1 << changing.length; mask++) {
    const chosen = changing.filter((_, index) => mask & (1 << index));
    const after = await state(
      applyChanges(
        files,
        chosen.flatMap(({ changes }) => changes),
      ),
    );
    if (after !== before)
      throw new Error(`${chosen.map(({ id }) => id).join(' + ')}:\n${after}\ninstead of\n${before}`);
  }
}
