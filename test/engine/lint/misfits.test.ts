/** Sizes that don't fit: found with the report, silenced and numbered like all other findings. */
import assert from 'node:assert/strict';
import { asFiles, engineFor, type Files } from '../advice/support.js';
import { checkMarked, net } from './support.js';

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';

/** `A01 7` for each finding of the file's reports. */
async function misfits(given: string | Files, path = '/train.py'): Promise<string[]> {
  const engine = await engineFor(asFiles(given));
  return engine.shownFindings(path).map(({ rule, span }) => `${rule} ${span.start.line + 1}`);
}

/** The module, called with an input that a directive says. */
const called = (init: string, forward: string, input: string): string =>
  `${HEAD}\n# architect: Net()(x: ${input})${net(init, forward)}`;

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'A01: features after a flatten',
    called('self.fc = nn.Linear(16 * 16 * 16, 10)', 'return self.fc(x.flatten(1))', 'f32[B, 16, 32, 32]'),
    ['A01 9'],
  ],
  [
    'A01: a chain of layers',
    called(
      'self.body = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(8, 2))',
      'return self.body(x)',
      'f32[B, 8]',
    ),
    ['A01 9'],
  ],
  [
    'A01: a recurrent layer',
    called('self.rnn = nn.LSTM(8, 16, batch_first=True)', 'return self.rnn(x)[0]', 'f32[B, T, 12]'),
    ['A01 9'],
  ],
  [
    'A02: a convolution',
    called(
      'self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(16, 8, 3)',
      'return self.b(self.a(x))',
      'f32[B, 3, 32, 32]',
    ),
    ['A02 10'],
  ],
  [
    'A02: a normalisation',
    called(
      'self.body = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(16))',
      'return self.body(x)',
      'f32[B, 3, 32, 32]',
    ),
    ['A02 9'],
  ],
  [
    'A02: group norm',
    called(
      'self.conv = nn.Conv1d(4, 8, 3)\nself.norm = nn.GroupNorm(2, 4)',
      'return self.norm(self.conv(x))',
      'f32[B, 4, 20]',
    ),
    ['A02 10'],
  ],
  [
    'A06: a sum that does not fit',
    called('self.conv = nn.Conv2d(3, 8, 3, padding=1)', 'return x + self.conv(x)', 'f32[B, 3, 32, 32]'),
    ['A06 12'],
  ],
  [
    'A11: nothing is left',
    called(
      'self.body = nn.Sequential(nn.Conv2d(3, 8, 5), nn.MaxPool2d(4), nn.Conv2d(8, 16, 5))',
      'return self.body(x)',
      'f32[B, 3, 16, 16]',
    ),
    ['A11 12'],
  ],
  [
    'A11: pooling',
    called('self.pool = nn.MaxPool2d(4)', 'return self.pool(self.pool(self.pool(x)))', 'f32[B, 3, 16, 16]'),
    ['A11 12'],
  ],
  ['nothing where all fits', called('self.fc = nn.Linear(8, 2)', 'return self.fc(x)', 'f32[B, 8]'), []],
];

describe('rules on sizes', () => {
  for (const [title, program, expected] of CASES)
    it(title, async () => assert.deepEqual(await misfits(program), expected));
  it('are silent where the line says so', async () => {
    const [, program] = CASES[0] as (typeof CASES)[number];
    assert.deepEqual(await misfits(program.replace('16 * 16, 10)', '16 * 16, 10)  # architect: ignore[A01]')), []);
    assert.deepEqual(await misfits(program.replace('16 * 16, 10)', '16 * 16, 10)  # architect: ignore[A02]')), [
      'A01 9',
    ]);
  });
  it('are silent about a class that nobody calls where an argument with a default decides', async () => {
    const decoder = (signature: string, join: string): string => `${HEAD}
class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.up = nn.ConvTranspose2d(8, 8, 2, stride=2)
        self.norm = nn.BatchNorm2d(24)

    def forward(self, ${signature}):
        x = self.up(x)
${join}
        return self.norm(x)
`;
    const joined = '        if skip is not None:\n            x = torch.cat([x, skip], 1)';
    assert.deepEqual(await misfits(decoder('x, skip=None', joined)), []);
    assert.equal((await misfits(decoder('x', '        x = x.relu()'))).length, 1);
    const flag = '        if with_middle:\n            return x, self.norm(x)';
    assert.equal((await misfits(decoder('x, with_middle=False', flag))).length, 1);
  });
  const constructors: readonly string[] = [
    'norm = nn.GroupNorm(32, 48)  #! A10',
    'conv = nn.Conv2d(10, 20, 3, groups=4)  #! A10',
    `
class Net(nn.Module):
    def __init__(self, width=100):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, 8)  #! A10
`,
    `
def norm(channels):
    return nn.GroupNorm(num_groups=32, num_channels=channels)  #! A10

layers = nn.Sequential(nn.Conv2d(3, 20, 3), norm(20))
`,
    'a = nn.GroupNorm(8, 48)\nb = nn.Conv2d(8, 16, 3, groups=8)\nc = nn.MultiheadAttention(64, 8)',
  ];
  constructors.forEach((program, index) =>
    it(`A10 in program ${index + 1}`, async () => {
      await checkMarked(program, /A10/);
    }),
  );
});
