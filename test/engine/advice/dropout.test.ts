import { strict as assert } from 'node:assert';
import { adviceFor, effectOf, everySubsetHolds, whyNot } from './support.js';

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n\n';

/** The dropout changes of a model file, with everything that any choice of changes must keep. */
async function dropout(code: string, head = HEAD): Promise<string[]> {
  const advice = await adviceFor(head + code);
  await everySubsetHolds(head + code, advice);
  return effectOf(head + code, advice, 'dropout');
}

describe('advice: dropout', function () {
  this.timeout(60_000);

  it('goes between an activation and the next linear layer, however that is written', async () => {
    assert.deepEqual(
      await dropout(`class Net(nn.Module):
    def __init__(self, d=16):
        super().__init__()
        self.a = nn.Linear(d, d)
        self.b = nn.Linear(d, d)
        self.c = nn.Linear(d, 2)

    def forward(self, x):
        x = F.relu(self.a(x))  # hidden
        x = self.b(x).relu()
        return self.c(x)
`),
      [
        '+        self.dropout = nn.Dropout(0.1)',
        '-        x = self.b(x).relu()',
        '-        return self.c(x)',
        '+        x = self.b(self.dropout(x)).relu()',
        '+        return self.c(self.dropout(x))',
      ],
    );
  });

  it('goes into nn.Sequential in its layout, one line or many', async () => {
    assert.deepEqual(
      await dropout(`class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))
        self.many = nn.Sequential(
            nn.Linear(4, 8),
            nn.GELU(),  # smooth
            nn.Linear(8, 3),
        )

    def forward(self, x):
        return self.many(self.one(x))
`),
      [
        '-        self.one = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))',
        '+        self.one = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 4))',
        '+            nn.Dropout(0.1),',
      ],
    );
  });

  it('never stands before batch normalisation', async () => {
    assert.deepEqual(
      await dropout(`class Net(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(d, d), nn.BatchNorm1d(d), nn.ReLU(),
            nn.Linear(d, d), nn.BatchNorm1d(d), nn.ReLU(),
            nn.Linear(d, 2),
        )

    def forward(self, x):
        return self.net(x)
`),
      ['+            nn.Dropout(0.1),'],
    );
    const advice = await adviceFor(`${HEAD}class Net(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.a, self.b = nn.Linear(d, d), nn.Linear(d, d)
        self.fc = nn.Linear(d, d)
        self.fc2 = nn.Linear(d, d)
        self.bn = nn.BatchNorm1d(d)

    def forward(self, x):
        return self.bn(self.fc2(F.relu(self.fc(x))))
`);
    assert.match(whyNot(advice, /^Dropout/) ?? '', /no place/);
  });

  it('stands only before the output layer of a convolutional network', async () => {
    assert.deepEqual(
      await dropout(`class Net(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        )
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        x = self.features(x)
        return self.fc(torch.flatten(x, 1))
`),
      [
        '+        self.dropout = nn.Dropout(0.1)',
        '-        return self.fc(torch.flatten(x, 1))',
        '+        return self.fc(self.dropout(torch.flatten(x, 1)))',
      ],
    );
  });

  it('acts on residual branches, attention weights and embeddings of a transformer', async () => {
    assert.deepEqual(
      await dropout(`class Block(nn.Module):
    def __init__(self, d=16):
        super().__init__()
        self.attn = nn.MultiheadAttention(
            d,
            4,
            batch_first=True  # (B, T, D)
        )
        self.n1, self.n2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.up = nn.Linear(d, 2 * d)
        self.down = nn.Linear(2 * d, d)

    def forward(self, x):
        x = self.n1(x + self.attn(x, x, x)[0])
        h = F.gelu(self.up(x))
        x += self.down(h)
        return self.n2(x)


class Model(nn.Module):
    def __init__(self, vocab=50, d=16):
        super().__init__()
        self.tokens = nn.Embedding(vocab, d)
        self.positions = nn.Parameter(torch.zeros(8, d))
        self.blocks = nn.ModuleList(Block(d) for _ in range(2))
        self.out = nn.Linear(d, 3)

    def forward(self, ids):
        x = self.tokens(ids)
        x = x + self.positions[: ids.size(1)]
        for block in self.blocks:
            x = block(x)
        return self.out(x.mean(1))


model = Model()
`),
      [
        '-            batch_first=True  # (B, T, D)',
        '+            batch_first=True,  # (B, T, D)',
        '+            dropout=0.1',
        '+        self.dropout = nn.Dropout(0.1)',
        '-        x = self.n1(x + self.attn(x, x, x)[0])',
        '+        x = self.n1(x + self.dropout(self.attn(x, x, x)[0]))',
        '-        x += self.down(h)',
        '+        x += self.dropout(self.down(self.dropout(h)))',
        '+        self.dropout = nn.Dropout(0.1)',
        '-        x = x + self.positions[: ids.size(1)]',
        '+        x = self.dropout(x + self.positions[: ids.size(1)])',
        '-        return self.out(x.mean(1))',
        '+        return self.out(self.dropout(x.mean(1)))',
      ],
    );
  });

  it('is an argument of recurrent layers, but only of several', async () => {
    const tagger = (layers: string): string => `from torch.nn import LSTM, Embedding, Linear, Module


class Tagger(Module):
\tdef __init__(self, vocab=100, layers=${layers}):
\t\tsuper().__init__()
\t\tself.emb = Embedding(vocab, 8)
\t\tself.drop = None
\t\tself.rnn = LSTM(8, 8, num_layers=layers, batch_first=True)
\t\tself.out = Linear(8, 5)

\tdef forward(self, x):
\t\th, _ = self.rnn(self.emb(x))
\t\treturn self.out(h[:, -1])
`;
    // Imported by name, \`nn\` isn't there; the file's own imports say how it can be called.
    const some = [
      '+\t\tself.dropout = torch.nn.Dropout(0.1)',
      '-\t\th, _ = self.rnn(self.emb(x))',
      '-\t\treturn self.out(h[:, -1])',
      '+\t\th, _ = self.rnn(self.dropout(self.emb(x)))',
      '+\t\treturn self.out(self.dropout(h[:, -1]))',
    ];
    assert.deepEqual(await dropout(tagger('1'), 'import torch\n'), some);
    assert.deepEqual(await dropout(tagger('2'), 'import torch\n'), [
      '-\t\tself.rnn = LSTM(8, 8, num_layers=layers, batch_first=True)',
      '+\t\tself.rnn = LSTM(8, 8, num_layers=layers, batch_first=True, dropout=0.1)',
      ...some,
    ]);
  });

  it('imports Dropout where nothing else names it', async () => {
    assert.deepEqual(
      await dropout(
        `class Net(Module):
    def __init__(self):
        super().__init__()
        self.a = Linear(4, 4)
        self.b = Linear(4, 2)

    def forward(self, x):
        return self.b(self.a(x).relu())
`,
        'from torch.nn import (\n    Linear,\n    Module,\n)\n\n\n',
      ),
      [
        '-    Module,',
        '+    Module, Dropout,',
        '+        self.dropout = Dropout(0.1)',
        '-        return self.b(self.a(x).relu())',
        '+        return self.b(self.dropout(self.a(x).relu()))',
      ],
    );
  });

  it('follows the activations of a list that becomes nn.Sequential', async () => {
    const net = (body: string): string => `class Net(nn.Module):
    def __init__(self, sizes=(8, 16, 16, 3)):
        super().__init__()
        layers = []
        for i in range(2):
${body}
        layers.append(nn.Linear(sizes[-2], sizes[-1]))
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x)
`;
    assert.deepEqual(
      await dropout(
        net('            layers.append(nn.Linear(sizes[i], sizes[i + 1]))\n            layers.append(nn.ReLU())'),
      ),
      ['+            layers.append(nn.Dropout(0.1))'],
    );
    assert.deepEqual(await dropout(net('            layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]')), [
      '-            layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]',
      '+            layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU(), nn.Dropout(0.1)]',
    ]);
    const advice = await adviceFor(
      HEAD + net('            layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.BatchNorm1d(16), nn.ReLU()]'),
    );
    assert.match(whyNot(advice, /^Dropout/) ?? '', /no place/);
  });

  it('is switched on where its probability is 0, at the place of the zero', async () => {
    assert.deepEqual(
      await dropout(`class Block(nn.Module):
    def __init__(self, d, p):
        super().__init__()
        self.fc = nn.Linear(d, d)
        self.dropout = nn.Dropout(p)

    def forward(self, x):
        return x + self.dropout(self.fc(x))


class Net(nn.Module):
    def __init__(self, d=8, dropout=0.0):
        super().__init__()
        self.block = Block(d, dropout)

    def forward(self, x):
        return self.block(x)
`),
      ['-    def __init__(self, d=8, dropout=0.0):', '+    def __init__(self, d=8, dropout=0.1):'],
    );
  });

  it('is left alone where the class has it', async () => {
    const advice = await adviceFor(`${HEAD}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(16, 2, batch_first=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x):
        return self.fc(F.dropout(self.layer(x).mean(1), 0.2, training=self.training))
`);
    assert.deepEqual(
      advice.prescriptions.filter(({ id }) => id === 'dropout'),
      [],
    );
    assert.match(whyNot(advice, /^Dropout in the model/) ?? '', /has it/);
  });

  it('leaves sequences alone of which single elements are used, and gates', async () => {
    const advice = await adviceFor(`${HEAD}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
        self.gate = nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 4), nn.Sigmoid())
        self.squeeze, self.excite = None, None

    def forward(self, x):
        x = self.net[2](self.net[0](x))
        return x * self.gate(x)
`);
    assert.deepEqual(effectOf({ '/train.py': '' }, advice, 'dropout'), []);
  });
});
