import assert from 'node:assert/strict';
import { HEAD, problems } from './support.js';

const CNN = `${HEAD}
# architect: Net()(x: f32[1, 3, 32, 32])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 128, 3, padding=1)
        self.pool = nn.AdaptiveAvgPool2d(2)
        self.fc = nn.Linear(1024, 10)

    def forward(self, x):
        x = self.pool(self.conv(x))
        x = torch.flatten(x, 1)
        return self.fc(x)
`;

describe('shape problems', () => {
  it('stand at the number to change, with the path that led there', async () => {
    const [finding, ...more] = await problems(CNN);
    assert.ok(finding);
    assert.equal(more.length, 0);
    assert.equal(finding.at, '1024');
    assert.equal(finding.rule, 'A01');
    assert.equal(
      finding.message,
      'mat1 and mat2 shapes cannot be multiplied (1x512 and 1024x10). Linear expects 1024, gets 512 = 128·2·2 from pool, line 14: in_features=512 fits',
    );
    assert.deepEqual(
      finding.related?.map(({ message, span }) => [message, span.start.line + 1]),
      [
        ['fc is called here', 16],
        ['[1, 512] from flatten', 15],
        ['[1, 128, 2, 2] from pool', 14],
        ['[1, 128, 32, 32] from conv', 14],
      ],
    );
    assert.deepEqual(
      finding.fixCandidates?.map(({ title }) => title),
      ['Set in_features = 512 (line 11)'],
    );
  });

  it('follow the number to the constant, default or argument that it came from', async () => {
    const at = async (text: string, files: Record<string, string> = {}): Promise<(string | undefined)[]> => {
      const found = await problems({ '/train.py': HEAD + text, ...files });
      return found.flatMap(({ fixCandidates, at: where }) => [
        where,
        ...(fixCandidates ?? []).map(({ title }) => title),
      ]);
    };
    const net = (init: string, args = '', call = 'Net()'): string => `
WIDTH = 10
class Net(nn.Module):
    def __init__(self${args}):
        super().__init__()
        ${init}
        self.a = nn.Linear(8, 12)
        self.b = nn.Linear(width, 3)

    def forward(self, x):
        return self.b(self.a(x))

# architect: ${call}(x: f32[4, 8])
model = ${call}
`;
    assert.deepEqual(await at(net('width = 10')), [
      'width',
      'Set width = 12 (line 9)',
      'Set in_features = 12 (line 11)',
    ]);
    assert.deepEqual(await at(net('width = WIDTH')), [
      'width',
      'Set WIDTH = 12 (line 5)',
      'Set in_features = 12 (line 11)',
    ]);
    assert.deepEqual(await at(net('pass', ', width=10')), [
      'width',
      'Set width = 12 (line 7)',
      'Set in_features = 12 (line 11)',
    ]);
    assert.deepEqual(await at(net('pass', ', width', 'Net(10)')), ['width', 'Set in_features = 12 (line 11)']);
  });

  it('know what each kind of layer calls its sizes', async () => {
    const found = async (layers: string, input: string): Promise<string[]> =>
      (
        await problems(`${HEAD}
class Net(nn.Sequential):
    def __init__(self):
        super().__init__(${layers})

# architect: Net()(input: ${input})
`)
      ).map(
        ({ message, rule, fixCandidates }) =>
          `${rule} ${message.replace(/^.*?\. (?=\w+ expects)/, '')} | ${fixCandidates?.[0]?.title ?? ''}`,
      );
    assert.deepEqual(await found('nn.Conv2d(3, 8, 3), nn.Conv2d(16, 8, 3)', 'f32[1, 3, 9, 9]'), [
      'A02 Conv2d expects 16, gets 8 from 0 (Conv2d), line 7: in_channels=8 fits | Set in_channels = 8 (line 7)',
    ]);
    assert.deepEqual(await found('nn.Conv2d(3, 8, 3), nn.ReLU(), nn.BatchNorm2d(num_features=4)', 'f32[2, 3, 9, 9]'), [
      'A02 BatchNorm2d expects 4, gets 8 from 0 (Conv2d), line 7: num_features=8 fits | Set num_features = 8 (line 7)',
    ]);
    assert.deepEqual(await found('nn.Linear(4, 6), nn.LayerNorm((4,))', 'f32[2, 4]'), [
      'A01 LayerNorm expects 4, gets 6 from 0 (Linear), line 7: normalized_shape=6 fits | Set normalized_shape = 6 (line 7)',
    ]);
    assert.deepEqual(await found('nn.Linear(4, 6), nn.LSTM(5, 7)', 'f32[2, 3, 4]'), [
      'A01 LSTM expects 5, gets 6: input_size=6 fits | Set input_size = 6 (line 7)',
    ]);
    assert.deepEqual(await found('nn.Conv2d(3, 8, 3), nn.GroupNorm(2, 4)', 'f32[1, 3, 9, 9]'), [
      'A02 GroupNorm expects 4, gets 8 from 0 (Conv2d), line 7: num_channels=8 fits | Set num_channels = 8 (line 7)',
    ]);
  });

  it('without known inputs are told where two layers can not fit whatever comes in', async () => {
    const net = (second: string): string => `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3)
        self.b = ${second}

    def forward(self, x):
        return self.b(F.relu(self.a(x)))
`;
    assert.deepEqual(
      (await problems(net('nn.Conv2d(16, 8, 3)'))).map(({ at, rule }) => [rule, at]),
      [['A02', '16']],
    );
    assert.deepEqual(await problems(net('nn.Conv2d(8, 8, 3)')), []);
    // A row of the image may well have 16 pixels.
    assert.deepEqual(await problems(net('nn.Linear(16, 2)')), []);
  });

  it('stand at the user’s line when a base class of another file fails', async () => {
    const found = await problems({
      '/base.py': `${HEAD}
class Base(nn.Module):
    def forward(self, x):
        return x + torch.zeros(7)
`,
      '/train.py': `${HEAD}from base import Base
# architect: Net()(x: f32[2, 3])
class Net(Base):
    pass
`,
    });
    assert.deepEqual(
      found.map(({ at, message, rule }) => [rule, at, message]),
      [
        [
          'A06',
          'class Net(Base):',
          'The size of tensor a (3) must match the size of tensor b (7) at non-singleton dimension 1. The tensors are [2, 3] and [7] from zeros, line 7',
        ],
      ],
    );
    assert.deepEqual(
      found[0]?.related?.map(({ message, span }) => [message, span.file, span.start.line + 1]),
      [['raised here', '/base.py', 7]],
    );
  });
});
