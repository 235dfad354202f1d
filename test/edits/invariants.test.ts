/**
 * The promises of pending changes, over random sequences of everything that can happen to a document: proposals (also over
 * proposals), typing, keep, undo, save, the editor's undo and redo, other programs, reloads. All line ends, multi-byte text, tabs,
 * no final line end, empty files.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  afterInFlight,
  applyEdits,
  baselineText,
  carryEdits,
  carryFileEdit,
  digestOf,
  editsProblem,
  hunksOf,
  isInsideHunk,
  isLineStart,
  keep,
  keepAll,
  lineEndOf,
  onDocumentChange,
  onExternalChange,
  onSaved,
  propose,
  restore,
  serialise,
  takeUp,
  textWith,
  track,
  undo,
  undoAll,
  withLineEnds,
  type Action,
  type EditSet,
  type PendingChange,
  type TextEdit,
} from '../../src/edits/index.js';
import { FakeEditor } from './fakeEditor.js';

const RUNS = Number(process.env['EDITS_RUNS'] ?? 10_000);

const content = fc.constantFrom(
  '',
  'a',
  'b',
  '    x = 1',
  '\ty = 2',
  'naïve é',
  '😀😀',
  '漢字',
  'e\u0301',
  'return x',
  '  ',
  '# 👩‍👩‍👧',
);
const textWithLineEnds = fc
  .tuple(
    fc.array(content, { maxLength: 9 }),
    fc.constantFrom('\n', '\r\n', '\r', 'mixed'),
    fc.boolean(),
    fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 9, maxLength: 9 }),
  )
  .map(([lines, style, final, mixed]) =>
    lines
      .map((line, i) => (i === lines.length - 1 && !final ? line : line + (style === 'mixed' ? mixed[i]! : style)))
      .join(''),
  );
const insertion = fc.oneof(
  fc.constantFrom(
    '',
    'P',
    'Q\n',
    'self.drop = nn.Dropout(0.1)\n',
    '    P1\n    P2\n',
    '\nP3',
    'P4\r\nP5',
    '😀',
    '\n',
    '\r\n',
    'b\na\n',
  ),
  fc.array(content, { maxLength: 4 }).map((lines) => lines.map((line) => line + '\n').join('')),
);

const place = fc.nat({ max: 999 });
const edit = fc.record({
  at: place,
  length: fc.oneof(fc.constant(0), fc.nat({ max: 12 })),
  lines: fc.boolean(),
  text: insertion,
});
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('propose' as const),
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
      group: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite' as const), text: textWithLineEnds }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('proposeLate' as const),
      edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
      typed: edit,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('type' as const), edits: fc.array(edit, { minLength: 1, maxLength: 2 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('typeOutside' as const), at: place, lineEnd: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('keep' as const), which: place }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('undo' as const), which: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('keepAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undoAll' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('save' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('editorUndo' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('editorRedo' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('external' as const),
      edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lineEnds' as const), eol: fc.constantFrom('\n', '\r\n') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reload' as const),
      change: fc.option(edit, { nil: undefined }),
      without: fc.constantFrom('none' as const, 'one' as const, 'all' as const),
      which: place,
    }),
  },
);
type RandomEdit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** Disjoint edits of this text from random numbers. */
function realEdits(text: string, edits: readonly RandomEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const { at, length, lines, text: newText } of edits) {
    let start = Math.min(text.length, Math.floor((at / 999) * text.length));
    let end = Math.min(text.length, start + length);
    if (lines) {
      while (!isLineStart(text, start)) start--;
      while (end < text.length && !isLineStart(text, end)) end++;
    }
    if (result.every((other) => end < other.start || other.end < start)) result.push({ start, end, newText });
  }
  return result;
}

class World {
  readonly editor: FakeEditor;
  state: PendingChange;
  private count = 0;
  private readonly tokens: string[] = [];

  constructor(readonly original: string) {
    this.editor = new FakeEditor(original);
    this.state = track('file:///model.py', original, 1);
  }

