/** The engine of the command line: answers requests, one at a time, in whichever thread it was loaded. */
import { resolve } from 'node:path';
import {
  createEngine,
  EngineError,
  noteOf,
  parseInput,
  Stopped,
  type Engine,
  type FindingReport,
  type InputSpec,
} from '../engine/report/index.js';
import {
  createAvailableParser,
  createParser,
  StoredTrees,
  withTreeStore,
  type PythonParser,
} from '../engine/syntax/index.js';
import { OverlaySourceProvider } from '../engine/project/sourceProvider.js';
import { NodeSourceProvider } from '../server/nodeSourceProvider.js';
import { withCheckedFixes, type Trial } from '../server/requests/checkedFixes.js';
import { MORE_TIME, type EngineReply, type EngineRequest } from './engineRequest.js';
import { shownPath } from './terminal.js';
import { treeCache } from './treeCache.js';

interface Engines {
  readonly engine: Engine;
  /** Where fixes are tried out, on an engine of its own. */
  readonly trial: Trial;
}

const engines = new Map<string, Engines>();

function enginesFor(request: EngineRequest, parser: PythonParser): Engines {
  const here = slashes(process.cwd());
  const roots = [...request.path.map((folder) => slashes(resolve(folder))), here];
  const key = JSON.stringify([roots, request.timeLimit]);
  const known = engines.get(key);
  if (known) return known;
  const provider = new NodeSourceProvider();
  const options = { parser, roots, programFolders: [here], timeLimit: request.timeLimit };
  const engine = createEngine({ ...options, provider });
  const tried = new Map<string, string>();
  let other: Engine | undefined;
  const trial: Trial = {
    textOf: (path) => engine.project.file(path) ?? null,
    problemsWith: (path, texts) => {
      const changed = [...tried.keys(), ...texts.map((each) => each.path), path];
      tried.clear();
      for (const each of texts) tried.set(each.path, each.text);
      other ??= createEngine({ ...options, provider: new OverlaySourceProvider(provider, tried) });
      other.invalidate([...new Set(changed)]);
      return [...other.syntaxProblems(path), ...other.shownFindings(path)];
    },
  };
  const made = { engine, trial };
  engines.set(key, made);
  return made;
}

/** What forward raises for its sizes, with the fixes that help; anything else that it raises may be meant. */
function misfitsIn(file: string, { engine, trial }: Engines): FindingReport[] {
  const problems = engine.shownFindings(file);
  return withCheckedFixes(
    problems.filter(({ rule }) => rule !== 'raise'),
    problems,
    trial,
  );
}

function answer(request: EngineRequest, parser: PythonParser): EngineReply {
  const made = enginesFor(request, parser);
  const { engine } = made;
  const file = slashes(resolve(request.file));
  try {
    if (request.lint) {
      engine.invalidate([file]);
      const findings = [...engine.syntaxProblems(file), ...misfitsIn(file, made), ...engine.lintFile(file)];
      return { reports: [], findings };
    }
    const inputs: readonly InputSpec[] | undefined =
      request.inputs.length > 0 ? request.inputs.map(parseInput) : undefined;
    const { call, details, batch, precision } = request;
    const options = { call, inputs, details, batch, precision, within: request.timeLimit };
    return { reports: engine.analyzeFile(file, options), findings: [] };
  } catch (error) {
    if (error instanceof EngineError || (error instanceof RangeError && !/call stack/i.test(error.message)))
      return { error: { message: error.message, kind: 'input' } };
    if (error instanceof Stopped && error.cause_ !== 'cancelled')
      return { error: { message: stoppedText(error), kind: 'time' } };
    throw error;
  }
}

/** What ran out of time or steps, where, and what to do. */
function stoppedText({ unknown: { reason, place }, cause_ }: Stopped): string {
  const { file, line } = noteOf(reason, place);
  return `${reason}${file === null ? '' : `: ${shownPath(file)}:${line ?? 1}`}${cause_ === 'time' ? MORE_TIME : ''}`;
}

const slashes = (path: string): string => path.replaceAll('\\', '/');

const trees = treeCache(__filename);
if (trees) process.once('exit', () => trees.flush());

let loading: Promise<PythonParser> | undefined;
let storedTrees: StoredTrees | undefined;

/** Loads the parser when first asked. */
function loaded(): Promise<PythonParser> {
  loading ??= (process.env.ARCHITECT_PARSER === 'wasm' ? createParser('wasm') : createAvailableParser()).then(
    (ready) => (trees ? withTreeStore(ready, trees) : ready),
  );
  return loading;
}

/** Answers without a parser, which takes longer to load than many an answer; `null` where not all that was read was parsed before. */
function answerFromTrees(request: EngineRequest): EngineReply | null {
  if (!trees || loading) return null;
  const stored = (storedTrees ??= new StoredTrees(trees));
  try {
    // A call that is new shows here, not after all that it stands on was run.
    if (request.call !== undefined) stored.parse(request.file, request.call);
    const reply = answer(request, stored);
    if (!stored.missed) return reply;
  } catch (error) {
    if (!stored.missed) throw error;
  }
  engines.clear();
  return null;
}

/** How a stretch of the work is run: it may be ended from outside. */
export type Runner = <T>(action: () => T) => T;

const atOnce: Runner = (action) => action();

/** @throws whatever `run` ends the work with, and what is a mistake in the engine itself */
export async function answerRequest(request: EngineRequest, run: Runner = atOnce): Promise<EngineReply> {
  const reply = run(() => answerFromTrees(request));
  if (reply) return reply;
  const parser = await loaded();
  return run(() => answer(request, parser));
}

/** Whether a thread with more stack might have answered more. */
export function wantedStack(): boolean {
  return [...engines.values()].some(({ engine }) => engine.interpreter.wantedStack);
}
