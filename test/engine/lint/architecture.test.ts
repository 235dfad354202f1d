import { checkMarked } from './support.js';

const programs: Readonly<Record<string, readonly string[]>> = {
  A07: [
    `net = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.ReLU())  #! A07\nnet(torch.rand(2, 3, 8, 8))`,
    `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 16)  #! A07
        self.norm = nn.BatchNorm1d(16)

    def forward(self, x):
        return F.relu(self.norm(self.fc(x)))
`,
    `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 4, 3, bias=True)  #! A07
        self.norm = nn.BatchNorm1d(4)

    def forward(self, x):
        return self.norm(self.conv(x))
`,
    `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, bias=False)
        self.b = nn.Conv2d(8, 8, 3)
        self.norm = nn.BatchNorm2d(8)

    def forward(self, x):
        y = self.b(F.relu(self.norm(self.a(x))))
        return F.relu(y)
`,
  ],
  A08: [
    `net = nn.Sequential(nn.Linear(64, 256), nn.Linear(256, 10))  #! A08\nnet(torch.rand(2, 64))`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.b = nn.Linear(16, 4)  #! A08

    def forward(self, x):
        return self.b(self.a(x))
`,
    `net = nn.Sequential(nn.Linear(64, 2), nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 10))\nnet(torch.rand(2, 64))`,
  ],
  A09: [
    `x = torch.rand(2, 3)\ny = F.relu(F.relu(x))  #! A09`,
    `net = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.ReLU())  #! A09\nnet(torch.rand(2, 3))`,
    `x = torch.rand(2, 3)\ny = F.relu(x - F.relu(x)) + F.gelu(F.gelu(x))`,
  ],
  A12: [
    `rnn = nn.LSTM(64, 128, dropout=0.3)  #! A12`,
    `
class Tagger(nn.Module):
    def __init__(self, layers=1):
        super().__init__()
        self.rnn = nn.GRU(8, 8, num_layers=layers, dropout=0.5, batch_first=True)  #! A12
`,
    `rnn = nn.RNN(4, 4, 1, dropout=0.1)  #! A12`,
    `a = nn.LSTM(64, 128, num_layers=2, dropout=0.3)\nb = nn.LSTM(64, 128)`,
    // A default that the program doesn't use, where its arguments can't be told.
    `
class Encoder(nn.Module):
    def __init__(self, width, layers=1, dropout=0.5):
        super().__init__()
        self.rnn = nn.GRU(width, width, layers, dropout=dropout)

    def forward(self, x):
        return self.rnn(x)[0]

def main(args):
    return Encoder(args.width, layers=2)
`,
  ],
  A14: [
    `
class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)  #! A14
`,
    `
class Net(nn.Module):
    def forward(self, x):
        x = nn.functional.dropout2d(x)  #! A14
        return F.dropout(x, p=0.2)  #! A14
`,
    `
class Net(nn.Module):
    def forward(self, x):
        x = F.alpha_dropout(x, 0.5)
        x = F.dropout(x, 0.5, self.training)
        return F.dropout(x, 0.5, training=True)
`,
  ],
  A18: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(64, 64))  #! A18

    def forward(self, x):
        return x @ self.weight
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(64, 64))
        self.bias = nn.Parameter(torch.zeros(64))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return x @ self.weight + self.bias
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.queries = nn.Parameter(torch.Tensor(4, 8))

    def forward(self, x):
        return x @ self.queries.t()

def weights_init(m):
    if hasattr(m, 'queries'):
        init_weight(m.queries)
`,
  ],
  A19: [
    `
class Deep(nn.Module):
    def __init__(self, width=64, depth=20):
        super().__init__()
        layers = []
        for _ in range(depth):
            layers += [nn.Linear(width, width), nn.ReLU()]  #! A19
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.layers(x))
`,
    `
class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(32, 32) for _ in range(24))  #! A19

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x
`,
    `net = nn.Sequential(*[part for _ in range(12) for part in (nn.Linear(16, 16), nn.Sigmoid())])  #! A19
net(torch.rand(4, 16))`,
    `
class Convolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 16, 3, padding=1)  #! A19
        self.layers = nn.ModuleList([nn.Conv2d(16, 16, 3, padding=1) for _ in range(16)])
        for layer in self.layers:
            nn.init.normal_(layer.weight, std=1.0)

    def forward(self, x):
        x = F.relu(self.first(x))
        for layer in self.layers:
            x = F.relu(layer(x))
        return x
`,
    // Normalised, residual, initialised for the activation, or not deep.
    `
class Normed(nn.Module):
    def __init__(self, depth=20):
        super().__init__()
        self.layers = nn.Sequential(*[nn.Sequential(nn.Linear(64, 64), nn.LayerNorm(64), nn.ReLU()) for _ in range(depth)])

    def forward(self, x):
        return self.layers(x)

class Residual(nn.Module):
    def __init__(self, depth=20):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(depth)])

    def forward(self, x):
        for layer in self.layers:
            x = x + F.relu(layer(x))
        return x

class Filled(nn.Module):
    def __init__(self, depth=20):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 64) for _ in range(depth)])
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x

class Shallow(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.layers(x)
`,
  ],
};

describe('rules on architecture', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