  set(edits: readonly TextEdit[], group: boolean): EditSet {
    const id = `set${++this.count}`;
    return {
      id,
      title: 'A proposal',
      reason: 'because',
      files: [
        {
          uri: this.state.uri,
          version: this.state.version,
          edits: edits.map((one) => ({ ...one, ...(group ? { group: 'together' } : {}) })),
        },
      ],
    };
  }

  /** Applies an action as the extension does, and gives the state back. */
  perform(action: Action): void {
    assert.ok(action.ok);
    this.state = action.state;
    if (action.edits.length === 0) return;
    const stops = this.editor.undoStops;
    const step = onDocumentChange(this.state, this.editor.apply(action.edits));
    assert.equal(this.editor.undoStops, stops + 1, '(f) one action is one undo stop');
    assert.equal(step.kind, 'applied');
    this.state = step.state;
  }

  run(operation: Operation): void {
    const before = this.state;
    const document = before.document;
    const baseline = baselineText(before);
    const hunks = hunksOf(before);
    switch (operation.kind) {
      case 'propose':
      case 'rewrite': {
        const edits =
          operation.kind === 'rewrite'
            ? [{ start: 0, end: document.length, newText: operation.text }]
            : realEdits(document, operation.edits);
        const set = this.set(edits, operation.kind === 'propose' && operation.group);
        const action = propose(before, set, set.files[0]!);
        if (!action.ok) {
          assert.equal(action.refused, 'nothing');
          return;
        }
        const stale = propose(before, set, { ...set.files[0]!, version: before.version + 7 });
        assert.ok(!stale.ok && stale.refused === 'stale' && stale.state === before, '(g) a stale version is refused');
        this.perform(action);
        const eol = lineEndOf(document, lineEndOf(edits.map((one) => one.newText).join('')));
        const expected = applyEdits(
          document,
          edits.map((one) => ({ ...one, newText: withLineEnds(one.newText, eol) })),
        );
        assert.equal(this.editor.text, expected, '(j) the proposal, and nothing but it');
        assert.equal(baselineText(this.state), baseline, 'a proposal leaves the baseline alone');
        return;
      }
      case 'proposeLate': {
        // Made for this text, while the user goes on typing.
        const set = this.set(realEdits(document, operation.edits), false);
        const typed = realEdits(document, [operation.typed]);
        if (typed.length > 0) this.state = onDocumentChange(before, this.editor.apply(typed)).state;
        const { document: now, version } = this.state;
        const file = carryFileEdit(set.files[0]!, document, now, version);
        if (!file) return;
        const kept = baselineText(this.state);
        const action = propose(this.state, set, file);
        if (!action.ok) {
          assert.equal(action.refused, 'nothing');
          return;
        }
        this.perform(action);
        assert.equal(baselineText(this.state), kept, '(e) what was typed meanwhile stays');
        assert.equal(done(undoAll(this.state, { confirmed: true })).document, kept);
        return;
      }
      case 'type': {
        const edits = realEdits(document, operation.edits);
        if (edits.length > 0) this.state = onDocumentChange(before, this.editor.apply(edits)).state;
        return;
      }
      case 'typeOutside': {
        const token = `«${++this.count}»`;
        const at = Math.floor((operation.at / 999) * document.length);
        const typed = { start: at, end: at, newText: token + (operation.lineEnd ? '\n' : '') };
        if (isInsideHunk(before, typed)) return;
        const step = onDocumentChange(before, this.editor.apply([typed]));
        this.state = step.state;
        assert.equal(step.kind, 'outside');
        assert.ok(baselineText(this.state).includes(token), '(e) what is typed outside hunks is in the baseline, too');
        assert.deepEqual(
          hunksOf(this.state).map((hunk) => hunk.added),
          hunks.map((hunk) => hunk.added),
          'typing outside leaves hunks alone',
        );
        this.tokens.push(token);
        return;
      }
      case 'keep': {
        const hunk = hunks[operation.which % Math.max(hunks.length, 1)];
        if (!hunk) return;
        const expected =
          baseline.slice(0, hunk.baseline.start) +
          document.slice(hunk.document.start, hunk.document.end) +
          baseline.slice(hunk.baseline.end);
        assert.equal(textWith(before, [hunk.id]), expected);
        const late = keep(before, [hunk.id], { version: before.version - 1 });
        assert.ok(!late.ok && late.refused === 'stale' && late.state === before, '(g) a stale version is refused');
        this.commute(hunk.id, hunks.find((other) => other.id !== hunk.id)?.id);
        const action = keep(before, [hunk.id]);
        assert.ok(
          action.ok && action.edits.length === 0 && action.state.document === document,
          '(c) Keep never changes the document',
        );
        this.perform(action);
        assert.equal(baselineText(this.state), expected, 'Keep changes the baseline in this hunk alone');
        this.checkTokens(before);
        return;
      }
      case 'undo': {
        const hunk = hunks[operation.which % Math.max(hunks.length, 1)];
        if (!hunk) return;
        if (hunk.edited || hunk.conflict) {
          const asked = undo(before, [hunk.id]);
          assert.ok(!asked.ok && asked.refused === 'asks', 'undoing what the user typed asks first');
        }
        const late = undo(before, [hunk.id], { version: before.version - 1, confirmed: true });
        assert.ok(!late.ok && late.refused === 'stale' && late.state === before, '(g) a stale version is refused');
        this.perform(undo(before, [hunk.id], { confirmed: true }));
        const expected =
          document.slice(0, hunk.document.start) +
          baseline.slice(hunk.baseline.start, hunk.baseline.end) +
          document.slice(hunk.document.end);
        assert.equal(this.editor.text, expected, '(j) Undo changes its hunk alone');
        assert.equal(baselineText(this.state), baseline, 'Undo leaves the baseline alone');
        this.checkTokens(before);
        this.takeBack(before);
        return;
      }
      case 'keepAll':
        this.perform(keepAll(before));
        assert.equal(this.editor.text, document, '(c) Keep never changes the document');
        assert.equal(baselineText(this.state), document);
        assert.deepEqual(hunksOf(this.state), []);
        return;
      case 'undoAll':
        this.perform(undoAll(before, { confirmed: true }));
        assert.equal(this.editor.text, baseline, '(b) undo-all restores the baseline');
        assert.deepEqual(hunksOf(this.state), []);
        this.checkTokens(before);
        this.takeBack(before);
        return;
      case 'save': {
        const saved = onSaved(before);
        this.state = saved.state;
        assert.equal(saved.tell, hunks.length > 0 && !before.toldSaved);
        return;
      }
      case 'editorUndo':
      case 'editorRedo': {
        const change = operation.kind === 'editorUndo' ? this.editor.undo() : this.editor.redo();
        if (change) this.state = onDocumentChange(before, change).state;
        return;
      }
      case 'external': {
        const text = applyEdits(document, realEdits(document, operation.edits));
        const change = this.editor.replace(text);
        this.state = onExternalChange(before, text, change.version).state;
        return;
      }
      case 'lineEnds': {
        if (/\r(?!\n)/.test(document + baseline)) return;
        const text = withLineEnds(document, operation.eol);
        if (text === document) return;
        const step = onDocumentChange(before, this.editor.replace(text));
        assert.equal(step.kind, 'lineEnds');
        this.state = step.state;
        assert.equal(
          baselineText(this.state),
          withLineEnds(baseline, operation.eol),
          'other line ends are no change of the proposal',
        );
        return;
      }
      case 'reload': {
        const gone = hunks.filter(
          (_, i) =>
            operation.without === 'all' || (operation.without === 'one' && i === operation.which % hunks.length),
        );
        const there = hunks.filter((hunk) => !gone.includes(hunk)).map(({ id }) => id);
        const text = gone.length > 0 ? textWith(before, there) : document;
        const changed = operation.change ? applyEdits(text, realEdits(text, [operation.change])) : text;
        const json = serialise(before);
        if (changed === document) {
          const back = restore(json, document, before.version);
          assert.ok(back.kind === 'restored');
          assert.deepEqual(withoutHistory(back.state), withoutHistory(before), '(h) restore(serialise(x)) = x');
          assert.equal(serialise(back.state), json);
          this.state = back.state;
          return;
        }
        this.editor.replace(changed);
        const back = restore(json, changed, this.editor.version);
        if (back.kind === 'restored') {
          this.state = back.state;
          return;
        }
        assert.ok(back.kind === 'changed');
        assert.equal(back.threeWay.baseline, baseline);
        assert.equal(back.threeWay.proposed, document);
        const { action, lost } = takeUp(back.threeWay);
        if (action.ok) this.perform(action);
        else this.state = action.state;
        const eol = lineEndOf(changed, lineEndOf(document));
        if (lineEndOf(baseline, eol) === eol) {
          const present = onExternalChange(back.threeWay.stored, changed, this.editor.version).state;
          assert.equal(baselineText(this.state), baselineText(present), 'taking up leaves the baseline alone');
        }
        if (changed === baseline) {
          assert.deepEqual(lost, []);
          assert.equal(this.editor.text, document, 'what was taken away is written again');
        }
        return;
      }
    }
  }

