import { checkMarked, net } from './support.js';

const programs: Readonly<Record<string, readonly (string | Record<string, string>)[]>> = {
  R08: [
    net('self.fc1 = nn.Linear(8, 8)\nself.fc2 = nn.Linear(8, 8)  #! R08', 'return self.fc1(x)'),
    net(
      'self.conv = nn.Conv2d(3, 8, 3)\nself.head = nn.Sequential(nn.Flatten(), nn.Linear(8, 2))  #! R08',
      'return F.relu(self.conv(x))',
    ),
    {
      '/model.py': `
class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)  #! R08

    def forward(self, x):
        return x + self.fc(x)
`,
      '/train.py': `
from model import Block

model = nn.Sequential(Block(8), Block(8))
model(torch.rand(2, 8))
`,
    },
    net(
      'self.fc1 = nn.Linear(8, 8)\nself.fc2 = nn.Linear(8, 8)',
      'if self.training:\n    return self.fc2(x)\nreturn self.fc1(x)',
    ),
    net(
      'self.fc1 = nn.Linear(8, 8)\nself.fc2 = nn.Linear(8, 8)',
      'for layer in self.children():\n    x = layer(x)\nreturn x',
    ),
    net(
      'self.fc1 = nn.Linear(8, 8)\nself.fc2 = nn.Linear(8, 8)',
      'return self.fc1(x)',
      '\nmodel = Net()\nmodel.fc2(torch.rand(2, 8))\n',
    ),
    net('self.fc1 = nn.Linear(8, 8)\nself.act = nn.ReLU()', 'return self.fc1(x)'),
  ],
  R11: [
    `model = nn.Linear(8, 2)\ny = model.forward(torch.rand(2, 8))`,
    net('self.fc = nn.Linear(8, 8)', 'return self.fc.forward(x)  #! R11'),
    net(
      'self.fc = nn.Linear(8, 8)',
      'return self.fc(x)',
      '\nmodel = Net()\ny = model.forward(torch.rand(2, 8))  #! R11\n',
    ),
    net('self.layers = nn.Sequential(nn.Linear(8, 8), nn.ReLU())', 'return torch.relu(self.layers.forward(x))  #! R11'),
    `
class Op:
    def forward(self, x):
        return x

op = Op()
y = op.forward(1)
`,
    net(
      'self.fc = nn.Linear(8, 8)',
      'return self.fc(x)',
      '\nclass Sub(Net):\n    def forward(self, x):\n        return super().forward(x)\n',
    ),
  ],
};

describe('rules on use', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
