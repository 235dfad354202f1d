/** Pending changes by example: what a user sees when taking some changes and leaving others. */
import assert from 'node:assert/strict';
import {
  afterInFlight,
  annotate,
  baselineText,
  cancelInFlight,
  hunksOf,
  keep,
  keepAll,
  linkedHunks,
  onDocumentChange,
  onExternalChange,
  onSaved,
  propose,
  resolveConflict,
  textWith,
  track,
  undo,
  undoAll,
  type Action,
  type EditSet,
  type Hunk,
  type PendingChange,
  type ProposedEdit,
} from '../../src/edits/index.js';
import { FakeEditor } from './fakeEditor.js';

const URI = 'file:///model.py';

const MODEL = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(128, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = self.fc1(x).relu()
        return self.fc2(x)
`;

/** A document in a pretended editor, with its pending changes. */
class Session {
  readonly editor: FakeEditor;
  state: PendingChange;
  private sets = 0;

  constructor(text: string, uri = URI) {
    this.editor = new FakeEditor(text);
    this.state = track(uri, text, 1);
  }

  /** `edits`: what to find, what to put there instead. */
  propose(...edits: readonly (readonly [find: string, replacement: string, more?: Partial<ProposedEdit>])[]): void {
    this.perform(this.proposal(...edits));
  }

  proposal(...edits: readonly (readonly [find: string, replacement: string, more?: Partial<ProposedEdit>])[]): Action {
    const set = setOf(`answer${++this.sets}`, this.state.uri, this.editor.text, edits);
    return propose(this.state, set, set.files[0]!);
  }

  perform(action: Action): void {
    assert.ok(action.ok, action.ok ? '' : action.message);
    this.state = action.state;
    if (action.edits.length > 0) this.state = onDocumentChange(this.state, this.editor.apply(action.edits)).state;
  }

  type(before: string, text: string): string {
    const at = this.editor.text.indexOf(before);
    assert.ok(at >= 0);
    const step = onDocumentChange(this.state, this.editor.apply([{ start: at, end: at, newText: text }]));
    this.state = step.state;
    return step.kind;
  }

  ctrlZ(): void {
    this.state = onDocumentChange(this.state, this.editor.undo()!).state;
  }

  redo(): void {
    this.state = onDocumentChange(this.state, this.editor.redo()!).state;
  }

  get hunks(): Hunk[] {
    return hunksOf(this.state);
  }

  /** The hunks as one reads them: `-removed`, `+added`. */
  get shown(): string[][] {
    return this.hunks.map((hunk) => [
      ...hunk.removed.map((line) => `-${line.trim()}`),
      ...hunk.added.map((line) => `+${line.trim()}`),
    ]);
  }
}

function setOf(
  id: string,
  uri: string,
  text: string,
  edits: readonly (readonly [find: string, replacement: string, more?: Partial<ProposedEdit>])[],
): EditSet {
  return {
    id,
    title: 'Regularise',
    reason: 'The model has more parameters than samples.',
    files: [
      {
        uri,
        edits: edits.map(([find, newText, more]) => {
          const start = text.indexOf(find);
          assert.ok(start >= 0, find);
          return { start, end: start + find.length, newText, ...more };
        }),
      },
    ],
  };
}

const FC1 = '        self.fc1 = nn.Linear(128, 64)\n';
const DROP = `${FC1}        self.drop = nn.Dropout(0.3)\n`;
const USE = 'self.fc1(x).relu()';
const DROPPED = 'self.drop(self.fc1(x).relu())';

function withDropout(): Session {
  const session = new Session(MODEL);
  session.propose([FC1, DROP, { label: 'Dropout', group: 'dropout' }], [USE, DROPPED, { group: 'dropout' }]);
  return session;
}

describe('pending changes', () => {
  it('shows a proposal as hunks: lines, counts, marks inside the line', () => {
    const { hunks, shown, state } = withDropout();
    assert.deepEqual(shown, [
      ['+self.drop = nn.Dropout(0.3)'],
      ['-x = self.fc1(x).relu()', '+x = self.drop(self.fc1(x).relu())'],
    ]);
    assert.deepEqual(
      hunks.map((hunk) => hunk.counts),
      [
        { removed: 0, added: 1 },
        { removed: 1, added: 1 },
      ],
    );
    assert.deepEqual([hunks[0]!.document.startLine, hunks[0]!.document.endLine], [7, 8]);
    assert.deepEqual([hunks[0]!.baseline.startLine, hunks[0]!.baseline.endLine], [7, 7]);
    assert.deepEqual([hunks[1]!.document.startLine, hunks[1]!.baseline.startLine], [11, 10]);
    assert.deepEqual(
      hunks[1]!.marks.added.map((mark) => state.document.slice(mark.start, mark.end)),
      ['drop(self.', ')'],
    );
    assert.equal(hunks[0]!.owners[0]!.label, 'Dropout');
    assert.equal(baselineText(state), MODEL);
  });

  it('keeps one, lets the user type, undoes the other', () => {
    const session = withDropout();
    session.perform(keep(session.state, [session.hunks[0]!.id]));
    assert.equal(session.type('class Net', '# my model\n'), 'outside');
    session.perform(undo(session.state, [session.hunks[0]!.id]));
    assert.deepEqual(session.shown, []);
    assert.equal(session.editor.text, MODEL.replace(FC1, DROP).replace('class Net', '# my model\nclass Net'));
  });

  it('brings a hunk back by Ctrl+Z after Undo', () => {
    const session = withDropout();
    const before = session.shown;
    session.perform(undo(session.state, [session.hunks[1]!.id]));
    assert.equal(session.hunks.length, 1);
    session.ctrlZ();
    assert.deepEqual(session.shown, before);
    session.redo();
    assert.equal(session.hunks.length, 1);
  });

  it('moves the baseline along when Ctrl+Z goes back over a Keep: no reversed hunk', () => {
    const session = withDropout();
    session.perform(keepAll(session.state));
    session.ctrlZ();
    assert.equal(session.editor.text, MODEL);
    assert.deepEqual(session.shown, []);
    session.redo();
    assert.deepEqual(session.shown, []);
    assert.equal(baselineText(session.state), session.editor.text);
  });

  it('remembers over Ctrl+Z and redo which hunk was kept and which was not', () => {
    const session = withDropout();
    session.perform(keep(session.state, [session.hunks[0]!.id]));
    session.ctrlZ();
    assert.deepEqual(session.shown, []);
    session.redo();
    assert.deepEqual(session.shown, [['-x = self.fc1(x).relu()', '+x = self.drop(self.fc1(x).relu())']]);
  });

  it("makes a hunk the user's when typed into, and asks before undoing it", () => {
    const session = withDropout();
    assert.equal(session.type('0.3)', '0.'), 'inside');
    assert.equal(session.hunks[0]!.edited, true);
    assert.deepEqual(session.hunks[0]!.parameters, {
      kind: 'notChecked',
      reason: 'changed since it was checked',
      open: true,
    });
    const asked = undo(session.state, [session.hunks[0]!.id]);
    assert.ok(!asked.ok && asked.refused === 'asks');
    assert.equal(asked.state, session.state);
    session.ctrlZ();
    assert.equal(session.hunks[0]!.edited, false);
  });

  it('takes text typed at the begin of a hunk for part of it, and whole lines above it for the baseline', () => {
    const session = withDropout();
    assert.equal(session.type('        self.drop =', '        x = 1\n'), 'outside');
    assert.deepEqual(session.shown[0], ['+self.drop = nn.Dropout(0.3)']);
    assert.equal(session.type('        self.drop =', '  #'), 'inside');
    assert.deepEqual(session.shown[0], ['+#        self.drop = nn.Dropout(0.3)']);
  });

  it('refuses a proposal that was made for another text', () => {
    const session = withDropout();
    const set = setOf('late', URI, session.editor.text, [['Net', 'Network']]);
    const late = propose(session.state, set, { ...set.files[0]!, version: 1 });
    assert.ok(!late.ok && late.refused === 'stale');
    const other = propose(session.state, set, { ...set.files[0]!, digest: '0123456789abcdef' });
    assert.ok(!other.ok && other.refused === 'stale');
    const outside = propose(session.state, set, { ...set.files[0]!, edits: [{ start: 0, end: 9_999, newText: '' }] });
    assert.ok(!outside.ok && outside.refused === 'invalid');
  });

  it('lets a second proposal go over the first; Undo then goes back before both', () => {
    const session = withDropout();
    session.propose(['nn.Dropout(0.3)', 'nn.Dropout(0.5)']);
    assert.deepEqual(session.shown[0], ['+self.drop = nn.Dropout(0.5)']);
    assert.deepEqual(
      session.hunks[0]!.owners.map((owner) => owner.set),
      ['answer1', 'answer2'],
    );
    session.perform(undoAll(session.state));
    assert.equal(session.editor.text, MODEL);
  });

  it('claims what a redo brings back, if part of it was kept meanwhile', () => {
    const session = withDropout();
    session.propose(['nn.Dropout(0.3)', 'nn.Dropout(0.5)']);
    session.ctrlZ();
    session.perform(keep(session.state, [session.hunks[0]!.id]));
    session.redo();
    assert.deepEqual(session.shown[0], ['-self.drop = nn.Dropout(0.3)', '+self.drop = nn.Dropout(0.5)']);
  });

  it('splits a rewritten function into the lines that change, linked with each other', () => {
    const session = new Session(MODEL);
    session.propose([MODEL, MODEL.replace(FC1, DROP).replace(USE, DROPPED)]);
    assert.equal(session.hunks.length, 2);
    const [first, second] = session.hunks;
    assert.deepEqual(linkedHunks([session.state], { uri: URI, id: first!.id }), [{ uri: URI, id: second!.id }]);
  });

  it('links hunks of a group across files', () => {
    const model = new Session(MODEL);
    const train = new Session('optimizer = Adam(model.parameters())\n', 'file:///train.py');
    const set: EditSet = {
      ...setOf('both', URI, MODEL, [['fc2 =', 'head =', { group: 'rename' }]]),
      groups: [{ id: 'rename', reason: 'the training script reads it' }],
    };
    model.perform(propose(model.state, set, set.files[0]!));
    train.perform(
      propose(train.state, set, {
        uri: 'file:///train.py',
        edits: [{ start: 0, end: 0, newText: '# head\n', group: 'rename' }],
      }),
    );
    assert.deepEqual(linkedHunks([model.state, train.state], { uri: URI, id: model.hunks[0]!.id }), [
      { uri: 'file:///train.py', id: train.hunks[0]!.id },
    ]);
    assert.equal(model.hunks[0]!.groups[0]!.reason, 'the training script reads it');
  });

  it('says what the file would be with one hunk alone, for checking it', () => {
    const session = withDropout();
    assert.equal(textWith(session.state, [session.hunks[0]!.id]), MODEL.replace(FC1, DROP));
    session.state = annotate(session.state, new Map([[session.hunks[0]!.id, { kind: 'known', delta: 0 }]]));
    assert.deepEqual(session.hunks[0]!.parameters, { kind: 'known', delta: 0 });
  });

  it('writes line ends as the document has them', () => {
    const session = new Session(MODEL.replaceAll('\n', '\r\n'));
    session.propose([FC1.replace('\n', '\r\n'), DROP]);
    assert.ok(!/[^\r]\n/.test(session.editor.text));
    session.perform(undoAll(session.state));
    assert.equal(session.editor.text, MODEL.replaceAll('\n', '\r\n'));
  });

  it("takes our edit for ours even if the editor wrote a new file's lines with other line ends", () => {
    const session = new Session('');
    const set = setOf('new', URI, '', [['', 'a = 1\nb = 2\n']]);
    const action = propose(session.state, set, { ...set.files[0]!, create: true });
    assert.ok(action.ok);
    const step = onDocumentChange(
      action.state,
      session.editor.apply(action.edits.map((edit) => ({ ...edit, newText: edit.newText.replaceAll('\n', '\r\n') }))),
    );
    assert.equal(step.kind, 'applied');
    assert.deepEqual(
      hunksOf(step.state).map((hunk) => hunk.added),
      [['a = 1', 'b = 2']],
    );
  });

  it('takes a change of line ends for no change of the proposal', () => {
    const session = withDropout();
    const shown = session.shown;
    session.state = onDocumentChange(
      session.state,
      session.editor.replace(session.editor.text.replaceAll('\n', '\r\n')),
    ).state;
    assert.deepEqual(session.shown, shown);
    session.perform(undoAll(session.state));
    assert.equal(session.editor.text, MODEL.replaceAll('\n', '\r\n'));
  });

  it('shows a line appended to a file without final line end as one added line', () => {
    const session = new Session('a = 1\nb = 2');
    session.propose(['b = 2', 'b = 2\nc = 3']);
    assert.deepEqual(session.shown, [['+c = 3']]);
    assert.equal(session.hunks[0]!.document.startLine, 2);
    session.perform(undoAll(session.state));
    assert.equal(session.editor.text, 'a = 1\nb = 2');
  });

  it('sees through a formatter that replaces the whole text', () => {
    const session = withDropout();
    const formatted = session.editor.text.replace('import torch.nn as nn', 'from torch import nn');
    session.state = onDocumentChange(session.state, session.editor.replace(formatted)).state;
    assert.equal(session.hunks.length, 2);
    assert.ok(session.hunks.every((hunk) => !hunk.edited));
    session.perform(undoAll(session.state));
    assert.equal(session.editor.text, MODEL.replace('import torch.nn as nn', 'from torch import nn'));
  });

  it('keeps prescriptions on neighbouring lines apart', () => {
    const session = new Session('a = 1\nb = 2\n');
    session.propose(['1', '10', { prescription: 'first' }], ['2', '20', { prescription: 'second' }]);
    assert.equal(session.hunks.length, 2);
    session.perform(undo(session.state, [session.hunks[0]!.id]));
    assert.equal(session.editor.text, 'a = 1\nb = 20\n');
  });

  it('does nothing while an edit of ours is on its way, and forgets it when the editor refuses', () => {
    const session = new Session(MODEL);
    const action = session.proposal([FC1, DROP]);
    assert.ok(action.ok);
    assert.deepEqual(hunksOf(action.state), []);
    assert.equal(hunksOf(afterInFlight(action.state)).length, 1);
    const second = undoAll(action.state);
    assert.ok(!second.ok && second.refused === 'busy');
    assert.deepEqual(cancelInFlight(action.state), session.state);
  });

  it('forgets an edit on its way when the user was faster', () => {
    const session = new Session(MODEL);
    const action = session.proposal([FC1, DROP]);
    session.state = action.state;
    assert.equal(session.type('class', '# quick\n'), 'outside');
    assert.equal(session.state.inFlight, undefined);
    assert.deepEqual(session.shown, []);
  });

  it('says once that pending text went to the disk', () => {
    const session = withDropout();
    const first = onSaved(session.state);
    assert.equal(first.tell, true);
    assert.equal(onSaved(first.state).tell, false);
  });
});

describe('new files', () => {
  const created = (): Session => {
    const session = new Session('');
    const set = setOf('new', URI, '', [['', 'import torch\n']]);
    session.perform(propose(session.state, set, { ...set.files[0]!, create: true }));
    return session;
  };

  it('are deleted by Undo while untouched', () => {
    const session = created();
    const action = undoAll(session.state);
    assert.ok(action.ok && action.deleteFile);
  });

  it('stay once the user typed into them', () => {
    const session = created();
    session.type('torch', 'x, ');
    const action = undoAll(session.state, { confirmed: true });
    assert.ok(action.ok && !action.deleteFile);
  });

  it('stay once they are kept', () => {
    const session = created();
    session.perform(keepAll(session.state));
    const action = undoAll(session.state);
    assert.ok(action.ok && !action.deleteFile && action.edits.length === 0);
  });

  it('are deleted when a second proposal changed them, too', () => {
    const session = created();
    session.propose(['torch', 'torch.nn']);
    const action = undoAll(session.state);
    assert.ok(action.ok && action.deleteFile);
  });

  it('are not proposed over existing text', () => {
    const session = new Session(MODEL);
    const set = setOf('new', URI, MODEL, [['import', 'import']]);
    const action = propose(session.state, set, { ...set.files[0]!, create: true });
    assert.ok(!action.ok && action.refused === 'stale');
  });
});

describe('changes by other programs', () => {
  const external = (session: Session, text: string): void => {
    const { version } = session.editor.replace(text);
    session.state = onExternalChange(session.state, text, version).state;
  };

  it('go to the baseline outside hunks', () => {
    const session = withDropout();
    external(session, '# pulled\n' + session.editor.text);
    assert.equal(session.hunks.length, 2);
    assert.equal(baselineText(session.state), '# pulled\n' + MODEL);
  });

  it('end hunks that they take back', () => {
    const session = withDropout();
    external(session, MODEL);
    assert.deepEqual(session.shown, []);
  });

  it('end removals whose lines they bring back: Undo writes no line twice', () => {
    const text = 'a = 1\nx = 0\nx = 0\nb = 2\n';
    const session = new Session(text);
    session.propose(['x = 0\nb', 'b'], ['a = 1', 'a = 10']);
    assert.deepEqual(session.shown, [['-a = 1', '+a = 10'], ['-x = 0']]);
    external(session, text.replace('a = 1', 'a = 10'));
    assert.deepEqual(session.shown, [['-a = 1', '+a = 10']]);
    assert.equal(baselineText(session.state), text);
  });

  it('are a conflict inside a hunk, which the user settles', () => {
    for (const [take, expected] of [
      ['proposed', 'nn.Dropout(0.3)'],
      ['current', 'nn.Dropout(0.9)'],
      ['baseline', ''],
    ] as const) {
      const session = withDropout();
      external(session, session.editor.text.replace('0.3', '0.9'));
      const hunk = session.hunks[0]!;
      assert.match(hunk.conflict!.proposed, /0\.3/);
      const asked = undo(session.state, [hunk.id]);
      assert.ok(!asked.ok && asked.refused === 'asks');
      session.perform(resolveConflict(session.state, hunk.id, take));
      assert.ok(session.editor.text.includes(expected));
      assert.equal(session.editor.text.includes('Dropout'), take !== 'baseline');
      assert.equal(session.hunks.length, take === 'proposed' ? 2 : 1);
      assert.ok(session.hunks.every((one) => one.conflict === undefined));
    }
  });
});

describe('proposals beside each other', () => {
  const TEXT = 'a = 1\nb = 2\nc = 3\n';

  it('stay apart when one adds a line from the end of the line that another changes', () => {
    const session = new Session(TEXT);
    session.propose(['1', '10', { prescription: 'first' }], ['2', '2\nnew', { prescription: 'second' }]);
    session.propose(['10', '10\nmore']);
    assert.deepEqual(session.shown, [['-a = 1', '+a = 10'], ['+more'], ['+new']]);
    session.perform(undo(session.state, [session.hunks[0]!.id]));
    session.perform(keep(session.state, [session.hunks[0]!.id]));
    session.perform(undo(session.state, [session.hunks[0]!.id]));
    assert.equal(session.editor.text, 'a = 1\nmore\nb = 2\nc = 3\n');
  });

  it('stay apart when one rewrites lines and another of them had been changed before', () => {
    const session = new Session(TEXT);
    session.propose(['2', '20']);
    session.propose(['a = 1\nb = 20\nc = 3', 'A = 1\nB = 20\nC = 3']);
    assert.deepEqual(
      session.hunks.map((hunk) => [hunk.removed, hunk.added, hunk.owners.map((owner) => owner.set)]),
      [
        [['a = 1'], ['A = 1'], ['answer2']],
        [['b = 2'], ['B = 20'], ['answer1', 'answer2']],
        [['c = 3'], ['C = 3'], ['answer2']],
      ],
    );
    session.perform(undo(session.state, [session.hunks[1]!.id]));
    assert.equal(session.editor.text, 'A = 1\nb = 2\nC = 3\n');
  });

  it('are one hunk on the same line, which can only be kept as a whole', () => {
    const session = new Session('f(a, b)\n');
    session.propose(['a', 'x', { prescription: 'first' }], ['b', 'y', { prescription: 'second' }]);
    assert.deepEqual(
      session.hunks.map((hunk) => hunk.owners.length),
      [2],
    );
  });
});
