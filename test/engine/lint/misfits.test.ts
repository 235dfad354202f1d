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

/** Init, forward, what comes after the class, and what is told: nobody says what the module is called with. */
type Unsaid = readonly [init: string, forward: string, rest: string, expected: readonly string[]];

const CNN = 'self.conv = nn.Conv2d(3, 8, 3, padding=1)\nself.fc = nn.Linear(8 * 16 * 16, 10)';
const FLAT = 'x = F.max_pool2d(self.conv(x), 4)\nreturn self.fc(x.flatten(1))';
const TOKENS = 'self.emb = nn.Embedding(100, 64)\n';

/** What a user's own call shows, or what no size of the input avoids. */
const UNSAID: Readonly<Record<string, Unsaid>> = {
  'a call on the spot': [CNN, FLAT, 'Net()(torch.randn(2, 3, 32, 32))', ['A01 9']],
  'a call in the main block': [
    CNN,
    FLAT,
    'if __name__ == "__main__":\n    net = Net()\n    print(net(torch.randn(2, 3, 32, 32)).shape)',
    ['A01 9'],
  ],
  'a call in a function': [
    CNN,
    FLAT,
    'def check():\n    net = Net().eval()\n    x = torch.randn(2, 3, 32, 32)\n    print(x)\n    return net(x)',
    ['A01 9'],
  ],
  'a call whose sizes differ in a sum': [
    'self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(3, 8, 5)',
    'return self.a(x) + self.b(x)',
    'Net()(torch.randn(1, 3, 20, 20))',
    ['A06 12'],
  ],
  'a recurrent layer after an embedding': [
    `${TOKENS}self.rnn = nn.LSTM(128, 256, batch_first=True)`,
    'return self.rnn(self.emb(x))[0]',
    '',
    ['A01 9'],
  ],
  'both directions of a recurrent layer': [
    `${TOKENS}self.rnn = nn.LSTM(64, 256, batch_first=True, bidirectional=True)\nself.fc = nn.Linear(256, 2)`,
    'return self.fc(self.rnn(self.emb(x))[0][:, -1])',
    '',
    ['A01 10'],
  ],
  attention: [
    'self.proj = nn.Linear(32, 48)\nself.attn = nn.MultiheadAttention(64, 4, batch_first=True)',
    'x = self.proj(x)\nreturn self.attn(x, x, x)[0]',
    '',
    ['A01 9'],
  ],
  'what is laid side by side': [
    'self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(3, 8, 3)\nself.c = nn.Conv2d(8, 8, 1)',
    'return self.c(torch.cat([self.a(x), self.b(x)], 1))',
    '',
    ['A02 10'],
  ],
  'a sum of two layers': [
    'self.a = nn.Conv2d(3, 8, 3, padding=1)\nself.b = nn.Conv2d(8, 16, 3, padding=1)',
    'x = self.a(x)\nreturn x + self.b(x)',
    '',
    ['A06 13'],
  ],
};