  /** (d) Keeping one hunk and undoing another gives the same in either order. */
  private commute(a: number, b: number | undefined): void {
    if (b === undefined) return;
    const kept = (state: PendingChange, id: number): PendingChange => done(keep(state, [id]));
    const undone = (state: PendingChange, id: number): PendingChange => done(undo(state, [id], { confirmed: true }));
    const one = undone(kept(this.state, a), b);
    const other = kept(undone(this.state, b), a);
    assert.equal(one.document, other.document, '(d) disjoint actions commute');
    assert.equal(baselineText(one), baselineText(other), '(d) disjoint actions commute');
    assert.deepEqual(hunksOf(one), hunksOf(other), '(d) disjoint actions commute');
  }

  /** (f) Ctrl+Z after Undo brings the hunks back as they were. Redoes it afterwards. */
  private takeBack(before: PendingChange): void {
    if (this.state.document === before.document) return;
    const after = this.state;
    this.state = onDocumentChange(this.state, this.editor.undo()!).state;
    assert.equal(this.state.document, before.document);
    assert.deepEqual(this.state.ranges, before.ranges, 'Ctrl+Z after Undo');
    this.state = onDocumentChange(this.state, this.editor.redo()!).state;
    assert.deepEqual(this.state.ranges, after.ranges, 'redo after that');
  }

