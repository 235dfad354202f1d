/** Pending changes over a reload. */
import assert from 'node:assert/strict';
import {
  afterInFlight,
  baselineText,
  hunksOf,
  onDocumentChange,
  propose,
  restore,
  serialise,
  takeUp,
  track,
  uriIn,
  type EditSet,
  type PendingChange,
  type ThreeWay,
} from '../../src/edits/index.js';

const BEFORE = 'a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n';
const AFTER = 'a = 1\nb = 20\nc = 3\nd = 4\ne = 50\n';
const SET: EditSet = {
  id: 's',
  title: 't',
  reason: 'r',
  files: [
    {
      uri: 'file:///a.py',
      edits: [
        { start: 10, end: 11, newText: '20', prescription: 'b', parameters: { kind: 'known', delta: 1024 } },
        { start: 28, end: 29, newText: '50', prescription: 'e' },
      ],
    },
  ],
};

function onTheirWay(): PendingChange {
  return propose(track('file:///a.py', BEFORE, 1), SET, SET.files[0]!).state;
}

function pending(): PendingChange {
  const step = onDocumentChange(onTheirWay(), { version: 2, changes: SET.files[0]!.edits, text: AFTER });
  assert.equal(step.kind, 'applied');
  return step.state;
}

function changed(json: string, text: string): ThreeWay {
  const back = restore(json, text, 7);
  assert.ok(back.kind === 'changed');
  return back.threeWay;
}

describe('pending changes over a reload', () => {
  it('are back when the file is as it was', () => {
    const state = pending();
    assert.deepEqual(restore(serialise(state), AFTER, state.version), { kind: 'restored', state });
  });

  it('still follow the undo of an editor that lived on', () => {
    const back = restore(serialise(pending()), AFTER, 2);
    assert.ok(back.kind === 'restored');
    const undone = onDocumentChange(back.state, {
      version: 3,
      text: BEFORE,
      reason: 'undo',
      changes: [{ start: 0, end: AFTER.length, newText: BEFORE }],
    });
    assert.equal(undone.kind, 'travelled');
    const redone = onDocumentChange(undone.state, {
      version: 4,
      text: AFTER,
      reason: 'redo',
      changes: [{ start: 0, end: BEFORE.length, newText: AFTER }],
    });
    assert.deepEqual(hunksOf(redone.state), hunksOf(pending()));
  });

  it('know after a crash whether the edit on its way had arrived', () => {
    const json = serialise(onTheirWay());
    const arrived = restore(json, AFTER, 1);
    assert.ok(arrived.kind === 'restored');
    assert.deepEqual(hunksOf(arrived.state), hunksOf(afterInFlight(onTheirWay())));
    const lost = restore(json, BEFORE, 1);
    assert.ok(lost.kind === 'restored');
    assert.deepEqual(hunksOf(lost.state), []);
  });

  it('write nothing when the file changed meanwhile, and show all three texts', () => {
    const current = '# pulled\n' + AFTER;
    const threeWay = changed(serialise(pending()), current);
    assert.equal(threeWay.baseline, BEFORE);
    assert.equal(threeWay.proposed, AFTER);
    assert.equal(threeWay.current, current);
    assert.equal(threeWay.notApplied, false);
  });

  it('stay pending where they are still in the text', () => {
    const { action, lost } = takeUp(changed(serialise(pending()), '# pulled\n' + AFTER));
    assert.deepEqual(lost, []);
    assert.ok(action.ok && action.edits.length === 0);
    const { state } = action;
    assert.equal(state.document, '# pulled\n' + AFTER);
    assert.equal(baselineText(state), '# pulled\n' + BEFORE);
    assert.equal(hunksOf(state).length, 2);
  });

  it('go on top of the current text again; where others changed the same lines, the user settles it', () => {
    const { action, lost } = takeUp(changed(serialise(pending()), BEFORE.replace('e = 5', 'e = 6')));
    assert.ok(action.ok);
    const state = afterInFlight(action.state);
    assert.equal(state.document, 'a = 1\nb = 20\nc = 3\nd = 4\ne = 6\n');
    assert.deepEqual(lost, []);
    assert.deepEqual(
      hunksOf(state).map(({ added, conflict, parameters }) => [added, conflict?.proposed, parameters.kind]),
      [
        [['b = 20'], undefined, 'notChecked'],
        [['e = 6'], 'e = 50\n', 'notChecked'],
      ],
    );
  });

  it('are written again beside those that are still there', () => {
    const without = '# pulled\n' + AFTER.replace('e = 50', 'e = 5');
    const { action, lost } = takeUp(changed(serialise(pending()), without));
    assert.ok(action.ok);
    assert.deepEqual(lost, []);
    const state = afterInFlight(action.state);
    assert.equal(state.document, '# pulled\n' + AFTER);
    assert.equal(baselineText(state), '# pulled\n' + BEFORE);
    assert.deepEqual(
      hunksOf(state).map(({ added }) => added),
      [['b = 20'], ['e = 50']],
    );
  });

  it('are no conflict where the line ends changed as well', () => {
    const crlf = ('# pulled\n' + AFTER).replaceAll('\n', '\r\n');
    const { action } = takeUp(changed(serialise(pending()), crlf));
    assert.ok(action.ok);
    assert.deepEqual(
      hunksOf(action.state).map(({ added, conflict }) => [added, conflict]),
      [
        [['b = 20'], undefined],
        [['e = 50'], undefined],
      ],
    );
  });

  it('go on again as they were if the file was merely never saved', () => {
    const threeWay = changed(serialise(pending()), BEFORE);
    assert.equal(threeWay.notApplied, true);
    const { action, lost } = takeUp(threeWay);
    assert.ok(action.ok);
    assert.deepEqual(lost, []);
    assert.equal(afterInFlight(action.state).document, AFTER);
    assert.deepEqual(hunksOf(afterInFlight(action.state))[0]!.parameters, { kind: 'known', delta: 1024 });
  });

  it('survive a change of the line ends alone', () => {
    const crlf = AFTER.replaceAll('\n', '\r\n');
    const back = restore(serialise(pending()), crlf, 2);
    assert.ok(back.kind === 'restored');
    assert.equal(baselineText(back.state), BEFORE.replaceAll('\n', '\r\n'));
    assert.equal(hunksOf(back.state).length, 2);
  });

  it('are refused with the reason when what was stored is damaged or foreign', () => {
    const json = serialise(pending());
    for (const bad of [
      '',
      '{}',
      'null',
      json.slice(0, -5),
      json.replace('b = 2', 'b = 3'),
      json.replace('"version":1', '"version":99'),
      json.replace('"kept"', '"kebt"'),
    ]) {
      const back = restore(bad, AFTER, 1);
      assert.ok(back.kind === 'unreadable' && back.reason.length > 10, bad.slice(0, 40));
    }
  });

  it('tell of which file they were, though they are damaged or cut off', () => {
    const uri = 'file:///a "b" [c]/{d}.py';
    const json = serialise({ ...pending(), uri });
    for (const part of [json, json.slice(0, 120), json.replace('"version":1', '"version":99')])
      assert.equal(uriIn(part), uri);
    for (const other of ['', '{}', 'null', json.slice(0, 60), '{"ranges":[{"uri":"x"}]}', '{"uri":"\\x"}'])
      assert.equal(uriIn(other), undefined, other);
  });
});