/** Programs that may be right: nothing is told. */
const DOUBTFUL: Readonly<Record<string, Unsaid>> = {
  'other sizes of the input would fit': [CNN, FLAT, '', []],
  'the input is split': [
    'self.a = nn.Conv2d(3, 8, 3)\nself.b = nn.Conv2d(3, 8, 3)',
    'return self.a(x[:, :3]) + self.b(x[:, 3:])',
    '',
    [],
  ],
  'an input with more axes would fit': [
    'self.a = nn.Linear(64, 32)\nself.b = nn.Linear(320, 2)',
    'return self.b(self.a(x).flatten(1))',
    '',
    [],
  ],
  'an axis of the input is 1 and taken away': [
    'self.a = nn.Conv2d(16, 4, 1)\nself.b = nn.Conv2d(4, 16, 1)',
    's = self.a(x).squeeze(-2)\nreturn self.b(torch.bmm(s, s.transpose(1, 2)).unsqueeze(-1))',
    '',
    [],
  ],
  'the input has fewer axes than its layers take': [
    'self.a = nn.Conv2d(8, 8, (1, 3))\nself.norm = nn.LayerNorm(8)',
    'y = self.a(x.permute(0, 2, 1).unsqueeze(2)).squeeze(2).permute(0, 2, 1)\nreturn self.norm(y)',
    '',
    [],
  ],
  'the input is a clip': [
    'self.a = nn.Conv2d(3, 8, 3)\nself.fc = nn.Linear(8, 2)',
    'b, t, c, h, w = x.shape\nx = self.a(x.reshape(b * t, c, h, w))\nreturn self.fc(x.mean((2, 3)).view(b, t, -1))',
    '',
    [],
  ],
  'an input with one axis fewer would fit': [
    'self.a = nn.Linear(64, 256)',
    'x = x[:, None] * torch.arange(32)[None, :]\nreturn self.a(torch.cat((x.sin(), x.cos()), 1))',
    '',
    [],
  ],
  'its last layers are added by somebody else': [
    'self.style = nn.Linear(512, 1024)\nself.last = nn.ModuleList()',
    'y = self.style(x)[:, :512].view(x.size(0), 512, 1, 1)\nreturn self.last[-1](y)',
    '',
    [],
  ],
  'its layers are given by somebody else': [
    'self.encoder = None\nself.k = nn.Linear(128, 128)',
    'return self.k(self.encoder(x.transpose(1, 2))).transpose(1, 2)',
    '',
    [],
  ],
  'the axes of the input are counted': [
    'self.conv = nn.Conv2d(1, 8, 3)\nself.fc = nn.Linear(6272, 10)',
    'x = x.unsqueeze(0).expand(4, -1, -1, -1, -1)\nreturn self.fc(self.conv(x).flatten(1))',
    '',
    [],
  ],
  'the exception is expected': [
    CNN,
    FLAT,
    'try:\n    Net()(torch.randn(2, 3, 32, 32))\nexcept RuntimeError:\n    pass',
    [],
  ],
  'the test expects it': [
    CNN,
    FLAT,
    'import pytest\ndef test():\n    net = Net()\n    with pytest.raises(RuntimeError):\n        net(torch.randn(2, 3, 32, 32))',
    [],
  ],
  'a layer is replaced before': [
    CNN,
    FLAT,
    'net = Net()\nnet.fc = nn.Linear(8 * 8 * 8, 2)\nnet(torch.randn(2, 3, 32, 32))',
    [],
  ],
  'a layer is replaced before, in a function': [
    CNN,
    FLAT,
    'def check():\n    net = Net()\n    net.fc = nn.Linear(8 * 8 * 8, 2)\n    net(torch.randn(2, 3, 32, 32))',
    [],
  ],
  'a name stands for something else later': [
    'self.conv = nn.Conv2d(3, 8, 3)',
    'return self.conv(x)',
    `class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(64, 8, 3)

    def forward(self, x):
        return self.conv(x)

net = Net()
images = torch.rand(2, 3, 32, 32)
net(images)
net = Other()
features = torch.rand(2, 64, 32, 32)
net(features)`,
    [],
  ],
  'a layer is replaced after it': [
    CNN.replace('8 * 16 * 16', '8 * 8 * 8'),
    FLAT,
    'net = Net()\nimages = torch.randn(2, 3, 32, 32)\nnet(images)\nnet.fc = nn.Linear(100, 2)',
    [],
  ],
  'somebody may have changed it before': [
    CNN,
    FLAT,
    'from surgery import fit\ndef check():\n    net = Net()\n    fit(net, 32)\n    net(torch.randn(2, 3, 32, 32))',
    [],
  ],
  'a condition decides what it is called with': [
    CNN,
    FLAT,
    'def check(small):\n    net = Net()\n    x = torch.randn(2, 3, 64, 64)\n    if small:\n        x = torch.randn(2, 3, 32, 32)\n    net(x)',
    [],
  ],
};

describe('rules on sizes', () => {
  for (const [title, program, expected] of CASES)
    it(title, async () => assert.deepEqual(await misfits(program), expected));
  for (const [title, [init, forward, rest, expected]] of Object.entries(UNSAID))
    it(`tell what nobody said the input of: ${title}`, async () =>
      assert.deepEqual(await misfits(`${HEAD}${net(init, forward, rest)}`), expected));
  for (const [title, [init, forward, rest, expected]] of Object.entries(DOUBTFUL))
    it(`are silent where ${title}`, async () =>
      assert.deepEqual(await misfits(`${HEAD}${net(init, forward, rest)}`), expected));
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