  /** (e) What the user typed outside hunks before is there after Keep and Undo, in both texts. */
  private checkTokens(before: PendingChange): void {
    let outside = '';
    let at = 0;
    for (const range of before.ranges) {
      outside += before.document.slice(at, range.start) + '\0';
      at = range.end;
    }
    outside += before.document.slice(at);
    const after = baselineText(this.state);
    for (const token of this.tokens.filter((one) => outside.includes(one))) {
      assert.ok(this.editor.text.includes(token) && after.includes(token), `(e) ${token} survives`);
    }
  }

  /** What holds after every step. */
  check(): void {
    const { state } = this;
    assert.equal(state.document, this.editor.text, 'the core knows the document');
    const baseline = baselineText(state);
    let rebuilt = '';
    let at = 0;
    for (const hunk of hunksOf(state)) {
      rebuilt += baseline.slice(at, hunk.baseline.start) + state.document.slice(hunk.document.start, hunk.document.end);
      at = hunk.baseline.end;
      for (const mark of [...hunk.marks.added])
        assert.ok(mark.start >= hunk.document.start && mark.end <= hunk.document.end && mark.start < mark.end);
      for (const mark of [...hunk.marks.removed])
        assert.ok(mark.start >= hunk.baseline.start && mark.end <= hunk.baseline.end && mark.start < mark.end);
    }
    rebuilt += baseline.slice(at);
    assert.equal(rebuilt, state.document, '(a) baseline + hunks = document');
    let end = 0;
    let shift = 0;
    for (const range of state.ranges) {
      assert.ok(range.start >= end && range.end >= range.start, 'ranges are in order and disjoint');
      assert.equal(baseline.slice(range.start + shift, range.start + shift + range.base.length), range.base);
      for (const [text, from, to] of [
        [state.document, range.start, range.end],
        [baseline, range.start + shift, range.start + shift + range.base.length],
      ] as const) {
        assert.ok(isLineStart(text, from), 'hunks start with a line');
        assert.ok(to === text.length || isLineStart(text, to), 'hunks end with a line');
      }
      assert.notEqual(range.base, state.document.slice(range.start, range.end), 'a hunk changes something');
      shift += range.base.length - (range.end - range.start);
      end = range.end;
    }
    assert.equal(new Set(state.ranges.map((range) => range.id)).size, state.ranges.length);
    assert.equal(done(undoAll(state, { confirmed: true })).document, baseline, '(b) undo-all restores the baseline');
  }
}

