/**
 * Times of the edits room on a long file. Run with `npx tsx bench/edits.ts [lines]`; prints milliseconds: median of the runs, and the
 * worst. Nothing of one run is remembered for the next. The difference of two texts is measured in turns with `diffLines` of the
 * `diff` package on the same texts: what an extension would call that keeps both texts and compares them.
 */
import { performance } from 'node:perf_hooks';
import { diffLines } from 'diff';
import {
  afterInFlight,
  applyEdits,
  baselineText,
  hunksOf,
  keep,
  minimalEdits,
  onDocumentChange,
  propose,
  restore,
  serialise,
  track,
  undo,
  type EditSet,
  type PendingChange,
  type TextEdit,
} from '../src/edits/index.js';

const LINES = Number(process.argv[2] ?? 20_000);
const RUNS = 15;

function timeOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function measure(name: string, run: () => unknown): void {
  print(
    name,
    Array.from({ length: RUNS }, () => timeOf(run)),
  );
}

/** Two ways to do a thing, in turns: what else the machine does meets both. */
function compare(name: string, ours: () => unknown, other: string, theirs: () => unknown): void {
  const pairs = Array.from({ length: RUNS }, () => [timeOf(ours), timeOf(theirs)] as const);
  print(
    name,
    pairs.map(([time]) => time),
  );
  print(
    `  ${other}`,
    pairs.map(([, time]) => time),
  );
}

function print(name: string, times: number[]): void {
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(58)} ${times[RUNS >> 1]!.toFixed(2).padStart(8)} ${times.at(-1)!.toFixed(2).padStart(8)}`);
}

const lines = Array.from({ length: LINES }, (_, i) =>
  i % 12 === 0
    ? `class Block${i}(nn.Module):\n`
    : `        self.layer${i % 40} = nn.Linear(${i % 512}, 64)  # ${i % 7}\n`,
);
const text = lines.join('');

function setOf(edits: readonly TextEdit[]): EditSet {
  return { id: 'bench', title: 'bench', reason: 'bench', files: [{ uri: 'file:///long.py', edits }] };
}

function proposed(edits: readonly TextEdit[]): PendingChange {
  const set = setOf(edits);
  return afterInFlight(propose(track('file:///long.py', text, 1), set, set.files[0]!).state);
}

/** Every 20th line replaced, each by an edit of its own. */
const many: TextEdit[] = [];
let offset = 0;
lines.forEach((line, i) => {
  if (i % 20 === 7)
    many.push({
      start: offset,
      end: offset + line.length,
      newText: line.replace('Linear', 'LazyLinear') + '        pass\n',
    });
  offset += line.length;
});
const rewritten = applyEdits(text, many);
const different = lines
  .map((line, i) => (i % 2 ? line.replace('nn.', 'torch.nn.') : line.replace(/\d+/, String(i * 3))))
  .join('');
const state = proposed(many);
const middle = state.ranges[state.ranges.length >> 1]!;

console.log(`${LINES} lines, ${text.length} characters, ${state.ranges.length} hunks`.padEnd(58), '  median    worst');
measure('hunks', () => hunksOf(state));
compare(
  'hunks of a file rewritten in these places, from its two texts',
  () => hunksOf(proposed([{ start: 0, end: text.length, newText: rewritten }])),
  'the same two texts through `diffLines`',
  () => diffLines(text, rewritten),
);
compare(
  'hunks of a file with nearly every line different',
  () => hunksOf(proposed([{ start: 0, end: text.length, newText: different }])),
  'the same two texts through `diffLines`, at most two seconds',
  () => diffLines(text, different, { timeout: 2_000 }),
);
measure('baseline text', () => baselineText(state));
measure('propose: many edits', () => proposed(many));
measure('propose: the whole file, rewritten in the same places', () =>
  proposed([{ start: 0, end: text.length, newText: rewritten }]),
);
measure('propose: the whole file, nearly every line different', () =>
  proposed([{ start: 0, end: text.length, newText: different }]),
);
measure('minimal edits between two texts', () => minimalEdits(text, rewritten));
measure('a key typed outside', () =>
  onDocumentChange(state, { version: 2, changes: [{ start: 0, end: 0, newText: 'x' }], text: 'x' + state.document }),
);
measure('a key typed inside', () => {
  const edit = { start: middle.start + 3, end: middle.start + 3, newText: 'x' };
  return onDocumentChange(state, { version: 2, changes: [edit], text: applyEdits(state.document, [edit]) });
});
measure('a formatter replaces the whole text', () => {
  const formatted = state.document.replaceAll('  #', ' #');
  return onDocumentChange(state, {
    version: 2,
    changes: [{ start: 0, end: state.document.length, newText: formatted }],
    text: formatted,
  });
});
measure('keep one', () => keep(state, [middle.id]));
measure('undo one', () => undo(state, [middle.id]));
measure('serialise', () => serialise(state));
const json = serialise(state);
measure('restore', () => restore(json, state.document, 1));
