/** Which hunks only work together. */
import assert from 'node:assert/strict';
import { afterInFlight, linkedHunks, propose, track, type EditSet } from '../../src/edits/index.js';

const MODEL = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(128, width)
        self.fc2 = nn.Linear(width, 10)
        self.old = nn.ReLU()

    def forward(self, x):
        x = self.old(self.fc1(x))
        return self.fc2(x)
`;

/** The hunks that each hunk is linked with, by number, after these replacements. */
function links(...replacements: readonly (readonly [find: string, by: string])[]): number[][] {
  const edits = replacements.map(([find, newText]) => {
    const start = MODEL.indexOf(find);
    assert.ok(start >= 0, find);
    return { start, end: start + find.length, newText };
  });
  const set: EditSet = { id: 's', title: '', reason: '', files: [{ uri: 'file:///model.py', edits }] };
  const action = propose(track('file:///model.py', MODEL, 1), set, set.files[0]!);
  assert.ok(action.ok);
  const state = afterInFlight(action.state);
  return state.ranges.map(({ id }) =>
    linkedHunks([state], { uri: state.uri, id }).map((other) =>
      state.ranges.findIndex((range) => range.id === other.id),
    ),
  );
}

describe('linked hunks', () => {
  it('are a layer and its use', () => {
    assert.deepEqual(
      links(
        ['        self.fc2 =', '        self.drop = nn.Dropout(0.1)\n        self.fc2 ='],
        ['return self.fc2(x)', 'return self.fc2(self.drop(x))'],
      ),
      [[1], [0]],
    );
  });

  it('are a layer that goes and its use', () => {
    assert.deepEqual(links(['        self.old = nn.ReLU()\n', ''], ['self.old(self.fc1(x))', 'self.fc1(x)']), [
      [1],
      [0],
    ]);
  });

  it('are an import, a function, a variable, an argument, and what uses them', () => {
    assert.deepEqual(
      links(
        ['as nn\n', 'as nn\nimport math\n'],
        ['self, width', 'self, width, rate=0.1'],
        ['128, width', 'int(math.sqrt(rate)), width'],
        ['        x = self.old', '        hidden: object = 1\n        x = self.old'],
        ['self.fc2(x)', 'self.fc2(x, hidden)'],
      ),
      [[2], [2], [0, 1], [4], [3]],
    );
  });

  it('are none for names that were there before, and for arguments of two calls', () => {
    assert.deepEqual(
      links(
        ['128, width', '128, width, bias=False'],
        ['nn.ReLU()', 'nn.ReLU(\n            inplace=True,\n        )'],
        ['        return self.fc2(x)', '        x = x + 1\n        return self.fc2(x, inplace=True, bias=False)'],
      ),
      [[], [], []],
    );
  });
});