function done(action: Action): PendingChange {
  assert.ok(action.ok);
  return afterInFlight(action.state);
}

function withoutHistory(state: PendingChange): object {
  return { ...state, history: undefined };
}

describe('pending changes: what always holds', function () {
  this.timeout(300_000);

  it(`holds over ${RUNS} random sequences`, () => {
    fc.assert(
      fc.property(textWithLineEnds, fc.array(operation, { minLength: 1, maxLength: 14 }), (text, operations) => {
        const world = new World(text);
        for (const one of operations) {
          world.run(one);
          world.check();
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('(b) undoes everything to the original bytes if nothing was kept or typed', () => {
    const proposals = operation.filter(
      (one) => one.kind === 'propose' || one.kind === 'rewrite' || one.kind === 'undo' || one.kind === 'save',
    );
    fc.assert(
      fc.property(textWithLineEnds, fc.array(proposals, { minLength: 1, maxLength: 8 }), (text, operations) => {
        const world = new World(text);
        operations.forEach((one) => world.run(one));
        world.perform(undoAll(world.state));
        assert.equal(world.editor.text, text);
        assert.equal(digestOf(world.editor.text), digestOf(text));
      }),
      { numRuns: RUNS / 10 },
    );
  });

  it('(i) deletes a new file only if it is as it was proposed', () => {
    const operations = operation.filter((one) =>
      ['propose', 'rewrite', 'type', 'keep', 'undo', 'save', 'editorUndo', 'editorRedo', 'reload'].includes(one.kind),
    );
    fc.assert(
      fc.property(textWithLineEnds, fc.array(operations, { maxLength: 6 }), (text, steps) => {
        const world = new World('');
        const set = world.set([{ start: 0, end: 0, newText: text }], false);
        const action = propose(world.state, set, { ...set.files[0]!, create: true });
        if (!action.ok) return;
        world.perform(action);
        /** What the file may be if nobody but proposals wrote it. */
        const proposed = new Set([world.editor.text]);
        let touched = false;
        for (const step of steps) {
          const pure = proposed.has(world.editor.text);
          const before = world.editor.text;
          const pending = world.state.ranges.length;
          world.run(step);
          world.check();
          if (step.kind === 'propose' || step.kind === 'rewrite') {
            if (pure) proposed.add(world.editor.text);
          } else if (world.editor.text !== before || world.state.ranges.length !== pending) touched = true;
        }
        const untouched = undoAll(world.state);
        if (!untouched.ok) {
          assert.ok(touched && untouched.refused === 'asks');
          return;
        }
        if (untouched.deleteFile) assert.ok(proposed.has(world.editor.text), 'nothing of the user goes with the file');
        if (!touched && world.state.ranges.length > 0) assert.ok(untouched.deleteFile, 'an untouched file goes');
      }),
      { numRuns: RUNS / 5 },
    );
  });

  it('keeps proposals for different lines apart, however their edits are told', () => {
    const change = fc.record({
      kind: fc.constantFrom(
        'replace',
        'words',
        'insertBefore',
        'insertAfter',
        'insertBehind',
        'insertWithin',
        'remove',
        'removeWithin',
        'removeBehind',
      ),
      owner: fc.constantFrom('A', 'B'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.option(change, { nil: undefined, freq: 2 }), { minLength: 3, maxLength: 9 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (changes, eol, together) => {
          const lines = changes.map((_, i) => `line ${i}${eol}`);
          const text = `first${eol}${lines.join('')}last${eol}`;
          const edits = { A: [] as TextEdit[], B: [] as TextEdit[] };
          let start = 5 + eol.length;
          changes.forEach((one, i) => {
            const end = start + lines[i]!.length - eol.length;
            const fresh = `new ${i}`;
            const told: Record<
              typeof change extends fc.Arbitrary<infer T extends { kind: string }> ? T['kind'] : never,
              TextEdit
            > = {
              replace: { start, end: end + eol.length, newText: `${fresh}${eol}` },
              words: { start, end: start + 4, newText: '😀' },
              insertBefore: { start, end: start, newText: `${fresh}${eol}` },
              insertAfter: { start: end + eol.length, end: end + eol.length, newText: `${fresh}${eol}` },
              insertBehind: { start: end, end, newText: `${eol}${fresh}` },
              insertWithin: { start: start + 3, end: start + 3, newText: `e ${i}${eol}lin` },
              removeWithin: { start: start + 1, end: end + eol.length + 1, newText: '' },
              remove: { start, end: end + eol.length, newText: '' },
              removeBehind: { start: start - eol.length, end, newText: '' },
            };
            if (one) edits[one.owner].push(told[one.kind]);
            start = end + eol.length;
          });
          const all = [...edits.A, ...edits.B];
          if (editsProblem(text, all) !== undefined || all.length === 0) return;
          const world = new World(text);
          const inOrder = (owner: 'A' | 'B'): void => {
            const set = { ...world.set(edits[owner], false), id: owner };
            if (edits[owner].length > 0) world.perform(propose(world.state, set, set.files[0]!));
          };
          if (together) {
            inOrder('A');
            const behind = carryEdits(edits.B, edits.A);
            if (behind.lost.length > 0) return;
            edits.B = behind.carried;
            inOrder('B');
          } else {
            const set = world.set(all, false);
            const own = set.files[0]!.edits.map((one, i) => ({ ...one, prescription: i < edits.A.length ? 'A' : 'B' }));
            world.perform(propose(world.state, set, { ...set.files[0]!, edits: own }));
          }
          world.check();
          for (const { owners } of hunksOf(world.state)) {
            assert.equal(
              new Set(owners.map((owner) => owner.prescription ?? owner.set)).size,
              1,
              'one owner for each hunk',
            );
          }
        },
      ),
      { numRuns: RUNS / 10 },
    );
  });

  it('never shows a hunk again that was kept, whatever the editor undoes and redoes', () => {
    fc.assert(
      fc.property(
        textWithLineEnds,
        fc.array(
          operation.filter((one) => one.kind === 'propose' || one.kind === 'type' || one.kind === 'typeOutside'),
          { minLength: 1, maxLength: 6 },
        ),
        fc.array(fc.boolean(), { maxLength: 20 }),
        (text, operations, travels) => {
          const world = new World(text);
          operations.forEach((one) => world.run(one));
          const taken = new Set(world.state.ranges.flatMap((range) => [range.id, ...range.from]));
          world.perform(keepAll(world.state));
          for (const back of travels) {
            const change = back ? world.editor.undo() : world.editor.redo();
            if (change) world.state = onDocumentChange(world.state, change).state;
            world.check();
            assert.ok(!hunksOf(world.state).some((hunk) => taken.has(hunk.id)), 'what was kept stays kept');
          }
          while (world.editor.undoStops > 0) world.state = onDocumentChange(world.state, world.editor.undo()!).state;
          assert.deepEqual(hunksOf(world.state), [], 'no reversed ghost hunk');
          assert.equal(baselineText(world.state), text);
          for (let change = world.editor.redo(); change; change = world.editor.redo())
            world.state = onDocumentChange(world.state, change).state;
          assert.deepEqual(hunksOf(world.state), [], 'redone means kept');
        },
      ),
      { numRuns: RUNS / 10 },
    );
  });
});
