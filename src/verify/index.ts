/** Checks of a module in the user's own Python: prepared without running anything, run only once the user has agreed. */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findInterpreter, type InterpreterSources } from './interpreter.js';
import { planOf, type Ask, type VerifyTarget } from './plan.js';
import type { VerifyCheck } from './protocol.js';
import { holds, renderVerification } from './render.js';
import { runVerification, type RunResult } from './run.js';

export { findInterpreter, type FoundInterpreter, type Interpreter, type InterpreterSources } from './interpreter.js';
export type { Ask, VerifyTarget } from './plan.js';
export type { VerifyCheck, VerifyError } from './protocol.js';
export { holds, renderVerification, titleOf } from './render.js';
export type { RunResult } from './run.js';

/** What the host of a verification knows. */
export interface VerifyHost {
  readonly ask: Ask;
  readonly interpreter: InterpreterSources;
  /** `verify.py`. */
  readonly script: string;
  /** Folders from which the user's modules are imported; the first one that holds the file is where it is run. */
  readonly roots: readonly string[];
  /** Texts of files that the editor has and the disk has not, by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  /** Files with changes that the user has not decided on, saved or not. */
  readonly undecided?: readonly string[];
  /** Most seconds for a run. */
  readonly seconds: number;
}

/** What will be run, for the question whether it may. */
export interface Prepared {
  readonly qualname: string;
  readonly title: string;
  /** The command, and what it does. */
  readonly detail: string;
  /** Runs the user's code. */
  run(signal?: AbortSignal, observe?: (check: VerifyCheck) => void): Promise<Verified>;
}

export interface Verified {
  readonly result: RunResult;
  /** Everything that was checked held. */
  readonly holds: boolean;
  /** For people and models. */
  readonly markdown: string;
}

/** Learning one batch may take this part of the time. */
const OVERFIT_PART = 0.25;
const MOST_OVERFIT_SECONDS = 20;

/** Runs nothing. @throws what asking the analysis throws. @returns `problem`: why nothing can be run, for people */
export async function prepareVerification(
  host: VerifyHost,
  target: VerifyTarget,
  signal?: AbortSignal,
): Promise<Prepared | { readonly problem: string }> {
  const { roots, seconds, script } = host;
  const proposed = Object.fromEntries((target.overlay ?? []).map(({ uri, text }) => [fileURLToPath(uri), text]));
  const overlays = { ...host.overlays, ...proposed };
  const overlay = [...(target.overlay ?? []), ...(draftOf(target, host.overlays) ?? [])];
  const plan = await planOf({ ...target, ...(overlay.length > 0 ? { overlay } : {}) }, host.ask, signal);
  if ('problem' in plan) return plan;
  const python = findInterpreter(host.interpreter);
  if ('problem' in python) return python;
  const { qualname, request } = plan;
  const folder = folderOf(request.file, roots);
  const loaded = [request.file, ...(request.callFile === null ? [] : [request.callFile])];
  const changed = Object.keys(proposed);
  const others = (files: readonly string[]): string[] => files.filter((file) => !changed.includes(file));
  const say = (files: readonly string[], what: (names: string) => string): string[] =>
    files.length > 0 ? ['', what(files.map((file) => short(file, folder)).join(', '))] : [];
  const detail = [
    `${python.path} ${script}`,
    `in ${folder} (Python from ${python.from}).`,
    '',
    `It imports ${loaded.map((file) => short(file, folder)).join(' and ')}, which runs what stands there outside of functions, then makes ${request.call} and trains it on random data for a moment. At most ${seconds} seconds.`,
    ...say(changed, (names) => `${names} as this answer proposes to change it.`),
    ...say(others(Object.keys(host.overlays)), (names) => `Unsaved text of ${names} is used as the editor has it.`),
    ...say(
      others(host.undecided ?? []),
      (names) => `Changes of ${names} that you have neither kept nor undone are part of it.`,
    ),
  ].join('\n');
  return {
    qualname,
    title: `Run ${qualname} in Python?`,
    detail,
    run: async (runSignal, observe) => {
      const result = await runVerification({
        python: python.path,
        script,
        folder,
        seconds,
        env: host.interpreter.env,
        signal: runSignal,
        observe,
        request: { ...request, roots, overlays, seconds: Math.min(MOST_OVERFIT_SECONDS, OVERFIT_PART * seconds) },
      });
      return { result, holds: holds(result), markdown: renderVerification(result, qualname, request.call) };
    },
  };
}

/** The text of a file that is not on the disk yet: the analysis may not know that it is that file's. */
function draftOf({ uri, overlay }: VerifyTarget, overlays: VerifyHost['overlays']): VerifyTarget['overlay'] {
  if (!uri.startsWith('file:') || overlay?.some((each) => each.uri === uri)) return undefined;
  const file = fileURLToPath(uri);
  const text = overlays[file];
  return text === undefined || existsSync(file) ? undefined : [{ uri, text }];
}

function folderOf(file: string, roots: readonly string[]): string {
  const parent = fileURLToPath(new URL('.', pathToFileURL(file)));
  return roots.find((root) => file.startsWith(`${root}/`) || file.startsWith(`${root}\\`)) ?? parent;
}

function short(file: string, folder: string): string {
  return file.startsWith(folder) ? file.slice(folder.length).replace(/^[\\/]/, '') : file;
}
