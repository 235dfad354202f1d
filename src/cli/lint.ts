/** `architect lint PATH…`: what the rules find, for people and for CI. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { applyEdits } from '../edits/index.js';
import { pythonFilesBelow } from '../engine/project/index.js';
import { rules } from '../engine/lint/index.js';
import type { FindingReport, Severity } from '../engine/report/index.js';
import { decodePython, NodeSourceProvider } from '../server/nodeSourceProvider.js';
import { timeLimitOf } from './analyze.js';
import { EngineThread } from './engineThread.js';
import { EXIT, UsageError } from './exit.js';
import { renderFindings, type LintFormat } from './lintFormats.js';
import { showsColours, shownPath } from './terminal.js';

export interface LintFlags {
  readonly path: readonly string[];
  readonly format: LintFormat;
  readonly level: Severity;
  readonly select: readonly string[];
  readonly ignore: readonly string[];
  readonly fix?: boolean;
  readonly timeLimit: string;
}

/** From the least to the most serious. */
const LEVELS: readonly Severity[] = ['hint', 'info', 'warning', 'error'];
/** Fixes may make room for others; more rounds than this would mean that two undo each other. */
const MOST_ROUNDS = 8;

/** What findings that belong to no rule are called. */
const WITHOUT_RULE = ['syntax', 'shape'];

/** Prints what is found in the files, repairs it if asked. @returns the exit code */
export async function lint(paths: readonly string[], flags: LintFlags): Promise<number> {
  const known = new Set([...rules.map(({ id }) => id), ...WITHOUT_RULE]);
  for (const id of [...flags.select, ...flags.ignore])
    if (!known.has(id)) throw new UsageError(`there is no rule ${id}`);
  const files = paths.flatMap(filesBelow);
  const thread = new EngineThread();
  const timeLimit = timeLimitOf(flags);
  const found: FindingReport[] = [];
  let failed = false;
  const ask = async (file: string): Promise<readonly FindingReport[]> => {
    const reply = await thread.ask({ file, inputs: [], path: flags.path, timeLimit, lint: true });
    if (!('error' in reply)) return reply.findings.filter((finding) => isWanted(finding, flags));
    failed = true;
    process.stderr.write(`architect: ${shownPath(file)}: ${reply.error.message}\n`);
    return [];
  };
  try {
    for (const [index, file] of files.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${index + 1}/${files.length} ${shownPath(file)}`);
      let findings = await ask(file);
      for (let round = 0; flags.fix && round < MOST_ROUNDS && repair(file, findings); round++)
        findings = await ask(file);
      found.push(...findings);
    }
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    await thread.close();
  }
  process.stdout.write(
    renderFindings(found, flags.format, { files: files.length, colour: showsColours(process.stdout) }),
  );
  return found.length > 0 ? EXIT.findings : failed ? EXIT.usage : EXIT.done;
}

function isWanted({ rule, severity }: FindingReport, { level, select, ignore }: LintFlags): boolean {
  if (LEVELS.indexOf(severity) < LEVELS.indexOf(level) || ignore.includes(rule)) return false;
  return select.length === 0 || select.includes(rule);
}

/** The Python files of a folder, or the file itself. @throws UsageError */
function filesBelow(path: string): readonly string[] {
  const absolute = resolve(path).replaceAll('\\', '/');
  const stats = statSync(absolute, { throwIfNoEntry: false });
  if (!stats) throw new UsageError(`there is nothing at ${path}`);
  if (!stats.isDirectory()) return [absolute];
  return pythonFilesBelow(new NodeSourceProvider(), [absolute], Infinity, 64);
}

/** Writes the fixes of a file that don't overlap. @returns whether anything was changed */
function repair(file: string, findings: readonly FindingReport[]): boolean {
  const text = decodePython(readFileSync(file));
  if (text === undefined) return false;
  const starts = [0];
  for (const { index } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + (text.startsWith('\r\n', index) ? 2 : 1));
  const offset = ({ line, character }: { line: number; character: number }): number =>
    (starts[line] ?? text.length) + character;
  const edits: { start: number; end: number; newText: string }[] = [];
  for (const { fix } of findings) {
    if (!fix || fix.edits.some(({ span }) => span.file !== file)) continue;
    const wanted = fix.edits.map(({ span, text: newText }) => ({
      start: offset(span.start),
      end: offset(span.end),
      newText,
    }));
    const free = wanted.every((edit) => edits.every((other) => edit.end < other.start || other.end < edit.start));
    if (free) edits.push(...wanted);
  }
  if (edits.length === 0) return false;
  writeFileSync(file, applyEdits(text, edits));
  return true;
}
